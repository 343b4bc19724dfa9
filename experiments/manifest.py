"""The manifest: what was asked for, by which versions, and how far it got. Nothing of the environment enters it."""

import importlib
import math
import os
import platform
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np

from .. import __version__
from .cells import Cell, digest
from .designs.design import Design
from .designs.grids import MINDS, seeds_of
from .failures import Failure
from .schema import Options

OUT = "out="
"""Begins what is left out of the overrides: it is where the manifest lies, and a path may name its owner."""
RUNNING, COMPLETE, FAILED, INTERRUPTED, TERMINATED = "running", "complete", "failed", "interrupted", "terminated"
SETTLED = (COMPLETE, FAILED)
"""What a sweep is that came to its end."""
LIBRARIES = ("numpy", "numba", "llvmlite", "scipy", "polars", "hydra-core", "omegaconf", "litellm")
"""What results, tables or the reading of settings may depend on, as far as it is installed."""


def opened(
    design: Design, options: Options, typed: Sequence[str], launcher: str, before: Mapping[str, Any] | None
) -> dict[str, Any]:
    """The manifest of a sweep that begins, or goes on after what is told in ``before``."""
    earlier: Mapping[str, Any] = before or {"started": now(), "wall_seconds": 0.0, "sessions": []}
    seeds = sorted({seed for grid in design.grids for seed in seeds_of(grid["seed"])})
    session = {"started": now(), "ended": None, "status": RUNNING, "versions": versions(), "git": git()}
    return strict_json(
        {
            "name": design.name,
            "question": design.question,
            "design": design.key(),
            "status": RUNNING,
            "overrides": [text for text in typed if not text.startswith(OUT)],
            "record": design.record,
            "sample": design.sample,
            "pairing": options.pairing,
            "chunk_points": options.chunk_points,
            "layout": design.layout,
            "grids": [{**grid, "seed": span(grid["seed"])} for grid in design.grids],
            "axes": design.axes,
            "settings": resolved(design.cells),
            "cells": digest(cells_of(design), size=16),
            "seeds": {"count": len(seeds), "values": span(seeds)},
            "counts": {"points": design.points, "cells": len(design.cells), "finished": 0, "failed": 0},
            "content": None,
            "failures": [],
            "started": earlier["started"],
            "ended": None,
            "wall_seconds": earlier["wall_seconds"],
            "launcher": launcher,
            "versions": versions(),
            "git": session["git"],
            "host": host(),
            "sessions": [*earlier["sessions"], session],
        }
    )


def counts_of(manifest: Mapping[str, Any], finished: int, failures: Sequence[Failure]) -> dict[str, int]:
    """The counts of the manifest, with so many points ``finished`` and those that failed."""
    return {**manifest["counts"], "finished": finished, "failed": sum(len(failure.points) for failure in failures)}


def closed(
    manifest: Mapping[str, Any],
    status: str,
    counts: Mapping[str, int],
    seconds: float,
    failures: Sequence[Failure],
    calls: Mapping[str, Any] | None,
    content: Mapping[str, Any] | None,
) -> dict[str, Any]:
    """The manifest of a sweep that ended with these ``counts`` (:func:`counts_of`), after ``seconds`` more;
    ``failures`` are all that are known, those of earlier sessions included, ``calls`` tells of those to language
    models, and ``content`` is the hash of its tables (:mod:`.content`; None: points are still to be played).
    """
    *earlier, session = manifest["sessions"]
    return {
        **manifest,
        **({} if calls is None else {"llm": calls}),
        "status": status,
        "content": content,
        "counts": counts,
        "failures": [
            {"chunk": failure.chunk, "points": list(failure.points), "error": failure.error} for failure in failures
        ],
        "ended": now(),
        "wall_seconds": round(manifest["wall_seconds"] + seconds, 3),
        "sessions": [*earlier, {**session, "status": status, "ended": now()}],
    }


def resolved(cells: Sequence[Cell]) -> dict[str, Any]:
    """Every value that a setting took, typed or not: of each game, of each institution laid over it, and
    of the deliberators.
    """
    games: dict[str, list[Mapping[str, Any]]] = {}
    institutions: dict[str, list[Mapping[str, Any]]] = {}
    for cell in cells:
        params = dict(cell.params)
        for one in params.pop("institutions", ()):
            institutions.setdefault(one["institution"], []).append(one)
        games.setdefault(cell.factors["game"], []).append(params)
    return {
        "games": {game: _values_taken(params) for game, params in games.items()},
        "institutions": {name: _values_taken(settings) for name, settings in institutions.items()},
        **{kind: _values_taken([mind for cell in cells for mind in cell.minds(kind)]) for kind in MINDS},
    }


def _values_taken(settings: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    names = settings[0] if settings else ()
    return {name: list(dict.fromkeys(one[name] for one in settings)) for name in names}


def cells_of(design: Design) -> list[dict[str, Any]]:
    """Every cell with all its settings and its seeds: with the manifest, all that it takes to play it again."""
    told = [
        {**cell.plain(), "seeds": span(seeds.tolist())} for cell, seeds in zip(design.cells, design.seeds, strict=True)
    ]
    return strict_json(told)


def host() -> dict[str, Any]:
    """What kind of machine this is, and nothing that names it: ``target`` is the processor that kernels are compiled
    for (``compiled`` unless numba is switched off), ``simd`` what numpy's own loops use of it, and ``libc`` has the
    mathematical functions. Other ones may round the last bit of exp, log or pow in another way.
    """
    numba, llvm = importlib.import_module("numba"), importlib.import_module("llvmlite.binding")
    built: Any = np.show_config(mode="dicts")
    return {
        "system": platform.system(),
        "machine": platform.machine(),
        "processors": os.cpu_count(),
        "libc": " ".join(platform.libc_ver()).strip() or None,
        "target": numba.config.CPU_NAME or llvm.get_host_cpu_name(),
        "compiled": not numba.config.DISABLE_JIT,
        "simd": built.get("SIMD Extensions", {}).get("found", []),
        "blas": " ".join(str(built.get("Build Dependencies", {}).get("blas", {}).get(k)) for k in ("name", "version")),
    }


def versions() -> dict[str, str]:
    """Of Python, comity and the libraries that results may depend on."""
    found = {"comity": __version__, "python": platform.python_version()}
    for name in LIBRARIES:
        with suppress(PackageNotFoundError):
            found[name] = version(name)
    return found


def span(seeds: Sequence[int]) -> str | list[int]:
    """Seeds in a row as one word.

    >>> span([0, 1, 2, 3]), span([3, 2**64 - 1])
    ('range(0, 4)', [3, 18446744073709551615])
    """
    ordered = sorted(seeds)
    in_a_row = len(ordered) > 1 and ordered[-1] - ordered[0] == len(set(ordered)) - 1 == len(ordered) - 1
    return f"range({ordered[0]}, {ordered[-1] + 1})" if in_a_row else ordered


def strict_json(value: Any) -> Any:
    """The value with what JSON has no word for, infinity and NaN, spelled out.

    >>> strict_json({"rationality": (20, float("inf"))})
    {'rationality': [20, 'inf']}
    """
    if isinstance(value, Mapping):
        return {str(name): strict_json(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [strict_json(part) for part in value]
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value


def now() -> str:
    """The time, in UTC."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def git() -> dict[str, Any] | None:
    """The revision of the code and whether it was changed since; None where the code is not a checkout of its own."""
    root = Path(__file__).parents[1]
    if not (root / ".git").exists():
        return None
    try:
        revision = _git(root, "rev-parse", "--verify", "--quiet", "HEAD")
        return {"revision": revision or None, "dirty": bool(_git(root, "status", "--porcelain"))}
    except OSError:
        return None


def _git(root: Path, *command: str) -> str:
    return subprocess.run(["git", *command], cwd=root, capture_output=True, text=True, check=False).stdout.strip()
