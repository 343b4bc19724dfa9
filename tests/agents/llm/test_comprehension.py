"""Questions about the rules: right is what the rules say, reckoned here without them."""

import json
import re

import numpy as np
import pytest

from comity.agents.llm.calls import FAILED, QUESTIONS, Place, Reply, Request
from comity.agents.llm.comprehension import Score, ask, is_right, questions, schema_of, scored
from comity.agents.llm.facts import BOOLEAN, INTEGER, NUMBER, WORD, Question
from comity.envs.catalogue import game_class, games, make

MANY = 50
CASES = [pytest.param(name, None) for name in games()]
CASES += [pytest.param(name, preset, marks=pytest.mark.slow) for name in games() for preset in game_class(name).presets]


def asker(purpose, text, schema, attempt):
    return Request("scripted/x", ((), ("user", text)), {}, schema, purpose, Place(0, 0, -1, 0, attempt))


def answered(asked, reply):
    """The score for a reply, and the one request."""
    asking = ask(asker, asked)
    request = next(asking)
    with pytest.raises(StopIteration) as stop:
        asking.send(reply if isinstance(reply, Reply) else Reply(reply))
    return stop.value.value, request


@pytest.mark.parametrize(("name", "preset"), CASES)
def test_every_game_has_questions(name, preset):
    game = make(name, preset=preset)
    for seat in {0, game.n_agents - 1}:
        asked = questions(game, seat, 7, MANY)
        assert len(asked) == len({one.text for one in asked}) >= 3
        assert asked == questions(game, seat, 7, MANY)
        assert len(questions(game, seat, 7, 3)) == 3


@pytest.mark.parametrize("name", games())
def test_with_all_chance_and_all_that_is_hidden(name, noisy):
    game = make(name, **noisy[name])
    assert all(len(questions(game, seat, seed, MANY)) >= 3 for seat in (0, game.n_agents - 1) for seed in range(5))


# -- by independent computation ----------------------------------------------------------------------------------------


def acts_in(text, seat, n):
    """The numbers or words of all seats, in their order."""
    told = re.search(r"are: (.*)\. What are you paid", text)[1]
    by_who = dict(part.split(": ") for part in told.split("; "))
    names = ["you" if i == seat else "the other" if n == 2 else f"agent {i}" for i in range(n)]
    return [by_who[name] for name in names]


def of_public_goods(game, seat, text):
    gifts = np.array(acts_in(text, seat, game.n_agents), float)
    return 20 - gifts[seat] + 0.4 * gifts.sum()


def of_appropriation(game, seat, text):
    tokens = np.array(acts_in(text, seat, game.n_agents), float)
    return 5 * (10 - tokens[seat]) + tokens[seat] * (23 - 0.25 * tokens.sum())


def of_arms_race(game, seat, text):
    own, other = (5 + float(acts_in(text, seat, 2)[i]) for i in (seat, 1 - seat))
    gap = own - other
    return 10 - 0.2 * own + (0.1 * gap if gap > 0 else 0.5 * gap)


def of_matrix(game, seat, text):
    if "are paid" in text:
        own, paid = re.search(r"you answer (\w+), and are paid (\d)", text).groups()
        return {("c", 3): "cooperate", ("c", 0): "defect", ("d", 5): "cooperate", ("d", 1): "defect"}[own[0], int(paid)]
    own, other = (acts_in(text, seat, 2)[i][0] for i in (seat, 1 - seat))
    return {"cc": 3, "cd": 0, "dc": 5, "dd": 1}[own + other]


def of_fishery(game, seat, text):
    return min(100, 2 * (100 - float(re.search(r"(\d+) tons in all", text)[1])))


def of_trust(game, seat, text):
    sent, back = map(float, re.search(r"sends (\d+) and the trustee returns (\d+)", text).groups())
    return (10 - sent + back, 10 + 3 * sent - back)[seat]


def of_exchange(game, seat, text):
    return min(map(float, re.search(r"have (\d+) X and (\d+) Y", text).groups()))


def of_ultimatum(game, seat, text):
    return float(re.search(r"(\d+) for you", text)[1])


def of_alternating_offers(game, seat, text):
    share = float(re.search(r": (\d+) units", text)[1]) / 100
    return (1 - share, share)[seat]


def of_donor(game, seat, text):
    return -5.0 if "its own units" in text else 10.0


SUMS = {name.removeprefix("of_"): function for name, function in globals().items() if name.startswith("of_")}


@pytest.mark.parametrize("name", SUMS)
@pytest.mark.parametrize("seat", [0, -1])
def test_sums_by_hand(name, seat):
    game = make(name)
    seat %= game.n_agents
    found = [one for seed in range(4) for one in questions(game, seat, seed, MANY) if one.text.startswith("Suppose")]
    assert len({one.text for one in found}) >= 2
    for one in found:
        assert is_right(one, SUMS[name](game, seat, one.text)), one


FACTS = {
    "matrix": {"dbf_r48_d75": (0, [2, False, 0.75, True, 2])},
    "donor": {"vallinder_hughes": (None, [12, 10.0, False])},
    "trust": {"repeated_trust": (1, [2, True, 10, False, False])},
    "fishery": {
        "govsim_fishery": (0, [5, False, True, 0, 100]),
        "govsim_newcomer": (0, [4, False, True, 0, 100]),
        "fish_war": (1, [2, False, True, 0, 100]),
    },
    "public_goods": {"sanctsim": (0, [7, True, 15, True, 2]), "coopeval_pgg": (2, [3, True, 10, True, 0, 1])},
    "appropriation": {"ogw_e25": (0, [8, True, 20, True, 0, 25])},
    "climate": {"milinski_90": (3, [6, True, 10, True, 0, 4])},
    "harvest": {"harvest_zap": (0, None)},
    "alternating_offers": {"rubinstein_90": (1, [2, True, 60, False, False, 10_000, 0.0])},
    "ultimatum": {"negotiation_arena": (0, [2, True, 6, False, True, 100, 0.0])},
    "division": {"deal_or_no_deal": (1, [2, True, 10, False, False, 0.0])},
    "buy_sell": {"arena_40_60": (1, [2, True, 10, False, False, 100, 0.0])},
    "exchange": {"negotiation_arena": (0, [2, True, 6, False, True, 30, 30, 5.0])},
    "scorable": {"small_sheet": (2, [4, True, 24, False, 3, 2, 3, 0.0])},
    "standoff": {"chicken_noise": (0, [2, False, True, 2])},
    "arms_race": {"richardson_stable": (1, [2, False, True, -1.0, 1.0])},
    "crisis": {"crisis_8": (0, None)},
}


@pytest.mark.parametrize(("name", "preset"), [(name, preset) for name, presets in FACTS.items() for preset in presets])
def test_facts_by_the_book(name, preset):
    seat, expected = FACTS[name][preset]
    game = make(name, preset=preset)
    seats = range(game.n_agents) if seat is None else [seat]
    for i in seats:
        asked = [one for one in questions(game, i, 1, MANY) if not one.text.startswith("Suppose")]
        rights = [one.right for one in asked]
        if expected is not None:
            assert rights[: len(expected)] == expected
            assert len(rights) == len(expected) or name == "donor"


def test_what_institutions_take_is_part_of_what_is_paid():
    game = make("appropriation", institutions=[{"institution": "quota", "cap": 2, "detection": 1.0, "fine": 3.0}])
    sums = [one for one in questions(game, 0, 0, MANY) if "are you paid for it" in one.text]
    assert sums
    for one in sums:
        own = float(acts_in(one.text, 0, 8)[0])
        assert one.right == pytest.approx(of_appropriation(game, 0, one.text) - 3 * max(0.0, own - 2))
    staged = questions(make("public_goods", institutions=["punishment"]), 0, 0, MANY)
    assert not any(one.text.startswith("Suppose") for one in staged)
    assert [one.right for one in staged] == [4, True, 10, True, 0, 20]


# -- asking ------------------------------------------------------------------------------------------------------------


def perfect(asked):
    return {f"q{k}": one.right for k, one in enumerate(asked, 1)}


def wrong(one):
    return not one.right if one.kind == BOOLEAN else "neither" if one.kind == WORD else one.right + 1


@pytest.mark.parametrize("name", games())
def test_all_right_and_all_wrong(name):
    asked = questions(make(name), 0, 3, MANY)
    score, request = answered(asked, f"I think: {json.dumps(perfect(asked))}")
    assert (score.share, all(score.right), score.complaint) == (1.0, True, "")
    assert request.purpose == QUESTIONS
    assert set(request.schema["required"]) == set(perfect(asked))
    score, _ = answered(asked, json.dumps({key: wrong(one) for key, one in zip(perfect(asked), asked, strict=True)}))
    assert (score.share, any(score.right)) == (0.0, False)


def test_half_right():
    asked = [Question("", INTEGER, 2), Question("", NUMBER, 0.1), Question("", BOOLEAN, True), Question("", WORD, "go")]
    answers = {"q1": 2.0, "q2": 0.1 * (1 + 9e-7), "q3": 1, "q4": "Go", "q5": "more"}
    assert scored(asked, answers) == Score(0.5, (2.0, 0.1 * (1 + 9e-7), 1, "Go"), (True, True, False, False))
    monstrous = {"q1": 10**400, "q2": "1" * 999, "q3": [True], "q4": {"a": 1}}
    assert scored(asked, monstrous) == Score(0.0, (None,) * 4, (False,) * 4)
    assert schema_of(asked)["properties"]["q3"] == {"type": "boolean"}


@pytest.mark.parametrize("reply", ["", "I do not know", '{"q1": NaN}', Reply('{"q1": 2}', FAILED)])
def test_a_reply_that_cannot_be_used_scores_nothing(reply):
    score, _ = answered([Question("", INTEGER, 2)], reply)
    assert score.share == 0.0
    assert score.complaint


def test_labels_stand_in_texts_and_answers():
    def words(text):
        return text.replace("cooperate", "A").replace("defect", "B")

    plain, labelled = (questions(make("matrix"), 0, 0, MANY, **how) for how in ({}, {"words": words}))
    assert [words(one.text) for one in plain] == [one.text for one in labelled]
    assert {one.right for one in labelled if one.kind == WORD} <= {"A", "B"}
    assert any(one.kind == WORD for one in labelled)
