"""Weights estimated back: closed forms, slopes by differences, and simulated choices of known weights."""

import numpy as np
import polars as pl
import pytest

from comity.analysis.figures.recovery import recovered, recovery
from comity.analysis.figures.style import NothingToDraw
from comity.analysis.recovery import _read, accuracy, recover

NAN = np.nan


def chosen(x: np.ndarray, rationality: float, weights: tuple[float, ...], ranged: bool, seed: int = 0) -> np.ndarray:
    """Choices drawn by the model, by Gumbel's trick."""
    value = x[..., 0] + x[..., 1:] @ np.array(weights)
    width = np.nanmax(value, axis=-1, keepdims=True) - np.nanmin(value, axis=-1, keepdims=True)
    utility = rationality * value / (width if ranged else 1) + np.random.default_rng(seed).gumbel(size=value.shape)
    return np.where(np.isnan(utility), -np.inf, utility).argmax(axis=-1)


def candidates(worlds: int, steps: int = 20, size: int = 6, weights: int = 1, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(worlds, steps, size, 1 + weights))


@pytest.mark.parametrize("ranged", [False, True])
def test_two_acts_are_a_logarithm_of_odds(ranged):
    """Of 40 choices between 1 and 0 the first was made 30 times: λ = ln 3, with the error √(1/30 + 1/10)."""
    x = np.tile([[1.0], [0.0]], (40, 1, 1, 1))
    found = recover(np.array([0] * 30 + [1] * 10)[:, None], x, (), ranged)
    assert found.value == pytest.approx([np.log(3)], abs=1e-5)
    assert found.error == pytest.approx([(40 / 39) ** 0.5 * (1 / 30 + 1 / 10) ** 0.5], rel=1e-3)
    odds = np.linspace(0.01, 4, 40_000)
    height = 30 * odds - 40 * np.log1p(np.exp(odds))
    inside = odds[height >= height.max() - 1.920729]
    assert [found.low[0], found.high[0]] == pytest.approx([inside[0], inside[-1]], abs=0.02)
    assert (found.n, found.worlds, found.flags) == (40, 40, ())
    assert found.log_likelihood == pytest.approx(30 * np.log(0.75) + 10 * np.log(0.25), abs=1e-9)


@pytest.mark.parametrize("ranged", [False, True])
def test_slopes_are_those_of_differences(ranged):
    x = candidates(3, weights=2)
    x[0, 0, 3:] = NAN
    data = _read(chosen(x, 2, (0.5, -0.3), ranged), x, ("a", "b"), ranged)
    at, step = np.array([0.4, 0.3, -0.2]), 1e-6
    value, scores = data.score(at)
    by_difference = [(data.score(at + e)[0] - data.score(at - e)[0]) / (2 * step) for e in np.eye(3) * step]
    assert scores.sum(axis=0) == pytest.approx(by_difference, rel=1e-5, abs=1e-5)
    assert value < 0


@pytest.mark.parametrize(("ranged", "rationality"), [(False, 1.5), (True, 8.0)])
def test_known_weights_come_back(ranged, rationality):
    x = candidates(60, weights=2)
    found = recover(chosen(x, rationality, (0.6, -0.4), ranged), x, ("a", "b"), ranged)
    true = np.array([rationality, 0.6, -0.4])
    assert (np.abs(found.value - true) < 4 * found.error).all()
    assert (found.error < [0.1 * rationality, 0.08, 0.08]).all()
    assert ((found.low < found.value) & (found.value < found.high)).all()
    width = (found.high - found.low) / (2 * 1.959964 * found.error)
    assert width == pytest.approx([1, 1, 1], abs=0.5), "both intervals are about as wide"
    assert all(map(found.told, found.names))
    order = np.random.default_rng(2).permutation(60)
    again = recover(chosen(x, rationality, (0.6, -0.4), ranged)[order], x[order], ("a", "b"), ranged)
    assert again.value == pytest.approx(found.value, abs=1e-3)


def test_the_unit_of_payoffs_does_not_matter():
    x = candidates(20)
    made = chosen(x, 8, (0.6,), True)
    assert recover(made, 5 * x, ("a",)).value == pytest.approx(recover(made, x, ("a",)).value, abs=1e-3)


def test_two_acts_tell_no_weight():
    x = candidates(20, size=2)
    found = recover(chosen(x, 3, (0.5,), True), x, ("a",))
    assert found.flags == ("flat:a", "untold:rationality")
    assert np.isnan(found.value[1])
    assert not found.told("a")
    plain = recover(chosen(x, 3, (0.5,), False), x, ("a",), ranged=False)
    assert plain.told("a"), "without the division by the range they do"


def test_what_always_comes_together_is_told_by_nobody():
    x = candidates(20, weights=2)
    x[..., 2] = x[..., 1]
    found = recover(chosen(x, 8, (0.5, 0.0), True), x, ("a", "b"))
    assert not found.told("a")
    assert not found.told("b")
    assert np.isinf([*found.low[1:], *found.high[1:]]).all()


def test_without_a_slip_rationality_has_no_upper_end():
    x = candidates(20)
    found = recover(x[..., 0].argmax(-1), x, ("a",))
    assert np.isinf(found.high[0])
    assert not found.told("rationality")


@pytest.mark.parametrize(
    ("choices", "shape", "message"),
    [([[0]], (1, 1, 2, 3), "must be"), ([[2]], (1, 1, 2, 2), "none of its"), ([[-1]], (1, 1, 2, 2), "nobody")],
)
def test_wrong_choices_are_named(choices, shape, message):
    with pytest.raises(ValueError, match=message):
        recover(choices, np.zeros(shape), ("a",))


def test_accuracy_by_hand():
    rows = [(1.0, 1.2, 0.9, 1.5, True), (1.0, 0.6, 0.2, 0.8, True), (1.0, NAN, -np.inf, np.inf, False)]
    frame = pl.DataFrame(rows, schema=["true", "value", "low", "high", "told"], orient="row")
    frame = frame.with_columns(game=pl.lit("g"), parameter=pl.lit("kindness"), error=pl.lit(0.15))
    (row,) = accuracy(frame).to_dicts()
    assert (row["n"], row["untold"], row["coverage"], row["coverage_robust"]) == (2, 1, 0.5, 0.5)
    assert row["bias"] == pytest.approx(-0.1)
    assert row["rmse"] == pytest.approx(((0.04 + 0.16) / 2) ** 0.5)
    assert row["error"] == pytest.approx(0.15)


@pytest.mark.slow
def test_intervals_cover():
    """200 simulated data sets: 95 % intervals hold the truth in 92 to 98 % of them (METRICS.md's own bar)."""
    x = candidates(25, steps=10)
    hits = [
        (found.low[1] <= 0.5 <= found.high[1], abs(found.value[1] - 0.5) <= 1.96 * found.error[1])
        for found in (recover(chosen(x, 8, (0.5,), True, seed), x, ("a",)) for seed in range(200))
    ]
    profile, robust = np.mean(hits, axis=0)
    assert 0.92 <= profile <= 0.98
    assert 0.8 <= robust <= profile, "the clustered errors of 25 worlds are too small, as the documentation says"


def test_the_figure_shows_what_was_told():
    rows = [(0.0, 0.1, -0.1, 0.3, True), (0.4, 0.9, 0.5, 1.2, True), (0.4, NAN, -np.inf, np.inf, False)]
    frame = pl.DataFrame(rows, schema=["true", "value", "low", "high", "told"], orient="row")
    frame = frame.with_columns(game=pl.lit("fishery"), parameter=pl.lit("kindness"), simulation=pl.int_range(3))
    ax = recovered(frame, "kindness")
    filled, hollow = (line.get_ydata().tolist() for line in ax.lines)
    assert (filled, hollow) == ([0.1], [0.9])
    assert [text.get_text() for text in ax.texts] == ["1 of 3 not told"]
    assert recovered(frame, "kindness", ax) is ax
    assert len(recovery(frame).axes) == 2
    with pytest.raises(NothingToDraw, match="positive"):
        recovered(frame, "positive")
    with pytest.raises(NothingToDraw):
        recovery(frame.filter(~pl.col("told")))
