"""Figures of a report: each a function of polars frames that returns a matplotlib figure.

``summary`` is the table of :func:`comity.analysis.summary.summarise`; ``episodes`` and ``steps`` are the tables of a
run. A figure whose data are not there raises :class:`NothingToDraw` with a sentence that says so. Importing this
imports matplotlib.
"""

from .bargaining import bargaining
from .bargaining_set import SOLUTIONS, bargaining_set
from .cooperation import BOUNDS, cooperation
from .dose import AXIS, Payoffs, dose_response, thresholds
from .dots import MOST, MOST_ARMS
from .escalation import escalation
from .exploitability import exploitability
from .headline import headline
from .horizons import horizons
from .matrices import simplex_shares, tau_matrix
from .reciprocity import reciprocity, reciprocity_null
from .replications import gifts_over_steps, norms_over_generations
from .response import effects, response
from .schelling import schelling
from .style import NothingToDraw, svg
from .survival import quiet_curves, survival
from .time_course import time_course
from .tournament import tournament
from .welfare import welfare
from .winners import winners

__all__ = [
    "AXIS",
    "BOUNDS",
    "MOST",
    "MOST_ARMS",
    "SOLUTIONS",
    "NothingToDraw",
    "Payoffs",
    "bargaining",
    "bargaining_set",
    "cooperation",
    "dose_response",
    "effects",
    "escalation",
    "exploitability",
    "gifts_over_steps",
    "headline",
    "horizons",
    "norms_over_generations",
    "quiet_curves",
    "reciprocity",
    "reciprocity_null",
    "response",
    "schelling",
    "simplex_shares",
    "survival",
    "svg",
    "tau_matrix",
    "thresholds",
    "time_course",
    "tournament",
    "welfare",
    "winners",
]
