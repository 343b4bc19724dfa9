"""Norms: what an agent cares about, and how it answers what was done to it (NORMS.md).

The five prosocial instincts (loving-kindness, compassion, sympathetic joy, reciprocity, equanimity) come from the
conclusion of "Positive Alignment" (arXiv 2605.10310), which gives them no formula. **The operational forms here are
this project's hypothesis.** One setting, :class:`Norms`, reaches utility (:mod:`.preferences`) and conduct
(:func:`conduct`) alike; in a batch its numbers differ from world to world (:func:`pack`).

>>> norms("kind").kindness
0.8
>>> norms("kind", kindness=1.5).reciprocity.negative
1.2
"""

import math
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from ..envs.game import Floats
from ..envs.settings import Choice, Range, SettingError, check, refuse, unknown

KINDS = ("direct", "indirect", "generalised")
DIRECT, INDIRECT, GENERALISED = range(len(KINDS))


class Reciprocity(NamedTuple):
    """How remembered kindness bends the weight on another's payoff."""

    positive: Annotated[float, Range(0), "ρ⁺: per unit of remembered kindness"] = 0.0
    negative: Annotated[float, Range(0), "ρ⁻: per unit of remembered unkindness"] = 0.0
    kind: Annotated[str, Choice(*KINDS), "whose acts count: j's towards me, j's towards others, all towards me"] = (
        "direct"
    )
    initial: Annotated[float, Range(-1, 1), "k0: k before anything happened"] = 0.0


class Circle(NamedTuple):
    """Who counts, and how much."""

    in_group: Annotated[float, Range(0), "weight of those in the own group"] = 1.0
    out_group: Annotated[float, Range(0), "weight of the others"] = 1.0
    groups: Annotated[tuple[int, ...], Range(0), "group of each seat; empty: all are one group"] = ()
    patients: Annotated[dict[str, float], Range(), "weight on the change of a signal of the world, by name"] = {}  # noqa: RUF012


class Norms(NamedTuple):
    """One norm. Every default is neutral: ``Norms()`` is selfish. Symbols and formula: NORMS.md §2."""

    kindness: Annotated[float, Range(-1, 2), "κ: weight on each other's payoff"] = 0.0
    compassion: Annotated[float, Range(0), "γ: weight on others' shortfall below need"] = 0.0
    need_line: Annotated[float, Range(0), "z: need, as a share of the optimum's payoff per head and step"] = 0.5
    sympathetic_joy: Annotated[float, Range(-1, 1), "μ: takes envy away and adds joy in others' gains"] = 0.0
    envy: Annotated[float, Range(0), "α: Fehr–Schmidt, others above me"] = 0.0
    guilt: Annotated[float, Range(0, 1, below=True), "β: Fehr–Schmidt, others below me"] = 0.0
    reciprocity: Annotated[Reciprocity, "how remembered kindness bends the weight"] = Reciprocity()
    memory: Annotated[float, Range(0, above=True), "τ: half-life of k, in steps"] = 5.0
    equanimity: Annotated[float, Range(0, 1), "ε: impartiality, and damping of retaliation"] = 0.0
    forgiveness: Annotated[float, Range(0, 1), "f: chance that a provocation is let pass"] = 0.0
    universalization: Annotated[float, Range(0, 1), "u: weight on what would happen if everyone did as I do"] = 0.0
    patience: Annotated[
        float, Range(0, 1), "δ: discount of own future; 1 where the game's payoffs discount already"
    ] = 0.99
    circle: Annotated[Circle, "who counts"] = Circle()
    income_memory: Annotated[float, Range(0, 1, below=True), "s: smoothing of income y"] = 0.0


_KIND = {"kindness": 0.8, "reciprocity": {"negative": 1.2}}
_COMPASSIONATE = {"compassion": 1.0, "need_line": 0.5}
_JOYFUL = {"sympathetic_joy": 0.5, "envy": 0.5}
_EQUANIMOUS = {**_KIND, "equanimity": 0.5, "forgiveness": 0.3}

PRESETS: dict[str, dict[str, Any]] = {
    "selfish": {},
    "kind": _KIND,
    "compassionate": _COMPASSIONATE,
    "joyful": _JOYFUL,
    "equanimous": _EQUANIMOUS,
    "brahmavihara": {**_COMPASSIONATE, **_JOYFUL, **_EQUANIMOUS},
    "reciprocal": {"reciprocity": {"positive": 1.0, "negative": 1.0, "initial": 1.0}},
    "universal": {"universalization": 0.7},
    "inequity_averse": {"envy": 0.8, "guilt": 0.6},
    "altruist": {"kindness": 1.0},
    "spiteful": {"kindness": -0.5},
    # near enemies: they look alike and must not pass for the real thing
    "indifferent": {"equanimity": 0.5},
    "partial": {"kindness": 0.8, "circle": {"out_group": 0.0}},
    "pitying": {**_COMPASSIONATE, "envy": 0.5, "sympathetic_joy": -1.0},
    "credulous": {"kindness": 0.8},
}
"""The settings of NORMS.md §2, all else neutral."""


def norms(given: "str | Mapping[str, Any] | Norms" = "selfish", **over: Any) -> Norms:
    """A norm by preset name, by settings (``preset`` among them if wanted), or as it is, with ``over`` on top.

    Raises :class:`~comity.envs.settings.SettingError` naming the setting, the value and what is allowed.
    """
    if isinstance(given, Norms):
        return check(Norms, _merged(as_settings(given), over), "norms.") if over else given
    if isinstance(given, str):
        given = {"preset": given}
    if not isinstance(given, Mapping):
        raise refuse("norms", given, "a preset's name, or settings by name")
    settings = dict(given)
    preset = settings.pop("preset", None) or "selfish"
    if preset not in PRESETS:
        raise unknown("preset of norms", preset, PRESETS)
    return check(Norms, _merged(PRESETS[preset], settings, over), "norms.")


def _merged(*layers: Mapping[str, Any]) -> dict[str, Any]:
    """Later settings over earlier ones, group by group: changing ρ⁺ of a preset leaves its ρ⁻ as it is."""
    result: dict[str, Any] = {}
    for layer in layers:
        for name, value in layer.items():
            deep = isinstance(value, Mapping) and isinstance(result.get(name), Mapping) and name != "patients"
            result[name] = _merged(result[name], value) if deep else value
    return result


def as_settings(norm: Norms) -> dict[str, Any]:
    """The norm as plain nested settings."""
    return {**norm._asdict(), "reciprocity": norm.reciprocity._asdict(), "circle": norm.circle._asdict()}


# -- a batch of norms --------------------------------------------------------------------------------------------------

_FLAT = (
    "kindness", "compassion", "need_line", "sympathetic_joy", "envy", "guilt", "memory", "equanimity", "forgiveness",
    "universalization", "patience", "income_memory",
)  # fmt: skip
NORM_DTYPE = np.dtype(
    [(name, "f8") for name in (*_FLAT, "positive", "negative", "initial", "in_group", "out_group")] + [("kind", "i8")]
)
"""One norm as numbers, for compiled code; names as in :class:`Norms` and its parts."""


class Packed(NamedTuple):
    """Norms of B worlds: ``rows`` (B,) of :data:`NORM_DTYPE`; ``same_group`` (B, N, N) bool; ``patients`` name → (B,)
    weights.
    """

    rows: npt.NDArray[np.void]
    same_group: npt.NDArray[np.bool_]
    patients: dict[str, Floats]


def pack(per_world: Sequence[Norms], n_agents: int, signals: Sequence[str]) -> Packed:
    """One norm per world as arrays. Raises ``SettingError`` where groups or patients do not fit the game."""
    distinct = {id(norm): norm for norm in per_world}
    order = {key: k for k, key in enumerate(distinct)}
    index = np.array([order[id(norm)] for norm in per_world])
    rows = np.array([_row(norm) for norm in distinct.values()], NORM_DTYPE)
    groups = np.array([_groups(norm, n_agents) for norm in distinct.values()])
    names = {name for norm in distinct.values() for name in norm.circle.patients}
    for name in names:
        if name not in signals:
            known = f"one of this game's signals: {', '.join(signals) or 'it has none'}"
            raise SettingError(f"norms.circle.patients has {name!r}, which is not allowed: it must be {known}")
    patients = {
        name: np.array([norm.circle.patients.get(name, 0.0) for norm in distinct.values()])[index]
        for name in sorted(names)
    }
    return Packed(rows[index], (groups[:, :, None] == groups[:, None, :])[index], patients)


def _row(norm: Norms) -> tuple[float, ...]:
    r, c = norm.reciprocity, norm.circle
    flat = tuple(getattr(norm, name) for name in _FLAT)
    return (*flat, r.positive, r.negative, r.initial, c.in_group, c.out_group, KINDS.index(r.kind))


def _groups(norm: Norms, n_agents: int) -> list[int]:
    groups = norm.circle.groups or (0,) * n_agents
    if len(groups) != n_agents:
        raise refuse("norms.circle.groups", list(groups), f"a list of {n_agents} groups, one for each seat")
    return list(groups)


# -- what norms mean elsewhere -----------------------------------------------------------------------------------------


class Conduct(NamedTuple):
    """What norms set in a scripted strategy that has the knobs (each (B,) or a number)."""

    generosity: Any
    retaliation: Any
    memory: Any


def conduct(rows: npt.NDArray[np.void]) -> Conduct:
    """The conduct carrier: generosity = max(f, clip κ), retaliation = clip(ρ⁻(1−ε)), memory τ."""
    return Conduct(
        np.maximum(rows["forgiveness"], np.clip(rows["kindness"], 0, 1)),
        np.clip(rows["negative"] * (1 - rows["equanimity"]), 0, 1),
        rows["memory"],
    )


SVO_CUTS = ((-12.04, "competitive"), (22.45, "individualistic"), (57.15, "prosocial"), (math.inf, "altruistic"))


def value_orientation(kindness: float) -> tuple[float, str]:
    """Social value orientation: the angle atan2(weight on other, weight on self) in degrees, and its class by the
    cut-offs of Murphy, Ackermann & Handgraaf 2011.

    >>> [value_orientation(k)[1] for k in (-0.5, 0, 0.8, 2)]
    ['competitive', 'individualistic', 'prosocial', 'altruistic']
    """
    angle = math.degrees(math.atan2(kindness, 1.0))
    return angle, next(name for cut, name in SVO_CUTS if angle < cut)


def kindness_of_lambda(weight: float) -> float:
    """The kindness of whoever maximises π_i + λ·Σ_k π_k: κ = λ/(1+λ).

    >>> kindness_of_lambda(1.0)
    0.5
    """
    return weight / (1 + weight)
