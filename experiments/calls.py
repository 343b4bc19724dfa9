"""How a study's calls to language models are made and accounted for: one ledger, one exchange, tallies by chunk."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ..agents.llm.agent import LLM, SCRIPTED
from ..agents.llm.exchange import Exchange, Tallies, using
from ..agents.llm.ledger import Ledger
from ..agents.llm.prices import Prices
from ..envs.settings import refuse
from . import store
from .cells import Cell
from .schema import Calls

LEDGER = "ledger.sqlite"
RECORDINGS = Path(__file__).parent / "recordings"
RECORDED = "recorded/"
"""Begins the names of ledgers that come with comity."""


def asks(cells: Sequence[Cell]) -> bool:
    """Does any seat ask a language model?"""
    return any(cell.minds(LLM.name) for cell in cells)


def ledger_path(calls: Calls, directory: Path | None) -> Path | None:
    """The file of a study's calls, None: it is kept in memory, as there is no directory of results either. Raises
    ``SettingError`` for a recording that comity does not have.
    """
    if calls.ledger is None:
        return None if directory is None else directory / LEDGER
    if calls.ledger.startswith(RECORDED):
        path = RECORDINGS / f"{calls.ledger.removeprefix(RECORDED)}.sqlite"
        if not path.exists():
            known = ", ".join(f"{RECORDED}{one.stem}" for one in sorted(RECORDINGS.glob("*.sqlite")))
            raise refuse("llm.ledger", calls.ledger, f"a file, or one of {known}")
        return path
    return Path(calls.ledger)


def check_calls(calls: Calls, directory: Path | None) -> None:
    """Raises ``SettingError``, before anything is played, for what cannot be carried out."""
    path = ledger_path(calls, directory)
    if calls.answers == "replay" and (path is None or not path.exists()):
        raise refuse("llm.ledger", str(path), "the ledger of a study that was played before, where llm.answers=replay")
    if calls.ledger is not None and calls.ledger.startswith(RECORDED) and calls.answers != "replay":
        raise refuse("llm.answers", calls.answers, f"replay where the ledger is {calls.ledger}")
    if calls.prices is not None:
        Prices.read(calls.prices)


@contextmanager
def opened(calls: Calls, directory: Path | None) -> Iterator[Exchange]:
    """The exchange of a study, in use while this is open."""
    path = ledger_path(calls, directory)
    ledger = Ledger(path, read_only=calls.answers == "replay")
    prices = None if calls.prices is None else Prices.read(calls.prices)
    limits = {name: getattr(calls, name) for name in ("answers", "concurrency", "budget_usd", "timeout", "tries")}
    with Exchange(ledger, prices=prices, **limits) as exchange, using(exchange):
        yield exchange


@contextmanager
def tallied(exchange: Exchange, directory: Path | None, chunk: str) -> Iterator[None]:
    """Adds what is asked and paid here to the tallies of a chunk, whatever happens; nowhere without a directory."""
    if directory is None:
        yield
        return
    before = exchange.tallies
    try:
        yield
    finally:
        path = directory / store.CALLS / f"{chunk}.json"
        earlier = json.loads(path.read_text()) if path.exists() else Tallies()._asdict()
        now = exchange.tallies
        spent = {name: earlier[name] + getattr(now, name) - getattr(before, name) for name in Tallies._fields}
        store.write_json(path, spent)


def tallies_of(directory: Path) -> list[Tallies]:
    """What was asked and paid so far, one for each chunk that asked."""
    return [Tallies(**json.loads(path.read_text())) for path in sorted((directory / store.CALLS).glob("*.json"))]


def told(calls: Calls, cells: Sequence[Cell], directory: Path) -> dict[str, Any] | None:
    """What the manifest says of the calls so far; None where no seat asks a model.

    ``cache_share`` is the share of calls that the ledger answered in all sessions of this study; ``spent_usd`` what it
    paid in them, null where the price of any call is not known.
    """
    minds = [mind for cell in cells for mind in cell.minds(LLM.name)]
    if not minds:
        return None
    models = sorted({mind["model"] for mind in minds})
    tallies = tallies_of(directory)
    sums = {name: sum(getattr(one, name) for one in tallies) for name in Tallies._fields}
    asked = sums["live"] + sums["cached"]
    return {
        "models": models,
        "scripted": any(model.startswith(SCRIPTED) for model in models),
        "answers": calls.answers,
        "ledger": calls.ledger if calls.ledger is not None else LEDGER,
        "calls": asked,
        "live": sums["live"],
        "cached": sums["cached"],
        "cache_share": sums["cached"] / asked if asked else None,
        "refused": sums["refused"],
        "failed": sums["failed"],
        "prompt_tokens": sums["prompt_tokens"],
        "completion_tokens": sums["completion_tokens"],
        "spent_usd": None if sums["unknown_cost"] else round(sums["usd"], 9),
        "known_usd": round(sums["usd"], 9),
        **{name: getattr(calls, name) for name in ("budget_usd", "concurrency", "timeout", "tries", "prices")},
    }
