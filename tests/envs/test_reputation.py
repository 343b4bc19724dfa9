"""What each is known for, and what comes of it."""

import pickle

import numpy as np
import pytest

import comity
from comity.envs.catalogue import make
from comity.envs.settings import SettingError
from comity.envs.worlds import Worlds

STILL = {"action_noise": 0, "perception_noise": 0}
GROUP = {"n_agents": 5, "pairing": "random", **STILL}


def known(**settings):
    """The institution under these settings."""
    return {"institution": "reputation", **settings}


def stepped(layer, acts, worlds=1, name="matrix", **params):
    """Worlds after the steps ``acts``, each a list of moves for the seats."""
    found = Worlds(make(name, **params, institutions=[layer]), worlds)
    found.reset(0)
    for moves in acts:
        found.step(np.repeat(np.array([moves], float), worlds, axis=0))
    return found


# -- the rule ----------------------------------------------------------------------------------------------------------


def test_an_image_counts_acts_and_stays_within_five():
    images = []
    for steps in range(1, 14):
        worlds = stepped(known(), [[0, 1]] * min(steps, 7) + [[1, 0]] * (steps - 7), **STILL)
        images.append(worlds.state["reputation_true"][0].tolist())
    assert [image[0] for image in images] == [1, 2, 3, 4, 5, 5, 5, 4, 3, 2, 1, 0, -1]
    assert all(own == -other for own, other in images)


def test_standing_forgives_who_refuses_the_bad():
    # the second defects first, the first refuses it, and both make up
    acts = [[0, 1], [1, 1], [0, 0], [1, 0]]
    for steps, expected in enumerate(([1, 0], [1, 0], [1, 1], [0, 1]), 1):
        worlds = stepped(known(kind="standing"), acts[:steps], **STILL)
        assert worlds.state["reputation_true"][0].tolist() == expected
    assert stepped(known(kind="image"), acts[:2], **STILL).state["reputation_true"][0].tolist() == [0, -2]


def test_a_defection_is_justified_by_a_majority_of_the_bad():
    """In a public good of four: two bad of three others do, one does not."""
    acts = {"two": [[20, 20, 0, 0], [0, 20, 20, 20]], "one": [[20, 20, 20, 0], [0, 20, 20, 20]]}
    for bad, expected in (("two", 1), ("one", 0)):
        worlds = stepped(known(kind="standing"), acts[bad], name="public_goods")
        assert worlds.state["reputation_true"][0].tolist() == [expected, 1, 1, 1]


@pytest.mark.parametrize("kind", ["image", "standing"])
@pytest.mark.parametrize("q", [0.5, 0.8, 1.0])
def test_a_share_q_of_gossip_is_right(kind, q):
    layer = known(kind=kind, information="gossip", fidelity=q)
    worlds = stepped(layer, [[20, 20, 0, 0]], worlds=2000, name="public_goods")
    held = worlds.state["reputation_of"]
    off_diagonal = ~np.eye(4, dtype=bool)
    right = (held > 0) == np.array([True, True, False, False])
    spread = 4 * np.sqrt(q * (1 - q) / (2000 * 12))
    assert right[:, off_diagonal].mean() == pytest.approx(q, abs=spread)
    assert right[:, ~off_diagonal].all(), "one knows what one did"
    if q < 1:
        assert (held[:, 0, 2] != held[:, 1, 2]).mean() == pytest.approx(2 * q * (1 - q), abs=0.05)


@pytest.mark.parametrize(("q", "correlated"), [(0.5, 0.0), (0.8, None), (1.0, 1.0)])
def test_at_one_half_an_image_has_nothing_to_do_with_what_was_done(q, correlated):
    layer = known(information="gossip", fidelity=q)
    record = comity.play("matrix", ["allc", "alld"], worlds=2000, horizon=1, **STILL, institutions=[layer])
    found = np.corrcoef(record.logs["reputation_held"][:, 0].ravel(), record.cooperation[:, 0].ravel())[0, 1]
    if correlated is None:  # 2q − 1 for signs of equal frequency
        correlated = 2 * q - 1
    assert found == pytest.approx(correlated, abs=4 / np.sqrt(4000))


def test_a_public_record_is_the_same_for_all_even_where_it_errs():
    worlds = stepped(known(fidelity=0.8), [[20, 0, 0, 20]] * 3, worlds=300, name="public_goods")
    held = worlds.state["reputation_of"]
    assert (held == held[:, :1]).all()
    assert (held[:, 0] != worlds.state["reputation_true"]).any()
    np.testing.assert_array_equal(held[:, 0], worlds.state["reputation_held"])


def test_whoever_sat_out_keeps_its_reputation():
    worlds = stepped(known(), [[0] * 5], worlds=20, **GROUP)
    had_a_choice = ~np.isnan(worlds.state["cooperation"])
    assert (had_a_choice.sum(axis=1) == 4).all()
    np.testing.assert_array_equal(worlds.state["reputation_true"], had_a_choice)


# -- who goes by it ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "params"), [("matrix", GROUP), ("public_goods", {}), ("fishery", {})])
@pytest.mark.parametrize("kind", ["image", "standing"])
def test_discriminators_among_themselves_cooperate_for_ever(name, params, kind):
    layer = known(kind=kind, information="gossip")
    record = comity.play(name, ["discriminator"], worlds=2, horizon=10, **params, institutions=[layer])
    assert (record.cooperation[~np.isnan(record.cooperation)] == 1).all()


def test_who_never_cooperates_is_refused_after_its_first_defection():
    seats = ["alld", "discriminator"]
    layer = known(kind="standing")
    record = comity.play("matrix", seats, worlds=5, horizon=20, **GROUP, institutions=[layer])
    meets = record.addressee == 0
    known_by_now = np.cumsum(record.cooperation[:, :, 0] == 0, axis=1) > 1  # it defected in an earlier step, too
    refused = record.cooperation[meets & known_by_now[:, :, None]]
    assert len(refused) > 50
    assert (refused == 0).all()
    assert (record.logs["reputation_true"][:, :, 1:] == 1).all(), "who refuses the bad stays good"
    trusted = record.cooperation[~meets & ~np.isnan(record.cooperation) & (np.arange(5) > 0)]
    assert (trusted == 1).all()


@pytest.mark.parametrize(("threshold", "cooperates"), [(0.3, [0, 1, 1]), (0.5, [0, 0, 1]), (-1.0, [1, 1, 1])])
def test_in_a_group_a_discriminator_goes_by_the_mean(threshold, cooperates):
    # of the other three one loses and two gain a point in each step: the mean after t steps is t/3
    seat = {"agent": "discriminator", "threshold": threshold}
    seats = ["free_rider", *["full_contributor"] * 2, seat]
    record = comity.play("public_goods", seats, horizon=3, institutions=[known()])
    assert record.cooperation[0, :, 3].tolist() == cooperates


def test_it_needs_reputations():
    with pytest.raises(SettingError, match="discriminator.*matrix has none.*'reputation'"):
        comity.play("matrix", ["discriminator", "tft"])
    with pytest.raises(SettingError, match="discriminator"):
        comity.play("matrix", ["discriminator", "tft"], institutions=["redistribution"])


# -- it is an institution ----------------------------------------------------------------------------------------------


def test_each_sees_what_it_heard_in_seat_order_after_its_own():
    worlds = stepped(known(information="gossip", fidelity=0.6), [[20, 0, 20, 0]] * 3, 20, "public_goods")
    game = worlds.game
    assert pickle.loads(pickle.dumps(game)).settings == game.settings
    assert "0.6" in game.brief(0)
    first = game.field_index["reputation"]
    for seat in range(4):
        held = worlds.state["reputation_of"][:, seat]
        np.testing.assert_array_equal(worlds.observations[:, seat, first : first + 4], np.roll(held, -seat, axis=1))
        told = game.view(worlds.state[0], seat)
        other = (seat + 1) % 4
        assert f"Your image is {held[0, seat]:+g}." in told
        assert f"agent {other}: {held[0, other]:+g}" in told
    believed = game.imagine(worlds.state, 2, worlds.state["key"])
    assert (believed["reputation_of"] == worlds.state["reputation_of"][:, 2][:, None, :]).all()
    assert (believed["reputation_true"] == worlds.state["reputation_of"][:, 2]).all()


@pytest.mark.parametrize(
    ("name", "params", "words"),
    [
        ("donor", {}, ("donor.information",)),
        ("trust", {}, ("trust", "by turns")),
        ("public_goods", {"preset": "sanctsim"}, ("anonymous", "whom it will meet")),
        ("fishery", {"n_agents": 1}, ("one seat",)),
        ("matrix", {"institutions": [known(fidelity=1.2)]}, ("reputation.fidelity", "1.2")),
    ],
)
def test_it_is_refused_where_nobody_can_be_known(name, params, words):
    with pytest.raises(SettingError) as error:
        make(name, **{"institutions": ["reputation"], **params})
    for word in words:
        assert word in str(error.value)
