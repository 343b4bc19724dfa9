"""Evolution against its theory: fixation, neutral drift, stationary shares, rest points and their basins."""

import numpy as np
import pytest

from comity.analysis import wilson
from comity.analysis.evolution import NOT_FIXED, fixation, moran, replicator

HAWK_DOVE = [[1, 0], [2, -1]]  # V = 2, C = 4: dove first
STAG_HUNT = [[4, 0], [3, 2]]
COOPEVAL_STAG_HUNT = [[5, 0], [3, 3]]


def constant(fitness):
    """A mutant of this fitness, and residents of fitness 1, whomever they meet."""
    return [[np.log(fitness)] * 2, [0.0, 0.0]]


@pytest.mark.parametrize("population", [2, 10, 25])
def test_a_neutral_mutant_is_fixed_once_in_n(population):
    expected = 1 / population
    assert fixation(np.zeros((3, 3)), population) == pytest.approx(np.full((3, 3), expected))
    runs = 4000
    found = moran(np.zeros((2, 2)), [1, population - 1], 40 * population**2, runs, seed=population)
    assert (found.fixed != NOT_FIXED).all()
    share = wilson((found.fixed == 0).sum(), runs, z=4)
    assert share.low < expected < share.high


@pytest.mark.parametrize("fitness", [0.8, 1.1, 2.0])
def test_a_mutant_of_constant_fitness(fitness):
    """(1 − 1/r)/(1 − 1/r^N), Moran 1958."""
    population, runs = 12, 4000
    expected = (1 - 1 / fitness) / (1 - fitness**-population)
    assert fixation(constant(fitness), population)[0, 1] == pytest.approx(expected)
    found = moran(constant(fitness), [1, population - 1], 20_000, runs, seed=1)
    share = wilson((found.fixed == 0).sum(), runs, z=4)
    assert share.low < expected < share.high


def test_fitness_that_depends_on_who_is_met():
    """The chance of a stag hunter among ten who hunt hares, and of the reverse, exact and by play."""
    for mutant, resident in ((0, 1), (1, 0)):
        expected = fixation(STAG_HUNT, 10, intensity=0.3)[mutant, resident]
        start = np.where(np.arange(2) == mutant, 1, 9)
        share = wilson((moran(STAG_HUNT, start, 20_000, 4000, intensity=0.3).fixed == mutant).sum(), 4000, z=4)
        assert share.low < expected < share.high


def stationary_share(payoff, n, mutation, intensity):
    """Mean share of strategy 0 in a population of n, from the birth and death rates of its number k."""
    a = np.array(payoff, float)
    up, down = np.zeros(n + 1), np.zeros(n + 1)
    for k in range(n + 1):
        first = (a[0, 0] * (k - 1) + a[0, 1] * (n - k)) / (n - 1)
        second = (a[1, 0] * k + a[1, 1] * (n - k - 1)) / (n - 1)
        f, g = k * np.exp(intensity * first), (n - k) * np.exp(intensity * second)
        birth = (f * (1 - mutation) + g * mutation) / (f + g)
        up[k], down[k] = birth * (n - k) / n, (1 - birth) * k / n
    weights = np.cumprod(np.r_[1, up[:-1] / down[1:]])
    return (weights @ np.arange(n + 1)) / weights.sum() / n


@pytest.mark.parametrize("payoff", [HAWK_DOVE, STAG_HUNT, np.zeros((2, 2))])
def test_abundance_under_mutation(payoff):
    found = moran(payoff, [3, 5], 6000, 400, mutation=0.1, intensity=0.5, seed=4)
    mine = found.abundance[:, 0]
    expected = stationary_share(payoff, 8, 0.1, 0.5)
    assert mine.mean() == pytest.approx(expected, abs=5 * mine.std() / 400**0.5)
    assert found.abundance.sum(axis=1) == pytest.approx(np.ones(400))


def test_neutral_mutation_leaves_all_alike():
    found = moran(np.zeros((4, 4)), [20, 0, 0, 0], 4000, 400, mutation=0.2)
    assert found.abundance.mean(axis=0) == pytest.approx(np.full(4, 0.25), abs=0.01)


def test_a_run_belongs_to_its_seed():
    settings = {"payoff": HAWK_DOVE, "counts": [5, 5], "steps": 300, "mutation": 0.05}
    many = moran(**settings, runs=5, seed=3)
    alone = moran(**settings, runs=1, seed=5)
    assert (many.counts[2] == alone.counts[0]).all()
    assert (many.counts[0] != many.counts[1]).any()
    assert many.steps[0] == 0 and many.steps[-1] == 300
    assert (many.counts[:, 0] == 5).all() and (many.counts.sum(axis=2) == 10).all()


@pytest.mark.parametrize("start", [0.001, 0.3, 0.999])
def test_hawks_and_doves_share_by_value_over_cost(start):
    assert replicator(HAWK_DOVE, [start, 1 - start], 3000)[-1] == pytest.approx([0.5, 0.5], abs=1e-6)


@pytest.mark.parametrize(("payoff", "threshold"), [(STAG_HUNT, 2 / 3), (COOPEVAL_STAG_HUNT, 0.6)])
def test_the_basin_of_the_stag(payoff, threshold):
    for start, end in ((threshold - 0.01, 0), (threshold, threshold), (threshold + 0.01, 1)):
        generations = 100 if start == threshold else 3000
        assert replicator(payoff, [start, 1 - start], generations)[-1, 0] == pytest.approx(end, abs=1e-6)


def test_small_steps_follow_the_equation_in_continuous_time():
    """Of constant fitness: the odds grow by exp(intensity · advantage) a generation, a logistic curve."""
    course = replicator([[1, 1], [0, 0]], [0.1, 0.9], 50, intensity=0.1)
    odds = 0.1 / 0.9 * np.exp(0.1 * np.arange(51))
    assert course[:, 0] == pytest.approx(odds / (1 + odds))


def test_mutation_keeps_what_selection_would_lose():
    """x′ = (1 − μ) x f/φ + μ (1 − x f/φ): with all alike it is halved in distance, else the worse one stays."""
    course = replicator(np.zeros((2, 2)), [1, 0], 20, mutation=0.25)
    assert course[:, 0] == pytest.approx(0.5 + 0.5 ** (1 + np.arange(21)))
    assert 0 < replicator([[3, 0], [5, 1]], [1, 0], 500, mutation=0.01, intensity=1)[-1, 0] < 0.02


def test_payoffs_of_any_size_are_fitness():
    assert replicator([[0, 0], [1e6, 1e6]], [0.5, 0.5], 3)[-1].tolist() == [0, 1]
    assert moran([[0, 0], [1e6, 1e6]], [5, 5], 1000, 20).fixed.tolist() == [1] * 20
    assert fixation([[0, 0], [1e6, 1e6]], 10)[0, 1] == 0


@pytest.mark.parametrize(
    ("run", "words"),
    [
        (lambda: replicator([[1, np.nan], [0, 0]], [0.5, 0.5], 1), "diagonal included"),
        (lambda: replicator([[1, 2, 3]], [1], 1), "square"),
        (lambda: replicator(HAWK_DOVE, [0.5, 0.6], 1), "sum of 1"),
        (lambda: moran(HAWK_DOVE, [1, 0], 1), "sum >= 2"),
        (lambda: moran(HAWK_DOVE, [1, 1], 0), "steps"),
        (lambda: moran(HAWK_DOVE, [1, 1, 1], 1), "2 whole numbers"),
    ],
)
def test_what_makes_no_sense_is_refused(run, words):
    with pytest.raises(ValueError, match=words):
        run()
