"""Formatter and filter that the server's logging configuration names; standard library only."""

from __future__ import annotations

import json
import logging
from datetime import datetime, timezone


class JsonFormatter(logging.Formatter):
    """Write one JSON object an event: time (UTC), level, logger, message, any exception."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the event as one line of JSON."""
        event = {
            "time": self._time(record),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            event["exception"] = self.formatException(record.exc_info)
        return json.dumps(event, ensure_ascii=False)

    def _time(self, record: logging.LogRecord) -> str:
        # The image's Python may be older than datetime.UTC.
        moment = datetime.fromtimestamp(record.created, timezone.utc)  # noqa: UP017
        return moment.isoformat(timespec="milliseconds")


class ProbeFilter(logging.Filter):
    """Drop the request lines of the probes, which come every few seconds from every node."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether the request line is kept; uvicorn's third argument is the path."""
        args = record.args
        path = args[2] if isinstance(args, tuple) and len(args) > 2 else ""
        return not str(path).startswith("/__")
