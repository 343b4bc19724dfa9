"""Score sheets of :mod:`.scorable`: what each party gains from each option, drawn by a generator or read from a file.

Scores are additive: a deal takes one option of every issue, and a party's score of it is the sum of its scores of these
options. Every party's best deal scores exactly 100. A party is one row of scores, the options of all issues side by
side, and a threshold, the least score that it says yes to.

**Generator** (GAMES.md §3.6). Per party: integer weights of the issues, 100·Dirichlet(1, …, 1) by largest remainder;
per issue with L options an ideal point θ ~ U(0, 1) on the positions l/(L−1), raw value 1 − |position − θ|/max(θ, 1−θ),
rescaled to [0, 1] over the options, times the weight, rounded. Thresholds are ⌊λ-quantiles⌋ (linear) of the party's
scores over all deals, with one common λ: the largest in {0, .01, …, .99} under which at least a share ``target`` of the
deals pass by the quorum alone and one is unanimous.

**File**: YAML, or JSON where its name ends in .json; whole numbers, read as data and never evaluated::

    parties:
      - {threshold: 45, scores: [[40, 0, 45], [35, 0], [0, 20, 20]]}
      - …
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import yaml
from numba import njit

from ..chance import CONTEXT, uniform
from ..settings import SettingError
from .solutions import TIE

TOP = 100
"""What every party's best deal scores."""
PERCENTS = 100
"""The common quantile is one of so many."""
Ints = npt.NDArray[np.integer[Any]]


class Sheet(NamedTuple):
    """P parties and O options of all issues: ``scores`` (P, O) and ``thresholds`` (P,), both uint8."""

    scores: npt.NDArray[np.uint8]
    thresholds: npt.NDArray[np.uint8]


def _sheet(scores: Sequence[Sequence[Sequence[int]]], thresholds: Sequence[int]) -> Sheet:
    rows = [[score for issue in party for score in issue] for party in scores]
    return Sheet(np.array(rows, np.uint8), np.array(thresholds, np.uint8))


SMALL_OPTIONS = (3, 2, 3)
SMALL = _sheet(
    [
        [[40, 0, 45], [35, 0], [0, 20, 20]],
        [[0, 35, 0], [0, 25], [40, 0, 40]],
        [[45, 5, 0], [40, 0], [0, 15, 0]],
        [[0, 30, 45], [0, 25], [15, 0, 30]],
    ],
    [45, 40, 35, 35],
)
"""The small sheet of GAMES.md §3.6: four parties, 18 deals."""


def deal_scores(scores: npt.NDArray[Any], options: Sequence[int]) -> npt.NDArray[np.float64]:
    """(K, P): every deal's score to every party, of ``scores`` (P, O). The last issue varies fastest.

    >>> deal_scores(SMALL.scores, SMALL_OPTIONS)[:2].tolist()
    [[75.0, 40.0, 85.0, 15.0], [95.0, 0.0, 100.0, 0.0]]
    """
    return np.asarray(scores, np.float64)[:, columns_of(options)].sum(axis=2).T


def columns_of(options: Sequence[int]) -> Ints:
    """(K, I): the columns of a sheet that hold the options of every deal."""
    first = np.cumsum([0, *options[:-1]])
    return np.stack(np.unravel_index(np.arange(np.prod(options)), tuple(options)), axis=1) + first


# -- from a file -------------------------------------------------------------------------------------------------------


def read_sheet(path: str, parties: int, options: Sequence[int]) -> Sheet:
    """The sheet in a file. Raises ``SettingError`` that names the file, the party and what is wrong."""

    def wrong(what: str) -> SettingError:
        return SettingError(f"sheet_file {path!r}: {what}")

    found = _parsed(path, wrong)
    if not isinstance(found, dict) or set(found) != {"parties"} or not isinstance(found["parties"], list):
        raise wrong("it must hold one key, 'parties', with a list of parties")
    if len(found["parties"]) != parties:
        raise wrong(f"it has {len(found['parties'])} parties: it must have n_agents = {parties}")
    for k, party in enumerate(found["parties"]):
        _check_party(party, options, lambda what, k=k: wrong(f"party {k + 1} {what}"))
    return _sheet([party["scores"] for party in found["parties"]], [party["threshold"] for party in found["parties"]])


def _parsed(path: str, wrong: Any) -> Any:
    try:
        text = Path(path).read_text(encoding="utf-8")
        return json.loads(text) if path.endswith(".json") else yaml.safe_load(text)
    except OSError as error:
        raise wrong(f"it cannot be read ({error.strerror})") from error
    except (UnicodeDecodeError, ValueError, yaml.YAMLError, RecursionError) as error:
        kind = "JSON" if path.endswith(".json") else "YAML"
        raise wrong(f"it is no {kind}: {' '.join(str(error).split())}") from error


def _check_party(party: Any, options: Sequence[int], wrong: Any) -> None:
    if not isinstance(party, dict) or set(party) != {"threshold", "scores"}:
        raise wrong("must have 'threshold' and 'scores', and nothing else")
    if not _is_score(party["threshold"]):
        raise wrong(f"has threshold {party['threshold']!r}: it must be a whole number from 0 to {TOP}")
    scores = party["scores"]
    if not isinstance(scores, list) or len(scores) != len(options):
        given = len(scores) if isinstance(scores, list) else 0
        raise wrong(f"has scores of {given} issues: it must have {len(options)}, as options = {tuple(options)} says")
    for k, (issue, count) in enumerate(zip(scores, options, strict=True)):
        if not isinstance(issue, list) or len(issue) != count:
            given = len(issue) if isinstance(issue, list) else 0
            raise wrong(f"has {given} scores in issue {k + 1}: it must have {count}, one for each option")
        for score in issue:
            if not _is_score(score):
                raise wrong(f"has the score {score!r} in issue {k + 1}: it must be a whole number from 0 to {TOP}")
    best = sum(max(issue) for issue in scores)
    if best != TOP:
        raise wrong(f"scores {best} in its best deal: it must be {TOP}")


def _is_score(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= TOP


# -- compiled: one party, one table, one sheet -------------------------------------------------------------------------


@njit(cache=True)
def all_scores(row: Ints, options: bytes, out: Ints) -> None:
    """Writes the score of every deal to one party, of whose ``row`` (O,), into ``out`` (K,)."""
    out[0] = 0
    size, offset = 1, 0
    for k in range(len(options)):
        count = int(options[k])
        for deal in range(size - 1, -1, -1):  # backwards, as a deal's place is overwritten by those that begin with it
            so_far = out[deal]
            for option in range(count - 1, -1, -1):
                out[deal * count + option] = so_far + row[offset + option]
        size *= count
        offset += count


@njit(cache=True)
def count_scores(scores: Ints, at_most: Ints) -> None:
    """Writes into ``at_most`` (TOP + 1,) how many deals of ``scores`` (K,) score at most 0, 1, …, TOP."""
    for value in range(TOP + 1):
        at_most[value] = 0
    for k in range(len(scores)):
        at_most[scores[k]] += 1
    for value in range(TOP):
        at_most[value + 1] += at_most[value]


@njit(cache=True)
def quantiles(at_most: Ints, out: Ints) -> None:
    """Writes ⌊the linear 0, .01, …, .99-quantile⌋ of the scores counted in ``at_most`` into ``out`` (PERCENTS,), in
    whole numbers throughout.
    """
    value = 0
    for percent in range(PERCENTS):
        place = percent * (at_most[TOP] - 1)
        low, part = place // PERCENTS, place % PERCENTS
        while at_most[value] <= low:
            value += 1
        following = value
        while part > 0 and at_most[following] <= low + 1:
            following += 1
        out[percent] = value + part * (following - value) // PERCENTS


@njit(cache=True)
def draw_scores(key: np.uint64, first: int, options: bytes, row: Ints) -> None:
    """Draws a party's ``row`` of scores; its draws begin at index ``first`` and are two for each issue."""
    issues = len(options)
    rest = np.empty(issues)
    weights = np.empty(issues, np.int64)
    total = 0.0
    for k in range(issues):
        rest[k] = -np.log(1.0 - uniform(key, 0, CONTEXT, first + k))
        total += rest[k]
    left = TOP
    for k in range(issues):
        rest[k] *= TOP / total
        weights[k] = int(rest[k])
        rest[k] -= weights[k]
        left -= weights[k]
    for _ in range(left):
        most = np.argmax(rest)
        weights[most] += 1
        rest[most] = -1.0
    offset = 0
    for k in range(issues):
        count = int(options[k])
        ideal = uniform(key, 0, CONTEXT, first + issues + k)
        nearest = farthest = abs(ideal)
        for option in range(1, count):
            distance = abs(option / (count - 1) - ideal)
            nearest, farthest = min(nearest, distance), max(farthest, distance)
        for option in range(count):
            distance = abs(option / (count - 1) - ideal)
            value = (farthest - distance) / (farthest - nearest) if farthest > nearest else 1.0
            row[offset + option] = int(weights[k] * value + 0.5)
        offset += count


@njit(cache=True)
def draw_sheet(
    key: np.uint64, options: bytes, target: float, scores: Ints, thresholds: Ints, table: Ints, ladders: Ints
) -> int:
    """Draws ``scores`` (P, O) and ``thresholds`` (P,), and returns the common quantile in percent.

    ``table`` (P, K) ends as every deal's scores, ``ladders`` (P, PERCENTS) as every party's quantiles.
    """
    at_most, level = np.empty(TOP + 1, np.int64), np.empty((len(scores), TOP + 1), np.int64)
    for i in range(len(scores)):
        draw_scores(key, 2 * len(options) * i, options, scores[i])
        all_scores(scores[i], options, table[i])
        count_scores(table[i], at_most)
        quantiles(at_most, ladders[i])
        _set_levels(ladders[i], level[i])
    percent = _common_percent(table, level, target * table.shape[1])
    for i in range(len(scores)):
        thresholds[i] = ladders[i, percent]
    return percent


@njit(cache=True)
def _set_levels(ladder: Ints, level: Ints) -> None:
    """Writes into ``level`` (TOP + 1,) the highest quantile (a place in ``ladder``) at which each score is a yes."""
    place = -1
    for score in range(TOP + 1):
        while place + 1 < PERCENTS and ladder[place + 1] <= score:
            place += 1
        level[score] = place


@njit(cache=True)
def _common_percent(table: Ints, level: Ints, enough: float) -> int:
    """The highest quantile at which ``enough`` deals pass by the quorum and one is unanimous.

    A deal passes up to the lowest level among the two who have a veto and, one no being allowed, all the others but
    the lowest.
    """
    passing = np.zeros(PERCENTS, np.int64)
    unanimous = 0
    for deal in range(table.shape[1]):
        veto = min(level[0, table[0, deal]], level[1, table[1, deal]])
        lowest = second = PERCENTS - 1
        for i in range(2, len(table)):
            other = level[i, table[i, deal]]
            second = min(second, max(lowest, other))
            lowest = min(lowest, other)
        passing[min(veto, second)] += 1
        unanimous = max(unanimous, min(veto, lowest))
    found = 0
    for percent in range(PERCENTS - 1, -1, -1):
        found += passing[percent]
        if found >= enough and percent <= unanimous:
            return percent
    return 0


@njit(cache=True)
def nash_scores(table: Ints, thresholds: Ints, out: npt.NDArray[np.float64]) -> None:
    """Writes what each party scores at the Nash-bargaining solution (disagreement: the thresholds), the mean over the
    set if there are several; NaN where no deal gives everybody its threshold. The same set as
    :func:`.solutions.solve` finds.
    """
    out[:] = np.nan
    parties, deals = table.shape
    top = -1.0
    for k in range(deals):
        top = max(top, _product(table, thresholds, k))
    if top < 0.0:
        return
    out[:] = 0.0
    found = 0
    for k in range(deals):
        if _product(table, thresholds, k) >= max(0.0, top - TIE * max(1.0, top)):
            found += 1
            for i in range(parties):
                out[i] += table[i, k]
    for i in range(parties):
        out[i] /= found


@njit(cache=True)
def _product(table: Ints, thresholds: Ints, deal: int) -> float:
    """The product of everybody's gains, −1 where somebody loses."""
    product = 1.0
    for i in range(len(thresholds)):
        gain = int(table[i, deal]) - int(thresholds[i])
        if gain < 0:
            return -1.0
        product *= gain
    return product
