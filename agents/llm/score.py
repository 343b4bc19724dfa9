"""The norm as a mechanism: the score U_i that a seat is shown, worked out from what it perceived (NORMS.md §2)."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from ...envs.chance import uniforms
from ...envs.game import Floats, Game, Worlds_
from ...envs.institutions.staged import GAME
from ..foresight import pays
from ..norms import Norms, Packed, pack
from ..preferences import add_utilities, remember, weights_of

PARDON = 1
"""Stream of the seat's own draws that let a provocation pass, as the deliberator's."""


class Score:
    """The scores of one seat in B worlds, of which each has a norm."""

    def __init__(self, game: Game, seat: int, per_world: Sequence[Norms], keys: npt.NDArray[np.uint64]) -> None:
        b, n = len(keys), game.n_agents
        self._game, self._seat, self._keys = game, seat, keys
        self._packed = pack(per_world, n, game.signals)
        self._kindness = np.repeat(self._packed.rows["initial"][:, None], n, axis=1)
        self._incomes, self._earned = np.zeros((b, n)), np.zeros((b, n))
        needed = bool((self._packed.rows["compassion"] > 0).any())
        self._need_unit = game.anchors().optimum / (n * game.paying_steps) if needed else 0.0
        self._signals: dict[str, Floats] = {}
        self.total = np.zeros(b)
        """(B,): the sum of all steps so far."""

    def open(self, worlds: Worlds_) -> None:
        """Before the first step: the signals of the norm's patients as they are."""
        self._signals = {name: worlds[name].astype(np.float64) for name in self._packed.patients}

    def add(self, worlds: Worlds_, active: npt.NDArray[np.bool_], step: int) -> Floats:
        """(B,): the score of the step of the game that led to ``worlds``, as the seat perceives them, where it was
        ``active``; NaN while stages of it are still to come. Called after every step of the environment. A payoff of
        another that the seat does not see counts as nothing.
        """
        played = worlds["stage_before"] == GAME if self._game.stages else np.ones(len(active), np.bool_)
        if played.any():
            self._weights = weights_of(self._packed.rows, self._packed.same_group, self._kindness, self._seat)
            self._remember(worlds, active & played, step)
        over = active & self._game.completed(worlds)
        scores = np.zeros(len(active))
        if not over.any():
            return np.full(len(active), np.nan)
        payoffs = np.nan_to_num(worlds[self._game.paid]) * over[:, None]
        self._earned += payoffs
        paid = pays(self._game, worlds) & over
        of = (self._packed.rows, self._weights, np.arange(len(active)), self._seat)
        unit, now = self._need_unit, np.ones(len(active))
        add_utilities(*of, payoffs, self._earned, self._incomes, unit, paid, now, scores)
        self._earned[paid] = 0.0
        for name, weight in self._packed.patients.items():
            scores += weight * (worlds[name] - self._signals[name])
            self._signals[name] = worlds[name].astype(np.float64)
        self.total += np.where(over, scores, 0.0)
        return np.where(over, scores, np.nan)

    def _remember(self, worlds: Worlds_, active: npt.NDArray[np.bool_], step: int) -> None:
        n = self._game.n_agents
        pardon = np.stack([np.asarray(uniforms(self._keys, step, PARDON, j)) for j in range(n)], axis=1)
        pairs = np.where(active[:, None, None], self._game.cooperation_pairs(worlds), np.nan)
        remember(Packed(self._packed.rows, self._packed.same_group, {}), self._kindness, self._seat, pairs, pardon)
