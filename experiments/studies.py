"""Studies: what the files of ``conf/experiment`` say of themselves, and the measures that a question is about."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import yaml

from ..analysis.definitions import DEFINITIONS, DERIVED
from ..envs.settings import SettingError, refuse, unknown

FOLDER = Path(__file__).parent / "conf" / "experiment"


class StudyFile(NamedTuple):
    """A file: its ``name`` (as ``experiment=`` takes it), the ``question``, the ``games`` played, and its ``text``."""

    name: str
    question: str
    games: list[str]
    text: str


def measures() -> list[str]:
    """The measures that a study may be about: all that are one number for a world."""
    return [name for name in (*DEFINITIONS, *DERIVED) if not name.endswith("_by_seat")]


def checked_measures(given: Sequence[object]) -> list[str]:
    """The names, each known and given once. Raises ``SettingError`` naming the nearest for one that is not."""
    known = measures()
    for k, name in enumerate(given):
        if not isinstance(name, str) or name not in known:
            raise unknown("measure in experiment.measures", name, known)
        if name in given[:k]:
            raise refuse(f"experiment.measures[{k}]", name, "a measure that is not in the list already")
    return [str(name) for name in given]


def studies(config_dir: Path | None = None) -> list[StudyFile]:
    """All studies by name: those that come with comity, and those in ``experiment/`` of the user's own directory.

    Raises ``SettingError`` for a file that cannot be read.
    """
    own = [] if config_dir is None else sorted((config_dir / "experiment").glob("*.yaml"))
    return [_read(path) for path in (*sorted(FOLDER.glob("*.yaml")), *own)]


def study(name: str, config_dir: Path | None = None) -> StudyFile:
    """The study of this name. Raises ``SettingError`` for an unknown one."""
    found = {one.name: one for one in studies(config_dir)}
    if name not in found:
        raise unknown("study", name, found)
    return found[name]


def _read(path: Path) -> StudyFile:
    text = path.read_text(encoding="utf-8")
    try:
        told = (yaml.safe_load(text) or {}).get("experiment") or {}
        games = [game for grid in told.get("grids") or () for game in str(grid.get("game", "")).split(",")]
    except (yaml.YAMLError, AttributeError) as error:
        raise SettingError(f"{path} cannot be read as a study: {' '.join(str(error).split())}") from error
    return StudyFile(path.stem, str(told.get("question", "")), list(dict.fromkeys(games)), text)
