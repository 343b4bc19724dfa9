"""What ``comity games`` prints: the list of games, and the page of one."""

import inspect
from collections.abc import Mapping
from typing import Any

from rich.console import Group, RenderableType
from rich.markdown import Markdown
from rich.table import Table
from rich.text import Text

from ..agents.seats import ROLES, agents_for
from ..envs.catalogue import game_class, games
from ..envs.settings import KINDS, Setting, describe


def catalogue() -> Table:
    """Every game with its family, its question and its presets."""
    table = _table("game", "family", "the question it asks", "presets")
    for name in games():
        cls: Any = game_class(name)
        table.add_row(name, cls.family, cls.title, str(len(cls.presets)))
    return table


def page(name: str) -> Group:
    """The page of one game: its docstring, parameters, presets and agents; ``SettingError`` for an unknown one."""
    cls: Any = game_class(name)
    told = inspect.getdoc(inspect.getmodule(cls)) or ""
    parameters = _table("parameter", "default", "allowed", "meaning")
    for setting in describe(cls.Params).values():
        words = (f"game.{setting.name}", _plain(setting.default), _allowed(setting), setting.meaning)
        parameters.add_row(*map(Text, words))  # square brackets in a string would be read as markup
    players = ", ".join(name for name in agents_for(cls.name) if name not in ROLES)
    roles = ", ".join(f"{role} ({played[cls.name]})" for role, played in ROLES.items() if cls.name in played)
    title, blank = Text(f"{cls.name}: {cls.title}\n", style="bold"), Text()
    parts: list[RenderableType] = [title, Markdown(told), blank, parameters]
    if cls.presets:
        parts.append(_presets(cls.presets, cls.needs_institution))
    parts.append(Text(f"\nagents: {players}\nroles: {roles}"))
    return Group(*parts)


def _presets(presets: Mapping[str, Mapping[str, Any]], waiting: Mapping[str, str]) -> Table:
    table = _table("preset", "settings")
    for name, settings in presets.items():
        values = ", ".join(f"{key}={_plain(value)}" for key, value in settings.items())
        table.add_row(f"game.preset={name}", Text(values or "the defaults"))
    for name, institution in waiting.items():
        table.add_row(name, f"waits for the institution {institution!r}")
    return table


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for k, column in enumerate(columns):
        table.add_column(column, no_wrap=k == 0, overflow="fold")
    return table


def _plain(value: Any) -> str:
    if isinstance(value, tuple | list):
        return "[" + ",".join(map(_plain, value)) + "]"
    return (
        {None: "none", True: "true", False: "false"}.get(value, str(value))
        if value is None or isinstance(value, bool)
        else str(value)
    )


def _allowed(setting: Setting) -> str:
    """In words, with the type where nothing else narrows it down."""
    if setting.allowed is not None and str(setting.allowed) != "":
        words = str(setting.allowed)
    else:
        words = KINDS.get(setting.kind, "")
    many = f", {setting.length} of them" if setting.length and setting.length > 0 else ""
    return words + many + (", or none" if setting.optional else "")
