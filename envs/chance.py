"""Chance that belongs to a world: every draw is a pure function of its address.

A draw is addressed by (seed, episode, step, stream, index); nothing is ever "next". So a world is bit-equal alone, in a
batch or on another worker, and two runs that differ in one planted act share all other chance. The hash is the
output function of SplitMix64 (Steele, Lea & Flood 2014, doi:10.1145/2660193.2660195), applied once per pair of words.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit, vectorize

from .compiled import name_apart

name_apart()  # here, where whatever is compiled comes by first

GOLDEN = np.uint64(0x9E3779B97F4A7C15)  # SplitMix64's increment, 2^64 divided by the golden ratio
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)
_S30, _S27, _S31, _S11, _S32 = (np.uint64(s) for s in (30, 27, 31, 11, 32))
_UNIT = 2.0**-53

# What a draw is for. Streams keep purposes apart, so that a new kind of draw never shifts another.
CONTINUATION, ACTION_NOISE, PERCEPTION_NOISE, PAIRING, GROWTH, RATIONING, HAZARD = range(7)
SHUFFLE, ASSESSMENT, CONTEXT, SPEAKER, ORDER, TARGET, SPAWN, DIRT, DETECTION, MISFIRE = range(7, 17)
EXCESS, GOSSIP, MISHEARD, MEDIATION = range(17, 21)


@njit(cache=True)
def mix(z: np.uint64) -> np.uint64:
    """SplitMix64's finalizer: a bijection of 64-bit words in which every input bit reaches every output bit."""
    z = (z ^ (z >> _S30)) * _FIRST
    z = (z ^ (z >> _S27)) * _SECOND
    return z ^ (z >> _S31)


@njit(cache=True)
def world_key(seed: np.uint64, episode: int) -> np.uint64:
    """The key under which all draws of one episode of one world are addressed."""
    return mix(mix(np.uint64(seed) + GOLDEN) + GOLDEN * np.uint64(episode + 1))


@njit(cache=True)
def uniform(key: np.uint64, step: int, stream: int, index: int) -> float:
    """A number in [0, 1) at this address."""
    z = mix(key + GOLDEN * np.uint64(step + 1))
    z = mix(z + GOLDEN * ((np.uint64(stream) << _S32) + np.uint64(index + 1)))
    return np.float64(z >> _S11) * _UNIT


@vectorize(["float64(uint64, int64, int64, int64)"], cache=True)
def uniforms(key: Any, step: Any, stream: Any, index: Any) -> Any:
    """:func:`uniform` over arrays, for agents: each broadcasts with the others."""
    return uniform(key, step, stream, index)


@vectorize(["uint64(uint64, int64)"], cache=True)
def keys(seeds: Any, lane: Any) -> Any:
    """Keys for a purpose of their own (a seat, an imagined future): independent of the worlds' with the same seeds."""
    return mix(world_key(mix(seeds ^ GOLDEN), lane))


def world_seeds(seed: int | npt.ArrayLike, worlds: int) -> npt.NDArray[np.uint64]:
    """One seed per world: ``seed, seed + 1, …`` (Gymnasium's convention for vector environments), or those given.

    >>> world_seeds(7, 3)
    array([7, 8, 9], dtype=uint64)
    """
    if np.ndim(seed) == 0:
        return np.arange(worlds, dtype=np.uint64) + np.uint64(int(seed) % 2**64)  # type: ignore[arg-type]
    given = np.asarray(seed).astype(np.uint64)
    if given.shape != (worlds,):
        raise ValueError(f"seed has shape {given.shape}; it must be one number or one for each of {worlds} worlds")
    return given
