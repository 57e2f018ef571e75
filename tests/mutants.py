"""Deliberate bugs: (what goes wrong, text in the file, text instead of it).

Each key names the file that is changed and the cell that is then put to the proofs.
Every text must occur exactly once, so a bug that no longer applies is noticed.
"""

MUTANTS = {
    ("cells/rnn.py", "rnn", ()): [
        ("wrong derivative", "dh * d_tanh(h)", "dh * (1.0 - h)"),
        ("derivative forgotten", "dh * d_tanh(h)", "1.0 * dh"),
        ("wrong activation", "return tanh(zh)", "return tanh(zh) * 0.99"),
        ("bias twice", "h W_h + b", "h W_h + b + b"),
    ],
    ("cells/lstm.py", "lstm", ()): [
        ("input and forget gate swapped", "i f g o =", "f i g o ="),
        ("candidate and output gate swapped", "i f g o =", "i f o g ="),
        (
            "gates swapped in one direction only",
            "dzi, dzf, dzg, dzo, dc * f",
            "dzf, dzi, dzg, dzo, dc * f",
        ),
        ("bias twice", "h W_h + b", "h W_h + b + b"),
        (
            "new cell state from the wrong gates",
            "c = f * c_prev + i * g",
            "c = i * c_prev + f * g",
        ),
        ("forget gate dropped", "c = f * c_prev + i * g", "c = c_prev + i * g"),
        ("output activation dropped", "    h = o * tanh(c)\n", "    h = o * c\n"),
        (
            "output shows the old cell state",
            "    h = o * tanh(c)\n",
            "    h = o * tanh(c_prev)\n",
        ),
        (
            "candidate through a gate function",
            "tanh(zg), gate(zo)",
            "gate(zg), gate(zo)",
        ),
        (
            "gradient from the next step dropped",
            "dc = dc + dh * o * d_tanh(tanh_c)",
            "dc = dh * o * d_tanh(tanh_c)",
        ),
        (
            "path through h dropped",
            "dc = dc + dh * o * d_tanh(tanh_c)",
            "dc = 1.0 * dc",
        ),
        ("tanh' at c, not at tanh(c)", "dh * o * d_tanh(tanh_c)", "dh * o * d_tanh(c)"),
        ("wrong time index", "dzf = dc * c_prev", "dzf = dc * c"),
        ("output gate sees c, not tanh(c)", "dzo = dh * tanh_c", "dzo = dh * c"),
        ("gate derivative forgotten", "dc * g * d_gate(i)", "dc * g"),
        (
            "tanh with a sigmoid's derivative",
            "dc * i * d_tanh(g)",
            "dc * i * d_gate(g)",
        ),
        ("cell path without its gate", "dzo, dc * f", "dzo, dc"),
        ("cell path cut", "dzo, dc * f", "dzo, 0.0 * dc"),
        ("cell path through the wrong gate", "dzo, dc * f", "dzo, dc * i"),
    ],
    ("ops.py", "lstm", (("gate", "hard_sigmoid"),)): [
        ("slope of the other hard sigmoid", "(0.2 * x + 0.5)", "(x / 6.0 + 0.5)"),
        (
            "derivative with the other slope",
            "0.2 * positive(y)",
            "1.0 / 6.0 * positive(y)",
        ),
        (
            "no zero derivative above 1",
            "0.2 * positive(y) * positive(1.0 - y)",
            "0.2 * positive(y)",
        ),
        (
            "hard sigmoid not cut off",
            "(0.2 * x + 0.5).clip(0.0, 1.0)",
            "(0.2 * x + 0.5).clip(-9.0, 9.0)",
        ),
    ],
    ("ops.py", "lstm", (("gate", "hard_sigmoid6"),)): [
        (
            "no zero derivative below 0",
            "6.0 * positive(y) * positive(1.0 - y)",
            "6.0 * positive(1.0 - y)",
        ),
    ],
    (
        "cells/lstm1997.py",
        "lstm1997",
        (("squash", "1997"), ("gates_read_gates", True)),
    ): [
        ("carousel slowed down", "c = c_prev + i * g", "c = 0.9 * c_prev + i * g"),
        (
            "carousel slowed down backward",
            "dzi, dzg, dzo, dc\n",
            "dzi, dzg, dzo, 0.9 * dc\n",
        ),
        ("gate recurrence dropped backward", "(di + dc * g)", "(dc * g)"),
        ("gates of the step before swapped", "i W_i + o W_o", "o W_i + i W_o"),
        (
            "squash of g is squash of h",
            "4.0 * sigmoid(z) - 2.0",
            "2.0 * sigmoid(z) - 1.0",
        ),
        ("its derivative is off by 2", "1.0 - 0.25 * y * y", "0.5 - 0.25 * y * y"),
    ],
    ("cells/peephole.py", "peephole", ()): [
        ("output gate sees the OLD cell state", "zo + c * w_co", "zo + c_prev * w_co"),
        ("peepholes of i and f swapped", "zi + c_prev * w_ci", "zi + c_prev * w_cf"),
        ("peephole of f dropped", "zf + c_prev * w_cf", "zf"),
        ("error cut at the output peephole", " + dzo * w_co", ""),
        (
            "error cut at the other peepholes",
            "dc * f + dzi * w_ci + dzf * w_cf",
            "dc * f",
        ),
        ("one of them forgotten", " + dzf * w_cf", ""),
        ("gradient by w_co at the old time", "dzo * c\n", "dzo * c_prev\n"),
        ("gradient by w_ci at the new time", "dzi * c_prev", "dzi * c"),
        ("dzo before dc reaches it", "dzo = dh * tanh_c", "dzo = dh * tanh_c * o"),
    ],
    ("cells/coupled.py", "coupled", (("keeps", "i"),)): [
        ("gates not coupled", "f = 1.0 - i", "f = 1.0 - i * i"),
        ("coupling forgotten backward", "dc * (g - c_prev)", "dc * g"),
        ("sign of the coupling", "dc * (g - c_prev)", "dc * (g + c_prev)"),
    ],
    ("cells/coupled.py", "coupled", (("keeps", "f"),)): [
        ("input gate learned instead", "i = 1.0 - f", "i = 1.0 * f"),
        ("sign turned round", "dc * (c_prev - g)", "dc * (g - c_prev)"),
    ],
    ("cells/gru.py", "gru", ()): [
        (
            "convention of the update gate",
            "u * h_prev + (1.0 - u) * n",
            "(1.0 - u) * h_prev + u * n",
        ),
        ("reset gate on the input too", "tanh(zn + r * zm)", "tanh(r * (zn + zm))"),
        ("reset gate left out", "tanh(zn + r * zm)", "tanh(zn + zm)"),
        ("reset path backward sees h", "dzn * m *", "dzn * h_prev *"),
        ("reset gate forgotten backward", "dzn, dzn * r,", "dzn, dzn,"),
        ("blocks r and u swapped", "r u n = x W_x + b\\n", "u r n = x W_x + b\\n"),
        ("second bias twice", "r u m = h W_h + b_h", "r u m = h W_h + b_h + b_h"),
    ],
    ("cells/gru.py", "gru", (("reset", "before"), ("update", "takes_new"))): [
        ("candidate reads h, not r * h", "(h h q) W_h", "(h h h) W_h"),
        (
            "wrong sign of the update gate",
            "return dh * (n - h_prev)",
            "return dh * (h_prev - n)",
        ),
        ("path through r * h dropped", "dq * r\n", "0.0 * dq\n"),
    ],
    ("cells/clockwork.py", "clockwork", (("periods", (1, 2, 3)),)): [
        ("mask not applied", 'masks={"W_h"', 'masks={} and {"W_h"'),
        ("mask transposed", "T[:, None] >= T[None, :]", "T[:, None] <= T[None, :]"),
        (
            "a group does not read itself",
            "T[:, None] >= T[None, :]",
            "T[:, None] > T[None, :]",
        ),
        ("clock off by one", "(t_prev + 0.5)", "(t_prev + 1.5)"),
        ("clock stands still", "t_prev + 1.0", "t_prev + 0.0"),
        ("silent units forget", " + (1.0 - on) * h_prev", ""),
        ("silent units learn", "dh * on * d_tanh(n)", "dh * d_tanh(n)"),
        ("copied state drops its gradient", "dh * (1.0 - on)", "0.0 * dh"),
        (
            "units in order of decreasing period",
            "np.array(periods, float)",
            "np.array(periods[::-1], float)",
        ),
    ],
    ("cells/greff.py", "greff", ()): [
        ("output gate sees the old cell state", "zo + c * w_co", "zo + c_prev * w_co"),
        ("error cut at a peephole", " + dzo * w_co", ""),
    ],
    ("cells/greff.py", "greff", (("without", "ogh"),)): [
        ("removed gate half open", "OPEN = 1000.0", "OPEN = 0.0"),
        ("removed activation left in", "return z\n", "return tanh(z)\n"),
        ("derivative of nothing is not 0", "return 1.0\n", "return 0.5\n"),
    ],
    ("cells/greff.py", "greff", (("gates_read_gates", True),)): [
        (
            "gates read each other's matrices",
            "i W_i + f W_f + o W_o",
            "f W_i + i W_f + o W_o",
        ),
        ("gate recurrence dropped backward", "(df + dc * c_prev)", "(dc * c_prev)"),
        ("gate recurrence dropped for o", "(do + dh * y)", "(dh * y)"),
    ],
    ("cells/cifg.py", "cifg", ()): [
        ("gates not coupled", "f = 1.0 - i", "f = 1.0 * i"),
        ("coupling forgotten backward", "dc * (g - c_prev)", "dc * g"),
        ("peephole path dropped", "dc * f + dzi * w_ci", "dc * f"),
    ],
    ("cells/depth_gated.py", "depth_gated", (("layers", 3),)): [
        ("depth gate left out", " + d * zl", " + zl"),
        ("depth gate does not see below", " + zl * w_ld)", ")"),
        ("depth gate reads h", "ni f g o = h W_h", "ni f g d = h W_h"),
        ("gradient down dropped", "dc * d + dzd * w_ld", "dzd * w_ld"),
        ("gradient down through the gate dropped", "dc * d + dzd * w_ld", "dc * d"),
        ("gradient by the depth gate's own peephole", " + dzd * w_cd", ""),
        ("w_ld sees the old cell state", "dzd * zl)", "dzd * c_prev)"),
        ("projected input twice", "l = x W_0", "l = x W_0 + x W_0"),
    ],
    ("cells/stack.py", "depth_gated", ()): [
        (
            "h passed up in place of c",
            '(below["h"], below["c"])',
            '(below["h"], below["h"])',
        ),
        (
            "states of the step before passed up",
            "new[k - 1], strict=True))\n                x =",
            "old[k - 1], strict=True))\n                x =",
        ),
        ("gradient by c below dropped", 'more["c"] = dx[..., H:]', "pass"),
        ("gradient by h below dropped", '{"h": dx[..., :H]}', "{}"),
        ("layers in the wrong order", "[top, *range(1, top)]", "[*range(1, top + 1)]"),
    ],
    ("cells/mut.py", "mut", (("number", 1),)): [
        ("x not squashed", "e = tanh(ze)", "e = 1.0 * ze"),
        ("its derivative forgotten", "dzn * d_tanh(e)", "dzn"),
        ("update gate reads h", "r u n = b\\ne", "u n = b\\ne"),
        ("candidate reads h, not r * h", "r n = (h q) W_h", "r n = (h h) W_h"),
    ],
    ("cells/mut.py", "mut", (("number", 2),)): [
        (
            "gate applied to the old state",
            "return dzu, dh * u * d_tanh(n)",
            "return dzu, dh * d_tanh(n)",
        ),
        (
            "reset gate reads a full product",
            "u n = x W_x\\nr = x W_e?",
            "u r = x W_x\\nn = x W_e?",
        ),
    ],
    ("cells/mut.py", "mut", (("number", 3),)): [
        ("h not squashed", "tanh(h_prev), r", "1.0 * h_prev, r"),
        ("its gradient dropped", "dq * r + da * d_tanh(a)", "dq * r"),
        ("a and q swapped", "(h a q) W_h", "(h q a) W_h"),
    ],
    ("cells/mingru.py", "mingru", ()): [
        (
            "convention turned round",
            "(1.0 - u) * h_prev + u * zn",
            "u * h_prev + (1.0 - u) * zn",
        ),
        ("candidate through a sigmoid", "u * zn, u, zn", "u * sigmoid(zn), u, zn"),
        ("gate derivative forgotten", "(n - h_prev) * d_sigmoid(u)", "(n - h_prev)"),
    ],
    ("cells/minlstm.py", "minlstm", ()): [
        ("gates not normalised", "sigmoid(lf - li)", "sigmoid(zf)"),
        ("gates swapped", "sigmoid(lf - li)", "sigmoid(li - lf)"),
        ("sign of the input gate", "return -dl", "return dl"),
    ],
    ("cells/slstm.py", "slstm", ()): [
        ("output not normalised", "h = o * c / n", "h = o * c"),
        ("normaliser without its past", "n = f * n_prev + i", "n = f + i"),
        ("maximum of one side", "m = maximum(lf + m_prev, zi)", "m = lf + m_prev"),
        ("forget gate without the new maximum", "exp(lf + m_prev - m)", "exp(lf)"),
        ("gradient by n dropped", "dn = dn - dh * o * c / (n * n)", "dn = 1.0 * dn"),
        ("quotient rule off", "c / (n * n)", "c / n"),
        ("gradient by m dropped", "dm = dm - dli - dlf", "dm = 0.0 * dm"),
        (
            "maximum hands its gradient to both",
            "dzi = dli + dm * (1.0 - kept)",
            "dzi = dli + dm",
        ),
        ("m_prev forgotten", "dc * f, dn * f, dlf", "dc * f, dn * f, 0.0 * dlf"),
        ("n_prev forgotten", "dc * f, dn * f, dlf", "dc * f, 0.0 * dn, dlf"),
    ],
    ("cells/mlstm.py", "mlstm", (("heads", 2),)): [
        ("memory transposed", "k.mT @ v", "v.mT @ k"),
        ("keys not scaled", "zk / D**0.5", "zk"),
        (
            "keys scaled by H, not by the head",
            "*old, n_prev.shape[-1])",
            "*old, h_prev.shape[-1])",
        ),
        ("read without the absolute value", "maximum(abs(qn)", "maximum(qn"),
        ("floor of 1 instead of exp(-m)", "exp(-m))\n    h", "exp(0.0 * m))\n    h"),
        ("normaliser drops its past", "n = f * n_prev + i * k", "n = f + i * k"),
        ("gradient by the normaliser dropped", "dn = dn + dqn * q", "dn = 1.0 * dn"),
        ("scale forgotten backward", "dk / q.shape[-1] ** 0.5", "dk"),
        (
            "C transposed backward",
            '(cache["C"] @ dr',
            '(cache["C"].swapaxes(-1, -2) @ dr',
        ),
        ("gradient by m dropped", "dm = dm - dli - dlf", "dm = 0.0 * dm"),
        ("forget gate misses n", ' + (dn * cache["n_prev"]).sum(-1)', ""),
    ],
    ("cells/products.py", "gru", ()): [
        (
            "columns of the neighbour block",
            "t.first * H : (t.first + len(t.blocks)) * H",
            ": len(t.blocks) * H",
        ),
        ("products replace instead of add", "z is None else z + y", "True else z + y"),
    ],
    ("cells/cell.py", "rnn", ()): [
        (
            "transposed block backward",
            "d = self.part(dz, t, H) @ columns(p, t, H).T",
            "d = self.part(dz, t, H) @ columns(p, t, H)",
        ),
        ("weight gradient halved", "source.T @ rows", "0.5 * source.T @ rows"),
        ("bias gradient averaged", "rows.sum(0)\n", "rows.mean(0)\n"),
        ("bias gradient twice", "[...] += rows.sum(0)", "[...] += 2.0 * rows.sum(0)"),
    ],
    ("cells/cell.py", "gru", (("reset", "before"),)): [
        ("paths by h overwrite each other", "back[a] + d if a in back else d", "d"),
        (
            "products of the first phase dropped",
            'key, sums = f"d{t.source}", grad',
            'key, sums, d = f"d{t.source}", grad, 0.0 * d',
        ),
    ],
    ("cells/cell.py", "mut", (("number", 2),)): [
        ("dx of the projection only", "dx += part @", "dx = part @"),
    ],
    ("cells/cell.py", "peephole", ()): [
        ("elementwise gradient of one example", "v.sum(0) for k", "v[0] for k"),
        ("elementwise gradient averaged", "v.sum(0) for k", "v.mean(0) for k"),
    ],
    ("cells/cell.py", "clockwork", ()): [
        ("masked weights get a gradient", "grads[k] *= mask(H)", "pass"),
        ("mask forgotten forward", "p | fixed | masked", "p | fixed"),
    ],
    ("cells/cell.py", "depth_gated", ()): [
        (
            "gradient by the cell state below dropped",
            "dx, dvectors[self.extra]",
            "dx, 0.0 * dvectors[self.extra]",
        ),
    ],
}

# The same for the loop over time, with the cell it is tried on.
UNROLL_MUTANTS = [
    ("every output the last one", "h.append(end[0])", "h = [*h[:-1], end[0]]"),
    ("initial state ignored", "x, check_each_state(cell, state0, start)", "x, start"),
    (
        "gradients in the wrong time order",
        "caches[t], dz[t])",
        "caches[t], dz[T - 1 - t])",
    ),
    (
        "upstream gradient of the first step only",
        "dstate[0] + dh[t], *dstate[1:])\n        dstate, other",
        "dstate[0] + dh[0], *dstate[1:])\n        dstate, other",
    ),
    (
        "other states' gradients dropped",
        "dstate[0] + dh[t], *dstate[1:])\n        dstate, other",
        "dstate[0] + dh[t], *(0 * d for d in dstate[1:]))\n        dstate, other",
    ),
    ("truncated after every second step", "zeros, T if", "zeros, 2 if"),
    ("elementwise gradient of the last step", "v.sum((0, 1))", "v[-1].sum(0)"),
    (
        "the old state's products at the new time",
        "values[s] for s in cell.states)\n        yield",
        "values[s] for s in cell.states[::-1])\n        yield",
    ),
]
