"""Lists of institutions and conducts, made from the library when the documentation is built (a hook of mkdocs)."""

from typing import Any

from docs_markdown import as_markdown, table

from comity.agents.stages.conducts import CONDUCTS
from comity.envs.institutions.layers import INSTITUTIONS
from comity.experiments.commands.pages import docstring, setting_rows

PAGE = "institutions.md"


def on_page_markdown(text: str, page: Any, **_: Any) -> str | None:
    """Adds every conduct and every institution's page to the article about them."""
    if page.file.src_uri != PAGE:
        return None
    head = ("conduct", "in the stages of", "what it does", "settings and their defaults")
    parts = [text, "## Conducts in stages", table(head, _conducts())]
    for name, cls in INSTITUTIONS.items():
        rows = setting_rows(cls.Params, f"institutions.{name}.")
        parts += [f"## `{name}`", f"*{cls.title}*", as_markdown(docstring(cls))]
        parts += [table(("parameter", "default", "allowed", "meaning"), rows)]
    return "\n\n".join(parts) + "\n"


def _conducts() -> list[tuple[str, ...]]:
    rows = []
    for name, cls in CONDUCTS.items():
        settings = [
            f"`{setting}` {default}: {meaning}" for setting, default, _, meaning in setting_rows(cls.Params, "")
        ]
        what = as_markdown(" ".join((cls.__doc__ or "").split()))
        rows.append((f"`{name}`", ", ".join(cls.institutions) or "all", what, "; ".join(settings)))
    return rows
