"""Columns of a shared stock of which agents harvest: GovSim's measures with their full-horizon twins, and the value of
what is left (METRICS.md §6, §3.3).
"""

import numpy as np

from ...envs.record import Record
from .. import welfare
from ..definition import ANY, DOWN, NOTHING, POSITIVE, SHARE, UP, Definition
from ..measure import total
from .core import DISCOUNTS, Columns

_NAMES = ("efficiency", "efficiency_opt", "over_use", "over_use_request", "over_use_full", "stock_end", "stock_mean")


def commons(record: Record, optimum: float) -> Columns:
    """By key of ``COMMONS``: (W,) float64. Nothing for a game without a stock in units of payoff.

    Args:
        record: of any game.
        optimum: W_O.
    """
    game, worlds = record.game, np.arange(len(record.lengths))
    if "stock" not in record.signals:
        return {}
    stock = record.signals["stock"]
    left, collapsed = stock[worlds, record.lengths], record.collapsed
    first = game.sustainable_yield(stock[:1, 0])
    last = game.sustainable_yield(left, record.final["degraded"])
    if first is None or last is None:
        return {}
    caught = record.rewards if record.game_payoffs is None else record.game_payoffs
    requests = np.nan_to_num(record.actions)
    harvests = welfare.Harvests(caught, requests, stock[:, :-1], left, record.lengths, collapsed)
    found = welfare.govsim(harvests, float(first[0]), optimum, game.params.capacity, game.max_steps)
    columns = {name: getattr(found, name).value for name in _NAMES}
    paid = total(record.rewards).sum(axis=1)
    for name, delta in DISCOUNTS.items():
        valued = welfare.with_stock(paid, left, last, delta, collapsed)
        columns |= {"welfare_stock_market": valued.market.value, f"welfare_stock_{name}": valued.annuity.value}
    return columns


_PATIENT = 0.95
_UNUSED = "what nobody uses is not used too much, and lasts"
COMMONS: dict[str, Definition] = {
    "efficiency": Definition(
        "efficiency (GovSim)",
        "1 − [T·f(0) − W]₊/(T·f(0)), f(0) the sustainable yield of the first stock: at most 1, whatever is grabbed at "
        "the end.",
        "at most 1",
        UP,
    ),
    "efficiency_opt": Definition("share of the optimum", "W/W_O, not capped.", POSITIVE, UP),
    "over_use": Definition(
        "over-use (GovSim)",
        "Share of agent-steps played with a catch above ⌊⌊h/2⌋/N⌋ of the stock h: rationing hides it.",
        SHARE,
        DOWN,
        (NOTHING,),
        _UNUSED,
    ),
    "over_use_request": Definition(
        "over-use by request",
        "Share of agent-steps played with a request above ⌊⌊h/2⌋/N⌋.",
        SHARE,
        DOWN,
        (NOTHING,),
        _UNUSED,
    ),
    "over_use_full": Definition(
        "over-use on the horizon",
        "Agent-steps with a catch above ⌊⌊h/2⌋/N⌋ over all of the horizon, those after a collapse included.",
        SHARE,
        DOWN,
        (NOTHING,),
        _UNUSED,
    ),
    "stock_end": Definition(
        "stock at the end", "Last stock as a share of the capacity, 0 after a collapse.", SHARE, UP, (NOTHING,), _UNUSED
    ),
    "stock_mean": Definition(
        "mean stock",
        "Mean over the horizon of the stock as a share of the capacity, 0 after a collapse.",
        SHARE,
        UP,
        (NOTHING,),
        _UNUSED,
    ),
    "welfare_stock_market": Definition(
        "welfare + stock at the market", "W plus one payoff unit for each unit of the last stock.", ANY, UP
    ),
    **{
        f"welfare_stock_{name}": Definition(
            f"welfare + annuity (δ = {delta:g})",
            "W plus what the last stock yields for ever, f(h)·δ/(1 − δ), 0 after a collapse.",
            ANY,
            UP,
            (NOTHING,) if delta > _PATIENT else (),
            "with little discount a stock that nobody touches is worth the most" if delta > _PATIENT else "",
        )
        for name, delta in DISCOUNTS.items()
    },
}
