"""Regions of a study: floors and aspirations that are written down and hashed before it is played.

In the file of a study, or typed as ``regions.floors.stock=0.2``::

    regions:
      state: {stock: [0, 100], cooperation: [0, 1]}   # components, each with the range that is scaled to [0, 1]
      floors: {stock: 0.1}                            # below any of them: N
      positive:                                       # all of one reached: that positive set; else S
        abundant: {stock: 0.6, cooperation: 0.5}
        modest: {stock: [0.2, 0.6], cooperation: 0.5} # from, and below: sets must not overlap
      initial: [game.initial_stock]                   # swept settings that are initial states
      window: 10                                      # last steps that must lie in the set where a world ends
      hold: 3                                         # steps that a return lasts

A component is a signal of the game, what an institution logs of the seats, ``cooperation`` or ``reward`` (both means
over seats); with a minus before it (``-total_arms``) less is better, and its floor and aspirations count from the bad
end. The report judges what was declared and nothing else. A resume needs the same declaration, and one cannot be made
once points were played, for the reason that holds for hypotheses (:mod:`.prereg`).
"""

from collections.abc import Mapping
from typing import Any

from ..analysis.attractors.declared import ALWAYS, Regions, column
from ..analysis.attractors.regions import overlapping
from ..envs.catalogue import make
from ..envs.settings import SettingError, number_of, refuse, unknown
from . import store
from .cells import canonical, digest
from .designs.design import Design
from .manifest import now

RESERVED = ("N", "S", "unsettled")


def declared(given: Any, design: Design) -> Regions | None:
    """The regions that a study declares, checked against its design; None if there are none.

    Raises ``SettingError`` for whatever in them is wrong.
    """
    if given is None:
        return None
    if not isinstance(given, Mapping):
        raise refuse("regions", given, f"settings by name: {', '.join(Regions._fields)}")
    for name in given:
        if name not in Regions._fields:
            raise unknown("setting of regions", name, Regions._fields)
    state = {str(name): _range(name, value) for name, value in _table("state", given).items()}
    if not state:
        raise refuse("regions.state", given.get("state"), "components with their ranges, as {stock: [0, 100]}")
    floors = {name: _level(f"regions.floors.{name}", value) for name, value in _table("floors", given).items()}
    _known("floors", floors, state)
    found = Regions(
        state,
        floors,
        _positive(_table("positive", given), state, floors),
        _initial(given.get("initial") or (), design),
        number_of("regions.window", given.get("window", Regions._field_defaults["window"])),
        number_of("regions.hold", given.get("hold", Regions._field_defaults["hold"])),
    )
    _check_columns(found, design)
    if design.record != "all":
        raise refuse("record", design.record, "all where regions are declared: where a world is stands in its steps")
    return found


def attach(found: Regions | None, before: Mapping[str, Any] | None, directory: Any) -> dict[str, Any] | None:
    """What the manifest says of the regions, now that the sweep in ``directory`` starts or goes on after ``before``.

    Raises ``SettingError`` if they are not those under which its points were played.
    """
    told = None if found is None else {**found._asdict(), "sha": digest(found._asdict(), 16), "declared": now()}
    earlier = (before or {}).get("regions")
    if before is None or (earlier is None and (told is None or not store.finished(directory))):
        return told
    if told is None or earlier is None or told["sha"] != earlier["sha"]:
        said = "none" if earlier is None else canonical({name: earlier[name] for name in Regions._fields})
        raise SettingError(
            f"regions are not those under which points of {directory} were played ({said}): declare the same, or"
            " start in another out="
        )
    return earlier


def _table(name: str, given: Mapping[str, Any]) -> Mapping[str, Any]:
    value = given.get(name)
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise refuse(f"regions.{name}", value, "values by name")
    return value


def _range(name: str, value: Any) -> tuple[float, float]:
    numbers = _numbers(value)
    if numbers is None or len(numbers) != 2 or not numbers[0] < numbers[1]:
        raise refuse(f"regions.state.{name}", value, "a range: two numbers, the lower one first")
    return numbers[0], numbers[1]


def _level(name: str, value: Any) -> float:
    numbers = _numbers([value])
    if numbers is None or not 0 <= numbers[0] <= 1:
        raise refuse(name, value, "a number in [0, 1], of the range of its component")
    return numbers[0]


def _numbers(value: Any) -> list[float] | None:
    if not isinstance(value, list | tuple) or any(isinstance(x, bool) or not isinstance(x, int | float) for x in value):
        return None
    return [float(x) for x in value]


def _positive(given: Mapping[str, Any], state: Any, floors: Mapping[str, float]) -> dict[str, Any]:
    if not given:
        raise refuse("regions.positive", dict(given), "one or more sets by name, as {sustained: {stock: 0.5}}")
    sets: dict[str, dict[str, tuple[float, float | None]]] = {}
    for name, of in given.items():
        place = f"regions.positive.{name}"
        if name in RESERVED:
            raise refuse("regions.positive", name, f"a name other than {', '.join(RESERVED)}")
        if not isinstance(of, Mapping) or not of:
            raise refuse(place, of, "an aspiration for one component or more, as {stock: 0.5}")
        _known(f"positive.{name}", of, state)
        sets[str(name)] = {part: _aspiration(f"{place}.{part}", value) for part, value in of.items()}
        for part, (low, _) in sets[str(name)].items():
            if low < floors.get(part, 0.0):
                raise refuse(f"{place}.{part}", low, f"at least its floor, {floors[part]:g}")
    _, low, high = Regions(state, dict(floors), sets).bounds
    both = overlapping(low, high)
    if both is not None:
        first, second = (list(sets)[k] for k in both)
        raise SettingError(
            f"regions.positive: {first} and {second} overlap, and a world can be in one set only: give one of them a"
            " ceiling, as {stock: [0.2, 0.5]}"
        )
    return sets


def _aspiration(name: str, value: Any) -> tuple[float, float | None]:
    if isinstance(value, list | tuple) and len(value) == 2:
        low, high = _level(name, value[0]), _level(name, value[1])
        if low < high:
            return low, high
    elif not isinstance(value, list | tuple):
        return _level(name, value), None
    raise refuse(name, value, "an aspiration, or a range of two rising numbers in [0, 1]")


def _known(part: str, given: Mapping[str, Any], state: Mapping[str, Any]) -> None:
    for name in given:
        if name not in state:
            raise unknown(f"component in regions.{part}", name, state)


def _initial(given: Any, design: Design) -> tuple[str, ...]:
    if isinstance(given, str) or not isinstance(given, list | tuple):
        raise refuse("regions.initial", given, "a list of swept settings, as [game.initial_stock]")
    swept = [axis for axis, levels in design.axes.items() if "." in axis and len(levels) > 1]
    for axis in given:
        if axis not in swept:
            raise unknown("setting in regions.initial", axis, swept)
    return tuple(map(str, given))


def _check_columns(found: Regions, design: Design) -> None:
    """Every component is there in every game that is played."""
    games = {canonical([cell.game, cell.params.get("institutions")]): cell for cell in design.cells}
    for cell in games.values():
        game = make(cell.game, **cell.params)
        known = [*ALWAYS, *game.signals, *game.logged]
        for name in found.state:
            if column(name) not in known:
                raise unknown(f"component of {cell.game} in regions.state", column(name), known)
