"""Metanorm: whoever did not punish a breach may be punished for it.

**Rule.** After :mod:`punishment <.punishment>`, which must be laid over the game and listed before it, a further stage
follows. A breach is an act whose cooperation label is below ``standard``. Whoever could have punished a breach of a
neighbour in this step and spent no point on any such neighbour can now be punished by its own neighbours, those who
committed a breach or stood by themselves among them; nobody else can. All else is as in punishment: a point costs
``fee`` and takes ``effect``, and with probability ``error`` it hits another who let a breach pass, or nobody where
there is no other. Points that were meant for a breach and went astray count as spent on it.

Logged as for punishment, under its own name.

**Canonical numbers** (NORMS.md §3): Axelrod's P′ = −9 and E′ = −2, which are the defaults: one point at most, fee 2,
effect 9. His norms game (T = 3, H = −1, P = −9, E = −2) takes punishment's preset of the same name below this.

**Known answers**: where nobody commits a breach nobody can be punished; of one free rider, one who punishes it and two
who do not, it is these two.

**Presets**: ``axelrod_1986``.

**Source**: Axelrod 1986 ("An Evolutionary Approach to Norms", Am. Polit. Sci. Rev. 80:1095).
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, ClassVar, NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from ..game import Floats, Worlds_
from ..paraphrases import worded
from ..settings import Choice, Range
from .institution import Institution
from .peers import NOBODY, Peers, told_columns
from .punishment import Punishment
from .stage import Bools


class Params(NamedTuple):
    """What a breach is, what a point costs, and what it does."""

    standard: Annotated[float, Range(0, 1), "an act with a smaller label is a breach"] = 0.5
    most: Annotated[int, Range(1, 100), "points that one may spend on one other in a step"] = 1
    fee: Annotated[float, Range(0, 1e6), "what a point costs whoever spends it (payoff)"] = 2.0
    effect: Annotated[float, Range(0, 1e6), "what a point takes from its target (payoff)"] = 9.0
    error: Annotated[float, Range(0, 1), "ε: probability that points hit another than intended"] = 0.0
    by: Annotated[str, Choice("all", "actors"), "who may: all, or only those who had a choice in the step"] = "all"
    from_step: Annotated[int, Range(0, 10**9), "steps of the game before the first stage"] = 0


@njit(cache=True)
def stood_by(
    standard: float, actors_only: bool, labels: Floats, targets: npt.NDArray[Any], points: Floats, out: Bools
) -> None:
    """Marks in ``out`` (B, N) who had a breach to punish and punished none.

    ``labels`` (B, N) of the step; ``targets`` and ``points`` (B, N, R) of punishment, in which ``actors_only`` may say
    that only those punish who had a choice.
    """
    for b in range(len(labels)):
        for j in range(labels.shape[1]):
            breaches, spent = 0, 0.0
            for r in range(targets.shape[2]):
                k = targets[b, j, r]
                if k != NOBODY and labels[b, k] < standard:
                    breaches += 1
                    spent += points[b, j, r]
            might = not (actors_only and np.isnan(labels[b, j]))
            out[b, j] = might and breaches > 0 and spent == 0.0


class Metanorm(Peers):
    """The institution of this page."""

    name = "metanorm"
    title = "Do norms hold if those are punished, too, who do not punish?"
    Params = Params
    logged = told_columns("metanorm", "punish by the metanorm")
    sign, verb, lane = -1.0, "punish", 2 << 16
    did = "let a breach pass, and "
    presets: ClassVar[Mapping[str, Mapping[str, Any]]] = {"axelrod_1986": {}}

    def join(self, others: Sequence[Institution]) -> None:
        """There must be punishment, and before it."""
        earlier = others[: others.index(self)]
        found = next((one for one in earlier if isinstance(one, Punishment)), None)
        if found is None:
            raise self.refusal("it is about who did not punish, so that punishment must be listed before it")
        self._punishment = found

    def opens(self, worlds: Worlds_) -> Bools:
        """After punishment."""
        return super().opens(worlds) & self._punishment.opens(worlds)

    def judged(self, worlds: Worlds_) -> Bools:
        """Neighbours who stood by."""
        idle = np.zeros((len(worlds), self.game.n_agents), np.bool_)
        stood_by(
            self.params.standard, self._punishment.params.by == "actors", worlds["cooperation"],
            worlds["punishment_target"], worlds["punishment_points"], idle,
        )  # fmt: skip
        return super().judged(worlds) & idle[:, None, :]

    def _told_who(self, paraphrase: int) -> str:
        """Who let a breach pass."""
        q, when, who = self.params, self._told_when, self._told_judges
        breach = f"cooperation below {q.standard:g}"
        return worded(
            paraphrase,
            f"Metanorm: {when} the punishment in each step {who} may punish every other that saw a breach ({breach})"
            f" and did not punish any, with 0 to {q.most} points for each.",
            f"Metanorm: whoever saw a breach ({breach}) and punished none can be given 0 to {q.most} points by {who},"
            f" {when} the punishment in every step.",
            f"Metanorm: 0 to {q.most} points are what {who} may spend on punishing each other that left every breach"
            f" ({breach}) that it saw unpunished, {when} the punishment in every step.",
        )
