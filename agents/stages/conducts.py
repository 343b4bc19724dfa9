"""Every conduct in a stage by its name, and from what a user types to conducts."""

from collections.abc import Mapping
from typing import Any

from ...envs.institutions.layers import INSTITUTIONS
from ...envs.institutions.stage import Stage
from ...envs.settings import check, refuse, unknown
from .conduct import Conduct, Nothing
from .contracting import Accepts, Proposes
from .delegating import Delegates, DelegatesIfAllDid
from .judging import Altruistic, Antisocial, Flat
from .pledging import Honest, Promises, Threatens
from .voting import Votes

CONDUCTS: dict[str, type[Conduct]] = {
    cls.name: cls
    for cls in (
        Nothing,
        Altruistic,
        Antisocial,
        Flat,
        Accepts,
        Proposes,
        Honest,
        Promises,
        Threatens,
        Votes,
        Delegates,
        DelegatesIfAllDid,
    )
}


def conducts(given: Any) -> dict[str, Conduct]:
    """The conduct in the stage of each institution that ``given`` names: a conduct's name, or a mapping of ``conduct``
    and its settings. An institution that is not laid over the game is passed over, so that one seat serves all arms of
    a study.

    Raises ``SettingError`` for whatever in it is wrong.
    """
    if not isinstance(given, Mapping):
        raise refuse("seats.stages", given, "conducts by institution, such as {punishment: altruistic}")
    found = {}
    for institution, asked in given.items():
        staged = [name for name, cls in INSTITUTIONS.items() if issubclass(cls, Stage)]
        if institution not in staged:
            raise unknown("institution with a stage", institution, staged)
        found[institution] = _conduct(institution, asked)
    return found


def _conduct(institution: str, asked: Any) -> Conduct:
    known = [name for name, cls in CONDUCTS.items() if institution in cls.institutions or not cls.institutions]
    spec = {"conduct": asked} if isinstance(asked, str) else dict(asked) if isinstance(asked, Mapping) else {}
    name = spec.pop("conduct", None)
    setting = f"seats.stages.{institution}"
    if not isinstance(name, str):
        raise refuse(setting, asked, f"a conduct or settings with 'conduct', one of {', '.join(known)}")
    if name not in known:
        raise unknown(f"conduct in the stage of {institution}", name, known)
    cls = CONDUCTS[name]
    return cls(check(cls.Params, spec, f"{setting}."))
