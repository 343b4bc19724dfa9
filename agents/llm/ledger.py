"""Everything that was ever asked of a model in a study, in one SQLite file: log, cache, price and recording at once.

::

    calls   one row per outcome, with all that decided it and all that came of it; several may have one key
    texts   prompts and schemas, each once, by hash

A reply is committed before anybody sees it, so that a process that is killed loses the calls in flight and no more.
Several processes may use one file. At rest, after ``close``, it is one file.
"""

import hashlib
import json
import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...envs.settings import refuse
from .calls import Reply, Request

if TYPE_CHECKING:
    import polars as pl

VERSION = 1
APPLICATION = 0x636D6C67
"""Marks an SQLite file as a ledger of ours (``PRAGMA application_id``: "cmlg")."""
BUSY_SECONDS = 30.0
REMEMBERED = 200_000
"""Texts that a process knows to be in the file, at most."""
TABLES = """
create table calls (
  id integer primary key,
  key text not null,
  model text not null, answered_by text, purpose text not null,
  seed integer not null, seat integer not null, step integer not null, round integer not null, attempt integer not null,
  sampling text not null, schema text, messages text not null,
  text text not null, status text not null, error text not null, finish_reason text,
  prompt_tokens integer, completion_tokens integer, cost real,
  latency real not null, tries integer not null, seed_honoured integer, created text not null
);
create index by_key on calls (key);
create table texts (hash text primary key, body text not null);
"""
COLUMNS = (
    "key", "model", "answered_by", "purpose", "seed", "seat", "step", "round", "attempt", "sampling", "schema",
    "messages", "text", "status", "error", "finish_reason", "prompt_tokens", "completion_tokens", "cost", "latency",
    "tries", "seed_honoured", "created",
)  # fmt: skip
KINDS = {
    **dict.fromkeys(("seed", "seat", "step", "round", "attempt", "prompt_tokens", "completion_tokens", "tries"), int),
    **dict.fromkeys(("cost", "latency"), float),
    "seed_honoured": bool,
}
"""Of columns that are no text."""
INSERT = f"insert into calls ({', '.join(COLUMNS)}) values ({', '.join('?' * len(COLUMNS))})"
REPLY = (
    "text, status, error, answered_by, finish_reason, prompt_tokens, completion_tokens, cost, latency, tries, "
    "seed_honoured"
)
ANSWERED = f"select {REPLY} from calls where key = ? and status = 'ok' order by id limit 1"
LAST = f"select {REPLY} from calls where key = ? order by id desc limit 1"
SIGNED = 1 << 63
JSON = json.JSONEncoder(sort_keys=True, separators=(",", ":"))


class Ledger:
    """The file at ``path``, made where there is none; None: in memory, forgotten at the end.

    ``read_only`` opens one that is there and leaves no trace, not even beside it.
    Raises ``SettingError`` where the file is no ledger, and ``OSError`` where it cannot be read or written.
    """

    def __init__(self, path: str | Path | None = None, read_only: bool = False) -> None:
        self.path = None if path is None else Path(path)
        self.read_only = read_only
        self._lock = threading.Lock()
        self._kept: set[str] = set()
        self._summed, self._spent, self._unknown = 0, 0.0, 0
        with self._told():
            self._file = sqlite3.connect(
                self._address(), uri=True, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
            )
            try:
                self._prepare()
            except BaseException:
                self._file.close()
                raise

    @property
    def name(self) -> str:
        """For people."""
        return "a ledger in memory" if self.path is None else str(self.path)

    def get(self, key: str) -> Reply | None:
        """The answer to the request of this key, ``cached``; None where it was never answered."""
        return self._reply(ANSWERED, key)

    def recorded(self, key: str) -> Reply | None:
        """What came of the request of this key: its answer, or else how it last failed."""
        return self._reply(ANSWERED, key) or self._reply(LAST, key)

    def put(self, request: Request, reply: Reply) -> None:
        """Keeps what came of a request: from then on it survives the process, however that ends."""
        messages, texts = [], []
        for role, content in request.messages:
            messages.append((role, _keep(content, texts)))
        schema = None if request.schema is None else _keep(_json(request.schema), texts)
        place = request.place
        row = (
            request.key(), request.model, reply.model, request.purpose, _signed(place.seed), place.seat, place.step,
            place.round, place.attempt, _json(dict(request.sampling)), schema, _json(messages), _written(reply.text),
            reply.status, _written(reply.error), reply.finish_reason, reply.prompt_tokens, reply.completion_tokens,
            reply.cost, reply.latency, reply.tries, reply.seed_honoured,
            datetime.now(UTC).isoformat(" ", "milliseconds"),
        )  # fmt: skip
        with self._lock, self._told():
            fresh = [(name, body) for name, body in texts if name not in self._kept]
            self._file.execute("begin immediate")
            try:
                if fresh:
                    self._file.executemany("insert or ignore into texts values (?, ?)", fresh)
                self._file.execute(INSERT, row)
                self._file.execute("commit")
            except BaseException:
                with suppress(sqlite3.Error):
                    self._file.execute("rollback")
                raise
            if len(self._kept) > REMEMBERED:
                self._kept.clear()
            self._kept.update(name for name, _ in fresh)

    def spent(self) -> float:
        """US dollars: the sum of all costs that are known, of every run that used this file."""
        self._sum()
        return self._spent

    def unknown_cost(self) -> int:
        """Calls of unknown cost."""
        self._sum()
        return self._unknown

    def __len__(self) -> int:
        """Calls of any outcome."""
        return self._rows("select count(*) from calls")[0][0]

    def calls(self, prompts: bool = True) -> "pl.DataFrame":
        """All calls, one row each in the order in which they ended, for people: settings and schema as JSON text;
        ``messages`` as a list of role and content, left out where ``prompts`` is False.
        """
        import polars as pl

        texts = dict(self._rows("select hash, body from texts"))
        rows = self._rows(f"select {', '.join(COLUMNS)} from calls order by id")
        names = {int: pl.Int64, float: pl.Float64, str: pl.String, bool: pl.Boolean}
        frame = pl.DataFrame(rows, {name: names[KINDS.get(name, str)] for name in COLUMNS}, orient="row", strict=False)
        frame = frame.with_columns(
            pl.col("seed").reinterpret(signed=False),
            pl.Series("schema", [name and texts[name] for name in frame["schema"]], pl.String),
        )
        if not prompts:
            return frame.drop("messages")
        told = [[{"role": role, "content": texts[name]} for role, name in json.loads(m)] for m in frame["messages"]]
        kind = pl.List(pl.Struct({"role": pl.String, "content": pl.String}))
        return frame.with_columns(pl.Series("messages", told, kind))

    def close(self) -> None:
        """Leaves one file. Another process that still uses it is not disturbed."""
        with self._lock:
            if self.path is not None and not self.read_only:
                with suppress(sqlite3.Error):  # another one uses it: the last one tidies up
                    self._file.execute("pragma busy_timeout = 0")
                    self._file.execute("pragma journal_mode = delete")
            self._file.close()

    def _address(self) -> str:
        """As SQLite takes it. A directory that cannot be written has no room for the files that SQLite keeps beside
        this one, so there it must be told that nobody writes.
        """
        if self.path is None:
            return ":memory:"
        address = self.path.absolute().as_uri()
        if self.read_only:
            return f"{address}?mode=ro" + ("" if os.access(self.path.absolute().parent, os.W_OK) else "&immutable=1")
        return address

    def _prepare(self) -> None:
        """Makes the tables, or makes sure that they are ours."""
        self._file.execute(f"pragma busy_timeout = {int(BUSY_SECONDS * 1000)}")
        version, mark = self._pragma("user_version"), self._pragma("application_id")
        tables = self._rows("select count(*) from sqlite_master")[0][0]
        if (version, mark) != (VERSION, APPLICATION) and (version or mark or tables or self.read_only):
            later = " (a later version of comity wrote this one)" if mark == APPLICATION and version > VERSION else ""
            raise refuse("llm.ledger", self.name, f"a ledger of comity of version {VERSION}, or a new file{later}")
        if self.read_only:
            return
        self._file.execute("pragma journal_mode = wal")
        self._file.execute("pragma synchronous = normal")
        if not version:
            self._make()

    def _make(self) -> None:
        """Makes the tables, unless another process has just done so."""
        self._file.execute("begin immediate")
        if not self._pragma("user_version"):
            for statement in TABLES.split(";"):
                self._file.execute(statement)
            self._file.execute(f"pragma application_id = {APPLICATION}")
            self._file.execute(f"pragma user_version = {VERSION}")
        self._file.execute("commit")

    def _pragma(self, name: str) -> int:
        return self._file.execute(f"pragma {name}").fetchone()[0]

    def _rows(self, query: str, values: tuple[Any, ...] = ()) -> list[Any]:
        with self._lock, self._told():
            return self._file.execute(query, values).fetchall()

    def _reply(self, query: str, key: str) -> Reply | None:
        rows = self._rows(query, (key,))
        if not rows:
            return None
        reply = Reply._make((*rows[0], True))
        honoured = reply.seed_honoured
        return reply if honoured is None else reply._replace(seed_honoured=bool(honoured))

    def _sum(self) -> None:
        """Adds up what came since the last time, of whatever process: rows are only ever added."""
        query = "select max(id), total(cost), sum(cost is null) from calls where id > ?"
        last, cost, unknown = self._rows(query, (self._summed,))[0]
        if last is not None:
            self._summed, self._spent, self._unknown = last, self._spent + cost, self._unknown + unknown

    @contextmanager
    def _told(self) -> Iterator[None]:
        """What SQLite complains of, as one line."""
        try:
            yield
        except sqlite3.OperationalError as error:
            raise OSError(f"the ledger {self.name}: {error}") from None
        except sqlite3.DatabaseError as error:
            allowed = f"a ledger of comity, or a new file ({error})"
            raise refuse("llm.ledger", self.name, allowed) from None


def _keep(text: str, texts: list[tuple[str, str]]) -> str:
    """The hash of a text that is kept once; the text is added to ``texts``."""
    text = _written(text)
    name = hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
    texts.append((name, text))
    return name


def _json(value: Any) -> str:
    return JSON.encode(value)


def _signed(seed: int) -> int:
    """SQLite's whole numbers have a sign; a seed has 64 bits and none."""
    return seed - 2 * SIGNED if seed >= SIGNED else seed


def _written(text: str) -> str:
    """Text that UTF-8 can hold: half a surrogate pair, which JSON lets through, cannot be written."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()
