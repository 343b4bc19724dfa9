"""METRICS.md §8, from the text."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from comity.analysis import (
    concessions_reciprocated,
    kaplan_meier,
    max_rise,
    peak,
    score,
    score_path,
    severity_ranking,
    signal_divergence,
    signal_gap,
    spiral_probability,
    spirals,
    time_to_deescalate,
    velocity,
    weighted,
)

NAN = np.nan
CLASSES = ["DE", "SQ", "PO", "NV", "VI", "NU"]
SEVERITY = np.array([-2, 0, 4, 12, 28, 60, NAN])
A, B = "PO NV VI NV PO SQ DE DE DE", "SQ PO NV VI VI NV SQ SQ DE"


def episodes(*worlds: tuple[str, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Severity and ranks (W, T, N) of worlds that are one string of classes per nation; '--' has left."""
    rank = {name: float(r) for r, name in enumerate(CLASSES)} | {"--": NAN}
    nations = [[[rank[act] for act in nation.split()] for nation in world] for world in worlds]
    longest = max(len(nation) for world in nations for nation in world)
    ranks = np.array([[nation + [NAN] * (longest - len(nation)) for nation in world] for world in nations])
    ranks = ranks.swapaxes(1, 2)
    return SEVERITY[np.where(np.isnan(ranks), 6, ranks).astype(int)], ranks


def test_worked_example():
    severity, ranks = episodes((A, B))
    assert score_path(severity).value.tolist() == [[2, 8, 20, 20, 16, 6, -1, -1, -2]]
    assert score(severity).value == pytest.approx([68 / 9], abs=1e-9)
    assert score(severity).value == pytest.approx([7.555556], abs=1e-6)
    assert score(severity).n.tolist() == [9]
    assert peak(ranks).value.tolist() == [4]
    assert velocity(severity).value == pytest.approx([-1.65], abs=1e-9)
    assert max_rise(severity).value.tolist() == [12]
    quiet = time_to_deescalate(severity, ranks)
    assert quiet.value.tolist() == [4]
    assert quiet.observed.tolist() == [True]
    assert spirals(severity, ranks).tolist() == [True]


def test_spirals_in_three_of_twenty():
    calm = ("SQ SQ SQ SQ SQ SQ SQ SQ SQ", "DE DE DE DE DE DE DE DE DE")
    found = spiral_probability(*episodes(*[(A, B)] * 3, *[calm] * 17))
    assert float(found.value) == pytest.approx(0.15, abs=1e-12)
    assert float(found.low) == pytest.approx(0.052369, abs=1e-6)
    assert float(found.high) == pytest.approx(0.360419, abs=1e-6)
    assert int(found.n) == 20


@pytest.mark.parametrize(
    ("a", "b", "spiral"),
    [
        ("SQ PO NV", "SQ PO NV", True),
        ("SQ PO NU", "SQ PO PO", False),  # one alone
        ("SQ NV NV", "SQ NV NV", False),  # one rise, then level
        ("SQ PO SQ NV", "SQ PO SQ NV", False),  # rises apart
        ("PO NV", "PO NV", False),  # too short
    ],
)
def test_what_is_a_spiral(a, b, spiral):
    assert spirals(*episodes((a, b))).tolist() == [spiral]


def test_unequal_lengths_and_nations_that_left():
    severity, ranks = episodes((A, B), ("PO VI --", "SQ VI SQ"), ("SQ", "PO"))
    assert "nations_left" in score(severity).flags
    assert score_path(severity).value[1, :3].tolist() == [2, 28, 0]
    assert score_path(severity).n[1].tolist() == [2, 2, 1, 0, 0, 0, 0, 0, 0]
    assert score(severity).value == pytest.approx([68 / 9, 10, 2])
    assert peak(ranks).value.tolist() == [4, 4, 2]
    np.testing.assert_allclose(velocity(severity).value, [-1.65, -1, NAN])
    np.testing.assert_allclose(max_rise(severity).value, [12, 26, NAN])
    quiet = time_to_deescalate(severity, ranks)
    assert quiet.value.tolist() == [4, 1, 0]
    assert quiet.observed.tolist() == [True, True, False]
    assert "nations_left" not in score(episodes((A, B), ("SQ", "PO"))[0]).flags


def test_never_quiet_is_censored_and_never_loud_is_nan():
    severity, ranks = episodes(("PO NV PO PO", "SQ SQ SQ SQ"), ("SQ DE SQ DE", "SQ SQ DE SQ"))
    quiet = time_to_deescalate(severity, ranks)
    np.testing.assert_equal(quiet.value, [2, NAN])
    assert quiet.observed.tolist() == [False, False]
    assert quiet.n.tolist() == [1, 0]
    curve = kaplan_meier(quiet.value, quiet.observed)
    assert curve.n == 1
    assert curve.survival.tolist() == [1, 1, 1]


def test_no_steps_at_all():
    nothing = np.full((1, 3, 2), NAN)
    for f in (score, peak, velocity, max_rise):
        assert np.isnan(f(nothing).value).all()
    assert np.isnan(time_to_deescalate(nothing, nothing).value).all()


def test_words_and_acts_by_hand():
    # nation 0 says DE thrice and does DE, NV, DE; nation 1 says DE, NV, nothing and does NV, NV, NU
    acts = np.array([[[0, 3], [3, 3], [0, 5]]])
    said = np.array([[[0, 0], [0, 3], [0, NAN]]])
    divergence, gap = signal_divergence(acts, said), signal_gap(acts, said)
    assert divergence.value.tolist() == [2 / 5] and gap.value.tolist() == [6 / 5]
    assert divergence.n.tolist() == gap.n.tolist() == [5]
    assert signal_gap(said, acts).value.tolist() == [-6 / 5]
    left = np.where(acts == 3, NAN, acts)
    assert signal_divergence(left, said).n.tolist() == [2] and signal_divergence(left, said).value.tolist() == [0]
    for f in (signal_divergence, signal_gap):
        assert np.isnan(f(acts, np.full(acts.shape, NAN)).value).all()


RANKS = hnp.arrays(int, st.tuples(st.integers(1, 3), st.integers(1, 8), st.integers(2, 4)), elements=st.integers(0, 5))


@given(RANKS)
@settings(max_examples=60, deadline=None)
def test_against_plain_definitions(ranks):
    severity = SEVERITY[ranks]
    for w, acts in enumerate(ranks):
        path = SEVERITY[acts].mean(axis=1)
        assert score(severity).value[w] == pytest.approx(path.mean())
        if len(path) > 1:
            assert velocity(severity).value[w] == pytest.approx(np.polyfit(range(len(path)), path, 1)[0], abs=1e-9)
            assert max_rise(severity).value[w] == pytest.approx(max(path[1:] - path[:-1]))
        quiet = [t for t in range(len(path)) if (acts[t:] <= 1).all()]
        found = time_to_deescalate(severity, ranks)
        assert found.observed[w] == (bool(quiet) and bool((acts > 1).any()))
        if found.observed[w]:
            assert found.value[w] == max(quiet[0] - int(path.argmax()), 0)


@given(RANKS, st.randoms(use_true_random=False))
@settings(max_examples=40, deadline=None)
def test_nations_may_be_renamed_and_doubled(ranks, random):
    order = list(range(ranks.shape[2]))
    random.shuffle(order)
    severity = SEVERITY[ranks]
    for f in (score, velocity, max_rise):
        np.testing.assert_allclose(f(severity[:, :, order]).value, f(severity).value, atol=1e-9)
        np.testing.assert_allclose(f(np.tile(severity, 2)).value, f(severity).value, atol=1e-9)
    np.testing.assert_array_equal(spirals(severity[:, :, order], ranks[:, :, order]), spirals(severity, ranks))


def test_concessions_of_the_worked_example():
    found = concessions_reciprocated(episodes((A, B))[1])
    np.testing.assert_array_equal(found.value[0], [[NAN, 1], [1, NAN]])
    assert found.n[0].tolist() == [[0, 4], [1, 0]]


def test_concessions_by_hand():
    """To a neighbour at rest nothing can be conceded; an answer may be too late; what the end cuts off is left out."""

    def of(a: str, b: str, window: int = 2) -> tuple[float, int]:
        found = concessions_reciprocated(episodes((a, b))[1], window)
        return float(found.value[0, 0, 1]), int(found.n[0, 0, 1])

    assert of("VI NV NV NV NV", "VI VI VI VI NV") == (0, 1)
    assert of("VI NV NV NV NV", "VI VI VI VI NV", window=3) == (1, 1)
    np.testing.assert_equal(of("VI NV NV NV NV", "DE DE DE DE DE"), (NAN, 0))
    np.testing.assert_equal(of("VI VI VI NV NV", "VI VI VI VI DE"), (NAN, 0))
    np.testing.assert_equal(of("VI NV -- -- --", "VI VI -- -- --"), (NAN, 0))
    assert concessions_reciprocated(np.zeros((1, 1, 2))).n.sum() == 0
    with pytest.raises(ValueError, match="window"):
        concessions_reciprocated(np.zeros((1, 5, 2)), 0)


def test_the_order_of_settings_hangs_on_the_weights():
    severity, ranks = episodes(("NU DE", "DE DE"), ("NV NV", "NV NV"), ("SQ SQ", "SQ SQ"), ("SQ --", "SQ --"))
    found = severity_ranking(ranks, ["once nuclear", "harsh", "calm", "calm"])
    np.testing.assert_allclose(weighted(ranks, "2^x-4"), severity)
    assert found.settings == ("once nuclear", "harsh", "calm")
    np.testing.assert_allclose(found.scores["2^x-4"], [(60 - 2 * 3) / 4, 12, 0])
    np.testing.assert_allclose(found.scores["rank"], [5 / 4, 3, 1])
    np.testing.assert_allclose(found.scores["violent"], [1 / 4, 0, 0])
    assert {key: places.tolist() for key, places in found.places.items()} == {
        "2^x-4": [3, 2, 1],
        "rank": [2, 3, 1],
        "violent": [3, 1.5, 1.5],
    }
    assert not found.stable
    assert severity_ranking(ranks[1:3], ["harsh", "calm"]).places["rank"].tolist() == [2, 1]
    assert found.n.tolist() == [1, 1, 2]
    with pytest.raises(ValueError, match="weighting"):
        weighted(ranks, "severity")
