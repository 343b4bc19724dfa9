"""Strategies for talks about a package of issues.

They know their own scores and what the others said lately; that an option was proposed is all they have to tell that
somebody likes it.
"""

from typing import Annotated, NamedTuple

import numpy as np
import numpy.typing as npt

from ...envs.game import Floats, Game, Seen
from ...envs.negotiation.sheets import TOP, columns_of
from ...envs.negotiation.talks import NO, PASS, YES
from ...envs.settings import Range
from ..agent import Agent, View

Fraction = Annotated[float, Range(0, 1), "share of the way from the best deal down to the threshold"]


class Deals(NamedTuple):
    """Every deal as the b seats that are to speak see it: ``own`` scores and how much the visible speeches of others
    have in common with it, ``liked``, in [0, 1] and 0 if nobody spoke, (b, K); ``threshold`` (b,); ``progress`` (b,) of
    the talks towards the deadline, 1 in the final proposal; ``which`` worlds these are (b,).
    """

    own: Floats
    liked: Floats
    threshold: Floats
    progress: Floats
    which: npt.NDArray[np.int64]


class Negotiator(Agent):
    """Votes by its threshold; what it proposes a subclass says."""

    games = ("scorable",)
    deadline = 24
    """Speeches after which it has conceded all that it will."""

    def begin(self, game: Game, seat: int, seeds: npt.NDArray[np.uint64]) -> None:
        """Learns the columns, and what deals there are."""
        super().begin(game, seat, seeds)
        index, options = game.field_index, game.params.options
        self._columns = {name: index[name] for name in ("my_turn", "final", "voting", "threshold", "worth")}
        self._scores = slice(index["score_A1"], index["score_A1"] + sum(options))
        self._speakers = [index[f"speaker_{s + 1}"] for s in range(game.params.window)]
        self._issues = len(options)
        self._first = np.cumsum([0, *options[:-1]])
        self._taken = columns_of(options)

    def act(self, view: View) -> Floats:
        """A deal, a vote, or nothing."""
        self.step += 1
        seen, deals = view.observations, len(self._taken)
        turn, voting = (seen[:, self._columns[name]] == 1 for name in ("my_turn", "voting"))
        moves = np.where(turn & voting, deals + np.where(self.agrees(seen), YES, NO), deals + PASS).astype(np.float64)
        which = np.flatnonzero(turn & ~voting)
        if len(which):
            moves[which] = self.propose(self._deals(seen[which], which))
        return moves

    def _deals(self, seen: Seen, which: npt.NDArray[np.int64]) -> Deals:
        own = seen[:, self._scores].astype(np.float64)
        named, speeches = np.zeros_like(own), np.zeros(len(seen))
        rows = np.arange(len(seen))
        for column in self._speakers:
            others = (seen[:, column] >= 0) & (seen[:, column] != self.seat)
            speeches += others
            for k in range(self._issues):
                option = np.maximum(seen[:, column + 1 + k], 0).astype(np.int64)
                named[rows, self._first[k] + option] += others
        liked = self._of_deals(named) / (np.maximum(speeches, 1) * self._issues)[:, None]
        progress = np.where(seen[:, self._columns["final"]] == 1, 1.0, min(1.0, self.step / self.deadline))
        threshold = seen[:, self._columns["threshold"]].astype(np.float64)
        return Deals(self._of_deals(own), liked, threshold, progress, which)

    def _of_deals(self, of_options: Floats) -> Floats:
        """(b, K): the sum over each deal's options of (b, O) values."""
        total = of_options[:, self._taken[:, 0]]
        for k in range(1, self._issues):
            total += of_options[:, self._taken[:, k]]
        return total

    def agrees(self, seen: Seen) -> npt.NDArray[np.bool_]:
        """(B,): does it say yes to the latest proposal? Default: yes to what is worth its threshold."""
        return seen[:, self._columns["worth"]] >= seen[:, self._columns["threshold"]]

    def propose(self, deals: Deals) -> npt.NDArray[np.int64]:
        """(b,): the deals that it proposes."""
        raise NotImplementedError

    def of(self, setting: object, deals: Deals) -> Floats:
        """(b,): a setting in the worlds where it speaks; a setting may differ from world to world."""
        value = np.asarray(setting, np.float64)
        return value[deals.which] if value.ndim else np.full(len(deals.which), float(value))


class Favourite(Negotiator):
    """Says its best deal, and says it again."""

    name = "favourite"

    def propose(self, deals: Deals) -> npt.NDArray[np.int64]:
        """The first of its best."""
        return deals.own.argmax(axis=1)


class Yielding(NamedTuple):
    """An aspiration that falls from the best deal towards the threshold."""

    floor: Fraction = 1.0
    speed: Annotated[float, Range(0, above=True), "above 1: concedes early; below: late"] = 1.0


class LateYielding(NamedTuple):
    """An aspiration that stays high, and falls late and little."""

    floor: Fraction = 0.3
    speed: Annotated[float, Range(0, above=True), "above 1: concedes early; below: late"] = 0.2


class Yielder(Negotiator):
    """Time-dependent concession (Faratin, Sierra & Jennings 1998): of the deals that meet its aspiration, the one that
    has most in common with what others said, of these its best.

    aspiration = 100 − (100 − threshold)·``floor``·progress^(1/``speed``).
    """

    name = "yielder"
    Params = Yielding

    def propose(self, deals: Deals) -> npt.NDArray[np.int64]:
        """What it asks for now."""
        q = self.params
        given = self.of(q.floor, deals) * deals.progress ** (1 / self.of(q.speed, deals))
        aspiration = TOP - (TOP - deals.threshold) * given
        enough = deals.own >= aspiration[:, None] - 1e-9
        return np.where(enough, deals.liked + deals.own / (TOP * TOP * 10), -1.0).argmax(axis=1)


class Hardliner(Yielder):
    """Asks for nearly all, and concedes late and little."""

    name = "hardliner"
    Params = LateYielding


class Compromise(Negotiator):
    """Of the deals that give it its threshold, the best for itself among those that others seem to like: the largest
    (1 − ``openness``)·own score + ``openness``·100·(what they have in common with what others said).
    """

    name = "compromise"

    class Params(NamedTuple):
        """How much it listens."""

        openness: Annotated[float, Range(0, 1), "weight on what others said"] = 0.5

    def propose(self, deals: Deals) -> npt.NDArray[np.int64]:
        """The deal between."""
        openness = self.of(self.params.openness, deals)[:, None]
        value = (1 - openness) * deals.own + openness * TOP * deals.liked
        return np.where(deals.own >= deals.threshold[:, None], value, -1.0).argmax(axis=1)


class Saboteur(Negotiator):
    """Wants no deal: says what has least in common with what others said, of that the best for itself, and votes no."""

    name = "saboteur"

    def agrees(self, seen: Seen) -> npt.NDArray[np.bool_]:
        """Never."""
        return np.zeros(len(seen), np.bool_)

    def propose(self, deals: Deals) -> npt.NDArray[np.int64]:
        """The deal that leads away."""
        return (deals.own / (TOP * TOP * 10) - deals.liked).argmax(axis=1)


STRATEGIES = (Favourite, Yielder, Compromise, Hardliner, Saboteur)
