"""Several parties talk about several issues until one of them puts a deal to the vote.

**Models** multilateral bargaining over a package: nobody knows what the others want, interests differ issue by issue,
and a deal needs almost everybody, and two of them for certain.

**Rules.** A deal takes one of the ``options`` of every issue. Each party has private scores of the options, which add
up to 100 for its best deal, and a private threshold τ. Agent 0's favourite deal lies on the table from the start. Then
come ``rounds`` speeches, each a deal; who speaks is drawn from all but the last speaker. Then agent 0 proposes, and
that deal is put to the vote: everybody with S ≥ τ says yes (``vote: sincere``), or all vote at once as they like
(``free``). It passes with at least n−1 yes, among them agents 0 and 1; or with n yes where agent 0, who gets ``bonus``
for unanimity, counts it (S_0 + bonus ≥ τ_0). An illegal move is a lost turn: nothing is said, without a final proposal
nothing passes, and a vote that is neither yes nor no is a no.

**Sheets.** ``generated``: drawn for each world and episode by its own key, so that a world is the same alone and in any
batch, and nobody can learn by heart what is private. A sheet of 720 deals takes some 30 µs, three times the steps of an
episode; a stock of sheets to choose from would be faster, and give the others away to whoever knows the stock.
``small``: that of GAMES.md, four parties, options (3, 2, 3). ``file``: from ``sheet_file``. The generator, and what a
file must hold: :mod:`.sheets`.

**Ends** *terminated* by the vote, or where ``continuation`` < 1 fails after a step. ``horizon`` shortens the talks: the
final proposal comes at step ``horizon`` at the latest, and a free vote after it.

**Payoffs**, paid at the end: passed S_i − τ_i (and the bonus for agent 0 if unanimous), which is a loss for whoever the
quorum overrules; failed 0, but for the ``adversary``, a party with ``no_deal`` − τ in that case.

**Observation** (float32): is it my turn, is the coming proposal the final one, is there a vote, my party, threshold,
score of the latest proposal, was the last turn lost; my scores, option by option; of the last ``window`` speeches, the
latest first, speaker and options (−1: none); with ``common_knowledge`` everybody's scores and threshold; step and last
step if known.

**Action**: 0 … K−1 proposes that deal (:meth:`Scorable.deal_of`, :meth:`Scorable.choice_of`); K votes yes, K+1 no; K+2
passes. **Reward**: 0 until the end.

**Cooperation** of a proposal by i towards j: clip((S_j − τ_j)/(S_j^NBS − τ_j)), S^NBS the scores of the Nash-bargaining
solution with disagreement τ (mean over the set if several); i's label is the mean over the others. NaN for every other
act, and where no deal gives everybody its threshold.

**What a seat believes** of hidden scores: each other party's are drawn from the generator; of several draws it takes
the one that likes best what the party has said. The threshold is the quantile that its own is. Nothing that is said
before the end is paid, so whoever looks ahead weighs a speech as if it were put to the vote, where the others vote
sincerely.

**What came of it**: :func:`metrics` of ``record.final``, where worlds lie as they ended, and the exact solutions of a
world's own sheet, :meth:`Scorable.report`. Neither is stored: both follow from the world.

**Known answers** (GAMES.md §3.6): the small sheet by enumeration, the statistics of the generator; all are tests.

**Source**: Abdelnabi et al. 2024 (LLM-Deliberation, arXiv 2309.17234), after Susskind.

**Versions**: v0, first. To come: texts beside the deals (the communication institution).
"""

from collections.abc import Mapping, Sequence
from functools import cached_property, lru_cache
from typing import Annotated, Any, ClassVar, NamedTuple

import numpy as np
import numpy.typing as npt
from gymnasium import spaces

from ..acts import Act
from ..answers import object_of
from ..faces import entry_points
from ..game import (
    COMMON_OUTCOMES,
    RUNNING,
    Anchors,
    Continuation,
    Field,
    Floats,
    Game,
    Horizon,
    Kernels,
    Worlds_,
    world_dtype,
)
from ..settings import Choice, Range, refuse
from ..worlds import Worlds
from . import scorable_words, sheets, talks
from .scorable_words import letter
from .sheets import TOP, Sheet
from .solutions import Solutions, solve
from .talks import CHAIR, DEAL, NO, NO_DEAL, NOTHING, PASS, VETOES, YES, Rules

MOST_DEALS = 100_000
ANSWERS = ("yes", "no")
SHEETS_OF_ANCHORS = 200
"""Anchors are means over the sheets of so many seeds."""


class Adversary(NamedTuple):
    """A party that may gain from no deal."""

    party: Annotated[int, Range(0), "its seat, from 0"] = 0
    no_deal: Annotated[float, Range(), "what it has without a deal, before its threshold is taken off"] = 150.0


class Params(NamedTuple):
    """The parameters of GAMES.md §3.6."""

    options: Annotated[tuple[int, ...], Range(2, 100), "options of each issue"] = (3, 3, 4, 4, 5)
    sheet: Annotated[str, Choice("generated", "file", "small"), "where scores come from"] = "generated"
    sheet_file: Annotated[str | None, "path of the score file (YAML or JSON), with sheet: file"] = None
    target_pass: Annotated[float, Range(0, 1), "generated: share of deals that pass, at least"] = 0.075
    rounds: Annotated[int, Range(0, 10**9), "speeches before the final proposal"] = 24
    vote: Annotated[str, Choice("sincere", "free"), "computed from the thresholds, or a move"] = "sincere"
    bonus: Annotated[float, Range(0), "what unanimity is worth to agent 0"] = 10.0
    adversary: Annotated[Adversary | None, "who gains from no deal; none: nobody"] = None
    window: Annotated[int, Range(1, 1000), "speeches that are visible"] = 6
    common_knowledge: Annotated[bool, "does everybody know all scores and thresholds?"] = False
    n_agents: Annotated[int, Range(2, 100), "parties"] = 6
    horizon: Horizon = 1000
    horizon_known: Annotated[bool, "are step and last step part of the observation?"] = True
    continuation: Continuation = 1.0


# -- what came of it ---------------------------------------------------------------------------------------------------


class Table(NamedTuple):
    """Every deal of one sheet: ``scores`` and ``payoffs`` (K, P), ``passing`` and ``unanimous`` (K,) votes."""

    scores: Floats
    payoffs: Floats
    passing: npt.NDArray[np.bool_]
    unanimous: npt.NDArray[np.bool_]


class Metrics(NamedTuple):
    """How the talks of W worlds went (GAMES.md §3.6): ``any_round``, whether any proposal would have passed by sincere
    votes, ``final``, whether the last one did, and whether ``unanimous`` (W,); ``wrong_deal_rate`` (W, N), the share of
    own proposals that score below the own threshold, NaN for who made none.
    """

    any_round: npt.NDArray[np.bool_]
    final: npt.NDArray[np.bool_]
    unanimous: npt.NDArray[np.bool_]
    wrong_deal_rate: Floats


def metrics(final: Worlds_) -> Metrics:
    """Of worlds that have ended, such as ``record.final``."""
    passed, said = final["outcome"] == DEAL, final["proposals"]
    rate = np.where(said > 0, final["wrong"] / np.maximum(said, 1), np.nan)
    return Metrics(final["any_passed"] > 0, passed, passed & (final["unanimous"] > 0), rate)


class Scorable(Game):
    """The game of this page."""

    name = "scorable"
    family = "negotiation"
    title = "Can many who want different things, and hide what, agree on a package?"
    Params = Params
    kernels = Kernels(talks.reset, talks.step, talks.observe, talks.legal)
    outcomes = (*COMMON_OUTCOMES, "deal", "no_deal")
    turn_based = True
    pays_at_end = True
    directed = True
    signals = ("speaker", "passes", "any_passed")
    presets: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "deliberation_6x5": {},
        "deliberation_7x6": {"n_agents": 7, "options": (3, 3, 4, 4, 5, 4)},
        "small_sheet": {"n_agents": 4, "options": sheets.SMALL_OPTIONS, "sheet": "small"},
    }

    def check(self) -> None:
        """A table that can be enumerated, and a sheet that fits."""
        q = self.params
        if not q.options:
            raise refuse("scorable.options", q.options, "the options of at least one issue")
        if self.n_deals > MOST_DEALS:
            raise refuse("scorable.options", q.options, f"at most {MOST_DEALS:,} deals, and these are {self.n_deals:,}")
        if q.adversary and q.adversary.party >= q.n_agents:
            raise refuse("scorable.adversary.party", q.adversary.party, f"a seat from 0 to {q.n_agents - 1}")
        if (q.sheet == "file") != (q.sheet_file is not None):
            raise refuse("scorable.sheet_file", q.sheet_file, "a path with sheet: file, and left out with any other")
        if q.sheet == "small" and q.n_agents != len(sheets.SMALL.scores):
            raise refuse("scorable.n_agents", q.n_agents, f"{len(sheets.SMALL.scores)} with sheet: small")
        if q.sheet == "small" and q.options != sheets.SMALL_OPTIONS:
            raise refuse("scorable.options", q.options, f"{sheets.SMALL_OPTIONS} with sheet: small")

    def encode(self) -> Any:
        """Numbers, and the one sheet if there is one."""
        q, one = super().encode(), self.sheet
        adversary = self.params.adversary or Adversary(NOTHING)
        return Rules(
            options=bytes(q.options),
            deals=self.n_deals,
            sheet=b"" if one is None else one.scores.tobytes() + one.thresholds.tobytes(),
            target_pass=q.target_pass,
            rounds=q.rounds,
            free=bool(q.vote),
            bonus=q.bonus,
            adversary=adversary.party,
            no_deal=adversary.no_deal,
            common_knowledge=q.common_knowledge,
            horizon=q.horizon,
            horizon_known=q.horizon_known,
            continuation=q.continuation,
        )

    # -- deals and sheets ----------------------------------------------------------------------------------------------

    @property
    def n_deals(self) -> int:
        """K: the number of deals."""
        return int(np.prod(self.params.options, dtype=object))

    def deal_of(self, choice: Sequence[int]) -> int:
        """The move that proposes one option, from 0, of each issue.

        >>> Scorable().deal_of((2, 0, 0, 0, 4))
        484
        """
        return int(np.ravel_multi_index(tuple(choice), self.params.options))

    def choice_of(self, deal: int) -> tuple[int, ...]:
        """The options, from 0, that a move proposes.

        >>> Scorable().choice_of(484)
        (2, 0, 0, 0, 4)
        """
        return tuple(int(k) for k in np.unravel_index(int(deal), self.params.options))

    @cached_property
    def sheet(self) -> Sheet | None:
        """The one sheet of all worlds, None where each draws its own."""
        q = self.params
        if q.sheet == "file":
            return sheets.read_sheet(q.sheet_file, q.n_agents, q.options)
        return sheets.SMALL if q.sheet == "small" else None

    def table(self, sheet: Sheet) -> Table:
        """Every deal of a sheet, and what it pays."""
        q = self.params
        scores, thresholds = sheets.deal_scores(sheet.scores, q.options), sheet.thresholds.astype(np.float64)
        yes = scores >= thresholds
        with_bonus = yes.copy()
        with_bonus[:, CHAIR] = scores[:, CHAIR] + q.bonus >= thresholds[CHAIR]
        unanimous: npt.NDArray[np.bool_] = np.asarray(with_bonus.all(axis=1))
        passing = unanimous | ((yes.sum(axis=1) >= q.n_agents - 1) & yes[:, :VETOES].all(axis=1))
        payoffs = scores - thresholds
        payoffs[:, CHAIR] += q.bonus * unanimous
        return Table(scores, payoffs, passing, unanimous)

    def report(self, world: Any) -> Solutions:
        """The exact solutions of a world's sheet: scores, disagreement at the thresholds, feasible what passes."""
        table = self.table(self.sheet_of(world))
        return solve(table.scores, world["thresholds"], table.passing)

    def sheet_of(self, world: Any) -> Sheet:
        """Who scores what in a world."""
        return Sheet(world["scores"].copy(), world["thresholds"].copy())

    def bargaining_sets(self, worlds: Worlds_) -> tuple[npt.NDArray[np.int64], list[Floats]]:
        """(W,) which set is a world's, and the sets: (K, P) what each deal that can pass pays: by sincere votes those
        that do, in a free vote every deal, if all say yes.
        """
        rows = np.concatenate([worlds["scores"].reshape(len(worlds), -1), worlds["thresholds"]], axis=1)
        _, first, which = np.unique(rows, axis=0, return_index=True, return_inverse=True)
        return which.ravel(), [self._payable(self.sheet_of(worlds[b])) for b in first]

    def _payable(self, sheet: Sheet) -> Floats:
        table = self.table(sheet)
        if self.params.vote == "sincere":
            return table.payoffs[table.passing]
        paid = table.scores - sheet.thresholds
        paid[:, CHAIR] += self.params.bonus
        return paid

    def disagreement_payoffs(self, worlds: Worlds_) -> Floats:
        """(W, P): what each has if nothing passes."""
        payoffs = np.zeros((len(worlds), self.n_agents))
        if self.params.adversary:
            party, no_deal = self.params.adversary
            payoffs[:, party] = no_deal - worlds["thresholds"][:, party]
        return payoffs

    # -- spaces --------------------------------------------------------------------------------------------------------

    @property
    def max_steps(self) -> int:
        """Speeches, the final proposal, and a free vote."""
        return min(self.params.rounds + 1, self.params.horizon) + (self.params.vote == "free")

    @cached_property
    def world_dtype(self) -> np.dtype[np.void]:
        """The sheet: ``scores``, ``thresholds``, and ``nash``, what each scores at the Nash solution; which ``party``
        each seat is. The talks: who is the ``speaker``, the last speeches ``said`` (options) and ``said_by`` whom, the
        latest first (−1: none). The vote: is it on (``voting``), who ``casts`` one, what the latest proposal is
        ``worth`` to each, who says ``yes`` to it, whether it ``passes``, is ``unanimous``, and whether ``any_passed``
        so far. Counts of ``proposals`` and of those that were ``wrong`` for who made them.
        """
        n, window, issues = self.n_agents, self.params.window, len(self.params.options)
        return world_dtype(
            n,
            ("scores", "u1", (n, sum(self.params.options))),
            ("thresholds", "u1", (n,)),
            ("nash", "f8", (n,)),
            ("party", "i1", (n,)),
            ("speaker", "i8"),
            ("said", "i1", (window, issues)),
            ("said_by", "i1", (window,)),
            ("lost_turn", "?"),
            ("voting", "?"),
            ("casts", "i1", (n,)),
            ("worth", "i8", (n,)),
            ("yes", "i1", (n,)),
            ("passes", "i8"),
            ("unanimous", "i8"),
            ("any_passed", "i8"),
            ("proposals", "i8", (n,)),
            ("wrong", "i8", (n,)),
        )

    @cached_property
    def fields(self) -> tuple[Field, ...]:
        """See the page."""
        q = self.params
        top, others = float(TOP), float(self.n_agents - 1)
        named = self.option_names
        speeches = []
        for s in range(q.window):
            speeches.append(Field(f"speaker_{s + 1}", -1, others, f"who made the last speech but {s}, -1: nobody"))
            speeches += [
                Field(f"option_{s + 1}_{letter(k)}", -1, count - 1.0, "the option that it took, from 0")
                for k, count in enumerate(q.options)
            ]
        everybody = []
        if q.common_knowledge:
            for j in range(self.n_agents):
                everybody += [Field(f"score_{name}_of_{j}", 0, top, "its score of the option") for name in named]
                everybody.append(Field(f"threshold_of_{j}", 0, top, "its threshold"))
        return (
            Field("my_turn", 0, 1, "is it my turn?"),
            Field("final", 0, 1, "is the coming proposal the final one?"),
            Field("voting", 0, 1, "is the latest proposal put to the vote?"),
            Field("party", 0, others, "my party; 0 proposes last, 0 and 1 have a veto"),
            Field("threshold", 0, top, "my threshold"),
            Field("worth", 0, top, "my score of the latest proposal"),
            Field("lost_turn", 0, 1, "was the last turn lost?"),
            *(Field(f"score_{name}", 0, top, "my score of the option") for name in named),
            *speeches,
            *everybody,
            *(field._replace(high=field.high + 1) for field in self.life_fields()),  # a free vote comes after the last
        )

    @cached_property
    def move_space(self) -> spaces.Discrete:
        """Deals, then yes, no, pass."""
        return spaces.Discrete(self.n_deals + PASS + 1)

    # -- turns, beliefs, cooperation -----------------------------------------------------------------------------------

    @property
    def stochastic(self) -> bool:
        """Who speaks is drawn, and hidden scores are imagined by chance."""
        return not self.params.common_knowledge or (self.params.rounds > 0 and self.n_agents > 2)

    def movers(self, worlds: Worlds_) -> npt.NDArray[np.bool_]:
        """The speaker, or all who cast a vote."""
        speaks = worlds["speaker"][:, None] == np.arange(self.n_agents)
        return (worlds["ended"] == RUNNING)[:, None] & np.where(worlds["voting"][:, None], worlds["casts"] > 0, speaks)

    def _has_turn(self, worlds: Worlds_, seat: int) -> npt.NDArray[np.bool_]:
        """(B,): :meth:`movers` for one seat, which is all that is needed most often."""
        running = worlds["ended"] == RUNNING
        return running & np.where(worlds["voting"], worlds["casts"][:, seat] > 0, worlds["speaker"] == seat)

    def acts_seen(self, world: Any, seat: int) -> list[Act]:
        """The last speech, or the own vote; who lost a turn is not told."""
        if world["step"] == 0 or world["lost_turn"]:
            return []
        if world["voting"] and world["outcome"] in (DEAL, NO_DEAL):
            return [Act(seat, None, "vote", terms="yes" if world["yes"][seat] else "no")]
        return [Act(int(world["said_by"][0]), None, "propose", terms=self.words_of(world["said"][0].tolist()))]

    def perceive(self, worlds: Worlds_, seat: int) -> None:
        """The others vote sincerely, and what is hidden of them is imagined."""
        others = np.arange(self.n_agents) != seat
        worlds["casts"][:, others] = False
        if len(worlds) and not self.params.common_knowledge:
            talks.imagine_others(self.p, worlds, seat)

    def beliefs(self, seat: int) -> dict[str, Any]:
        """A speech is weighed as if it were put to the vote; and only an adversary knows of itself."""
        q = self.params
        knows = q.common_knowledge or q.adversary is None or q.adversary.party == seat
        return {**super().beliefs(seat), "rounds": 0, **({} if knows else {"adversary": None})}

    def branches(self) -> list[tuple[float, Any]]:
        """Talks go on, or end with the continuation draw. (In what a seat believes, nobody speaks after it.)"""
        c = self.params.continuation
        sure = ((c, 1.0), (1 - c, 0.0))
        return [(weight, self.p._replace(continuation=on)) for weight, on in sure if weight > 0]

    def candidates(self, worlds: Worlds_, seat: int, limit: int = 256) -> tuple[Floats, npt.NDArray[np.bool_]]:
        """Answers, then all deals; or, where these are too many, the seat's own best and those on the table.

        By what a seat knows for certain, so that they are the same in all that it imagines.
        """
        b = len(worlds)
        answers = np.repeat(self.n_deals + np.arange(PASS + 1.0)[None, :], b, axis=0)
        if self.n_moves <= limit:
            moves = np.concatenate([answers, np.repeat(np.arange(float(self.n_deals))[None, :], b, axis=0)], axis=1)
            legal = np.ones(moves.shape, np.bool_)
        else:
            moves = np.concatenate([answers, np.zeros((b, limit - answers.shape[1]))], axis=1)
            legal = np.ones(moves.shape, np.bool_)
            if b:
                talks.deals_worth_saying(self.p, worlds, seat, moves[:, PASS + 1 :], legal[:, PASS + 1 :])
        turn = self._has_turn(worlds, seat)
        legal[:, [YES, NO]] = (turn & worlds["voting"])[:, None]
        legal[:, PASS] = ~turn
        legal[:, PASS + 1 :] &= (turn & ~worlds["voting"])[:, None]
        return moves, legal

    def cooperation_pairs(self, worlds: Worlds_) -> Floats:
        """Of the seat that made a proposal in the last step, how much it gives each other."""
        gains = worlds["nash"] - worlds["thresholds"]
        possible = gains > 0
        shares = np.clip((worlds["worth"] - worlds["thresholds"]) / np.where(possible, gains, 1.0), 0, 1)
        towards = np.where(possible, shares, np.nan)[:, None, :]
        proposed = ~np.isnan(worlds["cooperation"])[:, :, None]
        return np.where(proposed & ~np.eye(self.n_agents, dtype=np.bool_), towards, np.nan)

    def exemplar(self, worlds: Worlds_, seat: int, cooperative: bool) -> Floats:
        """The deal that gives the others most (or least) of their Nash gains; yes or no in a vote, else pass."""
        turn, votes = self._has_turn(worlds, seat), worlds["voting"]
        acts = np.where(turn & votes, self.n_deals + (YES if cooperative else NO), float(self.n_deals + PASS))
        speaks = turn & ~votes
        if speaks.any():
            talks.extreme_deals(self.p, worlds, speaks, seat, cooperative, acts)
        return acts

    def exchanged(self, worlds: Worlds_, i: int, j: int) -> Worlds_:
        """Each has the other's party, scores, turn and vote, and said what the other said."""
        swapped = worlds.copy()
        order = np.arange(self.n_agents)
        order[[i, j]] = j, i
        for name in worlds.dtype.names or ():
            if worlds[name].shape[1:2] == (self.n_agents,) and name not in ("said", "said_by"):
                swapped[name] = worlds[name][:, order]
        for name in ("speaker", "said_by"):
            swapped[name] = np.where(worlds[name] == NOTHING, NOTHING, order[worlds[name]])
        return swapped

    # -- anchors -------------------------------------------------------------------------------------------------------

    def anchors(self) -> Anchors:
        """No deal; the best deal that passes; a final proposal, and free votes, by lot."""
        return _anchors(self)

    def anchors_of(self, sheet: Sheet) -> tuple[float, float, float]:
        """(worst, best, random) of one sheet, exact."""
        table, q = self.table(sheet), self.params
        apart = q.adversary.no_deal - float(sheet.thresholds[q.adversary.party]) if q.adversary else 0.0
        totals = table.payoffs.sum(axis=1)
        best = max(apart, float(totals[table.passing].max(initial=-np.inf)))
        pays = np.where(table.passing, totals, apart)
        if q.vote == "free":  # all yes, or one no among those without a veto
            unanimous, quorum = 0.5**q.n_agents, (q.n_agents - VETOES) * 0.5**q.n_agents
            gains = (table.scores - sheet.thresholds).sum(axis=1)
            best = max(apart, float(gains.max()) + q.bonus)
            pays = unanimous * (gains + q.bonus) + quorum * gains + (1 - unanimous - quorum) * apart
        reached = q.continuation ** (self.max_steps - 1)
        return apart, apart + reached * (best - apart), apart + reached * (float(pays.mean()) - apart)

    # -- in words ------------------------------------------------------------------------------------------------------

    @cached_property
    def option_names(self) -> list[str]:
        """Of all issues, side by side: A1, A2, …"""
        return [f"{letter(k)}{option + 1}" for k, count in enumerate(self.params.options) for option in range(count)]

    def words_of(self, choice: Sequence[int]) -> str:
        """A deal in words, such as "A3 B1 C2"."""
        return " ".join(f"{letter(k)}{option + 1}" for k, option in enumerate(choice))

    def brief(self, seat: int, paraphrase: int = 0) -> str:
        """The rules in words."""
        return "\n".join(scorable_words.brief(self.params, seat, paraphrase))

    def view(self, world: Any, seat: int) -> str:
        """The own scores, and what lies on the table."""
        q = self.params
        last = min(q.rounds + 1, q.horizon)
        lines = [f"Step {world['step'] + 1}; the final proposal is made at step {last}."] if q.horizon_known else []
        seats = [seat, *(j for j in range(self.n_agents) if j != seat and q.common_knowledge)]
        for j in seats:
            whose = "Your" if j == seat else f"agent_{j}'s"
            lines.append(f"{whose} threshold is {world['thresholds'][j]}. {whose} scores: {self._scores(world, j)}.")
        lines.append("Speeches, the latest first:")
        for who, choice in zip(world["said_by"].tolist(), world["said"].tolist(), strict=True):
            if who != NOTHING:
                lines.append(f"{'You' if who == seat else f'agent_{who}'}: {self.words_of(choice)}")
        lines.append(f"Your score of the latest proposal is {world['worth'][seat]}.")
        if world["lost_turn"]:
            lines.append("The last turn was lost.")
        if world["ended"] != RUNNING:
            return "\n".join([*lines, "The talks are over."])
        if world["voting"]:
            return "\n".join([*lines, "The latest proposal is put to the vote: yes or no?"])
        whose = "your" if world["speaker"] == seat else f"agent_{world['speaker']}'s"
        final = world["step"] >= last - 1
        return "\n".join([*lines, f"It is {whose} turn{' to make the final proposal' if final else ''}."])

    def _scores(self, world: Any, seat: int) -> str:
        scores = world["scores"][seat]
        return ", ".join(f"{name} {score}" for name, score in zip(self.option_names, scores, strict=True))

    def move_schema(self, world: Any, seat: int) -> dict[str, Any]:
        """A deal, option by option from 1; yes or no; or pass."""
        if not self.movers(np.array([world]))[0, seat]:
            return {"type": "string", "const": "pass"}
        if world["voting"]:
            return {"type": "string", "enum": list(ANSWERS)}
        options = {
            letter(k): {"type": "integer", "minimum": 1, "maximum": count}
            for k, count in enumerate(self.params.options)
        }
        return object_of(options)

    def meant(self, world: Any, seat: int, answer: Any) -> float:
        """The deal, or what follows the last one."""
        if isinstance(answer, str):
            return float(self.n_deals + (PASS if answer == "pass" else ANSWERS.index(answer)))
        return float(self.deal_of([int(answer[letter(k)]) - 1 for k in range(len(self.params.options))]))

    def answer_of(self, world: Any, seat: int, move: float) -> Any:
        """Option by option, or a word."""
        if move >= self.n_deals:
            return (*ANSWERS, "pass")[int(move) - self.n_deals]
        return {letter(k): option + 1 for k, option in enumerate(self.choice_of(int(move)))}


@lru_cache(maxsize=64)
def _anchors(game: Scorable) -> Anchors:
    if game.sheet is not None:
        return Anchors(*game.anchors_of(game.sheet), note="exact, by enumeration of all deals")
    worlds = Worlds(game, SHEETS_OF_ANCHORS)
    worlds.reset(0)
    means = np.mean([game.anchors_of(game.sheet_of(world)) for world in worlds.state], axis=0)
    worst, best, random = means.tolist()
    return Anchors(worst, best, random, f"mean over the sheets of {SHEETS_OF_ANCHORS} seeds, each by enumeration")


env, raw_env, parallel_env = entry_points(Scorable)
