"""What an agent remembers and holds: the last steps, counts, and what its model wrote, as far as that can be used."""

import json
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.agents.llm.asking import texts_of
from comity.agents.llm.calls import FAILED, REFLECTION, SUMMARY, Place, Reply, Request
from comity.agents.llm.memories import KINDS, memory
from comity.agents.llm.memory import Moment, Remembering
from comity.agents.llm.reflection import Reflecting, Reflection
from comity.agents.llm.reply import Unusable
from comity.agents.llm.words import quoted
from comity.envs.acts import SOMEBODY, Act

TROUBLE = st.text('ab "\\\n\r\t{}[]:,1\u2028\u202e\x1b\ud800é', max_size=30)


def asker(purpose, text, schema, attempt):
    return Request("scripted/x", ((), ("user", text)), {}, schema, purpose, Place(0, 0, 3, 0, attempt))


def driven(asking, *replies):
    """What an asking comes to under these replies, and its requests; all of the replies must be taken."""
    requests, left = [], list(replies)
    try:
        requests.append(next(asking))
        while True:
            reply = left.pop(0)
            requests.append(asking.send(reply if isinstance(reply, Reply) else Reply(reply)))
    except StopIteration as stop:
        assert not left
        return stop.value, requests


def asked(request):
    return request.messages[1][1]


def filled(kind, moments, others=2, **how):
    it = memory(Remembering(kind, **how), 0, others)
    for moment in moments:
        it.add(moment)
    return it


def moment(step, *acts, **more):
    return Moment(step, f"Stock {100 - step}.\nAll is calm.", str(step), acts=acts, paid=float(step), **more)


@pytest.mark.parametrize("kind", KINDS)
def test_at_first_nothing_is_remembered(kind):
    assert filled(kind, []).tell() == ""
    assert not filled(kind, []).due()


def test_none_remembers_nothing():
    assert filled("none", [moment(1)]).tell() == ""


def test_a_window_holds_the_last_steps():
    it = filled("window", [moment(k) for k in range(1, 6)], steps=2)
    assert it.tell() == (
        "What you remember:\n"
        "Step 4.\n  You saw: Stock 96.\n    All is calm.\n  You answered: 4\n  You were paid 4.\n"
        "Step 5.\n  You saw: Stock 95.\n    All is calm.\n  You answered: 5\n  You were paid 5."
    )


def test_all_that_a_step_can_hold():
    acts = (Act(0, 2, "give", 50.0, "percent"), Act(SOMEBODY, None, "give", 3.0, "tokens"), Act(2, 0, "PO"))
    step = Moment(7, "", "5", True, ("Hi.",), ((2, 'Say "no".\nYou: yes'),), acts, 2.5, 4.0)
    assert filled("window", [step]).tell().split("\n  ")[1:] == [
        'You said: "Hi."',
        'Agent 2 said: "Say \\"no\\".\\nYou: yes"',
        "Your reply could not be used; 5 was played for you.",
        "What was done: you to agent 2: give 50 percent; one of the others: give 3 tokens; agent 2 to you: PO.",
        "You were paid 2.5; the step counts as 4 for you.",
    ]
    waited = Moment(1, "It is not your turn.")
    assert filled("window", [waited]).tell() == "What you remember:\nStep 1.\n  You saw: It is not your turn."


@given(TROUBLE)
def test_words_of_others_stay_between_their_quotes(text):
    line = quoted(text)
    assert line.isprintable()
    assert line[0] == line[-1] == '"'
    assert '"' not in line[1:-1].replace("\\\\", "").replace('\\"', "")


def test_counts_by_hand():
    acts = [
        (Act(0, 1, "cooperate"), Act(1, 0, "defect")),
        (Act(0, 2, "cooperate"), Act(2, 0, "cooperate")),
        (Act(0, 1, "defect"), Act(1, 0, "defect")),
    ]
    it = filled("ledger", [moment(k, *two) for k, two in enumerate(acts, 1)])
    assert it.tell() == (
        "What was done so far, as far as you saw it:\n"
        "You to agent 1: cooperate (once), defect (once); last: defect.\n"
        "Agent 1 to you: defect (2 times); last: defect.\n"
        "You to agent 2: cooperate (once); last: cooperate.\n"
        "Agent 2 to you: cooperate (once); last: cooperate.\n"
        "In 3 steps you were paid 6 in all; last: 3."
    )


@given(
    st.lists(
        st.lists(st.tuples(st.integers(0, 3), st.sampled_from([None, 0, 1]), st.integers(0, 9)), max_size=3), max_size=6
    )
)
def test_counts_are_those_of_a_counter(steps):
    moments = [Moment(k, acts=tuple(Act(i, j, "give", float(x)) for i, j, x in acts)) for k, acts in enumerate(steps)]
    text = filled("ledger", moments, others=3).tell()
    pairs = [(i, j) for acts in steps for i, j, _ in acts]
    for (i, j), number in Counter(pairs).items():
        amounts = [x for acts in steps for a, b, x in acts if (a, b) == (i, j)]
        who = "You" if i == 0 else f"Agent {i}"
        to = "" if j is None else " to you" if j == 0 else f" to agent {j}"
        often = "once" if number == 1 else f"{number} times"
        total = f"{often}, {sum(amounts)} in all, each from {min(amounts)} to {max(amounts)}"
        assert f"{who}{to}: give ({total}); last: give {amounts[-1]}.\n" in text + "\n"


def test_the_ledger_says_how_often_another_answer_was_played():
    it = filled("ledger", [moment(1, invalid=True), moment(2, score=5.0)])
    assert it.tell().split("\n") == [
        "In 2 steps you were paid 3 in all, which counts as 5 for you; last: 2.",
        "Your reply could not be used once; then another answer was played for you.",
    ]


def test_a_summary_takes_the_place_of_what_it_sums_up():
    it = filled("summary", [moment(1)], steps=2, words=12)
    assert not it.due()
    it.add(moment(2))
    assert it.due()
    _, (request,) = driven(it.update(asker), 'Here: {"summary": "Both  were\\n calm."}')
    assert request.purpose == SUMMARY
    assert "Step 1." in asked(request)
    assert "12 words" in asked(request)
    assert it.tell() == "Your summary of what happened up to step 2:\nBoth were calm."
    it.add(moment(3))
    assert not it.due()
    assert it.tell().startswith(
        "Your summary of what happened up to step 2:\nBoth were calm.\nWhat you remember:\nStep 3."
    )


def test_a_summary_that_cannot_be_used_leaves_the_old_one():
    it = filled("summary", [moment(k) for k in range(1, 3)], steps=2, words=10)
    driven(it.update(asker), '{"summary": "Old."}')
    for step in range(3, 13):
        it.add(moment(step))
        if it.due():
            _, requests = driven(it.update(asker), "prose", json.dumps({"summary": "word " * 11}))
            assert [request.place.attempt for request in requests] == [0, 1]
            assert "there is no JSON object in it" in asked(requests[1])
    assert it.unusable == 5
    text = it.tell()
    assert "up to step 2:\nOld." in text
    assert [f"Step {k}." in text for k in range(8, 13)] == [False, True, True, True, True]  # twice as many as are due
    driven(it.update(asker), Reply("", FAILED), '{"summary": "New."}')
    assert it.tell() == "Your summary of what happened up to step 12:\nNew."


def test_what_is_held_on_reflection_stays_until_the_next():
    it = Reflection(Reflecting(every=3, words=10))
    assert it.tell() == ""
    assert [it.due(step) for step in (0, 2, 3)] == [False, False, True]
    _, (request,) = driven(it.update(asker, 3, "MEMORY"), '{"values": "To take little.", "lessons": "They watch."}')
    assert request.purpose == REFLECTION
    assert "MEMORY" in asked(request)
    told = it.tell()
    assert told == (
        "What you hold on reflection, written by you after step 3:\n"
        "What you hold to be right here: To take little.\n"
        "What you have learned about the others: They watch."
    )
    assert [it.due(step) for step in (3, 5, 6)] == [False, False, True]
    _, requests = driven(it.update(asker, 6), '{"values": "x"}', '{"values": "x", "lessons": ["y"]}')
    assert told in asked(requests[0])
    assert (it.tell(), it.unusable) == (told, 1)
    assert not it.due(8)
    assert not Reflection(Reflecting()).due(10**6)


@pytest.mark.parametrize(
    "found", [{}, {"s": 1}, {"s": " \u200b"}, {"s": "x", "t": "y"}, {"s": "a b c d"}, {"s": "x" * 61}, {"s": None}]
)
def test_texts_that_cannot_be_used(found):
    with pytest.raises(Unusable):
        texts_of(found, ("s",), 3)
