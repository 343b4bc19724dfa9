"""Deliberators of known norms are estimated back: tables, a figure, and how well it went."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ...analysis.figures import save
from ...analysis.figures.recovery import recovery as drawn
from ...analysis.figures.style import NothingToDraw
from ...analysis.recovery import accuracy
from ...envs.settings import refuse
from ..probes.recovery import GAMES, recovery
from ..store import write_shard

if TYPE_CHECKING:
    import polars


def recover(
    games: Sequence[str], simulations: int, worlds: int, steps: int, seed: int, out: Path | None
) -> "polars.DataFrame":
    """How well parameters come back (:func:`~comity.analysis.recovery.accuracy`); into ``out`` the estimates, and the
    figure as PNG and SVG where there is one. Raises ``SettingError`` for a wrong setting.
    """
    if out is not None and out.exists() and not out.is_dir():
        raise refuse("--out", str(out), "a directory")
    found = recovery(tuple(games) or tuple(GAMES), simulations, worlds, steps, seed)
    told = accuracy(found)
    if out is not None:
        write_shard(out / "estimates.parquet", found)
        write_shard(out / "accuracy.parquet", told)
        try:
            figure = drawn(found)
        except NothingToDraw:
            return told
        save(figure, out / "recovery", ("png", "svg"))
    return told
