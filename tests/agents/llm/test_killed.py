"""A study that is killed and run again."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from comity.agents.llm.ledger import Ledger

STUDY = """
import sys
from comity.agents.llm.calls import MOVE, Message, Place, Request
from comity.agents.llm.exchange import Exchange
from comity.agents.llm.ledger import Ledger

path, port, here = sys.argv[1:]
sys.path.append(here)
from plain import Plain

def world(seed):
    for step in range(8):
        yield Request("plain", (Message("user", f"{seed} {step}"),), {}, None, MOVE, Place(seed, 0, step))

with Exchange(Ledger(path), concurrency=8, backends={"plain": Plain(int(port))}) as exchange:
    exchange.run([world(seed) for seed in range(8)])
"""
WORLDS = {f"{world} {step}" for world in range(8) for step in range(8)}


@pytest.mark.slow
def test_no_reply_is_paid_for_twice(server, tmp_path):
    path = tmp_path / "ledger.sqlite"
    command = [sys.executable, "-c", STUDY, str(path), str(server.port), str(Path(__file__).parent)]
    server.latency = 0.05
    study = subprocess.Popen(command)
    while server.asked < 30 and study.poll() is None:
        time.sleep(0.001)
    study.kill()
    assert study.wait() == -9
    before = _prompts(server)
    found = Ledger(path)
    kept = {messages[0]["content"] for messages in found.calls()["messages"].to_list()}
    found.close()
    assert 14 <= len(kept) < 64 and len(before) - len(kept) <= 8  # no more is lost than was in flight
    subprocess.run(command, check=True, timeout=120)
    after = _prompts(server)[len(before) :]
    assert len(after) == len(set(after)) == 64 - len(kept)
    assert not kept & set(after) and kept | set(after) == WORLDS
    subprocess.run(command, check=True, timeout=120)
    assert server.asked == len(before) + len(after)


def _prompts(server):
    return [body["messages"][0]["content"] for body in server.bodies]
