"""A server of one's own that speaks OpenAI's chat protocol: vLLM, llama.cpp, Ollama under ``/v1`` and others.

It is asked directly, since litellm takes as long for a call as such a server may leave between two: of the processor, 5
ms a call with litellm 1.101, 2 ms with httpx 0.28 alone, 0.2 ms with aiohttp 3.14 (``benchmarks/llm.py`` measures the
first and the last). Nothing is known of such a model but its name: what it costs is for the user to say.
"""

import json
import urllib.request
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from ....envs.settings import SettingError
from ..calls import Reply, Request
from ..loop import at_end
from ..scrub import scrub
from .backend import Unanswered
from .chat import ANY_OBJECT, own_key, reply_of
from .faults import failure, retry_after

if TYPE_CHECKING:
    import aiohttp

PREFIX = "openai/"
KEPT_SECONDS = 4.0
"""That an idle connection is kept: some servers hang up after five."""

_session: "aiohttp.ClientSession | None" = None


async def session() -> "aiohttp.ClientSession":
    """The one of this process, with its connections; it ends with the loop of the calls."""
    global _session
    if _session is None:
        import aiohttp

        connector = aiohttp.TCPConnector(limit=0, keepalive_timeout=KEPT_SECONDS)  # how many is for the lanes to say
        _session = aiohttp.ClientSession(
            connector=connector, timeout=aiohttp.ClientTimeout(total=None), cookie_jar=aiohttp.DummyCookieJar()
        )
        at_end(_session.close)
    return _session


def direct(request: Request) -> bool:
    """Is this a call for such a server?"""
    return request.model.startswith(PREFIX) and request.sampling.get("api_base") is not None


class Direct:
    """Asks ``model`` at ``api_base``. The key is that of ``OPENAI_API_KEY`` if it is set, and is kept nowhere.

    Raises ``SettingError`` where aiohttp is not installed.
    """

    def __init__(self, model: str, api_base: str) -> None:
        try:
            import aiohttp
        except ImportError as error:
            raise SettingError(f"llm.model = {model!r} needs aiohttp: pip install 'comity[llm]' ({error})") from None
        self.errors = aiohttp.ClientError, OSError
        self.unreached = aiohttp.ClientConnectorError, aiohttp.InvalidURL
        self.model = model
        self.url = api_base.rstrip("/") + "/chat/completions"
        self.proxy = _proxy(self.url)

    async def answer(self, request: Request) -> Reply:
        """One try."""
        try:
            status, wait, body = await self._post(json.dumps(_asked(request)).encode())
        except self.errors as error:
            raise Unanswered(
                f"{type(error).__name__}: {scrub(error)}", True, billed=not isinstance(error, self.unreached)
            ) from None
        if status == 200:
            return _reply(request, body)
        text = body.decode("utf-8", "replace")
        found = failure(self.model, f"HTTP {status}: {scrub(text)}", status, text, True, retry_after(wait))
        if isinstance(found, Reply):
            return found
        raise found

    async def _post(self, body: bytes) -> tuple[int, str | None, bytes]:
        """Status, what ``Retry-After`` says, and body of the answer. The key goes to this address and no other."""
        headers = {"authorization": f"Bearer {own_key()}", "content-type": "application/json"}
        posting = (await session()).post(self.url, data=body, headers=headers, proxy=self.proxy, allow_redirects=False)
        async with posting as response:
            return response.status, response.headers.get("retry-after"), await response.read()


def _proxy(url: str) -> str | None:
    """By the environment, as everywhere."""
    parts = urlsplit(url)
    return None if urllib.request.proxy_bypass(parts.hostname or "") else urllib.request.getproxies().get(parts.scheme)


def _asked(request: Request) -> dict[str, Any]:
    """The body of the call. Of a server's model it is not known whether it can be held to a schema."""
    sent = {name: value for name, value in request.sampling.items() if value is not None and name != "api_base"}
    if request.schema is not None:
        sent["response_format"] = ANY_OBJECT
    messages = [{"role": role, "content": content} for role, content in request.messages]
    return {"model": request.model.removeprefix(PREFIX), "messages": messages, **sent}


def _reply(request: Request, body: bytes) -> Reply:
    """What came. Raises ``Unanswered`` where it is no answer."""
    try:
        told = json.loads(body)
        choice = told["choices"][0]
        message, usage = choice["message"], told.get("usage") or {}
        said = message.get("content"), message.get("refusal"), choice.get("finish_reason"), told.get("model")
        counted = usage.get("prompt_tokens"), usage.get("completion_tokens")
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        raise Unanswered(f"what came is no answer ({len(body)} bytes)", True, billed=True) from None
    return reply_of(*said, *counted, None, True if request.sampling.get("seed") is not None else None)
