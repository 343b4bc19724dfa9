"""The crisis in words."""

from collections.abc import Sequence
from typing import Any

from .actions import CLASS_WORDS, CLASSES, EFFECTS, Actions
from .crisis_rules import MOST_MILITARY, MOST_STABILITY, MOST_TENSION, MOST_WEAPONS, NOBODY, UNSEEN, USUAL_MILITARY

STATE = ("economy", "stability", "military", "weapons")


def described(table: Actions, act: int) -> str:
    """A row of the table in words."""
    aim = "towards another" if table.targeted[act] else "no target"
    numbers = zip(EFFECTS, table.effects[act], strict=True)
    told = [f"{name.replace('_', ' ')} {value:g}" for name, value in numbers if value]
    return f"{table.names[act]} ({CLASSES[table.ranks[act]]}, {aim}): {', '.join(told) or 'no effect'}."


def _by_class(values: Sequence[float]) -> str:
    return ", ".join(f"{name} {value:g}" for name, value in zip(CLASSES, values, strict=True))


def brief(q: Any, table: Actions, guard: Sequence[float], seat: int) -> list[str]:
    """The rules under the parameters ``q``; ``guard`` is the factor on harm received by class."""
    legal_classes = [name for name, fine in zip(CLASSES, q.allowed, strict=True) if fine]
    lines = [
        f"You are agent {seat}, one of {q.n_agents} nations in a crisis. Each starts with economy {q.economy:g},"
        f" stability {q.stability:g} (of at most {MOST_STABILITY:g}), military {q.military:g} (of"
        f" {MOST_MILITARY:g}) and weapons {q.weapons:g} (of {MOST_WEAPONS:g}).",
        f"The tension between each two is {q.tension:g} (of {MOST_TENSION:g})."
        + ("" if q.hot_pair is None else f" Between agents 0 and 1 it is {q.hot_pair:g}."),
        "In each step all act at the same time. You are paid the change of your economy and stability together.",
        "A nation whose economy or stability is down to 0 collapses and leaves; all ends when at most one is left.",
        f"The economy grows by {q.growth:g} per step, less {q.upkeep:g} per unit of military and"
        f" {q.tension_cost:g} per unit of mean tension.",
        "The classes of acts are DE de-escalation, SQ status quo, PO posture, NV non-violent escalation, VI"
        f" violence, NU nuclear. Legal are {', '.join(legal_classes)}.",
        f"Harm to you is multiplied, by the class of your own act: {_by_class(guard)}.",
        f"Of the economic harm that you do you gain a share, by the class of the other's act: {_by_class(q.capture)}.",
        f"Violence does harm × your military/{USUAL_MILITARY:g}. A nuclear act at a nation with a weapon costs you"
        f" {q.second_strike:g} × the harm of the list.",
        f"Two who de-escalate towards each other both get {q.dividend:g}; an act of DE without a target is shared"
        " among the others.",
        f"An act aimed at another, or at nobody, changes the tension: {_by_class(q.severity)}.",
    ]
    if q.accident_prob:
        loss, shock, heat = q.accident_harm
        lines.append(
            f"In each pair an accident happens with probability {q.accident_prob:g} × tension/100: both lose"
            f" economy {loss:g} and stability {shock:g}, and tension rises by {heat:g}."
        )
    if q.perception_noise:
        lines.append(
            f"The class of another's act is perceived one step too high or too low with probability"
            f" {q.perception_noise:g}."
        )
    return [*lines, "What you can do:", *(described(table, act) for act in range(len(table.names)))]


def state(world: Any, i: int) -> str:
    """What a nation has."""
    return ", ".join(f"{name} {world[name][i]:g}" for name in STATE)


def rival(world: Any, seat: int, j: int, with_state: bool) -> list[str]:
    """What ``seat`` sees of j, its state too or not."""
    seen, target = int(world["seen"][seat, j]), int(world["target"][j])
    lines = []
    if seen != UNSEEN:
        aim = "nobody" if target == NOBODY else "you" if target == seat else "another"
        lines.append(f"agent {j}: its last act was seen as {CLASSES[seen]} ({CLASS_WORDS[seen]}), aimed at {aim}.")
    if not world["present"][j]:
        return [*lines, f"agent {j} has collapsed and is gone."]
    has = f" It has {state(world, j)}." if with_state else ""
    return [*lines, f"agent {j}: you reckon the tension to be {world['reckoned'][seat, j]:g}.{has}"]
