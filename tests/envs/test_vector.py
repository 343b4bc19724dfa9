"""Gymnasium's vector face, beside Gymnasium's own."""

import copy
import pickle
from typing import Any

import gymnasium
import numpy as np
import pytest
from gymnasium import spaces
from gymnasium.error import ResetNeeded
from gymnasium.utils.env_checker import data_equivalence
from gymnasium.vector import AutoresetMode, SyncVectorEnv
from gymnasium.vector.utils import batch_space

from comity.envs.catalogue import make, parallel_env, vector_env
from comity.envs.faces.vector import VectorGame
from comity.envs.settings import SettingError

MODES = list(AutoresetMode)
every_mode = pytest.mark.parametrize("mode", MODES, ids=[mode.value for mode in MODES])


class Alone(gymnasium.Env):
    """One seat of a one-seat world, as Gymnasium's users would write it."""

    def __init__(self, **params: Any) -> None:
        self.world = parallel_env("fishery", n_agents=1, **params)
        self.observation_space = self.world.observation_space("agent_0")
        self.action_space = self.world.action_space("agent_0")

    def reset(self, *, seed=None, options=None):
        observations, infos = self.world.reset(seed=seed)
        return observations["agent_0"], infos["agent_0"]

    def step(self, action):
        return tuple(result["agent_0"] for result in self.world.step({"agent_0": action}))


FISHERIES: list[dict[str, Any]] = [
    {"continuation": 0.8, "horizon": 9, "growth_noise": 0.3},
    {"growth": "logistic", "continuation": 0.8, "horizon": 9, "growth_noise": 0.3},
]


@every_mode
@pytest.mark.parametrize("params", FISHERIES, ids=["integers", "numbers"])
@pytest.mark.parametrize("copied", [True, False])
def test_it_equals_gymnasiums_own(mode, params, copied):
    """Observations, rewards, ends and infos, over several episodes that end at different times and for all reasons."""
    ours = vector_env("fishery", 5, mode, flat=True, copy=copied, n_agents=1, **params)
    theirs = SyncVectorEnv([lambda: Alone(**params)] * 5, copy=copied, autoreset_mode=mode)
    assert (ours.num_envs, ours.metadata["autoreset_mode"]) == (5, theirs.metadata["autoreset_mode"])
    for name in ("single_observation_space", "single_action_space", "observation_space", "action_space"):
        assert getattr(ours, name) == getattr(theirs, name)
    assert_same(ours.reset(seed=3), theirs.reset(seed=3))
    rng = np.random.default_rng(0)
    terminated = truncated = together = 0
    for _ in range(120):
        acts = rng.random(5) ** 8 * 100
        acts = acts.astype(np.int64) if ours.game.n_moves else acts
        mine, yours = ours.step(acts), theirs.step(acts)
        assert_same(mine, yours)
        over = mine[2] | mine[3]
        terminated, truncated, together = (
            terminated + mine[2].sum(),
            truncated + mine[3].sum(),
            together + (over.sum() > 1),
        )
        if mode is AutoresetMode.DISABLED and over.any():
            assert_same(ours.reset(options={"reset_mask": over}), theirs.reset(options={"reset_mask": over}))
    assert terminated > 20 and truncated > 5 and together > 5


def assert_same(mine, yours):
    """Types, dtypes, shapes and every bit, within arrays of objects, too."""
    assert data_equivalence(mine, yours, exact=True), f"{mine}\n{yours}"


@pytest.mark.parametrize("seed", [5, [9, 3, 3, 0, 2**64 - 1], [1, None, 2, None, 3], None])
def test_resets_with_seeds(seed):
    ours = vector_env("fishery", 5, flat=True, n_agents=1, growth_noise=0.5)
    theirs = SyncVectorEnv([lambda: Alone(growth_noise=0.5)] * 5)
    for one in (ours, theirs):
        one.reset(seed=100)
    for _ in range(3):
        assert_same(ours.reset(seed=seed), theirs.reset(seed=seed))
        for _ in range(4):
            assert_same(ours.step(np.full(5, 30)), theirs.step(np.full(5, 30)))


def test_a_masked_reset_with_a_seed():
    mask = np.array([True, False, True, False, False])
    ours = vector_env("fishery", 5, flat=True, n_agents=1, growth_noise=0.5)
    theirs = SyncVectorEnv([lambda: Alone(growth_noise=0.5)] * 5)
    for one in (ours, theirs):
        one.reset(seed=0)
        one.step(np.full(5, 30))
    assert_same(ours.reset(seed=50, options={"reset_mask": mask}), theirs.reset(seed=50, options={"reset_mask": mask}))
    assert_same(ours.step(np.full(5, 30)), theirs.step(np.full(5, 30)))


class TestShapes:
    def test_joint(self):
        envs = vector_env("matrix", 3, n_agents=4, pairing="round_robin")
        assert envs.num_envs == 3
        assert envs.single_observation_space.shape == (4, 7)
        assert envs.single_action_space == spaces.MultiDiscrete([2] * 4)
        assert envs.action_space == batch_space(envs.single_action_space, 3)
        seen, infos = envs.reset(seed=0)
        assert seen.dtype == np.float32 and seen in envs.observation_space
        assert infos == {}
        seen, rewards, terminations, truncations, infos = envs.step(envs.action_space.sample())
        assert (rewards.shape, rewards.dtype) == ((3, 4), np.float64)
        assert terminations.shape == truncations.shape == (3,)
        assert terminations.dtype == truncations.dtype == np.bool_

    def test_flat(self):
        envs = vector_env("matrix", 3, n_agents=4, pairing="round_robin", flat=True)
        assert envs.num_envs == 12
        assert envs.single_observation_space.shape == (7,)
        assert envs.single_action_space == spaces.Discrete(2)
        assert envs.action_space == spaces.MultiDiscrete([2] * 12)
        seen, _ = envs.reset(seed=0)
        assert seen.shape == (12, 7) and seen in envs.observation_space
        seen, rewards, terminations, truncations, _ = envs.step(envs.action_space.sample())
        assert rewards.shape == terminations.shape == truncations.shape == (12,)

    def test_numbers(self):
        envs = vector_env("fishery", 3, growth="logistic")
        assert envs.single_action_space == spaces.Box(0, 100, (5,), np.float64)
        flat = vector_env("fishery", 3, growth="logistic", flat=True)
        assert flat.single_action_space == spaces.Box(0, 100, (), np.float64)
        for one in (envs, flat):
            one.reset(seed=0)
            one.step(one.action_space.sample())

    @pytest.mark.parametrize("flat", [False, True])
    def test_masks(self, flat):
        envs = vector_env("alternating_offers", 3, flat=flat, pie_units=10)
        assert isinstance(envs.single_observation_space, spaces.Dict)
        seen, _ = envs.reset(seed=0)
        assert seen in envs.observation_space
        assert seen["action_mask"].shape == ((6, 15) if flat else (3, 2, 15))
        passing = seen["action_mask"].reshape(3, 2, 15)[:, 1]
        assert (np.flatnonzero(passing[0]) == [14]).all(), "whoever is not to move can only pass"

    def test_rows_are_world_major(self):
        joint, flat = vector_env("fishery", 4), vector_env("fishery", 4, flat=True)
        np.testing.assert_array_equal(joint.reset(seed=0)[0].reshape(20, -1), flat.reset(seed=0)[0])
        acts = np.arange(20).reshape(4, 5)
        for mine, yours in zip(joint.step(acts)[:2], flat.step(acts.ravel())[:2], strict=True):
            np.testing.assert_array_equal(mine.reshape(yours.shape), yours)


@every_mode
def test_flat_and_joint_tell_the_same_story(mode):
    params = {"pie_units": 4, "horizon": 4, "breakdown": 0.2}
    joint, flat = (vector_env("alternating_offers", 6, mode, flat=one, **params) for one in (False, True))
    seen, _ = joint.reset(seed=0)
    flat.reset(seed=0)
    rng = np.random.default_rng(0)
    for _ in range(40):
        acts = np.argmax(rng.random(seen["action_mask"].shape) * seen["action_mask"], axis=2)
        seen, rewards, terminations, truncations, infos = joint.step(acts)
        also, paid, terminated, truncated, told = flat.step(acts.ravel())
        for key in seen:
            np.testing.assert_array_equal(seen[key].reshape(12, -1), also[key])
        np.testing.assert_array_equal(rewards.ravel(), paid)
        np.testing.assert_array_equal(np.repeat(terminations, 2), terminated)
        np.testing.assert_array_equal(np.repeat(truncations, 2), truncated)
        assert infos.keys() == told.keys()
        last, also_last = infos.get("final_info", infos), told.get("final_info", told)
        if last:
            np.testing.assert_array_equal(last["illegal"].ravel(), also_last["illegal"])
            np.testing.assert_array_equal(np.repeat(last["outcome"], 2), also_last["outcome"])
        for b in np.flatnonzero(infos.get("_final_obs", [])):
            for i in range(2):
                for key in seen:
                    np.testing.assert_array_equal(infos["final_obs"][b][key][i], told["final_obs"][2 * b + i][key])
        over = terminations | truncations
        if mode is AutoresetMode.DISABLED and over.any():
            seen, _ = joint.reset(options={"reset_mask": over})
            flat.reset(options={"reset_mask": np.repeat(over, 2)})


def test_the_step_after_an_end_ignores_its_actions():
    envs = vector_env("fishery", 2)
    envs.reset(seed=0)
    acts = np.array([[0] * 5, [100] * 5])
    assert envs.step(acts)[2].tolist() == [False, True]
    seen, rewards, terminations, truncations, infos = envs.step(acts)
    assert rewards[1].tolist() == [0] * 5 and not terminations.any() and not truncations.any() and infos == {}
    np.testing.assert_array_equal(seen[1], vector_env("fishery").reset(seed=1)[0][0])


def test_what_the_infos_say_at_an_end():
    envs = vector_env("fishery", 3)
    envs.reset(seed=0)
    *_, infos = envs.step(np.array([[0] * 5, [100] * 5, [0] * 5]))
    assert infos["outcome"].tolist() == [None, "collapse", None]
    assert infos["_outcome"].tolist() == infos["_illegal"].tolist() == [False, True, False]
    assert infos["illegal"].shape == (3, 5)


@pytest.mark.parametrize("flat", [False, True])
@pytest.mark.parametrize("mode", ["NextStep", "SameStep"])
def test_copies_do_not_change(mode, flat):
    envs = vector_env("alternating_offers", 4, mode, flat=flat, pie_units=4, breakdown=0.3)
    kept = [envs.reset(seed=0)]
    frozen = copy.deepcopy(kept)
    rng = np.random.default_rng(0)
    for _ in range(20):
        kept.append(envs.step(rng.integers(0, 5, (8,) if flat else (4, 2))))
        frozen.append(copy.deepcopy(kept[-1]))
    assert_same(kept, frozen)


@every_mode
@pytest.mark.parametrize("flat", [False, True])
def test_what_the_caller_writes_into_stays_with_the_caller(mode, flat):
    envs, twin = (vector_env("fishery", 3, mode, flat=flat) for _ in range(2))
    for one in (envs, twin):
        one.reset(seed=0)
    acts = np.array([[0] * 5, [100] * 5, [0] * 5])
    acts = acts.ravel() if flat else acts
    mine, _ = envs.step(acts), twin.step(acts)
    infos = mine[4]
    for array in (*mine[:4], *infos.values(), *infos.get("final_info", {}).values()):
        if isinstance(array, np.ndarray) and array.dtype != object:
            array[:] = array.dtype.type(1)
    if mode is AutoresetMode.DISABLED:
        over = np.repeat([False, True, False], 5 if flat else 1)
        assert_same(envs.reset(options={"reset_mask": over}), twin.reset(options={"reset_mask": over}))
    assert_same(envs.step(acts * 0), twin.step(acts * 0))


def test_shared_buffers():
    envs = vector_env("matrix", 4, copy=False)
    first, _ = envs.reset(seed=0)
    second, rewards, *_ = envs.step(np.zeros((4, 2), int))
    assert second is first or np.shares_memory(first, second)
    envs.step(np.ones((4, 2), int))
    assert rewards.tolist() == [[3, 3]] * 4, "rewards are always the caller's"


def test_a_pickled_copy_goes_on():
    envs = vector_env("standoff", 4, action_noise=0.3)
    envs.reset(seed=0)
    twin = pickle.loads(pickle.dumps(envs))
    np.testing.assert_equal(envs.step(np.zeros((4, 2), int)), twin.step(np.zeros((4, 2), int)))


def test_fresh_seeds_without_one():
    one, other = vector_env("standoff", 4), vector_env("standoff", 4)
    for envs in (one, other):
        envs.reset()
    assert not set(one._worlds.state["seed"]) & set(other._worlds.state["seed"])
    assert len(set(one._worlds.state["seed"])) == 4
    assert (one._worlds.state["episode"] == 0).all()


@pytest.mark.parametrize("mode", ["NextStep", AutoresetMode.SAME_STEP, "Disabled"])
def test_autoreset_modes_by_word_or_member(mode):
    assert vector_env("matrix", autoreset_mode=mode).metadata["autoreset_mode"] is AutoresetMode(mode)


class TestErrors:
    @pytest.mark.parametrize(
        ("acts", "error", "words"),
        [
            (np.zeros((3, 3), int), ValueError, r"shape \(3, 3\): expected \(3, 2\), \(worlds, seats\)"),
            (np.zeros(6, int), ValueError, r"shape \(6,\)"),
            (0, ValueError, r"shape \(\)"),
            (np.zeros((3, 2)), TypeError, "dtype float64: expected integers"),
            (np.zeros((3, 2), bool), TypeError, "dtype bool: expected integers"),
            ([["C", "C"]] * 3, TypeError, "dtype <U1: expected integers"),
            ([[0, 0], [0, 2], [0, 0]], ValueError, "agent_1 in world 1 is 2: expected integers from 0 to 1"),
            ([[0, 0], [0, 0], [-1, 0]], ValueError, "agent_0 in world 2 is -1"),
        ],
    )
    def test_moves(self, acts, error, words):
        envs = vector_env("matrix", 3)
        envs.reset(seed=0)
        before = envs._worlds.state.tobytes()
        with pytest.raises(error, match=words):
            envs.step(acts)
        assert envs._worlds.state.tobytes() == before

    @pytest.mark.parametrize("move", [np.nan, np.inf, -1e-9, 100.1])
    def test_numbers(self, move):
        envs = vector_env("fishery", 2, growth="logistic", flat=True)
        envs.reset(seed=0)
        acts = np.zeros(10)
        acts[7] = move
        with pytest.raises(ValueError, match="agent_2 in world 1 is .*: expected real numbers from 0 to 100"):
            envs.step(acts)
        envs.step(np.zeros(10, np.float32))
        envs.step(np.zeros(10, int))

    def test_order(self):
        envs = vector_env("fishery", 2, "Disabled")
        with pytest.raises(ResetNeeded, match="call reset"):
            envs.step(np.zeros((2, 5), int))
        with pytest.raises(ResetNeeded, match="without a reset_mask first"):
            envs.reset(options={"reset_mask": np.array([True, False])})
        envs.reset(seed=0)
        envs.step(np.array([[0] * 5, [100] * 5]))
        with pytest.raises(ResetNeeded, match=r"worlds \[1\] have ended.*reset_mask"):
            envs.step(np.zeros((2, 5), int))

    @pytest.mark.parametrize(
        ("mask", "error"),
        [
            ([True] * 4, TypeError),
            (np.ones(4), TypeError),
            (np.ones(2, bool), ValueError),
            (np.zeros(4, bool), ValueError),
        ],
    )
    def test_masks(self, mask, error):
        envs = vector_env("matrix", 2, flat=True)
        envs.reset(seed=0)
        with pytest.raises(error, match="reset_mask"):
            envs.reset(options={"reset_mask": mask})

    def test_part_of_a_world_cannot_be_reset(self):
        envs = vector_env("matrix", 2, flat=True)
        envs.reset(seed=0)
        with pytest.raises(ValueError, match="some seats of a world"):
            envs.reset(options={"reset_mask": np.array([True, True, True, False])})

    def test_settings(self):
        with pytest.raises(SettingError, match="autoreset_mode = 'never'.*'NextStep', 'SameStep', 'Disabled'"):
            vector_env("matrix", autoreset_mode="never")
        for number in (0, -1, 2.5, "3", True, None):
            with pytest.raises(
                SettingError, match=f"num_worlds = {number!r} is not allowed: it must be a whole number"
            ):
                vector_env("matrix", number)
        envs = vector_env("matrix", 2)
        with pytest.raises(ValueError, match="list of 3: expected one for each of 2 worlds"):
            envs.reset(seed=[1, 2, 3])
        with pytest.raises(TypeError):
            envs.reset(seed=0.5)


def test_gymnasiums_wrappers_take_the_flat_view():
    envs = gymnasium.wrappers.vector.RecordEpisodeStatistics(VectorGame(make("matrix", horizon=5), 3, flat=True))
    envs.reset(seed=0)
    for _ in range(5):
        *_, infos = envs.step(np.zeros(6, int))
    assert infos["episode"]["r"].tolist() == [15] * 6
