"""DRAW's window under the hands: which filters it has, what is read, written back."""

import matplotlib.pyplot as plt
import numpy as np
from traitlets import Float, Int, List

from ..doors import as_array, check_number
from ..models import draw
from ..palette import GATES, PAGE
from ..tasks import digits
from .live import LiveFigure

LIMITS = {
    "x": (-3, 28),
    "y": (-3, 28),
    "stride": (0.2, 8),
    "variance": (0.05, 12),
    "N": (2, 6),
}
SHOWN = 8  # of the digits: a 2


class DrawWindow(LiveFigure):
    """N x N Gaussian filters over a picture, as ``models.draw`` has them.

    Parameters
    ----------
    image : (rows, columns), in [0, 1], optional
        A handwritten 2 on 12 x 12 pixels by default.
    x, y : float
        Centre of the window: column and row, pixels numbered from 1.
    stride : float
        Between the centres of two filters, pixels.
    variance : float
        Of each filter, pixels squared.
    N : int
        Filters across and down, 2 to 6.

    Examples
    --------
    >>> DrawWindow(N=3).read().shape
    (3, 3)
    """

    kind, room = "window", (930, 630)
    image = List().tag(sync=True)  # rows of pixels
    x = Float(6.5).tag(sync=True)
    y = Float(6.5).tag(sync=True)
    stride = Float(2.0).tag(sync=True)
    variance = Float(1.0).tag(sync=True)
    N = Int(4).tag(sync=True)

    def __init__(self, image=None, N=4, **numbers):
        image = _digit() if image is None else as_array("image", image)
        if image.ndim != 2 or not 2 <= min(image.shape) <= max(image.shape) <= 28:
            raise ValueError(
                f"image has shape {image.shape}. A window moves over one picture. "
                "Expected (rows, columns), 2 to 28 each. Pass x[0] of a batch?"
            )
        if not ((image >= 0) & (image <= 1)).all():
            raise ValueError(
                f"image goes from {image.min():g} to {image.max():g}. A pixel's ink "
                "lies between none and all. Expected [0, 1]. Divide by the maximum?"
            )
        for name, value in (numbers | {"N": N}).items():
            _check(name, value, LIMITS.get(name))
        rows = np.round(image.astype(float), 3).tolist()
        super().__init__(image=rows, N=N, **numbers)

    def filters(self):
        """F_y (N, rows), F_x (N, columns)."""
        one = [np.array([v]) for v in (self.stride, np.log(self.variance))]
        shape = np.shape(self.image)
        return tuple(
            draw.filters(np.array([at]), *one, self.N, size)[0]
            for at, size in zip((self.y, self.x), shape, strict=True)
        )

    def read(self):
        """What is read (N, N)."""
        F_y, F_x = self.filters()
        return F_y @ np.array(self.image) @ F_x.T

    def written(self):
        """What was read, written back: (rows, columns)."""
        F_y, F_x = self.filters()
        return F_y.T @ self.read() @ F_x

    def picture(self):
        """The picture with the filters over it, what is read, what is written back."""
        fig, axes = plt.subplots(1, 3, figsize=(5.6, 2.1), layout="constrained")
        back = self.written()
        shown = np.array(self.image), self.read(), back / max(back.max(), 1e-9)
        for ax, a, name in zip(
            axes, shown, ("picture", "read", "written"), strict=True
        ):
            ax.imshow(a, cmap="Greys", vmin=0, vmax=1)
            ax.set_xlabel(name, color=PAGE["ink"])
            ax.set(xticks=[], yticks=[])
        i = (np.arange(self.N) - (self.N - 1) / 2) * self.stride - 1
        across, down = np.meshgrid(self.x + i, self.y + i)
        axes[0].plot(across, down, "o", ms=4, color=GATES["c"])
        plt.close(fig)
        return fig


def _digit():
    (x, _), _ = digits.split()
    canvas = np.zeros((12, 12))
    canvas[2:10, 2:10] = (x[:, SHOWN].numpy() + 1) / 2
    return canvas


def _check(name, value, ends):
    if ends and not ends[0] <= check_number(name, value) <= ends[1]:
        raise ValueError(
            f"{name} is {value}. The dials of a window have ends. Expected {ends[0]} "
            f"to {ends[1]}. Write {name}={min(max(value, ends[0]), ends[1])}?"
        )
