"""A game, its seats, many worlds: a record of what happened."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Protocol, TypeVar

import numpy as np
import numpy.typing as npt

from ..agents.agent import Agent, Outcome, View
from ..agents.table import GIVEN, table
from ..envs.catalogue import make
from ..envs.chance import world_seeds
from ..envs.faces.talk import Talk
from ..envs.game import RUNNING, Floats, Game
from ..envs.institutions.staged import GAME, Staged
from ..envs.record import Record
from ..envs.settings import SettingError, number_of, refuse
from ..envs.worlds import Worlds

N = TypeVar("N", bound="Notes")
FIRST_STEPS = 512
"""A record starts with room for this many steps and doubles when it is full: most endless games end early."""


def play(
    game: "str | Game",
    seats: Sequence[Any],
    worlds: int = 1,
    seed: "int | npt.ArrayLike" = 0,
    *,
    seating: str = GIVEN,
    **params: Any,
) -> Record:
    """Plays one episode in each of ``worlds`` worlds and records it.

    ``game`` is a name (with ``params``, among them ``preset``) or a :class:`~comity.envs.game.Game`; ``seats`` are
    names, mappings or agents (:func:`comity.agents.seats.seat`), of which the last fills the seats that are left; they
    sit as they are listed, or with ``seating="shuffled"`` in another order in each world. World b has seed
    ``seed + b``, or ``seed[b]``. Raises ``SettingError`` for any wrong setting before anything is played.

    >>> record = play("matrix", ["tft", "alld"], horizon=200)
    >>> record.rewards.mean(axis=1)
    array([[0.995, 1.02 ]])
    """
    worlds = number_of("worlds", worlds)
    if not isinstance(game, str) and params:
        raise refuse("params", params, "left out with a game that is made already")
    if np.asarray(seed).dtype.kind not in "iu":
        raise refuse("seed", seed, "a whole number, or a list of them")
    if isinstance(seats, str) or not isinstance(seats, Sequence):
        raise refuse("seats", seats, "a list of agents, such as ['tft', 'alld']")
    played = make(game, **params) if isinstance(game, str) else game
    return run(played, table(played, seats, worlds, seating), world_seeds(seed, worlds))


class Intervention:
    """What an experimenter does to worlds while they are played. Default: nothing."""

    def before_step(self, worlds: Worlds, moves: Floats) -> None:
        """May change the ``moves`` (B, N) that will be made, in place: what the seats asked for stays with them."""

    def after_step(self, worlds: Worlds) -> None:
        """May change the worlds, before what they are now is noted and seen."""


def run(
    game: Game,
    seated: Sequence[Agent],
    seeds: npt.NDArray[np.uint64],
    intervention: Intervention | None = None,
) -> Record:
    """One episode of every world with these agents."""
    talk = conversation(seated, seeds)
    tape = _StagedTape if isinstance(game, Staged) else _Tape
    record = noted(game, seated, seeds, tape, talk, intervention).record()
    kinds = list(dict.fromkeys(kind for agent in seated for kind in agent.kinds()))
    places = [np.array([kinds.index(kind) for kind in agent.kinds()], np.int32)[agent.sat()] for agent in seated]
    sat = np.stack([np.broadcast_to(place, len(seeds)) for place in places], axis=1)
    said = () if talk is None else tuple(talk.log)
    return replace(record, kinds=tuple(kinds), sat=sat, messages=said, **_accounts(record, seated))


def _accounts(record: Record, seated: Sequence[Agent]) -> dict[str, Any]:
    """What language models did and cost: ``invalid`` and ``accounts`` of the record, nothing where there are none."""
    told = [agent.accounts() for agent in seated]
    names = {name: None for of_seat in told for name in of_seat}
    if not names:
        return {}
    unknown = np.full(len(record.seeds), np.nan)
    accounts = {name: np.stack([of_seat.get(name, unknown) for of_seat in told], axis=1) for name in names}
    invalid = np.zeros(record.rewards.shape, np.bool_)
    for i, agent in enumerate(seated):
        for t, unchosen in enumerate(agent.unchosen):
            invalid[:, t, i] = unchosen
    blank = [""] * len(record.seeds)
    prompts = np.array([agent.prompts() or blank for agent in seated]).T
    return {"accounts": accounts, "invalid": invalid, "prompts": prompts}


def conversation(seated: Sequence[Agent], seeds: npt.NDArray[np.uint64]) -> Talk | None:
    """The talk between these agents, None where nobody takes part in any."""
    rounds = max(agent.talks for agent in seated)
    kinds = {agent.talk_shuffled for agent in seated if agent.talks}
    if len(kinds) > 1:
        raise SettingError("llm.talk_placebo differs between the seats of a table: it must be the same for all")
    return Talk(seeds, rounds, kinds.pop()) if rounds else None


class Notes(Protocol):
    """What is written down while worlds are stepped; made of the game and its worlds at the start."""

    def __init__(self, game: Game, worlds: Worlds) -> None: ...

    def add(self, moves: Floats, active: npt.NDArray[np.bool_], choosers: npt.NDArray[np.bool_] | None) -> None:
        """The step just made: the ``moves`` (B, N) asked for; ``active`` (B,) worlds that were running before it;
        ``choosers`` (B, N) whose turn it was, None where all move at once."""


def noted(
    game: Game,
    seated: Sequence[Agent],
    seeds: npt.NDArray[np.uint64],
    notes: type[N],
    talk: Talk | None = None,
    intervention: Intervention | None = None,
) -> N:
    """One episode of every world with these agents, of which only what ``notes`` keep, and ``talk``, is left."""
    if len({id(agent.itself) for agent in seated}) != len(seated):
        raise ValueError("an agent can sit in one seat only: give a separate agent for each")
    worlds = Worlds(game, len(seeds))
    worlds.reset(seeds)
    kept = notes(game, worlds)
    moves = np.zeros((worlds.num, game.n_agents))
    learners = [(i, agent) for i, agent in enumerate(seated) if type(agent).learn is not Agent.learn]
    for i, agent in enumerate(seated):
        agent.begin(game, i, seeds)
    while not worlds.ended.all():
        active = worlds.ended == RUNNING
        views = [_view(worlds, i, active) for i in range(len(seated))]
        if talk is not None and views[0].stage == GAME:
            _confer(talk, seated, views, int(worlds.state["step"][active.argmax()]))
        for agent, view in zip(seated, views, strict=True):
            agent.prepare(view)
        for i, agent in enumerate(seated):
            moves[:, i] = agent.act(views[i])
        choosers = game.movers(worlds.state) if game.turn_based else None
        if intervention is None:
            worlds.step(moves)
        else:
            made = moves.copy()
            intervention.before_step(worlds, made)
            worlds.step(made)
            intervention.after_step(worlds)
            worlds.look()
        kept.add(moves, active, choosers)
        for i, agent in learners:
            agent.learn(Outcome(moves[:, i], worlds.rewards[:, i], _view(worlds, i, worlds.ended == RUNNING)))
    return kept


def _confer(talk: Talk, seated: Sequence[Agent], views: Sequence[View], step: int) -> None:
    """The rounds of talk before a step of the game."""
    talk.open(step, views[0].active)
    for number in range(talk.rounds):
        speakers = [(i, agent) for i, agent in enumerate(seated) if agent.talks > number]
        for i, agent in speakers:
            agent.speak(views[i], talk, number)
        talk.close_round({(b, i): words for i, agent in speakers for b, words in agent.spoken().items()})


def _view(worlds: Worlds, i: int, active: npt.NDArray[np.bool_]) -> View:
    masks = None if worlds.masks is None else worlds.masks[:, i]
    return View(worlds.game, i, worlds.state, worlds.observations[:, i], masks, active)


class _Tape:
    """Collects steps, time first so that each step is one contiguous write, and turns them into a record."""

    def __init__(self, game: Game, worlds: Worlds) -> None:
        self._game, self._worlds = game, worlds
        self._steps = 0
        room = min(game.max_steps, FIRST_STEPS)
        shape = (room, worlds.num, game.n_agents)
        names = ["intended", "action", "payoff", "cooperation"]
        names += [game.paid] if game.paid != "payoff" else []
        names += ["met"] if "met" in (worlds.state.dtype.names or ()) else []
        names += game.logged
        self._tracks = {name: np.empty(shape) for name in names}
        self._signals = {name: np.empty((room + 1, worlds.num)) for name in game.signals}
        self._lengths = np.zeros(worlds.num, np.int64)
        self._note_signals()

    def add(self, moves: Floats, active: npt.NDArray[np.bool_], choosers: npt.NDArray[np.bool_] | None) -> None:
        """The step just made, in the worlds that were running before it."""
        if self._steps == len(self._tracks["payoff"]):
            self._grow()
        all_ran = active.all()
        for name, track in self._tracks.items():
            track[self._steps] = self._worlds.state[name]
            if not all_ran:
                track[self._steps, ~active] = self._blank(name)
        if choosers is not None:
            for name in ("intended", "action"):
                self._tracks[name][self._steps][~choosers] = np.nan
        self._steps += 1
        self._lengths += active
        self._note_signals()

    def _blank(self, name: str) -> float:
        """What stands in a track after the end."""
        return {"payoff": 0.0, self._game.paid: 0.0, "met": -1.0}.get(name, np.nan)

    def _note_signals(self) -> None:
        for name, values in self._signals.items():
            values[self._steps] = self._worlds.state[name]

    def _grow(self) -> None:
        for name, track in self._tracks.items():
            self._tracks[name] = np.concatenate([track, np.empty_like(track)])
        for name, values in self._signals.items():
            self._signals[name] = np.concatenate([values, np.empty_like(values)])

    def record(self) -> Record:
        """World first, as records are read."""
        tracks = {
            name: np.ascontiguousarray(track[: self._steps].swapaxes(0, 1)) for name, track in self._tracks.items()
        }
        state = self._worlds.state
        addressee = tracks["met"].astype(np.int16) if "met" in tracks else None
        if addressee is None and self._game.directed and self._game.n_agents == 2:
            addressee = np.broadcast_to(np.array([1, 0], np.int16), tracks["payoff"].shape)
        return Record(
            game=self._game,
            seeds=state["seed"].copy(),
            lengths=self._lengths,
            outcome=state["outcome"].copy(),
            intended=tracks["intended"],
            actions=tracks["action"],
            rewards=tracks[self._game.paid],
            game_payoffs=tracks["payoff"] if self._game.paid != "payoff" else None,
            cooperation=tracks["cooperation"],
            illegal=state["illegal"].copy(),
            final=state.copy(),
            addressee=addressee,
            signals={name: np.ascontiguousarray(v[: self._steps + 1].T) for name, v in self._signals.items()},
            logs={name: tracks[name] for name in self._game.logged},
            moves=self._moves(),
        )

    def _moves(self) -> Floats | None:
        return None


class _StagedTape(_Tape):
    """Of a game between whose steps there are stages: what these change is part of the step."""

    def __init__(self, game: Game, worlds: Worlds) -> None:
        super().__init__(game, worlds)
        assert isinstance(game, Staged)
        self._staged = game
        self._asked: list[Floats] = []

    def add(self, moves: Floats, active: npt.NDArray[np.bool_], choosers: npt.NDArray[np.bool_] | None) -> None:
        """Of the game, or of a stage, which is the same for all worlds, as they began together."""
        state = self._worlds.state
        all_ran = active.all()
        self._asked.append(moves.copy() if all_ran else np.where(active[:, None], moves, np.nan))
        stage = int(state["stage_before"][active.argmax()])
        if stage == GAME:
            super().add(moves, active, choosers)
        elif self._staged.follows(stage):
            where = slice(None) if all_ran else active
            for name in (self._game.paid, *self._game.logged):
                self._tracks[name][self._steps - 1, where] = state[name][where]

    def _moves(self) -> Floats:
        return np.stack(self._asked, axis=1)
