"""Where two cells must be one: special cases, limits and changes of sign."""

import numpy as np
import pytest
from proofs import case

from lstm_course import CELLS, init, trace, unroll, unroll_backward
from lstm_course.cells import (
    Stack,
    cifg,
    clockwork,
    coupled,
    depth_gated,
    greff,
    gru,
    lstm,
    lstm1997,
    peephole,
    rnn,
    slstm,
)


def outputs(cell, p, x, state=None):
    return unroll(cell, p, x, state)[0]


def same(a, b, tolerance=1e-13):
    """Both compute the same numbers in another order: a few units in the last place."""
    np.testing.assert_allclose(a, b, tolerance, tolerance)


def random_x(T=7, B=3, I=4, seed=9):
    return np.random.default_rng(seed).normal(size=(T, B, I))


def columns(p, name, k, H=6):
    return p[name][..., k * H : (k + 1) * H]


def negated(p, names, k, H=6):
    """A copy of p with the k-th block of some parameters negated."""
    p = {n: v.copy() for n, v in p.items()}
    for name in names:
        columns(p, name, k, H)[...] *= -1
    return p


def test_peephole_with_zero_weights_is_the_lstm():
    p, x, state, _, _ = case(peephole.cell)
    plain = {k: p[k] for k in ("W_x", "W_h", "b")}
    zero = plain | {k: np.zeros(6) for k in ("w_ci", "w_cf", "w_co")}
    same(outputs(peephole, zero, x, state), outputs(lstm, plain, x, state))
    same(outputs(peephole.make(""), plain, x, state), outputs(lstm, plain, x, state))


@pytest.mark.parametrize("gates", ["i", "f", "o", "if", "io", "fo"])
def test_a_subset_of_peepholes_is_the_full_cell_with_zeros(gates):
    p, x, state, dh, dstate = case(peephole.cell)
    p |= {f"w_c{k}": np.zeros(6) for k in "ifo" if k not in gates}
    few = {k: v for k, v in p.items() if not k.startswith("w_") or k[-1] in gates}
    same(outputs(peephole.make(gates), few, x, state), outputs(peephole, p, x, state))
    grads = []
    for cell, q in ((peephole.make(gates), few), (peephole.cell, p)):
        caches = unroll(cell, q, x, state)[2]
        grads.append(unroll_backward(cell, q, dh, caches, dstate)[2])
    for k in few:
        same(grads[0][k], grads[1][k])


def test_the_output_gate_sees_the_new_cell_state():
    p, x, state, _, _ = case(peephole.cell)
    q = trace(peephole, p, x, state)
    z = np.log(q["o"] / (1 - q["o"]))
    same(z - q["zo"], q["c"] * p["w_co"], 1e-9)  # the logit loses digits near 0 and 1


def test_letters_may_come_in_any_order():
    assert peephole.make("oi").vectors == ("w_ci", "w_co")
    assert peephole.make("io").vectors == ("w_ci", "w_co")


def test_fgr_with_zero_gate_recurrence_is_greffs_vanilla():
    p, x, state, _, _ = case(CELLS["fgr"])
    p |= {k: np.zeros((6, 18)) for k in ("W_i", "W_f", "W_o")}
    vanilla = {k: v for k, v in p.items() if k not in ("W_i", "W_f", "W_o")}
    ours = outputs("fgr", p, x, state)
    same(ours, outputs(greff, vanilla, x, state[:2]))
    same(ours, outputs("peephole", vanilla, x, state[:2]))


def test_np_is_the_lstm_and_1997_is_its_case_f_equal_1():
    p, x, state, _, _ = case(CELLS["np"])
    same(outputs("np", p, x, state), outputs("lstm", p, x, state))
    without_f = {k: np.delete(v, np.s_[6:12], axis=-1) for k, v in p.items()}
    open_f = {k: v.copy() for k, v in p.items()}
    open_f["b"][6:12] = 1e3  # f = 1
    same(outputs("lstm1997", without_f, x, state), outputs("lstm", open_f, x, state))


def test_old_squashings_are_tanh_at_half_the_argument():
    p, x, state, _, _ = case(lstm1997.cell, T=1)
    q = trace(lstm1997.make(squash="1997"), p, x, state)
    same(q["g"], 2 * np.tanh(q["zg"] / 2))
    same(q["h"], q["o"] * np.tanh(q["c"] / 2))


def test_gate_recurrence_of_1997_reads_the_gates_of_the_step_before():
    cell = lstm1997.make(gates_read_gates=True)
    p, x, state, _, _ = case(cell)
    plain = {k: p[k] for k in ("W_x", "W_h", "b")}
    zero = p | {"W_i": np.zeros((6, 18)), "W_o": np.zeros((6, 18))}
    same(outputs(cell, zero, x, state), outputs(lstm1997, plain, x, state[:2]))
    q = trace(cell, p, x, state)
    z = x[3] @ p["W_x"] + q["h"][2] @ p["W_h"] + p["b"]
    z = z + q["i"][2] @ p["W_i"] + q["o"][2] @ p["W_o"]
    same(np.hstack([q["zi"][3], q["zg"][3], q["zo"][3]]), z, 1e-12)


@pytest.mark.parametrize("layers", [2, 3])
def test_a_closed_depth_gate_leaves_a_stack_of_peephole_lstms(layers):
    deep = depth_gated.make(layers)
    p, x, state, _, _ = case(deep)
    for k in range(1, layers + 1):
        p[f"b_{k}"][24:] = -1e3  # d = 0
    plain = {
        k: v[..., :24] if k[:3] in ("W_x", "b_1", "b_2", "b_3") else v
        for k, v in p.items()
        if k[:4] not in ("W_0_", "w_cd", "w_ld")
    }
    stacked = Stack("peepholes", [peephole.make() for _ in range(layers)])
    assert {k: v.shape for k, v in plain.items()} == stacked.shapes(4, 6)
    same(outputs(deep, p, x, state), outputs(stacked, plain, x, state))
    for k in range(1, layers + 1):  # and without peepholes it is a stack of LSTMs
        for w in ("w_ci", "w_cf", "w_co"):
            plain[f"{w}_{k}"] = p[f"{w}_{k}"] = np.zeros(6)
    bare = {k: v for k, v in plain.items() if not k.startswith("w_")}
    lstms = Stack("lstms", [lstm.make() for _ in range(layers)])
    same(outputs(deep, p, x, state), outputs(lstms, bare, x, state))


def test_a_stack_of_lstms_is_one_lstm_after_another():
    two = Stack("two", [lstm.make(), lstm.make()])
    p, x, (h, c, h_1, c_1), _, _ = case(two)
    own = [{k: p[f"{k}_{n}"] for k in ("W_x", "W_h", "b")} for n in (1, 2)]
    below = outputs(lstm, own[0], x, (h_1, c_1))
    same(outputs(two, p, x, (h, c, h_1, c_1)), outputs(lstm, own[1], below, (h, c)))


@pytest.mark.parametrize(
    "layers,first",
    [(1, "projected"), (2, "projected"), (2, "none"), (3, "projected"), (3, "none")],
)
def test_torch_layers_of_a_depth_gated_lstm_pass_the_cell_state_up(layers, first):
    torch = pytest.importorskip("torch")
    from lstm_course.recurrent import Recurrent

    deep = depth_gated.make(layers, first)
    layer = Recurrent(deep, 4, 6, num_layers=layers, seed=0, dtype=torch.float64)
    p = {f"{k}_{n + 1}": v for n in range(layers) for k, v in layer.numpy(n).items()}
    x = random_x()
    h, (h_end, c_end) = layer(torch.tensor(x))
    ours, end, _ = unroll(deep, p, x)
    same(h.detach().numpy(), ours, 1e-12)
    same(c_end[-1].detach().numpy(), end[1], 1e-12)
    assert c_end.shape == (layers, 3, 6)


def test_clockwork_with_all_periods_1_is_the_rnn():
    for periods in ((1,), (1, 1, 1)):
        cell = clockwork.make(periods=periods)
        p, x, state, dh, _ = case(cell)
        assert cell.masks["W_h"](6).all()
        same(outputs(cell, p, x, state), outputs(rnn, p, x, state[:1]))


def test_clockwork_masks_are_block_lower_triangular_in_rows():
    mask = clockwork.make(periods=(1, 2, 4)).masks["W_h"](6)
    blocks = mask.reshape(3, 2, 3, 2)
    expected = np.tril(np.ones((3, 3)))[:, None, :, None]  # row: source, slow is last
    np.testing.assert_array_equal(blocks, np.broadcast_to(expected, blocks.shape))
    assert mask.sum() == 6 * (6 + 2) / 2  # H (H + k) / 2 for groups of k


def test_clockwork_splits_units_unevenly_in_favour_of_the_fast():
    np.testing.assert_array_equal(
        clockwork.unit_periods((1, 2, 4, 8), 6), [1, 1, 2, 2, 4, 8]
    )


@pytest.mark.parametrize("start,ticks", [(0, [0, 2, 4, 6]), (1, [1, 3, 5])])
def test_clockwork_groups_tick_when_t_divides_by_their_period(start, ticks):
    cell = clockwork.make(periods=(1, 2, 3), start=start)
    p, x, (h, _), _, _ = case(cell)
    q = trace(cell, p, x, (h,))  # the clock starts by itself
    same(q["t"][:, 0, 0], np.arange(1, 8) + start)
    assert (q["on"][:, :, :2] == 1).all()
    assert list(np.flatnonzero(q["on"][:, 0, 2])) == ticks
    for t in range(1, 7):
        if t not in ticks:
            np.testing.assert_array_equal(q["h"][t, :, 2:4], q["h"][t - 1, :, 2:4])


def test_clockwork_does_not_read_masked_weights_and_never_trains_them():
    p, x, state, dh, dstate = case(clockwork.cell)
    masked = clockwork.cell.masks["W_h"](6) == 0
    other = p | {"W_h": np.where(masked, 99.0, p["W_h"])}
    np.testing.assert_array_equal(
        outputs(clockwork, p, x, state), outputs(clockwork, other, x, state)
    )
    caches = unroll(clockwork, p, x, state)[2]
    grads = unroll_backward(clockwork, p, dh, caches, dstate)[2]
    assert (grads["W_h"][masked] == 0).all() and (grads["W_h"][~masked] != 0).any()
    start = init("clockwork", 4, 6, np.random.default_rng(0))
    assert (start["W_h"][masked] == 0).all()


def test_masked_weights_of_the_torch_layer_stay_zero_in_training():
    torch = pytest.importorskip("torch")
    from lstm_course.recurrent import Recurrent

    layer = Recurrent("clockwork", 4, 6, seed=0)
    step = torch.optim.AdamW(layer.parameters(), lr=0.1)
    x = torch.tensor(random_x(), dtype=torch.float32)
    for _ in range(3):
        step.zero_grad()
        layer(x)[0].square().sum().backward()
        step.step()
    W_h = layer.numpy()["W_h"]
    masked = clockwork.cell.masks["W_h"](6) == 0
    assert (W_h[masked] == 0).all() and (W_h[~masked] != 0).all()


def test_coupled_cells_are_one_family_up_to_the_sign_of_the_learned_gate():
    p, x, state, _, _ = case(coupled.make("i"))
    flipped = negated(p, ("W_x", "W_h", "b"), 0)
    same(
        outputs(coupled.make("i"), p, x, state),
        outputs(coupled.make("f"), flipped, x, state),
    )
    rng = np.random.default_rng(0)
    assert (init(coupled.make("i"), 4, 6, rng)["b"][:6] == -1).all()
    assert (init(coupled.make("f"), 4, 6, rng)["b"][:6] == 1).all()


def test_coupled_is_the_lstm_whose_forget_gate_is_tied():
    p, x, state, _, _ = case(coupled.make("i"))
    i, rest = np.s_[..., :6], np.s_[..., 6:]
    tied = {k: np.concatenate([v[i], -v[i], v[rest]], -1) for k, v in p.items()}
    same(outputs(coupled.make("i"), p, x, state), outputs(lstm, tied, x, state))


def test_cifg_without_peepholes_is_coupled():
    p, x, state, _, _ = case(cifg.cell)
    p |= {"w_ci": np.zeros(6), "w_co": np.zeros(6)}
    plain = {k: p[k] for k in ("W_x", "W_h", "b")}
    same(outputs(cifg, p, x, state), outputs(coupled.make("i"), plain, x, state))


def test_gru_before_equals_after_for_diagonal_u_and_zero_recurrent_bias():
    p, x, state, _, _ = case(gru.make("before"))
    p["W_h"][:, 12:] = np.diag(np.diag(p["W_h"][:, 12:]))
    after = p | {"b_h": np.zeros(18)}
    for update in ("keeps_old", "takes_new"):
        same(
            outputs(gru.make("before", update), p, x, state),
            outputs(gru.make("after", update), after, x, state),
        )
    full, _, _, _, _ = case(gru.make("before"))
    difference = outputs(gru.make("before"), full, x, state) - outputs(
        gru.make("after"), full | {"b_h": np.zeros(18)}, x, state
    )
    assert np.abs(difference).max() > 1e-2  # in general they are two cells


@pytest.mark.parametrize("reset", ["before", "after"])
def test_negating_the_update_gate_flips_the_gru_convention(reset):
    p, x, state, _, _ = case(gru.make(reset))
    names = ("W_x", "W_h", "b", "b_h") if reset == "after" else ("W_x", "W_h", "b")
    same(
        outputs(gru.make(reset, "keeps_old"), p, x, state),
        outputs(gru.make(reset, "takes_new"), negated(p, names, 1), x, state),
    )


def test_mut3_with_small_h_tends_to_the_gru():
    p, x, _, _, _ = case(CELLS["mut3"], T=1)
    for size, limit in ((1e-1, 1e-2), (1e-3, 1e-8)):  # tanh(h) = h - h^3 / 3 + ...
        state = (size * random_x(1, 3, 6)[0],)
        mut3 = outputs("mut3", p, x, state)
        takes_new = outputs(gru.make("before", "takes_new"), p, x, state)
        assert 0 < np.abs(mut3 - takes_new).max() < limit


def test_without_gates_and_activations_the_lstm_is_a_linear_recurrence():
    cell = greff.make("ifoghp")  # NIG + NFG + NOG + NIAF + NOAF, no peepholes
    p, x, (h0, c0), _, _ = case(cell)
    assert cell.shapes(4, 6) == {"W_x": (4, 6), "W_h": (6, 6), "b": (6,)}
    h, c = h0, c0
    for x_t, ours in zip(x, outputs(cell, p, x, (h0, c0)), strict=True):
        h = c = c + x_t @ p["W_x"] + h @ p["W_h"] + p["b"]
        same(ours, h, 1e-12)
    x2, state2 = random_x(seed=1), case(cell, seed=5)[2]
    zero = p | {"b": np.zeros(6)}
    mix = outputs(
        cell,
        zero,
        2 * x - 3 * x2,
        tuple(2 * a - 3 * b for a, b in zip((h0, c0), state2, strict=True)),
    )
    parts = 2 * outputs(cell, zero, x, (h0, c0)) - 3 * outputs(cell, zero, x2, state2)
    same(mix, parts, 1e-10)  # powers of a matrix: entries reach 1e3


def test_a_removed_gate_is_the_full_cell_with_an_open_one():
    p, x, state, _, _ = case(greff.cell)
    p |= {k: np.zeros(6) for k in ("w_ci", "w_cf", "w_co")}
    for k, (gate, name) in enumerate(zip("ifo", ("nig", "nfg", "nog"), strict=True)):
        at = 3 if gate == "o" else k
        opened = {n: v.copy() for n, v in p.items()}
        columns(opened, "b", at)[...] = 1e3
        less = {n: v for n, v in p.items() if n != f"w_c{gate}"}
        for n in ("W_x", "W_h", "b"):
            less[n] = np.delete(p[n], np.s_[at * 6 : at * 6 + 6], axis=-1)
        same(outputs(name, less, x, state), outputs("peephole", opened, x, state))


def pinned(p, f, i, o, H=6):
    """An LSTM whose gates are held by huge biases: {0: closed, 1: open}."""
    p = {k: v.copy() for k, v in p.items()}
    for at, value in ((0, i), (1, f), (3, o)):
        columns(p, "b", at, H)[...] = 1e3 if value else -1e3
    return p


def test_f_0_i_1_o_1_gives_tanh_of_tanh():
    p, x, state, _, _ = case(lstm.cell)
    p = pinned(p, f=0, i=1, o=1)
    q = trace(lstm, p, x, state)
    same(q["h"], np.tanh(np.tanh(q["zg"])))
    g = {k: columns(p, k, 2) for k in ("W_x", "W_h", "b")}
    h = state[0]
    for t in range(7):  # an RNN with two tanh in a row, not Elman's
        h = np.tanh(np.tanh(x[t] @ g["W_x"] + h @ g["W_h"] + g["b"]))
        same(q["h"][t], h, 1e-12)


def test_the_degenerate_lstm_at_pre_activation_1_is_0_6420_and_not_0_7616():
    p = {k: np.zeros(s) for k, s in lstm.cell.shapes(4, 6).items()}
    columns(p, "b", 2)[...] = 1.0
    h = outputs(lstm, pinned(p, f=0, i=1, o=1), random_x())[0]
    assert round(float(h[0, 0]), 4) == 0.6420
    noaf = greff.make("ohp")
    q = {k: np.zeros(s) for k, s in noaf.shapes(4, 6).items()}
    q["b"] = np.repeat([1e3, -1e3, 1.0], 6)  # i = 1, f = 0, g = tanh(1)
    assert round(float(outputs(noaf, q, random_x())[0, 0, 0]), 4) == 0.7616


def test_the_lstm_without_output_activation_has_the_rnn_as_a_special_case():
    p, x, state, _, _ = case(rnn.cell)
    noaf = greff.make("ohp")  # no output gate, h = c
    big = np.repeat([1e3, -1e3], 6)
    q = {
        "W_x": np.hstack([np.zeros((4, 12)), p["W_x"]]),
        "W_h": np.hstack([np.zeros((6, 12)), p["W_h"]]),
        "b": np.concatenate([big, p["b"]]),
    }
    same(outputs(noaf, q, x, (state[0], np.ones((3, 6)))), outputs(rnn, p, x, state))


def test_f_1_i_0_carries_the_cell_state_for_1000_steps_unchanged():
    p, x, state, _, _ = case(lstm.cell, T=1000)
    _, (_, c), caches = unroll(lstm, pinned(p, f=1, i=0, o=1), x, state)
    np.testing.assert_array_equal(c, state[1])


def test_without_a_running_maximum_the_slstm_gives_the_same_output():
    p, x, state, _, _ = case(slstm.cell)
    h, c, n = np.zeros((3, 6)), np.zeros((3, 6)), np.zeros((3, 6))
    for x_t, ours in zip(x, outputs(slstm, p, x), strict=True):
        z = x_t @ p["W_x"] + h @ p["W_h"] + p["b"]
        zi, zf, zg, zo = np.split(z, 4, axis=1)
        f, o = 1 / (1 + np.exp(-zf)), 1 / (1 + np.exp(-zo))
        c, n = f * c + np.exp(zi) * np.tanh(zg), f * n + np.exp(zi)
        h = o * c / n
        same(ours, h, 1e-11)


def test_the_slstm_survives_exponents_that_overflow():
    p, x, _, dh, _ = case(slstm.cell)
    p["b"][:6] = 2000.0  # exp(2000) is infinite
    h, _, caches = unroll(slstm, p, x)
    assert np.isfinite(h).all()
    assert all(
        np.isfinite(g).all() for g in unroll_backward(slstm, p, dh, caches)[2].values()
    )
