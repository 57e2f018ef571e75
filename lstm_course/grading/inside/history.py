"""``In``, ``Out``, ``_`` and the like, as IPython keeps them."""

import os

KEPT = 1 << 20  # bytes of an array that is kept by its number: memory is short here


class History:
    """What a notebook's cells were and what their last lines gave.

    Parameters
    ----------
    names : dict
        The namespace of the cells; what a notebook calls ``_`` itself stays.
    """

    def __init__(self, names):
        self.names, self.inputs, self.outputs = names, [""], {}
        self.last = ["", "", ""]
        names.update(In=self.inputs, _ih=self.inputs, Out=self.outputs)
        names.update(_oh=self.outputs, _dh=[os.getcwd()], _i="", _ii="", _iii="")
        names.update(zip(("_", "__", "___"), self.last, strict=True))

    def begin(self, source):
        before = [*self.inputs[:-4:-1], "", ""]
        self.names.update(zip(("_i", "_ii", "_iii"), before, strict=False))
        self.inputs.append(source)

    def end(self, value):
        """Note the value of a cell's last line, where it is one."""
        if value is None or self.names.get("_") is not self.last[0]:
            return
        self.last = [value, *self.last[:2]]
        k = len(self.inputs) - 1
        if getattr(value, "nbytes", 0) <= KEPT:
            self.outputs[k] = self.names[f"_{k}"] = value
        self.names.update(zip(("_", "__", "___"), self.last, strict=True))
