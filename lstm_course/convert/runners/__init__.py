"""A file's layers, run by the tools whose files they are.

A runner knows nothing of gates and blocks: it hands a file's arrays, as they lie there
under the tool's own names, to the tool's own layer.  So it cannot share a mistake with
the readers and writers.  Files are opened by the readers alone; nothing in them is run.

In this folder:

    apart                     which tool runs a layer, and in which process
    in_torch, in_paddle       whole layers, lengths by the tool
    in_flax                   nnx' and linen's cells under their RNN
    in_equinox, in_haiku      cells; sequences of several lengths one by one
    in_mlx                    layers without lengths: the same
    in_keras                  layers of a model
    in_onnxruntime            nodes of a graph
    in_openvino               operations of an IR
    fitting                   a file's arrays in a tree of the tool's; one by one
"""

from .apart import TOGETHER, CannotRun, Process, Runner, runner_here, tool_of

__all__ = ["TOGETHER", "CannotRun", "Process", "Runner", "runner_here", "tool_of"]
