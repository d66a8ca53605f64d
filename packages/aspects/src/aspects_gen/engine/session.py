"""Connections for requests: one that stays per session, a private one otherwise."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from aspects_gen.engine.fault import RequestError
from aspects_gen.engine.loading import load
from aspects_gen.engine.request import Request
from aspects_gen.engine.statement import Statement
from aspects_gen.engine.users import Account
from aspects_gen.engine.usersxml import FRONT_ROLE

MAX_SESSION_SECONDS = 3600
"""Longest a session may be idle. Source: ClickHouse documentation, server setting max_session_timeout."""

FIRST_DATABASE = "default"


class Session:
    """A connection that is in its account's role and under its limits.

    Args:
        connection: fresh, of chDB.
        account: whose statements it will run.
        lasts: it outlives the request.
    """

    def __init__(self, connection: Any, account: Account, *, lasts: bool) -> None:
        self.connection = connection
        self.account = account
        self.lasts = lasts
        self.lock = threading.Lock()
        self.expires = float("inf")
        self.database = FIRST_DATABASE
        """Where the client's own USE put it."""
        self.settings = {name: literal(str(value)) for name, value in account.settings.items()}
        """What the account is limited to or the client has SET, as it stands in SQL."""
        self._tables: list[str] = []
        self.run(f"SET ROLE {backticked(account.role)}")
        self._limit()

    def enter(self, request: Request) -> None:
        """Apply a request's external tables, database and settings.

        Raises:
            RuntimeError: the engine refuses one of them; a lasting session is then as it was before.
        """
        for table in request.tables:
            self._fill(table.name, request.structure_of(table), table.content)
        if request.database:
            self.run(f"USE {backticked(request.database)}")
        settings = dict(request.settings)
        readonly = settings.pop("readonly", "")
        if request.method != "POST" and not self.lasts and "readonly" not in self.account.settings:
            readonly = readonly or "2"
        self._set({name: literal(value) for name, value in settings.items()})
        if readonly:
            # last, since under it some settings can no longer be changed
            self._set({"readonly": literal(readonly)})

    def leave(self, request: Request) -> None:
        """Take back what a request applied, so that the session's own holds again."""
        for name in self._tables:
            self.run(f"DROP TEMPORARY TABLE IF EXISTS {backticked(name)}")
        self._tables.clear()
        if request.database:
            self.run(f"USE {backticked(self.database)}")
        self._set({name: self.settings.get(name, "DEFAULT") for name in request.settings})

    def run(self, sql: str) -> None:
        """Run a statement of the front's own, which has no result."""
        self.connection.query(sql, "Null")

    def _limit(self) -> None:
        """Put the account's limits on the connection: values, then what keeps them from being raised."""
        limits = dict(self.settings)
        readonly = limits.pop("readonly", "")
        self._set(limits)
        if self.account.profile:
            self.run(f"SET profile = {literal(self.account.profile)}")
        if readonly:
            self._set({"readonly": readonly})

    def _set(self, values: dict[str, str]) -> None:
        """Set all or none of some settings; an unknown one is refused before any is changed."""
        if values:
            pairs = ", ".join(f"{backticked(name)} = {value}" for name, value in values.items())
            self.run(f"SET {pairs}")

    def _fill(self, name: str, structure: tuple[str, str], content: bytes) -> None:
        """Make an external table; creating it is the front's right, not one the account needs."""
        columns, fmt = structure
        self.run(f"SET ROLE {backticked(FRONT_ROLE)}")
        try:
            self.run(f"CREATE TEMPORARY TABLE {backticked(name)} ({columns}) ENGINE = Memory")
            self._tables.append(name)
            head = f"INSERT INTO {backticked(name)}".encode()
            insert = Statement(head, "INSERT", "INTO", fmt, content, settings_at=len(head))
            load(self.connection, insert)
        finally:
            self.run(f"SET ROLE {backticked(self.account.role)}")


class Sessions:
    """The sessions of all clients, by account and session id.

    Args:
        connect: makes a connection.
    """

    def __init__(self, connect: Callable[[], Any]) -> None:
        self._connect = connect
        self._lasting: dict[tuple[str, str], Session] = {}
        self._lock = threading.Lock()

    @contextmanager
    def open(self, account: Account, request: Request) -> Iterator[Session]:
        """Lend the connection that a request runs on.

        Raises:
            RequestError: the session is in use, or must exist and does not.
            RuntimeError: the engine refuses the request's database or settings.
        """
        name = request.params.get("session_id", "")
        if not name:
            connection = self._connect()
            try:
                session = Session(connection, account, lasts=False)
                session.enter(request)
                yield session
            finally:
                connection.close()
            return
        key = (account.name, name)
        seconds = min(request.session_seconds, MAX_SESSION_SECONDS)
        session = self._take(key, account, must_exist=request.has("session_check"))
        keep = not request.has("close_session")
        try:
            session.enter(request)
            try:
                yield session
            finally:
                keep = self._left(session, request) and keep
        finally:
            self._give_back(key, session, seconds if keep else -1)

    def close(self) -> None:
        """Close every session."""
        with self._lock:
            for session in self._lasting.values():
                session.connection.close()
            self._lasting.clear()

    def _left(self, session: Session, request: Request) -> bool:
        """Return whether the session could be put back as it was; one that could not is dropped."""
        try:
            session.leave(request)
        except RuntimeError:
            return False
        return True

    def _take(self, key: tuple[str, str], account: Account, *, must_exist: bool) -> Session:
        """Return the session of an id, locked; make it unless it must exist."""
        with self._lock:
            self._expire()
            session = self._lasting.get(key)
            if session is None:
                if must_exist:
                    raise RequestError(372, "SESSION_NOT_FOUND", f"Session {key[1]} not found")
                session = Session(self._connect(), account, lasts=True)
                self._lasting[key] = session
            if not session.lock.acquire(blocking=False):
                text = f"Session {key[1]} is locked by a concurrent client"
                raise RequestError(373, "SESSION_IS_LOCKED", text)
            return session

    def _give_back(self, key: tuple[str, str], session: Session, seconds: int) -> None:
        """Unlock a session for so many seconds, or close it when they are negative."""
        with self._lock:
            session.expires = time.monotonic() + seconds
            if seconds < 0 and self._lasting.pop(key, None) is session:
                session.connection.close()
            session.lock.release()

    def _expire(self) -> None:
        """Close the sessions that were idle too long."""
        now = time.monotonic()
        for key, session in list(self._lasting.items()):
            if session.expires < now and session.lock.acquire(blocking=False):
                del self._lasting[key]
                session.connection.close()


def backticked(name: str) -> str:
    """Return an identifier."""
    return "`" + name.replace("\\", "\\\\").replace("`", "\\`") + "`"


def literal(text: str) -> str:
    """Return a string literal."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
