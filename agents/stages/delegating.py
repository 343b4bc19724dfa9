"""Whether a seat leaves its act to the mediator."""

import numpy as np

from ...envs.game import Floats
from ...envs.institutions.mediator import DELEGATE
from ...envs.institutions.stage import NOTHING
from ..agent import Bools, View
from .conduct import Conduct


class Delegates(Conduct):
    """Leaves every act to the mediator."""

    name = "delegates"
    institutions = ("mediator",)

    def move(self, view: View) -> Floats:
        """Delegate where it can."""
        return np.where(self.able(view) & self.willing(view), float(DELEGATE), float(NOTHING))

    def able(self, view: View) -> Bools:
        """(B,): has it a choice to leave?"""
        if view.masks is None:
            return np.ones(len(view.active), np.bool_)
        return view.masks[:, int(self.game.stage_move(self.stage, np.array(float(DELEGATE))))] == 1

    def willing(self, view: View) -> Bools:
        """(B,): always."""
        return np.ones(len(view.active), np.bool_)


class DelegatesIfAllDid(Delegates):
    """Leaves its act to the mediator until somebody who had the choice did not, in the step before."""

    name = "delegates_if_all_did"

    def willing(self, view: View) -> Bools:
        """Unless one stayed out."""
        names = [name for name in self.game.field_index if name.startswith("delegated_")]
        return np.all([self.seen(view, name) != NOTHING for name in (*names, "own_delegated")], axis=0)
