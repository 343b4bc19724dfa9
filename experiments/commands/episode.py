"""One world as text: what ``comity run`` does and prints."""

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

import click
import numpy as np
import numpy.typing as npt
from rich.console import Console
from rich.table import Table

from ...envs.game import RUNNING
from ...envs.institutions.staged import GAME, Staged
from ...envs.record import Record
from ...envs.settings import SettingError
from ...envs.worlds import Worlds
from .. import manifest as manifests
from .. import store
from ..calls import asks, check_calls, opened, tallied
from ..calls import told as calls_told
from ..chunks import Chunk, cut, play_chunk
from ..composing import composer
from ..designs.grids import sort_overrides
from ..jobs.task import keep
from ..prereg import NONE
from ..schema import Calls
from ..study import study_of
from ..sweep import recorded


def run_one(typed: Sequence[str], config_dir: Path | None = None) -> Record:
    """Plays the one world that was ``typed``, tells its episode, and keeps it if ``out`` says where.

    Raises ``SettingError`` for a wrong setting, and where the settings are those of several worlds.
    """
    overrides = sort_overrides(typed)
    with composer(overrides.hydra, config_dir) as hydra:
        config = hydra.primary(overrides.whole)
        config.prereg, config.regions = NONE, None  # those of a study are about other worlds
        study = study_of(["seed=0", *overrides.grid], config, hydra)
    design, options, calls = study.design._replace(record="all"), study.options, study.calls
    if design.points != 1:
        raise SettingError(f"comity run plays one world, and these are {design.points:,}: use comity sweep for several")
    out = None if options.out is None else Path(options.out)
    if out is not None:
        store.check_directory(out, design.key())
    if study.asking is not None:
        check_calls(calls, out)
    (chunk,) = cut(design, set())
    if out is None:
        record = _played(chunk, calls, None)
        _tell(record)
        return record
    told = partial(calls_told, calls, design.cells, out)
    with store.lock(out), recorded(out, manifests.opened(design, options, typed, "none", None), told):
        record = _played(chunk, calls, out)
        _tell(record)
        keep(out, chunk.id, [(chunk, record)], design.record)
        store.write_json(out / store.CELLS, manifests.cells_of(design))
    click.echo(out)
    return record


def _played(chunk: Chunk, calls: Calls, out: Path | None) -> Record:
    if not asks(chunk.cells):
        return play_chunk(chunk)
    with opened(calls, out) as exchange, tallied(exchange, out, chunk.id):
        return play_chunk(chunk)


def _tell(record: Record) -> None:
    for line in story(record):
        click.echo(line)
    Console().print(_table(record), highlight=False)


def story(record: Record) -> Iterator[str]:
    """The lines of the first world's episode: the rules as the first seat is told them, then step by step what it sees,
    what everybody does and what that pays."""
    game = record.game
    yield game.brief(0)
    for turn in replayed(record):
        where = f", {game.stages[turn.stage - 1]}" if turn.stage else ""
        yield f"\nstep {turn.step + 1}{where}, as agent_0 sees it"
        yield from (f"  {line}" for line in game.view(turn.world, 0).split("\n"))
        yield "  " + "   ".join(_act(record, turn, i) for i in range(game.n_agents))
    yield ""


class Turn(NamedTuple):
    """A step of the environment: the ``world`` before it, the ``step`` of the game that it belongs to, the ``stage`` of
    an institution (0: none, the game itself), and by seat the ``moves`` asked for and what it ``paid``.
    """

    world: np.void
    step: int
    stage: int
    moves: npt.NDArray[np.float64]
    paid: npt.NDArray[np.float64]


def replayed(record: Record) -> Iterator[Turn]:
    """The first world step by step: the moves asked for lead, under the same chance, to the same worlds."""
    game, worlds = record.game, Worlds(record.game, 1)
    worlds.reset(record.seeds[:1])
    for moves in (record.intended if record.moves is None else record.moves)[0]:
        if worlds.ended[0] != RUNNING:
            return
        before = worlds.state[0].copy()
        stage = int(before["stage"]) if isinstance(game, Staged) else GAME
        after = isinstance(game, Staged) and game.follows(stage)
        worlds.step(np.nan_to_num(moves)[None])
        yield Turn(before, int(before["step"]) - after, stage, moves, worlds.rewards[0].copy())


def _act(record: Record, turn: Turn, seat: int) -> str:
    game, asked = record.game, turn.moves[seat]
    if turn.stage and isinstance(game, Staged):
        return f"{game.agents[seat]}: {game.told_move(turn.stage, asked)}, gets {turn.paid[seat]:g}"
    action = record.actions[0, turn.step, seat]
    move = "waits" if np.isnan(action) else f"move {action:g}"
    slipped = action != asked and not np.isnan(action)
    wanted = f" (wanted {asked:g})" if slipped else ""
    return f"{game.agents[seat]}: {move}{wanted}, gets {turn.paid[seat]:g}"


def _table(record: Record) -> Table:
    """What came of it, seat by seat."""
    game = record.game
    outcome = record.outcomes[record.outcome[0]]
    table = Table(title=f"{game.name}: {record.lengths[0]} steps, ended by {outcome}", title_justify="left", box=None)
    for column in ("seat", "agent", "payoff", "cooperation", "illegal moves"):
        table.add_column(column)
    for i, name in enumerate(record.who[0]):
        labels = record.choices[0, :, i]
        chosen = labels[~np.isnan(labels)]
        cooperation = f"{chosen.mean():.3f}" if len(chosen) else "–"
        payoff, illegal = record.rewards[0, :, i].sum(), record.illegal[0, i]
        table.add_row(game.agents[i], name, f"{payoff:g}", cooperation, str(illegal))
    return table
