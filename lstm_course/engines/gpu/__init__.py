"""A cell's own text on a graphics card, as kernels of Triton.

cudnn     the cells that cuDNN computes: rnn, lstm, gru
launch    how a layer is cut into tiles, and whether the sequence fits into one launch
text      a module of kernels as text: the hand that copies the cell's own lines
kernels   what stands around them: forward and backward, a sequence or a step at once
machine   what kernels are made of: elementary functions, a product, a barrier
sequence  one pass over a sequence: products by cuBLAS, kernels for the rest
capture   a pass recorded once as a CUDA graph and replayed
function  a pass behind one ``torch.autograd.Function``
engine    makes a cell's kernels once and runs a layer

``python -m lstm_course.engines.gpu lstm`` prints the kernels of a cell (``__main__``).
Unmeasured: no card was at hand; ``scripts/gpu_day.sh`` does all that needs one.
"""
