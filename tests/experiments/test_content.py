"""The content hash: blind to how a table is cut, written and typed, and to nothing else."""

import hashlib
import struct

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.experiments import store
from comity.experiments.content import Content, content, content_of, told
from comity.experiments.sweep import sweep

CELLS = {
    "whole": (pl.Int64, st.integers(-(2**63), 2**63 - 1)),
    "seed": (pl.UInt64, st.integers(0, 2**64 - 1)),
    "number": (pl.Float64, st.floats()),
    "truth": (pl.Boolean, st.booleans()),
    "text": (pl.String, st.text(st.characters(codec="utf-8"), max_size=4)),
    "numbers": (pl.List(pl.Float64), st.lists(st.none() | st.floats(width=16), max_size=3)),
    "words": (pl.List(pl.String), st.lists(st.none() | st.sampled_from(["a", "b", ""]), max_size=3)),
}
SCHEMA = {name: kind for name, (kind, _) in CELLS.items()}
ROW = st.tuples(*(st.none() | cell for _, cell in CELLS.values()))
ROWS = st.lists(ROW, min_size=1, max_size=6)


def table(rows: list[tuple[object, ...]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


@settings(max_examples=60, deadline=None)
@given(ROWS, st.data())
def test_it_does_not_depend_on_how_a_table_is_cut_and_ordered(rows, data):
    whole = content_of([table(rows)])
    order = data.draw(st.permutations(rows))
    at = data.draw(st.integers(0, len(rows)))
    columns = data.draw(st.permutations(list(SCHEMA)))
    parts = [table(order[:at]).select(columns), table(order[at:])]
    bare = [part.select(name for name in part.columns if not part[name].is_null().all()) for part in parts]
    assert content_of(parts) == whole
    assert content_of(bare)._replace(rows=whole.rows) == whole


@settings(max_examples=100, deadline=None)
@given(ROWS, st.data())
def test_it_changes_with_any_cell(rows, data):
    row, column = data.draw(st.integers(0, len(rows) - 1)), data.draw(st.sampled_from(sorted(CELLS)))
    place = list(CELLS).index(column)
    other = data.draw(st.none() | CELLS[column][1])
    changed = [list(cells) for cells in rows]
    changed[row][place] = other
    before, after = table(rows), table([tuple(cells) for cells in changed])
    same = before.equals(after)  # nan is nan, and -0 is 0
    assert (content_of([before]) == content_of([after])) == same


def test_cells_do_not_change_places():
    found = pl.DataFrame({"a": [1, 2], "b": [3, 4]})
    assert content_of([found]) != content_of([pl.DataFrame({"a": [2, 1], "b": [3, 4]})])
    assert content_of([found]) != content_of([found.rename({"a": "b", "b": "a"})])
    assert content_of([found]) != content_of([found, found[:1]])


def test_a_number_is_what_it_says_however_wide():
    values = [0, 1, 7, 100]
    for kind in (pl.Int8, pl.UInt64, pl.Float32, pl.Float64):
        assert content_of([pl.DataFrame({"a": pl.Series(values, dtype=kind)})]) == content_of(
            [pl.DataFrame({"a": values})]
        )
    assert content_of([pl.DataFrame({"a": [1]})]) != content_of([pl.DataFrame({"a": [True]})])
    assert content_of([pl.DataFrame({"a": ["1"]})]) != content_of([pl.DataFrame({"a": [1]})])
    assert content_of([pl.DataFrame({"a": pl.Series(["x", "y"], dtype=pl.Categorical)})]) == content_of(
        [pl.DataFrame({"a": ["x", "y"]})]
    )
    with pytest.raises(TypeError, match="'a' holds Date"):
        content_of([pl.DataFrame({"a": pl.Series([0], dtype=pl.Date)})])


def test_it_is_what_its_definition_says():
    """Worked out one cell at a time, in Python's own whole numbers."""
    whole = 2**64
    tags = [k * 0x9E3779B97F4A7C15 % whole for k in range(1, 7)]
    natural, negative, fraction, truth, many, null = tags

    def mix(x: int) -> int:
        x %= whole
        x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9 % whole
        x = (x ^ x >> 27) * 0x94D049BB133111EB % whole
        return x ^ x >> 31

    def key(word: str) -> tuple[int, int]:
        return struct.unpack("<QQ", hashlib.blake2b(word.encode(), digest_size=16).digest())

    (bits,) = struct.unpack("<Q", struct.pack("<d", -2.5))
    cells = {
        "n": [mix(7 ^ natural)] * 2,
        "m": [mix(whole - 3 ^ negative)] * 2,
        "x": [mix(bits ^ fraction)] * 2,
        "t": [mix(1 ^ truth)] * 2,
        "s": key("naïve"),
        "l": [mix(many + 2 + mix(mix(2 ^ natural) + mix(1)) + mix(mix(null) + mix(2)))] * 2,
    }
    lanes = [mix(sum(mix(cells[name][i] + key(name)[i]) for name in cells)) for i in (0, 1)]
    row = {"n": [7], "m": [-3], "x": [-2.5], "t": [True], "s": ["naïve"], "l": [[2.0, None]], "nothing": [None]}
    assert content_of([pl.DataFrame(row)]) == Content(1, tuple(lanes))
    assert told({"episodes": Content(1, (1, 2))})["tables"] == {"episodes": {"rows": 1, "hash": f"{1:016x}{2:016x}"}}


def test_sweeps_that_found_the_same_have_the_same_hash(tmp_path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    typed = ["game=matrix", "game.horizon=4,5", "game.action_noise=0.1", "seats.agents=[tft,alld]", "seed=range(6)"]
    whole, parts, other = (
        store.load(sweep([*typed, "record=all", *more]).directory).manifest["content"]
        for more in (["out=a"], ["out=b", "chunk_points=2"], ["out=c", "game.action_noise=0.2"])
    )
    assert whole == parts == content(tmp_path / "a")
    assert whole["tables"]["steps"]["rows"] == 2 * 6 * (4 + 5)
    assert whole["hash"] != other["hash"]
    found = store.load("a")
    assert told({"episodes": content_of([found.episodes]), "steps": content_of([found.steps])}) == whole
