"""Looking ahead where all move at once: repeat an act, let the others repeat theirs, and see what comes of it.

Every candidate act is repeated for ``depth`` steps on imagined worlds by the game's own kernel. The others repeat their
last perceived act, or (for universalization) take its counterpart. Futures are scored by the norms' utility.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ..envs.game import RUNNING, Floats, Game, Worlds_
from .deterrence import shortfall
from .norms import Packed
from .preferences import add_utilities, weights_of

ROLLOUTS_AT_ONCE = 1 << 17
"""Bounds memory: this many imagined worlds are stepped together."""


class Mind(NamedTuple):
    """What a deliberator brings along, per world: its norms, k_ij (B, N), incomes (B, N), the discount of a step (B,),
    and what it expects to lose by punishment per unit of shortfall (B,).
    """

    norms: Packed
    kindness: Floats
    incomes: Floats
    discount: Floats
    punished: Floats
    need_unit: float
    seat: int

    def of(self, worlds: npt.NDArray[np.int64]) -> "Mind":
        """The mind in some of the worlds."""
        n = self.norms
        patients = {name: weights[worlds] for name, weights in n.patients.items()}
        packed = Packed(n.rows[worlds], n.same_group[worlds], patients)
        return self._replace(
            norms=packed,
            kindness=self.kindness[worlds],
            incomes=self.incomes[worlds],
            discount=self.discount[worlds],
            punished=self.punished[worlds],
        )


def pays(game: Game, worlds: Worlds_) -> npt.NDArray[np.bool_]:
    """(B,): did the last step complete what is paid for?"""
    return worlds["ended"] != RUNNING if game.pays_at_end else game.completed(worlds)


def simultaneous_values(
    game: Game, mind: Mind, imagined: list[Worlds_], candidates: Floats, others: Floats, depth: int
) -> Floats:
    """(B, C): the utility of each candidate (B, C), a mean over the ``imagined`` samples, each (B,) worlds.

    ``others`` (B, N) is what the others repeat, and what the seat itself goes on with where a candidate is a move of an
    institution's stage. In stages others are expected to do nothing, and so is the seat itself in those to come. Raises
    nothing: what is illegal in a candidate's future the kernel clips.
    """
    count = candidates.shape[1]
    block = max(1, ROLLOUTS_AT_ONCE // count)
    values = np.empty(candidates.shape)
    for start in range(0, len(candidates), block):
        part = np.arange(start, min(start + block, len(candidates)))
        values[part] = _block_values(
            game, mind.of(part), [w[part] for w in imagined], candidates[part], others[part], depth
        )
    return values


def _block_values(
    game: Game, mind: Mind, imagined: list[Worlds_], candidates: Floats, others: Floats, depth: int
) -> Floats:
    share = mind.norms.rows["universalization"]
    beside = others
    if game.stages and not game.n_moves:
        beside = np.where((imagined[0]["stage"] > 0)[:, None], 0.0, others)
    acts = _acts(game, mind.seat, candidates, beside, universal=False)
    everyone = _acts(game, mind.seat, candidates, beside, universal=True)
    total = np.zeros(candidates.shape)
    for worlds in imagined:
        if (share < 1).any():
            total += (1 - share)[:, None] * _rollout(game, mind, worlds, acts, others, depth)
        if (share > 0).any():
            total += share[:, None] * _rollout(game, mind, worlds, everyone, others, depth)
    return total / len(imagined)


def _acts(game: Game, seat: int, candidates: Floats, others: Floats, universal: bool) -> Floats:
    """(B, C, N): the seat's candidate, and what the others do beside it."""
    acts = np.repeat(others[:, None, :], candidates.shape[1], axis=1)
    acts[:, :, seat] = candidates
    if universal:
        for j in range(game.n_agents):
            if j != seat:
                acts[:, :, j] = game.counterpart(candidates, seat, j)
    return acts


def _rollout(game: Game, mind: Mind, worlds: Worlds_, acts: Floats, others: Floats, depth: int) -> Floats:
    """(B, C): discounted utility of repeating ``acts`` (B, C, N) for ``depth`` steps of the game; of doing them once
    and going on as ``others`` (B, N) where a world is in a stage.
    """
    b, count, n = acts.shape
    of = np.repeat(np.arange(b), count)
    ahead = worlds[of]
    moves = acts.reshape(b * count, n)
    p = game.believed(mind.seat).p
    rewards, ended = np.zeros((len(of), n)), np.zeros(len(of), np.int8)
    m = mind.norms
    incomes, caring = mind.incomes[of], weights_of(m.rows, m.same_group, mind.kindness, mind.seat)
    totals = np.zeros(len(of))
    discount = np.ones(b)
    running = np.ones(len(of), np.bool_)
    afterwards = moves
    if game.stages:
        ahead[game.paid] = np.nan_to_num(ahead[game.paid])
        afterwards = np.where((ahead["stage"] > 0)[:, None], others[of], moves)
    shared = bool(game.stages) and not game.n_moves  # real numbers, which a stage would take for its own moves
    for _ in range(depth * game.turns_per_step):
        before = {name: ahead[name].copy() for name in mind.norms.patients}
        step = ahead["step"].copy()
        game.kernels.step(p, ahead, moves, rewards, ended)
        paid = running & pays(game, ahead)
        earned = ahead[game.paid] if game.stages else rewards
        add_utilities(m.rows, caring, of, mind.seat, rewards, earned, incomes, mind.need_unit, paid, discount, totals)
        for name, weights in m.patients.items():
            totals += np.where(running, discount[of] * weights[of] * (ahead[name] - before[name]), 0.0)
        if (mind.punished > 0).any():
            totals -= np.where(running, (discount * mind.punished)[of] * shortfall(game.labels(ahead), mind.seat), 0.0)
        running = ended == RUNNING
        if not running.any():
            break
        advanced = (ahead["step"] > step).reshape(b, count).any(axis=1)
        discount = np.where(advanced, discount * mind.discount, discount)
        moves = np.where((ahead["stage"] > 0)[:, None], 0.0, afterwards) if shared else afterwards
    return totals.reshape(b, count)
