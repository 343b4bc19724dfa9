"""Gymnasium's vector face: many worlds in one call."""

from collections.abc import Sequence
from operator import index
from typing import Any

import numpy as np
import numpy.typing as npt
from gymnasium import spaces
from gymnasium.error import ResetNeeded
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space

from ..chance import world_seeds
from ..game import RUNNING, TERMINATED, TRUNCATED, Floats, Game
from ..settings import refuse
from ..worlds import Worlds
from .common import Info, Observation, fresh_seeds, move_range, move_space, observation_space

Bools = npt.NDArray[np.bool_]
Step = tuple[Observation, Floats, Bools, Bools, Info]
Seeds = int | Sequence[int | None] | None


class VectorGame(VectorEnv[Observation, npt.NDArray[Any], npt.NDArray[Any]]):
    """``num_worlds`` worlds of ``game`` as a ``gymnasium.vector.VectorEnv``.

    With B worlds, N seats, d observed numbers and m moves:

    =================  =============================  ====================================================
                       joint: one row per world       ``flat=True``: one row per seat, world-major (b·N+i)
    =================  =============================  ====================================================
    ``num_envs``       B                              B·N
    observations       (B, N, d) float32 or uint8     (B·N, d)
    actions            (B, N) integers, or numbers    (B·N,)
    rewards            (B, N) float64                 (B·N,) float64
    terminations …     (B,)                           (B·N,)
    =================  =============================  ====================================================

    Where the game restricts moves, an observation is a dict of ``observation`` and ``action_mask``: (B, N, m)
    or
    (B·N, m) int8. In turn-based games the one legal move of whoever is not to move is ``pass``.

    ``autoreset_mode`` is Gymnasium's. NEXT_STEP: the step after an end ignores the actions, pays 0 and shows
    the next episode. SAME_STEP: the step that ends an episode shows the next one already, and the last of the
    old one in ``infos["final_obs"]`` and ``infos["final_info"]``. DISABLED: ended worlds must be reset with
    ``options={"reset_mask": …}``. At an end the infos hold ``outcome``, the word for how it came, and
    ``illegal``, how many moves of each seat were not legal.

    ``copy=False`` returns the observation buffers themselves, which the next call overwrites. World b under
    seed s is bit-equal to the parallel face under seed s and the same moves.

    >>> from comity.envs.dilemmas.matrix import Matrix
    >>> envs = VectorGame(Matrix(), num_worlds=3)
    >>> observations, infos = envs.reset(seed=0)
    >>> observations.shape
    (3, 2, 6)
    >>> envs.step(np.array([[0, 0], [0, 1], [1, 1]]))[1].tolist()
    [[3.0, 3.0], [0.0, 5.0], [1.0, 1.0]]
    """

    def __init__(
        self,
        game: Game,
        num_worlds: int = 1,
        autoreset_mode: AutoresetMode | str = AutoresetMode.NEXT_STEP,
        flat: bool = False,
        copy: bool = True,
    ) -> None:
        self.game = game
        self.num_worlds = num_worlds
        self.flat = flat
        self.copy = copy
        self.autoreset_mode = _known_mode(autoreset_mode)
        self.metadata = {
            "name": f"{game.name}_v{game.version}",
            "render_modes": [],
            "autoreset_mode": self.autoreset_mode,
        }
        self._worlds = Worlds(game, num_worlds)
        self._moves: Floats = np.zeros((num_worlds, game.n_agents))
        self._low, self._high = move_range(game)
        self._over: Bools = np.zeros(num_worlds, np.bool_)  # worlds to be reset, by the next step or by the user
        self._any_over = False
        self._opened = False
        fresh_seeds(self._worlds)
        self._set_spaces()

    def _set_spaces(self) -> None:
        seen, moves = observation_space(self.game), move_space(self.game)
        n = self.game.n_agents
        self.num_envs = self.num_worlds * n if self.flat else self.num_worlds
        self.single_observation_space: spaces.Space[Any] = seen if self.flat else batch_space(seen, n)
        self.single_action_space: spaces.Space[Any] = moves if self.flat else batch_space(moves, n)
        self.observation_space: spaces.Space[Any] = batch_space(self.single_observation_space, self.num_envs)
        self.action_space: spaces.Space[Any] = batch_space(self.single_action_space, self.num_envs)

    def reset(self, *, seed: Seeds = None, options: dict[str, Any] | None = None) -> tuple[Observation, Info]:
        """Starts episodes in all worlds, or in those of ``options["reset_mask"]``: (num_envs,) booleans.

        ``seed`` s gives world b the seed s + b; a list gives each world its own. Worlds without one (None) go
        on to the next episode under the seed that they have; before the first reset that is a fresh one.

        Raises ``TypeError`` or ``ValueError`` for a mask or seed of the wrong type or shape, ``ResetNeeded``
        for a mask before the first whole reset.
        """
        again = self._reset_mask(options)
        seeds, given = self._seeds(seed)
        for some, those in ((seeds, again & given), (None, again & ~given)):
            if those.any():
                self._worlds.reset(some, those)
        self._opened = True
        self._note_over(self._over & ~again)
        return self._seen(), self._there()

    def step(self, actions: npt.NDArray[Any]) -> Step:
        """All seats of all worlds move at once.

        Raises ``TypeError`` for the wrong dtype, ``ValueError`` for the wrong shape or a number outside the
        action space (NaN included), ``ResetNeeded`` before the first reset, or while a world has ended with
        DISABLED. A number that is in the space but not legal now is treated by the game's rule, and counted.
        """
        if not self._opened:
            raise ResetNeeded("call reset() before step()")
        self._take(actions)
        self._advance()
        worlds, infos = self._worlds, {}
        rewards = worlds.rewards.copy()
        terminations, truncations = worlds.ended == TERMINATED, worlds.ended == TRUNCATED
        self._note_over(worlds.ended != RUNNING)
        if self._any_over:
            infos = self._last_infos(self._over)
            if self.autoreset_mode is AutoresetMode.SAME_STEP:
                infos = self._final(self._over, infos)
                worlds.reset(None, self._over)
                self._note_over(np.zeros_like(self._over))
        rewards = rewards.ravel() if self.flat else rewards
        return self._seen(), rewards, self._rows(terminations), self._rows(truncations), {**infos, **self._there()}

    # -- one step, in parts ----------------------------------------------------------------------------

    def _take(self, actions: npt.NDArray[Any]) -> None:
        """Checks the moves and writes them where the kernels read them."""
        given = np.asarray(actions)
        shape = (self.num_envs,) if self.flat else self._moves.shape
        if given.shape != shape:
            rows = "one row per seat" if self.flat else "(worlds, seats)"
            raise ValueError(f"actions have shape {given.shape}: expected {shape}, {rows}")
        kinds, expected = ("iu", "integers") if self.game.n_moves else ("iuf", "real numbers")
        if given.dtype.kind not in kinds:
            raise TypeError(f"actions have dtype {given.dtype}: expected {expected}")
        moves = given.reshape(self._moves.shape)
        if not (self._low <= moves.min() and moves.max() <= self._high):  # not so with a NaN, too
            world, seat = np.argwhere(~((self._low <= moves) & (moves <= self._high)))[0]
            wrong = f"the move of agent_{seat} in world {world} is {moves[world, seat]}"
            raise ValueError(f"{wrong}: expected {expected} from {self._low:g} to {self._high:g}")
        self._moves[:] = moves

    def _advance(self) -> None:
        """One step of the running worlds; those that have ended begin a new episode instead."""
        worlds, game = self._worlds, self.game
        if not self._any_over:
            worlds.step(self._moves)
            return
        if self.autoreset_mode is AutoresetMode.DISABLED:
            ended = np.flatnonzero(self._over).tolist()
            raise ResetNeeded(f"worlds {ended} have ended: reset them with options={{'reset_mask': …}}")
        # Not worlds.step: reset looks at all worlds, and once is enough.
        game.kernels.step(game.p, worlds.state, self._moves, worlds.rewards, worlds.ended)
        worlds.reset(None, self._over)

    def _note_over(self, over: Bools) -> None:
        self._over = over
        self._any_over = bool(over.any())

    def _seen(self) -> Observation:
        worlds = self._worlds
        if worlds.masks is None:
            return self._shown(worlds.observations)
        return {"observation": self._shown(worlds.observations), "action_mask": self._shown(worlds.masks)}

    def _there(self) -> Info:
        """Who is there, where a seat may arrive late or leave early; rows of others hold nothing to learn from."""
        if not self.game.comes_and_goes:
            return {}
        present = self._by_row(self.game.present(self._worlds.state))
        return {"present": present, "_present": np.ones(self.num_envs, np.bool_)}

    def _shown(self, buffer: npt.NDArray[Any]) -> npt.NDArray[Any]:
        return self._by_row(buffer.copy() if self.copy else buffer)

    def _by_row(self, array: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """(num_envs, …) from (B, N, …)."""
        return array.reshape(self.num_envs, *array.shape[2:]) if self.flat else array

    def _rows(self, per_world: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """(num_envs,) from (B,)."""
        return np.repeat(per_world, self.game.n_agents) if self.flat else per_world

    def _last_infos(self, over: Bools) -> Info:
        """How episodes ended, as Gymnasium keeps infos: an array and, under ``_key``, which entries count."""
        state, rows = self._worlds.state, self._rows(over)
        outcome = np.full(self.num_worlds, None, object)
        outcome[over] = np.array(self.game.outcomes, object)[state["outcome"][over]]
        return {
            "illegal": self._by_row(np.where(over[:, None], state["illegal"], 0)),
            "_illegal": rows.copy(),
            "outcome": self._rows(outcome),
            "_outcome": rows.copy(),
        }

    def _final(self, over: Bools, last: Info) -> Info:
        """What SAME_STEP tells of the episodes that have just ended."""
        worlds, rows = self._worlds, self._rows(over)
        seen = list(self._by_row(worlds.observations)[rows])
        if worlds.masks is not None:
            masked = zip(seen, self._by_row(worlds.masks)[rows], strict=True)
            seen = [{"observation": own, "action_mask": mask} for own, mask in masked]
        final = np.full(self.num_envs, None, object)  # Gymnasium's form: an object per row that has ended
        for row, own in zip(np.flatnonzero(rows), seen, strict=True):
            final[row] = own
        return {"final_obs": final, "_final_obs": rows.copy(), "final_info": last, "_final_info": rows.copy()}

    # -- what reset is given ---------------------------------------------------------------------------

    def _reset_mask(self, options: dict[str, Any] | None) -> Bools:
        """(B,): the worlds to reset."""
        if options is None or "reset_mask" not in options:
            return np.ones(self.num_worlds, np.bool_)
        mask = options["reset_mask"]
        if not isinstance(mask, np.ndarray) or mask.dtype != np.bool_:
            kind = f"an array of {mask.dtype}" if isinstance(mask, np.ndarray) else type(mask).__name__
            raise TypeError(f"options['reset_mask'] is {kind}: expected a numpy array of bool")
        if mask.shape != (self.num_envs,):
            raise ValueError(f"options['reset_mask'] has shape {mask.shape}: expected {(self.num_envs,)}")
        if not mask.any():
            raise ValueError("options['reset_mask'] marks nothing: expected at least one True")
        if not self._opened:
            raise ResetNeeded("call reset() without a reset_mask first")
        marked = mask.reshape(self.num_worlds, -1)
        if (marked.any(axis=1) != marked.all(axis=1)).any():
            raise ValueError("options['reset_mask'] marks some seats of a world: expected all of them or none")
        return np.asarray(marked[:, 0])

    def _seeds(self, seed: Seeds) -> tuple[npt.NDArray[np.uint64], Bools]:
        """(B,) seeds and (B,): which worlds have one."""
        if seed is None:
            return np.zeros(self.num_worlds, np.uint64), np.zeros(self.num_worlds, np.bool_)
        if not isinstance(seed, Sequence | np.ndarray):
            return world_seeds(index(seed), self.num_worlds), np.ones(self.num_worlds, np.bool_)
        if len(seed) != self.num_worlds:
            raise ValueError(f"seed is a list of {len(seed)}: expected one for each of {self.num_worlds} worlds")
        given = np.array([one is not None for one in seed])
        return np.array([0 if one is None else index(one) % 2**64 for one in seed], np.uint64), given


def _known_mode(mode: AutoresetMode | str) -> AutoresetMode:
    try:
        return AutoresetMode(mode)
    except ValueError:
        allowed = ", ".join(repr(known.value) for known in AutoresetMode)
        raise refuse("autoreset_mode", mode, f"an AutoresetMode or one of {allowed}") from None
