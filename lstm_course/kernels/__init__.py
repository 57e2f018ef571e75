"""Speed: a cell's own text, compiled over the whole sequence.

``text`` turns a cell into a small Python module of loops, ``machine`` holds what those
loops call (elementary functions that vectorise, matrix products by BLAS), ``engine``
runs them behind one ``torch.autograd.Function``.
"""
