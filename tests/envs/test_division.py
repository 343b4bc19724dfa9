"""GAMES.md §3.3: known answers of the division."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import comity
from comity.agents.scripted import negotiating
from comity.agents.scripted.negotiating import course_of
from comity.envs.negotiation.division import CONTEXTS, Division, all_contexts
from comity.envs.negotiation.solutions import leximin, solve
from comity.envs.negotiation.turns import ACCEPT, BOTH, PASS, REJECT
from comity.envs.settings import SettingError
from comity.envs.worlds import Worlds

ANSWER = 216
EXAMPLE = all_contexts().tolist().index([[1, 4, 1], [4, 1, 2], [0, 2, 2]])


def start(num=1, seed=0, **params):
    w = Worlds(Division(**params), num)
    w.reset(seed)
    return w


@pytest.fixture(scope="module")
def posed():
    """Every context: its deals, and their solutions."""
    w = start(CONTEXTS)
    w.state["context"] = np.arange(CONTEXTS)
    which, problems = w.game.bargaining_sets(w.state)
    assert which.tolist() == list(range(CONTEXTS))
    return [(deals, solve(deals, [0, 0])) for deals in problems]


def test_the_contexts_by_another_enumeration():
    vectors = [q for q in itertools.product(range(1, 6), repeat=3) if sum(q) in (5, 6, 7)]
    assert len(vectors) == 31
    found = []
    for q in vectors:
        grid = np.array(list(itertools.product(range(11), repeat=3)))
        values = grid[grid @ q == 10]
        one, other = values[:, None] > 0, values[None] > 0
        fits = (one | other).all(axis=2) & (one & other).any(axis=2)
        found += [[list(q), values[i].tolist(), values[j].tolist()] for i, j in np.argwhere(fits)]
    assert len(found) == CONTEXTS == 5793
    assert found == sorted(found) == all_contexts().tolist()


def test_the_example(posed):
    deals, found = posed[EXAMPLE]
    assert len(deals) == 20
    assert sorted(map(tuple, deals[found.pareto].tolist())) == [(4, 10), (6, 8), (7, 6), (8, 4), (9, 2), (10, 0)]
    assert deals[found.nash].tolist() == [[6, 8]]
    assert sorted(deals[found.utilitarian].tolist()) == [[4, 10], [6, 8]]
    assert sorted(deals[found.egalitarian].tolist()) == sorted(deals[found.kalai_smorodinsky].tolist())
    assert sorted(deals[found.egalitarian].tolist()) == [[6, 8], [7, 6]]
    assert deals[leximin(found.egalitarian, deals[found.egalitarian])].tolist() == [[6, 8]]


def test_means_over_all_contexts(posed):
    joint = np.mean([deals.sum(axis=1).max() for deals, _ in posed])
    assert joint == pytest.approx(15.063698, abs=1e-6)
    assert np.mean([deals[found.nash].sum(axis=1).mean() for deals, found in posed]) == pytest.approx(
        15.008804, abs=1e-6
    )
    assert np.mean([len(found.pareto) / len(deals) for deals, found in posed]) == pytest.approx(0.226489, abs=1e-6)
    assert np.mean([deals.min(axis=1).max() for deals, _ in posed]) == pytest.approx(6.561367, abs=1e-6)
    assert Division().anchors().optimum == pytest.approx(joint)


def test_a_random_division_is_worth_ten_in_every_context(posed):
    assert np.array([deals.sum(axis=1).mean() for deals, _ in posed]) == pytest.approx(10)


def test_labels_are_measured_by_the_exact_solution(posed):
    exact = np.array([deals[found.nash].mean(axis=0) for deals, found in posed])
    assert Division().p.nash == pytest.approx(exact)


def test_contexts_are_drawn_uniformly():
    counts = np.bincount(start(200_000).state["context"], minlength=CONTEXTS)
    expected = 200_000 / CONTEXTS
    chi = ((counts - expected) ** 2 / expected).sum()
    assert chi == pytest.approx(CONTEXTS - 1, abs=5 * (2 * CONTEXTS) ** 0.5)


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_every_item_goes_to_somebody_and_a_deal_is_what_both_saw(data):
    """Whatever the two do, legal or not, in any context."""
    w = start(seed=data.draw(st.integers(0, 10_000)), common_knowledge=data.draw(st.booleans()))
    q, *values = all_contexts()[w.state["context"][0]]
    items = slice(w.game.field_index["my_0"], w.game.field_index["my_2"] + 1)
    seen = None
    while not w.ended[0]:
        before = w.observations[0].copy()
        answer = data.draw(st.booleans()) and before[:, 1].any()
        move = ANSWER + ACCEPT if answer else data.draw(st.integers(-1, ANSWER + PASS))
        w.step(np.full((1, 2), float(move)))
        if w.observations[0, 0, 1]:
            assert (w.observations[0, :, items] >= 0).all()
            assert w.observations[0, :, items].sum(axis=0).tolist() == q.tolist()
        if w.state["outcome"][0] == w.game.outcomes.index("deal"):
            seen = before
    got = [0, 0] if seen is None else [seen[i, items] @ values[i] for i in range(2)]
    assert w.rewards[0].tolist() == got


def test_every_index_is_a_division_and_back():
    game = Division()
    assert [game.flat(game.spelled(k)) for k in range(ANSWER)] == list(range(ANSWER))
    w = start(context=EXAMPLE)
    assert w.masks is not None
    legal = np.flatnonzero(w.masks[0, 0])
    assert [game.spelled(k)["keep"] for k in legal] == [
        list(kept) for kept in itertools.product(range(2), range(5), range(2))
    ]


def test_what_both_see_and_read():
    w = start(context=EXAMPLE)
    w.step(np.array([[w.game.flat({"keep": [1, 1, 1]}), ANSWER + PASS]], float))
    assert "1, 1 and 1 for you, 0, 3 and 0 for the other" in w.game.view(w.state[0], 0)
    assert "0, 3 and 0 for you, 1, 1 and 1 for the other" in w.game.view(w.state[0], 1)
    assert "There are 1, 4 and 1 items" in w.game.view(w.state[0], 1)
    assert "worth 0, 2 and 2 to you" in w.game.view(w.state[0], 1)
    assert "4, 1 and 2" not in w.game.view(w.state[0], 1)
    assert w.state["cooperation"][0, 0] == pytest.approx(6 / 8)
    w.step(np.array([[ANSWER + PASS, ANSWER + ACCEPT]], float))
    assert w.rewards[0].tolist() == [7, 6]


def test_walking_away_and_running_out_pay_nothing():
    w = start(context=EXAMPLE)
    w.step(np.array([[0.0, ANSWER + PASS]]))
    w.step(np.array([[ANSWER + PASS, ANSWER + REJECT]], float))
    assert w.game.outcomes[w.state["outcome"][0]] == "rejection"
    assert w.rewards[0].tolist() == [0, 0]
    w = start(horizon=3)
    for turn in range(3):
        w.step(np.array([[0.0, ANSWER + PASS] if turn % 2 == 0 else [ANSWER + PASS, 0.0]]))
    assert w.game.outcomes[w.state["outcome"][0]] == "horizon"
    assert w.rewards[0].tolist() == [0, 0]


# -- what is private ---------------------------------------------------------------------------------------------------


def test_the_other_is_drawn_from_the_contexts_that_fit():
    w = start(context=EXAMPLE)
    worlds = np.repeat(w.state, 40_000)
    keys = np.arange(40_000).astype(np.uint64)
    table = all_contexts()
    for seat in range(2):
        mine = table[EXAMPLE, 1 + seat]
        fits = np.flatnonzero((table[:, 0] == table[EXAMPLE, 0]).all(axis=1) & (table[:, 1 + seat] == mine).all(axis=1))
        drawn, counts = np.unique(w.game.imagine(worlds, seat, keys)["context"], return_counts=True)
        assert drawn.tolist() == fits.tolist()
        assert counts == pytest.approx(40_000 / len(fits), abs=5 * (40_000 / len(fits)) ** 0.5)
    known = start(context=EXAMPLE, common_knowledge=True)
    assert (known.game.imagine(worlds, 0, keys)["context"] == EXAMPLE).all()


def test_an_imagined_label_is_that_of_the_imagined_context():
    w = start(context=EXAMPLE)
    w.step(np.array([[w.game.flat({"keep": [1, 2, 0]}), ANSWER + PASS]], float))
    imagined = w.game.imagine(np.repeat(w.state, 200), 0, np.arange(200).astype(np.uint64))
    left = w.game.contexts.utilities[imagined["context"], imagined["standing"], 1]
    assert imagined["cooperation"][:, 0] == pytest.approx(np.clip(left / w.game.p.nash[imagined["context"], 1], 0, 1))
    assert len(np.unique(imagined["cooperation"][:, 0])) > 3
    sees_itself = w.game.imagine(w.state, 1, np.zeros(1, np.uint64))
    assert w.game.contexts.told[sees_itself["context"][0], 1].tolist() == [1, 4, 1, 0, 2, 2]


def test_choices_do_not_depend_on_what_is_hidden():
    """All contexts that look alike to the opener: one first move."""
    table = all_contexts()
    alike = np.flatnonzero((table[:, :2] == table[EXAMPLE, :2]).all(axis=(1, 2)))
    for agent in ("deliberator", "equilibrium", "fair", "tough", "conceder"):
        firsts = {comity.play("division", [agent], context=int(c), horizon=3).intended[0, 0, 0] for c in alike[::7]}
        assert len(firsts) == 1


# -- play --------------------------------------------------------------------------------------------------------------


def backward_induction(u, turns):
    """The value of the talks to both, written without the kernels: ``u`` (K, 2)."""
    value = np.zeros(2)
    for turn in range(turns - 1, 0, -1):
        mover, other = (turn - 1) % 2, turn % 2
        fine = u[u[:, other] >= value[other]]
        value = np.array([fine[:, mover].max(), fine[fine[:, mover] == fine[:, mover].max()][:, other].max()])
        value = value if mover == 0 else value[::-1]
    return value


@pytest.mark.parametrize("turns", [2, 3, 4])
def test_by_backward_induction_the_last_proposer_takes_all(turns, posed):
    for context in (0, EXAMPLE, 4000):
        params = {"context": context, "common_knowledge": True, "horizon": turns}
        expected = backward_induction(posed[context][0], turns)
        assert comity.play("division", ["equilibrium"], **params).rewards[0].sum(axis=0).tolist() == expected.tolist()
        last = (turns - 2) % 2
        assert comity.play("division", ["deliberator"], **params).rewards[0].sum(axis=0)[last] == 10 == expected[last]


@pytest.mark.parametrize("horizon", [7, 8])
def test_without_an_end_or_a_cost_equilibrium_is_nash(horizon, posed):
    for context in range(0, CONTEXTS, 500):
        params = {"context": context, "common_knowledge": True, "horizon_known": False, "horizon": horizon}
        record = comity.play("division", ["equilibrium"], **params)
        assert record.lengths[0] == 2
        assert record.rewards[0].sum(axis=0).prod() == posed[context][0].prod(axis=1).max()


def courses(continuation):
    game = Division(horizon_known=False, continuation=continuation, common_knowledge=True)
    return [course_of(game, 0, group) for group in range(0, 400, 10)]


def test_to_go_on_is_worth_the_more_the_likelier_it_is_and_tends_to_nash(posed):
    game = Division(common_knowledge=True)
    members = [game.contexts.alike[0].members[game.contexts.alike[0].start[k]] for k in range(0, 400, 10)]
    nash = np.mean([posed[c][0][np.unique(posed[c][1].nash)][:, 0].mean() for c in members])
    worth = [np.mean([course.at(1)[0] for course in courses(c)]) for c in (0.2, 0.4, 0.6, 0.8, 0.95)]
    assert worth == sorted(worth)
    assert worth[0] < 2 < worth[2] < 5
    assert worth[-1] == pytest.approx(nash, abs=0.2)  # of several Nash deals it takes one


@pytest.mark.parametrize("continuation", [0.5, 0.9, 0.95, 0.99, 1.0])
def test_where_no_end_is_known_nobody_reckons_with_the_last_word(continuation, monkeypatch):
    found = courses(continuation)
    monkeypatch.setattr(negotiating, "LONG", negotiating.LONG + 1)
    for one, other in zip(found, courses(continuation), strict=True):
        assert [one.at(turn) for turn in range(1, 9)] == [other.at(turn) for turn in range(1, 9)]


def test_those_who_know_each_other_divide_by_nash(posed):
    record = comity.play("division", ["fair"], worlds=200, common_knowledge=True)
    contexts = record.final["context"]
    assert (record.outcome == record.outcomes.index("deal")).all()
    for context, got in zip(contexts, record.rewards.sum(axis=1), strict=True):
        deals, found = posed[context]
        assert got.tolist() in deals[found.nash].tolist()


def test_roles_exchanged():
    w = start(50)
    w.step(np.stack([w.game.exemplar(w.state, i, cooperative=True) for i in range(2)], axis=1))
    swapped = w.game.exchanged(w.state, 0, 1)
    u = w.game.contexts.utilities
    there = u[swapped["context"], swapped["standing"]]
    assert (there[:, ::-1] == u[w.state["context"], w.state["standing"]]).all()
    again = w.game.exchanged(swapped, 0, 1)
    assert all(np.array_equal(again[name], w.state[name], equal_nan=True) for name in w.state.dtype.names)


# -- both at once ------------------------------------------------------------------------------------------------------


def at_once(first, second):
    """``first`` and ``second`` as what is kept, or as a bare move."""
    w = start(context=EXAMPLE, protocol="simultaneous")
    assert (w.state["mover"] == BOTH).all() and w.game.movers(w.state).all()
    w.step(np.array([[k if isinstance(k, float) else w.game.flat({"keep": k}) for k in (first, second)]]))
    assert w.ended[0]
    return w


def test_naming_at_once():
    w = at_once([1, 1, 0], [0, 3, 1])
    assert w.rewards[0].tolist() == [5, 8]
    assert w.game.outcomes[w.state["outcome"][0]] == "deal"
    assert w.state["cooperation"][0] == pytest.approx([1, 5 / 6])
    w = at_once([1, 1, 0], [0, 4, 1])
    assert w.rewards[0].tolist() == [0, 0]
    assert w.game.outcomes[w.state["outcome"][0]] == "mismatch"
    w = at_once(215.0, [0, 0, 0])
    assert w.rewards[0].tolist() == [0, 0]
    assert w.state["illegal"][0].tolist() == [1, 0]
    assert w.game.anchors().random == pytest.approx(10 / 20), "a division is worth 10, and one of 20 answers fits"


@pytest.mark.parametrize("agent", ["deliberator", "fair", "tough"])
def test_agents_name_at_once(agent):
    record = comity.play("division", [agent], worlds=20, protocol="simultaneous")
    assert (record.lengths == 1).all()
    assert (record.illegal == 0).all()


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"context": 5793}, ("division.context", "5793", "[0, 5792]")),
        ({"protocol": "sealed"}, ("division.protocol", "sealed", "simultaneous")),
        ({"n_agents": 3}, ("n_agents", "3")),
        ({"horizon": 0}, ("horizon", "0")),
    ],
)
def test_bad_parameters_say_what_is_allowed(params, words):
    with pytest.raises(SettingError) as error:
        Division(**params)
    assert all(word in str(error.value) for word in words)
