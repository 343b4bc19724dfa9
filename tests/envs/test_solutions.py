"""Bargaining solutions against GAMES.md §3.3–§3.7 and an enumeration that is written another way."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.envs.negotiation.solutions import efficient, leximin, solve, solve_frontier

SHEET = [
    [[40, 0, 45], [35, 0], [0, 20, 20]],
    [[0, 35, 0], [0, 25], [40, 0, 40]],
    [[45, 5, 0], [40, 0], [0, 15, 0]],
    [[0, 30, 45], [0, 25], [15, 0, 30]],
]
THRESHOLDS = [45, 40, 35, 35]
OPTIONS = list(itertools.product(range(3), range(2), range(3)))
SCORES = np.array([[sum(party[k][deal[k]] for k in range(3)) for party in SHEET] for deal in OPTIONS], float)


def named(deals):
    return {"A{}B{}C{}".format(*(option + 1 for option in OPTIONS[k])) for k in deals}


def test_the_small_sheet():
    found = solve(SCORES, THRESHOLDS)
    assert named(found.feasible) == {"A{}B{}C{}".format(*(k + 1 for k in deal)) for deal in OPTIONS}
    assert named(found.rational) == {"A1B2C3", "A2B1C3", "A3B1C1", "A3B1C3"}
    assert named(found.pareto) == {
        "A1B1C2", "A1B1C3", "A1B2C3", "A2B1C3", "A2B2C3", "A3B1C2", "A3B1C3", "A3B2C3",
    }  # fmt: skip
    assert named(found.nash) == {"A2B1C3"}
    assert (SCORES - THRESHOLDS)[found.nash].prod(axis=1).tolist() == [87_500]
    assert not found.degenerate
    assert named(found.kalai_smorodinsky) == {"A1B2C3"}
    assert named(found.egalitarian) == {"A1B2C3", "A2B1C3"}
    assert named(leximin(found.egalitarian, (SCORES - THRESHOLDS)[found.egalitarian])) == {"A1B2C3"}
    assert named(found.utilitarian) == named(found.utilitarian_rational) == {"A3B1C3"}
    assert SCORES[found.utilitarian].sum(axis=1).tolist() == [255]


def test_only_deals_that_can_be_made_count():
    votes = SCORES >= THRESHOLDS
    passing = (votes.sum(axis=1) >= 3) & votes[:, 0] & votes[:, 1]
    assert passing.sum() == 8
    found = solve(SCORES, THRESHOLDS, passing)
    assert found.feasible.tolist() == np.flatnonzero(passing).tolist()
    assert set(found.pareto) <= set(found.feasible)
    assert set(found.pareto) == {
        k for k in found.feasible if not any(beats(SCORES[j], SCORES[k]) for j in found.feasible)
    }


def test_the_division_of_one_four_and_one():
    """GAMES.md §3.3."""
    q, first, second = (1, 4, 1), np.array([4, 1, 2]), np.array([0, 2, 2])
    kept = np.array(list(itertools.product(*(range(count + 1) for count in q))))
    utilities = np.stack([kept @ first, (np.array(q) - kept) @ second], axis=1)
    found = solve(utilities, [0, 0])

    def pairs(deals):
        return {(int(a), int(b)) for a, b in utilities[deals]}

    assert len(found.feasible) == 20
    assert pairs(found.pareto) == {(4, 10), (6, 8), (7, 6), (8, 4), (9, 2), (10, 0)}
    assert pairs(found.nash) == {(6, 8)}
    assert pairs(found.utilitarian) == {(4, 10), (6, 8)}
    assert pairs(found.egalitarian) == pairs(found.kalai_smorodinsky) == {(6, 8), (7, 6)}
    assert pairs(leximin(found.egalitarian, utilities[found.egalitarian])) == {(6, 8)}


def test_the_trades_of_the_exchange():
    """GAMES.md §3.5: 961 holdings of 30 X and 30 Y; all utilities of the page."""
    x, y = np.divmod(np.arange(961), 31)
    holdings = np.stack([x, y], axis=1), np.stack([30 - x, 30 - y], axis=1)

    def found(utility, start):
        return solve(np.stack([utility(*h.T) for h in holdings], axis=1).astype(float), start)

    leontief = found(np.minimum, [5, 5])
    assert len(leontief.rational) == 441
    assert (x[leontief.nash], y[leontief.nash]) == ([15], [15])
    root = found(lambda a, b: np.sqrt(a * b), [125**0.5] * 2)
    assert len(root.rational) == 203
    assert (x[root.nash], y[root.nash]) == ([15], [15])
    linear = found(np.add, [30, 30])
    assert linear.degenerate
    target = found(lambda a, b: (a >= 15) & (b >= 15), [0, 0])
    assert not target.degenerate
    assert (x[target.nash], y[target.nash]) == ([15], [15])


@pytest.mark.parametrize(
    ("frontier", "high", "d", "nash", "ks", "egalitarian"),
    [
        (lambda u: 1 - u**2, 1, (0, 0), (0.577350, 0.666667), (0.618034, 0.618034), (0.618034, 0.618034)),
        (lambda u: 1 - u**2, 1, (0, 0.2), (0.516398, 0.733333), (0.552786, 0.694427), (0.524695, 0.724695)),
        (lambda u: 1 - u / 2, 2, (0, 0), (1, 0.5), (1, 0.5), (0.666667, 0.666667)),
        (lambda u: 1 - u / 2, 2, (0.4, 0), (1.2, 0.4), (1.2, 0.4), (0.933333, 0.533333)),
    ],
)
def test_continuous_frontiers(frontier, high, d, nash, ks, egalitarian):
    found = solve_frontier(frontier, 0, high, d)
    assert found["nash"] == pytest.approx(nash, abs=1e-6)
    assert found["kalai_smorodinsky"] == pytest.approx(ks, abs=1e-6)
    assert found["egalitarian"] == pytest.approx(egalitarian, abs=1e-6)


def test_utilitarian_on_a_curve():
    assert solve_frontier(lambda u: 1 - u**2, 0, 1)["utilitarian"] == pytest.approx((0.5, 0.75), abs=1e-6)


# -- against the definitions, deal by deal -----------------------------------------------------------------------------


def beats(one, other):
    return all(a >= b for a, b in zip(one, other, strict=True)) and any(a > b for a, b in zip(one, other, strict=True))


def maximal(deals, score):
    return {k for k in deals if all(score(k) >= score(j) for j in deals)}


def by_definition(u, d):
    everything = range(len(u))
    gains = [[a - b for a, b in zip(row, d, strict=True)] for row in u]
    rational = [k for k in everything if min(gains[k]) >= 0]
    pareto = [k for k in everything if not any(beats(u[j], u[k]) for j in everything)]
    both = [k for k in rational if k in pareto]
    ideal = [max((gains[k][i] for k in rational), default=0) for i in range(len(d))]

    def relative(k):
        return min((g / top for g, top in zip(gains[k], ideal, strict=True) if top > 0), default=np.inf)

    return {
        "rational": set(rational),
        "pareto": set(pareto),
        "nash": maximal(rational, lambda k: np.prod(gains[k])),
        "kalai_smorodinsky": maximal(both, lambda k: round(relative(k), 10)),
        "egalitarian": maximal(both, lambda k: min(gains[k])),
        "utilitarian": maximal(everything, lambda k: sum(u[k])),
        "utilitarian_rational": maximal(rational, lambda k: sum(u[k])),
    }


problems = st.integers(1, 4).flatmap(
    lambda p: st.tuples(
        st.lists(st.lists(st.integers(0, 6), min_size=p, max_size=p), min_size=1, max_size=25),
        st.lists(st.integers(0, 4), min_size=p, max_size=p),
    )
)


@settings(max_examples=150, deadline=None)
@given(problems)
def test_every_set_is_that_of_its_definition(problem):
    u, d = problem
    found, expected = solve(u, d), by_definition(u, d)
    for name, deals in expected.items():
        assert set(getattr(found, name).tolist()) == deals, name
    assert found.degenerate == (
        bool(expected["rational"]) and max(np.prod(np.array(u) - d, axis=1)[k] for k in expected["rational"]) == 0
    )


@settings(max_examples=60, deadline=None)
@given(problems, st.integers(1, 9), st.integers(-5, 5))
def test_nash_and_kalai_smorodinsky_know_no_units(problem, scale, shift):
    u, d = (np.array(x, float) for x in problem)
    other, there = u.copy(), d.copy()
    other[:, 0], there[0] = scale * u[:, 0] + shift, scale * d[0] + shift
    one, two = solve(u, d), solve(other, there)
    assert one.nash.tolist() == two.nash.tolist()
    assert one.kalai_smorodinsky.tolist() == two.kalai_smorodinsky.tolist()


@settings(max_examples=60, deadline=None)
@given(problems, st.data())
def test_a_deal_that_nash_did_not_choose_makes_no_difference(problem, data):
    u, d = np.array(problem[0], float), problem[1]
    nash = solve(u, d).nash
    kept = [k for k in range(len(u)) if k in nash or data.draw(st.booleans())]
    if len(nash) and kept:
        assert {kept[k] for k in solve(u[kept], d).nash} == set(nash.tolist())


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=1, max_size=12))
def test_symmetric_problems_have_symmetric_solutions(pairs):
    u = np.array([*pairs, *[(b, a) for a, b in pairs]], float)
    found = solve(u, [1, 1])
    for deals in (found.pareto, found.nash, found.kalai_smorodinsky, found.egalitarian, found.utilitarian):
        chosen = {tuple(row) for row in u[deals]}
        assert chosen == {(b, a) for a, b in chosen}


def test_the_egalitarian_solution_does_know_units():
    u = np.array([[4, 10], [6, 8], [7, 6], [8, 4]], float)
    assert solve(u, [0, 0]).egalitarian.tolist() == [1, 2]
    assert solve(u * [10, 1], [0, 0]).egalitarian.tolist() == [0]


def test_nobody_agrees_where_nobody_can_gain():
    found = solve([[0, 5], [5, 0]], [3, 3])
    assert [len(x) for x in (found.rational, found.nash, found.kalai_smorodinsky, found.egalitarian)] == [0] * 4
    assert not found.degenerate
    assert found.utilitarian.tolist() == [0, 1]
    assert found.utilitarian_rational.tolist() == []
    with pytest.raises(ValueError, match="no point of the frontier"):
        solve_frontier(lambda u: 1 - u, 0, 1, (0.7, 0.7))


@pytest.mark.parametrize(
    ("u", "d", "words"),
    [
        ([1, 2], [0], "must be"),
        ([[1, 2]], [0], r"shape \(1, 2\) and disagreement of shape \(1,\)"),
        ([[1, np.inf]], [0, 0], "finite"),
        ([[1, 2]], [0, np.nan], "finite"),
    ],
)
def test_what_is_no_problem_is_refused(u, d, words):
    with pytest.raises(ValueError, match=words):
        solve(u, d)


def test_efficient_deals_come_in_any_order():
    rng = np.random.default_rng(1)
    u = rng.integers(0, 5, (60, 3)).astype(float)
    order = rng.permutation(60)
    assert efficient(u)[order].tolist() == efficient(u[order]).tolist()
