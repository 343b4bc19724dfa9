"""A world is a pure function of its seed and its moves: alone, in any batch, and in another process.

PettingZoo's ``parallel_seed_test`` compares one step only; these tests compare every field of the record,
every observation, mask and reward of whole episodes, with all the chance that a game has.
"""

import hashlib
import json
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.envs.catalogue import games, make
from comity.envs.chance import HAZARD, keys, uniforms
from comity.envs.faces.parallel import ParallelGame
from comity.envs.faces.vector import VectorGame
from comity.envs.worlds import Worlds

SETTINGS: dict[str, tuple[str, dict[str, Any]]] = {
    "matrix random pairs": (
        "matrix",
        {"n_agents": 5, "pairing": "random", "action_noise": 0.2, "perception_noise": 0.2, "continuation": 0.97},
    ),
    "matrix known end": (
        "matrix",
        {"horizon": 30, "horizon_known": True, "action_noise": 0.2, "perception_noise": 0.2},
    ),
    "donor by trace": ("donor", {"horizon": 25, "horizon_known": True, "action_noise": 0.1}),
    "donor by standing": (
        "donor",
        {
            "n_agents": 4,
            "binary": True,
            "information": "standing",
            "assessment_error": 0.2,
            "action_noise": 0.2,
            "continuation": 0.95,
            "horizon": 50,
        },
    ),
    "trust": ("trust", {"swap_roles": True, "continuation": 0.9, "horizon": 40}),
    "trust in hundredths": ("trust", {"integer": False, "multiplier": 1.37, "horizon": 3, "horizon_known": False}),
    "fishery by lot": ("fishery", {"growth_noise": 0.5, "continuation": 0.97, "horizon": 60, "collapse_threshold": 1}),
    "fishery by quota": ("fishery", {"rationing": "proportional", "growth_noise": 0.5, "collapse_threshold": 0}),
    "fishery in real numbers": ("fishery", {"growth": "logistic", "growth_noise": 0.5, "collapse_threshold": 0.1}),
    "fishery with hidden regimes": ("fishery", {"preset": "hysteresis", "growth_noise": 0.5, "regime_visible": False}),
    "fish war": ("fishery", {"preset": "fish_war", "continuation": 0.97, "horizon": 60}),
    "fishery alone": ("fishery", {"n_agents": 1, "growth_noise": 0.5, "horizon": 40, "horizon_known": True}),
    "public good": ("public_goods", {"continuation": 0.95, "horizon": 60}),
    "public good of strangers": ("public_goods", {"matching": "stranger", "population": 12, "integer": False}),
    "public good of chosen groups": (
        "public_goods",
        {"n_agents": 7, "endowment": 3, "multiplier": 1.6, "group_choice": True, "continuation": 0.95},
    ),
    "common pool": ("appropriation", {"continuation": 0.95, "horizon": 60}),
    "common pool in real numbers": ("appropriation", {"integer": False, "identified": True, "endowment": 25}),
    "climate": ("climate", {"continuation": 0.97, "horizon": 60, "risk": 0.5}),
    "climate with a loss for each": (
        "climate",
        {"loss_draw": "individual", "risk": 0.5, "contribution_levels": (0, 1, 5), "horizon_known": False},
    ),
    "harvest": (
        "harvest",
        {
            **{"height": 6, "width": 8, "patches": (2, 3), "spawn_row": 4, "view": 3, "n_agents": 3},
            **{"regrow_prob": (0.1, 0.2, 0.3, 0.4), "zap": True, "zap_timeout": 2, "continuation": 0.95},
        },
    ),
    "cleanup": (
        "cleanup",
        {
            **{"height": 4, "width": 8, "river_width": 2, "orchard_width": 3, "view": 1, "n_agents": 3},
            **{"apple_prob": 0.5, "threshold_depletion": 1.0, "horizon_known": True, "horizon": 20},
        },
    ),
    "offers": (
        "alternating_offers",
        {"pie_units": 6, "breakdown": 0.05, "outside_option": (0.1, 0.3), "continuation": 0.95},
    ),
    "package": ("scorable", {"rounds": 5, "vote": "free", "continuation": 0.9, "adversary": {"party": 3}}),
    "package small": ("scorable", {"preset": "small_sheet", "common_knowledge": True, "horizon": 9}),
    "ultimatum": ("ultimatum", {"pie": 5, "horizon": 20, "continuation": 0.95}),
    "division": ("division", {"horizon": 20, "continuation": 0.95}),
    "buy and sell": ("buy_sell", {"budget": 9, "cost": 3, "value": 8, "continuation": 0.95}),
    "exchange": ("exchange", {"first_holdings": (3, 1), "second_holdings": (1, 3), "continuation": 0.95}),
    "standoff": ("standoff", {"crash_prob": 0.1, "action_noise": 0.3, "perception_noise": 0.3, "continuation": 0.98}),
    "arms race": ("arms_race", {"n_agents": 3, "perception_noise": 0.3, "continuation": 0.97}),
    "crisis": ("crisis", {"n_agents": 3, "perception_noise": 0.3, "accident_prob": 0.3, "weapons": 2}),
    "crisis of eight": ("crisis", {"preset": "crisis_invasion", "continuation": 0.9, "horizon_known": True}),
    "arms race in real numbers": ("arms_race", {"continuous": True, "perception_noise": 0.3, "horizon": 20}),
}
LONG_TO_COMPILE = ("crisis of eight",)
every_setting = pytest.mark.parametrize(
    "setting", [pytest.param(name, marks=[pytest.mark.slow] * (name in LONG_TO_COMPILE)) for name in SETTINGS]
)
SEEDS = np.array([*range(60), 2**31, 2**32 + 1, 2**63, 2**64 - 1], np.uint64)


def test_every_game_is_tested():
    assert {name for name, _ in SETTINGS.values()} == set(games())


def moves(game, worlds):
    """(B, N) moves by address: each depends on (seed, episode, step, seat) alone, and most are legal and small."""
    state = worlds.state
    own = keys(state["seed"], state["episode"])[:, None]
    draws = uniforms(own, state["step"][:, None], HAZARD, np.arange(game.n_agents))
    if worlds.masks is not None:
        rank = np.floor(draws * worlds.masks.sum(axis=2))
        return np.argmax(np.cumsum(worlds.masks, axis=2) > rank[..., None], axis=2).astype(np.float64)
    if game.n_moves == 2:
        return np.floor(2 * draws)
    small = draws**4  # so that a stock lasts
    return np.floor(game.n_moves * small) if game.n_moves else float(game.move_space.high) * small


def facts(worlds, b):
    """Every bit of what world b is and shows, padding left out."""
    parts = [worlds.state[name][b].tobytes() for name in worlds.state.dtype.names]
    parts += [array[b].tobytes() for array in (worlds.rewards, worlds.ended, worlds.observations)]
    if worlds.masks is not None:
        parts.append(worlds.masks[b].tobytes())
    return b"".join(parts)


def trace(game, seeds, episodes=2, before=None):
    """Per world, a digest of all facts at all steps of its first episodes, and how many steps these had.

    ``before`` may do to the worlds what it likes before they are reset.
    """
    worlds = Worlds(game, len(seeds))
    if before is not None:
        before(worlds)
    worlds.reset(seeds)
    digests, steps = [hashlib.sha256() for _ in seeds], np.zeros(len(seeds), int)
    for episode in range(episodes):
        if episode:
            worlds.reset()
        live = np.ones(len(seeds), bool)
        for b in range(len(seeds)):
            digests[b].update(facts(worlds, b))
        while live.any():
            worlds.step(moves(game, worlds))
            for b in np.flatnonzero(live):
                digests[b].update(facts(worlds, b))
            steps += live
            live = worlds.ended == 0
    return [digest.hexdigest() for digest in digests], steps.tolist()


def game_of(setting):
    name, params = SETTINGS[setting]
    return make(name, **params)


@every_setting
def test_a_batch_is_many_worlds_that_know_nothing_of_each_other(setting):
    game = game_of(setting)
    batch, steps = trace(game, SEEDS)
    assert sum(steps) > 2 * len(SEEDS), "the moves must let episodes last"
    for b in (0, 1, 17, 59, 60, 61, 62, 63):
        assert trace(game, SEEDS[b : b + 1]) == ([batch[b]], [steps[b]])


@every_setting
def test_the_place_in_the_batch_does_not_matter(setting):
    game = game_of(setting)
    batch, _ = trace(game, SEEDS)
    order = np.random.default_rng(0).permutation(len(SEEDS))
    shuffled, _ = trace(game, SEEDS[order])
    assert shuffled == [batch[b] for b in order]


@every_setting
def test_what_the_worlds_did_before_does_not_matter(setting):
    game = game_of(setting)

    def dirty(worlds):
        worlds.reset(12345)
        for _ in range(7):
            worlds.step(moves(game, worlds))
            worlds.reset(again=np.arange(worlds.num) % 3 == 0)

    assert trace(game, SEEDS, before=dirty) == trace(game, SEEDS)


@every_setting
def test_the_order_of_resets_does_not_matter(setting):
    """Worlds that are reset one by one, in any order and while the others play on, live the same episodes."""
    game = game_of(setting)
    together, worlds = Worlds(game, 16), Worlds(game, 16)
    together.reset(SEEDS[:16])
    lives: list[list[bytes]] = [[facts(together, b)] for b in range(16)]
    while not together.ended.all():
        running = together.ended == 0
        together.step(moves(game, together))
        for b in np.flatnonzero(running):
            lives[b].append(facts(together, b))
    worlds.reset(777)
    for b in np.random.default_rng(1).permutation(16):
        worlds.reset(SEEDS[:16], np.arange(16) == b)
        for life in lives[b]:
            assert facts(worlds, b) == life
            worlds.step(moves(game, worlds))


@pytest.mark.slow
def test_another_process_sees_the_same_worlds():
    """A fresh interpreter, which shares nothing with this one but the numbers below."""
    command = [sys.executable, "-W", "ignore", __file__]
    told = subprocess.run(command, capture_output=True, text=True, check=True, timeout=300).stdout
    assert json.loads(told) == all_traces()


def all_traces():
    told = [setting for setting in SETTINGS if setting not in LONG_TO_COMPILE]
    return {setting: list(trace(game_of(setting), SEEDS[-12:])) for setting in told}


GAMES: dict[str, Any] = {setting: game_of(setting) for setting in SETTINGS}


@every_setting
@given(data=st.data())
@settings(max_examples=20, deadline=None)
def test_any_seed_and_any_moves(setting, data):
    """A world in the middle of a batch, under any seed and moves, legal or not, equals the same world alone."""
    game = GAMES[setting]
    seeds = data.draw(st.lists(st.integers(0, 2**64 - 1), min_size=3, max_size=3))
    top = float(game.n_moves - 1 if game.n_moves else game.move_space.high)
    move = st.floats(0, top) if not game.n_moves else st.integers(0, int(top)).map(float)
    acts = data.draw(
        st.lists(st.lists(move, min_size=3 * game.n_agents, max_size=3 * game.n_agents), min_size=1, max_size=12)
    )
    batch, alone = Worlds(game, 3), Worlds(game, 1)
    batch.reset(np.array(seeds, np.uint64))
    alone.reset(np.array(seeds[1:2], np.uint64))
    assert facts(batch, 1) == facts(alone, 0)
    for row in acts:
        table = np.array(row).reshape(3, game.n_agents)
        batch.step(table)
        alone.step(table[1:2].copy())
        assert facts(batch, 1) == facts(alone, 0)


@every_setting
@pytest.mark.parametrize("mode", ["NextStep", "SameStep"])
def test_the_public_faces_show_the_same_numbers(setting, mode):
    """The vector face, through its own resets, against one parallel environment per world: bit for bit."""
    game = game_of(setting)
    vector, singles = VectorGame(game, 5, mode), [ParallelGame(game) for _ in range(5)]
    seen, _ = vector.reset(seed=40)
    shown = [one.reset(seed=40 + b)[0] for b, one in enumerate(singles)]
    waits = np.zeros(5, bool)
    ends = 0
    for _ in range(80):
        for b, own in enumerate(shown):
            assert _row(seen, b, seats_of(own)) == _stack(own)
        acts = moves(game, vector._worlds)
        acts = acts.astype(int) if game.n_moves else acts
        seen, rewards, terminations, truncations, infos = vector.step(acts)
        for b, one in enumerate(singles):
            if waits[b]:
                shown[b], _ = one.reset()
                assert not rewards[b].any()
                waits[b] = False
                continue
            asked = dict(zip(one.agents, acts[b, seats_of(one.agents)].tolist(), strict=True))
            shown[b], paid, terminated, truncated, _ = one.step(asked)
            assert rewards[b, seats_of(paid)].tolist() == list(paid.values())
            over = not one.agents
            assert (terminations[b], truncations[b]) == (over and not any(truncated.values()), any(truncated.values()))
            assert not terminations[b] or all(terminated.values())
            if not one.agents:
                ends += 1
                waits[b] = mode == "NextStep"
                if mode == "SameStep":
                    assert _stack(_unstacked(infos["final_obs"][b], seats_of(shown[b]))) == _stack(shown[b])
                    shown[b], _ = one.reset()
    assert ends > 5


def seats_of(agents):
    """Not all of them, where one has left."""
    return [int(agent.removeprefix("agent_")) for agent in agents]


def _stack(observations):
    """The bytes of what all agents see."""
    seen = list(observations.values())
    if isinstance(seen[0], dict):
        return b"".join(np.stack([own[key] for own in seen]).tobytes() for key in ("observation", "action_mask"))
    return np.stack(seen).tobytes()


def _unstacked(final, seats):
    if isinstance(final, dict):
        return {i: {key: block[i] for key, block in final.items()} for i in seats}
    return {i: final[i] for i in seats}


def _row(seen, b, seats):
    if isinstance(seen, dict):
        return b"".join(seen[key][b, seats].tobytes() for key in ("observation", "action_mask"))
    return seen[b, seats].tobytes()


if __name__ == "__main__":
    print(json.dumps(all_traces()))
