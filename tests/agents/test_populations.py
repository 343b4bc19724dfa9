"""Seats that several kinds of agents share: who sits there, and that each plays as if it sat there alone."""

import numpy as np
import pytest

import comity
from comity.agents.populations import POPULATIONS, completed, everyone, spelled
from comity.experiments.play import play

DELIBERATOR = {"agent": "deliberator", "norms": "kind", "rationality": 3, "depth": 2}
MIX = {
    "mix": [
        {"agent": "random", "p": 0.7, "share": 0.5},
        {"agent": "adaptive_exploiter", "share": 0.3},
        {**DELIBERATOR, "share": 0.2},
    ]
}
PARTS = [{key: value for key, value in one.items() if key != "share"} for one in MIX["mix"]]
SHARES = [0.5, 0.3, 0.2]
NOISE = {"action_noise": 0.1, "horizon": 12}


def band(share, n):
    """Four standard errors of a share."""
    return 4 * (share * (1 - share) / n) ** 0.5


def kinds(record, parts):
    """(W, N): which of the parts sat where."""
    return np.argmax(record.who[:, :, None] == np.array([spelled(one) for one in parts]), axis=2)


def test_shares_come_out_seat_by_seat_and_seats_draw_apart():
    mix = {
        "mix": [{"agent": name, "share": share} for name, share in zip(("allc", "alld", "tft"), SHARES, strict=True)]
    }
    n = 10_000
    drawn = kinds(play("matrix", [mix], worlds=n, horizon=1), ["allc", "alld", "tft"])
    for seat in (0, 1):
        for k, share in enumerate(SHARES):
            assert (drawn[:, seat] == k).mean() == pytest.approx(share, abs=band(share, n))
    both = ((drawn[:, 0] == 0) & (drawn[:, 1] == 0)).mean()
    assert both == pytest.approx(0.25, abs=band(0.25, n))


def test_each_plays_as_if_it_sat_there_alone():
    seeds = np.arange(40, dtype=np.uint64) + 7
    record = play("matrix", [MIX, "tft"], worlds=40, seed=seeds, **NOISE)
    drawn = kinds(record, PARTS)[:, 0]
    assert set(drawn) == {0, 1, 2}
    for k, part in enumerate(PARTS):
        here = drawn == k
        alone = play("matrix", [part, "tft"], worlds=int(here.sum()), seed=seeds[here], **NOISE)
        np.testing.assert_array_equal(record.actions[here], alone.actions)


def test_a_world_is_the_same_alone_and_in_a_batch():
    batch = play("public_goods", [{"mix": MIX_OF_GIVERS}], worlds=12, seed=3, horizon=4)
    for b in (0, 5, 11):
        alone = play("public_goods", [{"mix": MIX_OF_GIVERS}], seed=3 + b, horizon=4)
        np.testing.assert_array_equal(batch.who[b], alone.who[0])
        np.testing.assert_array_equal(batch.actions[b], alone.actions[0])


MIX_OF_GIVERS = [
    {"agent": "conditional_cooperator", "share": 0.5},
    {"agent": "free_rider", "share": 0.25},
    {"agent": "deliberator", "norms": {"population": "fehr_schmidt_1999"}, "depth": 1, "share": 0.25},
]


def test_fehr_and_schmidts_types():
    """Table III of Fehr & Schmidt 1999, by its two margins, and the perfect correlation of the two."""
    types = POPULATIONS["fehr_schmidt_1999"]
    for name, margin in (
        ("envy", {0: 0.3, 0.5: 0.3, 1: 0.3, 4: 0.1}),
        ("guilt", {0: 0.3, 0.25: 0.3, 0.6: 0.4}),
    ):
        found = {value: sum(share for share, norm in types if norm[name] == value) for value in margin}
        assert found == pytest.approx(margin)
    ordered = sorted((norm["envy"], norm["guilt"]) for _, norm in types)
    assert ordered == sorted(ordered, key=lambda pair: pair[1])


def test_a_population_of_norms_is_drawn_by_its_shares():
    """Beside a cooperator, whom they expect, those cooperate whose β is at least (T − R)/(T − S) = .4, whatever their α
    (NORMS.md §2): 40 % of the population.
    """
    agent = {"agent": "deliberator", "norms": {"population": "fehr_schmidt_1999"}, "depth": 1}
    n = 2000
    record = play("matrix", [agent], worlds=n, horizon=1, action_noise=0)
    names, counts = np.unique(record.who, return_counts=True)
    assert names[-1] == "deliberator(norms.envy=4.0,norms.guilt=0.6,depth=1)"
    assert counts / (2 * n) == pytest.approx([0.3, 0.3, 0.3, 0.1], abs=band(0.3, 2 * n))
    np.testing.assert_array_equal(record.cooperation[:, 0] == 1, np.char.find(record.who, "guilt=0.6") > 0)
    patient = {**agent, "norms": {**agent["norms"], "patience": 0.5}}
    assert [spec["norms"]["patience"] for spec in everyone(patient)] == [0.5] * 4


@pytest.mark.parametrize(
    ("after", "opponent", "moves", "answers"),
    [
        ("alld", "tft", "CCCCDDDD", "CCCCCDDD"),
        ("grim", "suspicious_tft", "CDCDDDDD", "DCDCDDDD"),  # it has seen the D of the first step
        ("tft", "alternator", "CCDCDCDC", "CDCDCDCD"),
        ("alternator", "allc", "CCCCCDCD", "CCCCCCCC"),  # by the clock of the world
        # it does not think that it has probed before it came: it needs three mutual C's, of which it has seen one
        ("adaptive_exploiter", "allc", "CCCCCCDC", "CCCCCCCC"),
    ],
)
def test_who_enters_has_seen_it_all(after, opponent, moves, answers):
    given = {"agent": after, "from_step": 4, "before": "tft"}
    record = play("matrix", [given, opponent], horizon=8, action_noise=0)
    played = ["".join(np.array(["C", "D"])[record.actions[0, :, i].astype(int)]) for i in (0, 1)]
    assert played == [moves, answers]


@pytest.mark.parametrize(
    ("game", "params"),
    [
        ("matrix", NOISE),
        ("public_goods", {"horizon": 5}),
        pytest.param("alternating_offers", {"horizon": 5}, marks=pytest.mark.slow),
    ],
)
def test_an_agent_that_takes_over_from_its_like_changes_nothing(game, params):
    """It remembers just what it would remember had it played: also the deliberator's kindness and incomes."""
    agent = {**DELIBERATOR, "norms": "brahmavihara"}
    both = play(game, [{**agent, "from_step": 3, "before": agent}, "reciprocator"], worlds=3, **params)
    np.testing.assert_array_equal(both.actions, play(game, [agent, "reciprocator"], worlds=3, **params).actions)


def test_shuffled_seats_are_taken_by_all_alike():
    n = 4000
    record = play("public_goods", ["conditional_cooperator", "free_rider"], worlds=n, horizon=1, seating="shuffled")
    prosocial = record.who == "conditional_cooperator"
    assert (prosocial.sum(axis=1) == 1).all()
    assert prosocial.mean(axis=0) == pytest.approx([0.25] * 4, abs=band(0.25, n))
    np.testing.assert_array_equal(record.cooperation[:, 0] > 0, prosocial)
    alone = play("public_goods", ["conditional_cooperator", "free_rider"], seed=n - 1, horizon=1, seating="shuffled")
    np.testing.assert_array_equal(alone.who[0], record.who[-1])


def test_every_order_of_three_kinds_is_as_likely():
    n = 3000
    listed = ["free_rider", {"mix": [{"agent": "conditional_cooperator", "share": 1}]}, "full_contributor"]
    record = play("public_goods", listed, worlds=n, n_agents=3, horizon=1, seating="shuffled")
    _, counts = np.unique(record.who, axis=0, return_counts=True)
    assert len(counts) == 6
    assert counts / n == pytest.approx([1 / 6] * 6, abs=band(1 / 6, n))


def test_an_agent_object_cannot_be_shuffled():
    from comity.agents.scripted.binary import TitForTat

    with pytest.raises(comity.SettingError, match="an agent has one seat only"):
        play("matrix", [TitForTat(), "alld"], seating="shuffled")
    with pytest.raises(
        comity.SettingError, match="seating = 'random' is not allowed: it must be one of given, shuffled"
    ):
        play("matrix", ["tft"], seating="random")


def test_what_all_have_in_common_reaches_everyone():
    given = {"mix": [{"agent": "alld", "from_step": 3, "before": "tft", "share": 0.5}, {"agent": "gtft", "share": 0.5}]}
    assert [spec["agent"] for spec in everyone(given)] == ["alld", "tft", "gtft"]
    told = completed(given, lambda spec: {"norms": "kind", **spec})
    assert [spec["norms"] for spec in everyone(told)] == ["kind"] * 3
    assert spelled(given) == "mix(alld(from_step=3,before=tft):0.5,gtft:0.5)"


def test_a_record_says_who_acted():
    frame = play("matrix", ["tft", {"agent": "gtft", "q": 0.5}], horizon=2).frame()
    assert frame["who"].to_list() == ["tft", "gtft(q=0.5)"] * 2


def test_a_mix_holds_a_tournament():
    """Its kind is that of the world's seed and the seat, in every meeting; a mix of one is that one."""
    alone = comity.tournament("matrix", ["tft", "alld"], repetitions=2, horizon=10)
    mixed = comity.tournament("matrix", ["tft", {"mix": [{"agent": "alld", "share": 1}]}], repetitions=2, horizon=10)
    np.testing.assert_array_equal(mixed.payoff, alone.payoff)
    both = {"mix": [{"agent": "alld", "share": 0.5}, {"agent": "allc", "share": 0.5}]}
    found = comity.tournament("matrix", ["tft", both], repetitions=64, horizon=10, self_play=False)
    per_step = {"alld": 0.9, "allc": 3.0}  # of tit-for-tat: nothing and then nine times 1, or ten times 3
    who = play("matrix", ["tft", both], worlds=64, horizon=1).who[:, 1]
    assert found.payoff[0, 1] == pytest.approx(np.mean([per_step[name] for name in who]))
