"""Seats that arrive late or leave early: GAMES.md §0.2, at every face."""

from functools import cached_property

import numpy as np
import pytest
from pettingzoo.test import api_test, parallel_api_test

from comity.envs.dilemmas import matrix
from comity.envs.faces.aec import AECGame
from comity.envs.faces.parallel import ParallelGame
from comity.envs.faces.vector import VectorGame
from comity.envs.game import Kernels, world_dtype

ARRIVES, LEAVES = 2, 4  # steps after which agent_2 is there, and agent_0 no longer is


def who(worlds):
    worlds["present"][:, 2] = worlds["step"] >= ARRIVES
    worlds["present"][:, 0] = worlds["step"] < LEAVES


def reset(p, worlds, again):
    matrix.reset(p, worlds, again)
    worlds["present"] = 1
    who(worlds)


def step(p, worlds, actions, rewards, ended):
    matrix.step(p, worlds, actions, rewards, ended)
    who(worlds)


class Inn(matrix.Matrix):
    """A matrix game of three in which one is late and one is early to bed."""

    kernels = Kernels(reset, step, matrix.observe)
    comes_and_goes = True

    @cached_property
    def world_dtype(self):
        kinds = [(name, "i8", (3,)) for name in ("partner", "met", "seen")]
        return world_dtype(3, *kinds, ("present", "i1", (3,)))

    def present(self, worlds):
        return worlds["present"] == 1


@pytest.fixture
def inn():
    return Inn(n_agents=3, pairing="round_robin", horizon=6, horizon_known=True)


def test_pettingzoo_accepts_it(inn):
    parallel_api_test(ParallelGame(inn), num_cycles=30)
    api_test(AECGame(inn), num_cycles=30)


def test_agents_are_those_who_are_there(inn):
    env = ParallelGame(inn)
    observations, infos = env.reset(seed=0)
    assert list(observations) == list(infos) == env.agents == ["agent_0", "agent_1"]
    told = []
    while env.agents:
        before = set(env.agents)
        seen, rewards, terminated, truncated, infos = env.step(dict.fromkeys(env.agents, 0))
        assert set(seen) == set(rewards) == set(terminated) == set(truncated) == set(infos)
        assert before <= set(seen)
        told.append((sorted(int(agent[-1]) for agent in seen), [int(a[-1]) for a in terminated if terminated[a]]))
    assert told == [
        ([0, 1], []),
        ([0, 1, 2], []),
        ([0, 1, 2], []),
        ([0, 1, 2], [0]),
        ([1, 2], []),
        ([1, 2], [1, 2]),
    ]
    with pytest.raises(ValueError, match="no agent is left"):
        env.step({"agent_1": 0})
    assert env.reset()[0].keys() == {"agent_0", "agent_1"}


def test_whoever_is_not_there_has_no_move(inn):
    env = ParallelGame(inn)
    env.reset(seed=0)
    with pytest.raises(ValueError, match="unknown agents \\['agent_2'\\]"):
        env.step(dict.fromkeys(env.possible_agents, 0))
    for _ in range(LEAVES):
        env.step(dict.fromkeys(env.agents, 0))
    with pytest.raises(ValueError, match="unknown agents \\['agent_0'\\]"):
        env.step(dict.fromkeys(env.possible_agents, 0))


def test_one_by_one_they_see_the_same(inn):
    parallel, aec = ParallelGame(inn), AECGame(inn)
    parallel.reset(seed=3)
    aec.reset(seed=3)
    rng = np.random.default_rng(0)
    for _ in range(6):
        moves = {agent: int(rng.integers(2)) for agent in parallel.agents}
        while aec.terminations[aec.agent_selection]:  # whoever has left says its None
            aec.step(None)
        for agent, move in moves.items():
            assert aec.agent_selection == agent
            aec.step(move)
        seen, rewards, terminated, _, _ = parallel.step(moves)
        assert aec.rewards == rewards
        assert aec.terminations == terminated
        for agent, own in seen.items():
            np.testing.assert_array_equal(aec.observe(agent), own)


@pytest.mark.parametrize("flat", [False, True])
def test_a_vector_says_who_is_there(inn, flat):
    envs = VectorGame(inn, 2, flat=flat)
    _, infos = envs.reset(seed=0)
    assert infos["present"].reshape(2, 3).tolist() == [[True, True, False]] * 2
    for now in range(1, 6):
        *_, infos = envs.step(np.zeros(6 if flat else (2, 3), int))
        assert infos["present"].reshape(2, 3).tolist() == [[now < LEAVES, True, now >= ARRIVES]] * 2
        assert infos["_present"].shape == (envs.num_envs,)
