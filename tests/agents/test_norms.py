"""NORMS.md §2: the utility, its conventions, and its known answers."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.agents.norms import PRESETS, Norms, conduct, kindness_of_lambda, norms, pack, value_orientation
from comity.agents.preferences import add_utilities, remember, weights_of
from comity.envs.settings import SettingError

T, R, P, S = 5, 3, 1, 0
M, N = 0.4, 4  # linear public good
ENDOWMENT = 20


def utility(norm, i, pi):
    """U_i of one step with payoffs ``pi``, by the library."""
    pi = np.asarray(pi, float)
    n = len(pi)
    packed = pack([norms(norm)], n, ())
    total = np.zeros(1)
    kindness, incomes = np.zeros((1, n)), np.zeros((1, n))
    one = np.ones(1)
    of = np.zeros(1, np.int64)
    weights = weights_of(packed.rows, packed.same_group, kindness, i)
    add_utilities(packed.rows, weights, of, i, pi[None].copy(), pi[None], incomes, 0.0, one == 1, one, total)
    return total[0]


def prefers_cooperation(norm, other_cooperates):
    """One-shot prisoner's dilemma: is C a best reply?"""
    c, d = ([R, R], [T, S]) if other_cooperates else ([S, T], [P, P])
    return utility(norm, 0, c) >= utility(norm, 0, d) - 1e-12


@pytest.mark.parametrize(("other", "threshold"), [(True, 2 / 3), (False, 1 / 4)])
def test_kindness_makes_cooperation_a_best_reply(other, threshold):
    assert not prefers_cooperation({"kindness": threshold - 1e-6}, other)
    assert prefers_cooperation({"kindness": threshold + 1e-6}, other)


@pytest.mark.parametrize("envy", [0, 0.5, 3])
def test_guilt_makes_mutual_cooperation_an_equilibrium(envy):
    assert not prefers_cooperation({"guilt": 0.4 - 1e-6, "envy": envy}, True)
    assert prefers_cooperation({"guilt": 0.4 + 1e-6, "envy": envy}, True)


def public_good(contributions):
    g = np.asarray(contributions, float)
    return ENDOWMENT - g + M * g.sum()


@pytest.mark.parametrize("others", [(0, 0, 0), (20, 20, 20), (5, 0, 20)])
def test_kindness_makes_contributing_dominant(others):
    def best(kindness):
        return max(range(21), key=lambda g: utility({"kindness": kindness}, 0, public_good([g, *others])))

    assert best(0.5 - 1e-6) == 0
    assert best(0.5 + 1e-6) == 20


def test_guilt_sustains_full_contribution_but_does_not_make_it_dominant():
    def best(guilt, others):
        return max(range(21), key=lambda g: utility({"guilt": guilt, "envy": 1}, 0, public_good([g, *others])))

    assert best(0.6 + 1e-6, (20, 20, 20)) == 20
    assert best(0.99, (0, 0, 0)) == 0
    for others in ((20, 20, 20), (0, 0, 0), (5, 0, 20)):
        assert best(0.6 - 1e-6, others) == 0, "below it free riding is dominant"


@pytest.mark.parametrize(
    ("kindness", "kind"),
    [
        (math.tan(math.radians(-12.05)), "competitive"),
        (math.tan(math.radians(-12.03)), "individualistic"),
        (math.tan(math.radians(22.44)), "individualistic"),
        (math.tan(math.radians(22.46)), "prosocial"),
        (math.tan(math.radians(57.14)), "prosocial"),
        (math.tan(math.radians(57.16)), "altruistic"),
    ],
)
def test_social_value_orientation(kindness, kind):
    angle, found = value_orientation(kindness)
    assert math.tan(math.radians(angle)) == pytest.approx(kindness)
    assert found == kind


@given(st.floats(0, 10), st.lists(st.floats(-10, 10), min_size=2, max_size=5))
def test_lambda_cooperative_agents_are_kind_ones(weight, pi):
    ours = utility({"kindness": kindness_of_lambda(weight)}, 0, pi)
    theirs = pi[0] + weight * sum(pi)
    assert ours * (1 + weight) == pytest.approx(theirs, abs=1e-9)


def test_every_term_by_hand():
    norm = {
        "kindness": 0.5, "compassion": 2, "need_line": 0.5, "sympathetic_joy": 0.25, "envy": 0.8, "guilt": 0.3,
        "reciprocity": {"positive": 1, "negative": 2}, "equanimity": 0.4, "income_memory": 0.5,
        "circle": {"in_group": 1, "out_group": 0.2, "groups": (0, 0, 1)},
    }  # fmt: skip
    packed = pack([norms(norm)], 3, ())
    total, incomes = np.zeros(1), np.array([[1.0, 6.0, 2.0]])
    pi, k = np.array([[4.0, 2.0, 8.0]]), np.array([[0, 0.5, -0.25]])
    weights, of = weights_of(packed.rows, packed.same_group, k, 0), np.zeros(1, np.int64)
    add_utilities(packed.rows, weights, of, 0, pi, pi, incomes, 10.0, np.ones(1, bool), np.array([0.9]), total)
    y = [2.5, 4.0, 5.0]  # half of before, half of now
    assert incomes[0].tolist() == y
    mean = (1 + 0.2) / 2
    b1, b2 = 0.6 * 1 + 0.4 * mean, 0.6 * 0.2 + 0.4 * mean
    w1 = (0.5 + 1 * 0.5) * b1
    w2 = 0.5 * b2 - 2 * 0.6 * 0.25
    expected = 4 + w1 * 2 + w2 * 8
    expected -= 2 * ((5 - 4) + 0)  # need .5 of 10
    expected -= 0.8 * 0.75 / 2 * ((4 - 2.5) + (5 - 2.5))
    expected += 0.25 * (0 + 3)  # gains: 4 − 6 is none, 5 − 2
    assert total[0] == pytest.approx(0.9 * expected)


def test_income_terms_count_only_at_steps_that_pay():
    packed = pack([norms({"guilt": 0.5, "compassion": 1})], 2, ())
    total, incomes = np.zeros(1), np.array([[7.0, 3.0]])
    zeros = np.zeros((1, 2))
    first, unpaid = np.zeros(1, np.int64), np.zeros(1, bool)
    add_utilities(packed.rows, zeros, first, 0, zeros, zeros, incomes, 9.0, unpaid, np.ones(1), total)
    assert total[0] == 0
    assert incomes.tolist() == [[7, 3]]


def test_spite_doubles_envy_and_joy_takes_it_away():
    pi = [1, 4]
    plain = utility({"envy": 1}, 0, pi)
    assert plain == 1 - 3
    assert utility({"envy": 1, "sympathetic_joy": -1}, 0, pi) == 1 - 6
    assert utility({"envy": 1, "sympathetic_joy": 1}, 0, pi) == 1 - 0 + 4


# -- remembered kindness -----------------------------------------------------------------------------------------------


def remembered(norm, pairs, k, seat=0, pardon=1.0):
    packed = pack([norms(norm)], len(k), ())
    kindness = np.array([k], float)
    remember(packed, kindness, seat, np.array([pairs], float), np.full((1, len(k)), pardon))
    return kindness[0]


NAN = np.nan


def test_half_life_of_memory():
    k = np.array([0.0, 1.0])
    for _ in range(5):
        k = remembered({"memory": 5}, [[NAN, 1], [0.5, NAN]], k)
    assert k[1] == pytest.approx(0.5), "neutral acts halve it in τ steps"


def test_kinds_of_reciprocity():
    pairs = [[NAN, 1, 1], [1, NAN, 0], [0, 0.5, NAN]]
    tau1 = {"memory": 1}  # half of the old, half of the new
    assert remembered({**tau1}, pairs, [0, 0, 0]).tolist() == [0, 0.5, -0.5]
    indirect = {**tau1, "reciprocity": {"kind": "indirect"}}
    assert remembered(indirect, pairs, [0, 0, 0]).tolist() == [0, -0.5, 0]
    generalised = {**tau1, "reciprocity": {"kind": "generalised"}}
    assert remembered(generalised, pairs, [0, 0.25, 0]).tolist() == [0, 0.125, 0]


def test_nan_leaves_memory_as_it_is_and_forgiveness_lets_provocations_pass():
    assert remembered({}, [[NAN, 1], [NAN, NAN]], [0, 0.3]).tolist() == [0, 0.3]
    provoked = [[NAN, 1], [0, NAN]]
    assert remembered({"forgiveness": 0.3}, provoked, [0, 0.3], pardon=0.29).tolist() == [0, 0.3]
    assert remembered({"forgiveness": 0.3}, provoked, [0, 0.3], pardon=0.31)[1] < 0.3
    assert remembered({"forgiveness": 1}, [[NAN, 1], [1, NAN]], [0, 0.0])[1] > 0, "kindness is never pardoned"


# -- settings ----------------------------------------------------------------------------------------------------------


def test_presets_are_those_of_the_page():
    assert norms("selfish") == Norms()
    kind = norms("kind")
    assert (kind.kindness, kind.reciprocity.negative) == (0.8, 1.2)
    assert norms("reciprocal").reciprocity[:2] == (1, 1)
    assert norms("reciprocal").reciprocity.initial == 1
    assert norms("universal").universalization == 0.7
    b = norms("brahmavihara")
    assert (b.kindness, b.reciprocity.negative, b.compassion, b.need_line) == (0.8, 1.2, 1, 0.5)
    assert (b.sympathetic_joy, b.envy, b.equanimity, b.forgiveness) == (0.5, 0.5, 0.5, 0.3)
    assert {"indifferent", "partial", "pitying", "credulous"} <= set(PRESETS)
    assert all(isinstance(norms(name), Norms) for name in PRESETS)


def test_changing_one_number_of_a_preset_leaves_the_rest():
    changed = norms({"preset": "kind", "reciprocity": {"positive": 0.5}})
    assert changed.reciprocity.negative == 1.2
    assert norms(changed, reciprocity={"negative": 0}).reciprocity.positive == 0.5


def test_conduct():
    rows = pack([norms("kind"), norms("equanimous"), norms("spiteful")], 2, ()).rows
    generosity, retaliation, memory = conduct(rows)
    assert generosity.tolist() == [0.8, 0.8, 0]
    assert retaliation.tolist() == [1, 0.6, 0]
    assert memory.tolist() == [5, 5, 5]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("knd", ("knd", "kind")),
        ({"kindnes": 1}, ("kindnes", "kindness")),
        ({"kindness": 3}, ("norms.kindness", "3", "[-1, 2]")),
        ({"guilt": 1}, ("norms.guilt", "1", "[0, 1)")),
        ({"memory": 0}, ("norms.memory", "0", "> 0")),
        ({"reciprocity": {"kind": "mutual"}}, ("norms.reciprocity.kind", "mutual", "generalised")),
        ({"reciprocity": 1}, ("norms.reciprocity", "positive")),
        ({"patience": "high"}, ("norms.patience", "high")),
        ({"circle": {"groups": 3}}, ("norms.circle.groups", "list")),
        (7, ("norms", "7")),
    ],
)
def test_wrong_norms_say_what_is_allowed(given, words):
    with pytest.raises(SettingError) as error:
        norms(given)
    assert all(word in str(error.value) for word in words)


def test_groups_and_patients_must_fit_the_game():
    with pytest.raises(SettingError, match="groups.*3"):
        pack([norms({"circle": {"groups": [0, 1]}})], 3, ())
    with pytest.raises(SettingError, match="stok.*stock"):
        pack([norms({"circle": {"patients": {"stok": 1}}})], 3, ("stock",))
