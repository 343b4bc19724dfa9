"""``comity probe``: tables, figures, and what it says to wrong input."""

import pytest

from comity.experiments.cli import main


def test_echo_tells_and_draws(tmp_path, capsys):
    path = tmp_path / "echo.svg"
    assert main(["probe", "echo", "matrix", "wsls", "horizon=12", "--worlds", "5", "--out", str(path)]) == 0
    told = capsys.readouterr().out
    assert "worlds with a cooperative spell at step 5: 5 of 5" in told
    assert "mean length, up to 1 steps: 1.000 [1.000, 1.000]" in told
    assert "extra defections: 2.000 [2.000, 2.000]" in told
    assert path.read_text().lstrip().startswith("<?xml")
    assert main(["probe", "echo", "matrix", "allc", "horizon=12", "--worlds", "5", "--out", str(path)]) == 0
    assert "mean length, up to 0 steps: 0.000 [0.000, 0.000]" in capsys.readouterr().out
    assert main(["probe", "echo", "matrix", "alld", "horizon=12", "--out", str(tmp_path / "none.svg")]) == 0
    told = capsys.readouterr().out
    assert "0 of 100" in told and "Only an error within a spell can echo" in told
    assert not (tmp_path / "none.svg").exists()


def test_others_tell_and_draw(tmp_path, capsys):
    path = tmp_path / "figure.png"
    few = ["horizon=10", "--worlds", "2", "--out", str(path)]
    assert main(["probe", "exploitability", "matrix", "{agent:gtft,q:1}", *few]) == 0
    assert "exploitability: 1.000, by defector" in capsys.readouterr().out
    assert path.read_bytes().startswith(b"\x89PNG")
    assert main(["probe", "schelling", "matrix", *few]) == 0
    assert "social dilemma with fear and greed" in capsys.readouterr().out
    assert main(["probe", "late-defection", "matrix", "tft", "horizon=10", "--step", "6", "--worlds", "2"]) == 0
    told = capsys.readouterr().out
    assert "−11.000" in told and "[−11.000, −11.000]" in told and "change of the others' welfare" in told


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (["echo", "matrix"], "no seats"),
        (["echo", "matrix", "tft", "--step", "999"], "step"),
        (["echo", "matrix", "tft", "--out", "figure.gif"], ".svg"),
        (["exploitability", "matrix", "tft", "alld"], "one kind"),
        (["schelling", "matrix", "tft"], "neither"),
        (["late-defection", "matrix", "tft", "--out", "x.svg"], "no figure"),
        (["echo", "ultimatum", "random"], "negotiation"),
    ],
)
def test_wrong_input_is_refused(typed, said, capsys):
    assert main(["probe", *typed]) == 2
    assert said in capsys.readouterr().err
