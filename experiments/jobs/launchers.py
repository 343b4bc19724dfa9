"""What Hydra's launchers need to work well with ours: how many jobs, one thread each, and defaults of Ray."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from omegaconf import DictConfig, open_dict

IN_PROCESS = ("basic",)
"""Launchers that work job after job in this process, where a second job would only be composed for nothing."""
RAY = "ray"
EXTRAS = {"joblib": "parallel", "submitit_local": "slurm", "submitit_slurm": "slurm", RAY: "ray"}
"""The extra of comity that installs each of the others."""
JOBS, JOBS_A_CORE = 16, 8
"""Jobs of a sweep, at least, and on each core of this machine: enough that none waits long for the last."""
THREADS = ("POLARS_MAX_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")
LOCAL = "local"
"""Ray's word for a cluster of one's own."""
QUIET_RAY = {
    "RAY_USAGE_STATS_ENABLED": "0",  # nothing is told to anybody
    "RAY_ENABLE_UV_RUN_RUNTIME_ENV": "0",  # or under `uv run` the working directory is packed up and sent to workers
}


def jobs_of(launcher: str, wanted: int | None) -> int:
    """How many jobs a sweep is cut into, at most."""
    if launcher in IN_PROCESS:
        return 1
    return wanted or max(JOBS, JOBS_A_CORE * (os.cpu_count() or 1))


def complete(config: DictConfig) -> None:
    """Sets what the chosen launcher leaves open in its part of the ``config``, where that is not what we need."""
    if config.hydra.runtime.choices["hydra/launcher"] != RAY:
        return
    init = config.hydra.launcher.ray.init
    with open_dict(init):
        own = init.get("address") in (None, LOCAL) and "RAY_ADDRESS" not in os.environ
        if own:
            init.address = LOCAL  # with none at all, Ray joins whatever cluster it finds on this machine
        defaults = {"logging_level": "warning", "log_to_driver": False}
        # the launcher always asks for an object store of its own size, which a cluster that is there already refuses
        defaults |= {"include_dashboard": False} if own else {"object_store_memory": None}
        for name, value in defaults.items():
            init.setdefault(name, value)
        if not own:
            init.setdefault("runtime_env", {"env_vars": dict.fromkeys(THREADS, "1")})


@contextmanager
def surroundings(launcher: str) -> Iterator[None]:
    """The environment that jobs are started in: jobs work side by side, so each has one thread of its own."""
    if launcher in IN_PROCESS:
        yield
        return
    before = dict(os.environ)
    wanted = {**dict.fromkeys(THREADS, "1"), **(QUIET_RAY if launcher == RAY else {})}
    os.environ.update({name: value for name, value in wanted.items() if name not in before})
    try:
        yield
    finally:
        for name in wanted.keys() - before.keys():
            os.environ.pop(name, None)
