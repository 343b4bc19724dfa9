"""What every agent must do: sit in one seat of many worlds at once."""

import copy
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, NamedTuple, Self

import numpy as np
import numpy.typing as npt

from ..envs.acts import Act
from ..envs.chance import keys
from ..envs.faces.talk import Talk
from ..envs.game import Floats, Game, Seen, Worlds_

Bools = npt.NDArray[np.bool_]


class View:
    """What a seat can know before it moves, in all its worlds.

    ``observations`` (B, d) of the game's dtype, ``masks`` (B, m) int8 legal moves or None, ``active`` (B,) which
    worlds still run.
    The true worlds stay hidden behind :meth:`imagine`, :meth:`text` and what concerns answers in JSON.
    """

    __slots__ = ("_worlds", "active", "game", "masks", "observations", "seat")

    def __init__(self, game: Game, seat: int, worlds: Worlds_, observations: Any, masks: Any, active: Bools) -> None:
        self.game = game
        self.seat = seat
        self._worlds = worlds
        self.observations: Seen = observations
        self.masks: npt.NDArray[np.int8] | None = masks
        self.active = active

    @property
    def stage(self) -> int:
        """Where the worlds are, which is the same place in all that run: 0 in the game, else the number of a stage of
        an institution. Raises ``ValueError`` where they are in different ones.
        """
        if not self.game.stages:
            return 0
        places = self.observations[:, self.game.field_index["stage"]]
        places = places if self.active.all() else places[self.active]
        if not len(places):
            return 0
        if (places != places[0]).any():
            different = np.unique(places).tolist()
            raise ValueError(f"{self.game.name}: worlds that began together are in different stages, {different}")
        return int(places[0])

    def imagine(self, seeds: npt.NDArray[np.uint64], which: Any = slice(None)) -> Worlds_:
        """The worlds ``which`` as this seat may believe them, with chance of their own under ``seeds``."""
        return self.game.imagine(self._worlds[which], self.seat, seeds)

    def text(self, b: int) -> str:
        """World ``b`` in words."""
        return self.game.view(self._worlds[b], self.seat)

    def acts(self, b: int) -> list[Act]:
        """What was done in the last step of the environment in world ``b``, as far as this seat saw it."""
        return self.game.acts_seen(self._worlds[b], self.seat)

    def schema(self, b: int) -> dict[str, Any]:
        """The JSON schema of a legal move in world ``b``."""
        return self.game.move_schema(self._worlds[b], self.seat)

    def move_of(self, b: int, answer: Any) -> float:
        """The move that a decoded JSON value means in world ``b`` (:meth:`~..envs.game.Game.move_of`)."""
        return self.game.move_of(self._worlds[b], self.seat, answer)

    def answer_of(self, b: int, move: float) -> Any:
        """The answer that means a legal ``move`` in world ``b``."""
        return self.game.answer_of(self._worlds[b], self.seat, move)

    def among(self, which: Bools) -> Self:
        """The same for whoever sits in the worlds ``which`` (B,) alone: to it all others have ended."""
        part = copy.copy(self)
        part.active = self.active & which
        return part


class Outcome(NamedTuple):
    """What a seat perceived of a step: its own intended ``actions`` (B,), ``rewards`` (B,) as paid, and the ``view``
    after it.
    """

    actions: Floats
    rewards: Floats
    view: View


class NoSettings(NamedTuple):
    """Of an agent that needs none."""


class Agent:
    """Sits in one seat. ``begin`` once per episode, then ``act`` and ``learn`` step by step.

    A subclass declares ``name``, the ``games`` it plays (none: all), its settings ``Params``, and the ``knobs`` by
    which norms reach its conduct (NORMS.md §1).
    """

    name: ClassVar[str]
    games: ClassVar[tuple[str, ...]] = ()
    needs: ClassVar[tuple[str, ...]] = ()
    """Institutions without which it cannot be played."""
    knobs: ClassVar[tuple[str, ...]] = ()
    shared: ClassVar[tuple[str, ...]] = ()
    """Settings that are the same in all worlds; the others may be arrays of one value per world."""

    talks: int = 0
    """Rounds of talk before each step of the game that it takes part in."""
    talk_shuffled: bool = False
    """Is what it hears there said in another world (:mod:`~comity.envs.faces.talk`)?"""

    by_chance: bool = True
    """Can chance of its own touch what it does? Only whoever never draws says no."""

    plays_stages: ClassVar[bool] = False
    """Does it move in the stages of institutions by itself? For whoever does not, a conduct does (:mod:`.stages`)."""
    sees_institutions: ClassVar[bool] = False
    """Does it look at what institutions show, or at the bare game only?"""

    in_stages: ClassVar[Mapping[str, str]] = {}
    """What it does in the stage of an institution where its seat says nothing else: the conduct, by institution."""

    Params: ClassVar[Any] = NoSettings
    label: str = ""
    """How tables name it; empty: by its ``name``."""

    def __init__(self, params: Any = None) -> None:
        self.params: Any = self.Params() if params is None else params

    def played_by(self, norm: Any) -> dict[str, Any] | None:
        """The seat (:func:`~.seats.seat`) of another agent that decides in its place where it has this ``norm``, None:
        it has none. Default, None: it decides itself.
        """
        return None

    def take_player(self, agent: "Agent") -> None:
        """``agent`` is the one that decides in its place."""

    @property
    def itself(self) -> "Agent":
        """Who sits in the seat, whatever it is wrapped in."""
        return self

    def check(self, game: Game) -> None:
        """Raises :class:`~comity.envs.settings.SettingError` where its settings do not fit the game."""

    def begin(self, game: Game, seat: int, seeds: npt.NDArray[np.uint64]) -> None:
        """A new episode in ``len(seeds)`` worlds; the agent's own chance is addressed by (seed, seat)."""
        self.game, self.seat = game, seat
        self.keys: npt.NDArray[np.uint64] = np.asarray(keys(seeds, seat))
        self.step = -1

    def imagined_keys(self, which: Any = slice(None), sample: int = 0) -> npt.NDArray[np.uint64]:
        """Chance of an imagined future: of this agent, step and sample; none at all where chance plays no part."""
        own = self.keys[which]
        if not self.game.stochastic:
            return np.zeros(len(own), np.uint64)
        return np.asarray(keys(own, (self.step << 16) + sample))

    def act(self, view: View) -> Floats:
        """One move per world; what it returns for ended worlds is ignored."""
        raise NotImplementedError

    def speak(self, view: View, talk: Talk, number: int) -> None:
        """Before :meth:`act`, in round ``number`` of ``talk``: begins to say something. Default: says nothing."""

    def spoken(self) -> dict[int, str]:
        """What it says in the round that was begun, by world."""
        return {}

    def prepare(self, view: View) -> None:
        """Called in all seats before :meth:`act` is in any: whoever waits for answers asks now. Default: nothing."""

    def watch(self, view: View) -> None:
        """In place of :meth:`act` where another plays its seat: takes in what it sees, and no move of its own."""
        self.act(view)

    def learn(self, outcome: Outcome) -> None:
        """After each step: only what this seat perceived."""

    def kinds(self) -> list[str]:
        """The names, as tables give them, of all who may sit here."""
        return [self.label or getattr(self, "name", type(self).__name__)]

    def accounts(self) -> dict[str, Floats]:
        """What was counted in each world since ``begin``, by name: (B,), NaN where another sat. Default: nothing."""
        return {}

    def prompts(self) -> list[str]:
        """By world a hash of what it was told once, where that is a text; empty where it is none. Default: nowhere."""
        return []

    @property
    def unchosen(self) -> Sequence[Bools]:
        """For each step of the game so far: (B,) whether its act was not its own choice, as nothing that it answered
        could be used. Default: all were.
        """
        return ()

    def sat(self) -> Any:
        """Which of ``kinds`` sits here since ``begin``: an index, or (B,) of them where worlds differ."""
        return 0
