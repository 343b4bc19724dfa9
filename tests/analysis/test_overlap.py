"""No words of a figure lie on each other or leave it, however many series there are and however long their names."""

from itertools import combinations

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text

from comity.analysis import figures
from comity.analysis.figures import sheets
from comity.analysis.figures.export import whole
from comity.analysis.summary import cells, summarise

from .crowds import AXIS, GAME, crowd

TOUCH = 1.5
"""Pixels that two boxes may share: the boxes of letters are larger than the letters."""
SHEETS = {
    "cooperation": lambda e, s, t, null: sheets.cooperation(t, GAME),
    "reciprocity": lambda e, s, t, null: sheets.reciprocity(t, GAME, null),
    "welfare": lambda e, s, t, null: sheets.welfare(t, GAME),
    "bargaining": lambda e, s, t, null: sheets.bargaining(t, e, GAME),
    "time_course": lambda e, s, t, null: sheets.time_course(s, e, GAME, ("cooperation", "stock")),
    "escalation": lambda e, s, t, null: sheets.escalation(s, e, GAME),
    "survival": lambda e, s, t, null: sheets.survival(e, GAME),
    "quiet_curves": lambda e, s, t, null: sheets.quiet_curves(e, GAME),
}
PANELS = {
    "cooperation": lambda e, s, t, null: figures.cooperation(t, GAME),
    "reciprocity": lambda e, s, t, null: figures.reciprocity(t, GAME, null=null),
    "welfare": lambda e, s, t, null: figures.welfare(t, GAME),
    "bargaining": lambda e, s, t, null: figures.bargaining(t, e, GAME),
    "time_course": lambda e, s, t, null: figures.time_course(s, e, GAME),
    "survival": lambda e, s, t, null: figures.survival(e, GAME),
}
SWEPT = {
    "dose_response": lambda e, s, t, null: sheets.dose_response(t, GAME, axis=AXIS),
    "headline": lambda e, s, t, null: sheets.headline(t, GAME, ["coop_focal", "normalised_welfare", "exploitation"]),
    "exploitability": lambda e, s, t, null: sheets.exploitability(t, GAME),
    "one dose": lambda e, s, t, null: figures.dose_response(t, GAME, axis=AXIS),
    "one headline": lambda e, s, t, null: figures.headline(t, GAME, "coop_focal"),
    "one exploitability": lambda e, s, t, null: figures.exploitability(t, GAME),
}


def faults(drawn) -> list[str]:
    """Pairs of texts that lie on each other, and texts and legends that leave the figure."""
    figure = whole(drawn)
    figures.settle(figure)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    renderer, (width, height) = canvas.get_renderer(), figure.bbox.size
    boxes = [(text.get_text(), text.get_window_extent(renderer)) for text in texts_of(figure)]
    assert len(boxes) > 4
    legends = [("a legend", legend.get_window_extent(renderer)) for legend in figure.legends]
    out = [
        f"{word!r} leaves the figure"
        for word, box in boxes + legends
        if box.x0 < -TOUCH or box.y0 < -TOUCH or box.x1 > width + TOUCH or box.y1 > height + TOUCH
    ]
    on = [
        f"{one!r} on {other!r}"
        for (one, a), (other, b) in combinations(boxes, 2)
        if min(a.x1, b.x1) - max(a.x0, b.x0) > TOUCH and min(a.y1, b.y1) - max(a.y0, b.y0) > TOUCH
    ]
    panels = [ax.get_window_extent(renderer) for ax in figure.axes if ax.get_visible()]
    covered = [f"{word} on a panel" for word, box in legends for panel in panels if box.overlaps(panel)]
    small = ["a panel without room" for panel in panels if panel.width < 60 or panel.height < 30]
    return out + on + covered + small


def texts_of(figure) -> list[Text]:
    """All that is written: ticks beyond the view, and hidden panels, are not."""
    found: list[Text] = [*figure.texts, *(text for legend in figure.legends for text in legend.get_texts())]
    for ax in figure.axes:
        if ax.get_visible():
            ticks = [tick for axis in (ax.xaxis, ax.yaxis) for tick in axis._update_ticks()]
            found += [label for tick in ticks for label in (tick.label1, tick.label2)]
            found += [ax.title, ax._left_title, ax.xaxis.label, ax.yaxis.label, *ax.texts]
    return [text for text in dict.fromkeys(found) if text.get_visible() and text.get_text().strip()]


def tables(norms, arms, levels=1):
    """Everything that a figure may take."""
    episodes, steps = crowd(norms, arms, levels)
    null = figures.reciprocity_null(steps, cells(episodes)).with_columns(null_mean=0.1)
    return episodes, steps, summarise(episodes), null


@pytest.fixture(scope="module")
def few():
    return tables(2, 2)


@pytest.mark.parametrize("name", ["reciprocity", "time_course"])
def test_few_series(few, name):
    assert faults(SHEETS[name](*few)) == []


def test_a_text_that_is_in_the_way_is_found(few):
    figure = sheets.cooperation(few[2], GAME)
    figures.settle(figure)
    figure.text(0.5, 0.5, "here")
    figure.text(0.5, 0.5, "and here")
    figure.text(0.99, 0.5, "and out of the figure")
    assert len(faults(figure)) >= 2


@pytest.mark.slow
@pytest.mark.parametrize(("norms", "arms"), [(15, 1), (2, 6), (15, 6)])
def test_many_series(norms, arms):
    found = tables(norms, arms)
    drawn = {name: draw(*found) for name, draw in SHEETS.items()}
    drawn |= {f"one {name}": draw(*found) for name, draw in PANELS.items()} if arms == 1 else {}
    assert {name: bad for name, figure in drawn.items() if (bad := faults(figure))} == {}


@pytest.mark.slow
@pytest.mark.parametrize(("norms", "arms"), [(2, 6), (15, 6)])
def test_many_settings(norms, arms):
    found = tables(norms, arms, levels=4)
    drawn = {name: draw(*found) for name, draw in SWEPT.items()}
    assert {name: bad for name, figure in drawn.items() if (bad := faults(figure))} == {}
