"""The norms game and the metanorms game of Axelrod 1986, "An Evolutionary Approach to Norms" (APSR 80:1095).

Twenty agents have a **boldness** B and a **vengefulness** V, three bits each (0/7 … 7/7). In each generation each has
four chances to defect. A chance comes with a probability S ~ U(0, 1) of being seen; it is taken where S < B, and pays T
to whoever takes it and H to each of the others, each of whom sees it with probability S and then punishes it with
probability V (P for the defector, E for whoever punishes). In the **metanorms** game each who saw it and did not punish
is seen in turn by each of the others but the defector with probability S and punished with probability V (P′ and E′).

Then whoever did at least one standard deviation better than the mean has two offspring, whoever did at least one worse
has none, all others have one, and each bit of an offspring flips with probability ``mutation``. What Axelrod leaves
open is done as Galán & Izquierdo 2005 (JASSS 8(3)2) did it: the standard deviation is that of the population; the
number of agents is restored by removing, or doubling, offspring drawn at random; where all do equally well all have two
offspring, half of which are removed (``ties: drift``).
"""

from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from ...analysis.measure import Interval
from ...analysis.statistics import bootstrap_ci, wilson
from ...envs.chance import keys, uniform, world_seeds
from ...envs.game import Floats
from ...envs.settings import Choice, Range, encode, refuse

if TYPE_CHECKING:
    import polars

Ints = npt.NDArray[np.int64]

GAMES = ("norms", "metanorms")
TOP = 7  # the highest level of three bits
LOW, HIGH = (2 / TOP, 5 / TOP), (6 / TOP, 1 / TOP)
"""(boldness, vengefulness): at most and at least that of an established norm; at least and at most that of a collapsed
one (Galán & Izquierdo 2005, §5.12).
"""
START, SEEN, WITNESS, META, REFILL, MUTATION = range(6)  # what a draw is for
_LANE = -4  # of the chance of a run's seed
_TIE = 1e-9  # means of sevenths miss a bound by a rounding error


class Settings(NamedTuple):
    """Of both games. Defaults: Axelrod 1986."""

    n_agents: Annotated[int, Range(2, 200), "agents"] = 20
    chances: Annotated[int, Range(1, 100), "chances to defect, in each generation"] = 4
    temptation: Annotated[float, Range(), "T: of a defection, for whoever defects"] = 3.0
    hurt: Annotated[float, Range(), "H: of a defection, for each of the others"] = -1.0
    punishment: Annotated[float, Range(), "P: of being punished for a defection"] = -9.0
    enforcement: Annotated[float, Range(), "E: of punishing a defection"] = -2.0
    metapunishment: Annotated[float, Range(), "P′: of being punished for not punishing"] = -9.0
    metaenforcement: Annotated[float, Range(), "E′: of punishing that"] = -2.0
    mutation: Annotated[float, Range(0, 1), "probability that a bit of an offspring flips"] = 0.01
    ties: Annotated[str, Choice("drift", "keep"), "where all do equally well: two offspring each, or one"] = "drift"
    runs: Annotated[int, Range(1, 10**6), "populations"] = 100
    seed: Annotated[int, Range(0, 2**63 - 1), "of the first; the next has the next one"] = 0
    generations: Annotated[tuple[int, ...], Range(0, 10**7), "after which populations are looked at"] = (
        100, 1_000, 10_000, 100_000,
    )  # fmt: skip


class Course(NamedTuple):
    """Means over the agents of each population, (R, G) each: R runs after G generations."""

    boldness: Floats
    vengefulness: Floats


def run(q: Settings, metanorms: bool, seeds: npt.ArrayLike, generations: npt.ArrayLike) -> Course:
    """Populations of these ``seeds`` (R,), looked at after ``generations`` (G,) in rising order; 0 is the random start.

    A population is bit-equal alone and beside others.
    """
    marks = np.asarray(generations, np.int64)
    found = np.zeros((2, len(np.asarray(seeds)), len(marks)))
    _evolve(encode(_numbers(q)), metanorms, np.asarray(keys(np.asarray(seeds, np.uint64), _LANE)), marks, found)
    return Course(*found)


def measure(q: Settings) -> "polars.DataFrame":
    """Both games: one row per game and generation looked at.

    Columns: ``game``, ``generation``, ``runs``; ``established`` and ``collapsed``, the shares of runs in which the norm
    is that, with 95 % Wilson intervals (``…_low``, ``…_high``); ``boldness`` and ``vengefulness``, means over runs in
    [0, 1], with 95 % bootstrap intervals over runs. Raises ``SettingError`` where no generation is named.
    """
    import polars

    if not q.generations:
        raise refuse("axelrod_1986.generations", list(q.generations), "a list of one or more generations")
    marks, seeds = sorted(set(q.generations)), world_seeds(q.seed, q.runs)
    rows = []
    for game in GAMES:
        course = run(q, game == "metanorms", seeds, marks)
        standing, fallen = established(course), collapsed(course)
        for g, generation in enumerate(marks):
            rows.append(
                {
                    "game": game,
                    "generation": generation,
                    "runs": q.runs,
                    **_told("established", wilson(standing[:, g].sum(), q.runs)),
                    **_told("collapsed", wilson(fallen[:, g].sum(), q.runs)),
                    **_told("boldness", bootstrap_ci(course.boldness[:, g])),
                    **_told("vengefulness", bootstrap_ci(course.vengefulness[:, g])),
                }
            )
    return polars.DataFrame(rows)


def established(course: Course) -> npt.NDArray[np.bool_]:
    """(R, G): few defect and nearly all punish."""
    return (course.boldness <= LOW[0] + _TIE) & (course.vengefulness >= LOW[1] - _TIE)


def collapsed(course: Course) -> npt.NDArray[np.bool_]:
    """(R, G): nearly all defect and few punish."""
    return (course.boldness >= HIGH[0] - _TIE) & (course.vengefulness <= HIGH[1] + _TIE)


def _told(name: str, found: Interval) -> dict[str, float]:
    return {name: float(found.value), f"{name}_low": float(found.low), f"{name}_high": float(found.high)}


def _numbers(q: Settings) -> Settings:
    """One type for compiled code, whatever is looked at."""
    return q._replace(generations=())


@njit(cache=True)
def _evolve(q: Any, metanorms: bool, run_keys: npt.NDArray[np.uint64], marks: Ints, found: Floats) -> None:
    """Writes mean boldness and vengefulness of each run after each of ``marks`` into ``found`` (2, R, G)."""
    n = q.n_agents
    genes, offspring = np.zeros(n, np.int64), np.zeros(2 * n, np.int64)
    scores = np.zeros(n)
    for r in range(len(run_keys)):
        key = run_keys[r]
        for i in range(n):
            genes[i] = int(64 * uniform(key, 0, START, i))
        generation = 0
        for g in range(len(marks)):
            while generation < marks[g]:
                play_generation(q, metanorms, key, generation, genes, scores)
                breed(q, key, generation, genes, scores, offspring)
                generation += 1
            for i in range(n):
                found[0, r, g] += (genes[i] >> 3) / (7.0 * n)
                found[1, r, g] += (genes[i] & 7) / (7.0 * n)


@njit(cache=True)
def play_generation(q: Any, metanorms: bool, key: np.uint64, generation: int, genes: Ints, scores: Floats) -> None:
    """Writes what each agent gets in a generation into ``scores`` (n,).

    ``genes`` (n,) hold 7·B in the bits 3 to 5 and 7·V in the bits 0 to 2. To be seen and punished is one draw, as the
    two are independent.
    """
    n, anybody = len(genes), False
    for i in range(n):
        scores[i] = 0.0
        anybody |= (genes[i] & 7) > 0
    for chance in range(q.chances):
        for i in range(n):
            at = chance * n + i
            s = uniform(key, generation, SEEN, at)
            if s >= (genes[i] >> 3) / 7.0:
                continue
            scores[i] += q.temptation
            for j in range(n):
                if j == i:
                    continue
                scores[j] += q.hurt
                vengefulness = (genes[j] & 7) / 7.0
                if vengefulness == 0.0 and not (metanorms and anybody):
                    continue  # whatever it sees, nothing follows
                u = uniform(key, generation, WITNESS, at * n + j)
                if u >= s:
                    continue
                if u < s * vengefulness:
                    scores[i] += q.punishment
                    scores[j] += q.enforcement
                elif metanorms:
                    _metapunish(q, key, generation, s, i, j, at * n + j, genes, scores)


@njit(cache=True)
def _metapunish(
    q: Any, key: np.uint64, generation: int, s: float, i: int, j: int, at: int, genes: Ints, scores: Floats
) -> None:
    """What follows where j saw the defection of i and did not punish it."""
    n = len(genes)
    for k in range(n):
        vengefulness = (genes[k] & 7) / 7.0
        if k not in (i, j) and vengefulness > 0.0 and uniform(key, generation, META, at * n + k) < s * vengefulness:
            scores[j] += q.metapunishment
            scores[k] += q.metaenforcement


@njit(cache=True)
def breed(q: Any, key: np.uint64, generation: int, genes: Ints, scores: Floats, offspring: Ints) -> None:
    """Replaces ``genes`` by those of the next generation.

    Deviations are multiplied by n, so that payoffs that are whole numbers are compared without rounding.
    """
    n, total, squares = len(genes), scores.sum(), 0.0
    for i in range(n):
        squares += (n * scores[i] - total) ** 2
    born = 0
    for i in range(n):
        deviation = n * scores[i] - total
        extreme = n * deviation**2 >= squares
        children = 1
        if squares == 0.0:
            children = 2 if q.ties == 0 else 1
        elif extreme:
            children = 2 if deviation > 0.0 else 0
        for _ in range(children):
            offspring[born] = genes[i]
            born += 1
    draw = 0
    while born != n:
        drawn = int(born * uniform(key, generation, REFILL, draw))
        draw += 1
        if born > n:
            born -= 1
            offspring[drawn] = offspring[born]
        else:
            offspring[born] = offspring[drawn]
            born += 1
    for i in range(n):
        genes[i] = offspring[i]
        for bit in range(6):
            if uniform(key, generation, MUTATION, 6 * i + bit) < q.mutation:
                genes[i] ^= 1 << bit
