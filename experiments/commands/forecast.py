"""What ``comity sweep --dry-run`` tells."""

from collections.abc import Iterator
from typing import Any

from omegaconf import OmegaConf
from rich.console import Group, RenderableType
from rich.text import Text

from ..jobs.launchers import IN_PROCESS
from ..jobs.slurm import LAUNCHER as SLURM
from ..jobs.slurm import sbatch_text
from ..progress import counted
from .pages import prices
from .pilot import SPREAD, Expected, Kind

WIDTH = 20
FEW = 8
"""Values of an axis that are shown."""


def page(expected: Expected) -> Group:
    """Cells, points, chunks and jobs, time, disk and cost."""
    design = expected.design
    head = f"{design.name}: {design.points:,} points in {len(design.cells):,} cells, to be kept in {expected.directory}"
    lines = [f"  {name:<{WIDTH}} {told}".rstrip() for name, told in _told(expected)]
    parts: list[RenderableType] = [Text("\n".join([head, *lines]))]
    if expected.estimates and expected.calls is not None:
        parts += [Text(), prices(design, expected.calls, expected.estimates)]
    if expected.launcher == SLURM:
        parts.append(
            Text("what is handed to sbatch:\n" + sbatch_text(expected.config, expected.directory, expected.jobs))
        )
    parts.append(Text("nothing was written" + ("" if expected.calls is None else ", and no model was asked")))
    return Group(*parts)


def _told(expected: Expected) -> Iterator[tuple[str, str]]:
    for name, values in expected.design.axes.items():
        if len(values) > 1:
            shown = ", ".join(map(str, values[:FEW]))
            yield name, f"{shown}, … ({len(values)} values)" if len(values) > FEW else shown
    yield "finished already", f"{expected.design.points - expected.left:,} points"
    jobs = counted(expected.jobs, "job")
    chunks = f"{counted(expected.chunks, 'chunk')} of {counted(len(expected.kinds), 'kind')} of batch"
    yield "left to play", f"{expected.left:,} points in {chunks}, {jobs} of the launcher {expected.launcher}"
    yield from _launcher(expected)
    if expected.left:
        yield from _costs(expected)


def _launcher(expected: Expected) -> Iterator[tuple[str, str]]:
    """How jobs would be submitted: the settings of any launcher but Hydra's basic one."""
    if expected.launcher in (*IN_PROCESS, SLURM):  # what Slurm gets is shown as a whole
        return
    settings: Any = OmegaConf.to_container(expected.config.hydra.launcher, resolve=False)
    told = (f"{name}={value}" for name, value in settings.items() if value is not None and not name.startswith("_"))
    yield "its settings", " ".join(told)


def _costs(expected: Expected) -> Iterator[tuple[str, str]]:
    tried = [kind for kind in expected.kinds if kind.seconds is not None]
    silent = [kind for kind in expected.kinds if not kind.asks]
    if silent:
        wall = expected.seconds / expected.workers
        among = f", {expected.workers} jobs at once" if expected.workers > 1 else ""
        spread = f"; {_clock(wall / SPREAD)} to {_clock(wall * SPREAD)} would be no surprise"
        yield "expected time", f"about {_clock(wall)}{among}{spread}" if wall >= 1 else "less than a second"
        yield "", "and some seconds to start and to write the report"
        yield "the pilot", _pilot(expected, silent, tried)
        yield (
            "expected disk",
            f"about {_size(expected.bytes)}" + (" without what was not tried" if silent != tried else ""),
        )
    if expected.calls is not None:
        yield "asking models", f"perhaps {_clock(expected.waiting)}: a guess of 0.1 s a call, never a pilot"


def _pilot(expected: Expected, silent: list[Kind], tried: list[Kind]) -> str:
    left = f"; the other {len(silent) - len(tried)} are guessed from those" if len(tried) < len(silent) else ""
    ready = f"; kernels took {expected.compiling:.1f} s to compile or load, apart"
    return f"played some points of {len(tried):,} of {len(silent):,} kinds of batch on this machine{left}{ready}"


def _clock(seconds: float) -> str:
    """Roughly, as people say it.

    >>> _clock(0.2), _clock(47), _clock(600), _clock(9000)
    ('1 s', '47 s', '10 min', '2.5 h')
    """
    if seconds < 100:
        return f"{max(1, round(seconds))} s"
    return f"{seconds / 60:.0f} min" if seconds < 6000 else f"{seconds / 3600:.1f} h"


def _size(count: float) -> str:
    """Bytes, roughly.

    >>> _size(3e4), _size(2.5e6), _size(4e9)
    ('30 kB', '2.5 MB', '4.0 GB')
    """
    if count < 1e6:
        return f"{max(1, round(count / 1e3))} kB"
    return f"{count / 1e6:.1f} MB" if count < 1e9 else f"{count / 1e9:.1f} GB"
