"""The metanorm: who let a breach pass is punished in turn."""

import numpy as np
import pytest

import comity
from comity.envs.catalogue import make
from comity.envs.settings import SettingError
from comity.envs.worlds import Worlds

AXELROD = [
    {"institution": "punishment", "preset": "axelrod_1986"},
    {"institution": "metanorm", "preset": "axelrod_1986"},
]
STRICT = {"punishment": {"conduct": "flat", "high": 0.4}, "metanorm": "flat"}
PLAYED = [("matrix", {}), ("public_goods", {"horizon": 6}), ("fishery", {"horizon": 6})]


def ruled(game, seats, layers=AXELROD, **params):
    """A record under punishment and the metanorm."""
    return comity.play(game, seats, institutions=layers, **params)


def lined_up(labels, points, layers=AXELROD, **params):
    """Whom each could punish under the metanorm, after a step of public goods with these labels, in which each of four
    spent these points on the others, those after it in seat order first.
    """
    game = make("public_goods", **params, institutions=layers)
    worlds = Worlds(game, 1)
    worlds.reset(0)
    worlds.step(np.array([20.0 * np.asarray(labels)]))
    for spent in zip(*points, strict=True):
        worlds.step(21.0 + np.array([spent]))
    targets = worlds.state["metanorm_target"][0]
    return [sorted(row[row >= 0].tolist()) for row in targets]


def test_the_bystanders_are_lined_up_and_nobody_else():
    # seat 0 punishes the free rider, seat 1, whom 2 and 3 let pass
    found = lined_up([1, 0, 1, 1], [(1, 0, 0), (0, 0, 0), (0, 0, 0), (0, 0, 0)])
    assert found == [[2, 3], [2, 3], [3], [2]]


def test_to_punish_another_than_the_one_who_committed_the_breach_does_not_count():
    found = lined_up([1, 0, 1, 1], [(0, 1, 1), (1, 1, 1), (0, 0, 1), (1, 0, 0)])
    assert found == [[3], [0, 3], [0, 3], [0]]


def test_to_punish_one_of_two_is_enough_and_free_riders_are_to_punish_each_other():
    found = lined_up([1, 0, 0, 1], [(1, 0, 0), (0, 0, 0), (0, 0, 1), (0, 0, 0)])
    assert found == [[1, 3], [3], [1, 3], [1]]


def test_without_a_breach_nobody_is_lined_up():
    nothing = [(0, 0, 0)] * 4
    assert lined_up([1, 1, 0.5, 1], nothing) == [[]] * 4
    strict = [AXELROD[0], {**AXELROD[1], "standard": 0.6}]
    assert lined_up([1, 1, 0.5, 1], nothing, strict) == [[1, 3], [0, 3], [0, 1, 3], [0, 1]]


def test_the_numbers_of_axelrod():
    seats = [{"agent": "full_contributor", "stages": STRICT}, "free_rider", "full_contributor", "full_contributor"]
    record = ruled("public_goods", seats, horizon=2)
    assert record.game_payoffs[0].tolist() == [[24, 44, 24, 24]] * 2
    # E = −2 for the free rider, who bears P = −9, and E′ = −2 for each bystander, who bears P′ = −9
    assert record.rewards[0].tolist() == [[24 - 2 - 4, 44 - 9, 24 - 9, 24 - 9]] * 2
    assert (record.logs["metanorm_spent"][0] == [2, 0, 0, 0]).all()
    assert (record.logs["metanorm_received"][0] == [0, 0, -9, -9]).all()
    assert (record.logs["punishment_received"][0] == [0, -9, 0, 0]).all()


def test_the_altruistic_punish_bystanders_as_far_as_they_cooperate():
    altruistic = {"punishment": "altruistic", "metanorm": "altruistic"}
    layers = [AXELROD[0], {**AXELROD[1], "most": 20}]
    seats = [{"agent": "full_contributor", "stages": altruistic}, {"agent": "free_rider", "stages": altruistic}]
    record = ruled("public_goods", [*seats, "full_contributor", "full_contributor"], layers, horizon=1)
    assert record.logs["metanorm_spent"][0, 0].tolist() == [20, 0, 0, 0]


def test_where_only_donors_punish_only_donors_let_a_breach_pass():
    layers = [{"institution": "punishment", "by": "actors"}, "metanorm"]
    seats = [{"agent": "never_gives", "stages": {"metanorm": "flat"}}]
    record = ruled("donor", seats, layers, n_agents=4, worlds=3)
    assert (np.nan_to_num(record.logs["metanorm_received"]) == 0).all(), (
        "who meets one donor, itself, has none to judge"
    )
    everybody = ruled("donor", seats, ["punishment", "metanorm"], n_agents=4, worlds=3)
    donors = ~np.isnan(everybody.cooperation)
    assert (everybody.logs["metanorm_received"][~donors] == -9).all()
    assert (everybody.logs["metanorm_received"][donors] == 0).all()


@pytest.mark.parametrize("steps", [0, 2, 4])
def test_it_begins_with_punishment_or_later(steps):
    layers = [{**AXELROD[0], "from_step": 2}, {**AXELROD[1], "from_step": steps}]
    seats = [{"agent": "full_contributor", "stages": STRICT}, "free_rider"]
    record = ruled("public_goods", [*seats, "full_contributor", "full_contributor"], layers, horizon=6)
    assert record.logs["metanorm_spent"][0, :, 0].tolist() == [0] * max(2, steps) + [2] * (6 - max(2, steps))


# -- a layer like any other --------------------------------------------------------------------------------------------


def test_all_is_settled_by_what_follows():
    seats = [{"agent": "full_contributor", "stages": STRICT}, "free_rider", "full_contributor", "full_contributor"]
    layers = [*AXELROD, {"institution": "redistribution", "rate": 1}]
    record = ruled("public_goods", seats, layers, horizon=1)
    assert record.rewards[0, 0] == pytest.approx([(18 + 35 + 15 + 15) / 4] * 4)


@pytest.mark.parametrize(("name", "params"), PLAYED)
def test_who_let_a_breach_pass_is_told_as_it_is(name, params, noisy, random_play):
    layers = [{**one, "error": 0.3} for one in AXELROD]
    game = make(name, **{**noisy[name], **params}, institutions=layers)
    told = set()
    for worlds, *_ in random_play(game, 3, 7, 30):
        for world in worlds[(worlds["stage"] == 2) & (worlds["ended"] == 0)]:
            told.add((game.move_schema(world, 0)["maximum"], "let a breach pass, and" in game.view(world, 0)))
    assert told == {(0, False), (1, True)}


@pytest.mark.parametrize(
    ("layers", "words"),
    [
        (["metanorm"], ("metanorm", "public_goods", "punishment must be listed before it")),
        (["metanorm", "punishment"], ("punishment must be listed before it",)),
        (["reward", "metanorm"], ("punishment must be listed before it",)),
        (["punishment", {"institution": "metanorm", "standard": 2}], ("metanorm.standard", "2")),
    ],
)
def test_what_makes_no_sense_is_refused(layers, words):
    with pytest.raises(SettingError) as error:
        make("public_goods", institutions=layers)
    for word in words:
        assert word in str(error.value)
