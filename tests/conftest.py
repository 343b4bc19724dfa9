"""What tests of every folder need."""

from typing import Any

import pytest

SMALL: dict[str, dict[str, Any]] = {
    "harvest": {"height": 6, "width": 8, "patches": (2, 3), "spawn_row": 4, "view": 3, "n_agents": 3},
    "cleanup": {"height": 4, "width": 8, "river_width": 2, "orchard_width": 3, "view": 1, "n_agents": 3},
}
"""Grids on which agents soon meet."""
NOISY: dict[str, dict[str, Any]] = {
    "matrix": {"n_agents": 5, "pairing": "random", "action_noise": 0.2, "perception_noise": 0.2, "continuation": 0.9},
    "donor": {
        "n_agents": 4,
        "binary": True,
        "information": "standing",
        "assessment_error": 0.2,
        "action_noise": 0.2,
        "shuffle": False,  # so that seat 0 is a donor whatever the seed
    },
    "trust": {"swap_roles": True, "multiplier": 2.5, "continuation": 0.8, "horizon": 4},
    "fishery": {"growth_noise": 0.2, "collapse_threshold": 0, "horizon_known": True, "catches_public": False},
    "public_goods": {"matching": "stranger", "population": 12, "continuation": 0.8, "horizon_known": False},
    "appropriation": {"continuation": 0.8, "horizon_known": False},
    "climate": {"loss_draw": "individual", "horizon": 5, "endowment": 9, "target": 44, "continuation": 0.9},
    "harvest": {"zap": True, "zap_timeout": 2, "horizon_known": True, "continuation": 0.9, **SMALL["harvest"]},
    "cleanup": {"zap": True, "zap_timeout": 2, "horizon_known": True, "continuation": 0.9, **SMALL["cleanup"]},
    "alternating_offers": {"breakdown": 0.1, "outside_option": (0.2, 0.3), "common_knowledge": False, "horizon": 6},
    "scorable": {
        "preset": "small_sheet",
        "rounds": 5,
        "vote": "free",
        "adversary": {"party": 3, "no_deal": 60},
        "continuation": 0.9,
    },
    "ultimatum": {"horizon": 6, "continuation": 0.9, "pie": 30},
    "division": {"horizon": 5, "continuation": 0.9},
    "buy_sell": {"horizon": 6, "continuation": 0.9, "max_proposals": 2, "budget": 30, "cost": 10, "value": 18},
    "exchange": {"continuation": 0.9, "first_holdings": (7, 2), "second_holdings": (1, 5), "utility": "cobb_douglas"},
    "standoff": {"action_noise": 0.3, "crash_prob": 0.2, "perception_noise": 0.2, "stalemate": 0},
    "arms_race": {"n_agents": 3, "perception_noise": 0.3, "continuation": 0.99},
    "crisis": {"n_agents": 3, "perception_noise": 0.3, "accident_prob": 0.5, "weapons": 2, "continuation": 0.99},
}


@pytest.fixture
def noisy() -> dict[str, dict[str, Any]]:
    """Settings of every game with all the chance, and all that is hidden, that it has."""
    return NOISY
