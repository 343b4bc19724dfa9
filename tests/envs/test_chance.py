"""Draws are pure functions of their address, uniform, and unrelated across addresses."""

import numpy as np
import pytest

from comity.envs.chance import keys, mix, uniform, uniforms, world_key, world_seeds


def test_the_mixer_is_splitmix64():
    """The first outputs of SplitMix64 from state 0, as published with xoshiro by Vigna (prng.di.unimi.it)."""
    golden = 0x9E3779B97F4A7C15
    outputs = [int(mix(np.uint64(golden * k % 2**64))) for k in (1, 2, 3)]
    assert outputs == [0xE220A8397B1DCDAF, 0x6E789E6AA1B965F4, 0x06C45D188009454F]


def test_a_draw_is_its_address():
    key = np.uint64(world_key(np.uint64(5), 0))
    assert uniform(key, 3, 1, 2) == uniform(key, 3, 1, 2)
    assert uniforms(np.array([key]), 3, 1, 2)[0] == uniform(key, 3, 1, 2)


@pytest.mark.parametrize("axis", range(5))
def test_uniform_and_uncorrelated_along_every_part_of_the_address(axis):
    n = 20_000
    draws = np.empty(n)
    for k in range(n):
        address = [0, 0, 0, 0, 0]
        address[axis] = k
        seed, episode, step, stream, index = address
        draws[k] = uniform(np.uint64(world_key(np.uint64(seed), episode)), step, stream, index)
    assert draws.min() >= 0
    assert draws.max() < 1
    assert draws.mean() == pytest.approx(0.5, abs=4 * 12**-0.5 / n**0.5)
    counts = np.histogram(draws, bins=20, range=(0, 1))[0]
    assert ((counts - n / 20) ** 2 / (n / 20)).sum() < 60  # χ² with 19 degrees of freedom: p < 1e-5
    assert abs(np.corrcoef(draws[1:], draws[:-1])[0, 1]) < 4 / n**0.5
    assert len(np.unique(draws)) == n


def test_agents_and_worlds_with_the_same_seed_share_no_keys():
    seeds = world_seeds(0, 1000)
    worlds = {int(world_key(s, e)) for s in seeds for e in range(3)}
    seats = {int(k) for lane in range(3) for k in keys(seeds, lane)}
    assert len(worlds) == len(seats) == 3000
    assert not worlds & seats


def test_world_seeds():
    assert world_seeds(3, 2).tolist() == [3, 4]
    assert world_seeds([9, 1], 2).tolist() == [9, 1]
    with pytest.raises(ValueError, match="3 worlds"):
        world_seeds([1, 2], 3)
