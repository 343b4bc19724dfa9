"""Short-term sacrifice and long-term gain: who leads by the mean payoff at first, who at last, and where they cross."""

from typing import NamedTuple

import numpy as np

from .. import figures
from ..figures import NothingToDraw
from ..horizons import Crossing, by_horizon, crossing, curve
from ..rankings import Field, Recorded
from ..welfare.standard import standard
from .data import Data
from .formats import between, count, each, num, percent
from .markup import Markup, join
from .rank_words import setting
from .show import show

MOST_LINES = 6
_CURVE = 60  # horizons of a curve, at most
CAPTION = (
    "Payoffs of the first T steps per step, means over seats and worlds with pointwise 95 % bands ({n}), "
    "steps after an early end counting 0. Where the setting that leads at the end overtakes the one that leads at "
    "first, a dashed line stands with its 95 % interval over worlds."
)


class Overtaking(NamedTuple):
    """Who leads by the mean payoff at first, and who at last."""

    early: int
    late: int
    found: Crossing | None
    horizons: np.ndarray
    tied_first: int
    """How many are as good after the first step."""
    tied: int
    """How many are as good at last."""


def overtaking(steps: Recorded) -> Overtaking | None:
    """Who leads when; None for less than four steps."""
    rewards = steps.rewards
    last = rewards[0].shape[1]
    if last < 4:
        return None
    at = np.unique(np.linspace(1, last, min(_CURVE, last)).round().astype(np.int64))
    values = [by_horizon(paid, at).mean(axis=2) for paid in rewards]
    means = np.round([of.mean(axis=0) for of in values], 9)
    late = int(means[:, -1].argmax())
    early = late if means[late, 0] == means[:, 0].max() else int(means[:, 0].argmax())
    paired = steps.field.paired
    found = crossing(values[early], values[late], at, paired) if early != late else None
    tied_first, tied = (int((means[:, t] == means[s, t]).sum()) for t, s in ((0, early), (-1, late)))
    return Overtaking(early, late, found, at, tied_first, tied)


def overtaken(one: Overtaking, field: Field) -> Markup | None:
    """Who overtakes whom, as a sentence; None where nobody is alone ahead, and nobody overtakes."""
    if one.found is None and max(one.tied_first, one.tied) > 1:
        return None
    if one.found is None:
        return join("By the mean payoff ", setting(field, one.late), " is ahead after the first step and at the end.")
    if np.isnan(one.found.value) or "ahead_throughout" in one.found.flags:
        return None
    low, high = float(one.found.low), float(one.found.high)
    interval = "" if np.isnan(low) else f" {between(low, high)}"
    since = f" stays ahead of it from step {float(one.found.value):g} on{interval}, in "
    share = percent(float(one.found.crosses))
    early, late = setting(field, one.early), setting(field, one.late)
    lead = "Short term and long: by the mean payoff "
    others = f" (with {count(one.tied_first - 1, 'other')})" if one.tied_first > 1 else ""
    return join(
        lead, early, others, " is ahead after the first step, and ", late, since, share, " of samples of worlds."
    )


def curves(data: Data, steps: Recorded, crossed: Overtaking, leading: list[int]) -> Markup | None:
    """The figure of W(T): the two that lead, and of the others those that come first in ``leading``."""
    field = steps.field
    shown = _unlike(steps, list(dict.fromkeys([crossed.late, crossed.early, *leading])))[:MOST_LINES]
    conditions, norms = field.conditions, field.settings["norms"].to_list()
    mean = standard()["utilitarian"]
    drawn = {conditions[s]: curve(by_horizon(steps.rewards[s], crossed.horizons), mean.of) for s in shown}
    try:
        ax = figures.horizons(
            drawn, crossed.horizons, [norms[s] for s in shown], crossed.found, "mean payoff of a seat"
        )
    except NothingToDraw:
        return None
    ends = "; ".join(f"{name}: {num(of.value[0])} at first, {num(of.value[-1])} at last" for name, of in drawn.items())
    caption = CAPTION.format(n=each(len(paid) for paid in steps.rewards))
    if len(shown) < len(conditions):
        caption += f" {len(shown)} of {len(conditions)} settings are drawn, none that is paid as another one is."
    return show(data, field.game, "horizons", ax, caption, "Welfare by horizon", f"{ends}.")


def _unlike(steps: Recorded, settings: list[int]) -> list[int]:
    """Those whose seats are not paid, on average, step by step as the seats of one before them."""
    paths = {s: np.round(steps.rewards[s].mean(axis=(0, 2)), 9).tobytes() for s in settings}
    return [s for k, s in enumerate(settings) if paths[s] not in [paths[other] for other in settings[:k]]]
