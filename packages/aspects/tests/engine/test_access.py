"""That the engine holds every account to its rights, whichever way it tries to leave them."""

import json
from pathlib import Path

import pytest

from aspects_gen import values
from aspects_gen.aspects import schema
from aspects_gen.aspects.access import access_model
from aspects_gen.engine.process import engine
from aspects_gen.engine.users import owner, users_of
from aspects_gen.values.defaults import default_of

ROOT = Path(values.__file__).parent / "root.schema.json"
DEFS = json.loads(ROOT.read_text("utf-8"))["$defs"]

READER, WRITER, BOSS = "reader:r", "writer:w", "boss:b"


@pytest.mark.parametrize(
    ("user", "sql"),
    [
        (READER, "SELECT count() FROM shop.sales"),
        (READER, "SELECT 1 SETTINGS max_execution_time = 3"),
        (READER, "SET ROLE reader_role"),
        (READER, "SET max_threads = 1"),
        (WRITER, "INSERT INTO shop.sales FORMAT CSV\n"),
        (BOSS, "SELECT count() FROM shop.secrets"),
    ],
)
def test_account_may_do_its_work(shop, send_to, user, sql):
    reply = send_to(shop.port, sql, user=user)
    assert reply.status == 200, reply.text


@pytest.mark.parametrize(
    ("user", "sql", "code"),
    [
        (READER, "SELECT * FROM shop.secrets", "497"),
        (READER, "INSERT INTO shop.sales VALUES (2)", "497"),
        (READER, "INSERT INTO shop.sales FORMAT CSV\n2\n", "497"),
        (READER, "DROP TABLE shop.sales", "497"),
        (READER, "SET ROLE boss_role", "512"),
        (READER, "SET ROLE 'boss_role'", "512"),
        (READER, "/* */ SET\nROLE `aspects_engine_front`", "512"),
        (READER, "SET ROLE reader_role, boss_role", "512"),
        (READER, "SET DEFAULT ROLE boss_role TO reader", "512"),
        (READER, "SET ROLE ALL EXCEPT reader_role", "512"),
        (READER, "SELECT 1; SET ROLE boss_role", "62"),
        (READER, "SELECT 1 AS $a$; SET ROLE boss_role; SELECT 2 AS $b", "62"),
        (READER, "SET readonly = 0", "164"),
        (READER, "SET max_execution_time = 8", "452"),
        (READER, "SELECT 1 SETTINGS max_execution_time = 8", "452"),
        (READER, "SELECT * FROM file('/etc/hostname', 'LineAsString')", "497"),
        (READER, "EXECUTE AS boss SELECT * FROM shop.secrets", "344"),
        (WRITER, "SELECT * FROM shop.sales", "497"),
        (WRITER, "INSERT INTO shop.secrets FORMAT CSV\n", "497"),
        (WRITER, "ALTER TABLE shop.sales DELETE WHERE 1", "497"),
        (WRITER, "CREATE TABLE shop.mine (a Int8) ENGINE = Memory", "497"),
        (WRITER, "CREATE USER u", "497"),
        (WRITER, "SYSTEM SHUTDOWN", "497"),
    ],
)
def test_account_may_do_nothing_else(shop, send_to, user, sql, code):
    reply = send_to(shop.port, sql, user=user)
    assert reply.code == code, reply.text
    assert send_to(shop.port, "SELECT count() FROM shop.sales", user=BOSS).text == "1\n"


def test_account_cannot_leave_its_limits_by_parameters(shop, send_to):
    for params, code in (
        ({"role": "boss_role"}, "512"),
        ({"max_execution_time": "8"}, "452"),
        ({"readonly": "0"}, "164"),
        ({"profile": "no_such_profile"}, "180"),
    ):
        assert send_to(shop.port, "SELECT 1", user=READER, **params).code == code


def test_account_cannot_leave_its_limits_in_a_session(shop, send_to):
    here = {"user": READER, "session_id": "limits"}
    assert send_to(shop.port, "SET profile = 'default'", **here).status == 200
    assert send_to(shop.port, "SET max_execution_time = 8", **here).code == "452"
    assert send_to(shop.port, "SET readonly = 0", **here).code == "164"
    assert send_to(shop.port, "SELECT 1", max_execution_time="3", **here).status == 200
    sql = "SELECT getSetting('max_execution_time')"
    assert send_to(shop.port, sql, **here).text == "7\n"


def test_denial_is_in_the_account_s_name(shop, send_to):
    reply = send_to(shop.port, "SELECT * FROM shop.secrets", user=READER)
    assert reply.status == 403
    assert reply.text.startswith("Code: 497. DB::Exception: reader: Not enough privileges.")


def test_wrong_password_is_refused_before_anything_runs(shop, send_to):
    for rest in (
        {"user": "boss:no"},
        {"user": "nobody:b"},
        {},
        {"headers": {"X-ClickHouse-User": "boss"}},
    ):
        reply = send_to(shop.port, "DROP DATABASE shop", **rest)
        assert (reply.status, reply.code) == (403, "516")
    headers = {"X-ClickHouse-User": "boss", "X-ClickHouse-Key": "b"}
    assert send_to(shop.port, "SELECT 1", headers=headers).text == "1\n"


def test_definer_view_is_held_to_the_definer_s_rights(shop, send_to):
    for table, status in (("sales", 200), ("secrets", 403)):
        view = f"shop.of_{table}"
        made = send_to(
            shop.port,
            f"CREATE OR REPLACE VIEW {view} DEFINER = reader SQL SECURITY DEFINER "
            f"AS SELECT a FROM shop.{table}",
            user=BOSS,
        )
        read = send_to(shop.port, f"SELECT * FROM {view}", user=BOSS)
        assert (made.status, read.status) in ((200, status), (status, 404)), made.text + read.text


def test_statements_of_access_are_answered_for_an_owner_alone_when_told_so(
    chdb, people, send_to, tmp_path
):
    users = tmp_path / "users.json"
    users.write_text(json.dumps({"users": people}))
    with engine(tmp_path / "data", users=users, access="accept", on_cluster="strip") as running:
        for sql in (
            "CREATE USER u IDENTIFIED WITH sha256_hash BY 'x'",
            "GRANT ON CLUSTER c SELECT ON shop.* TO u",
            "REVOKE ALL ON *.* FROM u",
            "CREATE SETTINGS PROFILE p SETTINGS readonly = 2",
            "ALTER QUOTA q FOR INTERVAL 1 hour MAX queries = 1 TO r",
            "DROP ROLE IF EXISTS r",
        ):
            assert send_to(running.port, sql, user=BOSS).status == 200
            assert send_to(running.port, sql, user=WRITER).code == "497"
        assert send_to(running.port, "SELECT 1", user="u:x").code == "516"


def test_access_model_of_the_deployment_is_loaded_and_enforced(chdb, send_to, tmp_path):
    aspects = default_of(schema() | {"$defs": DEFS}, schema(), "starter")
    model = access_model(aspects, cluster=True, object_store=True)
    passwords = {client["id"]: f"pw-{client['id']}" for client in model["clients"]}
    users = tmp_path / "users.json"
    users.write_text(json.dumps(users_of(model, passwords, owners=[owner("boss", "b")])))
    table = f"{aspects['databases']['xapi']}.{aspects['tables']['rawXapi']}"
    reads, adds = f"SELECT count() FROM {table}", f"INSERT INTO {table} VALUES (1)"
    may = {"lrs": {reads, adds}, "sinks": {reads}, "dbt": {reads}, "migrations": {reads, adds}}
    with engine(tmp_path / "data", users=users) as running:
        for database in model["databases"]:
            send_to(running.port, f"CREATE DATABASE IF NOT EXISTS {database}", user=BOSS)
        sql = f"CREATE TABLE {table} (a Int64) ENGINE = MergeTree ORDER BY a"
        assert send_to(running.port, sql, user=BOSS).status == 200
        for client in model["clients"]:
            user = f"{client['user']}:{passwords[client['id']]}"
            for sql in (reads, adds, f"DROP TABLE {table}", f"RENAME TABLE {table} TO {table}2"):
                reply = send_to(running.port, sql, user=user)
                allowed = sql in may.get(client["id"], set())
                assert (reply.status == 200) == allowed, (client["id"], sql, reply.text)
                assert allowed or reply.code in ("497", "164")
