"""Common random numbers: what cells of the same seeds share, and what independent ones do not."""

import numpy as np
import pytest

from comity.experiments.chunks import cut, drawn, play_chunk
from comity.experiments.designs.design import Design

from .test_grids import design


def played(found: Design):
    """The record of each cell."""
    records = {chunk.cells[0].id: play_chunk(chunk) for chunk in cut(found, set())}
    return [records[cell.id] for cell in found.cells]


def test_cells_of_one_seed_share_the_chance_of_the_game_until_acts_differ():
    noisy = ["game=matrix", "game.horizon=40", "game.action_noise=0.2", "game.continuation=0.9", "seed=range(20)"]
    tft, alld = played(design(*noisy, "seats.agents=[tft],[{agent: alld, from_step: 3, before: tft}]"))
    np.testing.assert_array_equal(tft.lengths, alld.lengths)
    np.testing.assert_array_equal(tft.actions[:, :3], alld.actions[:, :3])
    np.testing.assert_array_equal(tft.rewards[:, :3], alld.rewards[:, :3])
    assert (tft.intended[:, 3:] != alld.intended[:, 3:]).any()
    # the slip of a move is the same, too, whatever was intended
    both = tft.played & alld.played
    slipped = [record.actions != record.intended for record in (tft, alld)]
    np.testing.assert_array_equal(slipped[0][both], slipped[1][both])
    assert slipped[0][both].any()


def test_independent_cells_share_no_chance_and_no_seed():
    noisy = ["game=matrix", "game.continuation=0.9", "seats.agents=[tft],[alld]", "seed=range(20)"]
    found = design(*noisy, "pairing=independent")
    assert len(np.unique(np.concatenate(found.seeds))) == 2 * 20
    first, second = played(found)
    assert (first.lengths != second.lengths).any()
    paired = design(*noisy)
    assert [seeds.tolist() for seeds in paired.seeds] == [list(range(20))] * 2
    assert found.key() != paired.key()
    again = design(*noisy, "pairing=independent", "seed=range(10)")
    assert [more[:10].tolist() for more in found.seeds] == [seeds.tolist() for seeds in again.seeds]
    assert abs(np.corrcoef(first.lengths, second.lengths)[0, 1]) < 0.7


def test_a_sample_is_drawn_by_lot_and_nested():
    seeds = np.arange(1000, dtype=np.uint64)
    kept = [set(seeds[drawn(seeds, n)].tolist()) for n in (1, 10, 100, 2000)]
    assert [len(one) for one in kept] == [1, 10, 100, 1000]
    assert kept[0] < kept[1] < kept[2]
    # a lot: the mean of 100 of 0 … 999 without replacement has a standard error of 27.4
    assert abs(np.mean(list(kept[2])) - 499.5) < 3 * 27.4
    assert set(seeds[::-1][drawn(seeds[::-1].copy(), 10)].tolist()) == kept[1], "in whatever order they come"


@pytest.mark.parametrize("size", [None, 3])
def test_the_sample_does_not_depend_on_chunks_or_on_what_is_finished(size):
    found = design("game=matrix", "norms=kind,selfish", "seed=range(20)", "record=sample", "sample=4")
    names = {cell.id: k for k, cell in enumerate(found.cells)}

    def kept(chunks):
        return {
            (names[chunk.cells[k].id], int(seed))
            for chunk in chunks
            for k, seed in zip(chunk.which[chunk.sampled], chunk.seeds[chunk.sampled], strict=True)
        }

    everything = kept(cut(found, set()))
    by_cell = [{seed for k, seed in everything if k == cell} for cell in (0, 1)]
    assert by_cell[0] == by_cell[1], "cells of the same seeds keep the same"
    assert len(by_cell[0]) == 4
    chunks = cut(found, set(), size)
    assert kept(chunks) == everything
    done, left = chunks[0], cut(found, set(chunks[0].points), size)
    assert kept([done, *left]) == everything


def test_how_many_are_sampled_is_part_of_the_design():
    keys = {
        design("game=matrix", "seed=0", *typed).key()
        for typed in ([], ["record=sample"], ["record=sample", "sample=2"])
    }
    assert len(keys) == 3
