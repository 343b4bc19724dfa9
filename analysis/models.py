"""Language models, setting by setting: how they did and what they used, from the table of episodes."""

import polars as pl

from .llm import COUNTS

RATES = ("coop", "coop_lower", "coop_upper", "invalid_rate", "first_try_invalid", "invalid_rate_in_stages")
RATES += ("comprehension", "forecast_brier")
SHARES = ("known_cost_share", "seed_honoured")
SUMS = ("llm_asked", "llm_cost", *(f"llm_{key}" for key in COUNTS))


def models(episodes: pl.DataFrame) -> pl.DataFrame:
    """One row per cell and model, in the order of the table.

    Args:
        episodes: the table of episodes with its per-seat lists, ``cell``, ``seed``, and ``who`` sat where (a table
            without that column calls everyone "language model").

    Returns:
        ``cell``, ``who``; ``worlds`` and ``seats`` (places in episodes); each of ``RATES`` as a mean over worlds of the
        mean of its seats and episodes, null where it is undefined in all; each of ``SHARES`` over all calls for which
        it is known; each of ``SUMS`` over all of them, null if one is unknown. No rows without a language model.
    """
    if "llm_calls_by_seat" not in episodes.columns:
        return pl.DataFrame()
    named = episodes if "who" in episodes.columns else episodes.with_columns(who=pl.lit(None))
    asked = named.filter(pl.col("llm_calls_by_seat").is_not_null())
    parts = [_by_seat(part) for part in asked.partition_by("cell", maintain_order=True)]
    if not parts:
        return pl.DataFrame()
    seats = pl.concat(parts, how="diagonal_relaxed").filter(pl.col("llm_calls").is_not_null())
    of_worlds = seats.group_by("cell", "who", "seed", maintain_order=True).agg(pl.col(RATES).mean())
    rates = of_worlds.group_by("cell", "who", maintain_order=True).agg(pl.len().alias("worlds"), pl.col(RATES).mean())
    by_model = seats.group_by("cell", "who", maintain_order=True)
    used = by_model.agg(pl.len().alias("seats"), *[_of_calls(name) for name in SHARES], *[_sum(name) for name in SUMS])
    return rates.join(used, on=["cell", "who"], maintain_order="left")


def _by_seat(cell: pl.DataFrame) -> pl.DataFrame:
    """One row per seat and episode of a cell; a measure that it lacks is null."""
    names = (*RATES, *SHARES, *SUMS)
    lists = [f"{name}_by_seat" for name in names if f"{name}_by_seat" in cell.columns]
    there = [name for name in ("who", *lists) if cell[name].null_count() == 0]
    rows = (
        cell.select("cell", "seed", *there)
        .explode(there)
        .rename({name: name.removesuffix("_by_seat") for name in there})
    )
    lacking = [pl.lit(None, pl.Float64).alias(name) for name in names if name not in rows.columns]
    who = [] if "who" in there else [pl.lit("language model").alias("who")]
    return rows.with_columns(*lacking, *who).with_columns(pl.col(names).cast(pl.Float64).fill_nan(None))


def _of_calls(name: str) -> pl.Expr:
    known = pl.when(pl.col(name).is_not_null()).then(pl.col("llm_calls"))
    total = known.sum()
    return pl.when(total > 0).then((pl.col(name) * known).sum() / total).alias(name)


def _sum(name: str) -> pl.Expr:
    return pl.when(pl.col(name).null_count() == 0).then(pl.col(name).sum()).alias(name)
