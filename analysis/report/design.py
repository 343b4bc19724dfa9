"""What a manifest says about the settings of a run; whatever is missing in it is no error."""

from collections.abc import Mapping
from typing import Any

from ..definitions import DEFINITIONS, DERIVED
from ..figures import Payoffs


def minds(manifest: Mapping[str, Any]) -> Mapping[str, list[Any]]:
    """The values that each setting of the deliberators took; empty if none took part, or nothing is known of them.

    >>> minds({"settings": {"deliberator": {"depth": [6, 12]}}})
    {'depth': [6, 12]}
    """
    return (manifest.get("settings") or {}).get("deliberator") or {}


def asked_measures(manifest: Mapping[str, Any]) -> list[str]:
    """The measures that the study's question is about, in its order; empty if it names none."""
    return [name for name in manifest.get("measures") or () if name in DEFINITIONS or name in DERIVED]


def asked_models(manifest: Mapping[str, Any]) -> Mapping[str, Any]:
    """What is told of the language models that took part; empty if none did."""
    told = manifest.get("llm")
    return told if isinstance(told, Mapping) else {}


def scripted(manifest: Mapping[str, Any]) -> bool:
    """Did a script answer in the place of a language model?"""
    return asked_models(manifest).get("scripted") is True


def axes(manifest: Mapping[str, Any]) -> dict[str, str]:
    """The settings whose combinations a design picked, and how each is written; empty if all were played.

    >>> axes({"layout": {"kind": "sobol", "grids": [{"axes": {"norms.kindness": "interval(0,1)"}}]}})
    {'norms.kindness': 'interval(0,1)'}
    """
    return {key: text for grid in _layout(manifest).get("grids") or () for key, text in grid["axes"].items()}


def fraction(manifest: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """What is told of the first fraction of a factorial; None if none was played."""
    return next((grid for grid in _layout(manifest).get("grids") or () if "letters" in grid), None)


def _layout(manifest: Mapping[str, Any]) -> Mapping[str, Any]:
    return manifest.get("layout") or {}


def matrix_payoffs(manifest: Mapping[str, Any]) -> Payoffs | None:
    """The payoffs of the matrix game if all its cells played the same dilemma; else None."""
    taken = ((manifest.get("settings") or {}).get("games") or {}).get("matrix") or {}
    if taken.get("payoffs", [None]) != [None] or any(len(taken.get(name, ())) != 1 for name in Payoffs._fields):
        return None
    return Payoffs(*(float(taken[name][0]) for name in Payoffs._fields))
