"""METRICS.md §3.2 to §3.4, from the text."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from comity.analysis import discounted, intergenerational, max_drawdown, volatility
from comity.analysis.welfare import recovery, with_stock

NAN = np.nan

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


# ---- after a shock, and at the end

SHOCKED = [10, 10, 10, 4, 5, 7, 9, 10, 10, 10]


def test_recovery_of_the_worked_example():
    time, depth, area = recovery([SHOCKED], shock=4)
    assert time.value.tolist() == [4] and time.observed.tolist() == [True] and time.n.tolist() == [1]
    assert depth.value == pytest.approx([0.6], abs=1e-9)
    assert area.value.tolist() == [15] and area.n.tolist() == [5]


def test_recovery_needs_three_steps_in_a_row_and_is_censored_without_them():
    time, depth, area = recovery([[*SHOCKED[:9], 9], SHOCKED], shock=[4, 4], lengths=[10, 9])
    assert time.value.tolist() == [6, 5] and not time.observed.any()
    assert area.value.tolist() == [16, 15] and depth.flags == area.flags == ("censored",)
    at_once = recovery([[10, 10, 10, 9.5, 9.5, 9.5]], shock=4)
    assert at_once.time.value.tolist() == [0] and at_once.area.value == pytest.approx([0.5], abs=1e-9)


def test_recovery_is_undefined_without_a_before():
    flat = [[0, 0, 0, 1, 1, 1], [-1, -1, -1, 1, 1, 1], [5, 5, 5, 5, 5, 5], [5, 5, 5, 5, 5, 5]]
    time, depth, area = recovery(flat, shock=[4, 4, 3, 6], lengths=[6, 6, 6, 5])
    for one in (time, depth, area):
        assert np.isnan(one.value).all() and one.n.tolist() == [0, 0, 0, 0]
    assert not time.observed.any() and depth.flags == ()


@given(hnp.arrays(float, (2, 9), elements=st.integers(1, 50)), st.sampled_from([0.5, 4.0]))
@settings(max_examples=25, deadline=None)
def test_recovery_and_scale(w, scale):
    one, other = recovery(w, shock=4), recovery(w * scale, shock=4)
    np.testing.assert_array_equal(one.time.value, other.time.value)
    np.testing.assert_allclose(one.depth.value, other.depth.value)
    np.testing.assert_allclose(scale * one.area.value, other.area.value)


def test_terminal_stock_of_the_worked_example():
    found = with_stock([300, 300, NAN], [40, 40, 40], [20, 20, 20], delta=0.9, collapsed=[False, True, False])
    assert [one.value[0] for one in found] == pytest.approx([300, 340, 480], abs=1e-9)
    assert [one.value[1] for one in found] == [300, 340, 300], "a collapsed stock yields nothing"
    assert found.annuity.n.tolist() == [1, 1, 0] and found.annuity.flags == ("delta=0.9",)
    for wrong in ({"delta": 1.0}, {"delta": 0.9, "stock": [-1]}):
        with pytest.raises(ValueError):
            with_stock(**{"welfare": [1], "stock": [1], "growth": [1], **wrong})
