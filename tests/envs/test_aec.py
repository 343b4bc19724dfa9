"""PettingZoo's AEC face."""

import copy
import warnings

import numpy as np
import pytest
from gymnasium.error import ResetNeeded
from pettingzoo.test import api_test, render_test, seed_test
from pettingzoo.test.state_test import state_test
from pettingzoo.utils.wrappers import AssertOutOfBoundsWrapper, OrderEnforcingWrapper

from comity.envs.catalogue import env as checked_env
from comity.envs.catalogue import parallel_env
from comity.envs.commons import fishery
from comity.envs.dilemmas import matrix
from comity.envs.negotiation import alternating_offers


def test_pettingzoo_accepts_it(name, params):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        # PettingZoo warns of masked observations in every environment that is not its own.
        warnings.filterwarnings("ignore", "Observation space for each agent probably should be")
        warnings.filterwarnings("ignore", "Observation is not a NumPy array")
        api_test(checked_env(name, **params), num_cycles=40)
        api_test(checked_env(name, **params).unwrapped, num_cycles=40)
        seed_test(lambda: checked_env(name, **params), num_cycles=40)
        state_test(checked_env(name, **params), parallel_env(name, **params))


@pytest.mark.parametrize("name", ["matrix", "alternating_offers"])
def test_pettingzoo_accepts_what_it_shows(name):
    render_test(lambda render_mode: checked_env(name, "ansi" if render_mode == "human" else render_mode))


def test_metadata_says_whether_all_move_at_once(name, params):
    """PettingZoo's own ``aec_to_parallel`` reads it, and would ask whoever has no turn for a move."""
    face = checked_env(name, **params)
    assert face.metadata["is_parallelizable"] != face.unwrapped.game.turn_based


def play_both(name, params, seed, episodes):
    """The same legal moves through both faces: (moves, parallel results, AEC results), step by step."""
    parallel, aec = parallel_env(name, **params), checked_env(name, **params)
    rng = np.random.default_rng(seed)
    for episode in range(episodes):
        observations, _ = parallel.reset(seed=seed if episode == 0 else None)
        aec.reset(seed=seed if episode == 0 else None)
        while parallel.agents:
            moves = {}
            for agent in parallel.agents:
                seen = observations[agent]
                space = parallel.action_space(agent)
                mask = seen["action_mask"] if isinstance(seen, dict) else None
                if mask is not None:
                    moves[agent] = rng.choice(np.flatnonzero(mask))
                elif parallel.game.n_moves:
                    moves[agent] = int(space.n * rng.random() ** 4)  # few, so that a stock lasts
                else:
                    moves[agent] = float(space.high * rng.random() ** 4)
            asked = []
            while aec.terminations[aec.agent_selection]:  # whoever has left says its None
                aec.step(None)
            for _ in range(1 if parallel.game.turn_based else len(parallel.agents)):
                agent = aec.agent_selection
                np.testing.assert_equal(aec.observe(agent), observations[agent])
                asked.append(agent)
                aec.step(moves[agent])
            results = parallel.step(moves)
            observations = results[0]
            yield asked, moves, results, aec


def test_it_is_the_parallel_face_seat_by_seat(name, params):
    steps = 0
    for asked, moves, results, aec in play_both(name, params, seed=11, episodes=6):
        steps += 1
        observations, rewards, terminations, truncations, infos = results
        assert aec.rewards == rewards
        assert aec.terminations == terminations
        assert aec.truncations == truncations
        np.testing.assert_equal(aec.infos, infos)
        np.testing.assert_equal({agent: aec.observe(agent) for agent in observations}, observations)
        if aec.unwrapped.game.turn_based:
            passing = aec.unwrapped.game.n_moves - 1
            assert [agent for agent, move in moves.items() if move != passing] == asked, "only the mover is asked"
        else:
            assert asked == list(moves)
    assert steps >= 6


def test_turns():
    env = alternating_offers.env(pie_units=10)
    env.reset(seed=0)
    accept = 11
    turns = []
    for agent in env.agent_iter():
        _, reward, terminated, _, _ = env.last()
        turns.append((agent, reward))
        env.step(None if terminated else 4 if len(turns) < 3 else accept)
    # Two offers of 4, the second one taken in period 2 by agent 0; then both are told.
    discounted = pytest.approx(0.9 * 0.4), pytest.approx(0.9 * 0.6)
    assert turns == [
        ("agent_0", 0), ("agent_1", 0), ("agent_0", 0), ("agent_0", discounted[0]), ("agent_1", discounted[1]),
    ]  # fmt: skip


def test_rewards_accumulate_between_the_turns_of_an_agent():
    env = matrix.env()
    env.reset(seed=0)
    for step, agent in enumerate(env.agent_iter(8)):
        _, reward, *_ = env.last()
        assert reward == (0 if step < 2 else 3)
        env.step(0)
        assert env.rewards[agent] == (0 if agent == "agent_0" else 3), "paid once, when the step is complete"


def test_nobody_sees_a_move_before_all_have_moved():
    env = fishery.env(n_agents=3)
    env.reset(seed=0)
    before = env.observe("agent_2")
    env.step(10)
    np.testing.assert_array_equal(env.observe("agent_2"), before)
    env.step(10)
    env.step(10)
    assert not np.array_equal(env.observe("agent_2"), before)


def test_dead_steps():
    env = fishery.env(n_agents=3)
    env.reset(seed=0)
    for _ in range(3):
        env.step(100)
    assert env.terminations == dict.fromkeys(env.possible_agents, True)
    assert env.infos["agent_1"] == {"outcome": "collapse", "illegal": 0}
    with pytest.raises(ValueError, match="only valid action is None"):
        env.unwrapped.step(0)
    for left in (2, 1, 0):
        env.step(None)
        assert len(env.agents) == left
    with pytest.raises(ValueError, match=r"no agent is left.*collapse"):
        env.unwrapped.step(None)
    env.reset()
    assert env.agents == env.possible_agents
    assert env.agent_selection == "agent_0"


def test_a_reset_in_the_middle_of_a_step_or_of_the_leaving():
    env, fresh = fishery.env(n_agents=3), fishery.env(n_agents=3)
    fresh.reset(seed=5)
    env.reset(seed=1)
    env.step(3)
    env.reset(seed=5)
    assert env.agent_selection == "agent_0"
    for _ in range(3):
        env.step(100)
    env.step(None)
    env.reset(seed=5)
    for _ in range(6):
        for one in (env, fresh):
            one.step(7)
        np.testing.assert_equal(env.last(), fresh.last())


def test_wrapping():
    assert isinstance(matrix.env(), OrderEnforcingWrapper)
    assert isinstance(matrix.env().env, AssertOutOfBoundsWrapper)
    assert not isinstance(fishery.env(growth="logistic").env, AssertOutOfBoundsWrapper), "for discrete spaces only"
    assert str(matrix.env()) == "matrix_v0"
    assert matrix.env().unwrapped.metadata["is_parallelizable"]


def test_stored_observations_do_not_change():
    env = alternating_offers.raw_env(pie_units=10)
    env.reset(seed=0)
    kept = [env.observe(agent) for agent in env.agents]
    infos = env.infos
    frozen = copy.deepcopy((kept, infos))
    env.step(4)
    env.step(4)
    np.testing.assert_equal((kept, infos), frozen)


def test_errors():
    env = matrix.raw_env()
    for call in (lambda: env.step(0), lambda: env.observe("agent_0"), env.state, env.render):
        with pytest.raises(ResetNeeded, match="call reset"):
            call()
    env.reset()
    for move, error in ((2, ValueError), (-1, ValueError), (0.5, TypeError), (None, TypeError), ([0], TypeError)):
        with pytest.raises(error, match=r"agent_0 is .*expected one integer from 0 to 1"):
            env.step(move)
    with pytest.raises(ValueError, match="unknown agent 'player_0'"):
        env.observe("player_0")
    with pytest.raises(AssertionError, match="not in action space"):
        checked = matrix.env()
        checked.reset()
        checked.step(2)
    with pytest.raises(AttributeError, match="before reset"):
        _ = matrix.env().agent_selection
