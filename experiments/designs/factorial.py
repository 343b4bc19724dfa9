"""Fractions of a factorial with two levels a factor: 2^(n−p) runs for n factors, and what they cannot tell apart.

The first k = n − p factors are **basic**: their levels run through all combinations. Each of the others is **added**:
its column is the product of those that its **generator** names, ``ABC`` or, with the sign turned, ``-ABC``. Factors
are lettered in order, without I, which stands for the mean. The **resolution** is the length of the shortest product
that is constant: with III main effects are aliased with two-factor interactions, with IV these are aliased with each
other, with V neither is. Source: Box, Hunter & Hunter 2005, Statistics for Experimenters, ch. 6.
"""

from collections.abc import Sequence
from itertools import combinations
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ...envs.settings import SettingError, refuse

LETTERS = "ABCDEFGHJKLMNOPQRSTUVWXYZ"
MEAN_AND_EFFECT = 3
"""The lowest resolution of a design that tells every factor from every other one, and from the mean."""
MOST_PUBLISHED = 11
PUBLISHED: dict[tuple[int, int], str] = {
    (3, 2): "AB",
    (4, 3): "ABC",
    (5, 3): "AB AC",
    (5, 4): "ABCD",
    (6, 3): "AB AC BC",
    (6, 4): "ABC BCD",
    (6, 5): "ABCDE",
    (7, 3): "AB AC BC ABC",
    (7, 4): "ABC BCD ACD",
    (7, 5): "ABCD ABDE",
    (7, 6): "ABCDEF",
    (8, 4): "BCD ACD ABC ABD",
    (8, 5): "ABC ABD BCDE",
    (8, 6): "ABCD ABEF",
    (8, 7): "ABCDEFG",
    (9, 4): "ABC BCD ACD ABD ABCD",
    (9, 5): "BCDE ACDE ABDE ABCE",
    (9, 6): "ABCD ACEF CDEF",
    (9, 7): "ACDFG BCEFG",
    (10, 4): "ABC BCD ACD ABD ABCD AB",
    (10, 5): "ABCD ABCE ABDE ACDE BCDE",
    (10, 6): "BCDF ACDF ABDE ABCE",
    (10, 7): "ABCG BCDE ACDF",
    (11, 4): "ABC BCD ACD ABD ABCD AB AC",
    (11, 5): "ABC BCD CDE ACD ADE BDE",
    (11, 6): "CDE ABCD ABF BDEF ADEF",
    (11, 7): "ABCG BCDE ACDF ABCDEFG",
}
"""Generators of the added factors by (factors, basic factors), each of least aberration among designs of its size:
NIST/SEMATECH e-Handbook of Statistical Methods, 5.3.3.4.7, after Box, Hunter & Hunter."""


class Fraction(NamedTuple):
    """``columns`` (runs, factors) of −1 and 1; ``resolution`` None: every combination is run."""

    generators: list[str]
    columns: npt.NDArray[np.int8]
    resolution: int | None


def smallest(factors: int, resolution: int) -> Fraction:
    """The published fraction with the fewest runs that has at least this ``resolution``, else all 2^n combinations.

    Raises ``SettingError`` for more factors than are published.
    """
    if factors > MOST_PUBLISHED:
        more = f"for up to {MOST_PUBLISHED} factors, and these are {factors}: write design.generators for them"
        raise SettingError(
            f"design.resolution = {resolution} is not allowed: fractions of a resolution are known {more}"
        )
    for basic in range(factors):
        if (factors, basic) in PUBLISHED:
            found = generated(factors, PUBLISHED[factors, basic].split())
            if found.resolution is not None and found.resolution >= resolution:
                return found
    return generated(factors, [])


def generated(factors: int, generators: Sequence[str]) -> Fraction:
    """The fraction whose last factors have these ``generators``. Raises ``SettingError`` for what is no such design."""
    basic = factors - len(generators)
    known = LETTERS[: max(basic, 0)]
    for word in generators:
        letters = word.removeprefix("-")
        if not letters or set(letters) - set(known) or len(set(letters)) < len(letters):
            allowed = (
                f"products of different letters of {known}" if known else f"fewer than there are factors, {factors}"
            )
            raise refuse("design.generators", list(generators), allowed)
    runs = np.arange(2**basic)[:, None] >> np.arange(basic)
    columns = (2 * (runs & 1) - 1).astype(np.int8)
    added = [
        columns[:, [known.index(one) for one in word.lstrip("-")]].prod(axis=1) * (-1 if word[0] == "-" else 1)
        for word in generators
    ]
    found = Fraction(
        list(generators), np.column_stack([columns, *added]).astype(np.int8), _resolution(known, generators)
    )
    if found.resolution is not None and found.resolution < MEAN_AND_EFFECT:
        wanted = "products of two letters or more, each another one, so that every factor has a column of its own"
        raise refuse("design.generators", list(generators), wanted)
    return found


def words(known: str, generators: Sequence[str]) -> npt.NDArray[np.int64]:
    """The defining words: products of factors that are constant, bit k for factor k; 2^p − 1 of them."""
    found = np.zeros(1, np.int64)
    for k, word in enumerate(generators):
        own = 1 << (len(known) + k) | sum(1 << known.index(one) for one in word.lstrip("-"))
        found = np.concatenate([found, found ^ own])
    return found[1:]


def _resolution(known: str, generators: Sequence[str]) -> int | None:
    return int(np.bitwise_count(words(known, generators)).min()) if generators else None


def aliases(columns: npt.NDArray[np.int8]) -> list[str]:
    """What cannot be told apart among main effects and two-factor interactions, a line for each such group.

    >>> aliases(generated(3, ["AB"]).columns)
    ['A = BC', 'B = AC', 'C = AB']
    """
    factors = columns.shape[1]
    groups: dict[bytes, list[tuple[int, str]]] = {}
    for term in [*combinations(range(factors), 1), *combinations(range(factors), 2)]:
        product = columns[:, term].prod(axis=1).astype(np.int8)
        name = "".join(LETTERS[k] for k in term)
        groups.setdefault((product * product[0]).tobytes(), []).append((int(product[0]), name))
    return [
        " = ".join(("" if sign == group[0][0] else "-") + name for sign, name in group)
        for group in groups.values()
        if len(group) > 1
    ]
