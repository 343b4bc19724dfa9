"""METRICS.md §2.2: the panel against explicit dummies, simulated reciprocity and the printed example."""

from itertools import permutations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.analysis.reciprocity import panel, panel_null, panel_profile

NAN = np.nan
PRINTED = ["DCCCCC", "DCDCDC", "CCCCCC", "CDCDCC", "CDCDCD", "CCDCCC"]  # 0→1 0→2 1→0 1→2 2→0 2→1


def printed() -> np.ndarray:
    c = np.full((1, 6, 3, 3), NAN)
    c[0][:, ~np.eye(3, dtype=bool)] = np.array([[act == "C" for act in of] for of in PRINTED]).T
    return c


def simulated(worlds: int, steps: int, n: int, rho: float, seed: int) -> np.ndarray:
    """c_ij(t) ~ Bernoulli(base_i + ρ(c_ji(t−1) − .5)), bases of agents and worlds."""
    rng = np.random.default_rng(seed)
    base = np.broadcast_to(rng.uniform(0.3, 0.7, (worlds, n, 1)), (worlds, n, n))
    c = np.empty((worlds, steps, n, n))
    c[:, 0] = rng.random(base.shape) < base
    for t in range(1, steps):
        c[:, t] = rng.random(base.shape) < base + rho * (c[:, t - 1].swapaxes(1, 2) - 0.5)
    c[:, :, np.arange(n), np.arange(n)] = NAN
    return c


def with_gaps(c: np.ndarray, share: float, seed: int = 0) -> np.ndarray:
    return np.where(np.random.default_rng(seed).random(c.shape) < share, NAN, c)


def others(c, w, t, i, j, towards_i):
    """Mean over k of c_ki (what third parties did to i), or of c_jk (what j did to them)."""
    acts = [c[w, t, k, i] if towards_i else c[w, t, j, k] for k in range(c.shape[2]) if k not in (i, j)]
    known = [act for act in acts if not np.isnan(act)]
    return float(np.mean(known)) if known else NAN


def explicit(c: np.ndarray, by_world: bool = True, with_steps: bool = True) -> tuple[np.ndarray, int, int]:
    """Minimum-norm least squares on the matrix with every dummy written out: terms, rows, rank."""
    worlds, steps, n, _ = c.shape
    rows = []
    for w, t, i, j in product(range(worlds), range(1, steps), range(n), range(n)):
        third = [others(c, w, t - 1, i, j, towards) for towards in (True, False)] if n > 2 else []
        terms = [c[w, t - 1, j, i], *third, c[w, t - 1, i, j]]
        if i != j and not np.isnan([c[w, t, i, j], *terms]).any():
            rows.append((c[w, t, i, j], terms, (w * by_world * n + i, w * by_world * n + j, t)))
    x = np.zeros((len(rows), len(rows[0][1]) + 2 * worlds * n + steps))
    for row, (_, terms, (actor, partner, t)) in zip(x, rows, strict=True):
        k = len(terms)
        row[:k], row[k + actor] = terms, 1
        if n > 2:
            row[k + worlds * n + partner] = 1
        if n > 2 and with_steps:
            row[k + 2 * worlds * n + t] = 1
    found = np.linalg.lstsq(x, np.array([row[0] for row in rows]), rcond=None)[0]
    return found[:k], len(rows), int(np.linalg.matrix_rank(x))


def test_the_printed_example():
    found = panel(printed(), correction=None)
    beta, rows, rank = explicit(printed())
    assert found.value == pytest.approx(beta, abs=1e-9)
    assert found.value.round(6).tolist() == [0.527344, 0.125974, -0.118699, -0.326085]
    assert (found.rows, found.rank) == (rows, rank) == (30, 13)
    assert found.n.tolist() == [3] * 4
    assert "n<5" in found.flags


@pytest.mark.parametrize("by_world", [True, False])
@pytest.mark.parametrize(
    ("worlds", "steps", "n", "gaps"), [(3, 8, 4, 0.0), (3, 9, 3, 0.15), (1, 15, 4, 0.1), (4, 9, 2, 0.1)]
)
def test_against_explicit_dummies(worlds, steps, n, gaps, by_world):
    c = with_gaps(simulated(worlds, steps, n, 0.3, seed=n), gaps)
    found = panel(c, effects="world" if by_world else "seat", correction=None)
    beta, rows, rank = explicit(c, by_world)
    assert found.value[~np.isnan(found.value)] == pytest.approx(beta, abs=1e-9)
    assert (found.rows, found.rank) == (rows, rank)
    assert np.isnan(found.value).sum() == (2 if n == 2 else 0), "with two there are no third parties"


def test_undirected_labels_have_one_partner_term():
    c = (np.random.default_rng(0).random((5, 12, 4)) < 0.6).astype(float)
    found = panel(c, correction=None)
    mean = (c.sum(axis=2, keepdims=True) - c) / 3
    rows = [(w, t, i) for w in range(5) for t in range(1, 12) for i in range(4)]
    x = np.zeros((len(rows), 2 + 20 + 12))
    for row, (w, t, i) in zip(x, rows, strict=True):
        row[0], row[1], row[2 + 4 * w + i], row[22 + t] = mean[w, t - 1, i], c[w, t - 1, i], 1, 1
    beta = np.linalg.lstsq(x, np.array([c[row] for row in rows]), rcond=None)[0]
    assert found.value[[0, 3]] == pytest.approx(beta[:2], abs=1e-9)
    assert np.isnan(found.value[[1, 2]]).all()
    assert "undirected" in found.flags
    assert "no_step_effects" in panel(c[:1]).flags


def test_two_agents_are_the_same_directed_or_not():
    c = simulated(6, 20, 2, 0.4, seed=1)
    flat = np.stack([c[:, :, 0, 1], c[:, :, 1, 0]], axis=2)
    np.testing.assert_array_equal(panel(c).value, panel(flat).value)
    np.testing.assert_array_equal(panel_null(c).p, panel_null(flat).p)


def test_errors_are_those_of_leaving_each_world_out():
    c = simulated(7, 15, 2, 0.4, seed=2)
    found = panel(c)
    left = np.array([panel(np.delete(c, w, axis=0)).value for w in range(7)])
    assert found.error[[0, 3]] == pytest.approx(np.sqrt(6 / 7 * ((left - found.value) ** 2).sum(axis=0))[[0, 3]])


def test_what_never_varies_has_no_coefficient():
    """Nothing, all: NaN, never 0; a partner that never varied identifies nothing."""
    for constant in (0.0, 1.0):
        found = panel(np.full((6, 12, 3), constant))
        assert np.isnan(found.value).all()
        assert np.isnan(found.low).all()
        assert np.isnan(panel_null(np.full((6, 12, 3), constant)).p)
    c = np.ones((6, 12, 2))
    c[:, :, 0] = np.random.default_rng(0).random((6, 12)) < 0.5
    found = panel(c[:, :, :1].repeat(2, axis=2) * [1, 0], correction=None)  # 1 never cooperates
    assert np.isfinite(found.value[0])
    assert found.value[0] == pytest.approx(0, abs=1e-12), "who never moves does not answer"
    assert panel(np.empty((0, 5, 2))).rows == panel(np.ones((3, 1, 2))).rows == 0


def test_random_play_is_not_reciprocal_and_tit_for_tat_is():
    c = (np.random.default_rng(3).random((40, 30, 2)) < [0.8, 0.3]).astype(float)
    assert abs(panel(c).value[0]) < 3 * panel(c).error[0]
    c[:, 1:, 0] = c[:, :-1, 1]
    answers, other = panel(c), panel_null(c)
    assert 0.4 < answers.value[0] < 0.6, "one of two answers"
    assert other.p == pytest.approx(0.001)


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 1000))
def test_invariances(seed):
    c = with_gaps(simulated(5, 12, 3, 0.3, seed), 0.05, seed)
    found = panel(c).value
    order = np.random.default_rng(seed).permutation(3)
    assert panel(c[:, :, order][:, :, :, order]).value == pytest.approx(found, abs=1e-9)
    assert panel(c[::-1]).value == pytest.approx(found, abs=1e-9)
    assert panel(1 - c).value == pytest.approx(found, abs=1e-9), "D for C"
    assert panel(0.2 + c / 2).value == pytest.approx(found, abs=1e-9), "scale"
    assert panel(np.concatenate([c, c])).value == pytest.approx(found, abs=1e-9), "each world twice"
    ended = np.pad(c, ((0, 0), (0, 4), (0, 0), (0, 0)), constant_values=NAN)
    assert panel(ended).value == pytest.approx(found, abs=1e-9)


def coverage(runs: int, worlds: int, steps: int, n: int, rho: float = 0.4) -> tuple[float, float]:
    found = [panel(simulated(worlds, steps, n, rho, seed)) for seed in range(runs)]
    bias = float(np.mean([one.value[0] for one in found]) - rho)
    return float(np.mean([one.low[0] <= rho <= one.high[0] for one in found])), bias


def test_a_simulated_rho_is_covered():
    share, bias = coverage(100, 20, 50, 2)
    assert 0.89 <= share <= 0.99
    assert abs(bias) < 0.01


@pytest.mark.slow
@pytest.mark.parametrize(
    ("worlds", "steps", "n", "rho"),
    [(20, 50, 2, 0.4), (200, 20, 2, 0.4), (20, 20, 4, 0.4), (20, 50, 4, 0.0), (1, 50, 5, 0.4)],
)
def test_coverage_is_nominal(worlds, steps, n, rho):
    share, bias = coverage(200, worlds, steps, n, rho)
    assert 0.92 <= share <= 0.98
    assert abs(bias) < 0.005


def test_plain_least_squares_is_biased_in_short_episodes_and_the_null_shows_it():
    """The bias of the dummies is taken off by half panels; that is why they are the default."""
    c = simulated(200, 10, 2, 0.4, seed=0)
    plain, fixed = panel(c, correction=None), panel(c)
    assert plain.high[0] < 0.4
    assert fixed.low[0] < 0.4 < fixed.high[0]
    assert fixed.uncorrected == pytest.approx(plain.value, nan_ok=True)


def test_profile_is_the_panel_at_each_lag():
    c = simulated(10, 20, 3, 0.5, seed=4)
    found = panel_profile(c, longest=3)
    assert found.value.shape == (4, 3)
    for lag in range(4):
        np.testing.assert_array_equal(found.value[lag], panel(c, lag).value[:3])
    assert found.value[1, 0] > found.value[2, 0]
    beyond = panel_profile(c[:, :3], longest=4)
    assert np.isnan(beyond.value[3:]).all()


@pytest.mark.parametrize("wrong", [{"effects": "year"}, {"correction": "none"}])
def test_wrong_options_are_named(wrong):
    with pytest.raises(ValueError, match="must be"):
        panel(printed(), **wrong)


# -- the null ----------------------------------------------------------------------------------------------------------


def test_null_of_the_printed_example():
    found = panel_null(printed())
    assert found.draws == 512
    assert "exact" in found.flags
    assert found.p == pytest.approx(8 / 512, abs=1e-12)
    assert [float(x.round(6)) for x in (found.null_mean, found.null_sd, found.excess)] == [0.191676, 0.119598, 0.335668]


def test_dealt_arrangements_are_those_of_refitting():
    c = with_gaps((np.random.default_rng(5).random((2, 4, 4, 4)) < 0.5).astype(float), 0.3, seed=1)
    c[:, :, np.arange(4), np.arange(4)] = NAN
    c[:, :2] = np.where(np.isnan(c[:, :2]), NAN, np.arange(4)[:, None] % 2)  # few arrangements: whom one gets is known
    slots = [
        (w, t, i, np.flatnonzero(~np.isnan(c[w, t, :, i]) & ~np.isnan(c[w, t + 1, i]) & ~np.isnan(c[w, t, i])))
        for w, t, i in product(range(2), range(3), range(4))
    ]
    found = panel_null(c, draws=4000)
    rng, null = np.random.default_rng(0), []
    for _ in range(400):
        again = c.copy()
        for w, t, i, k in slots:
            again[w, t, k, i] = c[w, t, rng.permutation(k), i]
        null.append(_with_received(c, again))
    known = np.array(null)[~np.isnan(null)]
    assert found.null_mean == pytest.approx(known.mean(), abs=4 * known.std() / 20)
    assert found.null_sd == pytest.approx(known.std(), rel=0.2)


def _with_received(c: np.ndarray, received: np.ndarray) -> float:
    """The direct term with the received acts of t − 1 from another table, all else as it was."""
    from comity.analysis.reciprocity.panel import Fit, clusters_of
    from comity.analysis.reciprocity.rows import aligned, panel_rows, without_one

    acts = aligned(c)
    rows = panel_rows(acts)
    place = rows.world, rows.step, rows.actor, rows.partner
    theirs = received[:, :-1].swapaxes(2, 3)
    rows.columns[1], rows.columns[2] = theirs[place], without_one(theirs)[place]
    return float(Fit(rows, "world", *clusters_of(rows)).value[0])


@pytest.mark.parametrize("gap", [False, True])
def test_exchanged_worlds_are_those_of_refitting(gap):
    c = (np.random.default_rng(6).random((4, 9, 3)) < 0.5).astype(float)
    if gap:
        c[2, 4, 1] = NAN
    every = [refitted(c, list(order)) for order in permutations(range(4))]
    found = panel_null(c, draws=3000 if not gap else 600)
    assert found.value == pytest.approx(refitted(c, [0, 1, 2, 3]), abs=1e-9)
    assert found.null_mean == pytest.approx(np.mean(every), abs=0.02)
    assert found.null_sd == pytest.approx(np.std(every), rel=0.15)
    assert found.p == pytest.approx(np.mean(np.array(every) >= found.value - 1e-9), abs=0.06)


def refitted(c: np.ndarray, order: list[int]) -> float:
    from comity.analysis.reciprocity.panel import Fit, clusters_of
    from comity.analysis.reciprocity.rows import aligned, panel_rows

    acts = aligned(c)
    rows = panel_rows(acts._replace(theirs=acts.theirs[order]))
    return float(Fit(rows, "world", *clusters_of(rows)).value[0])


def test_a_single_pair_is_turned_and_short_or_unequal_ones_are_not():
    c = (np.random.default_rng(7).random((1, 30, 2)) < 0.5).astype(float)
    c[0, 1:, 0] = c[0, :-1, 1]
    found = panel_null(c)
    assert "circular" in found.flags
    assert found.draws == 20
    assert found.p == pytest.approx(1 / 21)
    assert np.isnan(panel_null(c[:, :8]).p)
    ended = np.repeat(c, 3, axis=0)
    ended[0, 20:] = NAN
    assert "unequal_lengths" in panel_null(ended).flags
    assert np.isnan(panel_null(ended).p)


def test_the_null_is_fair_without_reciprocity():
    p = [float(panel_null(simulated(6, 40, 3, 0.0, seed), draws=99).p) for seed in range(80)]
    assert 0.4 <= np.mean(p) <= 0.7  # s.e. .032, and not below .5 but by chance
    assert np.mean(np.array(p) <= 0.1) <= 0.2
