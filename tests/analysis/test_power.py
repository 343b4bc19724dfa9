"""How many seeds: against Cohen's tables, the noncentral t of scipy, and studies that are played out."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from comity.analysis.statistics import perm_test, seeds_needed, sign_flip_test, simulated_power, smallest_effect
from comity.analysis.statistics.permutation import perm_ps
from comity.analysis.statistics.sign_flip import shifted_ps, sign_flip_ps
from comity.analysis.statistics.t_power import t_effect, t_power, t_seeds

NORMAL = stats.norm.ppf((np.arange(500) + 0.5) / 500)
NORMAL /= NORMAL.std(ddof=1)


@pytest.mark.parametrize(
    ("d", "power", "seeds"), [(0.2, 0.8, 394), (0.5, 0.8, 64), (0.8, 0.8, 26), (0.5, 0.9, 86), (0.5, 0.95, 105)]
)
def test_seeds_of_each_side_are_cohens(d, power, seeds):
    """Cohen 1988, table 2.4.1, and G*Power where that rounds: two-sided, α = .05."""
    assert t_seeds(d, 1, power, paired=False) == seeds
    assert t_power(d, 1, seeds, paired=False) >= power > t_power(d, 1, seeds - 1, paired=False)


def test_pairs_are_those_of_the_one_sample_test():
    assert [t_seeds(d, 1) for d in (0.2, 0.5, 0.8)] == [199, 34, 15]


@given(st.floats(0.05, 2), st.integers(2, 300), st.booleans(), st.sampled_from([0.05, 0.01]))
@settings(max_examples=30, deadline=None)
def test_power_is_the_noncentral_t_of_scipy(d, n, paired, alpha):
    freedom, shift = (n - 1, d * n**0.5) if paired else (2 * n - 2, d * (n / 2) ** 0.5)
    critical = stats.t.ppf(1 - alpha / 2, freedom)
    theirs = stats.nct.sf(critical, freedom, shift) + np.nan_to_num(stats.nct.cdf(-critical, freedom, shift))
    assert t_power(3 * d, 3, n, alpha, paired) == pytest.approx(theirs, abs=1e-6)


def test_smallest_effect_is_the_inverse():
    for paired in (True, False):
        effect = t_effect(40, 2, 0.9, paired=paired)
        assert t_power(effect, 2, 40, paired=paired) == pytest.approx(0.9, abs=1e-9)
    assert np.isnan(t_effect(1, 1))
    assert t_effect(5, 0) == 0
    assert t_power(1, 1, 1) == 0
    assert t_seeds(1e-9, 1) is None
    assert [t_power(effect, 0, 5) for effect in (0, 1)] == [0, 1]


def test_rows_have_the_p_of_the_tests():
    rng = np.random.default_rng(0)
    for n in (6, 20):
        rows, others = rng.normal(0.5, 1, (2, 3, n))
        for greater in (False, True):
            each = [float(sign_flip_test(row, greater=greater).p) for row in rows]
            assert sign_flip_ps(rows, greater=greater).tolist() == each
        assert shifted_ps(rows)(0.3).tolist() == sign_flip_ps(rows + 0.3).tolist()
        each = [float(perm_test(a, b).p) for a, b in zip(rows, others, strict=True)]
        assert perm_ps(rows, others).tolist() == each


@pytest.mark.parametrize(("sides", "test", "n"), [(1, "sign_flip", 34), (2, "permutation", 64)])
def test_simulation_agrees_with_theory_where_worlds_are_normal(sides, test, n):
    found = simulated_power([NORMAL] * sides, 0.5, n, test, simulations=600)
    exact = t_power(0.5, 1, n, paired=sides == 1)
    assert abs(float(found.value) - exact) < 4 * (exact * (1 - exact) / 600) ** 0.5
    assert float(found.low) < float(found.value) < float(found.high)
    assert int(found.n) == 600


def test_without_an_effect_a_test_keeps_its_level():
    found = simulated_power([NORMAL], 1e-12, 12, simulations=2000)
    assert abs(float(found.value) - 0.05) < 4 * (0.05 * 0.95 / 2000) ** 0.5


def test_seeds_and_effects_are_found():
    needed = seeds_needed([NORMAL], 0.8, simulations=400)
    assert needed.approximate == 15
    assert needed.seeds is not None
    assert abs(needed.seeds - 15) <= 2
    assert float(needed.power.value) >= 0.8
    assert smallest_effect([NORMAL], 15, simulations=400) == pytest.approx(t_effect(15, 1), rel=0.08)
    again = seeds_needed([NORMAL], 0.8, simulations=400)
    assert again.seeds == needed.seeds
    assert float(again.power.value) == float(needed.power.value)


def test_seeds_do_not_hang_on_the_unit():
    some = NORMAL[::25]
    one, other = (seeds_needed([some * scale], 0.8 * scale, simulations=200) for scale in (1, 8))
    assert one.seeds == other.seeds
    assert seeds_needed([some + 5], 0.8, simulations=200).seeds == one.seeds, "the pilot's own mean plays no part"


def test_worlds_that_do_not_differ_need_what_the_test_needs():
    needed = seeds_needed([[3.0, 3.0, 3.0]], 0.1, simulations=50)
    assert needed.seeds == 6, "2/2⁵ is above .05, 2/2⁶ is not"
    assert needed.power.flags == ("n<5",)
    assert smallest_effect([[3.0, 3.0]], 6, simulations=50) == 0
    assert smallest_effect([NORMAL], 5, simulations=50) == np.inf


def test_a_mean_that_must_reach_the_effect_does_so_half_the_time():
    found = simulated_power([NORMAL], 0.5, 200, least=0.5, simulations=400)
    assert float(found.value) == pytest.approx(0.5, abs=0.1)
    assert seeds_needed([NORMAL], 0.5, least=0.7, simulations=50).seeds is None


def test_equivalence_and_width_by_theory():
    """Two one-sided z-tests succeed with Φ(m√n − 1.645)·2 − 1; an interval's half-width is 1.96·s/√n."""
    power = 2 * stats.norm.cdf(0.5 * 60**0.5 - 1.645) - 1
    found = simulated_power([NORMAL], 0.5, 60, "equivalence", simulations=300)
    assert float(found.value) == pytest.approx(power, abs=0.06)
    wide, narrow = (simulated_power([NORMAL], half, 100, "width", simulations=200) for half in (0.23, 0.16))
    assert float(wide.value) > 0.95
    assert float(narrow.value) < 0.05
    both = simulated_power([NORMAL, NORMAL], 0.277, 100, "width", simulations=200)
    assert 0.2 < float(both.value) < 0.9, "the half-width of a difference is √2 times that"


@pytest.mark.parametrize(
    ("pilot", "effect", "test", "message"),
    [
        ([NORMAL], 0.1, "t", "test must be one of"),
        ([NORMAL], 0.1, "permutation", "of 2 arrays, got 1"),
        ([[1.0, np.nan]], 0.1, "sign_flip", "two worlds"),
        ([NORMAL], 0, "sign_flip", "effect must be positive"),
    ],
)
def test_wrong_pilots_are_named(pilot, effect, test, message):
    with pytest.raises(ValueError, match=message):
        simulated_power(pilot, effect, 10, test)
