"""Key findings in plain sentences, each with a raw difference, its interval and n: what the tables say, and no more.

No cause is claimed and nothing is called significant; a difference whose interval includes 0 is said to do so.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import polars as pl

from ..statistics.resampling import FEW
from ..summary import BASELINE
from .formats import count, enn, num, percent, prose
from .markup import Markup, join
from .parts import arm_words, game_title, norm

MEASURES = ("coop_focal", "normalised_welfare", "normalised_rawls", "rho_focal", "exploitation")
_TIE = 1e-9
MOST_VARIANTS = 3
_SMALL = 0.005  # a smaller difference is none in two decimals
Row = dict[str, Any]


class Told(NamedTuple):
    """The sentences about one game: those for the top of the page, and the rest."""

    key: list[Markup]
    rest: list[Markup]


def findings(summary: pl.DataFrame, effects: pl.DataFrame) -> tuple[list[Markup], dict[str, Told]]:
    """The sentences that hold across games, and those about each game.

    Args:
        summary: :func:`..summary.summarise`'s table.
        effects: :func:`..summary.effects`'s table for ``MEASURES``.
    """
    games = summary["game"].unique(maintain_order=True).to_list()
    told = {
        game: _of_game(game, summary.filter(pl.col("game") == game), effects.filter(pl.col("game") == game))
        for game in games
    }
    return _across(games, summary, effects), told


def main_arm(summary: pl.DataFrame, game: str) -> str:
    """The first way of filling the seats: where all carry the norm, if there is one."""
    return summary.filter(pl.col("game") == game, pl.col("base"))["seats"][0]


def _of_game(game: str, summary: pl.DataFrame, effects: pl.DataFrame) -> Told:
    base = summary.filter("base")
    if base.is_empty():
        return Told([], [])
    arm = main_arm(summary, game)
    here, there = (frame.filter(pl.col("seats") == arm) for frame in (base, effects))
    key = [
        _extremes(*parts, measure, words + by(variant))
        for variant, parts in _by_variant(here, there).items()
        for measure, words in (
            ("coop_focal", f"{arm_words(arm)}, cooperation"),
            ("normalised_welfare", "Normalised welfare"),
        )
    ]
    key += [_exploited(base, effects), unread(base)]
    rest = [_same(there), _reciprocity(base)]
    return Told([one for one in key if one], [one for one in rest if one])


def unread(summary: pl.DataFrame) -> Markup | None:
    """How many of the language models' decisions stand on no reply, over the settings of the table."""
    rows = summary.filter(pl.col("measure") == "invalid_rate")
    if rows.is_empty():
        return None
    least, most = (percent(rows.select(end("value")).item()) for end in (pl.min, pl.max))
    share = most if least == most else f"By setting, {least} to {most}"
    return join(f"{share} of the decisions asked of language models had no usable reply.")


def by(variant: str) -> str:
    """What else was set, in words.

    >>> by(" · action_noise=0.2"), by("")
    (' at action_noise=0.2', '')
    """
    return variant.replace(" · ", " at ", 1).replace(" · ", ", ")


def _by_variant(here: pl.DataFrame, effects: pl.DataFrame) -> dict[str, tuple[pl.DataFrame, pl.DataFrame]]:
    """The rows that may be compared: those of one variant. The first ``MOST_VARIANTS``."""
    variants = here["variant"].unique(maintain_order=True).to_list()[:MOST_VARIANTS]
    return {one: (here.filter(pl.col("variant") == one), effects.filter(pl.col("variant") == one)) for one in variants}


def _extremes(here: pl.DataFrame, effects: pl.DataFrame, measure: str, subject: str) -> Markup | None:
    """Highest and lowest value beside the baseline's, as far as they differ from it by more than rounding."""
    rows = effects.filter(pl.col("measure") == measure)
    if rows.is_empty():
        return _level(here, measure, subject)
    top, bottom = (_leaders(rows, rows.select(end("value")).item()) for end in (pl.max, pl.min))
    more, less = top[0]["value"] >= _SMALL, bottom[0]["value"] <= -_SMALL
    text = join(f"{subject} was {prose(top[0]['reference'])} under ", norm(BASELINE, BASELINE + top[0]["variant"]))
    if more:
        text = join(text, " and highest under ", _reached(here, top))
    if less:
        lead = "; it was lowest under " if more else "; no norm had more, and it was lowest under "
        text = join(text, lead, _reached(here, bottom))
    return join(text, "." if more or less else f", and within {_SMALL:g} of that under every other norm.")


def _reached(here: pl.DataFrame, rows: Sequence[Row]) -> Markup:
    """Who reached which value, and how far that is from the baseline."""
    value = here.filter(pl.col("measure") == rows[0]["measure"], pl.col("cell") == rows[0]["cell"])["value"][0]
    return join(_named(rows), f": {prose(value)}, a difference of ", _difference(rows[0]))


def _level(here: pl.DataFrame, measure: str, subject: str) -> Markup | None:
    """Without a baseline: the highest value only."""
    rows = here.filter(pl.col("measure") == measure)
    if rows.is_empty():
        return None
    top = _leaders(rows, rows.select(pl.max("value")).item())
    return join(f"{subject} was highest under ", _named(top), ": ", _value(top[0]), ".")


def _same(effects: pl.DataFrame) -> Markup | None:
    """Norms with the same outcomes as the baseline in every world."""
    rows = effects.filter(pl.col("measure").is_in(["coop_focal", "normalised_welfare"]))
    still = rows.group_by("condition", "norms", maintain_order=True).agg(
        (pl.col("value").abs().max() <= _TIE) & pl.col("low").is_null().all()
    )
    alike = still.filter(pl.col("value")).to_dicts()
    if not alike:
        return None
    verb = "was" if len(alike) == 1 else "were"
    return join(_named(alike), f" {verb} the same as ", norm(BASELINE), " in every world.")


def _reciprocity(base: pl.DataFrame) -> Markup | None:
    """The norm and arm whose ρ lies farthest from its null."""
    if "excess" not in base.columns:
        return None
    rows = base.filter(pl.col("measure") == "rho_focal", pl.col("excess").is_not_null(), pl.col("n_null") >= FEW)
    if rows.is_empty():
        return None
    rows = rows.with_columns(pl.col("excess").abs())
    leaders = _leaders(rows, rows.select(pl.max("excess")).item(), "excess")
    best = leaders[0]
    where = arm_words(best["seats"])
    where = where[0].lower() + where[1:]
    return join(
        f"Reciprocity ρ lay farthest from its null {where} under ",
        _named([row for row in leaders if row["seats"] == best["seats"]]),
        ": ",
        _value(best, True),
        f"; with partners shuffled {prose(best['null_mean'], True)}",
        f" (p = {num(best['p'])}, one-sided)." if best["value"] >= best["null_mean"] else ", which is above it.",
    )


def _exploited(base: pl.DataFrame, effects: pl.DataFrame) -> Markup | None:
    """Who was exploited most, beside the baseline, in the arm with an exploiter."""
    rows = base.filter(pl.col("measure") == "exploitation", pl.col("seats").str.contains("exploiter"))
    if rows.is_empty():
        return None
    top = _leaders(rows, rows.select(pl.max("value")).item())
    text = join(
        "An exploiter earned most above the others' mean under ",
        _named(top),
        ": ",
        prose(top[0]["value"], True),
        _brackets(top[0], True),
        " per episode",
    )
    differences = effects.filter(pl.col("measure") == "exploitation", pl.col("cell") == top[0]["cell"])
    if differences.is_empty():
        return join(text, ".")
    row = differences.row(0, named=True)
    return join(
        text, "; under ", norm(BASELINE), f" {prose(row['reference'], True)}, a difference of ", _difference(row), "."
    )


def _across(games: Sequence[str], summary: pl.DataFrame, effects: pl.DataFrame) -> list[Markup]:
    """Norms that differ from the baseline the same way in every game, over the first arm of each."""
    if len(games) < 2 or effects.is_empty():
        return []
    firsts = [
        effects.filter(pl.col("game") == game, pl.col("seats") == main_arm(summary, game))
        for game in games
        if not summary.filter(pl.col("game") == game, pl.col("base")).is_empty()
    ]
    here = pl.concat(firsts)
    sentences = [
        _everywhere(here, games, "coop_focal", "cooperated more"),
        _everywhere(here, games, "normalised_welfare", "had a higher normalised welfare"),
        _somewhere_lower(here),
    ]
    return [sentence for sentence in sentences if sentence]


def _everywhere(here: pl.DataFrame, games: Sequence[str], measure: str, words: str) -> Markup:
    clear = (pl.col("value") > _TIE) & (pl.col("low") > 0).fill_null(pl.col("n") > 1)  # or the same in every world
    counts = (
        here.filter(pl.col("measure") == measure)
        .group_by("condition", "norms", maintain_order=True)
        .agg(clear.sum().alias("won"))
    )
    winners = counts.filter(pl.col("won") == len(games)).to_dicts()
    many = "both games" if len(games) == 2 else f"all {len(games)} games"
    lead = join(_named(winners), " ") if winners else Markup("no norm ")
    return join(
        _where(here),
        lead,
        f"{words} than ",
        norm(BASELINE),
        f" in {many}, each time with an interval above 0 or by the same in every world.",
    )


def _where(here: pl.DataFrame) -> str:
    """How the seats were filled, where that is the same in every game."""
    arms = here["seats"].unique().to_list()
    return f"{arm_words(arms[0])}, " if len(arms) == 1 else "In each game's first arm, "


def _somewhere_lower(here: pl.DataFrame) -> Markup | None:
    worse = here.filter(
        pl.col("measure") == "normalised_welfare",
        pl.col("value") < -_TIE,
        (pl.col("high") < 0).fill_null(pl.col("n") > 1),
    )
    if worse.is_empty():
        return None
    parts = [
        join(norm(row["norms"], row["condition"]), f" in {game_title(row['game']).lower()} (", _difference(row), ")")
        for row in worse.iter_rows(named=True)
    ]
    return join(_where(here), "welfare was lower than under ", norm(BASELINE), " with ", join(*parts, sep="; "), ".")


def _leaders(rows: pl.DataFrame, value: float, column: str = "value") -> list[Row]:
    """All rows with this value, but for rounding."""
    return rows.filter((pl.col(column) - value).abs() <= _TIE * max(1.0, abs(value))).to_dicts()


def _named(rows: Sequence[Row]) -> Markup:
    words = [norm(row["norms"], row["condition"]) for row in rows]
    return words[0] if len(words) == 1 else join(join(*words[:-1], sep=", "), " and ", words[-1])


def _value(row: Row, signed: bool = False) -> Markup:
    """A value, its interval and n."""
    return Markup(f"{prose(row['value'], signed)}{_brackets(row, signed)}, {enn(row['n'])}")


def _difference(row: Row) -> Markup:
    """A difference, its interval and n: "+0.96 [+0.95, +0.97], n = 20"."""
    if row["low"] is None:
        return Markup(
            f"{prose(row['value'], True)} "
            + (f"in each of {count(row['n'], 'world')}" if row["n"] > 1 else "in the one world")
        )
    zero = ", which includes 0" if row["low"] <= 0 <= row["high"] else ""
    return Markup(f"{prose(row['value'], True)}{_brackets(row, True)}{zero}, {enn(row['n'])}")


def _brackets(row: Row, signed: bool) -> str:
    return "" if row["low"] is None else f" [{prose(row['low'], signed)}, {prose(row['high'], signed)}]"
