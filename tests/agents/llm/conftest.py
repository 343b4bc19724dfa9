"""A server to ask, and whoever asks it."""

import importlib.util
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from comity.agents.llm.calls import MOVE, Asking, Message, Place, Reply, Request

HERE = Path(__file__).parent
SERVER = HERE / "server.py"


def _load(path: Path) -> ModuleType:
    name = f"tests_llm_{path.stem}"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, path)
        assert spec is not None and spec.loader is not None
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


@pytest.fixture(scope="session")
def serving() -> ModuleType:
    """The module of the server: ``Server``, ``Fault``, ``Says``."""
    return _load(SERVER)


@pytest.fixture
def server(serving: ModuleType) -> Iterator[Any]:
    """A server of one's own: set ``server.reply``, ``server.faults``, ``server.latency``; ask at ``server.address``."""
    with serving.Server() as running:
        yield running


def request_of(seed: int = 0, step: int = 0, model: str = "scripted/test", **changed: Any) -> Request:
    """Some request; ``sampling`` is added to."""
    sampling = {"temperature": 0.5, "max_tokens": 50, "seed": seed, **changed.pop("sampling", {})}
    told = (Message("system", "You sit in seat 1."), Message("user", f"World {seed}, step {step}: what do you do?"))
    request = Request(model, told, sampling, None, MOVE, Place(seed, 1, step), hint='{"move": "A"}')
    return request._replace(**changed)


def asking_of(requests: list[Request]) -> Asking[list[Reply]]:
    """Asks one after another, and comes to all replies."""
    replies = []
    for request in requests:
        replies.append((yield request))  # noqa: PERF401
    return replies


@pytest.fixture(scope="session")
def make_request() -> Callable[..., Request]:
    """See ``request_of``."""
    return request_of


@pytest.fixture(scope="session")
def ask() -> Callable[..., Asking[list[Reply]]]:
    """See ``asking_of``."""
    return asking_of
