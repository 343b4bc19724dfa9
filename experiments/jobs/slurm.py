"""What a sweep would hand to Slurm, on a machine that need not have it."""

import importlib
import shlex
import sys
from copy import deepcopy
from pathlib import Path
from typing import Any

from omegaconf import DictConfig, OmegaConf

from ...envs.settings import SettingError

LAUNCHER = "submitit_slurm"
_OF_EXECUTOR = ("_target_", "submitit_folder", "max_num_timeout")


def sbatch_text(config: DictConfig, directory: Path, jobs: int) -> str:
    """The file that ``hydra/launcher=submitit_slurm`` hands to ``sbatch``, for so many ``jobs`` of a sweep into this
    ``directory``: an array where there are several. Nothing is written.

    Raises ``SettingError`` where another launcher is configured, and for a setting that submitit does not know.
    """
    if config.hydra.runtime.choices["hydra/launcher"] != LAUNCHER:
        raise SettingError(f"only hydra/launcher={LAUNCHER} hands anything to sbatch")
    placed = deepcopy(config)
    placed.out = str(directory.resolve())
    settings: dict[str, Any] = OmegaConf.to_container(placed.hydra.launcher, resolve=True)  # type: ignore[assignment]
    slurm = importlib.import_module("submitit.slurm.slurm")
    names = slurm.SlurmExecutor._equivalence_dict()
    given = {names.get(name, name): value for name, value in settings.items() if name not in _OF_EXECUTOR}
    if given.get("mem") is not None:
        given["mem"] = slurm._convert_mem(given["mem"])
    folder = settings["submitit_folder"]
    command = f"{shlex.quote(sys.executable)} -u -m submitit.core._submit {shlex.quote(folder)}"
    try:
        return slurm._make_sbatch_string(command, folder, map_count=jobs if jobs > 1 else None, **given)
    except TypeError as error:
        raise SettingError(f"hydra.launcher: {error}") from error
