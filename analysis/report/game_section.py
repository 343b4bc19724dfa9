"""One game: its question, its figures with captions, its tables."""

from collections.abc import Callable

import polars as pl
from matplotlib.figure import Figure

from .. import figures
from ..figures import NothingToDraw, sheets
from ..figures.headline import swept_axis
from ..figures.style import said_of
from ..layouts import SEED
from ..summary import value_axes
from . import tables
from .captions import BOUNDS, CAPTIONS, MARKS, NO_NULL, NO_NULL_POOLED, NULL, STOCK, UNEQUAL
from .data import Data, anchor
from .design import fraction, matrix_payoffs
from .formats import each, num
from .markup import Markup, el
from .parts import arm_title, game_title
from .show import show
from .words import GAMES, GameWords

DESCRIBED = {
    "cooperation": "coop_focal",
    "reciprocity": "rho_focal",
    "welfare": "normalised_welfare",
    "bargaining": "agreement",
    "exploitability": "exploitation",
}
"""The measure that the text alternative of a figure reads out."""
FROM_STEPS = ("time_course", "escalation")


def game_section(data: Data, game: str, sentences: list[Markup], answers: Markup | None = None) -> Markup:
    """The section of a game, with ``sentences`` of its findings on top, and who ``answers`` whom below its figures."""
    words = GAMES.get(game)
    drawn, missing = _figures(data, game)
    missing += _cut_off(data.summary, game)
    parts = [
        el("p", game_title(game), class_="kicker"),
        el("h2", words.question if words else game_title(game)),
        _rules(words) if words else None,
        el("ul", *[el("li", sentence) for sentence in sentences], class_="told") if sentences else None,
        *drawn,
        el("p", "Left out: ", "; ".join(missing), ".", class_="muted") if missing else None,
        answers,
        el(
            "details",
            el("summary", f"All numbers of {game_title(game).lower()}"),
            tables.of_game(data.summary, game),
            class_="numbers",
        ),
    ]
    return el("section", *parts, id=anchor(game), aria_label=game_title(game))


def _rules(words: GameWords) -> Markup:
    return el("p", words.rules, " ", el("span", "Cooperation here: ", words.cooperation, ".", class_="muted"))


def _cut_off(summary: pl.DataFrame, game: str) -> list[str]:
    """What the figures have no room for."""
    base = summary.filter(pl.col("game") == game, pl.col("base"))
    (arms, rows), (_, lines) = (figures.arms_and_conditions(base, game, n) for n in (figures.MOST, figures.MOST_LINES))
    all_arms, conditions = base["seats"].n_unique(), base["condition"].n_unique()
    said = []
    if len(arms) < all_arms:
        said.append(f"the figures show {len(arms)} of {all_arms} ways of filling the seats")
    if len(lines) < conditions:
        few = f"{len(rows)}" if len(rows) == len(lines) else f"{len(rows)} (courses {len(lines)})"
        said.append(f"comparisons show {few} of {conditions} conditions, and the table of all numbers the rest")
    return said


def _figures(data: Data, game: str) -> tuple[list[Markup], list[str]]:
    """The figures that can be drawn, and a sentence for each that was to be expected and cannot."""
    drawn: list[Markup] = []
    missing: list[str] = []
    for name, draw in _plan(data, game).items():
        try:
            figure = draw()
        except NothingToDraw as reason:
            missing.append(str(reason))
            continue
        drawn.append(_figure(data, game, name, figure))
    return drawn, missing


def _plan(data: Data, game: str) -> dict[str, Callable[[], Figure]]:
    """What a game of this kind should show, in order."""
    s, e, steps = data.summary, data.episodes, data.steps
    there = set(s.filter(pl.col("game") == game)["measure"].to_list())
    plan: dict[str, Callable[[], Figure]] = {
        **_picked(data, game),
        "cooperation": lambda: sheets.cooperation(s, game),
        "reciprocity": lambda: sheets.reciprocity(s, game, data.null),
        "welfare": lambda: sheets.welfare(s, game),
    }
    if "agreement" in there:
        plan["bargaining"] = lambda: sheets.bargaining(s, e, game)
    elif "press_share" in there:
        plan["escalation"] = lambda: sheets.escalation(_recorded(steps, game), e, game)
        plan["quiet_curves"] = lambda: sheets.quiet_curves(e, game)
    else:
        plan["time_course"] = lambda: sheets.time_course(_recorded(steps, game), e, game, ("cooperation", "stock"))
    if e.filter(pl.col("game") == game).select(_collapses(e)).item():
        plan["survival"] = lambda: sheets.survival(e, game)
    if figures.AXIS in value_axes(e):
        plan["dose_response"] = lambda: sheets.dose_response(s, game, _marks(data, game))
    elif axis := swept_axis(s.filter(pl.col("game") == game)):
        plan["over"] = lambda: sheets.dose_response(s, game, axis=axis)
    if "exploitation" in there:
        plan["exploitability"] = lambda: sheets.exploitability(s, game)
    return plan


def _picked(data: Data, game: str) -> dict[str, Callable[[], Figure]]:
    """What a design's own settings did."""
    if data.picked is None:
        return {}
    episodes, axes, _ = data.picked
    if fraction(data.manifest) is not None:
        return {"effects": lambda: sheets.effects(episodes, game, list(axes))}
    return {"response": lambda: sheets.response(episodes, game, axes)}


def _recorded(steps: pl.DataFrame | None, game: str) -> pl.DataFrame:
    if steps is None:
        raise NothingToDraw(f"no steps of {said_of(game)} were recorded (record=all keeps them)")
    return steps


def _collapses(episodes: pl.DataFrame) -> pl.Expr:
    return (
        pl.col("collapsed").cast(pl.Float64).fill_null(0).max() > 0
        if "collapsed" in episodes.columns
        else pl.lit(False)
    )


def _marks(data: Data, game: str) -> dict[str, float]:
    payoffs = matrix_payoffs(data.manifest) if game == "matrix" else None
    return figures.thresholds(payoffs) if payoffs else {}


def _figure(data: Data, game: str, name: str, figure: Figure) -> Markup:
    """A figure with its caption and a text that can be read out."""
    title, text = CAPTIONS[name]
    rows = data.summary.filter(pl.col("game") == game)
    caption = text.format(n=_worlds(data, game, name), **_notes(data, game)).strip()
    return show(data, game, name, figure, caption, title, _alternative(rows, name))


def _worlds(data: Data, game: str, name: str) -> str:
    """How many worlds stand behind a point: those that were played, or those recorded step by step."""
    rows = data.summary.filter(pl.col("game") == game)
    n = rows["n"] + rows["n_nan"]
    if name in FROM_STEPS and data.steps is not None:
        cells = rows.select("cell").unique()
        n = data.steps.join(cells, on="cell", how="semi").group_by("cell").agg(pl.col("seed").n_unique())["seed"]
    return each(n, "world" if data.picked is None else data.picked.unit)


def _notes(data: Data, game: str) -> dict[str, str]:
    """What a caption says of this game only."""
    words = GAMES.get(game)
    stocked = data.steps is not None and "stock" in data.steps.columns and game == "fishery"
    return {
        "label": f"Cooperation is {words.cooperation if words else 'the label that the game gives, from 0 to 1'}.",
        "null": _null_note(data, game),
        "marks": MARKS if _marks(data, game) else "",
        "stock": STOCK if stocked else "",
        "aliases": _aliases(data),
        "of": _over(data),
        "bounds": BOUNDS if _any_invalid(data.summary, game) else "",
    }


def _over(data: Data) -> str:
    """What the main effects were resampled over."""
    return "" if data.picked is None else "seeds" if data.picked.unit == SEED else "the worlds of each combination"


def _aliases(data: Data) -> str:
    """What the fraction cannot tell apart."""
    told = fraction(data.manifest)
    if told is None:
        return ""
    letters = ", ".join(f"{letter} {key}" for letter, key in told["letters"].items())
    if not told["aliases"]:
        return f"Main effects and two-factor interactions are not aliased with each other ({letters})."
    return f"Aliased, so that one may be the other: {'; '.join(told['aliases'])} ({letters})."


def _any_invalid(summary: pl.DataFrame, game: str) -> bool:
    ends = summary.filter(pl.col("game") == game, pl.col("measure").is_in(figures.BOUNDS))
    return bool((ends.group_by("cell").agg(pl.max("value") - pl.min("value"))["value"] > 0).any())


def _null_note(data: Data, game: str) -> str:
    if data.null is None:
        return NO_NULL if data.picked is None else NO_NULL_POOLED
    here = data.null.join(data.summary.filter(pl.col("game") == game).select("cell").unique(), on="cell", how="semi")
    unequal = here["flags"].str.contains("unequal_lengths").any()
    return f"{NULL} {UNEQUAL}" if unequal and here["null_mean"].is_not_null().any() else UNEQUAL if unequal else NULL


def _alternative(rows: pl.DataFrame, name: str) -> str:
    """The values of a comparison in words, for those who do not see it."""
    shown = rows.filter("base", pl.col("measure") == DESCRIBED.get(name, ""))
    arms = [
        f"{arm_title(arm)}: "
        + ", ".join(
            f"{row['condition']} {num(row['value'])}"
            for row in shown.filter(pl.col("seats") == arm).iter_rows(named=True)
        )
        for arm in shown["seats"].unique(maintain_order=True)
    ]
    return "; ".join(arms) + "." if arms else ""
