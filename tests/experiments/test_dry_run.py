"""What a sweep would take is told, and nothing is left behind."""

from pathlib import Path

import numpy as np
import pytest

from comity.experiments.commands import pilot
from comity.experiments.commands.pilot import Line, _line, _measured, _spread, expect
from comity.experiments.jobs import task

SMALL = ("game=matrix", "game.horizon=5", "seats.agents=[tft,alld],[tft,gtft]", "seed=range(30)")


def test_it_tells_and_writes_nothing(comity):
    told = comity("sweep", *SMALL, "chunk_points=20", "--dry-run")
    assert told.code == 0
    assert "matrix: 60 points in 2 cells, to be kept in runs/matrix-" in told.out
    assert "60 points in 4 chunks of 2 kinds of batch, 1 job of the launcher basic" in told.out
    for words in ("expected time", "the pilot", "2 of 2 kinds", "expected disk", "nothing was written"):
        assert words in told.out
    assert list(Path().iterdir()) == []
    assert comity("sweep", *SMALL, "out=here").code == 0
    before = sorted(Path().rglob("*"))
    told = comity("sweep", *SMALL, "seed=range(30)", "out=here", "--dry-run")
    assert " 60 points\n" in told.out
    assert "0 points in 0 chunks" in told.out
    assert sorted(Path().rglob("*")) == before


def test_a_wrong_setting_is_refused_as_in_a_sweep(comity):
    told = comity("sweep", "game=matrix", "norms=knd", "--dry-run")
    assert (told.code, len(told.complaints)) == (2, 1)
    Path("thesis").mkdir()
    Path("thesis/chapter.tex").write_text("words")
    assert comity("sweep", *SMALL, "out=thesis", "--dry-run").code == 2


@pytest.mark.slow
def test_models_are_priced_and_not_asked(comity, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(pilot, "play_chunk", lambda chunk: pytest.fail("no pilot may ask a model"))
    Path("prices.yaml").write_text("openai/some-model: {input: 1, output: 2}\n")
    typed = ["game=matrix", "game.horizon=3", "seats.agents=[llm,tft]", "llm.model=openai/some-model", "seed=range(2)"]
    told = comity("sweep", *typed, "llm.prices=prices.yaml", "--dry-run")
    assert told.code == 0
    assert "expected US$" in told.out
    assert "nothing was written, and no model was asked" in told.out
    assert [path.name for path in Path().iterdir()] == ["prices.yaml"]


def test_a_pilot_plays_points_of_all_cells(tmp_path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    typed = ["game=matrix", "game.horizon=5", "norms=kind,selfish", "seats.agents=[tft]", "seed=range(30)"]
    (kind,) = expect([*typed, "chunk_points=20"]).kinds
    assert [len(chunk.points) for chunk in kind.chunks] == [20, 20, 20]
    assert kind.points == 60
    assert kind.seconds is not None
    assert kind.size is not None
    part = _spread(kind.chunks, 6)
    assert len(part.points) == 6
    assert {part.cells[k].factors["norms"] for k in part.which} == {"kind", "selfish"}
    played = {
        (chunk.cells[k].id, int(seed)): name
        for chunk in kind.chunks
        for k, seed, name in zip(chunk.which, chunk.seeds, chunk.points, strict=True)
    }
    assert all(
        played[part.cells[k].id, int(seed)] == name
        for k, seed, name in zip(part.which, part.seeds, part.points, strict=True)
    )
    np.testing.assert_array_equal(_spread(kind.chunks, 60).seeds, np.concatenate([c.seeds for c in kind.chunks]))


def test_the_size_of_a_chunk_is_that_of_its_files(tmp_path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    (kind,) = expect(["game=matrix", "game.horizon=5", "seats.agents=[tft]", "seed=range(30)", "record=all"]).kinds
    (chunk,) = kind.chunks
    _, size = _measured([chunk], 30, "all")
    task.keep(tmp_path, chunk.id, [(chunk, task.play_chunk(chunk))], "all")
    assert size == pytest.approx(sum(path.stat().st_size for path in tmp_path.rglob("*.parquet")), rel=0.02)


def test_a_line_goes_through_what_was_measured():
    line = _line([(1, 3.0), (5, 5.0)])
    assert line == Line(2.5, 0.5)
    assert line.of(chunks=2, points=10) == 10
    assert _line([(4, 2.0)]) == Line(0.0, 0.5)
    assert _line([(1, 3.0), (4, 2.0)]) == Line(0.0, 0.5), "more points do not cost less"
