"""Figures: each a function that draws one panel, on the ``ax`` that it is given or on a figure of its own, and returns
the matplotlib Axes.

``summary`` is the table of :func:`comity.analysis.summary.summarise`; ``episodes`` and ``steps`` are the tables of a
run. A panel shows one game and one way of filling the seats (``arm``; the first if none is named). A figure of its own
has a legend and says what hollow points mean; on an ``ax`` that was given both are left to the caller
(``ax.get_legend_handles_labels()``). What cannot be drawn raises :class:`NothingToDraw` with a sentence that says why.
:mod:`.sheets` has the figures of many panels that a report shows. Importing this imports matplotlib, not pyplot.

    found = comity.load("runs/norms_by_family-7dec03d1")
    ax = figures.cooperation(summarise(found.episodes), "fishery", arm="with_exploiter")
    figures.save(ax, "cooperation", ["svg", "pdf"])
"""

from .attackers import attackers
from .bargaining import bargaining
from .bargaining_set import SOLUTIONS, bargaining_set
from .basins import basin_map, flow_field
from .cooperation import BOUNDS, cooperation
from .dose import AXIS, Payoffs, dose_response, thresholds
from .dots import MOST, MOST_ARMS, arms_and_conditions, by_condition
from .echo import impulse_response
from .escalation import escalation
from .exploitability import exploitability
from .export import FORMATS, save, svg
from .fit import settle
from .headline import headline
from .horizons import horizons
from .lag_heat import heat, lag_heat
from .lines import MOST_LINES
from .matrices import simplex_shares, tau_matrix
from .reciprocity import reciprocity, reciprocity_null
from .replications import gifts_over_steps, norms_over_generations
from .response import effects, response
from .schelling import schelling
from .style import NothingToDraw, names
from .survival import quiet_curves, survival
from .time_course import time_course
from .tipping import early_warning, tipping_curve
from .tournament import payoffs, scores
from .welfare import welfare
from .winners import winners

__all__ = [
    "AXIS",
    "BOUNDS",
    "FORMATS",
    "MOST",
    "MOST_ARMS",
    "MOST_LINES",
    "SOLUTIONS",
    "NothingToDraw",
    "Payoffs",
    "arms_and_conditions",
    "attackers",
    "bargaining",
    "bargaining_set",
    "basin_map",
    "by_condition",
    "cooperation",
    "dose_response",
    "early_warning",
    "effects",
    "escalation",
    "exploitability",
    "flow_field",
    "gifts_over_steps",
    "headline",
    "heat",
    "horizons",
    "impulse_response",
    "lag_heat",
    "names",
    "norms_over_generations",
    "payoffs",
    "quiet_curves",
    "reciprocity",
    "reciprocity_null",
    "response",
    "save",
    "schelling",
    "scores",
    "settle",
    "simplex_shares",
    "survival",
    "svg",
    "tau_matrix",
    "thresholds",
    "time_course",
    "tipping_curve",
    "welfare",
    "winners",
]
