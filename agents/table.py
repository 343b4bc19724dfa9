"""Who sits at a table: an agent for every seat, in the order given or in another one in each world."""

from collections.abc import Callable, Sequence
from typing import Any

from ..envs.game import Game
from ..envs.settings import refuse
from .agent import Agent
from .populations import completed, parts_of, spelled
from .seats import fill, seat
from .sharing import Mixed, Shuffled

GIVEN, SHUFFLED = SEATINGS = ("given", "shuffled")


def table(
    game: Game,
    seats: Sequence[Any],
    worlds: int = 1,
    seating: str = GIVEN,
    complete: Callable[[dict[str, Any]], dict[str, Any]] = dict,
) -> list[Agent]:
    """An agent for each seat of ``worlds`` worlds of ``game``, from ``seats``, of which the last fills those left.

    ``seating`` is ``given`` (they sit as they are listed) or ``shuffled`` (in each world in an order drawn from its
    seed); ``complete`` adds to the settings of everyone what all have in common. Raises ``SettingError``.
    """
    if seating not in SEATINGS:
        raise refuse("seating", seating, f"one of {', '.join(SEATINGS)}")
    filled = fill(game, seats)
    if seating == GIVEN:
        return [_seated(game, given, worlds, complete) for given in filled]
    if any(isinstance(given, Agent) for given in filled):
        raise refuse("seats", filled, "names or settings where the seating is shuffled: an agent has one seat only")
    places = [min(k, len(seats) - 1) for k in range(len(filled))]
    return [Shuffled([_seated(game, given, worlds, complete) for given in seats], places) for _ in filled]


def _seated(game: Game, given: Any, worlds: int, complete: Callable[[dict[str, Any]], dict[str, Any]]) -> Agent:
    """The agent of one seat, with the name by which tables know it."""
    if isinstance(given, Agent):
        return seat(game, given, worlds)
    agent = seat(game, completed(given, complete), worlds)
    if isinstance(agent, Mixed):
        for member, part in zip(agent.agents, parts_of(given), strict=True):
            member.label = spelled(part.spec)
    else:
        agent.label = spelled(given)
    return agent
