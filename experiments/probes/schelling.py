"""Measures that play again: what cooperating and defecting pay, by how many of the others cooperate."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from ...agents.agent import Agent
from ...agents.seats import seat
from ...agents.sharing import OneOf, Places
from ...analysis.cooperation import fear, greed
from ...envs.catalogue import make
from ...envs.chance import SHUFFLE, keys, uniforms, world_seeds
from ...envs.game import Floats, Game
from ...envs.settings import number_of, refuse
from ..play import run

if TYPE_CHECKING:
    import polars

Seat = str | Mapping[str, Any]
COOPERATOR: Seat = {"agent": "exemplar", "cooperative": True}
DEFECTOR: Seat = {"agent": "exemplar", "cooperative": False}
CONDUCT: dict[str, tuple[Seat, Seat]] = {
    "harvest": ({"agent": "forager", "k_min": 3}, {"agent": "forager", "k_min": 0}),
    "cleanup": ("turn_taker", "harvester"),
    "crisis": ("pull_back", "wait"),
}
"""Who cooperates and who defects where that takes more than one act repeated, by game."""
FEWEST_TURNS = 2  # at every place, so that chance shows
CONFIDENCE = 1.96  # standard errors to either side of a mean: 95 %


class Schelling(NamedTuple):
    """A Schelling diagram (GAMES.md §0.7): total payoff of a focal seat by the number ℓ of others who cooperate.

    All arrays are (n,), for ℓ = 0 … n − 1. ``cooperates``, ``defects``: means over worlds; ``gain``: of what defecting
    pays above cooperating in the same world, with the same others; ``…_error``: half the width of a 95 % interval, 0
    where nothing varies.
    """

    game: str
    cooperates: Floats
    defects: Floats
    gain: Floats
    cooperates_error: Floats
    defects_error: Floats
    gain_error: Floats

    @property
    def fear_gain(self) -> float:
        """By how much it pays to defect among defectors (METRICS.md §1, ``fear``)."""
        return float(fear(self.cooperates, self.defects).value)

    @property
    def greed_gain(self) -> float:
        """By how much it pays to defect among cooperators (METRICS.md §1, ``greed``)."""
        return float(greed(self.cooperates, self.defects).value)

    @property
    def fear(self) -> bool:
        """Does it pay to defect among defectors, by more than chance?"""
        return bool(self.gain[0] > self.gain_error[0])

    @property
    def greed(self) -> bool:
        """Does it pay to defect among cooperators, by more than chance?"""
        return bool(self.gain[-1] > self.gain_error[-1])

    @property
    def dilemma(self) -> bool:
        """A social dilemma (Hughes et al. 2018): all prefer that all cooperate to that none does, cooperators that
        others cooperate, and there is fear or greed.
        """
        c, d = self.cooperates, self.defects
        return bool(c[-1] > d[0] and c[-1] > c[0] and (self.fear or self.greed))

    @property
    def kind(self) -> str:
        """The class in words.

        >>> schelling("matrix", horizon=10).kind
        'social dilemma with fear and greed'
        >>> schelling("matrix", preset="stag_hunt", horizon=10).kind
        'social dilemma with fear'
        """
        if not self.dilemma:
            return "no social dilemma"
        return "social dilemma with " + " and ".join(
            word for word, there in (("fear", self.fear), ("greed", self.greed)) if there
        )

    def frame(self) -> "polars.DataFrame":
        """Tidy: one row per conduct and number of other cooperators, with the 95 % interval."""
        import polars

        n = len(self.cooperates)
        mean, error = np.r_[self.cooperates, self.defects], np.r_[self.cooperates_error, self.defects_error]
        return polars.DataFrame(
            {
                "game": self.game,
                "focal": ["cooperates"] * n + ["defects"] * n,
                "others": [*range(n), *range(n)],
                "payoff": mean,
                "low": mean - error,
                "high": mean + error,
            }
        )


def schelling(
    game: "str | Game",
    cooperator: Seat | None = None,
    defector: Seat | None = None,
    *,
    worlds: int = 20,
    seed: int = 0,
    **params: Any,
) -> Schelling:
    """The Schelling diagram of a game between two kinds of conduct.

    For each number of other cooperators the focal seat takes every place at the table in turn, ``worlds`` times in
    all (rounded up to whole turns, at least two), and who of the others cooperates is drawn anew for each world.
    Without ``cooperator`` and ``defector`` these are the conduct of ``CONDUCT``, or the acts that the game itself
    labels 1 and 0.

    Raises ``SettingError`` for what :func:`~.play.play` would refuse, and for a negotiation, which has no such acts.

    >>> found = schelling("matrix", horizon=10)
    >>> found.cooperates, found.defects
    (array([ 0., 30.]), array([10., 50.]))
    """
    played = make(game, **params) if isinstance(game, str) else game
    if played.family == "negotiation":
        raise refuse("game", played.name, "one in which all can cooperate or not; a negotiation has a bargaining set")
    usual = CONDUCT.get(played.name, (COOPERATOR, DEFECTOR))
    n = played.n_agents
    turns = max(FEWEST_TURNS, -(-number_of("worlds", worlds) // n))
    ell, focal_cooperates, place = (
        axis.ravel() for axis in np.meshgrid(np.arange(n), [True, False], np.tile(np.arange(n), turns), indexing="ij")
    )
    seeds = np.tile(world_seeds(seed, turns * n), 2 * n)
    cooperates = _places(seeds, place, ell, n)
    cooperates[np.arange(len(place)), place] = focal_cooperates
    pair = cooperator or usual[0], defector or usual[1]
    seated = [_Either([seat(played, kind, len(place)) for kind in pair], cooperates[:, i]) for i in range(n)]
    paid = run(played, seated, seeds).rewards.sum(axis=1)[np.arange(len(place)), place]
    cells = np.moveaxis(paid.reshape(n, 2, turns, n), 1, 0)
    both = np.stack([*cells, cells[1] - cells[0]])  # (3, ℓ, turn, place)
    error = CONFIDENCE * np.sqrt(both.var(axis=2, ddof=1).mean(axis=2) / (turns * n))  # within places: all count alike
    return Schelling(played.name, *both.mean(axis=(2, 3)), *error)


def _places(
    seeds: npt.NDArray[np.uint64], focal: npt.NDArray[np.int64], ell: npt.NDArray[np.int64], n: int
) -> npt.NDArray[np.bool_]:
    """(B, n): ``ell`` of the seats other than ``focal``, by lot."""
    lots = np.stack([np.asarray(uniforms(np.asarray(keys(seeds, -1)), 0, SHUFFLE, i)) for i in range(n)], axis=1)
    lots[np.arange(len(focal)), focal] = 2.0  # last
    return lots.argsort(axis=1).argsort(axis=1) < ell[:, None]


class _Either(OneOf):
    """The first of two agents in some worlds, the second in the others."""

    name = "either"

    def __init__(self, both: Sequence[Agent], takes_first: npt.NDArray[np.bool_]) -> None:
        super().__init__(both)
        self._which = np.where(takes_first, 0, 1)

    def draw(self, seeds: npt.NDArray[np.uint64]) -> Places:
        """As was said."""
        return self._which
