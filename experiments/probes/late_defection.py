"""What it costs the others when some copy the majority for a while and then take all (METRICS.md §9)."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from ...agents.seats import fill, seat
from ...agents.table import table
from ...analysis.statistics import bootstrap_ci
from ...envs.chance import world_seeds
from ...envs.game import Game
from ...envs.settings import number_of, refuse
from ..play import run
from .attackers import MajorityCopier, late_defector
from .labelled import labelled


class LateDefection(NamedTuple):
    """What the others' welfare changes by, mean over worlds with its 95 % interval; ``defectors`` from ``step`` on."""

    value: float
    low: float
    high: float
    worlds: int
    defectors: int
    step: int


def late_defection(
    game: "str | Game",
    seats: Sequence[Any],
    defectors: int = 1,
    step: int | None = None,
    worlds: int = 20,
    seed: int = 0,
    **params: Any,
) -> LateDefection:
    """Welfare of the others with ``defectors`` in the last seats, less with such as copy the majority to the end.

    Args:
        game: a name (with ``params``) or a game.
        seats: as in :func:`~comity.play`, of which the last ``defectors`` are replaced.
        defectors: k (Mukobi et al. 2023).
        step: t₀, the first step (from 1) in which they take all; the one after the middle if left out.
        worlds: W, played twice under the same chance.
        seed: of the first.
        params: of the game.

    Raises ``SettingError`` for what :func:`~comity.play` would refuse, a negotiation, and wrong numbers of seats or
    steps.

    >>> full = {"agent": "exemplar", "cooperative": True}
    >>> late_defection("public_goods", [full], step=6, worlds=2).value
    -120.0
    """
    played = labelled(game, params)
    worlds, n, horizon = number_of("worlds", worlds), played.n_agents, played.params.horizon
    step = horizon // 2 + 1 if step is None else step
    if isinstance(defectors, bool) or not isinstance(defectors, int) or not 1 <= defectors < n:
        raise refuse("defectors", defectors, f"a whole number from 1 to {n - 1}, so that others are left")
    if isinstance(step, bool) or not isinstance(step, int) or not 1 <= step <= horizon:
        raise refuse("step", step, f"a whole number from 1 to the {horizon} steps of {played.name}")
    others, seeds = n - defectors, world_seeds(seed, worlds)
    kept = fill(played, seats)[:others]

    def welfare(*late: Any) -> Any:
        record = run(played, table(played, [*kept, *late], worlds), seeds)
        return record.rewards[:, :, :others].sum(axis=(1, 2))

    with_them = welfare(*(seat(played, late_defector(played, step, worlds)) for _ in range(defectors)))
    without = welfare(*(seat(played, MajorityCopier()) for _ in range(defectors)))
    found = bootstrap_ci(with_them - without)
    return LateDefection(float(found.value), float(found.low), float(found.high), worlds, defectors, step)
