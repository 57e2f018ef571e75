"""How a layer of ``Recurrent`` is run.

entry   what a layer is given: checked, unpacked, in the precision of its weights
choose  which engine runs it: compiled loops where they fit, else the readable one
noise   what is random in training: dropout along time, zoneout
rows    input that is rows of a table, as of an embedding
stepper one step at a time, for input that comes as it is made
loop    the readable engine: the cell's own step on tensors, one after the other
cpu/    the compiled loops: the cell's own text over a whole sequence
gpu/    the same text as kernels for a graphics card, and cuDNN
page/   the same text as JavaScript, for a page without Python
copied  how a cell's own functions get into a module that is compiled
scan    a linear recurrence in about 2 sqrt(T) operations (minGRU, minLSTM)
chunks  the mLSTM, whose state is a matrix, many steps at once
again   the same from the arrays of a compiled loop, to be differentiated once more
memory  large buffers that come back by themselves and are used again
"""
