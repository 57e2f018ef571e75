"""The LSTM of the Search Space Odyssey, and what is left when a part is removed.

    i = sigmoid(zi + c_prev * w_ci)     NIG: i = 1
    f = sigmoid(zf + c_prev * w_cf)     NFG: f = 1
    g = tanh(zg)                        NIAF: g = zg
    c = f * c_prev + i * g
    o = sigmoid(zo + c * w_co)          NOG: o = 1
    h = o * tanh(c)                     NOAF: h = o * c
                                        NP: w_ci = w_cf = w_co = 0
    where [zi zf zg zo] = x W_x + h_prev W_h + b, and in FGR
    [zi zf zo] += i_prev W_i + f_prev W_f + o_prev W_o, the gates of the step before.

A removed gate is its own limit: z is held at 1000, where sigmoid is 1 to the last bit
and its derivative 0, and its columns, bias and peephole are gone from the parameters.

Shapes: x (B, I), h and c (B, H), W_x (I, 4H), W_h (H, 4H), b (4H,), w_ci w_cf w_co
(H,); one H less per removed gate; FGR: W_i W_f W_o (H, 3H), state (h, c, i, f, o).
Blocks in the order i, f, g, o without the removed ones.

What it is for: to learn which parts of an LSTM matter.

Nothing removed is the room peephole; CIFG, where f = 1 - i, has its own room.

Source: Greff, Srivastava, Koutnik, Steunebrink & Schmidhuber, arXiv 1503.04069.
"""

from ..ops import d_sigmoid, d_tanh, sigmoid, tanh
from .cell import Cell, Phase
from .lstm import FORGET_BIAS
from .options import check_letters, check_option, remembered

OPEN = 1000.0  # sigmoid(1000) is 1.0 in float32 and float64


def same(z):
    return z


def d_same(y):
    return 1.0


@remembered
def make(without="", gates_read_gates=False):
    """The cell without some parts: gates i, f, o; activations g (of the input) and
    h (of the output); peepholes p.  ``gates_read_gates`` adds FGR's recurrence."""
    removed = check_letters("greff", "without", without, "ifoghp")
    check_option("greff", "gates_read_gates", gates_read_gates, (False, True))
    if gates_read_gates and removed & set("ifo"):
        raise ValueError(
            f"greff.make got gates_read_gates=True and without={without!r}. A removed "
            "gate has no pre-activation that could read the others. Full gate "
            "recurrence needs i, f and o. Drop one of the two options?"
        )
    into, d_into = (same, d_same) if "g" in removed else (tanh, d_tanh)
    out, d_out = (same, d_same) if "h" in removed else (tanh, d_tanh)

    def forward(zi, zf, zg, zo, c_prev, w_ci, w_cf, w_co):
        i = sigmoid(zi + c_prev * w_ci)
        f = sigmoid(zf + c_prev * w_cf)
        g = into(zg)
        c = f * c_prev + i * g
        o = sigmoid(zo + c * w_co)
        h = o * out(c)
        return h, c, i, f, o, g

    def backward(dh, dc, di, df, do, c_prev, c, i, f, o, g, w_ci, w_cf, w_co):
        y = out(c)
        dzo = (do + dh * y) * d_sigmoid(o)  # di, df, do: through FGR's recurrence
        dc = dc + dh * o * d_out(y) + dzo * w_co
        dzi = (di + dc * g) * d_sigmoid(i)
        dzf = (df + dc * c_prev) * d_sigmoid(f)
        dzg = dc * i * d_into(g)
        dc_prev = dc * f + dzi * w_ci + dzf * w_cf
        return dzi, dzf, dzg, dzo, dc_prev, dzi * c_prev, dzf * c_prev, dzo * c

    return assemble(forward, backward, removed, gates_read_gates)


def assemble(forward, backward, removed, gates_read_gates):
    """The Cell whose absent parts are held at fixed numbers."""
    gates = [k for k in "ifo" if k not in removed]
    peepholes = [f"w_c{k}" for k in gates if "p" not in removed]
    fixed = {f"z{k}": OPEN for k in "ifo" if k in removed}
    fixed |= {w: 0.0 for w in ("w_ci", "w_cf", "w_co") if w not in peepholes}
    blocks = " ".join(k for k in "ifgo" if k in gates or k == "g")
    reads, states, keeps = f"{blocks} = x W_x + h W_h + b", "h c", "i f o g"
    if gates_read_gates:
        reads += "\ni f o = i W_i + f W_f + o W_o"
        states, keeps = "h c i f o", "g"
    else:
        fixed |= {"di": 0.0, "df": 0.0, "do": 0.0}
    phase = Phase(forward, backward, gives=states, keeps=keeps)
    return Cell("greff", reads, phase, states=states, vectors=" ".join(peepholes),
                fixed=fixed, bias={"f": FORGET_BIAS} if "f" in gates else {},
                cell_path="c", doc=__doc__)


@remembered
def variant(name, purpose, **options):
    """A named entry of CELLS, with its own purpose in the room's text."""
    made = make(**options)
    made.name = name
    made.doc = __doc__.replace("to learn which parts of an LSTM matter.", purpose)
    return made


nig = variant("nig", "what the input gate is worth: here all is written.", without="i")
nfg = variant("nfg", "what the forget gate is worth, one of the two parts that Greff "
              "et al. found to matter most: here nothing is forgotten.", without="f")
nog = variant("nog", "what the output gate is worth: here all is shown.", without="o")
niaf = variant("niaf", "whether the candidate needs its tanh.", without="g")
noaf = variant("noaf", "whether the output needs its tanh, one of the two parts that "
               "Greff et al. found to matter most.", without="h")
np_ = variant("np", "what peepholes are worth: the LSTM as most use it.", without="p")
fgr = variant("fgr", "whether gates gain by reading the gates of the step before, as "
              "in 1997, at nearly three times the weights.", gates_read_gates=True)
cell = make()
step, step_backward, step_torch = cell.step, cell.step_backward, cell.step_torch
