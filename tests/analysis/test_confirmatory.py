"""Verdicts on registered hypotheses: exact p, what is support, and how often they err where the truth is known."""

import numpy as np
import polars as pl
import pytest
from scipy import stats

from comity.analysis.confirmatory import (
    DIFFERENT,
    DIRECTIONS,
    EQUIVALENT,
    GREATER,
    LESS,
    NOT_SUPPORTED,
    PENDING,
    RULED_OUT,
    SUPPORTED,
    UNDECIDABLE,
    confirm,
    judge,
    least_possible,
    p_value,
)
from comity.analysis.statistics import sign_flip_test


def episodes(first, second, **columns) -> pl.DataFrame:
    """One episode of each world of two cells, with the measure ``utilitarian``."""
    cells = []
    for cell, values in (("a", first), ("b", second)):
        n = len(values)
        told = {"cell": [cell] * n, "game": ["matrix"] * n, "seats": ["x"] * n, "norms": ["none"] * n}
        cells.append(pl.DataFrame({**told, "seed": range(n), "episode": [0] * n, "utilitarian": list(values)}))
    both = pl.concat(cells)
    return both.with_columns(**{name: pl.Series(values) for name, values in columns.items()})


def registered(*hypotheses, worlds, exclusions=()):
    base = {"name": "h", "measure": "utilitarian", "from_cell": "a", "to_cell": "b", "confidence": 0.95}
    told = [{**base, "direction": GREATER, "smallest_effect": 0.0, **one} for one in hypotheses]
    return {"hypotheses": told, "exclusions": list(exclusions), "worlds": worlds}


# -- the test ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("greater", [False, True])
def test_the_sign_flip_test_is_scipys(greater):
    d = np.random.default_rng(3).normal(0.4, 1, 11)
    side = "greater" if greater else "two-sided"
    theirs = stats.permutation_test((d,), np.mean, permutation_type="samples", alternative=side, n_resamples=np.inf)
    assert float(sign_flip_test(d, greater=greater).p) == pytest.approx(theirs.pvalue, abs=1e-12)


def test_beyond_enumeration_p_is_that_of_random_signs_and_of_the_t_test():
    d = np.random.default_rng(5).normal(0.15, 1, 200)
    assert float(sign_flip_test(d).p) == pytest.approx(stats.ttest_1samp(d, 0).pvalue, abs=0.01)
    assert float(sign_flip_test(np.ones(40)).p) == 1 / 10_000 == least_possible(40, GREATER)


def test_p_of_equivalence_is_the_larger_of_two_one_sided_ones():
    d = np.array([0.1, -0.05, 0.02, 0.08, 0.0, -0.02])
    assert p_value(d, EQUIVALENT, 0.5) == 1 / 2**6 == least_possible(6, EQUIVALENT), "every sign turned makes it worse"
    assert p_value(d, EQUIVALENT, 0.01) > 0.5
    assert np.isnan(sign_flip_test([np.nan]).p)


# -- the verdict -------------------------------------------------------------------------------------------------------

VERDICTS = [
    # direction, S, value, low, high, p, verdict at .05
    (GREATER, 0.0, 0.2, 0.1, 0.3, 0.01, SUPPORTED),
    (GREATER, 0.2, 0.2, 0.1, 0.3, 0.01, SUPPORTED),
    (GREATER, 0.25, 0.2, 0.1, 0.3, 0.01, NOT_SUPPORTED),
    (GREATER, 0.35, 0.2, 0.1, 0.3, 0.01, RULED_OUT),
    (GREATER, 0.0, 0.2, 0.1, 0.3, 0.06, NOT_SUPPORTED),
    (GREATER, 0.0, 0.2, -0.1, 0.5, 0.01, NOT_SUPPORTED),
    (GREATER, 0.0, -0.2, -0.3, -0.1, 0.01, RULED_OUT),
    (LESS, 0.1, -0.2, -0.3, -0.1, 0.01, SUPPORTED),
    (LESS, 0.1, 0.2, 0.1, 0.3, 0.01, RULED_OUT),
    (LESS, 0.0, 0.0, 0.0, 0.0, 1.0, NOT_SUPPORTED),
    (DIFFERENT, 0.1, -0.2, -0.3, -0.1, 0.01, SUPPORTED),
    (DIFFERENT, 0.1, 0.2, 0.1, 0.3, 0.01, SUPPORTED),
    (DIFFERENT, 0.1, 0.01, -0.05, 0.06, 0.8, RULED_OUT),
    (DIFFERENT, 0.1, 0.05, -0.05, 0.15, 0.3, NOT_SUPPORTED),
    (EQUIVALENT, 0.1, 0.01, -0.05, 0.06, 0.01, SUPPORTED),
    (EQUIVALENT, 0.1, 0.01, -0.05, 0.06, 0.2, NOT_SUPPORTED),
    (EQUIVALENT, 0.1, 0.05, -0.05, 0.15, 0.01, NOT_SUPPORTED),
    (EQUIVALENT, 0.1, -0.3, -0.4, -0.2, 1.0, RULED_OUT),
]


@pytest.mark.parametrize("case", VERDICTS, ids=str)
def test_verdicts(case):
    direction, smallest, value, low, high, p, expected = case
    assert judge(direction, smallest, value, low, high, p=p, alpha=0.05) == expected


def test_differences_are_taken_seed_by_seed():
    noise = np.random.default_rng(0).normal(0, 100, 12)
    (found,) = confirm(episodes(noise, noise + 1), registered({"smallest_effect": 1.0}, worlds=12))
    assert (found.verdict, found.n, found.excluded) == (SUPPORTED, 12, (0, 0))
    assert (found.value, found.low, found.high) == pytest.approx((1, 1, 1))
    assert found.p == pytest.approx(2 / 2**12)


def test_holm_is_over_all_that_was_registered():
    table = episodes(np.zeros(8), np.arange(8) + 1.0)
    undefined = {"measure": "gini"}
    alone, among = (confirm(table, registered({}, *[undefined] * more, worlds=8))[0].p for more in (0, 3))
    assert (alone, among) == (2 / 2**8, 4 * 2 / 2**8), "one that cannot be decided counts, too"


def test_episodes_are_excluded_with_their_pair():
    rate = [0.0, 0.5, None, 0.1, *[0.0] * 4, 0.3, *[0.0] * 7]
    outcome = ["horizon"] * 15 + ["crash"]
    table = episodes(np.zeros(8), np.arange(8.0), invalid_rate=rate, outcome=outcome)
    rules = [
        {"column": "invalid_rate", "rule": "above", "value": 0.2},
        {"column": "outcome", "rule": "equals", "value": "crash"},
        {"column": "llm_cost", "rule": "above", "value": 0.0},
    ]
    (found,) = confirm(table, registered({}, worlds=8, exclusions=rules))
    assert (found.n, found.excluded, found.played) == (5, (1, 2), 8)
    assert found.value == pytest.approx(np.mean([2, 3, 4, 5, 6])), "what is undefined is not above"


def test_nobody_stops_early_and_nothing_is_decided_by_one_pair():
    table = episodes(np.zeros(8), np.ones(8))
    (found,) = confirm(table, registered({}, worlds=9))
    assert found.verdict == PENDING
    assert np.isnan(found.p)
    (found,) = confirm(table, registered({"measure": "gini"}, worlds=8))
    assert (found.verdict, found.n) == (UNDECIDABLE, 0)
    (found,) = confirm(table.filter(pl.col("cell") == "a"), registered({}, worlds=8))
    assert found.verdict == PENDING


@pytest.mark.slow
@pytest.mark.parametrize("direction", DIRECTIONS)
def test_verdicts_err_no_more_often_than_they_say(direction):
    """Where a hypothesis is false but barely, it is supported in at most 1 − confidence of all studies, of which a
    family of three has at least one in no more than that, either.
    """
    rng, studies, n, alpha = np.random.default_rng(1), 300, 10, 0.1
    truth = 0.5 if direction == EQUIVALENT else 0.0
    told = {"direction": direction, "smallest_effect": truth, "confidence": 1 - alpha}
    wrong = 0
    for _ in range(studies):
        families = [rng.normal(truth, 1, n) for _ in range(3)]
        tables = [episodes(np.zeros(n), d).with_columns(pl.col("cell") + str(k)) for k, d in enumerate(families)]
        each = [{**told, "from_cell": f"a{k}", "to_cell": f"b{k}"} for k in range(3)]
        wrong += any(one.verdict == SUPPORTED for one in confirm(pl.concat(tables), registered(*each, worlds=n)))
    assert wrong / studies <= alpha + 3 * np.sqrt(alpha * (1 - alpha) / studies)


@pytest.mark.slow
def test_a_true_effect_is_found_and_its_interval_covers_it():
    rng, studies, n = np.random.default_rng(2), 300, 30
    found = []
    for _ in range(studies):
        noise = rng.normal(0, 3, n)
        table = episodes(noise, noise + rng.normal(1, 1, n))
        found += confirm(table, registered({"smallest_effect": 0.2}, worlds=n))
    assert np.mean([one.verdict == SUPPORTED for one in found]) > 0.95
    assert 0.90 <= np.mean([one.low <= 1 <= one.high for one in found]) <= 0.98
