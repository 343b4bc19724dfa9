"""Who is first, and by which measure: the same settings ranked by every welfare function, never by a sum of them."""

from typing import NamedTuple

import numpy as np

from ..rankings import EPISODE, Field, Measure, Recorded, fields, recorded
from ..ranks import Firsts, TauMatrix, tau_matrix
from ..welfare.standard import standard
from .data import Data
from .formats import between, count, listed, num
from .markup import Markup, el, join
from .overtaking import curves, overtaken, overtaking
from .parts import arm_title, game_title
from .rank_words import agreement, comparisons, first, setting
from .tables import head, sortable

ANCHOR, TITLE = "ranks", "Who is first, and by which measure"
LEAD = (
    "The same settings are ranked by every welfare function, over whole episodes, over shorter horizons and at "
    "discounts, and nothing is averaged into a score: which to go by is a judgement that no table makes. P(first) is "
    "the share of bootstrap samples of worlds in which a setting has the highest mean, where ties share it. Kendall's "
    "τ between two rankings is 1 where they agree, −1 where one is the reverse of the other; below .7 (⚑) the answer "
    "depends on the function. Sums that are truncated count nothing after the last step; a repeated tail goes on with "
    "the mean of the last steps."
)
ACROSS = "These settings differ in the game's own parameters, and raw payoffs are compared across these."
SHORT = "The horizons and discounts of every function are not here: they take recorded steps (record=all)."
NOT_RANKED = "not ranked over this: undefined in every setting, or the table has no such column"
MOST_FIGURES = 3
MOST_ROWS = 40
MOST_TIED = 3


class Ranked(NamedTuple):
    """A field with what was found of it."""

    field: Field
    firsts: Firsts
    steps: Recorded | None
    of_steps: Firsts | None


def section(data: Data) -> Markup | None:
    """The section; None where no game and arm has two settings with a welfare."""
    found = fields(data.episodes)
    if not found:
        return None
    games = list(dict.fromkeys(field.game for field in found))
    parts: list[Markup | None] = []
    for k, game in enumerate(games):
        ranked = [_ranked(field, data) for field in found if field.game == game]
        parts.append(el("h3", game_title(game)))
        parts.append(_of_field(ranked[0], data, main=True, drawn=k < MOST_FIGURES))
        for one in ranked[1:]:
            told = _of_field(one, data, main=False, drawn=False)
            parts.append(el("details", el("summary", _title(one.field)), told, class_="numbers"))
    return el("section", el("h2", TITLE), el("p", LEAD, class_="muted"), *parts, id=ANCHOR)


def _ranked(field: Field, data: Data) -> Ranked:
    steps = None if data.steps is None or data.picked is not None else recorded(field, data.steps)
    return Ranked(field, field.ranked(), steps, steps and steps.field.ranked())


def _title(field: Field) -> str:
    """An arm, and the setting of the game if there are several."""
    rules = [name for name in field.settings.columns if name.startswith("game.")]
    told = [f"{name}={field.settings[name][0]}" for name in rules if not field.across]
    return ", ".join([arm_title(field.seats).capitalize(), *told, count(len(field.settings), "setting")])


def _of_field(one: Ranked, data: Data, main: bool, drawn: bool) -> Markup:
    """A field; ``main`` is the first of its game, of which more is told, and if ``drawn`` it has its figure."""
    field = one.field
    whole = [k for k, measure in enumerate(field.measures) if measure.over == EPISODE]
    tau = tau_matrix(one.firsts.score.value[whole])
    labels = [field.measures[k].label for k in whole]
    sentences = [first(field, one.firsts, whole), agreement(tau, labels, len(field.settings))]
    sentences += comparisons(field, one.firsts, whole, data.episodes)
    crossed = overtaking(one.steps) if one.steps else None
    sentences += [overtaken(crossed, field)] if crossed else []
    leading = _leading(one, whole)
    folded = [
        _by_setting(one, whole) if main else None,
        _taus(tau, [field.measures[k] for k in whole], len(field.settings)),
    ]
    numbers = el("details", el("summary", "P(first) of every setting, and every τ" if main else "Every τ"), *folded)
    return el(
        "div",
        el("p", _title(field), ".", class_="muted") if main else None,
        el("p", ACROSS, class_="warning") if field.across else None,
        _winners(one),
        None if one.steps else el("p", SHORT, class_="muted"),
        el("ul", *[el("li", sentence) for sentence in sentences if sentence], class_="told"),
        curves(data, one.steps, crossed, leading) if drawn and one.steps and crossed else None,
        numbers,
    )


# -- tables ------------------------------------------------------------------------------------------------------------


def _winners(one: Ranked) -> Markup:
    """A row per function, a column per horizon or discount: who is first, and how surely."""
    cells = {(m.function, m.over): _winner(one.field, one.firsts, k) for k, m in enumerate(one.field.measures)}
    measures = list(one.field.measures)
    if one.steps and one.of_steps:
        later = one.steps.field
        cells |= {(m.function, m.over): _winner(later, one.of_steps, k) for k, m in enumerate(later.measures)}
        measures = [*later.measures, *measures]
    overs = sorted({measure.over: None for measure in measures}, key=_column)
    words = {measure.function: (measure.label, standard(1.0)[measure.function].text) for measure in one.field.measures}
    rows = [
        el(
            "tr",
            el("th", label, scope="row", title=text),
            *[cells.get((key, over), el("td", "–", class_="none", title=NOT_RANKED)) for over in overs],
        )
        for key, (label, text) in words.items()
    ]
    heads = [head("first by", "The welfare function.")]
    heads += [head(over, f"First by payoffs over: {over}. The number is P(first).") for over in overs]
    return _table("Who is first", heads, rows)


def _column(over: str) -> tuple[bool, bool, bool, int, str]:
    """Horizons from short to long, then discounts."""
    steps = int(over.split()[0]) if over.endswith((" step", " steps")) else 0
    return "δ" in over, "tail" in over, over == EPISODE, steps, over


def _winner(field: Field, ranked: Firsts, k: int) -> Markup:
    leaders = ranked.leaders(k)
    if len(leaders) != 1:
        return _tie(field, leaders)
    s, second = (int(place) for place in ranked.order[k, :2])
    score, lead = ranked.score, ranked.lead
    told = f"mean {num(score.value[k, s])} {_ends(score.low[k, s], score.high[k, s])}, n = {_worlds(score.n[k, s])}; "
    if not np.isnan(lead.value[k]):
        told += f"ahead of {field.conditions[second]} by {num(lead.value[k])} {_ends(lead.low[k], lead.high[k])}"
    left_out = int(len(field.worlds[s]) - score.n[k, s])
    told += f"; undefined in {left_out} more" if left_out else ""
    share = float(ranked.p_first[k, s])
    name = setting(field, s)
    return el("td", name, el("small", f"{share:.2f}"), data_v=f"{share:.4g}", title=told)


def _tie(field: Field, leaders: list[int]) -> Markup:
    """Who shares the first place."""
    if not leaders:
        return el("td", "–", class_="none", title="undefined in all settings")
    told = f"tie of {len(leaders)}"
    title = f"share the first place: {listed([field.conditions[s] for s in leaders])}"
    if len(leaders) > MOST_TIED:
        return el("td", told, class_="none", title=title)
    return el("td", join(*[setting(field, s) for s in leaders], sep=", "), el("small", told), title=title)


def _by_setting(one: Ranked, whole: list[int]) -> Markup:
    """P(first) of every setting over whole episodes, above its mean."""
    field, ranked = one.field, one.firsts
    heads = [head("norm", "The norm, and what else was set."), head("worlds", "Worlds played.")]
    heads += [head(field.measures[k].label, f"P(first), and the mean. {field.measures[k].text}") for k in whole]
    shown = _leading(one, whole)[:MOST_ROWS]
    rows = [
        el(
            "tr",
            el("th", setting(field, s), scope="row"),
            el("td", len(field.worlds[s]), data_v=len(field.worlds[s]), title=count(len(field.worlds[s]), "world")),
            *[_share(ranked, k, s) for k in whole],
        )
        for s in sorted(shown)
    ]
    more = (
        f" (those {len(shown)} of {len(field.settings):,} that come first most)"
        if len(shown) < len(field.worlds)
        else ""
    )
    return _table(f"P(first) over whole episodes{more}", heads, rows)


def _share(ranked: Firsts, k: int, s: int) -> Markup:
    score = ranked.score
    if np.isnan(score.value[k, s]):
        return el("td", "–", class_="none", title="undefined in all worlds")
    share = float(ranked.p_first[k, s])
    interval = _ends(score.low[k, s], score.high[k, s])
    told = f"n = {_worlds(score.n[k, s])}; mean {num(score.value[k, s])} {interval}".strip()
    return el("td", f"{share:.2f}", el("small", num(score.value[k, s])), data_v=f"{share:.4g}", title=told)


def _taus(tau: TauMatrix, measures: list[Measure], settings: int) -> Markup | None:
    if len(measures) < 2:
        return None
    heads = [head("τ", "Kendall's τ between the rankings by the row and by the column.")]
    heads += [head(measure.label, measure.text) for measure in measures]
    flagged = {*tau.unstable, *[(j, i) for i, j in tau.unstable]}
    rows = [
        el(
            "tr",
            el("th", one.label, scope="row", title=one.text),
            *[_tau(float(tau.tau[i, j]), (i, j) in flagged, settings) for j in range(len(measures))],
        )
        for i, one in enumerate(measures)
    ]
    return _table("Agreement of the rankings, Kendall's τ", heads, rows)


def _tau(value: float, flagged: bool, settings: int) -> Markup:
    if np.isnan(value):
        return el("td", "–", class_="none", title="one of them ranks nothing")
    return el("td", num(value) + " ⚑" * flagged, data_v=f"{value:.6g}", title=f"n = {count(settings, 'setting')}")


def _table(title: str, heads: list[Markup], rows: list[Markup]) -> Markup:
    return sortable(title, [el("tr", *heads)], [rows], caption=title, class_="sortable ranks")


def _leading(one: Ranked, whole: list[int]) -> list[int]:
    """The settings as they come first under some function, then second, and so on."""
    return list(dict.fromkeys(int(s) for s in one.firsts.order[whole].T.ravel()))


def _worlds(n: float) -> str:
    return count(int(n), "world")


def _ends(low: float, high: float) -> str:
    return "" if np.isnan(low) else between(float(low), float(high))
