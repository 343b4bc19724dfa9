"""What a careful reader should doubt, as far as the tables themselves can say it."""

from collections.abc import Mapping
from typing import Any

import polars as pl

from ..statistics.resampling import FEW
from .design import minds
from .formats import count, definition, listed
from .markup import Markup, el
from .parts import arm_title, game_title
from .tables import measures_shown
from .words import DOUBTS

_OUTCOME = pl.col("measure").is_in(["coop_focal", "normalised_welfare"])


def doubts(summary: pl.DataFrame, effects: pl.DataFrame, manifest: Mapping[str, Any]) -> Markup:
    """The section."""
    items = [
        _item("hypothesis"),
        _deliberator(manifest),
        _ignored(effects),
        _without_variation(summary),
        _few(summary),
        _undefined(summary),
        _item("independent" if manifest.get("pairing") == "independent" else "seeds"),
        _item("many"),
        _item("small"),
        _degenerate(summary),
    ]
    listed_items = el("ul", *[item for item in items if item], class_="doubts")
    return el("section", el("h2", "What to doubt"), listed_items, id="doubt")


def _item(key: str, more: Markup | None = None, **filled: str) -> Markup:
    lead, text = DOUBTS[key]
    return el("li", el("b", lead), " ", text.format(**filled).strip(), more)


def _folded(summary: str, lines: list[Markup]) -> Markup:
    return el("details", el("summary", summary), el("ul", *lines))


def _deliberator(manifest: Mapping[str, Any]) -> Markup | None:
    """Where some seat deliberates."""
    mind = minds(manifest)
    if not mind:
        return None
    ahead, exact = (
        listed([f"{value:g}" if isinstance(value, float) else value for value in mind[name]])
        for name in ("depth", "rationality")
    )
    return _item("deliberator", depth=ahead, rationality=exact)


def _ignored(effects: pl.DataFrame) -> Markup:
    """Names the arms in which no norm made any difference: nobody carries it, or there is no choice."""
    same = (pl.col("value").abs().max() < 1e-9) & pl.col("low").is_null().all()
    alike = effects.filter(_OUTCOME).group_by("game", "seats", maintain_order=True).agg(same).filter("value")
    arms = [f"{game_title(game).lower()} {arm_title(arm)}" for game, arm, _ in alike.iter_rows()]
    return _item("ignore", arms=f"Here no norm changed anything in: {listed(arms)}." if arms else "")


def _without_variation(summary: pl.DataFrame) -> Markup | None:
    shown = summary.filter(_OUTCOME, pl.col("n") > 1)
    by_cell = shown.group_by("cell", "game", "seats", "condition", maintain_order=True).agg(pl.col("constant").all())
    still = by_cell.filter("constant")
    if still.is_empty():
        return None
    arms = still.partition_by("game", "seats", as_dict=True, maintain_order=True)
    lines = [
        el("li", f"{game_title(game)}, {arm_title(arm)}: {listed(part['condition'].to_list())}")
        for (game, arm), part in arms.items()
    ]
    return _item("variation", _folded("Which", lines), still=str(len(still)), all=count(len(by_cell), "cell"))


def _few(summary: pl.DataFrame) -> Markup | None:
    """Where fewer than ``FEW`` worlds stand behind a number, because no more were played or it is undefined in them."""
    few = summary.filter(pl.col("n") < FEW)
    if few.is_empty():
        return None
    by_game = few.partition_by("game", "seats", as_dict=True, maintain_order=True)
    lines = [
        el(
            "li",
            f"{game_title(game)}, {arm_title(arm)}: ",
            listed(sorted({_named(row) for row in part.iter_rows(named=True)})),
        )
        for (game, arm), part in by_game.items()
    ]
    return _item("few", _folded("Which", lines), few=count(len(few), "number"), least=str(FEW))


def _named(row: Mapping[str, Any]) -> str:
    return f"{definition(row['measure']).label} under {row['condition']} (n = {row['n']})"


def _undefined(summary: pl.DataFrame) -> Markup | None:
    rho = summary.filter(pl.col("measure") == "rho_focal", pl.col("n_nan") > 0)
    return _item("undefined", cells=count(len(rho), "cell")) if len(rho) else None


def _degenerate(summary: pl.DataFrame) -> Markup | None:
    """The measures on this page that a degenerate policy leads."""
    there = set(summary["measure"].to_list())
    led = [definition(measure) for measure in measures_shown() if measure in there and definition(measure).leads]
    if not led:
        return None
    groups: dict[str, list[str]] = {}
    for one in led:
        groups.setdefault(one.flag, []).append(one.label)
    lines = [el("li", el("b", listed(labels)), ": ", flag) for flag, labels in groups.items()]
    return _item("degenerate", _folded(f"{count(len(led), 'measure')} on this page", lines))
