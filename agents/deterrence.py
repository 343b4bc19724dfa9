"""What whoever was punished expects: to lose as much again, in proportion to how much less it cooperates than others.

The rate is learned from the last step in which anybody cooperated more: what others' points took, by the sum of what
the others' labels were above one's own. It foresees nothing before it was punished once, and forgets at once where it
was let off. The rule is our own, the simplest in which a punishment deters those who care for payoffs alone: in a
linear public good a token is given iff the expected loss per token withheld is at least 1 − m.
"""

import numpy as np

from ..envs.game import Floats, Game, Worlds_
from ..envs.institutions.punishment import Punishment

RECEIVED = f"{Punishment.name}_received"


def learn_rate(game: Game, worlds: Worlds_, seat: int, rate: Floats) -> Floats:
    """(B,): payoff that ``seat`` expects to lose per unit of shortfall, by the step just completed; ``rate`` (B,) is
    what it expected before.
    """
    if Punishment.name not in game.stages:
        return rate
    short = shortfall(worlds["cooperation"], seat)
    lost = np.maximum(0.0, -worlds[RECEIVED][:, seat])
    return np.where(game.completed(worlds) & (short > 0), lost / np.where(short > 0, short, 1.0), rate)


def shortfall(labels: Floats, seat: int) -> Floats:
    """(B,): by how much the labels (B, N) of others are above that of ``seat``, all together; unknown ones are not.

    >>> shortfall(np.array([[0.25, 1.0, 0.5, np.nan]]), 0)
    array([1.])
    """
    above = labels - labels[:, [seat]]
    return np.where(above > 0, above, 0.0).sum(axis=1)
