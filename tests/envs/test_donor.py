"""GAMES.md §1.2: known answers of indirect reciprocity."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import comity
from comity.agents.agent import View
from comity.agents.seats import seat as seated
from comity.envs.chance import world_seeds
from comity.envs.dilemmas.assessment import LEADING_EIGHT, gives_among_bad
from comity.envs.dilemmas.donor import BEST_IMAGE, PERCENT, Donor
from comity.envs.game import NEVER, RUNNING, TRUNCATED
from comity.envs.monte_carlo import random_play_total
from comity.envs.settings import SettingError
from comity.envs.worlds import Worlds

CANONICAL = {"shuffle": False}
PASS = PERCENT + 1


def worlds_of(num=1, seed=0, **params):
    w = Worlds(Donor(**params), num)
    w.reset(seed)
    return w


def give(w, percent):
    """One step in which every donor gives ``percent`` ((B, N), or a number) and every recipient passes."""
    w.step(np.where(w.state["donates"] == 1, percent, w.game.n_moves - 1.0))


def final(seats, **params):
    """(N,): final holdings in one world."""
    record = comity.play("donor", seats, **params)
    assert (record.illegal == 0).all()
    return record.game.params.endowment + record.rewards[0].sum(axis=0)


# -- growth ------------------------------------------------------------------------------------------------------------

GIFTS = [(0, 10), (0.1, 18.748262), (0.5, 393.90625), (0.9, 12_996.470937), (1, 30_720)]


def closed_form(p, steps, b=2.0, endowment=10.0):
    v = np.full(2, endowment)
    for _ in range(steps):
        v = np.array([[b * p, 1], [1 - p, 0]]) @ v
    return v.mean()


@pytest.mark.parametrize(("p", "mean"), GIFTS)
@pytest.mark.parametrize("schedule", [CANONICAL, {}, {"class_swap": True}])
def test_everyone_gives_the_same_part(p, mean, schedule):
    assert closed_form(p, 12) == pytest.approx(mean, abs=1e-6)
    assert final([{"agent": "fixed_gift", "fraction": p}], **schedule).mean() == pytest.approx(mean, abs=1e-6)


def test_thirty_thousand_is_fifteen_times_two_to_the_eleventh():
    assert GIFTS[-1][1] == 15 * 2**11


@pytest.mark.parametrize("p", [0.1, 0.5, 0.9])
def test_growth_per_step(p):
    record = comity.play("donor", [{"agent": "fixed_gift", "fraction": p}], horizon=80)
    total = 120 + record.rewards[0].sum(axis=1).cumsum()
    assert total[-1] / total[-2] == pytest.approx(p + np.sqrt(p * p + 1 - p), abs=1e-6)


# -- free riding and copying -------------------------------------------------------------------------------------------


def test_free_riding_pays_where_nothing_is_known():
    seats = ["never_gives", {"agent": "fixed_gift", "fraction": 0.5}]
    one, swapped = (final(seats, class_swap=swap, information="none", **CANONICAL) for swap in (False, True))
    assert one[0] == pytest.approx(473.75, abs=1e-9)
    assert one[1:].mean() == pytest.approx(245.042614, abs=5e-7)
    assert swapped[0] == pytest.approx(436.5625, abs=1e-9)
    both = (one + swapped) / 2
    assert (both[0], both[1:].mean()) == (pytest.approx(455.15625, abs=1e-9), pytest.approx(226.732955, abs=5e-7))


def test_copying_spreads_the_defection():
    record = comity.play("donor", ["never_gives", {"agent": "copying", "first": 0.5}], **CANONICAL)
    assert 10 + record.rewards[0, :, 0].sum() == 10
    by_step = np.nanmean(record.cooperation[0], axis=1)
    expected = [0.416667] * 2 + [0.333333] * 2 + [0.25] * 2 + [0.166667] * 6
    assert by_step == pytest.approx(expected, abs=5e-7)


def test_all_give_more_than_none_and_each_gains_by_keeping():
    all_give, none = (final([{"agent": "fixed_gift", "fraction": p}], information="none") for p in (1, 0))
    assert (all_give.mean(), none.mean()) == (30_720, 10)
    for swap in (False, True):
        setting = {"information": "none", "class_swap": swap, "binary": True, **CANONICAL}
        giver, keeper = (final([first, "fixed_gift"], **setting)[0] for first in ("fixed_gift", "never_gives"))
        assert keeper - giver == 6 * 1  # the cost of six gifts


# -- reputations under errors ------------------------------------------------------------------------------------------

NORMS = {"image_scoring": "1010", "shunning": "1000", "simple_standing": "1011", "stern_judging": "1001"}
TABLE = [
    ("image_scoring", 0.01, 0.33557, 0.33221),
    ("shunning", 0.01, 0.33557, 0.33221),
    ("simple_standing", 0.01, 0.98039, 0.97059),
    ("stern_judging", 0.01, 0.98039, 0.97059),
    ("image_scoring", 0.05, 0.34483, 0.32759),
    ("shunning", 0.05, 0.34483, 0.32759),
    ("simple_standing", 0.05, 0.90909, 0.86364),
    ("stern_judging", 0.05, 0.90909, 0.86364),
]


def stationary(bits, noise, error):
    """g and cooperation where everyone gives to the good only."""
    cg, dg, _, db = ((1 - error) if bit == "1" else error for bit in bits)
    a = (1 - noise) * cg + noise * dg
    g = db / (1 - a + db)
    return g, g * (1 - noise)


@pytest.mark.parametrize(("norm", "chance", "good", "cooperation"), TABLE)
def test_norms_under_errors(norm, chance, good, cooperation):
    """Tolerance .015: some four standard errors of 200 worlds × 700 steps, of which some 66 in a row go together."""
    assert stationary(NORMS[norm], chance, chance) == pytest.approx((good, cooperation), abs=6e-6)
    game = Donor(norm, assessment_error=chance, action_noise=chance, endowment=1e6, horizon=1000)
    me = {"agent": "standing_discriminator"}
    record = comity.play(game, [me], worlds=200, seed=3)
    late = record.cooperation[:, 300:]
    assert np.nanmean(late) == pytest.approx(cooperation, abs=0.015)
    assert (np.nanmean(record.intended[:, 300:]), record.final["good"].mean()) == (
        pytest.approx(good, abs=0.015),
        pytest.approx(good, abs=0.07),  # one moment of 200 worlds, in which seats go together
    )


@pytest.mark.parametrize(("knows", "pays"), [(0.2, True), (0.3, True), (0.4, False), (0.6, False)])
def test_reciprocity_needs_to_know_more_often_than_cost_over_benefit(knows, pays):
    """Nobody who refuses the bad is blamed for it; cost/benefit is 1/3. A giver gets benefit − cost of two steps, a
    free rider (1 − q)·benefit. Standard error of the mean of 400 worlds × 100 meetings: .007."""

    def per_two_steps(first):
        others = {"agent": "standing_discriminator", "knows": knows}
        setting = {"preset": "simple_standing", "horizon": 204, "endowment": 1e4}
        return comity.play("donor", [first, others], worlds=400, **setting).rewards[:, 4:, 0].sum() / (400 * 100)

    assert per_two_steps("fixed_gift") == 2
    assert per_two_steps("never_gives") == pytest.approx(3 * (1 - knows), abs=0.035)
    assert (per_two_steps("never_gives") > per_two_steps("fixed_gift")) == pays


@pytest.mark.parametrize("rule", [*(f"{bits:04b}" for bits in range(16)), *LEADING_EIGHT, "00011110", "01101001"])
def test_the_bits(rule):
    for own, bits in ((1, rule[:4]), (0, rule[-4:])):
        for bit, (gives, good) in enumerate([(1, 1), (0, 1), (1, 0), (0, 0)]):
            w = worlds_of(n_agents=2, binary=True, information="standing", assessment_rule=rule, **CANONICAL)
            w.state["good"][0] = own, good
            give(w, gives)
            assert w.state["good"][0, 0] == int(bits[bit])
            assert w.state["good"][0, 1] == good


# d(GBC), d(BBC), d(BBD) and p(BB) of L1 … L8 (Ohtsuki & Iwasa 2006, table 1); the rest they have in common
EIGHT = ["GGBC", "BGBC", "GGGD", "GBGD", "BGGD", "BBGD", "GBBD", "BBBD"]


def norm_of(k):
    """d by donor, recipient, action, and p by donor, recipient, of the k-th of the leading eight."""
    gbc, bbc, bbd, pbb = EIGHT[k - 1]
    d = {"GGC": "G", "GGD": "B", "BGC": "G", "BGD": "B", "GBD": "G", "GBC": gbc, "BBC": bbc, "BBD": bbd}
    return d, {"GG": "C", "GB": "D", "BG": "C", "BB": pbb}


EIGHTH = pytest.mark.parametrize("k", range(1, 9))


@EIGHTH
def test_the_leading_eight(k):
    d, p = norm_of(k)
    order = [donor + act for donor in "GB" for act in ("GC", "GD", "BC", "BD")]
    assert "".join("1" if d[key] == "G" else "0" for key in order) == LEADING_EIGHT[k - 1]
    assert gives_among_bad(LEADING_EIGHT[k - 1]) == (p["BB"] == "C")
    game = Donor(f"leading_{k}", n_agents=2, **CANONICAL)
    w = Worlds(game, 4)
    w.reset(0)
    pairs = list(itertools.product("GB", repeat=2))
    w.state["good"] = [[one == "G", other == "G"] for one, other in pairs]
    w.look()
    me = seated(game, {"agent": "leading_eight", "norm": k})
    me.begin(game, 0, world_seeds(1, 4))
    assert w.masks is not None
    act = me.act(View(game, 0, w.state, w.observations[:, 0], w.masks[:, 0], w.ended == RUNNING))
    assert act.tolist() == [float(p[one + other] == "C") for one, other in pairs]


def test_two_of_the_eight_are_of_second_order():
    assert LEADING_EIGHT[2] == 2 * "1011", "L3 is simple standing"
    assert LEADING_EIGHT[5] == 2 * "1001", "L6 is stern judging"


@pytest.mark.parametrize(
    ("opponent", "given", "answers"), [("never_gives", "1000", "0000"), ("fixed_gift", "1111", "1111")]
)
def test_the_leading_eight_keep_from_who_keeps(opponent, given, answers):
    """The keeper is bad after its first refusal; who refuses it stays good under all eight."""
    for k in range(1, 9):
        seats = [{"agent": "leading_eight", "norm": k}, opponent]
        record = comity.play("donor", seats, preset=f"leading_{k}", n_agents=2, horizon=8, **CANONICAL)
        assert record.actions[0, ::2, 0].tolist() == [float(x) for x in given]
        assert record.actions[0, 1::2, 1].tolist() == [float(x) for x in answers]
        assert record.final["good"][0].tolist() == [1, opponent == "fixed_gift"]


def chain_of_two(k, noise, error):
    """(4, 4): of two who donate by turns, transitions of (donor's, recipient's standing) in the order GG, GB, BG, BB;
    the roles change, so the next donor is this recipient."""
    d, p = norm_of(k)
    chain = np.zeros((4, 4))
    for row, (donor, other) in enumerate(itertools.product("GB", repeat=2)):
        gives = (1 - noise) * (p[donor + other] == "C")
        good = sum(
            chance * ((1 - error) if d[donor + other + act] == "G" else error)
            for act, chance in (("C", gives), ("D", 1 - gives))
        )
        for column, (next_donor, next_other) in enumerate(itertools.product("GB", repeat=2)):
            chain[row, column] = (next_donor == other) * (good if next_other == "G" else 1 - good)
    return chain


def good_share(k, noise, error):
    """g* of many: where the share of the good among donors and recipients, met at random, stays as it is, and how much
    they cooperate then."""
    d, p = norm_of(k)
    g = 1.0
    for _ in range(2000):
        after = gives_in_all = 0.0
        for donor, other in itertools.product("GB", repeat=2):
            weight = (g if donor == "G" else 1 - g) * (g if other == "G" else 1 - g)
            gives = (1 - noise) * (p[donor + other] == "C")
            gives_in_all += weight * gives
            for act, chance in (("C", gives), ("D", 1 - gives)):
                after += weight * chance * ((1 - error) if d[donor + other + act] == "G" else error)
        g = after
    return g, gives_in_all


@EIGHTH
def test_two_of_the_leading_eight_under_errors(k):
    """Within five standard errors of 4000 independent worlds in one late step."""
    noise = error = 0.05
    late = np.linalg.matrix_power(chain_of_two(k, noise, error), 60)[0]
    _, p = norm_of(k)
    gives = sum(share * (p[key] == "C") for share, key in zip(late, ("GG", "GB", "BG", "BB"), strict=True))
    game = Donor(f"leading_{k}", assessment_error=error, action_noise=noise, n_agents=2, endowment=1e4, horizon=61)
    record = comity.play(game, [{"agent": "leading_eight", "norm": k}], worlds=4000, seed=5)
    asked = np.nanmean(record.intended[:, 60])
    assert asked == pytest.approx(gives, abs=5 * (gives * (1 - gives) / 4000) ** 0.5)


@pytest.mark.slow
@EIGHTH
@pytest.mark.parametrize("chance", [0.01, 0.05])
def test_the_leading_eight_cooperate_in_spite_of_errors(k, chance):
    """At .01 image scoring is down to a third (``TABLE``). Tolerance .005: three standard errors or more."""
    good, cooperation = good_share(k, chance, chance)
    if k in (3, 6):
        assert (good, cooperation) == pytest.approx(stationary(LEADING_EIGHT[k - 1][:4], chance, chance))
    game = Donor(f"leading_{k}", assessment_error=chance, action_noise=chance, n_agents=100, endowment=1e4, horizon=150)
    record = comity.play(game, [{"agent": "leading_eight", "norm": k}], worlds=20, seed=5)
    late = np.nanmean(record.cooperation[:, 50:])
    assert late == pytest.approx(cooperation, abs=0.005)
    assert late > 1 - 4 * chance


def test_errors_of_assessment_and_of_action_have_their_frequency():
    num, half = 4000, 6
    w = worlds_of(num, n_agents=2 * half, binary=True, information="standing", assessment_error=0.2, action_noise=0.3)
    donors = w.state["donates"] == 1
    give(w, 1)
    failed = w.state["action"][donors] == 0
    assert failed.mean() == pytest.approx(0.3, abs=5 * (0.21 / num / half) ** 0.5)
    wrong = (w.state["good"][donors] == 1) == failed
    assert wrong.mean() == pytest.approx(0.2, abs=5 * (0.16 / num / half) ** 0.5)
    assert (w.state["intended"][donors] == 1).all()
    w = worlds_of(num, action_noise=0.3)
    give(w, 0)
    assert (w.state["holdings"] == 10).all(), "noise never makes a gift"


def test_image_scores():
    w = worlds_of(n_agents=2, binary=True, information="image", endowment=100, horizon=40)
    for turn in range(20):
        give(w, 1 if turn < 14 else 0)
        if turn in (1, 13, 15, 19):
            expected = {1: 1, 13: BEST_IMAGE, 15: BEST_IMAGE - 1, 19: BEST_IMAGE - 3}[turn]
            assert (w.state["image"][0] == expected).all()
    for _ in range(20):
        give(w, 0)
    assert (w.state["image"][0] == -BEST_IMAGE).all()


def test_image_discriminators_starve_who_refuses():
    record = comity.play("donor", ["never_gives", "image_discriminator"], information="image", binary=True, horizon=40)
    took = record.rewards[0, :, 0] > 0
    assert took[:2].sum() <= 1
    assert not took[2:].any()


# -- schedule ----------------------------------------------------------------------------------------------------------


def meetings(**params):
    """[(donor, recipient)] of each step."""
    w = worlds_of(**params)
    found = []
    while not w.ended[0]:
        state = w.state[0]
        found.append([(i, int(j)) for i, j in enumerate(state["partner"]) if state["donates"][i]])
        assert all(state["partner"][j] == i for i, j in enumerate(state["partner"]))
        give(w, 0)
        assert w.state["met"][0].tolist() == [dict(found[-1]).get(i, -1) for i in range(w.game.n_agents)]
    return found


@pytest.mark.parametrize("swap", [False, True])
@pytest.mark.parametrize("n", [2, 4, 12])
def test_the_canonical_schedule(n, swap):
    half = n // 2
    for t, pairs in enumerate(meetings(n_agents=n, horizon=2 * n, class_swap=swap, **CANONICAL), 1):
        s = (t - 1) // 2
        donors_are_a = (t % 2 == 1) != swap
        if donors_are_a:
            expected = {(a, half + (a + s) % half) for a in range(half)}
        else:
            expected = {(half + b, (b + s) % half) for b in range(half)}
        assert set(pairs) == expected


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("swap", [False, True])
@pytest.mark.parametrize("n", [2, 4, 6, 12, pytest.param(24, marks=pytest.mark.slow)])
def test_shuffled_schedules(n, swap, seed):
    steps = meetings(n_agents=n, horizon=2 * n, class_swap=swap, seed=seed)
    for start in (0, n):  # in every round of n steps
        ordered = [pair for pairs in steps[start : start + n] for pair in pairs]
        assert len(set(ordered)) == len(ordered) == n * n // 2, "no ordered pair repeats"
    early = [frozenset(pair) for pairs in steps[: n // 2] for pair in pairs]
    assert len(set(early)) == len(early), "nobody meets anybody twice"
    for pairs, later in itertools.pairwise(steps):
        assert {i for i, _ in pairs} == {j for _, j in later}, "donors become recipients"


@pytest.mark.slow
def test_strict_indirect_has_no_second_meeting():
    game = Donor("strict_indirect")
    assert game.params.horizon <= game.n_agents / 2
    for seed in range(20):
        met = [frozenset(pair) for pairs in meetings(preset="strict_indirect", seed=seed) for pair in pairs]
        assert len(set(met)) == len(met) == 12 * 12


def test_shuffling_is_fair():
    """Whoever sits in seat 0 donates first in half of the worlds, and meets each other seat equally often."""
    state = worlds_of(6000, n_agents=4).state
    assert state["donates"][:, 0].mean() == pytest.approx(0.5, abs=0.03)
    assert np.bincount(state["partner"][:, 0], minlength=4) / 6000 == pytest.approx([0, *[1 / 3] * 3], abs=0.03)


def test_places_of_a_class_are_alike():
    """Canonical schedule: who moves one place on in its class, with its acts, takes its payoffs along."""
    n, half = 12, 6
    rng = np.random.default_rng(0)
    order = np.array([(a + 1) % half for a in range(half)] + [half + (a + 1) % half for a in range(half)])
    one, other = worlds_of(5, n_agents=n, **CANONICAL), worlds_of(5, n_agents=n, **CANONICAL)
    for _ in range(12):
        percents = rng.integers(0, 101, (5, n)).astype(float)
        give(one, percents)
        give(other, percents[:, order])
        assert other.rewards == pytest.approx(one.rewards[:, order])
        assert other.state["cooperation"] == pytest.approx(one.state["cooperation"][:, order], nan_ok=True)


# -- rules -------------------------------------------------------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(data=st.data(), binary=st.booleans(), b=st.sampled_from([0.0, 0.5, 1.0, 2.0, 3.7]), seed=st.integers(0, 2**63))
def test_payoffs_are_what_gifts_add(data, binary, b, seed):
    w = worlds_of(n_agents=4, binary=binary, benefit_multiplier=b, endowment=2.0, seed=seed)
    q, total = w.game.params, np.zeros(4)
    for _ in range(12):
        before = w.state["holdings"][0].copy()
        give(w, np.array(data.draw(st.lists(st.integers(0, w.game.n_moves - 2), min_size=4, max_size=4)), float))
        c = np.nan_to_num(w.state["cooperation"][0])
        added = (q.benefit - q.cost) * c.sum() if binary else (b - 1) * (c * before).sum()
        assert w.rewards[0].sum() == pytest.approx(added)
        total += w.rewards[0]
        assert w.state["holdings"][0] == pytest.approx(2.0 + total)
        assert (w.state["holdings"] >= 0).all()
    assert w.ended[0] == TRUNCATED


@pytest.mark.parametrize("asked", [PASS, 50.5, -1.0, 150.0, np.nan, np.inf, -np.inf])
def test_what_is_no_move_of_a_donor_keeps(asked):
    w = worlds_of(**CANONICAL)
    w.step(np.full((1, 12), asked))
    assert (w.state["holdings"] == 10).all()
    assert (w.state["cooperation"][0, :6] == 0).all()
    assert (w.state["illegal"][0, :6] == 1).all()
    assert (w.state["illegal"][0, 6:] == (asked != PASS)).all()


def test_who_cannot_pay_cannot_give():
    w = worlds_of(n_agents=4, binary=True, endowment=0.5, information="image", **CANONICAL)
    assert w.masks is not None
    assert w.masks[0].tolist() == [[1, 0, 0]] * 2 + [[0, 0, 1]] * 2
    assert not w.game.movers(w.state).any()
    w.step(np.array([[1.0, 0, 2, 2]]))
    assert w.state["illegal"][0].tolist() == [1, 0, 0, 0]
    assert np.isnan(w.state["cooperation"]).all()
    assert not w.rewards.any()
    assert not w.state["image"].any(), "who had no choice is not judged"
    assert Donor(binary=True, endowment=0.5).anchors().optimum == 0


def test_a_donor_with_nothing_has_no_label():
    w = worlds_of(n_agents=4, **CANONICAL)
    give(w, 100)
    give(w, np.array([[0, 0, 100, 0]]))
    w.step(np.array([[0.0, 100, PASS, PASS]]))
    assert w.state["holdings"][0, 2:].tolist() == [0, 30]
    assert w.state["cooperation"][0, 0] == 0
    assert np.isnan(w.state["cooperation"][0, 1])
    assert w.state["illegal"][0, 1] == 1
    assert w.state["trace"][0, 1, 0] == 1, "its last gift is still the first"


def test_masks_and_movers():
    w = worlds_of()
    assert w.masks is not None
    donors = w.state["donates"][0] == 1
    assert (w.masks[0][donors].sum(axis=1) == PERCENT + 1).all()
    assert [np.flatnonzero(mask).tolist() for mask in w.masks[0][~donors]] == [[PASS]] * 6
    assert np.array_equal(w.game.movers(w.state)[0], donors)


@pytest.mark.parametrize("cooperative", [True, False])
@pytest.mark.parametrize("binary", [True, False])
def test_exemplars_are_labelled_so(binary, cooperative):
    w = worlds_of(20, binary=binary)
    donors = w.state["donates"] == 1
    w.step(np.stack([w.game.exemplar(w.state, i, cooperative) for i in range(12)], axis=1))
    assert (w.state["cooperation"][donors] == float(cooperative)).all()
    assert np.isnan(w.state["cooperation"][~donors]).all()


def test_pairs_have_an_addressee():
    w = worlds_of(n_agents=4, **CANONICAL)
    give(w, 40)
    pairs = w.game.cooperation_pairs(w.state)[0]
    assert pairs[0, 2] == pairs[1, 3] == 0.4
    assert np.isnan(pairs).sum() == 14
    record = comity.play("donor", ["fixed_gift"], n_agents=4, horizon=2, **CANONICAL)
    assert record.addressee is not None
    assert record.addressee[0].tolist() == [[2, 3, -1, -1], [-1, -1, 0, 1]]


# -- what is seen ------------------------------------------------------------------------------------------------------


def test_the_trace_is_the_chain_of_gifts():
    n, rng = 12, np.random.default_rng(1)
    w = worlds_of(n_agents=n, seed=5)
    index = w.game.field_index
    columns = [index[f"trace_{k}"] for k in range(1, 4)]
    last = {}  # per seat, its last gift and those before it in the chain
    for t in range(12):
        state = w.state[0].copy()
        for i in np.flatnonzero(state["donates"]):
            shown = w.observations[0, i, columns]
            chain = last.get(int(state["partner"][i]), [])[:3]
            assert shown == pytest.approx(chain + [-1] * (3 - len(chain)))
            assert len(chain) == min(t, 3)
        percents = rng.integers(0, 101, n)
        give(w, percents)
        donors = np.flatnonzero(state["donates"])
        last |= {int(i): [percents[i] / 100, *last.get(int(state["partner"][i]), [])] for i in donors}


@pytest.mark.parametrize("information", ["none", "trace", "image", "standing"])
def test_fields(information):
    w = worlds_of(information=information, horizon_known=True, seed=2)
    index, seen = w.game.field_index, w.observations[0]
    give(w, 30)
    state = w.state[0]
    for i in range(12):
        j = state["partner"][i]
        assert seen[i, index["donates"]] == state["donates"][i]
        assert seen[i, index["partner"]] == j
        assert seen[i, index["holdings"]] == pytest.approx(state["holdings"][i])
        assert seen[i, index["partner_holdings"]] == pytest.approx(state["holdings"][j])
        gave, received = (-1, 0.3) if state["donates"][i] else (0.3, -1)
        assert seen[i, [index["gave"], index["received"]]] == pytest.approx([gave, received])
        assert seen[i, index["payoff"]] == pytest.approx(6 if state["donates"][i] else -3)
        shown = {"trace": ("trace_1", 0.3, -1), "image": ("image", 1, 0), "standing": ("standing", 1, -1)}
        if information == "standing":
            assert seen[i, index["own_standing"]] == state["good"][i] == 1
        if information != "none":
            name, to_donor, to_other = shown[information]
            assert seen[i, index[name]] == pytest.approx(to_donor if state["donates"][i] else to_other)
    assert {name for name in index if name.split("_")[0] in ("trace", "image", "standing")} == (
        {"trace_1", "trace_2", "trace_3"} if information == "trace" else {information} - {"none"}
    )


def test_holdings_stay_within_their_bounds():
    """Nobody can exceed D_t = b·D_(t−1) + D_(t−2): 7 times the endowment after two steps, which is reached."""
    for steps, most in ((1, 3), (2, 7), (3, 17)):
        game = Donor(n_agents=4, horizon=steps, endowment=10)
        assert game.most_holdings == pytest.approx(10 * most)
        richest = 0.0
        for profile in itertools.product((0, 100), repeat=2 * steps):
            w = Worlds(game, 8)
            w.reset(0)
            for t in range(steps):
                gifts = np.zeros((8, 4))
                gifts[w.state["donates"] == 1] = np.tile(profile[2 * t : 2 * t + 2], 8)
                give(w, gifts)
            richest = max(richest, w.state["holdings"].max())
        assert richest <= game.most_holdings + 1e-9
        if steps <= 2:
            assert richest == pytest.approx(game.most_holdings)


@pytest.mark.parametrize("fraction", [1, 0.5, 0.7])
@pytest.mark.parametrize("b", [0.5, 2, 50])
def test_the_longest_growth_is_still_seen(b, fraction):
    longest = Donor(benefit_multiplier=b, horizon=1).longest
    w = worlds_of(n_agents=4, benefit_multiplier=b, horizon=longest)
    while not w.ended[0]:
        give(w, 100 * fraction)
        assert np.isfinite(w.observations).all()
        assert (w.observations <= w.game.observation_box.high).all()
        assert (w.observations >= w.game.observation_box.low).all()
    with pytest.raises(
        SettingError, match=rf"donor.horizon = {longest + 1} is not allowed: it must be at most {longest}"
    ):
        Donor(benefit_multiplier=b, horizon=longest + 1)


def test_without_growth_there_is_no_longest_game():
    assert Donor(binary=True, horizon=NEVER).most_holdings < 1e38
    assert Donor(benefit_multiplier=0, horizon=NEVER).most_holdings == 10


# -- anchors -----------------------------------------------------------------------------------------------------------


def test_anchors():
    anchors = Donor().anchors()
    assert (anchors.worst_equilibrium, anchors.optimum) == (0, 368_520)
    record = comity.play("donor", [{"agent": "fixed_gift", "fraction": 1}])
    assert record.rewards.sum() == anchors.optimum
    assert anchors.random == pytest.approx(12 * (closed_form(0.5, 12) - 10))
    assert anchors.random == pytest.approx(random_play_total(Donor()), rel=0.03)


def test_nobody_gains_by_giving_where_nobody_gives():
    for percent in (0, 1, 50, 100):
        alone = {"agent": "fixed_gift", "fraction": percent / 100}
        assert final([alone, "never_gives"])[0] <= 10


@pytest.mark.parametrize("params", [{"action_noise": 0.3}, {"continuation": 0.8}, {"benefit_multiplier": 0.5}])
def test_expected_totals(params):
    """Tolerances of five standard errors."""
    game = Donor(**params)
    for percent, expected in ((100, game.gain(1 - game.params.action_noise)), (0, 0.0)):
        w = Worlds(game, 4000)
        w.reset(1)
        total = np.zeros(4000)
        while not w.ended.all():
            give(w, percent)
            total += w.rewards.sum(axis=1)
        assert total.mean() == pytest.approx(expected, abs=5 * total.std() / 4000**0.5 + 1e-9)
    assert game.anchors().optimum == (0 if "benefit_multiplier" in params else game.gain(1 - game.params.action_noise))


@pytest.mark.parametrize(
    "params", [{"action_noise": 0.3}, {"benefit": 1.5, "n_agents": 2}, {"cost": 0.1, "benefit": 0.3}]
)
def test_the_binary_optimum_is_what_givers_get(params):
    game = Donor(binary=True, endowment=1000, **params)
    total = comity.play(game, [{"agent": "fixed_gift", "fraction": 1}], worlds=2000).rewards.sum(axis=(1, 2))
    assert total.mean() == pytest.approx(game.anchors().optimum, abs=5 * total.std() / 2000**0.5 + 1e-9)


def test_anchors_of_the_binary_game():
    anchors = Donor(binary=True).anchors()
    record = comity.play("donor", [{"agent": "fixed_gift", "fraction": 1}], binary=True)
    assert record.rewards.sum() == anchors.optimum == 12 * 6 * 2
    assert anchors.random == pytest.approx(anchors.optimum / 2, rel=0.02)
    assert Donor(binary=True, benefit=0.5).anchors().optimum == 0


# -- whoever looks ahead -----------------------------------------------------------------------------------------------


def test_what_is_not_shown_is_not_believed():
    """Everything hidden is changed; what seat 0 believes stays as it is, to the last bit."""
    for information in ("none", "trace", "image", "standing"):
        w = worlds_of(information=information, seed=4)
        rng = np.random.default_rng(0)
        for _ in range(5):
            give(w, rng.integers(0, 101, 12))
        changed = w.state.copy()
        now, met = w.state["partner"][0, 0], w.state["met"][0]
        before = met[0] if met[0] >= 0 else int(np.flatnonzero(met == 0)[0])
        others = [j for j in range(1, 12) if j not in (now, before)]
        for name in ("holdings", "action", "intended", "cooperation", "payoff", "received"):
            changed[name][0, others] = rng.random(len(others))
        for name in ("trace", "image", "good"):
            changed[name][0, others] = 1
        changed["order"][0] = np.roll(changed["order"][0], 3)
        changed["used"] = 0
        changed["seed"], changed["key"] = 9, 9
        for one in (w.state, changed):
            assert w.game.view(one[0], 0) == w.game.view(w.state[0], 0)
        key = np.array([77], np.uint64)
        one, other = (w.game.imagine(state, 0, key) for state in (w.state, changed))
        for name in w.game.world_dtype.names or ():
            np.testing.assert_array_equal(one[name], other[name], name)


def test_imagined_schedules_agree_with_the_meeting_and_with_nothing_else():
    w = worlds_of(seed=6, n_agents=6)
    give(w, 20)
    state = np.repeat(w.state, 3000)
    believed = w.game.imagine(state, 0, np.arange(3000, dtype=np.uint64) * np.uint64(7919))
    assert (believed["partner"][:, 0] == w.state["partner"][0, 0]).all()
    assert (believed["donates"][:, 0] == w.state["donates"][0, 0]).all()
    imagined = Worlds(w.game, 3000)
    imagined.state[:] = believed
    give(imagined, 20)
    nexts = np.bincount(imagined.state["partner"][:, 0], minlength=6) / 3000
    present = int(w.state["partner"][0, 0])
    # of 3 shifts one is that of the present meeting, which may or may not be met again
    rest = np.delete(nexts, [0, present])
    assert rest == pytest.approx(np.full(4, rest.mean()), abs=0.03)
    assert nexts[0] == 0


@pytest.mark.parametrize(("kindness", "gift"), [(0.45, 0), (0.55, 100)])
def test_kindness_gives_if_what_arrives_outweighs_what_it_costs(kindness, gift):
    """κ·b > 1, for whoever looks one step ahead."""
    me = {"agent": "deliberator", "norms": {"kindness": kindness}, "depth": 1}
    record = comity.play("donor", [me], horizon=4)
    assert (record.intended[~np.isnan(record.intended)] == gift).all()


def test_indirect_reciprocity_gives_to_givers():
    """Both have been shown what the recipient gave to somebody else, and nothing that was done to them."""

    def gift(others):
        norm = {"reciprocity": {"kind": "indirect", "positive": 1.0, "negative": 1.0}, "memory": 0.1}
        game = Donor(class_swap=True, **CANONICAL)
        w = Worlds(game, 1)
        w.reset(0)
        me = seated(game, {"agent": "deliberator", "norms": norm, "depth": 1, "prior": "uncooperative"})
        me.begin(game, 0, world_seeds(1, 1))
        for _ in range(4):  # in step 4 its recipient is one who gave to another in step 3
            masks = w.masks
            assert masks is not None
            act = me.act(View(game, 0, w.state, w.observations[:, 0], masks[:, 0], w.ended == RUNNING))
            give(w, others)
        return act[0]

    assert gift(100) > gift(0) == 0


def test_whoever_hides_the_end_expects_growth_without_end():
    game = Donor(horizon=12)
    assert game.believed(0).params.horizon == game.longest
    assert Donor(horizon_known=True).believed(0).params.horizon == 12


# -- settings ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("preset", "rule"), NORMS.items())
def test_presets_of_norms(preset, rule):
    q = Donor(preset).params
    assert (q.binary, q.information, q.assessment_rule) == (True, "standing", rule)


def test_other_presets():
    assert Donor("vallinder_hughes").params == Donor().params
    assert (Donor().n_agents, Donor().params.horizon, Donor().params.trace_depth) == (12, 12, 3)
    assert Donor("strict_indirect").n_agents == 24


def test_a_rule_may_look_like_a_number():
    assert Donor(assessment_rule=1010).params.assessment_rule == "1010"
    assert Donor(assessment_rule=11).params.assessment_rule == "0011"
    assert Donor(assessment_rule=11_1000).params.assessment_rule == "00111000"


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"n_agents": 5}, ("donor.n_agents", "5", "even")),
        ({"n_agents": 0}, ("donor.n_agents", "0", "[2, 1000]")),
        ({"endowment": -1}, ("donor.endowment", "-1")),
        ({"benefit_multiplier": -1}, ("donor.benefit_multiplier", "-1")),
        ({"information": "gossip"}, ("donor.information", "gossip", "standing")),
        ({"trace_depth": 0}, ("donor.trace_depth", "0", "[1, 100]")),
        ({"assessment_rule": "10"}, ("donor.assessment_rule", "10", "1010")),
        ({"assessment_rule": 2}, ("donor.assessment_rule", "0002")),
        ({"assessment_rule": "101110"}, ("donor.assessment_rule", "101110", "eight")),
        ({"assessment_error": 1.5}, ("donor.assessment_error", "1.5", "[0, 1]")),
        ({"action_noise": -0.1}, ("donor.action_noise", "-0.1")),
        ({"cost": -1, "binary": True}, ("donor.cost", "-1")),
        ({"horizon": 1000}, ("donor.horizon", "1000", "at most", "benefit_multiplier = 2")),
        ({"preset": "stern_judgement"}, ("stern_judgement", "stern_judging")),
    ],
)
def test_bad_parameters_say_what_is_allowed(params, words):
    with pytest.raises(SettingError) as error:
        Donor(**params)
    assert all(word in str(error.value) for word in words)


def test_texts():
    game = Donor(information="trace", horizon_known=True, **CANONICAL)
    w = Worlds(game, 1)
    w.reset(0)
    assert "Nobody has given anything yet." in game.view(w.state[0], 0)
    assert "It has not given to anybody yet." in game.view(w.state[0], 0)
    assert game.move_schema(w.state[0], 6) == {"type": "string", "const": "pass"}
    for percent in (10, 20, 30):
        give(w, percent)
    told = game.view(w.state[0], 6)
    assert "you were given 30 percent" in told
    assert "When it last could, it gave 30 percent of what the donor had." in told
    assert "had given 20 percent of what the donor had before that." in told
    assert "And the one before had given 10 percent" in told
    binary = Donor("stern_judging")
    assert "gives to the good or keeps from the bad is good" in binary.brief(0)
    assert binary.brief(0) == Donor("leading_6").brief(0)
    eighth = Donor("leading_8").brief(0)
    assert "Whoever was good and gives to the good or keeps from the bad stays good" in eighth
    assert "whoever was bad and gives to the good gets good, and all others who had a choice are bad" in eighth
    assert "All are bad" in Donor(information="standing", assessment_rule="0000").brief(0)
    w = worlds_of(preset="leading_8", n_agents=2, **CANONICAL)
    w.state["good"][0] = 0, 1
    assert [w.game.view(w.state[0], seat).count("You are bad.") for seat in (0, 1)] == [1, 0]
