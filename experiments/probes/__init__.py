"""Measures that play again: what analysis cannot read off a record, since it asks what would have happened."""

from .exploitability import Exploitability, Regret, exploitability, regret
from .hysteresis import Hysteresis, hysteresis
from .late_defection import LateDefection, late_defection
from .planted import Planted, planted
from .schelling import Schelling, schelling
from .shock import Shocked, shock

__all__ = ["Hysteresis", "Schelling", "Shocked", "hysteresis", "schelling", "shock"]
__all__ = [
    "Exploitability",
    "LateDefection",
    "Planted",
    "Regret",
    "Schelling",
    "exploitability",
    "late_defection",
    "planted",
    "regret",
    "schelling",
]
