"""The Job that loads demo data: the printed objects as a process, through real Ralph and the real accounts."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import contextmanager
from types import SimpleNamespace

import pytest
import yaml

from aspects_gen.cli.main import run as command
from aspects_gen.demo.campus import make_campus
from aspects_gen.demo.moments import read_day
from aspects_gen.demo.rows import stream_rows
from aspects_gen.demo.timeline import stream_events
from aspects_gen.pods import lay_pod

STATEMENTS = 350
SIZES = {"days": 7, "courses": 2, "learners": 12, "seed": 3}
WORDS = [f"--{name}={value}" for name, value in (SIZES | {"statements": STATEMENTS}).items()]


@pytest.fixture
def lrs(lrs):
    for table in ("course_overviews", "course_blocks", "course_enrollment"):
        lrs.table.ask(f"TRUNCATE TABLE event_sink.{table}")
    return lrs


@pytest.fixture
def demo_job(lrs, tmp_path, capsys):
    """Return a function that starts what the printed Job runs, before this LRS and this engine."""

    def start(*words, **env):
        folder = ["--environments", str(lrs.folder / "values")]
        assert (
            command(["job", "demo-data", "here", "--start=2026-01-05", *WORDS, *words, *folder])
            == 0
        )
        objects = list(yaml.safe_load_all(capsys.readouterr().out))
        shim = SimpleNamespace(
            owners=lambda: [SimpleNamespace(id="the job", manifest=objects[-1])],
            files={
                found["metadata"]["name"]: SimpleNamespace(files=found["data"])
                for found in objects
                if found["kind"] == "ConfigMap"
            },
        )
        (process,) = lay_pod(shim, "the job", tmp_path / "pod", lrs.secrets)
        here = {
            "LRS_URL": f"http://127.0.0.1:{lrs.port}/xAPI/",
            "CLICKHOUSE_HOST": "127.0.0.1",
            "CLICKHOUSE_PORT": str(lrs.table.port),
            "WAIT_SECONDS": "20",
        }
        return subprocess.Popen(
            [sys.executable, "-I", *process.command[1:]],  # nothing of this checkout is importable
            env={"PATH": os.environ["PATH"], **process.env, **here, **env},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    return start


def made():
    sizes = {name: SIZES[name] for name in ("days", "courses", "learners")}
    return make_campus(SIZES["seed"], start=read_day("2026-01-05"), **sizes)


def ids():
    return sorted(identity for identity, _, _ in stream_events(made(), STATEMENTS))


def rows_of(lrs, table):
    return int(lrs.table.ask(f"SELECT uniqExact(*) FROM event_sink.{table}"))


def finish(process):
    said, _ = process.communicate(timeout=120)
    return process.returncode, said


def test_campus_is_loaded_once_however_often_the_job_runs(lrs, demo_job):
    for _ in range(2):
        status, said = finish(demo_job())
        assert status == 0, said
        assert f"{STATEMENTS} statements through Ralph" in said
        assert sorted(identity for identity, _ in lrs.stored()) == ids()
        for table in ("course_overviews", "course_blocks", "course_enrollment"):
            assert rows_of(lrs, table) == len({*stream_rows(made(), table)}), table
        for name in ("ralph-lms", "clickhouse-sinks"):
            assert lrs.secrets[name]["password"] not in said


def test_killed_job_is_done_by_the_next_one(lrs, demo_job):
    process = demo_job()
    while "rows in" not in process.stdout.readline():
        assert process.poll() is None
    process.kill()
    process.communicate()
    status, said = finish(demo_job())
    assert status == 0, said
    assert sorted(identity for identity, _ in lrs.stored()) == ids()


@contextmanager
def real_course(lrs):
    row = {"org": "Real", "course_key": "course-v1:Real+C+1", "display_name": "A real course"}
    lrs.table.ask(f"INSERT INTO event_sink.course_overviews FORMAT JSONEachRow {json.dumps(row)}")
    yield
    lrs.table.ask("TRUNCATE TABLE event_sink.course_overviews")


def test_real_courses_and_statements_keep_it_out_unless_told(lrs, demo_job, statements):
    other = json.loads(json.dumps(statements(1)).replace("lms.example.com", "learn.example.org"))
    assert lrs.post(other).status == 200
    with real_course(lrs):
        status, said = finish(demo_job())
        assert status == 1
        assert "courses of others are there: course-v1:Real+C+1; " in said
        assert "`xapi`.`xapi_events_all` holds statements of another LMS" in said
        assert "= fix: use an environment of its own" in said
        assert len(lrs.stored()) == 1
        status, said = finish(demo_job("--beside-real-data"))
        assert status == 0, said
        assert len(lrs.stored()) == 1 + STATEMENTS


def test_without_ralph_it_inserts_where_vector_does(lrs, demo_job):
    vector = {"VECTOR_USER": "owner", "VECTOR_PASSWORD": "owner", "RAW_DATABASE": "openedx"}
    status, said = finish(demo_job("--beside-real-data", LRS_URL="", **vector))
    assert status == 0, said
    raw = "SELECT toString(event_id) FROM openedx.xapi_events_all ORDER BY 1"
    assert lrs.table.ask(raw).split() == ids()
    assert lrs.stored() == []


def test_wrong_password_is_said_without_it(demo_job):
    status, said = finish(demo_job(SINKS_PASSWORD="not-the-one"))
    assert status == 1
    assert "ClickHouse refuses `SELECT DISTINCT course_key" in said
    assert "not-the-one" not in said
    status, said = finish(demo_job(LRS_PASSWORD="not-the-one"))
    assert status == 1
    assert "Ralph refuses statements with status 401" in said
    assert "not-the-one" not in said
