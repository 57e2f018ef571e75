"""Wrong answers as learners give them, and what they have to be told.

Rows of (question, edits of the public solution, words of ``check``, words of the
grade); the words of the grade hold no number of a hidden case.
"""

SUM = 'dc = dc + dh * o * d_tanh(tanh_c) + dzo * p["w_co"]'
DERIVATIVES = (
    ("total * (c[t - 1] if t > 0 else c0)",
     "total * (c[t - 1] if t > 0 else c0) * f[t] * (1 - f[t])"),
    ("= total * g[t]", "= total * g[t] * i[t] * (1 - i[t])"),
)  # fmt: skip
GATES = '{"i": i, "f": f, "g": g, "o": o}'
SPANS = "return np.log(0.5) / rate"

KNOWN = (
    ("03.3", DERIVATIVES, "there is none here yet", "no f * (1 - f)"),
    ("03.3", DERIVATIVES[:1], "df: asked is", "df: asked is"),
    ("03.4", [("np.log(f / (1 - f))", "np.log(steps)")], "chrono", "chrono"),
    ("03.7", [(SPANS, "return (np.log(0.5) / np.log(f)).mean(axis=(0, 1))")],
     "You averaged half-lives", "You averaged half-lives"),
    ("05.1", [('p["w_ci"]', 'p["w_"]'), ('p["w_cf"]', 'p["w_ci"]'),
              ('p["w_"]', 'p["w_cf"]')], "are exchanged: w_ci belongs", "exchanged"),
    ("05.2", [(SUM, SUM.replace("dc + dh", "dh"))], "incoming dc is lost",
     "dc is lost"),
    ("05.2", [("dc_prev = dc * f", "dc_prev = (dc - dh * o * d_tanh(tanh_c) "
               '- dzo * p["w_co"]) * f')], "dc_prev misses", "dc_prev misses"),
    ("05.3", [("zr, zu, zn =", "zu, zr, zn ="), ("mr, mu, mn =", "mu, mr, mn =")],
     "both in another order than r, u, n", "another order"),
    ("05.7", [("float(t * ", "float(1.96 * ")], "1.96 belongs to many", "1.96 belongs"),
    ("06.1", [("scores.max(axis=-1, keepdims=True)", "0")], "overflow where scores",
     "overflow where scores"),
    ("06.1", [("-right[mask].mean()", "-right.mean()")], "over the padding as well",
     "over the padding"),
    ("06.1", [("float(np.exp(nats))", "float(2 ** nats)")], "2 belongs to bits",
     "2 belongs to bits"),
    ("06.2", [("text[:-1], text[1:]", "text[:-1], np.roll(text[:-1], -1, axis=0)")],
     "very last target of each row", "very last target"),
    ("06.3", [("= run(x, h, c)", "= run(x, h, 0 * c)")], "window, but not c", "not c"),
    ("06.3", [("for text in texts:\n        h, c, found = np.zeros(H), np.zeros(H), []",
               "h, c = np.zeros(H), np.zeros(H)\n    for text in texts:\n"
               "        found = []")], "into the next, which has",
     "carried into the next"),
    ("06.4", [("int(below.sum()) + 1", "max(1, int(below.sum()))")],
     "stops before the symbol", "stops before the symbol"),
    ("06.4", [("/ temperature)", ")"), ("p = p / p.sum()",
               "p = p / temperature\n    p = p / p.sum()")],
     "The temperature changes nothing", "temperature changes nothing"),
    ("06.5", [("    grown[done] = -np.inf\n    grown[done, 0] = totals[done]\n", "")],
     "are written on", "are written on"),
    ("07.1", [("= 3 * T * 2", "= T * 2")], "operations of the forward pass",
     "operations of the forward pass"),
    ("07.2", [('    z_x = times("W_x", x) + b', "    z_x = x"),
              ("z_x[t] +", 'times("W_x", x[t]) + b +')],
     "two products at every step", "two products at every step"),
    ("07.2", [("z_x[t] +", '(times("W_x", x) + b)[t] +')], "multiply ALL of x",
     "multiply ALL of x"),
    ("07.2", [("* tanh(c)", "* c")], "passes through tanh first", "tanh first"),
    ("07.3", [("-(-T // L)", "T // L")], "lose the last segment", "last segment"),
    ("07.4", [("J2 @ e1 + e2", "J2 @ (e1 + e2)")], "e2 is not multiplied",
     "e2 is not multiplied"),
    ("07.5", [("join(a[reach:], a[:-reach])", "join(a[:-reach], a[reach:])")],
     "arguments of join are exchanged", "are exchanged"),
    ("07.5", [("reach = 2 * reach", "reach = reach + 1")], "joined more than once",
     "joined more than once"),
    ("07.8", [('"b" if low > 0 else "neither"', '"b" if d.mean() > 0 else "a"')],
     "nobody can tell", "nobody can tell"),
    ("08.1", [("    e = np.where(mask, e, -np.inf)\n", "    e = e * mask\n")],
     "no weight of 0", "no weight of 0"),
    ("08.1", [("e - e.max(axis=1, keepdims=True)", "e")], "overflow where scores",
     "overflow where scores"),
    ("08.2", [("(dalpha - mean[:, None])", "dalpha")], "takes weight from all",
     "takes weight from all"),
    ("08.3", [("enters[0], *up", "states[d][0], *up")], "reads the new h of time",
     "reads the new h of time"),
    ("08.4", [("np.arange(1, N + 1)", "np.arange(N)")], "counted from 0",
     "counted from 0"),
    ("08.5", [("- 1 - 2 * np.log(ratio)).sum(axis=2)",
               "- 2 * np.log(ratio)).sum(axis=2) - 0.5")], "once for each step",
     "once for each step"),
    ("08.8", [("np.maximum(abs(down), 1)", "abs(down)")], "never less than 1",
     "never less than 1"),
    ("06.8", [("d.std(ddof=1)", "d.std()")], "has to be n - 1", "has to be n - 1"),
)  # fmt: skip

FORM = (
    ("04.1", [("h = o * tanh(c)", "h = (o * c).T")],
     ("transposed", "passes through tanh first"), ("tanh first", "It is transposed")),
    ("05.1", [(GATES, '{"i": i, "g": g, "o": o}'),
              ("f * c_prev + i * g", "f * g + i * c_prev")],
     ("It lacks f", "forget gate multiplies g"), ("forget gate",)),
    ("05.1", [(f"h, c, {GATES}", "h, c, i, f, g, o"), ("o * tanh(c)", "o * c")],
     ("a tuple of 6", "passes through tanh first"), ("tanh first",)),
    ("05.1", [(f"h, c, {GATES}", f"{GATES}, h, c")],
     ("gates is an array", "The numbers are right"), ("not the kind of thing",)),
    ("02.2", [("np.array(norms[::-1])", "norms")],
     ("norms is a list of 6", "run backward in time"), ("run backward", "no array")),
    ("05.3", [("return h,", "return h.astype('float32'),"), ('"u": u', '"u": 1 - u')],
     ("dtype float32", "gates[u]", "1 minus them"), ("dtype",)),
    ("01.3", [("x.T @ dz", "dz.T @ x"), ("dz = dh * (1 - h**2)", "dz = dh")],
     ("grads[W_x] has shape", "It is transposed", "derivative of tanh is missing"),
     ("derivative of tanh",)),
    ("06.2", [("x.reshape(n, T, B), y.reshape(n, T, B)",
               "x.reshape(n, T, B).transpose(0, 2, 1), y.reshape(n, T, B)")],
     ("x has shape", "axes lie in another order"), ("axes lie in another order",)),
    ("04.3", [("return np.stack(dx[::-1]), dh_next, dc_next,",
               "return np.stack(dx[::-1]), dh_next,")],
     ("a tuple of 3", "dc0 is missing"), ("not the kind",)),
)  # fmt: skip

SHARED = (
    ("03.4", [("return np", "return 0.5 * np")],
     ("All values are the right ones times 0.5", "Seen with steps = ["),
     ("off by one factor",)),
    ("03.4", [("return np", "return 2.5 + np")], ("plus one and the same",),
     ("by one number",)),
    ("03.2", [("return np.stack(out)", "return np.stack(out)[::-1]")],
     ("in reverse order along the axis step", "Seen with c0 (3, 4)"),
     ("reverse order",)),
    ("03.3", [("return carry, df,", "return carry, -df,")],
     ("df:", "sign turned round"), ("sign turned round",)),
    ("04.1", [("return h, c,", "return c, h,")], ("This is c.", "This is h."),
     ("It is c.",)),
    ("05.4", [("return new", 'new["W_x"] = np.roll(new["W_x"], H, axis=-1)\n'
               "    return new")],
     ("with the blocks in the order n, r,", "p[W_x]"), ("wrong values",)),
    ("02.1", [("return (1 - h**2)[:, None] * W_h.T",
               "return ((1 - h**2)[:, None] * W_h.T)**2")],
     ("their squares",), ("their squares",)),
    ("01.7", [("return (labels == y).mean(axis=1)",
               "return np.append(0, (labels == y).mean(axis=1)[:-1])")],
     ("one step late",), ("one step late",)),
    ("01.7", [(".mean(axis=1)", ".sum(axis=1) / len(y) ** 2")],
     ("divided by 30, one of the sizes",), ("off by one factor, a size",)),
    ("06.3", [("return means", "return 2 * means")], ("times 2", "costs:"),
     ("one factor",)),
    ("03.3", [("return carry, df, di, dg",
               "dg[0] += 1\n    return carry, df, di, dg")],
     ("Only step 0 is wrong",), ("Only step 0",)),
)  # fmt: skip

DIGITS = (
    ("06.6", [("2**3.5", "11.0")], ("both = 11", "three digits are asked for"),
     "three digits"),
    ("03.5", [("6.579", "6.6")], ("half_life = 6.6", "three digits are asked for"),
     ("three digits",)),
)  # fmt: skip

ASKED = (
    ("05.4", [("v.copy()", "v")], "changes what it was given", "half of the points"),
)  # fmt: skip

WRONG = (*KNOWN, *FORM, *SHARED, *DIGITS, *ASKED)
