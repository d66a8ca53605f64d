"""One import at a time: a lock that the database frees when its holder dies."""

from __future__ import annotations

import contextlib
import fcntl
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

LOCK = 7233022
"""Any number that no other program locks in this database."""

PAUSE_SECONDS = 2.0


class TurnError(Exception):
    """Another import did not finish in time."""


@contextlib.contextmanager
def turn(engine: Any, seconds: float, say: Callable[[str], None]) -> Iterator[None]:
    """Hold the lock; raise TurnError when another import has it for longer than `seconds`."""
    kind = engine.dialect.name
    holder = held_in_file if kind == "sqlite" else held_in_database
    with holder(engine) as take:
        end = time.monotonic() + seconds
        while not take():
            if time.monotonic() > end:
                raise TurnError(f"another import was at work for more than {seconds:g} s")
            say("waiting for another import to finish")
            time.sleep(PAUSE_SECONDS)
        yield


@contextlib.contextmanager
def held_in_database(engine: Any) -> Iterator[Callable[[], bool]]:
    """Yield a try for a lock of PostgreSQL or MySQL, which goes with the connection."""
    texts = {
        "postgresql": f"SELECT pg_try_advisory_lock({LOCK})",
        "mysql": f"SELECT GET_LOCK('aspects-assets-{LOCK}', 0)",
    }
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        # out of the pool: closing it ends the session at the server, and with it the lock
        connection.detach()
        yield lambda: bool(connection.exec_driver_sql(texts[engine.dialect.name]).scalar())


@contextlib.contextmanager
def held_in_file(engine: Any) -> Iterator[Callable[[], bool]]:
    """Yield a try for a lock beside an SQLite file: only tests and one machine's trials use one."""
    with Path(f"{engine.url.database}.import-lock").open("w") as handle:

        def take() -> bool:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            return True

        yield take
