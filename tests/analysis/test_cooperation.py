"""METRICS.md §1, from the text; traces of §2.1."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from comity.analysis import (
    coop_half_life,
    coop_rate_agent,
    coop_rate_pooled,
    fear,
    forgiveness,
    greed,
    mutual_rate,
    niceness,
    normalised_welfare,
    p_c_given_d,
)

NAN = np.nan


def traces(*acts: str) -> np.ndarray:
    """(1, T, N) from one string of C and D per agent, '.' = no choice."""
    code = {"C": 1.0, "D": 0.0, ".": NAN}
    return np.array([[code[act] for act in agent] for agent in acts]).T[None]


def directed(labels: np.ndarray) -> np.ndarray:
    """(W, T, 2) as c_ij (W, T, 2, 2) with a NaN diagonal."""
    c = np.full((*labels.shape, 2), NAN)
    c[:, :, 0, 1], c[:, :, 1, 0] = labels[:, :, 0], labels[:, :, 1]
    return c


AB = traces("CCDCDDCCDC", "CDCCDCCDCC")
LABELS = hnp.arrays(
    float,
    st.tuples(st.integers(1, 3), st.integers(1, 6), st.integers(2, 4)),
    elements=st.sampled_from([0.0, 0.25, 0.5, 1.0, NAN]),
)


def test_rates_of_the_worked_example():
    c = np.array([[1, 0.5, NAN, 0], [1, 1, NAN, NAN]]).T[None]
    pooled, agent = coop_rate_pooled(c), coop_rate_agent(c)
    assert pooled.value == pytest.approx([0.7], abs=1e-12)
    assert pooled.n.tolist() == [5]
    assert agent.value == pytest.approx([0.75], abs=1e-12)
    assert agent.n.tolist() == [2]


def test_agents_without_a_choice_are_dropped_and_counted():
    agent = coop_rate_agent(traces("CD", "..", "CC"))
    assert agent.value == pytest.approx([0.75])
    assert agent.n.tolist() == [2]


def test_no_choice_is_nan():
    nothing = np.full((2, 3, 2), NAN)
    for rate in (coop_rate_pooled, coop_rate_agent, mutual_rate):
        assert np.isnan(rate(nothing).value).all()
        assert rate(nothing).n.tolist() == [0, 0]
    assert np.isnan(niceness(nothing).value).all()


@pytest.mark.parametrize("labels", [AB, directed(AB)])
def test_mutual_rate_of_the_traces(labels):
    mutual = mutual_rate(labels)
    assert mutual.value == pytest.approx([0.4], abs=1e-12)
    assert mutual.n.tolist() == [10]
    assert mutual.flags == ()


def test_niceness_and_forgiveness_of_the_traces():
    assert niceness(AB).value.tolist() == [[1, 0]]
    assert forgiveness(AB).value.tolist() == [[0, 1]]
    assert forgiveness(AB).n.tolist() == [[3, 4]]
    c = directed(AB)
    np.testing.assert_equal(niceness(c).value, [[[NAN, 1], [0, NAN]]])
    np.testing.assert_equal(forgiveness(c).value, [[[NAN, 0], [1, NAN]]])
    np.testing.assert_equal(forgiveness(c).value, p_c_given_d(c).value)


def test_simultaneous_first_defection_counts_against_both():
    assert niceness(traces("CDC", "CDD")).value.tolist() == [[0, 0]]
    assert niceness(traces("CCC", "CCC")).value.tolist() == [[1, 1]]


def test_forgiveness_of_a_partner_who_never_defects_is_nan():
    assert np.isnan(forgiveness(traces("CDC", "CCC")).value[0, 0])


def test_undirected_games_use_the_others():
    c = traces("CCC", "CDD", "CDC")  # mutual: all three in t = 1, agents 0 and 2 (others .5) in t = 3
    assert mutual_rate(c).value == pytest.approx([5 / 9])
    assert mutual_rate(c).n.tolist() == [9]
    assert "undirected" in mutual_rate(c).flags


def test_public_good_normalised_welfare():
    assert normalised_welfare([104.0], 80.0, 128.0).value.tolist() == [0.5]
    assert normalised_welfare([60.0, 152.0], 80, 128).value == pytest.approx([-20 / 48, 1.5])  # not clipped
    assert np.isnan(normalised_welfare([1.0, 2.0], 1, 1).value).all()


@pytest.mark.parametrize("wrong", [np.zeros((3, 2)), np.full((1, 2, 2), 1.5), np.zeros((1, 2, 3, 2))])
def test_wrong_labels_are_named(wrong):
    with pytest.raises(ValueError, match="labels must"):
        mutual_rate(wrong)


@given(LABELS)
@settings(max_examples=60, deadline=None)
def test_against_plain_loops(c):
    worlds, steps, agents = c.shape
    for w in range(worlds):
        choices = [c[w, t, i] for t in range(steps) for i in range(agents) if not np.isnan(c[w, t, i])]
        assert coop_rate_pooled(c).value[w] == pytest.approx(np.mean(choices) if choices else NAN, nan_ok=True)
        assert coop_rate_pooled(c).n[w] == len(choices)
        own = [np.mean(x[~np.isnan(x)]) for x in c[w].T if not np.isnan(x).all()]
        assert coop_rate_agent(c).value[w] == pytest.approx(np.mean(own) if own else NAN, nan_ok=True)


@given(LABELS, st.randoms(use_true_random=False))
@settings(max_examples=40, deadline=None)
def test_order_of_agents_and_worlds_does_not_matter(c, random):
    order = list(range(c.shape[2]))
    random.shuffle(order)
    for rate in (coop_rate_pooled, coop_rate_agent, mutual_rate):
        np.testing.assert_allclose(rate(c[:, :, order]).value, rate(c).value)
        np.testing.assert_array_equal(rate(c[::-1]).value, rate(c).value[::-1])
    np.testing.assert_array_equal(niceness(c[:, :, order]).value, niceness(c).value[:, order])


RATES = [1, 1, 0.9, 0.8, 0.6, 0.4, 0.4, 0.3, 0.2, 0.2]


def half_life(rates, **options):
    found = coop_half_life(np.array([rates], float)[..., None], **options)
    return float(found.value[0]), bool(found.observed[0]), int(found.n[0])


def test_half_life_of_the_worked_example():
    assert half_life(RATES, window=3) == (5, True, 8)


def test_half_life_by_hand():
    assert half_life([1, 1, 1, 0.9], window=2) == (4, False, 3), "censored at the end"
    assert half_life([*RATES, NAN, NAN], window=3) == (5, True, 8)
    assert half_life([1, NAN, NAN, 0], window=2) == (3, True, 2), "a window without a choice has no mean"
    assert half_life(RATES, window=3, lengths=[6]) == (6, False, 4), "what is after the end does not count"
    np.testing.assert_equal(half_life([0, 0, 0, 0], window=2), (NAN, False, 3))
    np.testing.assert_equal(half_life([1, 1], window=5), (NAN, False, 0))
    np.testing.assert_equal(half_life([NAN] * 6), (NAN, False, 0))
    two = coop_half_life([[[1, 1], [1, NAN], [0, 0]]], window=1)
    assert (two.value.tolist(), two.observed.tolist()) == ([3], [True])
    with pytest.raises(ValueError, match="window"):
        coop_half_life([[[1]]], window=0)


def test_fear_and_greed_of_the_public_good():
    """n = 4, e = 20, m = .4 with all or nothing given: GAMES.md §2.2."""
    gives, keeps = ([20 * g + 0.4 * 20 * (ell + 1 - g) for ell in range(4)] for g in (0, 1))
    assert float(fear(gives, keeps).value) == pytest.approx(12, abs=1e-9)
    assert float(greed(gives, keeps).value) == pytest.approx(12, abs=1e-9)
    assert int(greed(gives, keeps).n) == 4
    assert float(fear([0, 3], [1, 5]).value) == 1
    assert float(greed([0, 3], [1, 5]).value) == 2
