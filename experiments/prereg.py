"""Preregistration: what a study expects, written down and hashed before it is played.

A file of YAML::

    seeds: range(20)                # those of the sweep, all of them and no others
    hypotheses:
      - name: kindness above 2/3 makes the difference
        measure: coop_focal         # any that a study may be about
        contrast: {factor: norms.kindness, from: 0.6, to: 0.7}
        where: {game: matrix}       # other factors, so that from and to are one cell each
        direction: greater          # of `to` beside `from`: greater, less, different, equivalent
        smallest_effect: 0.5        # of interest, in the measure's own unit
        confidence: 0.95
    exclusions:                     # rows of the table of episodes that do not count
      - {column: invalid_rate, above: 0.2, reason: too few replies could be read}

It is attached with ``prereg=FILE`` (or ``experiment.prereg`` in the file of a study) when the sweep first starts. Its
text and hash go into the manifest and a copy into the directory, and the report labels its verdicts
(:mod:`comity.analysis.confirmatory`) confirmatory and all else exploratory. A resume needs the same text.

It cannot be attached once points were played, not even under a label: the same seeds give the same worlds bit for bit,
so that a hypothesis that was made from them comes out of them again with certainty. Whoever wants to confirm what was
found registers it with other seeds. What nobody can see from a directory is what was played elsewhere beforehand.
"""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ..analysis.confirmatory import EQUIVALENT, least_possible
from ..analysis.definitions import DEFINITIONS
from ..envs.settings import SettingError, refuse, unknown
from . import store
from .cells import Cell
from .designs.design import Design
from .designs.grids import seeds_of, typed_grid
from .manifest import now, span, strict_json
from .studies import measures

COPY = "prereg.yaml"
"""The file that a directory keeps."""
FOLDER = Path(__file__).parent / "preregistrations"
OURS = "registered/"
"""Begins the names of those that come with comity."""
NONE = "none"
"""Leaves off what the file of a study attaches."""
OUTCOME = "outcome"
Level = str | int | float | bool
Text = Annotated[str, Field(min_length=1)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Contrast(_Strict):
    """One factor, and the two of its levels that are compared."""

    factor: Text
    from_: Level = Field(alias="from")
    to: Level


class Hypothesis(_Strict):
    """What is expected of one measure."""

    name: Text
    measure: Text
    contrast: Contrast
    where: dict[str, Level] = {}
    direction: Literal["greater", "less", "different", "equivalent"]
    smallest_effect: Annotated[float, Field(ge=0, allow_inf_nan=False)]
    confidence: Annotated[float, Field(gt=0.5, lt=1)] = 0.95


class Exclusion(_Strict):
    """A rule on one column of the table of episodes; exactly one of ``above``, ``below``, ``equals``."""

    column: Text
    above: Annotated[float, Field(allow_inf_nan=False)] | None = None
    below: Annotated[float, Field(allow_inf_nan=False)] | None = None
    equals: Level | None = None
    reason: str = ""

    def rule(self) -> tuple[str, Level] | None:
        """Its name and value; None unless there is exactly one."""
        given = [(name, getattr(self, name)) for name in ("above", "below", "equals")]
        told = [(name, value) for name, value in given if value is not None]
        return told[0] if len(told) == 1 else None


class Prereg(_Strict):
    """A whole file."""

    seeds: str | int | list[int]
    hypotheses: Annotated[list[Hypothesis], Field(min_length=1)]
    exclusions: list[Exclusion] = []


class Registered(NamedTuple):
    """A file that fits the design: its ``text``, and what of it goes into the manifest (``told``)."""

    text: str
    told: dict[str, Any]


def registered(name: str | None, design: Design) -> Registered | None:
    """The preregistration ``name``, checked against the design; None if there is none.

    Raises ``SettingError`` for a file that cannot be read or does not fit, naming it, the key and what is allowed.
    """
    if name is None or name == NONE:
        return None
    text = _text(name)
    given = _parsed(name, text)
    _check_seeds(name, given, design)
    cells = [_cells(f"{name}: hypotheses[{k}]", one, design) for k, one in enumerate(given.hypotheses)]
    _check_hypotheses(name, given, design)
    told = {
        "file": name,
        "sha256": hashlib.sha256(text.encode()).hexdigest(),
        "registered": now(),
        "worlds": len(_seeds(name, given)),
        "hypotheses": [_told(one, *pair) for one, pair in zip(given.hypotheses, cells, strict=True)],
        "exclusions": [_rule(f"{name}: exclusions[{k}]", one) for k, one in enumerate(given.exclusions)],
        "text": text,
    }
    return Registered(text, strict_json(told))


def attach(given: Registered | None, directory: Path, before: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """What the manifest says of the preregistration, now that the sweep in ``directory`` starts or goes on after
    ``before``. Raises ``SettingError`` if it is not the one under which its points were played.
    """
    earlier = (before or {}).get("prereg")
    if earlier is None:
        if given is not None and store.finished(directory):
            raise SettingError(
                f"prereg = {given.told['file']!r} is not allowed: points of {directory} were played without it, and the"
                " same seeds would be played again; register other seeds, or start in another out="
            )
        return None if given is None else given.told
    if given is None or given.told["sha256"] != earlier["sha256"]:
        other = "none" if given is None else repr(given.told["file"])
        raise SettingError(
            f"prereg = {other} is not allowed: {directory} was registered as {earlier['file']!r} (sha256"
            f" {earlier['sha256'][:12]}…), which it keeps: write prereg='{directory / COPY}', or start in another out="
        )
    return {**earlier, "file": given.told["file"]}


def _text(name: str) -> str:
    path = FOLDER / f"{name.removeprefix(OURS)}.yaml" if name.startswith(OURS) else Path(name)
    try:
        return path.read_bytes().decode()
    except UnicodeDecodeError as error:
        raise refuse("prereg", name, "a file of text in UTF-8") from error
    except OSError as error:
        ours = ", ".join(f"{OURS}{one.stem}" for one in sorted(FOLDER.glob("*.yaml")))
        raise refuse("prereg", name, f"a file that can be read ({error.strerror}), or one of {ours}") from error


def _parsed(name: str, text: str) -> Prereg:
    try:
        found = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise SettingError(f"{name} cannot be read: {' '.join(str(error).split())}") from error
    if not isinstance(found, dict):
        raise refuse(name, found, f"settings by name: {', '.join(Prereg.model_fields)}")
    try:
        return Prereg.model_validate(found)
    except ValidationError as error:
        raise _explained(name, error, found) from error


def _explained(name: str, error: ValidationError, found: Any) -> SettingError:
    """The first fault that pydantic found, as every other wrong setting is told."""
    first = error.errors()[0]
    names = [part for part in first["loc"] if isinstance(part, int) or part in _KEYS or part not in _KINDS]
    key, last = _spelled(names), names[-1] if names else ""
    if first["type"] == "extra_forbidden":
        group = _spelled(names[:-1])
        return unknown(f"setting of {name}{': ' if group else ''}{group}", last, _KEYS_OF.get(_kind(names[:-1]), ()))
    if first["type"] == "missing":
        return SettingError(f"{name}: {key} is missing")
    allowed = {"level": "one value", "seeds": "a seed, a list of them, or range(n)"}.get(
        _kind(names), str(first["msg"]).removeprefix("Input should be ")
    )
    return refuse(f"{name}: {key}", first["input"], allowed)


def _spelled(names: Sequence[int | str]) -> str:
    """A place in a file.

    >>> _spelled(["hypotheses", 0, "contrast", "to"])
    'hypotheses[0].contrast.to'
    """
    return "".join(f"[{one}]" if isinstance(one, int) else f".{one}" for one in names).removeprefix(".")


_KINDS = ("str", "int", "float", "bool", "list[int]")
"""What pydantic adds to a place where several kinds of values may stand."""
_KEYS_OF = {
    "": tuple(Prereg.model_fields),
    "hypotheses": tuple(Hypothesis.model_fields),
    "contrast": ("factor", "from", "to"),
    "exclusions": tuple(Exclusion.model_fields),
}
_KEYS = {key for keys in _KEYS_OF.values() for key in keys}


def _kind(names: Sequence[int | str]) -> str:
    """Which part of a file a place lies in."""
    words = [one for one in names if isinstance(one, str)]
    if words and (words[-1] in ("from", "to", "equals") or "where" in words[:-1]):
        return "level"
    return words[-1] if words else ""


def _seeds(name: str, given: Prereg) -> list[int]:
    values = typed_grid([f"seed={given.seeds}"])["seed"] if isinstance(given.seeds, str) else given.seeds
    try:
        return seeds_of(values if isinstance(values, list) else [values])
    except SettingError as error:
        raise SettingError(f"{name}: {error}") from error


def _check_seeds(name: str, given: Prereg, design: Design) -> None:
    """All cells of the sweep are played under the seeds that were registered, and under no others."""
    planned = _seeds(name, given)
    for cell, seeds in zip(design.cells, design.seeds, strict=True):
        if seeds.tolist() != planned:
            where = ", ".join(f"{key}={value}" for key, value in cell.factors.items() if value is not None)
            raise SettingError(
                f"{name}: seeds = {span(planned)} is not allowed: the sweep plays {span(seeds.tolist())} in {where};"
                f" play those that were registered, or leave it off with prereg={NONE}"
            )


def _check_hypotheses(name: str, given: Prereg, design: Design) -> None:
    """Names, measures and sizes; the levels are checked where the cells are looked for."""
    names = [one.name for one in given.hypotheses]
    for k, one in enumerate(given.hypotheses):
        place = f"{name}: hypotheses[{k}]"
        if one.name in names[:k]:
            raise refuse(f"{place}.name", one.name, "a name that no other hypothesis has")
        if one.measure not in measures():
            raise unknown(f"measure in {place}.measure", one.measure, measures())
        if one.direction == EQUIVALENT and not one.smallest_effect > 0:
            raise refuse(f"{place}.smallest_effect", one.smallest_effect, "above 0 where the direction is equivalent")
    worlds = len(_seeds(name, given))
    if all(least_possible(worlds, one.direction) * len(names) > 1 - one.confidence + 1e-12 for one in given.hypotheses):
        raise refuse(
            f"{name}: seeds",
            given.seeds,
            f"more: {worlds} of them cannot support any of {len(names)} hypotheses at their confidence",
        )


def _cells(place: str, one: Hypothesis, design: Design) -> tuple[Cell, Cell]:
    """The one cell at each end of the contrast; they differ in the factor, and in what belongs to it, alone."""
    contrast = one.contrast
    for key, value, where in (
        (contrast.factor, contrast.from_, f"{place}.contrast.from"),
        (contrast.factor, contrast.to, f"{place}.contrast.to"),
        *((key, value, f"{place}.where.{key}") for key, value in one.where.items()),
    ):
        if key not in design.axes:
            part = "contrast.factor" if key == contrast.factor else "where"
            raise unknown(f"factor in {place}.{part}", key, design.axes)
        known = [level for level in design.axes[key] if level is not None]
        if not any(_same(level, value) for level in known):
            raise refuse(where, value, f"a level of the sweep: {', '.join(map(str, known))}")
    if contrast.factor in one.where:
        raise refuse(f"{place}.where", contrast.factor, "factors other than the one that is compared")
    if _same(contrast.from_, contrast.to):
        raise refuse(f"{place}.contrast.to", contrast.to, "another level than from")
    found = [_one_cell(place, one, level, design) for level in (contrast.from_, contrast.to)]
    _check_alike(place, contrast.factor, *found)
    return found[0], found[1]


def _same(level: Any, value: Any) -> bool:
    """1 and 1.0 are the same level, 1 and true are not."""
    return isinstance(level, bool) == isinstance(value, bool) and level == value


def _one_cell(place: str, one: Hypothesis, level: Level, design: Design) -> Cell:
    """The cell with this level; a factor of ``where`` that a cell does not have (None) does not shut it out."""
    factor = one.contrast.factor
    found = [
        cell
        for cell in design.cells
        if _same(cell.factors[factor], level)
        and all(cell.factors[key] is None or _same(cell.factors[key], value) for key, value in one.where.items())
    ]
    if len(found) == 1:
        return found[0]
    given = ", ".join(f"{key}={value}" for key, value in {**one.where, factor: level}.items())
    if not found:
        raise SettingError(f"{place}.where: no cell of the sweep has {given}")
    differ = [key for key in design.axes if len({repr(cell.factors[key]) for cell in found}) > 1]
    raise SettingError(
        f"{place}.where: {len(found)} cells of the sweep have {given}, where there must be one: say also which"
        f" {' and '.join(differ)}"
    )


def _check_alike(place: str, factor: str, first: Cell, second: Cell) -> None:
    """A preset belongs to its game, and the settings under a factor belong to it."""
    group = factor.removesuffix(".preset") + "."
    differ = [
        key
        for key, value in first.factors.items()
        if key != factor and not key.startswith(group) and not _same(value, second.factors[key])
    ]
    if differ:
        told = ", ".join(f"{key} ({first.factors[key]} and {second.factors[key]})" for key in differ)
        raise SettingError(f"{place}: from and to differ in more than {factor}: in {told}")


def _told(one: Hypothesis, first: Cell, second: Cell) -> dict[str, Any]:
    told = one.model_dump(by_alias=True)
    return {**told, **told.pop("contrast"), "from_cell": first.id, "to_cell": second.id}


def _rule(place: str, one: Exclusion) -> dict[str, Any]:
    rule = one.rule()
    columns = [*(name for name in measures() if name in DEFINITIONS), OUTCOME]
    if one.column not in columns:
        raise unknown(f"column in {place}.column", one.column, columns)
    if rule is None:
        raise SettingError(f"{place}: exactly one of above, below and equals says what is excluded")
    name, value = rule
    if (one.column == OUTCOME) != isinstance(value, str):
        kind = "a word with equals" if one.column == OUTCOME else "a number"
        raise refuse(f"{place}.{name}", value, f"{kind}, for the column {one.column}")
    told = value if isinstance(value, str) else float(value)
    return {"column": one.column, "rule": name, "value": told, "reason": one.reason}
