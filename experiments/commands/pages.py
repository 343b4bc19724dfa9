"""What is told of games (the list of them and the page of one, as ``comity games`` prints them, and their tables), and
of replications."""

import inspect
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rich.console import Group, RenderableType
from rich.markdown import Markdown
from rich.table import Table
from rich.text import Text

from ...agents.seats import ROLES, agents_for
from ...envs.catalogue import game_class, games
from ...envs.settings import KINDS, Setting, describe
from .amounts import minus

if TYPE_CHECKING:
    import polars

    from ..designs.design import Design
    from ..schema import Calls
    from ..studies import StudyFile
    from .cost import Estimate

INTERVAL = ("_low", "_high")
"""End the names of the columns that hold the interval of another."""


def catalogue() -> Table:
    """Every game with its family, its question and its presets."""
    table = _table("game", "family", "the question it asks", "presets")
    for name in games():
        cls: Any = game_class(name)
        table.add_row(name, cls.family, cls.title, str(len(cls.presets)))
    return table


def questions(found: "Sequence[StudyFile]") -> Table:
    """Every study with its question and the games that it plays."""
    table = _table("experiment=", "the question it asks", "games")
    for one in found:
        table.add_row(*map(Text, (one.name, one.question, ", ".join(one.games))))
    return table


def page(name: str) -> Group:
    """The page of one game: its docstring, parameters, presets and agents; ``SettingError`` for an unknown one."""
    cls: Any = game_class(name)
    parameters = _table("parameter", "default", "allowed", "meaning")
    for words in setting_rows(cls.Params, "game."):
        parameters.add_row(*map(Text, words))  # square brackets in a string would be read as markup
    title, blank = Text(f"{cls.name}: {cls.title}\n", style="bold"), Text()
    parts: list[RenderableType] = [title, Markdown(docstring(cls)), blank, parameters]
    if rows := preset_rows(cls):
        presets = _table("preset", "settings")
        for words in rows:
            presets.add_row(*map(Text, words))
        parts.append(presets)
    players, roles = players_of(cls.name)
    parts.append(Text(f"\nagents: {', '.join(players)}\nroles: {', '.join(roles)}"))
    return Group(*parts)


def results(frame: "polars.DataFrame") -> Table:
    """A table of results, each number over its interval where there is one."""
    columns = [name for name in frame.columns if not name.endswith(INTERVAL)]
    table = _table(*columns)
    for row in frame.iter_rows(named=True):
        table.add_row(*(Text(_measured(row, name)) for name in columns))
    return table


def prices(design: "Design", calls: "Calls", estimates: "Sequence[Estimate]") -> Group:
    """What the cells of a study that are left to play would cost, and all of them together."""
    factors = [name for name, values in design.axes.items() if len(values) > 1] or ["game"]
    table = _table(*factors, "points", "calls", "prompt tokens", "answer tokens", "expected US$", "at most US$")
    for one in estimates:
        named = (str(one.cell.factors[name]) for name in factors)
        table.add_row(*(Text(word) for word in (*named, f"{one.points:,}", *_priced(one[2:]))))
    sums = [sum(values) for values in zip(*(one[1:] for one in estimates), strict=True)] or [0.0] * 6
    table.add_section()
    table.add_row(*["all"], *[""] * (len(factors) - 1), f"{sums[0]:,}", *_priced(sums[1:]))
    told = [f"{design.name}: {design.points:,} points, of which {sums[0]:,} that ask models are left to play."]
    if math.isnan(sums[-1]):
        told.append("unknown: no price is known of a model; give one in a file (llm.prices=FILE).")
    if calls.budget_usd is not None:
        told.append(f"The study stops cleanly where the next call might pass llm.budget_usd = {calls.budget_usd:g}.")
    told.append("Expected: answers as short as a scripted one, with reasons of 120 tokens, each usable at once.")
    told.append(
        "At most: every answer as long as llm.max_tokens allows, and asked for again as often as llm.re_ask does."
    )
    return Group(table, Text("\n".join(told)))


def _priced(sums: "Sequence[float]") -> list[str]:
    calls, prompt, completion, expected, most = sums
    dollars = ("unknown" if math.isnan(usd) else f"{usd:,.4f}" for usd in (expected, most))
    return [f"{calls:,.0f}", f"{prompt:,.0f}", f"{completion:,.0f}", *dollars]


def _measured(row: dict[str, Any], name: str) -> str:
    value, interval = row[name], [row.get(name + end) for end in INTERVAL]
    if not isinstance(value, float):
        return "–" if value is None else f"{value:,}" if isinstance(value, int) else str(value)
    if None in interval:
        return minus(f"{value:.3f}")
    return minus(f"{value:.3f}\n[{interval[0]:.3f}, {interval[1]:.3f}]")


def docstring(cls: type) -> str:
    """The page that a game's file opens with."""
    return inspect.getdoc(inspect.getmodule(cls)) or ""


def setting_rows(group: type[Any], prefix: str) -> list[tuple[str, str, str, str]]:
    """Name, default, what is allowed and meaning of every setting of a group."""
    return [(prefix + one.name, _plain(one.default), _allowed(one), one.meaning) for one in describe(group).values()]


def preset_rows(cls: Any) -> list[tuple[str, str]]:
    """Every preset of a game, its settings, and the institutions that it names."""
    rows = []
    for name, settings in cls.presets.items():
        values = [f"{key}={_plain(value)}" for key, value in settings.items()]
        values += [f"with {one['institution']}" for one in cls.preset_institutions.get(name, ())]
        rows.append((f"game.preset={name}", ", ".join(values) or "the defaults"))
    return rows


def players_of(game: str) -> tuple[list[str], list[str]]:
    """The agents that play a game, and who plays which role in it."""
    players = [name for name in agents_for(game) if name not in ROLES]
    return players, [f"{role} ({played[game]})" for role, played in ROLES.items() if game in played]


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
    return ", ".join(part for part in (words + many, "or none" if setting.optional else "") if part)
