"""Lines of the LMS's log, through the VRL programs of the composed Vector, into the tables it fills.

A small part of Vector, for the transforms that its configuration uses: the programs and conditions themselves run
on a real VRL runtime.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from importlib import import_module
from typing import Any

from aspects_gen.demo.timeline import Event
from aspects_gen.demo.writer import format_log
from aspects_gen.verify.client import Client

CONFIG_MAP, CONFIG, FOLDER, SOURCE = "vector-aggregator", "vector.json", "/etc/vector/", "lines"

Rows = dict[str, list[dict[str, Any]]]
"""Name of a sink to its rows."""

BROKEN = (
    "2026-01-05 08:00:00,000 INFO 8 [xapi_tracking] [user None] [ip 10.0.0.1] logger.py:41 - {not json",
    "2026-01-05 08:00:01,000 INFO 8 [tracking] [user 7] [ip 10.0.0.1] logger.py:41 - {}",
)
"""Lines as they are when a disk is full: they become dead letters, each with its reason."""


def log_lines(events: Iterable[Event]) -> Iterator[str]:
    """Yield what an LMS logs: each statement, for enrolments also the tracking event, and two broken lines."""
    for event in events:
        yield format_log(event).rstrip("\n")
        tracked = _tracking_event(json.loads(event[2]))
        if tracked:
            head = f"{event[1][:19]},{event[1][20:23]} INFO 21 [tracking] [user 7] [ip 10.0.0.1]"
            yield f"{head} logger.py:41 - {json.dumps(tracked)}"
    yield from BROKEN


def _tracking_event(statement: dict[str, Any]) -> dict[str, Any] | None:
    verb = statement["verb"]["id"].rpartition("/")[2]
    name = {"registered": "activated", "unregistered": "deactivated"}.get(verb)
    if name is None:
        return None
    course = statement["object"]["id"].rpartition("/course/")[2]
    return {
        "name": f"edx.course.enrollment.{name}",
        "event_type": f"edx.course.enrollment.{name}",
        "time": statement["timestamp"],
        "event_source": "server",
        "context": {"course_id": course, "user_id": 7},
        "event": {"course_id": course, "user_id": 7},
    }


class Pipeline:
    """The composed aggregator's way from a line to rows.

    Args:
        files: of its ConfigMap.
    """

    def __init__(self, files: Mapping[str, str]) -> None:
        self._runtimes: dict[str, Any] = {}
        self._files = files
        config = json.loads(files[CONFIG])
        self._sinks: dict[str, Any] = config["sinks"]
        self._readers: dict[str, list[tuple[str, dict[str, Any]]]] = {}
        for name, transform in config["transforms"].items():
            for source in transform["inputs"]:
                self._readers.setdefault(source, []).append((name, transform))

    def rows(self, lines: Iterable[str], read_at: str) -> Rows:
        """Return what reaches each table.

        Args:
            lines: of the log.
            read_at: when Vector would have read them.
        """
        found: Rows = {}
        for line in lines:
            event = {"message": line, "timestamp": read_at, "origin": "aspects/lms"}
            for sink, row in self._follow(event):
                found.setdefault(sink, []).append(row)
        return found

    def insert(self, found: Rows, asking: Client) -> dict[str, int]:
        """Insert rows as the sinks do, and return table to how many."""
        counts = {}
        for name, rows in found.items():
            sink = self._sinks[name]
            data = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows).encode()
            table = f"{sink['database']}.{sink['table']}"
            asking.ask(
                f"INSERT INTO {table} FORMAT JSONEachRow",
                data,
                date_time_input_format="best_effort",
                input_format_skip_unknown_fields="1",
            )
            counts[table] = len(rows)
        return counts

    def _follow(self, event: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
        waiting = [(SOURCE, event)]
        while waiting:
            output, now = waiting.pop()
            for name, sink in self._sinks.items():
                if output in sink["inputs"] and sink["type"] == "clickhouse":
                    yield name, now
            for name, transform in self._readers.get(output, []):
                waiting += self._step(name, transform, now)

    def _step(
        self, name: str, transform: dict[str, Any], event: dict[str, Any]
    ) -> list[tuple[str, dict[str, Any]]]:
        if transform["type"] == "remap":
            program = self._files[transform["file"].removeprefix(FOLDER)]
            return [(name, self._run(program, event).processed_event)]
        if transform["type"] == "route":
            hits = [key for key, text in transform["route"].items() if self._is(text, event)]
            return [(f"{name}.{key}", event) for key in hits or ["_unmatched"]]
        return []  # log_to_metric counts; nothing of it becomes a row

    def _is(self, condition: str, event: dict[str, Any]) -> bool:
        return self._run(condition, event).runtime_result is True

    def _run(self, program: str, event: dict[str, Any]) -> Any:
        # a runtime keeps the last program it compiled
        if program not in self._runtimes:
            self._runtimes[program] = import_module("vrl_python").VRLRuntime("UTC")
        return self._runtimes[program].execute(program, dict(event))
