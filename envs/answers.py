"""Answers: JSON values that name a move, checked against the JSON schema of the moves that are legal.

Schemas are those of :meth:`~.game.Game.move_schema`: ``const``, an ``enum`` of words or of numbers, ``integer`` and
``number`` with bounds (an integer perhaps ``multipleOf``), an ``object`` all of whose properties are required and no
others allowed, an ``array`` with ``prefixItems``, and ``anyOf`` several of these.
"""

import math
from collections.abc import Mapping
from typing import Any

from pydantic_core import CoreSchema, SchemaValidator, ValidationError
from pydantic_core import core_schema as core

FEW = 12
"""Choices that are named one by one where an answer is none of them."""
Schema = Mapping[str, Any]


def validated(schema: Schema, answer: Any) -> Any:
    """The decoded JSON value ``answer``, which fits ``schema``; arrays come back as tuples.

    Strict: words as they are written, no truth value or word for a number; 5.0 is the whole number 5. Raises
    ``ValueError`` with one line that says what is allowed.

    >>> validated({"type": "integer", "minimum": 0, "maximum": 20}, 5.0)
    5
    >>> validated({"type": "string", "enum": ["hold", "press"]}, "Hold")
    Traceback (most recent call last):
    ValueError: must be one of hold, press
    """
    try:
        return _validator(schema).validate_python(answer)
    except ValidationError:
        raise ValueError(f"must be {told(schema)}") from None


def forced(schema: Schema) -> Any:
    """The answer, where there is only one that fits; else None. (It may be 0: compare with None.)

    >>> forced({"type": "string", "const": "pass"}), forced({"type": "integer", "minimum": 0, "maximum": 0})
    ('pass', 0)
    """
    choices = listed(schema)
    if choices is not None:
        return choices[0] if len(choices) == 1 else None
    low, high = schema.get("minimum"), schema.get("maximum")
    return low if low is not None and low == high else None


def listed(schema: Schema) -> list[Any] | None:
    """All answers that fit, where the schema lists them; else None."""
    return [schema["const"]] if "const" in schema else schema.get("enum")


def told(schema: Schema) -> str:
    """What fits, in words.

    >>> told({"type": "integer", "minimum": 0, "maximum": 20})
    'a whole number from 0 to 20'
    """
    if "anyOf" in schema:
        return " or ".join(told(one) for one in schema["anyOf"])
    choices = listed(schema)
    if choices is not None:
        named = ", ".join(str(choice) for choice in choices[:FEW])
        if len(choices) == 1:
            return named
        return f"one of {named}" + (f" and {len(choices) - FEW} more" if len(choices) > FEW else "")
    if schema["type"] == "object":
        parts = (f"{name} ({told(part)})" for name, part in schema["properties"].items())
        return f"an object with {', '.join(parts)} and nothing else"
    if schema["type"] == "array":
        items = [told(one) for one in schema["prefixItems"]]
        return f"a list of {len(items)}: {', '.join(items)}"
    kind = "a whole number" if schema["type"] == "integer" else "a number"
    steps = f" in steps of {schema['multipleOf']:g}" if schema.get("multipleOf", 1) != 1 else ""
    return f"{kind} from {_plain(schema['minimum'])} to {_plain(schema['maximum'])}{steps}"


def object_of(properties: Mapping[str, Schema]) -> dict[str, Any]:
    """The schema of an object with these properties and no others."""
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(properties),
        "additionalProperties": False,
    }


def any_of(words: list[str], *others: Schema) -> dict[str, Any]:
    """The schema of one of ``words``, if there are any, or of what one of the ``others`` allows."""
    schemas = [{"type": "string", "enum": words}] * bool(words) + [dict(one) for one in others]
    return schemas[0] if len(schemas) == 1 else {"anyOf": schemas}


def _plain(number: float) -> str:
    return str(int(number)) if number == math.floor(number) else str(number)


_MOST = 4096
_VALIDATORS: dict[str, SchemaValidator] = {}


def _validator(schema: Schema) -> SchemaValidator:
    """Kept under the schema as text: states of a game come back often."""
    text = repr(schema)
    found = _VALIDATORS.get(text)
    if found is None:
        if len(_VALIDATORS) >= _MOST:
            _VALIDATORS.clear()
        found = _VALIDATORS[text] = SchemaValidator(_core(schema))
    return found


def _core(schema: Schema) -> CoreSchema:
    if "anyOf" in schema:
        return core.union_schema([_core(one) for one in schema["anyOf"]])
    choices = listed(schema)
    if choices is not None:
        if isinstance(choices[0], str):
            return core.literal_schema(choices)
        return core.chain_schema([_NUMBER, core.literal_schema([float(choice) for choice in choices])])
    if schema["type"] == "object":
        fields = {name: core.typed_dict_field(_core(part)) for name, part in schema["properties"].items()}
        return core.typed_dict_schema(fields, extra_behavior="forbid")
    if schema["type"] == "array":
        return core.tuple_schema([_core(one) for one in schema["prefixItems"]])
    low, high = schema["minimum"], schema["maximum"]
    if schema["type"] == "number":
        return core.float_schema(strict=True, allow_inf_nan=False, ge=low, le=high)
    # of a float multiple_of would let what is nearly whole pass
    whole = core.int_schema(strict=True, ge=low, le=high, multiple_of=schema.get("multipleOf"))
    return core.no_info_before_validator_function(_whole, whole)


def _whole(answer: Any) -> Any:
    return int(answer) if isinstance(answer, float) and answer.is_integer() else answer


_NUMBER = core.float_schema(strict=True, allow_inf_nan=False)
"""A number and nothing that could be taken for one. Strict floats take whole numbers, too."""
