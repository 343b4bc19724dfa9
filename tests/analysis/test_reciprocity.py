"""METRICS.md §2.1 and the shuffling null of §2.2, from the text."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from comity.analysis import lag_profile, memory_one, p_c_given_c, p_c_given_d, rho, rho_null

NAN = np.nan


def traces(*acts: str) -> np.ndarray:
    """(1, T, N) from one string of C and D per agent, '.' = no choice."""
    code = {"C": 1.0, "D": 0.0, ".": NAN}
    return np.array([[code[act] for act in agent] for agent in acts]).T[None]


def directed(labels: np.ndarray) -> np.ndarray:
    c = np.full((*labels.shape, 2), NAN)
    c[:, :, 0, 1], c[:, :, 1, 0] = labels[:, :, 0], labels[:, :, 1]
    return c


def independent(worlds: int, steps: int, p=(0.5, 0.5), seed: int = 0) -> np.ndarray:
    return (np.random.default_rng(seed).random((worlds, steps, len(p))) < p).astype(float)


def tit_for_tat(worlds: int, steps: int, seed: int = 0) -> np.ndarray:
    """Agent 0 plays tit-for-tat against a coin."""
    c = independent(worlds, steps, seed=seed)
    c[:, 1:, 0] = c[:, :-1, 1]
    return c


AB = traces("CCDCDDCCDC", "CDCCDCCDCC")
LABELS = hnp.arrays(
    float,
    st.tuples(st.integers(1, 4), st.integers(1, 8), st.just(2)),
    elements=st.sampled_from([0.0, 1.0, 1.0, 0.25, NAN]),
)


def test_conditionals_of_the_worked_example():
    c, d, r = p_c_given_c(AB), p_c_given_d(AB), rho(AB)
    assert c.value[0] == pytest.approx([5 / 6, 0.4], abs=1e-12)
    assert d.value[0] == pytest.approx([0, 1], abs=1e-12)
    assert r.value[0] == pytest.approx([5 / 6, -0.6], abs=1e-12)
    assert c.n.tolist() == [[6, 5]]
    assert d.n.tolist() == [[3, 4]]
    assert r.n.tolist() == [[[6, 3], [5, 4]]]


def test_memory_one_of_the_worked_example():
    m = memory_one(AB)
    assert m.value[0, 0] == pytest.approx([2 / 3, 0, 1, 0], abs=1e-12)
    assert m.n[0, 0].tolist() == [3, 2, 3, 1]
    assert m.value[0, 1] == pytest.approx([0, 1, 1, 1], abs=1e-12)
    assert m.n[0, 1].tolist() == [3, 3, 2, 1]


def test_lag_two_of_the_worked_example():
    profile = lag_profile(AB, longest=3)
    assert profile.value.shape == (1, 2, 4)
    assert profile.value[0, 0, 2] == pytest.approx(-0.8, abs=1e-12)
    assert profile.n[0, 0, 2].tolist() == [5, 3]
    np.testing.assert_array_equal(profile.value[..., 1], rho(AB).value)


def test_directed_labels_give_the_same_figures():
    r = rho(directed(AB))
    np.testing.assert_allclose(r.value, [[[NAN, 5 / 6], [-0.6, NAN]]])
    assert r.n[0, 0, 1].tolist() == [6, 3]
    assert memory_one(directed(AB)).value[0, 0, 1] == pytest.approx([2 / 3, 0, 1, 0])


@pytest.mark.parametrize("pair", [("CCCCCC", "CCCCCC"), ("DDDDDD", "DDDDDD"), ("CDCDCD", "CCCCCC")])
def test_trap_a_constant_partner_says_nothing(pair):
    assert np.isnan(rho(traces(*pair)).value[0, 0])


@pytest.mark.parametrize("unconditional", ["CCCCCC", "DDDDDD"])
def test_trap_unconditional_players_are_zero(unconditional):
    assert rho(traces(unconditional, "CDCDDC")).value[0, 0] == 0


def test_trap_independent_cooperators_are_not_reciprocal():
    c = independent(50, 400, (0.8, 0.8))
    assert np.nanmean(rho(c).value) == pytest.approx(0, abs=0.01)


def test_trap_tit_for_tat_is_1010():
    m = memory_one(tit_for_tat(1, 60))
    assert m.value[0, 0].tolist() == [1, 0, 1, 0]
    wsls = [1.0]
    coin = independent(1, 60)[0, :, 1]
    for t in range(1, 60):
        wsls.append(float(wsls[-1] == coin[t - 1]))
    assert memory_one(np.stack([wsls, coin], 1)[None]).value[0, 0].tolist() == [1, 0, 0, 1]


def test_states_never_met_are_nan():
    m = memory_one(traces("CCC", "CCC"))
    np.testing.assert_equal(m.value[0, 0], [1, NAN, NAN, NAN])
    assert m.n[0, 0].tolist() == [2, 0, 0, 0]


def test_turns_that_alternate():
    c = traces("C.D.C.D", ".C.D.C.")  # 0 answers D, C, D to C, D, C; 1 answers C, D, C to C, D, C
    assert rho(c).value.tolist() == [[-1, 1]]


def test_undirected_partner_is_the_mean_of_the_others():
    # the others of 0 give 1, .5, 0, .5: C, C, D, C; .3 beside .7 is .5 in spite of rounding
    c = np.array([[1, 1, 1], [1, 0.3, 0.7], [1, 0, 0], [0, 0.7, 0.3], [1, 0, 0]])[None]
    assert p_c_given_c(c).value[0, 0] == 1
    assert p_c_given_c(c).n[0, 0] == 3
    assert p_c_given_d(c).value[0, 0] == 0
    assert rho(c).flags == ("undirected",)


def test_lag_beyond_the_episode_is_nan():
    assert np.isnan(rho(AB, lag=10).value).all()
    assert np.isnan(rho(AB, lag=30).value).all()


@given(LABELS, st.integers(0, 4))
@settings(max_examples=60, deadline=None)
def test_against_plain_loops(c, lag):
    r = rho(c, lag)
    for w in range(len(c)):
        for i in (0, 1):
            answers: dict[bool, list[bool]] = {True: [], False: []}
            for t in range(lag, c.shape[1]):
                mine, theirs = c[w, t, i], c[w, t - lag, 1 - i]
                if not np.isnan(mine) and not np.isnan(theirs):
                    answers[theirs >= 0.5].append(mine >= 0.5)
            both = answers[True] and answers[False]
            expected = np.mean(answers[True]) - np.mean(answers[False]) if both else NAN
            assert r.value[w, i] == pytest.approx(expected, nan_ok=True)
            assert r.n[w, i].tolist() == [len(answers[True]), len(answers[False])]


@given(LABELS, LABELS)
@settings(max_examples=40, deadline=None)
def test_worlds_are_measured_apart(first, second):
    steps = max(first.shape[1], second.shape[1])
    padded = [np.pad(c, ((0, 0), (0, steps - c.shape[1]), (0, 0)), constant_values=NAN) for c in (first, second)]
    both = np.concatenate(padded)
    np.testing.assert_array_equal(rho(both).value, np.concatenate([rho(first).value, rho(second).value]))
    np.testing.assert_array_equal(rho(both[::-1]).value, rho(both).value[::-1])
    np.testing.assert_array_equal(rho(both[:, :, ::-1]).value, rho(both).value[:, ::-1])
    np.testing.assert_array_equal(memory_one(both[::-1]).value, memory_one(both).value[::-1])


# ---- the null


def brute_force_rho(now, before):
    """Mean over worlds of ρ of now[w] against before[w], both (W, T−1), by loops."""
    found = []
    for mine, theirs in zip(now, before, strict=True):
        rows = [(a >= 0.5, b >= 0.5) for a, b in zip(mine, theirs, strict=True) if not np.isnan([a, b]).any()]
        after = {act: [a for a, b in rows if b == act] for act in (True, False)}
        if after[True] and after[False]:
            found.append(np.mean(after[True]) - np.mean(after[False]))
    return np.mean(found) if found else NAN


def ragged(worlds=4, steps=9, seed=3):
    c = independent(worlds, steps, seed=seed)
    for w in range(worlds):
        c[w, steps - w :] = NAN
    return c


def test_null_mean_is_that_of_all_shuffles():
    from itertools import permutations

    c = independent(4, 9, seed=3)
    null = [brute_force_rho(c[:, 1:, 0], c[list(order), :-1, 1]) for order in permutations(range(4))]
    observed = brute_force_rho(c[:, 1:, 0], c[:, :-1, 1])
    found = rho_null(c, draws=20_000)
    assert found.value[0] == pytest.approx(observed)
    assert found.null_mean[0] == pytest.approx(np.mean(null), abs=0.01)
    assert found.p[0] == pytest.approx(np.mean(np.array(null) >= observed - 1e-9), abs=0.015)
    assert found.excess[0] == pytest.approx(observed - np.mean(null), abs=0.01)
    assert found.n.tolist() == [4, 4]
    assert "n<5" in found.flags


def test_tit_for_tat_stands_out_and_its_partner_does_not():
    found = rho_null(tit_for_tat(20, 60))
    assert found.value[0] == 1
    assert found.p[0] == pytest.approx(1 / 1000)
    assert found.excess[0] == pytest.approx(1, abs=0.1)
    assert abs(found.excess[1]) < 0.1


def test_null_of_independent_players_is_fair():
    cells = [rho_null(independent(12, 30, (0.6, 0.7), seed), draws=199, seed=seed) for seed in range(150)]
    p = np.concatenate([cell.p for cell in cells])
    assert np.mean([cell.null_mean for cell in cells]) == pytest.approx(0, abs=0.01)
    assert np.mean(p) == pytest.approx(0.5, abs=0.06)  # s.e. .017
    assert np.mean(p <= 0.1) == pytest.approx(0.1, abs=0.06)


def test_a_common_trend_is_not_reciprocity():
    trend = np.linspace(0.95, 0.05, 60)[:, None]
    c = (np.random.default_rng(1).random((40, 60, 2)) < trend).astype(float)
    found = rho_null(c)
    assert (found.value > 0.2).all()
    assert (np.abs(found.excess) < 0.06).all()
    assert (found.p > 0.01).all()


def test_trap_unconditional_pairs_side_by_side_are_not_reciprocal():
    c = np.concatenate([np.ones((10, 20, 2)), np.zeros((10, 20, 2))])
    found = rho_null(c)
    assert np.isnan(found.value).all()
    assert np.isnan(found.p).all()
    assert found.n.tolist() == [0, 0]
    noisy = np.concatenate([independent(20, 200, (0.9, 0.9)), independent(20, 200, (0.1, 0.1))])
    assert (np.abs(rho_null(noisy).value) < 0.05).all()


def test_null_has_a_seed_and_no_favourite_order():
    c = tit_for_tat(10, 15)
    np.testing.assert_array_equal(rho_null(c, seed=5).p, rho_null(c, seed=5).p)
    shuffled = rho_null(c[::-1], seed=5)
    assert shuffled.value == pytest.approx(rho_null(c, seed=5).value)
    assert (rho_null(c, seed=6).null_mean != rho_null(c, seed=5).null_mean).any()


def test_copies_of_one_world_are_flagged():
    found = rho_null(np.repeat(AB, 8, axis=0))
    assert "degenerate_null" in found.flags
    assert found.p.tolist() == [1, 1]
    assert found.excess == pytest.approx([0, 0])


def test_directed_null_of_two_and_refusal_of_three():
    c = tit_for_tat(8, 20)
    np.testing.assert_array_equal(rho_null(directed(c)).p, rho_null(c).p)
    with pytest.raises(ValueError, match="2 agents"):
        rho_null(np.full((2, 4, 3, 3), NAN))


def test_null_of_a_group_against_the_others():
    c = independent(30, 40, (0.5,) * 4)
    c[:, 1:, 0] = c[:, :-1, 1:].mean(axis=2) >= 0.5
    found = rho_null(c)
    assert found.flags == ("undirected",)
    assert found.value[0] == 1
    assert found.p[0] == pytest.approx(1 / 1000)


def test_more_worlds_than_a_block():
    found = rho_null(tit_for_tat(1100, 12), draws=99)
    assert found.p[0] == pytest.approx(0.01)
    assert found.null_mean[0] == pytest.approx(0, abs=0.02)
    assert found.n[1] <= 1100


def test_the_seats_of_a_cell_are_averaged_within_worlds():
    c = independent(12, 30, seed=5)
    c[:3, :, 1] = 1  # of these worlds seat 0 has no ρ
    of_worlds = np.nanmean(rho(c).value, axis=1)
    both = rho_null(c, seats=[0, 1])
    assert both.value.shape == (1,)
    assert both.value[0] == pytest.approx(of_worlds.mean())
    assert both.value[0] != pytest.approx(rho_null(c).value.mean()), "the mean of the seats' means is another number"
    assert both.n[0] == 12
    alone = rho_null(c, seats=[0])
    assert (alone.value[0], alone.null_mean[0], alone.p[0]) == tuple(
        getattr(rho_null(c), k)[0] for k in ("value", "null_mean", "p")
    )


def test_worlds_of_unequal_length_have_no_null():
    found = rho_null(ragged())
    assert "unequal_lengths" in found.flags
    assert not np.isnan(found.value).any()
    assert np.isnan(found.null_mean).all() and np.isnan(found.excess).all() and np.isnan(found.p).all()


def test_a_single_world_is_turned_in_a_circle():
    c = tit_for_tat(1, 24)
    now, before = c[0, 1:, 0], c[0, :-1, 1]  # received acts of t = 1 … 23
    null = [brute_force_rho([now], [np.roll(before, shift)]) for shift in range(5, 19)]
    ended = np.pad(c, ((0, 0), (0, 6), (0, 0)), constant_values=NAN)
    for found in (rho_null(c), rho_null(ended)):
        assert found.value[0] == 1
        assert found.null_mean[0] == pytest.approx(np.mean(null))
        assert found.p[0] == pytest.approx((1 + sum(x >= 1 - 1e-9 for x in null)) / 15)
        assert "circular" in found.flags


def test_a_single_short_world_has_no_null():
    found = rho_null(AB)
    assert found.value == pytest.approx([5 / 6, -0.6])
    assert np.isnan(found.p).all()
    empty = rho_null(np.full((1, 5, 2), NAN))
    assert np.isnan(empty.value).all()
