"""Numbers as commands tell them."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ...analysis.measure import Interval


def minus(text: str) -> str:
    """Numbers in text with a minus in place of a hyphen."""
    return text.replace("-", "−")


def with_interval(found: "Interval") -> str:
    """A figure and its interval."""
    return minus(f"{float(found.value):.3f} [{float(found.low):.3f}, {float(found.high):.3f}]")
