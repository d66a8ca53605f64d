"""One test for each way in which the embedded engine, or a front before it, differs from a server."""

import json
import threading
import time

import pytest


def test_date_parameter_with_a_zone_is_understood(ask):
    sql = "SELECT toString({since:DateTime64(6)}), toString({until:DateTime})"
    reply = ask(sql, param_since="2024-01-01T00:00:00Z", param_until="2024-01-01T02:00:00+01:00")
    assert reply.text == "2024-01-01 00:00:00.000000\t2024-01-01 01:00:00\n"


def test_native_result_without_rows_has_no_bytes_as_on_a_server(ask, table):
    reply = ask(f"SELECT * FROM {table} FORMAT Native")
    assert (reply.status, reply.body) == (200, b"")
    assert reply.headers["X-ClickHouse-Format"] == "Native"


def test_statement_without_a_result_names_no_format(ask, table):
    for sql in (
        f"ALTER TABLE {table} COMMENT COLUMN a 'x'",
        f"INSERT INTO {table} VALUES (1, '')",
    ):
        reply = ask(sql, default_format="Native")
        assert (reply.status, reply.body) == (200, b"")
        assert "X-ClickHouse-Format" not in reply.headers


def test_second_statement_is_refused_and_the_first_not_run(ask, table):
    reply = ask(f"INSERT INTO {table} VALUES (1, 'a'); DROP TABLE {table}")
    assert (reply.status, reply.code) == (400, "62")
    assert "Multi-statements are not allowed" in reply.text
    assert ask(f"SELECT count() FROM {table}").text == "0\n"


@pytest.mark.parametrize("filling", [" ", "\n", "''", "\\", "/* ", "$a$b"])
def test_hundred_kilobytes_of_filling_do_not_freeze_the_front(ask, filling):
    sql = "SELECT 1 " + filling * (100_000 // len(filling))
    asking = threading.Thread(target=ask, args=(sql,), kwargs={"max_query_size": "10"})
    asking.start()
    assert ask("SELECT 2").text == "2\n"
    asking.join(timeout=30)
    assert not asking.is_alive()


def test_large_result_is_streamed(ask):
    reply = ask("SELECT number FROM numbers(500000) FORMAT TSV")
    assert reply.headers["Transfer-Encoding"] == "chunked"
    assert reply.body.count(b"\n") == 500_000


def test_streamed_format_with_a_frame_is_one_document(ask):
    reply = ask("SELECT number FROM numbers(200000) FORMAT JSONCompact")
    assert json.loads(reply.body)["rows"] == 200_000


def test_error_in_the_middle_of_a_result_is_marked_by_the_tag(ask):
    sql = (
        "SELECT throwIf(number > 400000) FROM numbers(500000) SETTINGS max_threads = 1 FORMAT TSV"
    )
    reply = ask(sql)
    tag = reply.headers["X-ClickHouse-Exception-Tag"].encode()
    assert reply.status == 200
    assert b"__exception__\r\n" + tag + b"\r\nCode: 395. DB::Exception: " in reply.body
    assert reply.body.endswith(tag + b"\r\n__exception__\r\n")


def test_answer_that_is_awaited_whole_has_a_status_for_late_errors(ask):
    sql = (
        "SELECT throwIf(number > 400000) FROM numbers(500000) SETTINGS max_threads = 1 FORMAT TSV"
    )
    reply = ask(sql, wait_end_of_query="1")
    assert (reply.status, reply.code) == (500, "395")


def test_on_cluster_is_refused_unless_stripped(ask):
    reply = ask("CREATE DATABASE never ON CLUSTER c")
    assert (reply.status, reply.code) == (500, "392")
    assert "--on-cluster strip" in reply.text


def test_summary_counts_rows_read_and_written(ask, table):
    written = ask(f"INSERT INTO {table} SELECT number, '' FROM numbers(7)")
    assert json.loads(written.headers["X-ClickHouse-Summary"])["written_rows"] == "7"
    read = ask(f"SELECT sum(a) FROM {table}", send_progress_in_http_headers="1")
    summary = json.loads(read.headers["X-ClickHouse-Summary"])
    assert (summary["read_rows"], summary["result_rows"]) == ("7", "1")
    assert int(summary["elapsed_ns"]) > 0
    assert json.loads(read.headers["X-ClickHouse-Progress"]) == summary


def test_settings_of_a_request_end_with_it(ask):
    assert ask("SELECT getSetting('max_threads')", max_threads="1").text == "1\n"
    default = ask("SELECT getSetting('max_block_size')").text
    assert ask("SELECT getSetting('max_block_size')", max_block_size="17").text == "17\n"
    assert ask("SELECT getSetting('max_block_size')").text == default


def test_engine_says_who_it_is(ask, running_engine):
    reply = ask("SELECT displayName(), timezone()")
    assert reply.headers["X-ClickHouse-Server-Display-Name"] == running_engine.name
    assert reply.headers["X-ClickHouse-Timezone"] == "UTC"
    assert reply.text == f"{running_engine.name}\tUTC\n"


def test_configuration_file_is_honoured(ask):
    """Without it there is no query log."""
    assert ask("SELECT count() > 0 FROM system.query_log").text == "1\n"


def test_any_name_is_no_table_of_the_database_default(ask):
    """The embedded engine lays a folder's files over it, in which `*` finds some."""
    assert ask("EXISTS TABLE default.`select * from t`").text == "0\n"
    assert ask("SELECT engine FROM system.databases WHERE name = 'default'").text == "Atomic\n"


def test_long_query_does_not_hold_up_others(ask):
    slow = threading.Thread(target=ask, args=("SELECT sleep(2)",))
    slow.start()
    answered = 0
    while slow.is_alive():
        assert ask("SELECT 1").text == "1\n"
        answered += 1
        time.sleep(0.01)
    assert answered > 10


def test_insert_data_arrive_in_pieces(ask, table):
    pieces = (f'{{"a":{number},"s":"x"}}\n'.encode() for number in range(50_000))
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"
    reply = ask(
        chunks,
        query=f"INSERT INTO {table} FORMAT JSONEachRow",
        headers={"Transfer-Encoding": "chunked"},
    )
    assert reply.status == 200, reply.text
    assert ask(f"SELECT count(), sum(a) FROM {table}").text == "50000\t1249975000\n"


@pytest.mark.parametrize(
    ("query", "body"),
    [
        ("", "INSERT INTO {} FORMAT CSV\n1,a\n2,b;c\n"),
        ("INSERT INTO {} FORMAT CSV", "1,a\n2,b;c\n"),
        ("INSERT INTO {} (a, s) VALUES", "(1, 'a'), (1+1, 'b;c')"),
        ("INSERT INTO {} SETTINGS max_threads = 1 FORMAT CSV", "1,a\n2,b;c\n"),
        ("INSERT INTO {} FORMAT", "TSV\n1\ta\n2\tb;c\n"),
        ("", 'INSERT INTO {} (* EXCEPT (s)) FORMAT JSONEachRow {{"a":1}}\n{{"a":2}}'),
    ],
)
def test_insert_takes_its_data_from_wherever_they_are(ask, table, query, body):
    params = {"query": query.format(table)} if query else {}
    reply = ask(body.format(table), **params)
    assert reply.status == 200, reply.text
    assert ask(f"SELECT groupArray(a) FROM {table}").text == "[1,2]\n"


@pytest.mark.parametrize("fmt", ["CSV", "JSONCompactEachRow", "Values"])
def test_insert_whose_view_fails_is_no_success(ask, table, fmt):
    """The embedded engine's streaming insert reports success then, and ignores constraints too."""
    rows = {"CSV": "9,x\n", "JSONCompactEachRow": '[9,"x"]', "Values": "(9, 'x')"}[fmt]
    ask(f"DROP TABLE IF EXISTS {table}_v SYNC")
    made = ask(
        f"CREATE MATERIALIZED VIEW {table}_v ENGINE = MergeTree ORDER BY a "
        f"AS SELECT throwIf(a = 9) AS a FROM {table}"
    )
    assert made.status == 200, made.text
    reply = ask(f"INSERT INTO {table} FORMAT {fmt} {rows}")
    assert (reply.status, reply.code) == (500, "395")
    ask(f"DROP TABLE {table}_v SYNC")
    ask(f"ALTER TABLE {table} ADD CONSTRAINT c CHECK a < 9")
    reply = ask(f"INSERT INTO {table} FORMAT {fmt} {rows}")
    assert reply.code == "469", reply.text


def test_insert_data_run_no_statement_and_keep_every_byte(ask, table):
    text = f"';\nDROP TABLE {table};\n\nSELECT 1;\0-- é"
    for fmt in ("JSONEachRow", "CSV", "TSV", "RowBinary", "Native"):
        rows = ask(
            "SELECT toInt64(1) AS a, {t:String} AS s",
            param_t=text.replace("\n", "\\n").replace("\0", "\\0"),
            default_format=fmt,
        )
        reply = ask(rows.body, query=f"INSERT INTO {table} FORMAT {fmt}")
        assert reply.status == 200, (fmt, reply.text)
    found = ask(f"SELECT count(), uniqExact(s), any(length(s)) FROM {table}").text
    assert found == f"5\t1\t{len(text.encode())}\n"


@pytest.mark.parametrize("waits", ["0", "1"])
def test_asynchronous_insert_arrives(ask, table, waits):
    reply = ask(
        f"INSERT INTO {table} FORMAT CSV\n1,a\n", async_insert="1", wait_for_async_insert=waits
    )
    assert reply.status == 200, reply.text
    ask("SYSTEM FLUSH ASYNC INSERT QUEUE")
    assert ask(f"SELECT count() FROM {table}").text == "1\n"


def test_insert_that_selects_from_its_data_is_refused_and_not_silently_empty(ask, table):
    reply = ask(f"INSERT INTO {table} SELECT a, '' FROM input('a Int64') FORMAT CSV\n1\n")
    assert (reply.status, reply.code) == (501, "48")
    assert "input() is not supported here" in reply.text


def test_insert_of_a_bad_row_keeps_nothing_and_says_why(ask, table):
    reply = ask(f'INSERT INTO {table} FORMAT JSONEachRow {{"a":1}} {{"a":"x"}}')
    assert (reply.status, reply.code) == (400, "27")
    assert "Cannot parse input" in reply.text
    assert ask(f"SELECT count() FROM {table}").text == "0\n"


@pytest.mark.parametrize(
    ("sql", "status", "code", "name"),
    [
        ("SELEKT 1", 400, "62", "SYNTAX_ERROR"),
        ("SELECT nothing", 404, "47", "UNKNOWN_IDENTIFIER"),
        ("SELECT * FROM nothing", 404, "60", "UNKNOWN_TABLE"),
        ("SELECT no_such_function()", 404, "46", "UNKNOWN_FUNCTION"),
        ("SELECT * FROM nothing.x", 404, "81", "UNKNOWN_DATABASE"),
        ("SELECT 1 FORMAT Nothing", 404, "73", "UNKNOWN_FORMAT"),
        ("SELECT throwIf(1)", 500, "395", "FUNCTION_THROW_IF_VALUE_IS_NON_ZERO"),
        ("SELECT {x:Int8}", 400, "456", "UNKNOWN_QUERY_PARAMETER"),
    ],
)
def test_error_has_status_code_and_text(ask, sql, status, code, name):
    reply = ask(sql)
    assert (reply.status, reply.code) == (status, code)
    assert reply.text.startswith(f"Code: {code}. DB::Exception: ")
    assert f"({name}) (version 26." in reply.text


def test_unknown_setting_is_an_error(ask):
    reply = ask("SELECT 1", no_such_setting="1")
    assert (reply.status, reply.code) == (404, "115")


def test_get_reads_only(ask, table):
    assert ask(method="GET", query="SELECT 1").text == "1\n"
    for sql in (f"DROP TABLE {table}", f"INSERT INTO {table} VALUES (1, '')"):
        reply = ask(method="GET", query=sql)
        assert reply.code == "164"
        assert "readonly mode" in reply.text
        assert ask(method="GET", query=sql, session_id=f"get-{table}").code == "164"


def test_health_paths_answer_ok(running_engine):
    import http.client

    client = http.client.HTTPConnection("127.0.0.1", running_engine.port)
    for path, status in (("/", 200), ("/ping", 200), ("/replicas_status", 200), ("/other", 404)):
        client.request("GET", path)
        reply = client.getresponse()
        text = reply.read()
        assert reply.status == status
        assert text == b"Ok.\n" if status == 200 else b"There is no handle /other" in text
    client.close()


def test_long_address_is_read(ask):
    ids = ",".join(f"'{number:036d}'" for number in range(10_000))
    reply = ask("SELECT length({ids:Array(String)})", param_ids=f"[{ids}]")
    assert reply.text == "10000\n"


def test_form_with_parameters_and_an_external_table_is_read(ask):
    parts = {
        'name="query"': "SELECT count(), sum(x), {p:Int8} FROM ext",
        'name="param_p"': "5",
        'name="ext_structure"': "x Int32",
        'name="ext"; filename="ext.tsv"': "1\n2\n",
    }
    body = "".join(
        f"--XX\r\nContent-Disposition: form-data; {head}\r\n\r\n{content}\r\n"
        for head, content in parts.items()
    )
    kind = {"Content-Type": "multipart/form-data; boundary=XX"}
    reply = ask(body + "--XX--\r\n", headers=kind)
    assert reply.text == "2\t3\t5\n"


def test_own_compression_is_refused_with_the_way_out(ask):
    reply = ask("SELECT 1", compress="1")
    assert (reply.status, reply.code) == (501, "48")
    assert "use Content-Encoding" in reply.text
