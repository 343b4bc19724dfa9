"""The rules of alternating offers in words."""

from typing import Any

from ..game import told_continuation
from ..paraphrases import Wordings, worded


def brief(q: Any, seat: int, paraphrase: int) -> list[str]:
    """The rules under the parameters ``q``."""
    lines = [*_offers(q, seat), *_ways_out(q, seat)]
    if q.horizon_known:
        periods = (
            f"There are at most {q.horizon} periods.",
            f"The number of periods is {q.horizon} at most.",
            f"No more than {q.horizon} periods are possible.",
        )
        lines.append(periods)
    without = f"{100 * q.disagreement[seat]:g} percent of the pie"
    disagreement = (
        f"Without an agreement you get {without}.",
        f"You get {without} if there is no agreement.",
        f"Should you not agree, {without} is what you get.",
    )
    return [
        *(worded(paraphrase, *line) for line in lines),
        *told_continuation(q.continuation, "period", paraphrase, "the talks go on"),
        worded(paraphrase, *disagreement),
    ]


def _offers(q: Any, seat: int) -> list[Wordings]:
    """What is divided and how, and what waiting costs."""
    whose = "yours" if seat == 0 else "the other's"
    lines = [
        (
            f"You and one other divide a pie of {q.pie_units} units by turns.",
            f"There is a pie of {q.pie_units} units, which you and one other divide by turns.",
            f"By turns you divide a pie of {q.pie_units} units with one other.",
        ),
        (
            f"{'You make' if seat == 0 else 'The other makes'} the first offer.",
            f"The first offer is {whose}.",
            f"It begins with an offer {'of yours' if seat == 0 else 'of the other'}.",
        ),
        (
            "Whoever gets an offer accepts it, or makes a counter-offer, which opens the next period.",
            "There are two answers to an offer: whoever gets it accepts it, or opens the next period by a"
            " counter-offer.",
            "Whoever gets an offer makes a counter-offer, with which the next period opens, or accepts it.",
        ),
        (
            f"Every period that passes multiplies what your share is worth by {q.delta[seat]:g}.",
            f"What your share is worth is multiplied by {q.delta[seat]:g} with every period that passes.",
            f"With every period that passes your share is worth {q.delta[seat]:g} times as much as before.",
        ),
    ]
    if q.common_knowledge:
        others = (
            f"For the other it is multiplied by {q.delta[1 - seat]:g}.",
            f"For the other's share this factor is {q.delta[1 - seat]:g}.",
            f"The share of the other is worth {q.delta[1 - seat]:g} times as much.",
        )
        lines.append(others)
    return lines


def _ways_out(q: Any, seat: int) -> list[Wordings]:
    """How talks can end before they must, where they can."""
    lines = []
    if q.outside_option:
        own, other = (f"{100 * q.outside_option[i]:g} percent" for i in (seat, 1 - seat))
        leaving = (
            f"Instead of answering you may leave, which is worth {own} of the pie to you and nothing to the other.",
            f"You may leave instead of answering: to you this is worth {own} of the pie, and to the other nothing.",
            f"It is worth {own} of the pie to you, and nothing to the other, if you leave, as you may instead of"
            " answering.",
        )
        lines.append(leaving)
        if q.common_knowledge:
            left = (
                f"If the other leaves it gets {other}.",
                f"The other gets {other} if it leaves.",
                f"By leaving the other gets {other}.",
            )
            lines.append(left)
    if q.breakdown:
        share = f"{100 * q.breakdown_payoff[seat]:g} percent"
        breakdown = (
            f"After each refusal talks break down with probability {q.breakdown:g}; then you get {share}.",
            f"With probability {q.breakdown:g} a refusal makes talks break down, and you get {share} if it does.",
            f"The probability that talks break down after a refusal is {q.breakdown:g}; you get {share} in that case.",
        )
        lines.append(breakdown)
    return lines
