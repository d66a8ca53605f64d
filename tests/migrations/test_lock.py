"""One migration run at a time: real processes, killed holders, and every order of steps."""

from __future__ import annotations

import contextlib
import itertools
import re
import signal
import sys
import threading
import time
import types
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aspects_gen import aspects

JOBS = Path(aspects.__file__).parent / "jobs" / "init"

pytestmark = pytest.mark.xdist_group("migrations")

HOLD = """
import os, sys, time
import lock, server
connect = lambda: server.connect(os.environ["CLICKHOUSE_USER"], os.environ["CLICKHOUSE_PASSWORD"])
lease_seconds, hold, times = map(float, sys.argv[1:])
client = connect()
for _ in range(int(times)):
    with lock.held(connect(), "xapi._migrations_lock", wait_seconds=60, seconds=lease_seconds) as lease:
        client.command("INSERT INTO xapi.held SELECT {n:String}, now64(6), 1", parameters={"n": lease.holder})
        print("held", flush=True)
        time.sleep(hold)
        lease.check()
        client.command("INSERT INTO xapi.held SELECT {n:String}, now64(6), -1", parameters={"n": lease.holder})
"""
"""Holds the lock for a while, several times, and notes when."""


@pytest.fixture(scope="module")
def held(database):
    database.run("CREATE TABLE xapi.held (who String, at DateTime64(6), step Int8) ORDER BY at")
    return database


@pytest.fixture(scope="module")
def lock_script():
    """The script as a module, which does not sleep."""
    sys.path.insert(0, str(JOBS / "clickhouse"))
    spec = spec_from_file_location("lock_script", JOBS / "aspects" / "lock.py")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    sys.path.remove(str(JOBS / "clickhouse"))
    module.time = types.SimpleNamespace(monotonic=time.monotonic, sleep=lambda seconds: None)
    module.server.say = lambda text: None
    yield module
    del sys.modules["server"]


def overlap(database):
    """Return how many held the lock at once, at most; a killed one counts as gone by then."""
    rows = database.rows("SELECT step FROM xapi.held ORDER BY at, step")
    return max(itertools.accumulate(step for (step,) in rows))


def finished(process):
    text, _ = process.communicate(timeout=120)
    return process.returncode, text


def test_processes_that_begin_at_once_take_turns(held):
    held.run("TRUNCATE TABLE xapi.held")
    runs = [held.start("-c", HOLD, 5, 0.2, 3) for _ in range(3)]
    assert [finished(run)[0] for run in runs] == [0, 0, 0]
    assert held.rows("SELECT count(), sum(step) FROM xapi.held") == [[18, 0]]
    assert overlap(held) == 1


def test_two_migrations_at_once_run_each_statement_once(make_database):
    database = make_database()
    database.create_databases()
    script = JOBS / "aspects" / "migrate.py"
    ended = [finished(run) for run in [database.start(script), database.start(script)]]
    assert [status for status, _ in ended] == [0, 0], ended
    statements = [len(re.findall("statement 1 of 17", text)) for _, text in ended]
    assert sorted(statements) == [0, 1]
    assert database.rows("SELECT version_num FROM xapi.alembic_version") == [["own0001"]]


def test_a_killed_holder_gives_way_and_not_before_its_time(held):
    held.run("TRUNCATE TABLE xapi.held")
    lease = 6
    first = held.start("-c", HOLD, lease, 60, 1)
    assert first.stdout.readline() == "held\n"
    begun = time.monotonic()
    first.kill()
    first.wait()
    status, text = finished(held.start("-c", HOLD, lease, 0, 1))
    assert status == 0, text
    assert "to end, 0 of 60 s" in text
    assert time.monotonic() - begun > lease / 2


def test_a_holder_keeps_the_lock_for_longer_than_one_lease(held):
    held.run("TRUNCATE TABLE xapi.held")
    first = held.start("-c", HOLD, 2, 5, 1)
    assert first.stdout.readline() == "held\n"
    second = held.start("-c", HOLD, 2, 0, 1)
    assert [finished(first)[0], finished(second)[0]] == [0, 0]
    assert overlap(held) == 1


def test_a_holder_that_slept_past_its_time_runs_no_further_statement(held):
    held.run("TRUNCATE TABLE xapi.held")
    first = held.start("-c", HOLD, 2, 1, 1)
    assert first.stdout.readline() == "held\n"
    first.send_signal(signal.SIGSTOP)
    assert finished(held.start("-c", HOLD, 2, 0, 1))[0] == 0
    first.send_signal(signal.SIGCONT)
    status, text = finished(first)
    assert status == 1
    assert "could not be renewed in time, so another run may have begun" in text


def test_waiting_ends_with_who_holds_it(held):
    first = held.start("-c", HOLD, 30, 60, 1)
    assert first.stdout.readline() == "held\n"
    text = held.migrate(status=1, WAIT_SECONDS="0.1")
    first.kill()
    first.communicate()
    assert re.search(r"gave up after \d+ s: \S+ holds `xapi`.`_migrations_lock`. Found: ", text)
    assert "statement" not in text.partition("gave up")[0]


class Stage:
    """A table of claims in memory, whose users take one step each time they are called."""

    def __init__(self):
        self.live, self.open = {}, True
        self.turns, self.idle, self.ended = {}, threading.Semaphore(0), set()

    def client(self, name):
        self.turns[name] = threading.Semaphore(0)
        return types.SimpleNamespace(
            query=lambda *_, **__: self.act(name, self.claims),
            command=lambda *_, parameters, **__: self.act(name, lambda: self.add(parameters)),
        )

    def act(self, name, step):
        """Wait to be called, then take one step."""
        self.idle.release()
        self.turns[name].acquire()
        if not self.open:
            raise SystemExit
        return step()

    def claims(self):
        names = sorted(name for name, life in self.live.items() if life)
        return types.SimpleNamespace(result_rows=[(name,) for name in names])

    def add(self, row):
        self.live[row["holder"]] = row["life"]

    def call(self, name):
        if name not in self.ended:
            self.turns[name].release()
            assert self.idle.acquire(timeout=10)

    def begin(self, name, work):
        """Start a user of the table in a thread of its own, up to its first step."""

        def whole():
            with contextlib.suppress(SystemExit):
                work(name, client)
            self.ended.add(name)
            self.idle.release()

        client = self.client(name)
        thread = threading.Thread(target=whole, daemon=True)
        thread.start()
        assert self.idle.acquire(timeout=10)
        return thread

    def close(self):
        self.open = False
        for turn in self.turns.values():
            turn.release()


@settings(max_examples=150, deadline=None)
@given(order=st.lists(st.integers(0, 2), min_size=30, max_size=90))
def test_no_order_of_steps_gives_the_lock_to_two(lock_script, order):
    stage, holding, most = Stage(), set(), []

    def take_turns(name, client):
        for _ in range(20):
            lease = lock_script.Lease(client, "t")
            lease.holder = name
            lease.take(wait_seconds=1e9)
            holding.add(name)
            most.append(len(holding))
            stage.act(name, lambda: None)
            holding.discard(name)
            lease.release()

    threads = [stage.begin(name, take_turns) for name in "abc"]
    for which in order:
        stage.call("abc"[which])
    stage.close()
    for thread in threads:
        thread.join(10)
    assert max(most, default=0) <= 1


def test_one_of_several_gets_the_lock_in_the_end(lock_script):
    """That the rule is not kept by giving it to nobody: all claim in step, one stays."""
    stage, got = Stage(), []

    def take(name, client):
        lease = lock_script.Lease(client, "t")
        lease.holder = name
        lease.take(wait_seconds=1e9)
        got.append(name)
        stage.act(name, lambda: None)

    threads = [stage.begin(name, take) for name in "abc"]
    for name in "abc" * 8:
        stage.call(name)
    stage.close()
    for thread in threads:
        thread.join(10)
    assert got == ["a"]
