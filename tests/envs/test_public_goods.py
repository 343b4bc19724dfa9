"""GAMES.md §2.2: known answers of the linear public good."""

from itertools import combinations_with_replacement, product

import numpy as np
import pytest

import comity
from comity.agents.agent import View
from comity.agents.seats import seat
from comity.envs.commons.public_goods import GROUPS, SFI, SI, PublicGoods
from comity.envs.settings import SettingError
from comity.envs.worlds import Worlds

KEPT = 20
"""The further tokens of SanctSim that everybody keeps where nobody can spend them on sanctions."""


def paid(profiles, **params):
    """(P, N) payoffs of one step of each of the profiles (P, N), played by the kernel."""
    profiles = np.asarray(profiles, float)
    worlds = Worlds(PublicGoods(**params), len(profiles))
    worlds.reset(0)
    worlds.step(profiles)
    assert (worlds.state["illegal"] == 0).all()
    return worlds.rewards.copy()


def chosen_and_paid(groups, gifts, **params):
    """(P, N) payoffs where seats first choose ``groups`` and then give ``gifts``, both (P, N)."""
    game = PublicGoods(**{"preset": "sanctsim", **params})
    worlds = Worlds(game, len(groups))
    worlds.reset(0)
    worlds.step(game.params.endowment + 1.0 + np.asarray(groups))
    assert not worlds.rewards.any()
    assert np.isnan(worlds.state["cooperation"]).all()
    worlds.step(np.asarray(gifts, float))
    assert (worlds.state["illegal"] == 0).all()
    return worlds.rewards.copy()


def same(one, other):
    """Are two records of worlds equal in every field, padding left out?"""
    return all(np.array_equal(one[k], other[k], equal_nan=one[k].dtype.kind == "f") for k in one.dtype.names)


def test_giving_nothing_is_dominant():
    """Against every total of the others, of all 21 gifts the smallest pays most, and by .6 a token."""
    for others in range(61):
        spread = others // 3 + (np.arange(3) < others % 3)
        own = paid([[g, *spread] for g in range(21)])[:, 0]
        assert np.diff(own) == pytest.approx(-0.6)
        assert own[0] == pytest.approx(20 + 0.4 * others)


def test_equilibrium_and_optimum_of_all_profiles():
    profiles = np.array(list(combinations_with_replacement(range(21), 4)))
    totals = paid(profiles).sum(axis=1)
    assert len(profiles) == 10626
    assert (totals.min(), totals.max()) == (80, 128)
    assert profiles[np.argmax(totals)].tolist() == [20] * 4
    assert (paid([[0] * 4]) == 20).all()
    assert (paid([[20] * 4]) == 32).all()
    assert totals.max() / totals.min() == 1.6, "the price of anarchy"


def schelling(game):
    """(R_c, R_d): what a cooperator and a defector get beside ℓ other cooperators, all by the kernel."""
    n, e = game.n_agents, game.params.endowment
    profiles = [[own * e] + [e] * k + [0] * (n - 1 - k) for own in (1, 0) for k in range(n)]
    worlds = Worlds(game, len(profiles))
    worlds.reset(0)
    worlds.step(np.array(profiles, float))
    return worlds.rewards[:, 0].reshape(2, n)


def test_schelling_diagram():
    cooperators, defectors = schelling(PublicGoods())
    assert cooperators.tolist() == [8, 16, 24, 32]
    assert defectors.tolist() == [20, 28, 36, 44]
    assert defectors[0] - cooperators[0] == defectors[-1] - cooperators[-1] == 12, "fear and greed"
    assert cooperators[-1] > max(defectors[0], cooperators[0]), "a social dilemma"


@pytest.mark.parametrize("contributors", range(5))
def test_group_totals(contributors):
    assert paid([[20] * contributors + [0] * (4 - contributors)]).sum() == 80 + 12 * contributors


@pytest.mark.parametrize("preset", ["fehr_gachter_partner", "coopeval_pgg"])
def test_grim_needs_a_patience_of_one_half(preset):
    """Giving for ever beats one free ride, after which nobody gives, iff δ > 1/2: played over 200 steps."""
    game = PublicGoods(preset, horizon=200)
    e, n = game.params.endowment, game.n_agents
    streams = []
    for deviates in (False, True):
        worlds = Worlds(game, 1)
        worlds.reset(0)
        stream = []
        for t in range(200):
            gives = 0.0 if deviates else e
            worlds.step(np.array([[gives] + [e if t == 0 or not deviates else 0.0] * (n - 1)]))
            stream.append(worlds.rewards[0, 0])
        streams.append(stream)
    keeps, strays = np.array(streams)
    for delta, better in ((0.49, False), (0.51, True)):
        weights = delta ** np.arange(200)
        assert (weights @ keeps > weights @ strays) == better
    temptation, reward, punishment = strays[0], keeps[0], strays[1]
    assert (temptation - reward) / (temptation - punishment) == pytest.approx(0.5)
    assert not (keeps[0] <= strays[1] or game.marginal_return >= 1)


def test_coopeval():
    game = PublicGoods("coopeval_pgg")
    assert (game.n_moves, game.n_agents, game.marginal_return) == (2, 3, 0.5)
    assert schelling(game).tolist() == [[0.5, 1, 1.5], [1, 1.5, 2]]


@pytest.mark.parametrize(("mpcr", "dilemma"), [(0.2, False), (0.25, False), (0.3, True), (0.9, True), (1.1, False)])
def test_it_is_a_dilemma_between_one_nth_and_one(mpcr, dilemma):
    cooperators, defectors = schelling(PublicGoods(mpcr=mpcr))
    everybody_better = cooperators[-1] > defectors[0] + 1e-9
    tempting = bool((defectors > cooperators + 1e-9).all())
    assert (everybody_better and tempting) == dilemma


# -- groups that are chosen --------------------------------------------------------------------------------------------


def test_sanctsim_in_one_group():
    together = [[SI] * 7]
    nobody = chosen_and_paid(together, [[0] * 7])
    everybody = chosen_and_paid(together, [[20] * 7])
    assert (nobody + KEPT == 40).all()
    assert (nobody + KEPT).sum() == 280
    assert everybody + KEPT == pytest.approx(52)
    assert (everybody + KEPT).sum() == pytest.approx(364)
    own = [chosen_and_paid(together, [[g] + [0] * 6])[0, 0] for g in range(21)]
    assert np.argmax(own) == 0, "once groups are chosen nobody gains by giving"
    assert np.argmax([chosen_and_paid(together, [[g] + [20] * 6])[0, 0] for g in range(21)]) == 0


def test_whoever_is_alone_should_give_everything():
    alone = [[SI] + [SFI] * 6]
    own = np.array([chosen_and_paid(alone, [[g] + [0] * 6])[0, 0] for g in range(21)])
    assert np.diff(own) == pytest.approx(0.6)
    assert own[20] == pytest.approx(32)
    # so all in one group, giving nothing, is no equilibrium of the choice of groups
    assert own[20] > chosen_and_paid([[SFI] * 7], [[0] * 7])[0, 0]


def test_the_symmetric_equilibrium_of_choosing_tosses_a_coin():
    """All 2^7 choices, each followed by what is then best for each: everything if alone, else nothing."""
    choices = np.array(list(product((SFI, SI), repeat=7)))
    sizes = np.where(choices == SI, choices.sum(axis=1, keepdims=True), (1 - choices).sum(axis=1, keepdims=True))
    payoffs = chosen_and_paid(choices, np.where(sizes == 1, 20.0, 0.0))
    chose_si = choices[:, 0] == SI
    assert payoffs[chose_si, 0].mean() == pytest.approx(payoffs[~chose_si, 0].mean())
    total = payoffs.sum(axis=1).mean()
    assert total == pytest.approx(7 * (20 + 12 / 2**6))
    anchors = PublicGoods("sanctsim").anchors()
    assert anchors.worst_equilibrium == pytest.approx(15 * total)
    assert anchors.optimum == pytest.approx(15 * 7 * 32)


def test_groups_share_what_they_were_given():
    groups = [[SI, SI, SFI, SFI, SFI, SI, SFI]]
    gifts = np.array([[20, 5, 0, 7, 13, 0, 20]])
    payoffs = chosen_and_paid(groups, gifts)[0]
    si, sfi = 1.6 * 25 / 3, 1.6 * 40 / 4
    assert payoffs == pytest.approx([si, 15 + si, 20 + sfi, 13 + sfi, 7 + sfi, 20 + si, sfi])


def test_what_is_seen_where_groups_are_chosen():
    game = PublicGoods("sanctsim")
    worlds = Worlds(game, 1)
    worlds.reset(0)

    def sees(seat):
        return dict(zip(game.field_index, worlds.observations[0, seat].tolist(), strict=True))

    assert (worlds.masks[0].sum(axis=1) == len(GROUPS)).all()
    assert sees(0)["first_step"] == sees(0)["choosing"] == 1
    assert sees(0)["own_size"] == 0
    worlds.step(np.array([[22, 22, 21, 21, 21, 22, 21]], float))
    assert (worlds.masks[0].sum(axis=1) == 21).all()
    assert (sees(0)["own_group"], sees(0)["own_size"]) == (SI, 3)
    assert (sees(6)["own_group"], sees(6)["own_size"]) == (SFI, 4)
    assert [sees(0)[f"gift_{k}"] for k in range(1, 7)] == [-1] * 6
    worlds.step(np.array([[20, 5, 0, 7, 13, 0, 20]], float))
    assert [sees(0)[f"gift_{k}"] for k in range(1, 7)] == [0, 5, -1, -1, -1, -1]
    assert [sees(3)[f"gift_{k}"] for k in range(1, 7)] == [0, 13, 20, -1, -1, -1]
    assert (sees(3)["step"], sees(3)["horizon"], sees(3)["first_step"]) == (1, 15, 0)
    worlds.step(np.array([[21] * 7], float))
    assert [sees(0)[f"gift_{k}"] for k in range(1, 7)] == [0, 5, -1, -1, -1, -1], "of the last group, not the new one"
    assert sees(0)["own_size"] == 7


def test_what_is_not_legal_now_is_as_before():
    game = PublicGoods("sanctsim")
    worlds = Worlds(game, 1)
    worlds.reset(0)
    worlds.step(np.array([[20, np.nan, 22, 22, 22, 22, 22]]))
    assert worlds.state["group"][0].tolist() == [SFI] * 2 + [SI] * 5
    worlds.step(np.array([[22, 21, 6, np.nan, 99, -4, 9]]))
    assert worlds.state["given"][0].tolist() == [0, 0, 6, 0, 20, 0, 9]
    worlds.step(np.array([[0, 22, 20, 21, 22, 22, 22]], float))
    assert worlds.state["group"][0].tolist() == [SFI, SI, SI, SFI, SI, SI, SI]
    worlds.step(np.array([[0, 20, 22, 21, 20, 0, 0]], float))
    assert worlds.state["given"][0].tolist() == [0, 20, 6, 0, 20, 0, 0]
    assert worlds.state["illegal"][0].tolist() == [3, 2, 2, 2, 1, 1, 0]


def test_a_step_of_chosen_groups_is_two_of_the_environment():
    record = comity.play("public_goods", ["full_contributor"], preset="sanctsim", worlds=50)
    assert (record.lengths == 30).all()
    assert not record.rewards[:, ::2].any()
    assert np.isnan(record.cooperation[:, ::2]).all()
    assert (record.cooperation[:, 1::2] == 1).all()
    lengths = comity.play("public_goods", ["free_rider"], preset="sanctsim", worlds=4000, continuation=0.5).lengths
    assert (lengths % 2 == 0).all()
    assert lengths.mean() / 2 == pytest.approx((1 - 0.5**15) / 0.5, abs=4 * 2**0.5 / 4000**0.5)


# -- strangers ---------------------------------------------------------------------------------------------------------


def test_strangers_meet_in_groups_that_are_drawn_anew():
    assert PublicGoods("fehr_gachter_stranger").n_agents == 24
    game = PublicGoods("fehr_gachter_stranger", population=12, horizon=2)
    assert game.n_agents == len(game.agents) == 12
    worlds = Worlds(game, 3000)
    worlds.reset(0)
    gifts = np.random.default_rng(0).integers(0, 21, (3000, 12)).astype(float)
    groups = []
    for _ in range(2):
        worlds.step(gifts)
        group = worlds.state["group"]
        groups.append(group.copy())
        assert (np.sort(group, axis=1) == np.repeat(np.arange(3), 4)).all()
        pots = np.array([[gifts[b, group[b] == group[b, i]].sum() for i in range(12)] for b in range(50)])
        assert worlds.rewards[:50] == pytest.approx(20 - gifts[:50] + 0.4 * pots)
    met = [(group[:, 1:] == group[:, :1]) for group in groups]
    error = 4 * (3 / 11 * 8 / 11 / 3000) ** 0.5
    assert met[0].mean(axis=0) == pytest.approx(np.full(11, 3 / 11), abs=error), "everybody as likely as anybody"
    assert (met[0] & met[1]).mean() == pytest.approx((3 / 11) ** 2, abs=0.006), (
        "whoever met before is not more likely to"
    )


def test_strangers_are_not_named():
    """Where one's mates gave the same gifts, but each another one, nothing that is shown or believed differs."""
    game = PublicGoods("fehr_gachter_stranger", population=12)
    one, other = Worlds(game, 1), Worlds(game, 1)
    for worlds in (one, other):
        worlds.reset(5)
    probe = Worlds(game, 1)
    probe.reset(5)
    probe.step(np.zeros((1, 12)))
    mates = [j for j in range(1, 12) if probe.state["group"][0, j] == probe.state["group"][0, 0]]
    gifts = np.full((1, 12), 11.0)
    gifts[0, mates] = (3, 17, 8)
    one.step(gifts)
    gifts[0, mates] = (17, 8, 3)
    gifts[0, [j for j in range(1, 12) if j not in mates]] = 2
    other.step(gifts)
    assert one.observations[0, 0, 3:6].tolist() == [3, 8, 17]
    assert np.array_equal(one.observations[0, 0], other.observations[0, 0])
    believed = [game.imagine(w.state, 0, np.zeros(1, np.uint64)) for w in (one, other)]
    assert same(*believed)
    assert np.unique(believed[0]["action"][0, 1:]).tolist() == [3, 8, 17]
    assert np.unique(believed[0]["cooperation"][0, 1:]) == pytest.approx(28 / 60)


def test_whoever_is_in_ones_group_is_not_known_where_groups_are_chosen():
    game = PublicGoods("sanctsim")
    believed = []
    for order in ([0, 1, 2, 3, 4, 5, 6], [0, 6, 5, 4, 3, 2, 1]):
        worlds = Worlds(game, 1)
        worlds.reset(0)
        for moves in ([22, 22, 21, 21, 21, 22, 21], [20, 5, 0, 7, 13, 0, 20], [22, 22, 22, 22, 21, 21, 21]):
            worlds.step(np.array([moves], float)[:, order])
        believed.append(game.imagine(worlds.state, 0, np.zeros(1, np.uint64)))
    assert same(*believed)
    assert believed[0]["group"][0].tolist() == [SI] * 4 + [SFI] * 3
    assert believed[0]["given"][0].tolist() == [20, 0, 5, 0, 5, 0, 5]


def test_partners_are_named():
    game = PublicGoods()
    worlds = Worlds(game, 1)
    worlds.reset(0)
    worlds.step(np.array([[1, 20, 3, 8]], float))
    assert worlds.observations[0, 2, 3:6].tolist() == [8, 1, 20]
    assert game.imagine(worlds.state, 2, np.zeros(1, np.uint64))["action"].tolist() == [[1, 20, 3, 8]]


# -- the rest ----------------------------------------------------------------------------------------------------------


def test_real_numbers():
    payoffs = paid([[0.5, 2.25, 0, 20]], integer=False)[0]
    assert payoffs == pytest.approx(20 - np.array([0.5, 2.25, 0, 20]) + 0.4 * 22.75)


@pytest.mark.parametrize(("asked", "given"), [(np.nan, 0), (np.inf, 20), (-np.inf, 0), (-3, 0), (7.5, 7), (7.6, 8)])
def test_no_move_breaks_a_world(asked, given):
    worlds = Worlds(PublicGoods(), 1)
    worlds.reset(0)
    worlds.step(np.array([[asked, 1, 1, 1]], float))
    assert worlds.state["action"][0].tolist() == [given, 1, 1, 1]
    assert worlds.state["illegal"][0].tolist() == [1, 0, 0, 0]
    assert worlds.state["cooperation"][0, 0] == given / 20


def test_anchors():
    for preset, steps, seats in (
        ("fehr_gachter_partner", 10, 4),
        ("fehr_gachter_stranger", 10, 24),
        ("herrmann_2008", 20, 4),
    ):
        anchors = PublicGoods(preset).anchors()
        assert (anchors.worst_equilibrium, anchors.optimum) == (20 * steps * seats, 32 * steps * seats)
    assert PublicGoods(mpcr=0.2, horizon=1).anchors()[:2] == (80, 80)
    assert PublicGoods(mpcr=1.5, horizon=1).anchors()[:2] == (480, 480)


@pytest.mark.parametrize(
    "params", [{}, {"matching": "stranger", "population": 12}, {"preset": "sanctsim"}, {"integer": False}]
)
def test_random_play(params):
    rng = np.random.default_rng(0)
    game = PublicGoods(**{**params, "horizon": 1})
    worlds = Worlds(game, 40_000)
    worlds.reset(0)
    if game.params.group_choice:
        worlds.step(rng.integers(21, 23, worlds.rewards.shape).astype(float))
    shape = worlds.rewards.shape
    worlds.step(rng.integers(0, 21, shape).astype(float) if game.params.integer else 20 * rng.random(shape))
    totals = worlds.rewards.sum(axis=1)
    assert game.anchors().random == pytest.approx(totals.mean(), abs=4 * totals.std() / 200)


def gifts(*seats, **params):
    return comity.play("public_goods", seats, **params).actions[0]


def test_strategies():
    assert (gifts("full_contributor") == 20).all()
    assert (gifts("free_rider") == 0).all()
    assert (gifts("conditional_cooperator") == 20).all()
    # the equilibrium gives where m > 1, the planner where n·m > 1
    for mpcr, nash, planner in ((0.2, 0, 0), (0.4, 0, 20), (1.2, 20, 20)):
        assert (gifts("nash", mpcr=mpcr) == nash).all()
        assert (gifts("planner", mpcr=mpcr) == planner).all()
    # where groups are chosen m is 1.6 by their size: whoever is alone in its group gives
    assert (gifts("nash", preset="sanctsim")[1::2] == 0).all()
    assert (gifts("planner", preset="sanctsim")[1::2] == 20).all()
    sizes, alone = np.array([1, 2, 7]), PublicGoods("sanctsim")
    seen = np.zeros((3, len(alone.fields)), np.float32)
    seen[:, alone.field_index["own_size"]] = sizes
    me = seat(alone, "nash")
    me.begin(alone, 0, np.zeros(3, np.uint64))
    assert me.act(View(alone, 0, None, seen, None, np.ones(3, bool))).tolist() == [20, 0, 0]
    # beside a free rider two thirds of what two mates gave: 20, 40/3, 80/9 … , to whole tokens
    expected, mine = [], 20.0
    for _ in range(10):
        expected.append(mine)
        mine = np.ceil(2 * mine / 3 - 0.5)
    assert gifts("free_rider", "conditional_cooperator")[:, 1].tolist() == expected
    assert gifts("free_rider", {"agent": "conditional_cooperator", "generosity": 1.0})[:, 1].tolist() == [20] * 10


def test_imperfect_conditional_cooperation_decays_by_its_slope():
    """Fischbacher & Gächter: a slope below 1 suffices for giving to fade, towards intercept/(1 − slope)."""
    me = {"agent": "conditional_cooperator", "first": 0.8, "slope": 0.5, "intercept": 0.1}
    fixed = 0.1 / (1 - 0.5)
    expected = 20 * (fixed + (0.8 - fixed) * 0.5 ** np.arange(10))
    assert gifts(me, integer=False) == pytest.approx(np.repeat(expected[:, None], 4, axis=1))


def test_the_slope_of_a_conditional_cooperator_is_the_one_it_was_given():
    """The example of METRICS.md §2.2 turned round: own gifts on the others' mean of the step before."""
    me = {"agent": "conditional_cooperator", "slope": 0.6, "intercept": 0.05}
    record = gifts(me, me, me, {"agent": "conditional_cooperator", "slope": 1.5, "first": 0.1}, integer=False)
    others = record[:-1, 1:].mean(axis=1)
    slope, intercept = np.polyfit(others, record[1:, 0], 1)
    assert (slope, intercept) == pytest.approx((0.6, 1.0))


def test_conditional_cooperators_answer_only_whom_they_met():
    strangers = {"preset": "fehr_gachter_stranger", "population": 12}
    record = comity.play("public_goods", ["free_rider", "conditional_cooperator"], **strangers)
    assert (record.actions[0, 1] < 20).sum() == 4, "the free rider, and the three whom it met"
    alone = comity.play("public_goods", ["conditional_cooperator"], preset="sanctsim", n_agents=2)
    assert (alone.actions[0, 1::2] == 20).all()


def test_deliberators():
    def rate(norms, **params):
        record = comity.play("public_goods", [{"agent": "deliberator", "norms": norms, "depth": 2}], **params)
        return np.nanmean(record.cooperation)

    for preset in ("fehr_gachter_partner", "fehr_gachter_stranger", "sanctsim", "coopeval_pgg"):
        params = {"preset": preset, **({"population": 12} if "stranger" in preset else {})}
        assert rate("selfish", **params) == 0
        assert rate("universal", **params) == 1
    # a token costs .6 and gives each of three others .4: κ·1.2 > .6
    assert rate({"kindness": 0.49}) == 0
    assert rate({"kindness": 0.51}) == 1


@pytest.mark.parametrize("envy", [0, 1])
def test_guilt_of_deliberators(envy):
    """Full contribution is an equilibrium from β = 1 − m on; it is not dominant, and below it free riding is."""
    guilts = [0.0, 0.3, 0.59, 0.61, 0.99]
    me = {"agent": "deliberator", "norms": [{"guilt": g, "envy": envy} for g in guilts], "depth": 2}

    def given(others):
        record = comity.play("public_goods", [me, others], worlds=len(guilts), horizon=3)
        return record.actions[:, 1, 0].tolist()

    assert given("full_contributor") == [0, 0, 0, 20, 20]
    assert given("free_rider") == [0] * len(guilts)


def test_a_selfish_deliberator_that_is_alone_gives_everything():
    game = PublicGoods("sanctsim")
    me = seat(game, "deliberator")
    worlds = Worlds(game, 1)
    worlds.reset(0)
    worlds.step(np.array([[22] + [21] * 6], float))
    me.begin(game, 0, np.zeros(1, np.uint64))
    view = View(game, 0, worlds.state, worlds.observations[:, 0], worlds.masks[:, 0], worlds.ended == 0)
    assert me.act(view)[0] == 20


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"n_agents": 1}, ("n_agents", "1", "[2, 1000]")),
        ({"mpcr": -0.1}, ("mpcr", "-0.1", ">= 0")),
        ({"mpcr": 0.5, "multiplier": 1.6}, ("mpcr", "0.5", "multiplier")),
        ({"endowment": 0.5}, ("endowment", "0.5", "whole number")),
        ({"matching": "strangers"}, ("matching", "strangers", "partner, stranger")),
        ({"matching": "stranger", "population": 22}, ("population", "22", "multiple", "4")),
        ({"matching": "stranger", "population": 4}, ("population", "4", "more than one group")),
        ({"group_choice": True}, ("group_choice", "multiplier")),
        ({"group_choice": True, "multiplier": 1.6, "matching": "stranger"}, ("group_choice", "strangers")),
        ({"group_choice": True, "multiplier": 1.6, "integer": False}, ("group_choice", "real numbers")),
    ],
)
def test_bad_parameters_say_what_is_allowed(params, words):
    with pytest.raises(SettingError) as error:
        PublicGoods(**params)
    assert all(word in str(error.value) for word in words)
