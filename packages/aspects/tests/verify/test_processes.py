"""A Job's pod on this machine: its own files, environment and command."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from aspects_gen.aspects.clickhouse_jobs import ACCESS, DBT, MIGRATE
from aspects_gen.compose.pipeline import build_tree
from aspects_gen.engine.process import Engine
from aspects_gen.verify.processes import Processes, make_secrets

ENGINE = Engine("127.0.0.1", 1, 0, "none")

SHOW = "import json, os; print(json.dumps(dict(os.environ)))"

STARTS = """
import sys
from aspects_gen.verify.tied import run_tied
from pathlib import Path
words = [sys.executable, "-c", sys.argv[1], sys.argv[2]]
run_tied(words, env={}, folder=Path("."), output=sys.stdout.buffer)
"""
SLEEPS = """
import os, subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
open(sys.argv[1] + ".new", "w").write(f"{os.getpid()} {child.pid}")
os.replace(sys.argv[1] + ".new", sys.argv[1])
time.sleep(600)
"""


@pytest.fixture
def pods(smallest, tmp_path):
    return Processes(smallest, tmp_path, make_secrets(smallest))


def environment_of(pods, job):
    done = pods.run(job, ENGINE, ("python", "-c", SHOW))
    assert done.status == 0, done.output
    return done, json.loads(done.output)


def test_pod_has_the_files_of_its_configmaps_where_it_mounts_them(pods, smallest):
    done, env = environment_of(pods, MIGRATE)
    tree = build_tree(smallest)
    names = [path for path in tree if path.startswith("aspects/files/aspects-migrations/")]
    assert names
    for path in names:
        inside = path.removeprefix("aspects/files/aspects-migrations/")
        assert (Path(env["MIGRATIONS"]) / inside).read_text() == tree[path]
        assert pods.origin(MIGRATE, f"/app/migrations/{inside}") == path
    assert pods.origin(MIGRATE, "/app/migrations/none.py") == "/app/migrations/none.py"
    assert env["MIGRATIONS"].startswith(f"{done.folder}/")
    assert pods.manifest_path(MIGRATE) in tree


def test_pod_has_the_environment_of_its_manifest_and_no_other(pods, monkeypatch):
    monkeypatch.setenv("OF_THIS_PROCESS", "x")
    done, env = environment_of(pods, DBT)
    assert "OF_THIS_PROCESS" not in env
    assert (env["CLICKHOUSE_HOST"], env["CLICKHOUSE_PORT"]) == ("127.0.0.1", "1")
    assert env["ASPECTS_EVENT_SINK_DATABASE"] == "event_sink"
    assert env["DBT_TARGET_PATH"].startswith(f"{done.folder}/")
    assert len(env["DBT_ENV_SECRET_CLICKHOUSE_PASSWORD"]) == 32


def test_password_is_the_same_in_a_file_and_in_an_environment(pods):
    _, env = environment_of(pods, MIGRATE)
    _, access = environment_of(pods, ACCESS)
    written = (Path(access["SECRETS"]) / "migrations").read_text()
    assert written == env["CLICKHOUSE_PASSWORD"] == pods.passwords(ACCESS)["migrations"]
    assert len(set(pods.passwords(ACCESS).values())) == len(pods.passwords(ACCESS))


def test_cron_job_runs_now_with_more_words(pods):
    done = pods.run("cronjob/aspects-unread", ENGINE, arguments=("--until", "never"))
    assert done.status == 2
    assert "argument --until: invalid moment value: 'never'" in done.output
    assert pods.manifest_path("cronjob/aspects-unread") == "aspects/cronjob-aspects-unread.yaml"


def test_own_tls_is_left_out(compose_text, tmp_path):
    bundle = compose_text(
        "profile: starter\nsite: {platformName: X, lmsHost: lms.example.org}\n"
        "clickhouse: {topology: external, external: {host: h.example.org, tls: true,"
        " httpPort: 8443, caSecret: {name: ca, key: ca.crt}}}\n"
    )
    _, env = environment_of(Processes(bundle, tmp_path, make_secrets(bundle)), DBT)
    assert env["CLICKHOUSE_TLS"] == "false"
    assert not {"SSL_CERT_FILE", "CLICKHOUSE_CA"} & env.keys()


@pytest.mark.parametrize("sign", [signal.SIGKILL, signal.SIGTERM])
def test_whatever_ends_the_parent_ends_all_that_it_started(tmp_path, alive, sign):
    told = tmp_path / "pids"
    parent = subprocess.Popen([sys.executable, "-c", STARTS, SLEEPS, str(told)])
    deadline = time.monotonic() + 60
    while not told.exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    pids = [int(pid) for pid in told.read_text().split()]
    assert all(alive(pid) for pid in pids)
    parent.send_signal(sign)
    parent.wait()
    while any(alive(pid) for pid in pids) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not any(alive(pid) for pid in pids)
