"""Run a command that ends with whoever started it: `run_tied`, by `python -m aspects_gen.verify.tied COMMAND…`.

The parent holds the other end of standard input. When that closes, even by kill -9, the command and
all that it started are ended.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO


def run_tied(words: list[str], *, env: Mapping[str, str], folder: Path, output: IO[bytes]) -> int:
    """Return the exit status of a process that ends when this one does, however that comes about."""
    tied = [sys.executable, "-m", "aspects_gen.verify.tied", *words]
    with subprocess.Popen(
        tied, cwd=folder, env=env, stdin=subprocess.PIPE, stdout=output, stderr=output
    ) as child:
        try:
            return child.wait()
        finally:
            if child.stdin:
                child.stdin.close()


def main() -> int:
    """Run the command and return its exit status."""
    with subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL, start_new_session=True) as child:

        def end(*_: object) -> None:
            with suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)

        def wait_for_end() -> None:
            while os.read(sys.stdin.fileno(), 1):
                pass
            end()

        for sign in (signal.SIGTERM, signal.SIGINT):
            signal.signal(sign, end)
        threading.Thread(target=wait_for_end, daemon=True).start()
        return child.wait()


if __name__ == "__main__":
    status = main()
    sys.stdout.flush()
    os._exit(status if status >= 0 else 128 - status)  # a thread still waits for input
