"""From a cell to an object of JavaScript: its products, and its phases as functions.

Every quantity of a layer is one array of all steps, (T, B, H) row after row, a state
one of T + 1 steps.  A phase is a function of those arrays, the step and the sizes; it
goes over the rows of the step and over the units.

    $z, $dz    pre-activations and the gradients by them, (T, B, n H) for n blocks
    $d         gradients on their way back, (B, H) each: $d.h, $d.c
    $dx        the gradient by an extra input, (T, B, H)
    $p, $g     weights, and the gradients by elementwise ones, (H,)
    $one       0 where backward goes over many rows with the values of a single one

What depends on the number of units, masks and constants, is written out for the
``widths`` asked for.
"""

import json

import numpy as np

from .script import Body, Script, name

INDEX = {  # of an array of its kind, in row $r and unit $j
    "here": "$d",  # the same at every step: (B, H)
    "step": "$k",  # at this step: (T, B, H)
    "next": "$n",  # after it, of a state: (T + 1, B, H)
    "unit": "$j",  # (H,)
}


def cell_text(cell, widths=(), held=False):
    """An expression of JavaScript: the object that ``net.js`` runs.

    Parameters
    ----------
    cell : cell
    widths : sequence of int
        Units for which masks and constants are written out.
    held : bool
        Whether a page may hold the cell's path at values of its own, {unit: value} in
        ``q.$held`` of the top layer, before anything reads it.

    Raises
    ------
    ValueError
        For a line that has no form in JavaScript.

    Examples
    --------
    >>> from lstm_course.doors import as_cell
    >>> text = cell_text(as_cell("rnn"))
    >>> "h$[$n] = Math.tanh(zh);" in text and "$dz[$e] = dh * d_tanh(h);" in text
    True
    """
    *below, top = cell.layers
    texts = [*(_layer(layer, widths) for layer in below), _layer(top, widths, held)]
    layers = ",\n".join(texts)
    about = {"name": cell.name, "states": cell.states, "stacked": cell.layers != [cell]}
    return f"{{ {_members(about)}, layers: [\n{layers}\n] }}"


def module_text(cells, widths=(), held=False):
    """A module with the object ``CELLS``: name -> what ``cell_text`` writes."""
    texts = {name: cell_text(cell, widths, held) for name, cell in cells.items()}
    pairs = ",\n".join(f"{json.dumps(n)}: {text}" for n, text in texts.items())
    return f"export const CELLS = {{\n{pairs},\n}};\n"


def _members(about):
    return ", ".join(f"{k}: {json.dumps(v)}" for k, v in about.items())


def _layer(cell, widths, held=False):
    if cell.noise or cell.whole_rows:
        raise ValueError(
            f"{cell.name} with dropout, zoneout or layer normalisation is not written "
            "as JavaScript: a page runs the plain cell. Expected an entry of CELLS or "
            "a cell of yours. Take the cell it was made of?"
        )
    if cell.form == "matrix":
        return f"{{ {_members(_about_matrix(cell))} }}"
    script = Script()
    ways = [[Phase(script, cell, k, b, held and not b).text()
             for k in range(len(cell.phases))] for b in (False, True)]  # fmt: skip
    ways = [f"[\n{','.join(texts)}]" for texts in ways]
    about = _members(_about(cell, widths))
    lines = [*script.texts, f"return {{ {about}, forward: {ways[0]}, "]
    return "\n".join(["(() => {", *lines, f"backward: {ways[1]} }};", "})()"])


def _about_matrix(cell):
    return {
        **{"name": cell.name, "form": cell.form, "heads": cell.heads},
        **{"states": cell.states, "bias": cell.bias, "blocks": cell.blocks},
    }


def _about(cell, widths):
    """What the loops are told of a cell, beside its arithmetic."""
    kept = [n for ph in cell.phases for n in ph.names if n not in cell.states]
    sizes = {
        H: {
            "constants": {k: _list(f(H)) for k, f in cell.constants.items()},
            "masks": {k: _list(f(H)) for k, f in cell.masks.items()},
        }
        for H in widths
        if cell.constants or cell.masks
    }
    return {
        **{"name": cell.name, "form": "products", "states": cell.states},
        **{"start": cell.start, "blocks": cell.blocks, "kept": kept},
        **{"given": [n for ph in cell.phases[:-1] for n in ph.gives]},
        **{"extra": cell.extra, "vectors": cell.vectors, "bias": cell.bias},
        **{"masked": list(cell.masks), "sizes": sizes},
        **{"constants": list(cell.constants), "path": cell.cell_path},
        "terms": [_term(cell, t) for t in cell.all_terms],
    }


def _list(array):
    return [float(v) for v in np.asarray(array).ravel()]


def _term(cell, t):
    """A product: from block ``first`` of its weight to block ``at`` of z, n blocks."""
    phase = -1
    if t.source in cell.states:
        phase = 0
    elif t.source not in (None, "x"):
        phase = 1 + [t.source in ph.gives for ph in cell.phases].index(True)
    at = cell.blocks.index(t.blocks[0])
    return {
        **{"param": t.param, "source": t.source, "first": t.first, "at": at},
        **{"n": len(t.blocks), "optional": t.optional, "phase": phase},
    }


class Phase:
    """The function of one phase in one direction."""

    def __init__(self, script, cell, number, back, held=False):
        ph = cell.phases[number]
        self.held = cell.cell_path if held and cell.cell_path in ph.names else None
        self.cell, self.phase, self.back = cell, ph, back
        self.last, self.arrays = number == len(cell.phases) - 1, {}
        function = ph.backward if back else ph.forward
        self.args = ph.back_args if back else ph.args
        self.body = Body(script, function, cell.fixed)

    # ----------------------------------------------------------------- what lies where

    def _at(self, array, kind, of=""):
        """An entry of an array; ``of`` is the object in which it lies."""
        word = f"{of}${array}" if of else f"{array}$" if array[0] != "$" else array
        self.arrays[word] = f"q{'.$' + of if of else ''}.{array}"
        return f"{word}[{INDEX.get(kind, kind)}]"

    def _block(self, word, array):
        at = self.cell.blocks.index(word[1:])
        index = "$e" if array == "$dz" else "$b"
        return self._at(
            array,
            f"{index} + {at} * $H" if at > 1 else f"{index} + $H" if at else index,
        )

    def _is_block(self, word):
        return word[0] == "z" and word[1:] in self.cell.blocks

    def _given(self, word):
        """Where an argument is read."""
        cell, by = self.cell, word[1:]
        kept = [n for ph in cell.phases for n in ph.names]
        if self._is_block(word):
            return self._block(word, "$z")
        if word in cell.states:
            return self._at(word, "next")
        if word in kept:
            return self._at(word, "step")
        if word.endswith("_prev") and word[:-5] in cell.states:
            return self._at(word[:-5], "step")
        if word == cell.extra:
            return self._at(word, "step")
        if word[0] == "d" and by in kept:  # by a state, or by what a phase gives
            return self._at(by, "here", "d")
        return self._at(word, "unit", "p")

    def _taken(self):
        """(text of a place or None, whether the result is added to it), in order."""
        ph, cell = self.phase, self.cell
        if not self.back:
            kinds = ["next" if n in cell.states else "step" for n in ph.names]
            return [(self._at(n, k), False) for n, k in zip(ph.names, kinds)]  # noqa: B905
        return [self._gradient(a) for a in ph.args if a not in cell.constants]

    def _gradient(self, word):
        cell, old = self.cell, word.removesuffix("_prev")
        if self._is_block(word):
            return self._block(word, "$dz"), False
        if old != word and old in cell.states:
            return self._at(old, "here", "d"), not self.last
        if word == cell.extra:
            return self._at(word, "$o", "dx"), False
        return (
            (self._at(word, "unit", "g"), True) if word in cell.vectors else (None, 0)
        )

    def _used_up(self):
        """Gradients by states that no result replaces."""
        if not (self.back and self.last):
            return []
        gone = [s for s in self.cell.states if f"{s}_prev" not in self.phase.args]
        return [f"{self._at(s, 'here', 'd')} = 0;" for s in gone]

    def _hold(self, lines, results):
        """Put a held value in place of the path where that is computed."""
        word = name(self.held)
        made = [line.startswith((f"let {word} =", f"{word} =")) for line in lines]
        if any(made):  # a line of its own, read by those that follow
            at = len(made) - made[::-1].index(True)
            lines.insert(at, f"{word} = q.$held?.[$j] ?? {word};")
            return results
        held = self._at(self.held, "next")
        return {
            (place, adds): f"q.$held?.[$j] ?? ({value})" if place == held else value
            for (place, adds), value in results.items()
        }

    # ------------------------------------------------------------------------- as text

    def text(self):
        """The function, an arrow."""
        read = [a for a in self.args if a not in self.cell.fixed]
        lines = [f"let {name(a)} = {self._given(a)};" for a in read]
        lines += self.body.lines
        results = dict(zip(self._taken(), self.body.results, strict=True))
        if self.held:
            results = self._hold(lines, results)
        for (place, adds), value in results.items():
            if place:
                lines.append(f"{place} {'+=' if adds else '='} {value};")
        lines += self._used_up()
        arrays = [f"{word} = {of}" for word, of in self.arrays.items()]
        inside = "\n      ".join(lines)
        return HEAD % (", ".join(arrays), len(self.cell.blocks), inside)


HEAD = """(q, $t, $B, $H, $one = 1) => {
  const %s;
  const $w = %d * $H, $s = $one ? $t * $B : $t;
  for (let $r = 0; $r < $B; $r++) {
    let $d = $r * $H, $k = ($s + $r * $one) * $H, $n = $k + ($one ? $B : 1) * $H;
    let $b = ($s + $r * $one) * $w, $e = ($one * $t * $B + $r) * $w;
    let $o = $one ? $k : $d;
    for (let $j = 0; $j < $H; $j++, $d++, $k++, $n++, $b++, $e++, $o++) {
      %s
    }
  }
}"""
