"""Rules of assessment: what a donor is taken for after it gave, or kept.

A rule of second order (Ohtsuki & Iwasa 2004) is four bits, the new standing of a donor that gave to a good recipient,
kept from a good one, gave to a bad one, kept from a bad one; 1 is good. One of third order is eight: these four for a
donor that was good, then the same for one that was bad.
"""

from typing import Any

from numba import njit

from ..paraphrases import Wordings
from ..settings import Choice

SECOND_ORDER = 16
"""How many rules there are of second order; they come first, each at the index that it spells."""
ACTS = ("gives to the good", "keeps from the good", "gives to the bad", "keeps from the bad")


class Rules(Choice):
    """All rules; there are too many to name."""

    def __init__(self) -> None:
        super().__init__(*(f"{bits:04b}" for bits in range(SECOND_ORDER)), *(f"{bits:08b}" for bits in range(256)))

    def __str__(self) -> str:
        return "four bits such as 1010, or eight such as 10111010"


LEADING_EIGHT = (
    "10111010",
    "10011010",
    "10111011",
    "10111001",
    "10011011",
    "10011001",
    "10111000",
    "10011000",
)
"""L1 … L8, the only rules of third order under which cooperation withstands small errors and every other way to act
(Ohtsuki & Iwasa 2004, 2006). In all of them a gift to the good makes good, keeping from the good makes bad, and a good
donor may keep from the bad. L3 is simple standing and L6 stern judging, which are of second order.
"""


def gives_among_bad(rule: str) -> bool:
    """Does a bad donor give to a bad recipient, as behaves who follows one of the leading eight? It does where only
    that makes it good again (Ohtsuki & Iwasa 2006).
    """
    gave, kept = rule[-2:]
    return gave == "1" and kept == "0"


@njit(cache=True)
def assessed(rule: int, donor_good: bool, recipient_good: bool, gave: bool) -> bool:
    """The donor's new standing, by the index of a rule."""
    if rule < SECOND_ORDER:
        bits, place = rule, 3
    else:
        bits, place = rule - SECOND_ORDER, 7 if donor_good else 3
    return (bits >> (place - (0 if recipient_good else 2) - (0 if gave else 1))) & 1 == 1


def spelt(rule: Any) -> Any:
    """A rule that looks like a number, as 1010 does to a command line, in bits."""
    return f"{rule:0{4 if rule < 10_000 else 8}d}" if type(rule) is int else rule


def in_words(rule: str) -> Wordings:
    """The sentence that tells a rule, without its full stop."""
    was_good, was_bad = (_good_acts(bits) for bits in (rule[:4], rule[-4:]))
    if was_good != was_bad:
        return _by_own_standing(was_good, was_bad)
    if not was_good:
        return ("All are bad", "From then on everybody is bad", "All become bad")
    return (
        f"Whoever {was_good} is good, and all others who had a choice are bad",
        f"Good is whoever {was_good}, and bad is everybody else who had a choice",
        f"Of those who had a choice, whoever {was_good} is good and everybody else is bad",
    )


def _by_own_standing(was_good: str, was_bad: str) -> Wordings:
    """A rule under which it counts whether the donor was good."""
    stays = (
        (
            f"Whoever was good and {was_good} stays good",
            f"A good donor stays good if it {was_good}",
            f"Of the good, whoever {was_good} stays good",
        )
        if was_good
        else (
            "Nobody who had a choice stays good",
            "No good donor that had a choice stays good",
            "Of the good, nobody who had a choice stays good",
        )
    )
    gets = (
        (
            f"whoever was bad and {was_bad} gets good",
            f"a bad donor gets good if it {was_bad}",
            f"of the bad, whoever {was_bad} gets good",
        )
        if was_bad
        else ("nobody who was bad gets good", "no bad donor gets good", "of the bad, nobody gets good")
    )
    return (
        f"{stays[0]}, {gets[0]}, and all others who had a choice are bad",
        f"{stays[1]}, {gets[1]}, and every other choice makes bad",
        f"{stays[2]}; {gets[2]}; everybody else who had a choice is bad",
    )


def _good_acts(bits: str) -> str:
    return " or ".join(act for act, bit in zip(ACTS, bits, strict=True) if bit == "1")
