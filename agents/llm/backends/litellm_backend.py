"""Models of any provider that litellm knows, and any server that speaks OpenAI's protocol (``api_base``).

litellm is imported at the first call, since that takes seconds. It asks once: who tries again, keeps and counts is the
exchange.
"""

import functools
import os
import re
import time
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from typing import Any

from ....envs.settings import SettingError
from ..calls import OK, REFUSED, Reply, Request
from ..scrub import scrub
from .backend import AccessError, Unanswered, cut

AGAIN = {408, 409, 425, 429}
OVERLOAD = {429, 503, 529}
TOO_LONG = {408, 504}
FREE = {"HTTPStatusError", "ConnectError", "ConnectTimeout"}
"""What httpx calls an answer with an error's status, and a server that could not be reached."""
DENIED = re.compile(
    r"(?i)model_not_found|\bmodel\b.{0,80}(not found|not exist|unknown)|no such model|invalid.api.key"
    r"|api.key.{0,20}(not valid|invalid)"
)
"""In a complaint about the request: no other request will do better."""
UNSENT = re.compile(
    r"(?i)LLM Provider NOT provided|missing credentials|api.?key.{0,60}(be set|not set|missing|required)"
)
"""In what litellm says before it sends anything."""
FILTERED = re.compile(r"(?i)content.?(policy|filter|management)|safety system|moderation|flagged")
scrubbed = functools.lru_cache(maxsize=256)(scrub)
"""For the few names that come with every reply."""
NO_KEY = "none"
"""Sent to a server of one's own where the environment has no key: most such servers ask for none."""


def imported(model: str) -> Any:
    """litellm, silent and reporting to nobody. Raises ``SettingError`` where it is not installed."""
    os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")  # else it fetches its table from the network
    try:
        import litellm
    except ImportError as error:
        raise SettingError(f"llm.model = {model!r} needs litellm: pip install 'comity[llm]' ({error})") from None
    litellm.telemetry = False
    litellm.suppress_debug_info = True
    litellm.drop_params = True
    litellm.disable_hf_tokenizer_download = True
    return litellm


def listed_price(litellm: Any, model: str, prompt_tokens: int, completion_tokens: int) -> float | None:
    """US$ by litellm's table. It says 0 of many models that are not in it: those are unknown, as are those without a
    price.
    """
    try:
        entry = litellm.model_cost.get(litellm.get_model_info(model)["key"], {})
        if entry.get("input_cost_per_token") is None or entry.get("output_cost_per_token") is None:
            return None
        return float(sum(litellm.cost_per_token(model, prompt_tokens, completion_tokens)))
    except Exception:  # it raises whatever comes for a model that it does not know
        return None


class Litellm:
    """Asks ``model``. The key comes from the provider's environment variable and is kept nowhere.

    Raises ``AccessError`` for a provider that litellm does not know.
    """

    def __init__(self, model: str) -> None:
        self.litellm = imported(model)
        try:
            name, self.provider, *_ = self.litellm.get_llm_provider(model)
        except Exception as error:
            raise AccessError(f"llm.model = {model!r} is not allowed: {scrub(error)}") from None
        self.taken = set(self.litellm.get_supported_openai_params(name, self.provider) or ())
        self.schemas = bool(self.litellm.supports_response_schema(name, self.provider))
        self.listed = listed_price(self.litellm, model, 1, 1) is not None

    async def answer(self, request: Request) -> Reply:
        """One try."""
        try:
            return self._reply(request, await self.litellm.acompletion(**self._asked(request)))
        except Exception as error:
            failure = _failure(request.model, error)
        if isinstance(failure, Reply):
            return failure
        raise failure  # out here, so that what litellm raised, which holds the whole call, is no part of it

    def _asked(self, request: Request) -> dict[str, Any]:
        """The call as litellm takes it."""
        asked: dict[str, Any] = {name: value for name, value in request.sampling.items() if value is not None}
        if "api_base" in asked and self.provider == "openai" and not os.environ.get("OPENAI_API_KEY"):
            asked["api_key"] = NO_KEY
        if request.schema is not None and "response_format" in self.taken:
            asked["response_format"] = self._format(request.schema)
        messages = [message._asdict() for message in request.messages]
        return {"model": request.model, "messages": messages, "num_retries": 0, "max_retries": 0, **asked}

    def _format(self, schema: Any) -> dict[str, Any]:
        """The form of the answer, as exactly as this model can be held to it. Not strictly, since providers refuse
        schemas that hold more than a few words of the standard; every answer is validated anyway.
        """
        if not self.schemas:
            return {"type": "json_object"}
        return {"type": "json_schema", "json_schema": {"name": "answer", "schema": dict(schema), "strict": False}}

    def _reply(self, request: Request, response: Any) -> Reply:
        """What came, as far as it is what it should be: everything in it is a stranger's."""
        choice = response.choices[0]
        refusal = (getattr(choice.message, "provider_specific_fields", None) or {}).get("refusal")
        reason = choice.finish_reason if isinstance(choice.finish_reason, str) else None
        refused = bool(refusal) or reason == "content_filter"
        usage = getattr(response, "usage", None)
        asked, answered = _count(usage, "prompt_tokens"), _count(usage, "completion_tokens")
        known = self.listed and asked is not None and answered is not None
        cost = response._hidden_params.get("response_cost") if known else None
        return Reply(
            cut(choice.message.content or refusal),
            REFUSED if refused else OK,
            "the model refused, or its provider's filter did" if refused else "",
            model=scrubbed(response.model) if response.model else None,
            finish_reason=None if reason is None else scrubbed(reason),
            prompt_tokens=asked,
            completion_tokens=answered,
            cost=None if cost is None else float(cost),
            seed_honoured="seed" in self.taken if request.sampling.get("seed") is not None else None,
        )


def _count(usage: Any, name: str) -> int | None:
    """A count of tokens. Where the server gave none, litellm says 0."""
    count = getattr(usage, name, None)
    return count if isinstance(count, int) and count > 0 else None


def _failure(model: str, error: Exception) -> Reply | Unanswered | AccessError:
    """What an exception of litellm means."""
    status = next((code for e in _chain(error) if isinstance(code := getattr(e, "status_code", None), int)), None)
    told = f"{type(error).__name__}: {scrub(error)}"
    text, reached = str(error)[:2000], not FREE.isdisjoint(type(e).__name__ for e in _chain(error))
    if status in (400, 403) and (type(error).__name__ == "ContentPolicyViolationError" or FILTERED.search(text)):
        return Reply("", REFUSED, told, cost=0.0)
    wrong = status in (401, 403) or (status in (400, 404) and DENIED.search(text))
    if wrong or (not reached and UNSENT.search(text)):
        return AccessError(f"llm.model = {model!r} cannot be asked: {told}")
    again = status in AGAIN or (status or 0) >= 500
    return Unanswered(told, again, _retry_after(error), status in OVERLOAD, billed=_may_be_billed(error, status))


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """The exception and those behind it: for some statuses litellm fails over its own handling."""
    seen = 0
    while error is not None and seen < 10:
        yield error
        error, seen = error.__cause__ or error.__context__, seen + 1


def _may_be_billed(error: Exception, status: int | None) -> bool:
    """May the provider have worked on it? Not where it was never reached, and not where it answered with an error, but
    that it took too long.
    """
    return status in TOO_LONG or FREE.isdisjoint(type(e).__name__ for e in _chain(error))


def _retry_after(error: Exception) -> float | None:
    """Seconds that the server asks to be left alone, by the header, which says seconds or a date."""
    headers = getattr(error, "litellm_response_headers", None)
    if headers is None:
        headers = getattr(getattr(error, "response", None), "headers", None)
    told = headers.get("retry-after") if headers is not None else None
    if not told:
        return None
    try:
        seconds = float(told)
    except ValueError:
        try:
            seconds = parsedate_to_datetime(told).timestamp() - time.time()
        except ValueError:
            return None
    return max(seconds, 0.0) if seconds == seconds else None
