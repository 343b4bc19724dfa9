"""METRICS.md §3.1 and §4, from the text."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from comity.analysis.welfare import (
    atkinson,
    ede,
    fgt,
    full_horizon,
    gen_mean,
    gini,
    gini_unbiased,
    hoover,
    nash,
    nash_smoothed,
    nash_wd,
    per_step,
    prioritarian,
    rawls,
    s80_s20,
    sen,
    shortfall,
    sufficiency,
    total_welfare,
    utilitarian,
)

NAN = np.nan
X = [4, 8, 12, 24]
AMOUNTS = hnp.arrays(float, st.integers(1, 8), elements=st.floats(0, 1000).map(lambda x: round(x, 3)))


def at(measured) -> float:
    return float(measured.value)


# ---- over agents


def test_welfare_functions_of_the_worked_example():
    assert at(utilitarian(X)) == 12
    assert at(rawls(X)) == 4
    assert at(nash(X)) == pytest.approx(96**0.5, abs=1e-9)  # ⁴√9216
    assert at(nash(X)) == pytest.approx(9.797959, abs=1e-6)
    assert at(nash_smoothed(X, eta=1)) == pytest.approx((5 * 9 * 13 * 25) ** 0.25 - 1, abs=1e-9)
    assert round(at(nash_smoothed(X, eta=1)), 6) == 9.996994
    assert nash_smoothed(X, eta=1).flags == ("eta=1",)
    assert at(gini(X)) == pytest.approx(1 / 3, abs=1e-9)
    assert int(gini(X).n) == 4


def test_one_zero_erases_nash_but_not_its_twin():
    assert at(nash([0, 4, 9])) == 0
    assert at(nash_smoothed([0, 4, 9], eta=1)) == pytest.approx(50 ** (1 / 3) - 1, abs=1e-9)
    assert round(at(nash_smoothed([0, 4, 9], eta=1)), 6) == 2.684031


def test_gini_of_one_winner_among_four():
    assert at(gini([0, 0, 0, 12])) == pytest.approx(0.75, abs=1e-12)
    assert at(gini([5])) == 0
    assert at(gini([3, 3, 3])) == 0


@pytest.mark.parametrize("x", [[0, 0, 0], [-1, 2, 3], [-1, -2], [0]])
def test_gini_of_nothing_or_of_losses_is_nan(x):
    assert np.isnan(at(gini(x)))


def test_negative_amounts_have_no_nash():
    assert np.isnan(at(nash([-1, -4])))
    assert np.isnan(at(nash([-1, 0])))
    assert np.isnan(at(nash_smoothed([-0.5, 4], eta=1)))
    with pytest.raises(ValueError, match="eta"):
        nash_smoothed(X, eta=0)


def test_agents_left_out_are_not_counted():
    x = [[4, 8, NAN, 24], [NAN, NAN, NAN, NAN]]
    for f in (utilitarian, rawls, nash, gini):
        assert f(x).n.tolist() == [3, 0]
        assert f(x).value[0] == pytest.approx(at(f([4, 8, 24])))
        assert np.isnan(f(x).value[1])


@given(AMOUNTS, st.sampled_from([0.5, 3.0, 1e6]))
@settings(max_examples=80, deadline=None)
def test_gini_against_its_definition_and_its_invariances(x, scale):
    assume(x.sum() > 0)
    g = at(gini(x))
    assert g == pytest.approx(np.abs(x[:, None] - x).sum() / (2 * len(x) * x.sum()), abs=1e-9)
    assert at(gini(x * scale)) == pytest.approx(g, abs=1e-9)
    assert at(gini(np.tile(x, 3))) == pytest.approx(g, abs=1e-9)  # the population duplicated
    assert at(gini(x[::-1])) == pytest.approx(g, abs=1e-9)
    assert -1e-12 <= g <= 1 - 1 / len(x) + 1e-12


@given(AMOUNTS, st.sampled_from([0.5, 3.0]))
@settings(max_examples=60, deadline=None)
def test_means_are_homogeneous_symmetric_and_ordered(x, scale):
    for f in (utilitarian, rawls, nash):
        assert at(f(x * scale)) == pytest.approx(scale * at(f(x)), rel=1e-9)
        assert at(f(np.sort(x))) == pytest.approx(at(f(x)), rel=1e-9)
        assert at(f(np.tile(x, 2))) == pytest.approx(at(f(x)), rel=1e-9)
    slack = 1e-9 * (1 + x.max())
    assert at(rawls(x)) - slack <= at(nash(x)) <= at(utilitarian(x)) + slack
    assert at(nash(x)) - slack <= at(nash_smoothed(x, 1.0)) <= at(utilitarian(x)) + slack


def test_per_step_and_full_horizon():
    rewards = np.zeros((2, 4, 2))
    rewards[0, :2] = [[3, 1], [3, 1]]
    rewards[1] = 1
    assert per_step(rewards, [2, 4]).value.tolist() == [[3, 1], [1, 1]]
    assert per_step(rewards, [2, 4]).n.tolist() == [[2, 2], [4, 4]]
    assert full_horizon(rewards).value.tolist() == [[1.5, 0.5], [1, 1]]
    assert full_horizon(rewards, horizon=8).value.tolist() == [[0.75, 0.25], [0.5, 0.5]]
    assert per_step(rewards, [[2, 1], [4, 4]]).value[0].tolist() == [3, 2]  # steps present
    assert np.isnan(per_step(np.zeros((1, 4, 2)), [0]).value).all()
    with pytest.raises(ValueError, match="horizon"):
        full_horizon(rewards, horizon=3)


# ---- the other functions

EVERY = {
    "total": total_welfare,
    "nash_wd": nash_wd,
    "sen": sen,
    "prioritarian": prioritarian,
    "gini_unbiased": gini_unbiased,
    "hoover": hoover,
    "s80_s20": s80_s20,
    **{f"atkinson {e:g}": lambda x, e=e: atkinson(x, e) for e in (0.5, 1, 2)},
    **{f"ede {e:g}": lambda x, e=e: ede(x, e) for e in (0.5, 1, 2)},
    **{f"mean {p:g}": lambda x, p=p: gen_mean(x, p) for p in (-np.inf, -1, 0, 1)},
    "sufficiency": lambda x: sufficiency(x, 10),
    "shortfall": lambda x: shortfall(x, 10),
    **{f"fgt {a}": lambda x, a=a: fgt(x, 10, a) for a in (0, 1, 2)},
}
ROOTS = 2 + 8**0.5 + 12**0.5 + 24**0.5
EXACT = {
    "total": 48,
    "nash_wd": ((4 + 1e-6) * (8 + 1e-6) * (12 + 1e-6) * (24 + 1e-6)) ** 0.25,
    "sen": 8,
    "prioritarian": 2 * (ROOTS / 4 - 1),
    "gini_unbiased": 4 / 9,
    "hoover": 1 / 4,
    "s80_s20": 6,
    "atkinson 0.5": 1 - ROOTS**2 / 16 / 12,
    "atkinson 1": 1 - 96**0.5 / 12,
    "atkinson 2": 1 / 3,
    "ede 0.5": ROOTS**2 / 16,
    "ede 1": 96**0.5,
    "ede 2": 8,
    "mean -inf": 4,
    "mean -1": 8,
    "mean 0": 96**0.5,
    "mean 1": 12,
    "sufficiency": 1 / 2,
    "shortfall": 1 / 5,
    "fgt 0": 1 / 2,
    "fgt 1": 1 / 5,
    "fgt 2": 1 / 10,
}
PRINTED = {"prioritarian": 4.595754, "atkinson 0.5": 0.093667, "atkinson 1": 0.183503, "ede 0.5": 10.875993}


@pytest.mark.parametrize("name", EVERY)
def test_every_function_of_the_worked_example(name):
    found = EVERY[name](X)
    assert at(found) == pytest.approx(EXACT[name], abs=1e-9)
    assert round(at(found), 6) == PRINTED.get(name, round(at(found), 6))
    assert int(found.n) == 4
    with_gone = EVERY[name]([*X, NAN])
    assert at(with_gone) == pytest.approx(at(found), abs=1e-12) and int(with_gone.n) == 4, "an agent left out"
    assert np.isnan(at(EVERY[name]([NAN, NAN]))) and int(EVERY[name]([NAN]).n) == 0


def test_one_zero():
    x = [0, 4, 9]
    assert at(nash_wd(x)) == pytest.approx((1e-6 * (4 + 1e-6) * (9 + 1e-6)) ** (1 / 3), abs=1e-9)
    assert round(at(nash_wd(x)), 6) == 0.033019
    assert at(atkinson(x, 0.5)) == pytest.approx(1 - (25 / 9) / (13 / 3), abs=1e-9)
    assert [at(atkinson(x, e)) for e in (1, 2)] == [1, 1]
    assert [at(gen_mean(x, p)) for p in (-np.inf, -1, 0)] == [0, 0, 0]
    assert at(prioritarian(x, 1)) == -np.inf and "infinite" in prioritarian(x, 1).flags
    assert at(prioritarian(x)) == pytest.approx((-2 + 2 + 4) / 3, abs=1e-9)
    assert at(s80_s20([0, 1, 2, 3, 4])) == np.inf and s80_s20([0, 1, 2, 3, 4]).flags == ("infinite",)
    assert at(gini_unbiased([0, 0, 0, 12])) == pytest.approx(1, abs=1e-12)


def test_quintiles_are_counted_in_whole_agents():
    x = np.r_[np.zeros(7), np.ones(28)]  # .2 · 35 is not 7 in floating point
    assert at(s80_s20(x)) == np.inf
    assert at(s80_s20([1.0] * 35)) == pytest.approx(1, abs=1e-12)


NEED_AMOUNTS = [name for name in EVERY if name not in ("total", "sufficiency", "shortfall", "fgt 0", "fgt 1", "fgt 2")]
NEED_SOMETHING = ("sen", "gini_unbiased", "hoover", "s80_s20", "atkinson 0.5", "atkinson 1", "atkinson 2")


@pytest.mark.parametrize("name", NEED_AMOUNTS)
def test_losses_have_no_shares_and_no_means(name):
    assert np.isnan(at(EVERY[name]([-1, 2, 3])))


@pytest.mark.parametrize("name", EVERY)
def test_everybody_with_nothing(name):
    """What a policy that takes nothing, or ruins everybody, leaves: never the best of all, or undefined."""
    nothing = at(EVERY[name]([0, 0, 0]))
    if name in NEED_SOMETHING:
        assert np.isnan(nothing)
    elif name in ("shortfall", "fgt 0", "fgt 1", "fgt 2"):
        assert nothing == 1
    else:
        assert nothing == pytest.approx(-2.0 if name == "prioritarian" else 0, abs=2e-6)


def test_those_below_a_line_with_losses():
    assert at(shortfall([-10, 10, 20, 20], 10)) == pytest.approx(0.5, abs=1e-12)
    assert at(sufficiency([-10, 10, 20, 20], 10)) == 0.75
    assert at(fgt([-10, 10, 20, 20], 10, 2)) == pytest.approx(1, abs=1e-12)
    assert sufficiency([[1, 2], [3, 4]], np.array([2.0, 5.0])).value.tolist() == [0.5, 0]
    assert fgt(X, 10, 1).flags == sufficiency(X, 10).flags == ("z=10",)


@pytest.mark.parametrize(
    ("call", "named"),
    [
        (lambda: gen_mean(X, np.inf), "p must"),
        (lambda: ede(X, -1), "epsilon"),
        (lambda: prioritarian(X, -1), "eta"),
        (lambda: shortfall(X, 0), "z must"),
        (lambda: fgt(X, 0, 1), "z must"),
        (lambda: fgt(X, 1, -1), "a must"),
    ],
)
def test_impossible_parameters_are_named(call, named):
    with pytest.raises(ValueError, match=named):
        call()


HOMOGENEOUS = ("total", "sen", "ede 0.5", "ede 1", "ede 2", "mean -inf", "mean -1", "mean 0", "mean 1")
SCALE_FREE = ("hoover", "s80_s20", "atkinson 0.5", "atkinson 1", "atkinson 2")


@given(AMOUNTS, st.sampled_from([0.5, 3.0]))
@settings(max_examples=30, deadline=None)
def test_scale_permutation_and_duplication(x, scale):
    assume(x.sum() > 0)
    for name, of in EVERY.items():
        value = at(of(x))
        close = {"rel": 1e-9, "abs": 1e-9, "nan_ok": True}
        assert at(of(x[::-1])) == pytest.approx(value, **close), name
        if name not in ("total", "gini_unbiased"):
            assert at(of(np.tile(x, 2))) == pytest.approx(value, **close), name
        if name in HOMOGENEOUS + SCALE_FREE:
            factor = scale if name in HOMOGENEOUS else 1
            assert at(of(x * scale)) == pytest.approx(factor * value, **close), name
    ordered = [at(gen_mean(x, p)) for p in (-np.inf, -3, -1, 0, 0.5, 1)]
    assert all(a <= b + 1e-9 * (1 + x.max()) for a, b in pairwise(ordered)), "power means rise"
    assert at(hoover(x)) <= at(gini(x)) + 1e-9
    assert -1e-12 <= at(hoover(x)) <= 1 - 1 / len(x) + 1e-12
