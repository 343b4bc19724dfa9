"""Gifts in words."""

from typing import Any

import numpy as np

from ..game import Floats
from .assessment import in_words

PERCENT = 100
BEST_IMAGE = 5


def brief(q: Any) -> list[str]:
    """The rules under the parameters ``q``."""
    lines = [
        f"There are {q.n_agents} of you, and each begins with {q.endowment:g} units.",
        "You give and are given to by turns: in every step half of you are donors, and each donor meets one of"
        " the others.",
    ]
    if q.binary:
        lines.append(
            f"A donor gives or keeps. Giving costs it {q.cost:g} and brings the other {q.benefit:g};"
            " whoever has less than it costs cannot give."
        )
    else:
        lines.append(
            "A donor gives any percentage of its units, and the other gets"
            f" {q.benefit_multiplier:g} times what it gives."
        )
    if q.n_agents > 2:
        lines.append("Whom you meet changes from step to step, and who gave to you is seldom whom you give to.")
    told = {
        "none": "A donor is told nothing of what the other did before.",
        "trace": "A donor is told which part of its units the other gave when it last gave, which part the one it"
        f" gave to had given before that, and so on, up to {q.trace_depth} acts.",
        "image": "A donor is told the other's score: one more for each gift, one less for each refusal,"
        f" between -{BEST_IMAGE} and {BEST_IMAGE}.",
        "standing": "A donor is told whether the other is good or bad, and all know what they are themselves."
        f" {_judged(q)}",
    }
    lines.append(told[q.information])
    if q.action_noise:
        lines.append(f"A gift comes to nothing with probability {q.action_noise:g}.")
    return lines


def _judged(q: Any) -> str:
    """How standings come about, in words."""
    error = f"; with probability {q.assessment_error:g} it is put down wrongly" if q.assessment_error else ""
    return f"All begin as good. {in_words(q.assessment_rule)}{error}."


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
