"""In which set worlds end by their initial state, and where the state goes from where it is."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import polars as pl
from matplotlib.axes import Axes
from matplotlib.collections import PatchCollection
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle

from ..attractors import Flow, mean_flow
from ..attractors.declared import UNSETTLED_WORD, Regions
from ..measure import FloatArray
from ..summary import short
from .style import INK, MUTED, PAGE, NothingToDraw, canvas, house, names

WIDE, SIZE, FLAT = 5.6, 4.2, 2.5
"""Inches: the width, and the height with two axes and with one."""
MOST_LEVELS = 40
"""Values of an initial state beyond which worlds are drawn as points."""

LEAST, FIRM = 0.4, 5


class SetLook(NamedTuple):
    """How a set is drawn: colour, hatching of areas, marker of points."""

    colour: str
    hatch: str
    marker: str


NEGATIVE = SetLook("#c9500c", "xxx", "X")
SATISFICING = SetLook("#a97f00", "...", "s")
POSITIVE = (
    SetLook("#0a66ad", "", "o"),
    SetLook("#058560", "///", "^"),
    SetLook("#b4568f", "|||", "D"),
    SetLook("#2f9bd3", "ooo", "v"),
)
UNSETTLED = SetLook(MUTED, "---", "P")


def set_looks(sets: Sequence[str]) -> dict[str, SetLook]:
    """The look of each set by name, N and S first, then the positive ones, and that of worlds that are unsettled."""
    positive = {name: POSITIVE[k % len(POSITIVE)] for k, name in enumerate(sets[2:])}
    return {sets[0]: NEGATIVE, sets[1]: SATISFICING, **positive, UNSETTLED_WORD: UNSETTLED}


def basin_map(
    worlds: pl.DataFrame, initial: Sequence[str], sets: Sequence[str], title: str = "", ax: Axes | None = None
) -> Axes:
    """Initial states, coloured and hatched by the set in which their worlds end.

    On a grid each initial state is a field, divided in proportion to the worlds that end in each set; elsewhere each
    world is a point.

    Args:
        worlds: one row per world: the ``initial`` axes and ``end``, the name of a set, ``unsettled``, or null where no
            attractor was found (left blank).
        initial: one or two columns: across, and up.
        sets: names of all sets, N and S first.
        title: of the panel.
        ax: where to draw; by default on a figure of its own.

    Raises :class:`NothingToDraw` without any world that ends somewhere.
    """
    known = worlds.drop_nulls(["end", *initial])
    if known.is_empty():
        raise NothingToDraw("no attractor was found: episodes are shorter than the window")
    levels = [known[axis].unique().sort().to_list() for axis in initial]
    full = known.select(initial).n_unique() == np.prod([len(of) for of in levels])
    grid = bool(full) and max(map(len, levels)) <= MOST_LEVELS
    with house():
        ax = canvas(ax, SIZE if len(initial) > 1 else FLAT, WIDE)
        looks = set_looks(sets)
        (_fields if grid else _points)(ax, known, initial, levels, looks)
        there = [name for name in looks if (known["end"] == name).any()]
        ax.set_xlabel(_axis(initial[0]))
        ax.set_ylabel(_axis(initial[1]) if len(initial) > 1 else "")
        ax.set_title(title)
        ax.grid(visible=False)
        handles = [_key(name, looks[name], grid) for name in there]
        below = {
            "loc": "upper left",
            "bbox_to_anchor": (0, -0.16 if len(initial) > 1 else -0.35),
            "borderaxespad": 0,
            "alignment": "left",
        }
        ax.legend(handles=handles, ncols=3, title="ends in", handleheight=1.2, **below)
    return ax


def _fields(ax: Axes, known: pl.DataFrame, initial: Sequence[str], levels: list[list[Any]], looks: Any) -> None:
    """A field for each initial state, from the bottom up in the order of the sets."""
    where = [dict(zip(of, range(len(of)), strict=True)) for of in levels]
    counts = known.group_by([*initial, "end"]).len().sort([*initial, "end"])
    shares: dict[tuple[int, int], dict[str, int]] = {}
    for row in counts.iter_rows(named=True):
        place = (where[0][row[initial[0]]], where[1][row[initial[1]]] if len(initial) > 1 else 0)
        shares.setdefault(place, {})[row["end"]] = row["len"]
    boxes: dict[str, list[Rectangle]] = {name: [] for name in looks}
    for (x, y), of in shares.items():
        below, total = 0.0, sum(of.values())
        for name in [name for name in looks if name in of]:
            height = 0.94 * of[name] / total
            boxes[name].append(Rectangle((x - 0.47, y - 0.47 + below), 0.94, height))
            below += height
    for name, of_set in boxes.items():
        style = {"facecolor": looks[name].colour, "edgecolor": PAGE, "hatch": looks[name].hatch, "linewidth": 0}
        ax.add_collection(PatchCollection(of_set, **style))
    ax.set_xlim(-0.55, len(levels[0]) - 0.45)
    _ticks(ax.xaxis, levels[0])
    ax.set_ylim(-0.55, (len(levels[1]) if len(levels) > 1 else 1) - 0.45)
    _ticks(ax.yaxis, levels[1] if len(levels) > 1 else [])


def _points(ax: Axes, known: pl.DataFrame, initial: Sequence[str], levels: list[list[Any]], looks: Any) -> None:
    for name, look in looks.items():
        of = known.filter(pl.col("end") == name)
        if of.is_empty():
            continue
        y = of[initial[1]].to_numpy() if len(initial) > 1 else of["seed"].rank("dense").to_numpy()
        ax.plot(of[initial[0]].to_numpy(), y, look.marker, color=look.colour, markeredgecolor=PAGE,
                markeredgewidth=0.5, markersize=6.5, clip_on=False)  # fmt: skip
    if len(initial) == 1:
        ax.set_yticks([])


def _ticks(axis: Any, values: Sequence[Any], most: int = 11) -> None:
    every = max(1, -(-len(values) // most))
    axis.set_ticks(range(0, len(values), every), [_word(value) for value in values[::every]])


def _word(value: Any) -> str:
    return f"{value:g}".replace("-", "−") if isinstance(value, int | float) else str(value)


def _axis(axis: str) -> str:
    """A setting as a label.

    >>> _axis("norms.reciprocity.initial"), _axis("game.initial_stock")
    ('initial kindness (trust)', 'initial stock')
    """
    return "initial kindness (trust)" if axis == "norms.reciprocity.initial" else names([short(axis)])[0]


def _key(name: str, look: SetLook, grid: bool) -> Patch | Line2D:
    if not grid:
        return Line2D([0], [0], linestyle="", marker=look.marker, color=look.colour, label=names([name])[0])
    return Patch(facecolor=look.colour, edgecolor=PAGE, hatch=look.hatch, linewidth=0, label=names([name])[0])


def flow_field(
    paths: FloatArray,
    declared: Regions,
    components: tuple[str, str],
    parts: int = 10,
    title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Arrows of the mean change in one step over a grid of states, with the declared regions: N is hatched, positive
    sets have a border and their name.

    The longest arrow is as long as a part of the grid, the shortest ``LEAST`` of that, and those between in proportion
    to the change; a dot is a state that stays. They are means over all steps of all worlds: what fewer than ``FIRM``
    steps tell of is drawn thin. The last step of an episode has no state after it.

    Args:
        paths: (W, T, d) scaled states in the order of ``declared.state``.
        declared: the regions.
        components: which of the state go across and up.
        parts: of the grid each way.
        title: of the panel.
        ax: where to draw; by default on a figure of its own.

    Raises :class:`NothingToDraw` where no step has a state on both sides.
    """
    order = list(declared.state)
    flow = mean_flow(np.asarray(paths)[:, :, [order.index(name) for name in components]], parts)
    if not flow.n.any():
        raise NothingToDraw("no step has a state before and after it")
    with house():
        ax = canvas(ax, SIZE, WIDE)
        _regions(ax, declared, components)
        _arrows(ax, flow, parts)
        ax.set(
            xlim=(0, 1),
            ylim=(0, 1),
            xlabel=_component(components[0], declared),
            ylabel=_component(components[1], declared),
        )
        ax.set_title(title)
        ax.grid(visible=False)
    return ax


def _arrows(ax: Axes, flow: Flow, parts: int) -> None:
    x, y = np.meshgrid(flow.x, flow.y, indexing="ij")
    size = np.hypot(np.nan_to_num(flow.dx), np.nan_to_num(flow.dy))
    longest = float(size.max())
    moving = (flow.n > 0) & (size > 0.02 * longest) if longest > 0 else np.zeros(size.shape, np.bool_)
    with np.errstate(divide="ignore", invalid="ignore"):
        length = (LEAST + (1 - LEAST) * size / longest) / parts / size
    firm = flow.n >= FIRM
    for of, width in ((moving & firm, 0.006), (moving & ~firm, 0.003)):
        if of.any():
            dx, dy = (length[of] * change[of] for change in (flow.dx, flow.dy))
            ax.quiver(x[of], y[of], dx, dy, angles="xy", scale_units="xy", scale=1, pivot="mid", color=INK, width=width,
                      headwidth=4.5, headlength=4, headaxislength=3.6, zorder=4)  # fmt: skip
    still = (flow.n > 0) & ~moving
    ax.plot(x[still], y[still], "o", color=INK, markersize=3, zorder=4)


def _regions(ax: Axes, declared: Regions, components: tuple[str, str]) -> None:
    """N below the floors, and the positive sets, as far as the two components tell."""
    floors = [max(0.0, declared.floors.get(name, 0.0)) for name in components]
    hatched = {"facecolor": "none", "edgecolor": NEGATIVE.colour, "hatch": "xx", "linewidth": 0, "alpha": 0.5}
    if floors[0]:
        ax.add_patch(Rectangle((0, 0), floors[0], 1, **hatched))
    if floors[1]:
        ax.add_patch(Rectangle((floors[0], 0), 1 - floors[0], floors[1], **hatched))
    looks = set_looks(declared.sets)
    for name, of in declared.positive.items():
        (x0, x1), (y0, y1) = (of.get(part, (0.0, None)) for part in components)
        width, height = (1.0 if x1 is None else x1) - x0, (1.0 if y1 is None else y1) - y0
        ax.add_patch(Rectangle((x0, y0), width, height, facecolor=looks[name].colour, alpha=0.12, linewidth=0))
        ax.add_patch(
            Rectangle((x0, y0), width, height, fill=False, edgecolor=looks[name].colour, linewidth=1.6, zorder=3)
        )
        corner = {"xytext": (-4, -4), "textcoords": "offset points", "ha": "right", "va": "top", "zorder": 5}
        corner["bbox"] = {"facecolor": PAGE, "edgecolor": "none", "alpha": 0.8, "pad": 1}
        ax.annotate(names([name])[0], (x0 + width, y0 + height), color=looks[name].colour, fontsize=8.5, **corner)
    if any(floors):
        ax.annotate("N", (0, 0), xytext=(4, 4), textcoords="offset points", color=NEGATIVE.colour, fontsize=8.5,
                    fontweight="bold", zorder=5)  # fmt: skip


def _component(name: str, declared: Regions) -> str:
    low, high = declared.state[name]
    return f"{names([name.replace('-', '−')])[0]} (0 to 1 is {low:g} to {high:g})"
