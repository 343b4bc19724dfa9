"""What a manifest says about a run, however it is nested: a missing key is no error."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..figures import Payoffs

PRISONERS = Payoffs(5.0, 3.0, 1.0, 0.0)
"""What the matrix game pays unless it is told otherwise, and under these presets."""
_SAME_PAYOFFS = ("axelrod_1980", "axelrod_second", "dose_response", "contemplative_ipd")
_GIVEN = (*Payoffs._fields, "payoffs", "preset")


def walk(manifest: object, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], object]]:
    """Every leaf of nested mappings and lists with its path."""
    if isinstance(manifest, Mapping):
        for key, value in manifest.items():
            yield from walk(value, (*path, *str(key).split(".")))
    elif isinstance(manifest, Sequence) and not isinstance(manifest, str):
        for k, value in enumerate(manifest):
            yield from walk(value, (*path, str(k)))
    else:
        yield path, manifest


def settings(manifest: Mapping[str, Any], name: str) -> list[object]:
    """All values, none of them None, that stand under a key called ``name``, each once.

    >>> settings({"agent": {"depth": 6}, "grid": {"agent.depth": [6, 12]}}, "depth")
    [6, 12]
    """
    found = [
        value
        for path, value in walk(manifest)
        if name in path[-2:] and value is not None and (path[-1] == name or path[-1].isdigit())
    ]
    return list(dict.fromkeys(found))


def matrix_payoffs(manifest: Mapping[str, Any]) -> Payoffs | None:
    """The payoffs of the matrix game if the grids of a run say that every cell played the same; else None."""
    grids = [grid for grid in manifest.get("grids") or [] if "matrix" in _values(grid.get("game"))]
    given = {name: {value for grid in grids for value in _values(grid.get(f"game.{name}"))} for name in _GIVEN}
    presets = given.pop("preset") - set(_SAME_PAYOFFS)
    tables = given.pop("payoffs")
    if not grids or presets or tables or any(len(values) > 1 for values in given.values()):
        return None
    return PRISONERS._replace(**{name: float(value) for name, values in given.items() for value in values})


def _values(given: object) -> list[Any]:
    if given is None:
        return []
    return [one for one in given if one is not None] if isinstance(given, list | tuple) else [given]


def first_of(manifest: Mapping[str, Any], *names: str) -> Any:
    """The first of these keys that the manifest has at its top, else None."""
    return next((manifest[name] for name in names if manifest.get(name) is not None), None)
