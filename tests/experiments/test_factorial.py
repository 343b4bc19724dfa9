"""Fractions of two-level factorials, against the literature."""

import numpy as np
import pytest

from comity.envs.settings import SettingError
from comity.experiments.designs.factorial import LETTERS, PUBLISHED, aliases, generated, smallest, words

# Box, Hunter & Hunter 2005, table 6.22; NIST/SEMATECH e-Handbook 5.3.3.4.7: resolution by (factors, basic factors)
RESOLUTION = {
    **{(3, 2): 3, (4, 3): 4, (5, 3): 3, (5, 4): 5, (6, 3): 3, (6, 4): 4, (6, 5): 6},
    **{(7, 3): 3, (7, 4): 4, (7, 5): 4, (7, 6): 7, (8, 4): 4, (8, 5): 4, (8, 6): 5, (8, 7): 8},
    **{(9, 4): 3, (9, 5): 4, (9, 6): 4, (9, 7): 6, (10, 4): 3, (10, 5): 4, (10, 6): 4, (10, 7): 5},
    **{(11, 4): 3, (11, 5): 4, (11, 6): 4, (11, 7): 5},
}
# Chen, Sun & Wu 1993 (doi:10.2307/1403599), tables 2 and 3: words of length 3, 4, … of designs of least aberration
ABERRATION = {
    (5, 3): [2, 1],
    (6, 3): [4, 3],
    (6, 4): [0, 3],
    (7, 3): [7, 7, 0, 0, 1],
    (7, 4): [0, 7],
    (7, 5): [0, 1, 2],
    (8, 4): [0, 14, 0, 0, 0, 1],
    (8, 5): [0, 3, 4],
    (9, 5): [0, 6, 8, 0, 0, 1],
    (10, 5): [0, 10, 16, 0, 0, 5],
    (11, 5): [0, 25, 0, 27, 0, 10, 0, 1],
}


@pytest.mark.parametrize("size", PUBLISHED)
def test_a_published_fraction_is_orthogonal_and_of_its_resolution(size):
    n, basic = size
    found = generated(n, PUBLISHED[size].split())
    assert found.columns.shape == (2**basic, n)
    columns = found.columns.astype(int)
    np.testing.assert_array_equal(columns.T @ columns, 2**basic * np.eye(n))
    np.testing.assert_array_equal(columns.sum(axis=0), 0)
    assert found.resolution == RESOLUTION[size]


@pytest.mark.parametrize("size", ABERRATION)
def test_defining_words_of_least_aberration(size):
    lengths = np.bitwise_count(words(LETTERS[: size[1]], PUBLISHED[size].split()))
    assert np.trim_zeros(np.bincount(lengths)[3:], "b").tolist() == ABERRATION[size]


def test_the_smallest_fraction_of_a_resolution():
    runs = {
        (n, r): len(smallest(n, r).columns) for n, r in [(7, 3), (7, 4), (8, 4), (5, 5), (6, 5), (9, 5), (15 - 4, 5)]
    }
    assert runs == {(7, 3): 8, (7, 4): 16, (8, 4): 16, (5, 5): 16, (6, 5): 32, (9, 5): 128, (11, 5): 128}
    assert smallest(2, 4).resolution is None
    assert len(smallest(4, 5).columns) == 16, "no fraction of four factors has V: all are run"
    with pytest.raises(SettingError, match=r"up to 11 factors, and these are 12: write design.generators"):
        smallest(12, 4)


def test_alias_structures_of_the_literature():
    # Montgomery, Design and Analysis of Experiments, 2^(4-1) with I = ABCD; 2^(5-2) with I = ABD = ACE = BCDE
    assert aliases(generated(4, ["ABC"]).columns) == ["AB = CD", "AC = BD", "AD = BC"]
    assert aliases(generated(5, ["AB", "AC"]).columns) == [
        "A = BD = CE",
        "B = AD",
        "C = AE",
        "D = AB",
        "E = AC",
        "BC = DE",
        "BE = CD",
    ]
    # 2^(6-2) with I = ABCE = BCDF = ADEF (Montgomery, table 8.8)
    assert aliases(generated(6, ["ABC", "BCD"]).columns) == [
        "AB = CE",
        "AC = BE",
        "AD = EF",
        "AE = BC = DF",
        "AF = DE",
        "BD = CF",
        "BF = CD",
    ]
    # 2^(7-4): every main effect with three interactions (Box, Hunter & Hunter, table 6.4)
    found = aliases(generated(7, ["AB", "AC", "BC", "ABC"]).columns)
    assert found[0] == "A = BD = CE = FG"
    assert [line.count("=") for line in found] == [3] * 7
    assert aliases(generated(5, ["ABCD"]).columns) == []
    assert aliases(generated(3, ["-AB"]).columns) == ["A = -BC", "B = -AC", "C = -AB"]


@pytest.mark.parametrize("wrong", [["A"], ["AB", "AB"], ["AB", "-AB"], ["AD"], ["AA"], [""], ["-"], ["ab"], ["AB"] * 4])
def test_a_factor_has_a_column_of_its_own(wrong):
    with pytest.raises(SettingError, match=r"design\.generators"):
        generated(len(wrong) + 2 if len(wrong) < 4 else 4, wrong)
