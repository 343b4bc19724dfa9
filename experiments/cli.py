"""The command line. Imports here are light; each command imports what it needs."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from rich.console import Console

    from .sweep import Result

OK, FAILED, WRONG, INTERRUPTED, TERMINATED = 0, 1, 2, 130, 143

SWEEP_HELP = """Play a grid of settings, or a whole experiment, and report on it.

A setting takes one value, a list (0,0.5,1) or a range ('range(100)'; quotes, because shells read parentheses); all
combinations are played. Without game= and experiment= the default experiment norms_by_family is played. What is
finished is kept: the same command again plays only what is left.

\b
  game=fishery,matrix       the games (comity games); game.capacity=50, game.preset=…
  seats=deliberators        who plays: deliberators, reciprocators, with_reciprocator, with_exploiter
  seats.agents=[tft,alld]   … or by name, seat by seat; the last fills the seats that are left
  seats.seating=shuffled    seated in another order in each world
  norms=selfish,kind        what they care about; norms.kindness=0,0.5,1 changes one number
  deliberator.depth=12      how deliberators think
  llm.model=NAME            language models (seats.agents=[llm]); comity cost prices the study first
  seed='range(100)'         one world for each seed
  experiment=NAME           a study from a file; what is typed is laid over its grids
  design.kind=sobol         sample what is written 'norms.kindness=interval(0,1)'; or latin_hypercube,
                            fractional_factorial (docs/designs.md)
  pairing=independent       other seeds in each cell
  record=none|sample|all    which episodes are kept step by step; sample=N of each cell
  out=DIR                   where; else runs/<name>-<hash of the design>
  chunk_points=500          worlds of one batch, at most
  hydra/launcher=joblib     play on all cores; or submitit_slurm, ray: any launcher of Hydra

\b
Examples:
  comity sweep
  comity sweep game=fishery,matrix norms=selfish,kind norms.kindness=0,0.5,1 'seed=range(100)'
  comity sweep game=matrix 'seats.agents=[tft,alld],[tft,gtft]' game.action_noise=0,0.01,0.05
  comity sweep experiment=norms_by_family game=fishery hydra/launcher=joblib
  comity sweep --config-dir my norms=my_norm game=fishery
"""

COST_HELP = """Price a study with language models before anything is spent.

Takes what comity sweep takes. Every cell is played dry, with nobody asked; calls and tokens are counted and priced by
llm.prices, a YAML file (model: {input: US$, output: US$} for a million tokens), or by litellm's own table.

\b
Examples:
  comity cost game=matrix 'seats.agents=[llm,tft]' llm.model=openai/gpt-4o-mini 'seed=range(10)'
  comity cost experiment=llm_norm_channels llm.model=mistral/mistral-small-latest llm.prices=prices.yaml
"""

RUN_HELP = """Play one world and tell its episode.

\b
Examples:
  comity run game=matrix 'seats.agents=[tft,alld]' game.horizon=5
  comity run game=fishery norms=kind seed=7
  comity run game=alternating_offers seats=with_exploiter out=talks
"""

TOURNAMENT_HELP = """Let everybody meet everybody in GAME, rank them, and keep tables and a figure.

All pairs meet under the same seeds, and each entrant also meets itself. Where the two seats of a game differ both
orders are played; at a larger table two kinds take turns along the seats, and then exchange them. The score is the mean
payoff per step. Its interval is a bootstrap over repetitions; there is none (–) where repetitions do not differ.

\b
  SETTINGS                  of the game: horizon=50, action_noise=0.01 (comity games GAME lists them);
                            of evolution: evolve.mutation=0.01, evolve.intensity=0.1, evolve.generations=500,
                            and for moran evolve.population=50, evolve.runs=100
  --entrants allc,tft       by name, or with settings: '{agent:gtft,q:0.3}'
  --exact                   compute what can be instead of playing it: pairs of memory-one agents in a matrix game
  --evolve moran            then let them reproduce by their payoffs in finite populations, or by
  --evolve replicator       replicator dynamics, without chance
  --out DIR                 where; else runs/tournament-<game>-<hash of all settings>

\b
Examples:
  comity tournament matrix --preset axelrod_1980 --entrants allc,alld,tft,grim,wsls
  comity tournament matrix action_noise=0.05 --exact --entrants 'alld,tft,{agent:gtft,q:0.3}' --evolve moran
  comity tournament fishery n_agents=4 --entrants greedy,conditional,exploiter --repetitions 20 --out lake
"""

REPLICATE_HELP = """Play a published experiment again and print what comes out, with 95 % intervals.

NAME is one of: axelrod_1986 (the norms game and the metanorms game; shares of runs in which the norm is established or
has collapsed, after some numbers of generations); fehr_gachter_2000 (public goods with and without punishment: gifts,
payoffs and points step by step); vallinder_hughes_2024 (language models that hand on strategies for the donor game:
holdings and gifts by generation). SETTINGS are its own; without any it is played as it was published, but the last
must be told which model=… answers.

\b
Examples:
  comity replicate axelrod_1986
  comity replicate axelrod_1986 runs=1000 'generations=[100]'
  comity replicate axelrod_1986 temptation=10 mutation=0.001 ties=keep
  comity replicate fehr_gachter_2000 runs=200 error=0.1
  comity replicate vallinder_hughes_2024 model=scripted/copying generations=3
  comity replicate vallinder_hughes_2024 model=openai/gpt-4o-mini budget_usd=5
"""

config_dir = click.option(
    "--config-dir",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A directory with your own groups, for example norms/my_norm.yaml or experiment/my_study.yaml.",
)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="comity")
def cli() -> None:
    """Comity: what prosocial norms do to cooperation among artificial agents.

    \b
    Start with:
      comity games                     what can be played
      comity run game=matrix           one episode, told step by step
      comity sweep                     the default experiment, and a report
      comity tournament matrix --entrants allc,alld,tft
                                       everybody against everybody
    """


@cli.command(help=SWEEP_HELP, short_help="Play a grid of settings or an experiment, and report on it.")
@click.argument("overrides", nargs=-1)
@click.option("--retry-failed", is_flag=True, help="Play again what failed before (retry_failed=true).")
@config_dir
def sweep(overrides: tuple[str, ...], retry_failed: bool, config_dir: Path | None) -> int:
    """See ``SWEEP_HELP``."""
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
    from .failures import recorded
    from .status import page, status

    _console().print(page(status(directory)), highlight=False)
    for one in recorded(directory) if failures else ():
        click.echo(f"\n{', '.join(one.points)}\n{one.details}")
    return OK


@cli.command(short_help="Repeat a run, and say whether the tables are identical.")
@click.argument("path", type=click.Path(path_type=Path))
@click.argument("overrides", nargs=-1)
@click.option("--out", type=click.Path(path_type=Path), help="x")
def rerun(path: Path, overrides: tuple[str, ...], out: Path | None) -> int:
    """See ``RERUN_HELP``."""
    from .rerun import rerun

    verdict = rerun(path, overrides, out)
    _tell_failures(verdict.result)
    _console().print(verdict.page(), highlight=False)
    return OK if verdict.identical and not verdict.result.failures else FAILED


@cli.command(help=COST_HELP, short_help="Price a study with language models before anything is spent.")
@click.argument("overrides", nargs=-1)
@config_dir
def cost(overrides: tuple[str, ...], config_dir: Path | None) -> int:
    """See ``COST_HELP``."""
    from rich.console import Console

    from .cost import cost
    from .pages import prices

    Console().print(prices(*cost(overrides, config_dir)), highlight=False)
    return OK


@cli.command(help=RUN_HELP, short_help="Play one world and tell its episode.")
@click.argument("overrides", nargs=-1)
@config_dir
def run(overrides: tuple[str, ...], config_dir: Path | None) -> int:
    """See ``RUN_HELP``."""
    from .episode import run_one

    run_one(overrides, config_dir)
    return OK


@cli.command(help=TOURNAMENT_HELP, short_help="Let everybody meet everybody, and rank them.")
@click.argument("game")
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
    from .contest import hold, read

    typed = [*settings, *([] if preset is None else [f"preset={preset}"])]
    click.echo(hold(read(game, typed, **options), typed, out))
    return OK


@cli.command(help=REPLICATE_HELP, short_help="Play a published experiment again.")
@click.argument("name")
@click.argument("settings", nargs=-1)
def replicate(name: str, settings: tuple[str, ...]) -> int:
    """See ``REPLICATE_HELP``."""
    from rich.console import Console

    from .grids import typed_settings
    from .pages import results
    from .replications import replicate

    Console().print(results(replicate(name, **typed_settings(settings))), highlight=False)
    return OK


@cli.command()
@click.argument("name", required=False)
def games(name: str | None) -> int:
    """List the games, or show the page of one: rules, parameters, presets, agents."""
    from rich.console import Console

    from .pages import catalogue, page

    Console().print(catalogue() if name is None else page(name), highlight=False)
    return OK


@cli.command()
@click.argument("name", required=False)
@config_dir
def studies(name: str | None, config_dir: Path | None) -> int:
    """List the studies with their questions, or show the file of one: what is known, what is varied, what is asked."""
    from rich.console import Console

    from . import studies as found
    from .pages import questions

    if name is None:
        Console().print(questions(found.studies(config_dir)), highlight=False)
    else:
        click.echo(found.study(name, config_dir).text, nl=False)
    return OK


@cli.command()
@click.argument("directory", type=click.Path(exists=True, file_okay=False, path_type=Path))
def report(directory: Path) -> int:
    """Write the report of a sweep's DIRECTORY again."""
    click.echo(_report(directory))
    return OK


def _tell_failures(result: "Result") -> None:
    from .status import failure_lines

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


def _report(directory: Path) -> Path:
    from ..analysis.report import write_report
    from ..analysis.summary import condensed
    from .store import REPORT, load

    found = load(directory, condensed)
    return write_report(directory / REPORT, found.episodes, found.steps, found.manifest)


def main(arguments: list[str] | None = None) -> int:
    """Runs the command line; returns 0, 1 for failures, 2 for wrong settings, 130 when interrupted,
    143 when terminated."""
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
