"""What tests of every folder need."""

import re
from typing import Any

import pytest

import comity

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
LAYERS: dict[str, list[Any]] = {
    "redistribution": ["redistribution"],
    "sanctions": [{"institution": "sanctions", "gain": 2}],
    "punishment": ["punishment"],
    "reward": ["reward"],
    "quota": [{"institution": "quota", "cap": 3}],
    "contract": [{"institution": "contract", "most": 6, "duration": 1}],
    "metanorm": ["punishment", "metanorm"],
    "cooperation_window": ["cooperation_window"],
    "reputation": ["reputation"],
    "communication": ["communication"],
    "voting": ["redistribution", {"institution": "voting", "every": 2}],
    "mediator": ["mediator"],
}
"""Every institution as it can be laid over the most games, with the one that it is about."""
FACES: list[tuple[str, dict[str, Any]]] = [
    ("matrix", {}),
    ("matrix", {"n_agents": 5, "pairing": "random", "action_noise": 0.1, "perception_noise": 0.1}),
    ("matrix", {"horizon": 20, "horizon_known": True, "continuation": 0.9}),
    ("donor", {}),
    (
        "donor",
        {"n_agents": 4, "binary": True, "information": "standing", "assessment_error": 0.1, "horizon_known": True},
    ),
    ("donor", {"n_agents": 2, "information": "image", "action_noise": 0.2, "continuation": 0.8}),
    ("trust", {}),
    ("trust", {"swap_roles": True, "horizon": 12, "horizon_known": False, "continuation": 0.9}),
    ("trust", {"integer": False, "multiplier": 1.5, "endowment": 2}),
    ("fishery", {}),
    ("fishery", {"growth": "logistic", "horizon_known": True, "growth_noise": 0.2}),
    ("fishery", {"n_agents": 1}),
    ("fishery", {"preset": "hysteresis", "horizon_known": True}),
    ("fishery", {"preset": "fish_war", "horizon_known": True}),
    ("fishery", {"n_agents": 1, "catches_public": False, "integer": False, "rationing": "proportional"}),
    ("public_goods", {}),
    ("public_goods", {"preset": "sanctsim"}),
    ("public_goods", {"matching": "stranger", "population": 12, "integer": False, "horizon_known": False}),
    ("appropriation", {}),
    ("appropriation", {"integer": False, "identified": True, "horizon_known": False}),
    ("climate", {}),
    ("climate", {"n_agents": 3, "risk": 0.5, "endowment": 7, "target": 20, "horizon_known": False}),
    ("harvest", {"horizon": 30}),
    ("harvest", {**SMALL["harvest"], "zap": True, "zap_timeout": 2, "horizon": 20}),
    ("cleanup", {"horizon": 30, "horizon_known": True}),
    ("cleanup", {**SMALL["cleanup"], "zap": True, "zap_timeout": 2, "horizon": 20}),
    ("alternating_offers", {}),
    ("alternating_offers", {"pie_units": 10, "outside_option": (0.1, 0.2), "breakdown": 0.1}),
    ("alternating_offers", {"pie_units": 3, "horizon": 2, "horizon_known": False}),
    ("scorable", {"rounds": 5}),
    ("scorable", {"preset": "small_sheet", "continuation": 0.9, "horizon_known": False, "common_knowledge": True}),
    ("ultimatum", {"horizon": 6, "pie": 20, "unit": 5}),
    ("division", {}),
    ("division", {"protocol": "simultaneous", "common_knowledge": True}),
    ("buy_sell", {"budget": 20, "cost": 5, "value": 9}),
    ("exchange", {"horizon_known": False, "utility": "cobb_douglas"}),
    ("standoff", {}),
    ("standoff", {"crash_prob": 0.2, "perception_noise": 0.1, "stalemate": 0, "horizon_known": True}),
    ("arms_race", {}),
    ("arms_race", {"n_agents": 3, "continuous": True, "perception_noise": 0.2, "horizon_known": True}),
    ("crisis", {}),
    ("crisis", {"n_agents": 3, "weapons": 3, "accident_prob": 0.3, "perception_noise": 0.2, "horizon_known": True}),
]
"""What the faces are tested with: every game, and every shape of move and observation that it has."""
LONG_TO_COMPILE = [("harvest", {"horizon": 30}), ("cleanup", {"horizon": 30, "horizon_known": True})]
"""Whole maps, which the default run leaves out."""


@pytest.fixture(
    params=[
        pytest.param(
            one, id="-".join([one[0], *(one[1] or ["default"])]), marks=[pytest.mark.slow] * (one in LONG_TO_COMPILE)
        )
        for one in FACES
    ]
)
def setting(request: pytest.FixtureRequest) -> tuple[str, dict[str, Any]]:
    """One of ``FACES``; a test that asks for ``name`` and ``params`` is run for all."""
    return request.param


HEAVY = ("harvest", "cleanup", "scorable", "crisis")
"""Games that take long to compile; what is tested of every game alike, the default run tests of the others."""
ALIKE = (
    "test_comprehension.py",
    "test_stances.py",
    "test_wordings.py",
    "test_acts.py",
    "test_answers.py",
    "test_neutral.py",
    "test_scripted.py",
    "test_deliberator.py",
)


FIRST = ("test_launchers.py", "test_processes.py", "test_studies.py")
"""Files that take longest, so that no process is left alone with one of them at the end."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks what is slow because of its game, and begins with what takes long."""
    items.sort(key=lambda item: item.path.name not in FIRST)
    for item in items:
        if item.path.name in ALIKE and any(game in item.name for game in HEAVY):
            item.add_marker(pytest.mark.slow)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """One process plays all tests of a game, or of a file about none: what is compiled for them is compiled once."""
    if config.getvalue("dist") != "loadscope":
        return None
    from xdist.scheduler import LoadScopeScheduling

    class ByGame(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            named = (game for game in comity.games() if re.search(rf"(?<![a-z]){game}(?![a-z])", nodeid))
            return next(named, nodeid.split("::")[0])

    return ByGame(config, log)


@pytest.fixture
def name(setting: tuple[str, dict[str, Any]]) -> str:
    """Of the game."""
    return setting[0]


@pytest.fixture
def params(setting: tuple[str, dict[str, Any]]) -> dict[str, Any]:
    """Its parameters."""
    return setting[1]


@pytest.fixture
def layers() -> dict[str, list[Any]]:
    """What to lay over a game for each institution."""
    return LAYERS


@pytest.fixture
def small_maps() -> dict[str, dict[str, Any]]:
    """Settings of the games on a grid under which they compile faster than under their own."""
    return SMALL


@pytest.fixture
def noisy() -> dict[str, dict[str, Any]]:
    """Settings of every game with all the chance, and all that is hidden, that it has."""
    return NOISY
