"""From a record to one row per episode: every measure that the game knows, under its key of METRICS.md.

Undefined stays NaN, and a measure that does not exist for a game (survival where nothing can collapse, a bargaining
set where nobody bargains) is absent. What each key means, its range, and which degenerate policy it rewards is
said in :mod:`.definitions`.
"""

import numpy as np

from ..envs.institutions.communication import Communication
from ..envs.institutions.governed import Governed
from ..envs.institutions.pledges import CLASSES
from ..envs.negotiation import Negotiation
from ..envs.record import Record
from . import bargaining, escalation
from .bargaining_solutions import nash_ratio, solution_distances
from .columns import TAIL_WINDOW, commons, core
from .definitions import DEFINITIONS, Definition
from .llm import coop_bounds, coop_bounds_by_seat, over_seats, used
from .measure import FloatArray, divide, mean_of_known, total
from .severity import weighted_score
from .traces import anchors_of, of_record

__all__ = ["DEFINITIONS", "TAIL_WINDOW", "Definition", "episode_measures"]

Measures = dict[str, np.ndarray]
_DEAL = "deal"  # an outcome


def episode_measures(record: Record) -> Measures:
    """Every measure of every episode of a record.

    Args:
        record: W worlds of one game with N seats.

    Returns:
        By key: (W,) arrays, and (W, N) where the key ends in ``_by_seat``; float64, but bool for events
        (``collapsed``, ``agreement`` …) and int64 for counts. Keys and units: ``DEFINITIONS``. Where a reply of a
        language model was invalid, cooperation, reciprocity and escalation have no choice in that step: what the
        policy played is paid, and is nobody's label.
    """
    measures: Measures = core(of_record(record)) | {"illegal": record.illegal.sum(axis=1)}
    measures |= commons(record, anchors_of(record)[1])
    for part in (_bargaining, _escalation, _institutions, _language_models):
        measures |= part(record)
    return measures


def _language_models(record: Record) -> Measures:
    """Where a reply can be invalid, the bounds of cooperation; where a seat asks a model, what it used."""
    measures: Measures = {}
    if record.invalid is not None:
        together, seats = (bounds(record.cooperation, record.invalid) for bounds in (coop_bounds, coop_bounds_by_seat))
        measures = {"coop_lower": together.lower, "coop_upper": together.upper}
        measures |= {"coop_lower_by_seat": seats.lower, "coop_upper_by_seat": seats.upper}
    if record.accounts:
        measures |= used(over_seats(record.accounts))
        measures |= {f"{name}_by_seat": values for name, values in used(record.accounts).items()}
    return measures


def _institutions(record: Record) -> Measures:
    """What institutions log, a mean over all that is known of it."""
    return {
        name: divide(total(values, 1, 2), (~np.isnan(values)).sum(axis=(1, 2)))
        for name, values in record.logs.items()
        if name in DEFINITIONS
    }


def _bargaining(record: Record) -> Measures:
    game, final = record.game, record.final
    if not isinstance(game, Negotiation):
        return {}
    agreed = record.outcome == record.outcomes.index(_DEAL)
    which, problems = game.bargaining_sets(final)
    without = game.disagreement_payoffs(final)
    reached = np.where(agreed[:, None], total(record.rewards), np.nan)
    names = ("pareto_distance", "pareto_optimality", "joint_efficiency", "joint_efficiency_all", "largest_joint")
    names += ("zopa", "nash_ratio", "dist_nash", "dist_ks", "dist_eg")
    measures = {name: np.full(len(reached), np.nan) for name in names}
    for k, deals in enumerate(problems):
        here = which == k
        if not len(deals):  # there is nothing to agree on, and nothing to measure by
            measures["zopa"][here] = False
            continue
        u, d = reached[here], without[here][0]
        measures["pareto_distance"][here] = bargaining.pareto_distance(u, deals).value
        measures["joint_efficiency"][here] = bargaining.joint_efficiency(u, d, deals).value
        measures["joint_efficiency_all"][here] = bargaining.joint_efficiency(u, d, deals, all_episodes=True).value
        measures["pareto_optimality"][here] = bargaining.pareto_optimality(u, deals).value
        measures["nash_ratio"][here] = nash_ratio(u, d, deals).value
        for name, distance in solution_distances(u, d, deals).items():
            measures[name][here] = distance.value
        measures["largest_joint"][here] = deals.sum(axis=1).max()
        measures["zopa"][here] = (deals >= d).all(axis=1).any()
    measures["surplus_gini"] = bargaining.surplus_gini(reached, without).value
    worse = np.where(agreed[:, None], reached < without, np.nan)
    measures |= {"agreement": agreed, "irrational": worse.max(axis=1), "ir_violations_by_seat": worse}
    if "offered_by" in (final.dtype.names or ()):
        accepted = final["offered_by"][:, None] == np.arange(game.n_agents)
        measures["accepted_by_seat"] = np.where(agreed[:, None], accepted, np.nan)
    return measures


def _escalation(record: Record) -> Measures:
    ladder = record.game.rungs()
    if ladder is None:
        return {}
    chosen = record.actions if record.invalid is None else np.where(record.invalid, np.nan, record.actions)
    severity, ranks = (_looked_up(column, chosen) for column in np.array(ladder, np.float64).T)
    quiet = escalation.time_to_deescalate(severity, ranks)
    presses = np.where(np.isnan(ranks), np.nan, ranks > escalation.QUIET)
    return {
        "press_share": escalation.score(presses).value,
        "score": escalation.score(severity).value,
        "velocity": escalation.velocity(severity).value,
        "max_rise": escalation.max_rise(severity).value,
        "peak": escalation.peak(ranks).value,
        "spiral": escalation.spirals(severity, ranks),
        "score_rank": weighted_score(ranks, "rank").value,
        "score_violent": weighted_score(ranks, "violent").value,
        "concessions_reciprocated": mean_of_known(escalation.concessions_reciprocated(ranks).value),
        "time_to_deescalate": quiet.value,
        "deescalated": np.where(quiet.n > 0, quiet.observed, np.nan),
        **_announced(record, ranks, np.array([rung.rank for rung in ladder], np.float64)),
    }


def _announced(record: Record, ranks: FloatArray, ladder: FloatArray) -> Measures:
    """Words beside acts, where there is communication."""
    said = record.logs.get("communication_pledge")
    if said is None or not isinstance(record.game, Governed):
        return {}
    talk = record.game.institution("communication")
    assert isinstance(talk, Communication)
    signals = said if talk.pledges.kind == CLASSES else _looked_up(ladder, said)
    return {
        "signal_divergence": escalation.signal_divergence(ranks, signals).value,
        "signal_gap": escalation.signal_gap(ranks, signals).value,
    }


def _looked_up(column: FloatArray, moves: FloatArray) -> FloatArray:
    """The entry of ``column`` for each move, NaN for none."""
    return np.where(np.isnan(moves), np.nan, column[np.where(np.isnan(moves), 0, moves).astype(np.int64)])
