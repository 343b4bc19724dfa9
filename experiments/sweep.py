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

from ..envs.settings import check, refuse
from . import at_work, store
from . import failures as failed
from . import manifest as manifests
from .calls import asks, check_calls
from .calls import told as calls_told
from .cells import Resolver
from .chunks import Chunk, cut
from .composing import Composer, composer, one_line_errors, plain
from .content import content
from .design import Design, build
from .designs import layout_of, said
from .failures import Failure
from .grids import DEFAULT_EXPERIMENT, GROUPS, experiment_grids, sort_overrides, typed_grid
from .jobs import Launch, launch_all, shared_out
from .launchers import complete, jobs_of, surroundings
from .prereg import COPY, attach, registered
from .progress import Watch, counted, say
from .schema import Calls, Experiment, Options
from .signals import Terminated, terminable
from .studies import checked_measures
from .task import play_chunks

RUNS = Path("runs")


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


def with_default(typed: Sequence[str], whole: Sequence[str]) -> list[str]:
    """The overrides of the ``whole``, and the default experiment where neither a game nor another one is ``typed``."""
    keys = {text.lstrip("+").partition("=")[0] for text in typed}
    return [*([] if keys & {"game", "experiment"} else [f"experiment={DEFAULT_EXPERIMENT}"]), *whole]


def directory_of(design: Design, options: Options) -> Path:
    """Where the results of a sweep lie."""
    return RUNS / f"{design.name}-{design.key()}" if options.out is None else Path(options.out)


def design_of(arguments: Sequence[str], config: DictConfig, hydra: Composer) -> Design:
    """The design that the arguments span, over the experiment's grids if there is one. All settings are checked."""
    typed = typed_grid(arguments, hydra.loader)
    experiment = Experiment() if config.experiment is None else config.experiment
    grids = experiment_grids(plain(experiment.grids), typed, hydra.loader) if experiment.grids else [typed]
    defaults = {group: config.hydra.runtime.choices.get(group) for group in GROUPS}
    resolver = Resolver(hydra, {**defaults, "deliberator": plain(config.deliberator)})
    name = experiment.name or "_".join(str(game) for game in grids[0].get("game", []))
    seeds = typed_grid([f"seed={config.seed}"])["seed"]
    layout = layout_of(plain(config.design))
    return build(name, experiment.question, options_of(config), layout, grids, resolver, seeds)


def options_of(config: DictConfig) -> Options:
    """The settings of the sweep as a whole, checked."""
    out = None if config.out is None else str(config.out)  # a directory may well be named 2026
    if out == "":
        raise refuse("out", out, "a directory")
    given = {name: config[name] for name in Options._fields}
    options = check(Options, {**given, "out": out, "prereg": prereg_of(config)})
    if options.record != "sample" and options.sample != Options().sample:
        raise refuse(
            "sample", options.sample, f"left out with record={options.record}: it says how many record=sample keeps"
        )
    return options


def prereg_of(config: DictConfig) -> Any:
    """The file that is typed, else the one that the experiment names."""
    named = config.prereg if config.prereg is not None or config.experiment is None else config.experiment.prereg
    return plain(named)


def measures_of(config: DictConfig) -> list[str]:
    """The measures that the study is about, checked."""
    return [] if config.experiment is None else checked_measures(plain(config.experiment.measures))


def calls_of(config: DictConfig) -> Calls:
    """How language models are asked, checked."""
    return check(Calls, plain(config.llm), "llm.")


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
        options, calls, measures = options_of(config), calls_of(config), measures_of(config)
        hydra = Composer(loader, list(config.hydra.overrides.hydra))
        design = design_of(arguments, config, hydra) if again is None else again[0]
        prereg = registered(options.prereg, design)
    directory = directory_of(design, options)
    store.check_directory(directory, design.key())
    asking = calls if asks(design.cells) else None
    if asking is not None:
        check_calls(asking, directory)
    with store.lock(directory), terminable():
        store.check_directory(directory, design.key())  # another may have finished there in between
        store.clean(directory)
        at_work.wait(directory)  # jobs of a sweep that was killed stop now that their plan is gone
        if options.retry_failed:
            failed.forget(directory)
        known = failed.recorded(directory)
        settled = store.finished_points(directory) | {point for one in known for point in one.points}
        chunks = cut(design, settled, options.chunk_points)
        before = store.read_manifest(directory)
        launcher = config.hydra.runtime.choices["hydra/launcher"]
        told = manifests.opened(design, options, [*config.hydra.overrides.task, *arguments], launcher, before)
        told |= {"measures": measures, "prereg": attach(prereg, directory, before)}
        told = told if again is None else again[1](told)
        _greet(design, chunks, directory, before, told, known)
        if not chunks and before is not None and before["status"] in manifests.SETTLED:
            if before.get("measures") != measures:  # they decide what the report begins with, and nothing else
                store.write_json(directory / store.MANIFEST, {**before, "measures": measures}, indent=2)
            return Result(directory, design.points, 0, known)
        with recorded(directory, told, known, partial(calls_told, calls, design.cells, directory)) as failures:
            if prereg is not None:
                store.write_aside(directory / COPY, prereg.text.encode())
            store.write_json(directory / store.CELLS, manifests.cells_of(design))
            config.out = str(directory.resolve())  # what the launchers know as hydra.sweep.dir
            shares = shared_out(chunks, jobs_of(launcher, jobs))
            with Watch(directory, chunks, design.points), surroundings(launcher):
                failures += launch_all(shares, launch, directory, options.record, asking)
    return Result(directory, design.points, sum(len(chunk.points) for chunk in chunks), failures)


def _greet(
    design: Design,
    chunks: Sequence[Chunk],
    directory: Path,
    before: Mapping[str, Any] | None,
    told: Mapping[str, Any],
    known: Sequence[Failure],
) -> None:
    """Says what is about to happen."""
    fresh = sum(len(chunk.points) for chunk in chunks)
    lost = sum(len(one.points) for one in known)
    finished = design.points - fresh - lost
    say(f"{design.name}: {design.points:,} points in {len(design.cells):,} cells, kept in {directory}")
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
    directory: Path, told: dict[str, Any], known: Sequence[Failure], calls: Callable[[], dict[str, Any] | None]
) -> Iterator[list[Failure]]:
    """Keeps the manifest true: what is ``told`` and running at first, and how it ended, whatever happens; ``known`` are
    the failures of before, and ``calls`` tells of the calls to language models so far.
    """
    begun, failures, status = time.monotonic(), [*known], manifests.FAILED
    store.write_json(directory / store.MANIFEST, told, indent=2)
    try:
        yield failures
        status = manifests.FAILED if failures else manifests.COMPLETE
    except KeyboardInterrupt as error:
        status = manifests.TERMINATED if isinstance(error, Terminated) else manifests.INTERRUPTED
        failures += [one for one in failed.recorded(directory) if one not in failures]
        raise
    finally:
        spent, finished = time.monotonic() - begun, store.count_finished(directory)
        counts = manifests.counted(told, finished, failures)
        left = counts["points"] - counts["finished"] - counts["failed"]
        found = None if left else content(directory)
        ended = manifests.closed(told, status, counts, spent, failures, calls(), found)
        if left:
            say(f"{counts['finished']:,} of {counts['points']:,} points are kept: the same command plays the others")
        with suppress(OSError):  # a disk that takes nothing more has been reported with the chunk that it refused
            store.write_json(directory / store.MANIFEST, ended, indent=2)
            if not left:
                store.clean(directory)
