"""Markdown from what the library says of itself, for the hooks of mkdocs."""

import re
from typing import Any


def as_markdown(text: str) -> str:
    """Docstrings mark code with two backticks and modules with roles."""
    return re.sub(r":\w+:`~?([^`]+)`", r"`\1`", text).replace("``", "`")


def table(head: tuple[str, ...], rows: list[Any]) -> str:
    """A Markdown table; a bar within a cell would end it."""
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join("| " + " | ".join(str(cell).replace("|", "\\|") for cell in line) + " |" for line in lines)
