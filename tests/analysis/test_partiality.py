"""Partiality, on arrays made by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from comity.analysis import group_gap, rise_response

NAN = np.nan


def test_group_gap_by_hand():
    """Agent 0 towards 1 of its own camp, 2 and 3 of the other; labels are graded; who met one camp only has none."""
    c = np.full((2, 3, 4, 4), NAN)
    c[0, :, 0, 1] = 1, 1, 0
    c[0, :, 0, 2] = 0, NAN, 0.5
    c[0, :2, 0, 3] = 0, 0.5
    c[0, 0, 1, 0] = 1
    c[1, 0, 3, 0], c[1, 0, 3, 2] = 1, 0.25
    gap = group_gap(c, [3, 3, 7, 7])
    assert gap.value[0, 0] == pytest.approx(2 / 3 - 1 / 4)
    assert gap.n[0, 0].tolist() == [3, 4]
    assert gap.n[0, 1].tolist() == [1, 0]
    assert gap.value[1, 3] == pytest.approx(0.25 - 1), "strangers first"
    assert np.isnan(gap.value).sum() == 6


def test_rise_response_by_hand():
    """Agent 0 gives 1, 1, 1, 0, .5, 1 while the other had –, less, more, equal, more, less in the step before."""
    labels = np.array([[1, 1, 1, 0, 0.5, 1], [NAN] * 6]).T[None]
    incomes = np.array([[2, 2, 2, 2, 2, 9], [1, 3, 2, 3, 1, 0]]).T[None]
    rise = rise_response(labels, incomes)
    assert rise.value[0, 0] == pytest.approx((1 + 0.5) / 2 - (1 + 1) / 2)
    assert rise.n[0, 0].tolist() == [2, 2]
    assert np.isnan(rise.value[0, 1]), "who has no choice has no response"
    now = rise_response(labels, incomes, lag=0)
    assert now.value[0, 0] == pytest.approx((1 + 0) / 2 - (1 + 0.5 + 1) / 3)


def test_rise_response_towards_each_and_towards_the_others_together():
    incomes = np.array([[[2, 1, 6], [2, 3, 2], [0, 0, 0]]], float)
    c = np.full((1, 3, 3, 3), NAN)
    c[0, 1:, 0, 1], c[0, 1:, 0, 2] = (1, 0), (1, 0)
    directed = rise_response(c, incomes)
    assert directed.value[0, 0, 1] == -1, "agent 1 had less, then more"
    assert np.isnan(directed.value[0, 0, 2]), "agent 2 had more, then the same"
    assert directed.n[0, 0, 2].tolist() == [1, 0]
    assert directed.flags == ()
    together = rise_response(np.array([[[NAN] * 3, [1, NAN, NAN], [0, NAN, NAN]]]), incomes)
    assert together.flags == ("undirected",)
    assert together.n[0, 0].tolist() == [2, 0], "the mean of the others was above both times"
    unknown = incomes.copy()
    unknown[0, 0, 2] = NAN
    assert rise_response(np.array([[[NAN] * 3, [1, NAN, NAN], [0, NAN, NAN]]]), unknown).value[0, 0] == -1


UNIT = st.sampled_from([0.0, 0.25, 0.5, 1.0, NAN])


@given(hnp.arrays(float, (2, 4, 3, 3), elements=UNIT), st.permutations(range(3)))
def test_a_gap_belongs_to_the_agent_whatever_its_seat_and_turns_when_groups_do(c, order):
    gap, moved = group_gap(c, [0, 1, 1]), group_gap(c[:, :, order][:, :, :, order], [[0, 1, 1][i] for i in order])
    np.testing.assert_allclose(moved.value, gap.value[:, order], atol=1e-12)
    assert (np.abs(gap.value[~np.isnan(gap.value)]) <= 1).all()


@pytest.mark.parametrize(
    ("measure", "complaint"),
    [
        (lambda: group_gap(np.zeros((1, 2, 3)), [0, 0, 1]), "directed.*3 agents.*(1, 2, 3)"),
        (lambda: group_gap(np.zeros((1, 2, 3, 3)), [0, 1]), "2 agents"),
        (lambda: group_gap(np.full((1, 2, 3, 3), 2.0), [0, 1, 1]), "lie in"),
        (lambda: rise_response(np.zeros((1, 2, 3)), np.zeros((1, 2, 2))), "incomes.*(1, 2, 3).*(1, 2, 2)"),
    ],
)
def test_arrays_that_do_not_fit_are_refused(measure, complaint):
    with pytest.raises(ValueError, match=complaint.replace("(", r"\(").replace(")", r"\)")):
        measure()
