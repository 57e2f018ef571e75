"""What may be asked of any cell, whether it is a ``Cell``, a ``Stack`` or an mLSTM."""


class AnyCell:
    """The answers of a cell that has nothing special; a kind of cell gives its own.

    Every cell also has ``shapes(I, H)``, ``sizes(p)``, ``init(I, H, rng, gain, bias)``,
    ``initial(B, H)``, ``step``, ``step_backward`` and ``step_torch``.

    Attributes
    ----------
    name, doc, reads : str
        As in ``CELLS``; the room's text; the lines of products.
    form : str
        How a sequence may be run: "steps" one after the other, "products" with x for
        all steps at once, "linear" by a scan, "matrix" in chunks.
    states, blocks : tuple of str
        Names of the carried states, h first, and of the blocks of pre-activations.
    layers : list of cells
        From the bottom up; of most cells it is the cell itself alone.
    all_terms, phases : sequence
        The products a step reads, the pairs of functions between them; empty where a
        step is written by hand.
    whole_rows : bool
        A step needs all units of a row at once, as layer normalisation does.
    arithmetic : sequence of Phase
        What the equations are read from: the phases, or what a step by hand runs.
    vectors, constants, masks, fixed, bias, start, whole, extra, cell_path, noise
        As ``Cell`` takes them.
    made_by : callable or None
        Makes the same cell again, see ``options.remembered``.
    """

    form, made_by, whole_rows = "steps", None, False
    all_terms, phases, vectors, whole, extra = (), (), (), (), None
    constants, masks, fixed, bias, start, noise = {}, {}, {}, {}, {}, {}

    @property
    def layers(self):
        return [self]

    @property
    def arithmetic(self):
        return self.phases

    def value_of(self, source):
        """The name under which a source is known during a step: h -> h_prev."""
        return f"{source}_prev" if source in self.states else source

    def tied(self, n):
        """The cells of n layers where the layers are tied to each other, else None."""
        return None

    # The functions inside a cell are closures, which cannot be pickled; what made them
    # can.  A copy is free to be changed, so it forgets what it was made from.

    def __reduce_ex__(self, protocol):
        return (self.made_by, ()) if self.made_by else super().__reduce_ex__(protocol)

    def __copy__(self):
        twin = object.__new__(type(self))
        twin.__dict__.update(self.__dict__, made_by=None)
        return twin
