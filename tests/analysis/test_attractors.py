"""METRICS.md §10, from the text."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import lfilter
from scipy.stats import kendalltau

from comity.analysis import kaplan_meier
from comity.analysis.attractors import (
    NEGATIVE,
    NO_ATTRACTOR,
    POSITIVE,
    SATISFICING,
    UNDEFINED,
    UNSETTLED,
    ar1,
    basin_map,
    basin_stability,
    detrended,
    ends,
    ews_ac1,
    ews_var,
    hysteresis_area,
    kendall,
    occupancy,
    places,
    return_time,
    rolling_variance,
    viability_time,
)
from comity.analysis.evolution import replicator

STATES = [[(0.9, 0.8), (0.7, 0.5), (0.2, 0.6), (0.1, 0.1), (0.5, 0.3), (0.85, 0.9), (0.9, 0.9), (0.95, 0.85)]]
FLOORS, ASPIRATIONS = (0.15, 0.15), (0.8, 0.75)
SERIES = [0.2, -0.1, 0.1, -0.2, 0.3, -0.1, 0.4, 0.2, 0.5, 0.6]


def test_worked_example_of_regions():
    where = places(STATES, FLOORS, ASPIRATIONS)
    assert "".join("NSP"[code] for code in where[0]) == "PSSNSPPP"
    found = occupancy(where)
    assert found.value[0] == pytest.approx([1 / 8, 3 / 8, 1 / 2], abs=1e-12) and found.n.tolist() == [[8, 8, 8]]
    viable, back = viability_time(where), return_time(where, shock=4)
    assert (viable.value.tolist(), viable.observed.tolist()) == ([3], [True])
    assert (back.value.tolist(), back.observed.tolist()) == ([2], [True])


def test_collapse_is_negative_for_ever_and_another_end_is_not_seen():
    states = np.full((3, 6, 1), 0.9)
    where = places(states, [0.2], [0.8], lengths=[4, 4, 6], collapsed=[True, False, False])
    assert where.tolist() == [[2] * 4 + [0, 0], [2] * 4 + [-1, -1], [2] * 6]
    found = occupancy(where)
    assert found.value == pytest.approx(np.array([[1 / 3, 0, 2 / 3], [0, 0, 1], [0, 0, 1]]), abs=1e-12)
    assert found.n[:, 0].tolist() == [6, 4, 6] and found.flags == ("undefined_steps",)
    viable = viability_time(where, [4, 4, 6], [True, False, False])
    assert viable.value.tolist() == [4, 4, 6] and viable.observed.tolist() == [True, False, False]
    curve = kaplan_meier(viable.value, viable.observed)
    assert curve.survival[-1] == pytest.approx(2 / 3)
    assert ends(where, [4, 4, 6], [True, False, False], window=5).tolist() == [NEGATIVE, NO_ATTRACTOR, POSITIVE]


def test_undefined_components_are_neither_good_nor_bad():
    where = places([[(np.nan, 0.9), (np.nan, 0.1), (0.9, 0.9)]], FLOORS, ASPIRATIONS)
    assert where.tolist() == [[UNDEFINED, NEGATIVE, POSITIVE]]
    assert ends(where, window=3).tolist() == [NO_ATTRACTOR]
    assert np.isnan(occupancy([[UNDEFINED]]).value).all()
    assert np.isnan(return_time(where, shock=2, lengths=[1]).value).all()


def test_several_positive_sets_stay_apart():
    low, high = [[0.8, 0.8], [0.5, 0.2]], [[np.inf, np.inf], [0.8, np.inf]]
    where = places([[(0.9, 0.9), (0.6, 0.9), (0.6, 0.1), (0.85, 0.3)]], [0.0, 0.0], low, high)
    assert where.tolist() == [[POSITIVE, POSITIVE + 1, SATISFICING, SATISFICING]]
    assert occupancy(where, sets=2).value.tolist() == [[0, 0.5, 0.25, 0.25]]
    with pytest.raises(ValueError, match="overlap"):
        places([[(0.9, 0.9)]], [0, 0], [[0.8, 0.8], [0.5, 0.2]])


def test_returns_are_held_and_into_the_same_set():
    path = [[2, 0, 2, 2, 1, 2, 2, 2], [2, 0, 3, 3, 3, 3, 3, 3], [2, 2, 2, 2, 2, 2, 2, 2], [2, 0, 1, 1, 1, 1, 2, 2]]
    found = return_time(path, shock=2)
    assert found.value.tolist() == [4, 7, 0, 7] and found.observed.tolist() == [True, False, True, False]
    assert return_time(path, shock=2, hold=2).value.tolist() == [1, 7, 0, 5]
    assert return_time(path, shock=2, into=3).observed.tolist() == [False, True, False, False]


def test_worked_example_of_the_basin():
    ended = np.array([POSITIVE] * 37 + [NEGATIVE] * 60 + [UNSETTLED] * 3 + [NO_ATTRACTOR] * 2)
    found = basin_stability(ended, "uniform")
    z, n, p = 1.959964, 100, 0.37
    centre, half = p + z**2 / (2 * n), z * np.sqrt(p * (1 - p) / n + z**2 / (4 * n * n))
    expected = [p, (centre - half) / (1 + z**2 / n), (centre + half) / (1 + z**2 / n)]
    assert [float(found.value), float(found.low), float(found.high)] == pytest.approx(expected, abs=1e-12)
    assert [round(float(x), 6) for x in (found.low, found.high)] == [0.281824, 0.467795]
    assert int(found.n) == 100 and found.n_nan == 2 and found.flags == ("uniform", "no attractor found")
    assert np.isnan(basin_stability([NO_ATTRACTOR], "uniform").value)


def test_stag_hunt_under_the_replicator():
    starts = (np.arange(30) + 0.5) / 30
    course = np.stack([replicator([[4, 0], [3, 2]], [x, 1 - x], 150, intensity=1.0) for x in starts])
    ended = ends(places(course[:, :, :1], [0.05], [0.95]))
    assert float(basin_stability(ended, "midpoints of 30 equal parts").value) == pytest.approx(1 / 3, abs=1e-12)
    assert set(ended) == {NEGATIVE, POSITIVE}
    found = basin_map(starts[:, None], ended)
    assert found.states[found.shares[:, POSITIVE] == 1].min() == pytest.approx(20.5 / 30)


def test_basin_map_counts_what_is_unsettled_and_unseen():
    found = basin_map([[1, 0]] * 4 + [[2, 0]], [POSITIVE, UNSETTLED, NEGATIVE, NO_ATTRACTOR, NO_ATTRACTOR])
    assert found.shares[0] == pytest.approx([1 / 3, 0, 1 / 3]) and np.isnan(found.shares[1]).all()
    assert found.unsettled[0] == pytest.approx(1 / 3) and (found.n.tolist(), found.unseen.tolist()) == ([3, 0], [1, 1])


def test_worked_example_of_hysteresis_and_its_declared_ranges():
    driver, there, back = np.array([0, 0.25, 0.5, 0.75, 1]), [1, 0.95, 0.9, 0.2, 0.1], [1, 0.4, 0.2, 0.15, 0.1]
    found = hysteresis_area(driver, there, back)
    assert float(found.value) == pytest.approx(0.325, abs=1e-12) and int(found.n) == 5 and found.flags == ()
    scaled = hysteresis_area(10 * driver, 100 * np.array(there), 100 * np.array(back), (0, 20), (0, 200))
    assert float(scaled.value) == pytest.approx(0.325 / 4, abs=1e-12)
    assert hysteresis_area(driver, there, back, (0, 0.5)).flags == ("outside_declared_range",)
    assert hysteresis_area(driver, [there, there], [there, back]).value == pytest.approx([0, 0.325])
    assert np.isnan(hysteresis_area(driver, [np.nan, *there[1:]], back).value)
    for wrong in ([0, 1], driver[::-1]):
        with pytest.raises(ValueError, match="driver"):
            hysteresis_area(wrong, there, back)


def test_worked_example_of_early_warnings():
    variance, memory = ews_var(SERIES, window=5), ews_ac1(SERIES, window=5)
    assert variance.curve[0] == pytest.approx([0.043, 0.04, 0.065, 0.067, 0.053, 0.077], abs=1e-12)
    fractions = [-127 / 215, -3 / 4, -8 / 13, -1705.0 / 3350, -0.413208, -0.046753]
    windows = np.lib.stride_tricks.sliding_window_view(np.array(SERIES), 5)
    expected = [((w - w.mean())[:-1] * (w - w.mean())[1:]).sum() / ((w - w.mean()) ** 2).sum() for w in windows]
    assert memory.curve[0] == pytest.approx(expected, abs=1e-12) and expected == pytest.approx(fractions, abs=5e-7)
    assert float(variance.tau.value[0]) == pytest.approx(0.6, abs=1e-12)
    assert float(memory.tau.value[0]) == pytest.approx(11 / 15, abs=1e-12)
    assert memory.tau.n.tolist() == [6] and memory.tau.flags == ("no detrending",)


def test_ar1_has_its_stationary_variance_at_every_step():
    response = ar1(0.6, np.eye(7))  # row i: what a unit of noise at step i does
    assert (response**2).sum(axis=0) == pytest.approx(np.full(7, 1.5625), abs=1e-12)
    noise = np.random.default_rng(1).standard_normal(50)
    start = noise[0] / 0.8
    assert ar1(0.6, noise)[1:] == pytest.approx(lfilter([1], [1, -0.6], noise[1:], zi=[0.6 * start])[0])


def test_kendall_is_that_of_scipy():
    rows = np.random.default_rng(2).integers(0, 6, (20, 9)).astype(float)
    expected = [kendalltau(np.arange(9), row).statistic for row in rows]
    assert kendall(rows, np.full(20, 9)) == pytest.approx(expected, abs=1e-12)
    assert np.isnan(kendall(np.ones((2, 9)), np.array([9, 1]))).all()


def test_null_of_early_warnings_is_calibrated_and_finds_a_slowing_down():
    noise = np.random.default_rng(3).standard_normal((200, 80))
    still = ews_ac1(ar1(np.full(200, 0.5), noise), window=30, draws=199).tau
    assert 0.02 < (still.p <= 0.1).mean() < 0.2
    naive = [
        kendalltau(np.arange(51), curve).pvalue for curve in ews_ac1(ar1(np.full(200, 0.5), noise), 30, draws=1).curve
    ]
    assert np.mean(np.array(naive) <= 0.1) > 0.5  # what overlapping windows do to the usual p
    slowing = np.empty((20, 200))
    slowing[:, 0] = 0
    for t in range(1, 200):
        slowing[:, t] = 0.98 * t / 200 * slowing[:, t - 1] + noise.ravel()[t * 20 : t * 20 + 20]
    assert np.median(ews_ac1(slowing, window=100, draws=199).tau.p) < 0.1
    assert np.median(ews_var(slowing, window=100, draws=199).tau.p) < 0.1


def test_the_window_stops_before_the_transition():
    calm = np.random.default_rng(4).standard_normal((2, 60))
    tipped = calm.copy()
    tipped[:, 40:] = 50
    for ews in (ews_var, ews_ac1):
        for bandwidth in (None, 8.0):
            first, second = (ews(x, 15, bandwidth, until=[40, 35], draws=50) for x in (calm, tipped))
            assert np.array_equal(first.tau.p, second.tau.p) and first.tau.n.tolist() == [26, 21]
            alone = ews(calm[1, :35], 15, bandwidth, draws=50)
            assert alone.tau.value[0] == pytest.approx(first.tau.value[1]) and alone.tau.p[0] == first.tau.p[1]
    with pytest.raises(ValueError, match="window"):
        ews_var(calm, 61)


def test_detrending_takes_off_what_is_slow():
    t = np.arange(400.0)
    slow, fast = np.sin(2 * np.pi * t / 400), 0.1 * np.cos(np.pi * t)
    left = detrended(slow + fast, bandwidth=5)[0]
    assert left[50:350] == pytest.approx(fast[50:350], abs=0.01)
    assert float(rolling_variance(left, 50).mean()) < 0.02 < float(rolling_variance(slow + fast, 50).mean())


@settings(max_examples=20, deadline=None)
@given(st.lists(st.lists(st.integers(0, 2), min_size=12, max_size=12), min_size=1, max_size=5), st.integers(1, 3))
def test_invariances(paths, copies):
    where = np.array(paths)
    found = occupancy(where)
    assert found.value.sum(axis=1) == pytest.approx(1)
    again = occupancy(np.concatenate([where] * copies, axis=1))  # episodes in a row
    assert again.value == pytest.approx(found.value)
    worlds = np.concatenate([where] * copies)
    assert viability_time(worlds).value.tolist() == viability_time(where).value.tolist() * copies
    one, many = (basin_stability(ends(at), "all").value for at in (where, worlds))
    assert float(one) == pytest.approx(float(many))
    states = np.stack([where, 2 - where], axis=2) / 2
    mirrored = places(states[..., ::-1], [0.1, 0], [0.9, 0][::-1])
    assert np.array_equal(mirrored, places(states, [0, 0.1], [0.9, 0]))  # the order of components is of no account
