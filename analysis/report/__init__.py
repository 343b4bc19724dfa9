"""The report of a run: one self-contained HTML page with figures, findings, tables and doubts.

It loads nothing from anywhere, reads the same on dark and light pages, and is the same bytes for the same tables.
"""

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl

from .. import figures
from ..layouts import picked, pool
from ..summary import cells, effects, summarise
from . import attractors, tables
from .data import Data, Picked
from .design import asked_measures, axes
from .findings import MEASURES
from .formats import listed
from .page import empty_page, page
from .plots import Keep

__all__ = ["write_report"]
_CELLS = ("cell", "game", "seats", "norms", "seed")
_STEPS = ("cell", "seed", "step", "agent", "cooperation")


def write_report(
    path: Path,
    episodes: pl.DataFrame,
    steps: pl.DataFrame | None,
    manifest: Mapping[str, Any],
    keep: Keep | None = None,
) -> Path:
    """Writes the report of a run to ``path``, at once and whole, and returns it.

    Args:
        path: the HTML file; its folder is made if it is missing.
        episodes: one row per episode: ``cell``, ``game``, ``seats``, ``norms``, ``seed``, swept values under their
            keys (``norms.kindness``), and the measures of :func:`..episodes.episode_measures`, per-seat ones as lists.
        steps: one row per step and seat: ``cell``, ``seed``, ``step`` (from 1), ``agent``, ``cooperation`` and signals;
            None if they were not recorded, which leaves some figures out.
        manifest: what is known of the run: name, question, config, versions, git, seeds, hash, counts, wall_seconds;
            every key may be missing.
        keep: called with the name and the figure of everything that is drawn, for example to save it
            (:func:`comity.analysis.figures.save`).

    Raises:
        ValueError: for a table that lacks a column that is needed. Without any episode the page says just that.
    """
    if episodes.is_empty():
        return _write_whole(Path(path), empty_page(manifest))
    _demand("episodes", episodes, _CELLS)
    if steps is not None:
        _demand("steps", steps, _STEPS)
    return _write_whole(Path(path), page(_data(episodes, steps, manifest)._replace(keep=keep)))


def _demand(table: str, frame: pl.DataFrame, columns: tuple[str, ...]) -> None:
    lacking = [name for name in columns if name not in frame.columns]
    if lacking:
        raise ValueError(f"the table of {table} lacks {listed(lacking)}; it must have {listed(columns)}")


def _data(episodes: pl.DataFrame, steps: pl.DataFrame | None, manifest: Mapping[str, Any]) -> Data:
    told, whole, regions = axes(manifest), None, attractors.judged(episodes, steps, manifest)
    if here := picked(episodes, told):
        pooled = pool(episodes, steps, here)
        whole = Picked(episodes, {axis: told[axis] for axis in here}, pooled.unit)
        episodes, steps = pooled.episodes, pooled.steps
    shown = tables.measures_shown()
    summary = summarise(episodes, [*shown, *(one for one in asked_measures(manifest) if one not in shown)])
    null = None
    if steps is not None and whole is None:  # worlds of different combinations are not to be shuffled
        null = figures.reciprocity_null(steps, cells(episodes))
        summary = summary.join(null.rename({"n": "n_null"}), on="cell", how="left", maintain_order="left")
    return Data(episodes, steps, summary, effects(episodes, MEASURES), null, manifest, whole, regions)


def _write_whole(path: Path, text: str) -> Path:
    """Written aside and put in place: whoever looks sees the old file or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    aside = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        aside.chmod(0o644)
        aside.replace(path)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise
    return path
