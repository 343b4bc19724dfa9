"""Round robins against the table in GAMES.md §1.1, against theory, and against the same matches played one by one."""

import numpy as np
import polars as pl
import pytest

import comity
from comity.envs.settings import SettingError
from comity.experiments.tournaments.meetings import alike_seats, lasting, meetings

MEET = "comity.experiments.tournaments.tournament.meet"
SEVEN = ["allc", "alld", "tft", "grim", "alternator", "wsls", "suspicious_tft"]
CHANCY = ["tft", "random", {"agent": "gtft", "q": 0.2}, "grim", "extort3", "contrite_tft", "zd", "graaskamp"]


def test_round_robin_of_seven():
    found = comity.tournament("matrix", SEVEN, repetitions=2, self_play=False, preset="axelrod_1980")
    assert found.score == pytest.approx([2.2475, 2.34, 2.4975, 2.3325, 2.05, 2.2925, 2.005], abs=5e-5)
    ranking = found.ranking()
    assert ranking["entrant"].to_list() == ["tft", "alld", "grim", "wsls", "allc", "alternator", "suspicious_tft"]
    cooperation = dict(ranking.select("entrant", "cooperation").iter_rows())
    expected = [1, 0, 0.6683, 0.5033, 0.5, 0.7225, 0.3892]
    assert [cooperation[name] for name in SEVEN] == pytest.approx(expected, abs=5e-5)
    assert ranking["low"].null_count() == 7, "repetitions without chance do not differ"
    assert np.isnan(np.diag(found.payoff)).all()


def test_repetitions_without_chance_are_copies_of_one():
    found = comity.tournament("matrix", ["tft", "random", "shubik"], repetitions=5, horizon=60)
    paid = found.totals.paid
    for i, j in ((0, 0), (0, 2), (2, 2)):
        assert (paid[:, i, j] == paid[0, i, j]).all()
    assert len(np.unique(paid[:, 0, 1])) > 1
    alone = comity.play("matrix", ["tft", "shubik"], worlds=5, horizon=60)
    assert alone.rewards[:, :, 0].sum(axis=1).tolist() == paid[:, 0, 2].tolist()


def test_who_wins_is_not_who_scores():
    """Tit-for-tat never gets more than the one it meets; a defector always does, if the other ever gives."""
    found = comity.tournament("matrix", ["tft", "alld", "allc"], repetitions=3, horizon=200)
    assert found.wins.tolist() == [0, 2, 0]
    assert found.payoff[0] == pytest.approx([3, 0.995, 3])
    assert found.payoff[1] == pytest.approx([1.02, 1, 5])


@pytest.mark.parametrize("game", [{"action_noise": 0.1, "perception_noise": 0.05}, {"continuation": 0.9}])
def test_a_meeting_is_the_match_played_alone(game):
    """The same draws, whoever else is in the batch, and the same seeds for every pair."""
    found = comity.tournament("matrix", CHANCY, repetitions=4, seed=11, horizon=30, **game)
    for i in range(len(CHANCY)):
        for j in range(i, len(CHANCY)):
            record = comity.play("matrix", [CHANCY[i], CHANCY[j]], worlds=4, seed=11, horizon=30, **game)
            paid, labels = record.rewards.sum(axis=1), np.nansum(record.cooperation, axis=1)
            assert (record.lengths == found.steps).all()
            if i == j:
                assert found.totals.paid[:, i, i] == pytest.approx(paid.mean(axis=1))
                continue
            assert found.totals.paid[:, [i, j], [j, i]].tolist() == paid.tolist()
            assert found.totals.cooperated[:, [i, j], [j, i]].tolist() == labels.tolist()


@pytest.mark.parametrize(
    ("game", "entrants", "params"),
    [
        ("fishery", ["deliberator", "conditional"], {"horizon": 4, "growth_noise": 0.3}),
        ("fishery", [{"agent": "deliberator", "norms": "kind"}, "sustainable_threshold"], {"horizon": 4}),
        ("arms_race", ["richardson", "build"], {"n_agents": 3, "horizon": 6, "perception_noise": 0.3}),
        ("crisis", ["mirror", "deliberator"], {"n_agents": 2, "horizon": 3, "accident_prob": 0.5}),
    ],
)
def test_seats_are_taken_by_turns_and_exchanged(game, entrants, params):
    found = comity.tournament(game, entrants, repetitions=2, seed=5, **params)
    n = comity.make(game, **params).n_agents
    for i, j in ((0, 1), (1, 0), (0, 0), (1, 1)):
        paid = []
        for first, second in ((i, j), (j, i)):
            table = [entrants[first if k % 2 == 0 else second] for k in range(n)]
            rewards = comity.play(game, table, worlds=2, seed=5, **params).rewards.sum(axis=1)
            own = slice(0 if first == i else 1, None, 2) if i != j else slice(None)
            paid.append(rewards[:, own])
        assert found.totals.paid[:, i, j] == pytest.approx(np.concatenate(paid, axis=1).mean(axis=1), abs=1e-12)


def test_seats_that_differ_are_both_played():
    """``coopeval_trust``: giving to a keeper pays 0 as first, 2 as second player; the keeper gets 20 or 6."""
    for exact in (False, True):
        found = comity.tournament("matrix", ["allc", "alld"], exact=exact, preset="coopeval_trust", horizon=10)
        assert found.payoff == pytest.approx(np.array([[10, (0 + 2) / 2], [(20 + 6) / 2, 4]]))
    assert not alike_seats(comity.make("matrix", preset="coopeval_trust"))
    assert alike_seats(comity.make("matrix")) and alike_seats(comity.make("standoff"))
    assert not alike_seats(comity.make("matrix", n_agents=4))


def test_who_meets_whom():
    assert meetings(comity.make("matrix"), 3, self_play=True).tolist() == [
        [0, 0],
        [0, 1],
        [0, 2],
        [1, 1],
        [1, 2],
        [2, 2],
    ]
    assert meetings(comity.make("trust"), 2, self_play=False).tolist() == [[0, 1], [1, 0]]


@pytest.mark.parametrize(
    ("game", "params"),
    [
        ("matrix", {"continuation": 0.8, "horizon": 40}),
        ("matrix", {"horizon": 7}),
        ("donor", {"continuation": 0.9}),
        ("public_goods", {"continuation": 0.7, "horizon_known": False}),
        ("trust", {"continuation": 0.6, "horizon": 20}),
    ],
)
def test_a_world_lasts_as_long_as_it_is_played(game, params):
    played = comity.make(game, **params)
    seeds = np.arange(300, dtype=np.uint64)
    lengths = comity.play(played, ["reciprocator"], worlds=300).lengths
    steps_a_round = played.max_steps // played.params.horizon
    assert (lasting(played, seeds) * steps_a_round == lengths).all()


def test_a_world_may_last_longer_than_is_looked_at_in_one_go():
    played = comity.make("matrix", continuation=0.999, horizon=100_000)
    lengths = lasting(played, np.arange(400, dtype=np.uint64))
    assert lengths.max() > 2048
    assert lengths.mean() == pytest.approx(1000, abs=4 * lengths.std() / 400**0.5)


def test_steps_after_an_early_end_pay_nothing():
    """Twelve months of five who take all: each gets its share of the first month's stock, and nothing in eleven."""
    found = comity.tournament("fishery", ["greedy", "conditional"], repetitions=1)
    record = comity.play("fishery", ["greedy"])
    assert record.lengths[0] < 12
    assert found.payoff[0, 0] == pytest.approx(record.rewards.sum(axis=1).mean() / 12)
    assert found.steps.tolist() == [12]


def test_lengths_by_chance_do_not_blur_what_a_step_pays():
    found = comity.tournament("matrix", ["allc", "alld"], repetitions=6, continuation=0.8, horizon=1000)
    assert len(set(found.steps)) > 1
    assert found.payoff == pytest.approx(np.array([[3, 0], [5, 1]]))
    assert found.payoff_error == pytest.approx(np.zeros((2, 2)), abs=1e-12)


def test_errors_and_intervals_are_over_repetitions():
    found = comity.tournament("matrix", ["random", "alld"], repetitions=40, horizon=50)
    paid = found.totals.paid / 50
    assert found.payoff_error == pytest.approx(paid.std(axis=0, ddof=1) / 40**0.5)
    assert abs(found.payoff[0, 1] - 0.5) < 5 * found.payoff_error[0, 1], "P and S by halves"
    row = found.ranking().row(by_predicate=pl.col("entrant") == "random", named=True)
    assert row["low"] < row["score"] < row["high"]
    scores = paid[:, 0].mean(axis=1)
    assert row["high"] - row["low"] == pytest.approx(2 * 1.96 * scores.std(ddof=1) / 40**0.5, rel=0.2)
    once = comity.tournament("matrix", ["random", "alld"], repetitions=1, horizon=50)
    assert once.ranking()["low"].null_count() == 2
    assert np.isnan(once.payoff_error).all()
    assert once.frame()["error"].null_count() == 4


@pytest.mark.parametrize(
    ("noise", "expected"),
    [
        ({"action_noise": 0.05}, {("tft", "alld"): 1.10025, ("gtft", "gtft"): 2.859375, ("tft", "gtft"): 2.855388}),
        ({"perception_noise": 0.05}, {("tft", "tft"): 2.25, ("gtft", "gtft"): 2.909722, ("wsls", "wsls"): 2.7765}),
    ],
)
def test_exact_payoffs_of_many_steps_are_those_of_the_long_run(noise, expected):
    field = ["tft", "alld", "gtft", "wsls"]
    found = comity.tournament("matrix", field, repetitions=2, exact=True, horizon=10**8, **noise)
    assert found.exact.all()
    for (row, column), payoff in expected.items():
        assert found.payoff[field.index(row), field.index(column)] == pytest.approx(payoff, abs=2e-6)


def test_exact_pairs_are_marked_and_have_no_width():
    field = ["gtft", "zd", "random", "grim"]
    setting = {"horizon": 20, "action_noise": 0.05, "continuation": 0.95}
    exact = comity.tournament("matrix", field, repetitions=400, exact=True, **setting)
    played = comity.tournament("matrix", field, repetitions=400, **setting)
    assert exact.exact.tolist() == [[True] * 3 + [False]] * 3 + [[False] * 4]
    assert (exact.payoff_error[:3, :3] == 0).all() and (exact.payoff_error[3] > 0).all()
    assert (np.abs(exact.payoff - played.payoff) <= 5 * played.payoff_error).all()
    shares = played.totals.cooperated / played.totals.choices
    assert (np.abs(exact.cooperation - played.cooperation) <= 5 * shares.std(axis=0) / 400**0.5).all()
    three = comity.tournament("matrix", field[:3], repetitions=1, exact=True, self_play=False, **setting).ranking()
    assert three["exact"].to_list() == [1] * 3
    assert three["low"].to_list() == three["high"].to_list() == three["score"].to_list()
    assert exact.ranking()["exact"].to_list().count(0.0) == 1


def test_tables_are_tidy():
    found = comity.tournament("matrix", SEVEN, repetitions=2, horizon=20)
    frame = found.frame()
    assert frame.columns == ["game", "entrant", "opponent", "payoff", "error", "cooperation", "exact"]
    assert frame.height == 49
    assert frame["entrant"].unique(maintain_order=True).to_list() == found.ranking()["entrant"].to_list()
    means = frame.group_by("entrant", maintain_order=True).agg(pl.col("payoff").mean())
    assert means["payoff"].to_list() == pytest.approx(found.ranking()["score"].to_list())


def test_the_same_seed_gives_the_same():
    first, second = (comity.tournament("matrix", CHANCY, repetitions=3, seed=2, horizon=20) for _ in range(2))
    assert first.ranking().equals(second.ranking())
    other = comity.tournament("matrix", CHANCY, repetitions=3, seed=9, horizon=20)
    assert not first.frame().equals(other.frame())


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"game": "matrx"}, ("matrx", "matrix")),
        ({"entrants": "tft"}, ("entrants", "tft", "two or more")),
        ({"entrants": ["tft"]}, ("entrants", "two or more")),
        ({"entrants": ["tft", "tfft"]}, ("tfft", "Did you mean 'tft'")),
        ({"entrants": ["tft", "greedy"]}, ("greedy", "does not play matrix")),
        ({"entrants": ["tft", 3]}, ("entrants", "3")),
        ({"entrants": ["tft", "alld", "tft"]}, ("tft is there twice",)),
        ({"entrants": ["tft", {"agent": "gtft", "q": 2}]}, ("q", "2", "[0, 1]")),
        ({"repetitions": 0}, ("repetitions", "0", ">= 1")),
        ({"self_play": "no"}, ("self_play", "'no'")),
        ({"horizon": 0}, ("horizon", "0")),
        ({"exact": True, "n_agents": 4}, ("exact", "two seats")),
        ({"exact": True, "institutions": ["redistribution"]}, ("exact", "no institutions")),
        ({"game": "fishery", "entrants": ["greedy", "conditional"], "exact": True}, ("exact", "matrix")),
    ],
)
def test_wrong_settings_are_refused_before_anything_is_played(arguments, words, monkeypatch):
    monkeypatch.setattr(MEET, lambda *_: pytest.fail("something was played"))
    with pytest.raises(SettingError) as error:
        comity.tournament(**{"game": "matrix", "entrants": ["tft", "alld"], **arguments})
    assert all(word in str(error.value) for word in words)
