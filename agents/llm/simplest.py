"""The simplest answer that fits a JSON schema: for whoever must answer something, and has nothing to say."""

import json
from collections.abc import Mapping
from typing import Any

NOTHING = "Nothing."


def answer_to(schema: Mapping[str, Any] | None) -> str:
    """The simplest answer to a request with this schema."""
    return "" if schema is None else json.dumps(simplest(schema))


def simplest(schema: Mapping[str, Any]) -> Any:
    """An answer that fits a JSON schema of those that games and prompts use: the first word, the smallest number.

    >>> simplest({"anyOf": [{"const": "accept"}, {"type": "integer", "minimum": 0, "maximum": 3}]})
    'accept'
    >>> simplest({"type": "object", "properties": {"A": {"type": "integer", "minimum": 1, "maximum": 3}}})
    {'A': 1}
    """
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return schema["enum"][0]
    if "anyOf" in schema:
        return simplest(schema["anyOf"][0])
    kind = schema["type"]
    if kind == "object":
        return {name: simplest(part) for name, part in schema["properties"].items()}
    if kind == "array":
        return [simplest(part) for part in schema["prefixItems"]]
    return {"string": NOTHING, "boolean": False}.get(kind, schema.get("minimum", 0))
