"""METRICS.md §3.1, §3.2, §3.4, §4, from the text."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from comity.analysis import (
    discounted,
    full_horizon,
    gini,
    intergenerational,
    max_drawdown,
    nash,
    nash_smoothed,
    per_step,
    rawls,
    utilitarian,
    volatility,
)

NAN = np.nan
X = [4, 8, 12, 24]
AMOUNTS = hnp.arrays(float, st.integers(1, 8), elements=st.floats(0, 1000).map(lambda x: round(x, 3)))


def at(measured) -> float:
    return float(measured.value)


# ---- over agents


def test_welfare_functions_of_the_worked_example():
    assert at(utilitarian(X)) == 12
    assert at(rawls(X)) == 4
    assert at(nash(X)) == pytest.approx(96**0.5, abs=1e-9)  # ⁴√9216
    assert at(nash(X)) == pytest.approx(9.797959, abs=1e-6)
    assert at(nash_smoothed(X, eta=1)) == pytest.approx(9.996994, abs=1e-6)
    assert nash_smoothed(X, eta=1).flags == ("eta=1",)
    assert at(gini(X)) == pytest.approx(1 / 3, abs=1e-9)
    assert int(gini(X).n) == 4


def test_one_zero_erases_nash_but_not_its_twin():
    assert at(nash([0, 4, 9])) == 0
    assert at(nash_smoothed([0, 4, 9], eta=1)) == pytest.approx(2.684031, abs=1e-6)


def test_gini_of_one_winner_among_four():
    assert at(gini([0, 0, 0, 12])) == pytest.approx(0.75, abs=1e-12)
    assert at(gini([5])) == 0
    assert at(gini([3, 3, 3])) == 0


@pytest.mark.parametrize("x", [[0, 0, 0], [-1, 2, 3], [-1, -2], [0]])
def test_gini_of_nothing_or_of_losses_is_nan(x):
    assert np.isnan(at(gini(x)))


def test_negative_amounts_have_no_nash():
    assert np.isnan(at(nash([-1, -4])))
    assert np.isnan(at(nash([-1, 0])))
    assert np.isnan(at(nash_smoothed([-0.5, 4], eta=1)))
    with pytest.raises(ValueError, match="eta"):
        nash_smoothed(X, eta=0)


def test_agents_left_out_are_not_counted():
    x = [[4, 8, NAN, 24], [NAN, NAN, NAN, NAN]]
    for f in (utilitarian, rawls, nash, gini):
        assert f(x).n.tolist() == [3, 0]
        assert f(x).value[0] == pytest.approx(at(f([4, 8, 24])))
        assert np.isnan(f(x).value[1])


@given(AMOUNTS, st.sampled_from([0.5, 3.0, 1e6]))
@settings(max_examples=80, deadline=None)
def test_gini_against_its_definition_and_its_invariances(x, scale):
    assume(x.sum() > 0)
    g = at(gini(x))
    assert g == pytest.approx(np.abs(x[:, None] - x).sum() / (2 * len(x) * x.sum()), abs=1e-9)
    assert at(gini(x * scale)) == pytest.approx(g, abs=1e-9)
    assert at(gini(np.tile(x, 3))) == pytest.approx(g, abs=1e-9)  # the population duplicated
    assert at(gini(x[::-1])) == pytest.approx(g, abs=1e-9)
    assert -1e-12 <= g <= 1 - 1 / len(x) + 1e-12


@given(AMOUNTS, st.sampled_from([0.5, 3.0]))
@settings(max_examples=60, deadline=None)
def test_means_are_homogeneous_symmetric_and_ordered(x, scale):
    for f in (utilitarian, rawls, nash):
        assert at(f(x * scale)) == pytest.approx(scale * at(f(x)), rel=1e-9)
        assert at(f(np.sort(x))) == pytest.approx(at(f(x)), rel=1e-9)
        assert at(f(np.tile(x, 2))) == pytest.approx(at(f(x)), rel=1e-9)
    slack = 1e-9 * (1 + x.max())
    assert at(rawls(x)) - slack <= at(nash(x)) <= at(utilitarian(x)) + slack
    assert at(nash(x)) - slack <= at(nash_smoothed(x, 1.0)) <= at(utilitarian(x)) + slack


def test_per_step_and_full_horizon():
    rewards = np.zeros((2, 4, 2))
    rewards[0, :2] = [[3, 1], [3, 1]]
    rewards[1] = 1
    assert per_step(rewards, [2, 4]).value.tolist() == [[3, 1], [1, 1]]
    assert per_step(rewards, [2, 4]).n.tolist() == [[2, 2], [4, 4]]
    assert full_horizon(rewards).value.tolist() == [[1.5, 0.5], [1, 1]]
    assert full_horizon(rewards, horizon=8).value.tolist() == [[0.75, 0.25], [0.5, 0.5]]
    assert per_step(rewards, [[2, 1], [4, 4]]).value[0].tolist() == [3, 2]  # steps present
    assert np.isnan(per_step(np.zeros((1, 4, 2)), [0]).value).all()
    with pytest.raises(ValueError, match="horizon"):
        full_horizon(rewards, horizon=3)


# ---- over time

TWO = [[6, 6, 0, 0], [3, 3, 3, 3]]


@pytest.mark.parametrize(("delta", "expected"), [(0.9, [11.4, 10.317]), (0.99, [11.94, 11.821197]), (1, [12, 12])])
@pytest.mark.parametrize("tail", ["truncate", "absorbed"])
def test_discounted_sums_of_the_worked_example(delta, expected, tail):
    found = discounted(TWO, delta, tail=tail)
    assert found.value == pytest.approx(expected, abs=1e-9)
    assert found.n.tolist() == [4, 4]
    assert found.flags == (tail,)


def test_the_tail_decides_the_ranking():
    found = discounted(TWO, 0.9, tail="repeat", normalised=True)
    assert found.value == pytest.approx([1.14, 3], abs=1e-9)
    assert found.flags == ("repeat(1)",)


def test_weights_of_repeat():
    assert discounted([[6, 6, 0, 3]], 0.8, tail="repeat", normalised=True).value == pytest.approx([3.696], abs=1e-9)


def test_repeat_starts_at_the_realised_end():
    w = [[6, 6, 0, 3, 0, 0], [2, 4, 0, 0, 0, 0]]
    found = discounted(w, 0.8, lengths=[4, 2], tail="repeat", normalised=True)
    assert found.value == pytest.approx([3.696, 0.2 * 2 + 0.8 * 4], abs=1e-9)
    wide = discounted(w, 0.8, lengths=[4, 2], tail="repeat", window=3)
    assert wide.value == pytest.approx([12.336 + 0.8**4 / 0.2 * 3, 2 + 0.8 * 4 + 0.8**2 / 0.2 * 3], abs=1e-9)
    assert wide.flags == ("repeat(3)",)


def test_truncated_sums_of_unequal_length_are_flagged():
    assert "unequal_lengths" in discounted(TWO, 0.9, lengths=[2, 4]).flags
    assert "unequal_lengths" not in discounted(TWO, 0.9, lengths=[2, 4], tail="absorbed").flags


@pytest.mark.parametrize("wrong", [{"delta": 1, "tail": "repeat"}, {"delta": 1, "normalised": True}, {"delta": 1.1}])
def test_impossible_discounts_are_named(wrong):
    with pytest.raises(ValueError, match="delta"):
        discounted(TWO, **wrong)
    with pytest.raises(ValueError, match="tail"):
        discounted(TWO, 0.9, tail="forever")


@given(hnp.arrays(float, (2, 5), elements=st.floats(-100, 100)), st.floats(0, 0.95))
@settings(max_examples=40, deadline=None)
def test_a_constant_path_is_worth_itself(w, delta):
    flat = np.broadcast_to(w[:, :1], w.shape)
    assert discounted(flat, delta, tail="repeat", normalised=True).value == pytest.approx(w[:, 0], abs=1e-9)
    assert discounted(2 * w, delta).value == pytest.approx(2 * discounted(w, delta).value, abs=1e-9)


PATH = [[10, 12, 9, 6, 8, 12]]


def test_path_measures_of_the_worked_example():
    assert volatility(PATH).value == pytest.approx([5.5**0.5], abs=1e-9)
    assert volatility(PATH).value == pytest.approx([2.345208], abs=1e-6)
    assert volatility(PATH).n.tolist() == [6]
    assert max_drawdown(PATH).value.tolist() == [0.5]
    assert intergenerational([[6, 6, 5, 4, 3, 2, 1]]).value.tolist() == [0.25]
    assert intergenerational([[6, 6, 5, 4, 3, 2, 1]]).n.tolist() == [2]


def test_path_measures_on_the_realised_episode():
    padded = [[*PATH[0], 0, 0], [5, 0, 0, 0, 0, 0, 0, 0]]
    assert volatility(padded, lengths=[6, 1]).value == pytest.approx([5.5**0.5, NAN], nan_ok=True)
    assert max_drawdown(padded, lengths=[6, 1]).value.tolist() == [0.5, 0]
    assert max_drawdown(padded).value.tolist() == [1, 1]  # full horizon


def test_drawdown_needs_a_positive_maximum():
    found = max_drawdown([[0, 0, 0], [-3, -5, -9], [0, 4, 1]])
    np.testing.assert_equal(found.value, [NAN, NAN, 0.75])
    assert found.n.tolist() == [0, 0, 2]


def test_intergenerational_edges():
    found = intergenerational([[0, 1, 0], [0, 1, 2], [2, 1, 4]])
    np.testing.assert_equal(found.value, [NAN, np.inf, 2])
    assert found.flags == ("infinite",)
    assert np.isnan(intergenerational([[1, 2]]).value).all()  # no third
    assert intergenerational([[3, 1, 1]], horizon=6).value.tolist() == [0]  # the end is missing: nothing
    assert intergenerational([[-1, 1, 1]]).flags == ("negative_first_third",)


@given(hnp.arrays(float, (3, 7), elements=st.integers(0, 50)), st.sampled_from([0.5, 4.0]))
@settings(max_examples=40, deadline=None)
def test_path_measures_and_scale(w, scale):
    np.testing.assert_allclose(volatility(w * scale).value, scale * volatility(w).value, atol=1e-9)
    np.testing.assert_allclose(volatility(w).value, w.std(axis=1, ddof=1), atol=1e-9)
    for f in (max_drawdown, intergenerational):
        np.testing.assert_allclose(f(w * scale).value, f(w).value)
        np.testing.assert_array_equal(f(w[::-1]).value, f(w).value[::-1])
