"""Gifts in words."""

from typing import Any

import numpy as np

from ..game import Floats
from ..neutral import cooperation_as
from ..paraphrases import Wordings, worded
from .assessment import in_words

PERCENT = 100
BEST_IMAGE = 5
WORDS = ("keep", "give")
FORMS = {
    **cooperation_as("{1}"),
    "donor": "chooser",
    "donors": "choosers",
    "donor of": "chooser for",
    "keep": "{0}",
    "keeps": "chooses {0}",
    "keeps from": "chooses {0} for",
    "refusal": "{0}",
    "give": "{1}",
    "gives": "chooses {1}",
    "gives or keeps": "chooses {1} or {0}",
    "gives to": "chooses {1} for",
    "giving": "{1}",
    "to give": "to choose {1}",
    "can give": "can choose {1}",
    "cannot give": "cannot choose {1}",
    "gift": "{1}",
    "a gift": "a choice of {1}",
    # whose turn it is, whichever the choice
    "give to": "choose for",
    "gave to": "chose for",
    "you give and are given to": "you choose and are chosen for",
    "you may be given something by": "a choice for you may be made by",
    "nobody has given anything": "nobody has chosen anything",
    "has not given to anybody": "has not chosen anything",
    "you had nothing to give, and were given nothing": "you had no choice, and nobody had one for you",
    # what was chosen
    "gave a gift": "chose {1}",
    "gave nothing": "chose {0}",
    "given a gift": "chosen {1}",
    "given nothing": "chosen {0}",
    "you were given a gift": "{1} was chosen for you",
    "you were given nothing": "{0} was chosen for you",
    "which part of its units the other gave when it last gave": "what the other chose when it last chose",
    "which part the one it gave to had given": "what the one it chose for had chosen",
    "the part of its units that the other gave when it last gave": "what the other chose when it last chose",
    "the part that the one it gave to had given": "what the one it chose for had chosen",
    # what institutions do with points and payoff
    "can be given": "can be allotted",
    "gave you": "brought you",
    "point gives": "point brings",
    "gives up": "parts with",
}
"""What stands in the place of the words for both moves, and of what donates, under neutral labels."""


def brief(q: Any, paraphrase: int) -> list[str]:
    """The rules under the parameters ``q``."""
    lines = [
        (
            f"There are {q.n_agents} of you, and each begins with {q.endowment:g} units.",
            f"Each of you, {q.n_agents} in all, has {q.endowment:g} units at the start.",
            f"You are {q.n_agents} in all and start with {q.endowment:g} units each.",
        ),
        (
            "You give and are given to by turns: in every step half of you are donors, and each donor meets one of"
            " the others.",
            "In every step half of you are donors, each of whom meets one of the others, so that you give and are given"
            " to by turns.",
            "By turns you give and are given to: each step makes half of you donors, and has each donor meet one of the"
            " others.",
        ),
        _gift(q),
    ]
    if q.n_agents > 2:
        changing = (
            "Whom you meet changes from step to step, and who gave to you is seldom whom you give to.",
            "From step to step you meet others, and you seldom give to the one who gave to you.",
            "Whom you meet is not the same from step to step, and the one who gave to you is seldom whom you give to.",
        )
        lines.append(changing)
    lines.append(_known(q))
    if q.action_noise:
        lost = (
            f"A gift comes to nothing with probability {q.action_noise:g}.",
            f"With probability {q.action_noise:g} a gift comes to nothing.",
            f"There is a probability of {q.action_noise:g} that nothing comes of a gift.",
        )
        lines.append(lost)
    return [worded(paraphrase, *line) for line in lines]


def _gift(q: Any) -> Wordings:
    """What a donor can do."""
    if q.binary:
        return (
            f"A donor gives or keeps. Giving costs it {q.cost:g} and brings the other {q.benefit:g};"
            " whoever has less than it costs cannot give.",
            f"In each meeting the donor gives or keeps. Giving brings the other {q.benefit:g} at a cost of {q.cost:g}"
            " to the donor, and nobody can give who has less than this cost.",
            f"There are two choices for a donor: it gives, which costs it {q.cost:g} and brings the other"
            f" {q.benefit:g}, or it keeps. To give is not possible for whoever has less than the cost.",
        )
    return (
        f"A donor gives any percentage of its units, and the other gets {q.benefit_multiplier:g} times what it gives.",
        f"The other gets {q.benefit_multiplier:g} times what a donor gives, which is any percentage of the donor's"
        " units.",
        f"What a donor gives is any percentage of its units; the other gets {q.benefit_multiplier:g} times as much.",
    )


def _known(q: Any) -> Wordings:
    """What a donor is told of the other's past."""
    if q.information == "standing":
        first, second, third = _judged(q)
        return (
            f"A donor is told whether the other is good or bad, and all know what they are themselves. {first}",
            f"Everybody knows of itself whether it is good or bad, and as a donor is told it of the other. {second}",
            f"Whether the other is good or bad is told to a donor, and each knows it of itself. {third}",
        )
    told: dict[str, Wordings] = {
        "none": (
            "A donor is told nothing of what the other did before.",
            "What the other did before is not told to a donor.",
            "Of what the other did before a donor learns nothing.",
        ),
        "trace": (
            "A donor is told which part of its units the other gave when it last gave, which part the one it gave to"
            f" had given before that, and so on, up to {q.trace_depth} acts.",
            f"Up to {q.trace_depth} acts are told to a donor: the part of its units that the other gave when it last"
            " gave, the part that the one it gave to had given before that, and so on.",
            "Which part of its units the other gave when it last gave is told to a donor, then which part the one it"
            f" gave to had given before that, and so on; the acts told are {q.trace_depth} at most.",
        ),
        "image": (
            "A donor is told the other's score: one more for each gift, one less for each refusal,"
            f" between -{BEST_IMAGE} and {BEST_IMAGE}.",
            f"Everybody has a score between -{BEST_IMAGE} and {BEST_IMAGE}, to which each gift adds one and from which"
            " each refusal takes one; a donor is told the other's.",
            f"The score of the other, which lies between -{BEST_IMAGE} and {BEST_IMAGE}, is told to a donor. It rises"
            " by one with each gift, and falls by one with each refusal.",
        ),
    }
    return told[q.information]


def _judged(q: Any) -> Wordings:
    """How standings come about, in words."""
    p = q.assessment_error
    errors = (
        f"; with probability {p:g} it is put down wrongly",
        f"; what is put down is wrong with probability {p:g}",
        f". The probability that a standing is put down wrongly is {p:g}",
    )
    begins = ("All begin as good.", "At the start all are good.", "Everybody is good at first.")
    parts = zip(begins, in_words(q.assessment_rule), errors if p else ("", "", ""), strict=True)
    first, second, third = (f"{begin} {rule}{error}." for begin, rule, error in parts)
    return first, second, third


def view(q: Any, world: Any, seat: int) -> list[str]:
    """The last step, the meeting, and what is known of the other."""
    other = int(world["partner"][seat])
    lines = [f"Step {world['step'] + 1} of {q.horizon}."] if q.horizon_known else []
    lines += _last_step(q, world, seat)
    lines.append(f"You have {world['holdings'][seat]:g} units.")
    if q.information == "standing":
        lines.append(f"You are {_standing(world, seat)}.")
    who = f"agent {other}, who has {world['holdings'][other]:g} units"
    if not world["donates"][seat]:
        return [*lines, f"In this step you may be given something by {who}."]
    lines.append(f"In this step you are the donor of {who}.")
    if q.information == "trace":
        lines.append(_told_trace(q, world["trace"][other]))
    elif q.information == "image":
        lines.append(f"Its score is {world['image'][other]}.")
    elif q.information == "standing":
        lines.append(f"It is {_standing(world, other)}.")
    return lines


def _standing(world: Any, seat: int) -> str:
    return "good" if world["good"][seat] else "bad"


def _last_step(q: Any, world: Any, seat: int) -> list[str]:
    """The own part in the last step."""
    if world["step"] == 0:
        return ["Nobody has given anything yet."]
    gave, received = world["cooperation"][seat], world["received"][seat]
    change = f"your units changed by {world['payoff'][seat]:g}"
    if not np.isnan(gave):
        return [f"In the last step you gave {_part(q, gave)}: {change}."]
    if not np.isnan(received):
        return [f"In the last step you were given {_part(q, received)}: {change}."]
    return [f"In the last step you had nothing to give, and were given nothing: {change}."]


def _part(q: Any, fraction: float) -> str:
    if q.binary:
        return "a gift" if fraction else "nothing"
    return f"{PERCENT * fraction:g} percent of what the donor had"


def _told_trace(q: Any, trace: Floats) -> str:
    """The chain of gifts that ends at the recipient."""
    known = [_part(q, fraction) for fraction in trace if not np.isnan(fraction)]
    if not known:
        return "It has not given to anybody yet."
    links = [f"When it last could, it gave {known[0]}."]
    links += [f"The one it gave to had given {part} before that." for part in known[1:2]]
    links += [f"And the one before had given {part}." for part in known[2:]]
    return " ".join(links)
