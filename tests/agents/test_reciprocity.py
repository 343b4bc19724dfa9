"""Strategies with a history, by moves that can be worked out by hand from their rules."""

import numpy as np
import pytest

import comity
from comity.agents.seats import seat
from comity.envs.catalogue import make

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
        ("gradual", "tft", "CCCCCCCC"),
        ("gradual", "alld", "CDCCDDCCDDDCC"),
        ("gradual", "alternator", "CCDCCCDDCC"),
        ("omega_tft", "alld", "CDDDDDDD"),
        ("omega_tft", "alternator", "CCDCDCCCDDDD"),
        ("omega_tft", "suspicious_tft", "CDCDCCCC"),
        ("adaptive_exploiter", "allc", "CCCDCDDD"),
        ("adaptive_exploiter", "alld", "CDDDDDDD"),
        ("adaptive_exploiter", "tft", "CCCDCCCCCCCCD"),
        ("adaptive_exploiter", "tf2t", "CCCDCDDDCCC"),
        ({"agent": "adaptive_exploiter", "patience": 1}, "tft", "CDCCCCDC"),
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


LINES = [
    ({"phi": 0.2, "slope": 0.1}, {}),
    ({"phi": 0.1, "slope": 0.5, "baseline": 3}, {}),
    ({"phi": 0.2, "slope": 0.0, "baseline": 2}, {}),
    ({"phi": 0.2, "slope": 0.5}, {"temptation": 3, "reward": 2}),
]


@pytest.mark.parametrize(("line", "payoffs"), LINES)
@pytest.mark.parametrize("opponent", ["random", "allc", "wsls"])
def test_zd_keeps_both_payoffs_on_its_line(line, payoffs, opponent):
    record = comity.play("matrix", [{"agent": "zd", **line}, opponent], worlds=500, horizon=1000, **payoffs)
    own, other = record.rewards[:, 100:].mean(axis=(0, 1))
    baseline = line.get("baseline", 1)
    assert line["slope"] * (own - baseline) == pytest.approx(other - baseline, abs=0.015)


def test_extort3_is_a_zd():
    settings = {"agent": "zd", "phi": 3 / 26, "slope": 1 / 3}
    one, other = (comity.play("matrix", [agent, "random"], worlds=50) for agent in (settings, "extort3"))
    assert np.array_equal(one.actions, other.actions)


def test_zd_of_its_own_in_each_world():
    lines = np.array([0.0, 1.0])
    record = comity.play("matrix", [{"agent": "zd", "phi": 0.2, "slope": lines}, "allc"], worlds=2, horizon=300)
    assert record.cooperation[1, :, 0].all(), "with slope 1 it is tit-for-tat"
    assert not record.cooperation[0, :, 0].all()


@pytest.mark.parametrize(
    ("line", "game", "complaint"),
    [
        ({"phi": 0.5}, {}, r"p_CC, p_CD, p_DC, p_DD, here 0.1, -1.05, 0.7, 0, are probabilities"),
        ({"baseline": 4}, {}, "are probabilities"),
        ({"slope": np.array([0.1, 1.2])}, {}, "are probabilities"),
        ({}, {"preset": "hawk_dove"}, "are probabilities"),
        ({}, {"preset": "coopeval_trust"}, "the same for both sides where 'zd' plays"),
        ({"phi": 0}, {}, "seats.zd.phi = 0 is not allowed"),
    ],
)
def test_a_line_that_the_payoffs_do_not_allow(line, game, complaint):
    with pytest.raises(comity.SettingError, match=complaint):
        seat(make("matrix", **game), {"agent": "zd", **line}, 2)
