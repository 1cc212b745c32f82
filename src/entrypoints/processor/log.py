"""Every command the processor accepted, in order: its whole state, on disk before it answers."""

import json
import secrets
import sqlite3
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import Final, Self

from attrs import asdict, define, field

from instainstru_core.testing.fakes.processor.commands import KINDS, Command, kind_of

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS commands (
    number INTEGER PRIMARY KEY, at TEXT NOT NULL, kind TEXT NOT NULL, arguments TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS delivered (event_id TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS seed (single INTEGER PRIMARY KEY CHECK (single = 1), seed TEXT NOT NULL)
STRICT;
CREATE TABLE IF NOT EXISTS beginning (
    single INTEGER PRIMARY KEY CHECK (single = 1), at TEXT NOT NULL
) STRICT;
"""


@define
class CommandLog:
    """An SQLite file. What is committed survives the death of the process at any moment."""

    _connection: sqlite3.Connection
    _writing: Lock = field(factory=Lock, init=False)

    @classmethod
    def at(cls, path: Path) -> Self:
        """Open the log in this file, new or as it was left."""
        path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        # With a write-ahead log, NORMAL loses nothing unless the whole machine loses power.
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.executescript(_SCHEMA)
        connection.execute("INSERT OR IGNORE INTO seed VALUES (1, ?)", (secrets.token_hex(16),))
        return cls(connection)

    @property
    def seed(self) -> str:
        """What makes the ids of this log its own."""
        with self._writing:
            (seed,) = self._connection.execute("SELECT seed FROM seed").fetchone()
        return str(seed)

    def begun_at(self, now: datetime) -> datetime:
        """When its first day began: *now*, unless it has begun before."""
        with self._writing:
            self._connection.execute(
                "INSERT OR IGNORE INTO beginning"
                " VALUES (1, coalesce((SELECT min(at) FROM commands), ?))",
                (now.isoformat(),),
            )
            (at,) = self._connection.execute("SELECT at FROM beginning").fetchone()
        return datetime.fromisoformat(at)

    def commands(self) -> Iterator[tuple[Command, datetime]]:
        """Everything accepted so far, with its moments, in order."""
        with self._writing:
            query = "SELECT kind, arguments, at FROM commands ORDER BY number"
            rows = self._connection.execute(query).fetchall()
        for kind, arguments, at in rows:
            yield KINDS[kind](**json.loads(arguments)), datetime.fromisoformat(at)

    def append(self, command: Command, at: datetime) -> None:
        """Keep one command more."""
        row = (at.isoformat(), kind_of(command), json.dumps(asdict(command)))
        with self._writing:
            self._connection.execute(
                "INSERT INTO commands (at, kind, arguments) VALUES (?, ?, ?)", row
            )

    def delivered(self) -> set[str]:
        """The events the platform has acknowledged."""
        with self._writing:
            rows = self._connection.execute("SELECT event_id FROM delivered").fetchall()
        return {event_id for (event_id,) in rows}

    def mark_delivered(self, event_id: str) -> None:
        """The platform has acknowledged an event."""
        with self._writing:
            self._connection.execute("INSERT OR IGNORE INTO delivered VALUES (?)", (event_id,))

    def close(self) -> None:
        """Let the file go."""
        with self._writing:
            self._connection.close()
