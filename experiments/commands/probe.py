"""``comity probe``: what would have happened, as a table and a figure."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ...envs.settings import SettingError
from .amounts import minus, with_interval
from .completion import game_names

if TYPE_CHECKING:
    import polars
    from matplotlib.axes import Axes


LONGEST = 12
"""Steps after an error that the table tells."""

PROBE_HELP = """Play again what a record cannot tell: what would have happened.

GAME, then who sits there, seat by seat (the last fills the seats that are left), and settings of the game as
key=value. Where there is a figure it is written into the current directory, such as echo-matrix.svg, or to --out.

\b
Examples:
  comity probe echo matrix tft --step 5
  comity probe echo matrix gtft horizon=50 action_noise=0.01 --worlds 1000
  comity probe exploitability matrix wsls
  comity probe late-defection public_goods conditional_cooperator --defectors 1
  comity probe schelling fishery
"""


@click.group(
    "probe", help=PROBE_HELP, short_help="Plant an error, an exploiter or late defectors, and see what follows."
)
def probe() -> None:
    """See ``PROBE_HELP``."""


def _probe(command: Callable[..., int]) -> Callable[..., int]:
    """The arguments and options that all have."""
    for add in (
        click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="The figure: .svg, .pdf or .png."),
        click.option("--seed", default=0, show_default=True, help="Of the first world; the next has the next one."),
        click.option("--worlds", default=100, show_default=True, help="Played of each kind."),
        click.argument("table", metavar="[SEAT]... [KEY=VALUE]...", nargs=-1),
        click.argument("game", shell_complete=game_names),
    ):
        command = add(command)
    return command


@probe.command()
@_probe
@click.option("--step", default=5, show_default=True, help="Of the error, from 1.")
@click.option("--seat", default=0, show_default=True, help="Whose error it is.")
def echo(game: str, table: tuple[str, ...], worlds: int, seed: int, out: Path | None, step: int, seat: int) -> int:
    """How one error echoes: every world is played twice under the same chance, once with one act flipped to D."""
    import numpy as np

    from ...analysis import figures
    from ...analysis.reciprocity import echo_length, echo_mass, irf
    from ...analysis.statistics import bootstrap_ci
    from ...analysis.survival import rmst_ci
    from ..probes import planted

    path = _figure_path(out, f"echo-{game}")
    seats, settings = _typed(table)
    twice = planted(game, _some(seats), worlds, seed, step=step, seat=seat, **settings)
    runs = twice.base.choices, twice.planted.choices, step, seat
    change = irf(*runs)
    length, mass = echo_length(*runs), echo_mass(*runs).value
    hit = ~np.isnan(length.value)
    click.echo(f"worlds with a cooperative spell at step {step}: {hit.sum()} of {len(hit)}")
    if not hit.any():
        click.echo(
            "Only an error within a spell can echo: where somebody defects at that step anyway, nothing is drawn."
        )
        return 0
    k = np.arange(min(LONGEST + 1, change.value.shape[1]))
    columns: dict[str, Any] = {"steps after": k}
    for side, who in enumerate(("who erred", "partners")):
        parts = {"": change.value, "_low": change.low, "_high": change.high}
        columns |= {f"{who}{end}": values[side, k] for end, values in parts.items()}
    _show(columns)
    tau = int(np.nanmax(length.value))
    lasted = rmst_ci(length.value[hit], length.observed[hit], tau)
    click.echo(f"echoes that ended within the game: {(length.observed & hit).sum()} of {hit.sum()}")
    click.echo(f"mean length, up to {tau} steps: {with_interval(lasted)}")
    click.echo(f"extra defections: {with_interval(bootstrap_ci(mass[hit]))}")
    return _write(figures.impulse_response(change), path)


@probe.command()
@_probe
def exploitability(game: str, table: tuple[str, ...], worlds: int, seed: int, out: Path | None) -> int:
    """How far attackers in seat 0 get ahead of others who are all SEAT; the largest lead is the exploitability."""
    from ...analysis import figures
    from ..probes import exploitability

    path = _figure_path(out, f"exploitability-{game}")
    seats, settings = _typed(table)
    if len(seats) != 1:
        raise SettingError(f"exploitability is that of one kind of agent, and {len(seats)} are given")
    found = exploitability(game, seats[0], worlds, seed, **settings)
    _show(found.frame().rename({"low": "value_low", "high": "value_high"}))
    most = f"{found.value[found.worst]:.3f}"
    ahead = [name for name, value in zip(found.attackers, found.value, strict=True) if f"{value:.3f}" == most]
    click.echo(minus(f"exploitability: {most}, by {', '.join(ahead)}"))
    return _write(figures.attackers(found.frame()), path)


@probe.command("late-defection")
@_probe
@click.option("--defectors", default=1, show_default=True, help="Seats at the end of the table that are taken.")
@click.option("--step", type=int, help="The first in which they take all; else the one after the middle.")
def late_defection(
    game: str, table: tuple[str, ...], worlds: int, seed: int, out: Path | None, defectors: int, step: int | None
) -> int:
    """What the others lose where some copy the majority and then take all. It has no figure."""
    from ..probes import late_defection

    if out is not None:
        raise SettingError("out is not allowed: late-defection is one number and has no figure")
    seats, settings = _typed(table)
    found = late_defection(game, _some(seats), defectors, step, worlds, seed, **settings)
    change = "change of the others' welfare"
    row = {"defectors": found.defectors, "from step": found.step, change: found.value}
    row |= {f"{change}_low": found.low, f"{change}_high": found.high, "n": found.worlds}
    _show({key: [one] for key, one in row.items()})
    return 0


@probe.command()
@_probe
def schelling(game: str, table: tuple[str, ...], worlds: int, seed: int, out: Path | None) -> int:
    """What cooperating and defecting pay, by how many others cooperate; two SEATs say who does, else the game does."""
    from ...analysis import figures
    from ..probes import schelling

    path = _figure_path(out, f"schelling-{game}")
    seats, settings = _typed(table)
    if len(seats) not in (0, 2):
        raise SettingError(
            f"a Schelling diagram takes a cooperator and a defector or neither, and {len(seats)} are given"
        )
    found = schelling(game, *seats, worlds=worlds, seed=seed, **settings)
    _show(found.frame().rename({"low": "payoff_low", "high": "payoff_high"}))
    click.echo(f"{game}: {found.kind}, from {worlds} worlds of each kind")
    return _write(figures.schelling(found.frame()), path)


def _typed(given: Sequence[str]) -> tuple[list[Any], dict[str, Any]]:
    """Seats, and settings of the game, as they were typed."""
    from ..designs.grids import typed_settings

    seats = [text for text in given if "=" not in text]
    listed = typed_settings([f"seats=[{','.join(seats)}]"])["seats"] if seats else []
    return listed, typed_settings([text for text in given if "=" in text])


def _some(seats: list[Any]) -> list[Any]:
    if not seats:
        raise SettingError("no seats are given: say who sits there, such as: comity probe echo matrix tft")
    return seats


def _show(table: "dict[str, Any] | polars.DataFrame") -> None:
    import polars
    from rich.console import Console

    from .pages import results

    frame = table if isinstance(table, polars.DataFrame) else polars.DataFrame(table)
    Console(width=120).print(results(frame), highlight=False)


def _figure_path(out: Path | None, name: str) -> Path:
    path = Path(f"{name}.svg") if out is None else out
    if path.suffix not in (".svg", ".pdf", ".png"):
        raise SettingError(f"out = {str(path)!r} is not allowed: it must end in .svg, .pdf or .png")
    return path


def _write(drawn: "Axes", path: Path) -> int:
    from ...analysis.figures import save

    click.echo(save(drawn, path.with_suffix(""), [path.suffix[1:]])[0])
    return 0
