"""What the documentation shows runs as it stands there."""

import importlib.util
import re
import shlex
import sys
from pathlib import Path

import numpy as np
import pytest
from pettingzoo.test import api_test, parallel_api_test

import comity
from comity.envs.faces.aec import AECGame
from comity.envs.faces.parallel import ParallelGame
from comity.envs.faces.vector import VectorGame
from comity.envs.institutions import layers
from comity.experiments.cli import cli, main

DOCS = Path(__file__).parents[1] / "docs"
pytestmark = pytest.mark.skipif(not DOCS.exists(), reason="the wheel holds no documentation")


@pytest.fixture(scope="module")
def volunteer(tmp_path_factory):
    """The game of "How to add a game", as a module of its own."""
    text = re.search(r"```python\n(\"\"\"Somebody.*?)```", (DOCS / "add-a-game.md").read_text(), re.DOTALL)
    assert text
    path = tmp_path_factory.mktemp("own") / "volunteer.py"
    path.write_text(text.group(1))
    spec = importlib.util.spec_from_file_location("volunteer", path)
    assert spec
    assert spec.loader
    sys.modules["volunteer"] = module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    yield module.Volunteer
    del sys.modules["volunteer"]


def test_its_environments_conform(volunteer):
    parallel_api_test(ParallelGame(volunteer()), num_cycles=30)
    api_test(AECGame(volunteer(horizon_known=True)), num_cycles=30)
    envs = VectorGame(volunteer(), 8, flat=True)
    envs.reset(seed=0)
    assert envs.step(envs.action_space.sample())[0].shape == (32, 2)


def test_waiting_pays_where_somebody_else_does_it(volunteer):
    found = comity.schelling(volunteer(horizon=1))
    assert found.cooperates.tolist() == [0.5] * 4
    assert found.defects.tolist() == [0, 1, 1, 1]
    assert (found.fear, found.greed) == (False, True)
    assert not found.dilemma, "a volunteer gains nothing from others who volunteer"


def test_its_equilibrium_by_brute_force(volunteer):
    """Among others who wait with its probability, to volunteer and to wait pay the same: Diekmann 1985."""
    game = volunteer(n_agents=5, cost=0.3)
    worlds = 200_000
    rng = np.random.default_rng(0)
    envs = VectorGame(volunteer(n_agents=5, cost=0.3, horizon=1), worlds)
    envs.reset(seed=0)
    moves = (rng.random((worlds, 5)) < game.waits).astype(int)
    means = []
    for own in (0, 1):
        moves[:, 0] = own
        envs.reset(seed=0)
        means.append(envs.step(moves)[1][:, 0].mean())
    assert means[0] == pytest.approx(0.7)
    assert means[1] == pytest.approx(0.7, abs=0.005)


def test_agents_play_it(volunteer):
    record = comity.play(volunteer(), ["deliberator"], worlds=2)
    assert record.rewards.shape == (2, 10, 4)
    with pytest.raises(comity.SettingError, match=r"volunteer.cost = 2.0 is not allowed: it must be less than"):
        volunteer(cost=2)


def test_the_institution_of_the_documentation_works(monkeypatch):
    text = re.search(r"```python\n(\"\"\"Safety net.*?)```", (DOCS / "institutions.md").read_text(), re.DOTALL)
    assert text
    monkeypatch.setattr(layers, "INSTITUTIONS", dict(layers.INSTITUTIONS))
    exec(text.group(1), {"__name__": "safety_net"})
    net = [{"institution": "safety_net", "gift": 2}]
    record = comity.play("public_goods", ["full_contributor", "free_rider"], horizon=1, institutions=net)
    assert record.game_payoffs[0, 0].tolist() == [8, 28, 28, 28]
    assert record.rewards[0, 0].tolist() == [8 - 2 + 8, 26, 26, 26]
    assert "everybody gives 2 to whoever was paid least" in record.game.brief(0)
    with pytest.raises(comity.SettingError, match="one seat only"):
        comity.play("fishery", ["greedy"], n_agents=1, institutions=net)


def test_a_function_sits_in_a_models_place():
    text = re.search(
        r"```python\n(import comity\nfrom comity.agents.llm.*?)```", (DOCS / "llm.md").read_text(), re.DOTALL
    )
    assert text
    shown: dict[str, object] = {}
    exec(text.group(1), shown)
    record = shown["record"]
    assert record.cooperation[0, :, 0].tolist() == [0, 0, 0, 0, 0]
    assert not record.invalid.any()


def test_the_page_of_commands_shows_what_they_print(tmp_path, monkeypatch, capsys):
    text = (DOCS / "commands.md").read_text()
    assert set(re.findall(r"^\| `comity (\w+)", text, re.MULTILINE)) == set(cli.commands)
    ((line, shown),) = re.findall(r"```\n\$ (comity run [^\n]*)\n(.*?)```", text, re.DOTALL)
    monkeypatch.chdir(tmp_path)
    assert main(shlex.split(line)[1:]) == 0
    printed = capsys.readouterr().out
    assert [one.rstrip() for one in printed.splitlines()] == [one.rstrip() for one in shown.splitlines()]
