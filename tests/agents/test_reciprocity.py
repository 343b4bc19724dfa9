"""Strategies with a history, by moves that can be worked out by hand from their rules."""

import numpy as np
import pytest

import comity

MOVES = np.array(["C", "D"])


def moves(record, seat=0):
    return "".join(MOVES[record.actions[0, :, seat].astype(int)])


@pytest.mark.parametrize(
    ("name", "opponent", "expected"),
    [
        ("tideman_chieruzzi", "allc", "CCCCCCCC"),
        ("tideman_chieruzzi", "alld", "CDDDDDDD"),
        ("tideman_chieruzzi", "alternator", "CCDCDDDD"),
        ("nydegger", "allc", "CCCCCCCC"),
        ("nydegger", "alld", "CDDCCCCC"),
        ("nydegger", "suspicious_tft", "CDDDDCCC"),
        ("shubik", "tft", "CCCCCCCC"),
        ("shubik", "alld", "CDCDDCDD"),
        ("shubik", "alternator", "CCDCDDCC"),
        ("stein_rapoport", "tft", "CCCCCCCC"),
        ("stein_rapoport", "alld", "CCCCDDDDDDDDDDDDDDDD"),
        ("stein_rapoport", "alternator", "CCCCDCDCDCDCDCDDDDDD"),
        ("davis", "allc", "CCCCCCCCCCCCCC"),
        ("davis", "alld", "CCCCCCCCCCDDDD"),
        ("davis", "alternator", "CCCCCCCCCCDDDD"),
        ("downing", "allc", "DDCDDDDD"),
        ("downing", "alld", "DDDDDDDD"),
        ("downing", "tft", "DDCCCCCC"),
        ("graaskamp", "tft", "C" * 50 + "DCDCDCDCDC"),
        ("graaskamp", "alld", "C" + "D" * 55 + "CCCC"),
        ("graaskamp", "alternator", "CC" + "DC" * 24 + "DC" * 3 + "DDDD"),
        ("joss", "alld", "CDDDDDDD"),
        ("feld", "alld", "CDDDDDDD"),
        ("tullock", "alld", "CCCCCCCCCCCDDDD"),
    ],
)
def test_versus(name, opponent, expected):
    assert moves(comity.play("matrix", [name, opponent], horizon=len(expected))) == expected


@pytest.mark.parametrize("name", ["tideman_chieruzzi", "stein_rapoport"])
def test_a_known_end_is_exploited(name):
    assert moves(comity.play("matrix", [name, "tft"], horizon=8, horizon_known=True)) == "CCCCCCDD"


def test_payoffs_decide_what_downing_does():
    """After two D's against a cooperator α = 1 and β = ½: C pays R, D pays (T + P)/2."""
    lucrative = comity.play("matrix", ["downing", "allc"], horizon=3, reward=3.5)
    assert moves(lucrative) == "DDC"
    assert moves(comity.play("matrix", ["downing", "allc"], horizon=3, reward=2.5)) == "DDD"
    for own, expected in ((3.5, "DDC"), (2.5, "DDD")):
        table = [[[6 - own, own], [0, 5]], [[5, 0], [1, 1]]]
        assert moves(comity.play("matrix", ["allc", "downing"], horizon=3, payoffs=table), seat=1) == expected


@pytest.mark.parametrize(
    ("name", "opponent", "step", "share"),
    [
        ("grofman", "alld", 1, 2 / 7),
        ("joss", "allc", 1, 0.9),
        ("feld", "allc", 100, 0.75),
        ("feld", "allc", 250, 0.5),
        ("tullock", "allc", 11, 0.9),
        ("tullock", "alternator", 12, 0.4),
        ("anonymous", "alld", 3, 0.5),
    ],
)
def test_how_often_it_cooperates(name, opponent, step, share):
    record = comity.play("matrix", [name, opponent], worlds=4000, horizon=step + 1)
    assert record.cooperation[:, step, 0].mean() == pytest.approx(share, abs=0.025)


def test_who_sits_out_has_no_round():
    """Three seats in turn: a rule of rounds plays as if the steps in which it sat out had not been."""
    record = comity.play("matrix", ["shubik", "alld", "alld"], n_agents=3, pairing="round_robin", horizon=15)
    met = ~np.isnan(record.actions[0, :, 0])
    assert met.sum() == 10
    assert "".join(MOVES[record.actions[0, met, 0].astype(int)]) == "CDCDDCDDDC"
