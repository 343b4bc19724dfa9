"""Graduated sanctions under monitoring: breaches are detected with some probability, and fines grow with each one.

**Rule.** A breach is an act whose cooperation label is below ``standard``. In every step it is detected with
probability ``detection``; an act that is none is taken for one with probability ``false_positive``. Whoever has k
detected breaches on record is fined min(``most``, ``first``·``growth``^k) times ``gain`` for the next; the record
fades, by half in ``half_life`` steps. With ``by_size`` a fine is that times the size of the breach: by how much the
label falls short of the standard, as a share of it. Fines are lost to all. Whoever is there pays ``cost`` per step for
the monitoring.

**Canonical numbers** (NORMS.md §3): first .5× the gain of a breach, doubling, at most 5×, half-life 10.

**Known answers**: whoever expects the same fine each time keeps to the standard iff detection × fine ≥ what a breach
gains: in a prisoner's dilemma 5, 3, 1, 0 against a cooperator iff p·f ≥ 2; in a linear public good, where a fine by
size is f for each token withheld, iff p·f ≥ 1 − m.

**Source**: Ostrom 1990, design principles 4 and 5; Becker 1968 for p·f.
"""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from ..chance import DETECTION, uniform
from ..game import Field, Floats, Worlds_
from ..paraphrases import worded
from ..settings import Range
from .institution import Institution, optimum_per_step, told_monitoring

MOST_COUNTED = 1e6
LARGEST = 1e9


class Params(NamedTuple):
    """What a breach is, how it is found, and what it costs."""

    standard: Annotated[float, Range(0, 1), "an act with a smaller label is a breach"] = 0.5
    detection: Annotated[float, Range(0, 1), "p: probability that a breach is detected"] = 1.0
    false_positive: Annotated[float, Range(0, 1), "probability that another act is taken for a breach"] = 0.0
    gain: Annotated[float | None, Range(0), "unit of fines; none: the optimum's payoff per head and paying step"] = None
    first: Annotated[float, Range(0, 1e6), "fine for the first breach, in units of gain"] = 0.5
    growth: Annotated[float, Range(0, 1e3), "g: by which each further fine is larger"] = 2.0
    most: Annotated[float, Range(0, 1e6), "largest fine, in units of gain"] = 5.0
    half_life: Annotated[float, Range(0, 1e6, above=True), "steps in which the count of breaches halves"] = 10.0
    by_size: Annotated[bool, "is a fine in proportion to the size of the breach?"] = False
    cost: Annotated[float, Range(0, 1e6), "of monitoring, to each seat and step (payoff)"] = 0.0


@njit(cache=True)
def sanction(
    q: Any,
    there: npt.NDArray[Any],
    keys: npt.NDArray[np.uint64],
    steps: npt.NDArray[np.int64],
    labels: Floats,
    fines: Floats,
    counts: Floats,
    rewards: Floats,
    detections: Floats,
    firsts: Floats,
) -> None:
    """Detects, fines and counts, in place; all arrays are (B, N), but ``keys``, ``steps`` and the numbers that may
    differ between worlds, ``detections`` and ``firsts``, (B,).
    """
    keeps = 0.5 ** (1.0 / q.half_life)
    for b in range(len(labels)):
        for i in range(rewards.shape[1]):
            if not there[b, i]:
                continue
            fines[b, i] = 0.0
            counts[b, i] *= keeps
            label = labels[b, i]
            if not np.isnan(label):
                chance = detections[b] if label < q.standard else q.false_positive
                if chance > 0.0 and uniform(keys[b], steps[b], DETECTION, i) < chance:
                    size = max(0.0, 1.0 - label / q.standard) if q.by_size and q.standard > 0.0 else 1.0
                    fines[b, i] = size * q.gain * min(q.most, firsts[b] * q.growth ** counts[b, i])
                    counts[b, i] = min(MOST_COUNTED, counts[b, i] + 1.0)
            rewards[b, i] -= fines[b, i] + q.cost


class Sanctions(Institution):
    """The institution of this page."""

    name = "sanctions"
    title = "Do small fines that grow keep those who would take too much?"
    Params = Params
    logged: ClassVar[Mapping[str, str]] = {"sanctions_fine": "payoff that a seat is fined for breaches"}
    votable = ("detection", "first")

    def misfit(self) -> str | None:
        """Fines are paid step by step, in units that must be known; from here on ``gain`` is one."""
        if self.game.pays_at_end:
            return "it pays at the end only, and fines are paid in each step"
        if self.params.gain is None:
            unit = optimum_per_step(self.game)
            if not np.isfinite(unit):
                return "its optimum is not known, so that sanctions.gain must be given"
            self.params = self.params._replace(gain=unit)
        return None

    @property
    def world_fields(self) -> tuple[tuple[Any, ...], ...]:
        """The last fine and the count of detected breaches, as far as they are remembered."""
        n = self.game.n_agents
        return (("sanctions_fine", "f8", (n,)), ("sanctions_count", "f8", (n,)))

    @property
    def fields(self) -> tuple[Field, ...]:
        """The own fine and count."""
        return (
            Field("fine", 0, min(LARGEST, self.params.gain * self.params.most), "what I was fined for the last step"),
            Field("breaches", 0, MOST_COUNTED, "my detected breaches, as far as they are remembered"),
        )

    @property
    def history(self) -> tuple[str, ...]:
        """The fine is paid; the count stays."""
        return ("sanctions_fine",)

    @property
    def stochastic(self) -> bool:
        """Detection by chance."""
        return "detection" in self.voted or 0 < self.params.detection < 1 or 0 < self.params.false_positive < 1

    def reset(self, worlds: Worlds_, again: npt.NDArray[Any]) -> None:
        """A clean record."""
        worlds["sanctions_fine"][again] = 0.0
        worlds["sanctions_count"][again] = 0.0

    def settle(self, worlds: Worlds_, there: npt.NDArray[Any], rewards: Floats) -> None:
        """See the page."""
        fines, counts = worlds["sanctions_fine"], worlds["sanctions_count"]
        sanction(
            self.params, there, worlds["key"], worlds["step"], worlds["cooperation"], fines, counts, rewards,
            self.number(worlds, "detection"), self.number(worlds, "first"),
        )  # fmt: skip

    def perceive(self, worlds: Worlds_, seat: int) -> None:
        """The record of others is not known: taken for clean."""
        others = np.arange(self.game.n_agents) != seat
        worlds["sanctions_fine"][:, others] = 0.0
        worlds["sanctions_count"][:, others] = 0.0

    def observe(self, worlds: Worlds_, out: npt.NDArray[Any], column: int) -> None:
        """The own fine and count."""
        out[:, :, column] = worlds["sanctions_fine"]
        out[:, :, column + 1] = worlds["sanctions_count"]

    def brief(self, seat: int, paraphrase: int = 0) -> list[str]:
        """What is fined, how likely, and how much."""
        q = self.params
        first, most = f"{q.gain * q.first:g}", f"{q.gain * q.most:g}"
        lines = [
            (
                f"Sanctions: an act whose cooperation is below {q.standard:g} (of 1) is a breach. It is detected with"
                f" probability {q.detection:g}.",
                f"Sanctions: with probability {q.detection:g} it is found out if you commit a breach, which is any act"
                f" whose cooperation, on a scale up to 1, does not reach {q.standard:g}.",
                f"Sanctions: whoever acts with a cooperation of less than {q.standard:g}, where 1 is full cooperation,"
                f" commits a breach, and the probability that this is seen is {q.detection:g}.",
            ),
            (
                f"The first detected breach costs {first}, each further one {q.growth:g} times as much, at most {most};"
                f" the count of breaches halves in {q.half_life:g} steps.",
                f"For a breach that is found out the fine is {first} at first; with every further one it is multiplied"
                f" by {q.growth:g}, up to {most}. Half of the count of breaches is forgotten in {q.half_life:g} steps.",
                f"You lose {first} by the first breach that is seen and {q.growth:g} times as much by each one after"
                f" it, yet never more than {most}. In {q.half_life:g} steps your count of breaches goes down by half.",
            ),
        ]
        if q.by_size:
            by_size = (
                "A fine is that times the share by which the act falls short.",
                "That fine is multiplied by the share of the standard that the act lacks.",
                "Of this you pay only the share by which the act stays below what is asked.",
            )
            lines.append(by_size)
        if q.false_positive:
            mistaken = (
                f"Any other act is taken for a breach with probability {q.false_positive:g}.",
                f"With probability {q.false_positive:g} an act that is no breach is mistaken for one.",
                f"An act that is none may pass for a breach too, with probability {q.false_positive:g}.",
            )
            lines.append(mistaken)
        if q.cost:
            lines.append(told_monitoring(q.cost))
        return [worded(paraphrase, *wordings) for wordings in lines]

    def view(self, world: Any, seat: int) -> list[str]:
        """The last fine, and the count."""
        fine, count = world["sanctions_fine"][seat], world["sanctions_count"][seat]
        lines = [f"You were fined {fine:g} for the last step."] if fine else []
        return [*lines, f"Your count of breaches is {count:.3g}."]
