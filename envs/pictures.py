"""A world as a picture, for people: what ``render_mode="rgb_array"`` shows of a game that has no map.

One card a seat: how cooperative its last act was (blue: 1, orange: 0, grey: no choice), what it was paid for it, and
what it sees now, in words.
"""

import math
import textwrap
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from .game import Game

Picture = npt.NDArray[np.uint8]

DOTS_PER_INCH = 100
CARD_WIDTH, LINE_HEIGHT, STRIP, MARGIN = 3.2, 0.17, 0.42, 0.12  # inches
CARDS_PER_ROW, MOST_CARDS = 3, 12
LETTERS_PER_LINE, LINES = 46, 7
INK, MUTED, PAGE, CARD = "#14171a", "#69707a", "#f1f2f4", "#fdfdfc"
COOPERATES, DEFECTS, NO_CHOICE = (0.04, 0.40, 0.68), (0.79, 0.31, 0.05), (0.62, 0.65, 0.69)  # blue and orange: told
# apart by the colour-blind


def cards(game: "Game", world: Any) -> Picture:
    """(height, width, 3) uint8: a card for each of the first ``MOST_CARDS`` seats of ``world``, a record of ``game``;
    of the same size in all worlds, so that pictures make a film.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    seats = range(min(game.n_agents, MOST_CARDS))
    told = [_lines(game.view(world, seat)) for seat in seats]
    columns = min(len(told), CARDS_PER_ROW)
    card_height = STRIP + MARGIN + LINE_HEIGHT * LINES
    rows = math.ceil(len(told) / columns)
    width, height = columns * (CARD_WIDTH + MARGIN) + MARGIN, STRIP + rows * (card_height + MARGIN) + MARGIN
    figure = Figure(figsize=(width, height), dpi=DOTS_PER_INCH, facecolor=PAGE)
    canvas = FigureCanvasAgg(figure)
    figure.text(MARGIN / width, 1 - 0.6 * STRIP / height, _headline(game, world), size=11, color=INK, va="center")
    for seat, lines in zip(seats, told, strict=True):
        left = MARGIN + seat % columns * (CARD_WIDTH + MARGIN)
        top = height - STRIP - seat // columns * (card_height + MARGIN)
        box = left / width, (top - card_height) / height, CARD_WIDTH / width, card_height / height
        _card(figure, box, card_height, _title(game, world, seat), colour(world["cooperation"][seat]), lines)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[..., :3].copy()


def colour(label: float) -> tuple[float, float, float]:
    """Between the two ends of cooperation; grey where there was no choice."""
    if np.isnan(label):
        return NO_CHOICE
    red, green, blue = (float(d + label * (c - d)) for c, d in zip(COOPERATES, DEFECTS, strict=True))
    return red, green, blue


def _lines(text: str) -> list[str]:
    lines = [line for told in text.splitlines() for line in textwrap.wrap(told, LETTERS_PER_LINE)]
    return lines if len(lines) <= LINES else [*lines[: LINES - 1], "…"]


def _headline(game: "Game", world: Any) -> str:
    over = "" if world["ended"] == 0 else f", over: {game.outcomes[world['outcome']]}"
    more = f" (the first {MOST_CARDS} of {game.n_agents} seats)" if game.n_agents > MOST_CARDS else ""
    return f"{game.name.replace('_', ' ')}: after step {world['step']}{over}{more}"


def _title(game: "Game", world: Any, seat: int) -> str:
    paid = "" if world["step"] == 0 else f"   paid {world['payoff'][seat]:+g}"
    return game.agents[seat].replace("_", " ") + paid


def _card(
    figure: "Figure",
    box: tuple[float, float, float, float],
    inches: float,
    title: str,
    strip: tuple[float, float, float],
    lines: list[str],
) -> None:
    axes = figure.add_axes(box)
    axes.set(xlim=(0, CARD_WIDTH), ylim=(inches, 0), facecolor=CARD, xticks=[], yticks=[])
    for spine in axes.spines.values():
        spine.set_visible(False)
    axes.axhspan(0, 0.8 * STRIP, color=strip, linewidth=0)
    axes.text(MARGIN, 0.4 * STRIP, title, size=9.5, color="white", weight="bold", va="center")
    axes.text(MARGIN, STRIP + 0.03, "\n".join(lines), size=8.5, color=INK, va="top", linespacing=1.25)
