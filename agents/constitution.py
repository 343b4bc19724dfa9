"""The constitution carrier of norms: a norm writes itself as plain text for agents that read (NORMS.md §1).

The text says what is in force and nothing else, so that its numbers are those of the utility (NORMS.md §2), in decimals
and exact: envy stands in it as α(1−μ), the answer to unkindness as ρ⁻(1−ε), the weight on others times the circle's
where all are alike in it. What has no effect under the other settings (a memory of nothing, a need line without
compassion) is left out. The text never names an instinct or claims a source; :mod:`.placebo` is its neutral twin.

>>> constitution("altruist").partition(". ")[2]
'Count every point that another gets as 1 point of your own.'
>>> constitution("altruist", paraphrase=2).partition(". ")[2]
'A point paid to any other agent adds 1 point to what you have.'
"""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from ..envs.paraphrases import worded
from .constitution_words import CLAUSES
from .norms import Norms, norms

Clause = tuple[str, dict[str, Decimal | str]]
_LONE = re.compile(r"(?<![\d.])1 (point|such step|such time)s\b")
"""What stands in the plural beside a single one."""


def constitution(given: "str | Mapping[str, Any] | Norms" = "selfish", paraphrase: int = 0) -> str:
    """A norm as plain English in the second person, one paragraph.

    Args:
        given: a norm as :func:`~.norms.norms` takes it: preset, settings or :class:`~.norms.Norms`.
        paraphrase: 0, 1 or 2: which of three wordings that hold the same numbers
            (:func:`~comity.envs.paraphrases.paraphrase_of` draws one by seed).

    Raises :class:`~comity.envs.settings.SettingError` for a wrong setting or paraphrase.

    >>> constitution("selfish")
    'Only the points that you are paid yourself count for you, whatever others are paid.'
    """
    norm = norms(given)
    caring = [*_weights(norm), *_incomes(norm), *_patients(norm)]
    clauses = [("self" if caring else "alone", {}), *caring, *_comparing(norm)]
    return " ".join(_sentence(name, values, paraphrase) for name, values in clauses)


def _sentence(name: str, values: Mapping[str, Decimal | str], paraphrase: int) -> str:
    said = {key: _plain(value) if isinstance(value, Decimal) else value for key, value in values.items()}
    return _LONE.sub(r"1 \1", worded(paraphrase, *CLAUSES[name]).format(**said))


def _exact(number: float) -> Decimal:
    """As its shortest decimal, so that products are what one reckons by hand: .1 · .7 is .07."""
    return Decimal(repr(float(number)))


def _plain(number: Decimal) -> str:
    """Without an exponent, without zeros at the end, and without the sign of a zero."""
    return f"{(number + 0).normalize():f}"


def _weights(norm: Norms) -> Iterator[Clause]:
    """w_ij: kindness, what was remembered, and the circle."""
    kindness, positive = _exact(norm.kindness), _exact(norm.reciprocity.positive)
    negative = _exact(norm.reciprocity.negative) * (1 - _exact(norm.equanimity))
    circle = norm.circle
    divided = len(set(circle.groups)) > 1 and circle.in_group != circle.out_group
    if not divided:
        kindness, positive = (weight * _exact(circle.in_group) for weight in (kindness, positive))
    if kindness:
        name = "kindness" if kindness > 0 else "spite"
        yield name, {name: abs(kindness)}
    if positive or negative:
        r = norm.reciprocity
        yield r.kind, {"initial": _exact(r.initial), "memory": _exact(norm.memory)}
        if norm.forgiveness:
            yield "forgiveness", {"forgiveness": _exact(norm.forgiveness)}
    if positive:
        yield "positive", {"positive": positive}
    if divided and (kindness or positive):
        weights = {"in_group": _exact(circle.in_group), "out_group": _exact(circle.out_group)}
        yield "circle", {"groups": _listed(circle.groups), **weights}
        if norm.equanimity:
            yield "impartial", {"equanimity": _exact(norm.equanimity)}
    if negative:
        yield "negative", {"negative": negative}
        if divided and (kindness or positive):
            yield "any_group", {}


def _listed(groups: tuple[int, ...]) -> str:
    """The groups by the names of their agents."""
    members = {group: [f"agent_{i}" for i, of in enumerate(groups) if of == group] for group in dict.fromkeys(groups)}
    return "; ".join(" and ".join(names) for names in members.values())


def _incomes(norm: Norms) -> Iterator[Clause]:
    """The terms of incomes y, and what income is."""
    joy = _exact(norm.sympathetic_joy)
    envy = _exact(norm.envy) * (1 - joy)
    if norm.compassion:
        yield "compassion", {"compassion": _exact(norm.compassion), "need_line": _exact(norm.need_line)}
    if envy > 0:
        yield "envy", {"envy": envy}
    if joy > 0:
        yield "joy", {"joy": joy}
    if norm.guilt:
        yield "guilt", {"guilt": _exact(norm.guilt)}
    if norm.compassion or envy > 0 or joy > 0 or norm.guilt:
        memory = norm.income_memory
        yield ("smoothed", {"income_memory": _exact(memory)}) if memory else ("income", {})


def _patients(norm: Norms) -> Iterator[Clause]:
    """The voiceless of the circle."""
    for signal, value in norm.circle.patients.items():
        if value:
            name = "patient" if value > 0 else "patient_against"
            yield name, {"signal": signal.replace("_", " "), "patient": abs(_exact(value))}


def _comparing(norm: Norms) -> Iterator[Clause]:
    """How acts are compared, whatever they are compared by; patience where it is not the usual."""
    if norm.universalization:
        yield "universalization", {"universalization": _exact(norm.universalization)}
    if norm.patience != Norms().patience:
        yield "patience", {"patience": _exact(norm.patience)}
