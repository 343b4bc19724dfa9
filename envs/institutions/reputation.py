"""Reputation: what each did is kept in mind by all, or told about with mistakes.

**Rule.** After each step of the game the reputation of every seat that had a choice is updated. ``kind`` *image*: +1
for an act whose label is at least ``standard``, else −1, within [−5, 5], from 0 on. *standing*: good (1) at first and
after such an act, bad (0) after any other, unless more than half of the seats that the act was towards (those who could
see it) were in bad standing before the step: that defection is justified and changes nothing. ``information`` *public*:
there is one record that all read, and an update is written into it rightly with probability ``fidelity`` q, else the
opposite one. *gossip*: each other seat hears each update for itself, rightly with probability q; one's own is known.
Whether a defection was justified goes by what is true.

It is information only: nothing is paid and no act is taken away. A seat sees its own reputation and, in seat order
after its own, that of all others as it holds them. Refused where others stay anonymous, as nobody could be told from
anybody; where moves are by turns; and in `donor`, which has reputations of its own.

Logged for each step and seat: its ``true`` reputation, and the mean of what the others ``held`` it to be.

**Canonical numbers** (NORMS.md §3): image in [−5, 5]; q ∈ {.5, .8, 1}.

**Known answers**: after one update a share q of the others holds the true sign, and at q = ½ what is held has nothing
to do with what was done. With q = 1 discriminators among themselves cooperate for ever, and one who never cooperates is
refused by each after its first defection; by standing who refuses the bad stays good, by image it loses a point.

**Source**: Nowak & Sigmund 1998 (Nature 393:573) for image; Sugden 1986, Leimar & Hammerstein 2001 (Proc. R. Soc. B
268:745) for standing. Gossip as independent misreports is our choice.
"""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from ..chance import GOSSIP, uniform
from ..game import Field, Floats, Worlds_
from ..paraphrases import worded
from ..settings import Choice, Range
from .institution import Institution

Bools = npt.NDArray[np.bool_]
BEST_IMAGE = 5.0
BAD, GOOD = 0.0, 1.0


class Params(NamedTuple):
    """What is kept in mind of an act, and how it gets about."""

    kind: Annotated[str, Choice("image", "standing"), "a score, or good and bad"] = "image"
    standard: Annotated[float, Range(0, 1), "least label of a good act"] = 0.5
    information: Annotated[str, Choice("public", "gossip"), "one record for all, or what each hears"] = "public"
    fidelity: Annotated[float, Range(0, 1), "q: probability that an update is recorded, or heard, rightly"] = 1.0


class _Numbers(NamedTuple):
    """What the compiled rule reads."""

    image: bool
    standard: float
    gossip: bool
    fidelity: float


@njit(cache=True)
def _after(image: bool, held: float, good: bool) -> float:
    """A reputation after the news of a good or bad act."""
    if image:
        return min(BEST_IMAGE, max(-BEST_IMAGE, held + (1.0 if good else -1.0)))
    return GOOD if good else BAD


@njit(cache=True)
def _justified(near: Bools, standing: Floats, i: int) -> bool:
    """Were more than half of those who could see what i did in bad standing?"""
    bad, others = 0, 0
    for j in range(len(standing)):
        if near[j, i]:
            others += 1
            bad += standing[j] == BAD
    return 2 * bad > others


@njit(cache=True)
def spread(
    q: Any,
    there: npt.NDArray[Any],
    keys: npt.NDArray[np.uint64],
    steps: npt.NDArray[np.int64],
    labels: Floats,
    near: npt.NDArray[np.bool_],
    true: Floats,
    held: Floats,
    mean: Floats,
) -> None:
    """Updates, in place, what is ``true`` of each (B, N), what the observer j has ``held`` [b, j, i] of i (B, N, N),
    and the ``mean`` (B, N) of that over the others. ``near`` (B, N, N) is read for standing only.
    """
    worlds, n = true.shape
    before = np.empty(n)
    for b in range(worlds):
        for i in range(n):
            before[i] = true[b, i]
        for i in range(n):
            if not there[b, i] or np.isnan(labels[b, i]):
                continue
            good = labels[b, i] >= q.standard
            if not good and not q.image and _justified(near[b], before, i):
                continue
            true[b, i] = _after(q.image, true[b, i], good)
            written = good
            if not q.gossip and q.fidelity < 1.0:
                written = good == (uniform(keys[b], steps[b], GOSSIP, i * n + i) < q.fidelity)
            total = 0.0
            for j in range(n):
                heard = written
                if q.gossip and j != i and q.fidelity < 1.0:
                    heard = good == (uniform(keys[b], steps[b], GOSSIP, j * n + i) < q.fidelity)
                held[b, j, i] = _after(q.image, held[b, j, i], heard)
                total += held[b, j, i] if j != i else 0.0
            mean[b, i] = total / (n - 1)


class Reputation(Institution):
    """The institution of this page."""

    name = "reputation"
    title = "Is it enough to be known for what one does?"
    Params = Params
    logged: ClassVar[Mapping[str, str]] = {
        "reputation_true": "reputation that a seat deserves",
        "reputation_held": "reputation that others hold it to have",
    }

    def misfit(self) -> str | None:
        """Somebody must be known to somebody."""
        if self.game.name == "donor":
            return "it has reputations of its own (donor.information)"
        if self.game.n_agents == 1:
            return "there is one seat only"
        if self.game.turn_based:
            return "its moves are by turns, and reputations are updated where all have moved"
        if self.game.anonymous:
            return "others stay anonymous, and nobody knows beforehand whom it will meet"
        return None

    @property
    def _image(self) -> bool:
        return self.params.kind == "image"

    @property
    def world_fields(self) -> tuple[tuple[Any, ...], ...]:
        """What is true of each, the mean of what others hold, and what each observer holds of each."""
        n = self.game.n_agents
        return (
            ("reputation_true", "f8", (n,)),
            ("reputation_held", "f8", (n,)),
            ("reputation_of", "f8", (n, n)),
        )

    @property
    def fields(self) -> tuple[Field, ...]:
        """The own, then those of the others."""
        low, high = (-BEST_IMAGE, BEST_IMAGE) if self._image else (BAD, GOOD)
        others = (
            Field(f"reputation_{k}", low, high, f"{self.params.kind} of the seat {k} after one's own, as I hold it")
            for k in range(1, self.game.n_agents)
        )
        return (Field("reputation", low, high, f"my {self.params.kind}"), *others)

    @property
    def stochastic(self) -> bool:
        """What is recorded or heard wrongly."""
        return 0 < self.params.fidelity < 1

    def reset(self, worlds: Worlds_, again: npt.NDArray[Any]) -> None:
        """Nobody is known for anything."""
        for name, *_ in self.world_fields:
            worlds[name][again] = 0.0 if self._image else GOOD

    def settle(self, worlds: Worlds_, there: npt.NDArray[Any], rewards: Floats) -> None:
        """Pays nothing; spreads what was done in a whole step of the game."""
        q = self.params
        over = there * self.game.completed(worlds)[:, None]
        n = self.game.n_agents
        near = np.zeros((len(worlds), n, n), np.bool_) if self._image else self.game.neighbours(worlds)
        numbers = _Numbers(self._image, q.standard, q.information == "gossip", q.fidelity)
        true, mean, held = worlds["reputation_true"], worlds["reputation_held"], worlds["reputation_of"]
        spread(numbers, over, worlds["key"], worlds["step"], worlds["cooperation"], near, true, held, mean)

    def perceive(self, worlds: Worlds_, seat: int) -> None:
        """What others hold is not known: taken for what oneself holds, which is taken for true."""
        own = worlds["reputation_of"][:, seat].copy()
        worlds["reputation_of"] = own[:, None, :]
        worlds["reputation_true"] = worlds["reputation_held"] = own

    def observe(self, worlds: Worlds_, out: npt.NDArray[Any], column: int) -> None:
        """The own, then those of the others in seat order after it."""
        n = self.game.n_agents
        seats = np.arange(n)
        out[:, :, column : column + n] = worlds["reputation_of"][:, seats[:, None], (seats[:, None] + seats) % n]

    def brief(self, seat: int, paraphrase: int = 0) -> list[str]:
        """What is kept in mind, and who hears of it."""
        q = self.params
        low, high = f"{-BEST_IMAGE:g}", f"{BEST_IMAGE:g}"
        lines = [
            (
                f"Reputation: for an act whose cooperation is at least {q.standard:g} (of 1) an agent's image rises by"
                f" 1, for any other it falls by 1; it starts at 0 and stays between {low} and {high}.",
                f"Reputation: everybody has an image between {low} and {high}, 0 at first. It goes up by 1 with an act"
                f" whose cooperation, on a scale up to 1, is {q.standard:g} or more, and down by 1 with any other.",
                f"Reputation: the image of an agent, which begins at 0 and never leaves {low} to {high}, gains 1 by an"
                f" act whose cooperation, where 1 is full cooperation, reaches {q.standard:g}, and loses 1 by any"
                " that does not.",
            )
            if self._image
            else (
                f"Reputation: all are good at first. Whoever acts with a cooperation of at least {q.standard:g} (of 1)"
                " is good, and whoever does not is bad, unless most of those that the act was towards were bad.",
                "Reputation: everybody begins as good. An act whose cooperation, on a scale up to 1, is below"
                f" {q.standard:g} makes bad, but not if most of those that it was towards were bad; any other makes"
                " good.",
                f"Reputation: good is at first everybody, and later whoever reaches {q.standard:g} of 1 in cooperation."
                " Who stays below that is bad, except if it was towards others most of whom were bad.",
            ),
            (
                "There is one record of this that all can read.",
                "All of this is written into one record, which is open to all.",
                "One record that everybody sees keeps all of this.",
            )
            if q.information == "public"
            else (
                "Each of you hears of this from others, and each for itself.",
                "You and all others hear of this by gossip, which reaches each of you by itself.",
                "What is told of this by others is all that each of you hears, and each hears it separately.",
            ),
        ]
        if q.fidelity < 1:
            wrong = (
                f"Of each act this is right with probability {q.fidelity:g}; else the opposite is told.",
                f"With probability {q.fidelity:g} an act is told as it was, and otherwise as its opposite.",
                f"That an act is not told as its opposite, but rightly, has a probability of {q.fidelity:g}.",
            )
            lines.append(wrong)
        return [worded(paraphrase, *wordings) for wordings in lines]

    def view(self, world: Any, seat: int) -> list[str]:
        """The own, and those of the others."""
        held = world["reputation_of"][seat]
        known = [f"agent {j}: {self._told(held[j])}" for j in range(self.game.n_agents) if j != seat]
        return [
            f"Your {self.params.kind} is {self._told(held[seat])}.",
            f"The {self.params.kind} of the others, as you know it: {', '.join(known)}.",
        ]

    def _told(self, held: float) -> str:
        return f"{held:+g}" if self._image else "good" if held == GOOD else "bad"
