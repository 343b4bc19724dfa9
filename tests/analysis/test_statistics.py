"""METRICS.md §12, from the text."""

from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from comity.analysis import (
    bootstrap_ci,
    bootstrap_exact,
    clustered_ci,
    holm,
    iqm,
    paired_ci,
    perm_test,
    prob_improvement,
    sign_flip_test,
    stratified_ci,
    tost,
    wilson,
)

NAN = np.nan
VALUES = st.lists(st.integers(-20, 20).map(float), min_size=1, max_size=9)


def ends(interval) -> list[float]:
    return [float(interval.low), float(interval.high)]


def test_iqm_of_the_worked_examples():
    assert float(iqm([0.1, 0.2, 0.4, 0.4, 0.5, 0.7, 0.9, 1]).value) == pytest.approx(0.5, abs=1e-12)
    assert float(iqm([*range(9), 30]).value) == pytest.approx(4.5, abs=1e-12)
    rows = iqm([[3, NAN, 1, 2, 100], [NAN] * 5])
    np.testing.assert_equal(rows.value, [2.5, NAN])
    assert rows.n.tolist() == [4, 0]


def test_bootstrap_exact_of_the_worked_example():
    means = bootstrap_exact([1, 2, 6])
    assert len(means) == 27
    assert means.mean() == pytest.approx(3, abs=1e-12)
    assert means.std() == pytest.approx(1.247219, abs=1e-6)
    assert means.tolist() == pytest.approx(sorted(np.mean(r) for r in product([1, 2, 6], repeat=3)))
    found = bootstrap_ci([1, 2, 6], draws=None)
    assert ends(found) == [1, 6]
    assert found.flags == ("n<5",)
    with pytest.raises(ValueError, match="resamples"):
        bootstrap_exact(np.arange(9))


def test_clustered_interval_of_the_worked_example():
    found = clustered_ci([1, 3, 6, 2, 2, 5], ["a", "a", "b", "c", "c", "c"], draws=None)
    assert ends(found) == [2, 6]
    assert float(found.value) == pytest.approx(19 / 6, abs=1e-12)
    assert float(found.value) == pytest.approx(3.166667, abs=1e-6)
    clusters = [1, 3], [6], [2, 2, 5]
    pooled = sorted(np.mean([*a, *b, *c]) for a, b, c in product(clusters, repeat=3))
    assert len(pooled) == 27
    assert [float(np.quantile(pooled, q, method="inverted_cdf")) for q in (0.025, 0.975)] == [2, 6]
    assert int(found.n) == 3
    assert found.flags == ("n<5",)


def test_stratified_interval_of_the_worked_example():
    found = stratified_ci([[0, 2], [5, 9]], draws=None)
    assert ends(found) == [2.5, 5.5]
    assert float(found.value) == 4
    pooled = sorted(np.mean([*a, *b]) for a in product([0, 2], repeat=2) for b in product([5, 9], repeat=2))
    assert len(pooled) == 16
    assert [float(np.quantile(pooled, q, method="inverted_cdf")) for q in (0.025, 0.975)] == [2.5, 5.5]
    assert int(found.n) == 4
    assert found.flags == ("n<5",)


def test_stratified_interval_of_the_iqm():
    found = stratified_ci([[0, 1, 2, 3, 4], [5, 6, 7, 8, 30]], statistic=lambda rows: iqm(rows).value)
    assert float(found.value) == 4.5
    assert 0 < float(found.low) < 4.5 < float(found.high) < 30
    assert found.flags == ()


def test_permutation_test_of_the_worked_example():
    found = perm_test([1, 2, 3], [4, 5, 6])
    assert float(found.p) == pytest.approx(0.1, abs=1e-12)
    assert float(found.value) == -3
    assert float(found.null_mean) == pytest.approx(0, abs=1e-12)
    assert "exact" in found.flags
    assert found.n.tolist() == [3, 3]


def test_sampled_permutation_test():
    rng = np.random.default_rng(0)
    x, y = rng.normal(0, 1, 40), rng.normal(0.6, 1, 40)
    found = perm_test(x, y, draws=4999)
    assert "exact" not in found.flags
    s = x.var(ddof=1) / 40 + y.var(ddof=1) / 40
    from math import erfc

    assert float(found.p) == pytest.approx(erfc(abs(x.mean() - y.mean()) / s**0.5 / 2**0.5), abs=0.01)
    assert float(perm_test(x, y, draws=99).p) >= 0.01
    assert float(perm_test(x, x + 0.0).p) == 1
    assert np.isnan(perm_test([], [1.0]).p)


def test_holm_of_the_worked_example():
    assert holm([0.01, 0.04, 0.03, 0.005]).value == pytest.approx([0.03, 0.06, 0.06, 0.02], abs=1e-12)
    assert holm([0.6, 0.7]).value.tolist() == [1, 1]
    with_gap = holm([0.01, NAN, 0.04])
    np.testing.assert_allclose(with_gap.value, [0.02, NAN, 0.04])
    assert with_gap.n.tolist() == [2, 2, 2]


@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    [(0, 20, 0, 0.161125), (3, 20, 0.052369, 0.360419), (37, 100, 0.281824, 0.467795), (20, 20, 0.838875, 1)],
)
def test_wilson_of_the_worked_examples(successes, n, low, high):
    assert ends(wilson(successes, n)) == pytest.approx([low, high], abs=1e-6)


def test_wilson_of_arrays_and_of_nothing():
    found = wilson([0, 3, 0], [20, 20, 0])
    np.testing.assert_allclose(found.low, [0, 0.052369, NAN], atol=1e-6)
    assert np.isnan(found.value[2])
    assert found.n.tolist() == [20, 20, 0]


def test_nan_values_are_dropped_and_counted():
    found = bootstrap_ci([1, NAN, 2, 6, NAN], draws=None)
    assert (int(found.n), found.n_nan) == (3, 2)
    assert ends(found) == [1, 6]
    rows = clustered_ci([1, 3, 6, NAN], [0, 0, 1, 2])
    assert (int(rows.n), rows.n_nan) == (2, 1)
    strata = stratified_ci([[1, NAN], [2, 3]])
    assert (int(strata.n), strata.n_nan) == (3, 1)
    for empty in (bootstrap_ci([NAN]), bootstrap_ci([]), clustered_ci([], []), stratified_ci([[NAN]])):
        assert np.isnan([empty.value, empty.low, empty.high]).all()


def test_seeds_are_honoured():
    x = np.random.default_rng(1).normal(size=30)
    assert ends(bootstrap_ci(x, seed=3)) == ends(bootstrap_ci(x, seed=3))
    assert ends(bootstrap_ci(x, seed=3)) != ends(bootstrap_ci(x, seed=4))
    state = np.random.get_state()[1].copy()  # noqa: NPY002
    bootstrap_ci(x)
    np.testing.assert_array_equal(np.random.get_state()[1], state)  # noqa: NPY002


def test_bootstrap_has_the_width_of_theory():
    x = np.random.default_rng(2).normal(size=400)
    low, high = ends(bootstrap_ci(x, draws=4000))
    assert (high - low) / 2 == pytest.approx(1.96 * x.std() / 20, rel=0.05)
    assert (high + low) / 2 == pytest.approx(x.mean(), abs=0.01)


def test_large_samples_go_in_pieces():
    x = np.random.default_rng(3).normal(size=50_000)
    found = bootstrap_ci(x, draws=100)
    assert float(found.low) < x.mean() < float(found.high)


def test_sampling_agrees_with_enumeration():
    x = [1, 2, 6, 8, 9, 20]
    exact = bootstrap_exact(x)
    found = bootstrap_ci(x, draws=40_000)
    assert ends(found) == pytest.approx(np.quantile(exact, [0.025, 0.975]).tolist(), abs=0.4)


def test_clusters_of_one_row_are_worlds():
    x = np.random.default_rng(4).normal(size=20)
    assert ends(clustered_ci(x, np.arange(20))) == pytest.approx(ends(bootstrap_ci(x)))


def test_rows_of_one_world_are_not_independent():
    x = np.random.default_rng(5).normal(size=12)
    narrow, wide = (
        bootstrap_ci(np.repeat(x, 50)),
        clustered_ci(np.repeat(x, 50), np.repeat(np.arange(12), 50)),
    )
    assert float(wide.high - wide.low) > 4 * float(narrow.high - narrow.low)


def test_paired_difference():
    base = np.random.default_rng(6).normal(0, 10, 30)
    found = paired_ci(base + 1, base)
    assert [float(found.value), *ends(found)] == pytest.approx([1, 1, 1])
    assert paired_ci([1.0, NAN, 3], [0.0, 1, NAN]).n_nan == 2


@given(VALUES, st.sampled_from([0.5, 8.0]), st.integers(-5, 5))
@settings(max_examples=40, deadline=None)
def test_intervals_follow_scale_and_shift(x, scale, shift):
    x = np.array(x)
    one, other = bootstrap_ci(x, draws=100), bootstrap_ci(x * scale + shift, draws=100)
    assert ends(other) == pytest.approx([e * scale + shift for e in ends(one)], abs=1e-9)
    assert x.min() - 1e-9 <= float(one.low) <= float(one.high) <= x.max() + 1e-9


@given(st.lists(st.integers(0, 9), min_size=1, max_size=4), st.lists(st.integers(0, 9), min_size=1, max_size=4))
@settings(max_examples=40, deadline=None)
def test_exact_permutations_by_hand(x, y):
    pool, reach, total = x + y, 0, 0
    for chosen in combinations(range(len(pool)), len(x)):
        first = [pool[i] for i in chosen]
        rest = [pool[i] for i in range(len(pool)) if i not in chosen]
        total += 1
        reach += abs(np.mean(first) - np.mean(rest)) >= abs(np.mean(x) - np.mean(y)) - 1e-9
    assert float(perm_test(x, y).p) == pytest.approx(reach / total)
    assert float(perm_test(y, x).p) == pytest.approx(reach / total)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8), st.randoms(use_true_random=False))
@settings(max_examples=40, deadline=None)
def test_holm_is_monotone_and_ignores_order(p, random):
    order = list(range(len(p)))
    random.shuffle(order)
    p = np.array(p)
    adjusted = holm(p).value
    assert (adjusted >= p).all()
    assert (np.diff(adjusted[np.argsort(p)]) >= 0).all()
    np.testing.assert_array_equal(holm(p[order]).value, adjusted[order])


def test_sign_flips_of_the_worked_example():
    assert float(sign_flip_test([1, 2, -0.5, 3]).p) == pytest.approx(0.25, abs=1e-12)


def test_equivalence_of_the_worked_example():
    d = np.array([0.02, -0.01, 0.03, 0, 0.01, -0.02])
    found = tost(d, 0.05)
    sides = [stats.ttest_1samp(d, bound, alternative=side) for bound, side in ((-0.05, "greater"), (0.05, "less"))]
    assert float(found.p) == pytest.approx(max(side.pvalue for side in sides), abs=1e-12)
    assert float(found.p) == pytest.approx(0.001001, abs=1e-6)
    assert (float(found.value), int(found.n), float(found.null_mean)) == (pytest.approx(0.005), 6, 0.05)
    assert float(tost(-d, 0.05).null_mean) == -0.05
    assert float(tost(-d, 0.05).p) == pytest.approx(float(found.p), abs=1e-15)


def test_equivalence_is_the_inclusion_of_the_interval():
    d = np.random.default_rng(0).normal(0.1, 1, 30)
    low, high = stats.t.interval(0.9, 29, d.mean(), d.std(ddof=1) / 30**0.5)
    edge = max(-low, high)
    assert float(tost(d, edge).p) == pytest.approx(0.05, abs=1e-12)
    assert float(tost(d, edge + 0.01).p) < 0.05 < float(tost(d, edge - 0.01).p)


def test_equivalence_without_chance_or_pairs():
    assert [float(tost(values, 0.05).p) for values in ([0.01] * 3, [0.1] * 3, [0.05] * 3)] == [0, 1, 1]
    assert np.isnan(float(tost([0.01, NAN], 0.05).p))
    with pytest.raises(ValueError, match="margin"):
        tost([1, 2], 0)


def test_probability_of_improvement_of_the_worked_example():
    found = prob_improvement([[0.1, 0.5, 0.9]], [[0.2, 0.4]])
    assert float(found.value) == pytest.approx(2 / 3, abs=1e-12)
    assert 0 <= float(found.low) <= 2 / 3 <= float(found.high) <= 1
    assert (int(found.n), found.flags) == (5, ("n<5",))


def test_probability_of_improvement_by_enumeration():
    x, y = [[1, 3], [2, 2]], [[2, 3], [0, 5]]
    found = prob_improvement(x, y, draws=None)

    def won(a, b):
        return np.mean([(i > j) + 0.5 * (i == j) for i in a for j in b])

    every = [
        (won(a, b) + won(c, d)) / 2
        for a, b, c, d in product(*(product(runs, repeat=2) for runs in (x[0], y[0], x[1], y[1])))
    ]
    assert float(found.value) == pytest.approx((won(x[0], y[0]) + won(x[1], y[1])) / 2, abs=1e-12)
    assert ends(found) == [np.quantile(every, q, method="inverted_cdf") for q in (0.025, 0.975)]


def test_probability_of_improvement_is_the_mann_whitney_statistic():
    x, y = np.random.default_rng(1).integers(0, 9, (2, 40))
    theirs = stats.mannwhitneyu(x, y).statistic / 1600
    assert float(prob_improvement([x], [y], draws=50).value) == pytest.approx(theirs, abs=1e-12)
    assert float(prob_improvement([x], [x], draws=50).value) == 0.5
    tasks = prob_improvement([x, [1.0, NAN]], [y, [0.0, 0.0]], draws=50)
    assert float(tasks.value) == pytest.approx((theirs + 1) / 2, abs=1e-12)
    assert tasks.n_nan == 1
    assert np.isnan(float(prob_improvement([[NAN]], [[1]]).value))
    with pytest.raises(ValueError, match="same tasks"):
        prob_improvement([x], [])
