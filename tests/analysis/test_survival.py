"""METRICS.md §3.6, from the text."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.analysis import kaplan_meier, median_survival, rmst

LENGTHS, COLLAPSED = [2, 3, 3, 5, 8], [1, 1, 0, 1, 0]


def test_curve_of_the_worked_example():
    curve = kaplan_meier(LENGTHS, COLLAPSED, horizon=8)
    assert curve.survival == pytest.approx([1, 1, 0.8, 0.6, 0.6, 0.3, 0.3, 0.3, 0.3], abs=1e-12)
    assert np.sqrt(curve.variance[5]) == pytest.approx(0.238747, abs=1e-6)
    assert curve.variance[5] == pytest.approx(0.3**2 * (1 / 20 + 1 / 12 + 1 / 2), abs=1e-12)
    assert curve.at_risk.tolist() == [5, 5, 5, 4, 2, 2, 1, 1, 1]
    assert curve.collapsed.tolist() == [0, 0, 1, 1, 0, 1, 0, 0, 0]
    assert curve.n == 5


def test_rmst_and_median_of_the_worked_example():
    assert float(rmst(LENGTHS, COLLAPSED, tau=8).value) == pytest.approx(4.9, abs=1e-12)
    assert int(rmst(LENGTHS, COLLAPSED, tau=8).n) == 5
    assert float(median_survival(LENGTHS, COLLAPSED).value) == 5


def test_all_collapse_at_once_or_nobody_does():
    assert float(rmst([1, 1, 1], [1, 1, 1], tau=8).value) == 1
    assert float(rmst([8, 8], [0, 0], tau=8).value) == 8
    assert np.isnan(median_survival([8, 8], [0, 0]).value)
    assert np.isnan(kaplan_meier([1, 1], [1, 1]).variance[1])


def test_unobserved_tail_is_nan():
    assert np.isnan(rmst([2, 3], [1, 0], tau=8).value)
    assert float(rmst([2, 3], [1, 1], tau=8).value) == pytest.approx(2.5)


def test_no_episodes():
    assert np.isnan(rmst([], [], tau=3).value)
    assert int(rmst([], [], tau=3).n) == 0
    assert np.isnan(median_survival([np.nan], [True]).value)


@given(st.lists(st.tuples(st.integers(1, 9), st.booleans()), min_size=1, max_size=12))
@settings(max_examples=60, deadline=None)
def test_against_the_product_by_hand(episodes):
    lengths, collapsed = zip(*episodes, strict=True)
    curve = kaplan_meier(lengths, collapsed)
    survival = 1.0
    for u in range(max(lengths) + 1):
        played = sum(length >= u for length in lengths)
        ended = sum(length == u and gone for length, gone in episodes)
        survival *= 1 - ended / played
        assert curve.survival[u] == pytest.approx(survival, abs=1e-12)
    order = np.argsort(lengths)
    np.testing.assert_array_equal(
        kaplan_meier(np.array(lengths)[order], np.array(collapsed)[order]).survival, curve.survival
    )


@given(st.lists(st.integers(1, 9), min_size=1, max_size=12))
@settings(max_examples=40, deadline=None)
def test_without_censoring_rmst_is_the_mean_length(lengths):
    assert float(rmst(lengths, [True] * len(lengths), tau=9).value) == pytest.approx(np.mean(lengths))
