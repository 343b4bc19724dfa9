"""A language model in a seat: any game, any institution, beside any other agent.

In each step all worlds are asked at once (:meth:`LLM.prepare` starts, :meth:`LLM.act` waits), and all seats of a
table with them. An answer is parsed strictly and must be a legal move; if it is not, the model is told why and asked
again, at most ``re_ask`` times. Then the move is **invalid**: it is counted, and ``invalid_policy`` moves in its
place. Nothing unreadable is ever taken for a move, cooperative or other.
"""

from collections.abc import Sequence
from functools import partial
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from ...envs.answers import forced
from ...envs.faces.talk import Talk
from ...envs.game import Floats, Game, Worlds_
from ...envs.institutions.staged import GAME, Staged
from ..agent import Agent, Outcome, View
from ..norms import Norms
from . import checks
from .calls import Asking
from .comprehension import questions
from .exchange import Pending, exchange
from .hints import Hints
from .legal import idle, random_legal
from .making import minds_of
from .mind import Mind, Now
from .moments import Before, moment
from .prompt import SHOWS_SCORE, UNTOLD, shown_score
from .reply import Answer
from .score import Score
from .settings import ABORT, LAST, NOOP, Params

Bools = npt.NDArray[np.bool_]

SCRIPTED = "scripted/"
"""Begins the names of models that are agents of ours: what such a model answers is that agent's move."""
BY_LOT = "random"
"""Such a model's name that is no agent's: a legal move is drawn."""
INVALID = 3  # stream of the agent's own draws


class InvalidAnswer(RuntimeError):
    """A model gave no move that can be played, and ``invalid_policy`` is ``abort``."""


class LLM(Agent):
    """See the page."""

    name = "llm"
    plays_stages = True
    sees_institutions = True
    Params = Params
    shared: ClassVar[tuple[str, ...]] = Params._fields

    def __init__(self, params: Any = None) -> None:
        super().__init__(params)
        self.talks: int = self.params.talk
        self.talk_shuffled: bool = self.params.talk_placebo
        self._norms: Sequence[Norms] | None = None
        self._strategies: Sequence[str] | None = None
        self._stand_in: Agent | None = None

    # -- before play -------------------------------------------------------------------------------------------------

    @property
    def scripted(self) -> bool:
        """Does an agent of ours answer in place of a model?"""
        return self.params.model.startswith(SCRIPTED)

    def played_by(self, norm: Any) -> dict[str, Any] | None:
        """The agent that decides what a scripted model answers, under the norm if that is told; None: a model decides,
        or the lot.
        """
        name = self.params.model.removeprefix(SCRIPTED)
        if not self.scripted or name == BY_LOT:
            return None
        return {"agent": name} if norm is None or self.params.channel in UNTOLD else {"agent": name, "norms": norm}

    def take_player(self, agent: Agent) -> None:
        """``agent`` decides what the scripted model answers."""
        self._stand_in = agent

    def take_norms(self, per_world: list[Norms]) -> None:
        """One norm for all worlds, or one for each."""
        checks.check_norms(self.params, per_world)
        self._norms = per_world

    def take_strategies(self, per_world: Sequence[str]) -> None:
        """What it wrote down before play (:mod:`.strategies`), one for each world, empty where it has none."""
        self._strategies = per_world

    def check(self, game: Game) -> None:
        """Raises ``SettingError`` for settings that do not fit each other, or the game."""
        checks.check(self.params, game)

    def begin(self, game: Game, seat: int, seeds: npt.NDArray[np.uint64]) -> None:
        """Nothing has happened yet; comprehension questions are asked."""
        super().begin(game, seat, seeds)
        self._exchange = exchange()
        self.minds: list[Mind] = minds_of(self.params, game, seat, seeds, self._norms, self._strategies)
        self._other = (seat + 1) % game.n_agents
        self._stance = checks.stance_of(self.params)
        self._turn, self._steps, self._asked_for = 0, 0, -1
        self._talk: Talk | None = None
        self._last = np.full(len(seeds), np.nan)
        self._unchosen: list[Bools] = []
        self._scores = self._scoring(game, seat)
        wanted = self._exchange.hinted or self.scripted
        self._hints = Hints(self._stand_in, self.keys, self.params.reasoning) if wanted else None
        for mind in self.minds:
            mind.hinted = wanted
        if self._stand_in is not None:
            self._stand_in.begin(game, seat, seeds)
        self._questioned = [self._exchange.start(self._question(mind)) for mind in self.minds if self.params.questions]

    def _scoring(self, game: Game, seat: int) -> Score | None:
        if self._norms is None or self.params.channel not in SHOWS_SCORE:
            return None
        worlds = len(self.keys)
        return Score(game, seat, list(self._norms) * (worlds if len(self._norms) == 1 else 1), self.keys)

    def _question(self, mind: Mind) -> Asking[None]:
        asked = questions(self.game, self.seat, mind.seed, self.params.questions, mind.words)
        return mind.answer(asked, None if self._hints is None else Hints.right(asked))

    # -- a step ------------------------------------------------------------------------------------------------------

    def speak(self, view: View, talk: Talk, number: int) -> None:
        """Starts to ask for the messages of a round of talk, wherever the seat has a choice to come."""
        self._talk = talk
        self._speaking: dict[int, Pending[str]] = {}
        for b in np.flatnonzero(self._choosing(view, view.imagine(self.keys))).tolist():
            now = self._now(view, b)
            if forced(now.schema) is None:
                if self._hints is not None:
                    now = now._replace(hint=self._hints.message(view, b, self.minds[b], self._turn))
                self._speaking[b] = self._exchange.start(self.minds[b].speak(now, number, number + 1 == talk.rounds))

    def spoken(self) -> dict[int, str]:
        """The messages of the round, by world."""
        return {b: asked.result() for b, asked in self._speaking.items()}

    def _choosing(self, view: View, believed: Worlds_) -> Bools:
        """(B,): the running worlds in which the seat is there, and has a turn."""
        turn = view.game.movers(believed) if view.stage == GAME else view.game.present(believed)
        return view.active & turn[:, self.seat]

    def _now(self, view: View, b: int) -> Now:
        """What world ``b`` looks like from here."""
        mind, talk = self.minds[b], self._talk if view.stage == GAME else None
        said, heard = ([], []) if talk is None else (talk.own(b, self.seat), talk.heard(b, self.seat))
        schema = mind.labelled(view.schema(b))
        return Now(self._turn, view.text(b), schema, mind.meaning(partial(view.move_of, b)), heard, said)

    def prepare(self, view: View) -> None:
        """Starts to ask in every world in which the seat has a choice, once a turn."""
        if self._asked_for == self._turn:
            return
        self._asked_for = self._turn
        for asked in self._questioned:
            asked.result()
        believed = view.imagine(self.keys)
        if self._turn == 0 and self._scores is not None:
            self._scores.open(believed)
        worlds = len(view.active)
        self._moves = np.zeros(worlds)
        self._pending: list[Pending[Answer | None] | None] = [None] * worlds
        self._before: list[Before | None] = [None] * worlds
        chooses = self._choosing(view, believed)
        for b in np.flatnonzero(view.active).tolist():
            self._ask(view, b, bool(chooses[b]), believed[b])

    def _ask(self, view: View, b: int, chooses: bool, believed: Any) -> None:
        """Asks in world ``b``; where only one thing can be done, or nothing, nobody is asked."""
        now, mind = self._now(view, b), self.minds[b]
        only = forced(now.schema)
        self._before[b] = Before(self._step_of(view), mind.words(now.view), now.said, now.heard)
        if only is not None:
            self._moves[b] = now.move_of(only)
            return
        if not chooses:
            return
        if view.stage == GAME:
            now = now._replace(advice=self._stance.now(self.game, believed, self.seat, mind.paraphrase))
            now = self._with_forecast(now, mind, believed)
        if self._hints is not None:
            now = now._replace(hint=self._hints.move(view, b, mind, now.forecast, self._turn))
        self._pending[b] = self._exchange.start(mind.decide(now))

    def _step_of(self, view: View) -> int:
        """The number of the game's step, from 1, that the worlds are in."""
        game, stage = view.game, view.stage
        over = isinstance(game, Staged) and game.follows(stage)
        return self._steps + (not over)

    def _with_forecast(self, now: Now, mind: Mind, world: Any) -> Now:
        """Asks for a forecast too, where the other has a choice in the same step of the game."""
        if not self.params.forecast:
            return now
        schema = mind.labelled(self.game.move_schema(world, self._other))
        if forced(schema) is not None:
            return now
        return now._replace(forecast=schema, forecast_of=mind.meaning(partial(self.game.move_of, world, self._other)))

    def act(self, view: View) -> Floats:
        """The moves that were answered; where no answer can be used, those of ``invalid_policy``."""
        self.prepare(view)
        self._answers = [None if asked is None else asked.result() for asked in self._pending]
        self._played: list[Any] = [None if answer is None else answer.told for answer in self._answers]
        asked = np.array([pending is not None for pending in self._pending])
        for b, answer in enumerate(self._answers):
            if answer is not None:
                self._moves[b] = answer.move
        self._invalid = asked & np.array([answer is None for answer in self._answers])
        if self._invalid.any():
            self._replace(view)
        if view.stage == GAME:
            self._steps += 1
            self._unchosen.append(self._invalid)
            self._last = np.where(asked & ~self._invalid, self._moves, self._last)
        else:
            for b in np.flatnonzero(asked).tolist():
                self.minds[b].tally.in_stage(bool(self._invalid[b]))
        self._over()
        return self._moves.copy()

    def _over(self) -> None:
        """A turn is over; what was planned for it is done."""
        self._turn += 1
        if self._hints is not None:
            self._hints.over()

    def _replace(self, view: View) -> None:
        """Plays something for the answers that cannot be used."""
        moves = self._in_place(view)
        for b in np.flatnonzero(self._invalid).tolist():
            self._moves[b] = moves[b]
            self._played[b] = self.minds[b].label(view.answer_of(b, float(moves[b])))

    def _in_place(self, view: View) -> Floats:
        """(B,): what is played for answers that cannot be used."""
        policy = self.params.invalid_policy
        if policy == ABORT:
            first = int(self._invalid.argmax())
            where = f"seat {self.seat}, turn {self._turn}, world of seed {self.minds[first].seed}"
            raise InvalidAnswer(
                f"{self.params.model} gave no answer that can be used ({where}); invalid_policy is abort"
            )
        moves = random_legal(view, self.keys, self._turn, INVALID)
        if policy == NOOP:
            return np.full(len(moves), idle(view.game, view.stage))
        if policy == LAST and view.stage == GAME:
            believed = view.imagine(self.keys)
            again = np.where(np.isnan(self._last), moves, self._last)
            return np.where(view.game.legal_among(believed, self.seat, again[:, None])[:, 0], again, moves)
        return moves

    def watch(self, view: View) -> None:
        """Another moves: nothing is asked."""
        self._before = [
            Before(self._step_of(view), self.minds[b].words(view.text(b))) if active else None
            for b, active in enumerate(view.active.tolist())
        ]
        self._steps += view.stage == GAME
        self._answers, self._played = [None] * len(view.active), [None] * len(view.active)
        self._invalid = np.zeros(len(view.active), np.bool_)
        if self._stand_in is not None:
            self._stand_in.watch(view)
        self._over()

    def learn(self, outcome: Outcome) -> None:
        """What the seat perceived of the step becomes a moment to remember, and the score where it is shown."""
        view = outcome.view
        believed = view.imagine(self.keys)
        ran = np.array([before is not None for before in self._before])
        scores = np.full(len(ran), np.nan)
        if self._scores is not None:
            scores = self._scores.add(believed, ran, self._turn)
        for b in np.flatnonzero(ran).tolist():
            self._remember(outcome, b, believed[b], None if np.isnan(scores[b]) else float(scores[b]))
        if self._stand_in is not None and type(self._stand_in).learn is not Agent.learn:
            self._stand_in.learn(outcome)

    def _remember(self, outcome: Outcome, b: int, world: Worlds_, score: float | None) -> None:
        mind, before, answer = self.minds[b], self._before[b], self._answers[b]
        assert before is not None
        if self._scores is not None and score is not None:
            mind.score = shown_score(score, float(self._scores.total[b]))
        hidden = np.isnan(world["payoff"][self.seat])  # it would reveal the others' acts, which are seen through noise
        acts, paid = outcome.view.acts(b), None if hidden else float(outcome.rewards[b])
        mind.remember(moment(mind, before, self._played[b], bool(self._invalid[b]), acts, paid, score))
        if answer is not None and answer.forecast is not None and not np.isnan(world["action"][self._other]):
            mind.foretold(answer.forecast, float(world["action"][self._other]))

    # -- afterwards --------------------------------------------------------------------------------------------------

    def prompts(self) -> list[str]:
        """Of the system prompts."""
        return [mind.prompt_hash for mind in self.minds]

    @property
    def unchosen(self) -> Sequence[Bools]:
        """The invalid moves of the game."""
        return self._unchosen

    def accounts(self) -> dict[str, Floats]:
        """By name: (B,) of what was counted in each world (:mod:`.tally`)."""
        told = [mind.told() for mind in self.minds]
        return {name: np.array([one[name] for one in told]) for name in told[0]}
