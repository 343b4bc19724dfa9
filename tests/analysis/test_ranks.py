"""METRICS.md §11, from the text."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import kendalltau

from comity.analysis.ranks import dominance, dominates, firsts, kendall_tau, simplex_share, tau_matrix
from comity.analysis.resampled import MOST, ends, resampled_means
from comity.analysis.statistics import bootstrap_ci

NAN = np.nan
U, R, N = np.array([12, 11, 10, 9.0]), np.array([4, 6, 5, 1.0]), np.array([9.8, 9.9, 9, 5])


def test_tau_of_the_worked_example():
    assert [kendall_tau(U, R), kendall_tau(U, N), kendall_tau(R, N)] == pytest.approx([1 / 3, 2 / 3, 2 / 3], abs=1e-9)
    assert np.isnan(kendall_tau(U, np.ones(4)))
    assert kendall_tau(np.array([1, 2, np.nan]), np.array([1, 2, 0])) == 1


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=3, max_size=9))
@settings(max_examples=25, deadline=None)
def test_tau_is_that_of_scipy(pairs):
    x, y = np.array(pairs, float).T
    assert kendall_tau(x, y) == pytest.approx(float(kendalltau(x, y).statistic), abs=1e-9, nan_ok=True)


def test_a_matrix_of_tau():
    found = tau_matrix([U, R, N, np.ones(4), -U])
    assert found.least == -1 and found.median == pytest.approx(0, abs=1e-9)  # 1/3, 2/3, 2/3, −1, −1/3, −2/3
    assert (0, 1) in found.unstable and not [pair for pair in found.unstable if 3 in pair]
    assert np.isnan(found.tau[3]).all() and found.tau[0, 0] == 1
    assert tau_matrix([U, 2 * U]).unstable == ()
    assert np.isnan(tau_matrix([U]).least)


@pytest.mark.parametrize(("d", "expected"), [([2, -1], 2 / 3), ([3, 1, -2], 11 / 15)])
def test_share_of_the_simplex_of_the_worked_example(d, expected):
    found = simplex_share(d)
    assert float(found.value) == pytest.approx(expected, abs=1e-9)
    assert found.flags == ("exact",) and float(found.se) == 0 and int(found.n) == len(d)
    assert float(simplex_share(np.negative(d)).value) == pytest.approx(1 - expected, abs=1e-9)


def test_ties_on_the_simplex_are_drawn():
    found = simplex_share([1, 1, -1])
    assert found.flags == ("draws=100000",) and 0.001 < float(found.se) < 0.002
    assert float(found.value) == pytest.approx(3 / 4, abs=4 * float(found.se))
    near = simplex_share([1, 1 + 1e-7, 1 + 2e-7, -1, -1.1])  # an exact sum would have lost its digits
    assert near.flags == ("draws=100000",) and 0.5 < float(near.value) < 1
    many = simplex_share([*np.arange(1.0, 9), -100])
    assert many.flags == ("draws=100000",)


def test_edges_of_the_simplex():
    assert float(simplex_share([1, 0, 2]).value) == 1
    assert float(simplex_share([3, 3]).value) == 1
    assert float(simplex_share([-1, 0, 0]).value) == 0
    assert float(simplex_share([0, 0]).value) == 0, "nothing is better"
    assert int(simplex_share([2, NAN, -1]).n) == 2 and float(simplex_share([2, NAN, -1]).value) == pytest.approx(2 / 3)
    assert np.isnan(float(simplex_share([NAN]).value))


@given(st.lists(st.integers(-20, 20), min_size=2, max_size=8, unique=True), st.sampled_from([0.01, 1.0, 300.0]))
@settings(max_examples=20, deadline=None)
def test_the_exact_share_is_that_of_draws(d, scale):
    exact, found = simplex_share(d), simplex_share(np.multiply(d, scale))
    assert float(found.value) == pytest.approx(float(exact.value), abs=1e-9)
    assert float(simplex_share(d[::-1]).value) == pytest.approx(float(exact.value), abs=1e-9)
    weights = np.random.default_rng(1).dirichlet(np.ones(len(d)), size=4000)
    assert float(exact.value) == pytest.approx((weights @ d > 0).mean(), abs=0.04)


def test_only_all_of_all_is_dominance():
    names = ("mean", "Nash", "minimum")
    some = dominates([2, 3, 1], [1, 2, 1], names)
    assert (some.better, some.k, some.of, some.complete) == (("mean", "Nash"), 2, 3, False)
    assert dominates([2, 3, 2], [1, 2, 1], names).complete
    assert dominates([2, NAN, 2], [1, 2, 1], names) == (("mean", "minimum"), 2, 3), "one is undefined"
    assert not dominates([2, NAN, 2], [1, 2, 1], names).complete
    assert not dominates([NAN], [1], ["mean"]).complete
    over = dominance([[2, 1, 3, 1], [3, 2, NAN, 2]])
    assert over.tolist() == [[False, True, False, True]] + [[False] * 4] * 3
    assert not dominance(np.empty((0, 2))).any()


def test_who_is_first_over_resampled_worlds():
    rng = np.random.default_rng(2)
    common = rng.normal(size=(40, 1))
    low, high = common + np.array([0.0, 1.0]), common + np.array([0.1, 0.0])  # M = 2 measures that disagree
    found = firsts([low, high], paired=True)
    assert found.order.tolist() == [[1, 0], [0, 1]]
    assert found.p_first.tolist() == [[0, 1], [1, 0]], "in pairs the luck of a seed is shared"
    assert found.lead.value == pytest.approx([0.1, 1]) and found.lead.low == pytest.approx([0.1, 1])
    loose = firsts([low, high], paired=False)
    assert 0.4 < loose.p_first[0, 1] < 0.95 and loose.p_first.sum(axis=1) == pytest.approx([1, 1])
    assert loose.lead.low[0] < 0 < loose.lead.high[0]
    one = bootstrap_ci(low[:, 0], draws=1000)
    assert [found.score.low[0, 0], found.score.high[0, 0]] == pytest.approx([float(one.low), float(one.high)], abs=0.06)


def test_ties_share_the_first_place_and_the_undefined_has_none():
    flat = np.ones((6, 1))
    found = firsts([flat, flat, np.full((6, 1), NAN)], paired=True)
    assert found.p_first.tolist() == [[0.5, 0.5, 0]] and found.order.tolist() == [[0, 1, 2]]
    assert found.leaders(0) == [0, 1]
    none = firsts([np.full((3, 1), NAN)] * 2, paired=True)
    assert np.isnan(none.p_first).all() and none.leaders(0) == []
    single = firsts([np.array([[2.0]]), np.array([[1.0]])], paired=True)
    assert np.isnan(single.score.low).all() and single.p_first.tolist() == [[1, 0]]


def test_undefined_worlds_are_left_out_and_counted():
    gaps = np.array([[1.0], [NAN], [3.0]])
    found = firsts([gaps, np.zeros((3, 1))], paired=True)
    assert found.score.value.tolist() == [[2, 0]] and found.score.n.tolist() == [[2, 3]]
    assert found.lead.n.tolist() == [2]


def test_very_many_worlds_are_drawn_in_groups_of_the_same_spread():
    x = np.random.default_rng(3).normal(size=(3 * MOST + 7, 1))
    drawn = resampled_means(x)
    assert drawn.std() == pytest.approx(x.std() / len(x) ** 0.5, rel=0.1)
    assert drawn.mean() == pytest.approx(x.mean(), abs=0.002)
    assert np.isnan(resampled_means(np.empty((0, 2)), draws=3)).all()
    assert np.isnan(ends(np.full((3, 1), NAN))[0]).all()
