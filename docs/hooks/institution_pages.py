"""The list of institutions, made from the library when the documentation is built (a hook of mkdocs)."""

from typing import Any

from docs_markdown import as_markdown, table

from comity.envs.institutions.layers import INSTITUTIONS
from comity.experiments.pages import docstring, setting_rows

PAGE = "institutions.md"


def on_page_markdown(text: str, page: Any, **_: Any) -> str | None:
    """Adds every institution's page to the article about them."""
    if page.file.src_uri != PAGE:
        return None
    parts = [text]
    for name, cls in INSTITUTIONS.items():
        rows = setting_rows(cls.Params, f"institutions.{name}.")
        parts += [f"## `{name}`", f"*{cls.title}*", as_markdown(docstring(cls))]
        parts += [table(("parameter", "default", "allowed", "meaning"), rows)]
    return "\n\n".join(parts) + "\n"
