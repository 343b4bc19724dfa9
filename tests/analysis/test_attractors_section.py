"""The section of a report on declared regions, and the figures that it and the probes draw."""

import re

import numpy as np
import polars as pl
import pytest

from comity.analysis.attractors import ews_ac1, ews_var, mean_flow
from comity.analysis.attractors.declared import Regions, state_paths
from comity.analysis.figures import NothingToDraw, basin_map, early_warning, flow_field, svg, tipping_curve
from comity.analysis.report.attractors import judged, section, stability
from comity.analysis.report.data import Data
from comity.analysis.summary import cells

AXES = ["game.initial_stock", "norms.reciprocity.initial"]
DECLARED = Regions(
    {"stock": (0.0, 100.0), "cooperation": (0.0, 1.0)}, {"stock": 0.1}, {"well": {"stock": (0.5, None)}}, tuple(AXES), 3
)
SETS = DECLARED.sets


@pytest.fixture(scope="module")
def run():
    """A run by hand: the stock goes up by 10 a step from 60 on if there is trust, else down to a collapse."""
    rows, steps = [], []
    for k, (stock, trust) in enumerate([(s, t) for s in (40, 60, 80) for t in (0, 1)]):
        for seed in (1, 2):
            good = trust == 1 and (stock >= 60 or seed == 1)
            course = [min(100, stock + 10 * t) if good else max(1, stock - 25 * t) for t in range(6 if good else 4)]
            cell = {"cell": f"c{k}", "game": "fishery", "seats": "deliberator", "norms": "kind"}
            cell |= {AXES[0]: stock, AXES[1]: trust, "varied": AXES, "seed": seed, "length": len(course)}
            rows.append({**cell, "collapsed": float(not good)})
            steps += [
                {"cell": f"c{k}", "seed": seed, "step": t + 1, "agent": i, "stock": float(h), "cooperation": c}
                for t, h in enumerate(course)
                for i, c in enumerate((float(good), 0.5 if t else None))
            ]
    manifest = {"regions": {**DECLARED._asdict(), "sha": "ab" * 16, "declared": "2026-01-01"}}
    manifest["settings"] = {"games": {"fishery": {"horizon": [6]}}}
    return pl.DataFrame(rows), pl.DataFrame(steps), manifest


def test_worlds_are_judged_by_what_was_declared(run):
    episodes, steps, manifest = run
    found = judged(episodes, steps, manifest)
    of = found.worlds.sort(*AXES, "seed")
    assert of["end"].to_list() == ["N", "N", "well", "N", "N", "N", "well", "well", "N", "N", "well", "well"]
    first = of.row(0, named=True)  # 40, 15, 1, 1, then two steps that were not played
    assert [first[f"in {name}"] for name in SETS] == pytest.approx([4 / 6, 2 / 6, 0]) and first["viability"] == 2
    assert state_paths(steps, DECLARED)["c1"][0, :2, 1].tolist() == [1, 0.75]  # the mean of those who chose
    assert judged(episodes, None, manifest) is None and judged(episodes, steps, {}) is None
    known = stability(found.worlds, "well", AXES)
    assert float(known.value) == pytest.approx(5 / 12) and int(known.n) == 6 and known.low < 5 / 12 < known.high
    alone = stability(found.worlds.filter(pl.col("seed") == 1), "well", AXES)
    assert (float(alone.value), int(alone.n)) == (0.5, 6)
    agreed = stability(found.worlds.filter(pl.col(AXES[1]) == 0), "N", AXES)
    assert float(agreed.value) == 1 and float(agreed.low) == pytest.approx(1 / (1 + 1.959964**2 / 3))


def test_the_section_shows_regions_basins_and_flow(run):
    episodes, steps, manifest = run
    nothing = pl.DataFrame(schema={"game": pl.String, "measure": pl.String})
    data = Data(episodes, steps, nothing, nothing, None, manifest, None, judged(episodes, steps, manifest))
    page = section(data, ["fishery"])
    assert page is not None and "Declared before the run (2026-01-01, hash abababababab)" in page
    text = re.sub(r"<[^>]+>", " ", re.sub(r"<svg.*?</svg>", "", page, flags=re.DOTALL))
    assert "stock below 0.1" in text and "0.417" in text and "kind, deliberator" in text
    assert page.count("<svg") == 2 and "n\xa0=\xa012 worlds from 6 initial states" in page
    assert section(data._replace(manifest={}), ["fishery"]) is None
    bare = section(data._replace(regions=None), ["fishery"])
    assert bare is not None and "no steps are there to judge by" in bare
    assert len(cells(episodes)) == 6


def test_fields_are_divided_by_where_worlds_end_and_samples_are_points(run):
    found = judged(*run)
    ax = basin_map(found.worlds, AXES, SETS)
    heights = [sorted(round(path.get_extents().height, 3) for path in of.get_paths()) for of in ax.collections]
    assert heights == [[0.47, 0.94, 0.94, 0.94], [], [0.47, 0.94, 0.94], []]  # N, S, well, unsettled
    assert ax.get_xlabel() == "initial stock" and [tick.get_text() for tick in ax.get_yticklabels()] == ["0", "1"]
    assert "<pattern" in svg(ax.figure, "a-")
    scattered = basin_map(found.worlds.head(3).with_columns(pl.Series(AXES[0], [1.5, 2.5, 3.5])), AXES, SETS)
    assert not scattered.collections and sum(len(line.get_xdata()) for line in scattered.lines) == 3
    assert basin_map(found.worlds, AXES[:1], SETS).get_ylabel() == ""
    with pytest.raises(NothingToDraw, match="no attractor was found"):
        basin_map(found.worlds.with_columns(end=pl.lit(None, pl.String)), AXES, SETS)


def test_flow_is_the_mean_step_and_regions_are_drawn(run):
    flow = mean_flow([[[0.15, 0.15], [0.25, 0.15], [np.nan, 0.2]], [[0.12, 0.18], [0.12, 0.28], [0.2, 0.3]]])
    assert flow.n.sum() == 3 and flow.n[1, 1] == 2
    assert (flow.dx[1, 1], flow.dy[1, 1]) == pytest.approx((0.05, 0.05))
    paths = np.concatenate([path[:, :4] for path in state_paths(run[1], DECLARED).values()])
    ax = flow_field(paths, DECLARED, ("stock", "cooperation"))
    assert ax.get_xlabel() == "stock (0 to 1 is 0 to 100)" and {"well", "N"} <= {text.get_text() for text in ax.texts}
    with pytest.raises(NothingToDraw):
        flow_field(paths[:, :1], DECLARED, ("stock", "cooperation"))


def test_tipping_curves_and_early_warnings_are_drawn_for_one_world_and_for_many():
    rows = [
        {"parameter": "rate", "component": "stock", "world": w, "direction": way, "driver": d, "state": s, "area": 0.25}
        for w in range(2)
        for way, course in (("forward", (1, 1, 0)), ("backward", (0.5, 0, 0)))
        for d, s in enumerate(course)
    ]
    frame = pl.DataFrame(rows, schema_overrides={"state": pl.Float64})
    for of in (frame, frame.filter(pl.col("world") == 0)):
        ax = tipping_curve(of, "a")
        assert ax.get_title(loc="left") == "a: area 0.250"
        assert [line.get_ydata().tolist() for line in ax.lines] == [[1, 1, 0], [0.5, 0, 0]]
    with pytest.raises(NothingToDraw):
        tipping_curve(frame.with_columns(state=pl.lit(None, pl.Float64)))
    x = np.random.default_rng(0).standard_normal((3, 40))
    for series, until in ((x, [40, 30, 35]), (x[:1], 40)):
        both = (ews(series, 12, until=until, draws=20) for ews in (ews_ac1, ews_var))
        ax = early_warning(*both)
        assert len(ax.lines) == (4 if len(series) == 3 else 1) and ax.lines[-1].get_xdata()[-1] == 0
    with pytest.raises(NothingToDraw):
        early_warning(*(ews(np.zeros(20), 12, draws=2) for ews in (ews_ac1, ews_var)))
