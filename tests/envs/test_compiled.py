import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

import comity
from comity.envs.compiled import drop_stale, find_place, kept_of


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """An installation of two folders, and a home, both empty."""
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    for folder in ("envs", "agents"):
        (tmp_path / "site" / folder).mkdir(parents=True)
    return tmp_path / "site"


def test_kernels_that_are_kept_elsewhere_are_dropped_too(installed, monkeypatch, tmp_path):
    source = installed / "envs" / "chance.py"
    source.touch()
    os.utime(source, (100, 100))
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "mine"))
    folder = f"envs_{hashlib.sha1(str(installed / 'envs').encode()).hexdigest()}"
    kept = [place / folder / "chance.step.nbi" for place in (tmp_path / "mine", tmp_path / "cache" / "numba")]
    for index in kept:
        index.parent.mkdir(parents=True)
        index.touch()
        os.utime(index, (200, 200))
    assert drop_stale(installed) == 0
    os.utime(source, (300, 300))
    assert drop_stale(installed) == 2
    assert not any(index.exists() for index in kept)


def test_that_is_where_numba_keeps_them(monkeypatch, tmp_path):
    root = Path(comity.__file__).parent
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    code = "from comity.envs.chance import uniform; uniform(1, 2, 3, 4)"
    subprocess.run([sys.executable, "-c", code], check=True, env=dict(os.environ), cwd=tmp_path)
    kept = set(tmp_path.rglob("*.nbi"))
    assert kept
    assert kept <= {index for folder in (root / "envs").rglob("") for index in kept_of(folder)}


def test_where_nothing_can_be_written_a_process_keeps_its_own(installed, monkeypatch):
    monkeypatch.setattr(os, "access", lambda path, mode: True)
    find_place(installed)
    assert "NUMBA_CACHE_DIR" not in os.environ
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    monkeypatch.setenv("NUMBA_CACHE_DIR", "mine")
    find_place(installed)
    assert os.environ["NUMBA_CACHE_DIR"] == "mine"
    monkeypatch.delenv("NUMBA_CACHE_DIR")
    find_place(installed)
    place = Path(os.environ["NUMBA_CACHE_DIR"])
    assert place.stat().st_mode & 0o077 == 0, "what lies there is executed: it is for this user alone"
    place.rmdir()


def test_a_newer_source_anywhere_drops_every_older_kernel(tmp_path):
    (tmp_path / "envs" / "__pycache__").mkdir(parents=True)
    (tmp_path / "agents").mkdir()
    source, other = tmp_path / "envs" / "chance.py", tmp_path / "agents" / "norms.py"
    kernel = tmp_path / "envs" / "__pycache__" / "matrix.step.nbi"
    for path in (source, other, kernel):
        path.touch()
    os.utime(source, (100, 100))
    os.utime(other, (100, 100))
    os.utime(kernel, (200, 200))
    assert drop_stale(tmp_path) == 0
    os.utime(other, (300, 300))
    assert drop_stale(tmp_path) == 1
    assert not kernel.exists()
