"""Episodes that a user's own loop plays in a PettingZoo environment of anybody's, kept as a tidy table."""

from collections.abc import Callable, Mapping
from typing import Any, Literal

import numpy as np
import polars as pl
from pettingzoo import AECEnv, ParallelEnv
from pettingzoo.utils.wrappers import BaseParallelWrapper, BaseWrapper

from ..envs.faces.single import SingleWorld

Labels = Callable[[str, Any], float | None] | Mapping[Any, float]
_COLUMNS: dict[str, Any] = {
    "episode": pl.Int64,
    "step": pl.Int64,
    "agent": pl.String,
    "action": None,
    "reward": pl.Float64,
    "cooperation": pl.Float64,
    "addressee": pl.String,
    "terminated": pl.Boolean,
    "truncated": pl.Boolean,
}


class Log:
    """The rows of all episodes so far: one per episode, step and agent that was there."""

    def __init__(self, env: Any, cooperation: Labels | None) -> None:
        self._world = env.unwrapped if isinstance(env.unwrapped, SingleWorld) else None
        self._cooperation = cooperation
        self._episode = self._step = 0
        self._columns: dict[str, list[Any]] = {name: [] for name in _COLUMNS}
        self._last: dict[str, int] = {}

    def open(self) -> None:
        """Another episode begins. One without any step leaves no trace."""
        self._episode += self._step > 0
        self._step = 0

    def add(self, acts: Mapping[str, Any], rewards: Mapping[str, float], over: Mapping[str, tuple[bool, bool]]) -> None:
        """A step: what each agent that is there did (not named: no choice), was paid, and whether it is done.

        A stage of an institution is part of the game's step: what the seats do in it is none of the game's moves, and
        what it pays is in the reward of the step.
        """
        stage = "game" if self._world is None else self._world.stage()
        if stage == "before":
            return
        if stage == "after":
            self._settle(over)
            return
        self._last = {}
        for agent, paid in rewards.items():
            act = acts.get(agent)
            label = None if act is None else self._label(agent, act)
            of_game = self._world is not None and label is not None
            towards = self._world.addressee(agent) if self._world is not None and of_game else None
            row = (self._episode, self._step, agent, _plain(act), float(paid), label, towards)
            self._last[agent] = len(self._columns["agent"])
            for column, value in zip(self._columns.values(), (*row, *over[agent]), strict=True):
                column.append(value)
        self._step += 1

    def _settle(self, over: Mapping[str, tuple[bool, bool]]) -> None:
        """Puts what a stage after the game's step changed into the rows of the step."""
        assert self._world is not None
        for agent, row in self._last.items():
            self._columns["reward"][row] = self._world.income(agent)
            if agent in over:
                self._columns["terminated"][row], self._columns["truncated"][row] = over[agent]

    def _label(self, agent: str, act: Any) -> float | None:
        """Raises ValueError for an act without a label, and for a label outside [0, 1]."""
        if self._cooperation is None:
            return None if self._world is None else self._world.cooperation(agent)
        if not isinstance(self._cooperation, Mapping):
            label = self._cooperation(agent, act)
        else:
            key = _hashable(act)
            if key not in self._cooperation:
                known = ", ".join(map(str, self._cooperation))
                raise ValueError(f"cooperation has no label for the action {key!r} of {agent}, only for {known}")
            label = self._cooperation[key]
        if label is not None and not 0 <= label <= 1:
            raise ValueError(f"cooperation of the action {act!r} of {agent} must lie in [0, 1] or be None, got {label}")
        return label

    def frame(self) -> pl.DataFrame:
        """See :func:`RecordEpisodes`."""
        table = pl.DataFrame(
            [pl.Series(name, self._columns[name], kind, strict=False) for name, kind in _COLUMNS.items()]
        )
        last = pl.col("step") == pl.col("step").max()
        left = (last & ~(last & (pl.col("terminated") | pl.col("truncated"))).any()).over("episode")
        table = table.with_columns(pl.col("truncated") | left)
        lacking = [] if self._world is not None or self._cooperation is not None else ["cooperation"]
        lacking += [] if table["addressee"].is_not_null().any() else ["addressee"]
        return table.drop(lacking)


def _plain(act: Any) -> Any:
    """A move as a number, a list of numbers, or else its words."""
    if isinstance(act, np.ndarray | np.generic):
        return act.tolist()
    if isinstance(act, tuple | list):
        return [_plain(one) for one in act]
    return act if isinstance(act, int | float | str) or act is None else str(act)


def _hashable(act: Any) -> Any:
    """A move as the key of a mapping: tuples for arrays and lists."""
    plain = _plain(act)
    return tuple(map(_hashable, plain)) if isinstance(plain, list) else plain


class RecordParallel(BaseParallelWrapper[str, Any, Any]):
    """:func:`RecordEpisodes` of a ``ParallelEnv``."""

    def __init__(self, env: ParallelEnv[str, Any, Any], cooperation: Labels | None = None) -> None:
        super().__init__(env)
        self.log = Log(env, cooperation)

    def reset(self, seed: int | None = None, options: dict[str, Any] | None = None) -> Any:
        """As the environment's own."""
        self.log.open()
        return super().reset(seed=seed, options=options)

    def step(self, actions: dict[str, Any]) -> Any:
        """As the environment's own."""
        found = super().step(actions)
        _, rewards, terminations, truncations, _ = found
        if rewards:
            over = {agent: (bool(terminations[agent]), bool(truncations[agent])) for agent in rewards}
            self.log.add(actions, rewards, over)
        return found

    @property
    def episodes(self) -> pl.DataFrame:
        """The table of all episodes so far."""
        return self.log.frame()


class RecordAEC(BaseWrapper[str, Any, Any]):
    """:func:`RecordEpisodes` of an ``AECEnv``."""

    def __init__(
        self,
        env: AECEnv[str, Any, Any],
        cooperation: Labels | None = None,
        step: Literal["cycle", "move"] | None = None,
    ) -> None:
        super().__init__(env)
        self.log = Log(env, cooperation)
        self._by_move = step == "move" or (step is None and not env.metadata.get("is_parallelizable", False))
        self._clear()

    def _clear(self) -> None:
        self._acts: dict[str, Any] = {}
        self._paid: dict[str, float] = {}

    def reset(self, seed: int | None = None, options: dict[str, Any] | None = None) -> None:
        """As the environment's own."""
        self._note()  # a cycle that was left unfinished
        self.log.open()
        super().reset(seed=seed, options=options)
        self._there = set(self.env.agents)

    def step(self, action: Any) -> None:
        """As the environment's own."""
        agent = self.env.agent_selection
        done = self.env.terminations[agent] or self.env.truncations[agent]
        super().step(action)
        if done:
            return
        self._acts[agent] = action
        self._there |= {one for one in self.env.agents if one not in self._paid}
        for one, paid in self.env.rewards.items():
            if one in self._there:
                self._paid[one] = self._paid.get(one, 0.0) + paid
        if self._by_move or self._cycle_over():
            self._note()

    def _cycle_over(self) -> bool:
        """Is whoever comes next somebody who moved already, or is done?"""
        env = self.env
        if not env.agents:
            return True
        following = env.agent_selection
        return following in self._acts or env.terminations[following] or env.truncations[following]

    def _note(self) -> None:
        env = self.env
        if self._acts:
            over = {one: (bool(env.terminations.get(one)), bool(env.truncations.get(one))) for one in self._paid}
            self.log.add(self._acts, self._paid, over)
            self._there -= {one for one, ends in over.items() if any(ends)}
        self._clear()

    @property
    def episodes(self) -> pl.DataFrame:
        """The table of all episodes so far."""
        return self.log.frame()


def RecordEpisodes(
    env: Any, cooperation: Labels | None = None, step: Literal["cycle", "move"] | None = None
) -> RecordParallel | RecordAEC:
    """``env``, a ``ParallelEnv`` or an ``AECEnv``, wrapped so that it keeps what is played in it.

    Args:
        env: any PettingZoo environment. Wrap each copy of it by itself.
        cooperation: the label in [0, 1] of an act: a mapping from actions (tuples, where these are arrays), or a
            function of (agent, action), which may return None where there was no choice. Left out, comity's own
            environments use the labels of the game, and others have none.
        step: of an ``AECEnv``: does a step take a ``cycle``, in which everybody moves once without seeing what the
            others do, or is each ``move`` one? By default what ``is_parallelizable`` of its metadata says.

    Returns:
        The wrapped environment. ``.episodes`` is a polars table of one row per episode, step and agent that was there:
        ``episode``, ``step`` (from 0), ``agent``, ``action`` (null: no choice), ``reward``, ``cooperation`` (if there
        are labels), ``addressee`` (if acts have one), ``terminated``, ``truncated``. An episode that was left before
        its end counts as truncated, and a stage of an institution is part of the game's step. :func:`comity.measures`
        takes the wrapped environment as it is.

    Raises:
        TypeError: for anything else than an environment of PettingZoo.
        ValueError: for a ``step`` that is neither, or given with a ``ParallelEnv``, whose steps are its own.

    >>> import comity
    >>> env = comity.RecordEpisodes(comity.parallel_env("matrix", horizon=2))
    >>> _ = env.reset(seed=1)
    >>> while env.agents:
    ...     _ = env.step({agent: 0 for agent in env.agents})
    >>> env.episodes.select("step", "agent", "action", "reward", "cooperation").rows()[:2]
    [(0, 'agent_0', 0, 3.0, 1.0), (0, 'agent_1', 0, 3.0, 1.0)]
    """
    if step not in (None, "cycle", "move") or (step is not None and isinstance(env, ParallelEnv)):
        raise ValueError(f'step must be "cycle" or "move" for an AECEnv, and left out for a ParallelEnv, got {step!r}')
    if isinstance(env, ParallelEnv):
        return RecordParallel(env, cooperation)
    if isinstance(env, AECEnv):
        return RecordAEC(env, cooperation, step)
    raise TypeError(f"env must be a ParallelEnv or an AECEnv of PettingZoo, got {type(env).__name__}")
