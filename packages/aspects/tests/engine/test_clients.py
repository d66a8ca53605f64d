"""Clients as they are, on the engine as it is."""

import shutil
import subprocess
import sys
import threading

import pytest

PROFILE = """\
t: {target: d, outputs: {d: {type: clickhouse, host: 127.0.0.1, port: PORT, schema: models,
    user: default, password: "", driver: http, threads: 2}}}
"""

MODELS = {
    "a.sql": "{{ config(materialized='table', order_by='n') }} select number as n from numbers(10)",
    "b.sql": "{{ config(materialized='incremental', unique_key='n', order_by='n',"
    " incremental_strategy='delete_insert') }} select n, toString(n) as s from {{ ref('a') }}",
    "c.sql": "select count() as c from {{ ref('b') }}",
    "m.sql": "{{ config(materialized='materialized_view', order_by='n') }}"
    " select n, 1 as k from {{ ref('a') }}",
    "all.yml": "models: [{name: a, columns: [{name: n, data_tests: [unique, not_null]}]}]\n"
    "unit_tests: [{name: u, model: c, given: [{input: ref('b'), rows: [{n: 1, s: x}]}],"
    " expect: {rows: [{c: 1}]}}]\n",
}

DBT = """\
from dbt.cli.main import dbtRunner
runner = dbtRunner()
for command in ("build", "run"):
    flags = ["--no-send-anonymous-usage-stats", "--no-use-colors", "--profiles-dir", "."]
    assert runner.invoke([*flags[:2], command, *flags[2:]]).success
"""


@pytest.fixture
def connect(running_engine):
    module = pytest.importorskip("clickhouse_connect")
    clients = []

    def make(**rest):
        client = module.get_client(host="127.0.0.1", port=running_engine.port, **rest)
        clients.append(client)
        return client

    yield make
    for client in clients:
        client.close()


@pytest.mark.parametrize("compress", [False, "gzip", "lz4", "zstd"])
def test_clickhouse_connect_inserts_and_reads(connect, table, compress):
    client = connect(compress=compress)
    rows = [[number, "é;'" * 9] for number in range(5_000)]
    assert client.insert(table, rows, column_names=["a", "s"]).written_rows == 5_000
    read = client.query(f"SELECT * FROM {table} WHERE a < {{top:Int64}}", parameters={"top": 3})
    assert read.result_rows == [tuple(row) for row in rows[:3]]
    assert client.command(f"SELECT count() FROM {table}") == 5_000


def test_clickhouse_connect_knows_a_statement_without_result(connect, table):
    client = connect()
    assert client.command(f"INSERT INTO {table} VALUES (1, 'x')").written_rows == 1
    assert client.query(f"SELECT * FROM {table} WHERE 0").column_names == ()
    assert client.query(f"SELECT * FROM {table} LIMIT 0").column_names == ("a", "s")
    assert client.ping()


def test_clickhouse_connect_uses_sessions_and_external_data(connect):
    external = pytest.importorskip("clickhouse_connect.driver.external")
    client = connect()
    client.command("CREATE TEMPORARY TABLE mine (a Int8)")
    assert client.command("INSERT INTO mine VALUES (3)").written_rows == 1
    assert client.query("SELECT a FROM mine").result_rows == [(3,)]
    data = external.ExternalData(
        file_name="ext", data=b"1,a\n", fmt="CSV", structure=["i Int8", "s String"]
    )
    assert client.query("SELECT s FROM ext", external_data=data).result_rows == [("a",)]


def test_clickhouse_connect_sees_an_error_in_the_middle(connect):
    errors = pytest.importorskip("clickhouse_connect.driver.exceptions")
    sql = "SELECT throwIf(number > 2000000) FROM numbers(3000000) SETTINGS max_threads = 1"
    blocks = connect().query_row_block_stream(sql)
    with blocks, pytest.raises(errors.StreamFailureError, match="Code: 395"):
        list(blocks)


def test_many_clients_at_once_each_get_their_own(connect, table):
    failures = []

    def work(number):
        try:
            client = connect()
            for step in range(10):
                client.insert(table, [[number, str(step)]], column_names=["a", "s"])
                client.command(f"SET max_block_size = {number + 1}")
                found = client.query("SELECT getSetting('max_block_size')").result_rows
                assert found == [(number + 1,)]
        except BaseException as error:
            failures.append(error)
            raise

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert connect().query(
        f"SELECT a, count() FROM {table} GROUP BY a ORDER BY a"
    ).result_rows == [(number, 10) for number in range(8)]


def test_sqlalchemy_reads_reflects_and_inserts(running_engine, table):
    sa = pytest.importorskip("sqlalchemy")
    pytest.importorskip("clickhouse_connect")
    address = f"clickhousedb://default:@127.0.0.1:{running_engine.port}/default"
    with sa.create_engine(address).connect() as connection:
        connection.execute(sa.text(f"INSERT INTO {table} VALUES (1, 'x;y')"))
        found = connection.execute(sa.text(f"SELECT s FROM {table} WHERE a = :a"), {"a": 1})
        assert found.fetchall() == [("x;y",)]
        empty = connection.execute(sa.text(f"SELECT s FROM {table} WHERE a = 2"))
        assert list(empty.keys()) == ["s"]
        columns = sa.inspect(connection).get_columns(table)
        assert [column["name"] for column in columns] == ["a", "s"]


@pytest.mark.skipif(not shutil.which("curl"), reason="needs curl")
def test_curl_inserts_a_file_and_sees_an_error(running_engine, table, tmp_path):
    (tmp_path / "rows.csv").write_text("1,a\n2,b;c\n")

    def curl(*words):
        address = f"http://127.0.0.1:{running_engine.port}/"
        done = subprocess.run(
            ["curl", "-sS", *words, address],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout

    query = f"query=INSERT INTO {table} FORMAT CSV"
    sent = ("--data-binary", "@rows.csv", "--url-query", query)
    assert curl(*sent) == ""
    assert curl("-d", f"SELECT count(), max(s) FROM {table}") == "2\tb;c\n"
    head = curl("-i", "-d", "SELEKT 1")
    assert "X-ClickHouse-Exception-Code: 62" in head
    assert "Code: 62. DB::Exception: " in head


def test_dbt_builds_tests_and_repeats(running_engine, tmp_path):
    pytest.importorskip("dbt.adapters.clickhouse")
    (tmp_path / "models").mkdir()
    for name, text in MODELS.items():
        (tmp_path / "models" / name).write_text(text)
    (tmp_path / "profiles.yml").write_text(PROFILE.replace("PORT", str(running_engine.port)))
    (tmp_path / "dbt_project.yml").write_text("name: small\nversion: 1.0.0\nprofile: t\n")
    done = subprocess.run(
        [sys.executable, "-c", DBT], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    for outcome in ("PASS=7 WARN=0 ERROR=0", "PASS=4 WARN=0 ERROR=0"):
        assert outcome in done.stdout
