"""A language model one symbol at a time, as it writes."""

import torch

from ..engines.entry import check_codes


class ModelStepper:
    """What ``LanguageModel.stepper`` gives: call it with codes (B,), get scores (B, K).

    Attributes
    ----------
    state : tuple of tensor (layers, B, H)
        After the last symbol, as the model takes and gives it.
    """

    def __init__(self, model, B, state):
        self.model, self.steps, self.B, at = model, [], B, 0
        for layer in model.layers:
            mine = state and tuple(s[at : at + layer.num_layers] for s in state)
            self.steps.append(layer.stepper(B, mine))
            at += layer.num_layers

    @torch.no_grad()
    def __call__(self, codes):
        h = self.model.embedding(self._checked(codes))
        for step in self.steps:
            h = step(h)
        return self.model.readout(h)

    def _checked(self, codes):
        tensor = isinstance(codes, torch.Tensor)
        if not tensor or codes.shape != (self.B,):
            shape = f" of shape {tuple(codes.shape)}" if tensor else ""
            raise ValueError(
                f"codes are a {type(codes).__name__}{shape}. A step reads one symbol "
                f"of each of B = {self.B} texts. Expected a tensor of torch.long of "
                f"shape ({self.B},). Write torch.tensor([code])?"
            )
        return check_codes(codes[None], self.model.embedding.num_embeddings)[0]

    @property
    def state(self):
        parts = zip(*(step.state for step in self.steps), strict=True)
        return tuple(map(torch.cat, parts))
