"""A game with institutions laid over it: itself a game, which every face and agent takes as it takes any other.

Beside the game's fields a world keeps what each seat was paid after all institutions had settled (``settled``;
``payoff`` stays what the game itself paid), and theirs. The game's own compiled rules run on it unchanged. Institutions
settle in the order in which they are listed.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cache, cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from ..game import RUNNING, Anchors, Field, Floats, Game, Kernels, Worlds_
from ..settings import refuse, unknown
from .institution import Institution
from .redistribution import Redistribution
from .sanctions import Sanctions

INSTITUTIONS: dict[str, type[Institution]] = {cls.name: cls for cls in (Redistribution, Sanctions)}
LARGEST = 1e9
"""A settled payoff that an observation can show."""
PAYOFF_FIELDS = ("payoff", "own_payoff")

Given = tuple[tuple[str, tuple[tuple[str, Any], ...]], ...]


def build(cls: type[Game], preset: str | None = None, institutions: Sequence[Any] = (), **params: Any) -> Game:
    """The game ``cls`` under these parameters, with ``institutions`` laid over it: names, or mappings of
    ``institution`` and its settings.

    Raises :class:`~..settings.SettingError` for whatever in it is wrong.

    >>> from comity.envs.commons.public_goods import PublicGoods
    >>> build(PublicGoods, institutions=[{"institution": "redistribution", "rate": 0.2}]).institutions[0].params
    Params(rate=0.2)
    """
    asked = read(institutions)
    return governed(cls)(preset, institutions=asked, **params) if asked else cls(preset, **params)


def read(institutions: Any) -> Given:
    """Names and settings, as something that can be compared and stored."""
    if isinstance(institutions, str | Mapping) or not isinstance(institutions, Sequence):
        example = "[redistribution, {institution: sanctions, detection: 0.3}]"
        raise refuse("institutions", institutions, f"a list of names or of settings, such as {example}")
    asked = []
    for one in institutions:
        spec = {"institution": one} if isinstance(one, str) else dict(one) if isinstance(one, Mapping) else one
        if not isinstance(spec, dict) or not isinstance(spec.get("institution"), str):
            raise refuse(
                "institutions", one, f"a name, or settings with 'institution', one of {', '.join(INSTITUTIONS)}"
            )
        name = spec.pop("institution")
        if name not in INSTITUTIONS:
            raise unknown("institution", name, INSTITUTIONS)
        asked.append((name, tuple(sorted(spec.items()))))
    if len({name for name, _ in asked}) < len(asked):
        raise refuse("institutions", [name for name, _ in asked], "each at most once")
    return tuple(asked)


@cache
def governed(cls: type[Game]) -> type["Governed"]:
    """The class of games like ``cls`` with institutions."""
    return type(f"Governed{cls.__name__}", (Governed, cls), {"__doc__": cls.__doc__, "bare_class": cls})


class Governed(Game):
    """What :func:`governed` adds to a class of games."""

    bare_class: type[Game]
    paid = "settled"

    def __init__(self, preset: str | None = None, institutions: Given = (), **params: Any) -> None:
        super().__init__(preset, **params)
        self.bare = self.bare_class(**self.params._asdict())
        self.institutions = tuple(INSTITUTIONS[name](self.bare, **dict(settings)) for name, settings in institutions)
        self.given = tuple((one.name, tuple(one.params._asdict().items())) for one in self.institutions)
        rules = self.bare.kernels
        self.kernels = Kernels(self._reset, self._step, self._observe, rules.legal)

    @property
    def settings(self) -> dict[str, Any]:
        """The game's, and every institution with its own."""
        laid_over = [{"institution": one.name, **one.params._asdict()} for one in self.institutions]
        return {**super().settings, "institutions": laid_over}

    def remade(self, params: Mapping[str, Any]) -> Game:
        """With its institutions, whose numbers stay what they are."""
        return type(self)(institutions=self.given, **params)

    def __reduce__(self) -> tuple[Callable[..., Game], tuple[Any, ...]]:
        return _again, (self.bare_class, self.params._asdict(), self.given)

    # -- the world ---------------------------------------------------------------------------------------------------

    @cached_property
    def world_dtype(self) -> np.dtype[np.void]:
        """See the module."""
        return _laid_over(self.bare.world_dtype, self._added)

    @property
    def _added(self) -> tuple[tuple[Any, ...], ...]:
        settled = ("settled", "f8", (self.n_agents,))
        return (settled, *(field for one in self.institutions for field in one.world_fields))

    def _reset(self, p: Any, worlds: Worlds_, again: npt.NDArray[np.bool_]) -> None:
        self.bare.kernels.reset(p, worlds, again)
        worlds["settled"][again] = 0.0
        for one in self.institutions:
            one.reset(worlds, again)

    def _step(self, p: Any, worlds: Worlds_, actions: Floats, rewards: Floats, ended: npt.NDArray[np.int8]) -> None:
        """The game's step, then what institutions make of it."""
        running = worlds["ended"] == RUNNING
        there = (self.present(worlds) & running[:, None]).view(np.int8)
        self.bare.kernels.step(p, worlds, actions, rewards, ended)
        for one in self.institutions:
            one.settle(worlds, there, rewards)
        worlds["settled"][running] = rewards[running]

    def _observe(self, p: Any, worlds: Worlds_, out: npt.NDArray[Any]) -> None:
        self.bare.kernels.observe(p, worlds, out)
        column = len(self.bare.fields)
        out[:, :, column] = np.clip(worlds["settled"], -LARGEST, LARGEST)
        column += 1
        for one in self.institutions:
            one.observe(worlds, out, column)
            column += len(one.fields)

    # -- what is seen ------------------------------------------------------------------------------------------------

    @cached_property
    def fields(self) -> tuple[Field, ...]:
        """The game's, then what was paid in the end, then those of the institutions."""
        settled = Field("settled", -LARGEST, LARGEST, "what I was paid for the last step after all institutions")
        return (*self.bare.fields, settled, *(field for one in self.institutions for field in one.fields))

    @property
    def observation_dtype(self) -> type[np.float32] | type[np.uint8]:
        """Payments are no bytes."""
        return np.float32

    @property
    def stochastic(self) -> bool:
        """In the game, or in an institution."""
        return self.bare.stochastic or any(one.stochastic for one in self.institutions)

    def perceive(self, worlds: Worlds_, seat: int) -> None:
        """What others were paid is known where what the game paid them is; what an institution keeps of them is not."""
        super().perceive(worlds, seat)
        worlds["settled"][np.isnan(worlds["payoff"])] = np.nan
        for one in self.institutions:
            one.perceive(worlds, seat)

    def exchanged(self, worlds: Worlds_, i: int, j: int) -> Worlds_:
        """Each has what the other had of everything that is kept for each seat."""
        swapped = super().exchanged(worlds, i, j)
        order = np.arange(self.n_agents)
        order[[i, j]] = j, i
        for name, *_ in self._added:
            if worlds[name].shape[1:2] == (self.n_agents,):
                swapped[name] = worlds[name][:, order]
        return swapped

    @property
    def history(self) -> tuple[str, ...]:
        """The game's, what was paid, and what institutions name."""
        return (*super().history, "settled", *(name for one in self.institutions for name in one.history))

    def anchors(self) -> Anchors:
        """Those of the game without its institutions: the yardstick stays the same."""
        return self.bare.anchors()

    # -- in words ----------------------------------------------------------------------------------------------------

    def brief(self, seat: int) -> str:
        """The game's rules, then those of the institutions."""
        return "\n".join([super().brief(seat), *(line for one in self.institutions for line in one.brief(seat))])

    def view(self, world: Any, seat: int) -> str:
        """The game's view, then what was paid in the end and what institutions show."""
        lines = [super().view(world, seat)]
        if world["step"] and self.present(np.array([world]))[0, seat]:
            lines.append(f"After all institutions the last step paid you {world['settled'][seat]:g}.")
        return "\n".join([*lines, *(line for one in self.institutions for line in one.view(world, seat))])


def _again(cls: type[Game], params: Mapping[str, Any], given: Given) -> Game:
    return governed(cls)(institutions=given, **params)


@cache  # numba looks types up by object first
def _laid_over(base: np.dtype[np.void], added: tuple[tuple[Any, ...], ...]) -> np.dtype[np.void]:
    """``base`` with fields ``added`` before its own: behind them, numba would take the record for one of ``base`` with
    something left over, a rule of its that is still experimental, and warn.
    """
    own = [(name, part[0]) for name, part in (base.fields or {}).items()]
    return np.dtype([*added, *own], align=True)
