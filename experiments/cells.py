"""A cell: one setting of everything about a world but its seed, resolved, checked and named by its hash."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from .. import __version__
from ..agents.agent import Agent
from ..agents.deliberator import Deliberator
from ..agents.llm.agent import LLM
from ..agents.norms import Norms, as_settings, norms
from ..agents.populations import everyone, parts_of, spec_of, spelled
from ..agents.seats import CARRIERS, carries_norms, fill
from ..agents.sharing import Entering, Mixed
from ..agents.stages.in_stages import InStages
from ..agents.table import GIVEN, SEATINGS, table
from ..envs.catalogue import make
from ..envs.game import Game
from ..envs.settings import SettingError, check, refuse
from .composing import Composer
from .designs.grids import GROUPS
from .schema import NO_NORMS

T = TypeVar("T")


class Cell(NamedTuple):
    """One setting: ``params`` of the ``game``, ``seats`` as given and their ``seating``, the settings of the
    ``deliberator`` and of the ``llm``, and the ``norms`` (None: seats keep what they have), all resolved and plain.

    ``factors`` are the names by which tables know it, ``varied`` those of them that the grid set here (others have the
    value of the game or norm), and ``bearers`` says of everyone who may sit somewhere, by the name that tables give
    them, whether the norms reach what they do.
    """

    id: str
    factors: dict[str, Any]
    varied: list[str]
    bearers: dict[str, bool]
    game: str
    params: dict[str, Any]
    seats: list[Any]
    seating: str
    deliberator: dict[str, Any]
    llm: dict[str, Any]
    norms: Norms | None

    def batch_key(self) -> str:
        """What the worlds of one batch must share: the rules, and the kinds of agents; and where a world hears what was
        said in another one, the whole cell.
        """
        fixed = {name: self.deliberator[name] for name in Deliberator.shared}
        apart = self.id if self.whole else ""
        return canonical([self.game, self.params, self.seats, self.seating, fixed, self.llm, self.norms is None, apart])

    @property
    def whole(self) -> bool:
        """Must all its worlds be stepped together?"""
        return any(mind["talk"] and mind["talk_placebo"] for mind in self.minds(LLM.name))

    def told(self) -> dict[str, Any]:
        """What every row of a table says of it."""
        return {"cell": self.id, **self.factors, "varied": self.varied}

    def minds(self, name: str) -> list[dict[str, Any]]:
        """The settings of every agent of the kind ``name`` (of :data:`~.grids.MINDS`) that is named in ``seats``."""
        specs = [spec for given in self.seats for spec in everyone(given)]
        settings = {Deliberator.name: self.deliberator, LLM.name: self.llm}[name]
        return [_thinking(settings, spec) for spec in specs if spec.get("agent") == name]

    def plain(self) -> dict[str, Any]:
        """The cell as plain values."""
        return {**self._asdict(), "norms": None if self.norms is None else as_settings(self.norms)}

    @classmethod
    def from_plain(cls, told: Mapping[str, Any]) -> "Cell":
        """The cell that :meth:`plain` told."""
        return cls(**{**told, "norms": None if told["norms"] is None else norms(told["norms"])})


def canonical(value: Any) -> str:
    """The one way to write plain settings as text, the same in every process."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def digest(value: Any, size: int = 8) -> str:
    """A hash of plain settings, ``2·size`` hexadecimal digits."""
    return hashlib.blake2b(canonical(value).encode(), digest_size=size).hexdigest()


def seat_agents(game: Game, cells: Sequence[Cell], which: npt.NDArray[np.intp]) -> list[Agent]:
    """The agents of a batch whose world b has the setting ``cells[which[b]]``; the cells share their ``batch_key``.

    Raises ``SettingError`` for seats or norms that do not fit the game.
    """
    deliberator: dict[str, Any] = dict(cells[0].deliberator)
    for name in deliberator.keys() - set(Deliberator.shared):
        values = [cell.deliberator[name] for cell in cells]
        deliberator[name] = np.array(values)[which] if len(set(values)) > 1 else values[0]
    per_world = None if cells[0].norms is None else [cells[k].norms for k in which]

    common_settings = {Deliberator.name: deliberator, LLM.name: cells[0].llm}

    def complete(spec: dict[str, Any]) -> dict[str, Any]:
        common = common_settings.get(str(spec.get("agent")), {})
        return {**common, **({} if per_world is None else {"norms": per_world}), **spec}

    return table(game, cells[0].seats, len(which), cells[0].seating, complete)


def _thinking(settings: Mapping[str, Any], spec: Mapping[str, Any]) -> dict[str, Any]:
    return {name: spec.get(name, value) for name, value in settings.items()}


class Resolver:
    """From assignments (setting → value) to cells. Each part is resolved once, however many cells share it."""

    def __init__(self, composer: Composer, defaults: Mapping[str, Any]) -> None:
        self._composer = composer
        self._defaults = defaults
        self._known: dict[str, Any] = {}

    def cell(self, given: Mapping[str, Any]) -> Cell:
        """The cell of an assignment. Raises ``SettingError`` for whatever in it is wrong."""
        chosen = {group: self._defaults[group] for group in GROUPS if self._defaults.get(group) is not None}
        wanted = {**chosen, **given}
        laid_over = self._once(self._institutions, _part(wanted, "institutions"))
        game, params = self._once(self._game, _part(wanted, "game"), laid_over)
        norm = self._once(self._norms, _part(wanted, "norms"))
        thinking = self._once(self._deliberator, _part(wanted, "deliberator"))
        asking = self._once(self._llm, _part(wanted, "llm"))
        label, seats, seating = self._once(self._seats, _part(wanted, "seats"))
        factors = {"game": wanted["game"], "seats": label, "norms": _norms_label(wanted)}
        cell = Cell("", {}, [], {}, game.name, params, seats, seating, thinking, asking, norm)
        identity = self._once(self._identity, cell, game)
        return cell._replace(id=identity, factors=factors, bearers=self._once(self._bearers, seats, game))

    def _once(self, resolve: Callable[..., T], *given: Any) -> T:
        key = f"{resolve.__name__} {given!r}"
        if key not in self._known:
            self._known[key] = resolve(*given)
        return self._known[key]

    def _institutions(self, given: Mapping[str, Any]) -> list[Any]:
        """Those that are listed, then those of which a setting is given."""
        settings = nested(given)
        listed = settings.pop("", None)
        listed = [] if listed in (None, NO_NORMS) else [listed] if isinstance(listed, str | Mapping) else listed
        if not isinstance(listed, list):
            raise refuse("institutions", listed, f"{NO_NORMS}, a name, or a list of them")
        for name, value in settings.items():
            if not isinstance(value, Mapping):
                raise refuse(f"institutions.{name}", value, f"settings by name, such as institutions.{name}.rate=0.4")
        specs = [{"institution": one} if isinstance(one, str) else one for one in listed]
        named = {spec.get("institution") for spec in specs if isinstance(spec, Mapping)}
        specs += [{"institution": name} for name in sorted(settings.keys() - named)]
        return [
            {**spec, **settings.get(str(spec.get("institution")), {})} if isinstance(spec, Mapping) else spec
            for spec in specs
        ]

    def _game(self, given: Mapping[str, Any], institutions: Sequence[Any]) -> tuple[Game, dict[str, Any]]:
        settings = nested(given)
        choice = settings.pop("", None)
        if choice is None:
            known = ", ".join(self._composer.options("game"))
            raise SettingError(f"no game is given: write game=<name>, one of {known}")
        chosen = dict(self._composer.choice("game", choice))
        game: Game = make(chosen.pop("name", choice), **{**chosen, **settings}, institutions=institutions)
        return game, game.settings

    def _norms(self, given: Mapping[str, Any]) -> Norms | None:
        settings = nested(given)
        choice = settings.pop("", NO_NORMS)
        chosen = self._composer.choice("norms", choice)
        if choice == NO_NORMS and not settings:
            return None
        return norms(chosen, **settings)

    def _deliberator(self, given: Mapping[str, Any]) -> dict[str, Any]:
        base = self._defaults.get("deliberator") or {}
        return check(Deliberator.Params, {**base, **nested(given)}, "deliberator.")._asdict()

    def _llm(self, given: Mapping[str, Any]) -> dict[str, Any]:
        return check(LLM.Params, nested(given), "llm.")._asdict()

    def _seats(self, given: Mapping[str, Any]) -> tuple[str, list[Any], str]:
        by_name = "agents" not in given
        chosen = self._composer.choice("seats", given.get("")) if by_name else given
        agents, seating = chosen.get("agents"), given.get("seating", chosen.get("seating", GIVEN))
        agents = [agents] if isinstance(agents, str | Mapping) else agents
        if not isinstance(agents, list):
            raise refuse("seats.agents", agents, "a list of agents, for example [tft,alld]")
        if seating not in SEATINGS:
            raise refuse("seats.seating", seating, f"one of {', '.join(SEATINGS)}")
        return given[""] if by_name else ",".join(spelled(agent) for agent in agents), agents, seating

    def _bearers(self, seats: list[Any], game: Game) -> dict[str, bool]:
        return {
            spelled(part.spec): any(
                spec.get("norms") is None and carries_norms(game, spec) for spec in everyone(part.spec)
            )
            for given in seats
            for part in parts_of(given)
        }

    def _identity(self, cell: Cell, game: Game) -> str:
        """Seats the agents once, to be sure that it can be done, and hashes all that decides what happens."""
        bare = self._once(_seated, cell._replace(norms=None, seating=GIVEN), game)
        if cell.norms is not None:
            _seated(cell, game)
        given = fill(game, cell.seats)
        seats = [_seat_identity(agent, one, cell.norms) for agent, one in zip(bare, given, strict=True)]
        return digest([__version__, game.id, cell.params, seats, cell.seating])


def _seated(cell: Cell, game: Game) -> list[Agent]:
    return seat_agents(game, [cell], np.zeros(1, np.intp))


def _seat_identity(agent: Agent, given: Any, norm: Norms | None) -> list[Any]:
    """A seat's strategy, its own settings, the norms that it will have, and what they are to do in it."""
    if isinstance(agent, Mixed):
        parts = zip(agent.agents, parts_of(given), strict=True)
        return [agent.name, [[part.share, _seat_identity(one, part.spec, norm)] for one, part in parts]]
    spec = spec_of(given)
    if isinstance(agent, Entering):
        before, after = _seat_identity(agent.before, spec["before"], norm), _seat_identity(agent.after, spec, norm)
        return [agent.name, agent.from_step, before, after]
    if isinstance(agent, InStages):
        conducts = {name: [one.name, one.params._asdict()] for name, one in agent.conducts.items()}
        return [agent.name, _seat_identity(agent.inner, given, norm), conducts]
    own = norm if spec.get("norms") is None else norms(spec["norms"])
    if own is None and agent.name == Deliberator.name:
        own = Norms()
    return [
        agent.name,
        agent.params._asdict(),
        None if own is None else as_settings(own),
        spec.get("conduct", CARRIERS[0]),
    ]


def _part(given: Mapping[str, Any], head: str) -> dict[str, Any]:
    """The settings under ``head`` by the rest of their names; the choice of the group itself under the empty name."""
    return {
        key.removeprefix(head).removeprefix("."): value for key, value in given.items() if key.split(".")[0] == head
    }


def nested(given: Mapping[str, Any]) -> dict[str, Any]:
    """Dotted names as groups in groups.

    >>> nested({"kindness": 1, "reciprocity.positive": 2})
    {'kindness': 1, 'reciprocity': {'positive': 2}}
    """
    result: dict[str, Any] = {}
    for key in sorted(given, key=lambda name: name.count(".")):  # a group, then what is laid over it
        *groups, last = key.split(".")
        place = result
        for group in groups:
            if not isinstance(place.get(group), dict):
                place[group] = {}
            place = place[group]
        place[last] = dict(given[key]) if isinstance(given[key], Mapping) else given[key]
    return result


def _norms_label(given: Mapping[str, Any]) -> str:
    """Settings of norms without a choice are laid over the neutral norm, which is ``selfish``."""
    choice = given.get("norms") or NO_NORMS
    laid_over_none = choice == NO_NORMS and any(key.startswith("norms.") for key in given)
    return "selfish" if laid_over_none else choice
