"""The pages of the games, made from the library when the documentation is built (a hook of mkdocs)."""

import io
import tempfile
import textwrap
from pathlib import Path
from typing import Any

import matplotlib.image
import numpy as np
import polars as pl
from docs_markdown import as_markdown, table
from matplotlib.axes import Axes
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

import comity
from comity.analysis import figures
from comity.analysis.report.words import GAMES
from comity.envs.catalogue import game_class
from comity.envs.game import Game
from comity.envs.negotiation.solutions import solve
from comity.envs.worlds import Worlds
from comity.experiments.commands.episode import replayed
from comity.experiments.commands.pages import docstring, players_of, preset_rows, setting_rows

FAMILIES = {
    "dilemmas": "Dilemmas",
    "commons": "Commons",
    "negotiation": "Negotiation",
    "deescalation": "De-escalation",
}
SEED, STEPS_SHOWN, WORLDS, LETTERS = 7, 3, 30, 88
MOST_FIELDS = 24
"""Rows of a table of observations; a window on a grid has hundreds of like ones."""
SHORTENED = {"harvest": {"preset": "harvest_100"}, "cleanup": {"preset": "cleanup_100"}}
"""Settings of a diagram where the default would take minutes."""


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Lists the games in the navigation, by family."""
    (games,) = (entry["Games"] for entry in config.nav or [] if "Games" in entry)
    for family, title in FAMILIES.items():
        games.append({title: [f"games/{name}.md" for name in comity.games() if game_class(name).family == family]})
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Adds a page, a figure and a picture for each game, and the list of them."""
    pages = {name: game_class(name) for name in comity.games()}
    files.append(File.generated(config, "games/index.md", content=_index(pages)))
    for name, cls in pages.items():
        game = cls()
        figure, words = _figure(cls(**SHORTENED[name]) if name in SHORTENED else game)
        record = _sample(game)
        worlds = [turn.world for turn in replayed(record)]
        shown = worlds[min(STEPS_SHOWN, len(worlds) - 1)]
        files.append(File.generated(config, f"games/{name}.svg", content=_svg(figure)))
        files.append(File.generated(config, f"games/{name}.png", content=_png(game.picture(shown))))
        files.append(File.generated(config, f"games/{name}.md", content=_page(words, record, worlds)))
    return files


def _index(pages: dict[str, Any]) -> str:
    lines = ["# The games", ""]
    for family, title in FAMILIES.items():
        lines += [f"## {title}", "", "| game | the question it asks |", "|---|---|"]
        lines += [f"| [`{name}`]({name}.md) | {cls.title} |" for name, cls in pages.items() if cls.family == family]
        lines.append("")
    return "\n".join(lines)


def _page(words: str, record: comity.Record, worlds: list[np.void]) -> str:
    game, cls = record.game, type(record.game)
    players, roles = players_of(cls.name)
    fields = [(field.name, f"{field.low:g} … {field.high:g}", field.meaning) for field in game.fields]
    more = [(f"… {len(fields) - MOST_FIELDS} more", "", "")] if len(fields) > MOST_FIELDS else []
    parts = [
        f"# {GAMES[cls.name].title}",
        f"`{game.id}` · *{cls.title}*",
        f"![{words}]({cls.name}.svg)",
        words,
        as_markdown(docstring(cls)),
        "## Observation, field by field",
        table(("field", "range", "meaning"), fields[:MOST_FIELDS] + more),
        "## Parameters",
        table(("parameter", "default", "allowed", "meaning"), setting_rows(cls.Params, "game.")),
        *(["## Presets", table(("preset", "settings"), rows)] if (rows := preset_rows(cls)) else []),
        "## Who plays it",
        f"Agents: {', '.join(f'`{name}`' for name in players)}. Roles: {', '.join(roles)}.",
        "## A sample episode",
        _told(record, worlds),
        f"![The world after {min(STEPS_SHOWN, len(worlds) - 1)} steps]({cls.name}.png)",
    ]
    return "\n\n".join(parts) + "\n"


# -- a sample ----------------------------------------------------------------------------------------------------------


def _sample(game: Game) -> comity.Record:
    """An episode of the game among those who play the reciprocator in it."""
    return comity.play(game, ["reciprocator"], seed=SEED)


def _told(record: comity.Record, worlds: list[np.void]) -> str:
    game = record.game
    lines = ["What `agent_0` is told, and what all then do:", "", "```text", _wrapped(game.brief(0)), ""]
    for step, world in enumerate(worlds[:STEPS_SHOWN]):
        acts = ", ".join(f"{x:g}" if x == x else "-" for x in record.actions[0, step])
        paid = ", ".join(f"{x:g}" for x in record.rewards[0, step])
        lines += [_wrapped(game.view(world, 0)), f"  moves: {acts}", f"  paid:  {paid}", ""]
    end = record.outcomes[record.outcome[0]]
    return "\n".join([*lines, f"… {int(record.lengths[0])} steps in all, ended by {end}.", "```"])


def _wrapped(text: str) -> str:
    return "\n".join(part for line in text.splitlines() for part in textwrap.wrap(line, LETTERS) or [""])


# -- a figure ----------------------------------------------------------------------------------------------------------


def _figure(game: Game) -> tuple[Axes, str]:
    """The Schelling diagram or the bargaining set of a game, and what it shows in words."""
    if game.family == "negotiation":
        return _bargaining_set(game)
    found = comity.schelling(game, worlds=WORLDS)
    shortened = f" (with {SHORTENED[game.name]})" if game.name in SHORTENED else ""
    return figures.schelling(found.frame()), f"Schelling diagram of the defaults{shortened}: {found.kind}."


def _bargaining_set(game: Any) -> tuple[Axes, str]:
    worlds = Worlds(game, 1)
    worlds.reset(SEED)
    _, sets = game.bargaining_sets(worlds.state)
    utilities, d = sets[0], game.disagreement_payoffs(worlds.state)[0]
    found = solve(utilities, d)
    rows = np.arange(len(utilities))
    deals = pl.DataFrame(
        {"first": utilities[:, 0], "second": utilities[:, 1], "pareto": np.isin(rows, found.pareto)}
        | {name: np.isin(rows, getattr(found, name)) for name in figures.SOLUTIONS}
    )
    title = game.name.replace("_", " ")
    parties = "" if utilities.shape[1] == 2 else f" of the first two of {utilities.shape[1]} parties"
    words = f"The bargaining set{parties}: {len(utilities):,} deals, {len(found.rational):,} of them rational for all."
    return figures.bargaining_set(deals, (float(d[0]), float(d[1])), title), words


def _svg(ax: Axes) -> str:
    with tempfile.TemporaryDirectory() as folder:
        (file,) = figures.save(ax, Path(folder) / "figure", ["svg"])
        return file.read_text(encoding="utf-8")


def _png(picture: np.ndarray) -> bytes:
    out = io.BytesIO()
    matplotlib.image.imsave(out, picture)
    return out.getvalue()
