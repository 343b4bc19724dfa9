"""The package as it is installed: what it contains, and what importing it costs."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import comity

ROOT = Path(comity.__file__).parent
HEAVY = ("litellm", "matplotlib", "mesa", "torch", "polars", "numba", "axelrod", "hydra")


def test_import_is_light():
    code = f"import sys, comity; comity.games(); print([m for m in {HEAVY!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_every_public_name_exists():
    for name in comity.__all__:
        assert getattr(comity, name) is not None
    assert set(comity.__all__) <= set(dir(comity))
    with pytest.raises(AttributeError, match="fisheries"):
        comity.fisheries  # noqa: B018


def test_packages_are_the_folders():
    project = ROOT / "pyproject.toml"
    if not project.exists():
        pytest.skip("installed from a wheel: there is no pyproject.toml beside the package")
    tools = tomllib.loads(project.read_text())["tool"]["setuptools"]
    folders = {
        "comity" + "".join(f".{part}" for part in path.parent.relative_to(ROOT).parts)
        for top in (".", "envs", "agents", "experiments", "analysis")
        for path in ((ROOT / top).glob("__init__.py") if top == "." else (ROOT / top).rglob("__init__.py"))
    }
    folders = {f for f in folders if f != "comity.experiments.plugin"} | {"hydra_plugins.comity"}
    assert set(tools["packages"]) == folders
