import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest
from numba.core.caching import IndexDataCacheFile

import comity
import comity.envs.chance
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


def cache_of(folder):
    return IndexDataCacheFile(cache_path=str(folder), filename_base="matrix.step-1.py3", source_stamp=0)


def test_two_processes_that_compile_at_once_never_swap_their_code(tmp_path):
    assert comity.envs.chance, "whose import puts numba right"
    one, other = cache_of(tmp_path), cache_of(tmp_path)
    one.save("int", "code for int")
    index = (tmp_path / "matrix.step-1.py3.nbi").read_bytes()
    (tmp_path / "matrix.step-1.py3.nbi").unlink()  # as it was when the other looked
    other.save("float", "code for float")
    assert other.load("float") == "code for float"
    (tmp_path / "matrix.step-1.py3.nbi").write_bytes(index)  # the first one's comes last
    assert one.load("int") == "code for int"
    assert one.load("float") is None
    one.save("float", "code for float")
    assert [other.load(key) for key in ("int", "float")] == ["code for int", "code for float"]


@pytest.mark.slow
def test_many_processes_on_a_cold_cache(tmp_path):
    code = (
        "import sys, comity\n"
        "for name in sys.argv[1:]:\n"
        "    print(name, comity.play(name, ['exemplar'], worlds=3, horizon=4, seed=1).rewards.sum())"
    )
    names = ["matrix", "fishery", "standoff", "appropriation"]
    orders = [names, names[::-1], names[2:] + names[:2], names]
    for _ in range(2):  # cold, and then with what the first ones left
        running = [
            subprocess.Popen(
                [sys.executable, "-c", code, *order],
                env={**os.environ, "NUMBA_CACHE_DIR": str(tmp_path)}, cwd=tmp_path, stdout=subprocess.PIPE, text=True,
            )
            for order in orders
        ]  # fmt: skip
        told = [sorted(process.communicate()[0].splitlines()) for process in running]
        assert [process.returncode for process in running] == [0] * 4
        assert told[0] and all(lines == told[0] for lines in told)
