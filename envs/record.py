"""What happened: the acts, payoffs, labels and signals of a batch of episodes."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from .game import Floats, Game, Worlds_

if TYPE_CHECKING:
    import polars

    from .faces.talk import Said


ACCOUNTS: dict[str, str] = {
    "asked": "decisions that a model was asked for, in the game and in stages",
    "first_try_invalid": "decisions whose first reply could not be used",
    "invalid": "decisions without a usable reply after all that were asked again",
    "asked_in_stages": "of those asked, in stages of institutions (left out where there are none)",
    "invalid_in_stages": "of the invalid, in stages of institutions (left out where there are none)",
    "calls": "calls of any purpose",
    "refused": "calls that the model or its provider would not answer",
    "failed": "calls without a reply after all tries",
    "truncated": "calls whose reply was cut off at the limit of its length",
    "tries": "tries of all calls",
    "prompt_tokens": "tokens sent; NaN where those of any call are unknown",
    "completion_tokens": "tokens received; NaN where those of any call are unknown",
    "cost": "US dollars of the calls whose price is known",
    "cost_unknown": "calls whose price is not known",
    "latency": "seconds waited for replies, summed over calls",
    "seed_honoured": "share of calls whose sampling seed was taken; NaN where it is not known",
    "comprehension": "share of the questions before play that were answered rightly; NaN where none were asked",
    "forecasts": "forecasts of another's act that were stated and could be compared with it",
    "brier_sum": "sum of (p − outcome)² over the forecasts",
    "summaries_lost": "summaries asked for that could not be used",
    "reflections_lost": "reflections asked for that could not be used",
}
"""What :attr:`Record.accounts` counts of each seat that asks a language model, as the ledger has it: a study that is
replayed counts the same."""
SHARES = ("seed_honoured", "comprehension")
"""Those that are no sums."""


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
    ``logs``          name → (W, T, N)       what the game and institutions log of each seat after each step; NaN after
                                             the end
    ``moves``         (W, E, N) float64      all moves asked for, in stages of institutions, too: one row per step of
                                             the environment, NaN after the end; None where there are no stages
    ``sat``           (W, N) int32           who sat in each seat, an index into ``kinds``; None where nobody said
    ``kinds``         names                  of everyone who may have sat somewhere
    ``invalid``       (W, T, N) bool         the seat had a choice, but no reply that could be used, even when it was
                                             asked again, and a declared policy moved for it; None where none can be
    ``accounts``      name → (W, N) float64  what seats that ask a language model used, by the names in ``ACCOUNTS``;
                                             NaN for the other seats, empty where there is no such seat
    ``prompts``       (W, N) str             a hash of what was told once to each seat that asks a language model, empty
                                             for others; None where there is no such seat
    ``messages``      :class:`.faces.talk.Said`  what was said where there was talk, untrusted text
    ================  =====================  =============================================================

    A step is one of the game: what the stages before and after it pay is in its reward. Where ``invalid`` is True,
    move and label are those of the policy: they happened and were paid, but nobody chose them (``choices``).
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
    invalid: npt.NDArray[np.bool_] | None = None
    accounts: dict[str, Floats] = field(default_factory=dict)
    prompts: npt.NDArray[np.str_] | None = None
    messages: "tuple[Said, ...]" = ()

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

    @property
    def choices(self) -> Floats:
        """(W, T, N): the labels of what the seats chose themselves; NaN where a policy moved for one, too."""
        return self.cooperation if self.invalid is None else np.where(self.invalid, np.nan, self.cooperation)

    def cooperation_pairs(self) -> Floats:
        """(W, T, N, N): c_ij, NaN where i had no choice towards j; the same label towards all in undirected games."""
        n = self.game.n_agents
        towards = ~np.eye(n, dtype=bool)[None, None]
        if self.addressee is not None:
            towards = towards & (self.addressee[..., None] == np.arange(n))
        return np.where(towards, self.choices[..., None], np.nan)

    def frame(self) -> "polars.DataFrame":
        """Tidy: one row per (seed, step, agent) played, with the signals at the start of the step.

        ``cooperation`` is the label of a choice: null where the reply was ``invalid``.
        """
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
            "cooperation": self.choices[world, step, agent],
        }
        if self.invalid is not None:
            columns["invalid"] = self.invalid[world, step, agent]
        if self.game_payoffs is not None:
            columns["game_payoff"] = self.game_payoffs[world, step, agent]
        if self.addressee is not None:
            columns["addressee"] = self.addressee[world, step, agent]
        columns |= {name: values[world, step, agent] for name, values in self.logs.items()}
        columns |= {name: values[world, step] for name, values in self.signals.items()}
        return polars.DataFrame(columns).with_columns(polars.selectors.float().fill_nan(None))
