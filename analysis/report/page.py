"""The page: its head, its sections in order, its foot."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl

from ..figures.export import css
from ..layouts import COMBINATION
from ..summary import cells
from . import attractors, confirmatory, glossary, headline, language_models, ranks, reciprocity, tables
from .data import Data, anchor
from .design import scripted
from .doubts import doubts
from .findings import Told, findings
from .formats import count, listed, prose
from .game_section import game_section
from .markup import Markup, el, join
from .parts import arm_title, game_title, norm
from .words import ARMS, COMPARED, GLANCE_NOTE, NORMS, NOT_COMPARED, PICKED, QUESTION, SCRIPTED_RUN

_HERE = Path(__file__).parent
_NOTED = ("name", "design", "hash", "status", "git", "versions", "seeds", "counts", "wall_seconds")
_VIEWPORT = Markup('<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">')


def page(data: Data) -> str:
    """The whole page."""
    across, told = findings(data.summary, data.effects)
    order = cells(data.episodes)
    games = order["game"].unique(maintain_order=True).to_list()
    sections: list[tuple[str, str, Markup | None]] = [
        (confirmatory.ANCHOR, confirmatory.TITLE, confirmatory.section(data.episodes, data.manifest)),
        (headline.ANCHOR, headline.TITLE, headline.section(data, games)),
        (attractors.ANCHOR, attractors.TITLE, attractors.section(data, games)),
        ("findings", "Findings", join(_key(data, across, told), _cast(order))),
        *[_game(data, game, told) for game in games],
        (ranks.ANCHOR, ranks.TITLE, ranks.section(data)),
        (language_models.ANCHOR, language_models.TITLE, language_models.section(data.episodes, order, data.manifest)),
        ("doubt", "What to doubt", doubts(data.summary, data.effects, data.manifest)),
        (glossary.ANCHOR, "Measures", glossary.section(data)),
    ]
    shown = [(to, word, markup) for to, word, markup in sections if markup is not None]
    played = join(el("p", _played(data, order), class_="lead"), _design(data))
    return _whole(
        data.manifest,
        _head(data.manifest, played),
        _contents([*((to, word) for to, word, _ in shown), ("provenance", "Provenance")]),
        el("main", *[markup for *_, markup in shown]),
    )


def _game(data: Data, game: str, told: dict[str, Told]) -> tuple[str, str, Markup]:
    sentences = told[game].rest if game in told else []
    return anchor(game), game_title(game), game_section(data, game, sentences, reciprocity.section(data, game))


def empty_page(manifest: Mapping[str, Any]) -> str:
    """The page of a run of which nothing was kept."""
    return _whole(manifest, _head(manifest, el("p", "No episode was played to its end.", class_="lead")))


def _whole(manifest: Mapping[str, Any], *parts: Markup) -> str:
    light, dark = css()
    style = _asset("page.css").replace("/*LIGHT*/", light).replace("/*DARK*/", dark)
    head = el("head", _VIEWPORT, el("title", _question(manifest)), el("style", Markup(style)))
    body = el(
        "body",
        *parts,
        _provenance(manifest),
        el("p", role="status", id="told", hidden=True),
        el("script", Markup(_asset("page.js"))),
    )
    return f"<!doctype html>\n{el('html', head, body, lang='en')}\n"


def _question(manifest: Mapping[str, Any]) -> str:
    return str(manifest.get("question") or QUESTION)


def _asset(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8")


def _head(manifest: Mapping[str, Any], played: Markup) -> Markup:
    """The question, what was run, and what is missing of it."""
    name = manifest.get("name")
    kicker = el("p", f"comity · {name}" if name else "comity", class_="kicker")
    missing = _missing(manifest)
    return el(
        "header",
        kicker,
        el("h1", _question(manifest).replace("-", "\u2011")),
        played,
        el("p", missing, class_="warning") if missing else None,
        el("p", SCRIPTED_RUN, class_="warning") if scripted(manifest) else None,
    )


def _missing(manifest: Mapping[str, Any]) -> str:
    """A warning where the run did not get to its end."""
    counts = manifest.get("counts")
    if not isinstance(counts, Mapping):
        return ""
    points, finished = counts.get("points"), counts.get("finished")
    if not isinstance(points, int) or not isinstance(finished, int) or finished >= points:
        return ""
    here = f"{finished:,} of its {count(points, 'world')} are here"
    failed = counts.get("failed") or 0
    lost = f" {count(failed, 'world')} failed and are left out, which may bias what is shown: comity status tells why."
    others = " The same command again plays the others." if finished + failed < points else ""
    return f"This run is {manifest.get('status') or 'not complete'}: {here}.{lost if failed else ''}{others}"


def _played(data: Data, order: pl.DataFrame) -> str:
    """What was run, in two sentences."""
    games = [game_title(game).lower() for game in order["game"].unique(maintain_order=True)]
    norms, ways = count(order["norms"].n_unique(), "norm"), count(order["seats"].n_unique(), "way")
    every = data.episodes if data.picked is None else data.picked.episodes
    worlds = count(int(every.group_by("cell").agg(pl.col("seed").n_unique())["seed"].sum()), "world")
    steps = "" if data.steps is None else f", {count(len(data.steps), 'recorded act')}"
    seconds = data.manifest.get("wall_seconds")
    took = f", played in {prose(float(seconds))} s" if isinstance(seconds, int | float) else ""
    unit = ", and the unit of every interval" if data.picked is None else ""
    were = "was" if len(games) == 1 else "were"
    return (
        f"{count(len(games), 'game')} ({listed(games)}) {were} played under {norms} with the seats filled in {ways}: "
        f"{count(every['cell'].n_unique(), 'setting')}, {worlds}, {count(len(every), 'episode')}"
        f"{steps}{took}. A world is one setting under one seed{unit}."
    )


def _design(data: Data) -> Markup | None:
    """How combinations were picked, if not all were played."""
    if data.picked is None:
        return None
    _, axes, unit = data.picked
    layout = data.manifest["layout"]
    runs = listed([f"{n:,}" for n in sorted({grid["runs"] for grid in layout["grids"]})])
    over = ("combinations", "worlds")[unit == COMBINATION]
    kind = str(layout["kind"]).replace("_", " ").capitalize()
    of = listed([f"{axis} in {text}" for axis, text in axes.items()])
    return el("p", PICKED.format(kind=kind, axes=of, runs=runs, units=f"{unit}s", over=over), class_="muted")


def _contents(links: list[tuple[str, str]]) -> Markup:
    """Links to the sections, by their anchors."""
    return el("nav", el("ul", *[el("li", el("a", word, href=f"#{to}")) for to, word in links]), aria_label="Contents")


def _key(data: Data, across: list[Markup], told: dict[str, Told]) -> Markup:
    """The table at a glance, and the key findings."""
    blocks = [("Across games", across), *[(game_title(game), of_game.key) for game, of_game in told.items()]]
    items = [
        join(el("dt", head), el("dd", *[el("p", sentence) for sentence in sentences]))
        for head, sentences in blocks
        if sentences
    ]
    glance = tables.glance(data.summary, data.effects)
    parts = [
        el("h2", "What was found"),
        el("p", NOT_COMPARED if data.effects.is_empty() else COMPARED, class_="muted"),
        glance,
        el("p", GLANCE_NOTE, class_="muted") if glance else None,
        el("dl", *items, class_="key") if items else None,
    ]
    return el("section", *parts, id="findings")


def _cast(order: pl.DataFrame) -> Markup:
    """Which norms, and how the seats were filled."""
    norms = order.sort("base", descending=True, maintain_order=True)["norms"].unique(maintain_order=True)
    arms = order["seats"].unique(maintain_order=True)
    of_norms = [join(el("dt", norm(name)), el("dd", NORMS.get(name, "see the configuration below"))) for name in norms]
    of_arms = [join(el("dt", arm_title(arm)), el("dd", ARMS.get(arm, "see the configuration below"))) for arm in arms]
    legends = [el("dl", *lines, class_="legend") for lines in (of_norms, of_arms)]
    return el("section", el("h2", "Norms and seats"), *legends, id="cast")


def _provenance(manifest: Mapping[str, Any]) -> Markup:
    """What it takes to run it again."""
    lines = [
        join(el("dt", key.replace("_", " ")), el("dd", _flat(manifest[key])))
        for key in _NOTED
        if manifest.get(key) is not None
    ]
    shown = el("dl", *lines) if lines else el("p", "The run left no manifest.", class_="muted")
    whole = json.dumps(manifest, indent=1, sort_keys=True, ensure_ascii=False, default=str)
    folded = el("details", el("summary", "The whole manifest, configuration included"), el("pre", whole))
    return el("footer", el("h2", "Provenance"), shown, folded if manifest else None, id="provenance")


def _flat(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {_flat(value[key])}" for key in sorted(value, key=str))
    return listed(value) if isinstance(value, list | tuple) else str(value)
