"""What punishment and reward among peers share: after the game's step each may spend points on each of its neighbours.

A neighbour is whoever could be seen acting (:meth:`~..game.Game.neighbours`). Each round of the stage is about one of
them, in seat order after one's own; all points are dealt out together when the last round is over, so that nobody
answers what was done to it in the same stage.
"""

from typing import Any, ClassVar, NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from ..chance import MISFIRE, uniform
from ..game import Field, Floats, Worlds_
from ..paraphrases import worded
from .stage import NOTHING, Bools, Stage

LARGEST = 1e9
NOBODY = -1
UNKNOWN, NO_ONE = -1.0, -2.0  # in place of a label
TABLE_COSTS = np.array([0, 1, 2, 4, 6, 9, 12, 16, 20, 25, 30], np.float64)
"""What 0 … 10 points for one other cost in the experiment of Fehr & Gächter 2000."""
TABLE_SHARE = 0.1
"""What each point then takes of its target's income of the step, in which all together take at most all."""


@njit(cache=True)
def line_up(near: Bools, here: Bools, labels: Floats, targets: npt.NDArray[Any], shown: Floats) -> None:
    """Who is judged in which round: ``targets`` (B, N, R), and the labels of their acts, ``shown`` (B, N, R)."""
    n, rounds = targets.shape[1], targets.shape[2]
    for b in range(len(targets)):
        if not here[b]:
            continue
        for i in range(n):
            count = 0
            for k in range(1, n):
                j = i + k if i + k < n else i + k - n
                if near[b, i, j] and count < rounds:
                    targets[b, i, count] = j
                    shown[b, i, count] = labels[b, j]
                    count += 1
            for r in range(count, rounds):
                targets[b, i, r] = NOBODY
                shown[b, i, r] = np.nan


@njit(cache=True)
def _struck(w_key: np.uint64, step: int, i: int, r: int, error: float, targets: npt.NDArray[Any], lane: int) -> int:
    """The round whose target seat i's points of round r hit: another one's by error, none where there is no other."""
    rounds = len(targets)
    if error <= 0.0 or uniform(w_key, step, MISFIRE, 2 * ((lane + i) * rounds + r)) >= error:
        return r
    others = 0
    for k in range(rounds):
        others += targets[k] != NOBODY and k != r
    if others == 0:
        return NOBODY
    pick = int(uniform(w_key, step, MISFIRE, 2 * ((lane + i) * rounds + r) + 1) * others)
    for k in range(rounds):
        if targets[k] != NOBODY and k != r:
            if pick == 0:
                return k
            pick -= 1
    return NOBODY


@njit(cache=True)
def deal_out(
    q: Any,
    sign: float,
    lane: int,
    here: Bools,
    keys: npt.NDArray[np.uint64],
    steps: npt.NDArray[np.int64],
    labels: Floats,
    income: Floats,
    targets: npt.NDArray[Any],
    points: Floats,
    log: Floats,
    rewards: Floats,
) -> None:
    """Charges for all ``points`` (B, N, R) and lets them take effect, times ``sign``.

    Into ``log`` (B, 5, N): points spent, on those whose label is no smaller than one's own, gone astray; payoff spent;
    payoff changed by others.
    """
    n, rounds = targets.shape[1], targets.shape[2]
    hits = np.zeros(n)
    for b in range(len(targets)):
        if not here[b]:
            continue
        hits[:] = 0.0
        for i in range(n):
            for r in range(rounds):
                given = points[b, i, r]
                if given == 0.0:
                    continue
                j = targets[b, i, r]
                cost = TABLE_COSTS[int(given)] if q.by_table else q.fee * given
                log[b, 0, i] += given
                log[b, 3, i] += cost
                if labels[b, j] >= labels[b, i]:
                    log[b, 1, i] += given
                k = _struck(keys[b], steps[b], i, r, q.error, targets[b, i], lane)
                if k != r:
                    log[b, 2, i] += given
                if k != NOBODY:
                    hits[targets[b, i, k]] += given
        for i in range(n):
            by_table = max(0.0, income[b, i]) * min(1.0, TABLE_SHARE * hits[i])
            log[b, 4, i] = 0.0 + sign * (by_table if q.by_table else q.effect * hits[i])
            rewards[b, i] += log[b, 4, i] - log[b, 3, i]


@njit(cache=True)
def _may(actors_only: bool, r: int, targets: npt.NDArray[Any], b: int, i: int, own: float) -> bool:
    """Has seat i of world b somebody to judge in round ``r``, and may it, having acted by the label ``own``?"""
    if r >= targets.shape[2] or targets[b, i, r] == NOBODY:
        return False
    return not (actors_only and np.isnan(own))


@njit(cache=True)
def offer(
    actors_only: bool, rounds: npt.NDArray[Any], targets: npt.NDArray[Any], labels: Floats, out: npt.NDArray[Any]
) -> None:
    """Marks in ``out`` (B, N, m) who may spend how many points in this round."""
    for b in range(len(out)):
        for i in range(out.shape[1]):
            may = _may(actors_only, rounds[b], targets, b, i, labels[b, i])
            for k in range(1, out.shape[2]):
                out[b, i, k] = may
            out[b, i, NOTHING] = 1


@njit(cache=True)
def note(here: Bools, rounds: npt.NDArray[Any], moves: Floats, points: Floats) -> None:
    """Keeps the points of this round."""
    for b in range(len(points)):
        if here[b]:
            for i in range(points.shape[1]):
                points[b, i, rounds[b]] = moves[b, i]


@njit(cache=True)
def show(
    actors_only: bool,
    rounds: npt.NDArray[Any],
    targets: npt.NDArray[Any],
    shown: Floats,
    labels: Floats,
    out: npt.NDArray[Any],
) -> None:
    """Into ``out`` (B, N, …): the label of whoever is judged now, then the own one."""
    for b in range(len(out)):
        for i in range(out.shape[1]):
            out[b, i, 0] = NO_ONE
            if _may(actors_only, rounds[b], targets, b, i, labels[b, i]):
                out[b, i, 0] = UNKNOWN if np.isnan(shown[b, i, rounds[b]]) else shown[b, i, rounds[b]]
            out[b, i, 1] = UNKNOWN if np.isnan(labels[b, i]) else labels[b, i]


def everywhere(where: Bools) -> Any:
    """An index of the worlds ``where``: much faster where that is all of them."""
    return slice(None) if where.all() else where


def told_columns(name: str, verb: str) -> dict[str, str]:
    """What such a stage logs of a seat and step, by field."""
    return {
        f"{name}_spent": f"points that a seat spends to {verb} others",
        f"{name}_antisocial": "those of them that it spends on whoever cooperated at least as much as itself",
        f"{name}_astray": "those of them that hit another than intended",
        f"{name}_cost": "payoff that it spends on them",
        f"{name}_received": "payoff that others' points change its own by",
    }


class Peers(Stage):
    """A stage in which each may spend points on each neighbour. A subclass says what they do."""

    sign: float
    """1 where a point gives, -1 where it takes."""
    verb: str
    """What spending points on somebody is called."""
    lane: int
    """Keeps its chance apart from that of other such stages."""
    did: ClassVar[str] = ""
    """What all who are judged have done, beside acting in the game: the words ``…, and``."""
    columns = ("spent", "antisocial", "astray", "cost", "received")

    def misfit(self) -> str | None:
        """There must be somebody to see, and steps that pay."""
        if self.game.n_agents == 1:
            return "there is one seat only"
        if self.game.pays_at_end:
            return "it pays at the end only, and points are paid for in each step"
        if self.by_table and self.params.most >= len(TABLE_COSTS):
            return (
                f"its table of costs ends at {len(TABLE_COSTS) - 1} points, and {self.name}.most = {self.params.most}"
            )
        return None

    @property
    def by_table(self) -> bool:
        """Are costs and effects those of the table?"""
        return False

    @property
    def moves(self) -> int:
        """0 … most points."""
        return self.params.most + 1

    @property
    def rounds(self) -> int:
        """One about each neighbour."""
        return self.game.most_neighbours

    @property
    def world_fields(self) -> tuple[tuple[Any, ...], ...]:
        """Who is judged in which round, how it acted, the points for it; then what is logged."""
        n = self.game.n_agents
        by_round = (n, self.rounds)
        judged = ((f"{self.name}_target", "i2", by_round), (f"{self.name}_label", "f8", by_round))
        return (
            *judged,
            (f"{self.name}_points", "f8", by_round),
            *((f"{self.name}_{column}", "f8", (n,)) for column in self.columns),
        )

    @property
    def history(self) -> tuple[str, ...]:
        """All of it says how a world came about."""
        return tuple(name for name, *_ in self.world_fields)

    @property
    def stochastic(self) -> bool:
        """Points can go astray."""
        return self.params.error > 0

    def opens(self, worlds: Worlds_) -> Bools:
        """After each whole step of the game from ``from_step`` on."""
        return self.game.completed(worlds) & (worlds["step"] > self.params.from_step)

    def reset(self, worlds: Worlds_, again: npt.NDArray[Any]) -> None:
        """Nobody is judged, nothing was spent."""
        worlds[f"{self.name}_target"][again] = NOBODY
        for name in ("label", "points", *self.columns):
            worlds[f"{self.name}_{name}"][again] = 0.0

    def settle(self, worlds: Worlds_, there: npt.NDArray[Any], rewards: Floats) -> None:
        """What was spent is of the step before."""
        where = everywhere(np.asarray(there.any(axis=1)))
        for name in ("points", *self.columns):
            self._kept(worlds, name)[where] = 0.0

    def open(self, worlds: Worlds_, here: Bools) -> None:
        """Lines up whom each may judge."""
        targets, shown = worlds[f"{self.name}_target"], worlds[f"{self.name}_label"]
        line_up(self.judged(worlds), here, worlds["cooperation"], targets, shown)

    def judged(self, worlds: Worlds_) -> Bools:
        """(B, N, N): whom each may judge. Default: its neighbours."""
        return self.game.neighbours(worlds)

    def legal(self, worlds: Worlds_, out: npt.NDArray[Any]) -> None:
        """Points for whom there is to judge, of those who may."""
        offer(self._actors_only, worlds["stage_round"], self._kept(worlds, "target"), worlds["cooperation"], out)

    @property
    def _actors_only(self) -> bool:
        return self.params.by == "actors"

    def _kept(self, worlds: Worlds_, name: str) -> npt.NDArray[Any]:
        return worlds[f"{self.name}_{name}"]

    def play(self, worlds: Worlds_, here: Bools, moves: Floats, rewards: Floats) -> None:
        """Notes the points; in the last round deals all of them out."""
        rounds, points = worlds["stage_round"], self._kept(worlds, "points")
        note(here, rounds, moves, points)
        last = here & (rounds == self.rounds - 1)
        if not last.any():
            return
        log = np.zeros((len(worlds), len(self.columns), self.game.n_agents))
        target, labels = self._kept(worlds, "target"), worlds["cooperation"]
        deal_out(
            self._numbers, self.sign, self.lane, last, worlds["key"], worlds["step"], labels, worlds["income"], target,
            points, log, rewards,
        )  # fmt: skip
        where = everywhere(last)
        for k, name in enumerate(self.columns):
            self._kept(worlds, name)[where] = log[where, k]

    @property
    def _numbers(self) -> Any:
        q = self.params
        return _Numbers(q.fee, q.effect, q.error, self.by_table)

    # -- what is seen ------------------------------------------------------------------------------------------------

    @property
    def fields(self) -> tuple[Field, ...]:
        """See :meth:`observe`."""
        top = LARGEST
        return (
            Field(f"{self.name}_target", NO_ONE, 1, "cooperation of whoever is judged now, -1: no choice, -2: nobody"),
            Field(f"{self.name}_own", UNKNOWN, 1, "own cooperation in the last step, -1: no choice"),
            Field(f"{self.name}_spent", 0, top, "points that I spent in the last step"),
            Field(f"{self.name}_received", -top, top, "payoff that others' points changed mine by in the last step"),
        )

    def observe(self, worlds: Worlds_, out: npt.NDArray[Any], column: int) -> None:
        """Who is judged now; the own points, and those of others by their effect."""
        target, label = self._kept(worlds, "target"), self._kept(worlds, "label")
        show(self._actors_only, worlds["stage_round"], target, label, worlds["cooperation"], out[:, :, column:])
        out[:, :, column + 2] = self._kept(worlds, "spent")
        out[:, :, column + 3] = np.clip(self._kept(worlds, "received"), -LARGEST, LARGEST)

    def perceive(self, worlds: Worlds_, seat: int) -> None:
        """Whom others judge, and by how much, is not known."""
        others = np.arange(self.game.n_agents) != seat
        worlds[f"{self.name}_target"][:, others] = NOBODY
        for name in ("label", "points", *self.columns):
            worlds[f"{self.name}_{name}"][:, others] = 0.0

    # -- in words ----------------------------------------------------------------------------------------------------

    def view(self, world: Any, seat: int) -> list[str]:
        """What others' points changed."""
        changed = world[f"{self.name}_received"][seat]
        if not changed:
            return []
        return [
            f"{self.name.capitalize()} by others {'gave you' if changed > 0 else 'took from you'} {abs(changed):g}."
        ]

    def told(self, world: Any, seat: int) -> list[str]:
        """Who is judged now."""
        if not self._may(world, seat):
            return [f"There is nobody for you to {self.verb} now."]
        j, label = (world[f"{self.name}_{what}"][seat, world["stage_round"]] for what in ("target", "label"))
        who = "one of the others" if self.game.anonymous else f"agent {j}"
        acted = "had no choice in this step" if np.isnan(label) else f"cooperated in this step by {label:.3g} (of 1)"
        return [f"Now you may {self.verb} {who}, who {self.did}{acted}: how many points, 0 to {self.params.most}?"]

    def schema(self, world: Any, seat: int) -> dict[str, Any]:
        """The points."""
        most = self.params.most if self._may(world, seat) else 0
        return {"type": "integer", "minimum": 0, "maximum": most}

    def _may(self, world: Any, seat: int) -> bool:
        """Has ``seat`` points to spend in this round?"""
        masks = np.zeros((1, self.game.n_agents, self.moves), np.int8)
        self.legal(np.array([world]), masks)
        return masks[0, seat].sum() > 1

    def told_effect(self) -> tuple[str, str, str]:
        """What a point does, in three wordings. Default: it takes."""
        loss = f"{self.params.effect:g}"
        return (
            f"It takes {loss} from the other.",
            f"The other loses {loss} by it.",
            f"A point makes the other lose {loss}.",
        )

    def brief(self, seat: int, paraphrase: int = 0) -> list[str]:
        """Who may, what a point costs and does, and how it errs."""
        error = self.params.error
        lines = [self._told_who(paraphrase), self._told_price(paraphrase)]
        if error:
            lines.append(
                worded(
                    paraphrase,
                    f"With probability {error:g} points hit another than the one that was meant.",
                    f"Points miss the one who was meant and hit another with probability {error:g}.",
                    f"There is a chance of {error:g} that points go to another than they were meant for.",
                )
            )
        lines.append(
            worded(
                paraphrase,
                "Nobody is told who spent points on whom.",
                "Who spent points on whom is told to nobody.",
                "On whom somebody spent points stays hidden from all others.",
            )
        )
        return lines

    def _told_who(self, paraphrase: int) -> str:
        """Who may judge whom, and when."""
        q, name, when, who = self.params, self.name.capitalize(), self._told_when, self._told_judges
        return worded(
            paraphrase,
            f"{name}: {when} each step {who} may {self.verb} every other that it saw act, with 0 to {q.most} points"
            " for each.",
            f"{name}: {when} every step each other whose act was seen can be given 0 to {q.most} points by {who},"
            f" to {self.verb} it.",
            f"{name}: 0 to {q.most} points, with which to {self.verb} it, are what {who} may spend on each other"
            f" that was seen to act, {when} every step.",
        )

    @property
    def _told_when(self) -> str:
        return f"once {self.params.from_step} steps are over, after" if self.params.from_step else "after"

    @property
    def _told_judges(self) -> str:
        return "whoever had a choice in it" if self.params.by == "actors" else "everybody"

    def _told_price(self, paraphrase: int) -> str:
        effect = worded(paraphrase, *self.told_effect())
        if self.by_table:
            costs = ", ".join(f"{cost:g}" for cost in TABLE_COSTS[: self.params.most + 1])
            return worded(
                paraphrase,
                f"0, 1, 2 and so on up to {self.params.most} points for one other cost {costs}. {effect}",
                f"The price of 0, 1, 2 and so on up to {self.params.most} points for one other is {costs}. {effect}",
                f"{effect} For one other, 0, 1, 2 and so on up to {self.params.most} points are paid for with {costs}.",
            )
        fee = f"{self.params.fee:g}"
        return worded(
            paraphrase,
            f"A point costs whoever spends it {fee}. {effect}",
            f"Whoever spends a point pays {fee} for it. {effect}",
            f"{effect} Its price is {fee}, paid by whoever spends it.",
        )


class _Numbers(NamedTuple):
    """What the compiled rule reads."""

    fee: float
    effect: float
    error: float
    by_table: bool
