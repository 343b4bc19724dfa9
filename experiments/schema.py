"""The top of a configuration, and the groups that are generated so that every number exists in one place."""

import importlib
from dataclasses import dataclass, field
from typing import Annotated, Any, NamedTuple

from hydra.core.config_store import ConfigStore
from hydra.core.plugins import Plugins

from ..agents.norms import PRESETS
from ..envs.catalogue import games
from ..envs.settings import Choice, Range

GRID, LATIN_HYPERCUBE, SOBOL = "grid", "latin_hypercube", "sobol"
FRACTIONAL_FACTORIAL = "fractional_factorial"
PAIRED, INDEPENDENT = "paired", "independent"
NO_NORMS = "none"
"""The norms under which seats keep what they have: deliberators are selfish, strategies use their own numbers."""


class Options(NamedTuple):
    """How a sweep is carried out and kept: settings of the whole, which cannot be swept."""

    record: Annotated[
        str, Choice("none", "sample", "all"), "which episodes are kept step by step; sample: some of each cell"
    ] = "none"
    sample: Annotated[int, Range(1), "episodes of each cell that record=sample keeps, drawn by lot"] = 1
    pairing: Annotated[
        str,
        Choice(PAIRED, INDEPENDENT),
        "paired: a seed is the same chance in every cell; independent: in each another",
    ] = PAIRED
    out: Annotated[str | None, "directory of the results; none: runs/<name>-<hash of the design>"] = None
    chunk_points: Annotated[int | None, Range(1), "points of one batch at most; none: some seconds of work"] = None
    retry_failed: Annotated[bool, "play again what failed before"] = False
    prereg: Annotated[str | None, "a file of hypotheses; none: that of the experiment, if it names one"] = None


class Layout(NamedTuple):
    """Which combinations of the values of a grid are played: settings of the whole, which cannot be swept."""

    kind: Annotated[str, Choice(GRID, LATIN_HYPERCUBE, SOBOL, FRACTIONAL_FACTORIAL), "how they are picked"] = GRID
    samples: Annotated[int, Range(2, 1 << 16), "of the intervals together; a power of two for sobol"] = 64
    seed: Annotated[int, Range(0, 2**32 - 1), "of the sample, or of the scrambling; nothing to do with the worlds"] = 0
    resolution: Annotated[int | None, Range(3, 11), "of the fraction, at least; none: 4, or that of generators"] = None
    generators: Annotated[tuple[str, ...] | None, "of the last factors, as [ABC,-BCD]; none: published ones"] = None


class Calls(NamedTuple):
    """How language models are asked in a study: settings of the whole, which cannot be swept. They decide what is paid
    and how fast it goes, and nothing about the results."""

    answers: Annotated[str, Choice("live", "replay"), "where answers come from; replay: from the ledger alone"] = "live"
    ledger: Annotated[str | None, "the file of all calls; none: ledger.sqlite in the directory of the results"] = None
    budget_usd: Annotated[float | None, Range(0), "US dollars that the study may cost in all; none: no limit"] = None
    concurrency: Annotated[int, Range(1, 10_000), "calls in flight at once, at most"] = 16
    timeout: Annotated[float, Range(0, 3600, above=True), "of a call (seconds)"] = 60.0
    tries: Annotated[int, Range(1, 100), "of a call, before it counts as failed"] = 6
    prices: Annotated[str | None, "a YAML file of prices; none: those that litellm knows"] = None


@dataclass
class CallsConf:
    """The same, as Hydra has it."""

    answers: Any = Calls().answers
    ledger: Any = Calls().ledger
    budget_usd: Any = Calls().budget_usd
    concurrency: Any = Calls().concurrency
    timeout: Any = Calls().timeout
    tries: Any = Calls().tries
    prices: Any = Calls().prices


@dataclass
class Experiment:
    """A study: the union of its ``grids``, each a mapping from setting to the values that it takes. ``measures`` are
    those that its question is about, which the report shows first; ``prereg`` is the setting of that name, if none
    is typed."""

    name: str = ""
    question: str = ""
    measures: list[str] = field(default_factory=list)
    prereg: Any = None
    grids: list[dict[str, Any]] = field(default_factory=list)


@dataclass
class Config:
    """Every key of the top level. What stands under ``game``, ``norms``, ``deliberator`` and ``llm`` is checked by the
    settings that these declare themselves (:mod:`comity.envs.settings`)."""

    game: Any = None
    seats: Any = None
    norms: Any = None
    deliberator: Any = field(default_factory=dict)
    llm: CallsConf = field(default_factory=CallsConf)
    """Of the study; the settings of the agent of this name are swept like any others."""
    seed: Any = "range(20)"
    design: Any = field(default_factory=Layout()._asdict)
    record: Any = Options().record
    sample: Any = Options().sample
    pairing: Any = Options().pairing
    out: Any = Options().out
    chunk_points: Any = Options().chunk_points
    retry_failed: Any = Options().retry_failed
    prereg: Any = Options().prereg
    regions: Any = None
    """Floors and aspirations (:mod:`.regions`), declared before the run; they decide nothing about it."""
    experiment: Experiment = field(default_factory=Experiment)
    chunks: list[str] = field(default_factory=list)
    """Set by the sweeper, for its own jobs."""


def register() -> None:
    """Makes the schema, the groups ``game`` and ``norms``, and the sweeper known to Hydra; twice is as good as once."""
    store = ConfigStore.instance()
    store.store(name="schema", node=Config)
    for game in games():
        store.store(group="game", name=game, node={"name": game})
    store.store(group="norms", name=NO_NORMS, node={})
    for preset in PRESETS:
        store.store(group="norms", name=preset, node={"preset": preset})
    # an editable install is not scanned for plugins, so the sweeper is registered by hand
    Plugins.instance().register(importlib.import_module("hydra_plugins.comity.sweeper").ChunkSweeper)
