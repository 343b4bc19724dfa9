"""Concession by what is left, and by what the other concedes (Faratin, Sierra & Jennings 1998, §4.2 and §4.3).

Their issue is here the own share x, which the seat likes to be large; concession by time (§4.1) is ``conceder``.
"""

from typing import Annotated, NamedTuple

import numpy as np
import numpy.typing as npt

from ...envs.chance import uniforms
from ...envs.game import Floats, Game
from ...envs.settings import Choice, Range
from .bargaining import Bargainer, Fraction
from .negotiating import Problem

EXTRA = 0  # the stream of an agent's own draws
PERCENT = 100


class ResourceConceder(Bargainer):
    """Resource-dependent concession: demands floor + (1 − α)·(start − floor), α = κ + (1 − κ)·exp(−resource).

    The resource is the periods that are left until ``deadline``, so that it concedes in the last few; or with
    ``thread`` the shortness of the talks: 1/m after m offers, as they reckon with one partner (|N|²/Σ|X|).
    """

    name = "resource_conceder"
    shared = ("resource",)

    class Params(NamedTuple):
        """From where to where, and by what."""

        start: Fraction = 0.9
        floor: Fraction = 0.4
        resource: Annotated[str, Choice("time", "thread"), "periods left, or one by the number of offers made"] = "time"
        deadline: Annotated[int, Range(1), "period in which no time is left"] = 10
        initial: Annotated[float, Range(0, 1), "κ: part of the way that it concedes at once"] = 0.0

    def demand(self, period: npt.NDArray[np.int64]) -> Floats:
        """The curve."""
        q = self.params
        if q.resource == "time":
            left = np.maximum(0.0, np.asarray(q.deadline) - period)
        else:
            left = 1 / np.maximum(period - 1, np.finfo(float).tiny)
        kappa = np.asarray(q.initial)
        conceded = kappa + (1 - kappa) * np.exp(-left)
        return q.floor + (1 - conceded) * (np.asarray(q.start) - q.floor)


class Imitation(NamedTuple):
    """What it asks for before it has heard enough, and the least that it ever asks for."""

    start: Fraction = 0.9
    floor: Fraction = 0.4
    window: Annotated[int, Range(1, 1000), "δ: how many offers of the other ago"] = 1


class Imitator(Bargainer):
    """Behaviour-dependent concession: answers what the other conceded by as much, between ``floor`` and ``start``.

    y_m is the share that the other's m-th offer leaves it. Until there is a y_(m−δ) it demands ``start``, then what a
    subclass makes of its last demand x, which it remembers as it was before it was rounded to what can be offered.
    """

    listens = True
    shared = ("window",)

    def begin(self, game: Game, seat: int, seeds: npt.NDArray[np.uint64]) -> None:
        """Nothing has been said."""
        super().begin(game, seat, seeds)
        self._wanted = np.full(len(seeds), self.params.start, np.float64)
        self._heard = np.full((self.params.window + 1, len(seeds)), np.nan)

    def hear(self, offered: Floats) -> None:
        """Keeps the last δ + 1 offers, oldest first."""
        new = ~np.isnan(offered)
        self._heard[:, new] = np.concatenate([self._heard[1:, new], offered[None, new]])
        answers = new & ~np.isnan(self._heard[0])
        wanted = np.clip(self.answer(self._wanted, self._heard), self.params.floor, self.params.start)
        self._wanted = np.where(answers, wanted, self._wanted)

    def answer(self, last: Floats, heard: Floats) -> Floats:
        """(B,): the next demand, from the ``last`` one and the offers ``heard`` (δ + 1, B), y_(m−δ) … y_m."""
        raise NotImplementedError

    def demand(self, period: npt.NDArray[np.int64]) -> Floats:
        """What it has come to."""
        return self._wanted

    def last_resort(self, problem: Problem, worlds: int) -> Floats:
        """Its floor."""
        return problem.utility(np.broadcast_to(np.asarray(self.params.floor, np.float64), worlds))


def _ratio(before: Floats, after: Floats) -> Floats:
    """1 where both are nothing."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(before == after, 1.0, before / after)


class RelativeTitForTat(Imitator):
    """Relative tit-for-tat: concedes in the proportion in which the other did δ offers ago, x·y_(m−δ)/y_(m−δ+1)."""

    name = "relative_tft"
    Params = Imitation

    def answer(self, last: Floats, heard: Floats) -> Floats:
        """In proportion."""
        return last * _ratio(heard[0], heard[1])


class AveragedTitForTat(Imitator):
    """Averaged tit-for-tat: in the proportion in which the other conceded over its last δ offers, x·y_(m−δ)/y_m. With
    δ = 1 it is relative tit-for-tat.
    """

    name = "averaged_tft"

    class Params(NamedTuple):
        """As others who imitate; it looks back further."""

        start: Fraction = 0.9
        floor: Fraction = 0.4
        window: Annotated[int, Range(1, 1000), "γ: over how many offers of the other"] = 2

    def answer(self, last: Floats, heard: Floats) -> Floats:
        """In proportion, over all."""
        return last * _ratio(heard[0], heard[-1])


class AbsoluteTitForTat(Imitator):
    """Random absolute tit-for-tat: concedes as much as the other did δ offers ago, x + y_(m−δ) − y_(m−δ+1), and beyond
    that 0 … ``extra`` percent, each number as likely, to get out of deadlocks.
    """

    name = "absolute_tft"

    class Params(NamedTuple):
        """As others who imitate, and by chance."""

        start: Fraction = 0.9
        floor: Fraction = 0.4
        window: Annotated[int, Range(1, 1000), "δ: how many offers of the other ago"] = 1
        extra: Annotated[int, Range(0, PERCENT), "M: the most that it concedes by chance, percent of the pie"] = 2

    def answer(self, last: Floats, heard: Floats) -> Floats:
        """By as much, and a little more."""
        draws = np.asarray(uniforms(self.keys, self.step, EXTRA, 0))
        return last + heard[0] - heard[1] - np.floor(draws * (np.asarray(self.params.extra) + 1)) / PERCENT


STRATEGIES = (ResourceConceder, RelativeTitForTat, AveragedTitForTat, AbsoluteTitForTat)
