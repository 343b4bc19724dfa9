"""A good that all of a group enjoy and each alone pays for.

**Models** what a group could have if its members paid for it (a dyke, clean air, open knowledge) while each gains by
leaving the bill to the others.

**Rules.** Each step every seat has e tokens and gives g_i of them to its group, all at the same time; the step pays π_i
= e − g_i + m·Σg over the group. With ``multiplier`` ρ in place of ``mpcr``, m is ρ by the size of the group. It is a
dilemma iff 1/n < m < 1.

- ``matching`` *partner*: one group of ``n_agents``, always the same. *stranger*: ``population`` seats, from which
  groups of ``n_agents`` are drawn anew in each step.
- ``group_choice``: in each step all first choose the group SI or SFI, then each group plays with m = ρ by its size. How
  many are in one's group is known before one gives (Gürerk et al. 2006), and matters: alone m = ρ > 1. So no single
  move can say both, and a step is two steps of the environment: one in which all choose, unpaid and without a label,
  and one in which all give. ``horizon`` and ``continuation`` count pairs of them. SI (sanctions) and SFI (free of them)
  differ in name only until an institution makes SI what it is.

**Ends** by the horizon or the continuation draw only.

**Observation** (float32): whether nobody has given yet, own last gift and payoff, the last gifts of the others in one's
group: in seat order after one's own (partner) or ascending, so that nobody is named (stranger, ``group_choice``; -1
where the group had fewer); with ``group_choice`` whether to choose now, own group, its size; step and horizon if known.

**Action**: g_i, ``Discrete(e+1)`` in whole tokens, or a real number in [0, e]; with ``group_choice`` also e + 1 for SFI
and e + 2 for SI, and a mask. A number beyond is the nearest end, one between two whole tokens the nearest of them (a
half is less), what is no number gives nothing. Whoever does not choose stays in its group (at first SFI); whoever names
a group instead of giving gives as before (at first nothing). All these are counted as illegal. **Reward**: the payoff.

**Cooperation**: c_i = g_i/e.

**Known answers** (GAMES.md §2.2): equilibrium and optimum, the Schelling diagram (fear = greed = 12), critical patience
1/2, whoever is alone gives everything; all are tests. Where groups are chosen, all in one of them giving nothing is an
equilibrium of giving, not of choosing: whoever leaves is alone and gains. The symmetric equilibrium of both tosses a
coin.

**Presets.** Punishment is an institution, without which these are played here: ``fehr_gachter_partner`` and
``fehr_gachter_stranger``; ``herrmann_2008`` has 10 + 10 steps, of which the second ten allow it; ``sanctsim`` leaves
out the 20 further tokens of a step that it is paid from: who keeps them, as all do without it, has 20 more.

**Source**: Isaac & Walker 1988 (Q. J. Econ. 103:179); Fehr & Gächter 2000 (AER 90:980); Gürerk, Irlenbusch & Rockenbach
2006 (Science 312:108); Herrmann, Thöni & Gächter 2008 (Science 319:1362); SanctSim (arXiv 2506.23276).

**Versions**: v0, first. To come: punishment and reward (the peer punishment institution).
"""

from collections.abc import Mapping
from functools import cached_property
from math import comb
from typing import Annotated, Any, ClassVar, NamedTuple

import numpy as np
import numpy.typing as npt
from gymnasium import spaces
from numba import njit

from ..acts import SOMEBODY, Act
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
    thinned,
    world_dtype,
)
from ..settings import Choice, Range, SettingError, refuse
from . import public_goods_words

PARTNER, STRANGER = range(2)
SFI, SI = range(2)
GROUPS = ("SFI", "SI")
CHOICES = len(GROUPS)
NOBODY = -1.0  # in place of a gift where a group has fewer members


class Params(NamedTuple):
    """The parameters of GAMES.md §2.2."""

    n_agents: Annotated[int, Range(2, 1000), "seats of a group; of all where groups are chosen"] = 4
    endowment: Annotated[float, Range(0, 1e5, above=True), "e: tokens of a seat in each step"] = 20.0
    mpcr: Annotated[float, Range(0), "m: what each member gets for a token given to the group"] = 0.4
    multiplier: Annotated[float | None, Range(0), "ρ: m is ρ by the size of the group; replaces mpcr"] = None
    integer: Annotated[bool, "whole tokens"] = True
    matching: Annotated[str, Choice("partner", "stranger"), "one group for ever, or new ones each step"] = "partner"
    population: Annotated[int, Range(2, 1000), "seats from which strangers are drawn"] = 24
    group_choice: Annotated[bool, "do all first choose a group, SI or SFI?"] = False
    horizon: Horizon = 10
    horizon_known: HorizonKnown = True
    continuation: Continuation = 1.0


@njit(cache=True)
def reset(p: Params, worlds: Worlds_, again: npt.NDArray[np.bool_]) -> None:
    """Nobody has given anything yet."""
    for b in range(len(worlds)):
        if again[b]:
            w = worlds[b]
            open_episode(w)
            w.choosing = p.group_choice
            for i in range(len(w.action)):
                w.group[i] = SFI
                w.gave_in[i] = SFI
                w.given[i] = 0.0
                w.order[i] = i
                w.pot[i] = 0.0
                w.size[i] = 0


@njit(cache=True)
def _draw_groups(p: Params, w: Any) -> None:
    """Shuffles the population, and seats it in groups in that order."""
    n = len(w.action)
    for k in range(n):
        w.order[k] = k
    for k in range(n - 1, 0, -1):
        other = int(uniform(w.key, w.step, PAIRING, k) * (k + 1))
        w.order[k], w.order[other] = w.order[other], w.order[k]
    for k in range(n):
        w.group[w.order[k]] = k // p.n_agents


@njit(cache=True)
def _gift(p: Params, w: Any, i: int, asked: float) -> float:
    """The nearest legal gift; what is no number gives nothing, a choice of a group gives as before."""
    w.intended[i] = asked
    if p.group_choice and (asked == p.endowment + 1 + SFI or asked == p.endowment + 1 + SI):
        w.illegal[i] += 1
        return w.given[i]
    gift = 0.0 if np.isnan(asked) else min(max(asked, 0.0), p.endowment)
    if p.integer:
        gift = np.ceil(gift - 0.5) + 0.0  # of a half the smaller, and no negative zero
    if gift != asked:
        w.illegal[i] += 1
    return gift


@njit(cache=True)
def _choose(p: Params, w: Any, actions: Floats, rewards: Floats) -> None:
    """The first half of a step: who is in which group."""
    w.size[SFI] = w.size[SI] = 0
    for i in range(p.n_agents):
        w.intended[i] = actions[i]
        if actions[i] == p.endowment + 1 + SFI:
            w.group[i] = SFI
        elif actions[i] == p.endowment + 1 + SI:
            w.group[i] = SI
        else:
            w.illegal[i] += 1
        w.action[i] = p.endowment + 1 + w.group[i]
        w.cooperation[i] = np.nan
        w.payoff[i] = 0.0
        rewards[i] = 0.0
        w.size[w.group[i]] += 1
    w.choosing = False
    w.step += 1


@njit(cache=True)
def step(p: Params, worlds: Worlds_, actions: Floats, rewards: Floats, ended: npt.NDArray[np.int8]) -> None:
    """All choose a group, or all give at once and each group shares."""
    for b in range(len(worlds)):
        w = worlds[b]
        if w.ended != RUNNING:
            stay_ended(w, rewards[b])
            continue
        if w.choosing:
            _choose(p, w, actions[b], rewards[b])
            ended[b] = w.ended
            continue
        n = len(w.action)
        if p.matching == STRANGER:
            _draw_groups(p, w)
        for i in range(n):
            w.pot[i] = 0.0
        for i in range(n):
            gift = _gift(p, w, i, actions[b, i])
            w.action[i] = gift
            w.given[i] = gift
            w.gave_in[i] = w.group[i]
            w.cooperation[i] = gift / p.endowment
            w.pot[w.group[i]] += gift
        for i in range(n):
            m = p.multiplier / w.size[w.group[i]] if p.group_choice else p.mpcr
            w.payoff[i] = p.endowment - w.action[i] + m * w.pot[w.group[i]]
            rewards[b, i] = w.payoff[i]
        w.choosing = p.group_choice
        close_step(w, (1 + p.group_choice) * p.horizon, p.horizon_known, p.continuation)
        ended[b] = w.ended


@njit(cache=True)
def _insert(out: npt.NDArray[np.float32], b: int, i: int, first: int, count: int, gift: float) -> None:
    """Puts a gift where it belongs among the ``count`` ascending ones from ``first`` on."""
    k = first + count
    while k > first and out[b, i, k - 1] > gift:
        out[b, i, k] = out[b, i, k - 1]
        k -= 1
    out[b, i, k] = gift


@njit(cache=True)
def _show_gifts(p: Params, w: Any, b: int, i: int, out: npt.NDArray[np.float32], first: int) -> None:
    """The last gifts of the others in i's group."""
    others = p.n_agents - 1
    if p.matching == STRANGER:
        start = w.gave_in[i] * p.n_agents
        count = 0
        for k in range(start, start + p.n_agents):
            if w.order[k] != i and count < others:
                _insert(out, b, i, first, count, w.given[w.order[k]])
                count += 1
    elif p.group_choice:
        count = 0
        for j in range(p.n_agents):
            if j != i and w.gave_in[j] == w.gave_in[i] and w.step > 1:
                _insert(out, b, i, first, count, w.given[j])
                count += 1
        for k in range(count, others):
            out[b, i, first + k] = NOBODY
    else:
        for k in range(others):
            j = i + 1 + k  # a remainder would cost more than all else
            out[b, i, first + k] = w.given[j if j < p.n_agents else j - p.n_agents]


@njit(cache=True)
def observe(p: Params, worlds: Worlds_, out: npt.NDArray[np.float32]) -> None:
    """What oneself and one's group gave, then what the setting adds."""
    for b in range(len(worlds)):
        w = worlds[b]
        steps = w.step // (1 + p.group_choice)
        for i in range(len(w.action)):
            out[b, i, 0] = w.step <= p.group_choice
            out[b, i, 1] = w.given[i]
            out[b, i, 2] = w.payoff[i]
            k = 3
            if w.step == 0 and p.matching == STRANGER:  # there was no group yet
                for _ in range(p.n_agents - 1):
                    out[b, i, k] = 0.0
                    k += 1
            else:
                _show_gifts(p, w, b, i, out, k)
                k += p.n_agents - 1
            if p.group_choice:
                out[b, i, k] = w.choosing
                out[b, i, k + 1] = w.group[i]
                out[b, i, k + 2] = w.size[w.group[i]]
                k += 3
            if p.horizon_known:
                out[b, i, k] = steps
                out[b, i, k + 1] = p.horizon


@njit(cache=True)
def legal(p: Params, worlds: Worlds_, out: npt.NDArray[np.int8]) -> None:
    """Where groups are chosen: first a group, then a gift."""
    gifts = int(p.endowment) + 1
    for b in range(len(worlds)):
        choosing = worlds[b].choosing
        for i in range(p.n_agents):
            for k in range(gifts):
                out[b, i, k] = not choosing
            for k in range(gifts, gifts + CHOICES):
                out[b, i, k] = choosing


class PublicGoods(Game):
    """The game of this page."""

    name = "public_goods"
    family = "commons"
    title = "Who pays for what everybody enjoys?"
    Params = Params
    kernels = Kernels(reset, step, observe)
    presets: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "fehr_gachter_partner": {},
        "fehr_gachter_stranger": {"matching": "stranger"},
        "herrmann_2008": {"horizon": 20},
        "sanctsim": {"n_agents": 7, "horizon": 15, "multiplier": 1.6, "group_choice": True},
        "coopeval_pgg": {"n_agents": 3, "endowment": 1, "multiplier": 1.5},
    }

    def __init__(self, preset: str | None = None, **params: Any) -> None:
        super().__init__(preset, **params)
        self.anonymous = self.params.matching == "stranger" or self.params.group_choice
        if self.params.matching == "stranger":
            self.n_agents = self.params.population
            self.agents = tuple(f"agent_{i}" for i in range(self.n_agents))
        if self.params.group_choice:
            self.kernels = Kernels(reset, step, observe, legal)

    def check(self) -> None:
        """One return, full groups, whole tokens from a whole endowment, and groups that can be chosen."""
        q = self.params
        if q.multiplier is not None and q.mpcr != Params._field_defaults["mpcr"]:
            raise refuse("public_goods.mpcr", q.mpcr, "left out where public_goods.multiplier is given")
        if q.integer and q.endowment % 1:
            raise refuse("public_goods.endowment", q.endowment, "a whole number where public_goods.integer is true")
        if q.matching == "stranger" and (q.population % q.n_agents or q.population == q.n_agents):
            allowed = f"a multiple of public_goods.n_agents = {q.n_agents}, and more than one group"
            raise refuse("public_goods.population", q.population, allowed)
        if q.group_choice and q.multiplier is None:
            raise SettingError("public_goods.group_choice = True is not allowed without public_goods.multiplier")
        if q.group_choice and (q.matching == "stranger" or not q.integer):
            raise SettingError("public_goods.group_choice = True is not allowed with strangers or real numbers")

    def encode(self) -> Any:
        """The kernel reads m, wherever it comes from."""
        return super().encode()._replace(mpcr=self.marginal_return)

    @property
    def marginal_return(self) -> float:
        """m in a group of ``n_agents``."""
        q = self.params
        return q.mpcr if q.multiplier is None else q.multiplier / q.n_agents

    @property
    def max_steps(self) -> int:
        """Where groups are chosen a step is two of the environment."""
        return (1 + self.params.group_choice) * self.params.horizon

    def completed(self, worlds: Worlds_) -> npt.NDArray[np.bool_]:
        """Where groups are chosen, not by the choice."""
        return worlds["choosing"] == self.params.group_choice

    @property
    def most_neighbours(self) -> int:
        """The others of a group."""
        return self.params.n_agents - 1

    def neighbours(self, worlds: Worlds_) -> npt.NDArray[np.bool_]:
        """The others of one's group."""
        group = worlds["gave_in"]
        return super().neighbours(worlds) & (group[:, :, None] == group[:, None, :])

    @cached_property
    def world_dtype(self) -> np.dtype[np.void]:
        """``given`` last, and in which group (``gave_in``); ``group`` now; the ``order`` in which strangers were
        seated; by group what is in the ``pot`` and its ``size``; are groups being chosen (``choosing``)?
        """
        n = self.n_agents
        return world_dtype(
            n,
            ("given", "f8", (n,)), ("gave_in", "i8", (n,)), ("group", "i8", (n,)), ("order", "i8", (n,)),
            ("pot", "f8", (n,)), ("size", "i8", (n,)), ("choosing", "?"),
        )  # fmt: skip

    @cached_property
    def fields(self) -> tuple[Field, ...]:
        """See the page."""
        q = self.params
        e, n = q.endowment, q.n_agents
        most = e * (1 + self.marginal_return * n)
        whose = (
            "gift {}, ascending, of the others in the last group"
            if self.anonymous
            else "last gift of the seat {} after one's own"
        )
        least = NOBODY if q.group_choice else 0.0
        fields = [
            Field("first_step", 0, 1, "1 before anybody has given"),
            Field("own_gift", 0, e, "own last gift to the group (tokens)"),
            Field("own_payoff", 0, most, "own payoff of the last step (tokens)"),
            *(Field(f"gift_{k}", least, e, f"{whose.format(k)} (tokens)") for k in range(1, n)),
        ]
        if q.group_choice:
            fields += [
                Field("choosing", 0, 1, "1: choose a group now, 0: give"),
                Field("own_group", 0, 1, "own group, 0 SFI, 1 SI"),
                Field("own_size", 0, n, "members of the own group, 0 before the first choice"),
            ]
        return (*fields, *self.life_fields())

    @cached_property
    def move_space(self) -> "spaces.Discrete | spaces.Box":
        """Tokens given, and the groups to choose from."""
        q = self.params
        if not q.integer:
            return spaces.Box(0.0, q.endowment, (), np.float64)
        return spaces.Discrete(int(q.endowment) + 1 + (CHOICES if q.group_choice else 0))

    @property
    def stochastic(self) -> bool:
        """Strangers are drawn."""
        return self.params.matching == "stranger"

    def candidates(self, worlds: Worlds_, seat: int, limit: int = 256) -> tuple[Floats, npt.NDArray[np.bool_]]:
        """However few gifts are considered, both groups are."""
        if not self.params.group_choice:
            return super().candidates(worlds, seat, limit)
        gifts = np.arange(self.params.endowment + 1)
        moves = thinned(gifts, limit - CHOICES, worlds["given"][:, seat])
        groups = np.broadcast_to(self.params.endowment + 1 + np.arange(CHOICES), (len(worlds), CHOICES))
        moves = np.concatenate([groups, moves], axis=1)
        return moves, self.legal_among(worlds, seat, moves)

    def exemplar(self, worlds: Worlds_, seat: int, cooperative: bool) -> Floats:
        """Everything or nothing; while groups are chosen, the one where it is."""
        e = self.params.endowment
        gift = np.full(len(worlds), e if cooperative else 0.0)
        return np.where(worlds["choosing"], e + 1 + worlds["group"][:, seat], gift)

    def acts_seen(self, world: Any, seat: int) -> list[Act]:
        """The own gift and those of one's group, in nobody's name and ascending where all are anonymous; of the choice
        of a group one's own.
        """
        if world["step"] == 0:
            return []
        if world["choosing"] != self.params.group_choice:
            return [Act(seat, None, "choose", terms=GROUPS[world["group"][seat]])]
        gifts, group = world["given"].tolist(), world["gave_in"].tolist()
        others = [(j, gift) for j, gift in enumerate(gifts) if j != seat and group[j] == group[seat]]
        if self.anonymous:
            others = [(SOMEBODY, gift) for gift in sorted(gift for _, gift in others)]
        return [Act(j, None, "give", gift, "tokens") for j, gift in ((seat, gifts[seat]), *others)]

    def perceive(self, worlds: Worlds_, seat: int) -> None:
        """Where nobody is named, the gifts that were seen are dealt out to the others in turn: each may have given any
        of them. What was given in groups that one was not in is believed to be like it.
        """
        if not self.anonymous:
            return
        others = np.delete(np.arange(self.n_agents), seat)
        played = worlds["step"] > self.params.group_choice
        mates = (worlds["gave_in"][:, others] == worlds["gave_in"][:, [seat]]) & played[:, None]
        count = mates.sum(axis=1, keepdims=True)
        seen = np.sort(np.where(mates, worlds["given"][:, others], np.inf), axis=1)
        dealt = np.take_along_axis(seen, np.arange(len(others)) % np.maximum(1, count), axis=1)
        gifts = np.where(count > 0, dealt, np.nan)
        total = np.where(mates, worlds["given"][:, others], 0.0).sum(axis=1, keepdims=True)
        labels = np.where(count > 0, total / np.maximum(1, count) / self.params.endowment, np.nan)
        paid = worlds["payoff"][:, [seat]] + worlds["given"][:, [seat]] - gifts
        gave = ((worlds["step"] > 0) & (worlds["choosing"] == self.params.group_choice))[:, None]
        worlds["payoff"][:, others] = np.where(gave, paid, worlds["payoff"][:, others])
        worlds["cooperation"][:, others] = np.where(gave, labels, np.nan)
        worlds["action"][:, others] = worlds["intended"][:, others] = gifts
        worlds["given"][:, others] = np.nan_to_num(gifts)
        self._hide_groups(worlds, seat, others)

    def _hide_groups(self, worlds: Worlds_, seat: int, others: npt.NDArray[np.int64]) -> None:
        """Who was or is in which group is not known, only how many are in one's own: anybody may be."""
        worlds["order"] = np.arange(self.n_agents)
        worlds["pot"] = 0.0
        worlds["gave_in"] = SFI
        if not self.params.group_choice:
            worlds["group"] = SFI
            return
        own = worlds["group"][:, seat]
        mates = np.take_along_axis(worlds["size"], own[:, None], axis=1) - 1
        worlds["group"][:, others] = np.where(np.arange(len(others)) < mates, own[:, None], 1 - own[:, None])

    def anchors(self) -> Anchors:
        """Nobody gives, or everybody does; uniform gifts are half of the endowment on average."""
        q = self.params
        e, seats = q.endowment, self.n_agents
        rate = self.marginal_return * q.n_agents  # what a token that is given is worth to all
        worst = self._worst_of_choice() if q.group_choice else e * (rate if self.marginal_return > 1 else 1.0)
        scale = self.expected_steps * seats
        return Anchors(scale * worst, scale * e * max(1.0, rate), scale * e * (1 + rate) / 2, "exact")

    def _worst_of_choice(self) -> float:
        """Payoff per head and step of the one symmetric equilibrium of choosing a group, which is to toss a coin: in a
        group of less than ρ members each gives everything, in others nothing, and smaller groups are never worse.
        """
        q, others = self.params, self.n_agents - 1
        assert q.multiplier is not None
        sizes = [(comb(others, k) / 2**others, 1 + k) for k in range(others + 1)]
        return q.endowment * sum(chance * (q.multiplier if size < q.multiplier else 1.0) for chance, size in sizes)

    def brief(self, seat: int, paraphrase: int = 0) -> str:
        """The rules in words."""
        rules = public_goods_words.brief(self.params, self.anonymous, paraphrase)
        return "\n".join([*rules, *self.told_end(paraphrase=paraphrase)])

    def view(self, world: Any, seat: int) -> str:
        """The last gifts, and what is to do."""
        q = self.params
        lines = [f"Step {world['step'] // (1 + q.group_choice) + 1} of {q.horizon}."] if q.horizon_known else []
        if world["step"] <= q.group_choice:
            lines.append("Nobody has given anything yet.")
        else:
            lines += [f"Last time you gave {world['given'][seat]:g}.", self._told_gifts(world, seat)]
        if world["choosing"] == q.group_choice and world["step"]:
            lines.append(f"The last step paid you {world['payoff'][seat]:g}.")
        if q.group_choice:
            group, size = world["group"][seat], world["size"][world["group"][seat]]
            if world["step"]:
                lines.append(f"Your group is {GROUPS[group]}, with {size} member{'s' if size > 1 else ''}.")
            lines.append("Choose a group now." if world["choosing"] else "Give now.")
        return "\n".join(lines)

    def _told_gifts(self, world: Any, seat: int) -> str:
        others = np.delete(np.arange(self.n_agents), seat)
        if not self.anonymous:
            gifts = ", ".join(f"agent {j}: {world['given'][j]:g}" for j in others)
            return f"The others gave: {gifts}."
        mates = others[world["gave_in"][others] == world["gave_in"][seat]]
        gifts = ", ".join(f"{gift:g}" for gift in np.sort(world["given"][mates]))
        return f"The others in your group gave: {gifts}." if gifts else "You were alone in your group."

    def move_schema(self, world: Any, seat: int) -> dict[str, Any]:
        """A group, or the tokens given."""
        if world["choosing"]:
            return {"type": "string", "enum": list(GROUPS)}
        most = self.params.endowment
        if self.params.integer:
            return {"type": "integer", "minimum": 0, "maximum": int(most)}
        return {"type": "number", "minimum": 0, "maximum": most}

    @property
    def move_words(self) -> tuple[str, ...]:
        """The groups, where they can be chosen."""
        return GROUPS if self.params.group_choice else ()

    @property
    def word_forms(self) -> Mapping[str, str]:
        """Their names."""
        return {name: f"{{{group}}}" for group, name in enumerate(self.move_words)}


env, raw_env, parallel_env = entry_points(PublicGoods)
