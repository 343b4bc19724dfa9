"""Repeating a run from what its directory says, and telling whether it found the same."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import polars as pl

from ... import __version__
from ...envs.settings import refuse
from .. import store
from ..composing import composer, quoted
from ..content import TABLES, content_of, told
from ..designs.grids import sort_overrides
from ..progress import say
from ..sweep import Result, sweeper_of
from .differences import Difference, Lonely, compare, context
from .past import Past, finished_worlds, read_past
from .verdict import Verdict

LIVE = "llm.answers=live"
OURS = ("record", "out", "experiment", "regions")
"""Settings of the whole that the manifest has already."""


def rerun(path: Path, typed: Sequence[str] = (), out: Path | None = None) -> Verdict:
    """Repeats the run of a directory or manifest, with the same cells and seeds, and compares.

    ``typed`` may say how it is carried out: a launcher, ``chunk_points``, how language models are asked. They are not
    unless ``llm.answers=live``: their answers are those in the ledger. Raises ``SettingError`` for wrong input.
    """
    overrides = sort_overrides(typed)
    for text in (*overrides.grid, *overrides.whole):
        if text in overrides.grid or text.partition("=")[0].lstrip("+").split(".")[0] in OURS:
            key, _, value = text.partition("=")
            raise refuse(
                key, value, "left out: a rerun has the settings of its manifest (chunk_points=, llm.answers= …)"
            )
    past = read_past(path)
    design, directory = past.to_repeat(), _directory(past, out)
    _note(past, design.points)
    own = [f"record={design.record}", f"out={quoted(str(directory))}"]
    ledger = past.ledger()
    if ledger is not None and LIVE not in overrides.whole:
        own += ["llm.answers=replay", f"llm.ledger={quoted(ledger)}"]
        say("language models are not asked: their answers come from the ledger (llm.answers=live asks them again)")
    with composer(overrides.hydra) as hydra:
        sweeper = sweeper_of(hydra.primary([*own, *overrides.whole]), hydra)
        sweeper.again = (design, past.carried)
        result: Result = sweeper.sweep([])
    return _judged(past, result)


def _directory(past: Past, out: Path | None) -> Path:
    """Where the rerun is kept: ``out``, or beside the old run. One that was interrupted is continued."""
    if out is None:
        home, k = past.directory.resolve(), 1
        out = (
            past.directory.parent / f"{home.name}-rerun"
            if past.directory.name
            else home.with_name(f"{home.name}-rerun")
        )
        first = out
        while (there := store.read_manifest(out)) is not None and there.get("status") == "complete":
            k += 1
            out = first.with_name(f"{first.name}-{k}")
        return out
    there = store.read_manifest(out)
    if out.resolve() == past.directory.resolve() or (there is not None and "rerun_of" not in there):
        raise refuse("--out", str(out), "a new directory, or that of a rerun that was not finished")
    return out


def _note(past: Past, points: int) -> None:
    version = past.manifest["versions"]["comity"]
    if version != __version__:
        say(f"warning: the run was made by comity {version}, this is {__version__}: tables may differ for that alone")
    if past.manifest["content"] is None:
        say(f"the run is not complete: {points:,} of its {past.design.points:,} points are finished and repeated")


def _judged(past: Past, result: Result) -> Verdict:
    expected = past.expected
    assert expected is not None
    partial = past.manifest["content"] is None
    kept = _kept(past) if partial else {}
    found = told({name: content_of(_rows(result.directory, name, kept.get(name))) for name in TABLES})
    lonely: list[Lonely] = []
    different: list[Difference] = []
    if found != past.on_disk and past.on_disk is not None:
        old, new = store.load(past.directory), store.load(result.directory)
        narrowed = {
            name: frame
            if frame is None or name not in kept
            else frame.join(kept[name], on=["cell", "seed"], how="semi")
            for name, frame in new._asdict().items()
            if name in TABLES
        }
        lonely, different = compare(old, new._replace(**narrowed))
    manifest = store.load(result.directory).manifest
    return Verdict(past, result, expected, found, lonely, different, context(past.manifest, manifest))


def _kept(past: Past) -> dict[str, pl.DataFrame]:
    """Of a partial run that keeps a sample step by step, the worlds of which it kept any steps or messages."""
    if past.design.record != "sample":
        return {}
    steps = [store.read_shard(path, ["cell", "seed"]) for path in store.shards_of(past.directory, store.STEPS)]
    worlds = pl.concat(steps).unique() if steps else finished_worlds(past.directory).clear()
    return {store.STEPS: worlds, store.MESSAGES: worlds}


def _rows(directory: Path, table: str, worlds: pl.DataFrame | None) -> Iterator[pl.DataFrame]:
    for path in store.shards_of(directory, table):
        shard = store.read_shard(path)
        yield shard if worlds is None else shard.join(worlds, on=["cell", "seed"], how="semi")
