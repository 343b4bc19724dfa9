"""What holds of every institution, in the games that it makes sense in: by default in one that compiles fast."""

import pickle
import warnings

import numpy as np
import pytest
from pettingzoo.test import api_test, parallel_api_test

import comity
from comity.envs.catalogue import env, games, make, parallel_env
from comity.envs.institutions.layers import INSTITUTIONS

AMOUNTS = {"public_goods": {"integer": False, "horizon": 6}}
"""Settings in place of those with all chance, under which nobody is known: seats that are, and moves that are amounts.
"""
PUNISHMENT = {"institution": "punishment", "most": 2, "error": 0.3}
METANORM = [{"institution": name, "preset": "axelrod_1986", "error": 0.3} for name in ("punishment", "metanorm")]
TALK = {"institution": "communication", "error": 0.4, "cost": 0.1}
FINES = {"institution": "sanctions", "gain": 1, "detection": 0.5, "false_positive": 0.2}
LAYERS = {
    "redistribution": ["redistribution"],
    "sanctions": ["redistribution", FINES],
    "punishment": [PUNISHMENT, "reward"],
    "reward": [{"institution": "reward", "most": 2, "error": 0.3}],
    "quota": [
        {"institution": "quota", "detection": 0.5, "false_positive": 0.3, "fixed": 1}, PUNISHMENT, "redistribution"
    ],
    "contract": [
        {"institution": "contract", "most": 9, "levels": 2, "duration": 2, "error": 0.2, "proposer": "drawn"}
    ],
    "metanorm": METANORM,
    "cooperation_window": [{"institution": "cooperation_window", "steps": 3, "start": 2}, FINES],
    "reputation": [
        {"institution": "reputation", "information": "gossip", "fidelity": 0.7}, PUNISHMENT, "redistribution"
    ],
    "communication": [TALK, PUNISHMENT, "redistribution"],
    "voting": ["redistribution", {"institution": "voting", "levels": (0, 0.4, 1), "every": 2, "rule": "majority"}],
    "mediator": [
        {"institution": "mediator", "rule": "majority", "fee": 0.1, "error": 0.4}, TALK, PUNISHMENT, "redistribution"
    ],
}  # fmt: skip
"""Each institution with all the chance that it has, among others."""
PAID_AT_END = [name for name in games() if make(name).pays_at_end]
TAKES_STAGES = [name for name in games() if not (make(name).turn_based or name in PAID_AT_END)]
HOMES = {
    "redistribution": ["matrix", *games()],
    "sanctions": ["matrix", *(name for name in games() if name not in PAID_AT_END)],
    "punishment": ["matrix", *TAKES_STAGES],
    "reward": ["matrix"],
    "quota": ["fishery", "appropriation", "arms_race"],
    "contract": ["matrix", "public_goods", "fishery", "standoff"],
    "metanorm": ["public_goods", "matrix", "fishery"],
    "cooperation_window": ["standoff", "crisis"],
    "reputation": ["matrix", "public_goods", "fishery", "standoff"],
    "communication": ["matrix", "public_goods", "fishery", "crisis"],
    "voting": ["matrix", "public_goods", "fishery"],
    "mediator": ["matrix", "public_goods", "fishery", "crisis"],
}
"""Games for each: the first by default, all others among the slow tests."""


def at_home(*names):
    """The cases of these institutions, the first home of each by default."""
    return [
        pytest.param(name, game, marks=[pytest.mark.slow] * (game != HOMES[name][0]))
        for name in names
        for game in dict.fromkeys(HOMES[name])
    ]


every_institution = pytest.mark.parametrize(("institution", "name"), at_home(*INSTITUTIONS))


@pytest.fixture
def settings(name, noisy):
    """Of the game."""
    return AMOUNTS.get(name, noisy[name])


@every_institution
def test_a_world_is_the_same_alone_and_in_a_batch_and_seen_within_its_bounds(institution, name, settings, random_play):
    game = make(name, **settings, institutions=LAYERS[institution])
    for together, alone in zip(random_play(game, 3, 7), random_play(game, 1, 9), strict=True):
        for field in game.world_dtype.names:
            np.testing.assert_array_equal(together[0][field][2:], alone[0][field])
        for many, one in zip(together[1:], alone[1:], strict=True):
            np.testing.assert_array_equal(many[2:], one)
        assert all(game.observation_box.contains(row) for row in together[1].reshape(-1, len(game.fields)))
    assert not game.n_moves or not together[0]["illegal"].any()


@every_institution
def test_the_faces_keep_to_their_libraries(institution, name, settings):
    laid = {**settings, "institutions": LAYERS[institution]}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.filterwarnings("ignore", "Observation space for each agent probably should be")
        warnings.filterwarnings("ignore", "Observation is not a NumPy array")
        parallel_api_test(parallel_env(name, **laid), num_cycles=40)
        api_test(env(name, **laid), num_cycles=40)


@every_institution
def test_pickling_and_its_settings_make_the_same_game(institution, name, settings):
    game = make(name, **settings, institutions=LAYERS[institution])
    for again in (pickle.loads(pickle.dumps(game)), make(name, **game.settings)):
        assert (type(again), again.settings, again.stages) == (type(game), game.settings, game.stages)


# -- nothing is changed by an institution without strength -------------------------------------------------------------

POWERLESS = {
    "redistribution": [{"rate": 0}],
    "sanctions": [{"gain": 1, "detection": 0, "cost": 0}],
    "quota": [{"fine": 0, "fixed": 0, "cost": 0}],
    "cooperation_window": [{"steps": 0}, {"steps": 3, "start": 100}],
    "reputation": [{"kind": "standing"}, {"information": "gossip", "fidelity": 0.5}],
}
FREE = {"fee": 0, "effect": 0}
IDLE = {
    "punishment": [([{}], {}, {}), ([FREE], {"punishment": "flat"}, {})],
    "reward": [([FREE], {"reward": "flat"}, {})],
    "contract": [
        ([{"most": 0}], {"contract": "proposes"}, {"contract": "accepts"}), ([{"most": 5, "levels": 2}], {}, {})
    ],
    "metanorm": [([FREE, FREE], {"punishment": {"conduct": "flat", "high": 0.4}, "metanorm": "flat"}, {})],
    "communication": [([{}], {"communication": "honest"}, {"communication": "promises"})],
    "voting": [([{"rate": 0}, {"levels": (0, 0.4, 1)}], {}, {})],
    "mediator": [([{"fee": 1, "error": 0.5}], {}, {})],
}  # fmt: skip
"""Settings, and what the first seat and all others do in the stages, with no effect."""
BESIDE = {"metanorm": ["punishment"], "voting": ["redistribution"]}
"""What an institution is about, if that is another one."""
DONE = {
    "punishment": "punishment_spent",
    "reward": "reward_spent",
    "metanorm": "metanorm_spent",
    "contract": "contract_level",
}
"""What says that something was done in a stage."""


def test_every_institution_is_tested():
    assert set(LAYERS) == set(HOMES) == {*POWERLESS, *IDLE} == set(INSTITUTIONS)


@pytest.mark.parametrize(("institution", "name"), at_home(*POWERLESS))
def test_without_strength_nothing_changes(institution, name, settings, random_play):
    bare = make(name, **settings)
    for rule in POWERLESS[institution]:
        ruled = make(name, **settings, institutions=[{"institution": institution, **rule}])
        assert ruled.move_space == bare.move_space
        for (was, saw, paid), (worlds, seen, settled) in zip(
            random_play(bare, 3, 5), random_play(ruled, 3, 5), strict=True
        ):
            np.testing.assert_array_equal(paid, settled)
            np.testing.assert_array_equal(saw.astype(np.float32), seen[:, :, : len(bare.fields)])
            for field in was.dtype.names:
                np.testing.assert_array_equal(was[field], worlds[field])
            running = was["ended"] == 0
            np.testing.assert_array_equal(worlds["settled"][running], paid[running])


@pytest.mark.parametrize(("institution", "name"), at_home(*IDLE))
def test_stages_without_effect_change_nothing(institution, name, settings):
    """Whoever plays the bare game plays the same under stages, and is paid the same, whatever is drawn in it."""
    seats = ["reciprocator", "exploiter"][: make(name, **settings).n_agents]
    bare = comity.play(name, seats, worlds=3, seed=5, **settings)
    for rules, first, others in IDLE[institution]:
        names = [*BESIDE.get(institution, ()), institution]
        layers = [{"institution": one, **rule} for one, rule in zip(names, rules, strict=True)]
        busy = [{"agent": one, "stages": others if k else first} for k, one in enumerate(seats)]
        staged = comity.play(name, busy, worlds=3, seed=5, institutions=layers, **settings)
        for field in ("seeds", "lengths", "outcome", "intended", "actions", "rewards", "cooperation", "illegal"):
            np.testing.assert_array_equal(getattr(bare, field), getattr(staged, field))
        for signal, values in bare.signals.items():
            np.testing.assert_array_equal(values, staged.signals[signal])
        np.testing.assert_array_equal(staged.game_payoffs, bare.rewards)
        assert staged.moves.shape[1] > staged.rewards.shape[1]
        for one in first.keys() & DONE.keys():
            assert np.nansum(staged.logs[DONE[one]]) > 0
