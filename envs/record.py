"""What happened: the acts, payoffs, labels and signals of a batch of episodes."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from .game import Floats, Game, Worlds_

if TYPE_CHECKING:
    import polars


@dataclass(frozen=True, repr=False)
class Record:
    """``W`` episodes of one game, each padded to the longest, ``T`` steps.

    ================  =====================  =============================================================
    ``seeds``         (W,) uint64            the seed of each world
    ``lengths``       (W,) int64             steps played
    ``outcome``       (W,) int8              how it ended, an index into ``outcomes``
    ``intended``      (W, T, N) float64      moves as asked for; NaN: no choice, or the episode is over
    ``actions``       (W, T, N) float64      moves as realised
    ``rewards``       (W, T, N) float64      material payoffs, institutions settled; 0 after the end
    ``game_payoffs``  (W, T, N) float64      what the game alone paid; None where there are no institutions
    ``cooperation``   (W, T, N) float64      labels in [0, 1]; NaN: no choice, or the episode is over
    ``addressee``     (W, T, N) int16        whom the act was towards, -1 nobody; None in undirected games
    ``signals``       name → (W, T + 1)      scalar state at the start of each step and after the last
    ``illegal``       (W, N) int64           count of illegal moves
    ``final``         (W,) records           the worlds as the last step left them
    ``logs``          name → (W, T, N)       what institutions log of each seat and step; NaN after the end
    ``moves``         (W, E, N) float64      all moves asked for, in stages of institutions, too: one row per step of
                                             the environment, NaN after the end; None where there are no stages
    ``sat``           (W, N) int32           who sat in each seat, an index into ``kinds``; None where nobody said
    ``kinds``         names                  of everyone who may have sat somewhere
    ================  =====================  =============================================================

    A step is one of the game: what the stages before and after it pay is in its reward.
    """

    game: Game
    seeds: npt.NDArray[np.uint64]
    lengths: npt.NDArray[np.int64]
    outcome: npt.NDArray[np.int8]
    intended: Floats
    actions: Floats
    rewards: Floats
    cooperation: Floats
    illegal: npt.NDArray[np.int64]
    final: Worlds_
    addressee: npt.NDArray[np.int16] | None = None
    game_payoffs: Floats | None = None
    signals: dict[str, Floats] = field(default_factory=dict)
    logs: dict[str, Floats] = field(default_factory=dict)
    moves: Floats | None = None
    sat: npt.NDArray[np.int32] | None = None
    kinds: tuple[str, ...] = ()

    def __repr__(self) -> str:
        worlds, steps, n = self.rewards.shape
        return f"Record({self.game.name}: {worlds} worlds, {steps} steps, {n} seats)"

    @property
    def outcomes(self) -> tuple[str, ...]:
        """The words for ``outcome``."""
        return self.game.outcomes

    @property
    def who(self) -> npt.NDArray[np.str_]:
        """(W, N): the name of whoever sat in each seat, empty where nobody said."""
        return np.full(self.illegal.shape, "") if self.sat is None else np.array(self.kinds)[self.sat]

    @property
    def collapsed(self) -> npt.NDArray[np.bool_]:
        """(W,): did the episode end in the loss of what was shared?"""
        events = [self.outcomes.index(word) for word in self.game.collapses]
        return np.isin(self.outcome, events)

    @property
    def played(self) -> npt.NDArray[np.bool_]:
        """(W, T): was the step played?"""
        return np.arange(self.rewards.shape[1]) < self.lengths[:, None]

    def cooperation_pairs(self) -> Floats:
        """(W, T, N, N): c_ij, NaN where i had no choice towards j; the same label towards all in undirected games."""
        n = self.game.n_agents
        towards = ~np.eye(n, dtype=bool)[None, None]
        if self.addressee is not None:
            towards = towards & (self.addressee[..., None] == np.arange(n))
        return np.where(towards, self.cooperation[..., None], np.nan)

    def frame(self) -> "polars.DataFrame":
        """Tidy: one row per (seed, step, agent) played, with the signals at the start of the step."""
        import polars

        world, step, agent = np.nonzero(np.repeat(self.played[:, :, None], self.game.n_agents, axis=2))
        columns = {
            "seed": self.seeds[world],
            "step": step + 1,
            "agent": agent.astype(np.int16),
            **({} if self.sat is None else {"who": polars.Series(self.kinds)[self.sat[world, agent]]}),
            "action": self.actions[world, step, agent],
            "intended": self.intended[world, step, agent],
            "reward": self.rewards[world, step, agent],
            "cooperation": self.cooperation[world, step, agent],
        }
        if self.game_payoffs is not None:
            columns["game_payoff"] = self.game_payoffs[world, step, agent]
        if self.addressee is not None:
            columns["addressee"] = self.addressee[world, step, agent]
        columns |= {name: values[world, step, agent] for name, values in self.logs.items()}
        columns |= {name: values[world, step] for name, values in self.signals.items()}
        return polars.DataFrame(columns).with_columns(polars.selectors.float().fill_nan(None))
