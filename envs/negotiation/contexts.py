"""The problems that a negotiation of two may pose: tables of deals, and what follows from them."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from ..game import Floats
from .solutions import efficient, nash_set

Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.intp]


class Alike(NamedTuple):
    """Contexts in groups that look alike to a seat."""

    group: Ints
    """(C,): which one a context belongs to."""
    members: Ints
    """(C,): contexts, group by group."""
    start: Ints
    """Where each group begins among them."""
    size: Ints
    """How many it has."""
    rows: Floats
    """(groups, G): what the seat is told in it."""

    def draw(self, contexts: npt.NDArray[np.int64], draws: Floats) -> Ints:
        """(B,): one that looks like each of ``contexts``, by uniform ``draws``."""
        group = self.group[contexts]
        return self.members[self.start[group] + (draws * self.size[group]).astype(np.intp)]


@dataclass(frozen=True, eq=False)
class Contexts:
    """C problems over the same K flat indices of deals."""

    utilities: Floats
    """(C, K, 2): of every deal as seat 0 proposes it; 0 where that is no deal."""
    feasible: Bools
    """(C, K): is it a deal? Where seat 1 counts from the other end, so is what it calls by the same index."""
    disagreement: Floats
    """(C, 2)"""
    whole: npt.NDArray[np.int64]
    """(C,): deal k, counted from the other end, is ``whole − k``."""
    told: Floats
    """(C, 2, G): the numbers that each party is told of it."""
    exchanged: npt.NDArray[np.int64]
    """(C,): the context in which the parties have exchanged their roles."""
    mirrored: bool = True
    """Is a proposal what is the proposer's own, so that seat 1 counts the deals from the other end?"""

    def deal_of(self, contexts: Any, seat: int, move: Any) -> Any:
        """The deal that ``seat`` calls ``move``, and the other way round."""
        return self.whole[contexts] - move if self.mirrored and seat == 1 else move

    @cached_property
    def alike(self) -> tuple[Alike, Alike]:
        """The contexts that look alike to each seat."""
        return _alike(self.told[:, 0]), _alike(self.told[:, 1])

    @cached_property
    def hides(self) -> bool:
        """Is there anything that a seat is not told?"""
        return any(int(seat.size.max()) > 1 for seat in self.alike)

    @cached_property
    def nash(self) -> Floats:
        """(C, 2): utilities of the Nash-bargaining solution (GAMES.md §3.7), the mean over the set if it has several
        deals; NaN where no deal gives both at least d.
        """
        best = nash_set(self.utilities - self.disagreement[:, None], self.feasible)
        count = best.sum(axis=1)[:, None]
        totals = np.where(best[:, :, None], self.utilities, 0.0).sum(axis=1)
        return np.where(count > 0, totals / np.maximum(count, 1), np.nan)

    @cached_property
    def exemplars(self) -> tuple[Ints, Ints]:
        """(C, 2) moves of each seat that are labelled 0, and 1: of several the best for itself."""
        found = np.zeros((2, *self.nash.shape), np.intp)
        for i in range(2):
            j = 1 - i
            without = self.disagreement[:, j, None]
            gain = self.nash[:, j, None] - without
            label = np.clip((self.utilities[:, :, j] - without) / np.where(gain > 0, gain, np.inf), 0, 1)
            for cooperative in (0, 1):
                score = np.where(self.feasible, label if cooperative else -label, -np.inf)
                best = score >= score.max(axis=1, keepdims=True)
                deal = np.where(best, self.utilities[:, :, i], -np.inf).argmax(axis=1)
                found[cooperative, :, i] = self.deal_of(np.arange(len(deal)), i, deal)
        return found[0], found[1]

    def considered(self, seat: int, room: int) -> tuple[Ints, Ints]:
        """(C, M) proposals that leave ``seat`` what it has without a deal, at most ``room``, and how many (C,) count.

        If there are more: where nothing is hidden one of those that pay the same, the efficient ones first, and an even
        grid; else an even grid, since a choice by what the other wants would tell it.
        """
        if (seat, room) not in self._lists:
            k = np.arange(self.feasible.shape[1])[None]
            own_end = k if seat == 0 else self.whole[:, None] - k
            pay = self.utilities[np.arange(len(self.whole))[:, None], own_end]
            good = self.feasible & (pay[:, :, seat] >= self.disagreement[:, seat, None])
            count = good.sum(axis=1)
            found = np.argsort(~good, axis=1, kind="stable")[:, : min(room, int(count.max()))]
            for c in np.flatnonzero(count > room):
                kept = np.flatnonzero(good[c])
                kept = _grid(kept, room) if self.hides else _of_interest(kept, pay[c, kept], room)
                found[c, : len(kept)], count[c] = kept, len(kept)
            self._lists[seat, room] = (found if self.mirrored or seat == 0 else self.whole[:, None] - found), count
        return self._lists[seat, room]

    @cached_property
    def _lists(self) -> dict[tuple[int, int], tuple[Ints, Ints]]:
        return {}


def _alike(told: Floats) -> Alike:
    if not told.shape[1]:  # nothing is told: there is nothing to tell contexts apart by
        group, rows = np.zeros(len(told), np.intp), told[:1]
    else:
        rows, group = np.unique(told, axis=0, return_inverse=True)
    group = group.ravel()
    size = np.bincount(group)
    return Alike(group, np.argsort(group, kind="stable"), np.cumsum(size) - size, size, rows)


def _grid(deals: Ints, room: int) -> Ints:
    """At most ``room`` of them, evenly."""
    if len(deals) <= room:
        return deals
    return deals[np.unique(np.linspace(0, len(deals) - 1, room).round().astype(int))] if room else deals[:0]


def _of_interest(deals: Ints, utilities: Floats, room: int) -> Ints:
    """At most ``room`` of the deals with ``utilities`` (deals, 2): one of those that pay the same, the efficient ones
    before all others.
    """
    one_each = np.sort(np.unique(utilities, axis=0, return_index=True)[1])
    best = efficient(utilities[one_each])
    first = _grid(deals[one_each[best]], room)
    return np.sort(np.concatenate([first, _grid(deals[one_each[~best]], room - len(first))]))
