"""A study as it was typed: what is to be played, and how it is carried out and kept. All of it is checked here."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from omegaconf import DictConfig

from ..analysis.attractors.declared import Regions
from ..envs.settings import check, refuse
from . import failures, store
from .calls import asks, check_calls
from .cells import Resolver
from .chunks import Chunk, cut
from .composing import Composer, plain
from .designs.design import Design, build
from .designs.grids import DEFAULT_EXPERIMENT, GROUPS, experiment_grids, typed_grid
from .designs.layouts import layout_of
from .prereg import NONE, Registered, registered
from .regions import declared
from .schema import INDEPENDENT, Calls, Experiment, Options
from .studies import checked_measures

RUNS = Path("runs")


class Study(NamedTuple):
    """Its ``design`` with its ``key``, the ``options`` of how it is played, the ``directory`` of its results, how
    language models would be asked (``calls``) and are (``asking``, None: none is), the ``measures`` that it is about,
    its preregistration and its declared regions, if it has any.
    """

    design: Design
    key: str
    options: Options
    directory: Path
    calls: Calls
    asking: Calls | None
    measures: list[str]
    prereg: Registered | None
    regions: Regions | None

    def check(self) -> None:
        """Raises ``SettingError`` where it cannot be carried out, as its directory stands now."""
        store.check_directory(self.directory, self.key)
        if self.asking is not None:
            check_calls(self.asking, self.directory)

    def left(self) -> list[Chunk]:
        """What is neither finished nor known to fail."""
        settled = store.finished_points(self.directory) | failures.points(self.directory)
        return cut(self.design, settled, self.options.chunk_points)


def with_default(typed: Sequence[str], whole: Sequence[str]) -> list[str]:
    """The overrides of the ``whole``, and the default experiment where neither a game nor another one is ``typed``."""
    keys = {text.lstrip("+").partition("=")[0] for text in typed}
    return [*([] if keys & {"game", "experiment"} else [f"experiment={DEFAULT_EXPERIMENT}"]), *whole]


def study_of(arguments: Sequence[str], config: DictConfig, hydra: Composer, design: Design | None = None) -> Study:
    """The study of a configuration whose grid ``arguments`` span, or of a ``design`` that is there already. Raises
    ``SettingError`` for whatever in it is wrong.
    """
    options, calls, measures = _options(config), _calls(config), _measures(config)
    design = design_of(arguments, config, hydra) if design is None else design
    if options.prereg not in (None, NONE) and options.pairing == INDEPENDENT:
        raise refuse("pairing", options.pairing, "paired where hypotheses are registered: they compare seed by seed")
    key, asking = design.key(), calls if asks(design.cells) else None
    directory = RUNS / f"{design.name}-{key}" if options.out is None else Path(options.out)
    regions = declared(plain(config.regions), design)
    return Study(design, key, options, directory, calls, asking, measures, registered(options.prereg, design), regions)


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
    return build(name, experiment.question, _options(config), layout, grids, resolver, seeds)


def _options(config: DictConfig) -> Options:
    """The settings of the sweep as a whole, checked."""
    out = None if config.out is None else str(config.out)  # a directory may well be named 2026
    if out == "":
        raise refuse("out", out, "a directory")
    given = {name: config[name] for name in Options._fields}
    options = check(Options, {**given, "out": out, "prereg": _prereg(config)})
    if options.record != "sample" and options.sample != Options().sample:
        raise refuse(
            "sample", options.sample, f"left out with record={options.record}: it says how many record=sample keeps"
        )
    return options


def _prereg(config: DictConfig) -> Any:
    """The file that is typed, else the one that the experiment names."""
    named = config.prereg if config.prereg is not None or config.experiment is None else config.experiment.prereg
    return plain(named)


def _measures(config: DictConfig) -> list[str]:
    """The measures that the study is about, checked."""
    return [] if config.experiment is None else checked_measures(plain(config.experiment.measures))


def _calls(config: DictConfig) -> Calls:
    """How language models are asked, checked."""
    return check(Calls, plain(config.llm), "llm.")
