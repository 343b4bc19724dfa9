"""The report: one page, safe, whole, the same every time, and never without a word where something is missing."""

import re
from html.parser import HTMLParser

import polars as pl
import pytest

from comity.analysis.figures import save
from comity.analysis.report import write_report
from comity.analysis.report.design import matrix_payoffs, minds
from comity.analysis.report.findings import _reciprocity
from comity.analysis.report.markup import Markup, el

VOID = {"meta", "br", "hr", "img", "input", "link"}
HOSTILE = '<script>alert("x")</script>'


class Page(HTMLParser):
    """Checks that tags close in order, and collects what could load something."""

    def __init__(self, text):
        super().__init__()
        self.open, self.tags, self.loads, self.ids, self.text = [], [], [], [], []
        self.feed(text)
        self.close()
        assert not self.open, f"left open: {self.open}"

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        named = dict(attrs)
        self.loads += [
            value
            for key, value in attrs
            if key in ("src", "href", "xlink:href", "data", "action") and not value.startswith("#")
        ]
        self.ids += [named["id"]] if "id" in named else []
        assert not [key for key in named if key.startswith("on")]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        assert self.open and self.open[-1] == tag, f"</{tag}> closes {self.open[-1:]}"
        self.open.pop()

    def handle_data(self, data):
        self.text.append(data)


def read(path):
    text = path.read_text(encoding="utf-8")
    assert text.startswith("<!doctype html>")
    return text, Page(text)


def of_matrix(small):
    """The tables of one game."""
    return small[0].filter(pl.col("game") == "matrix"), small[1]


@pytest.fixture(scope="module")
def page(small, manifest, tmp_path_factory):
    path = tmp_path_factory.mktemp("run") / "deep" / "report.html"
    assert write_report(path, *small, manifest) == path
    return path


def test_it_is_one_page_that_loads_nothing(page):
    text, parsed = read(page)
    assert parsed.loads == []
    assert "http" not in text and "@import" not in text and "url(" not in re.sub(r"url\(#", "", text)
    assert parsed.tags.count("script") == parsed.tags.count("style") == 1
    assert len(parsed.ids) == len(set(parsed.ids))
    assert page.stat().st_size < 3e6
    assert [other.name for other in page.parent.iterdir()] == ["report.html"]


def test_it_is_the_same_bytes_again(small, manifest, tmp_path):
    one, again = (
        write_report(tmp_path / name, *of_matrix(small), dict(order(manifest.items())))
        for name, order in (("one.html", list), ("again.html", reversed))
    )
    assert one.read_bytes() == again.read_bytes()


def test_it_has_its_parts(page):
    text, parsed = read(page)
    words = " ".join(parsed.text)
    assert "What do <norms> do?".replace("-", "‑") in words
    for part in ("What was found", "Norms and seats", "What to doubt", "Provenance", "Who takes the first step"):
        assert part in words
    assert parsed.tags.count("figure") >= 4 * 4
    assert text.count('role="img"') == text.count("<svg") == parsed.tags.count("figure")
    assert all(re.findall(r'role="img" aria-label="[^"]{20,}"', figure) for figure in text.split("<figure")[1:])
    assert 'scope="row"' in text and 'scope="col"' in text and "<caption>" in text and 'lang="en"' in text
    assert "prefers-color-scheme" in text and "@media print" in text and "viewport" in text


def test_findings_are_differences_with_interval_and_n(page):
    _, parsed = read(page)
    words = " ".join(" ".join(parsed.text).split())
    assert re.search(r"a difference of \+0\.\d\d \[\+0\.\d\d, \+0\.\d\d\], n\s=\s6", words)
    assert "significan" not in words.lower()
    assert "because" not in words.lower()
    assert "26 settings" in words


def told(rows, tmp_path):
    """The words of the report on cells of one measured value per world: (norm, noise, welfare of each world)."""
    flat = [
        {
            "cell": f"{game}{norm}{noise}",
            "game": game,
            "seats": "deliberators",
            "norms": norm,
            "game.action_noise": noise,
        }
        | {"varied": ["game.action_noise"], "seed": seed, "episode": 0, "outcome": "horizon"}
        | {"coop_rate_agent": value / 2, "coop_by_seat": [value / 2] * 2, "normalised_welfare": value}
        for game, norm, noise, values in rows
        for seed, value in enumerate(values)
    ]
    _, parsed = read(write_report(tmp_path / "a.html", pl.DataFrame(flat), None, {}))
    return " ".join(" ".join(parsed.text).split())


def test_norms_are_compared_within_a_setting_of_the_game_only(tmp_path):
    rows = [("matrix", "selfish", 0.0, [0.90, 0.94]), ("matrix", "kind", 0.0, [0.95, 0.97])]
    rows += [("matrix", "selfish", 0.2, [0.10, 0.14]), ("matrix", "kind", 0.2, [0.55, 0.57])]
    words = told(rows, tmp_path)
    assert re.search(r"welfare at action_noise=0 was 0.92 under selfish · action_noise=0 and highest under", words)
    assert re.search(r"welfare at action_noise=0.2 was 0.12 under selfish · action_noise=0.2 and highest under", words)
    glance = words[words.index("Differences to") : words.index("From the first way")]
    assert "selfish · action_noise=0 0.46 0.92 kind · action_noise=0 +0.02 +0.04" in glance
    assert "selfish · action_noise=0.2 0.06 0.12 kind · action_noise=0.2 +0.22 +0.44" in glance


def test_one_world_is_no_evidence_across_games(tmp_path):
    games, norms = ("matrix", "standoff"), (("selfish", 0.1), ("kind", 0.8))
    one = [(game, norm, 0.0, [value]) for game in games for norm, value in norms]
    assert "no norm had a higher normalised welfare than selfish in both games" in told(one, tmp_path)
    two = [(game, norm, 0.0, [value] * 2) for game, norm, _, (value,) in one]
    assert "kind had a higher normalised welfare than selfish in both games" in told(two, tmp_path)


def test_tables_tell_n_interval_and_definition(page):
    text, _ = read(page)
    assert re.search(r'<td data-v="[-0-9.e]+" title="n = 6 worlds">[^<]+<small>\[', text)
    assert 'title="Mean cooperation label over the seats that carry the norm' in text
    assert "⚑" in text


def test_every_table_sorts_by_every_column_and_every_number_says_what_it_is(page):
    text, _ = read(page)
    tables = re.findall(r"<table.*?</table>", text)
    assert len(tables) > 5
    counts = []
    for table in tables:
        head, body = table.split("</thead>")
        columns = re.findall(r"<th .*?</th>", head.split("<tr>")[-1])
        assert columns and all(re.search(r'title="[^"]{6,}" aria-sort="none"><button', one) for one in columns)
        rows = [re.findall(r"<t[dh].*?</t[dh]>", row) for row in body.split("<tr")[1:]]
        assert {len(row) for row in rows} == {len(columns)}
        numbers = [cell for row in rows for cell in row if "data-v=" in cell]
        counts.append(len(numbers))
        assert all(re.search(r'title="[^"]*(\d+ world|n = \d)', cell) for cell in numbers)
    assert sum(counts) > 500 and sum(n > 0 for n in counts) > 15  # one in which all settings tie has no number


def test_what_the_columns_mean_stands_on_the_page_for_those_without_a_mouse(page):
    _, parsed = read(page)
    words = " ".join(parsed.text)
    assert "What the measures mean" in words and "P(C | the other's last act was C)" in words
    assert {"told", "measures"} <= set(parsed.ids)


@pytest.mark.slow
def test_each_figure_is_kept_under_a_name_that_stays(small, manifest, tmp_path):
    episodes, steps = of_matrix(small)
    found = {}
    path = write_report(
        tmp_path / "a.html", episodes, steps, manifest, lambda name, figure: found.update({name: figure})
    )
    assert {"game-matrix-cooperation", "game-matrix-reciprocity", "game-matrix-time_course"} <= set(found)
    assert len(found) == path.read_text().count("<svg")
    files = save(found["game-matrix-reciprocity"], tmp_path / "deep" / "reciprocity", ["svg", "png", "pdf"])
    assert [file.name for file in files] == ["reciprocity.svg", "reciprocity.png", "reciprocity.pdf"]
    svg, png, pdf = (file.read_bytes() for file in files)
    assert b"FontFile2" in pdf and b"/Type3" not in pdf
    wide = int.from_bytes(png[16:20], "big")
    assert wide == round(200 * found["game-matrix-reciprocity"].get_figwidth())
    save(found["game-matrix-reciprocity"], tmp_path / "again", ["svg", "pdf"])
    assert (tmp_path / "again.svg").read_bytes() == svg and (tmp_path / "again.pdf").read_bytes() == pdf


def test_what_comes_from_outside_is_escaped(small, manifest, tmp_path):
    episodes, steps = small
    renamed = episodes.filter(pl.col("game").is_in(["matrix", "standoff"])).with_columns(
        pl.col("norms").replace({"kind": HOSTILE}),
        pl.col("seats").replace({"deliberators": f"{HOSTILE}$x_1$"}),
        pl.col("game").replace({"standoff": HOSTILE}),
    )
    hostile = {**manifest, "name": HOSTILE, "question": HOSTILE, "config": {HOSTILE: HOSTILE}, "git": HOSTILE}
    text, parsed = read(write_report(tmp_path / "report.html", renamed, steps, hostile))
    assert parsed.tags.count("script") == 1
    assert "alert(" in text and HOSTILE not in text


def test_one_game_one_cell_no_steps(make_rows, tmp_path):
    episodes, _ = make_rows("only", "fishery", "tft,alld", "none", ["conditional"], 2)
    _, parsed = read(write_report(tmp_path / "a.html", episodes, None, {}))
    words = " ".join(parsed.text)
    assert "No norm was played here beside the selfish one" in words and "no steps of fishery were recorded" in words
    assert "The run left no manifest" in words and "Few worlds" in words
    assert "figure" in parsed.tags


def test_no_steps_were_recorded(small, manifest, tmp_path):
    text, parsed = read(write_report(tmp_path / "a.html", of_matrix(small)[0], None, manifest))
    assert "no steps of matrix were recorded" in " ".join(parsed.text) and "null of ρ" not in text


def test_columns_of_nothing_but_null(small, manifest, tmp_path):
    episodes, steps = small
    one = episodes.filter(pl.col("game") == "matrix").with_columns(
        coop_by_seat=pl.lit(None, pl.List(pl.Float64)),
        normalised_welfare=pl.lit(float("nan")),
        rho_by_seat=pl.lit(None),
    )
    _, parsed = read(write_report(tmp_path / "a.html", one, steps, manifest))
    assert "there is no cooperation in matrix that is defined" in " ".join(parsed.text)


def test_a_game_that_nobody_has_words_for(small, manifest, tmp_path):
    episodes, steps = small
    other = episodes.filter(pl.col("game") == "matrix").with_columns(game=pl.lit("volunteers_dilemma"))
    _, parsed = read(write_report(tmp_path / "a.html", other, steps, manifest))
    assert "volunteers dilemma" in " ".join(parsed.text)


def test_a_run_that_did_not_end_says_so(small, manifest, tmp_path):
    counts = {"points": 200, "cells": 25, "finished": 150}
    _, parsed = read(
        write_report(tmp_path / "a.html", *of_matrix(small), {**manifest, "status": "interrupted", "counts": counts})
    )
    assert "This run is interrupted: 150 of its 200 worlds are here" in " ".join(parsed.text)


def test_points_that_failed_are_a_warning(small, manifest, tmp_path):
    counts = {"points": 200, "cells": 25, "finished": 197, "failed": 3}
    told = {**manifest, "status": "failed", "counts": counts}
    _, parsed = read(write_report(tmp_path / "a.html", *of_matrix(small), told))
    words = " ".join(parsed.text)
    assert (
        "This run is failed: 197 of its 200 worlds are here. 3 worlds failed and are left out, which may bias" in words
    )
    assert "The same command again" not in words


def test_no_episode_at_all(manifest, tmp_path):
    _, parsed = read(write_report(tmp_path / "a.html", pl.DataFrame(), None, manifest))
    assert "No episode was played to its end" in " ".join(parsed.text)


def test_a_table_without_its_columns_is_refused(small, manifest, tmp_path):
    episodes, steps = small
    with pytest.raises(ValueError, match="episodes lacks norms"):
        write_report(tmp_path / "a.html", episodes.drop("norms"), steps, manifest)
    with pytest.raises(ValueError, match="steps lacks agent"):
        write_report(tmp_path / "a.html", episodes, steps.drop("agent"), manifest)
    assert list(tmp_path.iterdir()) == []


def test_an_old_report_stays_until_the_new_one_is_whole(small, manifest, tmp_path, monkeypatch):
    path = tmp_path / "report.html"
    path.write_text("old")
    monkeypatch.setattr("pathlib.Path.replace", lambda *_: (_ for _ in ()).throw(OSError("disk")))
    with pytest.raises(OSError, match="disk"):
        write_report(path, *of_matrix(small), manifest)
    assert [other.name for other in tmp_path.iterdir()] == ["report.html"] and path.read_text() == "old"


def test_what_a_manifest_says():
    def of(**settings):
        dilemma = {"temptation": [5.0], "reward": [3.0], "punishment": [1.0], "sucker": [0.0], "payoffs": [None]}
        return {"settings": {"games": {"matrix": {**dilemma, **settings}}, "deliberator": {"depth": [6, 12]}}}

    assert minds(of())["depth"] == [6, 12]
    assert matrix_payoffs(of()) == (5, 3, 1, 0)
    assert matrix_payoffs(of(temptation=[4.0])) == (4, 3, 1, 0)
    assert matrix_payoffs(of(reward=[3.0, 4.0])) is None
    assert matrix_payoffs(of(payoffs=[[3, 3, 0, 5, 5, 0, 1, 1]])) is None
    assert matrix_payoffs({}) is None
    assert not minds({})


@pytest.mark.parametrize(("value", "said"), [(0.6, "(p = 0.005, one-sided)."), (-0.6, "+0.10, which is above it.")])
def test_a_p_that_looks_upwards_is_not_told_of_what_lies_below(value, said):
    row = {"measure": "rho_focal", "value": value, "low": value - 0.1, "high": value + 0.1, "n": 20, "n_null": 20}
    row |= {"null_mean": 0.1, "excess": value - 0.1, "p": 0.005, "seats": "deliberators", "norms": "kind"}
    text = str(_reciprocity(pl.DataFrame({**row, "condition": "kind"})))
    assert said in text and ("p = " in text) == (value > 0)


def test_markup_escapes_but_for_markup():
    assert (
        el("p", "<b>", Markup("<b>"), None, class_="a&b", hidden=True) == '<p class="a&amp;b" hidden>&lt;b&gt;<b></p>'
    )
