"""Tables as a run leaves them, made by playing scripted strategies under the names of norms."""

import numpy as np
import polars as pl
import pytest

from comity.analysis.episodes import episode_measures
from comity.experiments.play import play

SELF_PLAY = {
    "matrix": {"selfish": "alld", "kind": "gtft", "reciprocal": "tft"},
    "fishery": {"selfish": "greedy", "kind": "conditional", "reciprocal": "sustainable_threshold"},
    "alternating_offers": {"selfish": "tough", "kind": "fair", "reciprocal": "conceder"},
    "standoff": {"selfish": "hawk", "kind": "grit", "reciprocal": "mirror"},
}
PARAMS = {
    "matrix": {"action_noise": 0.05, "horizon": 30},
    "fishery": {"growth_noise": 0.3},
    "alternating_offers": {},
    "standoff": {"horizon": 30},
}


def rows(cell, game, arm, norm, seats, worlds, kindness=0.0, varied=(), seed=0, told=lambda record: record, **params):
    """The tables of one cell, of the record as ``told``."""
    record = told(play(game, seats, worlds=worlds, seed=seed, **{**PARAMS[game], **params}))
    columns = {
        "point": [f"{cell}-{s}" for s in range(worlds)],
        "cell": cell,
        "game": game,
        "seats": arm,
        "norms": norm,
        "norms.kindness": kindness,
        "varied": pl.Series([list(varied)] * worlds, dtype=pl.List(pl.String)),
        "bearers": [[arm != "with_exploiter", *[True] * (record.game.n_agents - 1)]] * worlds,
        "seed": record.seeds,
        "episode": 0,
        "outcome": [record.outcomes[k] for k in record.outcome],
    }
    measures = {key: pl.Series(value.tolist()) for key, value in episode_measures(record).items()}
    episodes = pl.DataFrame(columns).with_columns(**measures).with_columns(pl.selectors.float().fill_nan(None))
    return episodes, record.frame().with_columns(cell=pl.lit(cell))


def tables(games=tuple(SELF_PLAY), worlds=6, dose=True):
    """Episodes and steps of a small design: three norms, two arms, and a grid of kindness in the matrix game."""
    found = []
    for game in games:
        for norm, agent in SELF_PLAY[game].items():
            found.append(rows(f"{game}-{norm}", game, "deliberators", norm, [agent], worlds))
            found.append(rows(f"{game}-{norm}-x", game, "with_exploiter", norm, ["exploiter", agent], worlds))
    if dose and "matrix" in games:
        for k, kindness in enumerate((0.5, 1.0)):
            agent = {"agent": "bernoulli", "alpha": kindness}
            found.append(
                rows(f"dose-{k}", "matrix", "deliberators", "selfish", [agent], worlds, kindness, ["norms.kindness"])
            )
    episodes, steps = zip(*found, strict=True)
    return pl.concat(episodes, how="diagonal_relaxed"), pl.concat(steps, how="diagonal_relaxed")


MANIFEST = {
    "name": "small",
    "question": "What do <norms> do?",
    "grids": [{"game": ["matrix"], "game.horizon": [30], "deliberator.rationality": [20]}],
    "settings": {
        "games": {"matrix": {"temptation": [5.0], "reward": [3.0], "punishment": [1.0], "sucker": [0.0]}},
        "deliberator": {"depth": [6], "rationality": [20.0]},
    },
    "versions": {"comity": "0.1.0", "numpy": np.__version__},
    "git": {"revision": "abc", "dirty": False},
    "seeds": {"count": 6, "values": "range(0, 6)"},
    "counts": {"points": 150, "cells": 25, "finished": 150},
    "wall_seconds": 1.25,
}


@pytest.fixture(scope="session")
def small():
    """Tables of all four games."""
    return tables()


@pytest.fixture(scope="session")
def make_rows():
    """How to make the tables of one cell."""
    return rows


@pytest.fixture(scope="session")
def manifest():
    """A manifest as the store writes it."""
    return MANIFEST
