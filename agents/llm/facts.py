"""What there is to ask about a game, and the right answers, from the game itself.

Facts are what a seat is told before play; sums are what follows from given acts, by the rules on a fresh world. Only
what a seat can know from the brief is asked: nothing that chance has a part in, and nothing that is told later.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np

from ...envs.chance import keys
from ...envs.commons import fishery_words
from ...envs.game import RUNNING, Floats, Game, Worlds_
from ...envs.institutions.governed import Governed
from ...envs.monte_carlo import random_moves
from ...envs.negotiation.bilateral import Bilateral
from ...envs.negotiation.turns import ACCEPT
from ...envs.worlds import Worlds
from .words import name_of

INTEGER, NUMBER, BOOLEAN, WORD = range(4)
LANE = -5
"""Of the draws of questions: no seat has it."""
UNITS = {"fishery": "month", "trust": "round", "alternating_offers": "period", "scorable": "step"}
"""What the texts of a game call a step, where that is another word; a turn where two bargain by turns."""
WORLDS = 32
"""Fresh worlds in which something must be the same to be a rule."""
PROFILES, TRIES, MOST_TOLD, DECIMALS = 3, 20, 12, 4


class Question(NamedTuple):
    """``text``; the ``kind`` of answer, whole number, number, true or false, or word; and what is ``right``."""

    text: str
    kind: int
    right: Any


def fresh(game: Game, seed: int, num: int = 1) -> Worlds:
    """Worlds in which nothing has happened."""
    worlds = Worlds(game, num)
    worlds.reset(seed)
    return worlds


def facts(game: Game, seat: int, seed: int) -> Iterator[Question]:
    """What the rules say."""
    worlds = fresh(bare_of(game), seed, WORLDS).state
    yield from _company(bare_of(game), worlds, seat)
    yield from _length(bare_of(game))
    yield from _order(bare_of(game), worlds, seat)
    if not (game.stages and any(one.narrows for one in getattr(game, "institutions", ()))):
        open_world = worlds if game.stages else fresh(game, seed).state
        yield from _moves(bare_of(game) if game.stages else game, open_world, seat)
    yield from _no_agreement(bare_of(game), worlds, seat)


def sums(game: Game, seat: int, seed: int) -> Iterator[Question]:
    """What follows from given acts."""
    if isinstance(game, Governed) and (game.stages or game.stochastic):
        return  # what is paid depends on stages that are still to come
    if game.turn_based:
        yield from _deals(game, seat, seed)
        yield from _round(game, seat, seed)
        return
    yield from _gift(bare_of(game), seed)
    yield from _regrowth(bare_of(game), seed)
    yield from _payments(game, seat, seed)


def bare_of(game: Game) -> Game:
    """The game without its institutions."""
    return game.bare if isinstance(game, Governed) else game


def unit_of(game: Game) -> str:
    """What the texts of a game call a step."""
    bare = bare_of(game)
    return "turn" if isinstance(bare, Bilateral) and bare.turn_based else UNITS.get(bare.name, "step")


def _alike(values: Any) -> bool:
    """Are they the same in all worlds?"""
    return bool((values == values[:1]).all())


# -- facts -------------------------------------------------------------------------------------------------------------


def _company(game: Game, worlds: Worlds_, seat: int) -> Iterator[Question]:
    there = game.present(worlds)
    if there[:, seat].all():
        yield Question("How many of you are there at the start, you included?", INTEGER, int(there[0].sum()))
    if game.name == "donor":
        yield Question("How many units do you have at the start?", NUMBER, float(worlds["holdings"][0, seat]))


def _length(game: Game) -> Iterator[Question]:
    q, unit = game.params, unit_of(game)
    if isinstance(game, Bilateral) and not game.turn_based:
        return
    known = bool(q.horizon_known)
    yield Question(f"Have you been told how many {unit}s there are at most?", BOOLEAN, known)
    if known and game.name == "scorable":
        last = game.max_steps - (q.vote == "free")
        yield Question("How many speeches are there before the final proposal, at most?", INTEGER, last - 1)
    elif known:
        most = game.max_steps if isinstance(game, Bilateral) else q.horizon
        yield Question(f"How many {unit}s are there at most?", INTEGER, int(most))
    if q.continuation < 1:
        yield Question(f"With what probability does it go on after a {unit}?", NUMBER, float(q.continuation))


def _order(game: Game, worlds: Worlds_, seat: int) -> Iterator[Question]:
    moves = game.movers(worlds)
    if game.turn_based or np.array_equal(moves, game.present(worlds)):
        yield Question("Do all of you choose at the same time?", BOOLEAN, not game.turn_based)
    if game.turn_based and _alike(moves):
        yield Question("Do you make the first move of all?", BOOLEAN, bool(moves[0, seat]))


def _moves(game: Game, worlds: Worlds_, seat: int) -> Iterator[Question]:
    moves, first = game.movers(worlds)[0], f"in the first {unit_of(game)}"
    schema = game.move_schema(worlds[0], seat)
    numbers = _bounds(schema)
    if moves[seat] and numbers:
        kind = INTEGER if schema["type"] == "integer" else NUMBER
        for which, bound in zip(("smallest", "largest"), numbers, strict=True):
            right = int(bound) if kind == INTEGER else float(bound)
            yield Question(f"What is the {which} number that you may answer {first}?", kind, right)
    elif moves[seat] and "enum" in schema:
        yield Question(f"Among how many moves can you choose {first}?", INTEGER, len(schema["enum"]))
    elif game.turn_based and moves.any():
        for name, part in _named(game.move_schema(worlds[0], int(moves.argmax()))):
            if bounds := _bounds(part):
                text = f'What is the largest number that may stand for "{name}" in a proposal?'
                yield Question(text, INTEGER, bounds[1])


def _bounds(schema: Mapping[str, Any]) -> tuple[float, float] | None:
    """The smallest and the largest number that fit, None where numbers are not what is asked for."""
    if schema.get("type") not in ("integer", "number"):
        return None
    listed = schema.get("enum") or (schema["minimum"], schema["maximum"])
    return min(listed), max(listed)


def _named(schema: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The single values that make up a proposal, by name."""
    for one in schema.get("anyOf", ()):
        yield from _named(one)
    for name, part in schema.get("properties", {}).items():
        yield from _named(part) if part.get("type") == "object" else iter([(name, part)])


def _no_agreement(game: Game, worlds: Worlds_, seat: int) -> Iterator[Question]:
    disagreement = getattr(game, "disagreement_payoffs", None)
    if disagreement is None:
        return
    paid = disagreement(worlds)[:, seat]
    if _alike(paid):
        pie = " (The whole pie counts 1.)" if game.name == "alternating_offers" else ""
        yield Question(f"What are you paid if there is no agreement in the end?{pie}", NUMBER, float(paid[0]))


# -- sums --------------------------------------------------------------------------------------------------------------


def _drawn(game: Game, worlds: Worlds, seed: int, draw: int) -> Floats:
    """(1, N) moves, uniform over the candidates of each seat; real numbers with one decimal."""
    own = np.asarray(keys(keys(np.uint64(seed), LANE), np.arange(game.n_agents)))[:, None]
    moves = random_moves(game, worlds, own, draw)
    return moves if game.n_moves else np.round(moves, 1)


def _told_plainly(paid: float) -> bool:
    """Has it few decimals?"""
    return bool(np.isfinite(paid)) and abs(round(paid, DECIMALS) - paid) < 1e-9  # noise of a sum of decimals


def said(game: Game, worlds: Worlds, seat: int, move: float) -> str:
    """What answer a legal move is."""
    answer = game.answer_of(worlds.state[0], seat, move)
    return answer if isinstance(answer, str) else f"{answer:g}"


def _payments(game: Game, seat: int, seed: int) -> Iterator[Question]:
    """What is paid for the first step of those who all choose at once, under profiles of acts."""
    worlds, n = fresh(game, seed), game.n_agents
    hidden = "partner" in (worlds.state.dtype.names or ()) and n > 2
    unsure = game.pays_at_end or game.stochastic or hidden
    if unsure or n > MOST_TOLD or not game.movers(worlds.state).all():
        return
    asked: set[bytes] = set()
    for draw in range(TRIES):
        worlds = fresh(game, seed)
        moves = _drawn(game, worlds, seed, draw)
        acts = [said(game, worlds, i, moves[0, i]) for i in range(n)]
        worlds.step(moves)
        paid = float(worlds.rewards[0, seat])
        if not game.completed(worlds.state)[0]:
            return
        if moves.tobytes() not in asked and _told_plainly(paid):
            asked.add(moves.tobytes())
            told = "; ".join(f"{name_of(i, seat, n - 1)}: {acts[i]}" for i in sorted(range(n), key=lambda i: i != seat))
            text = f"Suppose that the answers in the first {unit_of(game)} are: {told}. What are you paid for it?"
            yield Question(text, NUMBER, round(paid, DECIMALS))
            if n == 2:
                yield from _what_it_was(game, seat, seed, moves, acts)
        if len(asked) == PROFILES:
            return


def _what_it_was(game: Game, seat: int, seed: int, moves: Floats, acts: list[str]) -> Iterator[Question]:
    """From the own act and what it paid, what the other did, if only one word fits."""
    other = 1 - seat
    if game.move_schema(fresh(game, seed).state[0], other).get("type") != "string" or not game.n_moves:
        return
    worlds = fresh(game, seed, game.n_moves)
    if worlds.masks is not None:
        return
    tried = np.repeat(moves, game.n_moves, axis=0)
    tried[:, other] = np.arange(game.n_moves)
    worlds.step(tried)
    paid = worlds.rewards[:, seat]
    if (np.abs(paid - paid[int(moves[0, other])]) < 1e-9).sum() == 1:
        text = (
            f"Suppose that in the first {unit_of(game)} you answer {acts[seat]}, and are paid"
            f" {paid[int(moves[0, other])]:g} for it. What did the other answer?"
        )
        yield Question(text, WORD, acts[other])


def _regrowth(game: Game, seed: int) -> Iterator[Question]:
    """What a stock grows to after a harvest that it can give."""
    q = game.params
    if game.name != "fishery" or q.growth_noise or q.growth == "fish_war":
        return
    skin = fishery_words.SKINS[q.skin]
    worlds = fresh(game, seed)
    n, stock = int(game.present(worlds.state)[0].sum()), float(worlds.state["stock"][0])
    for draw, part in enumerate((0.3, 0.6, 0.8)):
        worlds = fresh(game, seed + draw)
        each = np.floor(part * stock / n)
        worlds.step(np.full((1, game.n_agents), each))
        after = float(worlds.state["stock"][0])
        if worlds.ended[0] == RUNNING and _told_plainly(after):
            harvest = f"each of you {skin.got} {each:g} in the first month, {each * n:g} {skin.units} in all"
            text = f"Suppose that {harvest}. How many {skin.units} are there at the start of the second month?"
            yield Question(text, NUMBER, round(after, DECIMALS))


def _gift(game: Game, seed: int) -> Iterator[Question]:
    """What a donor's gift costs it, and brings the other."""
    if game.name != "donor" or game.params.action_noise:
        return
    worlds = fresh(game, seed)
    state, q = worlds.state[0], game.params
    donor = int(np.flatnonzero(state["donates"])[0])
    if not game.movers(worlds.state)[0, donor]:
        return
    gift = 1 if q.binary else 50
    moves = np.where(state["donates"] == 1, 0.0, float(game.n_moves - 1))
    moves[donor] = gift
    worlds.step(moves[None])
    partner = int(state["met"][donor])
    what = "gives" if q.binary else f"gives {gift} percent of its {q.endowment:g} units"
    for who, whose in ((donor, "By how much do its own units change?"), (partner, "By how much do the other's grow?")):
        yield Question(f"Suppose that in the first step a donor {what}. {whose}", NUMBER, float(worlds.rewards[0, who]))


def _deals(game: Game, seat: int, seed: int) -> Iterator[Question]:
    """What a first proposal that is accepted pays, where that is told before the talks."""
    asked: set[float] = set()
    for draw in range(TRIES):
        worlds = fresh(game, seed + draw)
        moves = _drawn(game, worlds, seed, draw)
        offer = float(moves[0, 0])
        if game.name == "alternating_offers":
            terms = f"{offer:g} units for the one who gets the offer"
            answer, pie = game.params.pie_units + 1.0, " (The whole pie counts 1.)"
        elif isinstance(game, Bilateral) and not game.told(int(worlds.state["context"][0]), seat):
            context = int(worlds.state["context"][0])
            terms = game.in_words(context, seat, int(game.contexts.deal_of(context, seat, int(offer))))
            answer, pie = game.n_deals + float(ACCEPT), ""
        else:
            return
        worlds.step(moves)
        goes_on = worlds.ended[0] == RUNNING
        moves[0] = float(game.n_moves - 1), answer
        worlds.step(moves)
        paid = float(worlds.rewards[0, seat])
        if goes_on and offer not in asked and _told_plainly(paid):
            asked.add(offer)
            text = f"Suppose that the first proposal is accepted at once: {terms}. What are you paid?{pie}"
            yield Question(text, NUMBER, round(paid, DECIMALS))
        if len(asked) == PROFILES:
            return


def _round(game: Game, seat: int, seed: int) -> Iterator[Question]:
    """What a round of trust pays."""
    if game.name != "trust":
        return
    asked: set[tuple[str, ...]] = set()
    for draw in range(TRIES):
        worlds = fresh(game, seed)
        acts = []
        for turn in range(2):
            moves = _drawn(game, worlds, seed, 2 * draw + turn)
            acts.append(f"{moves[0, turn] / game.scale:g}")  # type: ignore[attr-defined]
            worlds.step(moves)
        paid = float(worlds.rewards[0, seat])
        if tuple(acts) not in asked and _told_plainly(paid):
            asked.add(tuple(acts))
            text = (
                f"Suppose that in the first round the investor sends {acts[0]} and the trustee returns {acts[1]}. What"
                " are you paid for that round?"
            )
            yield Question(text, NUMBER, round(paid, DECIMALS))
        if len(asked) == PROFILES:
            return
