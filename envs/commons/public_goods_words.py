"""The rules of the public good in words."""

from typing import Any

from ..paraphrases import Wordings, worded


def brief(q: Any, anonymous: bool, paraphrase: int) -> list[str]:
    """The rules under the parameters ``q``; ``anonymous``: it is not told who gave what."""
    amount = f"{'a whole number of tokens' if q.integer else 'a number of tokens'} between 0 and {q.endowment:g}"
    lines = [
        *_groups(q),
        (
            f"In each step you get {q.endowment:g} tokens. All say at once how many they give to their group: {amount}."
            " What you do not give is yours.",
            f"You get {q.endowment:g} tokens in each step, and those that you do not give are yours. How many they give"
            f" to their group is what all say at once: {amount}.",
            f"Each step brings you {q.endowment:g} tokens. What each gives to its group is {amount}, as all say at"
            " once; the rest is yours.",
        ),
        _pays(q),
        (
            "After each step you are told what the others in your group gave, not who.",
            "What the others in your group gave is told to you after each step, but not who gave it.",
            "When a step is over you learn what the others in your group gave, yet not who gave it.",
        )
        if anonymous
        else (
            "After each step you are told what the others in your group gave.",
            "What the others in your group gave is told to you after each step.",
            "When a step is over you learn what the others in your group gave.",
        ),
    ]
    return [worded(paraphrase, *line) for line in lines]


def _groups(q: Any) -> list[Wordings]:
    """Who is with whom."""
    if q.group_choice:
        return [
            (
                f"There are {q.n_agents} of you. In each step all first choose at once between two groups, SI and SFI.",
                f"You are {q.n_agents} in all. Each step begins with a choice between two groups, SI and SFI, which all"
                " make at once.",
                f"Two groups, SI and SFI, are open to the {q.n_agents} of you: at the start of each step all choose at"
                " once between them.",
            ),
            (
                "Then you are told how many are in your group.",
                "After that you are told how many are in your group.",
                "How many are in your group is what you are told then.",
            ),
        ]
    if q.matching == "stranger":
        strangers = (
            f"There are {q.population} of you. In each step groups of {q.n_agents} are drawn by lot.",
            f"You are {q.population} in all, of whom a lot makes groups of {q.n_agents} in each step.",
            f"In each step a lot divides the {q.population} of you into groups of {q.n_agents}.",
        )
        return [strangers]
    others = q.n_agents - 1
    partners = (
        f"You and {others} others are a group.",
        f"There is one group: you and {others} others.",
        f"Your group is made up of {others} others and you.",
    )
    return [partners]


def _pays(q: Any) -> Wordings:
    """What a gift brings."""
    if q.multiplier is None:
        return (
            f"Each token that a group is given earns {q.mpcr:g} tokens for every one of its members.",
            f"Every member of a group earns {q.mpcr:g} tokens by each token that the group is given.",
            f"For each token given to it a group earns {q.mpcr:g} tokens for every one of its members.",
        )
    return (
        f"All that a group was given is multiplied by {q.multiplier:g} and shared equally among its members.",
        f"The members of a group share equally what it was given, multiplied by {q.multiplier:g}.",
        f"To all members of a group together goes {q.multiplier:g} times what it was given, in equal shares.",
    )
