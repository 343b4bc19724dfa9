"""GAMES.md §2.6: known answers of the spatial public good."""

import numpy as np
import pytest

import comity
from comity.envs.commons.cleanup import BENCHMARKS, Cleanup, growth_prob
from comity.envs.commons.grid import AGENT, APPLE, EAST, GROUND, NORTH, STAY, WEST, ZAP
from comity.envs.commons.picture import CELL, DIRT, ORCHARD, RIVER, TINTS
from comity.envs.settings import SettingError
from comity.envs.worlds import Worlds

SMALL = {"height": 4, "width": 8, "river_width": 2, "orchard_width": 3, "view": 1, "n_agents": 3}
TEN = {"height": 5, "width": 8, "river_width": 2, "orchard_width": 3, "n_agents": 1}
CLEAN = 5
on_the_whole_map = pytest.mark.slow
"""Seven agents on 12 by 20 cells take long to compile."""
WHOLE = {"view": 19}
"""With this window everybody sees the whole map."""
TABLE = (0, 1958, 2312, 2205, 1899, 1433, 828, 0)


def worlds_of(num=1, seed=0, **params):
    worlds = Worlds(Cleanup(**params), num)
    worlds.reset(seed)
    return worlds


def draw(worlds, agents=(), dirt=None, apples=None):
    """Puts agents, dirt and apples on these cells and nowhere else, in every world."""
    v, state = worlds.game.params.view, worlds.state
    state["view_map"][..., AGENT] = 0
    for i, (row, col) in enumerate(agents):
        state["row"][:, i], state["col"][:, i] = row, col
        state["view_map"][:, row + v, col + v, AGENT] = 1
    for channel, name, cells in ((GROUND, "dirt", dirt), (APPLE, "apples", apples)):
        if cells is not None:
            state["view_map"][..., channel] = 0
            state[name] = len(cells)
            for row, col in cells:
                state["view_map"][:, row + v, col + v, channel] = 1
    worlds.look()


def grid(worlds, channel):
    v = worlds.game.params.view
    return worlds.state["view_map"][:, v:-v, v:-v, channel]


def cells(worlds, channel, b=0):
    return [tuple(cell) for cell in np.argwhere(grid(worlds, channel)[b]).tolist()]


# -- the map -----------------------------------------------------------------------------------------------------------


@on_the_whole_map
def test_the_start():
    worlds = worlds_of(300)
    state = worlds.state
    assert (state["dirt"] == 15).all() and not state["apples"].any()
    dirty = grid(worlds, GROUND)
    assert (dirty.sum(axis=(1, 2)) == 15).all()
    assert not dirty[:, :, 3:].any()
    share = 15 / 36  # each river cell is as likely to be dirty; within four standard errors
    assert dirty[:, :, :3].mean(axis=0) == pytest.approx(share, abs=4 * (share * (1 - share) / 300) ** 0.5)
    assert (state["col"] == 9).all()
    assert state["row"][0].tolist() == [int((k + 0.5) * 12 / 7) for k in range(7)]


@pytest.mark.parametrize(("share", "cells"), [(0, 0), (0.4, 4), (0.41, 5), (1, 10)])
def test_the_dirt_of_the_start_is_rounded_up(share, cells):
    assert worlds_of(**TEN, dirt_init=share).state["dirt"][0] == cells


def test_the_map_says_what_is_there_and_apples_balance():
    worlds = worlds_of(20, **SMALL, apple_prob=0.5, threshold_depletion=1, zap=True, zap_timeout=3)
    rng = np.random.default_rng(0)
    for _ in range(100):
        apples = grid(worlds, APPLE).copy()
        moves = np.where(worlds.masks[..., 1] == 1, rng.integers(0, 7, (20, 3)), 0)
        worlds.step(moves.astype(float))
        state, v = worlds.state, worlds.game.params.view
        agents, b = np.zeros((20, 4, 8)), np.arange(20)
        for i in range(3):
            on = state["timeout"][:, i] == 0
            agents[b[on], state["row"][on, i], state["col"][on, i]] += 1
            ate = on & (worlds.rewards[:, i] == 1)
            assert apples[b[ate], state["row"][ate, i], state["col"][ate, i]].all()
            assert not grid(worlds, APPLE)[b[on], state["row"][on, i], state["col"][on, i]].any()
        np.testing.assert_array_equal(grid(worlds, AGENT), agents)
        np.testing.assert_array_equal(state["apples"], grid(worlds, APPLE).sum(axis=(1, 2)))
        np.testing.assert_array_equal(state["dirt"], grid(worlds, GROUND).sum(axis=(1, 2)))
        assert not grid(worlds, APPLE)[:, :, :5].any() and not grid(worlds, GROUND)[:, :, 2:].any()
        assert not state["view_map"][:, :v, :, 1:].any(), "nothing lies in the wall"
    assert not worlds.state["illegal"].any()
    assert worlds.state["hits"].min() > 0


# -- cleaning and growth -----------------------------------------------------------------------------------------------


def test_each_clean_removes_the_nearest_dirt():
    worlds = worlds_of(**SMALL, dirt_spawn_prob=0)
    draw(worlds, agents=((1, 2), (3, 7), (0, 7)), dirt=((0, 0), (0, 1), (2, 1), (3, 0)))
    left = [[(0, 0), (2, 1), (3, 0)], [(0, 0), (3, 0)], [(3, 0)], [], []]
    for step, dirt in enumerate(left):
        worlds.step(np.array([[CLEAN, CLEAN, STAY]], float))
        assert cells(worlds, GROUND) == dirt, "by Manhattan distance, then in reading order"
        np.testing.assert_array_equal(worlds.state["cooperation"], [[1 if step < 4 else np.nan, np.nan, np.nan]])
    assert not worlds.state["illegal"].any()


def test_two_clean_in_the_order_drawn():
    worlds = worlds_of(2000, **SMALL, dirt_spawn_prob=0)
    draw(worlds, agents=((1, 1), (1, 2), (0, 7)), dirt=((1, 0),))
    worlds.step(np.tile([CLEAN, CLEAN, STAY], (2000, 1)).astype(float))
    assert (np.nansum(worlds.state["cooperation"], axis=1) == 1).all()
    assert (worlds.state["cooperation"][:, 0] == 1).mean() == pytest.approx(0.5, abs=4 * 0.5 / 2000**0.5)


def test_eating_is_labelled_zero():
    worlds = worlds_of(**SMALL, dirt_spawn_prob=0)
    draw(worlds, agents=((1, 4), (3, 3), (0, 2)), dirt=((0, 0), (1, 0), (2, 0), (3, 0)), apples=((1, 5),))
    worlds.step(np.array([[EAST, NORTH, CLEAN]], float))
    assert worlds.rewards.tolist() == [[1, 0, 0]]
    np.testing.assert_array_equal(worlds.state["cooperation"], [[0, np.nan, 1]])


def test_dirt_comes_one_by_one_and_stops():
    num = 4000
    worlds = worlds_of(num, **TEN, apple_prob=0)
    draw(worlds, agents=((0, 4),), dirt=((0, 0), (2, 1), (4, 1)))
    worlds.step(np.zeros((num, 1)))
    more = worlds.state["dirt"] == 4
    assert set(worlds.state["dirt"]) == {3, 4}
    assert more.mean() == pytest.approx(0.5, abs=4 * 0.5 / num**0.5)
    new = grid(worlds, GROUND)[more][:, :, :2].mean(axis=0)
    clean = np.array([[0, 1], [1, 1], [1, 0], [1, 1], [1, 0]], bool)
    assert new[clean] == pytest.approx(1 / 7, abs=4 * (6 / 49 / more.sum()) ** 0.5)
    for _ in range(60):
        worlds.step(np.zeros((num, 1)))
    assert (worlds.state["dirt"] == 4).all()


@pytest.mark.parametrize(("dirt", "prob"), [(0, 0.05), (1, 0.0375), (2, 0.025), (4, 0), (10, 0)])
def test_growth_falls_with_dirt(dirt, prob):
    """In a step without spawns; within four standard errors over 15 orchard cells of 2,000 worlds."""
    num = 2000
    worlds = worlds_of(num, **TEN, dirt_spawn_prob=0)
    river = [(row, col) for row in range(5) for col in range(2)]
    draw(worlds, agents=((0, 4),), dirt=river[:dirt])
    worlds.step(np.zeros((num, 1)))
    assert growth_prob(worlds.game.p, dirt) == pytest.approx(prob)
    assert (worlds.state["apples"] / 15).mean() == pytest.approx(prob, abs=4 * (prob * (1 - prob) / 15 / num) ** 0.5)


@on_the_whole_map
def test_nobody_cleans():
    for preset in Cleanup.presets:
        record = comity.play("cleanup", ["harvester"], worlds=12, preset=preset)
        assert not record.rewards.any()
        assert (record.signals["dirt"] == 15).all() and not record.signals["apples"].any()


def test_ten_river_cells_and_one_cleaner():
    """The chain on the dirt after the spawn: from x, max(0, x − 1), then one more with probability ½ (all are below
    dirt_max · 10 = 4); its stationary distribution, solved here, and played.
    """
    chain = np.zeros((5, 5))
    for x in range(5):
        cleaned = max(0, x - 1)
        chain[x, cleaned] += 0.5
        chain[x, cleaned + 1] += 0.5
    values, vectors = np.linalg.eig(chain.T)
    stationary = np.real(vectors[:, np.argmax(np.real(values))])
    stationary /= stationary.sum()
    assert stationary == pytest.approx([0.5, 0.5, 0, 0, 0])
    num, steps = 400, 200
    worlds = worlds_of(num, **TEN)
    assert (worlds.state["dirt"] == 4).all()
    draw(worlds, agents=((2, 2),))
    seen, grew, could = np.zeros(11), 0, 0
    for step in range(steps):
        empty = 15 - worlds.state["apples"]
        worlds.step(np.full((num, 1), float(CLEAN)))
        if step >= 50:
            seen += np.bincount(worlds.state["dirt"], minlength=11)
            grew += (worlds.state["apples"] - (15 - empty)).sum()
            could += empty.sum()
    share = seen / seen.sum()
    assert share[:2] == pytest.approx([0.5, 0.5], abs=4 * 0.5 / (num * (steps - 50)) ** 0.5)
    assert share[:2].sum() == 1
    mean = share[0] * growth_prob(worlds.game.p, 0) + share[1] * growth_prob(worlds.game.p, 1)
    assert mean == pytest.approx(0.04375, rel=0.005)
    assert grew / could == pytest.approx(0.04375, abs=4 * (0.04375 / could) ** 0.5)


# -- scripted populations ----------------------------------------------------------------------------------------------


def total(cleaners, **params):
    seats = ["cleaner"] * cleaners + ["harvester"] * (7 - cleaners)
    return comity.play("cleanup", seats, worlds=12, **params)


@on_the_whole_map
@pytest.mark.parametrize("cleaners", range(8))
def test_the_table_of_cleaners(cleaners):
    record = total(cleaners, **WHOLE)
    eaten = record.rewards.sum(axis=1).mean(axis=0)
    assert eaten.sum() == pytest.approx(TABLE[cleaners], rel=0.1)
    assert not eaten[:cleaners].any(), "a cleaner earns nothing"
    if cleaners < 7:
        assert eaten[cleaners:].mean() == pytest.approx(TABLE[cleaners] / (7 - cleaners), rel=0.1)


@on_the_whole_map
@pytest.mark.parametrize("preset", BENCHMARKS)
def test_the_optimum_of_the_table_is_interior(preset):
    """Two cleaners; with a hundred steps three do as well, within 10 %."""
    totals = [total(k, preset=preset, **WHOLE).rewards.sum(axis=(1, 2)).mean() for k in range(8)]
    assert totals[2] >= 0.97 * max(totals)
    anchors = Cleanup(preset).anchors()
    assert anchors.optimum == pytest.approx(totals[2], rel=0.1)
    assert anchors.worst_equilibrium == 0
    assert "benchmark" in anchors.note


@on_the_whole_map
def test_who_sees_less_of_the_map_does_as_well():
    for cleaners in (1, 2, 4):
        assert total(cleaners).rewards.sum(axis=(1, 2)).mean() == pytest.approx(TABLE[cleaners], rel=0.1)


@on_the_whole_map
def test_turn_takers_share_the_work_and_the_apples():
    fair = comity.play("cleanup", ["turn_taker"], worlds=12).rewards.sum(axis=1)
    assert fair.sum(axis=1).mean() > 0.85 * TABLE[2]
    assert fair.mean(axis=0).min() > 0.8 * fair.mean()
    cheated = comity.play("cleanup", ["exploiter", "turn_taker"], worlds=12).rewards.sum(axis=1).mean(axis=0)
    assert cheated[0] > 1.1 * fair.mean() > cheated[1:].mean()


@on_the_whole_map
def test_elsewhere_the_optimum_is_a_bound():
    anchors = Cleanup(horizon=50, dirt_init=0.1).anchors()
    assert anchors.optimum == pytest.approx(72 * 0.05 * 50)
    assert np.isnan(anchors.worst_equilibrium)
    assert "bound" in anchors.note


# -- what a seat knows -------------------------------------------------------------------------------------------------


@on_the_whole_map
def test_what_is_not_seen_is_not_believed():
    game = Cleanup()
    worlds = Worlds(game, 1)
    worlds.reset(0)
    state = worlds.state.copy()
    key = np.array([7], np.uint64)
    believed = game.imagine(state, 0, key)
    worlds.step(np.array([[STAY, *[EAST] * 6]], float))  # the others leave, unseen dirt and apples change
    worlds.step(np.array([[STAY, *[WEST] * 6]], float))
    draw(
        worlds,
        agents=zip(*(state[name][0] for name in ("row", "col")), strict=True),
        dirt=((0, 0),),
        apples=((11, 19),),
    )
    for name in ("step", "action", "intended", "order"):
        worlds.state[name] = state[name]
    imagined = game.imagine(worlds.state, 0, key)
    for name in state.dtype.names:
        np.testing.assert_array_equal(imagined[name], believed[name], err_msg=name)
    assert believed["dirt"][0] == believed["view_map"][..., GROUND].sum()
    shares = [game.imagine(state, 0, np.array([k], np.uint64))["dirt"][0] / 36 for k in range(300)]
    assert np.mean(shares) == pytest.approx(0.4, abs=4 * (0.24 / 36 / 300) ** 0.5)


def test_what_is_seen_is_believed():
    worlds = worlds_of(**SMALL)
    draw(worlds, agents=((1, 2), (1, 3), (3, 7)), dirt=((0, 1), (3, 0)), apples=((0, 6),))
    game = worlds.game
    believed = game.imagine(worlds.state, 0, np.zeros(1, np.uint64))
    assert (game.window(believed[0], 0) == game.window(worlds.state[0], 0)).all()
    assert (believed["timeout"][0] == 0).tolist() == [True, True, False]
    assert believed["apples"][0] == 0


@pytest.mark.parametrize("cooperative", [True, False])
def test_exemplars_are_labelled_so_where_there_are_any(cooperative):
    worlds = worlds_of(**SMALL, dirt_spawn_prob=0)
    draw(worlds, agents=((1, 2), (1, 4), (3, 7)), dirt=((1, 1),), apples=((0, 4), (3, 6)))
    acts = [worlds.game.exemplar(worlds.state, i, cooperative)[0] for i in range(3)]
    assert acts == ([CLEAN] * 3 if cooperative else [STAY, NORTH, WEST])
    worlds.step(np.array([acts]))
    labels = worlds.state["cooperation"][0]
    np.testing.assert_array_equal(labels, [1, np.nan, np.nan] if cooperative else [np.nan, 0, 0])


def test_clean_is_the_last_move():
    plain, armed = Cleanup(**SMALL), Cleanup(**SMALL, zap=True)
    assert plain.moves == ("stay", "north", "south", "west", "east", "clean")
    assert armed.moves == ("stay", "north", "south", "west", "east", "zap", "clean")
    worlds = Worlds(armed, 1)
    worlds.reset(0)
    draw(worlds, agents=((1, 2), (2, 2), (3, 2)), dirt=((0, 0), (1, 0)))
    worlds.step(np.array([[CLEAN + 1, ZAP, CLEAN + 1]], float))
    hit = worlds.state["zapped"][0, 1]
    assert hit in (0, 2) and worlds.state["dirt"][0] <= 2
    assert np.isnan(worlds.state["cooperation"][0, hit]), "who is hit does not clean"
    assert worlds.game.move_schema(worlds.state[0], hit)["enum"] == ["stay"]
    for _ in range(25):
        worlds.step(np.zeros((1, 3)))
    assert worlds.state["timeout"][0, hit] == 0
    assert worlds.state["col"][0, hit] == 3, "back in the column of the starts"


def test_the_picture():
    worlds = worlds_of(**SMALL)
    draw(worlds, agents=((1, 2), (1, 3), (3, 7)), dirt=((0, 1),), apples=())
    image = worlds.game.picture(worlds.state[0])
    assert image.shape == (4 * CELL, 8 * CELL, 3) and image.dtype == np.uint8
    rows, cols = np.nonzero((image == DIRT).all(axis=2))
    assert set(rows // CELL) == {0} and set(cols // CELL) == {1}
    assert (image[2 * CELL, 0] == TINTS[RIVER]).all() and (image[2 * CELL, 5 * CELL] == TINTS[ORCHARD]).all()


@on_the_whole_map
def test_deliberators_play_it():
    record = comity.play("cleanup", [{"agent": "deliberator", "depth": 3, "norms": "kind"}], worlds=2, horizon=30)
    assert not record.illegal.any()
    assert np.isfinite(record.rewards).all()


# -- settings ----------------------------------------------------------------------------------------------------------


def test_presets():
    assert Cleanup("cleanup_1000").params == Cleanup().params
    assert Cleanup("cleanup_100").params.horizon == 100


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"orchard_width": 18}, ("cleanup.orchard_width", "at most cleanup.width - cleanup.river_width = 17")),
        ({"threshold_restoration": 0.4}, ("cleanup.threshold_restoration", "below cleanup.threshold_depletion = 0.4")),
        ({"n_agents": 13}, ("cleanup.n_agents", "at most cleanup.height = 12")),
        ({"dirt_max": 1.5}, ("cleanup.dirt_max", "[0, 1]")),
        ({"clean_range": -1}, ("cleanup.clean_range", "[0, 255]")),
        ({"preset": "cleanup"}, ("cleanup", "cleanup_100")),
    ],
)
def test_bad_parameters_say_what_is_allowed(params, words):
    with pytest.raises(SettingError) as error:
        Cleanup(**params)
    assert all(word in str(error.value) for word in words)
