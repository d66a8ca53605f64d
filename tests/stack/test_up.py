"""The whole stack from nothing: events through Ralph, numbers out of Superset, and kills in between."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import threading
from collections import Counter
from pathlib import Path

import pytest

from aspects_gen.demo import truth
from aspects_gen.demo.lrs import Lrs, Sender
from aspects_gen.demo.rows import stream_rows
from aspects_gen.demo.tables import COLUMNS
from aspects_gen.engine import process as engine
from aspects_gen.stack import campus
from aspects_gen.stack.state import Secrets, State
from aspects_gen.stack.up import LINES
from aspects_gen.stack.warehouse import OWNER
from aspects_gen.verify.client import Client
from stack.browser import Browser
from stack.conftest import wait_until

# the tests share one stack, which takes a minute of processor time to come up
pytestmark = pytest.mark.xdist_group("stack")

ENROLLMENTS = (
    "SELECT course_key AS course, count() AS n FROM reporting.fact_enrollments GROUP BY 1"
)
STATEMENTS, FEED = 1500, 20
HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def first(local):
    """The first run, from nothing."""
    pytest.importorskip("chdb", reason="the embedded engine is not installed")
    return local.up("--statements", str(STATEMENTS))


@pytest.fixture
def state(local, first):
    found = State(local.folder)
    found.read()
    return found


def url(state, name):
    return f"http://127.0.0.1:{state.record['ports'][name]}"


def signed_in(state, name):
    browser = Browser(url(state, "superset"))
    return browser, browser.sign_in(name)


def sender(state):
    password = Secrets(state.folder).of("ralph-lms", "password")
    return Sender(Lrs("127.0.0.1", state.record["ports"]["ralph"], "lms", password))


def warehouse(state):
    return Client(
        engine.running(state.folder / "clickhouse"),
        OWNER,
        Secrets(state.folder).of(OWNER, "password"),
    )


def stored(state):
    """Return every statement that the warehouse holds, once, as (id, moment, text)."""
    sql = (
        "SELECT toString(event_id), toString(emission_time), any(event) FROM xapi.xapi_events_all"
    )
    text = warehouse(state).ask(f"{sql} GROUP BY 1, 2 FORMAT JSONCompactEachRow")
    return [tuple(json.loads(line)) for line in text.splitlines()]


def enrollments(state, events):
    """Return course to its enrolment events, computed without SQL."""
    return Counter(row.course_key for row in relation(state, "fact_enrollments", events))


def relation(state, name, events):
    """Return what a reader of a relation must see, computed without SQL."""
    made = campus.make(state.record["campus"])
    rows = {table: list(stream_rows(made, table)) for table in COLUMNS}
    return truth.compute_relation(name, events, rows)


def shown(browser):
    return {row["course"]: row["n"] for row in browser.ask(ENROLLMENTS)}


def test_first_run_says_what_to_open_and_every_step(local, first, state):
    assert f"{url(state, 'superset')}/login/openedxsso" in first.stdout
    assert f"send the campus through Ralph: {STATEMENTS} statements" in first.stderr
    for secret in json.loads((state.folder / "secrets.json").read_text()).values():
        assert secret not in first.stdout + first.stderr
    status = local.run("status", "--json")
    assert status.returncode == 0
    found = {one["name"]: one["answers"] for one in json.loads(status.stdout)}
    assert found == dict.fromkeys(("clickhouse", "ralph", "superset", "lms"), True)


def test_second_run_leaves_everything_alone(local, state):
    pids = [one.pid for one in map(state.processes.find, ("ralph", "superset", "lms"))]
    again = local.up()
    assert "through Ralph" not in again.stderr
    assert "build the models" not in again.stderr
    assert [one.pid for one in map(state.processes.find, ("ralph", "superset", "lms"))] == pids


def test_numbers_in_superset_are_those_of_the_events(state):
    sent = list(campus.events(state.record["campus"]))
    browser, _ = signed_in(state, "Ada Superuser")
    assert shown(browser) == enrollments(state, sent)
    assert sum(shown(browser).values()) > 20
    assert {event[0] for event in stored(state)} == {event[0] for event in sent}


def test_log_lines_are_in_the_tables_that_vector_fills(state):
    planned = state.record["campus"]
    second = planned | {"seed": planned["seed"] + 1, "statements": LINES}
    asking = warehouse(state)
    ids = asking.rows("SELECT event_id FROM openedx.xapi_events_all")
    assert {row[0] for row in ids} == {event[0] for event in campus.events(second)}
    reasons = asking.rows("SELECT reason FROM openedx._dead_letters ORDER BY reason")
    assert reasons == [["no_time"], ["not_json"]]


def test_instructor_signs_in_and_learner_is_turned_away(state):
    browser, place = signed_in(state, "Ines Instructor")
    assert "/login" not in place
    assert browser.get("/api/v1/me/")["result"]["username"] == "instructor"
    learner, place = signed_in(state, "Lea Learner")
    assert place.endswith("/login/")
    assert learner.get("/api/v1/me/") == 401


class Stream:
    """Sends statements of another campus through Ralph until it is told to stop."""

    def __init__(self, state):
        self.acknowledged: list[str] = []
        self.problems: list[str] = []
        self._stop = threading.Event()
        self._planned = state.record["campus"] | {"seed": 9, "statements": 100_000}
        self._sender = sender(state)
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self):
        for batch in campus.batches(self._planned):
            if self._stop.is_set():
                return
            self._sender.send(batch, self.problems.append)
            self.acknowledged += [json.loads(text)["id"] for text in batch]

    def finish(self):
        self._stop.set()
        self._thread.join(timeout=600)
        assert not self._thread.is_alive()


@pytest.mark.skipif(
    not (shutil.which("chromium") and shutil.which("chromedriver")),
    reason="no browser: install Debian's chromium and chromium-driver",
)
def test_instructor_reads_the_number_of_the_events_off_a_dashboard(state, superset_python):
    picture = state.folder / "course.png"
    words = [url(state, "superset"), "Ines Instructor", "course-dashboard-en", str(picture)]
    done = subprocess.run(
        [superset_python, str(HERE / "visit.py"), *words],
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    page = json.loads(done.stdout.splitlines()[-1])
    assert page["rested"]
    assert page["errors"] == []
    enrolled = {
        row.actor_id
        for row in relation(state, "dim_student_status", campus.events(state.record["campus"]))
        if row.course_key == state.record["campus"]["course"]
        and row.enrollment_status == "registered"
    }
    assert len(enrolled) > 5
    assert page["numbers"]["Current Enrollees"] == str(len(enrolled))


def test_kills_lose_nothing_and_change_no_number(local, state):
    attached = local.attach("--feed", str(FEED))
    stream = Stream(state)
    for name in ("ralph", "clickhouse", "feed", "superset", "lms"):
        known = len(stream.acknowledged)
        wait_until(lambda known=known: len(stream.acknowledged) > known)
        _kill_and_wait(local, state, name)
    stream.finish()
    assert stream.problems  # it met what was killed

    attached.kill()  # -9: what it started stays, and the next `up` takes it over
    attached.wait()
    pids = {name: state.processes.find(name).pid for name in ("ralph", "superset", "lms")}
    local.up()  # without --feed: the feed ends
    assert {name: state.processes.find(name).pid for name in pids} == pids
    assert state.processes.find("feed") is None

    events = stored(state)
    ids = [event[0] for event in events]
    assert len(ids) == len(set(ids))
    assert set(stream.acknowledged) <= set(ids)
    fed = json.loads((state.folder / "feed-sent.json").read_text())["sent"]
    batch = 2 * FEED  # the one that was on its way when the feed was killed may count twice
    assert 0 < fed <= len(ids) - STATEMENTS - len(stream.acknowledged) + batch
    browser, _ = signed_in(state, "Ada Superuser")
    assert shown(browser) == enrollments(state, events)


def _kill_and_wait(local, state, name):
    """Kill a service without warning, and wait until the attached `up` has another one running."""

    def find():
        if name == "clickhouse":
            return engine.running(state.folder / "clickhouse")
        return state.processes.find(name)

    before = find().pid
    local.kill(before)
    wait_until(lambda: (now := find()) is not None and now.pid != before)


def test_down_ends_an_attached_up_and_everything(local, state):
    attached = local.attach()
    done = local.run("down")
    assert done.returncode == 0, done.stderr
    assert attached.wait(timeout=60) == 0
    status = local.run("status")
    assert status.returncode == 1
    assert status.stdout.count("down") == 4
    attached.send_signal(signal.SIGTERM)  # it has ended: nothing happens


def test_reset_removes_the_folder_only_when_told(local, state):
    asked = local.run("reset")
    assert asked.returncode == 2
    assert "= fix: give --yes" in asked.stderr
    assert local.folder.exists()
    assert local.run("reset", "--yes").returncode == 0
    assert not local.folder.exists()
    gone = local.run("logs", "ralph")
    assert gone.returncode == 2
    assert "no stack was started in" in gone.stderr
