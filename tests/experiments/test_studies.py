"""The studies that come with comity: each can be played, asks something, and is told of."""

from pathlib import Path

import polars as pl
import pytest
import yaml

import comity.experiments.studies as module
from comity.analysis.summary import summarise
from comity.envs.settings import SettingError
from comity.experiments.composing import composer
from comity.experiments.designs.grids import experiment_grids, sort_overrides
from comity.experiments.prereg import FOLDER, OURS, registered
from comity.experiments.store import load
from comity.experiments.studies import checked_measures, measures, studies, study
from comity.experiments.study import design_of

ROOT = Path(module.__file__).parents[1]
OFFLINE = [one.name for one in studies() if not one.name.startswith(("llm_", "recorded_"))]
NEEDED = (
    *("norms_by_family", "kindness_dose", "punishment_error", "universalization_fishery"),
    *("cooperation_window", "horizon", "population_mix"),
)


def design(*typed):
    overrides = sort_overrides(typed)
    with composer(overrides.hydra) as hydra:
        config = hydra.primary(overrides.whole)
        return design_of(overrides.grid, config, hydra)


@pytest.mark.parametrize("one", studies(), ids=lambda one: one.name)
def test_every_study_asks_something_and_is_written_right(one):
    told = yaml.safe_load(one.text)["experiment"]
    assert told["name"] == one.name
    assert one.question.endswith("?")
    assert checked_measures(told.get("measures", [])) or one.name == "norms_by_family"
    assert experiment_grids(told["grids"], {}), "its keys are known, and its values can be read"
    assert "#" in one.text.partition("experiment:")[0].partition("\n")[2], "a comment says what is known"


@pytest.mark.slow
@pytest.mark.parametrize("name", [one.name for one in studies()])
def test_every_study_can_be_played(name):
    asked = ["llm.model=openai/gpt-4o-mini"] if name.startswith("llm_") else []
    found = design(f"experiment={name}", *asked)
    assert (found.name, found.question) == (name, study(name).question)
    assert found.points > 0


def test_the_studies_that_are_promised_are_there_and_on_their_page():
    assert set(NEEDED) < set(OFFLINE)
    page = (ROOT / "docs" / "studies.md").read_text()
    assert [one.name for one in studies() if f"`{one.name}`" not in page] == []


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_preregistration_fits_its_study(path):
    found = design(f"experiment={path.stem}")
    given = registered(f"{OURS}{path.stem}", found)
    assert given is not None
    assert len(given.told["hypotheses"]) == len(yaml.safe_load(given.text)["hypotheses"])


def test_measures_are_known_and_stand_once():
    assert checked_measures(["coop_focal", "welfare"]) == ["coop_focal", "welfare"]
    assert not [name for name in measures() if name.endswith("_by_seat")]
    with pytest.raises(SettingError, match="Did you mean 'exploitation'"):
        checked_measures(["exploitaton"])
    with pytest.raises(SettingError, match=r"experiment.measures\[1\] = 'welfare' is not allowed"):
        checked_measures(["welfare", "welfare"])
    with pytest.raises(SettingError, match="unknown measure"):
        checked_measures([3])


def test_studies_are_listed_and_shown(comity):
    Path("my/experiment").mkdir(parents=True)
    Path("my/experiment/mine.yaml").write_text(
        "# mine\nexperiment: {question: 'Why?', grids: [{game: \"matrix,donor\"}]}\n"
    )
    told = comity("studies", "--config-dir", "my")
    assert told.code == 0
    assert {"norms_by_family", "mine"} <= {line.split(" ")[0] for line in told.out.splitlines()}
    assert comity("studies", "mine", "--config-dir", "my").out == Path("my/experiment/mine.yaml").read_text()
    told = comity("studies", "kindness_dos")
    assert (told.code, "Did you mean 'kindness_dose'?" in told.err) == (2, True)
    Path("my/experiment/torn.yaml").write_text("experiment: [\n")
    told = comity("studies", "--config-dir", "my")
    assert (told.code, len(told.complaints), "torn.yaml cannot be read" in told.err) == (2, 1, True)


@pytest.mark.slow
def test_a_report_begins_with_what_was_asked(comity):
    typed = ["game=matrix", "seats.agents=[tft,alld]", "game.action_noise=0,0.1,0.2", "game.horizon=9", "seed=range(4)"]
    told = comity("sweep", *typed, "experiment.measures=[mutual_rate,survived]", "out=a")
    assert told.code == 0
    page = Path("a/report.html").read_text()
    assert page.index('id="answer"') < page.index('id="findings"')
    assert "The question is about mutual cooperation and survived." in page
    assert load("a").manifest["measures"] == ["mutual_rate", "survived"]
    assert comity("sweep", *typed, "experiment.measures=[gini]", "out=a").code == 0
    assert "The question is about inequality (Gini)." in Path("a/report.html").read_text(), "nothing is played for that"
    assert comity("sweep", *typed, "out=a").code == 0
    assert 'id="answer"' not in Path("a/report.html").read_text()


EXACT = {"deliberator.rationality": float("inf")}
# what the comments of the studies say is known: seats and settings of a cell, a measure, its value, and within what
KNOWN = {
    "published_axelrod_1980": [
        ("tft,alld", {}, "welfare_full_horizon", 2.015, 1e-9),
        ("grim,alternator", {}, "welfare_full_horizon", 3.52, 1e-9),
        ("wsls,alternator", {}, "welfare_full_horizon", 4.5, 1e-9),
        ("tft,suspicious_tft", {}, "welfare_full_horizon", 5.0, 1e-9),
    ],
    "published_govsim": [
        ("sustainable_threshold", {}, "welfare", 600, 1e-9),
        ("planner(horizon=12)", {}, "welfare", 650, 1e-9),
        ("fixed_harvest(amount=11)", {}, "length", 4, 1e-9),
        ("fixed_harvest(amount=12)", {}, "welfare", 160, 1e-9),
    ],
    "published_schaefer": [
        ("fixed_harvest(amount=2.4)", {}, "welfare_d99_truncate", 1039.2244, 1e-4),
        ("fixed_harvest(amount=5)", {}, "welfare", 154.5915, 1e-4),
        ("planner", {}, "welfare", -43.860498, 1e-3),
    ],
    "published_ogw": [
        ("nash", {"game.preset": "ogw_e10"}, "utilitarian", 1320, 1e-6),
        ("planner", {"game.preset": "ogw_e25"}, "utilitarian", 3310, 1e-6),
        ("everything", {"game.preset": "ogw_e25"}, "utilitarian", -13500, 1e-6),
    ],
    "published_standoff": [
        ("grit(k=2),tft", {"game.horizon": 30}, "welfare_full_horizon", 2.9 + 3.066667, 1e-5),
        ("grit(k=2),alld", {"game.horizon": 30}, "welfare_full_horizon", 4.0, 1e-5),
    ],
    "published_crisis": [
        ("pull_back", {}, "utilitarian", 53, 1e-9),
        ("exercise", {}, "utilitarian", -56.4, 1e-9),
        ("sanction", {}, "length", 13, 1e-9),
        ("pull_back,strike", {}, "length", 8, 1e-9),
    ],
    "published_vallinder_hughes": [
        ("fixed_gift(fraction=0.5)", {}, "utilitarian", 383.90625, 1e-9),
        ("fixed_gift(fraction=1)", {}, "utilitarian", 30710, 1e-6),
    ],
    "published_memory_one": [
        ("gtft", {"game.action_noise": 0.05, "game.perception_noise": 0.0}, "coop_rate_agent", 0.875, 0.01),
        ("wsls", {"game.action_noise": 0.05, "game.perception_noise": 0.0}, "welfare_full_horizon", 5.553, 0.03),
        ("tft,gtft", {"game.action_noise": 0.05, "game.perception_noise": 0.0}, "coop_rate_agent", 0.80978, 0.01),
        ("gtft", {"game.perception_noise": 0.05}, "coop_rate_agent", 0.916667, 0.01),
    ],
    "published_indirect_reciprocity": [
        (
            "standing_discriminator",
            {"game.preset": "stern_judging", "game.assessment_error": 0.05},
            "coop_rate_agent",
            0.86364,
            0.02,
        ),
        (
            "standing_discriminator",
            {"game.preset": "image_scoring", "game.assessment_error": 0.05},
            "coop_rate_agent",
            0.32759,
            0.04,
        ),
    ],
    "published_arms_race": [
        ("hold", {"game.preset": "security_dilemma"}, "welfare_per_step", 18, 1e-9),
        ("richardson(a=0.9,m=1,g=2),richardson(a=0.8,m=1,g=1)", {}, "welfare_per_step", 15.642857, 0.05),
    ],
    "published_bargaining": [
        ("equilibrium", {"game.preset": "rubinstein_90"}, "rawls", 0.473684, 2e-3),
        ("equilibrium", {"game.preset": "rubinstein_impatient"}, "rawls", 1 / 3, 2e-3),
        ("fair", {"game.preset": "arena_40_60"}, "rawls", 10, 1e-9),
    ],
    "published_milinski": [
        ("fair_share", {"game.preset": "milinski_10"}, "utilitarian", 20, 1e-9),
        ("free_rider", {"game.preset": "milinski_90"}, "utilitarian", 4, 1.2),
    ],
    "population_mix": [
        ("mix(greedy:0.1,sustainable_threshold:0.9)", {}, "survived", 0.9**5, 0.05),
        ("mix(alld:0.5,allc:0.5)", {}, "utilitarian", 50, 4),
    ],
    "kindness_dose": [
        ("deliberator,allc(conduct=fixed)", {"norms.kindness": 0.5, **EXACT}, "coop_focal", 0.02, 0.03),
        ("deliberator,allc(conduct=fixed)", {"norms.kindness": 0.7, **EXACT}, "coop_focal", 0.98, 0.03),
    ],
    "universalization_fishery": [
        ("deliberator", {"deliberator.depth": 6, "norms.universalization": 0.7}, "survived", 1, 1e-9),
        ("deliberator", {"deliberator.depth": 6, "norms.universalization": 0.0}, "survived", 0, 1e-9),
        ("deliberator", {"deliberator.depth": 12, "norms.universalization": 0.0}, "survived", 1, 1e-9),
    ],
}


@pytest.mark.slow
@pytest.mark.parametrize("name", KNOWN)
def test_what_is_known_comes_out(comity, name):
    told = comity("sweep", f"experiment={name}", "out=run")
    assert told.code == 0, told.err
    run = load("run")
    summary = summarise(run.episodes, run.manifest["measures"])
    for seats, settings, measure, value, within in KNOWN[name]:
        here = summary.filter(pl.col("seats") == seats, pl.col("measure") == measure)
        for key, level in settings.items():
            here = here.filter(pl.col(key) == level)
        assert here["value"].to_list() == [pytest.approx(value, abs=within)], (seats, settings, measure)
