"""The donor game over generations: Vallinder & Hughes 2024, "Cultural Evolution of Cooperation among LLM Agents" (arXiv
2412.10270).

Twelve language models each write down a strategy, then play the donor game of twelve steps with it before them. The
better half, by what it ended with, goes on into the next generation with its strategies; newcomers take the places of
the others, and write strategies of their own after reading those of the better half and what each had ended with. So it
goes for ten generations. A generation is played twice, once with either class donating first, and what counts is the
mean of both; who is equal is ranked by lot.

The game is ``donor`` with the preset ``vallinder_hughes``, or ``vallinder_hughes_punish`` with ``punishment``. Each
generation of each run has a seed of its own, so that a run is the same alone and beside others.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from ...agents.agent import Agent
from ...agents.llm.agent import LLM, SCRIPTED
from ...agents.llm.checks import EXAMPLES
from ...agents.llm.exchange import exchange
from ...agents.llm.making import minds_of
from ...agents.llm.mind import Mind
from ...agents.llm.settings import BY_SEED, MEMORIES, POLICIES, RANDOM, WORDINGS, Params
from ...agents.llm.strategies import Advice
from ...agents.seats import seat
from ...analysis.llm import coop_bounds, coop_bounds_by_seat, cost, invalid_rate
from ...analysis.measure import Interval
from ...analysis.statistics import bootstrap_ci
from ...envs.catalogue import make
from ...envs.chance import keys, uniforms, world_seeds
from ...envs.game import Floats, Game
from ...envs.record import Record
from ...envs.settings import Choice, Range, refuse
from ..calls import check_calls, opened
from ..play import run
from ..schema import Calls

if TYPE_CHECKING:
    import polars

Bools = npt.NDArray[np.bool_]

NAME = "vallinder_hughes_2024"
LOT, MUTATION = range(2)  # what a draw is for
LINE = ["run", "generation", "seed", "seat", "since", "holdings", "given", "stays", "strategy"]
_LANE = -6  # of the chance of a run's seed


class Settings(NamedTuple):
    """Of the model, of the course of generations, and of the calls; the numbers of the game are those of the paper."""

    model: Annotated[str, "who answers: a name that litellm knows (openai/…, ollama_chat/…), or scripted/<agent>"] = ""
    api_base: Annotated[str | None, "address of an OpenAI-compatible server; none: the provider's own"] = None
    temperature: Annotated[float | None, Range(0, 2), "none: the provider's own"] = 1.0
    max_tokens: Annotated[int, Range(1, 1_000_000), "of an answer, at most"] = 800
    reasoning: Annotated[bool, "does an answer begin with its reasons?"] = True
    text: Annotated[str, "a text of your own in every prompt, such as what follows from ending with more"] = ""
    paraphrase: Annotated[str, Choice(*WORDINGS), "which of three wordings the models are told"] = BY_SEED
    memory: Annotated[str, Choice(*MEMORIES), "what they are told of the steps before, beside what the game shows"] = (
        "none"
    )
    window: Annotated[int, Range(1, 1000), "steps that a window holds, or after which a summary is written"] = 10
    re_ask: Annotated[int, Range(0, 10), "times that they are asked again after an answer that cannot be used"] = 2
    invalid_policy: Annotated[str, Choice(*POLICIES), "who moves then: random (a legal move), noop, last, abort"] = (
        RANDOM
    )
    punishment: Annotated[bool, "may donors spend x to take 2x from another?"] = False
    generations: Annotated[int, Range(1, 1000), "one after another"] = 10
    words: Annotated[int, Range(10, 1000), "of a strategy, at most"] = 100
    mutation: Annotated[
        float, Range(0, 1), "probability that a newcomer reads no strategies before it writes its own"
    ] = 0.0
    runs: Annotated[int, Range(2, 10**4), "populations"] = 5
    seed: Annotated[int, Range(0, 2**63 - 1), "of the first; the next has the next one"] = 0
    answers: Annotated[str, Choice("live", "replay"), "where answers come from; replay: from the ledger alone"] = "live"
    ledger: Annotated[str | None, "the file of all calls; none: in runs/, and in memory if the model is scripted"] = (
        None
    )
    budget_usd: Annotated[
        float | None, Range(0), "US dollars that all calls of the ledger may cost; none: no limit"
    ] = None
    concurrency: Annotated[int, Range(1, 10_000), "calls in flight at once, at most"] = 16
    timeout: Annotated[float, Range(0, 3600, above=True), "of a call (seconds)"] = 60.0
    tries: Annotated[int, Range(1, 100), "of a call, before it counts as failed"] = 6
    prices: Annotated[str | None, "a YAML file of prices; none: those that litellm knows"] = None


class Societies(NamedTuple):
    """What became of all runs: a row for each of the ``generations`` (see :func:`measure`), and one for each of the
    ``strategies`` of each generation: ``run``, ``generation``, ``seed`` of its worlds, ``seat``; ``since``, the
    generation in which it was written; the agent's ``holdings`` at the end, a mean over both plays, and the mean share
    that it had ``given`` as a donor; whether it ``stays``; and the ``strategy``, untrusted text in one line.
    """

    generations: "polars.DataFrame"
    strategies: "polars.DataFrame"


def measure(q: Settings) -> "polars.DataFrame":
    """One row per generation.

    Columns: ``generation``, ``runs``; ``holdings``, mean final holdings per head, and ``given``, the mean share of its
    holdings that a donor gave, of the choices that could be read, each a mean over runs with a 95 % bootstrap interval
    over runs (``…_low``, ``…_high``); ``given_least`` and ``given_most``, what ``given`` would be had every answer that
    could not be read meant nothing, or everything; ``invalid``, the share of decisions without an answer that could be
    used; ``unwritten``, that of newcomers without a strategy; ``survivors``, the share of agents that played in the
    generation before; ``calls`` of all runs and their price ``usd`` (null where that of any call is not known), both as
    the ledger has them; ``model``. Raises ``SettingError`` before anything is played.
    """
    if not q.model.strip():
        raise refuse(f"{NAME}.model", q.model, EXAMPLES)
    directory = None if q.model.startswith(SCRIPTED) else Path("runs") / NAME
    calls = Calls(**{name: getattr(q, name) for name in Calls._fields})
    check_calls(calls, directory)
    tables = _tables(q)
    if directory is not None and calls.ledger is None:
        directory.mkdir(parents=True, exist_ok=True)
    with opened(calls, directory):
        return _societies(q, tables).generations


def societies(q: Settings) -> Societies:
    """The same, and the strategies, by the exchange in use (:func:`~comity.agents.llm.exchange.using`), to which the
    settings of calls are left.
    """
    return _societies(q, _tables(q))


class _Table(NamedTuple):
    """Who plays a generation, and with which class donating first."""

    game: Game
    agents: list[Agent]


def _tables(q: Settings) -> list[_Table]:
    """Of both plays of a generation."""
    preset = "vallinder_hughes_punish" if q.punishment else "vallinder_hughes"
    told = {name: getattr(q, name) for name in Params._fields if name in Settings._fields}
    games = [make("donor", preset=preset, class_swap=swapped) for swapped in (False, True)]
    return [_Table(game, [seat(game, {"agent": LLM.name, **told}, q.runs) for _ in game.agents]) for game in games]


def _societies(q: Settings, tables: Sequence[_Table]) -> Societies:
    """Generation after generation, all runs at once."""
    import polars

    n = tables[0].game.n_agents
    run_keys = np.asarray(keys(world_seeds(q.seed, q.runs), _LANE))
    strategies: list[list[str]] = [[""] * n for _ in range(q.runs)]
    advice: list[list[Advice]] = [[] for _ in range(q.runs)]
    stays, since = np.zeros((q.runs, n), np.bool_), np.zeros((q.runs, n), np.int64)
    rows, lines = [], []
    for generation in range(1, q.generations + 1):
        seeds, fresh = np.asarray(keys(run_keys, generation)), ~stays
        since[fresh] = generation
        read = np.asarray(uniforms(run_keys[:, None], generation, MUTATION, np.arange(n))) >= q.mutation
        writers = _write(q, tables[0], seeds, fresh, read, advice, strategies)
        records = [_played(table, seeds, strategies) for table in tables]
        holdings = np.mean([_holdings(record) for record in records], axis=0)
        lots = np.asarray(uniforms(run_keys[:, None], generation, LOT, np.arange(n)))
        ranks = np.lexsort((lots, -holdings))[:, : n // 2]  # the best first
        np.put_along_axis(stays := np.zeros_like(fresh), ranks, True, axis=1)
        advice = [[Advice(strategies[r][i], float(holdings[r, i])) for i in best] for r, best in enumerate(ranks)]
        unwritten = np.mean([not strategies[r][i] for r, i in np.argwhere(fresh)])
        told = {"generation": generation, "runs": q.runs, **_measured(holdings, records)}
        shares = {"unwritten": float(unwritten), "survivors": float(1 - fresh.mean())}
        rows.append({**told, **shares, **_spent(writers, records), "model": q.model})
        given = coop_bounds_by_seat(*_labels(records)).value
        for r, i in np.ndindex(fresh.shape):
            written = (r, generation, int(seeds[r]), i, int(since[r, i]))
            lines.append((*written, holdings[r, i], given[r, i], bool(stays[r, i]), strategies[r][i]))
    return Societies(
        polars.DataFrame(rows, schema_overrides={"usd": polars.Float64}),
        polars.DataFrame(lines, LINE, orient="row", schema_overrides={"seed": polars.UInt64}),
    )


def _write(
    q: Settings, table: _Table, seeds: npt.NDArray[np.uint64], fresh: Bools, read: Bools,
    advice: Sequence[Sequence[Advice]], strategies: list[list[str]],
) -> list[Mind]:  # fmt: skip
    """The ``fresh`` (R, N) write their strategies into ``strategies``, after the ``advice`` of their run where they
    ``read`` (R, N) it. Who asked for them is returned.
    """
    hint = json.dumps({"strategy": q.model.removeprefix(SCRIPTED)}) if q.model.startswith(SCRIPTED) else None
    places = [(r, i) for i in range(fresh.shape[1]) for r in np.flatnonzero(fresh[:, i]).tolist()]
    minds = [minds_of(table.agents[i].params, table.game, i, seeds[r : r + 1], None)[0] for r, i in places]
    told = [[one for one in advice[r] if one.strategy] if read[r, i] else [] for r, i in places]
    written = exchange().run([mind.strategy(of, q.words, hint) for mind, of in zip(minds, told, strict=True)])
    for (r, i), strategy in zip(places, written, strict=True):
        strategies[r][i] = strategy
    return minds


def _played(table: _Table, seeds: npt.NDArray[np.uint64], strategies: Sequence[Sequence[str]]) -> Record:
    """A generation of each run."""
    for agent, of_seat in zip(table.agents, zip(*strategies, strict=True), strict=True):
        assert isinstance(agent, LLM)
        agent.take_strategies(of_seat)
    return run(table.game, table.agents, seeds)


def _holdings(record: Record) -> Floats:
    """(R, N) at the end, with what punishment cost and took."""
    return record.game.params.endowment + record.rewards.sum(axis=1)


def _labels(records: Sequence[Record]) -> tuple[Floats, Bools]:
    """What was given (R, T, N), and whether that was no choice, one play after the other."""
    invalid = [np.zeros(one.rewards.shape, np.bool_) if one.invalid is None else one.invalid for one in records]
    return np.concatenate([one.cooperation for one in records], axis=1), np.concatenate(invalid, axis=1)


def _measured(holdings: Floats, records: Sequence[Record]) -> dict[str, float]:
    """Means over runs, with intervals."""
    bounds = coop_bounds(*_labels(records))
    found = {"holdings": bootstrap_ci(holdings.mean(axis=1)), "given": bootstrap_ci(bounds.value)}
    told = {key: value for name, interval in found.items() for key, value in _told(name, interval).items()}
    return {**told, "given_least": float(np.mean(bounds.lower)), "given_most": float(np.mean(bounds.upper))}


def _spent(writers: Sequence[Mind], records: Sequence[Record]) -> dict[str, Any]:
    """What could not be used, and what all calls cost."""
    written = [mind.told() for mind in writers]
    sums = {
        name: sum(one[name] for one in written) + sum(float(record.accounts[name].sum()) for record in records)
        for name in ("asked", "invalid", "calls", "cost", "cost_unknown")
    }
    usd = float(cost(sums["cost"], sums["cost_unknown"], sums["calls"]).value)
    return {
        "invalid": float(invalid_rate(sums["invalid"], sums["asked"]).value),
        "calls": int(sums["calls"]),
        "usd": None if np.isnan(usd) else usd,
    }


def _told(name: str, found: Interval) -> dict[str, float]:
    return {name: float(found.value), f"{name}_low": float(found.low), f"{name}_high": float(found.high)}
