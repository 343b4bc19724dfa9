"""Keeps secrets out of what is written: error texts, replies, settings that go into a ledger."""

import functools
import os
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from ...envs.settings import SettingError, refuse

HIDDEN = "[hidden]"
LONGEST_ERROR = 300
SECRET_NAMES = ("KEY", "TOKEN", "SECRET", "PASSWORD")
"""How the names of environment variables end whose values are never written."""
SHORTEST_IN_ERRORS, SHORTEST_IN_REPLIES = 6, 16
"""Values of fewer characters are left: in a reply a short one may well be a word of the game."""
PATTERNS = (
    re.compile(r"(?i)\b((?:proxy-)?authorization|x-api-key|api-key|(?:set-)?cookie)\b(['\"]?\s*[:=]\s*)[^\r\n]+"),
    re.compile(r"(?i)\b(bearer|basic)(\s+)[\w.~+/=-]{6,}"),
    re.compile(r"(?i)\b([\w-]*(?:api_?key|token|secret|password))(['\"]?\s*[:=]\s*)['\"]?[^\s'\",;&}]{4,}"),
    re.compile(r"(?i)(api key)( provided: |: )[^\s'\",;&}]{4,}"),
    re.compile(r"(\b[a-z][a-z0-9+.-]*://)()[^/\s@]+@"),
    re.compile(r"()()\b(?:sk|pk|rk|gsk|xai|hf|ghp|gho|glpat|AIza|AKIA|eyJ)[-_A-Za-z0-9.*]{8,}"),
)
"""What looks like a secret, wherever it stands; the two groups are what is kept."""
SECRET_SETTING = re.compile(r"(?i)key|token(?!s|i)|secret|password|passwd|auth|header|credential|cookie")


def scrub(text: object) -> str:
    """``text`` in one line of at most 300 characters, with ``[hidden]`` for whatever is, or looks like, a key, a token,
    a header or a password.
    """
    told = without_values(str(text)[:20_000], SHORTEST_IN_ERRORS)
    for pattern in PATTERNS:
        told = pattern.sub(rf"\1\2{HIDDEN}", told)
    told = " ".join("".join(sign if sign.isprintable() else " " for sign in told).split())
    return told if len(told) <= LONGEST_ERROR else told[: LONGEST_ERROR - 1] + "…"


def without_values(text: str, shortest: int = SHORTEST_IN_REPLIES) -> str:
    """``text`` without the values of this process's environment variables that are named as secrets are."""
    for name in [name for name in os.environ if name.upper().endswith(SECRET_NAMES)]:
        value = os.environ.get(name, "")
        if len(value) >= shortest and value in text:
            text = text.replace(value, HIDDEN)
    return text


@functools.lru_cache(maxsize=64)
def check_api_base(value: str, name: str = "llm.api_base") -> str:
    """The address of a server, if it holds nothing secret. Raises ``SettingError`` otherwise.

    >>> check_api_base("http://localhost:11434")
    'http://localhost:11434'
    """
    allowed = "an address like http://localhost:8000/v1, without user, password, query or fragment"
    try:
        parts = urlsplit(value)
        whole = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except (ValueError, AttributeError, TypeError):
        raise refuse(name, HIDDEN, allowed) from None
    if "@" in parts.netloc or "?" in value or "#" in value:
        raise refuse(name, HIDDEN, allowed)  # what is wrong with it is what must not be told
    if not whole or any(sign.isspace() or not sign.isprintable() for sign in value):
        raise refuse(name, value, allowed)
    return value


def check_sampling(sampling: Mapping[str, Any], prefix: str = "llm.") -> None:
    """Raises ``SettingError`` where a setting that would be sent, and kept in the ledger, is secret: those come from
    the environment only.
    """
    for name, value in sampling.items():
        if SECRET_SETTING.search(str(name)):
            raise SettingError(f"{prefix}{name} is not allowed: keys are taken from environment variables only")
        if name in ("api_base", "base_url") and value is not None:
            check_api_base(value, prefix + name)
        if isinstance(value, Mapping):
            check_sampling(value, f"{prefix}{name}.")
