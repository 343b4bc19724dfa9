"""A norm in words: what is parsed back from the text makes the same agent; the placebo is as long and says nothing."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import comity
from comity.agents.constitution import constitution
from comity.agents.constitution_words import CLAUSES
from comity.agents.norms import KINDS, PRESETS, Circle, Norms, Reciprocity, norms, pack
from comity.agents.placebo import placebo
from comity.agents.preferences import add_utilities, remember, weights_of
from comity.envs.paraphrases import PARAPHRASES, paraphrase_of
from comity.envs.settings import SettingError

NUMBER = r"-?\d+(?:\.\d+)?"
every_wording = pytest.mark.parametrize("paraphrase", range(PARAPHRASES))

# -- the inverse: sentences with their numbers taken out ---------------------------------------------------------------


def slot(name):
    words = {"groups": r"(?:agent_\d+| and |; )+", "signal": "[a-z ]+"}
    return f"(?P<{name}>{words.get(name, NUMBER)})"


def pattern(template):
    found = re.sub(r"\\{(\w+)\\}", lambda m: slot(m[1]), re.escape(template))
    return re.compile(re.sub(r"(point|such\\ step|such\\ time)s", r"\1s?", found) + r"(?: |$)")


PATTERNS = [{name: pattern(wordings[k]) for name, wordings in CLAUSES.items()} for k in range(PARAPHRASES)]


def parsed(text, paraphrase):
    """(clause, values) of every sentence; nothing may be left over."""
    found, at = [], 0
    while at < len(text):
        here = {name: m for name, p in PATTERNS[paraphrase].items() if (m := p.match(text, at))}
        assert len(here) == 1, (text[at : at + 80], list(here))
        ((name, match),) = here.items()
        words = match.groupdict()
        found.append((name, {k: v if k in ("groups", "signal") else float(v) for k, v in words.items()}))
        at = match.end()
    return found


def rebuilt(clauses):
    """A norm that says the same, from what was parsed."""
    said = dict(clauses)
    flat = {k: v for values in said.values() for k, v in values.items()}
    plain = ("kindness", "compassion", "need_line", "guilt", "memory", "equanimity", "forgiveness")
    plain += ("universalization", "patience", "income_memory")
    result = {name: flat[name] for name in plain if name in flat}
    if "spite" in flat:
        result["kindness"] = -flat["spite"]
    joy, damping = flat.get("joy", 0.0), 1 - flat.get("equanimity", 0.0)
    result |= {"sympathetic_joy": joy, "envy": flat["envy"] / (1 - joy) if "envy" in flat else 0.0}
    reciprocity = {name: flat[name] for name in ("positive", "initial") if name in flat}
    reciprocity["negative"] = flat["negative"] / damping if "negative" in flat else 0.0
    reciprocity["kind"] = next((kind for kind in KINDS if kind in said), KINDS[0])
    circle = {name: flat[name] for name in ("in_group", "out_group") if name in flat}
    if "groups" in flat:
        of = {name: k for k, group in enumerate(flat["groups"].split("; ")) for name in group.split(" and ")}
        circle["groups"] = tuple(of[f"agent_{i}"] for i in range(len(of)))
    patients = [
        (v["signal"], v["patient"] if name == "patient" else -v["patient"]) for name, v in clauses if "signal" in v
    ]
    circle["patients"] = {signal.replace(" ", "_"): b for signal, b in patients}
    parts = {"reciprocity": Reciprocity(**reciprocity), "circle": Circle(**circle)}
    return Norms(**result, **parts)  # unchecked: a weight times that of the circle may lie beyond the range of either


def conduct_of(norm, n=3):
    """What a norm makes of acts, payoffs and incomes: k, w and U of every seat, over steps that pay and do not."""
    packed = pack([norm], n, ("stock", "sea_level"))
    draws = np.random.default_rng(5)
    found = []
    for i in range(n):
        k = np.full((1, n), packed.rows["initial"][0])
        incomes, total, of = draws.uniform(0, 9, (1, n)), np.zeros(1), np.zeros(1, np.int64)
        for step in range(4):
            remember(packed, k, i, draws.uniform(0, 1, (1, n, n)), np.full((1, n), step / 4))
            w = weights_of(packed.rows, packed.same_group, k, i)
            pays, discount = np.array([step != 1]), np.ones(1)
            pi = draws.uniform(-5, 9, (1, n))
            add_utilities(packed.rows, w, of, i, pi, pi, incomes, 9.0, pays, discount, total)
            found += [*w[0], total[0]]
    return np.array(found)


def number(low, high):
    hundredths = st.integers(round(100 * low), round(100 * high)).map(lambda k: k / 100)
    return st.one_of(st.just(0.0), hundredths, st.floats(low, high))


NORMS = st.fixed_dictionaries(
    {},
    optional={
        "kindness": number(-1, 2), "compassion": number(0, 3), "need_line": number(0, 2),
        "sympathetic_joy": number(-1, 1), "envy": number(0, 3), "guilt": number(0, 0.99),
        "memory": st.floats(0.01, 99), "equanimity": number(0, 1), "forgiveness": number(0, 1),
        "universalization": number(0, 1), "patience": number(0, 1), "income_memory": number(0, 0.99),
        "reciprocity": st.fixed_dictionaries(
            {"kind": st.sampled_from(KINDS)},
            optional={"positive": number(0, 3), "negative": number(0, 3), "initial": number(-1, 1)},
        ),
        "circle": st.fixed_dictionaries(
            {"groups": st.sampled_from([(), (0, 0, 1), (2, 0, 2), (1, 1, 1), (0, 1, 2)])},
            optional={
                "in_group": number(0, 2), "out_group": number(0, 2),
                "patients": st.dictionaries(st.sampled_from(["stock", "sea_level"]), number(-2, 2)),
            },
        ),
    },
)  # fmt: skip


@settings(deadline=None, max_examples=100)
@given(NORMS, st.integers(0, PARAPHRASES - 1))
def test_what_is_parsed_back_is_the_same_agent(given, paraphrase):
    norm = norms(given)
    clauses = parsed(constitution(norm, paraphrase), paraphrase)
    again = rebuilt(clauses)
    np.testing.assert_allclose(conduct_of(again), conduct_of(norm), rtol=1e-9, atol=1e-9)
    assert again.universalization == norm.universalization
    assert again.patience == norm.patience
    assert again.circle.patients == {name: b for name, b in norm.circle.patients.items() if b}
    said = {name for _, values in clauses for name in values}
    for name in said & {"need_line", "memory", "forgiveness", "income_memory", "compassion", "guilt", "equanimity"}:
        assert getattr(again, name) == getattr(norm, name), "to the last digit"
    if "initial" in said:
        assert again.reciprocity.initial == norm.reciprocity.initial
        assert again.reciprocity.kind == norm.reciprocity.kind
    assert len(clauses) == len({(name, values.get("signal")) for name, values in clauses}), "nothing is said twice"


# -- known answers -----------------------------------------------------------------------------------------------------

IN_FORCE = {
    "selfish": [],
    "kind": [0, 0.8, 1.2, 5],
    "compassionate": [0.5, 1],
    "joyful": [0.25, 0.5],
    "equanimous": [0, 0.3, 0.6, 0.8, 5],
    "brahmavihara": [0, 0.25, 0.3, 0.5, 0.5, 0.6, 0.8, 1, 5],
    "reciprocal": [1, 1, 1, 5],
    "universal": [0.7],
    "inequity_averse": [0.6, 0.8],
    "altruist": [1],
    "spiteful": [0.5],
    "indifferent": [],
    "partial": [0.8],
    "pitying": [0.5, 1, 1],
    "credulous": [0.8],
}
"""Worked out by hand: α(1−μ) = .25, ρ⁻(1−ε) = .6, α(1−μ) = 1; with one group there is no out-group to speak of."""


@every_wording
@pytest.mark.parametrize("preset", PRESETS)
def test_numbers_of_the_presets(preset, paraphrase):
    assert sorted(map(float, re.findall(NUMBER, constitution(preset, paraphrase)))) == IN_FORCE[preset]


@pytest.mark.parametrize(
    ("norm", "cues"),
    [
        (
            {"compassion": 3, "need_line": 0.25},
            {3.0: r"loss of (N)|costs you (N)|take away (N)", 0.25: r"line is (N)|lies at (N)|which is (N)"},
        ),
        (
            {"reciprocity": {"positive": 2, "initial": -0.4}, "memory": 7},
            {-0.4: r"starts at (N)|at first (N)|mark, (N)", 7.0: r"in (N) such steps|takes (N) such times"},
        ),
        (
            {"kindness": 0.9, "circle": {"groups": [0, 1], "in_group": 1.5, "out_group": 0.2}},
            {
                1.5: r"(N) (?:for those|times it if they|times what was)",
                0.2: r"(N) (?:for those of other|times it if they are not|times\.)",
            },
        ),
    ],
)
@every_wording
def test_of_two_numbers_each_stands_where_it_belongs(norm, cues, paraphrase):
    text = constitution(norm, paraphrase)
    for value, cue in cues.items():
        assert float(next(filter(None, re.search(cue.replace("N", NUMBER), text).groups()))) == value


@every_wording
def test_a_circle_names_its_groups_and_says_what_it_reaches(paraphrase):
    groups = {"groups": [3, 1, 3], "out_group": 0}
    kind = constitution({"preset": "kind", "circle": groups}, paraphrase)
    assert "agent_0 and agent_2; agent_1" in kind
    names = [name for name, _ in parsed(kind, paraphrase)]
    assert names == ["self", "kindness", "direct", "circle", "negative", "any_group"], "unkindness knows no groups"
    unkind = constitution({"reciprocity": {"negative": 1}, "circle": groups}, paraphrase)
    assert [name for name, _ in parsed(unkind, paraphrase)] == ["self", "direct", "negative"]


@pytest.mark.parametrize(
    "nothing",
    [
        {"equanimity": 0.5},
        {"forgiveness": 0.5, "memory": 9},
        {"need_line": 0.9, "income_memory": 0.5},
        {"envy": 2, "sympathetic_joy": 1, "kindness": 0, "reciprocity": {"initial": 1}},
        {"equanimity": 1, "reciprocity": {"negative": 2}},
        {"kindness": 1, "circle": {"in_group": 0}},
        {"circle": {"groups": [0, 1], "out_group": 0, "patients": {"stock": 0}}},
    ],
)
def test_what_has_no_effect_is_not_said(nothing):
    names = {name for name, _ in parsed(constitution(nothing), 0)}
    assert names <= {"alone", "self", "joy", "income"}
    assert ("joy" in names) == ("sympathetic_joy" in nothing)


def test_the_wordings_are_three_and_hold_the_same_numbers():
    for name, wordings in CLAUSES.items():
        assert len(set(wordings)) == PARAPHRASES, name
        assert len({tuple(sorted(re.findall(r"{\w+}", words))) for words in wordings}) == 1, name
        assert not any(re.search(r"\d", words) for words in wordings), "every figure is a setting"


def test_a_norm_alone_and_in_its_batch_is_worded_alike():
    seeds = np.arange(3000, dtype=np.uint64)
    drawn = paraphrase_of(seeds)
    assert np.bincount(drawn) / len(seeds) == pytest.approx(np.full(3, 1 / 3), abs=4 * (2 / 9 / 3000) ** 0.5)
    assert [int(paraphrase_of(seed)) for seed in (0, 17, 2999)] == drawn[[0, 17, 2999]].tolist()
    assert comity.constitution("kind", drawn[3]) == constitution("kind", int(drawn[3]))


@pytest.mark.parametrize(
    ("given", "paraphrase", "words"),
    [
        ("knd", 0, ("knd", "kind")),
        ({"kindness": 3}, 0, ("norms.kindness", "3", "[-1, 2]")),
        (7, 0, ("norms", "7")),
        ("kind", 3, ("paraphrase", "3", "0 to 2")),
        ("kind", -1, ("paraphrase", "-1")),
        ("kind", "first", ("paraphrase", "first")),
        ("kind", True, ("paraphrase", "True")),
    ],
)
def test_what_cannot_be_written_is_refused(given, paraphrase, words):
    with pytest.raises(SettingError) as error:
        constitution(given, paraphrase)
    assert all(word in str(error.value) for word in words)


# -- the placebo -------------------------------------------------------------------------------------------------------

LOADED = re.compile(
    r"\b(?:you|yours?|must|should|may|never|always|please|others?|another|agents?|players?|groups?|points?|payoffs?|paid"
    r"|pays?|costs?|worth|values?|shares?|cooperat\w+|games?|steps?|good|bad|kind|cruel|fair|unfair|right|wrong|help|harm"
    r"|gains?|loss|loses?|gives?|takes?|wins?|one|two|three|four|five|six|seven|eight|nine|ten|half|both|twice|once|many"
    r"|few|no|not|all|none)\b",
    re.IGNORECASE,
)


def assert_twin(text):
    neutral = placebo(text)
    assert len(neutral.split()) == len(text.split())
    assert abs(len(neutral) - len(text)) <= 0.03 * len(text)
    assert not re.search(r"\d", neutral)
    assert not LOADED.search(neutral)
    assert neutral.endswith(".")
    assert placebo(text) == neutral


@every_wording
@pytest.mark.parametrize("preset", PRESETS)
def test_a_placebo_is_as_long_as_each_preset_and_says_nothing(preset, paraphrase):
    assert_twin(constitution(preset, paraphrase))


@every_wording
def test_a_placebo_is_as_long_as_the_longest_norm(paraphrase):
    everything = {"reciprocity": {"positive": 0.7}, "guilt": 0.35, "universalization": 0.15, "patience": 0.9}
    groups = {"groups": [0, 0, 1], "out_group": 0.4, "patients": {"stock": 0.6}}
    assert_twin(constitution({"preset": "brahmavihara", **everything, "circle": groups}, paraphrase))


def test_a_placebo_has_whole_sentences_for_any_number_of_words():
    for count in range(1, 120):
        neutral = placebo(" ".join(["four"] * count))
        assert len(neutral.split()) == count
        assert all(part[:1].isupper() for part in neutral.split(". "))
    assert placebo("") == ""


def test_norms_are_what_the_text_starts_from():
    assert constitution() == constitution(Norms()) == constitution("selfish")
    assert constitution("indifferent") == constitution("selfish"), "it looks after nobody, and is told so"
