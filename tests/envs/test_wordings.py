"""Every game tells its rules in three wordings: other sentences, the same facts with the same numbers."""

import contextlib
import re
from collections import Counter

import pytest

from comity.envs.catalogue import game_class, games, make
from comity.envs.deescalation.crisis_words import described
from comity.envs.paraphrases import PARAPHRASES
from comity.envs.settings import Choice, SettingError, describe
from comity.envs.worlds import Worlds

MOST_SEATS, LONGER = 4, 1.5
CASES = [(name, preset) for name in games() for preset in (None, *game_class(name).presets)]
RULES = ("0000", "1111", "1001", "10111010", "10100000", "00001010")
"""Of assessment: all are bad, all are good, and each way in which the donor's own standing can count."""
SWITCHED = {
    "alternating_offers": {"outside_option": (0.2, 0.3), "breakdown": 0.125, "disagreement": (0.05, 0.15)},
    "arms_race": {"n_agents": 4},
    "cleanup": {"zap": True, "zap_cost": 0.75},
    "climate": {"n_agents": 2, "target": 13},
    "crisis": {"hot_pair": 60, "allowed": (True, True, True, True, False, False)},
    "donor": {"preset": "leading_8", "assessment_error": 0.125},
    "fishery": {"growth": "regimes", "growth_noise": 0.125, "newcomer_step": 3, "skin": "pollution"},
    "harvest": {"zap": True, "zap_cost": 0.75},
    "matrix": {"payoffs": (3, 2, 0, 7, 5, 1, 1, 4)},
    "public_goods": {"multiplier": 1.625, "group_choice": True},
    "scorable": {"adversary": {"party": 2, "no_deal": 60}, "common_knowledge": True},
    "standoff": {"stalemate": 3},
    "ultimatum": {"unit": 5},
}
"""Settings, other than those of every noise, under which a game tells what it does not tell by default."""


def told(game, seat):
    """The lines of every wording."""
    return [game.brief(seat, paraphrase).split("\n") for paraphrase in range(PARAPHRASES)]


def numbers(line):
    return Counter(re.findall(r"(?<![\w.])-?\d+(?:\.\d+)?(?:e-?\d+)?|(?<=\w)\d+", line))


def words_for_moves(game, world, seat):
    """Those of the seat's schema: where it names an act and its target, the act."""
    schema = game.move_schema(world, seat)
    return [word.split(" ")[0] for word in schema.get("enum", ()) if isinstance(word, str)]


def hold_the_same(game, seat, words=()):
    """Asserts it of all wordings, line by line: of their numbers, and of the ``words`` as a whole or with an s."""
    wordings = told(game, seat)
    moves = re.compile(rf"\b({'|'.join(map(re.escape, words)) or '(?!)'})(?:e?s)?\b")
    table = [described(game.actions, act) for act in range(len(game.actions.names))] if game.name == "crisis" else []
    assert game.brief(seat).split("\n") == wordings[0]
    for lines in zip(*wordings, strict=True):
        assert lines[0] in table or len(set(lines)) == PARAPHRASES, lines
        assert len({tuple(sorted(numbers(line).items())) for line in lines}) == 1, lines
        assert len({tuple(sorted(Counter(moves.findall(line)).items())) for line in lines}) == 1, lines
        assert all(line == line.strip() and "  " not in line for line in lines)
    sizes = [sum(map(len, lines)) for lines in wordings]
    assert max(sizes) <= LONGER * min(sizes)


@pytest.mark.parametrize(("name", "preset"), CASES)
def test_three_wordings_hold_the_same_numbers_and_moves(name, preset):
    game = game_class(name)(preset)
    worlds = Worlds(game, 1)
    worlds.reset(0)
    for seat in range(min(game.n_agents, MOST_SEATS)):
        hold_the_same(game, seat, words_for_moves(game, worlds.state[0], seat))
    for wrong in (-1, PARAPHRASES, 1.5, "1", True, None):
        with pytest.raises(SettingError, match="paraphrase = .*0 to 2"):
            game.brief(0, wrong)


def variations(name):
    """Values of each setting that is a word or a yes or no."""
    for setting in describe(game_class(name).Params).values():
        if setting.name == "assessment_rule":
            yield setting.name, RULES
        elif setting.length is None and isinstance(setting.allowed, Choice):
            yield setting.name, setting.allowed.words
        elif setting.length is None and setting.kind is bool:
            yield setting.name, (False, True)


@pytest.mark.parametrize("name", games())
def test_settings_switch_the_same_facts_in_every_wording(name, noisy):
    """As many lines go, and as many come."""
    switched = 0
    for settings in ({}, noisy[name], SWITCHED.get(name, {})):
        game = make(name, **settings)
        for setting, values in variations(name):
            for value in values:
                other = None
                with contextlib.suppress(SettingError):  # what does not go together
                    other = make(name, **{**settings, setting: value})
                switched += other is not None and switches_the_same(game, other)
    assert switched > 0


def switches_the_same(game, other):
    """Asserts it of two games; do they tell anything else?"""
    switched = False
    for seat in range(min(game.n_agents, other.n_agents, MOST_SEATS)):
        hold_the_same(other, seat)
        before, after = ([Counter(lines) for lines in told(one, seat)] for one in (game, other))
        gone = [(old - new).total() for old, new in zip(before, after, strict=True)]
        come = [(new - old).total() for old, new in zip(before, after, strict=True)]
        assert len(set(gone)) == len(set(come)) == 1
        switched |= gone[0] + come[0] > 0
    return switched


def test_institutions_pass_the_wording_on():
    bare = make("fishery")
    for layers in (["quota"], ["quota", "communication"]):  # the second one has a stage
        game = make("fishery", institutions=layers)
        for paraphrase in range(PARAPHRASES):
            own = [line for one in game.institutions for line in one.brief(1, paraphrase)]
            assert game.brief(1, paraphrase) == "\n".join([bare.brief(1, paraphrase), *own])
