"""Who answers whom: the panel's coefficients by setting, and by lag. Only where steps were recorded."""

from typing import Any, NamedTuple

import numpy as np
import polars as pl
from matplotlib.figure import Figure

from .. import figures
from ..figures.style import house, panels
from ..measure import FloatArray
from ..reciprocity import KINDS, TERMS, LagPanel, Panel, PanelNull, panel, panel_null, panel_profile
from ..summary import cells, steps_played, tracks
from .data import Data
from .formats import between, count, each, num
from .markup import Markup, el
from .parts import arm_title, game_title, norm
from .show import show
from .tables import MOST_ROWS, head, sortable

TITLE = "Who answers whom, by the panel"
DRAWS = 199
FEW_DRAWS = 49
"""Where acts are missing, so that every shuffle is a fit of its own."""
LONGEST = 4
MOST_NORMS = 7
HEADS = {
    "direct": "What a seat does to another by what that one did to it in the step before, with dummies for who acts, "
    "towards whom and when; half-panel jackknife.",
    "generalised": "… by what third parties did to it in the step before.",
    "indirect": "… by what the other did to third parties in the step before.",
    "own": "… by its own act of the step before.",
}
PLAIN = (
    "direct, plain",
    "The direct term by plain least squares, without the jackknife: what the shuffles are compared with.",
)
NULL = (
    "null of the plain term",
    f"Mean of the plain term under {DRAWS} shuffles ({FEW_DRAWS} where acts are missing) of who did what to whom; p: "
    "share of shuffles in which it is as high or higher, one-sided, upwards: near 1 where it lies below its null.",
)
LESS = ("plain less null", "The direct term by plain least squares, less its null's mean.")
CAPTION = (
    "The direct term{others} by lag, each lag by itself, all seats, {arm} ({n}). In bold where the 95 % interval "
    "excludes 0. Hatched: association within a step is not reciprocity, as what all share moves everyone at once."
)
Row = dict[str, Any]


class Found(NamedTuple):
    """Of one cell."""

    cell: Row
    labels: FloatArray
    panel: Panel
    null: PanelNull


def section(data: Data, game: str) -> Markup | None:
    """A figure and a table, folded away; None where no steps of the game were recorded, or nothing can be told."""
    if data.steps is None or data.picked is not None:
        return None
    of_game = cells(data.episodes).filter(pl.col("game") == game)
    found = _found(data.steps.join(of_game.select("cell"), on="cell", how="semi"), of_game)
    if not any(np.isfinite(one.panel.value[0]) for one in found):
        return None
    parts = [_figure(data, found, game), _table(found)]
    return el("details", el("summary", f"{TITLE}: {game_title(game).lower()}"), *parts, class_="numbers")


def _found(steps: pl.DataFrame, of_game: pl.DataFrame) -> list[Found]:
    """The cells in their order, as many as the table shows."""
    found = []
    parts = steps.partition_by("cell", as_dict=True)
    for cell in of_game[:MOST_ROWS].iter_rows(named=True):
        part = parts.get((cell["cell"],))
        if part is None:
            continue
        labels = _labels(part)
        if labels.shape[2] > 1:
            draws = FEW_DRAWS if np.isnan(labels).any() else DRAWS
            found.append(
                Found(cell, labels, panel(labels), panel_null(labels, draws=draws, lengths=steps_played(part)))
            )
    return found


def _labels(part: pl.DataFrame) -> FloatArray:
    """(W, T, N), or (W, T, N, N) where acts have an addressee among several."""
    (labels,) = tracks(part, "cooperation").values()
    n = labels.shape[2]
    if n > 2 and "addressee" in part.columns and part["addressee"].is_not_null().any():
        (towards,) = tracks(part, "addressee").values()
        labels = np.where(towards[..., None] == np.arange(n), labels[..., None], np.nan)
    return labels


def _figure(data: Data, found: list[Found], game: str) -> Markup | None:
    """By lag, of the first way of filling the seats and what nothing else was set in."""
    arm = found[0].cell["seats"]
    shown = [one for one in found if one.cell["base"] and one.cell["seats"] == arm][:MOST_NORMS]
    profiles = [panel_profile(one.labels, LONGEST) for one in shown]
    kinds = [k for k in range(len(KINDS)) if any(np.isfinite(one.value[1:, k]).any() for one in profiles)]
    if not kinds:
        return None
    figure = _drawn(profiles, [one.cell["condition"] for one in shown], kinds)
    told = "; ".join(
        f"{one.cell['condition']}: {num(float(profile.value[1, 0]))}"
        for one, profile in zip(shown, profiles, strict=True)
    )
    others = " (and those for third parties)" if len(kinds) > 1 else ""
    caption = CAPTION.format(others=others, arm=arm_title(arm), n=each(len(one.labels) for one in shown))
    return show(data, game, "lags", figure, caption, "Who is answered how late", f"Direct term at lag 1: {told}")


def _drawn(profiles: list[LagPanel], rows: list[str], kinds: list[int]) -> Figure:
    """One panel per kind, conditions below each other."""
    figure, axes = panels(1, len(kinds), 0.9 + 0.34 * len(rows), sharey=True)
    for ax, k in zip(axes[0], kinds, strict=True):
        parts = [np.stack([getattr(one, name)[:, k] for one in profiles]) for name in ("value", "low", "high")]
        figures.heat(parts[0], parts[1], parts[2], figures.names(rows), ax)
        with house():
            ax.set_title(KINDS[k])
    return figure


def _table(found: list[Found]) -> Markup:
    there = [k for k in range(len(TERMS)) if any(np.isfinite(one.panel.value[k]) for one in found)]
    heads = [head("norm", "The norm, and what else was set."), head("seats", "How the seats were filled.")]
    heads += [head(TERMS[k], HEADS[TERMS[k]]) for k in there]
    heads += [head(*words) for words in (PLAIN, NULL, LESS)]
    body = [_line(one, there) for one in found]
    caption = "Coefficients of the panel, all seats, with 95 % intervals"
    return sortable(TITLE, [el("tr", *heads)], [body], caption=caption)


def _line(one: Found, there: list[int]) -> Markup:
    first = el("th", norm(one.cell["norms"], one.cell["condition"]), scope="row")
    numbers = [_coefficient(one.panel, k) for k in there]
    return el("tr", first, el("td", arm_title(one.cell["seats"])), *numbers, *_null(one.null))


def _coefficient(found: Panel, k: int) -> Markup:
    value, low, high, n = (getattr(found, name)[k] for name in ("value", "low", "high", "n"))
    if np.isnan(value):
        return el("td", "–", class_="none", title="not identified: what it stands on never varied")
    bare = np.isnan(low)
    below = "no interval" if bare else between(float(low), float(high))
    title = (
        f"n = {count(int(n), 'world')} in which it varies, {count(found.rows, 'row')} {' '.join(found.flags)}".strip()
    )
    return el("td", num(float(value)), el("small", below), data_v=f"{value:.9g}", title=title)


def _null(found: PanelNull) -> list[Markup]:
    value, mean, p, excess = (float(x) for x in (found.value, found.null_mean, found.p, found.excess))
    if np.isnan(value):
        return [el("td", "–", class_="none", title="not identified: what it stands on never varied")] * 3
    worlds, flags = f"n = {count(int(found.n), 'world')}", " ".join(found.flags)
    plain = el("td", num(value), data_v=f"{value:.9g}", title=f"{worlds} {flags}".strip())
    if np.isnan(mean):
        none = el("td", "–", class_="none", title="no null: worlds differ in length, or nothing can be shuffled")
        return [plain, none, none]
    title = f"{worlds}, {count(found.draws, 'shuffle')} {flags}".strip()
    return [
        plain,
        el("td", num(mean), el("small", f"p = {num(p)}"), data_v=f"{mean:.9g}", title=title),
        el("td", num(excess), data_v=f"{excess:.9g}", title=title),
    ]
