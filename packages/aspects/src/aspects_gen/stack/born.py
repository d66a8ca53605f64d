"""`python born.py RECORD NOTE COMMAND…`: become a command, and say in a file which process that is.

The process itself writes the record before it becomes the command, so that no service ever runs unknown,
whenever whoever started it is killed. Standard library only: it is run as a file, by any Python.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path


def start_of(pid: int) -> str:
    """Return when a process began, in words of its system; empty when there is none, or it has ended.

    Together with the pid it names one process: pids are used again.
    """
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return _asked(pid) if sys.platform != "linux" else ""
    fields = stat.rpartition(")")[2].split()
    state, began = fields[0], fields[19]  # proc(5): fields 3 and 22
    return "" if state in "ZX" else began


def _asked(pid: int) -> str:
    done = subprocess.run(
        ["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return done.stdout.strip()


def main() -> None:
    """Write the record, whole or not at all, and become the command."""
    record, note, *command = sys.argv[1:]
    pid = os.getpid()
    text = json.dumps({"pid": pid, "start": start_of(pid), **json.loads(note)})
    draft = Path(f"{record}.{pid}")
    draft.write_text(text + "\n", encoding="utf-8")
    draft.replace(record)
    os.execvp(command[0], command)  # noqa: S606


if __name__ == "__main__":
    main()
