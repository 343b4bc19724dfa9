"""METRICS.md §5 and §6, from the text: social outcomes of Perolat et al. (2017), and the set of GovSim."""

import numpy as np
import pytest

from comity.analysis.welfare import Harvests, govsim, social_outcomes

PAID = np.transpose([[[0, 1, 0, 1], [2, 0, 0, 0], [0, 0, 0, 0]]], (0, 2, 1)).astype(float)
OUT = np.zeros((1, 4, 3), bool)
OUT[0, 1, 1] = OUT[0, 2:, 2] = True


def test_social_outcomes_of_the_worked_example():
    found = social_outcomes(PAID, [4], OUT)
    assert found.utilitarian.value == pytest.approx([1], abs=1e-9)
    assert found.equality.value == pytest.approx([2 / 3], abs=1e-9)  # R = (2, 2, 0)
    assert found.sustainability.value == pytest.approx([2], abs=1e-9)
    assert found.sustainability.n.tolist() == [2] and found.n_never.tolist() == [1]
    assert found.peace is not None and found.peace_share is not None
    assert found.peace.value == pytest.approx([9 / 4], abs=1e-9)
    assert found.peace_share.value == pytest.approx([3 / 4], abs=1e-9)
    assert found.peace_share.n.tolist() == [12]


def test_social_outcomes_of_an_episode_that_ends_early():
    rewards = np.concatenate([PAID, np.zeros((1, 4, 3))], axis=1)
    found = social_outcomes(rewards, [4], np.ones((1, 8, 3), bool), horizon=16)
    assert found.utilitarian.value.tolist() == [1] and found.utilitarian_full.value.tolist() == [0.25]
    assert found.utilitarian_full.n.tolist() == [16]
    assert found.peace is not None and found.peace.value.tolist() == [0], "time-outs after the end do not count"


def test_degenerate_policies_among_the_social_outcomes():
    nothing = social_outcomes(np.zeros((1, 4, 3)), [4], np.zeros((1, 4, 3), bool))
    assert np.isnan(nothing.equality.value).all() and np.isnan(nothing.sustainability.value).all()
    assert nothing.n_never.tolist() == [3] and nothing.sustainability.n.tolist() == [0]
    assert nothing.peace is not None and nothing.peace.value.tolist() == [3], "nobody quarrels over nothing"
    lost = social_outcomes(PAID - 1, [4])
    assert np.isnan(lost.equality.value).all() and lost.peace is None


def harvests(catches, requests, stock, stock_end, lengths, collapsed) -> Harvests:
    return Harvests(
        np.array(catches, float),
        np.array(requests, float),
        np.array(stock, float),
        np.array(stock_end, float),
        np.array(lengths),
        np.array(collapsed),
    )


def by_month(amounts, agents=5):
    return [[[x] * agents for x in amounts]]


TAKEN = harvests(
    by_month([12, 12, 8, *[0] * 9]),
    by_month([12, 12, 12, *[0] * 9]),
    [[100, 80, 40, *[0] * 9]],
    [0],
    [3],
    [True],
)


def test_govsim_of_the_worked_example():
    found = govsim(TAKEN, first_yield=50, optimum=650, capacity=100)
    assert found.survival_time.value.tolist() == [3]
    assert float(found.survival_rate.value) == 0 and float(found.survival_rate.low) == 0
    assert found.gain.value.tolist() == [32]
    assert found.efficiency.value == pytest.approx([160 / 600], abs=1e-9)
    assert found.equality.value == pytest.approx([1], abs=1e-9)
    assert found.over_use.value.tolist() == [1] and found.over_use.n.tolist() == [15]
    assert found.efficiency_opt.value == pytest.approx([160 / 650], abs=1e-9)
    assert found.over_use_full.value.tolist() == [0.25]
    assert found.over_use_request.value.tolist() == [1]
    assert found.stock_end.value.tolist() == [0]
    assert found.stock_mean.value == pytest.approx([2.2 / 12], abs=1e-9)
    assert float(found.rmst.value) == 3


def test_govsim_caps_what_its_twin_tells():
    """600 and a grab at the end, 650, are 1 both; nothing taken is no equality."""
    held, grab = [10] * 12, [*[10] * 11, 20]
    two = harvests(
        [*by_month(held), *by_month(grab), *by_month([0] * 12)],
        [*by_month(held), *by_month(grab), *by_month([0] * 12)],
        [[100] * 12] * 3,
        [100, 0, 100],
        [12] * 3,
        [False, True, False],
    )
    found = govsim(two, first_yield=50, optimum=650, capacity=100)
    assert found.efficiency.value.tolist() == [1, 1, 0]
    assert found.efficiency_opt.value == pytest.approx([600 / 650, 1, 0], abs=1e-9)
    np.testing.assert_equal(found.equality.value, [1, 1, np.nan])
    assert float(found.survival_rate.value) == 1, "a collapse in the last month was played to the end"
    assert found.over_use.value == pytest.approx([0, 1 / 12, 0], abs=1e-9)
    assert found.stock_end.value.tolist() == [1, 0, 1]


def test_what_was_asked_for_is_not_hidden_by_rationing():
    asked = harvests(by_month([8, 0]), by_month([40, 0]), [[100, 0]], [0], [1], [True])
    found = govsim(asked, 50, 650, 100, horizon=12)
    assert found.over_use.value.tolist() == [0] and found.over_use_request.value.tolist() == [1]
