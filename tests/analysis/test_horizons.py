"""Welfare by horizon and discount, and where one setting overtakes another."""

import numpy as np
import pytest

from comity.analysis.horizons import by_discount, by_horizon, crossing, curve, ratio
from comity.analysis.welfare import discounted, rawls, utilitarian

NAN = np.nan
GRAB, SPARE = np.array([6, 6, 0, 0.0]), np.array([3, 3, 3, 3.0])


def world(*paths):
    """(1, T, N)."""
    return np.stack(paths, axis=1)[None]


def test_amounts_by_horizon():
    found = by_horizon(world(GRAB, SPARE))
    assert found.tolist() == [[[6, 3], [6, 3], [4, 3], [3, 3]]]
    assert by_horizon(world(GRAB, SPARE), [2, 4]).tolist() == [[[6, 3], [3, 3]]]
    with pytest.raises(ValueError, match="horizons must be in 1 to 4"):
        by_horizon(world(GRAB, SPARE), [0, 4])


def test_amounts_by_discount_are_the_discounted_sums_of_each_agent():
    paid = np.random.default_rng(0).normal(size=(3, 5, 2))
    found = by_discount(paid, [0.9, 1.0])
    assert found.shape == (3, 2, 2)
    for agent in range(2):
        assert found[:, 0, agent] == pytest.approx(discounted(paid[:, :, agent], 0.9, normalised=True).value, abs=1e-12)
        assert found[:, 1, agent] == pytest.approx(paid[:, :, agent].mean(axis=1), abs=1e-12)
    goes_on = by_discount(world(GRAB, SPARE), [0.9], tail="repeat")
    assert goes_on[0, 0] == pytest.approx([1.14, 3], abs=1e-9), "METRICS.md §3.2: the tail decides"
    ended = by_discount(world(GRAB, SPARE), [0.9], lengths=[2], tail="repeat")
    assert ended[0, 0] == pytest.approx([6, 3], abs=1e-9)


def test_a_curve_has_every_horizon_with_its_interval():
    amounts = by_horizon(np.concatenate([world(GRAB, SPARE), world(SPARE, SPARE)] * 4))
    mean, least = curve(amounts, utilitarian), curve(amounts, rawls)
    assert mean.value == pytest.approx([3.75, 3.75, 3.25, 3], abs=1e-9)
    assert least.value == pytest.approx([3, 3, 3, 3], abs=1e-9)
    assert (mean.low <= mean.value).all() and (mean.value <= mean.high).all() and mean.low[3] == mean.high[3] == 3
    assert mean.n.tolist() == [8] * 4 and mean.flags == () and mean.n_nan == 0
    alone = curve(amounts[:1], utilitarian)
    assert np.isnan(alone.low).all() and alone.flags == ("n<5",)


def test_who_spares_overtakes_who_grabs():
    rng = np.random.default_rng(1)
    grabs, spares = (np.tile(path, (30, 2)) + rng.normal(0, 0.3, (30, 8)) for path in (GRAB, SPARE))
    grabs[:, 4:] = 0
    one, other = (np.cumsum(path, axis=1) / np.arange(1, 9) for path in (grabs, spares))
    found = crossing(one, other)
    assert 4 <= float(found.value) <= 5 and float(found.crosses) == 1
    assert float(found.low) <= float(found.value) <= float(found.high) and int(found.n) == 30
    assert found.flags == ()
    assert float(crossing(one, other, horizons=np.arange(1, 9) * 10).value) == 10 * float(found.value)
    unpaired = crossing(one, other[:20], paired=False)
    assert 4 <= float(unpaired.value) <= 5 and int(unpaired.n) == 20


def test_a_crossing_lasts_to_the_end():
    flat = np.zeros((6, 5))
    back = np.tile([-1, 1, -1, 1, 1.0], (6, 1))
    assert float(crossing(flat, back).value) == 4, "that of step 2 did not last"
    never = crossing(flat, -flat - 1)
    assert np.isnan([never.value, never.low, never.high]).all() and float(never.crosses) == 0
    assert never.flags == ("never",)
    throughout = crossing(flat, flat + 1)
    assert float(throughout.value) == 1 and throughout.flags == ("ahead_throughout",)
    assert "never" in crossing(flat, flat).flags, "alike is not above"


def test_some_resamples_cross_and_some_do_not():
    a, b = np.zeros((20, 3)), np.tile([-1, -1, 0.1], (20, 1)) + np.random.default_rng(2).normal(size=(20, 3))
    assert 0 < float(crossing(a, b).crosses) < 1


def test_worlds_without_a_value_leave_the_pair():
    a, b = np.zeros((4, 2)), np.tile([-1.0, 1.0], (4, 1))
    b[0] = [50, NAN]
    a[0] = [NAN, 9]
    assert float(crossing(a, b).value) == 2
    with pytest.raises(ValueError, match="the same horizons"):
        crossing(a, b[:2])


def test_ratios_to_anchors():
    found = ratio([325, 650, 650], [650, 650, 0])
    np.testing.assert_equal(found.value, [0.5, 1, NAN])
    assert found.n.tolist() == [1, 1, 0]
    assert np.isnan(ratio([5], -10).value).all()
