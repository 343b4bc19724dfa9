"""Whoever answers a request, chosen by how the model's name begins."""

from collections.abc import Mapping

from .backend import Backend
from .litellm_backend import Litellm
from .scripted import Scripted

SCRIPTED = "scripted/"


def backend_for(model: str, own: Mapping[str, Backend]) -> Backend:
    """The backend of the longest beginning of the model's name that ``own`` has; else a scripted one for
    ``scripted/...`` and litellm for all others.

    Raises ``SettingError`` where it needs what is not installed.
    """
    begun = max((prefix for prefix in own if model.startswith(prefix)), key=len, default=None)
    if begun is not None:
        return own[begun]
    return Scripted() if model.startswith(SCRIPTED) else Litellm(model)
