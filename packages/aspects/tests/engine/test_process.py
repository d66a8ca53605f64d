import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time

import pytest

from aspects_gen.engine import process
from aspects_gen.engine.embedded import connection_type
from aspects_gen.engine.fault import EngineError

pytestmark = pytest.mark.usefixtures("chdb")


def wait_until(condition):
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_engine_is_found_by_its_record_and_leaves_none(tmp_path, send_to):
    with process.engine(tmp_path / "new" / "folder") as running:
        record = json.loads((tmp_path / "new" / "folder" / "engine.json").read_text())
        assert record == running._asdict()
        assert process.running(tmp_path / "new" / "folder") == running
        assert running.url == f"http://127.0.0.1:{running.port}"
    assert not process._is_alive(running.pid)
    assert process.running(tmp_path / "new" / "folder") is None
    assert not (tmp_path / "new" / "folder" / "engine.json").exists()
    assert process.stop(tmp_path / "new" / "folder") is False


def test_engine_starts_again_on_a_directory_whose_default_database_never_held_a_table(
    tmp_path, send_to
):
    for _ in range(2):
        with process.engine(tmp_path) as running:
            tables = "SELECT count() FROM system.tables WHERE database = 'default'"
            assert send_to(running.port, tables).text == "0\n"


def test_engine_listens_on_loopback_alone(running_engine):
    others = {info[4][0] for info in socket.getaddrinfo(socket.gethostname(), None)}
    for address in others - {"127.0.0.1", "127.0.1.1", "::1"}:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        with socket.socket(family) as probe:
            assert probe.connect_ex((address, running_engine.port)) != 0
    assert running_engine.host == "127.0.0.1"


def test_busy_port_is_refused_by_name(tmp_path, running_engine):
    with pytest.raises(EngineError) as caught:
        process.start(tmp_path, port=running_engine.port)
    assert f"port {running_engine.port} of 127.0.0.1 cannot be listened on" in str(caught.value)
    assert "fix: another --port, or 0 for any" in str(caught.value)


def test_data_directory_in_use_is_refused_and_names_its_engine(tmp_path):
    with process.engine(tmp_path) as running:
        with pytest.raises(EngineError) as caught:
            process.start(tmp_path)
        assert f"data directory {tmp_path} is in use by the engine with pid" in str(caught.value)
        assert f"{running.pid} at {running.url}" in str(caught.value)
        assert process.running(tmp_path) == running


def test_two_engines_run_side_by_side(tmp_path, running_engine, send_to, ask):
    with process.engine(tmp_path) as other:
        send_to(other.port, "CREATE TABLE only_here (a Int8) ENGINE = Memory")
        assert send_to(other.port, "SELECT count() FROM only_here").text == "0\n"
        assert ask("SELECT count() FROM only_here").code == "60"
        assert other.name != running_engine.name


def test_record_of_another_server_is_not_taken_for_an_engine(tmp_path, running_engine):
    stale = {**running_engine._asdict(), "name": "aspects-engine-of-before"}
    (tmp_path / "engine.json").write_text(json.dumps(stale))
    assert process.running(tmp_path) is None
    assert process.stop(tmp_path) is False
    assert process.answers(running_engine)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"port": 1}'])
def test_broken_record_is_no_engine(tmp_path, text):
    (tmp_path / "engine.json").write_text(text)
    assert process.running(tmp_path) is None


@pytest.mark.parametrize("used", [False, True])
def test_data_directory_opens_again_whether_its_default_database_is_used(tmp_path, send_to, used):
    made = "CREATE TABLE IF NOT EXISTS kept (a Int8) ENGINE = MergeTree ORDER BY a"
    for _ in range(3):
        with process.engine(tmp_path) as running:
            sql = made if used else "SELECT 1"
            assert send_to(running.port, sql).status == 200
            found = send_to(running.port, "EXISTS TABLE default.kept").text
    assert found == f"{int(used)}\n"


def test_wrong_users_file_is_reported_by_start(tmp_path):
    users = tmp_path / "users.json"
    users.write_text("{}")
    with pytest.raises(EngineError, match=r"users file .*users\.json cannot be read"):
        process.start(tmp_path / "data", users=users)


def test_missing_chdb_is_an_error_with_its_fix(monkeypatch):
    monkeypatch.setitem(sys.modules, "chdb.state.sqlitelike", None)
    with pytest.raises(EngineError, match=r"fix: pip install 'aspects-gen\[engine\]'"):
        connection_type()


def test_stop_lets_a_request_end(tmp_path, send_to):
    running = process.start(tmp_path, tied=True)
    replies = []
    sql = "SELECT sleep(2)"
    asking = threading.Thread(target=lambda: replies.append(send_to(running.port, sql)))
    asking.start()
    busy = "SELECT count() FROM system.processes WHERE query LIKE '%sleep(2)%' AND query NOT LIKE '%LIKE%'"
    wait_until(lambda: send_to(running.port, busy).text == "1\n")
    assert process.stop(tmp_path) is True
    asking.join()
    assert [reply.text for reply in replies] == ["0\n"]


def test_tied_engine_ends_with_its_parent(tmp_path):
    code = (
        "import pathlib, sys, os, signal\n"
        "from aspects_gen.engine import process\n"
        "print(process.start(pathlib.Path(sys.argv[1]), tied=True).pid, flush=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    parent = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], capture_output=True, check=False
    )
    assert parent.returncode == -signal.SIGKILL
    wait_until(lambda: not (tmp_path / "engine.json").exists())
    wait_until(lambda: not process._is_alive(int(parent.stdout)))


def test_data_directory_opens_again_with_nothing_or_something_in_default(tmp_path, send_to):
    for sql, answer in (
        ("CREATE DATABASE d", "d"),
        ("CREATE TABLE t (a Int8) ENGINE = MergeTree ORDER BY a", "t"),
        ("SELECT 1", "t"),
    ):
        with process.engine(tmp_path) as running:
            assert send_to(running.port, sql).status == 200
            shown = send_to(running.port, "SHOW DATABASES").text
            shown += send_to(running.port, "SHOW TABLES FROM default").text
            assert answer in shown.splitlines()


def test_kill_loses_no_acknowledged_row(tmp_path, send_to):
    running = process.start(tmp_path, tied=True)
    sql = "CREATE TABLE t (a Int64, b Int64) ENGINE = MergeTree ORDER BY (a, b)"
    assert send_to(running.port, sql).status == 200
    acknowledged = set()

    def insert(writer):
        for number in range(10_000):
            batch = writer * 10_000 + number
            try:
                reply = send_to(
                    running.port, f"INSERT INTO t SELECT {batch}, number FROM numbers(50)"
                )
            except OSError:
                return
            assert reply.status == 200, reply.text
            acknowledged.add(batch)

    writers = [threading.Thread(target=insert, args=(writer,)) for writer in range(3)]
    for writer in writers:
        writer.start()
    wait_until(lambda: len(acknowledged) > 100)
    os.kill(running.pid, signal.SIGKILL)
    for writer in writers:
        writer.join()
    with process.engine(tmp_path) as again:
        reply = send_to(again.port, "SELECT a, count() FROM t GROUP BY a")
        rows = {int(line.split()[0]): int(line.split()[1]) for line in reply.text.splitlines()}
        assert acknowledged <= set(rows)
        assert set(rows.values()) == {50}
        assert process.running(tmp_path) == again


def held(folder):
    """A process that holds a data directory and answers nothing."""
    words = (
        "import fcntl,sys,time; f=open(sys.argv[1],'a'); fcntl.flock(f,2); print(); time.sleep(60)"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", words, str(folder / process.LOCK)], stdout=subprocess.PIPE
    )
    holder.stdout.readline()
    return holder


def test_stop_waits_for_an_engine_that_was_killed_to_be_gone(tmp_path):
    with held(tmp_path) as holder:
        threading.Timer(0.3, holder.kill).start()
        assert process.stop(tmp_path) is False
        assert holder.wait() == -signal.SIGKILL


def test_process_that_holds_the_directory_and_does_not_answer_is_said(tmp_path, monkeypatch):
    monkeypatch.setattr(process, "DYING_SECONDS", 0.1)
    with held(tmp_path) as holder:
        message = "in use by a process that does not answer"
        with pytest.raises(EngineError, match=message):
            process.stop(tmp_path)
        holder.kill()
