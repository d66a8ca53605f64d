"""Processes that outlive their starter, and the ports and folders that are kept for them."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time

import pytest

from aspects_gen.errors import UsageError
from aspects_gen.stack.born import start_of
from aspects_gen.stack.ports import choose, is_free
from aspects_gen.stack.process import Processes, StackError, failed, tail
from aspects_gen.stack.state import Secrets, State

SLEEP = [sys.executable, "-S", "-c", "import time; time.sleep(600)"]
PARENT = """
import subprocess, sys, time
subprocess.Popen([sys.executable, "-S", "-c", "import time; time.sleep(600)"])
print("ready", flush=True)
time.sleep(600)
"""


def wait_until(holds):
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.fixture
def processes(tmp_path):
    found = Processes(tmp_path, tmp_path)
    yield found
    found.stop("one")


def start(processes, folder, command=SLEEP):
    child = processes.start("one", command, os.environ, port=7, digest="d", folder=folder)
    wait_until(lambda: processes.find("one"))
    return child, processes.find("one")


def test_process_is_found_by_whoever_did_not_start_it(processes, tmp_path):
    _, found = start(processes, tmp_path)
    again = Processes(tmp_path, tmp_path).find("one")
    assert again == found
    assert (again.port, again.digest) == (7, "d")
    assert again.start == start_of(again.pid)


def test_process_that_was_killed_is_not_found(processes, tmp_path):
    child, found = start(processes, tmp_path)
    os.kill(found.pid, signal.SIGKILL)
    child.wait()
    assert processes.find("one") is None


def test_process_with_a_pid_that_is_used_again_is_left_alone(processes, tmp_path):
    other = subprocess.Popen(SLEEP, start_new_session=True)
    try:
        record = {"pid": other.pid, "start": "another moment", "port": 7, "digest": "d"}
        (tmp_path / "one.json").write_text(json.dumps(record))
        assert processes.find("one") is None
        assert processes.stop("one") is False
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()


def test_stopping_ends_all_that_a_process_started(processes, tmp_path):
    child, found = start(processes, tmp_path, [sys.executable, "-S", "-c", PARENT])
    wait_until(lambda: "ready" in processes.log("one").read_text())
    assert processes.stop("one") is True
    child.wait()
    with pytest.raises(ProcessLookupError):
        wait_until(lambda: os.killpg(found.pid, 0))


def test_starting_anew_ends_what_a_killed_leader_left(processes, tmp_path):
    child, found = start(processes, tmp_path, [sys.executable, "-S", "-c", PARENT])
    wait_until(lambda: "ready" in processes.log("one").read_text())
    os.kill(found.pid, signal.SIGKILL)
    child.wait()
    os.killpg(found.pid, 0)  # its child still runs
    start(processes, tmp_path)
    with pytest.raises(ProcessLookupError):
        wait_until(lambda: os.killpg(found.pid, 0))


def test_ports_are_kept_and_differ():
    first = choose(("a", "b", "c"), {}, ())
    assert len(set(first.values())) == 3
    assert choose(("a", "b", "c"), first, ()) == first


def test_port_that_another_program_took_is_chosen_anew():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert not is_free(port)
        assert choose(("a",), {"a": port}, ()) != {"a": port}
        assert choose(("a",), {"a": port}, ("a",)) == {"a": port}


def test_secrets_are_made_once_and_private(tmp_path):
    first = Secrets(tmp_path).fill({"keys": ["one", "two"]})
    assert len(set(first["keys"].values())) == 2
    assert Secrets(tmp_path).fill({"keys": ["one", "two"]}) == first
    assert (tmp_path / "secrets.json").stat().st_mode & 0o077 == 0


def test_folder_that_holds_something_else_is_left_alone(tmp_path):
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(UsageError, match="is no folder of a stack, and not empty"):
        State(tmp_path).open()
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_state_survives_a_reopen_and_is_private(tmp_path):
    state = State(tmp_path / "s")
    state.open()
    state.note("jobs", "a", "a-1")
    state.note("jobs", "b", "b-1")
    again = State(tmp_path / "s")
    again.open()
    assert again.record["jobs"] == {"a": "a-1", "b": "b-1"}
    assert (tmp_path / "s").stat().st_mode & 0o077 == 0


def test_damaged_state_says_what_to_do(tmp_path):
    state = State(tmp_path / "s")
    state.open()
    (tmp_path / "s" / "stack.json").write_text("{")
    with pytest.raises(StackError, match="= fix: aspects-gen reset --state"):
        State(tmp_path / "s").open()


def test_one_up_works_on_a_stack(tmp_path):
    state = State(tmp_path / "s")
    state.open()
    with state.lock(), pytest.raises(StackError, match="another `aspects-gen up` works on"):
        State(tmp_path / "s").lock()
    with State(tmp_path / "s").lock():
        pass


def test_failure_shows_the_end_of_its_log_and_where_it_is(tmp_path):
    log = tmp_path / "one.log"
    log.write_text("".join(f"line {number}\n" for number in range(100)))
    assert tail(log, 2) == ["line 98", "line 99"]
    text = str(failed("one ended", log, "mend it"))
    assert text.startswith(f"one ended\n  the end of {log}:\n    line 75\n")
    assert text.endswith("    line 99\n  = fix: mend it")
