"""The constitutions of the presets, written by the library when the documentation is built (a hook of mkdocs)."""

from typing import Any

from comity.agents.constitution import constitution
from comity.agents.norms import PRESETS
from comity.agents.placebo import placebo
from comity.envs.paraphrases import PARAPHRASES

PAGE = "constitutions.md"
SHOWN = "equanimous"
"""The preset that is shown in every wording."""


def on_page_markdown(text: str, page: Any, **_: Any) -> str | None:
    """Adds one preset in all wordings with its placebo, then every preset in the first."""
    if page.file.src_uri != PAGE:
        return None
    wordings = [constitution(SHOWN, paraphrase) for paraphrase in range(PARAPHRASES)]
    parts = [text, f"## `{SHOWN}` in every wording"]
    parts += [f"{k}. {words}" for k, words in enumerate(wordings, 1)]
    parts += ["The placebo of the first:", f"> {placebo(wordings[0])}", "## Every preset"]
    parts += [f"**`{name}`** {constitution(name)}" for name in PRESETS]
    return "\n\n".join(parts) + "\n"
