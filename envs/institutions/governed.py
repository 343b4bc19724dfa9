"""A game with institutions laid over it: itself a game, which every face and agent takes as it takes any other.

Beside the game's fields a world keeps what each seat was paid after all institutions had settled (``settled``;
``payoff`` stays what the game itself paid), and theirs. The game's own compiled rules run on it unchanged. Institutions
settle in the order in which they are listed.
"""

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from ..acts import Act
from ..game import RUNNING, TRUNCATED, Anchors, Field, Floats, Game, Kernels, Worlds_
from .institution import Institution
from .laying import laid_over, part_of, put_back

LARGEST = 1e9
"""A settled payoff that an observation can show."""

Given = tuple[tuple[type[Institution], tuple[tuple[str, Any], ...]], ...]


class Governed(Game):
    """What :func:`~.layers.governed` adds to a class of games."""

    bare_class: ClassVar[type[Game]]
    again: ClassVar[Callable[..., Game]]
    """Makes such a game once more, of its class, parameters and institutions."""
    paid = "settled"

    def __init__(self, preset: str | None = None, institutions: Given = (), **params: Any) -> None:
        super().__init__(preset, **params)
        self.bare = self.bare_class(**self.params._asdict())
        self.institutions = tuple(cls(self.bare, **dict(settings)) for cls, settings in institutions)
        for one in self.institutions:
            one.join(self.institutions)
        self.given = tuple((type(one), tuple(one.params._asdict().items())) for one in self.institutions)
        self.logged = (*self.bare.logged, *(name for one in self.institutions for name in one.logged))
        masked = self.bare.kernels.legal or any(one.narrows for one in self.institutions)
        self.kernels = Kernels(self._reset, self._step, self._observe, self._legal if masked else None)

    def institution(self, name: str) -> Institution:
        """The one of this name that is laid over the game. Raises ``KeyError`` where it is not."""
        return {one.name: one for one in self.institutions}[name]

    @property
    def settings(self) -> dict[str, Any]:
        """The game's, and every institution with its own."""
        laid_over = [{"institution": one.name, **one.params._asdict()} for one in self.institutions]
        return {**super().settings, "institutions": laid_over}

    def remade(self, params: Mapping[str, Any]) -> Game:
        """With its institutions, whose numbers stay what they are."""
        return type(self)(institutions=self.given, **params)

    def __reduce__(self) -> tuple[Callable[..., Game], tuple[Any, ...]]:
        return type(self).again, (self.bare_class, self.params._asdict(), self.given)

    # -- the world ---------------------------------------------------------------------------------------------------

    @cached_property
    def world_dtype(self) -> np.dtype[np.void]:
        """See the module."""
        return laid_over(self.bare.world_dtype, self._added)

    def of_game(self, worlds: Worlds_) -> Worlds_:
        """A copy of the game's own part of ``worlds`` (B,), as its compiled rules take it."""
        return part_of(worlds, self.bare.world_dtype)

    def _one(self, world: Any) -> Any:
        return self.of_game(np.array([world]))[0]

    @property
    def _added(self) -> tuple[tuple[Any, ...], ...]:
        return (("settled", "f8", (self.n_agents,)), *(f for one in self.institutions for f in one.world_fields))

    def _reset(self, p: Any, worlds: Worlds_, again: npt.NDArray[np.bool_]) -> None:
        part = self.of_game(worlds)
        self.bare.kernels.reset(p, part, again)
        put_back(worlds, part)
        worlds["settled"][again] = 0.0
        for one in self.institutions:
            one.reset(worlds, again)

    def _step(self, p: Any, worlds: Worlds_, actions: Floats, rewards: Floats, ended: npt.NDArray[np.int8]) -> None:
        """The game's step, then what institutions make of it."""
        running = worlds["ended"] == RUNNING
        self._play(p, worlds, running, actions, rewards, ended)
        worlds["settled"][running] = rewards[running]

    def _play(
        self,
        p: Any,
        worlds: Worlds_,
        playing: npt.NDArray[np.bool_],
        actions: Floats,
        rewards: Floats,
        ended: npt.NDArray[np.int8],
    ) -> None:
        """A step of the game in the worlds ``playing`` (B,); in all others it sleeps."""
        there = (self.present(worlds) & playing[:, None]).view(np.int8)
        acts = actions
        if self._amending:
            acts = actions.copy()
            for one in self._amending:
                one.amend(worlds, playing, acts)
        part = self.of_game(worlds)
        part["ended"][~playing] = np.where(part["ended"][~playing] == RUNNING, TRUNCATED, part["ended"][~playing])
        self.bare.kernels.step(p, part, acts, rewards, ended)
        ends = worlds["ended"][~playing]
        put_back(worlds, part)
        worlds["ended"][~playing] = ends
        for one in self.institutions:
            one.settle(worlds, there, rewards)

    @cached_property
    def _amending(self) -> tuple[Institution, ...]:
        return tuple(one for one in self.institutions if type(one).amend is not Institution.amend)

    def _legal_in_game(self, p: Any, worlds: Worlds_, out: npt.NDArray[np.int8]) -> None:
        if self.bare.kernels.legal is None:
            out[:] = 1
        else:
            self.bare.kernels.legal(p, self.of_game(worlds), out)

    def _legal(self, p: Any, worlds: Worlds_, out: npt.NDArray[np.int8]) -> None:
        self._legal_in_game(p, worlds, out)
        for one in self.institutions:
            if one.narrows:
                one.narrow(worlds, out)

    def _observe(self, p: Any, worlds: Worlds_, out: npt.NDArray[Any]) -> None:
        self.bare.kernels.observe(p, self.of_game(worlds), out)
        column = len(self.bare.fields)
        out[:, :, column] = np.clip(worlds[self.paid], -LARGEST, LARGEST)
        column += 1
        for one in self.institutions:
            one.observe(worlds, out, column)
            column += len(one.fields)

    # -- what is seen ------------------------------------------------------------------------------------------------

    @cached_property
    def fields(self) -> tuple[Field, ...]:
        """The game's, then what was paid in the end, then those of the institutions."""
        settled = Field("settled", -LARGEST, LARGEST, "what I was paid for the last step after all institutions")
        return (*self.bare.fields, settled, *(field for one in self.institutions for field in one.fields))

    @property
    def observation_dtype(self) -> type[np.float32] | type[np.uint8]:
        """Payments are no bytes."""
        return np.float32

    @property
    def stochastic(self) -> bool:
        """In the game, or in an institution."""
        return self.bare.stochastic or any(one.stochastic for one in self.institutions)

    def perceive(self, worlds: Worlds_, seat: int) -> None:
        """What others were paid is known where what the game paid them is; what an institution keeps of them is not."""
        part = self.of_game(worlds)
        self.bare.perceive(part, seat)
        put_back(worlds, part)
        worlds["settled"][np.isnan(worlds["payoff"])] = np.nan
        for one in self.institutions:
            one.perceive(worlds, seat)

    def acts_seen(self, world: Any, seat: int) -> list[Act]:
        """The game's."""
        return self.bare.acts_seen(self._one(world), seat)

    def exchanged(self, worlds: Worlds_, i: int, j: int) -> Worlds_:
        """Each has what the other had of everything that is kept for each seat."""
        swapped = worlds.copy()
        put_back(swapped, self.bare.exchanged(self.of_game(worlds), i, j))
        order = np.arange(self.n_agents)
        order[[i, j]] = j, i
        for name, *_ in self._added:
            if worlds[name].shape[1:2] == (self.n_agents,):
                swapped[name] = worlds[name][:, order]
        return swapped

    @property
    def history(self) -> tuple[str, ...]:
        """The game's, what was paid, and what institutions name."""
        return (*super().history, "settled", *(name for one in self.institutions for name in one.history))

    def anchors(self) -> Anchors:
        """Those of the game without its institutions: the yardstick stays the same."""
        return self.bare.anchors()

    # -- what is the game's own --------------------------------------------------------------------------------------

    def movers(self, worlds: Worlds_) -> npt.NDArray[np.bool_]:
        """The game's."""
        return self.bare.movers(self.of_game(worlds))

    def present(self, worlds: Worlds_) -> npt.NDArray[np.bool_]:
        """The game's."""
        return self.bare.present(self.of_game(worlds)) if self.comes_and_goes else super().present(worlds)

    def completed(self, worlds: Worlds_) -> npt.NDArray[np.bool_]:
        """The game's."""
        return self.bare.completed(worlds)

    def cooperation_pairs(self, worlds: Worlds_) -> Floats:
        """The game's."""
        return self.bare.cooperation_pairs(self.of_game(worlds))

    def exemplar(self, worlds: Worlds_, seat: int, cooperative: bool) -> Floats:
        """The game's."""
        return self.bare.exemplar(self.of_game(worlds), seat, cooperative)

    def candidates(self, worlds: Worlds_, seat: int, limit: int = 256) -> tuple[Floats, npt.NDArray[np.bool_]]:
        """The game's, without those that institutions take away."""
        moves, legal = self.bare.candidates(self.of_game(worlds), seat, limit)
        return moves, legal & self.legal_among(worlds, seat, moves)

    # -- in words ----------------------------------------------------------------------------------------------------

    def brief(self, seat: int, paraphrase: int = 0) -> str:
        """The game's rules, then those of the institutions, in one of their wordings, 0, 1 or 2."""
        laid_over = (line for one in self.institutions for line in one.brief(seat, paraphrase))
        return "\n".join([super().brief(seat, paraphrase), *laid_over])

    def move_schema(self, world: Any, seat: int) -> dict[str, Any]:
        """The game's, without the moves that institutions take away."""
        part = self._one(world)
        schema = self.bare.move_schema(part, seat)
        if "const" in schema or not any(one.narrows for one in self.institutions):
            return schema
        left = self._left(np.array([world]), seat)
        if left is None:
            return schema
        if "enum" not in schema:
            return {"type": schema["type"], "enum": [self.bare.answer_of(part, seat, move) for move in left]}
        named = zip(schema["enum"], self.bare.legal_moves(part, seat), strict=True)
        return {**schema, "enum": [answer for answer, move in named if move in left]}

    def _left(self, worlds: Worlds_, seat: int) -> list[float] | None:
        """The moves that institutions leave to ``seat`` in one world; None where they take none away."""
        if not self.bare.n_moves:  # whoever another acts for has no choice, though no mask can say so
            acts = np.full((1, self.n_agents), np.nan)
            for one in self._amending:
                if (overruled := one.overrules(worlds)) is not None and overruled[0, seat]:
                    one.amend(worlds, np.ones(1, np.bool_), acts)
            return None if np.isnan(acts[0, seat]) else [float(acts[0, seat])]
        in_game, left = np.zeros((2, 1, self.n_agents, self.bare.n_moves), np.int8)
        self._legal_in_game(self.p, worlds, in_game)
        Governed._legal(self, self.p, worlds, left)
        return None if (left >= in_game)[0, seat].all() else np.flatnonzero(left[0, seat]).astype(float).tolist()

    def meant(self, world: Any, seat: int, answer: Any) -> float:
        """The game's."""
        return self.bare.meant(self._one(world), seat, answer)

    def answer_of(self, world: Any, seat: int, move: float) -> Any:
        """The game's."""
        return self.bare.answer_of(self._one(world), seat, move)

    def picture(self, world: Any) -> npt.NDArray[np.uint8]:
        """The game's, or where it has none of its own a card for each seat, which shows institutions, too."""
        own = type(self.bare).picture is not Game.picture
        return self.bare.picture(self._one(world)) if own else super().picture(world)

    def view(self, world: Any, seat: int) -> str:
        """The game's view, then what was paid in the end and what institutions show."""
        lines = [self.bare.view(self._one(world), seat)]
        if world["step"] and self.present(np.array([world]))[0, seat]:
            lines.append(f"After all institutions the last step paid you {world[self.paid][seat]:g}.")
        return "\n".join([*lines, *(line for one in self.institutions for line in one.view(world, seat))])
