"""Which combinations of a grid's values are played: all of them, a sample of what intervals hold, or a fraction.

Whatever is neither an interval nor a factor of two levels stays crossed: every one of its values meets every
combination that the design picks, so that games, seats and norms are compared at the same ones.
"""

import itertools
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from ...envs.settings import SettingError, check, refuse
from ..schema import FRACTIONAL_FACTORIAL, GRID, LATIN_HYPERCUBE, SOBOL, Layout
from . import factorial
from .grids import GROUPS, Grid
from .intervals import Interval

SAMPLED = (LATIN_HYPERCUBE, SOBOL)
READ = {
    GRID: (),
    LATIN_HYPERCUBE: ("samples", "seed"),
    SOBOL: ("samples", "seed"),
    FRACTIONAL_FACTORIAL: ("resolution", "generators"),
}
"""The settings that each kind of design reads; another one would be asked for in vain."""
DEFAULT_RESOLUTION = 4
ROMAN = dict(enumerate(["III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI"], 3))


class LaidOut(NamedTuple):
    """The ``assignments`` (setting → value) to be played, and what is ``told`` of how they were picked: nothing where
    they are all that there are.
    """

    assignments: list[dict[str, Any]]
    told: dict[str, Any]


def layout_of(given: Any) -> Layout:
    """The settings of a design, checked."""
    if not isinstance(given, Mapping):
        raise refuse("design", given, f"settings by name, for example design.kind={SOBOL}")
    layout = check(Layout, given, "design.")
    for name, default in Layout._field_defaults.items():
        if name != "kind" and name not in READ[layout.kind] and getattr(layout, name) != default:
            kinds = " or ".join(kind for kind, read in READ.items() if name in read)
            raise SettingError(f"design.{name} makes no sense with design.kind={layout.kind}: it is of {kinds}")
    if layout.kind == SOBOL and layout.samples & (layout.samples - 1):
        below = 1 << layout.samples.bit_length() - 1
        raise refuse(
            "design.samples", layout.samples, f"a power of two for {SOBOL}, for example {below} or {2 * below}"
        )
    return layout


def lay_out(axes: Grid, layout: Layout) -> LaidOut:
    """The combinations of one grid's ``axes`` (its seed left out) that are played.

    Raises ``SettingError`` for an interval that nothing samples.
    """
    intervals = {key: value for key, (value, *_) in sorted(axes.items()) if isinstance(value, Interval)}
    if intervals and layout.kind not in SAMPLED:
        key, interval = next(iter(intervals.items()))
        ends = f"{interval.low:g},{interval.high:g}"
        how = f"its two levels, {key}={ends}" if layout.kind == FRACTIONAL_FACTORIAL else "a value, a list or a range"
        sampled = f"intervals are sampled by design.kind={' or '.join(SAMPLED)}, with design.samples"
        raise refuse(key, str(interval), f"{how}; {sampled}")
    if intervals:
        return _crossed(axes, list(intervals), *_samples(intervals, layout))
    two = [key for key in sorted(axes) if _is_factor(key) and len(_levels(axes[key])) == 2]
    if two and layout.kind == FRACTIONAL_FACTORIAL:
        return _crossed(axes, two, *_fraction(axes, two, layout))
    return LaidOut([dict(zip(axes, values, strict=True)) for values in itertools.product(*axes.values())], {})


def nothing_to_pick(kind: str) -> SettingError:
    """The complaint about a design that has nothing to do."""
    if kind in SAMPLED:
        return refuse("design.kind", kind, "for axes that are intervals, for example 'norms.kindness=interval(0,1)'")
    return refuse("design.kind", kind, "for settings of two levels each, for example norms.kindness=0,1")


def _is_factor(key: str) -> bool:
    """May a fraction leave out combinations of this axis with others?"""
    return key.split(".")[0] not in ("seats", "seed") and key not in GROUPS


def _levels(values: Sequence[Any]) -> list[Any]:
    return list({repr(value): value for value in values}.values())


def _crossed(axes: Grid, picked: Sequence[str], rows: list[tuple[Any, ...]], told: dict[str, Any]) -> LaidOut:
    """Every row of values of the ``picked`` axes with all combinations of the others."""
    others = {key: values for key, values in axes.items() if key not in picked}
    assignments = [
        {**dict(zip(others, values, strict=True)), **dict(zip(picked, row, strict=True))}
        for values in itertools.product(*others.values())
        for row in rows
    ]
    return LaidOut(assignments, told)


def _samples(intervals: Mapping[str, Interval], layout: Layout) -> tuple[list[tuple[Any, ...]], dict[str, Any]]:
    places = unit_samples(layout, len(intervals))
    columns = [interval.values(places[:, k]) for k, interval in enumerate(intervals.values())]
    axes = {key: str(interval) for key, interval in intervals.items()}
    rows = list(dict.fromkeys(zip(*columns, strict=True)))  # whole numbers may come up twice
    return rows, {"axes": axes, "runs": len(rows)}


def unit_samples(layout: Layout, axes: int) -> npt.NDArray[np.float64]:
    """Places in the unit cube, (samples, axes): of a Latin hypercube (McKay, Beckman & Conover 1979), or of Sobol's
    sequence under Owen's scrambling, of which the first half stays when the samples are doubled.
    """
    from scipy.stats import qmc  # takes a second to import

    if layout.kind == LATIN_HYPERCUBE:
        return qmc.LatinHypercube(axes, rng=layout.seed).random(layout.samples)
    return qmc.Sobol(axes, rng=layout.seed).random_base2(layout.samples.bit_length() - 1)


def _fraction(axes: Grid, two: Sequence[str], layout: Layout) -> tuple[list[tuple[Any, ...]], dict[str, Any]]:
    wanted = layout.resolution or DEFAULT_RESOLUTION
    if len(two) > len(factorial.LETTERS):
        raise SettingError(f"design.kind = {layout.kind!r} is not allowed: it takes {len(factorial.LETTERS)} factors")
    if layout.generators is None:
        found = factorial.smallest(len(two), wanted)
    else:
        found = factorial.generated(len(two), layout.generators)
        if layout.resolution is not None and found.resolution is not None and found.resolution < layout.resolution:
            reached = f"of that resolution, and these reach {found.resolution}"
            raise refuse("design.generators", list(layout.generators), reached)
    levels = {key: _levels(axes[key]) for key in two}
    rows = [
        tuple(levels[key][high] for key, high in zip(two, run, strict=True)) for run in (found.columns > 0).tolist()
    ]
    told = {
        "axes": {key: ",".join(map(str, levels[key])) for key in two},
        "runs": len(rows),
        "letters": dict(zip(factorial.LETTERS, two, strict=False)),
        "generators": found.generators,
        "resolution": found.resolution,
        "aliases": factorial.aliases(found.columns),
    }
    return rows, told


def said(layout: Mapping[str, Any]) -> list[str]:
    """What a manifest tells of a design, in lines for whoever watches."""
    lines = []
    for told in layout.get("grids", []):
        named = {key: letter for letter, key in told.get("letters", {}).items()}
        of = ", ".join(
            f"{named[key]} = {key} ({text})" if named else f"{key} in {text}" for key, text in told["axes"].items()
        )
        line = f"{layout['kind']}: {told['runs']:,} combinations of {of}"
        if named:
            reached, aliased = told["resolution"], "; ".join(told["aliases"]) or "no two of them"
            line += f"; resolution {ROMAN[reached]}, " if reached else "; all that there are, "
            line += f"aliased among main effects and two-factor interactions: {aliased}"
        lines.append(line)
    return list(dict.fromkeys(lines))
