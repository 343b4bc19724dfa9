"""The examples in docstrings, run under the modules' own names.

Not pytest's ``--doctest-modules``: it imports a module under the name of the checkout's folder beside its own, and
numba would keep kernels that refer to that name, which no other process can load.
"""

import doctest
import importlib
import pkgutil

import pytest

import comity

MODULES = ["comity", *(m.name for m in pkgutil.walk_packages(comity.__path__, "comity.") if "plugin" not in m.name)]


@pytest.mark.parametrize("name", [name for name in MODULES if not name.endswith("__main__")])
def test_examples(name):
    failed, _ = doctest.testmod(importlib.import_module(name))
    assert failed == 0
