"""Long-running processes that outlive whoever started them, found again by a record each."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from aspects_gen.errors import FIX, AspectsError
from aspects_gen.stack import born
from aspects_gen.stack.born import start_of

STOP_SECONDS = 20
"""How long a service may take to end by itself; Ralph's and Superset's own limits are longer than they need."""

TAIL_LINES = 25
LOG_BYTES = 20_000_000
"""A log that is longer when its service starts begins anew; the one before is kept."""


class StackError(AspectsError):
    """A step of the local stack failed."""

    exit_code = 4


class Running(NamedTuple):
    """A service that runs."""

    name: str
    pid: int
    start: str
    port: int
    digest: str
    """Of what it runs with; another digest means that it must be started anew."""

    @property
    def url(self) -> str:
        """Return its address."""
        return f"http://127.0.0.1:{self.port}"


class Processes:
    """The services of one stack.

    Args:
        runs: folder of the records.
        logs: folder of the logs.
    """

    def __init__(self, runs: Path, logs: Path) -> None:
        self._runs, self._logs = runs, logs

    def log(self, name: str) -> Path:
        """Return where a service's output goes."""
        return self._logs / f"{name}.log"

    def find(self, name: str) -> Running | None:
        """Return a service if the very process that was started still runs."""
        try:
            known = json.loads((self._runs / f"{name}.json").read_text("utf-8"))
            found = Running(name, known["pid"], known["start"], known["port"], known["digest"])
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return found if found.start and start_of(found.pid) == found.start else None

    def start(
        self,
        name: str,
        command: Sequence[str],
        env: Mapping[str, str],
        *,
        port: int,
        digest: str,
        folder: Path,
    ) -> subprocess.Popen[bytes]:
        """Start a service in a session of its own; what an earlier one left running is ended first."""
        self.stop(name)
        log = self.log(name)
        if log.exists() and log.stat().st_size > LOG_BYTES:
            log.replace(log.with_suffix(".log.1"))
        note = json.dumps({"port": port, "digest": digest})
        record = self._runs / f"{name}.json"
        words = [sys.executable, born.__file__, str(record), note, *command]
        with log.open("ab") as output:
            return subprocess.Popen(
                words,
                env=dict(env),
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def stop(self, name: str) -> bool:
        """End a service and all that it started; return whether it ran."""
        found = self.find(name)
        if found:
            _end(found)
        elif left := self._left(name):
            # its leader is gone; workers that still hold its port may not be
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(left, signal.SIGKILL)
        (self._runs / f"{name}.json").unlink(missing_ok=True)
        return found is not None

    def _left(self, name: str) -> int:
        """Return the process group of a service whose leader has ended, or 0 if that pid is another's now."""
        try:
            known = json.loads((self._runs / f"{name}.json").read_text("utf-8"))
            pid = int(known["pid"])
        except (OSError, ValueError, KeyError, TypeError):
            return 0
        return 0 if start_of(pid) else pid


def _end(found: Running) -> None:
    with suppress(ProcessLookupError):
        os.killpg(found.pid, signal.SIGTERM)
    deadline = time.monotonic() + STOP_SECONDS
    while start_of(found.pid) == found.start and time.monotonic() < deadline:
        with suppress(ChildProcessError):
            os.waitpid(found.pid, os.WNOHANG)  # no zombie when it is a child of ours
        time.sleep(0.05)
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(found.pid, signal.SIGKILL)


def tail(log: Path, lines: int = TAIL_LINES) -> list[str]:
    """Return the last lines of a log."""
    try:
        text = log.read_bytes()[-200_000:].decode(errors="replace")
    except OSError:
        return []
    return text.splitlines()[-lines:]


def failed(what: str, log: Path, fix: str) -> StackError:
    """Return the error of a step: what failed, the end of its log, and where the rest is."""
    shown = "\n".join(f"    {line}" for line in tail(log)) or "    (it said nothing)"
    return StackError(f"{what}\n  the end of {log}:\n{shown}{FIX}{fix}")
