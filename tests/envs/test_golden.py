"""Golden playthroughs: a whole seeded episode per preset, everything observable in it, compared line by line.

A change of behaviour shows up here and asks for a new version of the game. ``COMITY_WRITE_GOLDEN=1 uv run pytest
tests/envs/test_golden.py`` writes them anew.
"""

import hashlib
import os
from pathlib import Path

import numpy as np
import pytest

from comity.envs.catalogue import game_class, games
from comity.envs.chance import keys
from comity.envs.monte_carlo import random_moves
from comity.envs.worlds import Worlds

GOLDEN = Path(__file__).parents[1] / "golden"
SEED, MOST_STEPS, MOST_NUMBERS = 20, 8, 300
LONG_TO_COMPILE = {
    "harvest": (None, *game_class("harvest").presets),
    "cleanup": (None, *game_class("cleanup").presets),
    "scorable": ("deliberation_7x6",),
    "crisis": ("crisis_8", "crisis_invasion", "crisis_cyber"),
    "donor": ("strict_indirect",),
    "public_goods": ("fehr_gachter_stranger",),
}
"""Presets of a size that no other test of the default run plays."""
CASES = [
    pytest.param(name, preset, marks=[pytest.mark.slow] * (preset in LONG_TO_COMPILE.get(name, ())))
    for name in games()
    for preset in (None, *game_class(name).presets)
]


def numbers(values):
    """All of them, or where a map or a window would fill the page, how many and which by their digest."""
    if np.size(values) > MOST_NUMBERS:
        digest = hashlib.sha256(np.ascontiguousarray(values).tobytes()).hexdigest()
        return f"{np.size(values)} numbers, {np.count_nonzero(values)} not 0, sha256 {digest[:16]}"
    return " ".join(f"{v:.9g}" for v in np.ravel(values))


def playthrough(game):
    """The episode of random play under :data:`SEED`, as text."""
    lines = [f"{game.id} {game.params}", f"anchors {game.anchors()}", ""]
    lines += [f"brief {i}: {line}" for i in range(game.n_agents) for line in game.brief(i).splitlines()]
    worlds = Worlds(game, 1)
    worlds.reset(SEED)
    seat_keys = np.stack([keys(worlds.state["seed"], seat) for seat in range(game.n_agents)])
    for step in range(MOST_STEPS + 1):
        world = worlds.state[0]
        lines += ["", f"step {step} ended {worlds.ended[0]} outcome {game.outcomes[world['outcome']]}"]
        lines += [
            f"  {name}: {numbers(world[name])}"
            for name in worlds.state.dtype.names
            if name not in ("seed", "episode", "step", "ended", "outcome")
        ]
        for i in range(game.n_agents):
            lines.append(f"  sees {i}: {numbers(worlds.observations[0, i])}")
            lines += [f"  view {i}: {line}" for line in game.view(world, i).splitlines()]
            lines.append(f"  move {i}: {game.move_schema(world, i)}")
        if worlds.masks is not None:
            lines += [f"  legal {i}: {numbers(np.flatnonzero(worlds.masks[0, i]))[:200]}" for i in range(game.n_agents)]
        if worlds.ended[0] or step == MOST_STEPS:
            break
        worlds.step(random_moves(game, worlds, seat_keys, step))
    return "\n".join(lines) + "\n"


def compare(text, file):
    if os.environ.get("COMITY_WRITE_GOLDEN"):
        file.write_text(text)
    expected = file.read_text().splitlines()
    for number, (ours, theirs) in enumerate(zip(text.splitlines(), expected, strict=True), 1):
        assert ours == theirs, f"{file.name}, line {number}"


@pytest.mark.parametrize(("name", "preset"), CASES)
def test_presets(name, preset):
    compare(playthrough(game_class(name)(preset)), GOLDEN / f"{name}.{preset or 'default'}.txt")


@pytest.mark.parametrize("name", games())
def test_with_every_noise(name, noisy):
    compare(playthrough(game_class(name)(**noisy[name])), GOLDEN / f"{name}.noisy.txt")
