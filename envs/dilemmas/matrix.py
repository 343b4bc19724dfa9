"""Iterated 2×2 games: prisoner's dilemma, stag hunt, hawk–dove, and any other two-by-two.

**Models** two parties who meet again and again, each free to cooperate or to defect, and unable to sign anything.

**Rules.** Each step the two of a pair choose C (0) or D (1) at the same time. Payoffs: (C,C) R,R; (C,D) S,T; (D,C) T,S;
(D,D) P,P, or the free table ``payoffs[row][column][player]``, where the lower seat is the row. With more than two
seats, ``pairing`` says who meets whom; the odd one out sits out, is paid 0 and has no label. ``action_noise`` flips a
realised move; ``perception_noise`` flips what a partner sees of it, and then the own payoff is not part of what an
agent learns (it would reveal the truth).

**Ends** by the horizon or the continuation draw only.

**Observation** (float32): one-hot of the own last realised move and of the partner's as seen (``*_none`` before the
first meeting or after sitting out), the partner's seat where there are more than two, step and horizon if known.

**Action**: 0 cooperates, 1 defects. **Reward**: the payoff of the step.

**Cooperation**: c_ij = 1 if the realised move towards j was C, else 0.

**Known answers** (GAMES.md §1.1): critical discounts, exact noisy memory-one chains, the 200-step table, the
seven-player round robin; all are tests.

**Source**: Axelrod 1980, 1984; Dal Bó & Fréchette 2011 (AER 101:411); Maynard Smith & Price 1973.

**Versions**: v0, first.
"""

from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Any, ClassVar, NamedTuple

import numpy as np
import numpy.typing as npt
from gymnasium import spaces
from numba import njit

from ..acts import Act
from ..chance import PAIRING, uniform
from ..faces import entry_points
from ..game import (
    RUNNING,
    Anchors,
    Continuation,
    Field,
    Floats,
    Game,
    Horizon,
    HorizonKnown,
    Kernels,
    Worlds_,
    close_step,
    open_episode,
    stay_ended,
    world_dtype,
)
from ..neutral import cooperation_as
from ..paraphrases import Wordings, worded
from ..settings import Choice, Range, refuse
from . import binary
from .binary import MOVE_FIELDS, UNSEEN, binary_move, perceived, realised, show_moves

FIXED, ROUND_ROBIN, RANDOM = range(3)
TABLE_SIZE = 8


WORDS = ("cooperate", "defect")
FORMS = {
    **cooperation_as("{0}"),
    "cooperate": "{0}",
    "you cooperate": "you choose {0}",
    "cooperated": "chose {0}",
    "defect": "{1}",
    "you defect": "you choose {1}",
    "defects": "chooses {1}",
    "defected": "chose {1}",
}
"""What stands in the place of these words under neutral labels."""


class Params(NamedTuple):
    """The parameters of GAMES.md §1.1."""

    temptation: Annotated[float, Range(), "T: payoff of defecting against a cooperator"] = 5.0
    reward: Annotated[float, Range(), "R: payoff of mutual cooperation"] = 3.0
    punishment: Annotated[float, Range(), "P: payoff of mutual defection"] = 1.0
    sucker: Annotated[float, Range(), "S: payoff of cooperating against a defector"] = 0.0
    payoffs: Annotated[
        tuple[float, float, float, float, float, float, float, float] | None,
        Range(),
        "free 2×2×2 table [row][column][player] (nested or flat), 0 = C; replaces T, R, P, S",
    ] = None
    n_agents: Annotated[int, Range(2, 1000), "seats"] = 2
    pairing: Annotated[str, Choice("fixed", "round_robin", "random"), "who meets whom each step"] = "fixed"
    action_noise: Annotated[float, Range(0, 1), "probability that a realised move is the other one"] = 0.0
    perception_noise: Annotated[float, Range(0, 1), "probability that a partner sees the other move"] = 0.0
    horizon: Horizon = 200
    horizon_known: HorizonKnown = False
    continuation: Continuation = 1.0


@njit(cache=True)
def _pair(p: Params, w: Any) -> None:
    """Sets each seat's partner of the coming step, -1 for whoever sits out."""
    n = p.n_agents
    if p.pairing == FIXED or n == 2:
        for i in range(n):
            j = i + 1 - 2 * (i % 2)
            w.partner[i] = j if j < n else -1
        return
    order = np.arange(n + n % 2)
    last = len(order) - 1
    if p.pairing == ROUND_ROBIN:  # the circle method: the last stays, the others rotate
        for k in range(last):
            order[k] = (k + w.step) % last
    else:
        for k in range(last, 0, -1):
            other = int(uniform(w.key, w.step, PAIRING, k) * (k + 1))
            order[k], order[other] = order[other], order[k]
    for k in range(len(order) // 2):
        i, j = order[k], order[last - k]
        if i < n:
            w.partner[i] = j if j < n else -1
        if j < n:
            w.partner[j] = i if i < n else -1


@njit(cache=True)
def reset(p: Params, worlds: Worlds_, again: npt.NDArray[np.bool_]) -> None:
    """Nobody has met anybody yet."""
    for b in range(len(worlds)):
        if again[b]:
            w = worlds[b]
            open_episode(w)
            for i in range(p.n_agents):
                w.seen[i] = UNSEEN
                w.met[i] = -1
            _pair(p, w)


@njit(cache=True)
def step(p: Params, worlds: Worlds_, actions: Floats, rewards: Floats, ended: npt.NDArray[np.int8]) -> None:
    """All pairs move at once."""
    table: Any = p.payoffs
    for b in range(len(worlds)):
        w = worlds[b]
        if w.ended != RUNNING:
            stay_ended(w, rewards[b])
            continue
        for i in range(p.n_agents):
            w.met[i] = w.partner[i]
            w.seen[i] = UNSEEN
            w.action[i] = np.nan
            w.intended[i] = np.nan
            w.cooperation[i] = np.nan
            w.payoff[i] = 0.0
            if w.met[i] >= 0:
                move = realised(w, i, binary_move(w, i, actions[b, i]), p.action_noise)
                w.action[i] = move
                w.cooperation[i] = 1.0 - move
        for i in range(p.n_agents):
            j = w.met[i]
            if j >= 0:
                mine, theirs = int(w.action[i]), int(w.action[j])
                row, column = (mine, theirs) if i < j else (theirs, mine)
                w.payoff[i] = table[4 * row + 2 * column + (0 if i < j else 1)]
                w.seen[i] = perceived(w, i, theirs, p.perception_noise)
            rewards[b, i] = w.payoff[i]
        close_step(w, p.horizon, p.horizon_known, p.continuation)
        if p.pairing != FIXED:
            _pair(p, w)
        ended[b] = w.ended


@njit(cache=True)
def observe(p: Params, worlds: Worlds_, out: npt.NDArray[np.float32]) -> None:
    """Own and partner's last move one-hot, then what the setting adds."""
    for b in range(len(worlds)):
        w = worlds[b]
        for i in range(p.n_agents):
            o = out[b, i]
            show_moves(w, i, o)
            k = 6
            if p.n_agents > 2:
                o[k] = w.partner[i]
                k += 1
            if p.horizon_known:
                o[k] = w.step
                o[k + 1] = p.horizon


def _dbf(reward: float, continuation: float) -> dict[str, Any]:
    """Dal Bó & Fréchette 2011: a random end, so that the horizon only guards against endless episodes."""
    return {
        "temptation": 50,
        "reward": reward,
        "punishment": 25,
        "sucker": 12,
        "continuation": continuation,
        "horizon": 10_000,
    }


class Matrix(Game):
    """The game of this page."""

    name = "matrix"
    family = "dilemmas"
    title = "Will two who meet again and again learn to trust each other?"
    Params = Params
    kernels = Kernels(reset, step, observe)
    directed = True
    presets: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "axelrod_1980": {"horizon_known": True},
        "axelrod_second": {"continuation": 0.99654, "horizon": 100_000},
        **{f"dbf_r{r}_d{round(100 * d)}": _dbf(r, d) for r in (32, 40, 48) for d in (0.5, 0.75)},
        "stag_hunt": {"reward": 4, "temptation": 3, "punishment": 2, "sucker": 0},
        "coopeval_stag_hunt": {"reward": 5, "temptation": 3, "punishment": 3, "sucker": 0},
        "hawk_dove": {"temptation": 2, "reward": 1, "sucker": 0, "punishment": -1},
        "coopeval_pd": {
            "temptation": 3,
            "reward": 2,
            "punishment": 1,
            "sucker": 0,
            "continuation": 0.8,
            "horizon": 1000,
        },
        "coopeval_trust": {"payoffs": [10, 10, 0, 20, 6, 2, 4, 4]},
        "contemplative_ipd": {"horizon": 10, "horizon_known": True},
        "dose_response": {"horizon": 100},
    }

    def __init__(self, preset: str | None = None, **params: Any) -> None:
        table = params.get("payoffs")
        if table is not None:
            if np.shape(table) not in ((2, 2, 2), (TABLE_SIZE,)):
                raise refuse("matrix.payoffs", table, "2×2×2 numbers [row][column][player], nested or flat")
            params["payoffs"] = np.ravel(table).tolist()
        super().__init__(preset, **params)

    def check(self) -> None:
        """A free table leaves nothing to T, R, P and S."""
        if self.params.payoffs is not None:
            for name in ("temptation", "reward", "punishment", "sucker"):
                if getattr(self.params, name) != Params._field_defaults[name]:
                    raise refuse(f"matrix.{name}", getattr(self.params, name), "left out where matrix.payoffs is given")

    @cached_property
    def table(self) -> Floats:
        """(2, 2, 2): payoff [row's move][column's move][player]."""
        q = self.params
        if q.payoffs is not None:
            return np.array(q.payoffs).reshape(2, 2, 2)
        r, s, t, u = q.reward, q.sucker, q.temptation, q.punishment
        return np.array([[[r, r], [s, t]], [[t, s], [u, u]]])

    def encode(self) -> Any:
        """The kernel reads payoffs from the table alone."""
        table = tuple(float(x) for x in self.table.ravel())
        return super().encode()._replace(payoffs=table)

    @cached_property
    def world_dtype(self) -> np.dtype[np.void]:
        """``partner`` of the coming step, ``met`` in the last, and what was ``seen`` of that one (-1 nothing, 0 C, 1
        D).
        """
        n = self.n_agents
        return world_dtype(n, ("partner", "i8", (n,)), ("met", "i8", (n,)), ("seen", "i8", (n,)))

    @cached_property
    def fields(self) -> tuple[Field, ...]:
        """See the page."""
        partner = (
            (Field("partner", -1, self.n_agents - 1, "seat met in this step, -1: sits out"),)
            if self.n_agents > 2
            else ()
        )
        return MOVE_FIELDS + partner + self.life_fields()

    @cached_property
    def move_space(self) -> spaces.Discrete:
        """0 cooperates, 1 defects."""
        return spaces.Discrete(2)

    @property
    def stochastic(self) -> bool:
        """Noise or random pairs."""
        return self.params.action_noise > 0 or (self.params.pairing == "random" and self.n_agents > 2)

    def movers(self, worlds: Worlds_) -> npt.NDArray[np.bool_]:
        """All who have a partner."""
        return (worlds["ended"] == RUNNING)[:, None] & (worlds["partner"] >= 0)

    def exemplar(self, worlds: Worlds_, seat: int, cooperative: bool) -> Floats:
        """C or D."""
        return np.full(len(worlds), 0.0 if cooperative else 1.0)

    def acts_seen(self, world: Any, seat: int) -> list[Act]:
        """The own move, and the partner's as perceived."""
        other = int(world["met"][seat])
        if other < 0:
            return []
        words = self.move_schema(world, seat)["enum"]
        return [Act(seat, other, words[int(world["action"][seat])]), Act(other, seat, words[int(world["seen"][seat])])]

    def perceive(self, worlds: Worlds_, seat: int) -> None:
        """Of other pairs nothing is seen; of the own partner, what perception let through."""
        for j in range(self.n_agents):
            if j == seat:
                continue
            seen = np.where(
                (worlds["met"][:, seat] == j) & (worlds["seen"][:, seat] >= 0), worlds["seen"][:, seat], np.nan
            )
            worlds["action"][:, j] = worlds["intended"][:, j] = seen
            worlds["cooperation"][:, j] = 1.0 - seen
            # who saw both moves knows both payoffs; with perception noise they would reveal the truth
            worlds["payoff"][:, j] = np.where(np.isnan(seen), np.nan, worlds["payoff"][:, j])
            worlds["seen"][:, j] = UNSEEN
        if self.params.perception_noise > 0:
            worlds["payoff"] = np.nan

    def anchors(self) -> Anchors:
        """Exact, from the expected payoffs of intended moves under the action noise."""
        pairs = self.n_agents // 2 * self.expected_steps
        worst, best, random = (
            pairs * x for x in binary.pair_anchors(binary.noisy(self.table, self.params.action_noise))
        )
        return Anchors(worst, best, random, "exact, per episode of all pairs, action noise included")

    @property
    def stage_class(self) -> str:
        """The kind of dilemma: "prisoner's dilemma", "stag hunt", "chicken" or "other"."""
        (reward, _), (sucker, temptation) = self.table[0]
        if not np.array_equal(self.table[:, :, 0], self.table[:, :, 1].T):
            return "other"
        return binary.stage_class(float(temptation), float(reward), float(self.table[1, 1, 0]), float(sucker))

    def brief(self, seat: int, paraphrase: int = 0) -> str:
        """The payoffs in words."""
        column = seat % 2 if self.n_agents == 2 else 0
        table = self.table if column == 0 else self.table.transpose(1, 0, 2)
        lines = [
            (
                "You and a partner meet in a series of steps. In each step both choose at once: cooperate or defect.",
                "There is a series of steps, in each of which you meet a partner and both of you have a choice, made at"
                " once: cooperate or defect.",
                "Step after step you meet a partner. The choice that both make at once in each step is this: cooperate"
                " or defect.",
            ),
            *(
                _told_payoffs(mine, theirs, f"{table[a, c, column]:g}", f"{table[a, c, 1 - column]:g}")
                for a, mine in enumerate(("cooperate", "defect"))
                for c, theirs in enumerate(("cooperate", "defect"))
            ),
        ]
        q = self.params
        if self.n_agents > 2 and q.pairing != "fixed":
            changing = (
                f"There are {self.n_agents} of you, and partners change from step to step.",
                f"Partners change from step to step among the {self.n_agents} of you.",
                f"You are {self.n_agents} in all, and who is whose partner changes from step to step.",
            )
            lines.append(changing)
        lines += binary.told_noise(q, "your partner's")
        return "\n".join([*(worded(paraphrase, *line) for line in lines), *self.told_end(paraphrase=paraphrase)])

    def view(self, world: Any, seat: int) -> str:
        """The last moves."""
        words = ("cooperated", "defected")
        lines = []
        if self.params.horizon_known:
            lines.append(f"Step {world['step'] + 1} of {self.params.horizon}.")
        if world["met"][seat] < 0 or world["seen"][seat] < 0:
            lines.append("You have not met a partner yet." if world["step"] == 0 else "You sat out the last step.")
        else:
            own, seen = int(world["action"][seat]), int(world["seen"][seat])
            lines.append(f"In the last step you {words[own]} and your partner {words[seen]}.")
        if self.n_agents > 2:
            partner = world["partner"][seat]
            lines.append("You sit out this step." if partner < 0 else f"Your partner now is agent {partner}.")
        return "\n".join(lines)

    def move_schema(self, world: Any, seat: int) -> dict[str, Any]:
        """The word for the move."""
        return {"type": "string", "enum": list(WORDS)}

    @property
    def move_words(self) -> tuple[str, ...]:
        """Both."""
        return WORDS

    @property
    def word_forms(self) -> Mapping[str, str]:
        """As nouns, and as verbs."""
        return FORMS


def _told_payoffs(mine: str, theirs: str, own: str, other: str) -> Wordings:
    """What both get if you choose ``mine`` and your partner ``theirs``."""
    return (
        f"If you {mine} and your partner {theirs}s, you get {own} and your partner gets {other}.",
        f"You get {own} and your partner gets {other} if you {mine} and your partner {theirs}s.",
        f"When your partner {theirs}s and you {mine}, your partner gets {other} and you get {own}.",
    )


env, raw_env, parallel_env = entry_points(Matrix)
