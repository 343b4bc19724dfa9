"""Models of any provider that litellm knows.

litellm is imported at the first call, since that takes seconds. It asks once: who tries again, keeps and counts is the
exchange.
"""

import os
import re
from collections.abc import Iterator
from typing import Any

from ....envs.settings import SettingError
from ..calls import Reply, Request
from ..scrub import scrub
from .backend import AccessError, Unanswered
from .chat import ANY_OBJECT, count, own_key, reply_of
from .faults import LONGEST_COMPLAINT, denied, failure, retry_after

FREE = {"HTTPStatusError", "ConnectError", "ConnectTimeout"}
"""What httpx calls an answer with an error's status, and a server that could not be reached."""
UNSENT = re.compile(
    r"(?i)LLM Provider NOT provided|missing credentials|api.?key.{0,60}(be set|not set|missing|required)"
)
"""In what litellm says before it sends anything."""


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
            found = _failure(request.model, error)
        if isinstance(found, Reply):
            return found
        raise found  # out here, so that what litellm raised, which holds the whole call, is no part of it

    def _asked(self, request: Request) -> dict[str, Any]:
        """The call as litellm takes it."""
        asked: dict[str, Any] = {name: value for name, value in request.sampling.items() if value is not None}
        if "api_base" in asked and self.provider == "openai":
            asked["api_key"] = own_key()
        if request.schema is not None and "response_format" in self.taken:
            asked["response_format"] = self._format(request.schema)
        messages = [message._asdict() for message in request.messages]
        return {"model": request.model, "messages": messages, "num_retries": 0, "max_retries": 0, **asked}

    def _format(self, schema: Any) -> dict[str, Any]:
        """The form of the answer, as exactly as this model can be held to it. Not strictly, since providers refuse
        schemas that hold more than a few words of the standard; every answer is validated anyway.
        """
        if not self.schemas:
            return ANY_OBJECT
        return {"type": "json_schema", "json_schema": {"name": "answer", "schema": dict(schema), "strict": False}}

    def _reply(self, request: Request, response: Any) -> Reply:
        """What came."""
        choice = response.choices[0]
        usage = getattr(response, "usage", None)
        asked, answered = getattr(usage, "prompt_tokens", None), getattr(usage, "completion_tokens", None)
        known = self.listed and count(asked) is not None and count(answered) is not None
        cost = response._hidden_params.get("response_cost") if known else None
        return reply_of(
            choice.message.content,
            (getattr(choice.message, "provider_specific_fields", None) or {}).get("refusal"),
            choice.finish_reason,
            response.model,
            asked,
            answered,
            None if cost is None else float(cost),
            "seed" in self.taken if request.sampling.get("seed") is not None else None,
        )


def _failure(model: str, error: Exception) -> Reply | Unanswered | AccessError:
    """What an exception of litellm means."""
    status = next((code for e in _chain(error) if isinstance(code := getattr(e, "status_code", None), int)), None)
    told = f"{type(error).__name__}: {scrub(error)}"
    free = not FREE.isdisjoint(type(e).__name__ for e in _chain(error))
    filtered = type(error).__name__ == "ContentPolicyViolationError"
    found = failure(model, told, status, str(error), free, retry_after(_retry_header(error)), filtered)
    if isinstance(found, Unanswered) and not free and UNSENT.search(str(error)[:LONGEST_COMPLAINT]):
        return denied(model, told)
    return found


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """The exception and those behind it: for some statuses litellm fails over its own handling."""
    seen = 0
    while error is not None and seen < 10:
        yield error
        error, seen = error.__cause__ or error.__context__, seen + 1


def _retry_header(error: Exception) -> str | None:
    """What the server asks for, where it answered."""
    headers = getattr(error, "litellm_response_headers", None)
    if headers is None:
        headers = getattr(getattr(error, "response", None), "headers", None)
    return headers.get("retry-after") if headers is not None else None
