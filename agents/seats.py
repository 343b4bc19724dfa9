"""Who sits where: from what a user types to agents in seats."""

import functools
import importlib
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ..envs.game import Game
from ..envs.settings import SettingError, check, refuse, unknown
from .agent import Agent
from .norms import Norms, norms, pack
from .norms import conduct as conduct_of
from .populations import BEFORE, FROM_STEP, enters, is_mixed, parts_of, spec_of
from .sharing import Entering, Mixed
from .stages.conduct import Conduct
from .stages.conducts import conducts
from .stages.in_stages import InStages

MODULES = (
    "scripted.binary",
    "scripted.zero_determinant",
    "scripted.reactive",
    "scripted.axelrod_first",
    "scripted.axelrod_bridge",
    "scripted.giving",
    "scripted.trusting",
    "scripted.fishing",
    "scripted.contributing",
    "scripted.heeding",
    "scripted.appropriating",
    "scripted.foraging",
    "scripted.bargaining",
    "scripted.concession",
    "scripted.arming",
    "scripted.crises",
    "scripted.deescalation",
    "scripted.packages",
    "scripted.reputed",
    "scripted.listening",
)
CARRIERS = ("norms", "fixed")
ROLES = {
    "reciprocator": {
        "matrix": "tft",
        "donor": "copying",
        "trust": "fair_trust",
        "fishery": "conditional",
        "public_goods": "conditional_cooperator",
        "appropriation": "conditional_appropriator",
        "climate": "conditional_giver",
        "harvest": "conditional_forager",
        "cleanup": "turn_taker",
        "alternating_offers": "fair",
        "ultimatum": "fair",
        "division": "fair",
        "buy_sell": "fair",
        "exchange": "fair",
        "scorable": "compromise",
        "standoff": "mirror",
        "arms_race": "richardson",
        "crisis": "mirror",
    },
    "exploiter": {
        "matrix": "alld",
        "donor": "never_gives",
        "trust": "embezzler",
        "fishery": "greedy",
        "public_goods": "free_rider",
        "appropriation": "everything",
        "climate": "free_rider",
        "harvest": "glutton",
        "cleanup": "harvester",
        "alternating_offers": "tough",
        "ultimatum": "tough",
        "division": "tough",
        "buy_sell": "tough",
        "exchange": "tough",
        "scorable": "hardliner",
        "standoff": "hawk",
        "arms_race": "build",
        "crisis": "hawk",
    },
}
"""A part that a strategy plays in each game, so that one study can seat it in all of them."""


@functools.cache
def agents() -> tuple[type[Agent], ...]:
    """Every kind of agent; two may have one name if no game is played by both."""
    from .deliberator import Deliberator
    from .exemplar import Exemplar
    from .llm.agent import LLM

    modules = [importlib.import_module(f".{module}", __package__) for module in MODULES]
    return (Deliberator, Exemplar, LLM, *(cls for module in modules for cls in module.STRATEGIES))


@functools.cache
def agents_of(game: str) -> dict[str, type[Agent]]:
    """The kinds of agents that play a game, by name."""
    return {cls.name: cls for cls in agents() if not cls.games or game in cls.games}


def agents_for(game: str) -> list[str]:
    """The names of the agents that play a game, and of the roles."""
    return [*agents_of(game), *sorted(role for role, played in ROLES.items() if game in played)]


def seat(game: Game, given: "str | Mapping[str, Any] | Agent", worlds: int = 1) -> Agent:
    """An agent for one seat of ``worlds`` worlds of ``game``.

    ``given`` is a name, an :class:`~.agent.Agent`, or a mapping: ``agent`` (a name), ``norms`` (preset, settings, or a
    list of one per world), ``conduct`` (``fixed``: a scripted strategy keeps its own numbers whatever its norms),
    ``stages`` (what it does in the stages of institutions, :func:`~.stages.conducts.conducts`), and the agent's own
    settings, each a number or an array of one per world; or the mapping is one of those that :mod:`.populations`
    describes. Raises ``SettingError`` before anything is played.
    """
    if isinstance(given, Agent):
        _plays(game, type(given.itself))
        given.check(game)
        return given if isinstance(given, InStages) else _staged(game, given, {})
    if is_mixed(given):
        parts = parts_of(given)
        return Mixed([seat(game, part.spec, worlds) for part in parts], [part.share for part in parts])
    if enters(given):
        return _entering(game, given, worlds)
    spec = spec_of(given)
    if not isinstance(spec.get("agent"), str):
        raise SettingError(
            f"seat {spec!r} names no agent: it must have 'agent', one of {', '.join(agents_for(game.name))}"
        )
    cls = _class(game, spec.pop("agent"))
    carrier, norm = spec.pop("conduct", "norms"), spec.pop("norms", None)
    in_stages = conducts(spec.pop("stages", {}))
    if carrier not in CARRIERS:
        raise refuse("seats.conduct", carrier, f"one of {', '.join(CARRIERS)}")
    agent = cls(_params(cls, spec, worlds))
    agent.check(game)
    player = agent.played_by(norm)
    if player is not None:
        agent.take_player(seat(game, player, worlds))
    if norm is not None:
        per_world = (
            [norms(one) for one in norm]
            if isinstance(norm, Sequence) and not isinstance(norm, str | Norms)
            else [norms(norm)]
        )
        if len(per_world) not in (1, worlds):
            raise refuse("seats.norms", f"{len(per_world)} norms", f"one norm, or one for each of {worlds} worlds")
        _instil(game, agent, per_world, carrier == "fixed")
    return _staged(game, agent, in_stages)


def _staged(game: Game, agent: Agent, in_stages: Mapping[str, Conduct]) -> Agent:
    """The agent, with a conduct for every stage that it does not play itself: its own where it is given none."""
    own = {**conducts(agent.in_stages), **in_stages}
    asked = {name: one for name, one in own.items() if name in game.stages}
    if not game.stages or (agent.plays_stages and not asked):
        return agent
    return InStages(agent, asked)


def _entering(game: Game, given: "str | Mapping[str, Any]", worlds: int) -> Agent:
    """One agent, and after some steps another."""
    spec = spec_of(given)
    step, before = spec.pop(FROM_STEP, None), spec.pop(BEFORE, None)
    if isinstance(step, bool) or not isinstance(step, int) or not 1 <= step < game.max_steps:
        raise refuse("seats.from_step", step, f"a whole number >= 1, below the {game.max_steps} steps of {game.name}")
    if before is None or is_mixed(before) or enters(before) or isinstance(before, Agent):
        raise refuse("seats.before", before, "who plays the steps before: a name, or settings of one agent")
    return Entering(seat(game, before, worlds), seat(game, spec, worlds), step)


def _class(game: Game, name: str) -> type[Agent]:
    """The class behind a name or a role."""
    if name in ROLES and game.name not in ROLES[name]:
        raise SettingError(
            f"nobody plays the {name} in {game.name}: name an agent, one of {', '.join(agents_for(game.name))}"
        )
    name = ROLES[name][game.name] if name in ROLES else name
    found = agents_of(game.name).get(name)
    if found is None:
        raise _stranger(game, name) if any(cls.name == name for cls in agents()) else _unknown(game, name)
    return found


def _plays(game: Game, cls: type[Agent]) -> None:
    if cls.games and game.name not in cls.games:
        raise _stranger(game, getattr(cls, "name", cls.__name__))


def _stranger(game: Game, name: str) -> SettingError:
    return SettingError(f"agent {name!r} does not play {game.name}. Agents that do: {', '.join(agents_for(game.name))}")


def _unknown(game: Game, name: str) -> SettingError:
    return unknown(f"agent for {game.name}", name, agents_for(game.name))


def _params(cls: type[Agent], given: Mapping[str, Any], worlds: int) -> Any:
    """The agent's settings, where a value may be an array of one per world."""
    prefix = f"seats.{cls.name}."
    arrays = {name: np.asarray(value) for name, value in given.items() if isinstance(value, np.ndarray)}
    single = {name: value for name, value in given.items() if name not in arrays}
    params = check(cls.Params, single, prefix)
    for name, values in arrays.items():
        if name in cls.shared:
            raise refuse(prefix + name, "an array", "one value for all worlds")
        if values.shape != (worlds,):
            raise refuse(
                prefix + name, f"an array of shape {values.shape}", f"a number, or an array of {worlds} numbers"
            )
        for value in np.unique(values):
            check(cls.Params, {name: value.item()}, prefix)
        params = params._replace(**{name: values.astype(np.float64)})
    return params


def _instil(game: Game, agent: Agent, per_world: list[Norms], fixed: bool) -> None:
    """Hands norms to whatever in the agent can carry them; a strategy without knobs ignores them."""
    take = getattr(agent, "take_norms", None)
    if take is None or (agent.knobs and fixed):
        return
    if not agent.knobs:
        rows = pack(per_world, game.n_agents, game.signals).rows  # complains of groups or patients that do not fit
        if (rows["compassion"] > 0).any() and not math.isfinite(game.anchors().optimum):
            known = f"0 in {game.name} with these parameters: need is a share of its optimum, which is not known"
            raise refuse("norms.compassion", float(rows["compassion"].max()), known)
        take(per_world)
        return
    rows = pack(per_world, game.n_agents, game.signals).rows
    take(*conduct_of(rows if len(rows) > 1 else rows[0]))


def carries_norms(game: Game, given: "str | Mapping[str, Any]") -> bool:
    """Do norms change what this seat does? Reports say where they do not."""
    spec = {"agent": given} if isinstance(given, str) else given
    cls = _class(game, spec["agent"])
    return hasattr(cls, "take_norms") and not (cls.knobs and spec.get("conduct") == "fixed")


def fill(game: Game, given: Sequence[Any]) -> list[Any]:
    """One entry per seat: those given, the last of which fills the seats that are left. More than there are seats is an
    error.

    So ``["greedy", "deliberator"]`` is one exploiter among deliberators, however many sit at the table.
    """
    if isinstance(given, str) or not given or len(given) > game.n_agents:
        raise refuse("seats", list(given), f"1 to {game.n_agents} agents, for {game.n_agents} seats of {game.name}")
    return [given[min(k, len(given) - 1)] for k in range(game.n_agents)]
