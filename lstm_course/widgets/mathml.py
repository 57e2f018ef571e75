r"""TeX as `lstm_course.equations` writes it -> MathML, which a browser sets by itself.

Only what these equations use: names with subscripts, products, fractions, functions.
A gate or state gets its colour, as ``class="p-f"``.
"""

import re
from html import escape

from ..palette import GATES

TOKEN = re.compile(r"\\[A-Za-z]+|\\.|\d+(?:\.\d+)?|\S")
FUNCTIONS = {"tanh", "log", "exp", "max", "min"}
SIGNS = {"odot": "⊙", "bmod": "mod", "-": "−", ",": ","}
SPACES = {r"\;": "0.28em", r"\,": "0.17em"}


def mathml(tex):
    r"""One line of TeX as a ``<math>`` element: str.

    Examples
    --------
    >>> mathml(r"h_t = z_{h}").count("<msub>")
    2
    """
    tokens = _texts(tex)
    body = _row(tokens)
    if tokens:
        raise ValueError(
            f"The line {tex!r} has a brace too many, or something that follows it. "
            "Expected the TeX of lstm_course.equations. Balance the braces?"
        )
    return f'<math displaystyle="true">{body}</math>'


def _texts(tex):
    """Tokens, last first, so that the next one is popped; a \\text{...} is one."""
    tokens, rest = [], tex
    for m in re.finditer(r"\\(?:text|mathrm)\{([^}]*)\}", tex):
        before, _, rest = rest.partition(m[0])
        tokens += [*TOKEN.findall(before), f'"{m[1]}']
    return [*tokens, *TOKEN.findall(rest)][::-1]


def _row(tokens):
    """Everything up to the closing brace, with its subscripts."""
    out = []
    while tokens and tokens[-1] != "}":
        if tokens[-1] == "_":
            tokens.pop()
            base, sub = out.pop(), _atom(tokens)
            out.append(f"<msub>{_coloured(base, sub)}{sub}</msub>")
        else:
            out.append(_atom(tokens))
    return f"<mrow>{''.join(out)}</mrow>" if len(out) != 1 else out[0]


def _group(tokens):
    """What stands between two braces, which are taken away."""
    tokens.pop()
    inside = _row(tokens)
    tokens.pop()
    return inside


def _atom(tokens):
    """The next symbol or group."""
    if tokens[-1] == "{":
        return _group(tokens)
    token = tokens.pop()
    name = token.removeprefix("\\")
    if token in SPACES:
        return f'<mspace width="{SPACES[token]}"></mspace>'
    if name == "frac":
        return f"<mfrac>{_group(tokens)}{_group(tokens)}</mfrac>"
    if name == "mathbb":
        return f"<mn>{'𝟙' if _group(tokens) else ''}</mn>"
    if token[0] == '"':
        return f'<mtext class="up">{escape(token[1:])}</mtext>'
    if name == "sigma" or name in FUNCTIONS or (name.isalpha() and len(name) == 1):
        return f"<mi>{'σ' if name == 'sigma' else name}</mi>"
    if token[0].isdigit():
        return f"<mn>{token}</mn>"
    form = ' form="infix"' if name == "+" else ""  # also where a line goes on with it
    return f'<mo stretchy="false"{form}>{escape(SIGNS.get(name, name))}</mo>'


def _coloured(base, sub):
    """A gate or state of a time step, or the z of one, in its colour."""
    name = re.fullmatch(r"<mi>(\w)</mi>", base)
    of = re.fullmatch(r"<mi>(\w)</mi>", sub) if name and name[1] == "z" else name
    if of and of[1] in GATES and (name[1] == "z" or "<mi>t</mi>" in sub):
        return base.replace("<mi", f'<mi class="p-{of[1]}"')
    return base
