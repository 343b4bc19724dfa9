"""Measures that play again: what analysis cannot read off a record, since it asks what would have happened."""

from .schelling import Schelling, schelling

__all__ = ["Schelling", "schelling"]
