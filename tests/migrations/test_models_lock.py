"""One build of the models at a time: the Job's real script, with a dbt that only notes what it does."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

import pytest

from .conftest import JOBS

pytestmark = pytest.mark.xdist_group("migrations")

DBT = """#!{python}
import os, signal, sys, time

def note(text):
    with open({notes!r}, "a") as file:
        file.write(f"{{text}} {{os.getpid()}}\\n")

signal.signal(signal.SIGTERM, lambda *_: (note("SIGTERM"), sys.exit(7)))
note(" ".join(["begin", *sys.argv[1:]]))
time.sleep(float(os.environ.get("DBT_SECONDS", "1")))
note("end")
sys.exit(int(os.environ.get("DBT_STATUS", "0")))
"""


class Builds:
    """Starts the Job's script with a dbt of ours first on the path, and reads what that noted."""

    def __init__(self, database, folder):
        self.database, self.notes = database, folder / "notes"
        self.notes.touch()
        (folder / "dbt").write_text(DBT.format(python=sys.executable, notes=str(self.notes)))
        (folder / "dbt").chmod(0o755)
        self.path = f"{folder}{os.pathsep}{os.environ['PATH']}"

    def start(self, *words, **more):
        script = JOBS / "aspects" / "build_models.py"
        names = {**self.database.models(), "PATH": self.path, "LEASE_SECONDS": "6"}
        return self.database.start(script, *words, **(names | more))

    def noted(self):
        return [line.rpartition(" ")[0] for line in self.notes.read_text().splitlines()]

    def wait_for(self, text):
        deadline = time.monotonic() + 120
        while not any(line.startswith(text) for line in self.noted()):
            assert time.monotonic() < deadline, self.notes.read_text()
            time.sleep(0.05)

    def process(self):
        """Return the id of the last dbt."""
        return int(self.notes.read_text().split()[-1])

    def claims(self):
        return self.database.rows(
            "SELECT holder FROM reporting._models_lock GROUP BY holder"
            " HAVING argMax(expires, turn) > now64(3)"
        )


@pytest.fixture
def builds(database, tmp_path):
    for table in ("xapi.xapi_events_all", "event_sink.course_overviews"):
        database.run(f"CREATE TABLE IF NOT EXISTS {table} (a UInt8) ORDER BY a")
    database.run("DROP TABLE IF EXISTS reporting._models_lock SYNC")
    return Builds(database, tmp_path)


def finished(process):
    text, _ = process.communicate(timeout=120)
    return process.returncode, text


def is_alive(process):
    """Tell whether a process runs; one that has ended and waits to be asked does not."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_a_build_and_a_full_refresh_at_once_take_turns(builds):
    runs = [builds.start(), builds.start("--full-refresh")]
    ended = [finished(run) for run in runs]
    assert [status for status, _ in ended] == [0, 0], ended
    begun = ["begin run --no-use-colors", "begin run --no-use-colors --full-refresh"]
    noted = builds.noted()
    assert sorted(noted[0::2]) == begun
    assert noted[1::2] == ["end", "end"]
    assert builds.claims() == []


def test_the_status_of_dbt_is_that_of_the_job(builds):
    status, text = finished(builds.start(DBT_STATUS="3"))
    assert (status, builds.noted()[-1]) == (3, "end"), text
    assert builds.claims() == []


def test_a_stopped_build_tells_dbt_and_gives_the_lock_back(builds):
    run = builds.start(DBT_SECONDS="60")
    builds.wait_for("begin")
    assert len(builds.claims()) == 1
    run.terminate()
    assert finished(run)[0] == 7
    assert builds.noted()[-1] == "SIGTERM"
    assert builds.claims() == []


@pytest.mark.skipif(sys.platform != "linux", reason="only there a child hears of a killed parent")
def test_a_killed_build_takes_dbt_with_it_and_the_next_waits_for_its_claim(builds):
    run = builds.start(DBT_SECONDS="60")
    builds.wait_for("begin")
    run.kill()
    run.wait()
    deadline = time.monotonic() + 10
    while is_alive(builds.process()) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not is_alive(builds.process())
    status, text = finished(builds.start(DBT_SECONDS="0"))
    assert status == 0, text
    assert builds.noted()[-1] == "end"


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_build_that_lost_its_claim_ends_dbt(builds):
    run = builds.start(DBT_SECONDS="60", LEASE_SECONDS="2")
    builds.wait_for("begin")
    run.send_signal(signal.SIGSTOP)
    while builds.claims():
        time.sleep(0.1)
    run.send_signal(signal.SIGCONT)
    status, text = finished(run)
    assert status == 1
    assert "could not be renewed in time, so another run may have begun" in text
    assert not is_alive(builds.process())
