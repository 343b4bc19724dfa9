"""A contributor that heeds punishment, for experiments that lay it over a public good."""

from typing import Annotated, NamedTuple

import numpy as np
import numpy.typing as npt

from ...envs.chance import uniforms
from ...envs.game import Floats, Game
from ...envs.institutions.punishment import Punishment
from ...envs.institutions.staged import Staged
from ...envs.settings import Range
from ..agent import View
from .contributing import Contributor, Share

FIRST_GIFT = 0  # the stream of its own draws


class HeedfulContributor(Contributor):
    """Gives by a schedule as a conditional cooperator does, until what others do about it is punishment.

    Its first gift is uniform within ``first`` ± ``spread`` of the endowment, then ``intercept`` + ``slope`` · the mean
    of the others' last gifts: with slope 0 and first 0 it is a free rider. After a step that punishment could follow it
    no longer answers low gifts by giving less: it gives what it gave, and where others' points took something from it
    goes ``heed`` of the way to the largest gift that it saw.

    The schedules and their shares are those of Fischbacher, Gächter & Fehr 2001 (Econ. Lett. 71:397); that whoever is
    punished gives more is a finding of Fehr & Gächter 2000; the form in which it heeds is our own.
    """

    name = "heedful_contributor"
    sees_institutions = True

    class Params(NamedTuple):
        """Its schedule, and how it heeds."""

        first: Share = 0.5
        spread: Share = 0.0
        intercept: Annotated[float, Range(-1, 1), "what it gives if the others give nothing (share)"] = 0.0
        slope: Annotated[float, Range(), "what it gives for each token that the others give on average"] = 1.0
        heed: Annotated[float, Range(0, 1), "of the way to the largest gift seen, after being punished"] = 0.5

    def begin(self, game: Game, seat: int, seeds: npt.NDArray[np.uint64]) -> None:
        """Learns where punishment is seen, if it is laid over the game."""
        super().begin(game, seat, seeds)
        self._received = game.field_index.get("punishment_received")
        self._unpunished = np.inf  # steps after which no stage comes
        if self._received is not None and isinstance(game, Staged):
            punishment = game.institution(Punishment.name)
            self._unpunished = punishment.params.from_step
        self._last = np.zeros(len(seeds))

    def gift(self, view: View) -> Floats:
        """The schedule, or the last gift and more."""
        q = self.params
        self.step += 1
        if self.step == 0:
            draw = np.asarray(uniforms(self.keys, self.step, FIRST_GIFT, 0))
            self._last = self._everything * np.clip(q.first + q.spread * (2 * draw - 1), 0, 1)
            return self._last
        seen = view.observations[:, self._columns].astype(np.float64)
        known = seen >= 0
        mean = np.where(known, seen, 0.0).sum(axis=1) / np.maximum(1, known.sum(axis=1))
        if self.step <= self._unpunished or self._received is None:
            self._last = np.where(known.any(axis=1), q.intercept * self._everything + q.slope * mean, self._last)
        else:
            fined = view.observations[:, self._received] < 0
            above = np.maximum(0.0, seen.max(axis=1, initial=0.0) - self._last)
            self._last = np.where(fined, self._last + q.heed * above, self._last)
        self._last = np.clip(self._last, 0.0, self._everything)
        return self._last


STRATEGIES = (HeedfulContributor,)
