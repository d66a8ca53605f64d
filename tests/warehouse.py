"""A warehouse on the embedded engine with every model built, and campuses to fill it with."""

from __future__ import annotations

import http.client
import json
import os
import random
import subprocess
import sys
import urllib.parse
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import aspects_gen
from aspects_gen.aspects.jobs.privacy.timers import in_order

ASPECTS = Path(aspects_gen.__file__).parent / "aspects" / "apps" / "aspects"
PROJECT = ASPECTS / "dbt"
RELATIONS = json.loads(
    (Path(__file__).parent / "dbt" / "relations.json").read_text(encoding="utf-8")
)

DATABASES = {
    "XAPI": "xapi",
    "VECTOR": "openedx",
    "EVENT_SINK": "event_sink",
    "REPORTING": "reporting",
}
TABLES = {
    "RAW_XAPI": "xapi_events_all",
    "TRACKING_LOGS": "_tracking",
    "DEAD_LETTERS": "_dead_letters",
}

STATEMENTS = """
import json, runpy, sys, types
sys.modules["alembic"] = types.SimpleNamespace(op=None)
sys.path.insert(0, sys.argv[1])
print(json.dumps(runpy.run_path(sys.argv[1] + "/versions/0041_base_tables.py")["statements"]()))
"""
"""Prints what the first migration would run."""


class Warehouse:
    """One engine with the project's models in it."""

    def __init__(self, port, folder, pid=0):
        self.port, self.folder, self.pid = port, folder, pid

    def run(self, sql, body=b"", **settings):
        """Run one statement and return its text answer; AssertionError with the engine's words."""
        words = urllib.parse.urlencode({"query": sql, **settings})
        client = http.client.HTTPConnection("127.0.0.1", self.port, timeout=300)
        try:
            client.request("POST", f"/?{words}", body)
            reply = client.getresponse()
            text = reply.read().decode()
        finally:
            client.close()
        assert reply.status == 200, f"{sql[:500]}\n{text[:2000]}"
        return text

    def rows(self, sql):
        """Return a query's rows as lists."""
        text = self.run(f"{sql} FORMAT JSONCompactEachRow")
        return [json.loads(line) for line in text.split("\n") if line]

    def insert(self, table, rows):
        """Insert rows, given as tuples in table order, in one go."""
        lines = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
        self.run(
            f"INSERT INTO {table} FORMAT JSONCompactEachRow",
            lines.encode(),
            input_format_null_as_default=1,
        )

    def dbt(self, *words, **environment):
        """Run dbt on the project; AssertionError with its output when it fails."""
        done = subprocess.run(
            [
                sys.executable,
                "-c",
                "from dbt.cli.main import cli; cli()",
                "--no-use-colors",
                *words,
            ],
            env=os.environ | self.environment() | environment,
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
        return done.stdout

    def environment(self):
        """Return what the Job passes to dbt; timers are set so far apart that only tests refresh."""
        yearly = dict.fromkeys(
            (
                "ASPECTS_COURSE_STRUCTURE_REFRESH",
                "ASPECTS_VIDEO_WATCH_INTERVALS_REFRESH",
                "ASPECTS_LEARNER_STATE_REFRESH",
            ),
            "EVERY 1 YEAR",
        )
        return (
            yearly
            | {
                "CLICKHOUSE_HOST": "127.0.0.1",
                "CLICKHOUSE_PORT": str(self.port),
                "CLICKHOUSE_TLS": "false",
                "CLICKHOUSE_USER": "default",
                "DBT_ENV_SECRET_CLICKHOUSE_PASSWORD": "",
                "ASPECTS_ARRIVAL_OVERLAP": "0 SECOND",  # so that tests see what lies before the watermark
                "ASPECTS_DATA_TTL_EXPRESSION": "",
                "ASPECTS_PII": "on",
                "ASPECTS_PII_CACHE_LIFETIME": "31536000",
                "DBT_PROJECT_DIR": str(PROJECT),
                "DBT_PROFILES_DIR": str(PROJECT),
                "DBT_TARGET_PATH": str(self.folder / "target"),
                "DBT_LOG_PATH": str(self.folder / "logs"),
            }
        )

    def empty(self):
        """Remove every row."""
        homes = ", ".join(f"'{name}'" for name in DATABASES.values())
        stored = self.rows(
            "SELECT database, name FROM system.tables"
            f" WHERE engine LIKE '%MergeTree' AND database IN ({homes})"
        )
        for database, name in stored:
            self.run(f"TRUNCATE TABLE {database}.{name}")

    def empty_events(self):
        """Remove statements and what is made of them; rows of the event sinks and names stay."""
        for database, name in self.rows(
            "SELECT database, name FROM system.tables WHERE name = 'xapi_events_all'"
            " AND database = 'xapi' OR match(name, '_rows_[ab]$')"
        ):
            self.run(f"TRUNCATE TABLE {database}.{name}")

    def refresh(self):
        """Refresh every timed model once, each after those it reads."""
        for database, name in self.timed():
            self.run(f"SYSTEM REFRESH VIEW {database}.{name}")
            self.run(f"SYSTEM WAIT VIEW {database}.{name}")

    def timed(self):
        """Return database and name of timed views, each after those whose models it reads."""
        timed = self.views(
            "(database, name) IN (SELECT database, view FROM system.view_refreshes)"
        )
        order = in_order(
            {name: sql for name, (_, sql) in timed.items()},
            {name: sql for name, (_, sql) in self.views("engine = 'View'").items()},
        )
        return [(timed[name][0], name) for name in order]

    def views(self, which):
        """Return name to (database, definition) of what meets a condition on system.tables."""
        return {
            name: (database, sql)
            for database, name, sql in self.rows(
                "SELECT database, name, create_table_query FROM system.tables"
                f" WHERE database NOT IN ('system', 'information_schema') AND {which}"
            )
        }

    def read(self):
        """Return relation to its rows as a reader sees them, sorted; states are finished."""
        seen = {}
        for relation in [*RELATIONS, *EXTRA]:
            wanted = ", ".join(
                f"finalizeAggregation(`{name}`)" if kind.startswith("Aggregate") else f"`{name}`"
                for name, kind in relation["columns"]
            )
            found = self.run(f"SELECT {wanted} FROM {relation['database']}.{relation['name']}")
            seen[relation["name"]] = sorted(found.split("\n"))
        return seen


EXTRA = (
    {
        "name": "dead_letter_events",
        "database": "xapi",
        "columns": [["event_id", "UUID"], ["reason", "LowCardinality(String)"]],
    },
    {
        "name": "fact_video_watches",
        "database": "reporting",
        "columns": [["object_id", "String"], ["actor_id", "String"], ["max_views", "UInt64"]],
    },
    {
        "name": "fact_video_seconds",
        "database": "reporting",
        "columns": [["object_id", "String"], ["watched_segment", "Int64"], ["learners", "UInt64"]],
    },
    {
        "name": "newest_statements",
        "database": "reporting",
        "columns": [["course_key", "String"], ["emission_time", "DateTime64(6)"]],
    },
)
"""Relations of ours beside those that dashboards elsewhere know."""


def base_tables():
    """Return the statements that make the tables which models read."""
    names = {f"{key}_DATABASE": name for key, name in DATABASES.items()}
    names |= {f"{key}_TABLE": name for key, name in TABLES.items()}
    done = subprocess.run(
        [sys.executable, "-c", STATEMENTS, str(ASPECTS / "migrations")],
        env=os.environ | names,
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


@contextmanager
def make_warehouse(folder: Path, users: Path | None = None) -> Iterator[Warehouse]:
    """Run an engine with databases and base tables; models are for the caller to build.

    Args:
        users: a users file; without one everybody may do everything.
    """
    from aspects_gen.engine.process import engine

    with engine(folder / "data", users=users) as running:
        made = Warehouse(running.port, folder, running.pid)
        for name in DATABASES.values():
            made.run(f"CREATE DATABASE IF NOT EXISTS {name}")
        for statement in base_tables():
            made.run(statement)
        yield made


def make_campus(*, events, learners, seed=7, courses=2, malformed=0.05):
    """Return {"events", "rows"} of a seeded campus."""
    from aspects_gen.demo import campus, rows, timeline
    from aspects_gen.demo.tables import COLUMNS

    start = (date(2025, 1, 6) - date(1970, 1, 1)).days * 86_400_000_000
    made = campus.make_campus(seed, start=start, days=70, courses=courses, learners=learners)
    tables = [name for name in COLUMNS if name in rows._WRITERS]
    return {
        "events": list(timeline.stream_events(made, events, malformed=malformed)),
        "rows": {table: list(rows.stream_rows(made, table)) for table in tables},
    }


def load(warehouse, campus, *, batch=None, shuffle=None, duplicates=0.0, inserts=1000):
    """Insert a campus, in inserts of so many rows; None is all at once.

    After so many inserts into one table the rest follows as a whole.
    """
    rng = random.Random(shuffle)
    tables = {f"event_sink.{name}": list(rows) for name, rows in campus["rows"].items()}
    tables["xapi.xapi_events_all"] = list(campus["events"])
    for table, once in tables.items():
        rows = once + [row for row in once if rng.random() < duplicates]
        if shuffle is not None:
            rng.shuffle(rows)
        size = batch or len(rows) or 1
        split = min(len(rows), size * inserts)
        for first in range(0, split, size):
            warehouse.insert(table, rows[first : min(first + size, split)])
        if split < len(rows):
            warehouse.insert(table, rows[split:])
