import pytest

from comity.agents.llm.scrub import check_api_base, check_sampling, scrub, without_values
from comity.envs.settings import SettingError

MARK = "Zq7Marker0Secret0Value"


@pytest.mark.parametrize(
    "told",
    [
        f"Incorrect API key provided: {MARK}. You can find your key at https://example.org",
        f"Authorization: Bearer {MARK}",
        f"{{'authorization': 'Bearer {MARK}', 'host': 'x'}}",
        f"x-api-key={MARK} was refused",
        f"Basic {MARK}==",
        f"connect to http://user:{MARK}@localhost:8000/v1 failed",
        f"OPENAI_API_KEY={MARK}",
        f'{{"api_key": "{MARK}", "model": "m"}}',
        f"access_token: {MARK}; secret={MARK}, password = '{MARK}'",
        f"key sk-{MARK} is not known; nor is gsk_{MARK}",
        f"Cookie: session={MARK}; other={MARK}",
        f"value {MARK} of the environment",
    ],
)
def test_what_looks_like_a_secret_goes(told, monkeypatch):
    monkeypatch.setenv("SOME_PROVIDER_KEY" if "environment" in told else "OTHER", MARK)
    assert MARK not in scrub(told) and "[hidden]" in scrub(told)


def test_what_does_not_stays():
    told = "RateLimitError: Rate limit reached for tokens per min (TPM): Limit 30000, Used 29000. Try again in 2s."
    assert scrub(told) == told


def test_one_short_line():
    assert scrub("a\n b\t\x1b[31m c\u202e d") == "a b [31m c d"
    assert len(scrub("long " * 10_000)) == 300


def test_short_values_are_words(monkeypatch):
    monkeypatch.setenv("SOME_KEY", "cooperate")
    monkeypatch.setenv("LONG_TOKEN", MARK)
    assert without_values(f"cooperate {MARK}") == "cooperate [hidden]"


@pytest.mark.parametrize("address", ["http://localhost:8000/v1", "https://example.org", "http://[::1]:80/v1"])
def test_addresses(address):
    assert check_api_base(address) == address


@pytest.mark.parametrize(
    "address",
    [
        f"http://user:{MARK}@localhost/v1",
        f"http://{MARK}@localhost/v1",
        f"http://localhost/v1?key={MARK}",
        f"http://localhost/v1#{MARK}",
        "localhost:8000",
        "file:///etc/passwd",
        "http://",
        "http://localhost:port/v1",
        "http://local host/v1",
        "",
        7,
    ],
)
def test_addresses_that_tell_too_much_or_too_little(address):
    with pytest.raises(SettingError, match=r"llm\.api_base = .* is not allowed: it must be an address") as told:
        check_api_base(address)
    assert MARK not in str(told.value)


@pytest.mark.parametrize(
    "sampling",
    [
        {"api_key": MARK},
        {"extra_headers": {"x": MARK}},
        {"extra_body": {"auth": MARK}},
        {"aws_session_token": MARK},
        {"api_base": f"http://u:{MARK}@localhost"},
    ],
)
def test_sampling_that_holds_a_secret(sampling):
    with pytest.raises(SettingError, match="is not allowed") as told:
        check_sampling(sampling)
    assert MARK not in str(told.value)


def test_sampling_that_does_not():
    check_sampling({"max_tokens": 5, "max_completion_tokens": 5, "seed": 1, "api_base": "http://localhost:1/v1"})
    check_sampling({"temperature": 0.5, "top_p": 0.9, "extra_body": {"min_p": 0.1}, "reasoning_effort": "low"})
