"""From what is typed to points."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from comity.envs.settings import SettingError
from comity.experiments import manifest
from comity.experiments.cells import Resolver, nested
from comity.experiments.composing import composer
from comity.experiments.designs.design import Design, build, point_ids
from comity.experiments.designs.grids import DEFAULT_EXPERIMENT, experiment_grids, seeds_of, sort_overrides, typed_grid
from comity.experiments.schema import Layout, Options
from comity.experiments.study import design_of


def design(*typed: str, config_dir: Path | None = None) -> Design:
    sorted_ = sort_overrides(typed)
    with composer(sorted_.hydra, config_dir) as hydra:
        return design_of(sorted_.grid, hydra.primary(sorted_.whole), hydra)


def test_values_are_written_in_hydras_grammar():
    grid = typed_grid(
        [
            "norms.kindness=0,0.5,1",
            "seed=range(3)",
            "seats.agents=[tft,alld],[tft,{agent: gtft, q: 0.3}]",
            "game='matrix'",
        ]
    )
    assert grid == {
        "norms.kindness": [0, 0.5, 1],
        "seed": [0, 1, 2],
        "seats.agents": [["tft", "alld"], ["tft", {"agent": "gtft", "q": 0.3}]],
        "game": ["matrix"],
    }
    assert typed_grid(["norms.kindness=range(0,0.3,0.1)"]) == {"norms.kindness": [0, 0.1, 0.2]}
    assert typed_grid(["seed=1", "seed=2,3"]) == {"seed": [2, 3]}


def test_overrides_go_to_whom_they_concern():
    found = sort_overrides(
        ["game=matrix", "record=all", "hydra/launcher=basic", "experiment.name=x", "norms.kindness=1"]
    )
    assert found.hydra == ["hydra/launcher=basic"]
    assert found.whole == ["record=all", "experiment.name=x"]
    assert found.grid == ["game=matrix", "norms.kindness=1"]


def test_institutions_are_an_axis_and_so_are_their_settings():
    found = design("game=public_goods", "institutions=none,redistribution,[sanctions,redistribution]", "seed=0")
    assert found.axes["institutions"] == ["none", "redistribution", "sanctions+redistribution"]
    assert [len(cell.params.get("institutions", [])) for cell in found.cells] == [0, 1, 2]
    found = design("game=public_goods", "institutions.redistribution.rate=0,0.5", "institutions=sanctions", "seed=0")
    assert found.axes["institutions.redistribution.rate"] == [0, 0.5]
    names = [[one["institution"] for one in cell.params["institutions"]] for cell in found.cells]
    assert names == [["sanctions", "redistribution"]] * 2
    assert len({cell.id for cell in found.cells}) == 2
    told = manifest.resolved(found.cells)["institutions"]
    assert told["redistribution"]["rate"] == [0, 0.5]
    assert told["sanctions"]["first"] == [0.5]


def test_a_grid_is_the_product_of_its_axes():
    found = design("game=fishery,matrix", "norms=selfish,kind", "norms.kindness=0,0.5,1", "seed=range(100)")
    assert len(found.cells) == 2 * 2 * 3
    assert found.points == 1200
    assert found.name == "fishery_matrix"
    assert found.axes == {
        "game": ["fishery", "matrix"],
        "seats": ["deliberators"],
        "norms": ["selfish", "kind"],
        "norms.kindness": [0, 0.5, 1],
    }
    assert (
        len(
            {point for cell, seeds in zip(found.cells, found.seeds, strict=True) for point in point_ids(cell.id, seeds)}
        )
        == 1200
    )


def test_seeds():
    assert design("game=matrix", "seed=7").seeds[0].tolist() == [7]
    assert design("game=matrix").seeds[0].tolist() == list(range(20))
    assert seeds_of([3, 1, 3]) == [1, 3]
    for wrong in (True, 1.5, "one", 2**64):
        with pytest.raises(SettingError, match="seed"):
            seeds_of([wrong])


def test_settings_of_norms_keep_the_rest_of_the_preset():
    (cell,) = design("game=matrix", "norms=kind", "norms.reciprocity.positive=0.5").cells
    assert cell.norms is not None
    assert cell.norms.kindness == 0.8
    assert cell.norms.reciprocity.positive == 0.5
    assert cell.norms.reciprocity.negative == 1.2


def test_without_norms_seats_keep_what_they_have():
    (cell,) = design("game=fishery", "seats=reciprocators").cells
    assert cell.norms is None
    assert cell.factors["norms"] == "none"
    (cell,) = design("game=fishery", "norms.kindness=0.5").cells
    assert cell.factors["norms"] == "selfish"


def test_the_same_setting_is_one_cell_however_it_is_written():
    ids = {
        design("game=matrix", "norms=selfish").cells[0].id,
        design("game=matrix").cells[0].id,
        design("game=matrix", "norms=kind", "norms.kindness=0", "norms.reciprocity.negative=0").cells[0].id,
        design("game=matrix", "seats.agents=[deliberator,deliberator]").cells[0].id,
        design("game=matrix", "game.horizon=200", "deliberator.depth=6").cells[0].id,
    }
    assert len(ids) == 1
    assert (
        design("game=matrix", "seats.agents=[reciprocator]").cells[0].id
        == design("game=matrix", "seats.agents=tft").cells[0].id
    )
    found = design("game=matrix", "norms.kindness=0,0,1")
    assert len(found.cells) == 2


def test_under_stages_a_cell_is_known_by_who_sits_in_it_and_what_they_do_there():
    def cell(seats, *typed):
        (found,) = design("game=matrix", f"seats.agents={seats}", "seed=0", *typed).cells
        return found.id

    fined = "institutions=[punishment]"
    judges, generous = (f"[{{agent: alld, stages: {{{name}: flat}}}}]" for name in ("punishment", "reward"))
    harsh = "[{agent: alld, stages: {punishment: {conduct: flat, points: 2}}}]"
    assert len({cell(seats, fined) for seats in ("[tft]", "[alld]", "[{agent: gtft, q: 0.1}]", judges, harsh)}) == 5
    assert cell(generous, fined) == cell("[alld]", fined), "what is not laid over the game decides nothing"
    assert cell(judges) == cell("[alld]")
    assert cell("[deliberator]", fined) == cell("[deliberator]", fined, "norms=selfish")
    minds = [f"[{{agent: deliberator, norms: {norm}, stages: {{punishment: flat}}}}]" for norm in ("selfish", "kind")]
    assert len({cell(seats, fined) for seats in minds}) == 2


def test_a_choice_that_is_another_by_another_name_is_said(tmp_path: Path):
    (tmp_path / "norms").mkdir()
    (tmp_path / "norms/mild.yaml").write_text("preset: kind\n")
    assert design("game=matrix", "norms=selfish,kind").merged == []
    found = design("game=matrix", "norms=kind,mild,selfish", config_dir=tmp_path)
    assert found.merged == ["norms=mild is here the same as norms=kind, and kept as that"]
    assert [cell.factors["norms"] for cell in found.cells] == ["kind", "selfish"]


@pytest.mark.parametrize("order", [1, -1])
def test_a_group_and_a_setting_of_it_may_stand_in_any_order(order: int):
    group = {"positive": 1}
    given = [("reciprocity", group), ("reciprocity.negative", 2)]
    assert nested(dict(given[::order])) == {"reciprocity": {"positive": 1, "negative": 2}}
    assert group == {"positive": 1}, "what was given stays as it is"


def test_names_are_the_same_in_every_process():
    here = design("game=fishery", "norms=kind", "seats=with_exploiter")
    code = (
        "from comity.experiments.composing import composer; from comity.experiments.study import design_of\n"
        "import json\n"
        "typed = ['seats=with_exploiter', 'norms=kind', 'game=fishery']\n"
        "with composer([]) as h: d = design_of(typed, h.primary([]), h)\n"
        "print(json.dumps([d.key(), d.cells[0].id]))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == [here.key(), here.cells[0].id]


def test_factors_are_named_for_tables():
    found = design("game=matrix", "game.horizon=5,10", "seats.agents=[tft,alld],[{agent: gtft, q: 0.5}]", "seed=0")
    assert found.axes["seats"] == ["tft,alld", "gtft(q=0.5)"]
    assert found.axes["game.horizon"] == [5, 10]
    assert "game.delta" not in found.axes
    found = design("game=alternating_offers", "game.delta=[0.9,0.9],[0.9,0.6]", "seed=0")
    assert found.axes["game.delta"] == ["(0.9, 0.9)", "(0.9, 0.6)"]


def test_a_cell_tells_what_varied_in_it_and_who_bears_its_norms():
    grids = ({"game": ["matrix"], "norms": ["kind", "selfish"]}, {"game": ["matrix"], "norms.kindness": [0, 0.5]})
    with composer([]) as hydra:
        resolver = Resolver(hydra, {"seats": "deliberators"})
        found = build("dose", "", Options(), Layout(), list(grids), resolver, [0])
    assert [(cell.factors["norms.kindness"], cell.varied) for cell in found.cells] == [
        (0.8, []),
        (0.0, []),  # the neutral norm of the second grid is the selfish one of the first
        (0.5, ["norms.kindness"]),
    ]
    seats = "[{agent: gtft, conduct: fixed}, deliberator],[{agent: deliberator, norms: kind}, gtft],[tft, alld]"
    found = design("game=matrix", f"seats.agents={seats}", "seed=0")
    assert [cell.bearers for cell in found.cells] == [
        {"gtft(conduct=fixed)": False, "deliberator": True},
        {"deliberator(norms=kind)": False, "gtft": True},
        {"tft": False, "alld": False},
    ]


def test_the_settings_that_were_not_typed_stand_in_the_manifest():
    found = design("game=matrix", "game.temptation=4,5", "seats.agents=[{agent: deliberator, depth: 9}, tft]")
    taken = manifest.resolved(found.cells)
    assert taken["games"]["matrix"]["temptation"] == [4.0, 5.0]
    assert taken["games"]["matrix"]["reward"] == [3.0]
    assert taken["deliberator"]["depth"] == [9]
    assert manifest.resolved(design("game=matrix", "seats.agents=[tft]").cells)["deliberator"] == {}


def test_the_default_experiment():
    found = design(f"experiment={DEFAULT_EXPERIMENT}")
    assert found.name == "norms_by_family"
    assert found.record == "all"
    assert found.axes["game"] == ["matrix", "fishery", "alternating_offers", "standoff"]
    assert len(found.axes["norms"]) == 7
    assert len(found.axes["seats"]) == 3
    # kindness 0 of the dose is the selfish norm of the first grid, and is played once
    assert len(found.cells) == 4 * (7 * 3 + 10)
    matrix, fishery = found.cells[0], next(cell for cell in found.cells if cell.game == "fishery")
    assert matrix.params["action_noise"] == 0.02
    assert fishery.params["growth_noise"] == 0.1
    assert matrix.deliberator["rationality"] == 20


def test_what_is_typed_is_laid_over_every_grid():
    found = design("experiment=norms_by_family", "game=standoff,matrix", "norms=kind", "seats=deliberators", "seed=3")
    assert found.axes["game"] == ["matrix", "standoff"]
    assert [seeds.tolist() for seeds in found.seeds] == [[3]] * len(found.cells)
    assert {cell.factors["norms"] for cell in found.cells} == {"kind"}
    assert next(cell for cell in found.cells if cell.game == "matrix").params["horizon"] == 100


def test_a_grid_of_a_file_may_hold_values_that_are_no_text():
    grids = [{"game": "matrix", "game.horizon": 7, "seats.agents": ["tft", "alld"], "seed": "range(2)"}]
    assert experiment_grids(grids, {"seed": [5]}) == [
        {"game": ["matrix"], "game.horizon": [7], "seats.agents": [["tft", "alld"]], "seed": [5]}
    ]


def test_a_user_has_norms_games_and_experiments_of_their_own(tmp_path: Path):
    files = {
        "norms/stern.yaml": "preset: kind\nkindness: 0.3\n",
        "game/pond.yaml": "name: fishery\ncapacity: 40\n",
        "experiment/small.yaml": (
            "# @package _global_\nexperiment: {name: small, grids: [{game: pond, norms: 'kind,stern'}]}\n"
        ),
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    found = design("experiment=small", "seed=0", config_dir=tmp_path)
    kind, stern = found.cells
    assert found.name == "small"
    assert stern.factors == {"game": "pond", "seats": "deliberators", "norms": "stern"}
    assert stern.params["capacity"] == 40
    assert stern.norms is not None
    assert kind.norms is not None
    assert stern.norms.kindness == 0.3
    assert stern.norms.reciprocity == kind.norms.reciprocity
