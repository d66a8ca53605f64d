"""Signs of life of the Celery worker and of beat: a file that each touches; probes read its age."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from celery.beat import PersistentScheduler
from celery.signals import heartbeat_sent

LONGEST_SLEEP = 30.0  # seconds; beat may otherwise sleep for five minutes between two ticks


def touch() -> None:
    """Touch the file that HEARTBEAT_FILE names, if it is set."""
    name = os.environ.get("HEARTBEAT_FILE")
    if name:
        Path(name).touch()


@heartbeat_sent.connect
def on_heartbeat(**_: Any) -> None:
    """Touch the file whenever the worker tells its broker that it lives."""
    touch()


class TouchingScheduler(PersistentScheduler):
    """Celery's file scheduler, which touches the file at every tick."""

    def tick(self, *args: Any, **kwargs: Any) -> float:
        """Send what is due; return the seconds to sleep, at most LONGEST_SLEEP."""
        touch()
        return min(super().tick(*args, **kwargs), LONGEST_SLEEP)
