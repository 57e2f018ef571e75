"""How a layer of ``Recurrent`` is run.

entry   what a layer is given: checked, unpacked, in the precision of its weights
choose  which engine runs it: compiled loops where they fit, else the readable one
loop    the readable engine: the cell's own step on tensors, one after the other
again   the same from the arrays of a compiled loop, to be differentiated once more
"""
