"""Which institutions there are, and how they are laid over a game."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from ..game import Game
from ..settings import refuse, unknown
from .communication import Communication
from .contract import Contract
from .cooperation_window import CooperationWindow
from .governed import Given, Governed
from .institution import Institution
from .mediator import Mediator
from .metanorm import Metanorm
from .punishment import Punishment
from .quota import Quota
from .redistribution import Redistribution
from .reputation import Reputation
from .reward import Reward
from .sanctions import Sanctions
from .stage import Stage
from .staged import Staged
from .voting import Voting

INSTITUTIONS: dict[str, type[Institution]] = {
    cls.name: cls
    for cls in (
        Redistribution,
        Sanctions,
        Punishment,
        Reward,
        Quota,
        Contract,
        Metanorm,
        CooperationWindow,
        Reputation,
        Communication,
        Voting,
        Mediator,
    )
}


def build(cls: type[Game], preset: str | None = None, institutions: Sequence[Any] = (), **params: Any) -> Game:
    """The game ``cls`` under these parameters, with ``institutions`` laid over it: names, or mappings of
    ``institution``, perhaps ``preset``, and its settings. Without any, those that the game's preset names.

    Raises :class:`~..settings.SettingError` for whatever in it is wrong.

    >>> from comity.envs.commons.public_goods import PublicGoods
    >>> build(PublicGoods, institutions=[{"institution": "redistribution", "rate": 0.2}]).institutions[0].params
    Params(rate=0.2)
    """
    asked = read(institutions or cls.preset_institutions.get(preset or "", ()))
    if not asked:
        return cls(preset, **params)
    return governed(cls, any(issubclass(one, Stage) for one, _ in asked))(preset, institutions=asked, **params)


def read(institutions: Any) -> Given:
    """Classes and settings, as something that can be compared and stored."""
    if isinstance(institutions, str | Mapping) or not isinstance(institutions, Sequence):
        example = "[redistribution, {institution: sanctions, detection: 0.3}]"
        raise refuse("institutions", institutions, f"a list of names or of settings, such as {example}")
    asked = []
    for one in institutions:
        spec = {"institution": one} if isinstance(one, str) else dict(one) if isinstance(one, Mapping) else one
        if not isinstance(spec, dict) or not isinstance(spec.get("institution"), str):
            known = ", ".join(INSTITUTIONS)
            raise refuse("institutions", one, f"a name, or settings with 'institution', one of {known}")
        name = spec.pop("institution")
        if name not in INSTITUTIONS:
            raise unknown("institution", name, INSTITUTIONS)
        asked.append((INSTITUTIONS[name], tuple(sorted(spec.items()))))
    names = [cls.name for cls, _ in asked]
    if len(set(names)) < len(names):
        raise refuse("institutions", names, "each at most once")
    return tuple(asked)


@cache
def governed(cls: type[Game], staged: bool) -> type[Governed]:
    """The class of games like ``cls`` with institutions, in which seats move where it is ``staged``."""
    kind: type[Governed] = Staged if staged else Governed
    body = {"__doc__": cls.__doc__, "bare_class": cls, "again": staticmethod(_again)}
    made: Any = type(f"{kind.__name__}{cls.__name__}", (kind, cls), body)
    return made


def _again(cls: type[Game], params: Mapping[str, Any], given: Given) -> Game:
    return governed(cls, any(issubclass(one, Stage) for one, _ in given))(institutions=given, **params)
