"""A sweep, from what was typed to finished tables.

The command line calls :func:`sweep`, and the sweeper plugin that Hydra then starts calls :func:`carry_out`.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from hydra._internal.callbacks import Callbacks
from hydra.core.config_loader import ConfigLoader
from hydra.core.plugins import Plugins
from hydra.types import HydraContext
from omegaconf import DictConfig

from ..envs.settings import refuse
from . import failures as failed
from . import manifest as manifests
from . import regions, store
from .calls import told as calls_told
from .chunks import Chunk
from .composing import Composer, composer, one_line_errors
from .content import content
from .designs.design import Design
from .designs.grids import sort_overrides
from .designs.layouts import said
from .failures import Failure
from .jobs import at_work
from .jobs.launch import Launch, launch_all, shared_out
from .jobs.launchers import complete, jobs_of, surroundings
from .jobs.task import play_chunks
from .manifest import strict_json
from .prereg import COPY, attach
from .progress import Watch, counted, say
from .signals import Terminated, terminable
from .study import Study, study_of, with_default


class Result(NamedTuple):
    """How a sweep ended: where, how many points its design has, how many were to be played now, and what failed, now
    or before.
    """

    directory: Path
    points: int
    played: int
    failures: list[Failure]


def sweep(typed: Sequence[str], config_dir: Path | None = None) -> Result:
    """Plays what is not yet finished of what was ``typed``.

    Raises ``SettingError`` for a wrong setting, before anything is played or written.
    """
    overrides = sort_overrides(typed)
    with composer(overrides.hydra, config_dir) as hydra:
        config = hydra.primary(with_default(typed, overrides.whole))
        # Hydra.multirun would lay the grid over this configuration too, where it is not yet known which game is played
        return sweeper_of(config, hydra).sweep(overrides.grid)


def sweeper_of(config: DictConfig, hydra: Composer) -> Any:
    """The sweeper with the launcher of a configuration."""
    chosen = config.hydra.runtime.choices["hydra/sweeper"]
    if chosen != "comity":
        raise refuse("hydra/sweeper", chosen, "comity: the launcher is what can be chosen")
    complete(config)
    with one_line_errors():
        return Plugins.instance().instantiate_sweeper(
            hydra_context=HydraContext(config_loader=hydra.loader, callbacks=Callbacks(config)),
            task_function=play_chunks,
            config=config,
        )


Again = tuple[Design, Callable[[Mapping[str, Any]], dict[str, Any]]]
"""A design that was played before, and what the manifest is to say where it is played again."""


def carry_out(
    arguments: Sequence[str],
    config: DictConfig,
    loader: ConfigLoader,
    launch: Launch,
    jobs: int | None,
    again: Again | None = None,
) -> Result:
    """Plays what is not yet finished of the design that ``arguments`` span, or of the one that is to be played
    ``again``, in at most ``jobs`` jobs of ``launch``.
    """
    if jobs is not None and jobs < 1:
        raise refuse("hydra.sweeper.jobs", jobs, "a number >= 1")
    with one_line_errors():
        hydra = Composer(loader, list(config.hydra.overrides.hydra))
        study = study_of(arguments, config, hydra, None if again is None else again[0])
    study.check()
    directory, design = study.directory, study.design
    launcher = config.hydra.runtime.choices["hydra/launcher"]
    with store.lock(directory), terminable():
        study.check()  # another may have finished there in between
        known, chunks = _left(study)
        before = store.read_manifest(directory)
        typed = [*config.hydra.overrides.task, *arguments]
        told = manifests.opened(design, study.options, typed, launcher, before)
        told |= _of_study(study, before) if again is None else again[1](told)
        _greet(study, chunks, before, told, known)
        if not chunks and before is not None and before["status"] in manifests.SETTLED:
            if again is None and before.get("measures") != study.measures:  # they decide what the report begins with
                store.write_json(directory / store.MANIFEST, {**before, "measures": study.measures}, indent=2)
            return Result(directory, design.points, 0, known)
        with recorded(directory, told, partial(calls_told, study.calls, design.cells, directory)) as failures:
            _write_beside(study)
            config.out = str(directory.resolve())  # what the launchers know as hydra.sweep.dir
            shares = shared_out(chunks, jobs_of(launcher, jobs))
            with Watch(directory, chunks, design.points), surroundings(launcher):
                ended = launch_all(shares, launch, directory, study.options.record, study.asking)
                failures += [one for one in ended if not one.points]  # the points that failed are written down
    return Result(directory, design.points, sum(len(chunk.points) for chunk in chunks), failures)


def _left(study: Study) -> tuple[list[Failure], list[Chunk]]:
    """What failed before and is left alone, and what is to be played, in a directory that is made ready for it."""
    store.clean(study.directory)
    at_work.wait(study.directory)  # jobs of a sweep that was killed stop now that their plan is gone
    if study.options.retry_failed:
        failed.forget(study.directory)
    return failed.recorded(study.directory), study.left()


def _of_study(study: Study, before: Mapping[str, Any] | None) -> dict[str, Any]:
    """What the manifest says of the question that is asked."""
    prereg = attach(study.prereg, study.directory, before)
    return {
        "measures": study.measures,
        "prereg": prereg,
        "regions": strict_json(regions.attach(study.regions, before, study.directory)),
    }


def _write_beside(study: Study) -> None:
    """What belongs to the manifest."""
    if study.prereg is not None:
        store.write_aside(study.directory / COPY, study.prereg.text.encode())
    store.write_json(study.directory / store.CELLS, manifests.cells_of(study.design))


def _greet(
    study: Study,
    chunks: Sequence[Chunk],
    before: Mapping[str, Any] | None,
    told: Mapping[str, Any],
    known: Sequence[Failure],
) -> None:
    """Says what is about to happen."""
    design = study.design
    fresh = sum(len(chunk.points) for chunk in chunks)
    lost = sum(len(one.points) for one in known)
    finished = design.points - fresh - lost
    say(f"{design.name}: {design.points:,} points in {len(design.cells):,} cells, kept in {study.directory}")
    for line in said(design.layout):
        say(line)
    for note in design.merged:
        say(f"note: {note}")
    if lost:
        say(f"{counted(lost)} failed before: --retry-failed plays them again")
    if finished == design.points:
        say("every point is finished: nothing is left to play")
    elif finished:
        say(f"{counted(finished)} finished already: {fresh:,} left to play")
        if fresh and before is not None and before["git"] != told["git"]:
            say("note: the code has changed since they were played; the manifest keeps both revisions")


@contextmanager
def recorded(
    directory: Path, told: dict[str, Any], calls: Callable[[], dict[str, Any] | None]
) -> Iterator[list[Failure]]:
    """Keeps the manifest true: what is ``told`` and running at first, and how it ended, whatever happens; ``calls``
    tells of the calls to language models so far. What failed is added to the list that is given: chunks that were not
    played to their end; when the block ends it holds the points that failed, now or before, too.
    """
    begun, status = time.monotonic(), manifests.FAILED
    failures: list[Failure] = []
    store.write_json(directory / store.MANIFEST, told, indent=2)
    try:
        yield failures
        status = manifests.FAILED if failures or failed.recorded(directory) else manifests.COMPLETE
    except KeyboardInterrupt as error:
        status = manifests.TERMINATED if isinstance(error, Terminated) else manifests.INTERRUPTED
        raise
    finally:
        failures[:0] = failed.recorded(directory)
        spent, finished = time.monotonic() - begun, store.count_finished(directory)
        counts = manifests.counts_of(told, finished, failures)
        left = counts["points"] - counts["finished"] - counts["failed"]
        found = None if left else content(directory)
        ended = manifests.closed(told, status, counts, spent, failures, calls(), found)
        if left:
            say(f"{counts['finished']:,} of {counts['points']:,} points are kept: the same command plays the others")
        with suppress(OSError):  # a disk that takes nothing more has been reported with the chunk that it refused
            store.write_json(directory / store.MANIFEST, ended, indent=2)
            if not left:
                store.clean(directory)
