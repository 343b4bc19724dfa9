import asyncio
import threading

import pytest

from comity.agents.llm import exchange as exchanges
from comity.agents.llm.backends.backend import AccessError, Unanswered
from comity.agents.llm.backends.scripted import Scripted
from comity.agents.llm.budget import BudgetReached
from comity.agents.llm.calls import FAILED, LONGEST, OK, Reply
from comity.agents.llm.exchange import Exchange, NotRecorded, Tallies, using
from comity.agents.llm.ledger import Ledger
from comity.agents.llm.prices import Prices
from comity.envs.settings import SettingError

MINE = "mine/model"


class Told:
    """Answers as it is told, one outcome to a try, then well, but nobody before it is asked ``together`` times; counts
    what it is asked and how much at once.
    """

    def __init__(self, *outcomes, latency=0.0, together=0, **reply):
        self.outcomes, self.latency, self.together = list(outcomes), latency, together
        self.reply = Reply("fine", prompt_tokens=1000, completion_tokens=200, **reply)
        self.asked, self.flying, self.peak = [], 0, 0

    async def answer(self, request):
        self.asked.append(request)
        self.flying += 1
        self.peak = max(self.peak, self.flying)
        try:
            await asyncio.sleep(self.latency)
            while len(self.asked) < self.together:
                await asyncio.sleep(0.001)
            outcome = self.outcomes.pop(0) if self.outcomes else self.reply
        finally:
            self.flying -= 1
        if isinstance(outcome, Exception):
            raise outcome
        return outcome


@pytest.fixture
def to():
    """An exchange with a backend of one's own, closed at the end."""
    made = []

    def make(backend, ledger=None, **settings):
        made.append(Exchange(ledger, backends={"mine/": backend}, **{"backoff": 0.001, **settings}))
        return made[-1]

    yield make
    for exchange in made:
        exchange.close()


def test_scripted_models_answer_what_the_asker_would(ask, make_request):
    with Exchange() as exchange:
        (first, second), (third,) = exchange.run(
            [ask([make_request(), make_request(step=1, hint=None)]), ask([make_request(seed=5)])]
        )
        assert (first.text, second.text, third.text) == ('{"move": "A"}', "", '{"move": "A"}')
        assert first.status == OK and first.cost == 0.0 and first.seed_honoured and not first.cached
        assert (first.prompt_tokens, first.completion_tokens) == (5 + 8, 4)  # 19, 32 and 13 bytes, by fours
        assert exchange.tallies == Tallies(live=3, prompt_tokens=39, completion_tokens=8)


def test_a_function_of_ones_own(to, ask, make_request):
    exchange = to(Scripted(lambda request: f"{request.place.seed}:{request.messages[-1].content}"))
    ((reply,),) = exchange.run([ask([make_request(seed=3, model=MINE)])])
    assert reply.text == "3:World 3, step 0: what do you do?"


def test_a_defect_of_the_function_is_told(to, ask, make_request):
    with pytest.raises(ZeroDivisionError):
        to(Scripted(lambda request: str(1 / 0))).run([ask([make_request(model=MINE)])])


def test_what_is_known_is_not_asked_again_and_needs_no_thread(tmp_path, to, ask, make_request):
    requests = [make_request(model=MINE, step=step) for step in range(5)]
    backend = Told(cost=0.5)
    first = to(backend, Ledger(tmp_path / "ledger.sqlite"))
    (before,) = first.run([ask(requests)])
    first.close()
    again = to(backend, Ledger(tmp_path / "ledger.sqlite"))
    (after,) = again.run([ask(requests)])
    assert len(backend.asked) == 5 and again._live is None
    assert after == [reply._replace(cached=True) for reply in before]
    assert again.tallies == Tallies(cached=5)
    again.run([ask([*requests, make_request(model=MINE, step=9)])])
    assert len(backend.asked) == 6
    assert (again.tallies.cached, again.tallies.live, again.tallies.usd) == (10, 1, 0.5)


def test_of_two_that_are_the_same_one_is_sent(to, ask, make_request):
    backend = Told(latency=0.01)
    replies = to(backend).run([ask([make_request(model=MINE)]) for _ in range(3)])
    assert len(backend.asked) == 1
    assert sorted(reply.cached for (reply,) in replies) == [False, True, True]


def test_replay_has_everything_or_says_what_it_lacks(tmp_path, to, ask, make_request):
    requests = [make_request(model=MINE, step=step) for step in range(4)]
    recording = to(Told(*[Unanswered("no", False)] * 2), Ledger(tmp_path / "ledger.sqlite"), concurrency=1)
    (before,) = recording.run([ask(requests)])
    recording.close()
    assert [reply.status for reply in before] == [FAILED, FAILED, OK, OK]
    replay = to(Told(AssertionError("asked")), Ledger(tmp_path / "ledger.sqlite", read_only=True), answers="replay")
    (after,) = replay.run([ask(requests)])
    assert after == [reply._replace(cached=True) for reply in before] and replay.tallies == Tallies(cached=4)
    for changed in ({"model": "mine/other"}, {"seed": 7}, {"sampling": {"temperature": 0.6}}, {"schema": {}}):
        with pytest.raises(NotRecorded):
            replay.run([ask([make_request(**{"model": MINE, **changed})])])
    message = r"ledger\.sqlite has no move of mine/model for seed 7, seat 1, step 2 \(round 0, attempt 0\)"
    with pytest.raises(NotRecorded, match=message):
        replay.run([ask([make_request(seed=7, step=2, model=MINE)])])


def test_failures_are_tried_again_and_end_as_a_reply(to, ask, make_request):
    again, never = Unanswered("busy", True), Unanswered("never", False)
    backend = Told(again, again, Reply("a"), again, never, *[again] * 4)
    exchange = to(backend, tries=3, concurrency=1)
    ((first, second, third, fourth),) = exchange.run([ask([make_request(model=MINE, step=k) for k in range(4)])])
    assert (first.text, first.tries, first.status) == ("a", 3, OK)
    assert (second.status, second.error, second.tries) == (FAILED, "never", 2)
    assert (third.status, third.error, third.tries) == (FAILED, "busy", 3)
    assert (fourth.text, fourth.tries) == ("fine", 2) and len(backend.asked) == 3 + 2 + 3 + 2
    assert (exchange.tallies.live, exchange.tallies.failed) == (4, 2)
    assert exchange.ledger.calls()["status"].to_list() == [OK, FAILED, FAILED, OK]


def test_the_price_of_a_failure_is_known_unless_it_may_be_billed(to, ask, make_request):
    refused, hung_up = Unanswered("refused", False), Unanswered("hung up", True, billed=True)
    exchange = to(Told(refused, hung_up, refused), concurrency=1)
    ((told, lost),) = exchange.run([ask([make_request(model=MINE, step=k) for k in range(2)])])
    assert (told.cost, lost.cost) == (0.0, None) and exchange.tallies.unknown_cost == 1


def test_a_server_that_says_nothing(to, ask, make_request):
    ((reply,),) = to(Told(latency=30), timeout=0.01, tries=2).run([ask([make_request(model=MINE)])])
    assert (reply.status, reply.error, reply.tries, reply.cost) == (FAILED, "no answer within 0.01 s", 2, None)


def test_retry_after_is_waited_for_by_all(to, ask, make_request):
    backend = Told(Unanswered("slow down", True, wait=0.2, overload=True))
    exchange = to(backend, concurrency=1)
    loop_times = []
    backend.answer = _timed(backend.answer, loop_times)
    exchange.run([ask([make_request(model=MINE, seed=seed)]) for seed in range(2)])
    assert len(loop_times) == 3 and loop_times[1] - loop_times[0] >= 0.19


def _timed(answer, times):
    async def timed(request):
        times.append(asyncio.get_running_loop().time())
        return await answer(request)

    return timed


def test_as_many_at_once_as_allowed_and_fewer_under_overload(to, ask, make_request):
    backend = Told(together=7)
    to(backend, concurrency=7).run([ask([make_request(model=MINE, seed=seed)]) for seed in range(40)])
    assert backend.peak == 7
    overload = [Unanswered("busy", True, overload=True)] * 8
    backend = Told(*overload, together=8)
    exchange = to(backend, concurrency=8)
    exchange.run([ask([make_request(model=MINE, seed=seed)]) for seed in range(8)])
    assert backend.peak == 8
    backend.peak = 0
    exchange.run([ask([make_request(model=MINE, seed=seed)]) for seed in range(100, 108)])
    assert backend.peak < 8 and exchange.tallies.failed == 0


def test_a_wrong_key_stops_everything_at_once(to, ask, make_request):
    backend = Told(*[AccessError("llm.model = 'mine/model' cannot be asked: wrong key")] * 99, together=2)
    exchange = to(backend, concurrency=2)
    with pytest.raises(AccessError, match="wrong key"):
        exchange.run([ask([make_request(model=MINE, seed=seed)]) for seed in range(20)])
    assert len(backend.asked) == 2
    with pytest.raises(AccessError, match="wrong key"):
        exchange.run([ask([make_request(model=MINE, seed=99)])])
    assert len(backend.asked) == 2 and len(exchange.ledger) == 0


PRICES = Prices({"mine/model": {"input": 2.5, "output": 10}})


def test_the_budget_is_the_ledgers(tmp_path, to, ask, make_request):
    """Each call costs .0045 and may cost .0045: 1,000 tokens of prompt (4,000 bytes) and 200 of answer."""
    long = {"messages": make_request().messages[:1] * 200, "sampling": {"max_tokens": 200}}
    requests = [make_request(seed=seed, model="scripted/x", **long) for seed in range(12)]
    prices = Prices({"scripted/x": {"input": 2.5, "output": 10}})
    answers = Scripted(lambda request: "x" * 800)

    def spend(budget):
        ledger = Ledger(tmp_path / "ledger.sqlite")
        exchange = Exchange(ledger, backends={"scripted/": answers}, budget_usd=budget, prices=prices)
        with exchange:
            try:
                exchange.run([ask([request]) for request in requests])
            except BudgetReached as error:
                return ledger.spent(), len(ledger), str(error)
            return ledger.spent(), len(ledger), ""

    price = (200 * 5 * 2.5 + 200 * 10) / 1e6
    assert price == pytest.approx(0.0045)
    spent, calls, told = spend(5.5 * price)
    assert calls == 5 and spent == pytest.approx(5 * price)
    assert told.startswith(
        "llm.budget_usd = 0.02475 is reached: 0.0225 US$ are spent and the next call may cost 0.0045"
    )
    assert spend(5.5 * price)[:2] == (spent, 5)
    spent, calls, told = spend(1.0)
    assert (calls, told) == (12, "") and spent == pytest.approx(12 * price)
    assert spend(0.0) == (spent, 12, "")  # what is known costs nothing


def test_a_budget_waits_for_what_is_in_flight_before_it_gives_up(to, ask, make_request):
    """Ten calls may cost .5 each, and cost .01: under a cap of 1 there is room for two at once and for all in turn."""
    backend = Told(together=2, cost=0.01)
    prices = Prices({"mine/model": {"input": 0, "output": 10_000}})
    backend.reply = backend.reply._replace(completion_tokens=1)
    exchange = to(backend, budget_usd=1.0, prices=prices)
    exchange.run([ask([make_request(model=MINE, seed=seed)]) for seed in range(10)])
    assert backend.peak == 2 and exchange.ledger.spent() == pytest.approx(0.1)


def test_a_budget_needs_prices_and_an_end(to, ask, make_request):
    backend = Told()
    with pytest.raises(SettingError, match=r"llm\.budget_usd = 5 .* price of mine/model"):
        to(backend, budget_usd=5, prices=Unpriced()).run([ask([make_request(model=MINE)])])
    with pytest.raises(SettingError, match=r"llm\.budget_usd = 5 .* llm.max_tokens"):
        to(backend, budget_usd=5, prices=PRICES).run([ask([make_request(model=MINE, sampling={"max_tokens": None})])])
    assert not backend.asked


class Unpriced(Prices):
    """As where litellm lists no price; it is asked elsewhere."""

    def price(self, model, prompt_tokens, completion_tokens, listed=True):
        return None


def test_prices_of_ones_own_count(to, ask, make_request):
    exchange = to(Told(cost=99.0), prices=PRICES)
    ((reply,),) = exchange.run([ask([make_request(model=MINE)])])
    assert reply.cost == pytest.approx(0.0045) and exchange.tallies.usd == reply.cost == exchange.ledger.spent()


@pytest.mark.parametrize(
    "wrong",
    [5, {"input": 1}, {"input": -1, "output": 1}, {"input": "a", "output": 1}, {"input": 1, "output": 1, "x": 1}],
)
def test_prices_that_are_none(wrong):
    with pytest.raises(SettingError, match=r"llm\.prices\.some"):
        Prices({"some": wrong})


def test_prices_from_a_file(tmp_path):
    path = tmp_path / "prices.yaml"
    path.write_text("some/model: {input: 2.5, output: 10}\n")
    assert Prices.read(path).price("some/model", 1000, 200) == pytest.approx(0.0045)
    for text in ("- a\n", "{", "7"):
        path.write_text(text)
        with pytest.raises(SettingError, match=r"llm\.prices = .*prices\.yaml"):
            Prices.read(path)


def test_an_interrupt_lets_go_of_what_is_in_flight_and_keeps_what_came(to, ask, make_request, monkeypatch):
    slow = Told(latency=0.0)
    came = threading.Event()

    async def answer(request):
        slow.asked.append(request)
        if request.place.seed < 3:
            return slow.reply
        slow.flying += 1
        if slow.flying == 3:
            came.set()
        try:
            await asyncio.sleep(60)
        finally:
            slow.flying -= 1

    slow.answer = answer
    exchange = to(slow)

    def interrupted(futures):
        came.wait()  # until those that are answered at once are kept and the others are under way
        raise KeyboardInterrupt

    monkeypatch.setattr(exchanges, "wait", interrupted)
    with pytest.raises(KeyboardInterrupt):
        exchange.run([ask([make_request(model=MINE, seed=seed)]) for seed in range(6)])
    kept = exchange.ledger.calls()["seed"].to_list()
    assert sorted(kept) == [0, 1, 2]
    exchange.close()
    assert exchange._live.flying == {} and slow.flying == 0


def test_an_answer_that_is_too_long_is_cut_at_arrival(to, ask, make_request):
    exchange = to(Scripted(lambda request: "é" * 10**6))
    ((reply,),) = exchange.run([ask([make_request(model=MINE)])])
    assert len(reply.text) == LONGEST + 1 == len(exchange.ledger.calls()["text"][0])


def test_a_key_that_a_server_sends_back_is_not_kept(to, ask, make_request, monkeypatch):
    monkeypatch.setenv("SOME_API_KEY", "Zq7Marker0Secret0Value")
    ((reply,),) = to(Scripted(lambda request: "You said Zq7Marker0Secret0Value")).run([ask([make_request(model=MINE)])])
    assert reply.text == "You said [hidden]"


def test_sampling_that_would_be_kept_and_is_secret(to, ask, make_request):
    backend = Told()
    with pytest.raises(SettingError, match=r"llm\.api_key is not allowed"):
        to(backend).run([ask([make_request(model=MINE, sampling={"api_key": "x"})])])
    assert not backend.asked


@pytest.mark.parametrize(
    ("name", "value"),
    {"answers": "cached", "concurrency": 0, "tries": 0, "timeout": 0, "budget_usd": -1, "backoff": 0}.items(),
)
def test_wrong_settings(name, value):
    with pytest.raises(SettingError, match=rf"llm\.{name} = .* is not allowed"):
        Exchange(**{name: value})


def test_the_one_in_use():
    with Exchange() as mine:
        before = exchanges.exchange()
        with using(mine) as chosen:
            assert exchanges.exchange() is chosen is mine
        assert exchanges.exchange() is before is not mine


def test_a_generator_that_fails_does_not_keep_the_others_waiting(to, ask, make_request):
    def failing():
        yield make_request(model=MINE)
        raise RuntimeError("in the middle")

    backend = Told()
    with pytest.raises(RuntimeError, match="in the middle"):
        to(backend).run([failing(), *(ask([make_request(model=MINE, seed=seed)]) for seed in range(1, 4))])
    assert len(backend.asked) == 4
