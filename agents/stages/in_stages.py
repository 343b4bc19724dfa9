"""Lets an agent that knows the game alone sit in a game with stages: in each stage a conduct moves for it."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ...envs.acts import Act
from ...envs.faces.talk import Talk
from ...envs.game import Floats, Game
from ...envs.institutions.staged import GAME, Staged
from ..agent import Agent, Outcome, View
from .conduct import Conduct


class InStages(Agent):
    """``inner`` in the game, ``conducts`` by institution in the stages.

    An agent that plays stages itself is asked there too, and a conduct, if there is one, has the last word. Any other
    plays the bare game and learns from whole steps of it, what the stages paid included.
    """

    name = "in_stages"

    def __init__(self, inner: Agent, conducts: Mapping[str, Conduct]) -> None:
        super().__init__()
        self.inner, self.conducts = inner, dict(conducts)
        self.by_chance = inner.by_chance
        self.talks, self.talk_shuffled = inner.talks, inner.talk_shuffled
        self._learns = type(inner).learn is not Agent.learn
        self._asks = type(inner).prepare is not Agent.prepare

    @property
    def itself(self) -> Agent:
        """Who sits here."""
        return self.inner

    def begin(self, game: Game, seat: int, seeds: npt.NDArray[np.uint64]) -> None:
        """Both."""
        super().begin(game, seat, seeds)
        assert isinstance(game, Staged)
        self._staged = game
        self._whole = self.inner.plays_stages or self.inner.sees_institutions
        self.inner.begin(game if self._whole else game.bare, seat, seeds)
        self._by_stage = {game.stage_number(name): one for name, one in self.conducts.items()}
        for stage, one in self._by_stage.items():
            one.begin(game, seat, seeds, game.stages[stage - 1], self._plan)
        self._planned: Floats | None = None
        self._acts, self._paid = np.zeros(len(seeds)), np.zeros(len(seeds))

    def speak(self, view: View, talk: Talk, number: int) -> None:
        """Whoever plays the game."""
        self.inner.speak(self._of_game(view), talk, number)

    def spoken(self) -> dict[int, str]:
        """Of whoever plays the game."""
        return self.inner.spoken()

    def prepare(self, view: View) -> None:
        """Whoever plays here, if it asks and has not planned yet."""
        if not self._asks:
            return
        stage = view.stage
        if stage == GAME and self._planned is None:
            self.inner.prepare(self._of_game(view))
        elif stage != GAME and self.inner.plays_stages and stage not in self._by_stage:
            self.inner.prepare(view)

    def act(self, view: View) -> Floats:
        """The move for where the worlds are."""
        stage = view.stage
        if stage == GAME:
            self._acts = self._plan(view)
            self._planned = None
            return self._acts
        conduct = self._by_stage.get(stage)
        if conduct is None:
            nothing = np.zeros(len(view.active))
            return self.inner.act(view) if self.inner.plays_stages else self._staged.stage_move(stage, nothing)
        if self.inner.plays_stages:
            self.inner.watch(view)
        conduct.step += 1
        return self._staged.stage_move(stage, conduct.move(view))

    def _plan(self, view: View) -> Floats:
        """The act of the coming step of the game, decided once."""
        if self._planned is None:
            self._planned = self.inner.act(self._of_game(self._coming(view)))
        return self._planned

    def _of_game(self, view: View) -> View:
        return view if self._whole else _Bare(view, self._staged.bare)

    def watch(self, view: View) -> None:
        """Neither of them moves."""
        if view.stage == GAME:
            self.inner.watch(self._of_game(view))
        elif self.inner.plays_stages:
            self.inner.watch(view)

    def accounts(self) -> dict[str, Floats]:
        """Of whoever plays the game."""
        return self.inner.accounts()

    def prompts(self) -> list[str]:
        """Of whoever plays the game."""
        return self.inner.prompts()

    @property
    def unchosen(self) -> Sequence[npt.NDArray[np.bool_]]:
        """Of whoever plays the game."""
        return self.inner.unchosen

    def kinds(self) -> list[str]:
        """Whoever plays the game."""
        return [self.label] if self.label else self.inner.kinds()

    def _coming(self, view: View) -> View:
        """What would be seen if the stages before the game's step were over, and no more were done in them."""
        stages = view._worlds["stage"]
        if (stages == GAME).all():
            return view
        game, worlds, seen = self._staged, view._worlds.copy(), view.observations.copy()
        worlds["stage_before"], worlds["stage"], worlds["stage_round"] = stages, GAME, 0
        for name in ("stage", "stage_round"):
            seen[:, game.field_index[name]] = 0
        masks = None
        if view.masks is not None and game.kernels.legal is not None:
            of_all = np.zeros((len(worlds), game.n_agents, game.n_moves), np.int8)
            game.kernels.legal(game.p, worlds, of_all)
            masks = of_all[:, view.seat]
        return View(view.game, view.seat, worlds, seen, masks, view.active)

    def learn(self, outcome: Outcome) -> None:
        """At the end of each step of the game, from all that it paid; who plays stages, of each turn."""
        if not self._learns:
            return
        if self.inner.plays_stages:
            self.inner.learn(outcome)
            return
        self._paid += outcome.rewards
        view = outcome.view
        if self._staged.completed(view._worlds).any():
            self.inner.learn(Outcome(self._acts, self._paid.copy(), self._of_game(view)))
            self._paid[:] = 0.0


class _Bare(View):
    """What of a view the game without its institutions would have shown."""

    __slots__ = ("_whole",)

    def __init__(self, whole: View, bare: Game) -> None:
        masks = None if whole.masks is None or bare.kernels.legal is None else whole.masks[:, : bare.n_moves]
        seen = whole.observations[:, : len(bare.fields)].astype(bare.observation_dtype, copy=False)
        super().__init__(bare, whole.seat, whole._worlds, seen, masks, whole.active)
        self._whole = whole

    def imagine(self, seeds: npt.NDArray[np.uint64], which: object = slice(None)) -> npt.NDArray[np.void]:
        """Of the whole."""
        return self._whole.imagine(seeds, which)

    def text(self, b: int) -> str:
        """Of the whole."""
        return self._whole.text(b)

    def acts(self, b: int) -> list[Act]:
        """Of the whole."""
        return self._whole.acts(b)

    def schema(self, b: int) -> dict[str, Any]:
        """Of the whole."""
        return self._whole.schema(b)

    def move_of(self, b: int, answer: Any) -> float:
        """Of the whole."""
        return self._whole.move_of(b, answer)

    def answer_of(self, b: int, move: float) -> Any:
        """Of the whole."""
        return self._whole.answer_of(b, move)
