import os

from comity.envs.compiled import drop_stale


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
