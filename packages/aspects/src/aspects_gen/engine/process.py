"""The engine as a process: one per data directory, found again by DIR/engine.json."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import IO, NamedTuple

from aspects_gen.engine.fault import EngineError

RECORD = "engine.json"
LOG = "engine.log"
LOCK = "engine.lock"

START_SECONDS = 60
STOP_SECONDS = 30
DYING_SECONDS = 10
"""How long what answers no more may hold its directory: the system takes a while over a process that was killed."""

LOG_TAIL = 2_000
"""Characters of the log that an error shows."""


class Engine(NamedTuple):
    """A running engine."""

    host: str
    port: int
    pid: int
    name: str

    @property
    def url(self) -> str:
        """Return the address of its HTTP interface."""
        return f"http://{self.host}:{self.port}"


def start(
    folder: Path,
    *,
    port: int = 0,
    users: Path | None = None,
    on_cluster: str = "refuse",
    access: str = "refuse",
    tied: bool = False,
) -> Engine:
    """Start an engine on a data directory and return it once it answers.

    Args:
        folder: data directory, made when missing.
        port: 0 for any that is free.
        users: a users file; without one `default` may do everything and has no password.
        on_cluster: `strip` or `refuse`.
        access: `accept` or `refuse` statements of users and rights.
        tied: it stops when this process ends, however that comes about.

    Raises:
        EngineError: the port or the directory is in use, chDB is missing, or the engine ended at once.
    """
    folder.mkdir(parents=True, exist_ok=True)
    words = [sys.executable, "-m", "aspects_gen.engine", "--data", str(folder)]
    words += ["--port", str(port), "--on-cluster", on_cluster, "--access", access]
    words += ["--users", str(users)] if users else []
    words += ["--tied"] if tied else []
    with (folder / LOG).open("ab") as log:
        before = log.tell()
        source = subprocess.PIPE if tied else subprocess.DEVNULL
        child = subprocess.Popen(
            words, stdin=source, stdout=log, stderr=log, start_new_session=True
        )
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if child.poll() is not None:
            raise EngineError(_last_words(folder / LOG, before))
        engine = running(folder)
        if engine is not None and engine.pid == child.pid:
            # keeps the pipe that ties it, and leaves no zombie behind
            threading.Thread(target=child.wait, daemon=True).start()
            return engine
        time.sleep(0.02)
    child.kill()
    child.wait()
    raise EngineError(f"the engine on {folder} did not answer within {START_SECONDS} s")


def stop(folder: Path) -> bool:
    """Stop the engine on a data directory; return whether there was one."""
    engine = running(folder)
    if engine is None:
        if not _comes_true(lambda: not _is_locked(folder), DYING_SECONDS):
            raise EngineError(
                f"data directory {folder} is in use by a process that does not answer"
            )
        return False
    with suppress(ProcessLookupError):
        os.kill(engine.pid, signal.SIGTERM)
    if _comes_true(lambda: not _is_locked(folder) and not _is_alive(engine.pid), STOP_SECONDS):
        return True
    raise EngineError(f"the engine on {folder} (pid {engine.pid}) did not stop")


def _comes_true(condition: Callable[[], bool], seconds: float) -> bool:
    """Wait for a condition; return whether it came true in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def running(folder: Path) -> Engine | None:
    """Return the engine that serves a data directory, known by the name it answers with; or None."""
    try:
        record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        engine = Engine(record["host"], record["port"], record["pid"], record["name"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return engine if answers(engine) else None


def answers(engine: Engine) -> bool:
    """Return whether it is this engine, and no other server, that answers at its address."""
    client = HTTPConnection(engine.host, engine.port, timeout=5)
    try:
        client.request("GET", "/ping")
        reply = client.getresponse()
        return reply.getheader("X-ClickHouse-Server-Display-Name") == engine.name
    except (OSError, HTTPException):
        return False
    finally:
        client.close()


@contextmanager
def engine(
    folder: Path,
    *,
    port: int = 0,
    users: Path | None = None,
    on_cluster: str = "refuse",
    access: str = "refuse",
) -> Iterator[Engine]:
    """Run an engine for as long as the block lasts."""
    running_engine = start(
        folder, port=port, users=users, on_cluster=on_cluster, access=access, tied=True
    )
    try:
        yield running_engine
    finally:
        stop(folder)


def claim(folder: Path) -> IO[str]:
    """Take a data directory for this process until it ends; the kernel gives it back even after kill -9.

    Raises:
        EngineError: another process has it.
    """
    lock = (folder / LOCK).open("a", encoding="utf-8")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        lock.close()
        owner = running(folder)
        who = f"the engine with pid {owner.pid} at {owner.url}" if owner else "another process"
        raise EngineError(f"data directory {folder} is in use by {who}") from error
    withdraw(folder)  # what a killed engine left
    return lock


def publish(folder: Path, engine: Engine) -> None:
    """Write where an engine is found, whole or not at all."""
    temporary = folder / f"{RECORD}.{engine.pid}"
    temporary.write_text(json.dumps(engine._asdict()) + "\n", encoding="utf-8")
    temporary.replace(folder / RECORD)


def withdraw(folder: Path) -> None:
    """Remove the record."""
    (folder / RECORD).unlink(missing_ok=True)


def _is_locked(folder: Path) -> bool:
    if not (folder / LOCK).exists():
        return False
    with (folder / LOCK).open("a", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return True
    return False


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except OSError:
        return True
    return state != "Z"  # ended, and nobody has waited for it yet


def _last_words(log: Path, start: int) -> str:
    """Return why a child ended, from the end of its log."""
    text = log.read_bytes()[start:].decode(errors="replace").strip()
    return text[-LOG_TAIL:] or "the engine ended at once and said nothing"
