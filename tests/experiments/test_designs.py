"""Which combinations of a grid are played."""

import numpy as np
import pytest
from scipy.stats import qmc

from comity.envs.settings import SettingError
from comity.experiments.designs.design import Design
from comity.experiments.designs.grids import typed_grid
from comity.experiments.designs.intervals import Interval
from comity.experiments.designs.layouts import lay_out, layout_of, unit_samples
from comity.experiments.schema import Layout

from .test_grids import design

AXES = {"game": ["matrix"], "norms": ["kind", "selfish"], "norms.kindness": [Interval(0, 1)], "x.y": [Interval(2, 9)]}


def column(found: Design, key: str) -> np.ndarray:
    return np.array([cell.factors[key] for cell in found.cells])


def test_intervals_are_written_in_hydras_grammar():
    typed = [
        "norms.kindness=interval(0,0.5)",
        "norms.patience=tag(log,interval(0.5,1))",
        "deliberator.depth=int(interval(2,5))",
    ]
    found = design("game=matrix", "seed=0", "design.kind=latin_hypercube", "design.samples=8", *typed)
    assert len(found.cells) == 8
    assert ((column(found, "norms.kindness") > 0) & (column(found, "norms.kindness") < 0.5)).all()
    assert set(column(found, "deliberator.depth")) == {2, 3, 4, 5}
    told = found.layout["grids"][0]["axes"]
    assert told == {
        "deliberator.depth": "int(interval(2,5))",
        "norms.kindness": "interval(0,0.5)",
        "norms.patience": "tag(log,interval(0.5,1))",
    }
    assert found.grids[0]["norms.kindness"] == ["interval(0,0.5)"]


@pytest.mark.parametrize("axis", [Interval(-1, 2), Interval(0.001, 0.1, log=True), Interval(1000, 5000)])
def test_a_latin_hypercube_has_one_sample_in_each_of_n_bins_of_every_axis(axis):
    n = 50
    rows = lay_out({"a.x": [axis], "a.y": [axis]}, Layout("latin_hypercube", n)).assignments
    for key in ("a.x", "a.y"):
        values = np.array([row[key] for row in rows])
        low, high, values = (np.log(x) if axis.log else x for x in (axis.low, axis.high, values))
        assert sorted(np.floor((values - low) / (high - low) * n).astype(int)) == list(range(n))


def test_sobol_is_balanced_and_nested():
    small, large = (lay_out(AXES, Layout("sobol", n)).assignments for n in (32, 64))
    assert [row for row in large if row["norms"] == "kind"][:32] == [row for row in small if row["norms"] == "kind"]
    # a (0, m, 2)-net in base 2: every box of area 1/32 holds one of the first 32 points (Niederreiter 1992, ch. 4)
    points = unit_samples(Layout("sobol", 32), 2)
    for k in range(6):
        boxes = np.floor(points * [2**k, 2 ** (5 - k)]).astype(int)
        assert len(np.unique(boxes, axis=0)) == 32
    assert qmc.discrepancy(points) < qmc.discrepancy(unit_samples(Layout("latin_hypercube", 32), 2)) < 0.02


def test_the_same_command_gives_the_same_cells_and_another_seed_others():
    typed = ["game=matrix", "norms.kindness=interval(0,1)", "norms.patience=interval(0.5,1)", "design.kind=sobol"]
    first, again = (design(*order, "design.samples=4", "seed=0") for order in (typed, typed[::-1]))
    assert first.key() == again.key()
    # as they were when this was written: few digits, the same on every platform
    assert column(first, "norms.kindness").tolist() == [0.40995, 0.721912, 0.904866, 0.217164]
    assert lay_out(AXES, Layout("sobol", 4, seed=1)).assignments != lay_out(AXES, Layout("sobol", 4)).assignments


def test_what_is_no_interval_stays_crossed():
    rows = lay_out(AXES, Layout("sobol", 4)).assignments
    assert len(rows) == 8
    of = [[(row["norms.kindness"], row["x.y"]) for row in rows if row["norms"] == norm] for norm in AXES["norms"]]
    assert of[0] == of[1]
    found = design("game=matrix", "norms.kindness=interval(0,1)", "game.horizon=5,6,7", "design.kind=sobol", "seed=0,1")
    assert found.points == 64 * 3 * 2


def test_values_never_leave_their_interval():
    u = np.array([0.0, 1e-12, 0.5, 1 - 1e-12])
    for one in (Interval(0, 1), Interval(0.1234567, 0.1234569), Interval(-3e8, 1e9), Interval(1e-9, 1, log=True)):
        values = np.array(one.values(u))
        assert ((values > one.low) & (values < one.high)).all()
    assert Interval(2, 10, whole=True).values(u) == [2, 2, 6, 10]
    assert Interval(1, 100, log=True, whole=True).values(u) == [1, 1, 10, 100]
    assert Interval(0, 1).values(np.array([1 / 3])) == [0.333333]


def test_a_fraction_leaves_out_combinations_of_the_settings_with_two_values():
    two = ["game.action_noise=0,0.1", "game.horizon=5,10", "norms.kindness=0,1", "norms.patience=0.9,1"]
    found = design("game=matrix", "norms=kind,selfish", "deliberator.depth=1,2,3",
                   "seed=0,1", "design.kind=fractional_factorial", *two)  # fmt: skip
    assert len(found.cells) == 2 * 3 * 8
    (told,) = found.layout["grids"]
    assert told["resolution"] == 4
    assert told["letters"] == dict(zip("ABCD", sorted(text.partition("=")[0] for text in two), strict=True))
    assert told["aliases"] == ["AB = CD", "AC = BD", "AD = BC"]
    signs = np.array(
        [np.unique(column(found, key), return_inverse=True)[1] * 2 - 1 for key in told["letters"].values()]
    )
    assert (signs @ signs.T == len(found.cells) * np.eye(4)).all()
    assert (signs.prod(axis=0) == 1).all(), "I = ABCD"


def test_generators_of_ones_own():
    two = ["norms.kindness=0,1", "norms.patience=0.9,1", "game.horizon=5,10", "game.action_noise=0,0.1"]
    typed = ["game=matrix", "seed=0", "design.kind=fractional_factorial", *two]
    found = design(*typed, "design.generators=[-ABC]")
    assert found.layout["grids"][0]["aliases"] == ["AB = -CD", "AC = -BD", "AD = -BC"]
    with pytest.raises(SettingError, match=r"must be of that resolution, and these reach 3"):
        design(*typed, "design.generators=[AB]", "design.resolution=4")


def test_a_grid_of_an_experiment_is_laid_out_by_itself(tmp_path):
    (tmp_path / "experiment").mkdir()
    (tmp_path / "experiment/dose.yaml").write_text(
        "# @package _global_\n"
        "design: {kind: sobol, samples: 4}\n"
        "experiment:\n"
        "  name: dose\n"
        "  grids:\n"
        "    - {game: matrix, norms.kindness: 'interval(0,1)'}\n"
        "    - {game: standoff, norms: 'kind,selfish'}\n"
    )
    found = design("experiment=dose", "seed=0", config_dir=tmp_path)
    assert [cell.game for cell in found.cells] == ["matrix"] * 4 + ["standoff"] * 2
    assert len(found.layout["grids"]) == 1
    assert len(design("experiment=dose", "design.samples=8", "seed=0", config_dir=tmp_path).cells) == 10


def test_settings_that_a_design_does_not_read_are_refused():
    assert layout_of({}) == Layout()
    with pytest.raises(SettingError, match=r"design\.resolution makes no sense with design\.kind=sobol"):
        layout_of({"kind": "sobol", "resolution": 4})
    for wrong in ({"seed": -1}, {"resolution": 2}, {"samples": 1}, {"samples": 1 << 17}):
        with pytest.raises(SettingError, match=r"design\..* is not allowed"):
            layout_of(wrong)


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("interval(1,0)", r"an interval\(low,high\) of two numbers, low < high"),
        ("interval(0,inf)", r"an interval\(low,high\) of two numbers"),
        ("interval(0,1),2", "an interval of its own, or values"),
        ("tag(lin,interval(0,1))", "with no other tag than log"),
        ("tag(log,interval(0,1))", "an interval above 0"),
    ],
)
def test_an_interval_has_two_ends(typed, why):
    with pytest.raises(SettingError, match=rf"norms.kindness = .* is not allowed: it must be .*{why}"):
        typed_grid([f"norms.kindness={typed}"])
    assert typed_grid(["norms.kindness=tag(log,interval(0.1,1))"]) == {"norms.kindness": [Interval(0.1, 1, log=True)]}
