"""Peer punishment: after the step each may spend on fining the others whom it saw act.

**Rule.** After each step of the game a stage follows, with one round about each neighbour: whoever could be seen
acting. In it each seat spends 0 … ``most`` points on fining that one; a point costs its giver ``fee`` and takes
``effect`` from its target. All fines are paid when the last round is over. With probability ``error`` points hit
another neighbour than the one they were meant for, or nobody where there is no other; they cost the same. With
``schedule`` *fehr_gachter_2000* 0 … 10 points for one other cost 0, 1, 2, 4, 6, 9, 12, 16, 20, 25, 30, and each point
takes a tenth of what its target has earned in this step, all together at most all of it. Seats are told what they
lost, and not to whom. ``by`` *actors* lets only those punish who had a choice in the step, such as donors.

Logged for each step and seat: points ``spent``, those of them on somebody whose label was no smaller than one's own
(``antisocial``), those that went ``astray``; the ``cost`` paid, the payoff that was lost (``received``, negative).

**Canonical numbers** (NORMS.md §3): fee 1, effect 3; ``error`` ∈ {0, .1, .2} is an arm of every study.

**Known answers**: in a one-shot game nobody who cares for its own payoff alone ever punishes; points go astray at the
rate ``error``; a fine that is certain deters one unit withheld in a linear public good iff effect × points ≥ 1 − m.

**Presets**: ``fehr_gachter_2000`` (the table), ``fehr_gachter_2002`` and ``herrmann_2008`` (1 : 3, up to 10 points;
the second after ten steps without), ``axelrod_1986`` (one point at most: P = −9 for E = −2), ``vallinder_hughes``
(donors only, 1 : 2; the fine lowers what is paid, while the holdings of the game stay what they are).

**Source**: Axelrod 1986 (Am. Polit. Sci. Rev. 80:1095); Fehr & Gächter 2000 (AER 90:980), 2002 (Nature 415:137);
Herrmann, Thöni & Gächter 2008 (Science 319:1362); Vallinder & Hughes 2024 (arXiv 2412.10270).
"""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, NamedTuple

from ..settings import Choice, Range
from .peers import TABLE_SHARE, Peers, told_columns


class Params(NamedTuple):
    """What a point costs, and what it does."""

    most: Annotated[int, Range(1, 100), "points that one may spend on one other in a step"] = 10
    fee: Annotated[float, Range(0, 1e6), "what a point costs whoever spends it (payoff)"] = 1.0
    effect: Annotated[float, Range(0, 1e6), "what a point takes from its target (payoff)"] = 3.0
    error: Annotated[float, Range(0, 1), "ε: probability that points hit another than intended"] = 0.0
    schedule: Annotated[str, Choice("linear", "fehr_gachter_2000"), "fee and effect per point, or by table"] = "linear"
    by: Annotated[str, Choice("all", "actors"), "who may: all, or only those who had a choice in the step"] = "all"
    from_step: Annotated[int, Range(0, 10**9), "steps of the game before the first stage"] = 0


class Punishment(Peers):
    """The institution of this page."""

    name = "punishment"
    title = "Will some pay to punish those who take and do not give?"
    Params = Params
    logged = told_columns("punishment", "punish")
    sign, verb, lane = -1.0, "punish", 0
    presets: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "fehr_gachter_2000": {"schedule": "fehr_gachter_2000"},
        "fehr_gachter_2002": {},
        "herrmann_2008": {"from_step": 10},
        "axelrod_1986": {"fee": 2.0, "effect": 9.0, "most": 1},
        "vallinder_hughes": {"effect": 2.0, "by": "actors"},
    }

    @property
    def by_table(self) -> bool:
        """Is the schedule that of Fehr & Gächter 2000?"""
        return self.params.schedule == "fehr_gachter_2000"

    def told_effect(self) -> tuple[str, str, str]:
        """By the table a share."""
        if not self.by_table:
            return super().told_effect()
        share = f"{100 * TABLE_SHARE:g} percent"
        return (
            f"Each point takes {share} of what the other has earned in this step, at most all of it.",
            f"By each point the other loses {share} of its earnings of this step, and never more than all of them.",
            f"What the other has earned in this step falls by {share} for each point, at the lowest to nothing.",
        )
