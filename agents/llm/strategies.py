"""Strategies that agents write down before they play, having read those of others who did well before them, if any.

What is written is untrusted text: of limited length, in one line, and quoted wherever it is shown.
"""

from collections.abc import Sequence
from typing import NamedTuple

from ...envs.paraphrases import worded
from .asking import Asker, answered, texts_of, texts_schema
from .calls import STRATEGY, Asking
from .words import quoted

NAMES = ("strategy",)


class Advice(NamedTuple):
    """A strategy of one who played before, and the ``units`` that it ended with."""

    strategy: str
    units: float


class Writing(NamedTuple):
    """How a strategy is asked for: of at most so many ``words``, with or without ``reasoning`` before it, at most
    ``attempts`` times.
    """

    words: int
    reasoning: bool
    attempts: int

    @property
    def names(self) -> tuple[str, ...]:
        """The keys of an answer, in order."""
        return ("reasoning", *NAMES) if self.reasoning else NAMES


def write(request: Asker, advice: Sequence[Advice], how: Writing, paraphrase: int) -> Asking[str]:
    """Asks for a strategy, after ``advice`` in the order given; empty where no answer can be used."""
    parts = [told_advice(advice, paraphrase), asked_for_strategy(how, paraphrase)]
    answer = yield from answered(
        request,
        STRATEGY,
        "\n\n".join(part for part in parts if part),
        texts_schema(how.names),
        # nobody reads the reasoning, so nothing about it makes an answer unusable
        lambda found: texts_of({name: found[name] for name in found if name != "reasoning"}, NAMES, how.words),
        how.attempts,
    )
    return "" if answer.value is None else answer.value[0]


def told_advice(advice: Sequence[Advice], paraphrase: int) -> str:
    """The strategies of those who played before, quoted one a line; empty where there are none."""
    if not advice:
        return ""
    heading = worded(
        paraphrase,
        "Others have played this before you. These are the strategies of those who ended with the most units, the most"
        " first, each after the units that it ended with on average:",
        "This was played before by others. Of those who had the most units at the end, beginning with the most, here"
        " are the units that they had at the end on average, and the strategies that they had written down:",
        "You are not the first to play this. What follows is how many units those who ended with the most had at the"
        " end on average, from the most downwards, and by which strategy:",
    )
    return "\n".join([heading, *(f"{one.units:.6g}: {quoted(one.strategy)}" for one in advice)])


def asked_for_strategy(how: Writing, paraphrase: int) -> str:
    """What to write, and in which form."""
    told = {
        "reasoning": '"reasoning": what you consider, in a few sentences that nobody else sees',
        "strategy": f'"strategy": the strategy that you are going to follow, in at most {how.words} words',
    }
    keys = "; ".join(told[name] for name in how.names)
    return worded(
        paraphrase,
        "Before it begins, write down a strategy of your own. You will see it before each of your choices, and nothing"
        f" else of what you write now. Answer with one JSON object and nothing else. Its keys are {keys}.",
        "Play has not begun. Make a strategy of your own now and write it down; it is all of your answer that stands"
        f" before you at each of your choices. Your answer is a single JSON object that has the keys {keys}.",
        "What is your own strategy? Write it down before play begins: of this answer it is what you will have before"
        f" you whenever you choose. Reply by exactly one JSON object. It holds {keys}.",
    )
