"""The training loop: honest about what happened, and hard to break."""

import json
import os
import random
import signal
import subprocess
import sys
import time
import types
from pathlib import Path

import numpy as np
import pytest
import torch
from run_for_tests import EVERY
from torch import nn

from lstm_course.models import LanguageModel
from lstm_course.models.language_model import stream_loss, window_loss
from lstm_course.tasks import text
from lstm_course.train import checkpoint as files
from lstm_course.train import fit, load, schedules
from lstm_course.train.run import choose_device

SCRIPT = Path(__file__).with_name("run_for_tests.py")
CORPUS = text.corpus("a rose is a rose is a rose, said the one who knew roses " * 20)
ENV = os.environ | {"OMP_NUM_THREADS": "1"}


def model(seed=0, **options):
    return LanguageModel("lstm", 8, 8, len(CORPUS.alphabet), seed=seed, **options)


def train(net, steps=6, batches=None, **options):
    batches = batches or (lambda rng: text.sample(rng, CORPUS, T=5, B=4))
    options = {"progress": False, "device": "cpu", "loss": window_loss} | options
    return fit(net, options.pop("loss"), batches, steps=steps, **options)


def same(a, b):
    return all(
        torch.equal(p, q)
        for p, q in zip(a.state_dict().values(), b.state_dict().values(), strict=True)
    )


# ------------------------------------------------------------ the same run, stopped


def test_a_resumed_run_ends_in_the_same_bits(tmp_path):
    """Dropout, carried state, schedule and Adam's memory included."""

    def run(path, steps_at_once):
        options = {"dropout": 0.3, "num_layers": 2}
        for steps in steps_at_once:
            net = model(**options)
            history = train(
                net,
                steps,
                text.Stream(CORPUS, T=5, B=4),
                loss=stream_loss,
                checkpoint=path,
                every=3,
                seed=4,
                schedule=lambda step, _: 1.0 / (1 + step),
            )
        return net, history

    whole, once = run(tmp_path / "once.pt", [13])
    parts, often = run(tmp_path / "often.pt", [5, 6, 13])
    assert same(whole, parts)
    assert once.loss == often.loss and once.grad_norm == often.grad_norm


def test_the_seed_decides_the_run():
    one, again, other = model(dropout=0.5), model(dropout=0.5), model(dropout=0.5)
    assert train(one, seed=1).loss == train(again, seed=1).loss
    assert same(one, again)
    assert train(other, seed=2).loss != train(model(dropout=0.5), seed=1).loss


@pytest.mark.slow
def test_a_run_killed_in_the_middle_loses_one_interval_at_most(tmp_path):
    """kill -9 at a random moment, twice; then to the end: the same bits."""
    rng, job = random.Random(time.time_ns()), "stream_drop:300"
    calm, hard = tmp_path / "calm", tmp_path / "hard"
    command = [sys.executable, str(SCRIPT)]
    subprocess.run([*command, calm, job], check=True, env=ENV)
    for _ in range(2):
        run = subprocess.Popen([*command, hard, job], env=ENV)
        before = saved_steps(hard)
        while run.poll() is None and saved_steps(hard) < before + 20:
            time.sleep(0.01)
        time.sleep(rng.random() * 0.2)
        run.send_signal(signal.SIGKILL)
        assert run.wait() == -signal.SIGKILL, "it ended before it could be killed"
        assert saved_steps(hard) >= logged_steps(hard) - EVERY
    subprocess.run([*command, hard, job], check=True, env=ENV)
    (one, *history), (other, *again) = final(calm, job), final(hard, job)
    assert history == again
    assert all(torch.equal(one[k], other[k]) for k in one)


def saved_steps(folder):
    path = folder / "stream_drop" / "run.pt"
    return len(load(path)["history"].loss) if path.exists() else 0


def logged_steps(folder):
    lines = (folder / "stream_drop" / "log.jsonl").read_text().splitlines()
    return max((json.loads(x)["step"] for x in lines[:-1]), default=0)


def final(folder, job):
    weights, *history = torch.load(
        folder / job.split(":")[0] / "final.pt", weights_only=True
    )
    return {k: p for k, p in weights.items() if torch.is_tensor(p)}, *history


def test_a_crash_while_saving_leaves_the_old_checkpoint(tmp_path, monkeypatch):
    path = tmp_path / "run.pt"
    train(model(), 4, checkpoint=path)
    before = path.read_bytes()

    def crash(state, file):
        file.write(b"half a checkpo")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(torch, "save", crash)
    with pytest.raises(OSError, match="No space"):
        train(model(), 8, checkpoint=path)
    assert path.read_bytes() == before


# ----------------------------------------------------------------- best, early, until


def falling_then_rising():
    losses = iter([3.0, 2.0, 1.0, 1.5, 2.5, 0.5])
    return lambda m: {"loss": next(losses)}


def test_the_best_checkpoint_is_the_one_with_the_best_validation(tmp_path):
    path = tmp_path / "run.pt"
    train(model(), 5, valid=falling_then_rising(), every=1, checkpoint=path)
    best, last = load(files.best_path(path)), load(path)
    assert len(best["history"].loss) == 3 and len(last["history"].loss) == 5
    reference = model()
    train(reference, 3, every=1)
    net = model()
    net.load_state_dict(best["model"])
    assert same(net, reference)


def test_patience_stops_after_so_many_validations_without_a_better_one():
    history = train(model(), 99, valid=falling_then_rising(), every=1, patience=2)
    assert history.stopped == "patience" and len(history.loss) == 5


def test_until_stops_as_soon_as_it_is_satisfied():
    history = train(
        model(),
        99,
        valid=falling_then_rising(),
        every=2,
        until=lambda v: v["loss"] <= 2.0,
    )
    assert history.stopped == "solved" and len(history.loss) == 4
    assert [v["step"] for v in history.valid] == [2, 4]


def test_a_run_that_was_done_stays_done(tmp_path):
    path = tmp_path / "run.pt"
    for _ in range(2):
        history = train(
            model(),
            99,
            valid=falling_then_rising(),
            every=1,
            patience=2,
            checkpoint=path,
        )
    assert len(history.loss) == 5


def test_validation_runs_without_dropout_and_without_gradients():
    seen = []

    def valid(net):
        seen.append((net.training, torch.is_grad_enabled()))
        return {"loss": 0.0}

    net = model()
    train(net, 2, valid=valid)
    assert seen == [(False, False)] and net.training


# --------------------------------------------------------------- steps, rates, clipping


def test_schedules_rise_evenly_and_fall_to_one_percent():
    for name in ("linear", "cosine"):
        f = schedules.make(name, warmup=10)
        rates = [f(k, 110) for k in range(110)]
        assert rates[:10] == pytest.approx(np.arange(1, 11) / 10)
        assert max(rates) == rates[10] == 1.0 and rates[-1] == pytest.approx(0.01)
        assert (np.diff(rates[10:]) < 0).all()
    assert schedules.make("constant")(7, 9) == 1.0
    assert schedules.make("cosine")(50, 101) == pytest.approx(0.505)


def test_the_scheduled_rate_reaches_the_optimiser_and_the_log(tmp_path):
    log = tmp_path / "log.jsonl"
    train(model(), 4, lr=0.5, schedule=lambda step, steps: step / steps, log=log)
    lines = [json.loads(x) for x in log.read_text().splitlines()]
    assert [x["lr"] for x in lines] == [0.0, 0.125, 0.25, 0.375]
    still, moved = model(), model()
    train(still, 1, schedule=lambda step, steps: 0.0)
    train(moved, 1)
    assert same(still, model()) and not same(moved, model())


def test_the_norm_before_clipping_is_recorded_and_the_update_clipped():
    class Slope(nn.Module):
        def __init__(self):
            super().__init__()
            self.w = nn.Parameter(torch.tensor([3.0, 4.0]))

    def loss(net, batch):
        return 10.0 * net.w.norm()

    net = Slope()
    history = fit(
        net,
        loss,
        lambda rng: (torch.zeros(1, 1),),
        steps=1,
        lr=0.0,
        clip=0.5,
        progress=False,
        device="cpu",
    )
    assert history.grad_norm == pytest.approx([10.0])
    assert float(net.w.grad.norm()) == pytest.approx(0.5, rel=1e-4)


def test_batches_may_ask_for_the_step_and_may_be_numpy():
    seen = []

    def batches(rng, step):
        seen.append(step)
        x, y = text.sample(rng, CORPUS, T=5, B=4)
        return x.numpy(), y.numpy()

    history = train(model(), 3, batches)
    assert seen == [0, 1, 2]
    assert history.loss == train(model(), 3).loss


# --------------------------------------------------------------------- NaN, precision


class Break(nn.Module):
    """A model whose ``middle`` gets a gradient, or the loss a value, that breaks."""

    def __init__(self, how):
        super().__init__()
        self.first, self.middle = nn.Linear(2, 2), nn.Linear(2, 2)
        self.how, self.calls = how, 0

    def forward(self, x):
        self.calls += 1
        y = self.middle(self.first(x))
        if self.calls > 3:
            if self.how == "gradient":  # sqrt is finite at 0, its slope is not
                y = y + (self.middle.bias * 0).abs().sqrt()
            if self.how == "loss":
                y = y * float("nan")
            if self.how == "weights":
                y = y + 1e38 * self.first.weight.sum() * 1e-38
                with torch.no_grad():
                    self.first.weight.fill_(float("inf"))
                y = self.middle(self.first(x))
        return y


@pytest.mark.parametrize(
    "how, says",
    [
        ("gradient", r"gradient of middle\.bias is not finite at step 3"),
        ("loss", "loss is nan at step 3. Every parameter is finite"),
        ("weights", r"at step 3. Parameter first\.weight is not finite"),
    ],
)
def test_what_is_not_finite_is_named_with_its_step_and_parameter(how, says):
    with pytest.raises(FloatingPointError, match=says):
        train(
            Break(how),
            9,
            lambda rng: (rng.normal(size=(3, 2)),),
            loss=lambda net, batch: net(batch[0]).square().mean(),
        )


@pytest.mark.parametrize("precision", ["bfloat16", "float16"])
def test_mixed_precision_trains_and_keeps_weights_in_float32(precision):
    """On the CPU here; the same code path runs on a GPU."""
    net = model()
    history = train(net, 40, lr=1e-2, precision=precision)
    assert {p.dtype for p in net.parameters()} == {torch.float32}
    exact = train(model(), 40, lr=1e-2)
    assert history.loss[0] == pytest.approx(exact.loss[0], rel=0.02)
    assert history.loss[0] != exact.loss[0]
    assert history.loss[-1] < 0.8 * history.loss[0]


def test_float16_gives_up_after_many_skipped_steps():
    with pytest.raises(FloatingPointError, match="20 float16 steps in a row"):
        train(
            model(),
            40,
            precision="float16",
            loss=lambda net, b: window_loss(net, b) * 1e30 * 1e5,
        )


# ------------------------------------------------------------------ log, bar, board


def test_the_log_has_a_line_per_step_and_per_validation(tmp_path):
    log = tmp_path / "deep" / "log.jsonl"
    history = train(model(), 4, valid=lambda m: {"loss": 1.5}, every=2, log=log)
    lines = [json.loads(x) for x in log.read_text().splitlines()]
    steps = [x for x in lines if "loss" in x]
    assert [x["loss"] for x in steps] == history.loss
    assert [x["grad_norm"] for x in steps] == history.grad_norm
    assert all(x["tokens_per_second"] > 0 for x in steps)
    assert [x for x in lines if "valid" in x] == [
        {"step": 2, "valid": {"loss": 1.5}},
        {"step": 4, "valid": {"loss": 1.5}},
    ]


def test_a_resumed_log_repeats_no_step_and_survives_half_a_line(tmp_path):
    log, path = tmp_path / "log.jsonl", tmp_path / "run.pt"
    train(model(), 4, checkpoint=path, every=4, log=log)
    with log.open("a") as file:  # two steps after the checkpoint, the last cut short
        file.write('{"step": 5, "loss": 9.0}\n{"step": 6, "lo')
    train(model(), 8, checkpoint=path, every=4, log=log)
    steps = [json.loads(x)["step"] for x in log.read_text().splitlines()]
    assert steps == list(range(1, 9))


def test_the_bar_shows_loss_speed_and_time_left(capsys):
    train(model(), 3, progress=True)
    shown = capsys.readouterr().err
    assert "loss=" in shown and "tokens/s" in shown and "3/3" in shown
    assert "<" in shown.split("\r")[-1]  # elapsed<left, as tqdm writes it


def test_tensorboard_that_is_not_installed_is_explained(monkeypatch):
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", None)
    with pytest.raises(ValueError, match="pip install tensorboard"):
        train(model(), 1, tensorboard="runs")


def test_tensorboard_gets_what_the_log_gets(monkeypatch, tmp_path):
    seen = []

    class SummaryWriter:
        def __init__(self, folder, purge_step=None):
            seen.append((folder, purge_step))

        def add_scalar(self, name, value, step):
            seen.append((name, value, step))

        def close(self):
            seen.append("closed")

    fake = types.SimpleNamespace(SummaryWriter=SummaryWriter)
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", fake)
    history = train(model(), 2, tensorboard=tmp_path, valid=lambda m: {"loss": 1.5})
    assert seen[0] == (str(tmp_path), None) and seen[-1] == "closed"
    assert ("loss", history.loss[1], 2) in seen and ("valid/loss", 1.5, 2) in seen


# --------------------------------------------------------------------- processes


@pytest.mark.slow
def test_two_processes_give_the_result_of_one_with_the_whole_batch(tmp_path):
    """To the rounding of float64 sums in another order.  "task": its sequences ask for
    different numbers of answers; "stream": each process carries its own rows' state,
    also through a stop after 7 steps."""
    jobs = ["task:12", "stream:12"]
    alone = [sys.executable, SCRIPT, tmp_path / "one", *jobs]
    subprocess.run(alone, check=True, env=ENV)
    subprocess.run(
        [
            sys.executable,
            "-m",
            "torch.distributed.run",
            "--standalone",
            "--nproc_per_node=2",
            SCRIPT,
            tmp_path / "two",
            "task:12",
            "stream:7",
            "stream:12",
        ],
        check=True,
        env=ENV,
        capture_output=True,
    )
    for job in jobs:
        one, *history = final(tmp_path / "one", job)
        two, *again = final(tmp_path / "two", job)
        assert again[0] == pytest.approx(history[0], rel=1e-10)  # loss
        assert again[1] == pytest.approx(history[1], rel=1e-9)  # norm of the gradient
        for k, p in one.items():
            assert torch.allclose(p, two[k], rtol=0, atol=1e-9), k


# ------------------------------------------------------------------------- doors


def broken(tmp_path):
    path = tmp_path / "broken.pt"
    path.write_bytes(b"not a checkpoint")
    return path


@pytest.mark.parametrize(
    "call, says",
    [
        (lambda path: train(model(), checkpoint=path, seed=1), "Pass seed=0"),
        (lambda path: train(model(num_layers=2), checkpoint=path), "another model"),
        (
            lambda path: train(model(), checkpoint=broken(path.parent)),
            "no checkpoint of",
        ),
        (lambda path: load(path.with_name("missing.pt")), "Found beside it: run.pt"),
        (lambda path: train(model(), schedule="cosinus"), "schedule='cosine'"),
        (lambda path: train(model(), precision="half"), "precision='bfloat16'"),
        (
            lambda path: train(model(), valid=lambda m: {"bits": 1.0}, patience=1),
            "watch='bits'",
        ),
    ],
)
def test_doors_say_what_is_wrong_and_what_to_do(call, says, tmp_path):
    path = tmp_path / "run.pt"
    train(model(), 2, checkpoint=path)
    with pytest.raises(ValueError, match=says):
        call(path)


def test_each_process_of_torchrun_takes_a_gpu_of_its_own(monkeypatch):
    for name, value in {"WORLD_SIZE": "2", "RANK": "3", "LOCAL_RANK": "1"}.items():
        monkeypatch.setenv(name, value)
    asked = []
    monkeypatch.setattr(
        torch,
        "empty",
        lambda *shape, device: (
            asked.append(device) or types.SimpleNamespace(device=device)
        ),
    )
    assert choose_device("cuda") == "cuda:1" == asked[0]
    assert choose_device("cpu") == "cpu"
