"""Communication by pledges: before the game's step each may name the act that it is going to make.

**Rule.** Before the game's step, in every ``every``-th one, there is a stage in which each seat says nothing (0) or
makes a pledge (1 … K), all at the same time. Then all hear all pledges, and the game's step is played. A pledge binds
nobody. It stands until the next stage is over. A pledge is a move of the game; its class where the game has a ladder
with fewer classes than moves (the crisis game, GAMES.md §4.3); and where moves are real numbers one of ``levels``
amounts, evenly spread over their range. Only what is legal in the coming step can be pledged, by whoever has a choice
in it. Whoever made a pledge pays ``cost`` for it in that step. With probability ``error`` a pledge is misheard, by all
alike: they hear another that the seat could have made, each as likely, perhaps the same by chance; nobody is told.

**Seen**: the pledges of the others as heard, in seat order after one's own (one below the lowest, in most games −1:
said nothing), and one's own as made. Where the game hides who did what they come in rising order, and nobody is named.

**Placebo**: with ``placebo`` all pledges are misheard, so that there is as much to hear as in the true arm, and nothing
in it. Seats are told the same rules. NORMS.md §3 shuffles messages among worlds instead; a world would then depend on
those that are played beside it, and no longer be the same alone and in a batch.

Logged for each step and seat: the ``pledge`` that stands (NaN: none), as ``heard``, and whether the realised act
``kept`` it (1, 0; NaN: no pledge, or no act).

**Known answers**: talk is cheap: acts and payoffs of whoever looks ahead for itself, or does not listen, are those
without communication. In a stag hunt two who listen and pledge to cooperate do; whoever pledges to cooperate and does
not exploits one who listens. Under the placebo nobody's acts depend on what was pledged.

**Preset**: ``placebo``.

**Source**: Farrell & Rabin 1996 (JEP 10:103) on cheap talk; Crawford 1998 (JET 78:286) for experiments; Lindskold 1978
on announced initiatives.
"""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, NamedTuple

import numpy as np
import numpy.typing as npt

from ..chance import MISHEARD, uniforms
from ..game import Field, Floats, Worlds_
from ..paraphrases import worded
from ..settings import Range
from .coming import Coming, choosers, legal_moves
from .laying import part_of
from .pledges import AMOUNTS, CLASSES, pledges
from .stage import NOTHING, Bools

FEW = 12
"""So many pledges are told one by one."""


class Params(NamedTuple):
    """When there is talk, what it costs, and what comes across."""

    every: Annotated[int, Range(1, 10**9), "k: a stage before every k-th step, the first among them"] = 1
    cost: Annotated[float, Range(0, 1e6), "of a pledge, to whoever makes it (payoff)"] = 0.0
    error: Annotated[float, Range(0, 1), "probability that a pledge is misheard"] = 0.0
    placebo: Annotated[bool, "is what is heard unrelated to what was said?"] = False
    levels: Annotated[int, Range(2, 1000), "amounts that can be pledged where moves are real numbers"] = 11


class Communication(Coming):
    """The institution of this page."""

    name = "communication"
    title = "Does saying what one will do help, when nothing holds anybody to it?"
    Params = Params
    logged: ClassVar[Mapping[str, str]] = {
        "communication_pledge": "pledge that stands",
        "communication_heard": "pledge that is heard",
        "communication_kept": "share of pledges that are kept",
    }
    presets: ClassVar[Mapping[str, Mapping[str, Any]]] = {"placebo": {"placebo": True}}

    def misfit(self) -> str | None:
        """There must be somebody to hear, and steps in which words can be paid for; from here on ``pledges`` is what
        can be pledged.
        """
        if self.game.n_agents == 1:
            return "there is one seat only"
        if self.game.pays_at_end and self.params.cost:
            return "it pays at the end only, and pledges are paid for in each step: communication.cost must be 0"
        self.pledges = pledges(self.game, self.params.levels)
        self.silent = min(0.0, float(self.pledges.values[0])) - 1.0
        return None

    @property
    def moves(self) -> int:
        """Nothing, and each pledge."""
        return 1 + len(self.pledges.values)

    @property
    def stochastic(self) -> bool:
        """Pledges can be misheard."""
        return self._garbled > 0

    @property
    def _garbled(self) -> float:
        return 1.0 if self.params.placebo else self.params.error

    def opens(self, worlds: Worlds_) -> Bools:
        """Before every k-th step."""
        return worlds["step"] % self.params.every == 0

    def legal(self, worlds: Worlds_, out: npt.NDArray[Any]) -> None:
        """Nothing, and what could be done."""
        out[:, :, NOTHING] = 1
        if self.pledges.kind == AMOUNTS:
            out[:, :, NOTHING + 1 :] = choosers(self.game, worlds)[:, :, None]
        else:
            out[:, :, NOTHING + 1 :] = self.pledges.legal(legal_moves(self.game, self._others, worlds))

    def play(self, worlds: Worlds_, here: Bools, moves: Floats, rewards: Floats) -> None:
        """Pledges are made, and heard; those made before no longer stand."""
        self.reset(worlds, here)
        spoke = here[:, None] & (moves > NOTHING)
        made = self.pledges.values[np.where(spoke, moves - 1, 0).astype(np.int64)]
        heard = np.where(self._misheard(worlds), self._drawn(worlds), made) if self._garbled > 0 else made
        np.copyto(worlds["communication_pledge"], made, where=spoke)
        np.copyto(worlds["communication_heard"], heard, where=spoke)

    def _chance(self, worlds: Worlds_, draw: int) -> Floats:
        """(B, N): numbers in [0, 1)."""
        keys, steps = worlds["key"][:, None], worlds["step"][:, None]
        return np.asarray(uniforms(keys, steps, MISHEARD, 2 * np.arange(self.game.n_agents) + draw))

    def _misheard(self, worlds: Worlds_) -> Bools:
        return self._chance(worlds, 0) < self._garbled

    def _drawn(self, worlds: Worlds_) -> Floats:
        """(B, N): a pledge that each could have made."""
        masks = np.zeros((len(worlds), self.game.n_agents, self.moves), np.int8)
        self.legal(worlds, masks)
        up_to = masks[:, :, NOTHING + 1 :].cumsum(axis=2, dtype=np.int64)
        pick = np.floor(self._chance(worlds, 1) * up_to[:, :, -1])
        return self.pledges.values[(up_to > pick[:, :, None]).argmax(axis=2)]

    def settle(self, worlds: Worlds_, there: npt.NDArray[Any], rewards: Floats) -> None:
        """Was it kept? Then it is paid for."""
        played, pledge = there == 1, worlds["communication_pledge"]
        acted = self.pledges.named(worlds["action"])
        kept = np.where(np.isnan(pledge) | np.isnan(acted), np.nan, pledge == acted)
        np.copyto(worlds["communication_kept"], kept, where=played)
        gone = played.any(axis=1)[:, None] & ~played
        if gone.any():
            for name in self.logged:
                worlds[name][gone] = np.nan
        if self.params.cost:
            said_now = (worlds["step"] - 1) % self.params.every == 0
            rewards -= self.params.cost * (played & ~np.isnan(pledge) & said_now[:, None])

    # -- what is seen ------------------------------------------------------------------------------------------------

    @property
    def fields(self) -> tuple[Field, ...]:
        """See the page."""
        low, high = self.silent, float(self.pledges.values[-1])
        none = f"{low:g}: none"
        if self.game.anonymous:
            heard = tuple(
                Field(f"pledge_{k}", low, high, f"pledge number {k} of the others in rising order, {none}")
                for k in range(1, self.game.n_agents)
            )
        else:
            heard = tuple(
                Field(f"pledge_{k}", low, high, f"pledge of the {k}. seat after mine, {none}")
                for k in range(1, self.game.n_agents)
            )
        return (*heard, Field("own_pledge", low, high, f"my own pledge, {none}"))

    def observe(self, worlds: Worlds_, out: npt.NDArray[Any], column: int) -> None:
        """The others' as heard, the own as made."""
        n = self.game.n_agents
        out[:, :, column : column + n - 1] = self._shown(worlds["communication_heard"])
        own = worlds["communication_pledge"]
        out[:, :, column + n - 1] = np.where(np.isnan(own), self.silent, own)

    def _shown(self, heard: Floats) -> Floats:
        """(B, N, N−1): to each seat, those of the others."""
        others = np.where(np.isnan(heard), self.silent, heard)[:, self._after_own]
        return np.sort(others, axis=2) if self.game.anonymous else others

    def perceive(self, worlds: Worlds_, seat: int) -> None:
        """Others' pledges are what was heard of them, in no one's name where the game names nobody; how one's own came
        across, and what others made of theirs, is not known.
        """
        others = self._after_own[seat]
        heard = worlds["communication_heard"][:, others]
        if self.game.anonymous:
            heard = np.sort(heard, axis=1)
        worlds["communication_pledge"][:, others] = worlds["communication_heard"][:, others] = heard
        worlds["communication_heard"][:, seat] = worlds["communication_pledge"][:, seat]
        worlds["communication_kept"][:, others] = np.nan

    # -- in words ----------------------------------------------------------------------------------------------------

    def brief(self, seat: int, paraphrase: int = 0) -> list[str]:
        """When there is talk, of what, and what it costs."""
        q, low, high = self.params, self.pledges.values[0], self.pledges.values[-1]
        when = "each step" if q.every == 1 else f"the first of every {q.every} steps"
        lines = [
            (
                f"Communication: before {when} everybody may say what it is going to do, all at the same time.",
                f"Communication: what you and the others are going to do may be said before {when}, by all at once.",
                f"Communication: all may announce, at one and the same time before {when}, how they will act.",
            ),
            (
                "Then all hear what was said. Nobody is bound by it.",
                "What was said is heard by all, and it binds nobody.",
                "Everybody hears it, and everybody stays free to do something else.",
            ),
        ]
        if self.pledges.kind == CLASSES:
            by_class = (
                "What can be said is the class of an act, not the act itself.",
                "One says of which class one's act will be, and no more than that.",
                "Only the class of the coming act is announced.",
            )
            lines.append(by_class)
        if self.pledges.kind == AMOUNTS:
            amounts = (
                f"What can be said is one of {q.levels} amounts from {low:g} to {high:g}, evenly spaced.",
                f"There are {q.levels} evenly spaced amounts, {low:g} to {high:g}, of which one can be said.",
                f"From {low:g} to {high:g} there lie, evenly spaced, {q.levels} amounts that may be announced.",
            )
            lines.append(amounts)
        if q.cost:
            price = (
                f"To say something costs {q.cost:g}.",
                f"Whoever says something pays {q.cost:g} for it.",
                f"The price of an announcement is {q.cost:g}; to say nothing is free.",
            )
            lines.append(price)
        if q.error:
            mistaken = (
                f"With probability {q.error:g} all hear something else than was said.",
                f"What was said comes across as something else with probability {q.error:g}.",
                f"There is a chance of {q.error:g} that an announcement is misheard by all.",
            )
            lines.append(mistaken)
        return [worded(paraphrase, *wordings) for wordings in lines]

    def view(self, world: Any, seat: int) -> list[str]:
        """Who said what."""
        own = world["communication_pledge"][seat]
        heard = world["communication_heard"][self._after_own[seat]]
        if np.isnan(own) and np.isnan(heard).all():
            return []
        words = self._words(world, seat)
        told = f"You last announced: {'nothing' if np.isnan(own) else words[own]}."
        if self.game.anonymous:
            said = [words[pledge] for pledge in np.sort(heard[~np.isnan(heard)]).tolist()]
            silent = int(np.isnan(heard).sum())
            return [told, f"The others last announced: {', '.join([*said, *['nothing'] * silent])}."]
        by_seat = (
            f"agent {j}: {'nothing' if np.isnan(pledge) else words[pledge]}"
            for j, pledge in zip(self._after_own[seat], heard, strict=True)
        )
        return [told, f"The others last announced: {'; '.join(by_seat)}."]

    def _words(self, world: Any, seat: int) -> dict[float, str]:
        game = self.game
        schema = game.move_schema(part_of(np.array([world]), game.world_dtype)[0], seat)
        moves = legal_moves(game, (), np.array([world]))[0, seat] if game.n_moves else np.zeros(0)
        return self.pledges.words(schema, moves)

    def told(self, world: Any, seat: int) -> list[str]:
        """What can be said."""
        numbers, words = self._numbers(world, seat), self._words(world, seat)
        named = [f"{k} for {words[self.pledges.values[k - 1]]}" for k in numbers if k != NOTHING]
        if len(named) > FEW:
            named = [named[0], "and so on in their order", f"up to {named[-1]}"]
        return [f"Now you may say what you are going to do: {', '.join(['0 for nothing', *named])}."]

    def _numbers(self, world: Any, seat: int) -> list[int]:
        masks = np.zeros((1, self.game.n_agents, self.moves), np.int8)
        self.legal(np.array([world]), masks)
        return np.flatnonzero(masks[0, seat]).tolist()

    def schema(self, world: Any, seat: int) -> dict[str, Any]:
        """The number of a pledge."""
        return {"type": "integer", "enum": self._numbers(world, seat)}
