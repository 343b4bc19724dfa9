"""Strategies that go by what others are known for, in every game over which a reputation is laid."""

from typing import Annotated, NamedTuple

import numpy as np
import numpy.typing as npt

from ...envs.game import Floats, Game
from ...envs.institutions.governed import Governed
from ...envs.settings import Range, SettingError
from ..agent import View
from ..exemplar import Exemplary


class Discriminator(Exemplary):
    """Cooperates with those in good repute: plays the game's act of full cooperation if the reputation of the others is
    at least ``threshold``, else its act without any (Nowak & Sigmund 1998).

    Where the game tells whom it meets, it looks at that one; else at the mean of all others, as it holds them.
    """

    name = "discriminator"
    games = (
        "matrix",
        "fishery",
        "public_goods",
        "appropriation",
        "climate",
        "harvest",
        "cleanup",
        "standoff",
        "arms_race",
        "crisis",
    )
    needs = ("reputation",)
    sees_institutions = True

    class Params(NamedTuple):
        """How good is good enough."""

        threshold: Annotated[
            float | None, Range(-5, 5), "least reputation; none: an image of 0, or all in good standing"
        ] = None

    def check(self, game: Game) -> None:
        """There must be reputations."""
        if not isinstance(game, Governed) or not any(one.name == "reputation" for one in game.institutions):
            raise SettingError(
                f"agent {self.name!r} goes by reputations, and {game.name} has none: lay the institution 'reputation'"
                " over it"
            )

    def begin(self, game: Game, seat: int, seeds: npt.NDArray[np.uint64]) -> None:
        """Finds its columns."""
        super().begin(game, seat, seeds)
        assert isinstance(game, Governed)
        image = game.institution("reputation").params.kind == "image"
        given = self.params.threshold
        self._threshold = np.asarray((0.0 if image else 1.0) if given is None else given)
        self._others = game.field_index["reputation"] + np.arange(1, game.n_agents)
        self._partner = game.field_index.get("partner")

    def repute(self, view: View) -> Floats:
        """(B,): the reputation that it goes by, which means nothing where it meets nobody."""
        held = view.observations[:, self._others].astype(np.float64)
        if self._partner is None:
            return held.mean(axis=1)
        ahead = (view.observations[:, self._partner].astype(np.int64) - self.seat) % self.game.n_agents
        return np.take_along_axis(held, np.maximum(0, ahead - 1)[:, None], axis=1)[:, 0]

    def act(self, view: View) -> Floats:
        """Full cooperation or none."""
        self.step += 1
        return self.exemplary(view, self.repute(view) >= self._threshold)


STRATEGIES = (Discriminator,)
