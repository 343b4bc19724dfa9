"""Whoever answers a request, chosen by how the model's name begins and where it is."""

from collections.abc import Mapping

from ..calls import Request
from .backend import Backend
from .litellm_backend import Litellm
from .openai_backend import Direct, direct
from .scripted import Scripted

SCRIPTED = "scripted/"


def backend_for(request: Request, own: Mapping[str, Backend]) -> Backend:
    """The backend of the longest beginning of the model's name that ``own`` has; else a scripted one for
    ``scripted/...``, a direct one for ``openai/...`` with an ``api_base``, and litellm for all others.

    Raises ``SettingError`` where it needs what is not installed.
    """
    model = request.model
    begun = max((prefix for prefix in own if model.startswith(prefix)), key=len, default=None)
    if begun is not None:
        return own[begun]
    if model.startswith(SCRIPTED):
        return Scripted()
    return Direct(model, request.sampling["api_base"]) if direct(request) else Litellm(model)
