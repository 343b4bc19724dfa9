"""Episodes of a user's own loop, in comity's environments and in anybody's."""

import numpy as np
import pytest
from gymnasium import spaces
from pettingzoo import ParallelEnv
from pettingzoo.test import api_test, parallel_api_test
from pettingzoo.utils.conversions import aec_to_parallel, parallel_to_aec

import comity
from comity.agents.agent import Agent
from comity.analysis.measuring import measures

MOVES = [[0, 1, 0, 0, 1, 1, 0, 1, 0, 0], [0, 0, 1, 0, 0, 1, 1, 0, 1, 0]]


class Listed(Agent):
    """Plays a list of moves."""

    name = "listed"

    def __init__(self, moves):
        super().__init__()
        self.moves = moves

    def act(self, view):
        self.step += 1
        return np.full(len(view.active), float(self.moves[self.step]))


class Pump(ParallelEnv):
    """Somebody else's game: 1 gives the other two points; b leaves after the second of three steps."""

    metadata = {"name": "pump_v0", "render_modes": [], "is_parallelizable": True}  # noqa: RUF012  (PettingZoo's own way)
    render_mode = None

    def __init__(self):
        self.possible_agents = ["a", "b"]
        self.observation_spaces = {agent: spaces.Box(0, 4, (1,)) for agent in self.possible_agents}
        self.action_spaces = {agent: spaces.Discrete(2) for agent in self.possible_agents}

    def observation_space(self, agent):
        return self.observation_spaces[agent]

    def action_space(self, agent):
        return self.action_spaces[agent]

    def reset(self, seed=None, options=None):
        self.agents, self.t = self.possible_agents[:], 0
        return dict.fromkeys(self.agents, np.zeros(1, np.float32)), {agent: {} for agent in self.agents}

    def step(self, actions):
        self.t += 1
        paid = {agent: 2.0 * actions.get("ba"["ab".index(agent)], 0) for agent in self.agents}
        over = {agent: self.t >= (2 if agent == "b" else 3) for agent in self.agents}
        seen = dict.fromkeys(self.agents, np.full(1, self.t, np.float32))
        cut_off, infos = (dict.fromkeys(self.agents, value) for value in (False, {}))
        self.agents = [agent for agent in self.agents if not over[agent]]
        return seen, paid, over, cut_off, infos


def play_parallel(env, moves, episodes=1):
    """``moves`` by agent."""
    for _ in range(episodes):
        env.reset(seed=3)
        t = 0
        while env.agents:
            env.step({agent: moves[agent][t] for agent in env.agents})
            t += 1
    return env


def play_aec(env, moves, episodes=1):
    """The same, one after the other."""
    for _ in range(episodes):
        env.reset(seed=3)
        turns = dict.fromkeys(moves, 0)
        for agent in env.agent_iter():
            *_, terminated, truncated, _ = env.last()
            done = terminated or truncated
            env.step(None if done else moves[agent][turns[agent]])
            turns[agent] += 1
    return env


def by_agent(moves=MOVES):
    return {f"agent_{i}": list(own) for i, own in enumerate(moves)}


def test_a_loop_measures_what_play_measures():
    played = measures(comity.play("matrix", [Listed(moves) for moves in MOVES], horizon=10, seed=3))
    anchors = tuple(played.select("anchor_worst", "anchor_optimum").row(0))
    for make, loop in ((comity.parallel_env, play_parallel), (comity.env, play_aec)):
        env = loop(comity.RecordEpisodes(make("matrix", horizon=10)), by_agent())
        found = measures(env, horizon=10, anchors=anchors)
        for name in set(found.columns) - {"episode"}:
            np.testing.assert_allclose(
                *(np.array(frame[name].to_list(), float) for frame in (found, played)), err_msg=name
            )


def test_one_after_the_other_is_a_cycle_or_a_move():
    together = play_aec(comity.RecordEpisodes(comity.env("matrix", horizon=10)), by_agent()).episodes
    assert together.height == 2 * 10
    bargain = comity.RecordEpisodes(comity.env("ultimatum"))
    bargain.reset(seed=1)
    for _ in bargain.agent_iter():
        _, _, terminated, truncated, info = bargain.last()
        bargain.step(None if terminated or truncated else int(np.flatnonzero(info["action_mask"])[0]))
    table = bargain.episodes
    assert table["action"].is_not_null().sum() == table["step"].n_unique()  # one mover a step
    assert table.height == 2 * table["step"].n_unique()  # of two who are there


def test_labels_of_a_game_of_meetings_have_their_addressee():
    env = comity.RecordEpisodes(comity.parallel_env("matrix", n_agents=4, pairing="random", horizon=30))
    play_parallel(env, {f"agent_{i}": [(i + t) % 2 for t in range(30)] for i in range(4)})
    table = env.episodes
    assert table["addressee"].is_not_null().all()
    assert (table["addressee"] != table["agent"]).all()
    assert measures(env)["rho"].is_not_null().all()


@pytest.mark.parametrize("convert", [None, parallel_to_aec])
def test_somebody_elses_environment_that_one_may_leave(convert):
    moves = {"a": [1, 0, 1], "b": [0, 1, 1]}
    env = comity.RecordEpisodes(Pump() if convert is None else convert(Pump()), cooperation={0: 0.0, 1: 1.0})
    (play_parallel if convert is None else play_aec)(env, moves, episodes=2)
    table = env.episodes
    assert table.filter(episode=1).select("step", "agent", "action", "reward", "terminated").rows() == [
        (0, "a", 1, 0.0, False),
        (0, "b", 0, 2.0, False),
        (1, "a", 0, 2.0, False),
        (1, "b", 1, 0.0, True),
        (2, "a", 1, 0.0, True),
    ]
    found = measures(env, horizon=4)
    assert (
        found.select("length", "horizon", "welfare", "coop_rate_pooled", "coop_rate_agent", "cut_off").rows()
        == [(3, 4, 4.0, 3 / 5, pytest.approx((2 / 3 + 1 / 2) / 2), False)] * 2
    )


def test_without_labels_there_is_no_cooperation():
    env = play_parallel(comity.RecordEpisodes(Pump()), {"a": [1, 0, 1], "b": [0, 1, 1]})
    assert "cooperation" not in env.episodes.columns
    assert not {"coop_rate_pooled", "rho"} & set(measures(env).columns)


@pytest.mark.parametrize(
    ("cooperation", "message"),
    [({0: 0.0}, "no label for the action 1"), (lambda agent, act: 2.0, r"must lie in \[0, 1\]")],
)
def test_wrong_labels_are_refused(cooperation, message):
    env = comity.RecordEpisodes(Pump(), cooperation=cooperation)
    env.reset()
    with pytest.raises(ValueError, match=message):
        env.step({"a": 1, "b": 0})


def test_a_stage_is_part_of_the_games_step():
    fined = [{"institution": "punishment"}]
    env = comity.RecordEpisodes(comity.parallel_env("public_goods", horizon=4, institutions=fined))
    env.reset(seed=3)
    t, paid = 0, 0.0
    while env.agents:
        actions = {agent: env.action_space(agent).sample() for agent in env.agents}
        _, rewards, *_ = env.step(actions)
        paid += sum(rewards.values())
        t += 1
    table = env.episodes
    assert t > 4 and table["step"].n_unique() == 4 and table.height == 16
    assert table["reward"].sum() == pytest.approx(paid)
    assert table["cooperation"].is_not_null().all() and table["terminated"].sum() + table["truncated"].sum() == 4
    assert measures(env)["length"].to_list() == [4]


def test_an_episode_that_was_left_is_cut_off():
    env = comity.RecordEpisodes(Pump())
    for steps in (3, 1):
        env.reset()
        for _ in range(steps):
            env.step(dict.fromkeys(env.agents, 1))
    assert measures(env)["cut_off"].to_list() == [False, True]


def test_labels_of_arrays_and_options():
    record = comity.RecordEpisodes(Pump(), cooperation={(0, 1): 1.0, (1, 0): 0.0})
    assert [record.log._label("a", act) for act in (np.array([0, 1]), [1, 0], (0, 1))] == [1.0, 0.0, 1.0]
    for env, step in ((Pump(), "move"), (parallel_to_aec(Pump()), "moves")):
        with pytest.raises(ValueError, match="step must be"):
            comity.RecordEpisodes(env, step=step)


def test_only_environments_are_recorded():
    with pytest.raises(TypeError, match="ParallelEnv or an AECEnv"):
        comity.RecordEpisodes(comity.vector_env("matrix", num_worlds=2))


def test_a_wrapped_environment_is_one_still():
    parallel_api_test(comity.RecordEpisodes(comity.parallel_env("matrix", horizon=5)), num_cycles=20)
    api_test(comity.RecordEpisodes(comity.env("matrix", horizon=5)), num_cycles=20)
    api_test(comity.RecordEpisodes(parallel_to_aec(Pump())), num_cycles=20)
    back = aec_to_parallel(comity.RecordEpisodes(comity.env("matrix", horizon=5)))
    parallel_api_test(back, num_cycles=20)
