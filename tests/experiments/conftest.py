from pathlib import Path
from typing import NamedTuple

import pytest

from comity.envs.record import Record
from comity.experiments.chunks import Chunk, play_chunk
from comity.experiments.cli import main
from comity.experiments.jobs import task


class Told(NamedTuple):
    code: int
    out: str
    err: str

    @property
    def complaints(self) -> list[str]:
        return [line for line in self.err.splitlines() if line]


@pytest.fixture
def interrupted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Somebody presses Ctrl-C in the third chunk that is played; returns the chunks that are, as they come."""
    played: list[str] = []

    def play(chunk: Chunk) -> Record:
        played.append(chunk.id)
        if len(played) == 3:
            raise KeyboardInterrupt
        return play_chunk(chunk)

    monkeypatch.setattr(task, "play_chunk", play)
    return played


@pytest.fixture
def comity(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """Types a command in an empty directory."""
    monkeypatch.chdir(tmp_path)

    def typed(*arguments: str) -> Told:
        capsys.readouterr()
        code = main(list(arguments))
        return Told(code, *capsys.readouterr())

    return typed
