"""METRICS.md §7, from the text."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from comity.analysis import (
    agreement_rate,
    agreement_rates,
    concession_rate,
    exact_share,
    first_offer_share,
    honesty,
    ir_violations,
    joint_efficiency,
    nash_ratio,
    pareto_distance,
    pareto_optimality,
    solution_distances,
    surplus_gini,
    turns,
)

NAN = np.nan
Q, V1, V2 = np.array([2, 2, 1]), np.array([1, 3, 2]), np.array([3, 0, 4])
DEALS = np.array([[V1 @ k, V2 @ (Q - k)] for k in map(np.array, product(range(3), range(3), range(2)))])
REACHED = np.array([[8, 6], [5, 6], [NAN, NAN]], dtype=float)  # two deals and no agreement
PROBLEMS = hnp.arrays(float, st.tuples(st.integers(1, 12), st.integers(2, 3)), elements=st.integers(0, 6))


def test_pareto_measures_of_the_division_game():
    distance = pareto_distance(REACHED, DEALS)
    assert distance.value[:2] == pytest.approx([0, 5**0.5], abs=1e-9)
    assert distance.value[1] == pytest.approx(2.236068, abs=1e-6)
    assert np.isnan(distance.value[2])
    assert distance.n.tolist() == [1, 1, 0]
    assert pareto_distance(DEALS, DEALS).value.max() == pytest.approx(6, abs=1e-9)
    assert pareto_optimality(REACHED, DEALS).value[:2] == pytest.approx([1, 0.627322], abs=1e-6)


def test_frontier_of_the_division_game():
    efficient = DEALS[pareto_distance(DEALS, DEALS).value == 0]
    assert {tuple(u) for u in efficient.tolist()} == {(6, 10), (7, 7), (8, 6), (9, 3), (10, 0)}


def test_joint_efficiency_of_the_division_game():
    agreed = joint_efficiency(REACHED, [0, 0], DEALS)
    np.testing.assert_allclose(agreed.value, [0.875, 0.6875, NAN])
    assert agreed.n.tolist() == [1, 1, 0]
    every = joint_efficiency(REACHED, [0, 0], DEALS, all_episodes=True)
    np.testing.assert_allclose(every.value, [0.875, 0.6875, 0])
    assert every.n.tolist() == [1, 1, 1]
    assert joint_efficiency([[8, 6]], [2, 2], DEALS).value == pytest.approx([10 / 12])


def test_nothing_to_share_is_nan():
    assert np.isnan(joint_efficiency([[4, 6]], [5, 5], [[4, 6], [6, 4]]).value).all()
    assert np.isnan(joint_efficiency([[4, 6]], [9, 9], [[4, 6], [6, 4]], all_episodes=True).value).all()
    assert np.isnan(pareto_optimality([[4, 6]], [[4, 6], [6, 4]]).value).all()  # all deals efficient
    assert np.isnan(pareto_optimality([[2, 3]], [[4, 6], [6, 4]]).value).all(), "nor is one off the list, after a delay"


def test_agreement_rate_of_the_worked_example():
    rate = agreement_rate([True] * 7 + [False] * 3)
    assert float(rate.value) == pytest.approx(0.7, abs=1e-12)
    assert float(rate.high) == pytest.approx(0.892209, abs=1e-6)
    # METRICS.md prints .396776; the formula with z = 1.959964 (or 1.95996398…) gives .39677815
    assert float(rate.low) == pytest.approx(0.396778, abs=1e-6)
    assert int(rate.n) == 10
    assert np.isnan(agreement_rate([]).value)


def test_concession_rate_of_the_worked_example():
    demands = [
        [90, NAN, 80, NAN, 70, 65],
        [NAN, 50, NAN, NAN, NAN, NAN],
        [NAN] * 6,
        [10, 20, NAN, NAN, NAN, NAN],
    ]
    found = concession_rate(demands)
    np.testing.assert_allclose(found.value, [25 / 3, NAN, NAN, -10])
    assert found.n.tolist() == [4, 1, 0, 2]
    both = np.stack([demands, demands], axis=2)
    np.testing.assert_allclose(concession_rate(both).value[:, 1], found.value)


@given(PROBLEMS)
@settings(max_examples=60, deadline=None)
def test_distance_against_plain_dominance(deals):
    efficient = [u for u in deals if not any((v >= u).all() and (v > u).any() for v in deals)]
    expected = [min(np.linalg.norm(u - e) for e in efficient) for u in deals]
    found = pareto_distance(deals, deals)
    assert found.value == pytest.approx(expected, abs=1e-9)
    np.testing.assert_allclose(pareto_distance(deals, deals[::-1]).value, found.value)
    optimality = pareto_optimality(deals, deals).value
    if max(expected) == 0:
        assert np.isnan(optimality).all()
    else:
        assert (optimality >= -1e-12).all()
        assert (optimality <= 1).all()


@given(PROBLEMS, st.sampled_from([0.5, 10.0]), st.integers(-5, 5))
@settings(max_examples=40, deadline=None)
def test_shares_do_not_depend_on_a_common_scale(deals, scale, shift):
    d = np.zeros(deals.shape[1])
    moved = deals * scale + shift
    np.testing.assert_allclose(
        joint_efficiency(moved, d + shift, moved).value, joint_efficiency(deals, d, deals).value, atol=1e-9
    )
    np.testing.assert_allclose(pareto_optimality(moved, moved).value, pareto_optimality(deals, deals).value, atol=1e-9)


def test_the_frontier_of_two_is_that_of_its_definition():
    rng = np.random.default_rng(0)
    for _ in range(50):
        deals = rng.integers(0, 8, (rng.integers(1, 40), 2)).astype(float)
        beaten = [any((d >= e).all() and (d > e).any() for d in deals) for e in deals]
        assert (pareto_distance(deals, deals).value == 0).tolist() == [not is_so for is_so in beaten]


def test_so_is_that_of_a_pie_of_many_units():
    shares = np.arange(100_001) / 100_000
    deals = np.stack([shares, 1 - shares], axis=1)
    assert pareto_distance(deals[:3], deals).value.tolist() == [0, 0, 0]


def test_distances_from_the_solutions_of_the_division_game():
    found = solution_distances(REACHED, [0, 0], DEALS)
    np.testing.assert_allclose(found["dist_nash"].value, [20**0.5, 17**0.5, NAN], atol=1e-12)
    np.testing.assert_allclose(found["dist_ks"].value, [2**0.5, 5**0.5, NAN], atol=1e-12)
    np.testing.assert_allclose(found["dist_eg"].value, found["dist_ks"].value)
    assert [round(x, 6) for x in found["dist_nash"].value[:2]] == [4.472136, 4.123106]
    assert [round(x, 6) for x in found["dist_ks"].value[:2]] == [1.414214, 2.236068]
    assert found["dist_ks"].n.tolist() == [1, 1, 0]


def test_the_distance_is_that_from_the_nearest_of_tied_points():
    deals = [[4, 10], [6, 8], [7, 6], [8, 4], [9, 2], [10, 0]]  # Kalai–Smorodinsky ties (6, 8) and (7, 6)
    found = solution_distances([[7, 6], [6, 8], [8, 4]], [0, 0], deals)["dist_ks"]
    np.testing.assert_allclose(found.value, [0, 0, 5**0.5], atol=1e-12)
    hopeless = solution_distances([[4, 10]], [20, 20], deals)
    assert all(np.isnan(of.value).all() for of in hopeless.values())


def test_nash_ratio_of_the_division_game():
    found = nash_ratio(REACHED, [0, 0], DEALS)
    np.testing.assert_allclose(found.value, [0.8, 0.5, NAN], atol=1e-12)
    assert (found.n.tolist(), found.flags) == ([1, 1, 0], ())
    lost = nash_ratio(REACHED, [6, 0], DEALS)
    np.testing.assert_allclose(lost.value, [12 / 12, NAN, NAN], atol=1e-12)
    assert lost.flags == ("negative_gain",)
    assert np.isnan(nash_ratio([[4, 6]], [4, 6], [[4, 6], [6, 4]]).value).all(), "nobody can gain"
    assert nash_ratio([[9, 3]], [0, 0], [[9, 3], [-9, -9]]).value.tolist() == [1], "two losses are no gain"


def test_surplus_gini_of_the_division_game():
    found = surplus_gini(REACHED, [0, 0])
    np.testing.assert_allclose(found.value, [1 / 14, 1 / 22, NAN], atol=1e-12)
    assert [round(x, 6) for x in found.value[:2]] == [0.071429, 0.045455]
    assert found.n.tolist() == [1, 1, 0]
    assert np.isnan(surplus_gini([[1, 6], [2, 2]], [2, 2]).value).all(), "a loss, and nothing gained"


def test_agreements_that_should_not_have_been():
    worse = ir_violations([[8, 6], [1, 9], [1, 1], [NAN, NAN]], [2, 2])
    np.testing.assert_array_equal(worse.value, [[0, 0], [1, 0], [1, 1], [NAN, NAN]])
    assert worse.n.sum(axis=0).tolist() == [3, 3]
    apart = agreement_rates([True] * 7 + [False] * 3, [True] * 8 + [False] * 2)
    np.testing.assert_allclose(apart.value, [0, 7 / 8])
    assert apart.n.tolist() == [2, 8]
    every = agreement_rates([True] * 7 + [False] * 3, [True] * 10)
    assert np.isnan(every.value[0])
    assert float(every.low[1]) == float(agreement_rate([True] * 7 + [False] * 3).low)


def test_honesty_of_the_worked_example():
    claims, truths = [[52, 60, 15, NAN], [NAN] * 4], [[40, 60, 30, 9], [1, 2, 3, 4]]
    found = honesty(claims, truths, 100)
    np.testing.assert_allclose(found.value, [0.91, NAN], atol=1e-12)
    assert found.n.tolist() == [3, 0]
    np.testing.assert_allclose(exact_share(claims, truths).value, [1 / 3, NAN], atol=1e-12)
    assert honesty([[[0, 100]]], [[[100, 100]]], 100).value.tolist() == [0.5]
    with pytest.raises(ValueError, match="span"):
        honesty(claims, truths, 0)


def test_offers_by_hand():
    offers = [[NAN, 40, 50, NAN], [NAN] * 4]
    np.testing.assert_array_equal(first_offer_share(offers, 100).value, [0.4, NAN])
    assert first_offer_share(offers, [80, 80]).n.tolist() == [1, 0]
    assert np.isnan(first_offer_share(offers, 0).value).all()
    assert turns(offers).value.tolist() == [2, 0]
    assert turns(np.array(offers)[..., None].repeat(2, axis=2)).value.tolist() == [4, 0]


@given(PROBLEMS)
@settings(max_examples=25, deadline=None)
def test_solutions_by_plain_loops(deals):
    d = np.full(deals.shape[1], 2.0)
    rational = [u for u in deals if (u >= d).all()]
    products = [float(np.prod(u - d)) for u in rational]
    best = [u for u, product in zip(rational, products, strict=True) if product == max(products)]
    found = solution_distances(deals, d, deals)["dist_nash"].value
    expected = [min((np.linalg.norm(u - one) for one in best), default=NAN) for u in deals]
    np.testing.assert_allclose(found, expected, atol=1e-12)
    ratio = nash_ratio(deals, d, deals).value
    for u, value in zip(deals, ratio, strict=True):
        if (u < d).any() or not max(products, default=0):
            assert np.isnan(value)
        else:
            assert value == pytest.approx(np.prod(u - d) / max(products))
