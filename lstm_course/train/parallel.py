"""Several processes under ``torchrun``: each computes its share of the same batch.

Every process draws the whole batch from the same seed and keeps its own sequences, so
that the result is that of one process with the whole batch (to rounding).
"""

import atexit
import os

import torch
import torch.distributed as dist
from torch import nn
from torch.nn.parallel import DistributedDataParallel


def rank():
    """This process among those that torchrun started; 0 where it started none."""
    return int(os.environ.get("RANK", "0")) if size() > 1 else 0


def size():
    """How many processes torchrun started."""
    return int(os.environ.get("WORLD_SIZE", "1"))


def is_first():
    """Whether this process speaks and writes for all."""
    return rank() == 0


def own(device):
    """A device, "cuda" as the one GPU of this process on its machine."""
    several = size() > 1 and str(device) == "cuda"
    return f"cuda:{os.environ.get('LOCAL_RANK', '0')}" if several else device


class Team:
    """The processes of a run: ``rank`` of ``size``; alone where torchrun did not start
    us."""

    def __init__(self, device):
        self.size, self.rank = size(), rank()
        if self.size > 1 and device.type == "cuda":
            torch.cuda.set_device(own(device))
        if self.size > 1 and not dist.is_initialized():
            dist.init_process_group("nccl" if device.type == "cuda" else "gloo")
            atexit.register(dist.destroy_process_group)  # several runs share one team

    def wrap(self, model, loss):
        """A callable batch -> loss whose backward averages gradients over the team."""
        together = LossModule(model, loss)
        if self.size == 1:
            return together
        # Not every cell uses every parameter in every step.
        return DistributedDataParallel(together, find_unused_parameters=True)

    def share(self, batch):
        """This process's sequences of a batch: tensors (T, B, ...) or (B, ...)."""
        if self.size == 1:
            return batch
        if not isinstance(batch, tuple):
            raise ValueError(
                f"A batch is {type(batch).__name__}, to be shared by {self.size} "
                "processes along the axis B of its first array. Expected a tuple of "
                "arrays (T, B, ...). Return one from batches?"
            )
        B = batch[0].shape[1]
        if B % self.size:
            raise ValueError(
                f"A batch of B = {B} sequences cannot be shared by {self.size} "
                f"processes. Expected a multiple of {self.size}. "
                f"Choose B={B + self.size - B % self.size}?"
            )
        n = B // self.size
        mine = slice(self.rank * n, (self.rank + 1) * n)
        return tuple(_cut(b, B, mine) for b in batch)

    def fraction(self, weight):
        """This share's weight over the mean of the team's: 1 where shares are alike."""
        if self.size == 1:
            return 1.0
        return weight * self.size / self.total(weight)

    def total(self, value):
        """The sum over the team of one number per process."""
        if self.size == 1:
            return value
        one = torch.tensor(float(value), dtype=torch.float64, device=_device())
        dist.all_reduce(one)
        return float(one)

    def only_first(self, *values):
        """The values in process 0; None for each of them in the others."""
        return values if self.rank == 0 else (None,) * len(values)

    def gather(self, value):
        """The values of all processes, as a list, in every process."""
        if self.size == 1:
            return [value]
        values = [None] * self.size
        dist.all_gather_object(values, value)
        return values

    def told(self, value):
        """What process 0 gives, told to all; the others may give None."""
        if self.size == 1:
            return value
        told = [value]
        dist.broadcast_object_list(told, src=0)
        return told[0]


class LossModule(nn.Module):
    """Loss as a module, so that DistributedDataParallel can watch any loss function."""

    def __init__(self, model, loss):
        super().__init__()
        self.model, self.loss = model, loss

    def forward(self, batch):
        return self.loss(self.model, batch)


def _device():
    return "cuda" if dist.get_backend() == "nccl" else "cpu"


def _cut(b, B, mine):
    if not isinstance(b, torch.Tensor) or b.dim() == 0:
        return b
    if b.dim() > 1 and b.shape[1] == B:
        return b[:, mine]
    if b.shape[0] == B:
        return b[mine]
    raise ValueError(
        f"A part of the batch has shape {tuple(b.shape)}, but B = {B}. Expected "
        "(T, B, ...) or (B, ...). Return such tensors from batches?"
    )
