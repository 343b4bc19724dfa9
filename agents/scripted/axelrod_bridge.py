"""Any strategy of the library Axelrod 4.13.1 (Knight et al., doi:10.21105/joss.00021) in a seat of a matrix game."""

import contextlib
import difflib
import importlib
import importlib.util
import multiprocessing
from collections.abc import Iterator
from typing import Annotated, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from ...envs.game import Floats, Game
from ...envs.settings import SettingError
from ..agent import Agent, View
from .binary import OWN_DEFECTED, PARTNER_DEFECTED, PARTNER_NONE
from .payoffs import symmetric

SUGGESTIONS = 3
SEED_BITS = 32  # NumPy's RandomState, from which Axelrod draws, takes no more


class Axelrod(Agent):
    """A strategy of Axelrod's by its ``name`` or its class, one player object per world.

    A player's own history is what was realised, the other's what was seen; it takes all whom it meets for one partner,
    and has no turn where it sits out. It knows the payoffs, the action noise, and the number of turns where the horizon
    is known. Its chance is its own, seeded world by world. It takes thirty to some hundred times as long as array
    code.
    """

    name = "axelrod"
    games = ("matrix",)
    shared = ("strategy",)

    class Params(NamedTuple):
        """Whom it seats."""

        strategy: Annotated[str, "name or class of a strategy of Axelrod 4.13.1"] = "Tit For Tat"

    def check(self, game: Game) -> None:
        """Needs the library, a strategy of it, and payoffs such as its players know."""
        symmetric(game, self.name)
        if importlib.util.find_spec("axelrod") is None:
            raise SettingError(
                f"agent {self.name!r} needs the library Axelrod, which is an extra: pip install 'comity[axelrod]'"
            )
        strategy(library(), self.params.strategy)

    def begin(self, game: Game, seat: int, seeds: npt.NDArray[np.uint64]) -> None:
        """Makes the players, and for each an object that stands for whom it meets."""
        super().begin(game, seat, seeds)
        axelrod = library()
        made, known = strategy(axelrod, self.params.strategy), game.params.horizon_known
        reward, sucker, temptation, punishment = symmetric(game, self.name)
        attributes = {
            "length": game.params.horizon if known else float("inf"),
            "game": axelrod.Game(r=reward, s=sucker, t=temptation, p=punishment),
            "noise": game.params.action_noise,
        }
        self._moves = (axelrod.Action.C, axelrod.Action.D)
        self._players = [_player(made, attributes, key) for key in self.keys]
        self._others = [axelrod.MockPlayer() for _ in self.keys]
        self._partner = game.field_index.get("partner")

    def act(self, view: View) -> Floats:
        """Writes the last round into the histories, and asks the players who meet somebody."""
        self.step += 1
        seen = view.observations
        met = seen[:, PARTNER_NONE] == 0
        plays = view.active if self._partner is None else view.active & (seen[:, self._partner] >= 0)
        moves = np.zeros(len(seen))
        for b in np.flatnonzero(view.active & met).tolist():
            self._remember(b, int(seen[b, OWN_DEFECTED]), int(seen[b, PARTNER_DEFECTED]))
        for b in np.flatnonzero(plays).tolist():
            moves[b] = self._moves.index(self._players[b].strategy(self._others[b]))
        return moves

    def _remember(self, b: int, own: int, other: int) -> None:
        mine, theirs = self._moves[own], self._moves[other]
        self._players[b].update_history(mine, theirs)
        self._others[b].update_history(theirs, mine)


def _player(made: Any, attributes: dict[str, Any], key: np.uint64) -> Any:
    player = made()
    player.set_match_attributes(**attributes)
    player.set_seed(int(key) % 2**SEED_BITS)
    return player


@contextlib.contextmanager
def start_method_kept() -> Iterator[None]:
    """Leaves the way in which this process starts others as it was, also if nothing had been said of it."""
    before = multiprocessing.get_start_method(allow_none=True)
    try:
        yield
    finally:
        multiprocessing.set_start_method(before, force=True)


def library() -> Any:
    """Axelrod. Its first import takes some 20 seconds, and what it imports may set the process's start method."""
    with start_method_kept():
        return importlib.import_module("axelrod")


def strategy(axelrod: Any, name: str) -> Any:
    """The class behind the ``name`` of a strategy, or of its class.

    Raises ``SettingError`` for a name that Axelrod does not know, and for a strategy that breaks the tournament's rules
    (reads or changes the other's source or state).
    """
    made = {known: one for one in axelrod.all_strategies for known in (one.__name__, one.name)}
    found = made.get(name)
    if found is None:
        near = difflib.get_close_matches(name, made, n=SUGGESTIONS)
        hint = f" Did you mean {' or '.join(map(repr, near))}?" if near else ""
        raise SettingError(
            f"unknown strategy of Axelrod {name!r}.{hint} Known: the names and classes in axelrod.strategies"
        )
    if not axelrod.Classifiers.obey_axelrod(found()):
        raise SettingError(
            f"strategy {name!r} of Axelrod is not allowed: it reads or changes the source or state of whom it meets"
        )
    return found


STRATEGIES = (Axelrod,)
