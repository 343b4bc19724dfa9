"""What every game must say about itself.

A game is one short file: a ``Params`` tuple, four compiled kernels that loop over worlds, and a :class:`Game` that
names its spaces, signals and words. A **world** is one record of a NumPy structured array: everything observable is in
it, so a trajectory is a stack of records and a checkpoint is a copy.

Kernels (``B`` worlds, ``N`` seats, ``d`` observed numbers, ``m`` moves), all writing in place:

=====================================================  ====================================================
``reset(p, worlds, again)``                            start a new episode in world b where ``again[b]``
``step(p, worlds, actions, rewards, ended)``           ``actions``, ``rewards`` (B, N) float64, ``ended`` (B,) int8
``observe(p, worlds, out)``                            ``out`` (B, N, d) of the game's ``observation_dtype``
``legal(p, worlds, out)``                              ``out`` (B, N, m) int8, where moves are restricted
=====================================================  ====================================================
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from functools import cache, cached_property
from typing import Annotated, Any, ClassVar, NamedTuple

import numpy as np
import numpy.typing as npt
from gymnasium import spaces
from numba import njit

from .acts import Act
from .answers import listed, validated
from .chance import CONTINUATION, uniform, world_key
from .paraphrases import worded
from .settings import Range, check, encode, unknown

Worlds_ = npt.NDArray[np.void]
Floats = npt.NDArray[np.float64]
Seen = npt.NDArray[Any]  # float32, or on a grid uint8

RUNNING, TERMINATED, TRUNCATED = 0, 1, 2
UNDECIDED, HORIZON_REACHED, CONTINUATION_FAILED = 0, 1, 2  # outcomes known to all games; a game's own follow
COMMON_OUTCOMES = ("undecided", "horizon", "continuation")
NEVER = 10**9  # a horizon beyond every episode: what a seat believes in where the true one is hidden

Seats = Annotated[int, Range(1, 1000), "seats"]
Horizon = Annotated[int, Range(1, 10**9), "largest number of steps"]
HorizonKnown = Annotated[bool, "are step and horizon part of the observation?"]
Continuation = Annotated[float, Range(0, 1), "probability that the episode goes on after a step"]


class Field(NamedTuple):
    """One number of an observation, with its bounds and meaning."""

    name: str
    low: float
    high: float
    meaning: str


class Rung(NamedTuple):
    """Where an act stands on a ladder of escalation: its severity, and the rank 0..5 of its class (METRICS.md §8)."""

    severity: float
    rank: int


class Anchors(NamedTuple):
    """Total payoff of all seats per episode (GAMES.md §0.7): under the worst symmetric equilibrium, the optimum and
    uniform random play.
    """

    worst_equilibrium: float
    optimum: float
    random: float
    note: str = ""


class Kernels(NamedTuple):
    """The compiled rules of a game."""

    reset: Callable[..., None]
    step: Callable[..., None]
    observe: Callable[..., None]
    legal: Callable[..., None] | None = None


@cache  # numba looks types up by object first: a dtype of its own for every game would slow each call
def world_dtype(n: int, *fields: tuple[Any, ...]) -> np.dtype[np.void]:
    """A world's record: what all games keep, then the game's own ``fields``.

    ``action`` is each seat's last realised act (NaN: none yet), ``intended`` what it asked for before noise or
    clipping, ``payoff`` and ``cooperation`` those of the last step (label in [0, 1], NaN: no choice), ``illegal`` the
    count of illegal moves so far, ``outcome`` how the episode ended.
    """
    common = [
        ("key", "u8"), ("seed", "u8"), ("episode", "i8"), ("step", "i8"), ("ended", "i1"), ("outcome", "i1"),
        ("intended", "f8", (n,)), ("action", "f8", (n,)), ("payoff", "f8", (n,)), ("cooperation", "f8", (n,)),
        ("illegal", "i8", (n,)),
    ]  # fmt: skip
    return np.dtype(common + list(fields), align=True)


BY_SEAT = ("intended", "action", "payoff", "cooperation", "illegal")
"""Fields of every world that hold a number for each seat, and say how the world came about."""


def other_way_round(worlds: Worlds_, *fields: str) -> Worlds_:
    """Copies of worlds of two seats in which each has what the other had: ``BY_SEAT``, and ``fields`` of the game."""
    swapped = worlds.copy()
    for name in (*BY_SEAT, *fields):
        swapped[name] = worlds[name][:, ::-1]
    return swapped


@njit(cache=True)
def open_episode(w: Any) -> None:
    """Sets the fields that all games share to the start of an episode."""
    w.key = world_key(w.seed, w.episode)
    w.step = 0
    w.ended = RUNNING
    w.outcome = UNDECIDED
    for i in range(len(w.action)):
        w.intended[i] = np.nan
        w.action[i] = np.nan
        w.payoff[i] = 0.0
        w.cooperation[i] = np.nan
        w.illegal[i] = 0


@njit(cache=True)
def close_step(w: Any, horizon: int, horizon_known: bool, continuation: float) -> None:
    """Counts the step and ends the episode by GAMES.md §0.2 unless a rule of the game has ended it already."""
    step = w.step
    w.step = step + 1
    if w.ended != RUNNING:
        return
    if continuation < 1.0 and uniform(w.key, step, CONTINUATION, 0) >= continuation:
        w.ended = TERMINATED
        w.outcome = CONTINUATION_FAILED
    elif w.step >= horizon:
        w.ended = TERMINATED if horizon_known else TRUNCATED
        w.outcome = HORIZON_REACHED


@njit(cache=True)
def stay_ended(w: Any, rewards: Floats) -> None:
    """After the end nothing is paid."""
    rewards[:] = 0.0


@njit(cache=True)
def clip01(x: float) -> float:
    """x, moved into [0, 1]."""
    return min(1.0, max(0.0, x))


class Game(ABC):
    """One game under one setting of its parameters.

    ``Game(**params)`` or ``Game(preset="name", **params)`` raises :class:`~.settings.SettingError` for a preset or
    parameter that does not exist or is out of range.
    """

    name: ClassVar[str]
    version: ClassVar[int] = 0
    family: ClassVar[str]
    title: ClassVar[str]
    """One line: the question that the game asks."""
    Params: ClassVar[type[Any]]
    presets: ClassVar[Mapping[str, Mapping[str, Any]]] = {}
    preset_institutions: ClassVar[Mapping[str, tuple[Mapping[str, Any], ...]]] = {}
    """Presets that name institutions beside the game, and these."""
    kernels: Kernels
    """Of the class; a game that restricts moves under some of its parameters only, sets its own."""
    idle: float | None = None  # of the class, or of the object where a table of acts decides it
    """The move that GAMES.md §0.5 puts in the place of one that is not legal now, where that is an act of its own by
    which nothing is done; None: there is none.
    """
    outcomes: ClassVar[tuple[str, ...]] = COMMON_OUTCOMES
    collapses: ClassVar[tuple[str, ...]] = ()
    """Outcomes that count as the loss of what is shared: the event of survival analysis."""
    turn_based: bool = False  # of the class, or where a parameter decides it of the object
    """Does one seat move at a time? Then the rules read no field that says how the world came about
    (:attr:`history`), and whoever has no turn has one legal move.
    """
    pays_at_end: ClassVar[bool] = False
    """Is every step but the last unpaid?"""
    discounts_itself: bool = False
    """Are payoffs discounted by the game's own rules?"""
    directed: ClassVar[bool] = False
    """Does an act have an addressee?"""
    comes_and_goes: bool = False
    """Can a seat arrive late or leave early? Then ``present`` says who is there."""
    anonymous: bool = False
    """Is it hidden who of the others did what?"""
    stages: tuple[str, ...] = ()
    """The institutions in which seats move in a stage of their own, beside the game's step."""
    turns_per_step: int = 1
    """Steps of the environment that a step of the game takes at most, the stages of institutions with it."""
    paid: ClassVar[str] = "payoff"
    """The field of a world that holds what its last step paid in the end."""
    signals: ClassVar[tuple[str, ...]] = ()
    """Scalar fields of the world that a record keeps step by step."""
    logged: tuple[str, ...] = ()  # of the object
    """Fields with a number for each seat that a record keeps step by step beside those of every game."""

    def __init__(self, preset: str | None = None, **params: Any) -> None:
        if preset is not None:
            if preset not in self.presets:
                raise unknown(f"preset of {self.name}", preset, self.presets)
            params = {**self.presets[preset], **params}
        self.params = check(self.Params, params, f"{self.name}.")
        self.check()
        self.p = self.encode()
        self.n_agents: int = self.params.n_agents
        self.agents = tuple(f"agent_{i}" for i in range(self.n_agents))
        self._believed: dict[int, Game] = {}

    def check(self) -> None:
        """Raises :class:`~.settings.SettingError` where parameters that are fine alone do not go together."""

    def encode(self) -> Any:
        """The parameters as the kernels take them: numbers only."""
        return encode(self.params)

    @property
    def id(self) -> str:
        """The name under which PettingZoo and Gymnasium know the game."""
        return f"comity/{self.name}-v{self.version}"

    @property
    def max_steps(self) -> int:
        """The largest number of environment steps in an episode."""
        return self.params.horizon

    @cached_property
    @abstractmethod
    def world_dtype(self) -> np.dtype[np.void]:
        """The record that is a world."""

    @cached_property
    @abstractmethod
    def fields(self) -> tuple[Field, ...]:
        """What a seat observes, in order."""

    @property
    def observation_dtype(self) -> type[np.float32] | type[np.uint8]:
        """How a seat's observation is stored: a window on a grid takes a byte a number."""
        return np.float32

    @cached_property
    @abstractmethod
    def move_space(self) -> "spaces.Discrete | spaces.Box":
        """One seat's moves: ``Discrete(m)``, or a ``Box`` of shape () for a real-valued one."""

    @cached_property
    def field_index(self) -> dict[str, int]:
        """The column of each observed field, by its name."""
        return {field.name: k for k, field in enumerate(self.fields)}

    @cached_property
    def n_moves(self) -> int:
        """The number of moves, 0 where they are real-valued."""
        return int(self.move_space.n) if isinstance(self.move_space, spaces.Discrete) else 0

    @property
    def stochastic(self) -> bool:
        """Does chance touch what follows from given acts, other than by the continuation draw and by ``branches``, or
        what a seat imagines of what it cannot see (``perceive``)?
        """
        return False

    @property
    def history(self) -> tuple[str, ...]:
        """Fields that say how a world came about and that the rules of a turn-based game may not read: they do not tell
        its states apart.
        """
        return (*BY_SEAT, "history")

    def movers(self, worlds: Worlds_) -> npt.NDArray[np.bool_]:
        """(B, N): which seats have a choice now."""
        return np.repeat((worlds["ended"] == RUNNING)[:, None], self.n_agents, axis=1)

    def present(self, worlds: Worlds_) -> npt.NDArray[np.bool_]:
        """(B, N): who is there. Whoever is not has no move, is paid nothing and has no label (GAMES.md §0.2)."""
        return np.ones((len(worlds), self.n_agents), np.bool_)

    def completed(self, worlds: Worlds_) -> npt.NDArray[np.bool_]:
        """(B,): did the last step of the environment complete a step of the game? Default: each does."""
        return np.ones(len(worlds), np.bool_)

    @property
    def most_neighbours(self) -> int:
        """The largest number of :meth:`neighbours` that a seat can have."""
        return 1 if "met" in (self.world_dtype.names or ()) else self.n_agents - 1

    def neighbours(self, worlds: Worlds_) -> npt.NDArray[np.bool_]:
        """(B, N, N): who was in the last step in a position to see what whom did; nobody is its own neighbour.

        Default: those who met, where worlds have such a field, else all who are there.
        """
        n = self.n_agents
        there = self.present(worlds)
        near = there[:, :, None] & there[:, None, :] & ~np.eye(n, dtype=bool)
        if "met" in (worlds.dtype.names or ()):
            met = worlds["met"][:, :, None] == np.arange(n)
            near &= met | met.swapaxes(1, 2)
        return near

    # -- what cooperation is -------------------------------------------------------------------------------------

    def labels(self, worlds: Worlds_) -> Floats:
        """(B, N): the cooperation labels of what was done in the last step of the environment."""
        return worlds["cooperation"]

    def cooperation_pairs(self, worlds: Worlds_) -> Floats:
        """(B, N, N): c_ij of the last step, NaN where i had no choice towards j, and on the diagonal.

        Default: i's label towards the one that it ``met``, where worlds have such a field, else towards everyone
        (METRICS.md §0.4), which with two seats is that towards the other.
        """
        pairs = np.repeat(worlds["cooperation"][:, :, None], self.n_agents, axis=2)
        if "met" in (worlds.dtype.names or ()):
            pairs[worlds["met"][:, :, None] != np.arange(self.n_agents)] = np.nan
        pairs[:, np.arange(self.n_agents), np.arange(self.n_agents)] = np.nan
        return pairs

    @abstractmethod
    def exemplar(self, worlds: Worlds_, seat: int, cooperative: bool) -> Floats:
        """(B,): an act of ``seat`` that is labelled 1 (``cooperative``) or 0 in each world, the nearest legal one where
        none is.
        """

    def rungs(self) -> tuple[Rung, ...] | None:
        """The rung of each move, where acts can escalate a conflict. Default: there is no ladder."""
        return None

    def sustainable_yield(self, stock: Floats, degraded: npt.NDArray[np.bool_] | None = None) -> Floats | None:
        """(B,): what can be taken of each ``stock`` in a step so that it comes back. Default: nothing is harvested that
        would be a payoff.
        """
        return None

    @abstractmethod
    def anchors(self) -> Anchors:
        """The payoffs between which welfare is normalised."""

    @property
    def paying_steps(self) -> float:
        """On how many steps of an episode, in expectation, a game that nobody ends early pays."""
        return 1.0 if self.pays_at_end else self.expected_steps

    # -- what a seat may believe ---------------------------------------------------------------------------------

    def perceive(self, worlds: Worlds_, seat: int) -> None:
        """Replaces, in place, what ``seat`` cannot see by what it saw, or by a draw from its prior. Default: all is
        seen.
        """

    def acts_seen(self, world: Any, seat: int) -> list[Act]:
        """What was done in the last step of the environment as far as ``seat`` saw it, nothing before the first: what
        it did itself as realised, then what the others did.

        Default: the moves, as numbers, that :meth:`perceive` leaves; of others who are anonymous, and in a turn-based
        game, which must say for itself whose turn it was, none.
        """
        if world["step"] == 0 or self.turn_based:
            return []
        acts = self.imagine(np.array([world]), seat, np.zeros(1, np.uint64))["action"][0].tolist()
        seats = (seat, *(() if self.anonymous else (j for j in range(self.n_agents) if j != seat)))
        return [Act(j, None, "move", acts[j]) for j in seats if acts[j] == acts[j]]

    def imagine(self, worlds: Worlds_, seat: int, seeds: npt.NDArray[np.uint64]) -> Worlds_:
        """The worlds as ``seat`` may believe them: fresh chance under ``seeds``, and nothing that it could not see."""
        imagined = worlds.copy()
        imagined["seed"] = 0
        imagined["episode"] = 0
        imagined["key"] = seeds
        self.perceive(imagined, seat)
        return imagined

    def beliefs(self, seat: int) -> dict[str, Any]:
        """The parameters that are not for ``seat`` what they are: no horizon where it is hidden; and where all move at
        once no continuation draw (whoever looks ahead discounts by it instead: the same expectation with less noise).
        """
        hidden = {} if self.params.horizon_known else {"horizon": NEVER}
        return hidden if self.turn_based else {**hidden, "continuation": 1.0}

    def believed(self, seat: int) -> "Game":
        """The game that ``seat`` believes it plays, one and the same object each time."""
        if seat not in self._believed:
            self._believed[seat] = self.remade({**self.params._asdict(), **self.beliefs(seat)})
        return self._believed[seat]

    @property
    def settings(self) -> dict[str, Any]:
        """All that makes this same game again, by name and resolved: what is stored of it."""
        return self.params._asdict()

    def remade(self, params: Mapping[str, Any]) -> "Game":
        """The same game under other parameters."""
        return type(self)(**params)

    def branches(self) -> list[tuple[float, Any]]:
        """A step of a turn-based game as a mixture of steps without chance: (probability, the kernel's parameters)."""
        return [(1.0, self.p)]

    def candidates(self, worlds: Worlds_, seat: int, limit: int = 256) -> tuple[Floats, npt.NDArray[np.bool_]]:
        """(B, C) moves to consider and (B, C) which are legal: all of them, else an even grid and the last one."""
        if self.n_moves:
            moves = thinned(np.arange(self.n_moves, dtype=np.float64), limit, worlds["action"][:, seat])
            return moves, self.legal_among(worlds, seat, moves)
        box = self.move_space
        assert isinstance(box, spaces.Box)
        moves = thinned(np.linspace(float(box.low), float(box.high), limit), limit, worlds["action"][:, seat])
        return moves, np.ones(moves.shape, np.bool_)

    def legal_among(self, worlds: Worlds_, seat: int, moves: Floats) -> npt.NDArray[np.bool_]:
        """(B, C): which of ``moves`` (B, C) are legal for ``seat`` now."""
        if self.kernels.legal is None:
            return np.ones(moves.shape, np.bool_)
        masks = np.zeros((len(worlds), self.n_agents, self.n_moves), np.int8)
        self.kernels.legal(self.p, worlds, masks)
        return np.take_along_axis(masks[:, seat], moves.astype(np.int64), axis=1) == 1

    def counterpart(self, actions: Floats, i: int, j: int) -> Floats:
        """What "the same act" as i's is for j. Default: the same number."""
        return actions

    def exchanged(self, worlds: Worlds_, i: int, j: int) -> Worlds_:
        """Copies of the worlds in which i and j have exchanged their roles (turn-based games)."""
        raise NotImplementedError(f"{self.name} does not say how roles are exchanged")

    # -- the text face -------------------------------------------------------------------------------------------

    @abstractmethod
    def brief(self, seat: int, paraphrase: int = 0) -> str:
        """The rules, told once to ``seat``, in one of three wordings (:mod:`~.paraphrases`): 0, 1 or 2.

        All hold the same numbers and the same words for moves, line by line.
        """

    def told_end(self, unit: str = "step", paraphrase: int = 0) -> list[str]:
        """The lines of a brief about the end, as far as seats may know it, in one of three wordings; ``unit`` is the
        game's word for a step.
        """
        q = self.params
        last = worded(
            paraphrase,
            f"There are {q.horizon} {unit}s.",
            f"The number of {unit}s is {q.horizon}.",
            f"{unit.capitalize()} {q.horizon} is the last one.",
        )
        return [*([last] if q.horizon_known else []), *told_continuation(q.continuation, unit, paraphrase)]

    @abstractmethod
    def view(self, world: Any, seat: int) -> str:
        """What ``seat`` sees now: the facts of its numeric observation, in words."""

    @abstractmethod
    def move_schema(self, world: Any, seat: int) -> dict[str, Any]:
        """The JSON schema of a legal move of ``seat`` now (:mod:`.answers`); an ``enum`` lists all legal moves in their
        order.
        """

    def move_of(self, world: Any, seat: int, answer: Any) -> float:
        """The move that ``answer``, a decoded JSON value, means for ``seat`` in this world.

        Raises ``ValueError``, with one line that says what is allowed, for whatever does not fit :meth:`move_schema` or
        is not legal now.
        """
        return self.meant(world, seat, validated(self.move_schema(world, seat), answer))

    def meant(self, world: Any, seat: int, answer: Any) -> float:
        """The move that an answer means which fits the schema, as :func:`~.answers.validated` returns it. Default: of
        those that are listed the legal move in its place, else the number itself.
        """
        choices = listed(self.move_schema(world, seat))
        if choices is None:
            return answer + 0.0  # no negative zero
        return float(self.legal_moves(world, seat)[choices.index(answer)])

    def answer_of(self, world: Any, seat: int, move: float) -> Any:
        """The answer, a JSON value, that means ``move``, a legal one: the inverse of :meth:`move_of`."""
        schema = self.move_schema(world, seat)
        choices = listed(schema)
        if choices is None:
            return int(move) if schema["type"] == "integer" else float(move)
        return choices[self.legal_moves(world, seat).index(int(move))]

    def legal_moves(self, world: Any, seat: int) -> list[int]:
        """The legal moves of ``seat`` in one world, where moves are discrete."""
        moves = np.arange(self.n_moves, dtype=np.float64)[None]
        return np.flatnonzero(self.legal_among(np.array([world]), seat, moves)[0]).tolist()

    @property
    def move_words(self) -> tuple[str, ...]:
        """The words for moves that say more than which move it is, and that :mod:`.neutral` replaces by labels.

        An entry of an ``enum`` is such a word, or begins with one. Default: there are none, as where moves are numbers,
        directions, or answers such as accept and yes.
        """
        return ()

    @property
    def word_forms(self) -> Mapping[str, str]:
        """Every form in which briefs and views use ``move_words``, also those of institutions, and what stands in its
        place under neutral labels, where ``{0}`` is the label of the first word, ``{1}`` that of the second, ….

        A form is a word, or as many as it takes to tell one use from another; the longest that fits counts. It is given
        in small letters, and found with a capital one at its beginning, too.
        """
        return {}

    def picture(self, world: Any) -> npt.NDArray[np.uint8]:
        """(height, width, 3): ``world`` as people see it. Default: a card for each seat, which tells what it sees."""
        from .pictures import cards

        return cards(self, world)

    # -- derived -------------------------------------------------------------------------------------------------

    @cached_property
    def observation_box(self) -> spaces.Box:
        """One seat's observation, field by field."""
        low = np.array([field.low for field in self.fields], self.observation_dtype)
        high = np.array([field.high for field in self.fields], self.observation_dtype)
        return spaces.Box(low, high, dtype=self.observation_dtype)

    def life_fields(self) -> tuple[Field, ...]:
        """The fields that every game adds where the horizon is known."""
        if not self.params.horizon_known:
            return ()
        top = float(self.params.horizon)
        return (Field("step", 0, top, "steps played"), Field("horizon", 0, top, "largest number of steps"))

    @property
    def expected_steps(self) -> float:
        """The mean length of an episode that only the continuation draw and the horizon end."""
        delta, top = self.params.continuation, self.params.horizon
        return float(top) if delta == 1 else (1 - delta**top) / (1 - delta)


def told_continuation(probability: float, unit: str, paraphrase: int, goes_on: str = "it goes on") -> list[str]:
    """The line of a brief about the continuation draw after each ``unit``, where there is one."""
    if probability == 1:
        return []
    return [
        worded(
            paraphrase,
            f"After each {unit} {goes_on} with probability {probability:g}.",
            f"Each {unit} is followed by another one with probability {probability:g}.",
            f"When a {unit} is over, the probability that {goes_on} is {probability:g}.",
        )
    ]


def thinned(moves: Floats, limit: int, last: Floats) -> Floats:
    """(B, C): all ``moves`` if they are at most ``limit``, else an even grid of them and, as the final column, the last
    act.
    """
    if len(moves) <= limit:
        return np.repeat(moves[None, :], len(last), axis=0)
    grid = moves[np.unique(np.linspace(0, len(moves) - 1, limit - 1).round().astype(int))]
    kept = np.repeat(grid[None, :], len(last), axis=0)
    return np.concatenate([kept, np.where(np.isnan(last), grid[0], last)[:, None]], axis=1)
