"""A game with institutions in which seats move: between the game's steps the world is in their stages.

A step of the game takes one step of the environment for itself and one for each round of every stage that opens, those
before it and those after it. ``step`` counts the game's own; ``stage`` says where the world is (0 the game, else the
number of the stage), ``stage_round`` in which round of it. In a stage the game sleeps. An end that the game has come to
is held back until the stages after it are over (``held_end``).
"""

from collections.abc import Iterator
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
from gymnasium import spaces

from ..acts import Act
from ..game import RUNNING, Field, Floats, Kernels, Worlds_
from .governed import Given, Governed
from .stage import NOTHING, Bools, Stage, legalise

GAME = 0
END_OF_STEP = -1
NOT_YET = -1
"""The stage of the last step of the environment before there was any."""


class Staged(Governed):
    """What :func:`~.layers.governed` adds to a class of games where an institution has a stage.

    A step's ``income`` is what all of it has paid so far, the game and the stages after it.
    """

    paid = "income"

    def __init__(self, preset: str | None = None, institutions: Given = (), **params: Any) -> None:
        super().__init__(preset, institutions, **params)
        self._of = dict(enumerate(self._with_stage(), 1))
        for one in self._of.values():
            if self.bare.turn_based:
                raise one.refusal("its moves are by turns, and a stage needs one in which all move at once")
        self.stages = tuple(one.name for one in self._of.values())
        before = [k for k, one in self._of.items() if one.before]
        after = [k for k, one in self._of.items() if not one.before]
        self._programme = (*before, GAME, *after, END_OF_STEP)
        self._rounds = np.array([1, *(one.rounds for one in self._of.values())])
        self.turns_per_step = int(self._rounds.sum())
        counts = [one.moves for one in self._of.values()] if self.bare.n_moves else [0] * len(self._of)
        self._first = np.concatenate([[0], self.bare.n_moves + np.cumsum([0, *counts[:-1]])]).astype(np.int64)
        """The first move of each stage; a game of real numbers shares its own with all."""
        legal = self._legal if self.bare.n_moves else None
        self.kernels = Kernels(self._reset, self._step, self._observe, legal)

    def stage_number(self, name: str) -> int:
        """The number of the stage of an institution."""
        return 1 + self.stages.index(name)

    def follows(self, stage: int) -> bool:
        """Does a stage come after the game's step?"""
        return stage != GAME and not self._of[stage].before

    def stage_move(self, stage: int, move: Floats) -> Floats:
        """What the ``move`` of a stage is among all moves of the game."""
        return move + self._first[stage]

    def told_move(self, stage: int, move: float) -> str:
        """A move of a stage as one word."""
        number = move - self._first[stage]
        return f"{self.stages[stage - 1]} {number:g}" if number > NOTHING else "nothing"

    def _with_stage(self) -> Iterator[Stage]:
        return (one for one in self.institutions if isinstance(one, Stage))

    # -- moves -------------------------------------------------------------------------------------------------------

    @cached_property
    def move_space(self) -> "spaces.Discrete | spaces.Box":
        """The game's moves, then those of each stage; where the game's are real numbers, a range that holds all."""
        most = [one.moves for one in self._with_stage()]
        game = self.bare.move_space
        if isinstance(game, spaces.Discrete):
            return spaces.Discrete(int(game.n) + sum(most))
        low, high = min(float(game.low), 0.0), max(float(game.high), *(m - 1.0 for m in most))
        return spaces.Box(low, high, (), np.float64)

    def _legal(self, p: Any, worlds: Worlds_, out: npt.NDArray[np.int8]) -> None:
        """Of the game where the world is in it, else of the stage."""
        stage = worlds["stage"]
        out[:] = 0
        for k in (GAME, *self._of):
            here = stage == k
            if not here.any():
                continue
            moves = self._of[k].moves if k else self.bare.n_moves
            masks = np.zeros((*out.shape[:2], moves), np.int8)
            if k == GAME:
                super()._legal(p, worlds, masks)
            else:
                self._of[k].legal(worlds, masks)
            part = out[:, :, self._first[k] : self._first[k] + moves]
            if here.all():
                part[:] = masks
            else:
                np.copyto(part, masks, where=here[:, None, None])

    def _game_acts(self, worlds: Worlds_, playing: Bools, actions: Floats) -> Floats:
        """A stage's move is none of the game: whoever makes it acts as it did last, if it did."""
        if not self.bare.n_moves:
            return actions
        strays = playing[:, None] & (actions >= self.bare.n_moves) & ~np.isnan(worlds["action"])
        for one in self.institutions:
            overruled = one.overrules(worlds)
            if overruled is not None:
                strays &= ~overruled
        worlds["illegal"] += strays
        return np.where(strays, worlds["action"], actions)

    def _stage_moves(self, k: int, worlds: Worlds_, here: Bools, actions: Floats) -> Floats:
        """The moves of stage ``k``, where what is none, or not legal now, does nothing and is counted."""
        masks = np.zeros((*actions.shape, self._of[k].moves), np.int8)
        self._of[k].legal(worlds, masks)
        return legalise(actions - self._first[k], masks, self.present(worlds) & here[:, None], worlds["illegal"])

    # -- the world ---------------------------------------------------------------------------------------------------

    @property
    def _added(self) -> tuple[tuple[Any, ...], ...]:
        income = ("income", "f8", (self.n_agents,))
        places = (("stage", "i1"), ("stage_round", "i2"), ("stage_before", "i1"), ("held_end", "i1"))
        return (*places, income, *super()._added)

    def _reset(self, p: Any, worlds: Worlds_, again: Bools) -> None:
        super()._reset(p, worlds, again)
        for name in ("stage", "stage_round", "held_end", "income"):
            worlds[name][again] = 0
        worlds["stage_before"][again] = NOT_YET
        self._go_on(worlds, np.asarray(again, np.bool_).copy(), self._programme[: self._programme.index(GAME) + 1])

    def _step(self, p: Any, worlds: Worlds_, actions: Floats, rewards: Floats, ended: npt.NDArray[np.int8]) -> None:
        """A step of the game or a round of a stage, whichever each world is in."""
        running = worlds["ended"] == RUNNING
        stage = worlds["stage"].copy()
        rewards[:] = 0.0
        playing = running & (stage == GAME)
        if playing.any():
            self._game_step(p, worlds, playing, actions, rewards, ended)
        for k, one in self._of.items():
            here = running & (stage == k)
            if here.any():
                self._round(k, one, worlds, here, actions, rewards)
        worlds["settled"][running] = rewards[running]
        worlds["income"][running] += rewards[running]
        worlds["stage_before"][running] = stage[running]
        self._move_on(worlds, running, stage)
        ended[:] = worlds["ended"]

    def _game_step(
        self, p: Any, worlds: Worlds_, playing: Bools, actions: Floats, rewards: Floats, ended: npt.NDArray[np.int8]
    ) -> None:
        """The game wakes up for a step where it is its turn; an end that it comes to is held back."""
        self._play(p, worlds, playing, self._game_acts(worlds, playing, actions), rewards, ended)
        worlds["income"][playing] = 0.0
        worlds["held_end"][playing] = worlds["ended"][playing]
        worlds["ended"][playing] = RUNNING

    def _round(self, k: int, one: Stage, worlds: Worlds_, here: Bools, actions: Floats, rewards: Floats) -> None:
        """A round of a stage; what it pays is settled by the institutions that are listed after it."""
        paid = np.zeros_like(rewards)
        one.play(worlds, here, self._stage_moves(k, worlds, here, actions), paid)
        there = (self.present(worlds) & here[:, None]).view(np.int8)
        for later in self.institutions[self.institutions.index(one) + 1 :]:
            later.settle_stage(worlds, there, paid)
        rewards[here] = paid[here]

    def _move_on(self, worlds: Worlds_, running: Bools, stage: npt.NDArray[np.int8]) -> None:
        """To the next round, the next stage that opens, or the next step of the game."""
        worlds["stage_round"][running] += 1
        over = running & (worlds["stage_round"] >= self._rounds[stage])
        for k in (GAME, *self._of):
            those = over & (stage == k)
            if those.any():
                at = self._programme.index(k)
                ahead = self._programme[at + 1 :] + self._programme[: self._programme.index(GAME) + 1]
                self._go_on(worlds, those, ahead)

    def _go_on(self, worlds: Worlds_, those: Bools, ahead: tuple[int, ...]) -> None:
        """Brings the worlds ``those`` to the first place ``ahead`` at which there is something to do."""
        worlds["stage_round"][those] = 0
        waits = (worlds["held_end"] == RUNNING) | self.present(worlds).any(axis=1)  # no end waits for nobody
        for place in ahead:
            if place == END_OF_STEP:
                worlds["ended"][those] = worlds["held_end"][those]
                worlds["stage"][those] = GAME
                those = those & (worlds["ended"] == RUNNING)
                continue
            opens = those if place == GAME else those & waits & self._of[place].opens(worlds)
            if opens.any():
                worlds["stage"][opens] = place
                if place != GAME:
                    self._of[place].open(worlds, opens)
            those = those & ~opens

    # -- what is seen ------------------------------------------------------------------------------------------------

    @cached_property
    def fields(self) -> tuple[Field, ...]:
        """The stage and its round come last."""
        stage = Field("stage", 0, len(self._of), "where we are: 0 in the game, else the number of the stage")
        turn = Field("stage_round", 0, float(self._rounds.max()), "rounds of this stage that are over")
        return (*super().fields, stage, turn)

    def _observe(self, p: Any, worlds: Worlds_, out: npt.NDArray[Any]) -> None:
        super()._observe(p, worlds, out)
        out[:, :, -2] = worlds["stage"][:, None]
        out[:, :, -1] = worlds["stage_round"][:, None]

    def perceive(self, worlds: Worlds_, seat: int) -> None:
        """What others earned is known where what the game paid them is."""
        super().perceive(worlds, seat)
        worlds["income"][np.isnan(worlds["payoff"])] = np.nan

    def acts_seen(self, world: Any, seat: int) -> list[Act]:
        """The game's, if the last step was one of the game: what is done in a stage is told by its institution."""
        return super().acts_seen(world, seat) if world["stage_before"] == GAME else []

    def completed(self, worlds: Worlds_) -> Bools:
        """Where no more stages of this step are to come."""
        at = np.array([self._programme.index(k) for k in (GAME, *self._of)])
        game = self._programme.index(GAME)
        return super().completed(worlds) & (at[worlds["stage"]] <= game) & (at[worlds["stage_before"]] >= game)

    def labels(self, worlds: Worlds_) -> Floats:
        """A stage has none."""
        return np.where((worlds["stage_before"] == GAME)[:, None], super().labels(worlds), np.nan)

    def cooperation_pairs(self, worlds: Worlds_) -> Floats:
        """A stage has none."""
        pairs = super().cooperation_pairs(worlds)
        pairs[worlds["stage_before"] != GAME] = np.nan
        return pairs

    # -- what may be done --------------------------------------------------------------------------------------------

    def candidates(self, worlds: Worlds_, seat: int, limit: int = 256) -> tuple[Floats, Bools]:
        """The game's where the world is in it, else all moves of the stage."""
        stage = worlds["stage"]
        moves, legal = [], []
        for k in np.unique(stage).tolist():
            if k == GAME:
                acts, fine = super().candidates(worlds, seat, limit)
                moves.append(acts)
            else:
                masks = np.zeros((len(worlds), self.n_agents, self._of[k].moves), np.int8)
                self._of[k].legal(worlds, masks)
                fine = masks[:, seat] == 1
                moves.append(np.repeat(self._first[k] + np.arange(fine.shape[1], dtype=np.float64)[None], len(fine), 0))
            legal.append(fine & (stage == k)[:, None])
        return np.concatenate(moves, axis=1), np.concatenate(legal, axis=1)

    def counterpart(self, actions: Floats, i: int, j: int) -> Floats:
        """In a stage the same move."""
        same = self.bare.counterpart(actions, i, j)
        return np.where(actions >= self.bare.n_moves, actions, same) if self.bare.n_moves else same

    # -- in words ----------------------------------------------------------------------------------------------------

    def view(self, world: Any, seat: int) -> str:
        """In a stage, also what is asked now."""
        lines = super().view(world, seat).split("\n")
        stage = int(world["stage"])
        if stage == GAME or world["ended"] != RUNNING:
            return "\n".join(lines)
        if self.follows(stage):  # the game tells of a step that is still to come
            lines = [f"Step {world['step']} is played.", *(line for line in lines if not line.startswith("Step "))]
        return "\n".join([*lines, *self._of[stage].told(world, seat)])

    def move_schema(self, world: Any, seat: int) -> dict[str, Any]:
        """The game's, or the stage's."""
        stage = int(world["stage"])
        return super().move_schema(world, seat) if stage == GAME else self._of[stage].schema(world, seat)

    def move_of(self, world: Any, seat: int, answer: Any) -> float:
        """The game's, or the stage's."""
        stage = int(world["stage"])
        if stage == GAME:
            return super().move_of(world, seat, answer)
        return float(self._first[stage] + self._of[stage].move_of(world, seat, answer))

    def answer_of(self, world: Any, seat: int, move: float) -> Any:
        """The game's, or the stage's."""
        stage = int(world["stage"])
        if stage == GAME:
            return super().answer_of(world, seat, move)
        return self._of[stage].answer_of(world, seat, move - self._first[stage])
