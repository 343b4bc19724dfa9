"""The hypotheses that were registered before the run, with their verdicts; all else on the page is exploratory."""

from collections.abc import Mapping
from typing import Any

import polars as pl

from ..confirmatory import EQUIVALENT, PENDING, SUPPORTED, Confirmed, confirm
from .formats import between, count, definition, num
from .markup import Markup, el, join
from .tables import head, sortable

ANCHOR, TITLE = "confirmatory", "Confirmatory"
LEAD = (
    "These hypotheses were registered before the run (sha256 {sha}…, {when}). Each compares two settings, world by "
    "world, under the same {worlds} seeds. p is that of a sign-flip test, adjusted by Holm for {family}; intervals are "
    "percentile bootstraps over worlds."
)
READ = (
    "Supported: p is at most 1 less the confidence, the interval lies beyond 0 in the direction, and the difference "
    "is at least the smallest effect of interest (equivalent: the interval lies within it). Ruled out: the interval "
    "has no such effect in it. Not supported: neither. Pending: worlds that were planned are still to be played."
)
HEADS = {
    "hypothesis": "What was registered.",
    "difference": "Mean over pairs of worlds of the measure in the second setting less that in the first; below it its "
    "interval.",
    "pairs": "Pairs of worlds, one of each setting, under the same seed.",
    "excluded": "Worlds of the first and of the second setting that a registered rule takes out.",
    "p (Holm)": "Of the sign-flip test of no difference, adjusted for the number of hypotheses.",
    "verdict": "See below the table.",
}
EXPLORATORY = (
    "Exploratory: nothing below was registered. It may suggest hypotheses; to test one, register it with other seeds."
)


def section(episodes: pl.DataFrame, manifest: Mapping[str, Any]) -> Markup | None:
    """The verdicts, and the line below which everything is exploratory; None where nothing was registered."""
    registered = manifest.get("prereg")
    if not registered:
        return None
    found = confirm(episodes, registered)
    lead = LEAD.format(
        sha=registered["sha256"][:12],
        when=registered["registered"],
        worlds=registered["worlds"],
        family=count(len(found), "hypothesis", "hypotheses"),
    )
    heads = el("tr", *[head(word, text) for word, text in HEADS.items()])
    lines = [_line(one, registered["worlds"]) for one in found]
    table = sortable(TITLE, [heads], [lines], class_="sortable verdicts")
    whole = el("details", el("summary", "The registered text"), el("pre", registered["text"]))
    parts = [el("p", lead), table, el("p", READ, class_="muted")]
    rules = _exclusions(registered["exclusions"], episodes)
    label = el("p", EXPLORATORY, class_="warning")
    return join(el("section", el("h2", TITLE), *parts, rules, whole, id=ANCHOR), label)


def _line(one: Confirmed, planned: int) -> Markup:
    told = one.told
    stated = join(el("b", told["name"]), el("small", statement(told)))
    interval = f"{100 * one.level:g} % {between(one.low, one.high, True)}" if one.n > 1 else "–"
    n = f"{one.n}" if one.played >= planned else f"{one.n} of {planned}"
    gone = f"{one.excluded[0]} and {one.excluded[1]}" if any(one.excluded) else "none"
    kind = "up" if one.verdict == SUPPORTED else "none" if one.verdict == PENDING else None
    return el(
        "tr",
        el("th", stated, scope="row"),
        el("td", num(one.value, True), el("small", interval), data_v=_sorting(one.value), title=f"n = {one.n} pairs"),
        el("td", n, data_v=one.n, title=f"{planned} were planned"),
        el("td", gone, data_v=sum(one.excluded), title="worlds of the two settings"),
        el("td", num(one.p), data_v=_sorting(one.p), title=f"n = {one.n} pairs"),
        el("td", one.verdict, class_=kind),
    )


def _sorting(value: float) -> str | None:
    return None if value != value else f"{value:.9g}"


def statement(told: Mapping[str, Any]) -> str:
    """A hypothesis as one sentence.

    >>> statement({"measure": "coop_focal", "factor": "norms", "from": "selfish", "to": "kind", "where": {},
    ...            "direction": "greater", "smallest_effect": 0.1})
    'cooperation at norms=kind is greater than at norms=selfish, by at least 0.1'
    """
    measure, factor, smallest = definition(told["measure"]).label, told["factor"], f"{told['smallest_effect']:g}"
    where = "".join(f", {key}={value}" for key, value in told["where"].items())
    sides = {"greater": "is greater than", "less": "is less than", "different": "differs from that"}
    if told["direction"] == EQUIVALENT:
        relation, size = "is the same as", f", within ±{smallest}"
    else:
        relation = sides[told["direction"]]
        size = f", by at least {smallest}" if told["smallest_effect"] else ""
    return f"{measure} at {factor}={told['to']}{where} {relation} at {factor}={told['from']}{size}"


def _exclusions(rules: list[Mapping[str, Any]], episodes: pl.DataFrame) -> Markup | None:
    """The rules by which episodes do not count."""
    if not rules:
        return None
    lines = [
        f"{rule['column']} {rule['rule']} {rule['value']}"
        + (f" ({rule['reason']})" if rule["reason"] else "")
        + ("" if rule["column"] in episodes.columns else ": not in these tables, so it takes out nothing")
        for rule in rules
    ]
    return el("p", "Excluded beforehand: ", "; ".join(lines), ".", class_="muted")
