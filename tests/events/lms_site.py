"""The LMS's part of the wiring, in a process of its own: see lms/site.py."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

from aspects_gen.compose.pipeline import build_tree
from events.store import Lrs, compose_here

SITE = Path(__file__).parent / "lms" / "site.py"


class LmsSite:
    """Real event tracking and routing with the settings that an environment renders."""

    def __init__(self, folder: Path, python: Path, values: dict[str, Any], lrs: Lrs) -> None:
        bundle = compose_here(folder / "values", {"aspects": values})
        for path, text in build_tree(bundle).items():
            if path.startswith("lms/"):
                file = folder / path
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text)
        self.log = folder / "lms.log"
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [python, str(SITE), str(folder)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                env={
                    "PATH": os.environ["PATH"],
                    "ASPECTS_LRS_PASSWORD": lrs.secrets["ralph-lms"]["password"],
                    "ASPECTS_CLICKHOUSE_PASSWORD": lrs.secrets["clickhouse-sinks"]["password"],
                    "PYTHONDONTWRITEBYTECODE": "1",
                    "LOG_LEVEL": "INFO",
                },
            )
        self._answer()

    def __call__(self, command: str, *arguments: Any) -> Any:
        """Run one of site.py's commands and return its answer."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps([command, *arguments]) + "\n")
        self.process.stdin.flush()
        return self._answer()

    def close(self) -> None:
        self.process.kill()
        self.process.wait()

    def _answer(self) -> Any:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, self.log.read_text()[-4000:]
        return json.loads(line)


def wired_to(lrs: Lrs, **lms: Any) -> dict[str, Any]:
    """Return values of `aspects` for an LMS that sends to this LRS."""
    url = f"http://127.0.0.1:{lrs.port}/xAPI/"
    table = f"http://127.0.0.1:{lrs.table.port}"
    return {"lrs": {"url": url}, "lms": {"release": "teak", "clickhouseUrl": table, **lms}}
