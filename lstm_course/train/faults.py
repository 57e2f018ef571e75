"""NaN and infinity: found at once, and named - the step and the parameter."""

import torch

ROW = 20  # skipped float16 steps in a row that are no longer a search for a scale


def check_loss(value, model, step):
    """Raise FloatingPointError if the loss is not finite; say what to look at."""
    if bool(torch.isfinite(value)):
        return
    bad = names_not_finite(model)
    where = (
        f"Parameter {', '.join(bad)} is not finite: the update before this step "
        "overshot"
        if bad
        else "Every parameter is finite, so the model or the batch makes it"
    )
    raise FloatingPointError(
        f"The loss is {float(value.detach())} at step {step}. {where}. Expected a "
        "finite number. Lower lr, clip more, or look at this batch?"
    )


def check_gradient(norm, model, step):
    """Raise FloatingPointError if the gradient is not finite; name the parameters."""
    if bool(torch.isfinite(norm)):
        return
    bad = names_not_finite(model, gradients=True)
    raise FloatingPointError(
        f"The gradient of {', '.join(bad) or 'the whole model'} is not finite at step "
        f"{step}. Expected finite numbers. Lower lr or start from smaller weights?"
    )


def check_skipped(skipped, step):
    """Raise FloatingPointError if float16 finds no scale at which gradients fit."""
    if skipped >= ROW:
        raise FloatingPointError(
            f"{skipped} float16 steps in a row up to step {step} had gradients that "
            "are not finite. Expected a scale to be found. Use precision='bfloat16'?"
        )


def names_not_finite(model, gradients=False):
    """Names of the parameters that hold (or whose gradient holds) NaN or infinity."""
    pairs = ((k, p.grad if gradients else p) for k, p in model.named_parameters())
    return [k for k, a in pairs if a is not None and not torch.isfinite(a).all()]
