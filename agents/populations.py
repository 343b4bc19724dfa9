"""Who may sit in a seat: one agent, one of several by their shares, or one that enters later.

A seat is a name, settings of one agent, a **mix** (``{mix: [{agent: …, share: …}, …]}``), or an agent that **enters**
(``{agent: …, from_step: k, before: …}``). An agent whose norms are a **population** is a mix of agents that differ in
their norms alone.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from ..envs.settings import Range, SettingError, refuse, unknown

POPULATIONS: dict[str, tuple[tuple[float, dict[str, float]], ...]] = {
    # Fehr & Schmidt 1999 (QJE 114:817), Table III: α 0 (30 %), .5 (30 %), 1 (30 %), 4 (10 %); β 0 (30 %), .25 (30 %),
    # .6 (40 %); perfectly correlated, as their section V takes them to be
    "fehr_schmidt_1999": (
        (0.3, {"envy": 0.0, "guilt": 0.0}),
        (0.3, {"envy": 0.5, "guilt": 0.25}),
        (0.3, {"envy": 1.0, "guilt": 0.6}),
        (0.1, {"envy": 4.0, "guilt": 0.6}),
    ),
}
"""Published distributions of types: the share of each, and its norms, all else neutral."""
MIX, SHARE, FROM_STEP, BEFORE = "mix", "share", "from_step", "before"
_SHARES = Range(0, 1, above=True)
_SUM = 1e-6  # how far shares may be from a sum of 1


class Part(NamedTuple):
    """One of those who may sit in a seat: its share, and the settings of an agent."""

    share: float
    spec: dict[str, Any]


def spec_of(given: Any) -> dict[str, Any]:
    """A seat as settings. Raises ``SettingError`` for what is no seat."""
    if not isinstance(given, str | Mapping):
        raise refuse("seats", given, "a name, settings of an agent such as {agent: gtft, q: 0.3}, or an Agent")
    return {"agent": given} if isinstance(given, str) else dict(given)


def is_mixed(given: Any) -> bool:
    """Do several agents share the seat?"""
    return isinstance(given, Mapping) and (MIX in given or _population(given) is not None)


def enters(given: Any) -> bool:
    """Does the seat change hands at some step?"""
    return isinstance(given, Mapping) and (FROM_STEP in given or BEFORE in given)


def parts_of(given: Any) -> list[Part]:
    """Everyone who may sit in a seat, each a single agent (which may be one that enters); shares sum to 1.

    Raises ``SettingError`` for shares that are not positive or do not sum to 1, for a mix within a mix, and for a
    population that nobody knows.

    >>> [(part.share, part.spec["agent"]) for part in parts_of({"mix": [
    ...     {"agent": "tft", "share": 0.75}, {"agent": "alld", "share": 0.25}]})]
    [(0.75, 'tft'), (0.25, 'alld')]
    """
    return [one for part in _listed(spec_of(given)) for one in _of_norms(part)]


def _listed(spec: dict[str, Any]) -> list[Part]:
    """The agents of a mix as they are listed; a single agent where there is none."""
    if MIX not in spec:
        return [Part(1.0, spec)]
    mix = spec.pop(MIX)
    if spec:
        raise SettingError(f"a mix takes no settings beside it: write {next(iter(spec))!r} with the agents of the mix")
    if not isinstance(mix, Sequence) or isinstance(mix, str) or not mix:
        raise refuse("seats.mix", mix, "a list of agents with their shares, such as [{agent: tft, share: 1}]")
    parts = [_part(one) for one in mix]
    total = sum(part.share for part in parts)
    if abs(total - 1) > _SUM:
        raise refuse("seats.mix.share", [part.share for part in parts], f"shares with a sum of 1, and not {total:g}")
    return parts


def _part(given: Any) -> Part:
    if not isinstance(given, Mapping) or SHARE not in given:
        raise refuse("seats.mix", given, "settings of an agent with its share, such as {agent: tft, share: 0.5}")
    spec = dict(given)
    share = spec.pop(SHARE)
    if MIX in spec:
        raise refuse("seats.mix", given, "one agent: a mix within a mix is written as one mix")
    if isinstance(share, bool) or not isinstance(share, int | float) or share not in _SHARES:
        raise refuse("seats.mix.share", share, _SHARES)
    return Part(float(share), spec)


def _of_norms(part: Part) -> list[Part]:
    """An agent with a population of norms, as agents with one norm each; any other as it is."""
    name = _population(part.spec)
    if name is None:
        return [part]
    if name not in POPULATIONS:
        raise unknown("population of norms", name, POPULATIONS)
    over = {key: value for key, value in part.spec["norms"].items() if key != "population"}
    return [Part(part.share * share, {**part.spec, "norms": {**norm, **over}}) for share, norm in POPULATIONS[name]]


def _population(spec: Mapping[str, Any]) -> Any:
    own = spec.get("norms")
    return own.get("population") if isinstance(own, Mapping) else None


def everyone(given: Any) -> Iterator[dict[str, Any]]:
    """The settings of every agent that may play in a seat at any time."""
    for part in parts_of(given):
        yield part.spec
        if BEFORE in part.spec:
            yield spec_of(part.spec[BEFORE])


def completed(given: Any, complete: Callable[[dict[str, Any]], dict[str, Any]]) -> dict[str, Any]:
    """The seat with what ``complete`` adds to the settings of everyone who may play in it."""
    if is_mixed(given):
        return {MIX: [{**completed(part.spec, complete), SHARE: part.share} for part in parts_of(given)]}
    spec = complete(spec_of(given))
    return {**spec, BEFORE: completed(spec[BEFORE], complete)} if BEFORE in spec else spec


def spelled(given: Any) -> str:
    """A seat as one word of a table.

    >>> spelled({"agent": "gtft", "q": 0.3})
    'gtft(q=0.3)'
    >>> spelled({"mix": [{"agent": "tft", "share": 0.75}, {"agent": "alld", "share": 0.25}]})
    'mix(tft:0.75,alld:0.25)'
    """
    if not isinstance(given, Mapping):
        return str(given)
    if MIX in given:
        return f"mix({','.join(f'{spelled(part.spec)}:{part.share:g}' for part in _listed(dict(given)))})"
    settings = ",".join(_words(given))
    return f"{given.get('agent')}({settings})" if settings else str(given.get("agent"))


def _words(settings: Mapping[str, Any], prefix: str = "") -> Iterator[str]:
    for name, value in settings.items():
        if isinstance(value, Mapping) and name != BEFORE:
            yield from _words(value, f"{prefix}{name}.")
        elif name != "agent":
            per_world = isinstance(value, np.ndarray) or (name == "norms" and isinstance(value, list))
            yield f"{prefix}{name}={'(by world)' if per_world else spelled(value)}"
