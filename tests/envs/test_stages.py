"""Institutions in which seats move: stages of their own between the steps of a game."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import comity
from comity.analysis.episodes import DEFINITIONS, episode_measures
from comity.envs.catalogue import make, vector_env
from comity.envs.institutions.peers import deal_out
from comity.envs.institutions.staged import GAME
from comity.envs.settings import SettingError
from comity.envs.worlds import Worlds

PUNISHMENT = {"institution": "punishment", "most": 2}
HITS = {"agent": "full_contributor", "stages": {"punishment": {"conduct": "flat", "points": 2, "high": 0.5}}}


def punished(game, seats, worlds=1, stage=PUNISHMENT, **params):
    """A record under punishment."""
    return comity.play(game, seats, worlds=worlds, institutions=[stage], **params)


# -- the game stays what it is -----------------------------------------------------------------------------------------


def test_an_end_waits_for_the_stages_after_it():
    game = make("matrix", horizon=2, institutions=[PUNISHMENT])
    worlds = Worlds(game, 1)
    worlds.reset(0)
    ends, stages = [], []
    for _ in range(4):
        stages.append(worlds.state["stage"].item())
        worlds.step(np.zeros((1, 2)))
        ends.append(worlds.ended.item())
    assert ends == [0, 0, 0, worlds.state["held_end"].item()] and ends[3] != 0
    assert stages == [GAME, 1, GAME, 1]
    assert worlds.state["step"].item() == 2


def test_an_end_that_leaves_nobody_waits_for_no_stage(random_play, noisy):
    game = make("crisis", **noisy["crisis"], institutions=[PUNISHMENT])
    gone = 0
    for worlds, *_ in random_play(game, 200, 0):
        nobody = ~game.present(worlds).any(axis=1)
        assert (worlds["ended"][nobody] != 0).all()
        gone += nobody.sum()
    assert gone


def test_a_choice_of_groups_is_followed_by_no_stage():
    """Where a step of the game takes two of the environment, the stage comes after both."""
    game = make("public_goods", preset="sanctsim", horizon=2, institutions=[PUNISHMENT])
    worlds = Worlds(game, 1)
    worlds.reset(0)
    found = []
    while not worlds.ended.all():
        found.append((worlds.state["choosing"].item(), worlds.state["stage"].item()))
        worlds.step(np.full((1, 7), 0.0))
    # as the game says at once that groups are to be chosen next, it does so in the stage, too
    assert found == [(1, 0), (0, 0), *[(1, 1)] * 6] * 2


# -- who can be judged, and what it costs ------------------------------------------------------------------------------


def test_points_cost_one_and_take_three():
    record = punished("public_goods", [HITS, "free_rider"], horizon=1)
    assert record.game_payoffs[0, 0].tolist() == [8, 28, 28, 28]
    assert record.rewards[0, 0].tolist() == [8 - 6, 28 - 6, 28 - 6, 28 - 6]
    assert record.logs["punishment_spent"][0, 0].tolist() == [6, 0, 0, 0]
    assert record.logs["punishment_received"][0, 0].tolist() == [0, -6, -6, -6]


def test_the_table_of_fehr_and_gachter():
    # 0, 1, 2, 4, 6, 9, 12, 16, 20, 25, 30 for 0 … 10 points, each of which takes a tenth of the income of the step
    stage = {"institution": "punishment", "preset": "fehr_gachter_2000"}
    costs = (0, 1, 2, 4, 6, 9, 12, 16, 20, 25, 30)
    for points, cost in enumerate(costs):
        judge = {"agent": "full_contributor", "stages": {"punishment": {"conduct": "flat", "points": points}}}
        record = punished("public_goods", [judge, *["free_rider"] * 3], stage=stage, horizon=1)
        assert record.rewards[0, 0, 0] == pytest.approx(8 - 3 * cost)
        assert record.rewards[0, 0, 1:] == pytest.approx([28 * (1 - points / 10)] * 3)
    all_of_them = {"agent": "free_rider", "stages": {"punishment": {"conduct": "flat", "points": 10}}}
    record = punished("public_goods", [all_of_them, all_of_them, all_of_them, "free_rider"], stage=stage, horizon=1)
    assert record.rewards[0, 0, 3] == 0, "nobody loses more than it earned, however many punish it"


def test_only_those_who_could_be_seen_are_judged():
    groups = {"matching": "stranger", "population": 12, "horizon": 3}
    everybody = {"agent": "free_rider", "stages": {"punishment": "flat"}}
    record = punished("public_goods", [everybody], worlds=4, **groups)
    assert (record.logs["punishment_spent"] == 3).all()
    spends = {"agent": "never_gives", "stages": {"punishment": "flat"}}
    record = comity.play("donor", preset="vallinder_hughes_punish", seats=[spends], worlds=2)
    assert record.game.institution("punishment").params.by == "actors"
    donors = ~np.isnan(record.cooperation)
    assert (record.logs["punishment_spent"][donors] == 1).all()
    assert (record.logs["punishment_spent"][~donors] == 0).all()
    assert (record.logs["punishment_received"][~donors] == -2).all()


def test_antisocial_punishment_is_logged():
    judges = [{"agent": "free_rider", "stages": {"punishment": "antisocial"}}, "full_contributor", "free_rider"]
    record = punished("public_goods", judges, horizon=2, n_agents=3)
    assert (record.logs["punishment_antisocial"][0, :, 0] == 2).all()
    kind = [{"agent": "full_contributor", "stages": {"punishment": "altruistic"}}, "free_rider"]
    assert (punished("public_goods", kind, horizon=2).logs["punishment_antisocial"] == 0).all()


def test_points_go_astray_at_the_rate_of_error():
    stage = {**PUNISHMENT, "error": 0.2}
    only_the_next = {"agent": "full_contributor", "stages": {"punishment": {"conduct": "flat", "high": 0}}}
    seats = [only_the_next, "free_rider", "full_contributor", "full_contributor"]
    record = punished("public_goods", seats, worlds=400, stage=stage, horizon=25)
    astray = record.logs["punishment_astray"][:, :, 0]
    spread = 4 * np.sqrt(0.2 * 0.8 / astray.size)
    assert astray.mean() == pytest.approx(0.2, abs=spread)
    hit = record.logs["punishment_received"] < 0
    assert hit[:, :, 1].mean() == pytest.approx(0.8, abs=spread)
    assert hit[:, :, 2].mean() == pytest.approx(0.1, abs=spread)
    assert hit[:, :, 3].mean() == pytest.approx(0.1, abs=spread)
    assert not hit[:, :, 0].any()
    assert (record.logs["punishment_cost"][:, :, 0] == 1).all()


@settings(deadline=None, max_examples=50)
@given(st.integers(0, 2**32), st.floats(0, 1), st.sampled_from([-1.0, 1.0]))
def test_all_points_arrive_but_those_that_find_nobody(seed, error, sign):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 6))
    targets = np.stack([[(i + 1 + r) % n for r in range(n - 1)] for i in range(n)])[None].astype(np.int16)
    points = rng.integers(0, 4, (1, n, n - 1)).astype(float)
    log, rewards, labels = np.zeros((1, 5, n)), np.zeros((1, n)), rng.random((1, n))
    q = make("matrix", institutions=[{**PUNISHMENT, "error": error}]).institution("punishment")._numbers
    where, key = np.ones(1, bool), np.array([seed], np.uint64)
    deal_out(q, sign, 0, where, key, np.array([3]), labels, np.zeros((1, n)), targets, points, log, rewards)
    spent, astray, received = log[0, 0].sum(), log[0, 2].sum(), log[0, 4].sum()
    lost = astray if n == 2 else 0.0  # with two there is no other whom points could hit
    assert received == pytest.approx(sign * 3 * (spent - lost))
    assert rewards.sum() == pytest.approx(received - spent)
    assert (log[0, 1] <= log[0, 0]).all()


def test_a_reward_of_one_for_one_moves_payoff_and_makes_none():
    grateful = {"agent": "full_contributor", "stages": {"reward": "altruistic"}}
    record = comity.play("public_goods", [grateful, grateful, "free_rider"], institutions=["reward"], horizon=3)
    assert record.rewards.sum() == pytest.approx(record.game_payoffs.sum())
    assert (record.rewards[0, :, 2] == record.game_payoffs[0, :, 2]).all()
    assert (record.logs["reward_received"][0, :, 0] == 10).all()


def test_institutions_settle_the_stages_that_are_listed_before_them():
    pool = {"institution": "redistribution", "rate": 1}
    # 16, 16, 36, 36, of which the first spends 4 and the last two lose 6 each
    for layers, expected in (([PUNISHMENT, pool], [22] * 4), ([pool, PUNISHMENT], [22, 26, 20, 20])):
        seats = [HITS, "full_contributor", "free_rider"]
        record = comity.play("public_goods", seats, horizon=1, institutions=layers)
        assert record.rewards[0, 0] == pytest.approx(expected)


# -- who punishes ------------------------------------------------------------------------------------------------------


def test_the_selfish_never_punish():
    record = punished("public_goods", ["deliberator", "free_rider"], horizon=3)
    assert record.logs["punishment_spent"].sum() == 0


@pytest.mark.parametrize(("weight", "punishes"), [(0.3, False), (0.37, True)])
def test_from_a_third_on_revenge_is_worth_its_price(weight, punishes):
    # a point costs 1 and takes 3; the other's payoff weighs −ρ⁻ once its unkindness is remembered: iff 3ρ⁻ ≥ 1
    avenger = {
        "agent": "deliberator",
        "depth": 1,
        "norms": {"reciprocity": {"negative": weight}, "memory": 0.01},
    }
    record = punished("matrix", [avenger, "alld"], horizon=3)
    assert record.logs["punishment_spent"][0, :, 0].tolist() == [2.0 * punishes] * 3


@pytest.mark.parametrize(("strength", "gifts"), [(3, [0, 0, 0]), (5, [0, 20, 20])])
def test_a_punishment_that_was_felt_deters_iff_it_costs_more_than_giving(strength, gifts):
    # giving the whole endowment costs 20(1 − .4) = 12, and one judge takes 3 for each of its points: 9, or 15
    judge = {"agent": "full_contributor", "stages": {"punishment": {"conduct": "altruistic", "strength": strength}}}
    mind = {"agent": "deliberator", "depth": 1}
    stage = {"institution": "punishment"}
    record = punished("public_goods", [mind, judge, "full_contributor"], stage=stage, horizon=3)
    assert record.actions[0, :, 0].tolist() == gifts


def test_the_bystanders_of_a_stage_are_not_asked():
    with_one = {"agent": "deliberator", "norms": "kind", "stages": {"punishment": "altruistic"}}
    record = punished("public_goods", [with_one, "free_rider"], horizon=2)
    assert record.illegal.sum() == 0


# -- what is asked and told --------------------------------------------------------------------------------------------

STAGED = [
    ("matrix", {}),
    ("public_goods", {"integer": False, "horizon": 3}),
    ("fishery", {"horizon": 4, "horizon_known": True}),
    ("donor", {"n_agents": 4}),
    ("crisis", {"n_agents": 3, "horizon": 5}),
]


@pytest.mark.parametrize(("name", "params"), STAGED)
def test_stages_are_told_by_views_and_schemas(name, params, random_play):
    game = make(name, **params, institutions=[PUNISHMENT, "reward"])
    for worlds, *_ in random_play(game, 2, 3, 20):
        for world in worlds[worlds["stage"] > 0]:
            assert game.move_schema(world, 0)["minimum"] == 0
            assert game.stages[world["stage"] - 1] in ("punishment", "reward")
            assert "points" in game.view(world, 0) or "nobody" in game.view(world, 0)


def test_moves_that_are_none_here_do_nothing_and_are_counted():
    game = make("matrix", institutions=[PUNISHMENT])
    worlds = Worlds(game, 1)
    worlds.reset(0)
    worlds.step(np.array([[1.0, 4.0]]))  # 2, 3, 4 are points: none of the game's
    assert worlds.state["illegal"][0].tolist() == [0, 1]
    worlds.step(np.array([[1.0, 4.0]]))
    assert worlds.state["illegal"][0].tolist() == [1, 1]
    assert worlds.state["punishment_spent"][0].tolist() == [0, 2]
    acted = worlds.state["action"].copy()
    worlds.step(np.array([[0.0, 3.0]]))
    assert worlds.state["action"][0].tolist() == [0, acted[0, 1]], "whoever makes no move of the game acts as before"


def test_a_vector_of_worlds_in_many_stages_resets_each_at_its_own_end():
    envs = vector_env("matrix", 8, continuation=0.5, institutions=[PUNISHMENT], autoreset_mode="SameStep")
    envs.reset(seed=0)
    stages = set()
    for _ in range(30):
        stages.add(tuple(envs._worlds.state["stage"].tolist()))
        envs.step(np.array([[0, 0]] * 8))
    assert stages == {(0,) * 8, (1,) * 8}


def test_the_frame_names_what_was_spent():
    frame = punished("public_goods", [HITS, "free_rider"], horizon=2).frame()
    assert frame["punishment_spent"].to_list() == [6, 0, 0, 0] * 2
    assert frame["step"].to_list() == [1] * 4 + [2] * 4


@pytest.mark.parametrize(
    ("name", "layer", "words"),
    [
        ("ultimatum", "punishment", ("ultimatum", "at the end")),
        ("trust", "punishment", ("trust", "by turns")),
        ("fishery", {"institution": "punishment", "error": 2}, ("punishment.error", "2")),
        ("public_goods", {"institution": "punishment", "preset": "fehr"}, ("preset of punishment", "fehr_gachter")),
        (
            "public_goods",
            {"institution": "punishment", "preset": "fehr_gachter_2000", "most": 11},
            ("table of costs", "11"),
        ),
    ],
)
def test_what_makes_no_sense_is_refused(name, layer, words):
    with pytest.raises(SettingError) as error:
        make(name, institutions=[layer])
    for word in words:
        assert word in str(error.value)


@pytest.mark.parametrize(
    ("stages", "words"),
    [
        ("altruistic", ("seats.stages", "altruistic")),
        ({"punishments": "altruistic"}, ("punishments", "Did you mean 'punishment'")),
        ({"punishment": "altruist"}, ("altruist", "Did you mean 'altruistic'")),
        ({"punishment": {"conduct": "flat", "points": -1}}, ("seats.stages.punishment.points", "-1")),
        ({"reward": "antisocial"}, ("antisocial", "reward")),
    ],
)
def test_wrong_conducts_are_refused(stages, words):
    with pytest.raises(SettingError) as error:
        punished("public_goods", [{"agent": "free_rider", "stages": stages}])
    for word in words:
        assert word in str(error.value)


def test_what_is_logged_is_a_measure_of_its_own():
    found = episode_measures(punished("public_goods", [HITS, "free_rider"], horizon=2))
    assert found["punishment_spent"].tolist() == [1.5]  # 6 points of one seat of four
    assert found["punishment_received"].tolist() == [-4.5]
    assert "points that a seat spends to punish others" in DEFINITIONS["punishment_spent"].text
