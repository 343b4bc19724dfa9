"""Accounting of language models: METRICS.md §13, on records in which invalid replies were put by hand."""

import re
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from comity.analysis import figures, rho_null
from comity.analysis.definitions import DEFINITIONS, LLM
from comity.analysis.episodes import episode_measures
from comity.analysis.figures import sheets
from comity.analysis.llm import (
    coop_bounds,
    coop_bounds_by_seat,
    coop_bounds_pooled,
    cost,
    invalid_rate,
    known_cost_share,
    over_seats,
)
from comity.analysis.models import models
from comity.analysis.report import write_report
from comity.analysis.summary import cells, summarise
from comity.envs.record import ACCOUNTS
from comity.experiments.play import play


def fifty(policy):
    """50 replies of one seat, 40 valid, 28 of them cooperative, and the label of the policy's moves for the others."""
    labels = np.array([1.0] * 28 + [0.0] * 12 + [policy] * 10).reshape(1, 50, 1)
    return labels, np.arange(50).reshape(1, 50, 1) >= 40


@pytest.mark.parametrize("policy", [0.0, 0.3, 1.0, np.nan])
def test_the_worked_example_whatever_the_policy_plays(policy):
    found = coop_bounds(*fifty(policy))
    assert (found.value, found.lower, found.upper) == (0.7, 0.56, 0.76)
    assert (found.n, found.n_invalid) == (40, 10)
    assert found.upper - found.lower == pytest.approx(invalid_rate([10], [50]).value)


def test_bounds_hold_whatever_the_invalid_replies_meant():
    draw = np.random.default_rng(0)
    labels = np.where(draw.random((200, 12, 2)) < 0.3, np.nan, draw.random((200, 12, 2)))
    invalid = draw.random(labels.shape) < 0.2
    found = coop_bounds(labels, invalid)
    for meant in (0.0, 1.0, draw.random(labels.shape), np.where(draw.random(labels.shape) < 0.5, np.nan, 1.0)):
        told = np.where(invalid, meant, labels)
        rate = np.nansum(told, axis=(1, 2)) / (~np.isnan(told)).sum(axis=(1, 2))
        assert (rate >= found.lower - 1e-12).all() and (rate <= found.upper + 1e-12).all()
    assert found.lower == pytest.approx(coop_bounds(np.where(invalid, 0, labels), np.zeros_like(invalid)).value)
    assert found.upper == pytest.approx(coop_bounds(np.where(invalid, 1, labels), np.zeros_like(invalid)).value)


def test_bounds_by_seat_and_pooled():
    labels = np.array([[[1, 0], [1, 0]], [[0, np.nan], [0, np.nan]]])
    invalid = np.zeros((2, 2, 2), bool)
    invalid[0, 0, 0] = True
    assert coop_bounds(labels, invalid).lower.tolist() == [0.25, 0]
    seats = coop_bounds_by_seat(labels, invalid)
    assert seats.lower[0].tolist() == [0.5, 0] and seats.upper[0].tolist() == [1, 0]
    assert np.isnan([seats.value[1, 1], seats.lower[1, 1], seats.upper[1, 1]]).all(), "no choice is no rate"
    pooled = coop_bounds_pooled(labels, invalid)
    assert (pooled.value, pooled.lower, pooled.upper) == pytest.approx((1 / 5, 1 / 6, 2 / 6))
    nothing_valid = coop_bounds(np.zeros((1, 3, 1)), np.ones((1, 3, 1), bool))
    assert np.isnan(nothing_valid.value) and (nothing_valid.lower, nothing_valid.upper) == (0, 1)


def test_what_is_unknown_makes_a_total_unknown():
    assert np.isnan(cost(1.0, 1, 2).value) and known_cost_share(1, 2).value == 0.5
    assert cost(0.0, 0, 0).value == 0 and np.isnan(known_cost_share(0, 0).value)
    nan = np.nan
    together = over_seats(
        {
            "calls": np.array([[3, 1, nan], [3, 1, nan], [nan] * 3]),
            "prompt_tokens": np.array([[30, 10, nan], [30, nan, nan], [nan] * 3]),
            "seed_honoured": np.array([[1, 0, nan], [nan, 0, nan], [nan] * 3]),
            "comprehension": np.array([[1, 0.5, nan], [nan, nan, nan], [nan] * 3]),
        }
    )
    assert together["calls"] == pytest.approx([4, 4, nan], nan_ok=True)
    assert together["prompt_tokens"] == pytest.approx([40, nan, nan], nan_ok=True)
    assert together["seed_honoured"] == pytest.approx([0.75, 0, nan], nan_ok=True)
    assert together["comprehension"] == pytest.approx([0.75, nan, nan], nan_ok=True)


def with_invalid(record, *places, **counts):
    """The record as if the replies at ``places`` (step, seat) had been invalid in every world; ``counts`` by seat."""
    invalid = np.zeros(record.rewards.shape, bool)
    for step, seat in places:
        invalid[:, step, seat] = True
    zeros = np.zeros(record.illegal.shape)
    accounts = {name: zeros + counts.get(name, 0.0) for name in ACCOUNTS}
    return replace(record, invalid=invalid, accounts=accounts)


def test_a_record_keeps_what_the_policy_did_apart_from_what_was_chosen():
    record = play("matrix", ["tft", "alld"], horizon=4, worlds=2)
    assert record.choices is record.cooperation and "invalid" not in record.frame().columns
    marked = with_invalid(record, (0, 0), (2, 1))
    assert record.cooperation[0, 0, 0] == 1 and np.isnan(marked.choices[0, 0, 0])
    assert np.isnan(marked.cooperation_pairs()[:, 2, 1]).all()
    frame = marked.frame()
    assert frame.drop("invalid", "cooperation").equals(record.frame().drop("cooperation")), "moves and pay stand"
    unread = frame.filter("invalid")
    assert unread.select("step", "agent").unique().sort("step").rows() == [(1, 0), (3, 1)]
    assert unread["cooperation"].null_count() == 4 and frame["cooperation"].null_count() == 4
    assert frame["invalid"].dtype == pl.Boolean


# -- in the table of episodes ------------------------------------------------------------------------------------------


def test_an_invalid_step_is_paid_and_is_nobodys_choice():
    record = play("matrix", ["tft", "alternator"], horizon=6, action_noise=0.0)  # CC, CD, DC, CD, DC, CD
    before, after = (episode_measures(one) for one in (record, with_invalid(record, (1, 1), (4, 1))))
    assert before["coop_rate_pooled"] == 7 / 12 and after["coop_rate_pooled"] == 6 / 10
    assert after["coop_lower"] == 6 / 12 and after["coop_upper"] == 8 / 12
    assert after["coop_by_seat"].tolist() == [[4 / 6, 2 / 4]] and after["coop_rate_agent"] == pytest.approx([7 / 12])
    assert after["coop_lower_by_seat"].tolist() == [[4 / 6, 2 / 6]]
    assert after["coop_upper_by_seat"].tolist() == [[4 / 6, 4 / 6]]
    assert (before["mutual_rate"], after["mutual_rate"]) == (1 / 6, 1 / 4)
    # after C seat 1 played D, C, C; after D it played D, D. Two of these, a D and a C, were no choices
    assert before["rho_by_seat"][0, 1] == pytest.approx(2 / 3) and after["rho_by_seat"][0, 1] == 1
    same = {key for key in before if "coop" not in key and key not in ("mutual_rate", "rho_by_seat")}
    assert "welfare" in same and all(np.array_equal(before[key], after[key], equal_nan=True) for key in same)


def test_an_invalid_step_does_not_press():
    acts = play("standoff", ["hawk", "dove"], horizon=6, action_noise=0.0)
    nobody = episode_measures(with_invalid(acts, (2, 0), (2, 1)))
    assert episode_measures(acts)["press_share"] == 1 / 2 == nobody["press_share"]
    assert nobody["time_to_deescalate"] == 5, "a step in which nobody chose is a step"
    assert episode_measures(with_invalid(acts, (2, 0)))["press_share"] == pytest.approx((5 * 0.5 + 0) / 6)
    assert episode_measures(with_invalid(acts, *[(t, 0) for t in range(6)]))["press_share"] == 0


def test_columns_of_all_seats_and_of_each():
    nan = np.nan
    record = play("matrix", ["tft", "alld", "allc"], n_agents=3, pairing="random", horizon=10, worlds=2)
    counts = {"asked": 10, "first_try_invalid": 4, "invalid": 2, "asked_in_stages": 5, "invalid_in_stages": 2}
    counts |= {"calls": 15, "cost": 0.5, "brier_sum": 0.41, "forecasts": 3, "prompt_tokens": 100, "seed_honoured": 1}
    marked = with_invalid(record, **counts)
    for values in marked.accounts.values():
        values[:, 2] = nan
    marked.accounts["cost_unknown"][1, 0] = 3
    m = episode_measures(marked)
    assert m["invalid_rate"].tolist() == [0.2, 0.2] and m["first_try_invalid"].tolist() == [0.4, 0.4]
    assert m["invalid_rate_in_game"].tolist() == [0, 0] and m["invalid_rate_in_stages"].tolist() == [0.4, 0.4]
    assert m["llm_asked"].tolist() == [20, 20] and m["llm_prompt_tokens"].tolist() == [200, 200]
    assert m["llm_cost"] == pytest.approx([1, nan], nan_ok=True) and m["known_cost_share"].tolist() == [1, 0.9]
    assert m["llm_cost_by_seat"][1] == pytest.approx([nan, 0.5, nan], nan_ok=True)
    assert m["known_cost_share_by_seat"][1] == pytest.approx([0.8, 1, nan], nan_ok=True)
    assert m["forecast_brier"] == pytest.approx([0.41 / 3] * 2)
    assert m["invalid_rate_by_seat"][0] == pytest.approx([0.2, 0.2, nan], nan_ok=True)
    assert not np.isnan(m["coop_lower_by_seat"][:, 2]).any(), "who asks no model has a rate, too"
    assert all(key in DEFINITIONS for key in m)


def test_without_language_models_the_table_is_as_it_was():
    measured = episode_measures(play("matrix", ["tft", "alld"], horizon=5))
    assert not set(measured) & set(LLM)
    without_stages = replace(play("matrix", ["tft"], horizon=5), invalid=np.zeros((1, 5, 2), bool))
    assert set(episode_measures(without_stages)) - set(measured) == {
        *("coop_lower", "coop_upper"),
        *("coop_lower_by_seat", "coop_upper_by_seat"),
    }


# -- in a report -------------------------------------------------------------------------------------------------------

HOSTILE = "<script>alert(1)</script>"
COUNTS = {"asked": 30, "first_try_invalid": 9, "invalid": 6, "calls": 40, "cost": 0.0045, "prompt_tokens": 1000}
COUNTS |= {"completion_tokens": 200, "latency": 20, "comprehension": 0.75, "forecasts": 3, "brier_sum": 0.41}


def asked_of_one_seat(record):
    """As if seat 0 had been a model whose replies in steps 3 to 8 of 30 could not be used."""
    marked = with_invalid(record, *[(step, 0) for step in range(2, 8)], **COUNTS)
    for values in marked.accounts.values():
        values[:, 1] = np.nan
    return marked


@pytest.fixture(scope="module")
def asked(make_rows):
    """Tables of two norms, in whose cells seat 0 asks a model with a hostile name."""
    cell = {"worlds": 4, "told": asked_of_one_seat}
    parts = [make_rows(name, "matrix", "deliberators", name, ["gtft", "tft"], **cell) for name in ("selfish", "kind")]
    episodes, steps = (pl.concat(tables) for tables in zip(*parts, strict=True))
    return episodes.with_columns(who=pl.lit([HOSTILE, "tft"], pl.List(pl.String))), steps


def test_models_setting_by_setting(asked):
    found = models(asked[0])
    assert found.select("cell", "who", "worlds").rows() == [("selfish", HOSTILE, 4), ("kind", HOSTILE, 4)]
    row = found.row(0, named=True)
    assert row["coop_upper"] - row["coop_lower"] == pytest.approx(6 / 30) == row["invalid_rate"]
    assert row["coop_lower"] < row["coop"] < row["coop_upper"] and row["first_try_invalid"] == pytest.approx(0.3)
    assert (row["llm_calls"], row["llm_prompt_tokens"], row["llm_cost"]) == (160, 4000, pytest.approx(0.018))
    assert (row["known_cost_share"], row["seed_honoured"], row["forecast_brier"]) == (1, 0, pytest.approx(0.41 / 3))


def test_a_cost_that_is_unknown_once_is_unknown(asked, make_rows):
    def unknown(record):
        marked = asked_of_one_seat(record)
        marked.accounts["cost_unknown"][0, 0] = 10
        return marked

    episodes, _ = make_rows("a", "matrix", "x", "kind", ["gtft", "tft"], 4, told=unknown)
    (row,) = models(episodes).to_dicts()
    assert row["llm_cost"] is None and row["known_cost_share"] == pytest.approx(1 - 10 / 160)
    assert row["who"] == "language model"
    without, _ = make_rows("b", "matrix", "x", "kind", ["tft"], 2)
    assert len(models(pl.concat([without, episodes], how="diagonal_relaxed"))) == 1 and models(without).is_empty()


def report(tables, manifest, tmp_path):
    return write_report(tmp_path / "report.html", *tables, manifest).read_text(encoding="utf-8")


def test_a_report_tells_what_stands_on_replies_and_what_they_cost(asked, tmp_path):
    llm = {"models": [HOSTILE], "scripted": False, "answers": "live", "ledger": "l", "calls": 320, "cached": 80}
    llm |= {"cache_share": 0.25, "spent_usd": None, "budget_usd": 5.0}
    text = report(asked, {"llm": llm}, tmp_path)
    assert HOSTILE not in text and text.count("&lt;script&gt;alert(1)") >= 4 and text.count("<script") == 1
    for words in ("320, 25.0 % of them answered from the ledger", "not known: some prices", "US$ 5.00", "asked live"):
        assert words in text
    section = text[text.index('id="language-models"') :]
    row = models(asked[0]).row(0, named=True)
    below = f"<small>[{row['coop_lower']:.3f}, {row['coop_upper']:.3f}]</small>"
    assert f">{row['coop']:.3f}{below}</td>" in section
    assert ">20.0 %</td>" in section and ">30.0 %</td>" in section and ">0.0180</td>" in section
    assert "0.500 a call" in section and "n = 12" in section
    captions = re.findall("<figcaption>(.*?)</figcaption>", text)
    assert len(captions) > 3 and all("20.0 % of the decisions asked of language" in caption for caption in captions)
    assert "scripted model" not in text.lower()


def test_what_a_scripted_model_answered_is_no_models_answer(asked, make_rows, tmp_path):
    text = report((asked[0], None), {"llm": {"scripted": True}}, tmp_path)
    assert "Scripted model: a script, and no language model, wrote the replies" in text[: text.index("<main")]
    drawn = text.split("<figure")[1:]
    assert all("(scripted model)</h3>" in one and ">scripted model</text>" in one for one in drawn) and len(drawn) > 2
    nobody_asks = make_rows("a", "matrix", "x", "kind", ["tft"], 2)[0], None
    assert "(scripted model)" not in report(nobody_asks, {"llm": {"scripted": True}}, tmp_path)


def test_without_language_models_a_report_does_not_speak_of_them(make_rows, tmp_path):
    tables = make_rows("a", "matrix", "x", "kind", ["tft"], 2)[0], None
    assert "anguage model" not in report(tables, {"llm": {}}, tmp_path)


def test_bounds_are_drawn_where_replies_were_invalid(asked, make_rows):
    def lines(episodes):
        axes = sheets.cooperation(summarise(episodes), "matrix").axes
        return [line.get_xdata().tolist() for ax in axes for line in ax.lines if line.get_marker() == "|"]

    other = asked[0].filter(pl.col("cell") == "selfish")["coop_by_seat"].list.get(1).mean()
    row = models(asked[0]).row(0, named=True)
    ends = [(row["coop_lower"] + other) / 2, (row["coop_upper"] + other) / 2]
    assert len(lines(asked[0])) == 2 and lines(asked[0])[0] == pytest.approx(ends)
    assert not lines(make_rows("a", "matrix", "x", "kind", ["tft"], 2)[0])


def test_worlds_are_as_long_as_they_were_played(make_rows):
    draw = np.random.default_rng(0)
    labels = (draw.random((8, 30, 2)) < 0.5).astype(float)
    labels[0, -1] = np.nan
    assert "unequal_lengths" in rho_null(labels, draws=99).flags
    played = rho_null(labels, draws=99, lengths=[30] * 8)
    assert "unequal_lengths" not in played.flags and not np.isnan(played.null_mean).any()

    def last_invalid(record):
        marked = with_invalid(record)
        marked.invalid[0, -1] = True
        return marked

    episodes, steps = make_rows("a", "matrix", "x", "kind", ["gtft", "random"], 8, told=last_invalid)
    assert figures.reciprocity_null(steps, cells(episodes))["null_mean"].null_count() == 0
