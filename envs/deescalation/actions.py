"""What nations can do in a crisis and what that does: a table that a user can replace (GAMES.md §4.3).

A CSV file with one row per action: its name, its ``class`` (DE, SQ, PO, NV, VI or NU), is it ``targeted`` (yes or no),
and ten numbers. ``own_*`` change the state of whoever acts, ``gift_*`` is what the target gets, ``harm_*`` what it
loses before its guard, ``needs_*`` what one must have to act so.
"""

import csv
import math
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ..settings import SettingError, refuse

CLASSES = ("DE", "SQ", "PO", "NV", "VI", "NU")
DE, SQ, PO, NV, VI, NU = range(len(CLASSES))
CLASS_WORDS = ("de-escalates", "keeps still", "postures", "escalates without violence", "uses violence", "goes nuclear")
EFFECTS = (
    "own_economy", "own_stability", "gift_economy", "gift_stability", "harm_economy", "harm_stability",
    "own_military", "own_weapons", "needs_military", "needs_weapons",
)  # fmt: skip
OWN_E, OWN_S, GIFT_E, GIFT_S, HARM_E, HARM_S, OWN_M, OWN_W, NEEDS_M, NEEDS_W = range(len(EFFECTS))
COLUMNS = ("action", "class", "targeted", *EFFECTS)
SHIPPED = Path(__file__).with_name("crisis_actions.csv")
LARGEST = 1e6
REPRESENTATIVES = ("pull_back", "wait", "exercise", "sanction", "strike", "tactical_nuclear")
"""The action that stands for its class, where the table has it; elsewhere the first one of the class does."""


class Actions(NamedTuple):
    """A table of A actions: ``names``, ``ranks`` (A,) of their classes 0..5, ``targeted`` (A,), ``effects`` (A, 10)."""

    names: tuple[str, ...]
    ranks: npt.NDArray[np.int64]
    targeted: npt.NDArray[np.bool_]
    effects: npt.NDArray[np.float64]

    @property
    def neutral(self) -> npt.NDArray[np.int64]:
        """The actions of the status quo that change nothing: the first stands in for an act that is not legal."""
        return np.flatnonzero((self.ranks == SQ) & ~self.targeted & ~self.effects.any(axis=1))

    def of_class(self, rank: int) -> int | None:
        """The action that stands for a class; None where the table has none of it."""
        named = [a for a, name in enumerate(self.names) if name == REPRESENTATIVES[rank] and self.ranks[a] == rank]
        return next(iter([*named, *np.flatnonzero(self.ranks == rank).tolist()]), None)


def read_actions(path: str | None, name: str) -> Actions:
    """The table in the file at ``path``, by default the one that comes with the game.

    Raises :class:`~..settings.SettingError` that names the setting ``name``, the file, and row and column of what is
    wrong.
    """
    place = Path(path) if path else SHIPPED
    try:
        lines = place.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise refuse(name, path, f"the path of a CSV file that can be read ({error})") from None
    where = f"{name}: {place.name}"
    reader = csv.DictReader(lines)
    header = reader.fieldnames or ()
    if sorted(header) != sorted(COLUMNS):
        odd = ", ".join(sorted(set(COLUMNS).symmetric_difference(header))) or "one stands there twice"
        raise SettingError(f"{where}, row 1: its columns must be {', '.join(COLUMNS)}; missing or unknown: {odd}")
    rows: dict[str, tuple[int, bool, list[float]]] = {}
    for row in reader:
        here = f"{where}, row {reader.line_num}"
        action, effects = _row(row, here)
        if action in rows:
            raise refuse(f"{here}, column action", action, "a name that no other row has")
        rows[action] = effects
    ranks, targeted, effects = zip(*rows.values(), strict=True) if rows else ((), (), ())
    found = Actions(
        tuple(rows),
        np.array(ranks, np.int64),
        np.array(targeted, np.bool_),
        np.array(effects, np.float64).reshape(len(rows), len(EFFECTS)),
    )
    if not found.neutral.size:
        raise SettingError(f"{where} has no neutral act: one row must be of class SQ, untargeted, with numbers all 0")
    return found


def _row(row: dict[str, str], where: str) -> tuple[str, tuple[int, bool, list[float]]]:
    """One action, checked cell by cell."""
    if None in row or None in row.values():
        raise SettingError(f"{where}: it must have {len(COLUMNS)} cells, one for each of {', '.join(COLUMNS)}")
    cells = {column: cell.strip() for column, cell in row.items()}
    if not cells["action"]:
        raise refuse(f"{where}, column action", "", "a name")
    if cells["class"] not in CLASSES:
        raise refuse(f"{where}, column class", cells["class"], f"one of {', '.join(CLASSES)}")
    if cells["targeted"] not in ("yes", "no"):
        raise refuse(f"{where}, column targeted", cells["targeted"], "yes or no")
    targeted = cells["targeted"] == "yes"
    numbers = [_number(cells[column], column, targeted, f"{where}, column {column}") for column in EFFECTS]
    return cells["action"], (CLASSES.index(cells["class"]), targeted, numbers)


def _number(cell: str, column: str, targeted: bool, where: str) -> float:
    """One effect. Only what changes whoever acts may be negative; what has no target gives and harms nobody."""
    own = column.startswith("own_")
    try:
        number = float(cell)
    except ValueError:
        number = math.nan
    if not (-LARGEST if own else 0) <= number <= LARGEST:
        raise refuse(where, cell, f"a number in [{-LARGEST if own else 0:g}, {LARGEST:g}]")
    if number and not targeted and column.startswith(("gift_", "harm_")):
        raise refuse(where, cell, "0 in an action without a target")
    return number
