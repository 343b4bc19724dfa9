"""GAMES.md §2.5: known answers of the spatial commons, and the engine that it shares with cleanup."""

import re

import numpy as np
import pytest

import comity
from comity.envs.commons.grid import AGENT, APPLE, EAST, GROUND, NORTH, SOUTH, STAY, WALL, WEST, ZAP
from comity.envs.commons.harvest import BENCHMARKS, Harvest
from comity.envs.commons.picture import CELL, SEATS
from comity.envs.settings import SettingError
from comity.envs.worlds import Worlds

SMALL = {"height": 6, "width": 8, "patches": (2, 3), "spawn_row": 4, "view": 3, "n_agents": 3}
OFTEN = {**SMALL, "regrow_prob": (0.05, 0.1, 0.2, 0.3), "terminate_on_extinction": False}
on_the_whole_map = pytest.mark.slow
"""Seven agents on 15 by 25 cells take long to compile."""
PATCH = {(2, 3): 12} | dict.fromkeys([(0, 3), (4, 3), (2, 1), (2, 5)], 4)  # the eight others have 7


def worlds_of(num=1, seed=0, **params):
    worlds = Worlds(Harvest(**params), num)
    worlds.reset(seed)
    return worlds


def place(worlds, *cells):
    """Puts the agents on these cells, in every world."""
    v, state = worlds.game.params.view, worlds.state
    state["view_map"][..., AGENT] = 0
    for i, (row, col) in enumerate(cells):
        state["row"][:, i], state["col"][:, i] = row, col
        state["view_map"][:, row + v, col + v, AGENT] = 1
    worlds.look()


def strip(worlds, *cells):
    """Takes the apples off these sites, in every world."""
    game, v, state = worlds.game, worlds.game.params.view, worlds.state
    for row, col in cells:
        state["view_map"][:, row + v, col + v, APPLE] = 0
        state["view_map"][:, row + v, col + v, GROUND] = 1
        close = np.hypot(*(game.sites - [row, col]).T)
        state["near"] -= ((close > 0) & (close <= 2)).astype(np.int16)
    state["apples"] -= len(cells)
    worlds.look()


def where(worlds, i, b=0):
    return worlds.state["row"][b, i], worlds.state["col"][b, i]


def walkers(game, worlds, rng):
    """Legal moves by lot."""
    if worlds.masks is None:
        return rng.integers(0, game.n_moves, worlds.rewards.shape).astype(float)
    return np.where(worlds.masks[..., 1] == 1, rng.integers(0, game.n_moves, worlds.rewards.shape), 0).astype(float)


# -- the map -----------------------------------------------------------------------------------------------------------


def test_a_patch_and_its_neighbourhoods():
    assert len(Harvest().sites) == 78
    worlds = worlds_of(**SMALL)
    sites = [tuple(site) for site in worlds.game.sites.tolist()]
    assert dict(zip(sites, worlds.state["near"][0].tolist(), strict=True)) == {s: PATCH.get(s, 7) for s in sites}


@on_the_whole_map
def test_starts():
    state = worlds_of().state[0]
    assert set(state["row"]) == {7}
    assert state["col"].tolist() == [2 + 20 * k // 6 for k in range(7)]


@pytest.mark.slow
def test_a_lone_site_bears_once():
    record = comity.play("harvest", ["glutton"], worlds=4, n_agents=1, patches=(7, 12), patch_radius=0, horizon=3000)
    assert (record.rewards.sum(axis=(1, 2)) == 1).all()
    assert record.collapsed.all()
    assert (record.cooperation == 0).sum(axis=(1, 2)).tolist() == [1] * 4, "one meal, which leaves nothing"
    assert np.nansum(record.cooperation) == 0


def test_an_empty_patch_stays_empty():
    game = {**SMALL, "terminate_on_extinction": False, "horizon": 1000}
    apples = comity.play("harvest", ["glutton"], worlds=20, **game).signals["apples"]
    assert (apples[:, 0] == 13).all()
    for world in apples:
        assert (world[np.argmin(world) :] == 0).all()
        assert world[-1] == 0


def without_centre(num, near):
    """Worlds in which the centre of the patch is empty, and ``near`` of the twelve sites around it are not."""
    worlds = worlds_of(num, **SMALL)
    place(worlds, (5, 0), (5, 7), (5, 6))
    others = [cell for cell in map(tuple, worlds.game.sites.tolist()) if cell != (2, 3)]
    strip(worlds, (2, 3), *others[near:])
    return worlds, (slice(None), 2 + 3, 3 + 3, APPLE)


@pytest.mark.parametrize(("near", "prob"), [(0, 0), (1, 0.005), (2, 0.02), (3, 0.05), (12, 0.05)])
def test_a_site_regrows_as_its_neighbourhood_says(near, prob):
    """Within four standard errors."""
    num = 20_000
    worlds, centre = without_centre(num, near)
    worlds.step(np.zeros((num, 3)))
    share = worlds.state["view_map"][centre].mean()
    assert share == pytest.approx(prob, abs=4 * (prob * (1 - prob) / num) ** 0.5)


def test_the_centre_waits_for_twenty_steps():
    """A geometric wait of standard deviation √380: within four standard errors."""
    num = 2000
    worlds, centre = without_centre(num, 12)
    wait = np.zeros(num)
    for _ in range(500):
        wait += worlds.state["view_map"][centre] == 0
        worlds.step(np.zeros((num, 3)))
    assert worlds.state["view_map"][centre].all()
    assert wait.mean() == pytest.approx(20, abs=4 * (380 / num) ** 0.5)


def brute(game, world):
    """What the map must be, from positions and apples alone."""
    v, q = game.params.view, game.params
    cells = np.zeros_like(world["view_map"])
    cells[..., WALL] = 1
    cells[v:-v, v:-v, WALL] = 0
    for i in range(game.n_agents):
        if world["timeout"][i] == 0:
            cells[world["row"][i] + v, world["col"][i] + v, AGENT] += 1
    assert cells.max() <= 1, "two on one cell"
    on_grid = world["view_map"][v:-v, v:-v]
    site = np.zeros((q.height, q.width), bool)
    site[tuple(game.sites.T)] = True
    assert (on_grid[..., APPLE] + on_grid[..., GROUND] == site).all()
    cells[..., APPLE], cells[..., GROUND] = world["view_map"][..., APPLE], world["view_map"][..., GROUND]
    return cells


def test_the_map_says_what_is_there_and_apples_balance():
    game = Harvest(**OFTEN, zap=True, zap_timeout=3)
    worlds, rng = Worlds(game, 30), np.random.default_rng(0)
    worlds.reset(0)
    v, sites = game.params.view, game.sites
    apart = np.hypot(*(sites[:, None] - sites[None]).transpose(2, 0, 1))
    close = (apart > 0) & (apart <= 2)
    hits = 0
    for _ in range(80):
        worlds.step(walkers(game, worlds, rng))
        for world in worlds.state[:5]:
            np.testing.assert_array_equal(world["view_map"], brute(game, world))
        bears = worlds.state["view_map"][:, sites[:, 0] + v, sites[:, 1] + v, APPLE]
        assert (worlds.state["apples"] == bears.sum(axis=1)).all()
        assert (worlds.state["near"] == bears @ close.astype(int)).all()
        hits += (worlds.state["zapped"] >= 0).sum(axis=1)
        assert (worlds.state["hits"] == hits).all()
    assert hits.min() > 0 and worlds.state["illegal"].sum() == 0


@on_the_whole_map
def test_who_stands_on_an_apple_eats_it():
    game = Harvest()
    worlds, rng = Worlds(game, 50), np.random.default_rng(1)
    worlds.reset(0)
    eaten, v = 0, game.params.view
    before = worlds.state["view_map"][..., APPLE].copy()
    for _ in range(100):
        worlds.step(walkers(game, worlds, rng))
        now = worlds.state["view_map"][..., APPLE]
        stood = np.zeros_like(now)
        b = np.arange(50)[:, None]
        stood[b, worlds.state["row"] + v, worlds.state["col"] + v] = 1
        assert (worlds.rewards == before[b, worlds.state["row"] + v, worlds.state["col"] + v]).all()
        assert not (now & stood).any(), "nothing grows under an agent"
        eaten += worlds.rewards.sum()
        before = now.copy()
    assert eaten > 100


# -- moving ------------------------------------------------------------------------------------------------------------


def test_walls_and_others_stop_a_move():
    worlds = worlds_of(**SMALL)
    place(worlds, (0, 0), (0, 1), (5, 7))
    for moves in ([NORTH, STAY, SOUTH], [WEST, STAY, EAST], [EAST, STAY, STAY]):
        worlds.step(np.array([moves], float))
        assert [where(worlds, i) for i in range(3)] == [(0, 0), (0, 1), (5, 7)]
    assert not worlds.state["illegal"].any()


def test_the_order_is_drawn_afresh():
    worlds = worlds_of(4000, **SMALL)
    place(worlds, (5, 2), (5, 4), (5, 7))
    worlds.step(np.tile([EAST, WEST, STAY], (4000, 1)).astype(float))
    entered = worlds.state["col"][:, :2] == 3
    assert (entered.sum(axis=1) == 1).all()
    assert entered[:, 0].mean() == pytest.approx(0.5, abs=4 * 0.5 / 4000**0.5)
    orders, counts = np.unique(worlds.state["order"], axis=0, return_counts=True)
    assert len(orders) == 6
    assert counts / 4000 == pytest.approx(1 / 6, abs=4 * (5 / 36 / 4000) ** 0.5)


def test_a_cell_that_was_left_in_time_can_be_entered():
    worlds = worlds_of(400, **SMALL)
    place(worlds, (5, 2), (5, 3), (0, 0))
    worlds.step(np.tile([EAST, EAST, STAY], (400, 1)).astype(float))
    first = np.argmax(worlds.state["order"] == 0, axis=1) < np.argmax(worlds.state["order"] == 1, axis=1)
    assert (worlds.state["col"][:, 0] == np.where(first, 2, 3)).all()
    assert (worlds.state["col"][:, 1] == 4).all()


def test_what_is_no_move_is_to_stay():
    worlds = worlds_of(**SMALL)
    before = [where(worlds, i) for i in range(3)]
    for bad in (-1.0, 5.0, 0.5, np.nan, np.inf):
        worlds.step(np.full((1, 3), bad))
    assert [where(worlds, i) for i in range(3)] == before
    assert worlds.state["illegal"].tolist() == [[5, 5, 5]]


def test_relabelling_the_seats_relabels_all():
    """Who sits where makes no difference, as long as no two want the same cell."""
    game = Harvest(**SMALL, regrow_prob=(0.1, 0.1, 0.1, 0.1))
    one, other = Worlds(game, 1), Worlds(game, 1)
    for worlds, cells in ((one, ((4, 1), (4, 3), (2, 6))), (other, ((2, 6), (4, 1), (4, 3)))):
        worlds.reset(5)
        place(worlds, *cells)
    for moves in ([NORTH, NORTH, WEST], [NORTH, NORTH, WEST], [STAY, WEST, STAY], [WEST, SOUTH, EAST]):
        one.step(np.array([moves], float))
        other.step(np.array([np.roll(moves, 1)], float))
        for name in ("payoff", "cooperation", "row", "col"):
            np.testing.assert_array_equal(other.state[name], np.roll(one.state[name], 1, axis=1))
        assert (other.observations == np.roll(one.observations, 1, axis=1)).all()


# -- eating ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stripped", "label"),
    [
        ([], 1),
        ([(0, 3), (1, 2), (3, 3), (2, 1)], 1),  # none of the four near the tip (2, 5)
        ([(1, 4)], 1),
        ([(1, 4), (2, 4)], 2 / 3),
        ([(1, 4), (2, 4), (3, 4)], 1 / 3),
        ([(1, 4), (2, 4), (3, 4), (2, 3)], 0),
    ],
)
def test_a_meal_is_labelled_by_what_it_leaves_near(stripped, label):
    worlds = worlds_of(**SMALL)
    place(worlds, (2, 6), (5, 0), (5, 7))
    strip(worlds, *stripped)
    worlds.step(np.array([[WEST, STAY, STAY]], float))
    assert worlds.rewards.tolist() == [[1, 0, 0]]
    np.testing.assert_allclose(worlds.state["cooperation"], [[label, np.nan, np.nan]])


def test_all_eat_before_any_meal_is_labelled():
    worlds = worlds_of(**SMALL)
    place(worlds, (2, 6), (0, 4), (5, 7))
    strip(worlds, *[cell for cell in map(tuple, worlds.game.sites.tolist()) if cell not in ((2, 5), (1, 4))])
    worlds.step(np.array([[WEST, SOUTH, STAY]], float))
    np.testing.assert_array_equal(worlds.state["cooperation"], [[0, 0, np.nan]])
    assert worlds.game.outcomes[worlds.state["outcome"][0]] == "extinction"
    assert worlds.ended[0] == 1


@pytest.mark.parametrize("cooperative", [True, False])
def test_exemplars_are_labelled_so_where_there_are_any(cooperative):
    worlds = worlds_of(**SMALL)
    place(worlds, (2, 6), (5, 2), (0, 0))
    strip(worlds, (1, 4), (2, 4), (3, 4), (2, 3))  # (2, 5) has none near, (4, 3) one
    game, state = worlds.game, worlds.state
    acts = [game.exemplar(state, i, cooperative)[0] for i in range(3)]
    assert acts == ([STAY, STAY, STAY] if cooperative else [WEST, STAY, STAY])
    place(worlds, (2, 0), (5, 3), (0, 0))
    acts = [game.exemplar(state, i, cooperative)[0] for i in range(3)]
    assert acts == ([EAST, STAY, STAY] if cooperative else [STAY, NORTH, STAY])


# -- zaps --------------------------------------------------------------------------------------------------------------


def test_a_zap_hits_the_nearest_in_range():
    worlds = worlds_of(**SMALL, zap=True, zap_timeout=2, zap_cost=0.5, horizon_known=True)
    place(worlds, (4, 1), (4, 3), (2, 0))
    worlds.step(np.array([[ZAP, WEST, STAY]], float))
    assert worlds.state["zapped"].tolist() == [[1, -1, -1]]
    assert worlds.state["timeout"].tolist() == [[0, 2, 0]]
    assert worlds.state["action"].tolist() == [[ZAP, STAY, STAY]], "who is hit does nothing more"
    assert worlds.rewards.tolist() == [[-0.5, 0, 0]]
    assert np.isnan(worlds.state["cooperation"]).all()
    assert worlds.masks[0, 1].tolist() == [1, 0, 0, 0, 0, 0]
    assert worlds.masks[0, 0].all()
    assert worlds.game.movers(worlds.state).tolist() == [[True, False, True]]
    assert not worlds.observations[0, 1, :-5].any()
    assert worlds.game.move_schema(worlds.state[0], 1)["enum"] == ["stay"]
    worlds.step(np.array([[ZAP, EAST, STAY]], float))
    assert worlds.state["illegal"].tolist() == [[0, 1, 0]]
    assert worlds.state["zapped"][0, 0] == 2, "the nearest that is left"
    assert worlds.state["hits"][0] == 2


def test_who_is_out_of_range_is_not_hit():
    worlds = worlds_of(**SMALL, zap=True)
    place(worlds, (4, 1), (4, 4), (1, 1))
    worlds.step(np.array([[ZAP, STAY, STAY]], float))
    assert worlds.state["hits"][0] == 0


def test_ties_are_drawn():
    worlds = worlds_of(4000, **SMALL, zap=True)
    place(worlds, (5, 1), (5, 3), (3, 1))
    worlds.step(np.tile([ZAP, STAY, STAY], (4000, 1)).astype(float))
    assert (worlds.state["zapped"][:, 0] == 1).mean() == pytest.approx(0.5, abs=4 * 0.5 / 4000**0.5)
    assert ((worlds.state["timeout"][:, 1:] > 0).sum(axis=1) == 1).all()


def test_all_zaps_are_at_once():
    worlds = worlds_of(**SMALL, zap=True)
    place(worlds, (5, 1), (5, 2), (5, 3))
    worlds.step(np.array([[ZAP, ZAP, ZAP]], float))
    hit = set(worlds.state["zapped"][0].tolist())
    assert worlds.state["zapped"][0, [0, 2]].tolist() == [1, 1]
    assert worlds.state["hits"][0] == 3
    assert {i for i in range(3) if worlds.state["timeout"][0, i]} == hit


@pytest.mark.parametrize("timeout", [1, 2, 25])
def test_how_long_one_is_away_and_where_one_comes_back(timeout):
    worlds = worlds_of(700, **SMALL, zap=True, zap_timeout=timeout)
    place(worlds, (0, 1), (0, 2), (4, 7))
    worlds.step(np.tile([ZAP, STAY, STAY], (700, 1)).astype(float))
    away = 0
    while worlds.state["timeout"][0, 1]:
        worlds.step(np.zeros((700, 3)))
        away += 1
    assert away == timeout
    assert (worlds.state["row"][:, 1] == 4).all()
    cols, counts = np.unique(worlds.state["col"][:, 1], return_counts=True)
    assert cols.tolist() == list(range(7)), "a free cell of the spawn row"
    assert counts / 700 == pytest.approx(1 / 7, abs=4 * (6 / 49 / 700) ** 0.5)


# -- what a seat sees --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("known", [False, True])
def test_an_observation_is_the_window_and_own_numbers(known):
    game = Harvest(**OFTEN, zap=True, zap_timeout=3, horizon_known=known)
    worlds, rng = Worlds(game, 3), np.random.default_rng(2)
    worlds.reset(1)
    assert worlds.observations.dtype == (np.float32 if known else np.uint8)
    index, q = game.field_index, game.params
    for step in range(1, 40):
        worlds.step(walkers(game, worlds, rng))
        for world, seen in zip(worlds.state, worlds.observations, strict=True):
            for i in range(3):
                own = seen[i]
                at = (world["row"][i], world["col"][i]) if world["timeout"][i] == 0 else None
                assert own[index["timeout"]] == world["timeout"][i]
                assert (own[index["row"]], own[index["col"]]) == (at or (0, 0))
                for r in range(-3, 4):
                    for c in range(-3, 4):
                        told = [own[index[f"row_{r}_col_{c}_{name}"]] for name in ("wall", "apple", "bare", "agent")]
                        expected = world["view_map"][at[0] + r + 3, at[1] + c + 3].copy() if at else np.zeros(4)
                        if (r, c) == (0, 0):
                            expected[AGENT] = 0
                        assert told == expected.tolist()
                if known:
                    assert (own[index["step"]], own[index["horizon"]]) == (step, q.horizon)


def test_the_text_carries_the_same_facts():
    game = Harvest(**OFTEN, zap=True, zap_timeout=3)
    worlds, rng = Worlds(game, 4), np.random.default_rng(3)
    worlds.reset(2)
    for _ in range(20):
        worlds.step(walkers(game, worlds, rng))
        for world in worlds.state:
            for i in range(3):
                lines = game.view(world, i).splitlines()
                if world["timeout"][i]:
                    assert re.findall(r"\d+", "".join(lines)) == [str(world["timeout"][i])]
                    continue
                told = dict(line.split(": ", 1) for line in lines[2:])
                window = game.window(world, i)
                for name, channel in (("apples", APPLE), ("bare sites", GROUND), ("other agents", AGENT)):
                    cells = [(int(r), int(c)) for r, c in re.findall(r"\((-?\d+), (-?\d+)\)", told[name])]
                    assert cells == [(r - 3, c - 3) for r, c in np.argwhere(window[..., channel]).tolist()]


@on_the_whole_map
def test_what_is_not_seen_is_not_believed():
    game = Harvest(zap=True)
    worlds = Worlds(game, 1)
    worlds.reset(0)
    place(worlds, (3, 4), (3, 6), (11, 20), (11, 12), (3, 20), (7, 12), (7, 20))
    state = worlds.state
    believed = game.imagine(state, 0, np.zeros(1, np.uint64))
    assert believed["apples"][0] == 78
    assert (believed["timeout"][0] == 0).tolist() == [True, True] + [False] * 5
    other = state.copy()  # somebody else stands at (3, 6), a patch far away is empty, and others acted otherwise
    worlds.state = other
    place(worlds, (3, 4), (11, 20), (3, 6), (11, 11), (3, 19), (7, 13), (7, 21))
    strip(worlds, *[cell for cell in map(tuple, game.sites.tolist()) if cell[1] > 15])
    other["action"][0, 1:], other["payoff"][0, 1:], other["cooperation"][0, 1:], other["hits"] = 3, 5, 0, 4
    imagined = game.imagine(other, 0, np.zeros(1, np.uint64))
    for name in state.dtype.names:
        np.testing.assert_array_equal(imagined[name], believed[name], err_msg=name)


@on_the_whole_map
def test_what_is_seen_is_believed():
    game = Harvest()
    worlds = Worlds(game, 1)
    worlds.reset(0)
    place(worlds, (3, 4), (3, 6), (2, 4), (11, 12), (3, 20), (7, 12), (7, 20))
    strip(worlds, (3, 5), (4, 4))
    believed = game.imagine(worlds.state, 0, np.zeros(1, np.uint64))
    assert (game.window(believed[0], 0) == game.window(worlds.state[0], 0)).all()
    assert [(believed["row"][0, i], believed["col"][0, i]) for i in (0, 1, 2)] == [(3, 4), (2, 4), (3, 6)]
    assert believed["apples"][0] == 76


def test_the_picture():
    game = Harvest(**SMALL, zap=True)
    worlds = Worlds(game, 1)
    worlds.reset(0)
    place(worlds, (5, 1), (5, 2), (0, 7))

    def shows(colour):
        return (game.picture(worlds.state[0]) == colour).all(axis=2)

    full = game.picture(worlds.state[0])
    assert full.shape == (6 * CELL, 8 * CELL, 3) and full.dtype == np.uint8
    for i, (row, col) in enumerate(((5, 1), (5, 2), (0, 7))):
        rows, cols = np.nonzero(shows(SEATS[i]))
        assert set(rows // CELL) == {row} and set(cols // CELL) == {col}
    worlds.step(np.array([[ZAP, STAY, STAY]], float))
    assert worlds.state["zapped"][0, 0] == 1
    assert not shows(SEATS[1]).any() and shows(SEATS[0]).any()


# -- scripted populations ----------------------------------------------------------------------------------------------

TRUE_MAP = {"view": 7}
"""With this window k of every apple up to five rows and columns away is the true one."""


def forager(k):
    return {"agent": "forager", "k_min": k, "sight": 5}


@on_the_whole_map
@pytest.mark.parametrize(
    ("k", "total", "within", "extinct", "label"),
    [
        (0, 81.9, 0.15, 12, 0.76),
        (1, 201, 0.25, None, 0.57),
        (2, 851, 0.15, 0, 0.80),
        (3, 1388, 0.15, 0, 0.99),
        (4, 1292, 0.15, 0, 1.0),
    ],
)
def test_populations_of_foragers(k, total, within, extinct, label):
    record = comity.play("harvest", [forager(k)], worlds=12, **TRUE_MAP)
    assert record.rewards.sum(axis=(1, 2)).mean() == pytest.approx(total, rel=within)
    assert np.nanmean(record.cooperation) == pytest.approx(label, abs=0.03)
    if extinct is not None:
        assert record.collapsed.sum() == extinct
    if k == 0:
        assert record.lengths.mean() == pytest.approx(32, rel=0.15)


@on_the_whole_map
def test_one_glutton_among_foragers():
    record = comity.play("harvest", [forager(0), forager(3)], worlds=12, **TRUE_MAP)
    eaten = record.rewards.sum(axis=1).mean(axis=0)
    assert eaten.sum() == pytest.approx(199, rel=0.25)
    assert eaten[0] == pytest.approx(42, rel=0.25)
    assert eaten[1:].mean() == pytest.approx(26, rel=0.25)
    assert record.collapsed.all()
    assert record.lengths.mean() == pytest.approx(300, rel=0.25)
    assert np.nanmean(record.cooperation) == pytest.approx(0.83, abs=0.05)


@on_the_whole_map
def test_what_a_narrower_window_hides_costs_little():
    for k, total in ((0, 81.9), (2, 851), (3, 1388), (4, 1292)):
        record = comity.play("harvest", [{"agent": "forager", "k_min": k}], worlds=12)
        assert record.rewards.sum(axis=(1, 2)).mean() == pytest.approx(total, rel=0.15)


def schelling(horizon):
    """(R_c(6), R_d(6), R_c(0), R_d(0)), the focal seat running over all seven, ten seeds each."""
    params = {"horizon": horizon, "worlds": 10, **TRUE_MAP}

    def focal(own, others):
        if own == others:  # every seat is as focal as any
            return comity.play("harvest", [forager(own)], **params).rewards.sum(axis=1).mean()
        eaten = []
        for seat in range(7):
            seats = [forager(others)] * 7
            seats[seat] = forager(own)
            eaten.append(comity.play("harvest", seats, **params).rewards.sum(axis=1)[:, seat].mean())
        return np.mean(eaten)

    return focal(3, 3), focal(0, 3), focal(3, 0), focal(0, 0)


@on_the_whole_map
def test_for_a_hundred_steps_it_is_a_dilemma_with_fear_and_greed():
    """Both sides of a comparison have the standard error of GAMES.md: four of them, times √2."""
    c6, d6, c0, d0 = schelling(100)
    for found, said, error in ((c6, 21.6, 0.8), (d6, 27.9, 0.8), (c0, 9.2, 0.6), (d0, 11.8, 0.5)):
        assert found == pytest.approx(said, abs=4 * 2**0.5 * error)
    assert c6 > d0 and c6 > c0
    assert d6 > c6, "greed"
    assert d0 > c0, "fear"


@on_the_whole_map
def test_for_a_thousand_steps_it_is_an_assurance_problem():
    c6, d6, c0, d0 = schelling(1000)
    assert c6 == pytest.approx(200, rel=0.15)
    assert d6 == pytest.approx(41, rel=0.15)
    assert c6 > d6, "no greed"
    assert d0 > c0, "fear"


@on_the_whole_map
def test_conditional_foragers_spare_the_trees_unless_somebody_does_not():
    def total(*seats, **params):
        return comity.play("harvest", list(seats), worlds=12, **params).rewards.sum(axis=(1, 2)).mean()

    fair = total("conditional_forager")
    assert fair > 1200
    assert total("glutton", "conditional_forager") < fair / 4
    pardoning = {"agent": "conditional_forager", "generosity": 1.0}
    np.testing.assert_array_equal(
        comity.play("harvest", [pardoning], worlds=2, horizon=100).rewards,
        comity.play("harvest", ["forager"], worlds=2, horizon=100).rewards,
    )


@on_the_whole_map
@pytest.mark.parametrize("preset", BENCHMARKS)
def test_the_benchmarks_are_what_the_scripts_get(preset):
    """Within 10 %: twelve worlds of one preset differ by less."""
    worst, best, k = BENCHMARKS[preset]
    greedy = comity.play("harvest", ["glutton"], worlds=12, preset=preset).rewards.sum(axis=(1, 2)).mean()
    sparing = [
        comity.play("harvest", [forager(k)], worlds=12, preset=preset, **TRUE_MAP).rewards.sum(axis=(1, 2)).mean()
        for k in range(5)
    ]
    assert greedy == pytest.approx(worst, rel=0.1)
    assert sparing[k] == pytest.approx(best, rel=0.1)
    assert sparing[k] == max(sparing)
    anchors = Harvest(preset).anchors()
    assert (anchors.worst_equilibrium, anchors.optimum) == (worst, best)
    assert "benchmark" in anchors.note


@on_the_whole_map
def test_elsewhere_the_optimum_is_a_bound():
    anchors = Harvest(horizon=4).anchors()
    assert anchors.optimum == 28  # nobody eats two apples in a step
    assert np.isnan(anchors.worst_equilibrium)
    long = Harvest(horizon=50, apple_reward=2).anchors()
    assert long.optimum == pytest.approx(2 * (78 + 78 * 0.05 * 50))
    assert "bound" in long.note


@on_the_whole_map
def test_deliberators_play_it():
    record = comity.play(
        "harvest", [{"agent": "deliberator", "depth": 3, "norms": "kind"}], worlds=2, horizon=30, zap=True
    )
    assert record.rewards.sum() > 0
    assert not record.illegal.any()


# -- settings ----------------------------------------------------------------------------------------------------------


def test_presets():
    assert Harvest("harvest_1000").params == Harvest().params
    assert Harvest("harvest_100").params.horizon == 100
    assert Harvest("regrowth_meltingpot").params.regrow_prob == (0, 0.0025, 0.005, 0.025)
    assert Harvest("harvest_zap").n_moves == 6
    assert Harvest().n_moves == 5
    assert (Harvest().kernels.legal is None) and Harvest("harvest_zap").kernels.legal is not None


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"patches": (3, 4, 5)}, ("harvest.patches", "pairs of a row below 15 and a column below 25")),
        ({"patches": (15, 4)}, ("harvest.patches", "below 15")),
        ({"patches": ()}, ("harvest.patches", "at least one")),
        ({"spawn_row": 15}, ("harvest.spawn_row", "below harvest.height = 15")),
        ({"n_agents": 22}, ("harvest.n_agents", "22", "at most harvest.width - 4 = 21")),
        ({"regrow_prob": (0, 0, 0.5, 2)}, ("harvest.regrow_prob[3]", "[0, 1]")),
        ({"view": 0}, ("harvest.view", "[1, 60]")),
        ({"zap_timeout": 0}, ("harvest.zap_timeout", "[1, 255]")),
        ({"preset": "harvest_10"}, ("harvest_10", "harvest_100")),
    ],
)
def test_bad_parameters_say_what_is_allowed(params, words):
    with pytest.raises(SettingError) as error:
        Harvest(**params)
    assert all(word in str(error.value) for word in words)
