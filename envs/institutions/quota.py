"""A quota: nobody may take more than a cap, and whoever does is fined for the excess.

**Rule.** Before each step every seat has a cap. Without ``cap`` it is the most that the game labels as fully
cooperative: in `fishery` an equal share of what the stock brings back, h(1 − 1/g)/n where it doubles by g and
otherwise f(h)/n, in a fish war the planner's percentage; in `appropriation` an equal part of the best total, (A −
w)/(2Bn); each rounded down where acts are whole. In `arms_race` the cap is on arms, and by default 0; as nobody can cut
more than Δ in a step, whoever has more than the cap plus Δ is held to a full cut. The excess is what was requested, put
in or is there beyond the cap. It is found with probability ``detection``, and then costs ``fine`` for each unit and
``fixed`` once. An act within the cap is with probability ``false_positive`` taken for an excess of one unit. Fines are
lost to all. Whoever is there pays ``cost`` per step for the monitoring.

Refused where acts name no amount that is taken, and in a fishery whose regime is hidden, as the rule's cap would tell
it; a ``cap`` of one's own goes there too. Quotas are not traded. Seats see their own cap and fine only.

Logged for each step and seat: the true ``excess`` (units), found or not, and the ``fine`` (payoff).

**Canonical numbers** (NORMS.md §3): fishery, stock·(1 − 1/g)/n. What is fined, and how much, is our choice.

**Known answers**: in a fishery whose stock doubles a quota that all keep brings the stock back to where it was, for
ever; as each unit requested brings at most 1, whoever looks one step ahead keeps to it if detection × fine ≥ 1, and
where there is enough for it only then; in an arms race whoever expects the others to have no less than itself cuts iff
detection × fine ≥ v − κ.

**Source**: GovSim's threshold (Piatti et al. 2024, arXiv 2404.16698); Gordon 1954 for the rent that quotas keep; Becker
1968 for p·f.
"""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, NamedTuple

import numpy as np
import numpy.typing as npt
from gymnasium import spaces
from numba import njit

from ..chance import EXCESS, uniform
from ..game import Field, Floats, Worlds_
from ..paraphrases import worded
from ..settings import Range
from .institution import Institution, told_monitoring


class Params(NamedTuple):
    """The cap, and what it costs to exceed it."""

    cap: Annotated[float | None, Range(0, 1e6), "most that a seat may take (units of its act); none: the rule's"] = None
    fine: Annotated[float, Range(0, 1e6), "for each unit beyond the cap (payoff)"] = 2.0
    fixed: Annotated[float, Range(0, 1e6), "once for whatever is beyond the cap (payoff)"] = 0.0
    detection: Annotated[float, Range(0, 1), "p: probability that an excess is found"] = 1.0
    false_positive: Annotated[float, Range(0, 1), "probability that an act within the cap is fined as for a unit"] = 0.0
    cost: Annotated[float, Range(0, 1e6), "of monitoring, to each seat and step (payoff)"] = 0.0


TAKES = {
    "fishery": ("request more than", "an equal share of what the stock brings back"),
    "appropriation": ("put into the pool more than", "an equal part of what is best for all together"),
    "arms_race": ("have more arms than", "0, or what the largest cut leaves"),
}
"""What exceeds a quota in each game where there is one, and what the rule's cap is."""


class _Numbers(NamedTuple):
    """What the compiled rule reads."""

    fine: float
    fixed: float
    detection: float
    false_positive: float
    cost: float


@njit(cache=True)
def charge(
    q: Any,
    there: npt.NDArray[Any],
    keys: npt.NDArray[np.uint64],
    steps: npt.NDArray[np.int64],
    taken: Floats,
    caps: Floats,
    excess: Floats,
    fines: Floats,
    rewards: Floats,
) -> None:
    """Measures what was ``taken`` against the caps and fines it, in place; (B, N), ``keys`` and ``steps`` (B,)."""
    for b in range(len(taken)):
        for i in range(taken.shape[1]):
            if not there[b, i]:
                continue
            excess[b, i] = max(0.0, taken[b, i] - caps[b, i])
            beyond = excess[b, i] > 0.0
            chance = q.detection if beyond else q.false_positive
            fines[b, i] = 0.0
            if chance > 0.0 and uniform(keys[b], steps[b], EXCESS, i) < chance:
                fines[b, i] = q.fixed + q.fine * (excess[b, i] if beyond else 1.0)
            rewards[b, i] -= fines[b, i] + q.cost


class Quota(Institution):
    """The institution of this page."""

    name = "quota"
    title = "Does a cap on what each may take keep what is shared?"
    Params = Params
    logged: ClassVar[Mapping[str, str]] = {
        "quota_excess": "units by which a seat exceeds its quota",
        "quota_fine": "payoff that a seat is fined for it",
    }

    def misfit(self) -> str | None:
        """Something must be taken, by amounts; and the cap may not tell what is hidden."""
        if self.game.name not in TAKES:
            return f"no act takes an amount of something shared, as acts do in {', '.join(TAKES)}"
        if self.params.cap is None and self.game.name == "fishery":
            q = self.game.params
            if q.growth == "regimes" and not q.regime_visible:
                return "its regime is hidden, and the rule's cap would tell it: quota.cap must be given"
        return None

    @property
    def world_fields(self) -> tuple[tuple[Any, ...], ...]:
        """The cap of the coming step; excess and fine of the last."""
        n = self.game.n_agents
        return tuple((f"quota_{name}", "f8", (n,)) for name in ("cap", "excess", "fine"))

    @property
    def fields(self) -> tuple[Field, ...]:
        """The own cap, and the own fine."""
        most = max(1.0, self._most)
        return (
            Field("quota", 0, max(self._most, self.params.cap or 0.0), "the most that I may take in the coming step"),
            Field("quota_fine", 0, self.params.fixed + self.params.fine * most, "what I was fined for my last excess"),
        )

    @property
    def _most(self) -> float:
        """The most that a seat can take."""
        if self._of_arms:
            return self.game.params.max_arms
        space = self.game.move_space
        return float(space.high if isinstance(space, spaces.Box) else space.n - 1)

    @property
    def _of_arms(self) -> bool:
        return self.game.name == "arms_race"

    @property
    def stochastic(self) -> bool:
        """Detection by chance."""
        return 0 < self.params.detection < 1 or 0 < self.params.false_positive < 1

    def caps(self, worlds: Worlds_) -> Floats:
        """(B, N): what each may take in the coming step."""
        shape = (len(worlds), self.game.n_agents)
        if self._of_arms:
            return np.maximum(self.params.cap or 0.0, worlds["arms"] - self.game.params.max_build)
        if self.params.cap is not None:
            return np.full(shape, self.params.cap)
        return np.broadcast_to(self.game.exemplar(worlds, 0, cooperative=True)[:, None], shape)

    def reset(self, worlds: Worlds_, again: npt.NDArray[Any]) -> None:
        """The first cap; nobody has taken anything."""
        worlds["quota_cap"][again] = self.caps(worlds)[again]
        worlds["quota_excess"][again] = 0.0
        worlds["quota_fine"][again] = 0.0

    def settle(self, worlds: Worlds_, there: npt.NDArray[Any], rewards: Floats) -> None:
        """Fines by the cap that held, and sets the next."""
        q = self.params
        numbers = _Numbers(q.fine, q.fixed, q.detection, q.false_positive, q.cost)
        taken, caps = worlds["arms" if self._of_arms else "action"], worlds["quota_cap"]
        excess, fines = worlds["quota_excess"], worlds["quota_fine"]
        charge(numbers, there, worlds["key"], worlds["step"], taken, caps, excess, fines, rewards)
        np.copyto(caps, self.caps(worlds), where=np.asarray(there.any(axis=1))[:, None])

    def perceive(self, worlds: Worlds_, seat: int) -> None:
        """What others were fined is not known; the cap on their arms is, as far as these are seen."""
        others = np.arange(self.game.n_agents) != seat
        worlds["quota_excess"][:, others] = 0.0
        worlds["quota_fine"][:, others] = 0.0
        if self._of_arms:
            worlds["quota_cap"] = self.caps(worlds)

    def observe(self, worlds: Worlds_, out: npt.NDArray[Any], column: int) -> None:
        """The own cap and fine."""
        out[:, :, column] = worlds["quota_cap"]
        out[:, :, column + 1] = worlds["quota_fine"]

    def brief(self, seat: int, paraphrase: int = 0) -> list[str]:
        """The cap, and what exceeding it costs."""
        q = self.params
        exceeds, rule = TAKES[self.game.name]
        if q.cap is not None:
            rule = f"{q.cap:g}, or what the largest cut leaves" if self._of_arms else f"{q.cap:g}"
        price = f"{q.fine:g} for each unit" + (f" and {q.fixed:g} besides" if q.fixed else "")
        lines = [
            (
                f"Quota: in each step nobody may {exceeds} the quota, which is {rule}. You are told yours.",
                f"Quota: to {exceeds} the quota is allowed to nobody in any step. It is {rule}, and you are told"
                " what that is for you.",
                f"Quota: your quota in a step, which you are told, is {rule}. You may not {exceeds} that, nor may"
                " anybody else.",
            ),
            (
                f"What exceeds it is found with probability {q.detection:g} and then costs {price}.",
                f"The fine for an excess is {price}, and the probability that it is found is {q.detection:g}.",
                f"Whoever exceeds it pays {price} if that is found, which happens with probability {q.detection:g}.",
            ),
        ]
        if q.false_positive:
            mistaken = (
                f"Whoever keeps to it is fined as for one unit with probability {q.false_positive:g}.",
                f"With probability {q.false_positive:g} one unit is taken to exceed it where none does.",
                f"There is a probability of {q.false_positive:g} to be fined for one unit that was not taken.",
            )
            lines.append(mistaken)
        if q.cost:
            lines.append(told_monitoring(q.cost))
        return [worded(paraphrase, *wordings) for wordings in lines]

    def view(self, world: Any, seat: int) -> list[str]:
        """The cap now, and the last fine."""
        fine = world["quota_fine"][seat]
        lines = [f"Your quota for this step is {world['quota_cap'][seat]:g}."]
        return [*lines, f"For the last step you were fined {fine:g} by the quota."] if fine else lines
