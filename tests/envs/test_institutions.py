"""Institutions: layers that change what is paid and seen, and nothing of the game."""

import contextlib
import pickle
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import comity
from comity.envs.catalogue import games, make, vector_env
from comity.envs.institutions.layers import INSTITUTIONS
from comity.envs.institutions.redistribution import share
from comity.envs.paraphrases import PARAPHRASES
from comity.envs.settings import SettingError
from comity.envs.worlds import Worlds

PAID_AT_END = [name for name in games() if make(name).pays_at_end]
LONG_TO_COMPILE = ("harvest", "cleanup", "scorable", "division", "buy_sell", "exchange")
every_game = pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.slow] * (name in LONG_TO_COMPILE)) for name in games()]
)
PAID_BY_STEP = [name for name in games() if name not in PAID_AT_END]
NO_FORCE = {"institution": "sanctions", "gain": 1, "detection": 0, "cost": 0}


def test_an_empty_list_is_the_game_itself():
    assert type(make("matrix", institutions=[])) is type(make("matrix"))


# -- redistribution ----------------------------------------------------------------------------------------------------


@settings(deadline=None)
@given(
    st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=8),
    st.floats(0, 1),
    st.integers(0, 2**8 - 1),
)
def test_redistribution_keeps_the_mean_of_those_who_are_there(payoffs, rate, bits):
    there = np.array([[bits >> k & 1 for k in range(len(payoffs))]], np.int8)
    before = np.array([payoffs]) * there
    after = before.copy()
    share(np.array([rate]), there, after)
    assert after.sum() == pytest.approx(before.sum(), abs=1e-6 * (1 + np.abs(before).sum()))
    assert (after[there == 0] == 0).all()
    own = there == 1
    if own.any():
        np.testing.assert_allclose(after[own], (1 - rate) * before[own] + rate * before[own].mean(), atol=1e-9)


@every_game
def test_in_every_game_all_together_are_paid_the_same(name, noisy, random_play):
    layers = ["redistribution", *[NO_FORCE] * (name in PAID_BY_STEP)]
    bare, ruled = (make(name, **noisy[name], **more) for more in ({}, {"institutions": layers}))
    for (*_, paid), (worlds, _, settled) in zip(random_play(bare, 3, 4, 12), random_play(ruled, 3, 4, 12), strict=True):
        assert settled.sum(axis=1) == pytest.approx(paid.sum(axis=1))
        there = ruled.present(worlds)
        if there.all():
            np.testing.assert_allclose(settled, 0.6 * paid + 0.4 * paid.mean(axis=1, keepdims=True), atol=1e-12)


@pytest.mark.parametrize(("rate", "gift"), [(0.0, 0), (0.79, 0), (0.81, 20), (1.0, 20)])
def test_from_a_rate_on_contributing_is_dominant(rate, gift):
    # (1 − τ)(m − 1) + τ(nm − 1)/n > 0 iff τ > .8 with m = .4, n = 4
    layer = {"institution": "redistribution", "rate": rate}
    for others in ("free_rider", "full_contributor"):
        record = comity.play("public_goods", ["deliberator", others], institutions=[layer])
        assert (record.actions[0, :, 0] == gift).all()


# -- sanctions ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("fine", "cooperates"), [(1.9, 0), (2.1, 1)])
def test_a_fine_deters_iff_it_is_larger_than_the_gain(fine, cooperates):
    layer = {"institution": "sanctions", "gain": 1, "first": fine, "growth": 1}
    record = comity.play("matrix", [{"agent": "deliberator", "depth": 1}, "allc"], horizon=5, institutions=[layer])
    assert (record.cooperation[0, :, 0] == cooperates).all()


@pytest.mark.parametrize(("p", "cooperates"), [(0.2, 0), (0.8, 1)])
def test_a_likely_fine_deters_and_an_unlikely_one_does_not(p, cooperates):
    layer = {"institution": "sanctions", "gain": 1, "first": 4, "growth": 1, "detection": p}  # p·f against 2
    mind = {"agent": "deliberator", "depth": 1, "samples": 400}
    record = comity.play("matrix", [mind, "allc"], horizon=5, institutions=[layer])
    assert (record.cooperation[0, :, 0] == cooperates).all()


@pytest.mark.parametrize(("p", "gift"), [(0.55, 0), (0.65, 20)])
def test_a_fine_for_each_token_withheld_deters_iff_it_is_likely_enough(p, gift):
    # 1 token per token withheld, detected with p: iff p ≥ 1 − m = .6 (NORMS.md §3)
    layer = {"institution": "sanctions", "standard": 1, "gain": 20, "first": 1, "growth": 1, "by_size": True}
    mind = {"agent": "deliberator", "depth": 1, "samples": 2000}
    given = comity.play("public_goods", [mind, "free_rider"], horizon=3, institutions=[{**layer, "detection": p}])
    assert (given.actions[0, :, 0] == gift).all()


def test_fines_double_up_to_the_largest_and_the_record_fades():
    layer = {"institution": "sanctions", "gain": 2, "first": 0.5, "growth": 2, "most": 5, "half_life": 10}
    record = comity.play("matrix", ["alld", "allc"], horizon=8, institutions=[layer])
    fines = record.game_payoffs[0, :, 0] - record.rewards[0, :, 0]
    count, expected = 0.0, []
    for _ in range(8):
        count *= 0.5 ** (1 / 10)
        expected.append(2 * min(5, 0.5 * 2**count))
        count += 1
    assert fines == pytest.approx(expected)
    assert fines[-1] == 10
    assert (record.rewards[0, :, 1] == record.game_payoffs[0, :, 1]).all()


def test_detection_misses_and_misfires_at_their_rates():
    layer = {"institution": "sanctions", "gain": 1, "detection": 0.3, "false_positive": 0.1, "growth": 1, "cost": 0.25}
    record = comity.play("matrix", ["alld", "allc"], worlds=500, horizon=100, institutions=[layer])
    fined = record.game_payoffs - record.rewards - 0.25 > 0.1
    spread = 4 * np.sqrt(0.3 * 0.7 / 50_000)
    assert fined[:, :, 0].mean() == pytest.approx(0.3, abs=spread)
    assert fined[:, :, 1].mean() == pytest.approx(0.1, abs=spread)


def test_whoever_has_left_is_neither_fined_nor_counted():
    layer = {"institution": "sanctions", "gain": 1, "cost": 0.5}
    record = comity.play(
        "crisis", ["strike", "pull_back", "strike"], n_agents=3, stability=3, horizon=10, institutions=[layer]
    )
    gone = np.isnan(record.actions[0, :, 1])
    assert gone.any()
    assert (record.rewards[0, gone, 1] == 0).all()


# -- layers together ---------------------------------------------------------------------------------------------------


def test_institutions_settle_in_their_order():
    fine = {"institution": "sanctions", "gain": 1, "first": 3, "growth": 1}
    pool = {"institution": "redistribution", "rate": 1}
    for layers, expected in (([fine, pool], [1, 1]), ([pool, fine], [-0.5, 2.5])):
        record = comity.play("matrix", ["alld", "allc"], horizon=1, institutions=layers)
        assert record.rewards[0, 0].tolist() == expected
        assert record.game_payoffs[0, 0].tolist() == [5, 0]
        assert record.frame().select("reward", "game_payoff").rows() == [(expected[0], 5.0), (expected[1], 0.0)]


def test_many_worlds_reset_one_by_one_keep_their_records():
    layer = {"institution": "sanctions", "gain": 1, "growth": 2, "first": 1}
    envs = vector_env("matrix", num_worlds=4, horizon=50, continuation=0.7, institutions=[layer])
    envs.reset(seed=1)
    counted = envs.game.field_index["breaches"]
    before, over, resets = np.zeros(4), np.zeros(4, np.bool_), 0
    for _ in range(40):
        observations, _, terminated, truncated, _ = envs.step(np.ones((4, 2), np.int64))
        seen = observations[:, 0, counted] if observations.ndim == 3 else observations[0][:, counted]
        assert (seen[over] == 0).all()
        assert (seen[~over] > before[~over]).all()
        resets += over.sum()
        before, over = seen, terminated | truncated
    assert resets > 10


def test_deliberators_reckon_with_institutions_by_turns_too():
    # who is to share all anyway proposes what is best for both together, and nobody does who is not
    bare, ruled = (
        comity.play("division", ["deliberator"], context=100, common_knowledge=True, institutions=layers)
        for layers in ([], [{"institution": "redistribution", "rate": 1}])
    )
    game = ruled.game
    best = game.contexts.utilities[100][game.contexts.feasible[100]].sum(axis=1).max()
    assert ruled.rewards[0].sum(axis=0).tolist() == [best / 2, best / 2]
    assert bare.rewards[0].sum() < best


def test_what_is_told_holds_the_numbers_in_force():
    layers = [
        {"institution": "redistribution", "rate": 0.35},
        {
            "institution": "sanctions",
            "gain": 7,
            "first": 0.5,
            "growth": 3,
            "most": 4,
            "detection": 0.45,
            "half_life": 6,
        },
    ]
    game = make("fishery", institutions=layers)
    told = game.brief(0)
    for number in ("35 percent", "probability 0.45", "costs 3.5,", "3 times", "at most 28", "in 6 steps"):
        assert number in told
    worlds = Worlds(game, 20)
    worlds.reset(0)
    worlds.step(np.full((20, 5), 20.0))
    fined = worlds.state["sanctions_fine"][:, 0] > 0
    assert 0 < fined.sum() < 20
    for b in range(20):
        told = game.view(worlds.state[b], 0)
        assert ("You were fined 3.5 for the last step." in told) == fined[b]
        assert f"After all institutions the last step paid you {worlds.rewards[b, 0]:g}." in told
        assert worlds.observations[b, 0, game.field_index["settled"]] == np.float32(worlds.rewards[b, 0])


EVERY_RULE = {
    "sanctions": {"by_size": True, "false_positive": 0.125, "cost": 0.75, "gain": 7},
    "punishment": {"preset": "fehr_gachter_2000", "error": 0.15, "by": "actors", "from_step": 13},
    "reward": {"error": 0.15, "by": "actors", "from_step": 13},
    "quota": {"cap": 7.5, "fixed": 3, "false_positive": 0.125, "cost": 0.75},
    "voting": {"rule": "majority", "start": 0.25, "every": 10},
    "metanorm": {"error": 0.15, "by": "actors", "from_step": 13},
    "contract": {"error": 0.15, "cost": 0.75, "duration": 5, "proposer": "drawn"},
    "cooperation_window": {"steps": 5, "start": 10},
    "reputation": {"kind": "standing", "information": "gossip", "fidelity": 0.8, "standard": 0.75},
    "communication": {"every": 3, "cost": 0.25, "error": 0.15},
    "mediator": {"fee": 0.25, "error": 0.15},
}
"""Settings under which an institution tells all that it can tell."""
COMPANY = {"metanorm": ["punishment"], "voting": ["redistribution"]}
"""What an institution is about, if that is another one."""


@pytest.mark.parametrize("name", INSTITUTIONS)
def test_every_institution_is_told_in_wordings_that_hold_the_same_numbers(name):
    for layer in ({}, EVERY_RULE.get(name, {})):
        game = home(name, layer)
        for seat in range(game.n_agents):
            one = game.institution(name)
            wordings = [one.brief(seat, paraphrase) for paraphrase in range(PARAPHRASES)]
            assert one.brief(seat) == wordings[0]
            for lines in zip(*wordings, strict=True):
                assert len(set(lines)) == PARAPHRASES >= 3
                numbers = [sorted(re.findall(r"\d+(?:\.\d+)?", line)) for line in lines]
                assert numbers[1:] == numbers[:-1], lines
            assert game.brief(seat, 2).endswith("\n".join(wordings[2]))
            with pytest.raises(SettingError, match="paraphrase = 3.*0 to 2"):
                game.brief(seat, 3)


def home(name, layer):
    """The first game in which the institution makes sense."""
    for game in games():
        with contextlib.suppress(SettingError):
            return make(game, institutions=[*COMPANY.get(name, ()), {"institution": name, **layer}])
    raise AssertionError(f"{name} makes sense in no game")


def test_whoever_does_not_know_the_end_expects_the_same_fines():
    game = make("fishery", institutions=["sanctions"])
    optimum = game.anchors().optimum / (game.n_agents * game.params.horizon)
    assert not game.params.horizon_known
    assert game.believed(0).params.horizon > game.params.horizon
    for one in (game, game.believed(0), pickle.loads(pickle.dumps(game))):
        assert one.institutions[0].params.gain == optimum
    deterred = comity.play(game, ["deliberator"], worlds=2)
    tempted = comity.play("fishery", ["deliberator"], worlds=2)
    assert np.nanmean(deterred.cooperation) > np.nanmean(tempted.cooperation)


@pytest.mark.parametrize("name", games())
def test_its_settings_make_the_same_game(name, noisy):
    for layers in ([], ["redistribution"]):
        game = make(name, **noisy[name], institutions=layers)
        again = make(name, **game.settings)
        assert (type(again), again.params, again.settings) == (type(game), game.params, game.settings)


def test_a_game_with_institutions_can_be_stored():
    game = make("fishery", n_agents=3, institutions=[{"institution": "redistribution", "rate": 0.2}])
    again = pickle.loads(pickle.dumps(game))
    assert again.params == game.params
    assert again.institutions[0].params == game.institutions[0].params
    assert again.believed(0).institutions[0].params == game.institutions[0].params


# -- wrong settings ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "params", "complaints"),
    [
        ("matrix", {"institutions": "redistribution"}, ("institutions", "a list of names")),
        ("matrix", {"institutions": ["redistributon"]}, ("redistributon", "Did you mean 'redistribution'")),
        ("matrix", {"institutions": [{"rate": 0.2}]}, ("institutions", "'institution'")),
        ("matrix", {"institutions": [3]}, ("institutions", "3")),
        ("matrix", {"institutions": ["sanctions", "sanctions"]}, ("each at most once",)),
        ("matrix", {"institutions": [{"institution": "redistribution", "rate": 1.2}]}, ("redistribution.rate", "1.2")),
        ("matrix", {"institutions": [{"institution": "sanctions", "p": 1}]}, ("unknown setting", "sanctions", "'p'")),
        ("fishery", {"n_agents": 1, "institutions": ["redistribution"]}, ("fishery", "one seat")),
        ("ultimatum", {"institutions": ["sanctions"]}, ("ultimatum", "pays at the end")),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(name, params, complaints):
    with pytest.raises(SettingError) as error:
        make(name, **params)
    for complaint in complaints:
        assert complaint in str(error.value)


def test_every_institution_has_a_page():
    for cls in INSTITUTIONS.values():
        page = __import__(cls.__module__, fromlist=["_"]).__doc__
        assert "**Rule.**" in page
        assert cls.title
