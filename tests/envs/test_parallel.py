"""PettingZoo's parallel face."""

import copy
import pickle
import warnings

import numpy as np
import pytest
from gymnasium.error import ResetNeeded
from pettingzoo.test import parallel_api_test, parallel_seed_test
from pettingzoo.test.state_test import test_state_space as check_state_space

from comity.envs.catalogue import games, parallel_env
from comity.envs.pictures import COOPERATES, DEFECTS
from comity.envs.settings import SettingError


def sample(env, observations):
    """One legal move per agent, from the spaces."""
    moves = {}
    for agent in env.agents:
        seen = observations[agent]
        mask = seen["action_mask"] if isinstance(seen, dict) else None
        moves[agent] = env.action_space(agent).sample(mask) if mask is not None else env.action_space(agent).sample()
    return moves


def test_pettingzoo_accepts_it(name, params):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        parallel_api_test(parallel_env(name, **params), num_cycles=300)
        parallel_seed_test(lambda: parallel_env(name, **params), num_cycles=100)
        check_state_space(parallel_env(name, **params))


def test_all_that_is_seen_lies_in_its_space(name, params):
    env = parallel_env(name, **params)
    for episode in range(5):
        observations, infos = env.reset(seed=episode)
        while env.agents:
            for agent in env.agents:
                assert env.observation_space(agent).contains(observations[agent])
                if isinstance(observations[agent], dict):
                    assert infos[agent]["action_mask"] is observations[agent]["action_mask"]
            assert env.state_space.contains(env.state())
            observations, rewards, *_, infos = env.step(sample(env, observations))
            assert all(type(reward) is float for reward in rewards.values())
        for agent, seen in observations.items():  # what is seen at the end, too
            assert env.observation_space(agent).contains(seen)
            assert infos[agent]["outcome"] in env.game.outcomes
            assert infos[agent]["illegal"] == env._worlds.state["illegal"][0, env.possible_agents.index(agent)]
        assert env.state_space.contains(env.state())


def test_a_stored_observation_never_changes(name, params):
    env = parallel_env(name, **params)
    kept, frozen = [], []
    observations, infos = env.reset(seed=3)
    for _ in range(20):
        kept.append((observations, infos))
        frozen.append(copy.deepcopy((observations, infos)))
        if not env.agents:
            observations, infos = env.reset()
        observations, *_, infos = env.step(sample(env, observations))
    for one, same in zip(kept, frozen, strict=True):
        np.testing.assert_equal(one, same)


def test_what_the_caller_writes_into_stays_with_the_caller():
    env, twin = parallel_env("matrix"), parallel_env("matrix")
    for one in (env, twin):
        one.reset(seed=0)
    for result in env.step({"agent_0": 0, "agent_1": 1}):
        for agent in list(result):
            if isinstance(result[agent], np.ndarray):
                result[agent][:] = -1
            result[agent] = "mine"
    twin.step({"agent_0": 0, "agent_1": 1})
    np.testing.assert_equal(env.step({"agent_0": 1, "agent_1": 1}), twin.step({"agent_0": 1, "agent_1": 1}))


def test_attributes():
    env = parallel_env("fishery", n_agents=3)
    assert env.possible_agents == ["agent_0", "agent_1", "agent_2"]
    assert env.agents == []
    assert env.metadata == {
        "name": "fishery_v0",
        "render_modes": ["ansi", "rgb_array"],
        "render_fps": 2,
        "is_parallelizable": True,
    }
    assert str(env) == "fishery_v0"
    assert env.render_mode is None
    env.close()
    env.action_space("agent_0").seed(1)
    assert env.action_space("agent_0") is not env.action_space("agent_1")


def test_the_end():
    env = parallel_env("fishery", horizon=3)
    env.reset(seed=0)
    idle = dict.fromkeys(env.agents, 0)
    for _ in range(2):
        assert not any(env.step(idle)[3].values())
    _, _, terminations, truncations, infos = env.step(idle)
    assert terminations == dict.fromkeys(env.possible_agents, False)
    assert truncations == dict.fromkeys(env.possible_agents, True)
    assert infos["agent_0"] == {"outcome": "horizon", "illegal": 0}
    assert env.agents == []
    assert env.step({}) == ({}, {}, {}, {}, {})
    with pytest.raises(ValueError, match=r"no agent is left.*horizon.*reset\(\)"):
        env.step(idle)
    env.reset()
    _, _, terminations, truncations, infos = env.step(dict.fromkeys(env.agents, 100))
    assert all(terminations.values()) and not any(truncations.values())
    assert infos["agent_0"]["outcome"] == "collapse"


def test_illegal_moves_are_counted_not_refused():
    env = parallel_env("alternating_offers", pie_units=10)
    env.reset(seed=0)
    accept, passing = 11, 14
    env.step({"agent_0": accept, "agent_1": 3})  # nothing to accept, and not its turn
    env.step({"agent_0": passing, "agent_1": 5})
    infos = env.step({"agent_0": accept, "agent_1": passing})[4]
    assert (infos["agent_0"]["illegal"], infos["agent_1"]["illegal"], infos["agent_0"]["outcome"]) == (1, 1, "deal")


def test_seeds():
    env = parallel_env("standoff", action_noise=0.3, horizon=50)

    def episode(seed):
        env.reset(seed=seed)
        rewards = []
        while env.agents:
            rewards.append(env.step({"agent_0": 0, "agent_1": 0})[1]["agent_0"])
        return rewards

    first, second = episode(7), episode(None)
    assert first != second, "a reset without a seed goes on to the next episode"
    assert [episode(7), episode(None)] == [first, second]
    assert episode(np.int64(7)) == first
    fresh = [parallel_env("standoff") for _ in range(2)]
    for one in fresh:
        one.reset()
    assert fresh[0]._worlds.state["seed"] != fresh[1]._worlds.state["seed"]
    assert fresh[0]._worlds.state["episode"] == 0
    with pytest.raises(TypeError):
        env.reset(seed=0.5)


@pytest.mark.parametrize("name", ["matrix", "alternating_offers"])
def test_a_copy_goes_its_own_way(name):
    env = parallel_env(name)
    observations, _ = env.reset(seed=0)
    moves = sample(env, observations)
    twins = [copy.deepcopy(env), pickle.loads(pickle.dumps(env))]
    expected = env.step(moves)
    for twin in twins:
        np.testing.assert_equal(twin.step(moves), expected)


class TestErrors:
    @pytest.mark.parametrize(
        ("actions", "error", "words"),
        [
            (
                {"agent_0": 0},
                ValueError,
                r"missing agents \['agent_1'\]: expected one move for each of agent_0, agent_1",
            ),
            ({}, ValueError, "missing agents"),
            ({"agent_0": 0, "agent_1": 0, "agent_2": 0}, ValueError, r"unknown agents \['agent_2'\]"),
            ({"agent_0": 0, "player": 0}, ValueError, r"missing agents \['agent_1'\] and unknown agents \['player'\]"),
            ({"agent_0": 2, "agent_1": 0}, ValueError, r"agent_0 is 2 \(int\): expected one integer from 0 to 1"),
            ({"agent_0": 0, "agent_1": -1}, ValueError, "agent_1 is -1"),
            ({"agent_0": 0.0, "agent_1": 0}, TypeError, r"agent_0 is 0\.0 \(float\)"),
            ({"agent_0": np.nan, "agent_1": 0}, TypeError, "agent_0 is nan"),
            ({"agent_0": None, "agent_1": 0}, TypeError, "agent_0 is None"),
            ({"agent_0": "C", "agent_1": 0}, TypeError, "agent_0 is 'C'"),
            ({"agent_0": np.array([1]), "agent_1": 0}, TypeError, r"ndarray of shape \(1,\)"),
        ],
    )
    def test_discrete(self, actions, error, words):
        env = parallel_env("matrix")
        env.reset(seed=0)
        before = env._worlds.state.tobytes()
        with pytest.raises(error, match=words):
            env.step(actions)
        assert env._worlds.state.tobytes() == before, "a refused step changes nothing"

    @pytest.mark.parametrize(
        ("move", "error"),
        [
            (np.nan, ValueError),
            (np.inf, ValueError),
            (-0.1, ValueError),
            (100.5, ValueError),
            (np.float32("nan"), ValueError),
            (np.array([1.0]), TypeError),
            (np.array(1 + 2j), TypeError),
            ("5", TypeError),
            (None, TypeError),
            (True, TypeError),
        ],
    )
    def test_real_valued(self, move, error):
        env = parallel_env("fishery", growth="logistic", n_agents=1)
        env.reset(seed=0)
        with pytest.raises(error, match=r"agent_0 is .*: expected one real number from 0 to 100"):
            env.step({"agent_0": move})

    @pytest.mark.parametrize("move", [3, 2.5, np.float32(2.5), np.int16(3), np.array(2.5), np.float64(2.5)])
    def test_every_kind_of_number_is_taken(self, move):
        env = parallel_env("fishery", growth="logistic", n_agents=1)
        env.reset(seed=0)
        assert env.step({"agent_0": move})[1]["agent_0"] == move

    def test_the_rest(self):
        env = parallel_env("matrix")
        with pytest.raises(ResetNeeded, match=r"reset\(\) before step"):
            env.step({"agent_0": 0, "agent_1": 0})
        for method in (env.state, env.render):
            with pytest.raises(ResetNeeded):
                method()
        for space in (env.action_space, env.observation_space):
            with pytest.raises(ValueError, match="unknown agent 'player_0': expected one of agent_0, agent_1"):
                space("player_0")
        with pytest.raises(
            SettingError, match=r"render_mode = 'human' is not allowed: it must be None or one of ansi, rgb_array"
        ):
            parallel_env("matrix", render_mode="human")


def test_ansi(name, params):
    env = parallel_env(name, render_mode="ansi", **params)
    observations, _ = env.reset(seed=0)
    first = env.render()
    assert env.game.brief(0) in first
    assert all(f"[{agent}]" in first for agent in env.agents)
    env.step(sample(env, observations))
    assert isinstance(env.render(), str)


@pytest.mark.parametrize("name", games())
def test_rgb_array(name, small_maps):
    env = parallel_env(name, render_mode="rgb_array", **small_maps.get(name, {}))
    for seat, agent in enumerate(env.possible_agents):
        env.action_space(agent).seed(seat)  # on a small grid some moves leave everything where it was
    observations, _ = env.reset(seed=0)
    first = env.render()
    assert first.dtype == np.uint8
    assert first.ndim == 3
    assert first.shape[2] == 3
    np.testing.assert_array_equal(first, env.render())
    env.step(sample(env, observations))
    then = env.render()
    assert then.shape == first.shape, "the frames of a film are all of one size"
    assert (then != first).any()


def test_a_card_is_as_blue_as_its_seat_cooperates():
    env = parallel_env("matrix", render_mode="rgb_array")
    env.reset(seed=0)
    env.step({"agent_0": 0, "agent_1": 1})
    image = env.render()
    half = image.shape[1] // 2
    for part, expected in ((image[:, :half], COOPERATES), (image[:, half:], DEFECTS)):
        colours = {tuple(pixel) for pixel in part.reshape(-1, 3).tolist()}
        assert tuple(round(255 * x) for x in expected) in colours


def test_ansi_says_how_it_ended():
    env = parallel_env("fishery", render_mode="ansi")
    env.reset(seed=0)
    env.step(dict.fromkeys(env.agents, 100))
    assert env.render().endswith("The episode is over: collapse.")


def test_nothing_is_rendered_without_a_mode():
    env = parallel_env("matrix")
    env.reset()
    with pytest.warns(UserWarning, match="render mode"):
        assert env.render() is None
