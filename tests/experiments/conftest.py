from pathlib import Path
from typing import NamedTuple

import pytest

from comity.experiments.cli import main


class Told(NamedTuple):
    code: int
    out: str
    err: str

    @property
    def complaints(self) -> list[str]:
        return [line for line in self.err.splitlines() if line]


@pytest.fixture
def comity(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """Types a command in an empty directory."""
    monkeypatch.chdir(tmp_path)

    def typed(*arguments: str) -> Told:
        capsys.readouterr()
        code = main(list(arguments))
        return Told(code, *capsys.readouterr())

    return typed
