"""Games by their ids: ours, PettingZoo's and Gymnasium's."""

import importlib
import subprocess
import sys
import warnings

import gymnasium
import numpy as np
import pettingzoo
import pytest
from gymnasium.vector import AutoresetMode
from pettingzoo.utils.wrappers import OrderEnforcingWrapper

from comity.envs import catalogue
from comity.envs.faces.aec import AECGame
from comity.envs.faces.parallel import ParallelGame
from comity.envs.faces.vector import VectorGame
from comity.envs.settings import SettingError

every_game = pytest.mark.parametrize("name", catalogue.games())


@pytest.fixture(autouse=True)
def registered():
    catalogue.register()


@every_game
def test_pettingzoo_makes_it(name):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        parallel = pettingzoo.make("parallel", f"comity/{name}-v0", horizon=3)
        aec = pettingzoo.make("aec", f"comity/{name}-v0", render_mode="ansi")
        cycles = pettingzoo.make("parallel", f"comity/{name}_v0", max_cycles=7)
    assert isinstance(parallel, ParallelGame) and parallel.game.name == name
    assert parallel.game.params.horizon == 3
    assert isinstance(aec, OrderEnforcingWrapper) and aec.unwrapped.render_mode == "ansi"
    assert isinstance(cycles, ParallelGame) and cycles.game.params.horizon == 7
    assert parallel.game.id == f"comity/{name}-v0"


@every_game
def test_gymnasium_makes_it(name, small_maps):
    small, id_ = small_maps.get(name, {}), f"comity/{name}-v0"
    rows = 2 * catalogue.make(name, **small).n_agents
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        envs = gymnasium.make_vec(id_, num_envs=64, vectorization_mode="vector_entry_point", **small)
        plain = gymnasium.make_vec(id_, num_envs=rows, flat=True, autoreset_mode="SameStep", horizon=9, **small)
    assert isinstance(envs, VectorGame) and envs.num_envs == 64
    assert envs.spec is not None and envs.spec.id == id_
    assert envs.metadata["autoreset_mode"] is AutoresetMode.NEXT_STEP
    assert plain.metadata["autoreset_mode"] is AutoresetMode.SAME_STEP
    envs.reset(seed=0)
    envs.step(envs.action_space.sample())
    assert repr(envs) == f"VectorGame(comity/{name}-v0, num_envs=64)"


def test_rows_of_gymnasium_are_seats_when_flat():
    envs = gymnasium.make_vec("comity/fishery-v0", num_envs=15, flat=True)
    assert isinstance(envs, VectorGame)
    assert (envs.num_envs, envs.num_worlds) == (15, 3)
    with pytest.raises(SettingError, match="num_envs = 64 is not allowed.*multiple of 5"):
        gymnasium.make_vec("comity/fishery-v0", num_envs=64, flat=True)


def test_registering_twice_is_silent():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        catalogue.register()
    assert sum(name.startswith("comity/") for name in pettingzoo.parallel_registry) == len(catalogue.games())


@every_game
def test_each_module_keeps_pettingzoos_three_names(name):
    module = importlib.import_module(catalogue.game_class(name).__module__)
    assert isinstance(module.parallel_env(), ParallelGame)
    assert isinstance(module.raw_env(), AECGame)
    assert isinstance(module.env().unwrapped, AECGame)
    assert module.parallel_env(max_cycles=4).game.params.horizon == 4
    preset = next(iter(module.parallel_env().game.presets))
    assert module.parallel_env(preset=preset).game.params == catalogue.game_class(name)(preset).params


def test_the_catalogue_makes_all_faces():
    assert catalogue.parallel_env("comity/matrix-v0", preset="stag_hunt", render_mode="ansi").render_mode == "ansi"
    assert catalogue.env("matrix", n_agents=3).unwrapped.max_num_agents == 3
    envs = catalogue.vector_env("matrix", num_worlds=6, autoreset_mode="Disabled", flat=True, action_noise=0.1)
    assert (envs.num_envs, envs.game.params.action_noise) == (12, 0.1)


@pytest.mark.parametrize("make", [catalogue.parallel_env, catalogue.env, catalogue.vector_env])
def test_errors(make):
    with pytest.raises(SettingError, match=r"unknown game 'fishary'\. Did you mean 'fishery'\?"):
        make("fishary")
    with pytest.raises(SettingError, match=r"unknown setting of fishery 'agents'.*n_agents"):
        make("fishery", agents=3)
    with pytest.raises(SettingError, match=r"fishery\.n_agents = 0 is not allowed"):
        make("fishery", n_agents=0)


def test_max_cycles_is_horizon():
    with pytest.raises(SettingError, match="max_cycles = 5 and horizon = 6 are two names of one setting"):
        catalogue.parallel_env("matrix", max_cycles=5, horizon=6)
    with pytest.raises(SettingError, match=r"matrix\.horizon = 0"):
        catalogue.parallel_env("matrix", max_cycles=0)
    assert catalogue.parallel_env("matrix", preset="dose_response", max_cycles=5).game.params.horizon == 5


def test_knowing_the_names_imports_no_game():
    code = """
import sys
from comity.envs import catalogue
catalogue.games(); assert "numba" not in sys.modules
catalogue.register(); assert "numba" not in sys.modules
assert not [name for name in sys.modules if name.startswith("comity.envs.") and name.count(".") > 2]
"""
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_what_users_type_in_a_fresh_process():
    code = """
from comity.envs.catalogue import register
import pettingzoo
register()
env = pettingzoo.make("parallel", "comity/fishery-v0", n_agents=3)
env.reset(seed=0)
print(env.step({agent: 7 for agent in env.agents})[1])
"""
    told = subprocess.run([sys.executable, "-c", code], check=True, timeout=120, capture_output=True, text=True).stdout
    assert told.strip() == "{'agent_0': 7.0, 'agent_1': 7.0, 'agent_2': 7.0}"


def test_ids_are_one_convention():
    for name in catalogue.games():
        game = catalogue.make(name)
        assert game.id in gymnasium.registry
        assert game.id in pettingzoo.aec_registry
        assert np.all([agent.startswith("agent_") for agent in game.agents])
