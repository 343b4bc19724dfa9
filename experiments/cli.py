"""The command line. Imports here are light; each command imports what it needs."""

import functools
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .commands import manual
from .commands.completion import game_names
from .commands.completion import overrides as complete
from .commands.probe import probe
from .commands.shells import SHELLS, script

if TYPE_CHECKING:
    from rich.console import Console

    from .sweep import Result

# what polars frees, it gives back at once: a sixth less memory at a million episodes, and no slower
os.environ.setdefault("_RJEM_MALLOC_CONF", "dirty_decay_ms:0,muzzy_decay_ms:0")

OK, FAILED, WRONG, INTERRUPTED, TERMINATED = 0, 1, 2, 130, 143

config_dir = click.option(
    "--config-dir",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A directory with your own groups, for example norms/my_norm.yaml or experiment/my_study.yaml.",
)


def silently(command: Callable[..., int]) -> Callable[..., int]:
    """Gives a command ``--quiet``."""

    @click.option("-q", "--quiet", is_flag=True, help="Say nothing but errors and the result.")
    @functools.wraps(command)
    def told(*given: Any, quiet: bool, **named: Any) -> int:
        from .progress import quiet as silence

        with silence() if quiet else nullcontext():
            return command(*given, **named)

    return told


arguments = click.argument("overrides", metavar="[KEY=VALUE]...", nargs=-1, shell_complete=complete)


class Sections(click.Group):
    """Commands in the order in which one comes to need them."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Writes them by section."""
        named = {name for names in manual.SECTIONS.values() for name in names}
        others = tuple(name for name in self.list_commands(ctx) if name not in named)
        width = formatter.width - 6 - max(map(len, self.commands))
        for section, names in (*manual.SECTIONS.items(), ("The command line itself", others)):
            rows = [(name, self.commands[name].get_short_help_str(width)) for name in names if name in self.commands]
            if rows:
                with formatter.section(section):
                    formatter.write_dl(rows)


@click.group(cls=Sections, help=manual.CLI_HELP, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="comity")
def cli() -> None:
    """See ``CLI_HELP``."""


@cli.command(help=manual.SWEEP_HELP, short_help="Play a grid of settings or an experiment, and report on it.")
@arguments
@config_dir
@click.option("--dry-run", is_flag=True, help="Say what it would take, from a pilot of some seconds; write nothing.")
@click.option("--retry-failed", is_flag=True, help="Play again what failed before (retry_failed=true).")
@silently
def sweep(overrides: tuple[str, ...], config_dir: Path | None, dry_run: bool, retry_failed: bool) -> int:
    """See ``SWEEP_HELP``."""
    if dry_run:
        from .commands.forecast import page
        from .commands.pilot import expect

        _console().print(page(expect(overrides, config_dir)), highlight=False, soft_wrap=True)
        return OK
    from .store import REPORT
    from .sweep import sweep

    result = sweep([*overrides, *(["retry_failed=true"] if retry_failed else [])], config_dir)
    _tell_failures(result)
    kept = not result.played and _is_reported(result.directory)
    click.echo(result.directory / REPORT if kept else _report(result.directory))
    return FAILED if result.failures else OK


@cli.command()
@click.argument("directory", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--failures", is_flag=True, help="Tell the traceback of everything that failed, too.")
def status(directory: Path, failures: bool) -> int:
    """How far the sweep in DIRECTORY is: points done, failed and running, rate, time left, US dollars.

    It may be asked at any time, while the sweep runs and afterwards, from another shell or another machine.
    """
    from .commands.status import page, status
    from .failures import recorded

    _console().print(page(status(directory)), highlight=False)
    for one in recorded(directory) if failures else ():
        click.echo(f"\n{', '.join(one.points)}\n{one.details}")
    return OK


@cli.command(help=manual.RERUN_HELP, short_help="Repeat a run, and say whether it finds the same.")
@click.argument("path", type=click.Path(path_type=Path))
@click.argument("overrides", metavar="[KEY=VALUE]...", nargs=-1)
@click.option("--out", type=click.Path(path_type=Path), help="A new directory; else that of the run and -rerun.")
@silently
def rerun(path: Path, overrides: tuple[str, ...], out: Path | None) -> int:
    """See ``RERUN_HELP``."""
    from .reruns.rerun import rerun

    verdict = rerun(path, overrides, out)
    _tell_failures(verdict.result)
    _console().print(verdict.page(), highlight=False)
    return OK if verdict.identical and not verdict.result.failures else FAILED


@cli.command(help=manual.COST_HELP, short_help="Price a study with language models before anything is spent.")
@arguments
@config_dir
def cost(overrides: tuple[str, ...], config_dir: Path | None) -> int:
    """See ``COST_HELP``."""
    from .commands.cost import cost
    from .commands.pages import prices

    study, estimates = cost(overrides, config_dir)
    _console().print(prices(study.design, study.calls, estimates), highlight=False)
    return OK


@cli.command(help=manual.RUN_HELP, short_help="Play one world and tell its episode.")
@arguments
@config_dir
def run(overrides: tuple[str, ...], config_dir: Path | None) -> int:
    """See ``RUN_HELP``."""
    from .commands.episode import run_one

    run_one(overrides, config_dir)
    return OK


@cli.command(help=manual.TOURNAMENT_HELP, short_help="Let everybody meet everybody, and rank them.")
@click.argument("game", shell_complete=game_names)
@click.argument("settings", nargs=-1)
@click.option("--entrants", required=True, metavar="A,B,…", help="Who plays.")
@click.option("--preset", help="A published setting of the game.")
@click.option("--repetitions", default=10, show_default=True, help="Worlds of each meeting.")
@click.option("--seed", default=0, show_default=True, help="Of the first repetition; the next has the next one.")
@click.option("--self-play/--no-self-play", default=True, show_default=True, help="Does everybody meet itself, too?")
@click.option("--exact", is_flag=True, help="Compute what can be computed.")
@click.option("--evolve", "process", metavar="PROCESS", help="Reproduce by payoff: moran or replicator.")
@click.option("--out", type=click.Path(path_type=Path), help="The directory of the results.")
def tournament(game: str, settings: tuple[str, ...], preset: str | None, out: Path | None, **options: Any) -> int:
    """See ``TOURNAMENT_HELP``."""
    from .tournaments.contest import hold, read

    typed = [*settings, *([] if preset is None else [f"preset={preset}"])]
    click.echo(hold(read(game, typed, **options), typed, out))
    return OK


cli.add_command(probe)


@cli.command(help=manual.REPLICATE_HELP, short_help="Play a published experiment again.")
@click.argument("name")
@click.argument("settings", nargs=-1)
def replicate(name: str, settings: tuple[str, ...]) -> int:
    """See ``REPLICATE_HELP``."""
    from .commands.pages import results
    from .designs.grids import typed_settings
    from .replications import replicate

    _console().print(results(replicate(name, **typed_settings(settings))), highlight=False)
    return OK


@cli.command(help=manual.RECOVER_HELP, short_help="Estimate known norms back from what agents did.")
@click.argument("games", nargs=-1, shell_complete=game_names)
@click.option("--simulations", default=100, show_default=True, help="Of each game.")
@click.option("--worlds", default=20, show_default=True, help="Of each simulation.")
@click.option("--steps", default=20, show_default=True, help="Of an episode, at most.")
@click.option("--seed", default=0, show_default=True, help="Of the first world, and of the parameters.")
@click.option("--out", type=click.Path(path_type=Path), help="The directory of the tables and the figure.")
def recover(games: tuple[str, ...], out: Path | None, **options: int) -> int:
    """See ``RECOVER_HELP``."""
    from .commands.pages import results
    from .commands.recovery import recover

    _console().print(results(recover(games, out=out, **options)), highlight=False)
    return OK


@cli.command()
@click.argument("name", required=False, shell_complete=game_names)
def games(name: str | None) -> int:
    """List the games, or show the page of one: rules, parameters, presets, agents."""
    from .commands.pages import catalogue, page

    _console().print(catalogue() if name is None else page(name), highlight=False)
    return OK


@cli.command()
@click.argument("name", required=False)
@config_dir
def studies(name: str | None, config_dir: Path | None) -> int:
    """List the studies with their questions, or show the file of one: what is known, what is varied, what is asked."""
    from . import studies as found
    from .commands.pages import questions

    if name is None:
        _console().print(questions(found.studies(config_dir)), highlight=False)
    else:
        click.echo(found.study(name, config_dir).text, nl=False)
    return OK


@cli.command()
@click.argument("directory", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--figures",
    is_flag=False,
    flag_value="",
    metavar="[DIR]",
    help="Each figure as a file, too; else in DIRECTORY/figures.",
)
@click.option("--format", "formats", default="svg", show_default=True, metavar="svg,png,pdf", help="Of these files.")
def report(directory: Path, figures: str | None, formats: str) -> int:
    """Write the report of a sweep's DIRECTORY again, and with --figures each of its figures as a file."""
    wanted = tuple(dict.fromkeys(formats.split(",")))
    if unknown := [one for one in wanted if one not in ("svg", "png", "pdf")]:
        raise click.BadParameter(f"{', '.join(unknown)}: choose from svg, png, pdf", param_hint="--format")
    folder = None if figures is None else Path(figures) if figures else directory / "figures"
    click.echo(_report(directory, folder, wanted))
    return OK


@cli.command(help=manual.POWER_HELP, short_help="How many seeds a study needs, from a pilot that was played.")
@click.argument("directory", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--measure", required=True, help="A column of the table of episodes, for example coop_focal.")
@click.option("--effect", required=True, type=float, help="The difference that is to be found, in the measure's unit.")
@click.option("--power", default=0.8, show_default=True, help="Share of studies that are to find it.")
@click.option("--confidence", default=0.95, show_default=True, help="1 less the level of the test.")
@click.option("--test", help="sign_flip, permutation, equivalence or width; else by how seeds are paired.")
@click.option("--smallest", default=0.0, help="The mean found must reach this, too (smallest_effect of a hypothesis).")
@click.option("--tests", default=1, help="Hypotheses of the family, by which the level is divided.")
@click.option("--factor", help="Only contrasts of this setting, for example norms.")
@click.option("--baseline", default="selfish", show_default=True, help="The norm that others are compared with.")
def power(directory: Path, **asked: Any) -> int:
    """See ``POWER_HELP``."""
    from .commands.power import Asked, advise, page

    _console().print(page(advise(directory, Asked(**asked))), highlight=False)
    return OK


@cli.command(help=manual.COMPLETION_HELP, short_help="Print what makes a shell complete comity.")
@click.argument("shell", type=click.Choice(SHELLS))
def completion(shell: str) -> int:
    """See ``COMPLETION_HELP``."""
    click.echo(script(shell), nl=False)
    return OK


def _tell_failures(result: "Result") -> None:
    from .commands.status import failure_lines

    for line in failure_lines(result.failures, result.directory):
        click.echo(line, err=True)


def _console() -> "Console":
    """For tables that are wider than 80 columns where nobody looks at them in a terminal."""
    from rich.console import Console

    return Console(width=None if sys.stdout.isatty() else 160)


def _is_reported(directory: Path) -> bool:
    """Was the report written after the manifest, and so of all that is there?"""
    from .store import MANIFEST, REPORT

    report, manifest = directory / REPORT, directory / MANIFEST
    return report.exists() and report.stat().st_mtime_ns > manifest.stat().st_mtime_ns


def _report(directory: Path, folder: Path | None = None, formats: Sequence[str] = ()) -> Path:
    from ..analysis.figures import save
    from ..analysis.report import write_report
    from ..analysis.summary import condensed
    from .store import REPORT, load

    found = load(directory, condensed)
    keep = None if folder is None else lambda name, figure: save(figure, folder / name, formats)
    return write_report(directory / REPORT, found.episodes, found.steps, found.manifest, keep)


def main(arguments: list[str] | None = None) -> int:
    """Runs the command line; returns one of the codes that ``comity --help`` tells."""
    try:
        return int(cli.main(arguments, prog_name="comity", standalone_mode=False) or OK)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (KeyboardInterrupt, click.Abort) as error:
        return _ended(error)
    except Exception as error:
        return _refused(error)


def _ended(error: BaseException) -> int:
    """By whom: a person at the keyboard, or a scheduler."""
    from .signals import Terminated

    terminated = isinstance(error, Terminated) or isinstance(error.__cause__, Terminated)
    click.echo("terminated" if terminated else "interrupted", err=True)
    return TERMINATED if terminated else INTERRUPTED


def _refused(error: Exception) -> int:
    """One line for what a user can mend; the whole story for anything else."""
    from ..agents.llm.agent import InvalidAnswer
    from ..agents.llm.budget import BudgetReached
    from ..envs.settings import SettingError

    if isinstance(error, SettingError):
        click.echo(f"error: {error}", err=True)
        return WRONG
    if isinstance(error, OSError | BudgetReached | InvalidAnswer):
        click.echo(f"error: {error}", err=True)
        return FAILED
    raise error
