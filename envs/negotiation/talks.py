"""The compiled rules of :mod:`.scorable`: the talks, the vote, and what a seat imagines of scores that it does not
know.
"""

from collections import namedtuple
from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

from ..chance import CONTINUATION, SPEAKER, uniform
from ..game import (
    COMMON_OUTCOMES,
    CONTINUATION_FAILED,
    RUNNING,
    TERMINATED,
    Floats,
    Worlds_,
    clip01,
    open_episode,
    stay_ended,
)
from .sheets import PERCENTS, TOP, all_scores, count_scores, draw_scores, draw_sheet, nash_scores, quantiles

Deals = npt.NDArray[np.int16]
DEAL, NO_DEAL = (len(COMMON_OUTCOMES) + k for k in range(2))
YES, NO, PASS = range(3)  # moves beyond the last deal
NOTHING = -1
CHAIR, VETOES = 0, 2  # the party that proposes last; so many parties have a veto
DRAWS = 16
"""From so many imagined sheets a seat takes the one that explains best what a party said."""

# What the kernels take. Lists are bytes, which have one type whatever their length and, unlike arrays, a hash.
Rules = namedtuple(
    "Rules",
    (
        "options", "deals", "sheet", "target_pass", "rounds", "free", "bonus", "adversary", "no_deal",
        "common_knowledge", "horizon", "horizon_known", "continuation",
    ),
)  # fmt: skip


# -- reset -------------------------------------------------------------------------------------------------------------


@njit(cache=True)
def reset(p: Rules, worlds: Worlds_, again: npt.NDArray[np.bool_]) -> None:
    """Sheets are handed out, and agent 0's favourite lies on the table."""
    n = worlds[0].party.shape[0]
    table = np.empty((n, p.deals), np.int16)
    ladders = np.empty((n, PERCENTS), np.int64)
    for b in range(len(worlds)):
        if not again[b]:
            continue
        w = worlds[b]
        open_episode(w)
        if len(p.sheet) > 0:
            _hand_out(p, w, table)
        else:
            draw_sheet(w.key, p.options, p.target_pass, w.scores, w.thresholds, table, ladders)
        nash_scores(table, w.thresholds, w.nash)
        w.voting = False
        w.lost_turn = False
        w.any_passed = 0
        w.said[:] = NOTHING
        w.said_by[:] = NOTHING
        for i in range(n):
            w.party[i] = i
            w.casts[i] = p.free
            w.proposals[i] = 0
            w.wrong[i] = 0
        _say(p, w, CHAIR, int(np.argmax(table[CHAIR])))
        w.speaker = CHAIR
        _pass_the_word(p, w)


@njit(cache=True)
def _hand_out(p: Rules, w: Any, table: Deals) -> None:
    """The one sheet that the rules name."""
    n, total = w.scores.shape
    for i in range(n):
        for k in range(total):
            w.scores[i, k] = p.sheet[i * total + k]
        w.thresholds[i] = p.sheet[n * total + i]
        all_scores(w.scores[i], p.options, table[i])


# -- speaking ----------------------------------------------------------------------------------------------------------


@njit(cache=True)
def _is_final(p: Rules, w: Any) -> bool:
    return w.step >= min(p.rounds, p.horizon - 1)


@njit(cache=True)
def _pass_the_word(p: Rules, w: Any) -> None:
    """Who speaks at the step that is about to come: anybody but the last speaker, or agent 0 at the end."""
    n = len(w.party)
    if _is_final(p, w):
        for i in range(n):
            if w.party[i] == CHAIR:
                w.speaker = i
        return
    drawn = int(uniform(w.key, w.step, SPEAKER, 0) * (n - 1))
    w.speaker = drawn + (drawn >= w.speaker)


@njit(cache=True)
def _say(p: Rules, w: Any, i: int, deal: int) -> None:
    """Puts a deal on the table, and notes whether it would pass by sincere votes."""
    window, issues = w.said.shape
    for s in range(window - 1, 0, -1):
        w.said_by[s] = w.said_by[s - 1]
        for k in range(issues):
            w.said[s, k] = w.said[s - 1, k]
    w.said_by[0] = i
    for k in range(issues - 1, -1, -1):
        count = int(p.options[k])
        w.said[0, k] = deal % count
        deal //= count
    _hear(p, w)
    w.any_passed |= w.passes


@njit(cache=True)
def _hear(p: Rules, w: Any) -> None:
    """What everybody thinks of the latest proposal."""
    for j in range(len(w.party)):
        total = offset = 0
        for k in range(len(p.options)):
            total += w.scores[j, offset + w.said[0, k]]
            offset += p.options[k]
        w.worth[j] = total
        w.yes[j] = total >= w.thresholds[j]
    _tally(p, w, False)


@njit(cache=True)
def _tally(p: Rules, w: Any, cast: bool) -> None:
    """Does the latest proposal pass, and unanimously? ``cast``: agent 0's vote stands as it was cast if it has one."""
    against = 0
    vetoed = False
    chair = 0
    for j in range(len(w.party)):
        if not w.yes[j]:
            against += 1
            vetoed |= w.party[j] < VETOES
        if w.party[j] == CHAIR:
            chair = j
    won_over = (
        against == 1
        and not w.yes[chair]
        and not (cast and w.casts[chair])
        and w.worth[chair] + p.bonus >= w.thresholds[chair]
    )
    w.unanimous = against == 0 or won_over
    w.passes = won_over or (against <= 1 and not vetoed)


@njit(cache=True)
def _label_towards(w: Any, j: int) -> float:
    gain = w.nash[j] - w.thresholds[j]
    if not gain > 0.0:
        return np.nan
    return clip01((w.worth[j] - w.thresholds[j]) / gain)


@njit(cache=True)
def _label(w: Any, i: int) -> float:
    """The mean over the others to whom the latest proposal, of seat i, could give anything."""
    total, count = 0.0, 0
    for j in range(len(w.party)):
        towards = _label_towards(w, j)
        if j != i and not np.isnan(towards):
            total += towards
            count += 1
    return total / count if count > 0 else np.nan


# -- the end -----------------------------------------------------------------------------------------------------------


@njit(cache=True)
def _fail(p: Rules, w: Any, outcome: int) -> None:
    w.ended = TERMINATED
    w.outcome = outcome
    for i in range(len(w.party)):
        if w.party[i] == p.adversary:
            w.payoff[i] = p.no_deal - w.thresholds[i]


@njit(cache=True)
def _settle(p: Rules, w: Any) -> None:
    """The vote is in."""
    if not w.passes:
        _fail(p, w, NO_DEAL)
        return
    w.ended = TERMINATED
    w.outcome = DEAL
    for i in range(len(w.party)):
        w.payoff[i] = w.worth[i] - w.thresholds[i]
        if w.unanimous and w.party[i] == CHAIR:
            w.payoff[i] += p.bonus


# -- step --------------------------------------------------------------------------------------------------------------


@njit(cache=True)
def step(p: Rules, worlds: Worlds_, actions: Floats, rewards: Floats, ended: npt.NDArray[np.int8]) -> None:
    """A speech, the final proposal, or the vote."""
    for b in range(len(worlds)):
        w = worlds[b]
        if w.ended != RUNNING:
            stay_ended(w, rewards[b])
            continue
        w.lost_turn = False
        for j in range(len(w.party)):
            w.payoff[j] = 0.0
            w.cooperation[j] = np.nan
            w.intended[j] = actions[b, j]
            w.action[j] = actions[b, j]
            waits = not w.casts[j] if w.voting else j != w.speaker
            if waits:
                w.illegal[j] += actions[b, j] != p.deals + PASS
                w.action[j] = p.deals + PASS
        if w.voting:
            _take_votes(p, w)
        else:
            _speak(p, w)
        now = w.step
        w.step = now + 1
        if w.ended == RUNNING:
            if p.continuation < 1.0 and uniform(w.key, now, CONTINUATION, 0) >= p.continuation:
                _fail(p, w, CONTINUATION_FAILED)
            elif not w.voting:
                _pass_the_word(p, w)
        for j in range(len(w.party)):
            rewards[b, j] = w.payoff[j]
        ended[b] = w.ended


@njit(cache=True)
def _speak(p: Rules, w: Any) -> None:
    """The speaker's act, or a lost turn."""
    i = w.speaker
    asked = w.action[i]
    if asked == np.floor(asked) and 0 <= asked < p.deals:
        _say(p, w, i, int(asked))
        w.cooperation[i] = _label(w, i)
        w.proposals[i] += 1
        w.wrong[i] += w.worth[i] < w.thresholds[i]
    else:
        w.lost_turn = True
        w.illegal[i] += 1
        w.action[i] = p.deals + PASS
    if _is_final(p, w):
        if w.lost_turn:
            _fail(p, w, NO_DEAL)
        elif p.free:
            w.voting = True
        else:
            _settle(p, w)


@njit(cache=True)
def _take_votes(p: Rules, w: Any) -> None:
    """Those who cast a vote do so, the others are sincere."""
    for j in range(len(w.party)):
        if w.casts[j]:
            if w.action[j] != p.deals + YES and w.action[j] != p.deals + NO:
                w.illegal[j] += 1
                w.action[j] = p.deals + NO
            w.yes[j] = w.action[j] == p.deals + YES
    _tally(p, w, True)
    _settle(p, w)


# -- what is seen ------------------------------------------------------------------------------------------------------


@njit(cache=True)
def observe(p: Rules, worlds: Worlds_, out: npt.NDArray[np.float32]) -> None:
    """The table as each seat sees it."""
    last = min(p.rounds + 1, p.horizon)
    for b in range(len(worlds)):
        w = worlds[b]
        n, total = w.scores.shape
        window, issues = w.said.shape
        runs = w.ended == RUNNING
        for i in range(n):
            out[b, i, 0] = runs and (w.casts[i] if w.voting else w.speaker == i)
            out[b, i, 1] = runs and not w.voting and _is_final(p, w)
            out[b, i, 2] = runs and w.voting
            out[b, i, 3] = w.party[i]
            out[b, i, 4] = w.thresholds[i]
            out[b, i, 5] = w.worth[i]
            out[b, i, 6] = w.lost_turn
            c = 7
            for k in range(total):
                out[b, i, c + k] = w.scores[i, k]
            c += total
            for s in range(window):
                out[b, i, c] = w.said_by[s]
                for k in range(issues):
                    out[b, i, c + 1 + k] = w.said[s, k]
                c += 1 + issues
            if p.common_knowledge:
                for j in range(n):
                    for k in range(total):
                        out[b, i, c + k] = w.scores[j, k]
                    out[b, i, c + total] = w.thresholds[j]
                    c += total + 1
            if p.horizon_known:
                out[b, i, c] = w.step
                out[b, i, c + 1] = last


@njit(cache=True)
def legal(p: Rules, worlds: Worlds_, out: npt.NDArray[np.int8]) -> None:
    """Deals for the speaker, yes and no for voters, else pass."""
    for b in range(len(worlds)):
        w = worlds[b]
        for i in range(len(w.party)):
            votes = w.ended == RUNNING and w.voting and w.casts[i]
            speaks = w.ended == RUNNING and not w.voting and w.speaker == i
            for deal in range(p.deals):
                out[b, i, deal] = speaks
            out[b, i, p.deals + YES] = votes
            out[b, i, p.deals + NO] = votes
            out[b, i, p.deals + PASS] = not (votes or speaks)


# -- what is imagined --------------------------------------------------------------------------------------------------


@njit(cache=True)
def imagine_others(p: Rules, worlds: Worlds_, seat: int) -> None:
    """Replaces what ``seat`` does not know by draws under the (imagined) worlds' keys; see the page."""
    n, total = worlds[0].scores.shape
    table = np.empty((n, p.deals), np.int16)
    at_most = np.empty(TOP + 1, np.int64)
    ladder = np.empty(PERCENTS, np.int64)
    row = np.empty(total, np.uint8)
    for b in range(len(worlds)):
        w = worlds[b]
        all_scores(w.scores[seat], p.options, table[seat])
        count_scores(table[seat], at_most)
        percent = _percent_of(at_most, w.thresholds[seat])
        for j in range(n):
            if j == seat:
                continue
            _draw_scores_of(p, w, j, row)
            all_scores(w.scores[j], p.options, table[j])
            count_scores(table[j], at_most)
            quantiles(at_most, ladder)
            w.thresholds[j] = ladder[percent]
            w.wrong[j] = 0
        nash_scores(table, w.thresholds, w.nash)
        w.any_passed = 0
        _hear(p, w)
        for i in range(n):
            if not np.isnan(w.cooperation[i]):
                w.cooperation[i] = _label(w, i)


@njit(cache=True)
def _percent_of(at_most: npt.NDArray[np.int64], threshold: int) -> int:
    """The quantile that a threshold is: between the shares of deals that score less, and at most, as much."""
    less = at_most[threshold - 1] if threshold > 0 else 0
    return min(PERCENTS - 1, PERCENTS * (less + at_most[threshold]) // (2 * at_most[TOP]))


@njit(cache=True)
def _draw_scores_of(p: Rules, w: Any, j: int, row: npt.NDArray[np.uint8]) -> None:
    """Scores of seat j: of ``DRAWS`` from the prior those that like best what it said; the first if it said nothing."""
    spoke = False
    for s in range(len(w.said_by)):
        spoke |= w.said_by[s] == j
    most = -1
    draws = 2 * len(p.options)
    for d in range(DRAWS if spoke else 1):
        draw_scores(w.key, draws * (d * len(w.party) + j), p.options, row)
        liked = 0
        for s in range(len(w.said_by)):
            if w.said_by[s] == j:
                offset = 0
                for k in range(len(p.options)):
                    liked += int(row[offset + w.said[s, k]])
                    offset += int(p.options[k])
        if liked > most:
            most = liked
            w.scores[j, :] = row


@njit(cache=True)
def deals_worth_saying(p: Rules, worlds: Worlds_, seat: int, moves: Floats, legal: npt.NDArray[np.bool_]) -> None:
    """Fills columns with the seat's own deals, best first, an even grid of those that give it its threshold; then with
    what was said last. A deal that stands there twice is legal once.
    """
    scores, order = np.empty(p.deals, np.int16), np.empty(p.deals, np.int64)
    at_most = np.empty(TOP + 1, np.int64)
    for b in range(len(worlds)):
        w = worlds[b]
        window, issues = w.said.shape
        speeches = min(window, moves.shape[1] // 2)
        own = moves.shape[1] - speeches
        all_scores(w.scores[seat], p.options, scores)
        count_scores(scores, at_most)
        rank_deals(scores, at_most, order)
        threshold = w.thresholds[seat]
        worth = p.deals - (at_most[threshold - 1] if threshold > 0 else 0)
        for c in range(own):
            place = c if worth <= own else c * (worth - 1) // max(1, own - 1)
            moves[b, c] = order[min(place, worth - 1)]
            legal[b, c] = place < worth
        for s in range(speeches):
            deal = 0
            for k in range(issues):
                deal = deal * int(p.options[k]) + w.said[s, k]
            moves[b, own + s] = max(0, deal)
            legal[b, own + s] = w.said_by[s] != NOTHING
            for c in range(own + s):
                if legal[b, c] and moves[b, c] == deal:
                    legal[b, own + s] = False


@njit(cache=True)
def rank_deals(scores: Deals, at_most: npt.NDArray[np.int64], order: npt.NDArray[np.int64]) -> None:
    """Writes the deals into ``order`` (K,), the best first, equal ones by index; ``at_most`` counts their scores."""
    place = np.empty(TOP + 1, np.int64)
    for score in range(TOP + 1):
        place[score] = len(scores) - at_most[score]
    for deal in range(len(scores)):
        order[place[scores[deal]]] = deal
        place[scores[deal]] += 1


@njit(cache=True)
def extreme_deals(
    p: Rules, worlds: Worlds_, which: npt.NDArray[np.bool_], seat: int, kindest: bool, out: Floats
) -> None:
    """Of the worlds ``which`` the deal whose label towards the others is largest, or smallest; the first on a tie."""
    n = worlds[0].party.shape[0]
    table = np.empty((n, p.deals), np.int16)
    last = -1
    for b in range(len(worlds)):
        if not which[b]:
            continue
        w = worlds[b]
        if last >= 0 and _same_sheet(w, worlds[last]):  # futures of one world stand side by side
            out[b] = out[last]
            continue
        last = b
        for j in range(n):
            all_scores(w.scores[j], p.options, table[j])
        best = -np.inf
        for deal in range(p.deals):
            total = 0.0
            for j in range(n):
                gain = w.nash[j] - w.thresholds[j]
                if j != seat and gain > 0.0:
                    total += clip01((table[j, deal] - w.thresholds[j]) / gain)
            total = total if kindest else -total
            if total > best:
                best = total
                out[b] = deal


@njit(cache=True)
def _same_sheet(w: Any, v: Any) -> bool:
    for i in range(len(w.party)):
        if w.thresholds[i] != v.thresholds[i] or w.nash[i] != v.nash[i]:
            return False
        for k in range(w.scores.shape[1]):
            if w.scores[i, k] != v.scores[i, k]:
                return False
    return True
