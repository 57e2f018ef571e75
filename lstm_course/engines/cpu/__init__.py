"""A cell's own lines, compiled, inside loops over the sequence that all cells share.

of a cell
    plan      where every value of a step lies in memory
    text      its lines as the text of a small Python module: a step's rows and units
    program   what the shared loops are told of it: tables of whole numbers
of all
    machine   exp, tanh and log that vectorise, and how a number is read and written
    product   matrix products with weights that are packed once for all steps
    loops     products and cells' functions, step after step
    threads   the parts of a batch on torch's own threads
    norm      layer normalisation, between the products and the cell's lines
    sequence  one pass over a sequence, behind one ``torch.autograd.Function``
    steps     one step at a time, all it needs prepared
    engine    compiles what is new and runs a layer

``python -m lstm_course.engines.cpu lstm`` prints the text of a cell (``__main__``).
"""
