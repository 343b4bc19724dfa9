"""Settings ranked by welfare function, horizon and discount, from tables alone, and the section of the report."""

import re

import numpy as np
import polars as pl
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from comity.analysis import figures
from comity.analysis.figures import NothingToDraw
from comity.analysis.horizons import by_horizon, crossing, curve
from comity.analysis.rankings import EPISODE, fields, on_anchors, recorded
from comity.analysis.ranks import TauMatrix, firsts, tau_matrix
from comity.analysis.report import ranks as section
from comity.analysis.report.data import Data
from comity.analysis.summary import condensed, summarise
from comity.analysis.welfare import discounted, nash, utilitarian
from comity.analysis.welfare.standard import standard

PATHS = {
    "selfish": [[9, 9, 0, 0, 0, 0, 0, 0], [9, 9, 0, 0, 0, 0, 0, 0]],  # takes all at once
    "kind": [[4, 4, 4, 4, 4, 4, 4, 4], [2, 2, 2, 2, 2, 2, 2, 2]],
    "universal": [[8, 8, 8, 8, 8, 8, 8, 8], [0, 0, 0, 0, 0, 0, 0, 0]],  # more, for one alone
}


def tables(paths=PATHS, worlds=6, game="fishery", more=()):
    """Episodes and steps in which each world is the path plus some noise of its seed."""
    rows, steps = [], []
    for norm, of in paths.items():
        for seed in range(worlds):
            paid = np.array(of, float) * (1 + 0.1 * np.random.default_rng(seed).random())
            total = paid.sum(axis=1)
            cell = {"cell": f"{game}-{norm}", "game": game, "seats": "deliberators", "norms": norm}
            rows.append(
                {**cell, **dict(more), "seed": seed, "episode": 0, "varied": [], "payoff_by_seat": total.tolist()}
                | {"welfare_d90_truncate": float(discounted(paid.sum(axis=0)[None], 0.9).value[0])}
                | {"normalised_welfare": total.sum() / 60, "normalised_rawls": 2 * total.min() / 60}
            )
            steps += [
                {"cell": cell["cell"], "seed": seed, "step": t + 1, "agent": i, "reward": x, "cooperation": 1.0}
                for i, path in enumerate(paid)
                for t, x in enumerate(path)
                if x or norm != "selfish"  # whose episodes end early
            ]
    return pl.DataFrame(rows), pl.DataFrame(steps)


@pytest.fixture(scope="module")
def played():
    return tables()


def winners(field):
    found = field.ranked()
    return {
        (measure.function, measure.over): field.conditions[found.order[k, 0]]
        for k, measure in enumerate(field.measures)
        if found.tied(k) == 1
    }


def test_who_is_first_depends_on_the_function_and_on_the_horizon(played):
    episodes, steps = played
    (field,) = fields(episodes)
    assert field.paired and not field.across and field.conditions == ["selfish", "kind", "universal"]
    first = winners(field)
    assert first["utilitarian", EPISODE] == "universal" and first["rawls", EPISODE] == "selfish"
    assert first["nash", EPISODE] == "kind"
    assert first["utilitarian", "δ = .9, truncated"] == "universal"
    later = recorded(field, steps)
    assert later is not None and later.rewards[0].shape == (6, 8, 2) and later.rewards[0][:, 2:].sum() == 0
    first = winners(later.field)
    assert first["utilitarian", "2 steps"] == "selfish" and first["rawls", "4 steps"] == "selfish"
    assert first["nash", "δ = .99, truncated"] == "kind"
    assert field.ranked().p_first.sum(axis=1) == pytest.approx(np.ones(len(field.measures)))


def test_measures_are_those_of_arrays(played):
    episodes, _ = played
    (field,) = fields(episodes)
    k = next(k for k, measure in enumerate(field.measures) if measure.function == "nash")
    paid = np.array(episodes.filter(pl.col("norms") == "kind").sort("seed")["payoff_by_seat"].to_list())
    assert field.worlds[1][:, k] == pytest.approx(nash(paid).value, abs=1e-12)


def test_anchors_bring_what_needs_a_unit_and_put_scores_on_them(played):
    episodes, _ = played
    (bare,) = fields(episodes)
    assert {m.function for m in bare.measures} == set(standard())
    assert on_anchors(bare, episodes)[0] == ["mean", "minimum (Rawls)"], "what the table has on anchors"
    anchored = episodes.with_columns(anchor_worst=pl.lit(0.0), anchor_optimum=pl.lit(60.0))
    (field,) = fields(anchored)
    assert {m.function for m in field.measures} == set(standard(30.0))
    enough = next(k for k, m in enumerate(field.measures) if m.function == "sufficiency")
    assert field.worlds[1][:, enough].tolist() == [1] * 6 and field.worlds[2][:, enough].tolist() == [0.5] * 6
    labels, scores = on_anchors(field, anchored)
    assert labels == [one.label for one in standard().values()] and scores.shape == (6, 3)
    mean, least = (dict(zip(labels, scores, strict=True))[label] for label in ("mean", "minimum (Rawls)"))
    assert mean == pytest.approx([episodes.filter(pl.col("norms") == n)["normalised_welfare"].mean() for n in PATHS])
    assert least[1] == pytest.approx(episodes.filter(pl.col("norms") == "kind")["normalised_rawls"].mean())


def test_settings_are_ranked_within_one_setting_of_the_game():
    low, _ = tables(more={"game.noise": 0.0}.items())
    high, _ = tables(more={"game.noise": 0.2}.items())
    both = pl.concat([low, high.with_columns(cell=pl.col("cell") + "-noisy")])
    found = fields(both)
    assert [len(field.settings) for field in found] == [3, 3] and not any(field.across for field in found)
    one = both.filter(pl.col("norms") == "kind")
    (across,) = fields(one)
    assert across.across and len(across.settings) == 2
    assert fields(low.filter(pl.col("norms") == "kind")) == []


def test_tables_with_less_in_them(played):
    episodes, steps = played
    assert [f.measures for f in fields(condensed(episodes))] == [f.measures for f in fields(episodes)]
    again = pl.concat([episodes, episodes.with_columns(episode=pl.lit(1, pl.Int64))])
    assert fields(again)[0].worlds[0].shape == fields(episodes)[0].worlds[0].shape, "episodes of a world are one"
    scalars = episodes.drop("payoff_by_seat").with_columns(utilitarian=pl.lit(1.0), rawls=pl.lit(0.5))
    assert [m.function for m in fields(scalars)[0].measures] == ["utilitarian", "rawls", "utilitarian"]
    lost = episodes.with_columns(pl.col("payoff_by_seat").list.eval(-pl.element()))
    assert {m.function for m in fields(lost)[0].measures} == {"utilitarian", "rawls"}, "losses have no product"
    (field,) = fields(episodes)
    assert recorded(field, steps.filter(pl.col("cell") != "fishery-kind")) is None
    assert recorded(field, steps.drop("reward")) is None


def said(episodes, steps) -> str:
    empty = pl.DataFrame()
    found = section.section(Data(episodes, steps, summarise(episodes), empty, None, {}))
    return "" if found is None else str(found)


def test_the_section(played):
    episodes, steps = played
    text = said(episodes, steps)
    assert text.count("<figure>") == 1 and "Welfare by horizon, Fishery" in text
    assert "First over whole episodes: " in text and "below .7 ⚑" in text
    assert "there is no dominance" in text
    assert "is ahead after the first step" in text and "stays ahead of it from step" in text
    assert "of all ways to weight mean and minimum (Rawls) on the game&#x27;s anchors" in text
    share = re.search(r"([0-9.]+) % \(exact\) put ", text)
    assert share and float(share[1]) >= 50, "who comes first is named first"
    assert 'class="sortable ranks"' in text and "n = 6 worlds; ahead of" in text
    alone = said(episodes, None)
    assert "they take recorded steps" in alone and "<figure>" not in alone
    assert said(episodes.filter(pl.col("norms") == "kind"), None) == ""


def test_settings_alike_are_tied_and_dominance_is_said():
    paths = {"selfish": PATHS["kind"], "kind": PATHS["kind"], "universal": [[1] * 8, [1] * 8]}
    text = said(*tables(paths))
    assert "tie of 2" in text and "share the first place: selfish and kind" in text
    assert "</span> share the first place by mean, " in text and "of all ways to weight" not in text, "nobody leads"
    assert "which is dominance: selfish and kind than universal." in text


def test_who_shares_the_lead_after_the_first_step_is_counted():
    often = {"selfish": PATHS["selfish"], "kind": PATHS["kind"], "spiteful": PATHS["selfish"]}
    assert "(with 1 other) is ahead after the first step, and " in said(*tables(often))
    alike = {"selfish": [[4] * 8] * 2, "kind": [[4] * 4 + [5] * 4] * 2}
    assert "is ahead after the first step" not in said(*tables(alike)), "nobody is, and nobody overtakes"


def test_one_step_is_a_step():
    paths = {name: [path[:4] for path in of] for name, of in PATHS.items()}
    text = said(*tables(paths))
    assert "First by payoffs over: 1 step. " in text and "1 steps" not in text


# ---- figures


def shown(ax: Axes) -> str:
    assert isinstance(ax, Axes) and ax.get_title(loc="left")
    assert isinstance(ax.figure, Figure)
    return figures.svg(ax.figure, "x-")


def test_figures_of_ranks(played):
    episodes, _ = played
    (field,) = fields(episodes)
    ranked, norms = field.ranked(), field.settings["norms"].to_list()
    ax = figures.winners(field.measures, ranked, field.conditions, norms)
    assert ax.get_yticklabels()[0].get_text() == "mean" and "1.00" in shown(ax)
    flat = firsts([np.ones((4, len(field.measures)))] * 2, paired=True)
    assert "tie of 2" in shown(figures.winners(field.measures, flat, ["a", "b"], ["kind", "kind"]))
    tau = tau_matrix(ranked.score.value[:6])
    assert "lowest" in shown(figures.tau_matrix(tau, [m.label for m in field.measures[:6]]))
    assert "0.25" in shown(figures.simplex_shares(np.array([[np.nan, 0.25], [0.75, np.nan]]), ["a", "b"]))
    one = TauMatrix(np.ones((1, 1)), np.nan, np.nan, ())
    for draw in (
        lambda: figures.tau_matrix(one, ["mean"]),
        lambda: figures.simplex_shares(np.ones((15, 15)), list("abcdefghijklmno")),
        lambda: figures.winners(field.measures, firsts([np.full((2, 7), np.nan)] * 2, True), ["a", "b"], norms),
    ):
        with pytest.raises(NothingToDraw):
            draw()


def test_the_figure_of_horizons_marks_the_crossing(played):
    episodes, steps = played
    found = recorded(fields(episodes)[0], steps)
    assert found is not None
    at = np.arange(1, 9)
    amounts = [by_horizon(paid) for paid in found.rewards]
    crossed = crossing(*(utilitarian(of).value for of in amounts[:2]))
    curves = {name: curve(of, utilitarian) for name, of in zip(PATHS, amounts, strict=True)}
    ax = figures.horizons(curves, at, list(PATHS), crossed)
    assert f"crossing at {float(crossed.value):g}" in shown(ax)
    mine = Figure().subplots()
    assert figures.horizons(curves, at, list(PATHS), ax=mine) is mine and "crossing" not in shown(mine)
    with pytest.raises(NothingToDraw):
        figures.horizons({"a": curve(amounts[0][:, :1], utilitarian)}, at[:1], ["kind"])
