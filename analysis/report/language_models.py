"""The section on language models: what stands on their replies, and what these cost."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import polars as pl

from ..models import models
from .design import asked_models
from .formats import between, count, definition, dollars, listed, num, percent
from .markup import Markup, el
from .parts import arm_title, game_title, norm
from .tables import MOST_ROWS, head, sortable
from .words import MODELS

TITLE, ANCHOR = "Language models", "language-models"
Row = dict[str, Any]


class Column(NamedTuple):
    """A column of the table: its head, what the head means, the number that it is sorted by, and how it is shown."""

    label: str
    text: str
    value: str
    show: Callable[[Row], tuple[str, str]]
    """The number, and what stands in small letters below it."""


def section(episodes: pl.DataFrame, order: pl.DataFrame, manifest: Mapping[str, Any]) -> Markup | None:
    """The section; None where no seat asked a model.

    ``order`` is :func:`...summary.cells`. Everything in these tables that a model or its name could have written is
    escaped.
    """
    found = models(episodes)
    if found.is_empty():
        return None
    rows = order.join(found, on="cell", maintain_order="left_right")
    parts = [el("h2", TITLE), el("p", MODELS), _told(asked_models(manifest)), _table(rows)]
    return el("section", *parts, id=ANCHOR)


def _told(llm: Mapping[str, Any]) -> Markup | None:
    """Who answered, how, and what this run paid for it."""
    if not llm:
        return None
    answers = {"live": "asked live", "replay": "replayed from a ledger"}.get(str(llm.get("answers")), "")
    spent, budget, share = llm.get("spent_usd"), llm.get("budget_usd"), llm.get("cache_share")
    lines = [
        ("models", listed(llm.get("models") or [])),
        ("answers", answers),
        ("ledger", llm.get("ledger") or ""),
        ("calls", f"{llm['calls']:,}, {percent(share)} of them answered from the ledger" if "calls" in llm else ""),
        ("paid by this run", "not known: some prices are not" if spent is None else f"US$ {dollars(spent)}"),
        ("budget", "" if budget is None else f"US$ {dollars(budget)}"),
    ]
    told = [part for word, text in lines if text for part in (el("dt", word), el("dd", text))]
    return el("dl", *told, class_="legend")


def _table(rows: pl.DataFrame) -> Markup:
    columns = [column for column in COLUMNS if column.value in ALWAYS or rows[column.value].is_not_null().any()]
    heads = [head("norm", "The norm, and what else was set."), head("seats", "How the seats were filled.")]
    heads += [head("game", "The game."), head("model", "Who sat there.")]
    heads += [head(column.label, column.text) for column in columns]
    body = [_line(row, columns) for row in rows[:MOST_ROWS].iter_rows(named=True)]
    more = f" (the first {MOST_ROWS} of {len(rows):,})" if len(rows) > MOST_ROWS else ""
    return sortable(TITLE, [el("tr", *heads)], [body], caption="By setting and model" + more)


def _line(row: Row, columns: list[Column]) -> Markup:
    first = el("th", norm(row["norms"], row["condition"]), scope="row")
    names = [el("td", arm_title(row["seats"])), el("td", game_title(row["game"])), el("td", row["who"])]
    return el("tr", first, *names, *[_cell(row, column) for column in columns])


def _cell(row: Row, column: Column) -> Markup:
    value, (shown, below) = row[column.value], column.show(row)
    small = el("small", below) if below else None
    title = f"n = {count(int(row['worlds']), 'world')}"
    return el("td", shown, small, data_v=None if value is None else f"{value:.9g}", title=title)


def _measure(key: str, show: Callable[[Row], tuple[str, str]], label: str = "") -> Column:
    meaning = definition(key)
    return Column(label or meaning.label, str(meaning), key, show)


def _counted(key: str) -> Callable[[Row], tuple[str, str]]:
    return lambda row: ("–" if row[key] is None else f"{row[key]:,.0f}", "")


def _shared(key: str) -> Callable[[Row], tuple[str, str]]:
    return lambda row: (percent(row[key]), "")


def _cooperation(row: Row) -> tuple[str, str]:
    return num(row["coop"]), between(row["coop_lower"], row["coop_upper"])


def _calls(row: Row) -> tuple[str, str]:
    troubles = {"llm_refused": "refused", "llm_failed": "failed", "llm_truncated": "cut off"}
    there = [f"{row[key]:,.0f} {word}" for key, word in troubles.items() if row[key]]
    return f"{row['llm_calls']:,.0f}", ", ".join(there)


def _cost(row: Row) -> tuple[str, str]:
    share = row["known_cost_share"]
    return dollars(row["llm_cost"]), "" if share in (None, 1) else f"known for {percent(share)}"


def _brier(row: Row) -> tuple[str, str]:
    return num(row["forecast_brier"]), "" if row["forecast_brier"] is None else f"n = {row['llm_forecasts']:,.0f}"


def _waited(row: Row) -> tuple[str, str]:
    each = None if not row["llm_calls"] or row["llm_latency"] is None else row["llm_latency"] / row["llm_calls"]
    return num(row["llm_latency"]), "" if each is None else f"{num(each)} a call"


COLUMNS = (
    Column("worlds", "Worlds played: the unit of replication.", "worlds", _counted("worlds")),
    Column(
        "cooperation of valid choices",
        "Mean cooperation label of the model's seats over the choices that had a usable reply; below it the bounds "
        "with all others as defection, and as cooperation.",
        "coop",
        _cooperation,
    ),
    _measure("invalid_rate", _shared("invalid_rate")),
    _measure("invalid_rate_in_stages", _shared("invalid_rate_in_stages")),
    _measure("first_try_invalid", _shared("first_try_invalid")),
    _measure("llm_asked", _counted("llm_asked")),
    _measure("llm_calls", _calls),
    _measure("llm_prompt_tokens", _counted("llm_prompt_tokens")),
    _measure("llm_completion_tokens", _counted("llm_completion_tokens")),
    _measure("llm_cost", _cost),
    _measure("llm_latency", _waited),
    _measure("seed_honoured", _shared("seed_honoured")),
    _measure("comprehension", lambda row: (num(row["comprehension"]), "")),
    _measure("forecast_brier", _brier),
    _measure("llm_summaries_lost", _counted("llm_summaries_lost")),
    _measure("llm_reflections_lost", _counted("llm_reflections_lost")),
)
ALWAYS = frozenset({"coop", "invalid_rate", "llm_cost", "llm_prompt_tokens", "llm_completion_tokens"})
"""Columns that are shown even if nothing is known: that this is so is what they tell."""
