"""Published experiments, played again: what was found then, and what these models find.

Each is a module with its ``Settings`` and a function ``measure`` from them to a table of what came out, one row per
condition, with intervals. What they say beside what was published stands in ``docs/replications.md``.
"""

import importlib
from typing import TYPE_CHECKING, Any

from ...envs.settings import check, unknown

if TYPE_CHECKING:
    import polars

REPLICATIONS = ("axelrod_1986", "fehr_gachter_2000", "vallinder_hughes_2024")


def replicate(name: str, **settings: Any) -> "polars.DataFrame":
    """Plays a published experiment again, under ``settings`` other than its own if some are given.

    Raises ``SettingError`` for an unknown name or a wrong setting, before anything is played.

    >>> found = replicate("axelrod_1986", runs=20, generations=[100])
    >>> found["game"].to_list()
    ['norms', 'metanorms']
    """
    if name not in REPLICATIONS:
        raise unknown("replication", name, REPLICATIONS)
    module = importlib.import_module(f".{name}", __name__)
    return module.measure(check(module.Settings, settings, f"{name}."))
