"""The text channel: who hears what, and the placebo."""

import numpy as np

from comity.envs.faces.talk import Talk


def words(talk: Talk, b: int, seat: int) -> list[tuple[int, str]]:
    return [(one.seat, one.words) for one in talk.heard(b, seat)]


def said(talk: Talk, worlds: int, seats: int, number: int) -> None:
    talk.close_round({(b, i): f"w{b} s{i} r{number}" for b in range(worlds) for i in range(seats)})


def test_others_hear_what_was_said_in_the_rounds_so_far_and_forget_it_after_the_step() -> None:
    talk = Talk(np.arange(2, dtype=np.uint64), rounds=2)
    talk.open(0, np.ones(2, bool))
    assert words(talk, 0, 0) == []
    said(talk, 2, 3, 0)
    assert words(talk, 1, 0) == [(1, "w1 s1 r0"), (2, "w1 s2 r0")]
    talk.close_round({(0, 2): "later", (0, 1): "", (1, 0): "elsewhere"})
    assert words(talk, 0, 0) == [(1, "w0 s1 r0"), (2, "w0 s2 r0"), (2, "later")]
    assert [one.words for one in talk.own(0, 2)] == ["w0 s2 r0", "later"]
    talk.open(1, np.ones(2, bool))
    assert words(talk, 0, 0) == []
    assert [(one.world, one.step, one.round, one.seat) for one in talk.log[-2:]] == [(0, 0, 1, 2), (1, 0, 1, 0)]


def test_the_placebo_lets_every_world_hear_exactly_one_other() -> None:
    seeds = np.arange(7, dtype=np.uint64)
    talk = Talk(seeds, rounds=1, shuffled=True)
    circles = set()
    for step in range(5):
        active = np.ones(7, bool)
        active[:step] = False
        talk.open(step, active)
        said(talk, 7, 2, 0)
        sources = {b: int(words(talk, b, 0)[0][1].split()[0][1:]) for b in np.flatnonzero(active)}
        assert sorted(sources.values()) == sorted(sources), "of each world in one other, of those that run alone"
        assert all(source != b for b, source in sources.items())
        assert [one.words for one in talk.own(6, 0)] == ["w6 s0 r0"]
        circles.add(tuple(sources.items()))
    assert len(circles) == 5, "another one in each step"


def test_under_the_placebo_a_world_that_runs_alone_hears_nothing() -> None:
    talk = Talk(np.arange(2, dtype=np.uint64), rounds=1, shuffled=True)
    talk.open(0, np.array([True, False]))
    said(talk, 2, 2, 0)
    assert words(talk, 0, 0) == []
