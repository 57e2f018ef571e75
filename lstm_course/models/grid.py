"""Grid LSTM: an LSTM along time and another along depth, in every block.

A block of N dimensions takes a hidden vector and a memory from each and gives as many:

    H          = [h_1, ..., h_N]                     all hidden vectors, side by side
    h_1', m_1' = LSTM(H, m_1, W_1)                   each dimension has its own memory
    ...                                              and, untied, its own weights
    h_N', m_N' = LSTM(H, m_N, W_N)

where LSTM(H, m, W) is   i f g o = H W + b,   m' = f * m + i * g,   h' = o * tanh(m').
In two dimensions the layers of a deep network speak to each other through a memory too,
so that the gradient has a gated path downwards as it has one backwards in time.

``run`` lays D blocks per step: time runs along t, depth from d = 1 to D.  x_t is
projected into h and m where depth begins, time begins at 0, and the h that leaves depth
at the top is the output.

Which array is which.  H W is ``x W_x + h W_h`` of a cell of this course: h is the
dimension's own hidden vector, x the others' side by side, so that any cell can stand
along any dimension.  Of W_n in the paper's order the rows n belong to W_h, the others,
in their order, to W_x.  For I inputs, H units, D blocks:

    p["input"]     one pair (W (I, H), b (H,)) for each state of depth's cell: h, then m
    p["blocks"]    D times [time's weights, depth's weights]

Where readings differ, the first is the default:

    output     o * tanh(m'), the cell "lstm", as in the implementations we know;
               tanh(o * m'), the cell ``PRINTED``, is the paper's formula as we
               remember it
    weights    untied.  "Tied" means two things: [p, p], or [p] for short, is one W for
               all dimensions of a block; one block and ``depth=D`` is the same block
               at every depth.  Say which
    order      of H where W is tied: "own" puts a dimension's own h first, so that each
               reads itself by the same rows; "fixed" gives all dimensions the same H,
               hence, tied, the same gates, and only their memories differ
    priority   None: all dimensions at once.  Or the number of the one that is updated
               last and reads the new h of the others.  TensorFlow 1's cell has
               order="fixed", priority=1: equal to 1e-10, see tests
    cells      one for both, or one per dimension: with ("lstm", "rnn") there is a
               memory along time alone

Source: Kalchbrenner, Danihelka & Graves (2015), Grid long short-term memory, section 3.
"""

from ..cells.cell import Cell, Phase
from ..doors import as_cell, check_rng, check_size, check_x
from ..init import init as init_cell
from ..ops import d_sigmoid, d_tanh, sigmoid, tanh
from .twins import cell_step, join, stacked
from .variational import check_options, draw_layer, hold, start

CHOICES = {"order": ("own", "fixed"), "priority": (None, 0, 1)}


def _forward(zi, zf, zg, zo, c_prev):
    i, f, g, o = sigmoid(zi), sigmoid(zf), tanh(zg), sigmoid(zo)
    c = f * c_prev + i * g
    h = tanh(o * c)
    return h, c, i, f, g, o


def _backward(dh, dc, c_prev, h, c, i, f, g, o):
    da = dh * d_tanh(h)  # through h = tanh(a), a = o * c
    dc = dc + da * o
    dzi = dc * g * d_sigmoid(i)
    dzf = dc * c_prev * d_sigmoid(f)
    dzg = dc * i * d_tanh(g)
    dzo = da * c * d_sigmoid(o)
    return dzi, dzf, dzg, dzo, dc * f


PRINTED = Cell(
    "lstm, tanh last",
    "i f g o = x W_x + h W_h + b",
    Phase(_forward, _backward, gives="h c", keeps="i f g o"),
    states="h c",
    bias={"f": 1.0},
    doc="An LSTM whose output is tanh(o * c), not o * tanh(c).",
)


def block(p, states, cells, order="own", priority=None):
    """One block: N states, each (h (B, H), ...) -> N new ones.

    ``p`` holds the weights of each dimension, or of one for all; ``cells`` the cells.
    Arrays or tensors, all of one kind.
    """
    N, new = len(states), list(states)
    p = list(p) * (N if len(p) == 1 else 1)
    h = [state[0] for state in states]
    for n in sorted(range(N), key=lambda n: n == priority):
        if n == priority:
            h = [h[k] if k == n else new[k][0] for k in range(N)]
        first = n if order == "own" else 0
        others = join([h[k] for k in range(N) if k != first])
        new[n] = cell_step(cells[n], p[n], others, (h[first], *states[n][1:]))
    return tuple(new)


def step(p, x, time, cells, depth, mask=None, **options):
    """All blocks of one step: x (B, I), time's D states -> new ones, h (B, H).

    ``mask`` (B,) is 1.0 for a row that has this step and 0.0 for a pad, which leaves
    time's states as they were.
    """
    up, after = tuple(x @ W + b for W, b in p["input"]), []
    for d in range(depth):
        weights = p["blocks"][d if len(p["blocks"]) > 1 else 0]
        along, up = block(weights, (time[d], up), cells, **options)
        after.append(hold(mask, along, time[d]))
    return after, up[0]


def run(p, x, cell="lstm", depth=None, mask=None, **options):
    """A grid of T by D blocks: the door to ``step``.

    Parameters
    ----------
    p : dict
        Weights, see the module; of NumPy or torch as x is.
    x : array or tensor, shape (T, B, I)
    cell : str or cell, or a pair of them
        Along time and along depth.
    depth : int, optional
        D; with it one block's weights serve at every depth.
    mask : array or tensor of floats, shape (T, B), optional
        1 for data, 0 for pads, whose h means nothing.
    options
        ``order`` and ``priority`` (0 is time, 1 is depth) of ``block``.

    Returns
    -------
    h : array or tensor, shape (T, B, H)
        What leaves depth at the top.
    time : list of D tuples
        Time's states after the last step.

    Raises
    ------
    ValueError
        If x or depth does not fit the weights, an option is unknown, or the cell
        along depth carries a matrix.
    """
    cells = tuple(map(as_cell, cell if isinstance(cell, tuple) else (cell, cell)))
    check_x(x, p["input"][0][0].shape[0], "grid")
    check_up(cells[1])
    check_options(options, CHOICES)
    depth = check_depth(len(p["blocks"]), depth)
    blocks = p["blocks"] * (depth if len(p["blocks"]) == 1 else 1)
    time, h = [start(cells[0], weights[0], x) for weights in blocks], []
    for t in range(len(x)):
        here = None if mask is None else mask[t]
        time, top = step(p, x[t], time, cells, depth, here, **options)
        h.append(top)
    return stacked(h), time


def check_up(cell):
    """A cell whose every state is a row that x can be projected into."""
    if any(state.ndim != 2 for state in cell.initial(1, 1)):
        raise ValueError(
            f"The cell along depth is {cell.name}, which carries a matrix. There x is "
            "projected into every state. Expected states (B, H) only. Pass a pair, "
            f'({cell.name!r}, "lstm"), to have it along time alone?'
        )


def check_depth(blocks, depth):
    """As many blocks as there are weights for, or any number of one."""
    depth = blocks if depth is None else check_size("depth", depth)
    if blocks not in (1, depth):
        raise ValueError(
            f"There are weights for {blocks} blocks, and depth={depth}. One block is "
            "tied along depth, more stand one above the other. Expected depth to be "
            f"{blocks} or left out. Pass p['blocks'][:1] to tie them?"
        )
    return depth


def init(I, H, rng, cell="lstm", depth=1, tied=False):
    """Start values for D blocks of H units; ``tied`` has one W for both dimensions."""
    for name, size in dict(I=I, H=H, depth=depth).items():
        check_size(name, size)
    check_rng(rng)
    cells = tuple(map(as_cell, cell if isinstance(cell, tuple) else (cell, cell)))
    own = cells[: 1 if tied else 2]
    return {
        "input": [draw_layer(I, H, rng) for _ in cells[1].states],
        "blocks": [[init_cell(c, H, H, rng) for c in own] for _ in range(depth)],
    }
