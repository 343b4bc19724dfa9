import sqlite3
import threading

import polars as pl
import pytest

from comity.agents.llm.calls import FAILED, REFUSED, Message, Reply
from comity.agents.llm.ledger import Ledger
from comity.envs.settings import SettingError

FULL = Reply("a", "ok", "", "some-model", "stop", 1000, 200, 0.0045, 1.25, 3, False)


def test_an_answer_comes_back_as_it_came(tmp_path, make_request):
    told = FULL._replace(text='{"move": "A"} 😀 \x00 é')
    with_schema = make_request(seed=2**64 - 1, schema={"enum": ["A", "B"]})
    ledger = Ledger(tmp_path / "ledger.sqlite")
    ledger.put(with_schema, told)
    ledger.put(make_request(step=1), told._replace(seed_honoured=None, cost=None))
    assert ledger.get(with_schema.key()) == told._replace(cached=True)
    ledger.close()
    again = Ledger(tmp_path / "ledger.sqlite")
    assert again.get(with_schema.key()) == told._replace(cached=True)
    assert again.get(make_request(step=1).key()) == told._replace(cached=True, seed_honoured=None, cost=None)
    assert again.get(make_request(step=2).key()) is None
    again.close()


def test_text_that_cannot_be_written_is_kept_all_the_same(make_request):
    ledger = Ledger()
    request = make_request(messages=(Message("user", "half \ud83d of a pair"),))
    ledger.put(request, Reply("and \ude00 the other"))
    assert ledger.get(request.key()).text == "and ? the other"


def test_failures_are_kept_and_never_taken_for_answers(make_request):
    ledger, request = Ledger(), make_request()
    ledger.put(request, Reply("", FAILED, "no answer", cost=None))
    assert ledger.get(request.key()) is None and ledger.recorded(request.key()).status == FAILED
    ledger.put(request, Reply("I will not.", REFUSED, "refused", cost=0.25))
    assert ledger.get(request.key()) is None and ledger.recorded(request.key()).status == REFUSED
    ledger.put(request, Reply("yes", cost=0.5))
    ledger.put(request, Reply("another", cost=1.0))
    ledger.put(request, Reply("", FAILED, "no answer", cost=None))
    assert ledger.get(request.key()).text == ledger.recorded(request.key()).text == "yes"
    assert (len(ledger), ledger.spent(), ledger.unknown_cost()) == (5, 1.75, 2)


def test_prompts_are_kept_once(tmp_path, make_request):
    ledger = Ledger(tmp_path / "ledger.sqlite")
    for step in range(20):
        ledger.put(make_request(step=step, schema={"type": "object"}), Reply("x"))
    ledger.close()
    kept = sqlite3.connect(tmp_path / "ledger.sqlite").execute("select body from texts").fetchall()
    assert len(kept) == len({body for (body,) in kept}) == 22


def test_calls_as_a_table(make_request):
    ledger = Ledger()
    first, second = make_request(seed=2**63 + 5, schema={"enum": [1]}), make_request(seed=1, step=7)
    ledger.put(first, FULL)
    ledger.put(second, Reply("", FAILED, "no answer"))
    calls = ledger.calls()
    assert calls["seed"].to_list() == [2**63 + 5, 1] and calls["seed"].dtype == pl.UInt64
    assert calls["step"].to_list() == [0, 7]
    assert calls["messages"].to_list()[1] == [message._asdict() for message in second.messages]
    assert calls["schema"].to_list() == ['{"enum":[1]}', None]
    assert calls["seed_honoured"].to_list() == [False, None] and calls["cost"].to_list() == [0.0045, None]
    assert "messages" not in ledger.calls(prompts=False).columns
    assert Ledger().calls().schema == calls.schema


def test_one_file_at_rest_and_no_trace_of_a_reader(tmp_path, make_request):
    path = tmp_path / "ledger.sqlite"
    with_one = Ledger(path)
    with_one.put(make_request(), FULL)
    with_one.close()
    before = path.read_bytes()
    assert [file.name for file in tmp_path.iterdir()] == ["ledger.sqlite"]
    reader = Ledger(path, read_only=True)
    assert reader.get(make_request().key()).text == "a"
    assert [file.name for file in tmp_path.iterdir()] == ["ledger.sqlite"]
    with pytest.raises(OSError, match="readonly"):
        reader.put(make_request(step=1), Reply("x"))
    reader.close()
    assert path.read_bytes() == before and len(list(tmp_path.iterdir())) == 1


def test_a_directory_that_cannot_be_written(tmp_path, make_request, monkeypatch):
    """Whoever runs the tests may be allowed everything, so the answer of the system is stood in for."""
    path = tmp_path / "ledger.sqlite"
    writer = Ledger(path)
    writer.put(make_request(), Reply("a"))
    writer.close()
    sqlite3.connect(path).execute("pragma journal_mode = wal").close()  # as one leaves it that was copied in use
    monkeypatch.setattr("os.access", lambda *_: False)
    reader = Ledger(path, read_only=True)
    assert reader.get(make_request().key()).text == "a"
    assert [file.name for file in tmp_path.iterdir()] == ["ledger.sqlite"]
    reader.close()


def test_several_share_one_file(tmp_path, make_request):
    path = tmp_path / "ledger.sqlite"

    def work(k):
        mine = Ledger(path)
        for step in range(20):
            mine.put(make_request(seed=k, step=step), Reply("x", cost=0.25))
        mine.close()

    threads = [threading.Thread(target=work, args=(k,)) for k in range(4)]
    watching = Ledger(path)
    for thread in threads:
        thread.start()
    seen = watching.spent()
    for thread in threads:
        thread.join()
    assert 0 <= seen <= watching.spent() == 20.0 and len(watching) == 80
    watching.close()
    assert [file.name for file in tmp_path.iterdir()] == ["ledger.sqlite"]


@pytest.mark.parametrize("kind", ["text", "other", "later"])
def test_no_ledger(tmp_path, kind):
    path = tmp_path / "other.sqlite"
    if kind == "text":
        path.write_text("a diary, and a long one" * 1000)
    else:
        other = sqlite3.connect(path)
        if kind == "later":
            Ledger(path).close()
            other.execute("pragma user_version = 99")
        other.execute("create table diary (day text)")
        other.commit()
        other.close()
    before = path.read_bytes()
    with pytest.raises(SettingError, match=r"llm\.ledger = .*other\.sqlite.* must be a ledger of comity") as told:
        Ledger(path)
    assert ("later version" in str(told.value)) == (kind == "later") and "\n" not in str(told.value)
    assert path.read_bytes() == before


def test_nowhere(tmp_path):
    with pytest.raises(OSError, match="unable to open"):
        Ledger(tmp_path / "nowhere" / "ledger.sqlite")
    with pytest.raises(OSError, match="unable to open"):
        Ledger(tmp_path / "ledger.sqlite", read_only=True)
    assert not list(tmp_path.iterdir())


def test_a_full_disk(tmp_path, make_request):
    ledger = Ledger(tmp_path / "ledger.sqlite")
    ledger.put(make_request(), Reply("a"))
    pages = ledger._file.execute("pragma page_count").fetchone()[0]
    ledger._file.execute(f"pragma max_page_count = {pages}")
    with pytest.raises(OSError, match=r"ledger\.sqlite: database or disk is full$"):
        ledger.put(make_request(step=1), Reply("b" * 100_000))
    ledger._file.execute("pragma max_page_count = 100000")
    ledger.put(make_request(step=1), Reply("b"))  # nothing of the one that failed stands in the way
    assert ledger.calls()["text"].to_list() == ["a", "b"]
    ledger.close()
