"""Whatever is wrong is said in one line, before any work, and leaves nothing behind."""

from pathlib import Path

import pytest

WRONG = {
    # unknown names, with the nearest known one
    "sed=3": "unknown setting 'sed'. Did you mean 'seed'?",
    "norm=kind": "Did you mean 'norms'?",
    "chunks=[a]": "unknown setting 'chunks'",
    "game=fisher": "unknown game 'fisher'. Did you mean 'fishery'?",
    "game=matrix norms=knd": "unknown norms 'knd'. Did you mean 'kind'?",
    "game=matrix seats=deliberator": "unknown seats 'deliberator'. Did you mean 'deliberators'?",
    "game=matrix experiment=norms_by_famly": "Did you mean 'norms_by_family'?",
    "game=matrix experiment.nam=x": "unknown setting of experiment 'nam'. Did you mean 'name'?",
    "game=matrix hydra/launcher=jobib": "unknown hydra/launcher 'jobib'",
    "game=matrix hydra.sweeper.job=3": "unknown setting of hydra.sweeper 'job'. Did you mean 'jobs'?",
    "game=fishery game.capcity=5": "unknown setting of fishery 'capcity'. Did you mean 'capacity'?",
    "game=matrix game.name=fishery": "unknown setting of matrix 'name'",
    "game=matrix game.preset=axelrod": "unknown preset of matrix 'axelrod'. Did you mean 'axelrod_1980'?",
    "game=matrix norms.kindnes=1": "unknown setting of norms 'kindnes'. Did you mean 'kindness'?",
    "game=matrix norms.reciprocity.positiv=1": "Did you mean 'positive'?",
    "game=matrix deliberator.dept=3": "Did you mean 'depth'?",
    "game=matrix seats.agent=[tft]": "Did you mean 'seats.agents'?",
    "game=matrix seats.agents=[tftt]": "unknown agent for matrix 'tftt'. Did you mean 'tft'?",
    "game=matrix seats.agents=[{agent:gtft,p:1}]": "unknown setting of seats.gtft 'p'. Known: q",
    "game=matrix seats.agents=[{agent:gtft,norms:knd}]": "Did you mean 'kind'?",
    # wrong types and values out of range
    "game=matrix game.horizon=0": "matrix.horizon = 0 is not allowed: it must be",
    "game=matrix game.horizon=2.5": "matrix.horizon = 2.5 is not allowed: it must be",
    "game=matrix game.action_noise=0.1,1.5": "matrix.action_noise = 1.5 is not allowed: it must be a number in [0, 1]",
    "game=matrix game.payoffs=[1,2]": "matrix.payoffs = [1, 2] is not allowed",
    "game=matrix norms.kindness=0,5": "norms.kindness = 5 is not allowed: it must be a number in [-1, 2]",
    "game=matrix norms.kindness=abc": "norms.kindness = 'abc' is not allowed",
    "game=matrix norms.reciprocity=1": "norms.reciprocity = 1 is not allowed: it must be settings by name",
    "game=matrix norms.circle.groups=[0]": "norms.circle.groups = [0] is not allowed: it must be a list of 2 groups",
    "game=matrix norms.circle.patients={stock:1}": "norms.circle.patients has 'stock', which is not allowed",
    "game=matrix institutions=redistributon": "Did you mean 'redistribution'?",
    "game=matrix institutions.redist.rate=1": "unknown institution 'redist'. Did you mean 'redistribution'?",
    "game=matrix institutions.redistribution=5": "institutions.redistribution = 5 is not allowed",
    "game=matrix institutions.redistribution.rate=0,2": "redistribution.rate = 2 is not allowed: it must be a number",
    "game=matrix institutions.redistribution.rat=1": "unknown setting of redistribution 'rat'. Did you mean 'rate'?",
    "game=matrix institutions=[[redistribution]]": "institutions = ['redistribution'] is not allowed",
    "game=fishery game.n_agents=1 institutions=redistribution": "makes no sense in fishery: there is one seat only",
    "game=matrix,ultimatum institutions=sanctions": "makes no sense in ultimatum: it pays at the end only",
    "game=matrix deliberator.depth=0": "deliberator.depth = 0 is not allowed",
    "game=matrix seats.agents=[]": "seats = [] is not allowed: it must be 1 to 2 agents",
    "game=matrix seats.agents=[tft,alld,tft]": "it must be 1 to 2 agents, for 2 seats of matrix",
    "game=matrix seats.agents=[greedy]": "agent 'greedy' does not play matrix",
    "game=matrix seats.agents=[{agent:gtft,q:3}]": "seats.gtft.q = 3 is not allowed: it must be a number in [0, 1]",
    "game=matrix seats.agents=[{q:3}]": "names no agent",
    "game=matrix seats.agents=5": "seats.agents = 5 is not allowed",
    # populations
    "game=matrix seats.agents=[{mix:[{agent:tft,share:0.5},{agent:alld,share:0.4}]}]": (
        "seats.mix.share = [0.5, 0.4] is not allowed: it must be shares with a sum of 1, and not 0.9"
    ),
    "game=matrix seats.agents=[{mix:[{agent:tft,share:1},{agent:alld,share:0}]}]": (
        "seats.mix.share = 0 is not allowed: it must be a number in (0, 1]"
    ),
    "game=matrix seats.agents=[{mix:[tft]}]": "it must be settings of an agent with its share",
    "game=matrix seats.agents=[{mix:tft}]": "it must be a list of agents with their shares",
    "game=matrix seats.agents=[{mix:[{mix:[],share:1}]}]": "a mix within a mix is written as one mix",
    "game=matrix seats.agents=[{mix:[{agent:tft,share:1}],norms:kind}]": "write 'norms' with the agents of the mix",
    "game=matrix seats.agents=[{mix:[{agent:greedy,share:1}]}]": "agent 'greedy' does not play matrix",
    "game=matrix seats.agents=[{agent:deliberator,norms:{population:fehr_schmidt}}]": (
        "unknown population of norms 'fehr_schmidt'. Did you mean 'fehr_schmidt_1999'?"
    ),
    "game=matrix seats.agents=[{agent:alld,from_step:0,before:tft}]": (
        "seats.from_step = 0 is not allowed: it must be a whole number >= 1, below the 200 steps of matrix"
    ),
    "game=matrix game.horizon=9 seats.agents=[{agent:alld,from_step:9,before:tft}]": "below the 9 steps of matrix",
    "game=matrix seats.agents=[{agent:alld,from_step:3}]": "seats.before = None is not allowed",
    "game=matrix seats.agents=[{agent:alld,before:tft}]": "seats.from_step = None is not allowed",
    "game=matrix seats.agents=[{agent:alld,from_step:3,before:{mix:[{agent:tft,share:1}]}}]": (
        "it must be who plays the steps before"
    ),
    "game=matrix seats.seating=random": "seats.seating = 'random' is not allowed: it must be one of given, shuffled",
    "game=matrix seed=-1": "seed = -1 is not allowed",
    "game=matrix seed=abc": "seed = 'abc' is not allowed",
    "game=matrix seed=range(0)": "seed = 'range(0)' is not allowed: it must be at least one value",
    "game=matrix seed=interval(0,1)": "seed = 'interval(0,1)' is not allowed",
    "game=matrix record=al": "record = 'al' is not allowed: it must be one of none, sample, all",
    "game=matrix chunk_points=0": "chunk_points = 0 is not allowed",
    "game=matrix hydra.sweeper.jobs=0": "hydra.sweeper.jobs = 0 is not allowed",
    "game=matrix hydra.sweeper.jobs=many": "could not be converted to Integer",
    "game=matrix game.temptation=inf": "matrix.temptation = inf is not allowed: it must be any finite number",
    "game=fishery game.initial_stock=inf": "fishery.initial_stock = inf is not allowed",
    "game=fishery game.capacity=inf": "fishery.capacity = inf is not allowed",
    "game=matrix game.horizon=inf": "matrix.horizon = inf is not allowed",
    "game=matrix norms.kindness=-inf": "norms.kindness = -inf is not allowed: it must be a number in [-1, 2]",
    "game=matrix game.payoffs=[3,3,0,5,5,0,1,1] game.reward=4": "matrix.reward = 4.0 is not allowed",
    "game=matrix out=": "out = '' is not allowed: it must be a directory",
    # designs
    "game=matrix norms.kindness=interval(0,1)": (
        "norms.kindness = 'interval(0,1)' is not allowed: it must be a value, a list or a range; intervals are "
        "sampled by design.kind=latin_hypercube or sobol, with design.samples"
    ),
    "game=matrix norms.kindness=interval(0,1) design.kind=sobol design.samples=100": (
        "design.samples = 100 is not allowed: it must be a power of two for sobol, for example 64 or 128"
    ),
    "game=matrix norms.kindness=interval(0,5) design.kind=sobol": "it must be a number in [-1, 2] (picked by",
    "game=matrix game.horizon=interval(5,20) design.kind=sobol": "whole numbers are picked from int(interval(2,10))",
    "game=matrix seats.agents=interval(0,1) design.kind=sobol": "seats.agents = 'interval(0,1)' is not allowed",
    "game=matrix design.kind=sobol": "it must be for axes that are intervals, for example",
    "game=matrix design.kind=fractional_factorial norms.kindness=0,1,2": "it must be for settings of two levels each",
    "game=matrix design.kind=fractional_factorial norms.kindness=interval(0,1)": "its two levels, norms.kindness=0,1",
    "game=matrix design.kind=fractional_factorial norms.kindness=0,1 design.generators=[A]": (
        "design.generators = ['A'] is not allowed"
    ),
    "game=matrix design.kind=sobl": "it must be one of grid, latin_hypercube, sobol, fractional_factorial",
    "game=matrix design.kin=sobol": "unknown setting of design 'kin'. Did you mean 'kind'?",
    "game=matrix design=sobol": "design = 'sobol' is not allowed: it must be settings by name",
    "game=matrix design.samples=8": "design.samples makes no sense with design.kind=grid",
    "game=matrix pairing=none": "pairing = 'none' is not allowed: it must be one of paired, independent",
    "game=matrix sample=3": "sample = 3 is not allowed: it must be left out with record=none",
    "game=matrix retry_failed=perhaps": "retry_failed = 'perhaps' is not allowed: it must be true or false",
    # studies
    "experiment=kindness_dose prereg=registered/kindness_dose pairing=independent": (
        "pairing = 'independent' is not allowed: it must be paired where hypotheses are registered"
    ),
    "game=matrix experiment.measures=[exploitaton]": "'exploitaton'. Did you mean 'exploitation'?",
    "game=matrix prereg=absent.yaml": "prereg = 'absent.yaml' is not allowed: it must be a file that can be read (No",
    "experiment=kindness_dose seed=0,1 prereg=registered/kindness_dose": "the sweep plays range(0, 2) in game=matrix",
    # regions
    "game=fishery regions=5": "regions = 5 is not allowed: it must be settings by name: state, floors, positive",
    "game=fishery record=all regions={state:{stok:[0,100]},positive:{up:{stok:0.5}}}": "Did you mean 'stock'?",
    "game=fishery regions={state:{stock:[0,100]},positive:{up:{stock:0.5}}}": "record = 'none' is not allowed: it must",
    # what cannot be, or cannot be swept
    "game=matrix hydra/sweeper=basic": "hydra/sweeper = 'basic' is not allowed: it must be comity",
    "game=matrix record=none,all": "record = 'none,all' is not allowed: it must be one value",
    "game=null": "no game is given",
    "game=[matrix,fishery]": "game = ['matrix', 'fishery'] is not allowed",
    "experiment=norms_by_family game=chess": "it must be one of the games of the experiment",
    "experiment=norms_by_family game.action_noise=0.1": "unknown setting of fishery 'action_noise'",
    "deliberator={depth:3}": "deliberator is not one setting",
    # what Hydra's grammar does not take
    "fishery": "cannot read 'fishery': a setting is written key=value",
    "game=matrix norms.kindness=[0,1": "cannot read 'norms.kindness=[0,1'",
    "~game": "a setting is written key=value",
}


@pytest.mark.parametrize("typed", WRONG)
def test_a_wrong_setting_is_one_line_and_leaves_nothing(comity, typed: str) -> None:
    told = comity("sweep", *typed.split(" "))
    assert told.code == 2
    (line,) = told.complaints
    assert line.startswith("error: ")
    assert WRONG[typed] in line
    assert list(Path().iterdir()) == []


def test_an_out_that_is_not_ours_is_refused(comity) -> None:
    Path("thesis").mkdir()
    Path("thesis/chapter.tex").write_text("words")
    told = comity("sweep", "game=matrix", "out=thesis")
    assert told.code == 2
    assert told.complaints == [
        "error: out = 'thesis' is not allowed: it must be new, empty, or the directory of this same sweep"
    ]
    assert comity("sweep", "game=matrix", "out=thesis/chapter.tex").code == 2
    assert (
        "out = 'thesis/chapter.tex/a' is not allowed" in comity("sweep", "game=matrix", "out=thesis/chapter.tex/a").err
    )
    assert [path.name for path in Path("thesis").iterdir()] == ["chapter.tex"]


def test_a_file_of_the_user_is_checked_like_a_command_line(comity) -> None:
    Path("my/norms").mkdir(parents=True)
    Path("my/norms/stern.yaml").write_text("preset: kind\nkindnes: 0.3\n")
    Path("my/experiment").mkdir()
    Path("my/experiment/study.yaml").write_text("# @package _global_\nexperiment:\n  grid: []\n")
    Path("my/experiment/other.yaml").write_text("# @package _global_\nexperiment:\n  grids: [{gme: matrix}]\n")
    told = comity("sweep", "--config-dir", "my", "game=matrix", "norms=stern")
    assert told.code == 2
    assert "unknown setting of norms 'kindnes'. Did you mean 'kindness'?" in told.err
    told = comity("sweep", "--config-dir", "my", "experiment=study")
    assert told.code == 2
    assert "grid" in told.err
    assert len(told.complaints) == 1
    assert (
        "unknown setting 'gme'. Did you mean 'game'?" in comity("sweep", "--config-dir", "my", "experiment=other").err
    )
    assert [path.name for path in Path().iterdir()] == ["my"]


@pytest.mark.parametrize(("group", "name"), [("norms", "kind"), ("norms", "none"), ("game", "matrix")])
def test_a_name_of_ours_is_not_taken_again(comity, group: str, name: str) -> None:
    Path("my", group).mkdir(parents=True)
    Path("my", group, f"{name}.yaml").write_text("{}\n")
    told = comity("sweep", "--config-dir", "my", "game=matrix")
    assert told.code == 2
    assert f"it must be under another name: {name} is one of comity's own" in told.err


def test_a_file_that_is_no_yaml_is_said_in_one_line(comity) -> None:
    Path("my/norms").mkdir(parents=True)
    Path("my/norms/stern.yaml").write_text("kindness: [1\nreciprocity: }\n")
    told = comity("sweep", "--config-dir", "my", "game=matrix", "norms=stern")
    assert told.code == 2
    (line,) = told.complaints
    assert line.startswith("error: a configuration file cannot be read: ")
    assert "stern.yaml" in line


def test_run_plays_one_world_only(comity) -> None:
    assert "comity run plays one world, and these are 2" in comity("run", "game=matrix", "seed=1,2").err
    assert "no game is given" in comity("run").err
