"""A pass recorded once as a CUDA graph and replayed: one launch for all its steps.

A graph reads and writes the memory that it was recorded with, so each recording has a
``Pass`` of its own.  Inputs are copied in, results copied out; from its forward to the
end of its gradients a recording belongs to one call, then it waits for the next.  What
is run once is not recorded: a first call of its kind goes step by step.
"""

import weakref
from collections import OrderedDict

import torch

from .sequence import Pass

KINDS = 16  # of calls (shapes, precisions …) that are remembered; the oldest goes
WAITING = OrderedDict()  # kind of call -> recordings that belong to nobody now


def record(work):
    """Run the work to warm up, then record it: -> a graph with ``replay``."""
    side = torch.cuda.Stream()
    side.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(side):
        work()
    torch.cuda.current_stream().wait_stream(side)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        work()
    return graph


def can(x):
    """Whether what runs on x now may be recorded."""
    return x.is_cuda and not torch.cuda.is_current_stream_capturing()


def pass_for(made, how, keep, lengths, x, extra, tensors):
    """A Pass, recorded from the second call of its kind on."""
    given = made, how, keep, lengths, x, extra, tensors
    if how.whole or not can(x):
        return Pass(*given)
    kind = (made[0], how, keep, lengths is None, x.device, x.dtype, x.shape,
            tuple(t.dtype for t in tensors))  # fmt: skip
    if kind not in WAITING:
        WAITING[kind] = []
        while len(WAITING) > KINDS:
            WAITING.popitem(last=False)
        return Pass(*given)
    WAITING.move_to_end(kind)
    waiting = WAITING[kind]
    recording = waiting.pop() if waiting else Recording(*given)
    return Recorded(kind, recording, given)


def give_back(kind, recording):
    """A recording that its call needs no more."""
    if kind in WAITING:
        WAITING[kind].append(recording)


class Recording:
    """A pass with memory of its own, recorded forward, and back once that is asked."""

    def __init__(self, made, how, keep, lengths, x, extra, tensors):
        self.inputs = [
            t.detach().clone(memory_format=torch.contiguous_format)
            for t in (x, *extra, *tensors)
        ]
        lengths, n = None if lengths is None else lengths.clone(), 1 + len(extra)
        x, extra, tensors = self.inputs[0], self.inputs[1:n], self.inputs[n:]
        self.run = Pass(made, how, keep, lengths, x, extra, tensors)
        self.forward, self.back = record(self.run.forward), None

    def record_back(self, grads, outs):
        """Record the backward pass; recording runs it, so the slab is saved before."""
        self.grads, slab = [g.clone() for g in grads], self.run.slab.clone()

        def work():
            self.found = self.run.backward(self.grads[:outs], self.grads[outs:])

        self.back = record(work)
        self.run.slab.copy_(slab)


class Recorded:
    """A recording while it belongs to one call, to be used as a ``Pass``."""

    def __init__(self, kind, recording, given):
        self.recording, self.given, self.slab = recording, given, None
        self.plan, self.start = recording.run.plan, recording.run.start
        weakref.finalize(self, give_back, kind, recording).atexit = False

    def forward(self):
        _, _, _, lengths, x, extra, tensors = self.given
        pairs = zip(self.recording.inputs, (x, *extra, *tensors), strict=True)
        for mine, given in pairs:
            mine.copy_(given)
        if lengths is not None:
            self.recording.run.lengths.copy_(lengths)
        self.recording.forward.replay()
        self.slab = self.recording.run.slab
        self.seqs = [s.clone() for s in self.recording.run.seqs]

    def backward(self, douts, dstates):
        if self.slab is None:  # a second backward over the same graph
            self.forward()
        grads, recording = [*douts, *dstates], self.recording
        if recording.back is None:
            recording.record_back([g.contiguous() for g in grads], len(douts))
        for mine, given in zip(recording.grads, grads, strict=True):
            mine.copy_(given)
        recording.back.replay()
        return _copied(recording.found)


def _copied(found):
    """Nested lists and tuples of tensors, each tensor a copy."""
    if found is None or isinstance(found, torch.Tensor):
        return None if found is None else found.clone()
    return type(found)(map(_copied, found))
