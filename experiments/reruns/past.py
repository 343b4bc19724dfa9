"""A run that was made before, read from its directory so that it can be repeated: its manifest, and the cells beside
it."""

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import polars as pl

from ...envs.settings import SettingError
from .. import store
from ..calls import LEDGER
from ..cells import Cell, digest
from ..content import content
from ..designs.design import Design

_NOT_CARRIED = ("llm", "rerun_of")
_SPELLED = {"inf": math.inf, "-inf": -math.inf, "nan": math.nan}


class Past(NamedTuple):
    """What was run: its ``manifest``, its whole ``design``, and the content of its tables as they lie ``on_disk`` now
    (None: there are none)."""

    directory: Path
    manifest: dict[str, Any]
    design: Design
    on_disk: dict[str, Any] | None

    @property
    def expected(self) -> dict[str, Any] | None:
        """The content hash that a rerun is to have: the one that was written down when the last point was finished,
        of a partial run that of its tables; None where nothing is finished."""
        return self.manifest["content"] or self.on_disk

    @property
    def altered(self) -> bool:
        """Do the tables say something else than when they were finished?"""
        return None not in (self.on_disk, self.manifest["content"]) and self.on_disk != self.manifest["content"]

    def to_repeat(self) -> Design:
        """The design, and of a partial run only what is finished, every world of it kept step by step where a sample
        is: which worlds are drawn depends on the others."""
        if self.manifest["content"] is not None:
            return self.design
        done = finished_worlds(self.directory)
        kept = [
            (cell, np.intersect1d(seeds, done.filter(pl.col("cell") == cell.id)["seed"].to_numpy()))
            for cell, seeds in zip(self.design.cells, self.design.seeds, strict=True)
        ]
        left = [(cell, seeds) for cell, seeds in kept if len(seeds)]
        record = "all" if self.design.record == "sample" else self.design.record
        return self.design._replace(record=record, cells=[cell for cell, _ in left], seeds=[seeds for _, seeds in left])

    def carried(self, told: Mapping[str, Any]) -> dict[str, Any]:
        """The manifest of a rerun: what is ``told`` of it, what only the old one says of the study, and which it is."""
        of = {"design": self.manifest["design"], "started": self.manifest["started"], "content": self.expected}
        study = {name: value for name, value in self.manifest.items() if name not in (*told, *_NOT_CARRIED)}
        return {**study, **told, "rerun_of": of}

    def ledger(self) -> str | None:
        """The file that has the answers of language models, as ``llm.ledger`` takes it; None: none was asked."""
        named = self.manifest.get("llm", {}).get("ledger")
        own = self.directory / LEDGER
        return str(own.resolve()) if named == LEDGER and own.exists() else named


def finished_worlds(directory: Path) -> pl.DataFrame:
    """The ``cell`` and ``seed`` of every episode that is kept."""
    shards = [store.read_shard(path, ["cell", "seed"]) for path in store.shards_of(directory, store.EPISODES)]
    return pl.concat(shards) if shards else pl.DataFrame(schema={"cell": pl.String, "seed": pl.UInt64})


def read_past(path: Path) -> Past:
    """The run of a directory or of a manifest. Raises ``SettingError`` for what is missing or damaged in it."""
    if not path.exists():
        raise SettingError(f"{path} does not exist: name the directory of a sweep, or its {store.MANIFEST}")
    if path.is_file() and path.name != store.MANIFEST:
        raise SettingError(f"{path} is no manifest: name the directory of a sweep, or its {store.MANIFEST}")
    directory = path if path.is_dir() else path.parent
    manifest = store.read_manifest(directory)
    if manifest is None:
        raise SettingError(f"{directory} holds no sweep: it has no {store.MANIFEST}")
    kind = manifest.get("kind", store.SWEEP)
    if kind != store.SWEEP:
        raise SettingError(f"{directory} holds a {kind}: only sweeps are repeated from their manifest")
    try:
        design = _design(manifest, _cells(directory, manifest))
        manifest = {"content": None, **manifest}
        _ = manifest["versions"]["comity"], manifest["host"], manifest["git"], manifest["started"]
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        if isinstance(error, SettingError):
            raise
        missing = f"it has no {error}" if isinstance(error, KeyError) else str(error)
        raise SettingError(f"{directory / store.MANIFEST} is damaged, or no manifest of a sweep: {missing}") from error
    there = bool(store.shards_of(directory, store.EPISODES))
    past = Past(directory, manifest, design, content(directory) if there else None)
    if past.expected is None:
        raise SettingError(f"nothing of the sweep in {directory} is finished: there is nothing to compare a rerun with")
    return past


def _cells(directory: Path, manifest: Mapping[str, Any]) -> list[dict[str, Any]]:
    path = directory / store.CELLS
    try:
        found = json.loads(path.read_text())
    except FileNotFoundError:
        raise SettingError(
            f"{path} is missing: it has the settings of the cells, and belongs to the manifest"
        ) from None
    except ValueError as error:
        raise SettingError(f"{path} is damaged: {error}") from error
    if "cells" not in manifest:
        raise SettingError(f"{directory / store.MANIFEST} is damaged, or older than comity rerun: it has no 'cells'")
    if digest(found, size=16) != manifest["cells"]:
        raise SettingError(f"{path} is not what {store.MANIFEST} was written with: it was changed, or is another one's")
    return found


def _design(manifest: Mapping[str, Any], cells: list[dict[str, Any]]) -> Design:
    seeds = [np.array(seeds_told(told["seeds"]), np.uint64) for told in cells]
    plain = [{name: _read(value) for name, value in told.items() if name != "seeds"} for told in cells]
    for told in plain:
        told.update({name: _frozen(told[name]) for name in ("params", "deliberator", "llm")})
    grids = [{**grid, "seed": seeds_told(grid["seed"])} for grid in manifest["grids"]]
    design = Design(
        manifest["name"],
        manifest["question"],
        manifest["record"],
        grids,
        [Cell.from_plain(told) for told in plain],
        seeds,
        manifest["axes"],
        manifest["layout"],
        sample=manifest["sample"],
    )
    if design.key() != manifest["design"]:
        raise ValueError(f"its cells make the design {design.key()}, and it names {manifest['design']}")
    return design


def seeds_told(told: str | list[int]) -> list[int]:
    """Seeds as :func:`..manifest.span` wrote them.

    >>> seeds_told("range(2, 5)"), seeds_told([3, 7])
    ([2, 3, 4], [3, 7])
    """
    if not isinstance(told, str):
        return told
    first, last = told.removeprefix("range(").removesuffix(")").split(",")
    return list(range(int(first), int(last)))


def _read(value: Any) -> Any:
    """Undoes :func:`..manifest.strict_json`."""
    if isinstance(value, dict):
        return {name: _read(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_read(part) for part in value]
    return _SPELLED.get(value, value) if isinstance(value, str) else value


def _frozen(value: Any) -> Any:
    """Lists as tuples, as settings have them."""
    if isinstance(value, dict):
        return {name: _frozen(part) for name, part in value.items()}
    return tuple(map(_frozen, value)) if isinstance(value, list) else value
