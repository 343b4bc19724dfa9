"""The library Axelrod as oracle and as guest. Importing it takes long: tests that do so are slow."""

import contextlib
import multiprocessing
import subprocess
import sys

import numpy as np
import pytest

import comity
from comity.agents.scripted.axelrod_bridge import library, start_method_kept
from comity.agents.seats import seat
from comity.envs.catalogue import make

DETERMINISTIC = {
    "allc": "Cooperator",
    "alld": "Defector",
    "tft": "TitForTat",
    "suspicious_tft": "SuspiciousTitForTat",
    "wsls": "WinStayLoseShift",
    "grim": "Grudger",
    "alternator": "Alternator",
    "tf2t": "TitFor2Tats",
    "gradual": "OriginalGradual",
    "omega_tft": "OmegaTFT",
    "tideman_chieruzzi": "FirstByTidemanAndChieruzzi",
    "nydegger": "FirstByNydegger",
    "shubik": "FirstByShubik",
    "stein_rapoport": "FirstBySteinAndRapoport",
    "davis": "FirstByDavis",
    "downing": "FirstByDowning",
}
STOCHASTIC = {
    "random": "Random",
    "gtft": "GTFT",
    "extort3": "ZDExtort3",
    "zd": "ZDExtortion",
    "grofman": "FirstByGrofman",
    "graaskamp": "FirstByGraaskamp",
    "feld": "FirstByFeld",
    "joss": "FirstByJoss",
    "tullock": "FirstByTullock",
    "anonymous": "FirstByAnonymous",
}
SCRIPTED = ("allc", "alld", "tft", "suspicious_tft", "alternator", "grim", "tf2t", "wsls", "gradual", "random")
GUESTS = ("Cycler CCCDCD", "ThueMorse", "Gradual Killer", "Hard Prober", "Bully")
SETTINGS = {
    "end known": {"horizon_known": True},
    "end hidden": {},
    "noise": {"action_noise": 0.1, "perception_noise": 0.1},
    "other payoffs": {"temptation": 3, "reward": 2, "horizon_known": True},
    "sitting out": {"n_agents": 3, "pairing": "round_robin"},
}
FORGETFUL = {
    "noise": {"alternator": "it alternates step by step, Axelrod's after what it really did"},
    "sitting out": dict.fromkeys(
        ("tft", "suspicious_tft", "wsls", "tf2t", "alternator"),
        "it knows its last step only: a memory-one rule begins anew, a streak ends, and an alternation skips a move",
    ),
}
"""Where ours are another rule than Axelrod's, on purpose."""


def guest(strategy):
    return {"agent": "axelrod", "strategy": strategy}


@contextlib.contextmanager
def _start_method(name):
    with start_method_kept():
        multiprocessing.set_start_method(name, force=True)
        yield


@pytest.mark.parametrize("before", [None, "fork", "forkserver"])
def test_the_start_method_stays_what_it_was(before):
    with _start_method(before):
        with start_method_kept():
            multiprocessing.set_start_method("spawn", force=True)
        assert multiprocessing.get_start_method(allow_none=True) == before


def test_without_the_library(monkeypatch):
    monkeypatch.setitem(sys.modules, "axelrod", None)
    with pytest.raises(comity.SettingError, match=r"an extra: pip install 'comity\[axelrod\]'"):
        seat(make("matrix"), "axelrod")


def test_payoffs_that_it_cannot_tell():
    with pytest.raises(comity.SettingError, match="the same for both sides where 'axelrod' plays"):
        seat(make("matrix", preset="coopeval_trust"), "axelrod")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("strategy", "complaint"),
    [
        ("tit for tat", "unknown strategy of Axelrod 'tit for tat'. Did you mean 'Tit For Tat'"),
        ("TitForTats", "Did you mean .*'TitForTat'"),
        ("Darwin", "strategy 'Darwin' of Axelrod is not allowed: it reads or changes the source or state"),
    ],
)
def test_who_has_no_seat(strategy, complaint):
    with pytest.raises(comity.SettingError, match=complaint):
        seat(make("matrix"), guest(strategy))  # before anything is played


@pytest.mark.slow
def test_importing_it_leaves_the_start_method_alone():
    code = (
        "import multiprocessing, comity\n"
        "comity.play('matrix', ['axelrod', 'tft'], horizon=2)\n"
        "assert multiprocessing.get_start_method(allow_none=True) is None"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.slow
@pytest.mark.parametrize(("opponent", "known"), [("tft", True), ("alternator", False), ("random", False)])
def test_guests_play_as_at_home(opponent, known):
    """Every deterministic strategy of Axelrod's, in a Match against whoever plays the moves that it met here."""
    axelrod = library()
    steps, compared = 200, 0
    attributes = {"length": steps if known else float("inf"), "game": axelrod.Game(), "noise": 0}
    for made in axelrod.strategies:
        if axelrod.Classifiers["stochastic"](made()):
            continue
        record = comity.play("matrix", [guest(made.name), opponent], horizon=steps, horizon_known=known)
        own, met = record.actions[0].T.astype(int)
        other = axelrod.MockPlayer([(axelrod.Action.C, axelrod.Action.D)[move] for move in met])
        match = axelrod.Match((made(), other), turns=steps, match_attributes=attributes)
        assert [mine.value for mine, _ in match.play()] == own.tolist(), made
        compared += 1
    assert compared > 150


@pytest.mark.slow
def test_every_strategy_plays():
    """The stochastic ones too, the same under the same seed."""
    axelrod = library()
    for made in axelrod.strategies:
        one, again = (comity.play("matrix", [guest(made.__name__), "random"], horizon=12, seed=5) for _ in range(2))
        assert np.array_equal(one.actions, again.actions), made


@pytest.mark.slow
@pytest.mark.parametrize("setting", SETTINGS)
def test_ours_play_the_same_moves(setting):
    """The same worlds, with ours and with Axelrod's in the first seat: move by move the same, noise included."""
    for ours, theirs in DETERMINISTIC.items():
        if ours in FORGETFUL.get(setting, ()):
            continue
        for opponent in (*SCRIPTED, *map(guest, GUESTS)):
            home, away = (
                comity.play("matrix", [agent, opponent], worlds=2, horizon=200, seed=3, **SETTINGS[setting]).actions
                for agent in (ours, guest(theirs))
            )
            assert np.array_equal(home, away, equal_nan=True), (ours, opponent)


@pytest.mark.slow
@pytest.mark.parametrize("opponent", ["tft", "alternator", "wsls"])
def test_ours_cooperate_as_often(opponent):
    """Stochastic strategies by their mean cooperation in each quarter of 200 steps, over 250 worlds: within 4 standard
    errors of the difference.
    """
    for ours, theirs in STOCHASTIC.items():
        home, away = (
            comity.play("matrix", [agent, opponent], worlds=250, horizon=200)
            .cooperation[:, :, 0]
            .reshape(250, 4, 50)
            .mean(axis=2)
            for agent in (ours, guest(theirs))
        )
        error = np.sqrt((home.var(axis=0) + away.var(axis=0)) / 250)
        assert (abs(home.mean(axis=0) - away.mean(axis=0)) <= 4 * error).all(), ours


@pytest.mark.slow
@pytest.mark.parametrize(
    ("phi", "slope", "baseline", "payoffs"),
    [(0.2, 0.1, 1, {}), (0.25, 0.5, 3, {}), (1 / 9, 0, 2, {}), (0.2, 0.25, 1.5, {"temptation": 3, "reward": 2})],
)
def test_zd_is_a_linear_relation_player(phi, slope, baseline, payoffs):
    game = make("matrix", **payoffs)
    agent = seat(game, {"agent": "zd", "phi": phi, "slope": slope, "baseline": baseline})
    agent.begin(game, 0, np.zeros(1, np.uint64))
    axelrod = library()
    from axelrod.strategies.zero_determinant import LRPlayer

    player = LRPlayer(phi, slope, baseline)
    p = game.params
    player.set_match_attributes(game=axelrod.Game(r=p.reward, s=p.sucker, t=p.temptation, p=p.punishment))
    assert agent.probabilities(game)[:4] == pytest.approx(list(player._four_vector.values()), abs=1e-12)


@pytest.mark.slow
def test_contrition_differs_under_noise_only():
    """Boyd's standing strategy is tit-for-tat without errors, as is Axelrod's; with them it accepts punishment
    longer.
    """
    for noise, same in ((0.0, True), (0.1, False)):
        home, away = (
            comity.play("matrix", [agent, "tft"], worlds=20, action_noise=noise).actions
            for agent in ("contrite_tft", guest("Contrite Tit For Tat"))
        )
        assert np.array_equal(home, away) == same
