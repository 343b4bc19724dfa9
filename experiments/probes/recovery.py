"""Can kindness and reciprocity be read off what agents do? Deliberators of known norms play, and are estimated back.

The values of a deliberator are linear in κ, ρ⁺ and ρ⁻ as long as its other norms stay as they are: what a candidate
brings to itself, plus κ times what it brings to the others, plus ρ⁺ times that weighted by remembered kindness, less ρ⁻
times that weighted by remembered unkindness. So the same look-ahead under norms that hold one of them, and 1 of it,
gives the features of :mod:`comity.analysis.recovery`.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ...agents.agent import View
from ...agents.deliberator import Deliberator
from ...agents.exemplar import Exemplary
from ...agents.foresight import Mind, simultaneous_values
from ...agents.norms import norms
from ...agents.seats import seat
from ...analysis.recovery import RATIONALITY, recover
from ...envs.catalogue import make
from ...envs.chance import uniforms, world_seeds
from ...envs.game import Floats, Game, Worlds_
from ...envs.settings import number_of, refuse
from ..play import run

if TYPE_CHECKING:
    import polars

Ints = npt.NDArray[np.int64]
WEIGHTS = ("kindness", "positive", "negative")
GRID: dict[str, tuple[float, ...]] = {
    RATIONALITY: (5.0, 10.0, 20.0),
    "kindness": (-0.2, 0.0, 0.4, 0.8),
    "positive": (0.0, 0.4, 0.8),
    "negative": (0.0, 0.4, 0.8),
}
"""Known parameters; a simulation draws one of each."""
GAMES: dict[str, dict[str, Any]] = {
    "appropriation": {"n_agents": 4, "slope": 0.8},
    "fishery": {"n_agents": 2, "capacity": 20, "growth": "logistic", "growth_rate": 0.8},
}
"""Games in which values bend, so that weights can be told, and their settings."""
DEPTH = 3
MOODS = (0.0, 0.25, 0.5, 0.75, 1.0)
"""How often a partner cooperates, world by world in turn."""
_MOOD, _BLOCK = 3, 400  # the stream of the partners' draws; worlds that are played at once


class Wavering(Exemplary):
    """The game's cooperative act with a probability that differs between worlds, else the other one."""

    name = "wavering"

    def act(self, view: View) -> Floats:
        """By lot, anew in each step."""
        self.step += 1
        moods = np.asarray(MOODS)[np.arange(len(self.keys)) % len(MOODS)]
        return self.exemplary(view, np.asarray(uniforms(self.keys, self.step, _MOOD, 0)) < moods)


class Revealing(Deliberator):
    """A deliberator that keeps what it chose, and what each candidate would have brought (see the module)."""

    name = "revealing"

    def begin(self, game: Game, seat: int, seeds: npt.NDArray[np.uint64]) -> None:
        """Nothing chosen yet."""
        super().begin(game, seat, seeds)
        self.kept: list[tuple[Ints, Ints, Floats]] = []

    def _decide(self, view: View, running: Ints, believed: Worlds_) -> Floats:
        moves = super()._decide(view, running, believed)
        q = self.params
        candidates, legal = self.game.candidates(believed, self.seat, q.limit)
        imagined = [believed, *(view.imagine(self.imagined_keys(running, s), running) for s in range(1, self._samples))]
        others = self._expected(believed, running)
        whole = (self._packed, self._kindness, self._incomes, self._discount, self._punished, self._need_unit)
        mind = Mind(*whole, self.seat).of(running)
        values = []
        for held in (None, *WEIGHTS):
            rows = mind.norms.rows.copy()
            for name in WEIGHTS:
                rows[name] = float(name == held)
            other = mind._replace(norms=mind.norms._replace(rows=rows))
            values.append(simultaneous_values(self.game, other, imagined, candidates, others, q.depth))
        features = np.stack([values[0], *(one - values[0] for one in values[1:])], axis=-1)
        features[~legal] = np.nan
        self.kept.append((running, ((candidates == moves[:, None]) & legal).argmax(axis=1), features))
        return moves

    def revealed(self) -> tuple[Ints, Floats]:
        """Choices (B, T), −1 for none, and features (B, T, K, 1 + weights), for
        :func:`~comity.analysis.recovery.recover`.
        """
        worlds, steps = len(self.keys), len(self.kept)
        most = max(features.shape[1] for _, _, features in self.kept)
        choices = np.full((worlds, steps), -1, np.int64)
        features = np.full((worlds, steps, most, 1 + len(WEIGHTS)), np.nan)
        for t, (running, chosen, of) in enumerate(self.kept):
            choices[running, t] = chosen
            features[running, t, : of.shape[1]] = of
        return choices, features


def reveal(
    game: Game, known: Mapping[str, npt.ArrayLike], seeds: npt.NDArray[np.uint64], depth: int = DEPTH
) -> tuple[Ints, Floats]:
    """What deliberators of ``known`` parameters, (B,) each, choose in seat 0 beside partners that waver: see
    :meth:`Revealing.revealed`.
    """
    rows = [
        dict(zip(known, values, strict=True)) for values in zip(*(np.asarray(v) for v in known.values()), strict=True)
    ]
    agent = Revealing(
        Deliberator.Params(depth=depth, rationality=np.asarray(known[RATIONALITY], np.float64))  # type: ignore[arg-type]
    )
    agent.take_norms(
        [
            norms(kindness=row["kindness"], reciprocity={"positive": row["positive"], "negative": row["negative"]})
            for row in rows
        ]
    )
    others = [Wavering() for _ in range(game.n_agents - 1)]
    run(game, [seat(game, one, len(seeds)) for one in (agent, *others)], seeds)
    return agent.revealed()


def recovery(
    games: Sequence[str] = tuple(GAMES), simulations: int = 100, worlds: int = 20, steps: int = 20, seed: int = 0
) -> "polars.DataFrame":
    """Simulates deliberators whose parameters are drawn from ``GRID`` and estimates them back.

    Args:
        games: names; those of ``GAMES`` have settings of their own, all must be games in which all move at once.
        simulations: of each game.
        worlds: of a simulation, which share their parameters.
        steps: of an episode, at most.
        seed: of the first world, and of the parameters.

    Returns:
        Tidy: ``game``, ``simulation``, ``parameter``, ``true``, ``value``, ``error``, ``low``, ``high``, ``told``,
        ``n`` choices, ``worlds``. ``SettingError`` for a wrong setting.
    """
    import polars

    made = [_game(name, steps) for name in games]
    simulations, worlds = number_of("simulations", simulations), number_of("worlds", worlds)
    drawn = np.random.default_rng(seed)
    rows: list[dict[str, Any]] = []
    for game in made:
        known = {name: drawn.choice(np.array(values), simulations) for name, values in GRID.items()}
        seeds = world_seeds(seed, simulations * worlds)
        at_once = max(1, _BLOCK // worlds)
        for start in range(0, simulations, at_once):
            part = np.arange(start, min(start + at_once, simulations))
            each = {name: np.repeat(values[part], worlds) for name, values in known.items()}
            choices, features = reveal(game, each, seeds[start * worlds : (part[-1] + 1) * worlds])
            for k, simulation in enumerate(part.tolist()):
                own = slice(k * worlds, (k + 1) * worlds)
                rows += _estimated(game, simulation, choices[own], features[own], known)
    return polars.DataFrame(rows)


def _game(name: str, steps: int) -> Game:
    game = make(name, **GAMES.get(name, {}), horizon=number_of("steps", steps))
    if game.turn_based or game.stages:
        raise refuse("game", name, "one in which all move at once, without stages between the steps")
    return game


def _estimated(
    game: Game, simulation: int, choices: Ints, features: Floats, known: Mapping[str, Floats]
) -> list[dict[str, Any]]:
    found = recover(choices, features, WEIGHTS)
    return [
        {
            "game": game.name,
            "simulation": simulation,
            "parameter": name,
            "true": float(known[name][simulation]),
            "value": float(found.value[k]),
            "error": float(found.error[k]),
            "low": float(found.low[k]),
            "high": float(found.high[k]),
            "told": found.told(name),
            "n": found.n,
            "worlds": found.worlds,
        }
        for k, name in enumerate(found.names)
    ]
