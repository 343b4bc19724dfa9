"""Measures that play again: what analysis cannot read off a record, since it asks what would have happened."""

from .exploitability import Exploitability, Regret, exploitability, regret
from .hysteresis import Hysteresis, hysteresis
from .late_defection import LateDefection, late_defection
from .planted import Planted, planted
from .recovery import recovery
from .schelling import Schelling, schelling
from .shock import Shocked, shock

__all__ = [
    "Exploitability",
    "Hysteresis",
    "LateDefection",
    "Planted",
    "Regret",
    "Schelling",
    "Shocked",
    "exploitability",
    "hysteresis",
    "late_defection",
    "planted",
    "recovery",
    "regret",
    "schelling",
    "shock",
]
