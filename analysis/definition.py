"""What it takes to say what a measure means: words, range, direction, and the degenerate policies that it rewards.

Degenerate policies are *do nothing* (harvest nothing, always cooperate, always hold, offer nothing and accept
nothing), *take all* (harvest everything, always defect or press, demand everything) and *uniform random*, each played
by all seats (METRICS.md §0.3). A measure that one of them leads, or shares the lead of, in some game is no goal by
itself and is flagged wherever it is shown.
"""

from typing import NamedTuple

UP, DOWN, NEITHER = "higher is better", "lower is better", "neither end is better"
NOTHING, ALL, RANDOM = DEGENERATE = ("do nothing", "take all", "uniform random")


class Definition(NamedTuple):
    """One measure in words."""

    label: str
    """What a column is called."""
    text: str
    """The definition in one line."""
    range: str
    direction: str
    leads: tuple[str, ...] = ()
    """The degenerate policies that rank first, alone or with others."""
    why: str = ""
    """Why they do."""

    def __str__(self) -> str:
        return f"{self.text} Range: {self.range}; {self.direction}. {self.flag}"

    @property
    def flag(self) -> str:
        """Which degenerate policy ranks first, as a sentence.

        >>> Definition("gini", "Inequality.", "0 to 1", DOWN).flag
        'No degenerate policy ranks first.'
        """
        if not self.leads:
            return "No degenerate policy ranks first."
        return f"First, alone or with others: {', '.join(self.leads)} ({self.why})."


SHARE, ANY, POSITIVE, EVENT = "0 to 1", "any number", "0 or more", "no or yes"


def cooperation(label: str, text: str) -> Definition:
    """A rate of cooperation."""
    return Definition(
        label, text, SHARE, UP, (NOTHING,), "always cooperating is exploitable, and taking nothing feeds nobody"
    )
