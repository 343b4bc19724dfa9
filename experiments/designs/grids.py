"""The grammar: from what a user types, or an experiment's file says, to grids of values.

A **grid** maps a setting to the values that it takes; its cells are their product. Values are written in Hydra's own
override grammar: ``norms.kindness=0,0.5,1``, ``seed=range(100)``, ``seats.agents=[tft,alld]``; an axis may also be an
interval, ``norms.kindness=interval(0,1)``, from which a design picks (:mod:`~.designs`).
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from hydra.core.config_loader import ConfigLoader
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import IntervalSweep, Override, QuotedString

from ...envs.settings import SettingError, refuse, unknown
from ..composing import one_line_errors
from ..schema import Calls, Options
from .intervals import interval_of

Grid = dict[str, list[Any]]

DEFAULT_EXPERIMENT = "norms_by_family"
GROUPS = ("game", "seats", "norms")
MINDS = ("deliberator", "llm")
"""Kinds of agents whose settings stand under their own names."""
SWEPT = (*GROUPS, "institutions", *MINDS, "seed")
"""What may differ from world to world; the rest is one value for the whole sweep."""
SEED_AND_SEATS = ("seed", "seats", "seats.agents", "seats.seating")
WHOLE = (*Options._fields, "design", "regions", "experiment", *(f"llm.{name}" for name in Calls._fields))


class Typed(NamedTuple):
    """The overrides of a command line, by whom they concern: Hydra, the sweep as a whole, the grid."""

    hydra: list[str]
    whole: list[str]
    grid: list[str]


def sort_overrides(typed: Sequence[str]) -> Typed:
    """Sorts overrides, and raises ``SettingError`` for a key that nobody knows or a sweep over what cannot be swept."""
    found = Typed([], [], [])
    for text, override in zip(typed, _parsed(typed), strict=True):
        key = override.key_or_group
        if override.is_hydra_override():
            found.hydra.append(text)
        elif key in WHOLE or key.split(".")[0] in WHOLE:
            if override.is_sweep_override():
                raise refuse(key, text.partition("=")[2], "one value for the whole sweep")
            found.whole.append(text)
        else:
            _check_key(override)
            found.grid.append(text)
    return found


def _parsed(typed: Sequence[str], loader: ConfigLoader | None = None) -> list[Override]:
    with one_line_errors():
        return OverridesParser.create(loader).parse_overrides(list(typed))


def _check_key(override: Override) -> None:
    key = override.key_or_group
    head, _, rest = key.partition(".")
    if head not in SWEPT:
        raise unknown("setting", head, (*SWEPT, *WHOLE))
    if head in ("seed", "seats") and key not in SEED_AND_SEATS:
        raise unknown("setting", key, SEED_AND_SEATS)
    if head in MINDS and not rest:
        example = {"deliberator": "deliberator.depth=12", "llm": "llm.temperature=0.7"}[head]
        raise SettingError(f"{head} is not one setting: write them one by one, for example {example}")
    if override.is_delete() or override.package is not None:
        raise SettingError(f"{override.input_line!r} is not allowed: a setting is written key=value")


def typed_grid(arguments: Sequence[str], loader: ConfigLoader | None = None) -> Grid:
    """The grid that overrides span; a key given twice counts as given last."""
    grid: Grid = {}
    for override in _parsed(arguments, loader):
        _check_key(override)
        grid[override.key_or_group] = _values(override)
    return grid


def _values(override: Override) -> list[Any]:
    """The values of one override, each as plain Python."""
    if not override.is_sweep_override():
        return [override.value()]
    key, text = override.key_or_group, str(override.input_line).partition("=")[2]
    given = override.value()
    if isinstance(given, IntervalSweep) and "." in key and key not in SEED_AND_SEATS:
        return [interval_of(key, text, given)]
    if not override.is_discrete_sweep():
        raise refuse(key, text, "a value, a list of values, or a range")
    values = [_unquoted(value) for value in override.sweep_iterator()]
    if any(isinstance(value, IntervalSweep) for value in values):
        raise refuse(key, text, "an interval of its own, or values")
    if not values:
        raise refuse(key, text, "at least one value")
    return values


def _unquoted(value: Any) -> Any:
    if isinstance(value, QuotedString):
        return value.text
    if isinstance(value, list):
        return [_unquoted(part) for part in value]
    if isinstance(value, dict):
        return {str(_unquoted(name)): _unquoted(part) for name, part in value.items()}
    return value


def typed_settings(arguments: Sequence[str]) -> dict[str, Any]:
    """Settings of one value each, by key; one given twice counts as given last. Raises ``SettingError`` for others.

    >>> typed_settings(["horizon=50", "entrants=[tft,{agent:gtft,q:0.3}]"])
    {'horizon': 50, 'entrants': ['tft', {'agent': 'gtft', 'q': 0.3}]}
    """
    settings: dict[str, Any] = {}
    for text, override in zip(arguments, _parsed(arguments), strict=True):
        key = override.key_or_group
        if override.is_sweep_override():
            raise refuse(key, text.partition("=")[2], "one value")
        if override.is_delete() or override.is_add() or override.package is not None:
            raise SettingError(f"{text!r} is not allowed: a setting is written key=value")
        settings[key] = _unquoted(override.value())
    return settings


def experiment_grids(grids: Sequence[Mapping[str, Any]], typed: Grid, loader: ConfigLoader | None = None) -> list[Grid]:
    """An experiment's grids with what was ``typed`` on top of each.

    A typed ``game`` chooses among the experiment's games, so that each keeps its own settings. Raises ``SettingError``
    where none is left.
    """
    played = [_from_file(grid, loader) for grid in grids]
    wanted = typed.get("game")
    if wanted is not None:
        chosen = [{**grid, "game": [game for game in grid.get("game", wanted) if game in wanted]} for grid in played]
        left = [grid for grid in chosen if grid["game"]]
        if not left:
            known = sorted({str(game) for grid in played for game in grid.get("game", [])})
            raise refuse("game", ",".join(map(str, wanted)), f"one of the games of the experiment: {', '.join(known)}")
        played, typed = left, {key: values for key, values in typed.items() if key != "game"}
    return [{**grid, **typed} for grid in played]


def _from_file(grid: Mapping[str, Any], loader: ConfigLoader | None) -> Grid:
    """A grid of a file: text is read by the grammar, other values stand for themselves."""
    texts = typed_grid([f"{key}={value}" for key, value in grid.items() if isinstance(value, str)], loader)
    result: Grid = {}
    for key, value in grid.items():
        if not isinstance(value, str):
            _check_key(_parsed([f"{key}=0"])[0])
        result[str(key)] = texts[str(key)] if isinstance(value, str) else [value]
    return result


def seeds_of(values: Sequence[Any]) -> list[int]:
    """The seeds of an axis, each once and in order; raises ``SettingError`` for what is no seed."""
    for value in values:
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**64:
            raise refuse("seed", value, "a whole number in [0, 2^64); several are written 0,1,2 or range(3)")
    return sorted(set(values))
