"""Weights and whole layers to and from other tools, and how many numbers there are.

    from lstm_course import convert
    p = convert.from_torch(nn_lstm);  convert.to_torch(p, nn_lstm)
    p = convert.from_keras(layer.get_weights(), cell="gru")
    weights = convert.to_onnx(p, cell="peephole")      # dict(W, R, B, P)
    weights, attributes = convert.onnx_node("model.onnx")
    p = convert.from_onnx(weights, "lstm", attributes=attributes)
    convert.export_onnx(layer, "model.onnx")           # a file that onnxruntime runs
    print(convert.count("lstm", 32, 100))              # 53,200, and why

Files of other tools, whole layers with all they say; ``lstm-course convert`` does it:

    layers = convert.read("model.safetensors")         # list of Layer
    y, ends = convert.run(layers, x)                   # in NumPy, all of it obeyed
    convert.write(layers, "model.eqx").line            # how Equinox loads it

The same numbers lie differently in every library:

    library   LSTM blocks   GRU blocks   a matrix is   biases per block
    here      i f g o       r u n        (I, nH)       1; a 2nd with reset after
    torch     i f g o       r u n        (nH, I)       2
    Keras     i f g o       u r n        (I, nH)       1; (2, 3H) with reset after
    ONNX      i o f g       u r n        (nH, I)       2

where n counts blocks, Keras and ONNX write c for g, and all but this package write z
for u; ``tools`` and ``about`` know more of them.  torch and onnx are imported only by
the functions that need them.

In this folder:

    torch_layout, keras_layout, onnx_layout   the three libraries' weights
    keras_layer, onnx_node                    what a layer or node says beside them
    onnx_file                                 a layer as a file that others run
    onnx_words                                its names of activations
    onnx_graph, onnx_model                    what such a file is made of; whole models
    onnx_bytes                                its large arrays, mapped and streamed
    operators, onnx_blocks, recognise         what ONNX defines, where columns lie
                                              there, which operator a cell is
    blocks, counting                          column blocks; how many numbers
    layer, activations, running               a layer of any tool, and how it runs
    tools, parts                              where each tool has its arrays; views
    about                                     its letters, starts and traps
    readers, writers                          files of other tools
    runtimes.json                             where exported models were seen right, by
                                              tests/peers/again/whole.py
    proof, runners                            a written file beside its source, each
                                              run by its own tool
"""

from .blocks import negate
from .counting import count
from .keras_layout import from_keras, to_keras
from .layer import Layer
from .onnx_file import export_onnx
from .onnx_layout import from_onnx, onnx_attributes, to_onnx
from .onnx_node import onnx_node
from .readers import read
from .running import run
from .torch_layout import from_torch, to_torch
from .writers import write

__all__ = [
    "Layer",
    "count",
    "export_onnx",
    "from_keras",
    "from_onnx",
    "from_torch",
    "negate",
    "onnx_attributes",
    "onnx_node",
    "read",
    "run",
    "to_keras",
    "to_onnx",
    "to_torch",
    "write",
]
