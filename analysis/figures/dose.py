"""Dose and response: how much kindness it takes."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import polars as pl
from matplotlib.axes import Axes

from ..definitions import DEFINITIONS, DERIVED, EVENT, SHARE
from ..summary import short
from .dots import complete
from .style import DASHES, MUTED, NARROW, SPARE, Look, NothingToDraw, canvas, house, look, names, said_of, twins

AXIS = "norms.kindness"
MOST_LINES = 15
_DASHES = ((0, (1, 1.5)), (0, (5, 3)))
MEASURES = {"coop_focal": "cooperation", "normalised_welfare": "normalised welfare"}
_ARMS = (Look("#0a66ad", "", "o"), Look("#c9500c", "", "s"), Look("#058560", "", "^"), *SPARE)


class Payoffs(NamedTuple):
    """Of a 2×2 dilemma."""

    temptation: float
    reward: float
    punishment: float
    sucker: float


def thresholds(payoffs: Payoffs) -> dict[str, float]:
    """The kindness from which cooperating is the better reply in one step (NORMS.md §2), to a cooperator and to a
    defector.

    >>> [round(at, 3) for at in thresholds(Payoffs(5, 3, 1, 0)).values()]
    [0.25, 0.667]
    """
    t, r, p, s = payoffs
    return {
        "C becomes the better answer to a defector": (p - s) / (t - p),
        "C becomes the better answer to a cooperator": (t - r) / (r - s),
    }


def dose_response(
    summary: pl.DataFrame,
    game: str,
    measure: str = "coop_focal",
    axis: str = AXIS,
    marks: Mapping[str, float] | None = None,
    arm: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """A measure over the setting ``axis``: a line for each combination of the other settings, with 95 % intervals; all
    ways of filling the seats, or only those of one ``arm``.

    ``marks`` are known thresholds by name. Raises :class:`NothingToDraw` where the axis was not swept.
    """
    rows = summary if arm is None else summary.filter(pl.col("seats") == arm)
    lines = dict(list(lines_over(rows, game, axis, [measure]).items())[:MOST_LINES])
    given, ax = ax, canvas(ax, 3.0, NARROW)
    with house():
        draw_over(ax, lines, looks_of(lines), measure, axis, marks or {})
        complete(ax, given)
    return ax


def draw_over(
    ax: Axes,
    lines: Mapping[str, pl.DataFrame],
    looks: Mapping[str, tuple[Look, Any]],
    measure: str,
    axis: str,
    marks: Mapping[str, float],
) -> None:
    """The lines of one panel, each in its look, and a vertical line for each of the ``marks``."""
    meant = DEFINITIONS.get(measure) or DERIVED[measure]
    for label, part in lines.items():
        _line(ax, part.filter(pl.col("measure") == measure), axis, looks[label], said(label))
    ax.set_title(MEASURES.get(measure, meant.label))
    ax.set_xlabel("kindness κ" if axis == AXIS else axis)
    for (word, at), dashes in zip(marks.items(), _DASHES, strict=False):
        ax.axvline(at, color=MUTED, linewidth=1.2, linestyle=dashes, zorder=1, label=f"κ = {at:.2f}: {word}")
    if measure in MEASURES or meant.range in (SHARE, EVENT):
        low, high = ax.get_ylim()  # 0 and 1 are marks on the axis: never a magnified sliver
        ax.set_ylim(min(low, -0.05), max(high, 1.05))


def looks_of(lines: Mapping[str, pl.DataFrame]) -> dict[str, tuple[Look, Any]]:
    """Look and dashes of each line: those of its norm where all differ in that, else one after the other."""
    norms = [str(part["norms"][0]) for part in lines.values()]
    if len(set(norms)) == len(norms) > 1:
        return {
            label: (look(norm), DASHES[k % len(DASHES)])
            for label, norm, k in zip(lines, norms, twins(norms), strict=True)
        }
    return {label: (_ARMS[k % len(_ARMS)], DASHES[k // len(_ARMS) % len(DASHES)]) for k, label in enumerate(lines)}


def lines_over(summary: pl.DataFrame, game: str, axis: str, measures: Sequence[str]) -> dict[str, pl.DataFrame]:
    """The rows of each line by its label: same arm, norm and other settings, two or more values of the axis.

    Raises :class:`NothingToDraw` where the axis was not swept.
    """
    measured = pl.col("measure").is_in(list(measures))
    rows = summary.filter(pl.col("game") == game, measured) if axis in summary.columns else summary.clear()
    if axis in rows.columns and rows.schema[axis].is_numeric():
        rows = rows.filter(pl.col(axis).is_not_null()).sort(axis, maintain_order=True)
        other = [name for name in rows.columns[: rows.columns.index("condition")] if name not in ("cell", "game", axis)]
        groups = rows.partition_by(other, as_dict=True, maintain_order=True)
        swept = {key: part for key, part in groups.items() if part[axis].n_unique() > 1}
        varied = [k for k in range(len(other)) if len({key[k] for key in swept}) > 1] or [other.index("seats")]
        lines = {", ".join(_said(other[k], key[k]) for k in varied): part for key, part in swept.items()}
        if lines:
            return dict(sorted(lines.items()))
    raise NothingToDraw(f"{axis} was not swept in {said_of(game)}")


def _said(name: str, value: object) -> str:
    """A value as the label of a line has it: arms and norms speak for themselves."""
    return str(value) if name in ("seats", "norms") else f"{short(name)}={value}"


def said(text: str) -> str:
    """An arm and condition without what says nothing.

    >>> said("tft,alld(conduct=fixed) · none · noise=0.1")
    'tft,alld · noise=0.1'
    """
    shown = names([text])[0].replace("(conduct=fixed)", "")
    for norm in ("none · ", " · none"):  # no norm beside something else
        shown = shown.replace(norm, "", 1)
    return shown


def _line(ax: Axes, part: pl.DataFrame, axis: str, style: tuple[Look, Any], label: str) -> None:
    """A line through the means, a bar for each interval."""
    (colour, _, marker), dashes = style
    ax.plot(part[axis], part["value"], color=colour, marker=marker, linestyle=dashes, label=label, zorder=3, ms=5)
    bars = part.filter(pl.col("low").is_not_null())
    ax.vlines(bars[axis], bars["low"], bars["high"], color=colour, linewidth=2.2, alpha=0.45, zorder=2)
