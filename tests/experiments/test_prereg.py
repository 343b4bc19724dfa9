"""A preregistration: read strictly, held against the design, kept, and not to be changed once something was played."""

import hashlib
from pathlib import Path
from typing import Any

import pytest
import yaml

from comity.envs.settings import SettingError
from comity.experiments.composing import composer
from comity.experiments.designs.grids import sort_overrides
from comity.experiments.prereg import attach, registered
from comity.experiments.store import load
from comity.experiments.study import design_of

SWEEP = ["game=matrix", "seats.agents=[tft,alld],[gtft,alld]", "game.action_noise=0,0.05", "game.horizon=20"]
SEEDS = "seed=range(8)"
HYPOTHESIS: dict[str, Any] = {
    "name": "a generous one is exploited more",
    "measure": "welfare",
    "contrast": {"factor": "seats", "from": "tft,alld", "to": "gtft,alld"},
    "where": {"game.action_noise": 0.05},
    "direction": "greater",
    "smallest_effect": 5,
}
GOOD: dict[str, Any] = {
    "seeds": "range(8)",
    "hypotheses": [HYPOTHESIS],
    "exclusions": [{"column": "length", "below": 5, "reason": "too short"}],
}


def one(**changed: Any) -> dict[str, Any]:
    """The good file, with something else in its hypothesis."""
    return {**GOOD, "hypotheses": [{**HYPOTHESIS, **changed}]}


def rule(**told: Any) -> dict[str, Any]:
    return {**GOOD, "exclusions": [told]}


def contrast(**changed: Any) -> dict[str, Any]:
    return one(contrast={**HYPOTHESIS["contrast"], **changed})


FAULTS: dict[str, tuple[Any, str]] = {
    "no mapping": ([], "p.yaml = [] is not allowed: it must be settings by name: seeds, hypotheses, exclusions"),
    "no hypotheses": ({"seeds": 3}, "p.yaml: hypotheses is missing"),
    "empty": ({**GOOD, "hypotheses": []}, "p.yaml: hypotheses = [] is not allowed"),
    "unknown key": ({**GOOD, "hypothesis": []}, "unknown setting of p.yaml 'hypothesis'. Did you mean 'hypotheses'?"),
    "unknown key within": (one(mesure=3), "unknown setting of p.yaml: hypotheses[0] 'mesure'. Did you mean 'measure'?"),
    "unknown key of contrast": (contrast(too=3), "p.yaml: hypotheses[0].contrast 'too'. Did you mean 'to'?"),
    "missing within": (one(contrast={"factor": "seats", "to": "x"}), "contrast.from is missing"),
    "direction": (one(direction="up"), "p.yaml: hypotheses[0].direction = 'up' is not allowed: it must be 'greater'"),
    "a number as text": (one(smallest_effect="5"), "smallest_effect = '5' is not allowed: it must be a valid number"),
    "negative": (one(smallest_effect=-1), "smallest_effect = -1 is not allowed: it must be greater than or equal to 0"),
    "nan": (one(smallest_effect=float("nan")), "smallest_effect = nan is not allowed: it must be a finite number"),
    "confidence": (one(confidence=95), "confidence = 95 is not allowed: it must be less than 1"),
    "level": (contrast(to=[1, 2]), "hypotheses[0].contrast.to = [1, 2] is not allowed: it must be one value"),
    "where": (one(where=5), "hypotheses[0].where = 5 is not allowed: it must be a valid dictionary"),
    "equivalent to nothing": (
        one(direction="equivalent", smallest_effect=0),
        "smallest_effect = 0.0 is not allowed: it must be above 0 where the direction is equivalent",
    ),
    "measure": (one(measure="welfair"), "unknown measure in p.yaml: hypotheses[0].measure 'welfair'. Did you mean"),
    "measure by seat": (one(measure="payoff_by_seat"), "unknown measure in p.yaml"),
    "factor": (contrast(factor="seat"), "unknown factor in p.yaml: hypotheses[0].contrast.factor 'seat'. Did you mean"),
    "from": (
        contrast(**{"from": "tft"}),
        "contrast.from = 'tft' is not allowed: it must be a level of the sweep: tft,",
    ),
    "to": (contrast(to="tft,alld"), "contrast.to = 'tft,alld' is not allowed: it must be another level than from"),
    "where level": (
        one(where={"game.action_noise": 0.1}),
        "hypotheses[0].where.game.action_noise = 0.1 is not allowed: it must be a level of the sweep: 0.0, 0.05",
    ),
    "where factor": (one(where={"game.horizon": 20}), "unknown factor in p.yaml: hypotheses[0].where 'game.horizon'"),
    "compared and fixed": (
        one(where={"seats": "tft,alld", "game.action_noise": 0.0}),
        "hypotheses[0].where = 'seats' is not allowed: it must be factors other than the one that is compared",
    ),
    "several cells": (
        one(where={}),
        "2 cells of the sweep have seats=tft,alld, where there must be one: say also which",
    ),
    "twice": ({**GOOD, "hypotheses": [HYPOTHESIS] * 2}, "hypotheses[1].name = 'a generous one is exploited more'"),
    "other seeds": (
        {**GOOD, "seeds": "range(9)"},
        "p.yaml: seeds = range(0, 9) is not allowed: the sweep plays range(0",
    ),
    "no seeds": ({**GOOD, "seeds": "some"}, "p.yaml: seed = 'some' is not allowed"),
    "seeds of another kind": ({**GOOD, "seeds": 2.5}, "p.yaml: seeds = 2.5 is not allowed: it must be a seed, a list"),
    "column": (rule(column="lenght", below=5), "unknown column in p.yaml: exclusions[0].column 'lenght'. Did you mean"),
    "derived column": (rule(column="coop_focal", below=5), "unknown column in p.yaml: exclusions[0].column"),
    "no rule": (rule(column="length"), "p.yaml: exclusions[0]: exactly one of above, below and equals"),
    "two rules": (rule(column="length", above=1, below=5), "exclusions[0]: exactly one of above, below and equals"),
    "a word for a number": (
        rule(column="length", equals="x"),
        "exclusions[0].equals = 'x' is not allowed: it must be a",
    ),
    "a number for a word": (rule(column="outcome", equals=3), "it must be a word with equals, for the column outcome"),
}


@pytest.fixture(scope="module")
def design():
    overrides = sort_overrides([*SWEEP, SEEDS])
    with composer(overrides.hydra) as hydra:
        return design_of(overrides.grid, hydra.primary(overrides.whole), hydra)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_wrong_file_is_told_in_one_line(design, fault, tmp_path, monkeypatch):
    content, complaint = FAULTS[fault]
    monkeypatch.chdir(tmp_path)
    Path("p.yaml").write_text(yaml.safe_dump(content))
    with pytest.raises(SettingError) as error:
        registered("p.yaml", design)
    assert complaint in str(error.value)
    assert "\n" not in str(error.value)


def test_a_file_that_fits_is_told_in_full(design, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("p.yaml").write_text(yaml.safe_dump(GOOD))
    given = registered("p.yaml", design)
    assert given is not None
    (told,) = given.told["hypotheses"]
    cells = {cell.id: cell.factors for cell in design.cells}
    ends = [cells[told[side]] for side in ("from_cell", "to_cell")]
    assert [end["seats"] for end in ends] == [told["from"], told["to"]] == ["tft,alld", "gtft,alld"]
    assert {end["game.action_noise"] for end in ends} == {0.05}
    assert (told["confidence"], given.told["worlds"]) == (0.95, 8)
    assert given.told["exclusions"] == [{"column": "length", "rule": "below", "value": 5.0, "reason": "too short"}]
    Path("p.yaml").write_text(yaml.safe_dump(rule(column="collapsed", equals=True)))
    events = registered("p.yaml", design)
    assert events is not None
    assert events.told["exclusions"][0]["value"] == 1.0, "an event is counted as a number"
    assert registered("none", design) is registered(None, design) is None


def test_whoever_goes_on_brings_the_same_text(design, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("p.yaml").write_text(yaml.safe_dump(GOOD))
    Path("q.yaml").write_text(yaml.safe_dump(one(smallest_effect=1)))
    given, other = (registered(name, design) for name in ("p.yaml", "q.yaml"))
    assert given is not None
    here = tmp_path / "run"
    told = attach(given, here, None)
    assert told == given.told
    assert attach(None, here, {"prereg": None}) is attach(None, here, None) is None
    assert attach(given, here, {}) == told, "begun without it, and nothing played"
    assert attach(given, here, {"prereg": {**told, "registered": "then"}}) == {**told, "registered": "then"}
    for one_else in (other, None):
        with pytest.raises(SettingError, match="was registered"):
            attach(one_else, here, {"prereg": told})
    (here / "episodes").mkdir(parents=True)
    (here / "episodes" / "a.parquet").touch()
    with pytest.raises(SettingError, match="were played without it"):
        attach(given, here, {})


@pytest.mark.slow
def test_a_file_that_cannot_be_read(comity):
    Path("torn.yaml").write_text("hypotheses: [\n")
    Path("binary.yaml").write_bytes(b"\xff\xfe\x00")
    for name, complaint in (
        ("absent.yaml", "prereg = 'absent.yaml' is not allowed: it must be a file that can be read (No such file"),
        ("torn.yaml", "torn.yaml cannot be read: "),
        ("binary.yaml", "prereg = 'binary.yaml' is not allowed: it must be a file of text in UTF-8"),
        ("registered/kindnes", "or one of registered/kindness_dose"),
    ):
        told = comity("sweep", *SWEEP, SEEDS, f"prereg={name}")
        assert (told.code, len(told.complaints)) == (2, 1)
        assert complaint in told.err
    assert comity("sweep", *SWEEP, SEEDS, "prereg=5").code == 2
    assert comity("sweep", *SWEEP, SEEDS, "prereg=a,b").code == 2


@pytest.mark.slow
def test_too_few_seeds_can_support_nothing(comity):
    Path("p.yaml").write_text(yaml.safe_dump({**GOOD, "seeds": [0, 1, 2, 3]}))
    told = comity("sweep", *SWEEP, "seed=range(4)", "prereg=p.yaml")
    assert (told.code, "4 of them cannot support any of 1 hypotheses" in told.err) == (2, True)


@pytest.mark.slow
def test_it_is_kept_hashed_and_judged(comity):
    text = yaml.safe_dump(GOOD)
    Path("p.yaml").write_text(text)
    assert comity("sweep", *SWEEP, SEEDS, "prereg=p.yaml", "out=run").code == 0
    told = load("run").manifest["prereg"]
    assert told["sha256"] == hashlib.sha256(text.encode()).hexdigest()
    assert told["text"] == text == Path("run/prereg.yaml").read_text()
    page = Path("run/report.html").read_text()
    assert page.index('id="confirmatory"') < page.index("Exploratory: nothing below") < page.index('id="findings"')
    assert "supported" in page


@pytest.mark.slow
def test_another_text_cannot_go_on_and_none_can_come_late(comity):
    Path("p.yaml").write_text(yaml.safe_dump(GOOD))
    command = ["sweep", *SWEEP, SEEDS, "out=run"]
    assert comity(*command, "prereg=p.yaml").code == 0
    before = Path("run/manifest.json").read_text()
    Path("p.yaml").write_text(yaml.safe_dump(one(smallest_effect=1)))
    for other in ("prereg=p.yaml", "prereg=none", "seed=range(8)"):
        told = comity(*command, other)
        assert (told.code, len(told.complaints)) == (2, 1)
        assert "run was registered" in told.err
    assert Path("run/manifest.json").read_text() == before
    assert comity(*command, "prereg=run/prereg.yaml").code == 0, "the text that was kept is the same text"
    late = ["sweep", *SWEEP, SEEDS, "out=late"]
    assert comity(*late).code == 0
    told = comity(*late, "prereg=p.yaml")
    assert told.code == 2
    assert "points of late were played without it" in told.err


@pytest.mark.slow
def test_the_file_of_a_study_may_name_it_and_a_user_may_leave_it_off(comity):
    Path("p.yaml").write_text(yaml.safe_dump(GOOD))
    named = "experiment.prereg=p.yaml"
    assert comity("sweep", *SWEEP, SEEDS, named, "out=run").code == 0
    assert load("run").manifest["prereg"]["file"] == "p.yaml"
    told = comity("sweep", *SWEEP, "seed=range(2)", named, "out=fewer")
    assert (told.code, "or leave it off with prereg=none" in told.err) == (2, True)
    assert comity("sweep", *SWEEP, "seed=range(2)", named, "prereg=none", "out=fewer").code == 0
    assert load("fewer").manifest["prereg"] is None


@pytest.mark.slow
def test_settings_of_what_is_compared_do_not_count_as_differences(comity):
    """An institution's settings exist on its own side only; another game setting on both must be the same."""
    told = {
        **HYPOTHESIS,
        "contrast": {"factor": "institutions", "from": "none", "to": "redistribution"},
        "where": {"institutions.redistribution.rate": 0.4},
        "direction": "equivalent",
        "measure": "length",
    }
    Path("p.yaml").write_text(yaml.safe_dump({**GOOD, "hypotheses": [told]}))
    Path("my/experiment").mkdir(parents=True)
    first = {"game": "public_goods", "seats.agents": "[free_rider]", "seed": "range(8)", "institutions": "none"}
    second = {**first, "institutions": "redistribution", "institutions.redistribution.rate": "0.2,0.4"}
    study = {"experiment": {"question": "Does it?", "grids": [first, second]}}
    path = Path("my/experiment/tax.yaml")
    path.write_text(f"# @package _global_\n{yaml.safe_dump(study)}")
    command = ["sweep", "--config-dir", "my", "experiment=tax", "prereg=p.yaml"]
    assert comity(*command, "out=run").code == 0
    second["game.horizon"] = 5
    path.write_text(f"# @package _global_\n{yaml.safe_dump(study)}")
    told = comity(*command, "out=other")
    assert told.code == 2
    assert "from and to differ in more than institutions: in game.horizon (10 and 5)" in told.err
