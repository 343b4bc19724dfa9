"""The rules of the package deal in words."""

from typing import Any

from ..game import told_continuation
from ..paraphrases import Wordings, worded
from .sheets import TOP


def letter(issue: int) -> str:
    """A, B, …, Z, A1, B1, …"""
    return chr(ord("A") + issue % 26) + (str(issue // 26) if issue >= 26 else "")


def brief(q: Any, seat: int, paraphrase: int) -> list[str]:
    """The rules under the parameters ``q``."""
    lines = [*_deals(q, seat), *_talks(q), *_vote(q), _nothing(q, seat)]
    if q.horizon_known:
        speeches = min(q.rounds + 1, q.horizon) - 1
        count = (
            f"There are {speeches} speeches before the final proposal.",
            f"The final proposal comes after {speeches} speeches.",
            f"Before the final proposal {speeches} speeches are made.",
        )
        lines.append(count)
    return [
        *(worded(paraphrase, *line) for line in lines),
        *told_continuation(q.continuation, "step", paraphrase, "the talks go on"),
    ]


def _deals(q: Any, seat: int) -> list[Wordings]:
    """Who looks for what, and what it is worth."""
    issues = ", ".join(f"{letter(k)}1 to {letter(k)}{count}" for k, count in enumerate(q.options))
    parties = f"agent_0 to agent_{q.n_agents - 1}"
    return [
        (
            f"You are agent_{seat}, one of {q.n_agents} parties ({parties}) who look for a deal on {len(q.options)}"
            " issues.",
            f"There are {q.n_agents} parties ({parties}) who look for a deal on {len(q.options)} issues, and you are"
            f" agent_{seat}.",
            f"A deal on {len(q.options)} issues is what {q.n_agents} parties ({parties}) look for. Among them you are"
            f" agent_{seat}.",
        ),
        (
            f"A deal takes one option of each issue: {issues}.",
            f"Each issue has options, of which a deal takes one: {issues}.",
            f"One option of each issue makes a deal: {issues}.",
        ),
        (
            f"Your score of a deal is the sum of your scores of its options, {TOP} for the best; you need at least your"
            " threshold.",
            f"Your scores of its options add up to your score of a deal, which is {TOP} for the best; you need your"
            " threshold or more.",
            "To get your score of a deal add up your scores of its options. You need at least your threshold, and the"
            f" best deal has {TOP}.",
        ),
        (
            "Everybody sees all scores and thresholds.",
            "All scores and thresholds are seen by everybody.",
            "No score and no threshold is hidden from anybody.",
        )
        if q.common_knowledge
        else (
            "Nobody sees another's scores.",
            "The scores of another are seen by nobody.",
            "Everybody's scores are hidden from all others.",
        ),
    ]


def _talks(q: Any) -> list[Wordings]:
    """Who proposes when."""
    return [
        (
            "agent_0's favourite deal is on the table. Then one after the other proposes a deal; who speaks is drawn"
            f" from all but the last speaker. The last {q.window} speeches can be seen.",
            "At first the favourite deal of agent_0 is on the table. After that deals are proposed one after the other,"
            f" by a speaker drawn from all but the last one. One can see the last {q.window} speeches.",
            "On the table is the deal that agent_0 likes best. Whoever is drawn from all but the last speaker then"
            f" proposes a deal, and so on one after the other. What can be seen are the last {q.window} speeches.",
        ),
        (
            "In the end agent_0 makes the final proposal, and that one is voted on.",
            "The final proposal is made by agent_0 in the end, and the vote is on that one.",
            "What is voted on is the final proposal, which in the end agent_0 makes.",
        ),
    ]


def _vote(q: Any) -> list[Wordings]:
    """What passes, and what it pays."""
    return [
        (
            "In the vote all say yes or no at the same time.",
            "All say yes or no in the vote, each at the same time as the others.",
            "To vote is to say yes or no, which all do at the same time.",
        )
        if q.vote == "free"
        else (
            "In the vote everybody says yes whose score is at least its threshold.",
            "Everybody whose score is at least its threshold says yes in the vote.",
            "Whoever has a score of at least its threshold says yes in the vote.",
        ),
        (
            f"It passes with at least {q.n_agents - 1} yes, among them agent_0 and agent_1.",
            f"To pass it needs {q.n_agents - 1} yes or more, with agent_0 and agent_1 among them.",
            f"If at least {q.n_agents - 1} say yes, agent_0 and agent_1 among them, it passes.",
        ),
        (
            "It also passes if all say yes when agent_0 counts its bonus.",
            "If all say yes when agent_0 counts its bonus, it passes too.",
            "When agent_0 counts its bonus and all then say yes, it passes as well.",
        ),
        (
            f"If it passes you get your score less your threshold, and agent_0 {q.bonus:g} more if all said yes.",
            f"You get your score less your threshold if it passes; if all said yes, agent_0 gets {q.bonus:g} more.",
            f"When it passes, your score less your threshold is yours, and {q.bonus:g} more go to agent_0 if all said"
            " yes.",
        ),
    ]


def _nothing(q: Any, seat: int) -> Wordings:
    """What one has without a deal."""
    if q.adversary and (q.common_knowledge or q.adversary.party == seat):
        has = "you have" if q.adversary.party == seat else f"agent_{q.adversary.party} has"
        left = f"{q.adversary.no_deal:g} less the threshold"
        return (
            f"If nothing passes {has} {left}; others get 0.",
            f"Others get 0 if nothing passes, and {has} {left}.",
            f"Should nothing pass, {has} {left} and others get 0.",
        )
    return (
        "If nothing passes you get 0.",
        "You get 0 if nothing passes.",
        "Should nothing pass, you get 0.",
    )
