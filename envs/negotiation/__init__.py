"""Games of agreement."""

from typing import Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt


@runtime_checkable
class Negotiation(Protocol):
    """What every game of agreement says of an episode, beyond what all games say: which deals it could have ended in.

    Reports measure deals by it, exactly and world by world.
    """

    def bargaining_sets(
        self, worlds: npt.NDArray[np.void]
    ) -> tuple[npt.NDArray[np.intp], list[npt.NDArray[np.float64]]]:
        """``which`` (W,) problem each world posed, and of every problem the utilities (K, P) of its deals."""
        ...

    def disagreement_payoffs(self, worlds: npt.NDArray[np.void]) -> npt.NDArray[np.float64]:
        """(W, P): what each party has without a deal."""
        ...
