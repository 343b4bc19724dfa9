"""The one agent that plays every game: it looks ahead through the game itself under its norms.

It knows a game by the contract alone: what a seat may believe (``imagine``), which moves to consider (``candidates``),
and what "the same act" is for another (``counterpart``). It never sees the true worlds, the future's chance, or a
hidden horizon.
"""

from typing import Annotated, NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from ..envs.chance import uniforms
from ..envs.game import Floats, Game, Worlds_
from ..envs.settings import Choice, Range
from .agent import Agent, Bools, View
from .deterrence import learn_rate
from .foresight import Mind, pays, simultaneous_values
from .induction import turn_values
from .norms import Norms, Packed, pack
from .preferences import remember

CHOICE, PARDON = 1, 2  # streams of the agent's own draws
STAGES = 1 << 32  # decisions in stages are numbered from here on
SAMPLES = 8
"""Imagined worlds per decision where chance touches what follows."""


class Deliberator(Agent):
    """Chooses what its norms value most over ``depth`` steps; logit with ``rationality`` over utilities in units of
    their range.
    """

    name = "deliberator"
    shared = ("depth", "samples", "limit", "prior")
    plays_stages = True

    class Params(NamedTuple):
        """How it thinks."""

        depth: Annotated[int, Range(1, 10_000), "steps that it looks ahead"] = 6
        rationality: Annotated[
            float, Range(0, infinite=True), "λ of the logit choice, per range of utilities; inf: always the best"
        ] = np.inf
        samples: Annotated[
            int, Range(0, 10_000), f"imagined futures per decision; 0: {SAMPLES} with chance, else 1"
        ] = 0
        limit: Annotated[int, Range(8, 100_000), "moves considered at most"] = 256
        prior: Annotated[
            str, Choice("cooperative", "uncooperative"), "what it expects of others before it has seen them act"
        ] = "cooperative"

    def __init__(self, params: Params | None = None) -> None:
        super().__init__(params)
        self._norms: list[Norms] = [Norms()]

    def take_norms(self, per_world: list[Norms]) -> None:
        """The utility carrier: one norm for each world, or a single one for all."""
        self._norms = per_world

    def begin(self, game: Game, seat: int, seeds: npt.NDArray[np.uint64]) -> None:
        """No income yet, and k_ij = k0."""
        super().begin(game, seat, seeds)
        b, n = len(seeds), game.n_agents
        per_world = self._norms * b if len(self._norms) == 1 else self._norms
        self._packed = pack(per_world, n, game.signals)
        self._kindness = np.repeat(self._packed.rows["initial"][:, None], n, axis=1)
        self._incomes = np.zeros((b, n))
        self._punished = np.zeros(b)
        anchors_needed = bool((self._packed.rows["compassion"] > 0).any())
        self._need_unit = game.anchors().optimum / (n * game.paying_steps) if anchors_needed else 0.0
        patience = np.ones(b) if game.discounts_itself else self._packed.rows["patience"]
        goes_on = 1.0 if game.turn_based else game.params.continuation  # by turns it is a branch of the future
        self._discount = patience * goes_on
        self._samples = self.params.samples or (SAMPLES if game.stochastic else 1)
        self._last = np.full((b, n), np.nan)
        self._coming, self._in_stages = 0, 0  # the game's step that is to come; decisions in stages so far

    def act(self, view: View) -> Floats:
        """Thinks in every world that still runs."""
        moves = np.zeros(len(view.active))
        running, believed = self._look(view)
        if self.game.turn_based:
            turn = self.game.movers(believed)[:, self.seat]
            moves[running[~turn]] = self.game.exemplar(believed[~turn], self.seat, cooperative=False)
            running, believed = running[turn], believed[turn]
        if len(running):
            moves[running] = self._decide(view, running, believed)
        return moves

    def watch(self, view: View) -> None:
        """Looks, and does not think."""
        self._look(view)

    def _look(self, view: View) -> tuple[npt.NDArray[np.int64], Worlds_]:
        """Which worlds still run, and as what it believes them after what the last step showed.

        Its chance in a step of the game is the same whatever stages there are between the steps.
        """
        in_stage = view.stage > 0
        self._in_stages += in_stage
        self.step = STAGES + self._in_stages if in_stage else self._coming
        running = np.flatnonzero(view.active)
        believed = view.imagine(self.imagined_keys(running, 0), running)
        self._perceive(believed, running)
        self._coming += not in_stage
        return running, believed

    def _decide(self, view: View, running: npt.NDArray[np.int64], believed: Worlds_) -> Floats:
        q = self.params
        candidates, legal = self.game.candidates(believed, self.seat, q.limit)
        imagined = [believed, *(view.imagine(self.imagined_keys(running, s), running) for s in range(1, self._samples))]
        whole = (self._packed, self._kindness, self._incomes, self._discount, self._punished, self._need_unit)
        mind = Mind(*whole, self.seat).of(running)
        if self.game.turn_based:
            values = turn_values(self.game, mind, imagined, candidates, legal, q.depth, q.limit)
        else:
            others = self._expected(believed, running)
            values = simultaneous_values(self.game, mind, imagined, candidates, others, q.depth)
        if not np.isfinite(values[legal]).all():
            raise ValueError(f"{self.game.name}: a utility is not a finite number; payoffs or norms are too large")
        draws = np.asarray(uniforms(self.keys[running], self.step, CHOICE, 0))
        chosen = choose(
            values, legal, np.broadcast_to(np.asarray(q.rationality, np.float64), len(view.active))[running], draws
        )
        return candidates[np.arange(len(running)), chosen]

    def _perceive(self, believed: Worlds_, running: npt.NDArray[np.int64]) -> None:
        """Takes in what the last step showed: payoffs into incomes, labels into remembered kindness."""
        packed = Packed(self._packed.rows[running], self._packed.same_group[running], {})
        if self._coming:
            payoffs = believed[self.game.paid]
            seen = ~np.isnan(payoffs) & pays(self.game, believed)[:, None]
            s = packed.rows["income_memory"][:, None]
            incomes = self._incomes[running]
            self._incomes[running] = np.where(seen, s * incomes + (1 - s) * np.nan_to_num(payoffs), incomes)
            self._punished[running] = learn_rate(self.game, believed, self.seat, self._punished[running])
        acts = believed["action"]
        self._last[running] = np.where(np.isnan(acts), self._last[running], acts)
        pardon = np.stack(
            [uniforms(self.keys[running], self._coming, PARDON, j) for j in range(self.game.n_agents)], axis=1
        )
        kindness = self._kindness[running]
        remember(packed, kindness, self.seat, self.game.cooperation_pairs(believed), pardon)
        self._kindness[running] = kindness

    def _expected(self, believed: Worlds_, running: npt.NDArray[np.int64]) -> Floats:
        """(B, N): everybody's last perceived act, however long ago, or that of the prior."""
        others = self._last[running]
        for j in range(self.game.n_agents):
            unseen: Bools = np.isnan(others[:, j])
            if unseen.any():
                cooperative = self.params.prior == "cooperative"
                others[unseen, j] = self.game.exemplar(believed[unseen], j, cooperative)
        return others


@njit(cache=True)
def choose(values: Floats, legal: Bools, rationality: Floats, draws: Floats) -> npt.NDArray[np.int64]:
    """(B,): a candidate per world, with probability ∝ exp(λ·value/range) over the legal ones; λ = ∞ takes the best, the
    first on a tie.
    """
    chosen = np.zeros(len(values), np.int64)
    for b in range(len(values)):
        top, bottom = -np.inf, np.inf
        for c in range(values.shape[1]):
            if legal[b, c]:
                top, bottom = max(top, values[b, c]), min(bottom, values[b, c])
        tie = 1e-9 * max(1.0, abs(top))
        if rationality[b] == np.inf or top - bottom <= tie:
            for c in range(values.shape[1]):
                if legal[b, c] and values[b, c] >= top - tie:
                    chosen[b] = c
                    break
            continue
        scale = rationality[b] / (top - bottom)
        total = 0.0
        for c in range(values.shape[1]):
            if legal[b, c]:
                total += np.exp(scale * (values[b, c] - top))
        left = draws[b] * total
        for c in range(values.shape[1]):
            if legal[b, c]:
                chosen[b] = c
                left -= np.exp(scale * (values[b, c] - top))
                if left < 0.0:
                    break
    return chosen
