"""What came of a rerun, and how it is told."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from ..sweep import Result
from .differences import Difference, Lonely
from .past import Past

MOST_SHOWN = 20
"""Columns that differ; the others are counted."""


class Verdict(NamedTuple):
    """What came of a rerun: the content that was ``expected`` and that ``found`` (:mod:`.content`); where those differ
    or the old tables were altered, the ``lonely`` rows and the ``different`` columns; and what differs in ``context``.
    """

    past: Past
    result: Result
    expected: Mapping[str, Any]
    found: Mapping[str, Any]
    lonely: list[Lonely]
    different: list[Difference]
    context: list[tuple[str, Any, Any]]

    @property
    def identical(self) -> bool:
        """Did the rerun find the same, and do the old tables still say it?"""
        return self.found == self.expected and not self.past.altered

    def page(self) -> Group:
        """The whole of it, the answer first."""
        parts: list[RenderableType] = [Text(line) for line in self._answer()]
        if self.lonely or self.different:
            parts += [Text(), self._table()]
        hidden = len(self.different) - MOST_SHOWN
        if hidden > 0:
            parts.append(Text(f"and {hidden} more columns"))
        parts += [Text(), self._circumstances()]
        return Group(*parts)

    def _answer(self) -> list[str]:
        rows = ", ".join(f"{one['rows']:,} {name}" for name, one in self.found["tables"].items()) or "no rows"
        if self.identical:
            return [f"identical: {rows}; content hash {self.found['hash']}"]
        lines = [f"different: content hash {self.found['hash']} ({rows}), and it was {self.expected['hash']}"]
        if self.past.altered:
            same = self.found == self.expected
            lines = [
                f"different: the tables in {self.past.directory} were changed after they were finished",
                f"they were finished with content hash {self.expected['hash']}, which the rerun "
                + ("has" if same else f"has not: its is {self.found['hash']}"),
            ]
        if self.past.on_disk is None:
            lines.append(f"where they differ is not known: {self.past.directory} holds no tables")
        return lines

    def _table(self) -> Table:
        table = _table("table", "column", "rows that differ", "by at most", "the first", "was", "is now")
        for one in self.lonely:
            which = "only in the rerun" if one.new else "not in the rerun"
            table.add_row(one.table, "", f"{one.rows:,} {which}", "", _place(one.first), "", "")
        for one in self.different[:MOST_SHOWN]:
            most = "" if one.most is None else f"{one.most:.6g}"
            words = (
                one.table,
                one.column,
                f"{one.rows:,}",
                most,
                _place(one.first),
                _value(one.was),
                _value(one.is_now),
            )
            table.add_row(*map(Text, words))
        return table

    def _circumstances(self) -> RenderableType:
        if not self.context:
            return Text("versions, revision of the code, host and launcher are the same")
        table = _table("beside the tables", "was", "is now")
        for name, was, now in self.context:
            table.add_row(*map(Text, (name, _value(was), _value(now))))
        return table


def _place(key: Mapping[str, Any]) -> str:
    return " ".join(f"{name} {value}" for name, value in key.items())


def _value(value: Any) -> str:
    return "–" if value is None else str(value.to_list() if hasattr(value, "to_list") else value)


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold")
    return table
