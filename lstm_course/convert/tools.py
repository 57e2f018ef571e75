"""What each tool calls a layer's arrays and how they lie there: one table for all.

Readers, writers and the book's page take it from here, so that none of it is typed
twice.  A line is a layer: its tool, its kind, the order of its blocks in the letters of
this package, and its arrays as NAME=WHAT.  WHAT says which numbers they are:

    x, h       block columns (I, nH), (H, nH)      xT, hT   block rows (nH, I), (nH, H)
    xh         x above h, (I + H, nH)              outT     the projection, (P, H)
    b          the bias, (nH,)                     b2       one more, to be added
    inner      the bias inside the reset product, (H,)
    xP, hP     x, h poured: (H, I) of each block, row by row, into (I, H)

with other blocks than the line's behind a slash.  What else there is to know of a tool
is in ``about``: its own letters (c for g, z for u, a for n), its traps.
"""

from typing import NamedTuple

from .activations import Activation

RNN, LSTM, GRU = KINDS = "rnn", "lstm", "gru"


class Part(NamedTuple):
    """One array: its name below the layer's own, and what it holds."""

    name: str
    what: str
    blocks: str
    needed: bool = True


class Form(NamedTuple):
    """A layer of one kind in one tool: its arrays, and what it says by being there.

    Attributes
    ----------
    says : dict
        Fields of ``Layer`` with the values that every such layer has.
    below : str
        What the layer's path must name, where the arrays' names could be anything's.
    """

    tool: str
    kind: str
    parts: tuple
    says: dict = {}
    below: str = ""

    @property
    def blocks(self):
        """In the order in which the arrays have them, each once."""
        return "".join(dict.fromkeys("".join(p.blocks for p in self.parts)))


BEFORE = {"reset": "before"}
SAYS = {  # of every layer of a tool, or of one kind
    "nnx": {"layout": "batch_first"},
    "linen": {"layout": "batch_first"},
    "haiku": {"layout": "time_first"},
    "haiku lstm": {"forget_bias": 1.0},
    "haiku gru": BEFORE | {"update": "takes_new"},
    "haiku rnn": {"activation": Activation("relu")},
    "tensorflow lstm": {"forget_bias": 1.0},
    "tensorflow gru": BEFORE,
    "keras 1 gru": BEFORE,
    "keras before gru": BEFORE,
    "onnx before gru": BEFORE,
    "openvino before gru": BEFORE,
}
BELOW = {"haiku lstm": "lstm", "haiku rnn": "rnn"}

# Tools whose files are named arrays. Of two forms the last is written.
NAMED = """
torch lstm ifgo: weight_ih=xT weight_hh=hT bias_ih=b bias_hh=b2 weight_hr=outT/
torch gru run: weight_ih=xT weight_hh=hT bias_ih=b bias_hh=b2
torch rnn h: weight_ih=xT weight_hh=hT bias_ih=b bias_hh=b2
equinox lstm ifgo: weight_ih=xT weight_hh=hT bias=b
equinox gru run: weight_ih=xT weight_hh=hT bias=b bias_n=inner/n
mlx lstm ifgo: Wx=xT Wh=hT bias=b
mlx gru run: Wx=xT Wh=hT b=b bhn=inner/n
mlx rnn h: Wxh=xT Whh=hT bias=b
nnx lstm ifgo: ii.kernel=x/i if_.kernel=x/f ig.kernel=x/g io.kernel=x/o
    hi.kernel=h/i hf.kernel=h/f hg.kernel=h/g ho.kernel=h/o
    hi.bias=b/i hf.bias=b/f hg.bias=b/g ho.bias=b/o
nnx lstm ifgo: dense_i.kernel=x dense_h.kernel=h dense_h.bias=b
nnx gru run: dense_i.kernel=x dense_h.kernel=h dense_i.bias=b
nnx rnn h: dense_i.kernel=x dense_h.kernel=h dense_i.bias=b
linen lstm ifgo: ii.kernel=x/i if.kernel=x/f ig.kernel=x/g io.kernel=x/o
    hi.kernel=h/i hf.kernel=h/f hg.kernel=h/g ho.kernel=h/o
    hi.bias=b/i hf.bias=b/f hg.bias=b/g ho.bias=b/o
linen gru run: ir.kernel=x/r iz.kernel=x/u in.kernel=x/n
    hr.kernel=h/r hz.kernel=h/u hn.kernel=h/n
    ir.bias=b/r iz.bias=b/u in.bias=b/n hn.bias=inner/n
linen rnn h: i.kernel=x h.kernel=h i.bias=b
haiku lstm igfo: linear.w=xh linear.b=b
haiku gru urn: w_i=x w_h=h b=b
haiku rnn h: linear.w=x linear_1.w=h linear.b=b linear_1.b=b2
"""

# Tools whose arrays are found by a reader of their own.
OTHERS = """
keras lstm ifgo: kernel=x recurrent_kernel=h bias=b
keras gru urn: kernel=x recurrent_kernel=h bias[0]=b bias[1]=b2
keras before gru urn: kernel=x recurrent_kernel=h bias=b
keras rnn h: kernel=x recurrent_kernel=h bias=b
keras 1 lstm igfo: W_i=x/i W_c=x/g W_f=x/f W_o=x/o
    U_i=h/i U_c=h/g U_f=h/f U_o=h/o b_i=b/i b_c=b/g b_f=b/f b_o=b/o
keras 1 gru urn: W_z=x/u W_r=x/r W_h=x/n U_z=h/u U_r=h/r U_h=h/n
    b_z=b/u b_r=b/r b_h=b/n
cudnn lstm ifgo: kernel=xP recurrent_kernel=hP bias[:4H]=b bias[4H:]=b2
cudnn gru urn: kernel=xP recurrent_kernel=hP bias[:3H]=b bias[3H:]=b2
onnx lstm iofg: W=xT R=hT B[:4H]=b B[4H:]=b2
onnx gru urn: W=xT R=hT B[:3H]=b B[3H:]=b2
onnx before gru urn: W=xT R=hT B[:3H]=b B[3H:]=b2
onnx rnn h: W=xT R=hT B[:H]=b B[H:]=b2
openvino lstm figo: W=xT R=hT B=b
openvino gru urn: W=xT R=hT B[:3H]=b B[3H:]=inner/n
openvino before gru urn: W=xT R=hT B=b
openvino rnn h: W=xT R=hT B=b
paddle lstm ifgo: weight_ih=xT weight_hh=hT bias_ih=b bias_hh=b2
paddle gru run: weight_ih=xT weight_hh=hT bias_ih=b bias_hh=b2
paddle rnn h: weight_ih=xT weight_hh=hT bias_ih=b bias_hh=b2
tensorflow lstm igfo: w=xh b=b
tensorflow gru run: w_ru=xh/ru w_c=xh/n b_ru=b/ru b_c=b/n
"""
PEEPHOLES = {"onnx": "iof", "tensorflow": "ifo"}


def _form(line):
    head, parts = line.split(":", 1)
    tool, kind, blocks = head.rsplit(" ", 2)
    made = []
    for part in parts.split():
        name, what = part.rsplit("=", 1)
        what, other, own = what.partition("/")
        made.append(Part(name, what, own if other else blocks, what[0] in "xh"))
    says = SAYS.get(tool, {}) | SAYS.get(f"{tool} {kind}", {})
    return Form(tool, kind, tuple(made), says, BELOW.get(f"{tool} {kind}", ""))


def _forms(table):
    return tuple(map(_form, table.replace("\n    ", " ").strip().splitlines()))


FORMS, MORE = _forms(NAMED), _forms(OTHERS)


class Order(NamedTuple):
    """Orders of blocks in a tool whose arrays are found by its own reader."""

    lstm: str
    gru: str
    rnn: str = "h"
    peepholes: str = ""


ORDERS = {
    tool: Order(
        **{f.kind: f.blocks for f in MORE if f.tool == tool},
        peepholes=PEEPHOLES.get(tool, ""),
    )
    for tool in [f.tool for f in MORE if f.kind == LSTM]
}
