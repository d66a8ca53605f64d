"""Databases on the embedded engine, and the Jobs' own scripts run against them as processes."""

from __future__ import annotations

import http.client
import json
import os
import re
import subprocess
import sys
import urllib.parse
from pathlib import Path

import pytest

import aspects_gen

SLICE = Path(aspects_gen.__file__).parent / "aspects"
MIGRATIONS = SLICE / "apps" / "aspects" / "migrations"
JOBS = SLICE / "jobs" / "init"

NAMES = {
    "MIGRATIONS_DATABASE": "xapi",
    "XAPI_DATABASE": "xapi",
    "VECTOR_DATABASE": "openedx",
    "EVENT_SINK_DATABASE": "event_sink",
    "REPORTING_DATABASE": "reporting",
    "RAW_XAPI_TABLE": "xapi_events_all",
    "TRACKING_LOGS_TABLE": "_tracking",
    "DEAD_LETTERS_TABLE": "_dead_letters",
    "RETENTION_MONTHS": "120",
}
DATABASES = ("xapi", "openedx", "event_sink", "reporting")


class Database:
    """One engine, as a client and as the Jobs see it."""

    def __init__(self, port, folder, user="default", password=""):
        self.port, self.folder, self.user, self.password = port, folder, user, password

    def run(self, sql, body=b"", **settings):
        """Run one statement and return its text; AssertionError with the engine's words."""
        words = urllib.parse.urlencode({"query": sql, **settings})
        headers = {"X-ClickHouse-User": self.user, "X-ClickHouse-Key": self.password}
        client = http.client.HTTPConnection("127.0.0.1", self.port, timeout=300)
        try:
            client.request("POST", f"/?{words}", body, headers)
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
        """Insert rows, given as tuples in table order, in one go and without naming columns."""
        lines = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
        self.run(
            f"INSERT INTO {table} FORMAT JSONCompactEachRow",
            lines.encode(),
            input_format_null_as_default=1,
        )

    def create_databases(self):
        """Do what is left of the access Job where users are not made by SQL."""
        for name in DATABASES:
            self.run(f"CREATE DATABASE IF NOT EXISTS {name}")

    def environment(self, *, port=None, **more):
        """Return what the migrations Job gets."""
        return (
            os.environ
            | NAMES
            | {
                "CLICKHOUSE_HOST": "127.0.0.1",
                "CLICKHOUSE_PORT": str(port or self.port),
                "CLICKHOUSE_TLS": "false",
                "CLICKHOUSE_CLUSTER": "",
                "CLICKHOUSE_USER": self.user,
                "CLICKHOUSE_PASSWORD": self.password,
                "MIGRATIONS": str(MIGRATIONS),
                "WAIT_SECONDS": "60",
                "PYTHONDONTWRITEBYTECODE": "1",
                "PYTHONPATH": os.pathsep.join(str(JOBS / it) for it in ("clickhouse", "aspects")),
            }
            | more
        )

    def start(self, *words, **more):
        """Start a script of the Jobs and return the process."""
        return subprocess.Popen(
            [sys.executable, *map(str, words)],
            env=self.environment(**more),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def migrate(self, *, status=0, **more):
        """Run the migrations Job's script and return what it printed."""
        process = self.start(JOBS / "aspects" / "migrate.py", **more)
        text, _ = process.communicate(timeout=300)
        assert process.returncode == status, text
        return text

    def build_models(self, *words, status=0, **more):
        """Run the models Job's script and return what it printed."""
        process = self.start(JOBS / "aspects" / "build_models.py", *words, **self.models(), **more)
        text, _ = process.communicate(timeout=600)
        assert process.returncode == status, text[-6000:]
        return text

    def models(self):
        """Return what only the models Job gets; timers never fire by themselves."""
        yearly = ("COURSE_STRUCTURE", "VIDEO_WATCH_INTERVALS", "LEARNER_STATE")
        return {f"ASPECTS_{name}_REFRESH": "EVERY 1 YEAR" for name in yearly} | {
            "DBT_ENV_SECRET_CLICKHOUSE_PASSWORD": self.password,
            "CLICKHOUSE_CLUSTER_NAME": "",
            "ASPECTS_XAPI_DATABASE": "xapi",
            "ASPECTS_RAW_XAPI_TABLE": "xapi_events_all",
            "ASPECTS_EVENT_SINK_DATABASE": "event_sink",
            "ASPECTS_DATA_TTL_EXPRESSION": "",
            # what the truth about a campus is about
            "ASPECTS_PII": "on",
            "ASPECTS_PII_CACHE_LIFETIME": "31536000",
            "DBT_PROFILE_TARGET_DATABASE": "reporting",
            "DBT_PROJECT_DIR": str(SLICE / "apps" / "aspects" / "dbt"),
            "DBT_PROFILES_DIR": str(SLICE / "apps" / "aspects" / "dbt"),
            "DBT_TARGET_PATH": str(self.folder / "target"),
            "DBT_LOG_PATH": str(self.folder / "logs"),
            # the Jobs' own `dbt` is beside Python
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        }

    def refresh(self):
        """Refresh every timed model once, each after those it reads."""
        views = self.rows(
            "SELECT database, replaceOne(name, '_mv', ''), create_table_query FROM system.tables"
            " WHERE engine = 'MaterializedView' AND name LIKE '%\\_mv' ORDER BY name"
        )
        names = {name for _, name, _ in views}
        reads = {n: {r for r in names - {n} if re.search(rf"\b{r}\b", sql)} for _, n, sql in views}
        done = set()
        while len(done) < len(views):
            for home, name, _ in views:
                if name not in done and reads[name] <= done:
                    self.run(f"SYSTEM REFRESH VIEW {home}.{name}_mv")
                    self.run(f"SYSTEM WAIT VIEW {home}.{name}_mv")
                    done.add(name)

    def objects(self):
        """Return each object's definition, functions among them."""
        homes = ", ".join(f"'{name}'" for name in DATABASES)
        found = {
            f"{database}.{name}": sql
            for database, name, sql in self.rows(
                "SELECT database, name, create_table_query FROM system.tables"
                f" WHERE database IN ({homes})"
            )
        }
        functions = self.rows(
            "SELECT name, create_query FROM system.functions WHERE origin = 'SQLUserDefined'"
        )
        return found | {f"function {name}": sql for name, sql in functions}


@pytest.fixture(scope="session")
def make_database(tmp_path_factory):
    """Return what starts an engine on a folder, with or without rows in it."""
    from aspects_gen.engine import process

    folders = []

    def make(folder=None, **options):
        home = folder or tmp_path_factory.mktemp("database")
        running = process.start(home / "data", tied=True, **options)
        folders.append(home / "data")
        return Database(running.port, home)

    yield make
    for folder in folders:
        process.stop(folder)


@pytest.fixture(scope="module")
def database(make_database):
    """An engine with the four databases, empty at first; a module's tests follow each other."""
    made = make_database()
    made.create_databases()
    return made
