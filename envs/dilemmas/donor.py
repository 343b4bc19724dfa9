"""Gifts to strangers: who gave to others is given to.

**Models** indirect reciprocity: nobody can return a favour to the one who did it, so all that can reward a gift is what
others learn of it.

**Rules.** Half of the seats are class A, half class B. In odd steps A donates, in even steps B (the other way round
with ``class_swap``). All donors move at the same time: each gives its recipient of this step a percentage of its
holdings x, which the recipient gets ``benefit_multiplier`` times. In ``binary`` mode a donor gives or keeps: giving
costs it ``cost`` and brings the recipient ``benefit``, and whoever has less than ``cost`` cannot give. With h = n/2 and
s = ⌊(t−1)/2⌋, the canonical donor a of its class meets member (a+s) mod h of the other. ``shuffle`` draws by the seed
who sits where, and each step's shift from those that the class has not used in this round of n steps, of these (while
there are any) from those that neither class has: so nobody meets anybody twice within h steps. No ordered pair repeats
within n steps. ``action_noise`` turns a gift into nothing, never nothing into a gift.

**Reputations**, of donors who had a choice: ``image`` +1 for a gift, −1 for none, within [−5, 5], starts at 0;
``standing`` good at first, then by ``assessment_rule``, which reads (gave to good, kept from good, gave to bad, kept
from bad) and writes 1 for good; eight bits are these four for a donor that was good, then for one that was bad (third
order); ``assessment_error`` writes the other one. It is public and the same for all. The presets ``leading_1`` …
``leading_8`` are the leading eight; who behaves as they ask is ``leading_eight``.

**Ends** by the horizon or the continuation draw only.

**Observation** (float32): do I donate now, the seat I meet, own and its holdings, what I gave and was given in the last
step (fractions of the donor's holdings, −1: did not), own last payoff; then, for a donor, what ``information`` shows of
its recipient: ``trace``, the fraction it gave when it last donated, the fraction that its recipient then had given
before that, … (−1: nothing yet); its ``image``; its ``standing`` (1 good, 0 bad; −1 for who does not donate), and for
all their own; step and horizon if known.

**Action**: 0 … 100 percent, 101 passes; in binary mode 0 keeps, 1 gives, 2 passes. A recipient passes; a donor who
cannot give keeps; what is no legal move of a donor keeps, and is counted. **Reward**: the change of holdings.

**Cooperation**: c_ij = the realised fraction (1 or 0 in binary mode); NaN for recipients and donors without a choice,
whose reputation stays as it is.

**Known answers** (GAMES.md §1.2): v ← M v, free riding under no information, how copying spreads a defection, the four
norms under errors, the anchors; all are tests. So is the stationary cooperation of each of the leading eight.

**Source**: Nowak & Sigmund 1998, 2005; Ohtsuki & Iwasa 2004, 2006; Vallinder & Hughes 2024 (arXiv 2412.10270).

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
from ..chance import ACTION_NOISE, ASSESSMENT, uniform
from ..faces import entry_points
from ..game import (
    NEVER,
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
from ..monte_carlo import random_play_total
from ..settings import Choice, Range, refuse
from . import donor_words
from .assessment import LEADING_EIGHT, Rules, assessed, spelt
from .donor_words import BEST_IMAGE, PERCENT
from .meetings import imagine_schedule, meet, shuffle_seats

NONE, TRACE, IMAGE, STANDING = range(4)
GRID = 5
LARGEST = 1e38
"""Holdings that an observation in single precision can still show."""
ROUNDING = 1 + 1e-6
NEGLIGIBLE = 1e-12
"""A step that is reached with a smaller probability than this does not enter the anchors."""


class Params(NamedTuple):
    """The parameters of GAMES.md §1.2."""

    n_agents: Annotated[int, Range(2, 1000), "seats, an even number"] = 12
    endowment: Annotated[float, Range(0, 1e9), "holdings at the start"] = 10.0
    benefit_multiplier: Annotated[float, Range(0, 1e6), "b: what a gift is worth to its recipient, per unit"] = 2.0
    information: Annotated[
        str, Choice("none", "trace", "image", "standing"), "what a donor is shown of its recipient's past"
    ] = "trace"
    trace_depth: Annotated[int, Range(1, 100), "links of the trace"] = 3
    shuffle: Annotated[bool, "are seats and shifts drawn by the seed? false: the canonical schedule"] = True
    class_swap: Annotated[bool, "does class B donate first?"] = False
    binary: Annotated[bool, "give or keep, in place of a percentage"] = False
    cost: Annotated[float, Range(0, 1e9), "c: what giving costs in binary mode"] = 1.0
    benefit: Annotated[float, Range(0, 1e9), "what it brings the recipient in binary mode"] = 3.0
    assessment_rule: Annotated[
        str,
        Rules(),
        "new standing of who gave to good, kept from good, gave to bad, kept from bad; 1 = good;"
        " eight bits: of a donor that was good, then of one that was bad",
    ] = "1010"
    assessment_error: Annotated[float, Range(0, 1), "α_e: probability that the other standing is written"] = 0.0
    action_noise: Annotated[float, Range(0, 1), "ε: probability that a gift comes to nothing"] = 0.0
    horizon: Horizon = 12
    horizon_known: HorizonKnown = False
    continuation: Continuation = 1.0


@njit(cache=True)
def reset(p: Params, worlds: Worlds_, again: npt.NDArray[np.bool_]) -> None:
    """Equal holdings, no past, and everybody is good."""
    for b in range(len(worlds)):
        if again[b]:
            w = worlds[b]
            open_episode(w)
            for i in range(p.n_agents):
                w.order[i] = i
                w.met[i] = -1
                w.holdings[i] = p.endowment
                w.received[i] = np.nan
                w.image[i] = 0
                w.good[i] = 1
                for k in range(p.trace_depth):
                    w.trace[i, k] = np.nan
            if p.shuffle:
                shuffle_seats(w)
            meet(p, w)


@njit(cache=True)
def _can_give(p: Params, w: Any, i: int) -> bool:
    return w.holdings[i] >= p.cost if p.binary else w.holdings[i] > 0.0


@njit(cache=True)
def _gift(p: Params, w: Any, i: int, asked: float) -> float:
    """The fraction that donor i realises, of its holdings or of all-or-nothing."""
    most = 1 if p.binary else PERCENT
    w.intended[i] = asked
    if not (0.0 <= asked <= most and asked == np.floor(asked)):
        w.illegal[i] += 1
        return 0.0
    if p.action_noise > 0.0 and uniform(w.key, w.step, ACTION_NOISE, i) < p.action_noise:
        return 0.0
    return asked / most


@njit(cache=True)
def _remember(p: Params, w: Any, i: int, j: int, fraction: float) -> None:
    """What others will be shown of i, who gave ``fraction`` to j."""
    if p.information == TRACE:
        for k in range(p.trace_depth - 1, 0, -1):
            w.trace[i, k] = w.trace[j, k - 1]
        w.trace[i, 0] = fraction
    elif p.information == IMAGE:
        w.image[i] = min(BEST_IMAGE, w.image[i] + 1) if fraction > 0.0 else max(-BEST_IMAGE, w.image[i] - 1)
    elif p.information == STANDING:
        rule: Any = p.assessment_rule
        good = assessed(rule, w.good[i] == 1, w.good[j] == 1, fraction > 0.0)
        if p.assessment_error > 0.0 and uniform(w.key, w.step, ASSESSMENT, i) < p.assessment_error:
            good = not good
        w.good[i] = good


@njit(cache=True)
def step(p: Params, worlds: Worlds_, actions: Floats, rewards: Floats, ended: npt.NDArray[np.int8]) -> None:
    """All donors give at once."""
    passing = (1 if p.binary else PERCENT) + 1
    for b in range(len(worlds)):
        w = worlds[b]
        if w.ended != RUNNING:
            stay_ended(w, rewards[b])
            continue
        for i in range(p.n_agents):
            w.intended[i] = np.nan
            w.action[i] = np.nan
            w.cooperation[i] = np.nan
            w.received[i] = np.nan
            w.payoff[i] = 0.0
            w.met[i] = w.partner[i] if w.donates[i] else -1
        for i in range(p.n_agents):
            asked = actions[b, i]
            if not w.donates[i] or not _can_give(p, w, i):
                w.illegal[i] += asked != (0.0 if w.donates[i] else passing)
                continue
            j = w.met[i]
            fraction = _gift(p, w, i, asked)
            given = fraction * (p.cost if p.binary else w.holdings[i])
            w.action[i] = fraction * (passing - 1)
            w.cooperation[i] = w.received[j] = fraction
            w.payoff[i] = 0.0 - given
            w.payoff[j] = fraction * p.benefit if p.binary else p.benefit_multiplier * given
            _remember(p, w, i, j, fraction)
        for i in range(p.n_agents):
            w.holdings[i] += w.payoff[i]
            rewards[b, i] = w.payoff[i]
        close_step(w, p.horizon, p.horizon_known, p.continuation)
        meet(p, w)
        ended[b] = w.ended


@njit(cache=True)
def _shown(x: float) -> float:
    """−1 for what did not happen."""
    return -1.0 if np.isnan(x) else x


@njit(cache=True)
def observe(p: Params, worlds: Worlds_, out: npt.NDArray[np.float32]) -> None:
    """The meeting, one's own last step, and what is known of the recipient."""
    for b in range(len(worlds)):
        w = worlds[b]
        for i in range(p.n_agents):
            j, donates = w.partner[i], w.donates[i]
            out[b, i, 0] = donates
            out[b, i, 1] = j
            out[b, i, 2] = w.holdings[i]
            out[b, i, 3] = w.holdings[j]
            out[b, i, 4] = _shown(w.cooperation[i])
            out[b, i, 5] = _shown(w.received[i])
            out[b, i, 6] = w.payoff[i]
            k = 7
            if p.information == TRACE:
                for link in range(p.trace_depth):
                    out[b, i, k + link] = _shown(w.trace[j, link]) if donates else -1.0
                k += p.trace_depth
            elif p.information != NONE:
                if p.information == IMAGE:
                    out[b, i, k] = w.image[j] if donates else 0.0
                else:
                    out[b, i, k] = w.good[j] if donates else -1.0
                    k += 1
                    out[b, i, k] = w.good[i]
                k += 1
            if p.horizon_known:
                out[b, i, k] = w.step
                out[b, i, k + 1] = p.horizon


@njit(cache=True)
def legal(p: Params, worlds: Worlds_, out: npt.NDArray[np.int8]) -> None:
    """A donor gives what it can; all others pass."""
    most = 1 if p.binary else PERCENT
    for b in range(len(worlds)):
        w = worlds[b]
        for i in range(p.n_agents):
            donates = w.donates[i] == 1 and w.ended == RUNNING
            gives = donates and _can_give(p, w, i)
            for k in range(1, most + 1):
                out[b, i, k] = gives
            out[b, i, 0] = donates
            out[b, i, most + 1] = not donates


@njit(cache=True)
def believe(p: Params, worlds: Worlds_, seat: int) -> None:
    """Blots out, in place, what ``seat`` cannot see: acts that did not touch it, the holdings of those whom it does not
    meet (taken to be like its own), reputations that it is not shown, and the schedule beyond the present meeting.
    """
    for b in range(len(worlds)):
        w = worlds[b]
        partner = w.partner[seat]
        for j in range(p.n_agents):
            shown = w.donates[seat] == 1 and j == partner
            if not shown:
                w.image[j] = 0
                if j != seat:
                    w.good[j] = 1
                for k in range(p.trace_depth):
                    w.trace[j, k] = np.nan
            if j != seat:
                _forget(w, seat, j, shown and p.information == TRACE)
        if p.shuffle:
            imagine_schedule(p, w, seat, partner)


@njit(cache=True)
def _forget(w: Any, seat: int, j: int, traced: bool) -> None:
    """Leaves of j's last step what ``seat`` saw of it."""
    gave_me, took_mine = w.met[j] == seat, w.met[seat] == j
    if not (gave_me or traced):
        w.action[j] = w.cooperation[j] = np.nan
    w.intended[j] = w.action[j]
    if not took_mine:
        w.received[j] = np.nan
    if not (gave_me or took_mine):
        w.payoff[j] = np.nan
    if not gave_me:
        third = 0 if seat * j > 0 else 1 if seat + j > 1 else 2  # to somebody, no matter whom
        w.met[j] = third if traced and w.met[j] >= 0 else -1
    if j != w.partner[seat]:
        w.holdings[j] = w.holdings[seat]


NORM = {"binary": True, "information": "standing"}
"""Settings of the presets that are named after a norm."""


class Donor(Game):
    """The game of this page."""

    name = "donor"
    family = "dilemmas"
    title = "Will strangers give, if others learn of it?"
    Params = Params
    kernels = Kernels(reset, step, observe, legal)
    directed = True
    idle = 0.0  # keeps
    presets: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "vallinder_hughes": {},  # one generation of theirs
        "image_scoring": {**NORM, "assessment_rule": "1010"},
        "stern_judging": {**NORM, "assessment_rule": "1001"},
        "simple_standing": {**NORM, "assessment_rule": "1011"},
        "shunning": {**NORM, "assessment_rule": "1000"},
        **{f"leading_{k}": {**NORM, "assessment_rule": rule} for k, rule in enumerate(LEADING_EIGHT, 1)},
        "strict_indirect": {"n_agents": 24},
        "vallinder_hughes_punish": {},
    }
    preset_institutions: ClassVar[Mapping[str, tuple[Mapping[str, Any], ...]]] = {
        "vallinder_hughes_punish": ({"institution": "punishment", "preset": "vallinder_hughes"},)
    }

    def __init__(self, preset: str | None = None, **params: Any) -> None:
        if "assessment_rule" in params:
            params["assessment_rule"] = spelt(params["assessment_rule"])
        super().__init__(preset, **params)

    def check(self) -> None:
        """Classes are equal, and no holdings outgrow the numbers that show them."""
        q = self.params
        if q.n_agents % 2:
            raise refuse("donor.n_agents", q.n_agents, "an even number, for two classes of equal size")
        if q.horizon > self.longest:
            known = f"at most {self.longest} with donor.benefit_multiplier = {q.benefit_multiplier:g}, or holdings can"
            raise refuse("donor.horizon", q.horizon, f"{known} exceed {LARGEST:g}")

    @property
    def longest(self) -> int:
        """The largest horizon within which holdings stay below ``LARGEST``."""
        if self.params.binary:
            return NEVER
        growth, weight, _ = self._growth
        if growth == 1 or not weight:
            return NEVER
        return int(min(NEVER, np.log(LARGEST / weight) / np.log(growth)))

    @property
    def _growth(self) -> tuple[float, float, float]:
        """λ, α, β of the largest holdings D_t = αλ^t + β(−1/λ)^t that anybody can reach by step t.

        From D_t = b·D_(t−1) + D_(t−2): somebody who could take D_(t−2) last time, and kept it, is given all that
        another could take since. D_0 = D_(−1) = endowment.
        """
        q = self.params
        b = q.benefit_multiplier
        growth = (b + np.sqrt(b * b + 4)) / 2
        weight = q.endowment * (1 + b + 1 / growth) / (growth + 1 / growth)
        return float(growth), float(weight), float(q.endowment - weight)

    @property
    def most_holdings(self) -> float:
        """What nobody can exceed within the horizon."""
        q = self.params
        if q.binary:
            return q.endowment + (q.horizon + 1) // 2 * q.benefit
        growth, weight, rest = self._growth
        return weight * growth**q.horizon + rest * (-1 / growth) ** q.horizon

    @cached_property
    def world_dtype(self) -> np.dtype[np.void]:
        """``partner`` in the coming step and who ``donates`` in it; in the last one whom a donor ``met`` (−1: was
        none) and the fraction ``received``; ``holdings`` and reputations; the schedule: the seat at each place of class
        A and then B (``order``), and which shifts A and B have ``used`` in this round of n steps.
        """
        n = self.n_agents
        return world_dtype(
            n, ("partner", "i8", (n,)), ("donates", "i1", (n,)), ("met", "i8", (n,)), ("received", "f8", (n,)),
            ("holdings", "f8", (n,)), ("trace", "f8", (n, self.params.trace_depth)), ("image", "i8", (n,)),
            ("good", "i1", (n,)), ("order", "i8", (n,)), ("used", "i1", (2, n // 2)),
        )  # fmt: skip

    @cached_property
    def fields(self) -> tuple[Field, ...]:
        """See the page."""
        q, top = self.params, self.most_holdings * ROUNDING
        shown = {
            "none": (),
            "trace": tuple(
                Field(f"trace_{k}", -1, 1, f"fraction given, {k} links back from the recipient; -1: none")
                for k in range(1, q.trace_depth + 1)
            ),
            "image": (Field("image", -BEST_IMAGE, BEST_IMAGE, "the recipient's image score, 0 for who is no donor"),),
            "standing": (
                Field("standing", -1, 1, "is the recipient good? -1 for who is no donor"),
                Field("own_standing", 0, 1, "am I good?"),
            ),
        }
        return (
            Field("donates", 0, 1, "do I donate in this step?"),
            Field("partner", 0, self.n_agents - 1, "the seat that I give to or am given by"),
            Field("holdings", 0, top, "own holdings"),
            Field("partner_holdings", 0, top, "the partner's holdings"),
            Field("gave", -1, 1, "fraction that I gave in the last step, -1: had no choice"),
            Field("received", -1, 1, "fraction that I was given in the last step, -1: nobody could give me anything"),
            Field("payoff", -top, top, "change of own holdings in the last step"),
            *shown[q.information],
            *self.life_fields(),
        )

    @cached_property
    def move_space(self) -> spaces.Discrete:
        """Percentages, or keep and give; then pass."""
        return spaces.Discrete(3 if self.params.binary else PERCENT + 2)

    @property
    def stochastic(self) -> bool:
        """Meetings by lot, gifts that fail, or reputations that are written wrongly."""
        q = self.params
        misjudged = q.information == "standing" and q.assessment_error > 0
        return (q.shuffle and q.n_agents > 2) or q.action_noise > 0 or misjudged

    def can_give(self, worlds: Worlds_) -> npt.NDArray[np.bool_]:
        """(B, N): who is a donor in the coming step and has something to give."""
        q = self.params
        return (worlds["donates"] == 1) & (worlds["holdings"] >= q.cost if q.binary else worlds["holdings"] > 0)

    def movers(self, worlds: Worlds_) -> npt.NDArray[np.bool_]:
        """All donors that can give."""
        return (worlds["ended"] == RUNNING)[:, None] & self.can_give(worlds)

    def candidates(self, worlds: Worlds_, seat: int, limit: int = 256) -> tuple[Floats, npt.NDArray[np.bool_]]:
        """Percentages in steps of five are enough to think about."""
        coarse = np.arange(0, self.n_moves - 1, GRID if self.n_moves > GRID else 1)
        moves = np.append(coarse, self.n_moves - 1).astype(np.float64)
        repeated = np.repeat(moves[None, :], len(worlds), axis=0)
        return repeated, self.legal_among(worlds, seat, repeated)

    def exemplar(self, worlds: Worlds_, seat: int, cooperative: bool) -> Floats:
        """All or nothing. A recipient's is what it does when it donates; now that counts as a pass."""
        most = self.n_moves - 2
        return np.full(len(worlds), float(most) if cooperative else 0.0)

    def beliefs(self, seat: int) -> dict[str, Any]:
        """Where the horizon is hidden, the longest that there can be."""
        found = super().beliefs(seat)
        return {**found, "horizon": self.longest} if "horizon" in found else found

    def acts_seen(self, world: Any, seat: int) -> list[Act]:
        """The own gift, and the one that one was given."""
        gave, received = float(world["cooperation"][seat]), float(world["received"][seat])
        acts = [] if np.isnan(gave) else [self._gave(seat, int(world["met"][seat]), gave)]
        if not np.isnan(received):
            acts.append(self._gave(int(np.flatnonzero(world["met"] == seat)[0]), seat, received))
        return acts

    def _gave(self, donor: int, recipient: int, fraction: float) -> Act:
        if self.params.binary:
            return Act(donor, recipient, "give" if fraction else "keep")
        return Act(donor, recipient, "give", PERCENT * fraction, "percent")

    def perceive(self, worlds: Worlds_, seat: int) -> None:
        """See :func:`believe`."""
        believe(self.p, worlds, seat)

    def gain(self, fraction: float) -> float:
        """The expected total change of holdings if every donor gives ``fraction`` of what it has, by v ← M v."""
        q = self.params
        b, half = q.benefit_multiplier, self.n_agents // 2
        donors = recipients = q.endowment
        reached, total = 1.0, 0.0
        for _ in range(q.horizon):
            if reached < NEGLIGIBLE:
                break
            total += reached * half * (b - 1) * fraction * donors
            donors, recipients = b * fraction * donors + recipients, (1 - fraction) * donors
            reached *= q.continuation
        return total

    def anchors(self) -> Anchors:
        """Nobody gives; all give all, if gifts grow; random play."""
        q = self.params
        arrives = 1 - q.action_noise
        if not q.binary:
            best = self.gain(arrives) if q.benefit_multiplier > 1 else 0.0
            return Anchors(0.0, best, self.gain(arrives / 2), "exact, action noise included")
        each = max(0.0, q.benefit - q.cost) if q.endowment >= q.cost else 0.0
        best = each * arrives * (self.n_agents // 2) * self.expected_steps
        note = "optimum as if nobody ran out of holdings by noise, random by Monte Carlo"
        return Anchors(0.0, best, random_play_total(self), note)

    def brief(self, seat: int, paraphrase: int = 0) -> str:
        """The rules in words."""
        return "\n".join([*donor_words.brief(self.params, paraphrase), *self.told_end(paraphrase=paraphrase)])

    def view(self, world: Any, seat: int) -> str:
        """The meeting, the last step, and what is known of the other."""
        return "\n".join(donor_words.view(self.params, world, seat))

    def move_schema(self, world: Any, seat: int) -> dict[str, Any]:
        """What a donor can give."""
        if not world["donates"][seat] or world["ended"] != RUNNING:
            return {"type": "string", "const": "pass"}
        able = bool(_can_give(self.p, world, seat))
        if self.params.binary:
            return {"type": "string", "enum": list(donor_words.WORDS[: 1 + able])}
        return {"type": "integer", "minimum": 0, "maximum": PERCENT if able else 0}

    @property
    def move_words(self) -> tuple[str, ...]:
        """Both, where there are two."""
        return donor_words.WORDS if self.params.binary else ()

    @property
    def word_forms(self) -> Mapping[str, str]:
        """Of both, and of who donates."""
        return donor_words.FORMS if self.params.binary else {}


env, raw_env, parallel_env = entry_points(Donor)
