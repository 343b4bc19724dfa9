"""Settings: how a parameter says what it is, and what happens to a wrong one.

A group of settings is a ``NamedTuple`` whose annotations carry unit, range and source::

    class Params(NamedTuple):
        n_agents: Annotated[int, Range(1), "seats"] = 5
        growth: Annotated[str, Choice("doubling", "logistic"), "regrowth law"] = "doubling"

:func:`check` builds one from what a user typed, or raises a :class:`SettingError` that names the setting, the
value and what is allowed. :func:`encode` turns it into the plain numbers that a compiled kernel takes.
"""

import difflib
import functools
import math
import operator
import types
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar, Union, get_args, get_origin, get_type_hints

P = TypeVar("P")
ANY_LENGTH = -1
KINDS = {bool: "true or false", int: "a whole number", float: "a number", str: "a word"}


class SettingError(ValueError):
    """A setting has an unknown name, a wrong type, or a value outside its range."""


@dataclass(frozen=True)
class Range:
    """The closed interval a number lies in; ``above`` (or ``below``) makes that end open.

    Infinity lies only in one that says so by ``infinite``.
    """

    low: float = -math.inf
    high: float = math.inf
    above: bool = False
    below: bool = False
    infinite: bool = False

    def __contains__(self, value: float) -> bool:
        if math.isinf(value) and not self.infinite:
            return False
        over = value > self.low if self.above else value >= self.low
        under = value < self.high if self.below else value <= self.high
        return over and under

    def __str__(self) -> str:
        if self.low == -math.inf and self.high == math.inf:
            return "any number" if self.infinite else "any finite number"
        if self.high == math.inf:
            return f"a number {'>' if self.above else '>='} {self.low:g}"
        if self.low == -math.inf:
            return f"a number {'<' if self.below else '<='} {self.high:g}"
        return f"a number in {'(' if self.above else '['}{self.low:g}, {self.high:g}{')' if self.below else ']'}"


class Choice:
    """One of a few words. A kernel sees the word's position as an integer."""

    def __init__(self, *words: str) -> None:
        self.words = words

    def __contains__(self, value: object) -> bool:
        return value in self.words

    def __str__(self) -> str:
        return "one of " + ", ".join(self.words)


class Setting(NamedTuple):
    """One documented setting."""

    name: str
    kind: Any
    optional: bool
    length: int | None
    """None: a single value; ``ANY_LENGTH``: a list of any length; else a list of this length."""
    allowed: Range | Choice | None
    meaning: str
    default: Any


def refuse(name: str, value: object, allowed: object) -> SettingError:
    """The one form that a complaint about a value takes."""
    return SettingError(f"{name} = {value!r} is not allowed: it must be {allowed}")


def number_of(name: str, value: Any) -> int:
    """``value`` if it is a whole number from 1 on, else a ``SettingError`` naming the setting."""
    try:
        number = 0 if isinstance(value, bool) else operator.index(value)
    except TypeError:
        number = 0
    if number < 1:
        raise refuse(name, value, "a whole number >= 1")
    return number


def unknown(kind: str, name: object, known: Iterable[str]) -> SettingError:
    """The complaint about a name that nobody knows, with the nearest ones that somebody does."""
    names = sorted(known)
    near = difflib.get_close_matches(str(name), names, n=1)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    return SettingError(f"unknown {kind} {name!r}.{hint} Known: {', '.join(names)}")


@functools.cache
def describe(group: type[Any]) -> dict[str, Setting]:
    """Every setting of a group, by name, read from its annotations."""
    hints = get_type_hints(group, include_extras=True)
    return {name: _setting(name, hint, group._field_defaults[name]) for name, hint in hints.items()}


def _setting(name: str, hint: Any, default: Any) -> Setting:
    extras = getattr(hint, "__metadata__", ())
    base = get_args(hint)[0] if extras else hint
    options = get_args(base) if get_origin(base) in (Union, types.UnionType) else (base,)
    inner = [option for option in options if option is not type(None)]
    kind, length = inner[0], None
    if get_origin(kind) is tuple:
        length = ANY_LENGTH if get_args(kind)[1:] == (...,) else len(get_args(kind))
        kind = get_args(kind)[0]
    allowed = next((extra for extra in extras if isinstance(extra, Range | Choice)), None)
    meaning = next((extra for extra in extras if isinstance(extra, str)), "")
    return Setting(name, kind, len(inner) < len(options), length, allowed, meaning, default)


def check(group: type[P], given: Mapping[str, Any], prefix: str = "") -> P:
    """The group with ``given`` over its defaults, each value converted and checked.

    Raises :class:`SettingError` for an unknown name, a wrong type or a value out of range.

    >>> from typing import Annotated
    >>> class Params(NamedTuple):
    ...     capacity: Annotated[float, Range(0, above=True), "tons"] = 100.0
    >>> check(Params, {"capacity": 5})
    Params(capacity=5.0)
    """
    settings = describe(group)
    for name in given:
        if name not in settings:
            raise unknown(f"setting of {prefix.rstrip('.') or group.__name__}", name, settings)
    values = {
        name: _value(prefix + name, setting, given.get(name, setting.default)) for name, setting in settings.items()
    }
    return group(**values)


def _value(name: str, setting: Setting, value: Any) -> Any:
    if value is None and setting.optional:
        return None
    if hasattr(setting.kind, "_fields"):
        return _group(name, setting, value)
    if get_origin(setting.kind) is dict:
        return _table(name, setting, value)
    if setting.length is None:
        return _scalar(name, setting, value)
    wanted = "a list of values" if setting.length == ANY_LENGTH else f"a list of {setting.length} values"
    if isinstance(value, str) or not isinstance(value, Iterable):
        raise refuse(name, value, wanted)
    parts = list(value)
    if setting.length not in (ANY_LENGTH, len(parts)):
        raise refuse(name, parts, wanted)
    return tuple(_scalar(f"{name}[{k}]", setting, part) for k, part in enumerate(parts))


def _group(name: str, setting: Setting, value: Any) -> Any:
    """A group inside a group."""
    if isinstance(value, setting.kind):
        value = value._asdict()
    if not isinstance(value, Mapping):
        raise refuse(name, value, f"settings by name: {', '.join(setting.kind._fields)}")
    return check(setting.kind, value, name + ".")


def _table(name: str, setting: Setting, value: Any) -> dict[str, Any]:
    """Values under names that the user chooses."""
    if not isinstance(value, Mapping):
        raise refuse(name, value, "values by name")
    element = setting._replace(kind=get_args(setting.kind)[1])
    return {str(key): _scalar(f"{name}.{key}", element, part) for key, part in value.items()}


def _scalar(name: str, setting: Setting, value: Any) -> Any:
    converted = _converted(setting.kind, value)
    if converted is None:
        raise refuse(name, value, setting.allowed or KINDS.get(setting.kind, f"of type {setting.kind.__name__}"))
    if setting.allowed is not None and converted not in setting.allowed:
        raise refuse(name, value, setting.allowed)
    return converted


def _converted(kind: type, value: Any) -> Any:
    """The value as ``kind``, or None where that would guess (``True`` is no number, 2.5 no whole number)."""
    if kind is bool:
        return bool(value) if isinstance(value, bool) or type(value).__name__ == "bool_" else None
    if kind is str:
        return value if isinstance(value, str) else None
    if isinstance(value, bool) or not hasattr(value, "__float__") or isinstance(value, str):
        return None
    number = float(value)
    if math.isnan(number):
        return None
    if kind is int and math.isinf(number):
        return None
    if kind is int:
        return int(number) if number == math.trunc(number) else None
    return number


def encode(params: P) -> P:
    """The same tuple with numbers only, as compiled code takes it: a word becomes its position, nothing becomes -1 or
    NaN.
    """
    settings = describe(type(params))
    return type(params)(**{name: _code(settings[name], getattr(params, name)) for name in settings})


def _code(setting: Setting, value: Any) -> Any:
    if isinstance(setting.allowed, Choice):
        return setting.allowed.words.index(value)
    if value is not None:
        return value
    missing = -1 if setting.kind is int else math.nan
    return missing if setting.length is None else (missing,) * setting.length
