"""A stack in a temporary directory, brought up by the command itself."""

from __future__ import annotations

import importlib.util
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from environments import ENVIRONMENTS

REAL = Path(__file__).parents[2] / "packages" / "superset" / "tests" / "real"

_spec = importlib.util.spec_from_file_location("superset_python", REAL / "conftest.py")
_module = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_module)
superset_python = _module.superset_python

SECONDS = 900
"""Far beyond what a step takes; only a hang reaches it."""


class Local:
    """The command line, and a stack of its own."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.folder, self.environment = folder, environment
        self.attached: subprocess.Popen[str] | None = None

    def run(self, command: str, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self._words(command, *words),
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )

    def up(self, *words: str) -> subprocess.CompletedProcess[str]:
        where = ("--environments", str(ENVIRONMENTS), "--detach")
        done = self.run("up", "starter", *where, *words)
        assert done.returncode == 0, done.stderr[-6000:]
        return done

    def attach(self, *words: str) -> subprocess.Popen[str]:
        """Start an `up` that stays, and return once it has said what to open."""
        log = (self.folder.parent / "attached.log").open("w")
        self.attached = subprocess.Popen(
            self._words("up", "starter", "--environments", str(ENVIRONMENTS), *words),
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
        while "Ctrl-C stops it all" not in (line := self.attached.stdout.readline()):
            assert line, (self.folder.parent / "attached.log").read_text()[-6000:]
        return self.attached

    def kill(self, pid: int) -> None:
        os.kill(pid, signal.SIGKILL)

    def close(self) -> None:
        if self.attached and self.attached.poll() is None:
            self.attached.kill()
            self.attached.wait()
        self.run("down")

    def _words(self, command: str, *words: str) -> list[str]:
        return [
            *(sys.executable, "-m", "aspects_gen", command, *words),
            *("--state", str(self.folder)),
        ]


def wait_until(holds, seconds: float = SECONDS) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.1)


@pytest.fixture(scope="session")
def local(tmp_path_factory, pytestconfig, superset_python):
    cache = str(pytestconfig.cache.mkdir("stack"))
    environment = {**os.environ, "ASPECTS_SUPERSET_PYTHON": superset_python}
    environment["XDG_CACHE_HOME"] = cache
    if ralph := os.environ.get("ASPECTS_RALPH_PYTHON"):
        environment["ASPECTS_RALPH_PYTHON"] = ralph
    found = Local(tmp_path_factory.mktemp("stack") / "state", environment)
    try:
        yield found
    finally:
        found.close()
