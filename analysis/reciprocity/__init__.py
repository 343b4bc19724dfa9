"""Who answers whom (METRICS.md §2).

Same-step correlation is not reciprocity: a shared stock or horizon moves everyone at once. Every coefficient here is
lagged, corrected for the base rate, and belongs beside its null.
"""

from .asymmetry import Asymmetry, Slope, asymmetry, cc_slope
from .conditionals import lag_profile, memory_one, p_c_given_c, p_c_given_d, rho
from .echo import echo_length, echo_mass, irf
from .network import binary_reciprocity, network_reciprocity, weighted_reciprocity
from .panel import TERMS, Panel, panel
from .panel_null import PanelNull, panel_null
from .profile import KINDS, LagPanel, panel_profile
from .rho_null import rho_null

__all__ = [
    "KINDS",
    "TERMS",
    "Asymmetry",
    "LagPanel",
    "Panel",
    "PanelNull",
    "Slope",
    "asymmetry",
    "binary_reciprocity",
    "cc_slope",
    "echo_length",
    "echo_mass",
    "irf",
    "lag_profile",
    "memory_one",
    "network_reciprocity",
    "p_c_given_c",
    "p_c_given_d",
    "panel",
    "panel_null",
    "panel_profile",
    "rho",
    "rho_null",
    "weighted_reciprocity",
]
