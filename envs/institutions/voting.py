"""Voting: every few steps a vote sets the number of a rule of another institution.

**Rule.** Before each step that follows ``every`` whole steps of the game a round is played in which each who is there
votes for one of the ``levels`` or abstains. What the vote sets is ``setting`` of the institution ``about``, which must
be laid over the same game: ``rate`` of redistribution, ``detection`` or ``first`` of sanctions. It is in force until
the next vote. By ``rule`` *median* it is the median of the votes cast, of an even number the lower one; by *majority*
the level with most votes; on a tie the number in force if it is among the tied levels, else the smallest of them. Where
nobody votes it stays what it is. Before the first vote it is ``start``, or without one the number that the institution
was given. Ballots are secret: each sees the number in force and its own last vote. A vote costs nothing, and all votes
are counted rightly.

Logged for each step and seat: the ``number`` in force, and the seat's last ``vote`` (1 … for a level, 0: none).

**Canonical numbers** (NORMS.md §3): ``every`` ∈ {5, 10}.

**Known answers**: by median the outcome is the ideal of the median voter, and where preferences have a single peak no
vote other than for one's ideal, and no abstention, brings it nearer to that.

**Source**: Black 1948 (J. Polit. Econ. 56:23); Moulin 1980 (Public Choice 35:437).
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, ClassVar, NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from ..game import Field, Floats, Worlds_
from ..paraphrases import worded
from ..settings import Choice, Range, describe, refuse
from .institution import Institution
from .stage import Bools, Stage


class Params(NamedTuple):
    """What is voted on, how often and how."""

    about: Annotated[str, "the institution whose rule it is"] = "redistribution"
    setting: Annotated[str, "the setting whose number is voted on"] = "rate"
    levels: Annotated[tuple[float, ...], Range(), "the numbers to choose from, ascending"] = (0.0, 0.2, 0.4, 0.6)
    every: Annotated[int, Range(1, 10**6), "k: steps of the game from one vote to the next"] = 5
    rule: Annotated[str, Choice("median", "majority"), "how votes are counted"] = "median"
    start: Annotated[float | None, Range(), "number in force before the first vote; none: that of the institution"] = (
        None
    )


@njit(cache=True)
def tally(by_median: bool, levels: Floats, here: Bools, moves: Floats, votes: Floats, numbers: Floats) -> None:
    """Counts the ``moves`` (B, N), 0 or 1 + the place of one of the ``levels`` (L,), in the worlds ``here`` (B,); notes
    them as ``votes`` and puts what they chose into ``numbers``, both (B, N).
    """
    counts = np.zeros(len(levels), np.int64)
    for b in range(len(moves)):
        if not here[b]:
            continue
        counts[:] = 0
        for i in range(moves.shape[1]):
            votes[b, i] = moves[b, i]
            if moves[b, i] > 0:
                counts[int(moves[b, i]) - 1] += 1
        if counts.sum() == 0:
            continue
        if by_median:
            numbers[b, :] = levels[_median(counts)]
        else:
            numbers[b, :] = _favourite(counts, levels, numbers[b, 0])


@njit(cache=True)
def _median(counts: npt.NDArray[np.int64]) -> int:
    """The place of the lower median."""
    reached, k = counts[0], 0
    while 2 * reached < counts.sum():
        k += 1
        reached += counts[k]
    return k


@njit(cache=True)
def _favourite(counts: npt.NDArray[np.int64], levels: Floats, in_force: float) -> float:
    """The level with most votes; of several the one in force, else the smallest."""
    most = counts.max()
    for k in range(len(levels)):
        if counts[k] == most and levels[k] == in_force:
            return in_force
    return levels[counts.argmax()]


class Voting(Stage):
    """The institution of this page."""

    name = "voting"
    title = "Which rule do those choose who live under it?"
    Params = Params
    logged: ClassVar[Mapping[str, str]] = {
        "voting_number": "number in force that votes set",
        "voting_vote": "last vote, 1 for the lowest level and 0 for none",
    }
    before = True

    def misfit(self) -> str | None:
        """One alone has nobody to vote with."""
        return "there is one seat only" if self.game.n_agents == 1 else None

    def join(self, others: Sequence[Institution]) -> None:
        """Finds the institution, and checks that its number can be set and what it can be set to."""
        q = self.params
        known = {one.name: one for one in others if one.votable}
        if q.about not in known:
            able = "an institution with a number to vote on that is laid over the same game"
            raise refuse("voting.about", q.about, f"{able}: {', '.join(known) or 'there is none'}")
        self._about = known[q.about]
        if q.setting not in self._about.votable:
            raise refuse("voting.setting", q.setting, f"one of {', '.join(self._about.votable)}")
        if not q.levels or any(a >= b for a, b in zip(q.levels, q.levels[1:], strict=False)):
            raise refuse("voting.levels", q.levels, "one or more numbers in ascending order")
        setting = describe(self._about.Params)[q.setting]
        assert isinstance(setting.allowed, Range)
        for name, number in (("levels", q.levels[0]), ("levels", q.levels[-1]), ("start", q.start)):
            if number is not None and number not in setting.allowed:
                raise refuse(f"voting.{name}", number, f"{setting.allowed}, as {q.about}.{q.setting} is")
        if q.start is not None:  # so that the institution tells it as its own
            self._about.params = self._about.params._replace(**{q.setting: q.start})
        self._about.voted[q.setting] = "voting_number"
        self._meaning = setting.meaning.split(": ")[-1]

    @property
    def moves(self) -> int:
        """To abstain, or one of the levels."""
        return len(self.params.levels) + 1

    @property
    def _start(self) -> float:
        return float(getattr(self._about.params, self.params.setting))

    @property
    def world_fields(self) -> tuple[tuple[Any, ...], ...]:
        """The step of the next vote; the number in force, and what each voted last."""
        n = self.game.n_agents
        return (("voting_due", "i8"), ("voting_number", "f8", (n,)), ("voting_vote", "f8", (n,)))

    @property
    def history(self) -> tuple[str, ...]:
        """The votes are counted."""
        return ("voting_vote",)

    def opens(self, worlds: Worlds_) -> Bools:
        """After each ``every`` steps."""
        steps = worlds["step"]
        return self.game.completed(worlds) & (steps > 0) & (steps % self.params.every == 0)

    def reset(self, worlds: Worlds_, again: npt.NDArray[Any]) -> None:
        """Nobody has voted."""
        worlds["voting_number"][again] = self._start
        worlds["voting_vote"][again] = 0.0
        worlds["voting_due"][again] = self.params.every

    def play(self, worlds: Worlds_, here: Bools, moves: Floats, rewards: Floats) -> None:
        """Counts the votes."""
        levels = np.array(self.params.levels)
        worlds["voting_due"][here] = worlds["step"][here] + self.params.every
        tally(self.params.rule == "median", levels, here, moves, worlds["voting_vote"], worlds["voting_number"])

    # -- what is seen ------------------------------------------------------------------------------------------------

    @property
    def fields(self) -> tuple[Field, ...]:
        """See :meth:`observe`."""
        q, numbers = self.params, (*self.params.levels, self._start)
        return (
            Field("voting_number", min(numbers), max(numbers), "the number in force, of what is voted on"),
            Field("voting_vote", 0, len(q.levels), "the level that I voted for last, 0: none"),
            Field("voting_next", 0, q.every, "steps until the next vote"),
        )

    def observe(self, worlds: Worlds_, out: npt.NDArray[Any], column: int) -> None:
        """What is in force, the own vote, and when the next one is."""
        out[:, :, column] = worlds["voting_number"]
        out[:, :, column + 1] = worlds["voting_vote"]
        out[:, :, column + 2] = (worlds["voting_due"] - worlds["step"])[:, None]

    def perceive(self, worlds: Worlds_, seat: int) -> None:
        """What others voted is not known."""
        worlds["voting_vote"][:, np.arange(self.game.n_agents) != seat] = 0.0

    # -- in words ----------------------------------------------------------------------------------------------------

    def brief(self, seat: int, paraphrase: int = 0) -> list[str]:
        """What is voted on, how votes are counted, and what is in force at first."""
        q, steps = self.params, "step" if self.params.every == 1 else "steps"
        what, levels = f"{self._meaning} ({q.about})", ", ".join(f"{level:g}" for level in q.levels)
        lines = [
            (
                f"Voting: whenever {q.every} {steps} are over, all vote on one number: {what}. The choices are"
                f" {levels}; one may also abstain.",
                f"Voting: one number is set by vote: {what}. Each time that {q.every} {steps} are over, everybody"
                f" votes for one of {levels}, or abstains.",
                f"Voting: a vote is taken after every {q.every} {steps}, in which each of you chooses one of {levels},"
                f" or abstains. It sets one number: {what}.",
            ),
            _COUNTING[q.rule],
            (
                f"Before the first vote the number is {self._start:g}.",
                f"Until you vote for the first time, {self._start:g} is in force.",
                f"At the beginning it is {self._start:g}.",
            ),
        ]
        return [worded(paraphrase, *wordings) for wordings in lines]

    def view(self, world: Any, seat: int) -> list[str]:
        """The number in force."""
        q, vote = self.params, int(world["voting_vote"][seat])
        left = world["voting_due"] - world["step"]
        lines = [
            f"In force now, {self._meaning} ({q.about}): {world['voting_number'][seat]:g}. Steps until the next"
            f" vote: {left}."
        ]
        return [*lines, f"Your last vote was for {q.levels[vote - 1]:g}."] if vote else lines

    def told(self, world: Any, seat: int) -> list[str]:
        """The choices."""
        choices = ", ".join(f"{k} for {level:g}" for k, level in enumerate(self.params.levels, 1))
        return [f"Vote now on one number, {self._meaning}: {choices}, or 0 to abstain?"]

    def schema(self, world: Any, seat: int) -> dict[str, Any]:
        """A level, or 0."""
        return {"type": "integer", "minimum": 0, "maximum": len(self.params.levels)}


_COUNTING = {
    "median": (
        "From then on the median of the votes cast is in force, of an even number of votes the lower of the two in the"
        " middle. If nobody votes, nothing changes.",
        "The votes cast are put in order, and the one in the middle is in force from then on, the lower one where two"
        " are in the middle. Without any vote it stays what it was.",
        "What is in force then is the middle one of all votes cast, and of two in the middle the lower one. It does not"
        " change if all abstain.",
    ),
    "majority": (
        "From then on the choice with the most votes is in force. On a tie the number stays what it is if it is one of"
        " those tied, else the smallest of them is taken. If nobody votes, nothing changes.",
        "The choice that most vote for is in force from then on. Of several with as many votes it is the one already in"
        " force, or if that is not among them the smallest. Without any vote it stays what it was.",
        "What is in force then is the choice that got the most votes; where several did, what has been in force, if it"
        " is one of them, and the smallest of them if not. It does not change if all abstain.",
    ),
}
"""How votes are counted, in three wordings."""
