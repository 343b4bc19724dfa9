"""What the measures of language models mean (METRICS.md §13): what they cost, and how far their replies can be trusted.

What a model used is no merit in itself, and neither end of it is better.
"""

from .definition import (
    ALL,
    DEGENERATE,
    DOWN,
    NEITHER,
    NOTHING,
    POSITIVE,
    SHARE,
    UP,
    Definition,
    cooperation,
)

_READ = "whoever always says the same is always read"


def _used(label: str, text: str, allowed: str = POSITIVE) -> Definition:
    return Definition(label, text, allowed, NEITHER)


def _invalid(label: str, text: str) -> Definition:
    return Definition(label, text, SHARE, DOWN, DEGENERATE, _READ)


LLM: dict[str, Definition] = {
    "coop_lower": cooperation(
        "cooperation, invalid as none", "Cooperation (pooled) if every invalid choice had been to defect."
    ),
    "coop_upper": Definition(
        "cooperation, invalid as full",
        "Cooperation (pooled) if every invalid choice had been to cooperate: 1 where no reply at all could be used.",
        SHARE,
        NEITHER,
    ),
    "invalid_rate": _invalid(
        "invalid",
        "Share of the decisions asked of language models that had no usable reply, after all that were asked again; "
        "a declared policy moved instead.",
    ),
    "invalid_rate_in_game": _invalid("invalid in the game", "The same of the moves of the game alone."),
    "invalid_rate_in_stages": _invalid(
        "invalid in stages", "The same of the moves in stages of institutions; undefined if none was asked for."
    ),
    "first_try_invalid": _invalid(
        "invalid at first", "Share of the decisions whose first reply could not be used, before any was asked again."
    ),
    "llm_asked": _used("decisions asked", "Decisions that language models were asked for, in the game and in stages."),
    "llm_calls": _used("calls", "Calls to language models of any purpose."),
    "llm_refused": _used("calls refused", "Calls that the model or its provider would not answer."),
    "llm_failed": _used("calls failed", "Calls without a reply after all tries."),
    "llm_truncated": _used("replies cut off", "Calls whose reply was cut off at the limit of its length."),
    "llm_tries": _used("tries", "Tries of all calls; more than the calls where some had to be repeated."),
    "llm_prompt_tokens": _used("tokens sent", "Tokens sent; undefined if those of any call are unknown."),
    "llm_completion_tokens": _used("tokens received", "Tokens received; undefined if those of any call are unknown."),
    "llm_latency": _used("seconds waited", "Seconds that replies took, summed over calls that may have run at once."),
    "llm_cost": _used(
        "cost, US$", "Tokens × price, as when first asked; undefined, never less, if the price of any call is unknown."
    ),
    "known_cost_share": _used("price known", "Share of calls whose price is known.", SHARE),
    "seed_honoured": _used(
        "seed honoured", "Share of calls whose sampling seed was taken; undefined where it is not known.", SHARE
    ),
    "comprehension": Definition(
        "comprehension",
        "Share of questions about the rules, asked before play, that were answered rightly; undefined if none was.",
        SHARE,
        UP,
        DEGENERATE,
        "who knows the rules may play anything",
    ),
    "forecast_brier": Definition(
        "Brier score",
        "Mean (p − outcome)² of stated forecasts of another's act: .25 for always saying one half; undefined without "
        "any.",
        SHARE,
        DOWN,
        (NOTHING, ALL),
        "play that never changes is forecast without fault",
    ),
    "llm_forecasts": _used("forecasts", "Forecasts that were stated and could be compared with the act."),
    "llm_summaries_lost": _used("summaries lost", "Summaries asked for that could not be used."),
    "llm_reflections_lost": _used("reflections lost", "Reflections asked for that could not be used."),
}
"""The measures of all seats that ask a model, and of each seat by itself."""

LLM |= {f"{key}_by_seat": meaning._replace(label=f"{meaning.label}, by seat") for key, meaning in LLM.items()}
