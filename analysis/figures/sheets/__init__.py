"""Sheets: the figures of many panels that a report shows, each composed of the functions of :mod:`..figures`.

A sheet takes the same frames as its panels, returns a matplotlib figure, and has the legend and the notes that its
panels share. ``comity.analysis.figures.save`` writes it.
"""

from .courses import escalation, quiet_curves, survival, time_course
from .norms import bargaining, cooperation, exploitability, reciprocity, welfare
from .settings import dose_response, effects, headline, response
from .studies import gifts_over_steps, norms_over_generations, tournament

__all__ = [
    "bargaining",
    "cooperation",
    "dose_response",
    "effects",
    "escalation",
    "exploitability",
    "gifts_over_steps",
    "headline",
    "norms_over_generations",
    "quiet_curves",
    "reciprocity",
    "response",
    "survival",
    "time_course",
    "tournament",
    "welfare",
]
