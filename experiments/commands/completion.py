"""What may be typed next on a command line: the settings, and the values of those that are words.

A shell waits for this at every press of a key, so nothing heavy is imported: what is declared is read from the text of
the files that declare it (:mod:`.declared`). How a shell asks is in :mod:`.shells`.
"""

from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

import click
from click.shell_completion import CompletionItem

from ...envs.catalogue import PLACES
from .declared import Field, classes, fields, keys_of

ROOT = Path(__file__).parents[2]
CONF = ROOT / "experiments" / "conf"
INSTITUTIONS = ROOT / "envs" / "institutions"
GROUPS = ("game", "seats", "norms", "experiment")
NONE, GROUP = "none", "group"
OWN_VALUES = {
    "hydra/launcher": ("basic", "joblib", "submitit_local", "submitit_slurm", "ray"),
    "seats.seating": ("given", "shuffled"),
}
"""Values of settings that stand in no class of settings."""
ALONE = ("institutions", "seed", "seats.agents", "seats.seating", "hydra/launcher")
"""Settings that stand in none either."""
PREFIXES = ("game", "norms", "deliberator", "llm", "institutions")


def settings(key: str, games: Sequence[str]) -> tuple[Field, ...]:
    """The settings below a key (``game``, ``norms.reciprocity``, …), those of a game for each of ``games``."""
    head, *rest = key.split(".")
    if head == "game":
        places = [_file(game) for game in games if game in PLACES]
        found = {field.name: field for path in places for field in fields(path, "Params")}
        return (*found.values(), Field("preset", (), "str")) if not rest else ()
    if head == "institutions":
        if not rest:
            return tuple(Field(name, (), GROUP) for name in institutions())
        return fields(INSTITUTIONS / f"{rest[0]}.py", "Params") if rest[0] in institutions() else ()
    if head == "deliberator":
        return fields(ROOT / "agents" / "deliberator.py", "Deliberator.Params")
    if head == "llm":
        own, study = ROOT / "agents" / "llm" / "settings.py", ROOT / "experiments" / "schema.py"
        return (*fields(own, "Params"), *fields(study, "Calls"))
    if head == "norms":
        path, name = ROOT / "agents" / "norms.py", "Norms"
        for part in rest:
            name = next((field.group for field in fields(path, name) if field.name == part), "")
            if name not in classes(path):
                return ()
        return tuple(
            field._replace(group=GROUP if field.group in classes(path) else field.group) for field in fields(path, name)
        )
    return fields(ROOT / "experiments" / "schema.py", "Options") if not key else ()


def _file(game: str) -> Path:
    return ROOT.joinpath(*PLACES[game][0].split(".")).with_suffix(".py")


@cache
def institutions() -> tuple[str, ...]:
    """The names of all institutions: each has its settings in a file of its name."""
    return tuple(sorted(path.stem for path in INSTITUTIONS.glob("*.py") if "Params" in classes(path)))


def values(key: str, games: Sequence[str], config_dir: Path | None) -> list[str]:
    """The words that a setting takes, as far as they are known; a user's own choices among them."""
    if key in OWN_VALUES:
        return list(OWN_VALUES[key])
    if key == "institutions":
        return [NONE, *institutions()]
    if key in GROUPS:
        ours = {"game": list(PLACES), "norms": [NONE, *keys_of(ROOT / "agents" / "norms.py", "PRESETS")]}.get(key)
        known = _choices(CONF, key) if ours is None else ours
        return [*known, *(() if config_dir is None else _choices(config_dir, key))]
    if key == "game.preset":
        return sorted({word for game in games if game in PLACES for word in keys_of(_file(game), "presets")})
    above, _, name = key.rpartition(".")
    return [word for field in settings(above, games) if field.name == name for word in field.words]


def _choices(folder: Path, group: str) -> list[str]:
    return sorted(path.stem for path in (folder / group).glob("*.yaml"))


def keys(incomplete: str, games: Sequence[str]) -> list[str]:
    """Settings that begin like this: ``key=``, or ``group.`` where more is to come."""
    above, dot, _ = incomplete.rpartition(".")
    if dot:
        found = [f"{above}.{field.name}{'.' if field.group == GROUP else '='}" for field in settings(above, games)]
    else:
        found = [f"{key}=" for key in (*GROUPS, *(one.name for one in settings("", games)))]
        found += [f"{head}." for head in (*PREFIXES, "seats")]
    found += [f"{key}=" for key in ALONE if dot or "." not in key]
    return [key for key in dict.fromkeys(found) if key.startswith(incomplete)]


def overrides(context: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """What a setting of ``comity sweep`` may go on with."""
    typed: Iterable[str] = context.params.get("overrides") or ()
    chosen = {text.partition("=")[0]: text.partition("=")[2] for text in typed}
    games = [game for game in chosen.get("game", "").split(",") if game] or list(PLACES)
    key, equals, value = incomplete.partition("=")
    if not equals:
        return [CompletionItem(one) for one in keys(incomplete, games)]
    before, comma, begun = value.rpartition(",")
    taken = before.split(",") if comma else ()
    known = values(key, games, context.params.get("config_dir"))
    return [
        CompletionItem(f"{key}={before}{comma}{word}") for word in known if word.startswith(begun) and word not in taken
    ]


def game_names(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Names of games."""
    return [CompletionItem(name) for name in PLACES if name.startswith(incomplete)]
