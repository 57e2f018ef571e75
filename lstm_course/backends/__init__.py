"""Is a backend's recurrent layer right?  Our proofs, asked of other tools' layers.

    from lstm_course import backends
    answer = backends.check(backends.TorchLayers("mps"))
    print(answer.text())
    mine = backends.TorchLayers(make={"lstm": MyLSTM})   # called like nn.LSTM

In this folder:

    properties                   what must hold, and what rounding explains
    reference                    the layer as it ought to be, from one NumPy cell
    ask                          every property of every kind; the answer
    known                        public reports of such faults
    torch_layers, keras_layers   the tools: layers built, run, taken backwards
    onnx_sessions, jax_layers    and two more
"""

from .ask import Answer, check
from .jax_layers import JaxLayers
from .keras_layers import KerasLayers
from .onnx_sessions import OnnxSessions
from .torch_layers import TorchLayers

__all__ = [
    "Answer",
    "JaxLayers",
    "KerasLayers",
    "OnnxSessions",
    "TorchLayers",
    "check",
]
