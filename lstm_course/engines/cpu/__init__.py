"""A cell's own text, compiled over the whole sequence.

plan      where every value of a step lies in memory
text      the loops as the text of a small Python module, around the cell's own lines
machine   exp, tanh and log that vectorise, and how a number is read and written
product   matrix products with weights that are packed once for all steps
threads   the parts of a batch on torch's own threads
sequence  one pass over a sequence, behind one ``torch.autograd.Function``
engine    compiles a cell once and runs a layer

``python -m lstm_course.engines.cpu lstm`` prints the loops of a cell (``__main__``).
"""
