"""`python -m aspects_gen.stack.feed CONFIG`: keeps sending live statements through Ralph.

What is to be sent stands in a file before it is sent, and is removed once Ralph has it: killed at any point, the
next run sends that batch again, with the same ids. The password comes from the environment: LRS_PASSWORD.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from aspects_gen.demo.identity import make_statement_id
from aspects_gen.demo.lrs import Lrs, Sender
from aspects_gen.demo.timeline import stream_events
from aspects_gen.stack import campus
from aspects_gen.stack.state import write_private

ROUND = 20_000
"""Statements of one made-up season; then another season begins."""


class Feed:
    """Statements of now.

    Args:
        planned: the campus that they come from.
        spool: file of the batch that is not acknowledged yet.
        count: file of how many are.
    """

    def __init__(self, planned: dict[str, Any], spool: Path, count: Path) -> None:
        self._planned, self._spool, self._count = planned, spool, count
        self.sent = _read(count, {"sent": 0})["sent"]

    def run(self, sender: Sender, per_second: float) -> None:
        """Send for ever, so many a second on average."""
        waiting = _read(self._spool, [])
        if waiting:
            self._deliver(sender, waiting)
        events = self._events()
        begun, given = time.monotonic(), 0
        while True:
            due = int((time.monotonic() - begun) * per_second) - given
            if due > 0:
                # after an outage no flood: what was missed is not made up
                size = min(due, max(1, int(per_second * 2)))
                given += due
                self._deliver(sender, [now(next(events)) for _ in range(size)])
            time.sleep(min(1.0, 1 / per_second))

    def _deliver(self, sender: Sender, batch: list[str]) -> None:
        write_private(self._spool, json.dumps(batch))
        sender.send(batch, lambda problem: print(f"tries again: {problem}", flush=True))
        self.sent += len(batch)
        write_private(self._count, json.dumps({"sent": self.sent}))
        self._spool.unlink(missing_ok=True)

    def _events(self) -> Iterator[dict[str, Any]]:
        made, season = campus.make(self._planned), 0
        while True:
            season += 1
            for _, _, text in stream_events(made, ROUND + season):
                yield json.loads(text)


def now(statement: dict[str, Any]) -> str:
    """Return a statement as made at this moment, with the id that follows from it."""
    stamp = datetime.now(UTC).isoformat(timespec="microseconds")
    verb, actor = json.dumps(statement["verb"]), json.dumps(statement["actor"])
    changed = {**statement, "timestamp": stamp, "id": make_statement_id(verb, actor, stamp)}
    return json.dumps(changed, ensure_ascii=False)


def _read(file: Path, otherwise: Any) -> Any:
    try:
        return json.loads(file.read_text("utf-8"))
    except (OSError, ValueError):
        return otherwise


def main() -> None:
    """Send until told to stop."""
    config = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    lrs = Lrs(config["host"], config["port"], config["user"], os.environ["LRS_PASSWORD"])
    folder = Path(sys.argv[1]).parent
    feed = Feed(config["campus"], folder / "feed-waiting.json", folder / "feed-sent.json")
    feed.run(Sender(lrs, patience_seconds=0), config["per_second"])


if __name__ == "__main__":
    main()
