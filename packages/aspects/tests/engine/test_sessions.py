import http.client
import threading
import time
from urllib.parse import urlencode

import pytest


def test_requests_without_a_session_share_nothing(ask):
    ask("CREATE TEMPORARY TABLE scratch (a Int8)")
    assert ask("SELECT * FROM scratch").code == "60"


def test_session_keeps_temporary_tables_settings_and_database(ask):
    here = {"session_id": "keeps"}
    ask("CREATE DATABASE IF NOT EXISTS elsewhere")
    for sql in ("CREATE TEMPORARY TABLE scratch (a Int8)", "SET max_threads = 1", "USE elsewhere"):
        assert ask(sql, **here).status == 200
    sql = "SELECT count(), getSetting('max_threads'), currentDatabase() FROM scratch"
    assert ask(sql, **here).text == "0\t1\telsewhere\n"


def test_settings_of_a_request_give_way_to_the_session_s_own(ask):
    here = {"session_id": "gives-way"}
    ask("SET max_block_size = 11", **here)
    sql = "SELECT getSetting('max_block_size'), currentDatabase()"
    assert ask(sql, **here, max_block_size="22", database="system").text == "22\tsystem\n"
    assert ask(sql, **here).text == "11\tdefault\n"


def test_session_outlives_a_refused_setting(ask):
    here = {"session_id": "outlives"}
    ask("CREATE TEMPORARY TABLE scratch (a Int8)", **here)
    assert ask("SELECT 1", **here, no_such_setting="1").code == "115"
    assert ask("SELECT 1", **here, database="no_such_database").code == "81"
    assert ask("SELECT count() FROM scratch", **here).text == "0\n"


def test_session_in_use_is_refused(ask):
    here = {"session_id": "in-use"}
    ask("SELECT 1", **here)

    def sleep():
        while ask("SELECT sleep(2)", **here).code == "373":
            pass

    slow = threading.Thread(target=sleep)
    slow.start()
    codes = set()
    while slow.is_alive():
        codes.add(ask("SELECT 1", **here).code)
        time.sleep(0.02)
    assert "373" in codes
    assert ask("SELECT 1", **here).text == "1\n"


@pytest.mark.parametrize("rows", [3, 10_000, 20_000, 200_000])
def test_session_is_free_once_its_answer_is_there(running_engine, rows):
    # external tables are dropped after the request, which takes a while when they are many
    names = [f"e{number}" for number in range(200)]
    body = "".join(
        f'--X\r\nContent-Disposition: form-data; name="{name}"; filename="f"\r\n\r\n1\n\r\n'
        for name in names
    )
    words = {f"{name}_structure": "a Int8" for name in names} | {"session_id": "soon"}
    words["query"] = f"SELECT * FROM numbers({rows})"
    lines = [http.client.HTTPConnection("127.0.0.1", running_engine.port) for _ in range(2)]
    for line in lines:
        line.connect()
    multipart = {"Content-Type": "multipart/form-data; boundary=X"}
    lines[0].request("POST", f"/?{urlencode(words)}", f"{body}--X--\r\n", multipart)
    assert len(lines[0].getresponse().read().splitlines()) == rows
    lines[1].request("POST", "/?session_id=soon", "SELECT 1")
    assert lines[1].getresponse().read() == b"1\n"


def test_session_that_must_exist_is_refused_when_it_does_not(ask):
    reply = ask("SELECT 1", session_id="absent", session_check="1")
    assert (reply.code, "Session absent not found" in reply.text) == ("372", True)


def test_session_ends_when_it_is_closed_or_idle(ask):
    for name, last in (("closed", {"close_session": "1"}), ("idle", {"session_timeout": "0"})):
        ask("CREATE TEMPORARY TABLE scratch (a Int8)", session_id=name)
        assert ask("SELECT count() FROM scratch", session_id=name, **last).text == "0\n"
        time.sleep(0.01)
        assert ask("SELECT 1", session_id=name, session_check="1").code == "372"


def test_session_with_a_bad_time_is_refused(ask):
    assert ask("SELECT 1", session_id="bad", session_timeout="soon").code == "27"


def test_session_belongs_to_its_account(shop, send_to):
    here = {"session_id": "one"}
    send_to(shop.port, "CREATE TEMPORARY TABLE mine (a Int8)", user="boss:b", **here)
    assert send_to(shop.port, "SELECT * FROM mine", user="reader:r", **here).code == "60"
    assert send_to(shop.port, "SELECT count() FROM mine", user="boss:b", **here).text == "0\n"


def test_external_table_leaves_a_session_again(ask):
    body = '--X\r\nContent-Disposition: form-data; name="e"; filename="e"\r\n\r\n1\r\n--X--\r\n'
    rest = {"headers": {"Content-Type": "multipart/form-data; boundary=X"}, "session_id": "ext"}
    for _ in range(2):
        reply = ask(body, query="SELECT sum(x) FROM e", e_structure="x Int8", **rest)
        assert reply.text == "1\n"
    assert ask("SELECT * FROM e", session_id="ext").code == "60"
