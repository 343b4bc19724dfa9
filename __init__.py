"""comity: a laboratory for cooperation among artificial agents.

>>> import comity
>>> comity.games()[0]
'matrix'
>>> record = comity.play("standoff", [{"agent": "grit", "k": 2}, "tft"], horizon=30, stage_game="pd", action_noise=0)
>>> record.rewards.mean(axis=1).round(3)
array([[2.9  , 3.067]])

Everything is loaded when it is first used: importing comity imports none of its heavy libraries, only PettingZoo's and
Gymnasium's registries, so that ``pettingzoo.make("parallel", "comity/fishery-v0")`` works.
"""

import importlib
import os
from typing import TYPE_CHECKING, Any

from .envs.catalogue import register

if TYPE_CHECKING:
    from .agents.constitution import constitution
    from .agents.norms import norms
    from .analysis.measuring import measures
    from .analysis.recording import RecordEpisodes
    from .envs.catalogue import env, games, make, parallel_env, vector_env
    from .envs.record import Record
    from .envs.settings import SettingError
    from .experiments.play import play
    from .experiments.probes import exploitability, hysteresis, late_defection, planted, regret, schelling, shock
    from .experiments.replications import replicate
    from .experiments.store import load
    from .experiments.tournaments.evolving import evolve
    from .experiments.tournaments.tournament import tournament

__version__ = "0.1.0"

_PLACES = {
    "games": "envs.catalogue",
    "make": "envs.catalogue",
    "parallel_env": "envs.catalogue",
    "env": "envs.catalogue",
    "vector_env": "envs.catalogue",
    "play": "experiments.play",
    "schelling": "experiments.probes",
    "planted": "experiments.probes",
    "exploitability": "experiments.probes",
    "late_defection": "experiments.probes",
    "regret": "experiments.probes",
    "hysteresis": "experiments.probes",
    "shock": "experiments.probes",
    "evolve": "experiments.tournaments.evolving",
    "tournament": "experiments.tournaments.tournament",
    "replicate": "experiments.replications",
    "load": "experiments.store",
    "measures": "analysis.measuring",
    "RecordEpisodes": "analysis.recording",
    "norms": "agents.norms",
    "constitution": "agents.constitution",
    "Record": "envs.record",
    "SettingError": "envs.settings",
}
_PACKAGES = ("envs", "agents", "experiments", "analysis")
if "_COMITY_COMPLETE" not in os.environ:  # a shell that asks what may be typed next does not wait for registries
    register()
__all__ = [
    "Record",
    "RecordEpisodes",
    "SettingError",
    "__version__",
    "constitution",
    "env",
    "evolve",
    "exploitability",
    "games",
    "hysteresis",
    "late_defection",
    "load",
    "make",
    "measures",
    "norms",
    "parallel_env",
    "planted",
    "play",
    "regret",
    "replicate",
    "schelling",
    "shock",
    "tournament",
    "vector_env",
]


def __getattr__(name: str) -> Any:
    """Names that load what they need (PEP 562)."""
    if name in _PACKAGES:
        return importlib.import_module(f".{name}", __name__)
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = importlib.import_module(f".{_PLACES[name]}", __name__)
    return getattr(module, name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_PLACES, *_PACKAGES])
