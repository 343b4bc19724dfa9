"""METRICS.md §2.2 (conditional cooperation), §2.3 and §2.5, from the text."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.analysis.reciprocity import (
    asymmetry,
    binary_reciprocity,
    cc_slope,
    network_reciprocity,
    rho,
    weighted_reciprocity,
)

AB = np.array([[[act == "C" for act in pair] for pair in zip("CCDCDDCCDC", "CDCCDCCDCC", strict=True)]], float)
FLOWS = np.array([[0, 2, 0], [1, 0, 3], [4, 1, 0]])


def test_asymmetry_of_the_worked_example():
    found = asymmetry(AB)
    assert found.positive[0] == pytest.approx([1, -1], abs=1e-9)
    assert found.negative[0] == pytest.approx([2 / 3, -1 / 3], abs=1e-9)
    assert found.value[0] == pytest.approx([1 / 3, -2 / 3], abs=1e-9)
    assert found.n.tolist() == [[[3, 3], [2, 3]]]


def test_asymmetry_needs_rises_and_falls():
    up = np.array([[[1, 0], [1, 0], [1, 1], [1, 1], [1, 1]]], float)
    assert np.isnan(asymmetry(up).value[0, 0])
    assert asymmetry(up).n[0, 0].tolist() == [1, 0]
    assert np.isnan(asymmetry(np.ones((2, 1, 2))).value).all()
    assert np.isnan(asymmetry(np.zeros((2, 9, 4))).value).all(), "nothing"


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10**6))
def test_d_for_c_turns_the_asymmetry_round(seed):
    c = (np.random.default_rng(seed).random((2, 30, 2)) < 0.5).astype(float)
    assert asymmetry(1 - c).value == pytest.approx(-asymmetry(c).value, abs=1e-9, nan_ok=True)
    assert rho(1 - c).value == pytest.approx(rho(c).value, abs=1e-9, nan_ok=True)


def test_conditional_cooperation_of_the_worked_example():
    others, own = [0, 5, 10, 15, 20, 7], [9, 1, 3, 8, 9, 14]
    found = cc_slope(np.array([own, others]).T[None])
    assert found.value[0, 0] == pytest.approx(0.64, abs=1e-9)
    assert found.intercept[0, 0] == pytest.approx(0.6, abs=1e-9)
    assert found.n[0, 0] == 5
    assert np.isnan(cc_slope(np.ones((1, 6, 3))).value).all()


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10**6), st.floats(0.01, 100))
def test_the_unit_of_contributions_does_not_matter(seed, unit):
    given_ = np.random.default_rng(seed).integers(0, 21, (2, 12, 4)).astype(float)
    assert cc_slope(given_ * unit).value == pytest.approx(cc_slope(given_).value, abs=1e-7)


def test_flows_of_the_worked_example():
    assert weighted_reciprocity(FLOWS).value == pytest.approx(float(Fraction(4, 11)), abs=1e-9)
    assert binary_reciprocity(FLOWS).value == pytest.approx(0.8, abs=1e-9)
    assert network_reciprocity(FLOWS).value == pytest.approx(-0.2, abs=1e-9)
    assert weighted_reciprocity(FLOWS).n == 5


def test_flows_that_say_nothing():
    nothing, everything = np.zeros((3, 3)), np.ones((3, 3))
    assert np.isnan(weighted_reciprocity(nothing).value)
    assert np.isnan(network_reciprocity(nothing).value)
    assert weighted_reciprocity(everything).value == 1
    assert np.isnan(network_reciprocity(everything).value), "every link is there: none could be missing"
    with pytest.raises(ValueError, match="at least 0"):
        weighted_reciprocity(-FLOWS)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10**6), st.floats(0.01, 100))
def test_flows_by_scale_and_order(seed, unit):
    rng = np.random.default_rng(seed)
    flows = rng.integers(0, 4, (5, 4, 4)).astype(float)
    order = rng.permutation(4)
    for measure in (weighted_reciprocity, binary_reciprocity, network_reciprocity):
        found = measure(flows).value
        assert measure(flows * unit).value == pytest.approx(found, abs=1e-9, nan_ok=True)
        assert measure(flows[:, order][:, :, order]).value == pytest.approx(found, abs=1e-9, nan_ok=True)


@pytest.mark.parametrize("rates", [(0.5, 0.5), (0.9, 0.2), (0.05, 0.7)])
def test_independent_agents_have_no_rho_at_any_base_rate(rates):
    """Within its interval over worlds."""
    from comity.analysis import bootstrap_ci

    c = (np.random.default_rng(1).random((200, 60, 2)) < rates).astype(float)
    for seat in (0, 1):
        found = bootstrap_ci(rho(c).value[:, seat], level=0.99)
        assert found.low <= 0 <= found.high
