"""The settings of a language model in a seat. What decides how calls are made and kept is a setting of the study."""

from typing import Annotated, NamedTuple

from ...envs.settings import Choice, Range
from .prompt import CHANNELS, TEXT

GIVEN_LABELS, NEUTRAL_LABELS, SWAPPED_LABELS = LABELS = ("given", "neutral", "swapped")
MEMORIES = ("none", "window", "summary", "ledger")
RANDOM, NOOP, LAST, ABORT = POLICIES = ("random", "noop", "last", "abort")
BY_SEED, *_ = WORDINGS = ("by_seed", "first", "second", "third")
MOST_ROUNDS = 10


class Params(NamedTuple):
    """One language model: who answers, what it is told, what it is asked for, and what happens to a useless answer."""

    model: Annotated[str, "who answers: a name that litellm knows (openai/…, ollama_chat/…), or scripted/<agent>"] = ""
    api_base: Annotated[str | None, "address of an OpenAI-compatible server; none: the provider's own"] = None
    temperature: Annotated[float | None, Range(0, 2), "none: the provider's own"] = 1.0
    top_p: Annotated[float | None, Range(0, 1, above=True), "none: the provider's own"] = None
    max_tokens: Annotated[int, Range(1, 1_000_000), "of an answer, at most"] = 800
    reasoning: Annotated[bool, "does an answer begin with its reasons?"] = True
    forecast: Annotated[bool, "does an answer say what the other is going to do, and how probably?"] = False
    channel: Annotated[str, Choice(*CHANNELS), "how the norm of the seat reaches it (NORMS.md §1)"] = TEXT
    stance: Annotated[str, "a named text in the prompt, beside the norm"] = "none"
    text: Annotated[str, "a text of your own in the prompt, beside the norm"] = ""
    labels: Annotated[str, Choice(*LABELS), "of moves: the game's words, A and B as listed, or A and B by seed"] = (
        GIVEN_LABELS
    )
    paraphrase: Annotated[str, Choice(*WORDINGS), "which of three wordings it is told"] = BY_SEED
    memory: Annotated[str, Choice(*MEMORIES), "what it is told of the past"] = "window"
    window: Annotated[
        int, Range(1, 1000), "turns, stages among them, that a window holds, or after which a summary is written"
    ] = 10
    reflect_every: Annotated[int, Range(0, 1_000_000), "steps between private reflections; 0: none"] = 0
    questions: Annotated[int, Range(0, 20), "comprehension questions before play"] = 0
    talk: Annotated[int, Range(0, MOST_ROUNDS), "rounds of talk before each step of the game"] = 0
    talk_placebo: Annotated[bool, "is what is heard of another world?"] = False
    re_ask: Annotated[int, Range(0, 10), "times that it is asked again after an answer that cannot be used"] = 2
    invalid_policy: Annotated[str, Choice(*POLICIES), "who moves then: random (a legal move), noop, last, abort"] = (
        RANDOM
    )
