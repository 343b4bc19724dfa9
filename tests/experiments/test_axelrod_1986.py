"""The norms and metanorms games of Axelrod 1986: payoffs in closed form, and what others found with the same rules."""

import numpy as np
import pytest

import comity
from comity.analysis.figures import NothingToDraw, sheets
from comity.analysis.statistics import wilson
from comity.envs.settings import SettingError, check, encode
from comity.experiments.replications import replicate
from comity.experiments.replications.axelrod_1986 import (
    Settings,
    breed,
    collapsed,
    established,
    play_generation,
    run,
)


def settings(**given):
    return check(Settings, given)


def numbers(**given):
    return encode(settings(**given)._replace(generations=()))


def expected(q, metanorms, boldness, vengefulness):
    """What each may expect of a generation. S is uniform, so that a defection of i comes with probability B_i, one that
    a given other sees with B_i²/2, and one of which a given other sees that it was let pass by a third with B_i³/3.
    """
    b, v = boldness, vengefulness
    others = ~np.eye(len(b), dtype=bool)
    each = q.temptation * b + q.hurt * (others @ b)
    each += q.punishment * b**2 / 2 * (others @ v) + q.enforcement * v * (others @ (b**2 / 2))
    if metanorms:
        for i in range(len(b)):
            for j in np.flatnonzero(others[i]):
                rest = others[i] & others[j]
                each[i] += q.metapunishment * (1 - v[i]) * b[j] ** 3 / 3 * v[rest].sum()
                each[i] += q.metaenforcement * v[i] * b[j] ** 3 / 3 * (1 - v[rest]).sum()
    return q.chances * each


@pytest.mark.parametrize("metanorms", [False, True])
@pytest.mark.parametrize("seed", [0, 1])
def test_payoffs_of_a_generation_by_their_integrals(metanorms, seed):
    q, n = settings(n_agents=7), 20_000
    genes = np.random.default_rng(seed).integers(0, 64, 7)
    scores = np.zeros((n, 7))
    for generation in range(n):
        play_generation(numbers(n_agents=7), metanorms, np.uint64(5), generation, genes, scores[generation])
    wanted = expected(q, metanorms, (genes >> 3) / 7, (genes & 7) / 7)
    error = scores.std(axis=0) / n**0.5
    assert (np.abs(scores.mean(axis=0) - wanted) < 4.5 * error + 1e-12).all()
    assert error.max() < 0.25


def bred(scores, ties="drift", mutation=0.0, generation=0):
    """The parents of the next generation."""
    genes = np.arange(len(scores))
    q = numbers(mutation=mutation, ties=ties, n_agents=len(scores))
    breed(q, np.uint64(3), generation, genes, np.array(scores, np.float64), np.zeros(2 * len(scores), np.int64))
    return sorted(genes.tolist())


def test_one_standard_deviation_decides():
    """Scores 0, 4, 4, 8 have mean 4 and standard deviation 2√2; 3, 3, 5, 5 have just one to either side."""
    assert bred([0, 4, 4, 8]) == [1, 2, 3, 3]
    assert bred([3, 3, 5, 5]) == [2, 2, 3, 3]
    assert bred([7, 7, 7, 7], ties="keep") == [0, 1, 2, 3]
    drifted = [tuple(bred([7] * 4, generation=g)) for g in range(50)]
    assert len(set(drifted)) > 1
    assert all(max(map(one.count, one)) <= 2 for one in drifted)


def test_offspring_are_removed_or_doubled_until_there_are_as_many():
    assert {len(bred(scores)) for scores in ([0, 0, 0, 9], [9, 9, 9, 0])} == {4}
    more = [bred([0, 0, 0, 9], generation=g) for g in range(400)]  # 3 has two; one of the five goes
    counts = np.bincount(np.concatenate(more), minlength=4) / 400
    assert counts == pytest.approx([0.8, 0.8, 0.8, 1.6], abs=0.12)
    fewer = [bred([9, 9, 9, 0], generation=g) for g in range(400)]  # 0 has none; one of the three is doubled
    counts = np.bincount(np.concatenate(fewer), minlength=4) / 400
    assert counts == pytest.approx([4 / 3] * 3 + [0], abs=0.12)


def test_each_bit_flips_with_its_probability():
    q = numbers(mutation=0.25, ties="keep")
    genes = np.zeros((2000, 20), np.int64)
    for generation, row in enumerate(genes):
        breed(q, np.uint64(1), generation, row, np.zeros(20), np.zeros(40, np.int64))
    flipped = [(genes >> bit & 1).mean() for bit in range(6)]
    assert flipped == pytest.approx([0.25] * 6, abs=0.01)


def test_a_population_is_the_same_alone_and_beside_others():
    q, marks = settings(), [0, 10, 40]
    whole = run(q, True, np.arange(6), marks)
    for r in (0, 4):
        alone = run(q, True, [r], marks)
        np.testing.assert_array_equal(alone.boldness[0], whole.boldness[r])
        np.testing.assert_array_equal(alone.vengefulness[0], whole.vengefulness[r])
    late = run(q, True, [4], [40])
    np.testing.assert_array_equal(late.boldness[0, 0], whole.boldness[4, 2])


def test_the_start_is_random():
    start = run(settings(), True, np.arange(3000), [0])
    for mean in start:
        assert mean.mean() == pytest.approx(0.5, abs=4 * (63 / 12) ** 0.5 / 7 / 60_000**0.5)


def test_where_nothing_deters_all_defect_and_where_it_costs_none_does():
    free = run(settings(punishment=0, enforcement=0, mutation=0.001), False, np.arange(20), [300])
    assert free.boldness.mean() > 0.97
    dear = run(settings(temptation=-3, mutation=0.001), False, np.arange(20), [300])
    assert dear.boldness.mean() < 0.03


def test_the_regions_of_galan_and_izquierdo():
    course = run(settings(), True, [0], [0])
    sevenths = course._replace(
        boldness=np.array([[40, 41, 0, 0, 120, 119, 140]]) / 140,
        vengefulness=np.array([[100, 140, 99, 140, 20, 0, 21]]) / 140,
    )
    assert established(sevenths)[0].tolist() == [True, False, False, True, False, False, False]
    assert collapsed(sevenths)[0].tolist() == [False, False, False, False, True, False, False]


def test_after_a_hundred_generations_as_axelrod_saw_it():
    """Metanorms: established in all five of his runs. Norms alone: his five ended in three different ways."""
    norms, metanorms = replicate("axelrod_1986", runs=200, generations=[100]).to_dicts()
    assert metanorms["established_low"] > 0.8
    assert metanorms["collapsed"] < 0.02
    assert norms["established_high"] < 0.15
    assert 0.1 < norms["collapsed_low"] < norms["collapsed_high"] < 0.35


def test_the_table_has_its_intervals_and_a_figure(capsys):
    found = comity.replicate("axelrod_1986", runs=30, generations=[10, 1, 100])
    assert found["generation"].to_list() == [1, 10, 100] * 2
    course = run(settings(), False, np.arange(30), [100])
    row = found.row(2, named=True)
    share = wilson(collapsed(course).sum(), 30)
    assert (row["collapsed"], row["collapsed_low"]) == (float(share.value), float(share.low))
    assert row["boldness_low"] < row["boldness"] == course.boldness.mean() < row["boldness_high"]
    axes = sheets.norms_over_generations(found).axes
    assert [ax.get_title(loc="left") for ax in axes] == ["norms game", "metanorms game"]
    np.testing.assert_array_equal(axes[0].lines[0].get_ydata(), found["boldness"][:3])
    with pytest.raises(NothingToDraw, match="two generations"):
        sheets.norms_over_generations(found.filter(generation=100))


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"mutation": 2}, r"axelrod_1986.mutation = 2 is not allowed: it must be a number in \[0, 1\]"),
        ({"ties": "no"}, "axelrod_1986.ties = 'no' is not allowed: it must be one of drift, keep"),
        ({"tempation": 2}, "unknown setting of axelrod_1986 'tempation'. Did you mean 'temptation'"),
        ({"generations": []}, r"axelrod_1986.generations = \[\] is not allowed"),
    ],
)
def test_wrong_settings(given, words):
    with pytest.raises(SettingError, match=words):
        replicate("axelrod_1986", **given)


def test_an_unknown_replication():
    with pytest.raises(SettingError, match="unknown replication 'axelrod_1985'. Did you mean 'axelrod_1986'"):
        replicate("axelrod_1985")


@pytest.mark.slow
def test_the_long_run():
    """Galán & Izquierdo 2005: the norms game collapses almost always (Fig. 4); the metanorms game, established almost
    always after 100 generations, does not stay so (Fig. 5), and with T = 10 it does (Fig. 11).
    """
    found = replicate("axelrod_1986", runs=40, generations=[100, 20_000])
    assert found.filter(game="norms", generation=20_000)["collapsed"].item() > 0.9
    there = found.filter(game="metanorms")
    assert there["established"][0] > there["established"][1]
    assert there["collapsed"][1] > 0
    tempted = replicate("axelrod_1986", runs=40, generations=[20_000], temptation=10).filter(game="metanorms")
    assert tempted["established"].item() > 0.95
