"""Public reports of recurrent layers that computed something else, by property.

Each was read on 2026-11-30; ``where`` says on what, ``words`` what was reported.  A
match is a hint: a fault may have other causes.
"""

from typing import NamedTuple

TORCH = "https://github.com/pytorch/pytorch/"


class Known(NamedTuple):
    tool: str
    device: str  # a part of its name
    kinds: tuple
    property: str
    words: str
    url: str


KNOWN = (
    Known("torch", "mps", ("lstm",), "gradients",
          "LSTM's backward was wrong on MPS before torch 2.0", TORCH + "pull/95137"),
    Known("torch", "mps", ("lstm",), "forward",
          "a bidirectional LSTM gave other numbers on MPS", TORCH + "issues/94754"),
    Known("torch", "mps", ("lstm",), "dropout",
          "on MPS (2.13.0) the backward pass of a stacked LSTM leaves out the dropout "
          "mask", TORCH + "issues/190056"),
    Known("torch", "mps", ("lstm",), "dropout",
          "on MPS an LSTM with dropout=1 gives NaN", TORCH + "issues/190057"),
    Known("torch", "mps", ("lstm",), "dropout",
          "on MPS every call of an LSTM drew the same dropout mask",
          TORCH + "pull/185351"),
    Known("torch", "mps", ("lstm",), "dropout",
          "on MPS an LSTM trained with dropout collapses on the CPU",
          TORCH + "issues/173640"),
    Known("torch", "mps", ("lstm",), "batch size",
          "on MPS a stacked LSTM's outputs depend on the batch size in evaluation: "
          "dropout of an earlier training call stays on", TORCH + "issues/180744"),
    Known("torch", "cuda", ("lstm",), "batch size",
          "on CUDA a sequence is a number alone and NaN in a batch, at the edge of "
          "float32", TORCH + "issues/177016"),
    Known("torch", "cuda", ("rnn", "lstm", "gru"), "same bits",
          "with cuDNN's dropout two runs differed in spite of a seed",
          TORCH + "issues/18110"),
)  # fmt: skip


def reports(tool, kind, name):
    """The reports that fit a failed property: list of Known."""
    return [
        k
        for k in KNOWN
        if k.tool == tool.tool
        and k.device in getattr(tool, "device", "")
        and kind in k.kinds
        and k.property == name
    ]
