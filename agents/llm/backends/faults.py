"""What it means that a try failed: whoever asked, by whichever library."""

import re
import time
from email.utils import parsedate_to_datetime

from ..calls import REFUSED, Reply
from .backend import AccessError, Unanswered

AGAIN = {408, 409, 425, 429}
OVERLOAD = {429, 503, 529}
TOO_LONG = {408, 504}
DENIED = re.compile(
    r"(?i)model_not_found|\bmodel\b.{0,80}(not found|not exist|unknown)|no such model|invalid.api.key"
    r"|api.key.{0,20}(not valid|invalid)"
)
"""In a complaint about the request: no other request will do better."""
FILTERED = re.compile(r"(?i)content.?(policy|filter|management)|safety system|moderation|flagged")
LONGEST_COMPLAINT = 2000
"""Characters of a complaint in which words are looked for."""


def failure(
    model: str, told: str, status: int | None, text: str, free: bool, wait: float | None, filtered: bool = False
) -> Reply | Unanswered | AccessError:
    """What the end of a try means that was ``told`` of in one line: a refusal, or what is to be raised.

    ``status`` is that of HTTP, None where there was none; ``text`` the complaint. ``free``: the server was never
    reached, or answered with an error, so that it worked on nothing, unless it says that it took too long. ``wait`` in
    seconds is asked for by the server. ``filtered``: is it known for a refusal?
    """
    text = text[:LONGEST_COMPLAINT]
    if status in (400, 403) and (filtered or FILTERED.search(text)):
        return Reply("", REFUSED, told, cost=0.0)
    if status in (401, 403) or (status in (400, 404) and DENIED.search(text)):
        return denied(model, told)
    again = status in AGAIN or (status or 0) >= 500
    return Unanswered(told, again, wait, status in OVERLOAD, billed=status in TOO_LONG or not free)


def denied(model: str, told: str) -> AccessError:
    """No call to ``model`` can succeed."""
    return AccessError(f"llm.model = {model!r} cannot be asked: {told}")


def retry_after(header: str | None) -> float | None:
    """Seconds that a server asks to be left alone by its header, which says seconds or a date; None: it says neither.

    >>> retry_after("2.5")
    2.5
    """
    if not header:
        return None
    try:
        seconds = float(header)
    except ValueError:
        try:
            seconds = parsedate_to_datetime(header).timestamp() - time.time()
        except ValueError:
            return None
    return max(seconds, 0.0) if seconds == seconds else None
