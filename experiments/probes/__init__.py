"""Measures that play again: what analysis cannot read off a record, since it asks what would have happened."""

from .hysteresis import Hysteresis, hysteresis
from .schelling import Schelling, schelling
from .shock import Shocked, shock

__all__ = ["Hysteresis", "Schelling", "Shocked", "hysteresis", "schelling", "shock"]
