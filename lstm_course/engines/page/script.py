"""The hand that writes JavaScript: expressions, statements, and functions on numbers.

A name of Python stays as it is; what the loops around need begins or ends with ``$``,
which no name of Python can.
"""

import ast
from inspect import isfunction

import numpy as np

from ...equations.fold import Fold, source
from ...ops import TABLE, exp, log, tanh

MATH = {
    **{exp: "exp", log: "log", tanh: "tanh", abs: "abs", min: "min", max: "max"},
    **{np.exp: "exp", np.log: "log", np.tanh: "tanh", np.abs: "abs", np.sqrt: "sqrt"},
    **{np.maximum: "max", np.minimum: "min", np.sign: "sign", np.log1p: "log1p"},
}
BINDS = {ast.Add: 5, ast.Sub: 5, ast.Mult: 6, ast.Div: 6, ast.USub: 7, ast.Pow: 8}
SIGNS = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "**"}
ORDER = {ast.Gt: ">", ast.Lt: "<", ast.GtE: ">=", ast.LtE: "<="}
ORDER |= {ast.Eq: "===", ast.NotEq: "!=="}
CHOICE, SINGLE = 1, 9  # how tightly ? : and a call bind
MOD = "const mod = (a, b) => { const m = a % b; return m * b < 0 ? m + b : m; };"
RESERVED = set(
    "arguments await break case catch class const continue debugger default delete do "
    "else enum eval export extends false finally for function if implements import in "
    "instanceof interface let new null package private protected public return static "
    "super switch this throw true try typeof undefined var void while with yield mod "
    "Math".split()
)


class Read(Fold):
    """Fold that writes a helper out only where it gives several values at once."""

    def _written_out(self, function, call):
        value = super()._written_out(function, call)
        return value if isinstance(value, ast.Tuple) else None


def name(word):
    """A name of Python as one of JavaScript."""
    return f"${word}" if word in RESERVED else word


class Script:
    """Writes expressions; ``texts`` are the functions on numbers that they call."""

    def __init__(self):
        self.texts, self.names = [], {}

    def __call__(self, node, needed=0):
        write = getattr(self, type(node).__name__, None)
        if write is None:
            raise ValueError(unwritten(node))
        text, rank = write(node)
        return f"({text})" if rank < needed else text

    def Constant(self, node):
        value = float(node.value)
        return repr(value).removesuffix(".0"), 9 if value >= 0 else 7

    def Name(self, node):
        if hasattr(node, "function"):
            raise ValueError(unwritten(node))
        return name(node.id), SINGLE

    def Call(self, node):
        function = getattr(node.func, "function", None)
        if function is None or node.keywords:
            raise ValueError(unwritten(node))
        return f"{self.function(function)}({', '.join(map(self, node.args))})", SINGLE

    def UnaryOp(self, node):
        if not isinstance(node.op, ast.USub):
            raise ValueError(unwritten(node))
        return f"-{self(node.operand, SINGLE)}", BINDS[ast.USub]

    def BinOp(self, node):
        op = type(node.op)
        if op is ast.Mod:
            if MOD not in self.texts:
                self.texts.append(MOD)
            return f"mod({self(node.left)}, {self(node.right)})", SINGLE
        if op not in SIGNS:
            raise ValueError(unwritten(node))
        rank, power = BINDS[op], op is ast.Pow  # 2 ** 3 ** 4 is read from the right
        left = self(node.left, SINGLE if power else rank)
        return f"{left} {SIGNS[op]} {self(node.right, rank + (not power))}", rank

    def Compare(self, node):
        return f"{self.test(node)} ? 1 : 0", CHOICE

    def IfExp(self, node):
        parts = self(node.body, CHOICE + 1), self(node.orelse, CHOICE)
        return f"{self.test(node.test)} ? {parts[0]} : {parts[1]}", CHOICE

    def test(self, node):
        """What is true or false."""
        if not isinstance(node, ast.Compare):
            return self(node, CHOICE + 1)
        if len(node.ops) > 1 or type(node.ops[0]) not in ORDER:
            raise ValueError(unwritten(node))
        left, right = self(node.left, 4), self(node.comparators[0], 4)
        return f"{left} {ORDER[type(node.ops[0])]} {right}"

    def function(self, function):
        """The name of a function on numbers, which is written where it is new."""
        if function in MATH:
            return f"Math.{MATH[function]}"
        if function not in self.names:
            row = TABLE.get(function) if isfunction(function) else None
            self._write(function, (row and row.number) or function)
        return self.names[function]

    def _write(self, function, text_of):
        body = Body(self, text_of, {})
        if len(body.results) != 1:
            raise ValueError(unwritten(ast.Name(function.__name__)))
        taken = {*self.names.values(), *RESERVED}
        word = function.__name__.strip("_") or "f"
        self.names[function] = word if word not in taken else f"{word}${len(taken)}"
        given = ", ".join(map(name, body.args))
        inside = f"{' '.join([*body.lines, f'return {body.results[0]};'])}"
        text = f"const {self.names[function]} = ({given}) => {{ {inside} }};"
        self.texts.append(text)


class Body:
    """A function's own lines as statements.

    ``args`` are its arguments, ``lines`` its statements, ``results`` the expressions it
    returns.  ``fixed`` arguments are numbers and are put in.
    """

    def __init__(self, script, function, fixed):
        tree, scope = source(function)
        if tree is None:
            raise ValueError(
                f"The text of {function.__name__!r} cannot be read, so that it is not "
                "written as JavaScript. Expected a function written with def in a file "
                "or a notebook. Write it there?"
            )
        self.script, self.args = script, [a.arg for a in tree.args.args]
        values = {k: ast.Constant(v) for k, v in fixed.items()}
        self.fold, self.known = Read(scope, values, (function,)), set(self.args)
        self.lines, self.results = [], []
        for statement in tree.body:
            self._read(statement)

    def _read(self, statement):
        if isinstance(statement, ast.Return):
            value = self.fold.visit(statement.value)
            self.results = [self.script(v) for v in _parts(value)]
            return
        plain = isinstance(statement, ast.Assign) and len(statement.targets) == 1
        targets = _parts(statement.targets[0]) if plain else []
        if not targets or not all(isinstance(t, ast.Name) for t in targets):
            raise ValueError(unwritten(statement))
        values = _parts(self.fold.visit(statement.value))
        if len(values) != len(targets):
            raise ValueError(unwritten(statement))
        self._assign([t.id for t in targets], values)

    def _assign(self, names, values):
        """One name after the other, over constants where a value reads a new name."""
        reads = [{n.id for n in ast.walk(v) if isinstance(n, ast.Name)} for v in values]
        texts = [self.script(v) for v in values]
        if any(set(names[:k]) & read for k, read in enumerate(reads)):
            at = len(self.lines)
            words = [f"$t{at}_{k}" for k in range(len(names))]
            pairs = zip(words, texts, strict=True)
            self.lines += [f"const {word} = {text};" for word, text in pairs]
            texts = words
        for word, text in zip(names, texts, strict=True):
            self.fold.values.pop(word, None)
            new = "let " * (word not in self.known)
            self.lines.append(f"{new}{name(word)} = {text};")
            self.known.add(word)


def _parts(node):
    return node.elts if isinstance(node, ast.Tuple) else [node]


def unwritten(node):
    """What is said of a line that has no form in JavaScript."""
    return (
        f"{ast.unparse(node)!r} is not written as JavaScript. Got "
        f"{type(node).__name__}; expected plain assignments of sums, products, powers, "
        "comparisons and functions of ops. Put it into a function of one return?"
    )
