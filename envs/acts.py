"""An act in words: who did what towards whom, as far as somebody saw it."""

from typing import NamedTuple

SOMEBODY = -1
"""In place of a seat: one of the others, and it is not known which."""


class Act(NamedTuple):
    """What a seat saw somebody do.

    ``actor`` a seat, or :data:`SOMEBODY`. ``addressee`` a seat, None where the act is towards nobody in particular,
    :data:`SOMEBODY` where it is towards one of the others and not known which. ``what`` the kind of act, by which acts
    are counted, in the words of the game; ``amount`` the number by which acts of that kind differ, if one does;
    ``terms`` what else belongs to it: the unit of the amount, or what was proposed.
    """

    actor: int
    addressee: int | None
    what: str
    amount: float | None = None
    terms: str = ""

    @property
    def words(self) -> str:
        """All that was done.

        >>> Act(0, 1, "give", 50.0, "percent").words
        'give 50 percent'
        """
        if self.amount is None:
            return f"{self.what}: {self.terms}" if self.terms else self.what
        return f"{self.what} {self.amount:g}{self.terms and ' ' + self.terms}"
