"""Which setting is first under which welfare function, over which horizon and at which discount."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from ..rankings import Measure
from ..ranks import Firsts
from .distinct import distinct_looks
from .style import GRID, INK, MUTED, PAGE, NothingToDraw, canvas, house, marker_size, names

_ROW, _COLUMN, _LEAST = 0.42, 1.05, 4.4  # inches
_SURE = 0.95
MOST_WINNERS = 12


def winners(
    measures: Sequence[Measure],
    ranked: Firsts,
    settings: Sequence[str],
    norms: Sequence[str],
    ax: Axes | None = None,
) -> Axes:
    """A row for each welfare function, a column for each horizon and discount: the marker of the setting that is first,
    and in which share of bootstrap samples it is.

    Args:
        measures: M of them.
        ranked: of :func:`..ranks.firsts`, (M, S).
        settings: (S,), what they are called.
        norms: (S,), which give their looks.
        ax: axes to draw on; a new figure if left out.

    A marker is hollow where the share is below .95: others may be first as well. Where means tie, it says of how many.

    Raises:
        NothingToDraw: if nothing is ranked.
    """
    defined = [k for k in range(len(measures)) if not np.isnan(ranked.p_first[k]).all()]
    if not defined:
        raise NothingToDraw("no welfare function is defined in these settings")
    functions = list(dict.fromkeys(measures[k].label for k in defined))
    overs = list(dict.fromkeys(measures[k].over for k in defined))
    first = {k: int(ranked.order[k, 0]) for k in defined if ranked.tied(k) == 1}
    shown = sorted(set(first.values()), key=list(first.values()).count, reverse=True)[:MOST_WINNERS]
    looks = dict(zip(shown, distinct_looks([norms[s] for s in shown], [settings[s] for s in shown]), strict=True))
    ax = canvas(ax, 1.3 + _ROW * len(functions) + 0.2 * -(-len(shown) // 3), max(_LEAST, 2.0 + _COLUMN * len(overs)))
    with house():
        for k in defined:
            x, y = overs.index(measures[k].over), functions.index(measures[k].label)
            if k not in first:
                ax.text(x, y, f"tie of {ranked.tied(k)}", ha="center", va="center", fontsize=8, color=MUTED)
                continue
            s = first[k]
            share = float(ranked.p_first[k, s])
            if s in looks:
                style, sure = looks[s], share >= _SURE
                (point,) = ax.plot(x - 0.2, y, style.marker, color=style.light if sure else PAGE, zorder=3)
                point.set(markeredgecolor=style.light, markeredgewidth=1.4, markersize=marker_size(style) + 1)
            ax.text(x - 0.02, y, f"{share:.2f}", ha="left", va="center", fontsize=8.5, color=INK)
        ax.set_xlim(-0.5, len(overs) - 0.5)
        ax.set_ylim(len(functions) - 0.5, -0.5)
        ax.set_yticks(range(len(functions)), functions)
        ax.set_xticks(range(len(overs)), [over.replace(", ", ",\n") for over in overs])
        ax.xaxis.tick_top()
        ax.tick_params(length=0)
        ax.grid(visible=False)
        ax.hlines(np.arange(len(functions) + 1) - 0.5, -0.5, len(overs) - 0.5, color=GRID, linewidth=0.8)
        ax.spines[:].set_visible(False)
        keys = [Line2D([], [], linestyle="", marker=one.marker, color=one.light, markersize=marker_size(one))
                for one in looks.values()]  # fmt: skip
        if keys:
            words = names([settings[s] for s in shown])
            ax.legend(keys, words, loc="upper left", bbox_to_anchor=(0, -0.12 / len(functions)), borderaxespad=0,
                      ncols=min(3, len(shown)), columnspacing=1.2, handletextpad=0.3)  # fmt: skip
        ax.set_title("who is first, with P(first); hollow: below .95")
    return ax
