"""HTML from nested calls: text is escaped unless it is :class:`Markup` already, so that nothing from outside becomes
code."""

from html import escape


class Markup(str):
    """Text that is HTML already."""

    __slots__ = ()


def el(name: str, *children: object, **attributes: object) -> Markup:
    """An element. Children are escaped unless they are Markup; None is left out.

    Attribute names lose a trailing ``_`` and have ``_`` for ``-``; None is left out, True is bare.

    >>> el("td", "<1>", class_="number", data_v=0.5)
    '<td class="number" data-v="0.5">&lt;1&gt;</td>'
    """
    words = "".join(_attribute(key, value) for key, value in attributes.items())
    return Markup(f"<{name}{words}>{join(*children)}</{name}>")


def join(*children: object, sep: str = "") -> Markup:
    """Children side by side."""
    return Markup(
        sep.join(child if isinstance(child, Markup) else escape(str(child)) for child in children if child is not None)
    )


def _attribute(key: str, value: object) -> str:
    if value is None or value is False:
        return ""
    name = key.rstrip("_").replace("_", "-")
    return f" {name}" if value is True else f' {name}="{escape(str(value))}"'
