"""A window in which escalation is not available."""

import pickle

import numpy as np
import pytest

import comity
from comity.analysis import peak, time_to_deescalate
from comity.envs.catalogue import make
from comity.envs.deescalation.actions import PO, SQ, VI
from comity.envs.settings import SettingError
from comity.envs.worlds import Worlds

QUIET = {"action_noise": 0, "perception_noise": 0}
PRESSES = {"agent": "deliberator", "depth": 1, "prior": "cooperative"}


def window(steps, **settings):
    """The institution of so many steps."""
    return {"institution": "cooperation_window", "steps": steps, **settings}


# -- known answers -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("pressing", ["hawk", PRESSES])
def test_under_a_window_that_covers_all_nobody_escalates(pressing):
    record = comity.play("standoff", [pressing], horizon=12, **QUIET, institutions=[window(12)])
    assert (record.actions == 0).all()
    assert (record.cooperation == 1).all()
    rank = np.array([rung.rank for rung in record.game.rungs()])
    ranks = rank[record.actions.astype(int)]
    assert peak(ranks).value.tolist() == [0]
    assert time_to_deescalate(ranks.astype(float), ranks).n.tolist() == [0], "it never was loud"


@pytest.mark.parametrize("start", [0, 4])
def test_the_window_holds_as_long_as_it_says(start):
    seats = ["hawk", PRESSES]
    record = comity.play("standoff", seats, horizon=10, **QUIET, institutions=[window(3, start=start)])
    inside = np.zeros(10, bool)
    inside[start : start + 3] = True
    assert (record.cooperation[0, :, 0] == inside).all()
    assert (record.logs["cooperation_window_withheld"][0, :, 0] == inside).all()
    assert record.illegal[0].tolist() == [3, 0], (
        "a hawk asks for what is not available, who looks at the moves does not"
    )
    assert (record.cooperation[0, inside] == 1).all()


def test_in_a_crisis_strikes_become_waiting():
    record = comity.play("crisis", ["strike"], n_agents=3, horizon=4, accident_prob=0, institutions=[window(2)])
    game = record.game
    rank = np.array([rung.rank for rung in game.rungs()])
    assert rank[record.actions[0, :2].astype(int)].tolist() == [[SQ] * 3] * 2
    assert {game.words(int(move), 0) for move in record.actions[0, :2].ravel()} == {"wait"}
    assert (rank[record.actions[0, 2].astype(int)] == VI).all()


def test_a_higher_ceiling_leaves_more():
    record = comity.play("crisis", ["strike"], horizon=2, institutions=[window(2, ceiling=PO)])
    rank = np.array([rung.rank for rung in record.game.rungs()])
    assert (rank[record.actions[0].astype(int)] == PO).all()
    all_of_it = comity.play("crisis", ["strike"], horizon=2, institutions=[window(2, ceiling=5)])
    assert (rank[all_of_it.actions[0].astype(int)] == VI).all()
    assert all_of_it.game.institutions[0].brief(0) == []


@pytest.mark.parametrize("act", [np.nan, -1.0, 0.5, 2.0, np.inf])
def test_what_is_no_act_does_not_escalate_in_the_window(act):
    game = make("standoff", **QUIET, institutions=[window(1)])
    worlds = Worlds(game, 1)
    worlds.reset(0)
    worlds.step(np.array([[act, 0.0]]))
    assert worlds.state["action"][0].tolist() == [0, 0]
    assert worlds.state["illegal"][0].tolist() == [1, 0]


def test_whoever_can_only_escalate_may():
    """De-escalation alone is available, and the gone and those who cannot keep the one act that they have."""
    game = make("crisis", n_agents=2, institutions=[window(5, ceiling=0)])
    worlds = Worlds(game, 1)
    worlds.reset(0)
    rank = np.array([rung.rank for rung in game.rungs()])
    assert set(rank[worlds.masks[0, 0] == 1]) == {0}
    masks = np.zeros((1, 2, game.n_moves), np.int8)
    masks[0, :, rank == VI] = 1
    game.institutions[0].narrow(worlds.state, masks)
    assert (masks[0, :, rank == VI] == 1).all()


# -- it is an institution ----------------------------------------------------------------------------------------------


def test_it_stands_beside_stages():
    layers = [window(2), {"institution": "punishment", "most": 2}]
    judge = {"agent": "hawk", "stages": {"punishment": "flat"}}
    record = comity.play("standoff", [judge], horizon=4, **QUIET, institutions=layers)
    assert record.actions[0, :, 0].tolist() == [0, 0, 1, 1]
    assert (record.logs["punishment_spent"] == 1).all()
    game = record.game
    worlds = Worlds(game, 1)
    worlds.reset(0)
    assert game.move_schema(worlds.state[0], 0) == {"type": "string", "enum": ["hold"]}
    worlds.step(np.zeros((1, 2)))
    assert game.move_schema(worlds.state[0], 0)["maximum"] == 2


def test_what_is_offered_and_told_is_what_is_available():
    game = make("crisis", n_agents=3, institutions=[window(2, start=1)])
    assert pickle.loads(pickle.dumps(game)).settings == game.settings
    assert "from step 2 to step 3" in game.brief(0)
    worlds = Worlds(game, 1)
    worlds.reset(0)
    for t, (left, told) in enumerate(
        [(0, ""), (2, "in this step and in the 1 after it."), (1, "in this step."), (0, "")]
    ):
        seen = dict(zip(game.field_index, worlds.observations[0, 0], strict=True))
        assert (seen["window"], seen["window_left"]) == (left > 0, left)
        assert ("The window holds" in game.view(worlds.state[0], 0)) == (left > 0)
        assert told in game.view(worlds.state[0], 0)
        offered = game.move_schema(worlds.state[0], 0)["enum"]
        assert offered == [game.words(move, 0) for move in np.flatnonzero(worlds.masks[0, 0])]
        assert ("strike agent 1" in offered) == (left == 0), t
        worlds.step(np.full((1, 3), game.exemplar(worlds.state, 0, cooperative=True)[0]))


@pytest.mark.parametrize(
    ("name", "layer", "words"),
    [
        ("matrix", window(3), ("matrix", "ladder")),
        ("arms_race", window(3), ("arms_race", "ladder")),
        ("fishery", window(3), ("fishery", "ladder")),
        ("crisis", window(-1), ("cooperation_window.steps", "-1")),
    ],
)
def test_it_is_refused_where_nobody_can_escalate(name, layer, words):
    with pytest.raises(SettingError) as error:
        make(name, institutions=[layer])
    for word in words:
        assert word in str(error.value)
