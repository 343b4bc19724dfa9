"""What the text of a file declares, read without importing it: the settings of games, norms and agents stand there as
annotated fields (:mod:`comity.envs.settings`).
"""

import ast
from functools import cache
from pathlib import Path
from typing import NamedTuple


class Field(NamedTuple):
    """A setting: its ``name``, the words that it may take (none: it is no word), and the ``group`` of settings that it
    is, by the name of its class."""

    name: str
    words: tuple[str, ...]
    group: str


@cache
def fields(path: Path, name: str) -> tuple[Field, ...]:
    """The fields of the class ``name`` in a file (``Outer.Inner`` for one inside another)."""
    outer, _, inner = name.rpartition(".")
    tree: ast.AST = ast.parse(path.read_text(encoding="utf-8"))
    for wanted in (part for part in (outer, inner) if part):
        tree = next(node for node in ast.walk(tree) if isinstance(node, ast.ClassDef) and node.name == wanted)
    assert isinstance(tree, ast.ClassDef)
    return tuple(
        Field(node.target.id, *_declared(node.annotation))
        for node in tree.body
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
    )


def _declared(annotation: ast.expr) -> tuple[tuple[str, ...], str]:
    """The words that a type allows, and the name of the type."""
    parts = annotation.slice if isinstance(annotation, ast.Subscript) else annotation
    first, *others = parts.elts if isinstance(parts, ast.Tuple) else [parts]
    names = [node.id for node in ast.walk(first) if isinstance(node, ast.Name)]
    words = [
        argument.value
        for call in others
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "Choice"
        for argument in call.args
        if isinstance(argument, ast.Constant)
    ]
    truth = ("true", "false") if "bool" in names else ()
    return (tuple(map(str, words)) or truth), names[0] if names else ""


@cache
def keys_of(path: Path, name: str) -> tuple[str, ...]:
    """The keys of the first dictionary that is called ``name`` in a file, as far as they stand there as words."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        targets = [node.target] if isinstance(node, ast.AnnAssign) else getattr(node, "targets", [])
        if any(isinstance(one, ast.Name) and one.id == name for one in targets):
            value = getattr(node, "value", None)
            keys = value.keys if isinstance(value, ast.Dict) else []
            return tuple(key.value for key in keys if isinstance(key, ast.Constant) and isinstance(key.value, str))
    return ()


@cache
def classes(path: Path) -> tuple[str, ...]:
    """The names of the classes at the top of a file."""
    return tuple(
        node.name for node in ast.parse(path.read_text(encoding="utf-8")).body if isinstance(node, ast.ClassDef)
    )
