"""Every game is the dilemma that it claims to be: GAMES.md §0.7, by the library's own Schelling diagrams."""

import numpy as np
import pytest

import comity
from comity.envs.catalogue import game_class, games

FEAR, GREED, BOTH = (f"social dilemma with {words}" for words in ("fear", "greed", "fear and greed"))
CLAIMS = {
    ("matrix", None): BOTH,
    ("matrix", "stag_hunt"): FEAR,
    ("matrix", "coopeval_stag_hunt"): FEAR,
    ("matrix", "hawk_dove"): GREED,
    ("matrix", "coopeval_pd"): BOTH,
    ("matrix", "dbf_r32_d75"): BOTH,
    ("matrix", "dbf_r48_d50"): BOTH,
    ("donor", "vallinder_hughes"): FEAR,  # all that one has, which among those who give all comes back multiplied
    ("donor", "image_scoring"): BOTH,
    ("trust", "berg_1995"): BOTH,
    ("fishery", None): FEAR,
    ("public_goods", "fehr_gachter_partner"): BOTH,
    ("public_goods", "fehr_gachter_stranger"): BOTH,
    ("public_goods", "coopeval_pgg"): BOTH,
    ("climate", "milinski_90"): FEAR,
    ("harvest", "harvest_100"): BOTH,
    ("cleanup", "cleanup_100"): GREED,
    ("appropriation", "ogw_e10"): BOTH,
    ("appropriation", "ogw_e25"): BOTH,
    ("standoff", None): GREED,
    ("standoff", "feud_pd"): BOTH,
    ("arms_race", "security_dilemma"): FEAR,
    ("arms_race", "arms_dilemma"): BOTH,
    ("crisis", "crisis_2"): FEAR,
    ("crisis", "crisis_static"): FEAR,
}
"""What a preset is, by its payoffs alone; with the default conduct of each game."""
WORLDS = {"climate": 600, "harvest": 70}
"""Where chance decides much; elsewhere the default is enough."""
LONG_TO_COMPILE = (
    ("harvest", "harvest_100"),
    ("cleanup", "cleanup_100"),
    ("public_goods", "fehr_gachter_stranger"),
)


@pytest.mark.parametrize(
    ("name", "preset"),
    [pytest.param(*claim, marks=[pytest.mark.slow] * (claim in LONG_TO_COMPILE)) for claim in CLAIMS],
)
def test_it_is_the_dilemma_that_it_claims_to_be(name, preset):
    assert comity.schelling(name, preset=preset, worlds=WORLDS.get(name, 20)).kind == CLAIMS[name, preset]


def test_a_strike_pays_once_and_not_for_long():
    """GAMES.md §4.3, condition 6; over fourteen steps it brings down the one whose concessions it lived on."""
    assert comity.schelling("crisis", "pull_back", "strike", preset="crisis_static", horizon=1).kind == BOTH
    assert comity.schelling("crisis", "pull_back", "strike", preset="crisis_static").kind == FEAR


def test_every_game_with_a_dilemma_is_tested():
    claimed = {name for name, _ in CLAIMS}
    assert claimed == {name for name in games() if game_class(name).family != "negotiation"}


@pytest.mark.parametrize("name", [name for name in games() if game_class(name).family == "negotiation"])
def test_disagreement_is_dominated(name):
    """There is a deal that is better for everybody than none, in every episode that is drawn."""
    game = comity.make(name)
    record = comity.play(game, ["exemplar"], worlds=20)
    which, sets = game.bargaining_sets(record.final)
    for utilities, d in zip([sets[k] for k in which], game.disagreement_payoffs(record.final), strict=True):
        assert np.any((utilities > d).all(axis=1))
