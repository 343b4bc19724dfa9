"""What happened in a batch of episodes, as measures want it, whoever played and wherever it was kept."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from ..envs.record import Record
from .measure import BoolArray, FloatArray, IntArray

_HORIZON = "horizon"  # an outcome


@dataclass(frozen=True, eq=False, repr=False)
class Traces:
    """``W`` episodes of one game, each padded to ``T`` steps, of ``N`` agents.

    ==============  ====================  =========================================================================
    ``rewards``     (W, T, N) float64     material payoffs; 0 where nothing was paid and after the end
    ``lengths``     (W,) int64            steps played, T_e
    ``horizon``     int                   nominal horizon, T of METRICS.md: at least the longest episode
    ``labels``      (W, T, N) float64     cooperation in [0, 1]; NaN: no choice, or the episode is over. None: no labels
    ``addressee``   (W, T, N) int         whom the act was towards, -1 nobody; None where acts have no addressee
    ``present``     (W, T, N) bool        who was there; None: everyone, as long as the episode lasted
    ``cut_off``     (W,) bool             cut off, with a future that nobody played; False: the rules ended it
    ``worst``       (W,) float64          W_N, welfare of the worst symmetric equilibrium; NaN where it is not known
    ``optimum``     (W,) float64          W_O, the largest welfare; likewise
    ``collapsed``   (W,) bool             was what was shared lost? None where nothing can be
    ``timed_out``   (W, T, N) bool        who was put out of play for the step; None where nobody can be
    ``turn_based``  bool                  one moves at a time, so that no step has two choices
    ``rates``       bool                  payoffs come step by step, so that a payoff per step is a rate
    ``discounts``   bool                  payoffs may be discounted: the game's rules have not done it already
    ==============  ====================  =========================================================================
    """

    rewards: FloatArray
    lengths: IntArray
    horizon: int
    labels: FloatArray | None = None
    addressee: npt.NDArray[Any] | None = None
    present: BoolArray | None = None
    cut_off: BoolArray = field(default_factory=lambda: np.zeros(0, np.bool_))
    worst: FloatArray = field(default_factory=lambda: np.zeros(0))
    optimum: FloatArray = field(default_factory=lambda: np.zeros(0))
    collapsed: BoolArray | None = None
    timed_out: BoolArray | None = None
    turn_based: bool = False
    rates: bool = True
    discounts: bool = True

    def __post_init__(self) -> None:
        worlds = len(self.rewards)
        for name, unknown in (("cut_off", False), ("worst", np.nan), ("optimum", np.nan)):
            if len(getattr(self, name)) != worlds:
                object.__setattr__(self, name, np.full(worlds, unknown))

    def __repr__(self) -> str:
        worlds, steps, n = self.rewards.shape
        return f"Traces({worlds} episodes, {steps} steps, {n} agents)"

    @property
    def n_agents(self) -> int:
        """N."""
        return self.rewards.shape[2]

    @cached_property
    def welfare(self) -> FloatArray:
        """(W, T): w(t), the payoff of all agents."""
        return self.rewards.sum(axis=2)

    @cached_property
    def acts(self) -> FloatArray | None:
        """The labels as dyadic measures want them: (W, T, N), or (W, T, N, N) where acts have an addressee among
        several.
        """
        if self.labels is None or self.addressee is None or self.n_agents == 2:
            return self.labels
        towards = self.addressee[..., None] == np.arange(self.n_agents)
        return np.where(towards & ~np.eye(self.n_agents, dtype=np.bool_), self.labels[..., None], np.nan)


def of_record(record: Record) -> Traces:
    """The traces of a record of comity's own. Where a reply of a language model was invalid there is no choice: what
    the policy played is paid, and is nobody's label.
    """
    game = record.game
    worlds = len(record.lengths)
    worst, optimum = anchors_of(record)
    unplayed = (record.outcome == record.outcomes.index(_HORIZON)) & (not game.params.horizon_known)
    return Traces(
        rewards=record.rewards,
        lengths=record.lengths,
        horizon=max(game.max_steps, record.rewards.shape[1]),
        labels=record.choices,
        addressee=record.addressee,
        cut_off=unplayed,
        worst=np.full(worlds, worst),
        optimum=np.full(worlds, optimum),
        collapsed=record.collapsed if game.collapses else None,
        timed_out=_timed_out(record),
        turn_based=game.turn_based,
        rates=not game.pays_at_end,
        discounts=not (game.discounts_itself or game.pays_at_end),
    )


def _timed_out(record: Record) -> BoolArray | None:
    """Whoever had steps off the grid to come after the step before."""
    left = record.logs.get("timeout")
    if left is None:
        return None
    out = np.zeros(left.shape, np.bool_)
    out[:, 1:] = left[:, :-1] > 0
    return out


_KNOWN_ANCHORS: dict[tuple[str, str], tuple[float, float]] = {}


def anchors_of(record: Record) -> tuple[float, float]:
    """(W_N, W_O), worked out once for each setting of a game: random play, which is slow, comes with them."""
    key = (record.game.id, repr(record.game.params))
    if key not in _KNOWN_ANCHORS:
        found = record.game.anchors()
        _KNOWN_ANCHORS[key] = (found.worst_equilibrium, found.optimum)
    return _KNOWN_ANCHORS[key]
