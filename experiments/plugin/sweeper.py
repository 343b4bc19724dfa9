"""The sweeper that Hydra finds: points into chunks, chunks into jobs of whatever launcher is configured.

Hydra inspects the types of this module, so it has no ``from __future__ import annotations``; it imports the rest of
comity only when it sweeps, because Hydra imports it whenever it looks for plugins.
"""

import importlib
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from hydra.core.config_store import ConfigStore
from hydra.core.plugins import Plugins
from hydra.core.utils import JobReturn
from hydra.plugins.launcher import Launcher
from hydra.plugins.sweeper import Sweeper
from hydra.types import HydraContext, TaskFunction
from omegaconf import DictConfig


@dataclass
class ChunkSweeperConf:
    """``hydra/sweeper=comity``."""

    _target_: str = "hydra_plugins.comity.sweeper.ChunkSweeper"
    jobs: int | None = None
    """Hydra jobs at most; none: as ``comity.experiments.jobs.launchers`` counts them."""


ConfigStore.instance().store(group="hydra/sweeper", name="comity", node=ChunkSweeperConf, provider="comity")


class ChunkSweeper(Sweeper):
    """Sweeps over points that are stepped many at a time (``comity.experiments.sweep``)."""

    def __init__(self, jobs: int | None) -> None:
        self.jobs = jobs
        self.again: Any = None

    def setup(self, *, hydra_context: HydraContext, task_function: TaskFunction, config: DictConfig) -> None:
        """Makes the launcher of the configuration once, so that what is wrong in it is said before all else."""
        self.hydra_context, self.task_function, self.config = hydra_context, task_function, config
        trial = deepcopy(config)
        trial.out = trial.out or "."  # launchers read hydra.sweep.dir when they are made, and it is not yet known
        self._launcher(hydra_context, trial)

    def _launcher(self, hydra_context: HydraContext, config: DictConfig) -> Launcher:
        assert self.task_function is not None
        return Plugins.instance().instantiate_launcher(
            hydra_context=hydra_context, task_function=self.task_function, config=config
        )

    def sweep(self, arguments: list[str]) -> Any:
        """Plays what is not finished of the grid ``arguments``; returns ``comity.experiments.sweep.Result``."""
        assert self.hydra_context is not None
        carry_out = importlib.import_module("comity.experiments.sweep").carry_out
        return carry_out(arguments, self.config, self.hydra_context.config_loader, self._launch, self.jobs, self.again)

    def _launch(self, jobs: Sequence[Sequence[str]]) -> Sequence[JobReturn]:
        assert self.hydra_context is not None
        assert self.config is not None
        return self._launcher(self.hydra_context, self.config).launch(jobs, initial_job_idx=0)
