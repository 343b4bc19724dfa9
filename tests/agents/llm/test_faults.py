"""Real calls, through litellm and without it, to a server on this machine that fails in every way."""

from email.utils import formatdate
from time import time

import pytest

from comity.agents.llm.backends.backend import AccessError
from comity.agents.llm.backends.litellm_backend import Litellm
from comity.agents.llm.backends.openai_backend import Direct
from comity.agents.llm.budget import BudgetReached
from comity.agents.llm.calls import FAILED, LONGEST, OK, REFUSED, Message, Reply
from comity.agents.llm.exchange import Exchange
from comity.agents.llm.ledger import Ledger
from comity.agents.llm.prices import Prices, tokens
from comity.envs.settings import SettingError

pytestmark = pytest.mark.slow  # litellm alone takes seconds to import
SCHEMA = {"type": "object", "properties": {"move": {"enum": ["A", "B"]}}, "required": ["move"]}
MARK = "Zq7Marker0Secret0Value"
FIRST_CALL = 60.0


@pytest.fixture(scope="module", autouse=True)
def warm(serving, make_request, ask):
    """The first call of a process is slow, which would look like a time-out."""
    model = "openai/some-model"
    with serving.Server() as server, Exchange(timeout=FIRST_CALL, backends={model: Litellm(model)}) as exchange:
        request = make_request(model=model, sampling={"api_base": server.address})
        ((reply,),) = exchange.run([ask([request])])
        assert reply.status == OK


@pytest.fixture(params=["direct", "litellm"])
def path(request):
    """Who asks a server of one's own."""
    return request.param


@pytest.fixture
def by(path):
    """The settings of an exchange in which the calls to a model go that way."""
    return lambda model: {"backends": {model: Litellm(model)} if path == "litellm" else {}}


by_litellm = pytest.mark.parametrize("path", ["litellm"])


@pytest.fixture
def asked(server, ask, make_request, by):
    """Asks the server once for each step, and gives all replies."""

    def asked(steps=1, model="openai/some-model", ledger=None, schema=None, **settings):
        settings = {**by(model), **settings}
        with Exchange(ledger, **{"backoff": 0.01, "timeout": 20.0, "tries": 3, **settings}) as exchange:
            sampling = {"api_base": server.address}
            requests = [make_request(model=model, step=k, sampling=sampling, schema=schema) for k in range(steps)]
            return exchange.run([ask(requests)])[0]

    return asked


def test_what_is_sent_and_what_comes(server, asked, monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    (reply,) = asked(schema=SCHEMA)
    (sent,), (headers,) = server.bodies, server.headers
    assert sent["model"] == "some-model"
    assert sent["messages"][0] == {"role": "system", "content": "You sit in seat 1."}
    assert (sent["temperature"], sent["max_tokens"], sent["seed"]) == (0.5, 50, 0)
    assert sent["response_format"] == {"type": "json_object"}  # more is not known of some server's model
    assert "hint" not in str(sent) and headers["authorization"] == "Bearer none"
    assert reply == Reply(
        '{"move": "A"}', OK, "", "some-model", "stop", 1000, 200, None, reply.latency, 1, True, False
    )  # fmt: skip
    assert reply.latency > 0


@by_litellm
def test_the_schema_goes_with_the_call_where_the_model_takes_it(server, asked):
    (reply,) = asked(model="openai/gpt-4o", schema=SCHEMA)
    assert server.bodies[0]["response_format"]["json_schema"]["schema"] == SCHEMA
    assert reply.cost == pytest.approx(0.0045)  # 1,000 + 200 tokens at 2.50/10.00 per million (METRICS.md §13)


@by_litellm
def test_no_price_where_there_are_no_counts_and_none_by_the_name_that_a_server_gives_itself(server, serving, asked):
    server.reply = lambda body: serving.Says("x", usage=None)
    (reply,) = asked(model="openai/gpt-4o")
    assert (reply.cost, reply.prompt_tokens, reply.completion_tokens) == (None, None, None)
    server.reply, server.model = lambda body: "x", "gpt-4o"
    (reply,) = asked()
    assert (reply.cost, reply.model) == (None, "gpt-4o")


@pytest.mark.parametrize("fault", [{"status": 500}, {"status": 503}, {"status": 408}, {"status": 409}, {"status": 425},
                                   {"status": 429}, {"drop": True}, {"body": b"prose"}, {"body": b'{"a": 1}'},
                                   {"body": b""}, {"body": b"\xff\xfe\x00{"}, {"body": b'{"choices": []}'}],
                         ids=str)  # fmt: skip
def test_faults_that_pass_and_faults_that_do_not(server, serving, asked, fault):
    server.faults = [serving.Fault(**fault)]
    (reply,) = asked()
    assert (reply.text, reply.status, reply.tries, server.asked) == ('{"move": "A"}', OK, 2, 2)
    server.faults = [serving.Fault(**fault)] * 3
    (reply,) = asked()
    assert (reply.text, reply.status, reply.tries, server.asked) == ("", FAILED, 3, 5)
    assert reply.error and "\n" not in reply.error and len(reply.error) <= 300
    assert reply.cost == (0.0 if fault.get("status", 408) != 408 else None)  # it may have been billed unseen


@pytest.mark.parametrize("status", [400, 404, 405, 422])
def test_faults_that_are_not_tried_again(server, serving, asked, status, path):
    server.reply = lambda body: serving.Fault(status)
    (reply,) = asked()
    assert (reply.status, reply.tries) == (FAILED, 1)
    if (status, path) != (
        422,
        "litellm",
    ):  # of which litellm tells nothing, once it has asked again without some settings
        assert (reply.cost, server.asked) == (0.0, 1)


def test_a_fault_that_only_sounds_like_a_wrong_model(server, serving, asked):
    server.faults = [serving.Fault(500, error="model runner: unknown error; api key store missing")]
    (reply,) = asked()
    assert (reply.status, reply.tries) == (OK, 2)


def test_a_server_that_is_silent(server, serving, asked):
    server.faults = [serving.Fault(hang=30.0)]
    (reply,) = asked(timeout=1.0)
    assert (reply.status, reply.tries, server.asked) == (OK, 2, 2)


def test_no_server(server, asked):
    server.port = 1
    (reply,) = asked()
    assert (reply.status, reply.tries, reply.cost) == (FAILED, 3, 0.0)


def test_retry_after(server, serving, asked):
    server.faults = [serving.Fault(429, {"retry-after": "1"})]
    start = time()
    (reply,) = asked()
    assert (reply.status, reply.tries) == (OK, 2) and time() - start >= 1.0
    server.faults = [serving.Fault(503, {"Retry-After": formatdate(time() + 3, usegmt=True)})]
    start = time()
    (reply,) = asked()
    assert (reply.status, reply.tries) == (OK, 2) and time() - start >= 1.5


@pytest.mark.parametrize("text", ["", None, "Well, I would cooperate.", '{"move": ', '{"move": "Z"}', '{"a": {}}'])
def test_whatever_text_comes_is_handed_on(server, serving, asked, text):
    server.reply = lambda body: serving.Says(text)
    (reply,) = asked()
    assert (reply.text, reply.status, server.asked) == (text or "", OK, 1)


def test_ten_megabytes(server, asked):
    server.reply = lambda body: "é" * 5_000_000
    ledger = Ledger()
    (reply,) = asked(ledger=ledger)
    assert reply.status == OK and reply.text == "é" * (LONGEST + 1)


def test_refusals(server, serving, asked):
    for says in (serving.Says("", "content_filter"), serving.Says(None, refusal="I cannot help with that.")):
        server.reply = lambda body, says=says: says
        (reply,) = asked()
        assert (reply.status, reply.text) == (REFUSED, says.refusal or "")
    for status, error in ((400, "The response was filtered by the content_policy"), (403, "Your input was flagged")):
        server.reply = lambda body, status=status, error=error: serving.Fault(status, error=error)
        (reply,) = asked()
        assert (reply.status, reply.tries) == (REFUSED, 1)


@pytest.mark.parametrize(("status", "error"), [(401, f"Incorrect API key provided: {MARK}"), (403, "no"),
                                               (404, "The model `some-model` does not exist"),
                                               (400, "API key not valid. Please pass a valid one.")])  # fmt: skip
def test_what_can_never_succeed_stops_in_one_line(server, serving, asked, status, error):
    server.reply = lambda body: serving.Fault(status, error=error)
    with pytest.raises(AccessError, match=r"^llm\.model = 'openai/some-model' cannot be asked: ") as told:
        asked(steps=3)
    assert server.asked == 1 and MARK not in str(told.value) and "\n" not in str(told.value)


@by_litellm
@pytest.mark.parametrize("model", ["nobody/some-model", "some-model"])
def test_a_provider_that_nobody_knows(asked, model):
    with pytest.raises(AccessError, match=rf"^llm\.model = '{model}' is not allowed"):
        asked(model=model)


def test_a_key_that_is_missing(make_request, ask, monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with Exchange() as exchange, pytest.raises(AccessError, match="OPENAI_API_KEY"):
        exchange.run([ask([make_request(model="openai/gpt-4o")])])


def test_no_secret_in_any_file(server, serving, asked, path, make_request, tmp_path, monkeypatch, capfd):
    monkeypatch.setenv("OPENAI_API_KEY", f"sk-{MARK}")
    monkeypatch.chdir(tmp_path)
    server.reply = lambda body: f"your key is sk-{MARK}"
    echo = f"Authorization: Bearer sk-{MARK} at http://user:{MARK}@localhost"
    server.faults = [serving.Fault(500, {"x-key": MARK}, error=echo)] * 3
    wrong = (400, 422) if path == "direct" else (400, 422, 422, 422)
    server.faults += [serving.Fault(status, {"set-cookie": MARK}, error=echo) for status in wrong]
    server.faults += [serving.Fault(body=f"prose {MARK}".encode())] * 3
    ledger = Ledger(tmp_path / "ledger.sqlite")
    statuses = [reply.status for reply in asked(steps=5, ledger=ledger)]
    assert statuses == [FAILED] * 4 + [OK]
    assert all(f"sk-{MARK}" in headers["authorization"] for headers in server.headers)
    ledger = Ledger(tmp_path / "ledger.sqlite")  # with its files beside it, while it is open
    ledger.put(make_request(), Reply("x"))
    found = [file for file in tmp_path.rglob("*") if file.is_file()]
    assert {file.name for file in found} >= {"ledger.sqlite", "ledger.sqlite-wal"}
    for file in found:
        assert MARK.encode() not in file.read_bytes()
    ledger.close()
    assert MARK.encode() not in (tmp_path / "ledger.sqlite").read_bytes()
    assert MARK not in "".join(capfd.readouterr())


def test_as_many_in_flight_as_the_limit(server, serving, ask, make_request, by):
    server.latency = 0.1
    sampling = {"api_base": server.address}

    def played(begin, **settings):
        with Exchange(**settings, **by("openai/some-model")) as exchange:
            exchange.run(
                [ask([make_request(begin + k, model="openai/some-model", sampling=sampling)]) for k in range(64)]
            )
            return exchange.tallies

    assert played(0, concurrency=16).live == 64 and 13 <= server.peak <= 16
    server.peak = 0
    server.reply = lambda body: serving.Fault(429) if server.flying > 6 else "fine"
    tallies = played(100, concurrency=16, backoff=0.2)
    assert tallies.failed == 0 and tallies.live == 64
    refused = server.asked - 128
    assert 0 < refused < 64  # a server that takes 6 is soon left in peace


def test_tokens_and_prices_without_a_network():
    prompt = (Message("user", "What do you do?"),)
    assert 4 <= tokens("openai/gpt-4o", prompt) <= 20
    assert 4 <= tokens("huggingface/meta-llama/Meta-Llama-3-8B", prompt) <= 20
    prices = Prices()
    assert prices.price("openai/gpt-4o", 1000, 200) == pytest.approx(0.0045)
    for model in ("openai/some-model", "huggingface/meta-llama/Meta-Llama-3-8B", "ollama/unheard-of"):
        assert prices.price(model, 1000, 200) is None
    assert prices.price("openai/gpt-4o", None, 200) is None


def test_a_server_of_ones_own_costs_what_its_user_says(server, ask, make_request):
    request = make_request(model="openai/gpt-4o", sampling={"api_base": server.address})
    prices = Prices({"openai/gpt-4o": {"input": 1, "output": 5}})
    for own, cost in ((None, None), (prices, 0.002)):
        with Exchange(prices=own) as exchange:
            assert isinstance(exchange._begun().lane(request).backend, Direct)
            assert exchange.run([ask([request])])[0][0].cost == cost
    with Exchange(budget_usd=1.0) as exchange, pytest.raises(SettingError, match="no price of openai/gpt-4o is known"):
        exchange.run([ask([request])])


@pytest.mark.parametrize("path", ["direct"])
def test_counts_that_are_none(server, serving, asked):
    server.reply = lambda body: serving.Says("x", usage={"prompt_tokens": 10**30, "completion_tokens": True})
    (reply,) = asked()
    assert (reply.status, reply.prompt_tokens, reply.completion_tokens) == (OK, None, None)


@pytest.mark.parametrize("path", ["direct"])
def test_no_redirect_is_followed_with_the_key(server, serving, asked):
    with serving.Server() as elsewhere:
        server.faults = [serving.Fault(307, {"location": f"{elsewhere.address}/chat/completions"})]
        (reply,) = asked()
        assert (reply.status, reply.tries, elsewhere.asked) == (FAILED, 1, 0)


@by_litellm
def test_a_budget_by_litellms_prices(server, asked):
    with pytest.raises(BudgetReached, match=r"llm\.budget_usd = 0\.0185 is reached: 0\.0180 US\$ are spent"):
        asked(steps=9, model="openai/gpt-4o", budget_usd=0.0185)
    assert server.asked == 4  # .0045 each, though the largest price of one is less: 50 tokens of answer
