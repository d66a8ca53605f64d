import pytest
from hypothesis import given
from hypothesis import strategies as st

from aspects_gen.engine.fault import RequestError
from aspects_gen.engine.statement import _insert_head, read_statement


@pytest.mark.parametrize(
    ("sql", "text", "verb"),
    [
        ("SELECT 1", "SELECT 1", "SELECT"),
        ("select 1 ;; -- end", "select 1 ", "SELECT"),
        ("/* ; */ WITH 1 AS x SELECT ';'", "/* ; */ WITH 1 AS x SELECT ';'", "WITH"),
        ("(SELECT 1) UNION ALL (SELECT 2)", "(SELECT 1) UNION ALL (SELECT 2)", "("),
        ("select $h$ ; $h$", "select $h$ ; $h$", "SELECT"),
        ("USE `a;b`", "USE `a;b`", "USE"),
        ("SELECT 'é;'", "SELECT 'é;'", "SELECT"),
    ],
)
def test_statement_is_the_text_before_its_semicolon(sql, text, verb):
    statement = read_statement(sql.encode())
    assert (statement.text.decode(), statement.verb) == (text, verb)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 1; SELECT 2",
        "SELECT 1;;SELECT 2",
        "select 1 as $a$ ; SET ROLE x",
        "SELECT ';'; SELECT 1",
        "INSERT INTO t VALUES (1); SELECT 1",
        "INSERT INTO t VALUES (';'); SELECT 1",
        "INSERT INTO t SELECT input FROM a; DROP TABLE x FORMAT CSV",
        "INSERT INTO t SELECT 1; DROP TABLE t",
        "SELECT 1 -- ;\n; SELECT 2",
    ],
)
def test_several_statements_are_refused(sql):
    with pytest.raises(RequestError, match="Multi-statements are not allowed") as caught:
        read_statement(sql.encode())
    assert caught.value.code == 62


@given(st.lists(st.sampled_from(["SELECT ';'", "SELECT 1 -- ;\n", "SELECT $a$;$a$"]), min_size=2))
def test_any_second_statement_is_refused(statements):
    with pytest.raises(RequestError, match="Multi-statements"):
        read_statement(";".join(statements).encode())


@pytest.mark.parametrize("sql", ["", " ", ";", "-- nothing", "/* nothing */ ;"])
def test_empty_statement_is_refused(sql):
    with pytest.raises(RequestError, match="Empty query"):
        read_statement(sql.encode())


@pytest.mark.parametrize(
    ("sql", "fmt"),
    [
        ("SELECT 1 FORMAT JSON", "JSON"),
        ("SELECT 1 format CSV SETTINGS max_threads = 1", "CSV"),
        ("SELECT 1 FORMAT Native;", "Native"),
        ("SELECT format FROM t", ""),
        ("SELECT t.format x FROM t", ""),
        ("SELECT 'FORMAT CSV'", ""),
        ("SELECT 1 -- FORMAT CSV", ""),
        ("SELECT (SELECT 1 FORMAT CSV)", ""),
        ("SELECT format('{}', 1)", ""),
    ],
)
def test_format_is_that_of_the_clause(sql, fmt):
    assert read_statement(sql.encode()).format == fmt


@pytest.mark.parametrize(
    ("sql", "text", "fmt", "data"),
    [
        ("INSERT INTO t (a, s) FORMAT CSV\n1,a", "INSERT INTO t (a, s) ", "CSV", "1,a"),
        ("INSERT INTO t FORMAT CSV \r\n1;2", "INSERT INTO t ", "CSV", "1;2"),
        ('insert into t format JSONEachRow {"a":1}', "insert into t ", "JSONEachRow", '{"a":1}'),
        ("INSERT INTO t VALUES (1), (';')", "INSERT INTO t ", "Values", " (1), (';')"),
        ("INSERT INTO format FORMAT TSV\n1", "INSERT INTO format ", "TSV", "1"),
        ("INSERT INTO d.values VALUES (1)", "INSERT INTO d.values ", "Values", " (1)"),
        ("INSERT INTO t (format) FORMAT TSV\n", "INSERT INTO t (format) ", "TSV", ""),
        ("/* q */ INSERT INTO t SETTINGS x='FORMAT y' FORMAT TSV\n1", None, "TSV", "1"),
        ("INSERT INTO t FORMAT CSV;", "INSERT INTO t ", "CSV", ""),
    ],
)
def test_insert_head_ends_where_its_data_begin(sql, text, fmt, data):
    head = _insert_head(sql.encode().decode("latin-1"))
    assert head is not None
    assert head.format == fmt
    assert head.data.decode() == data
    assert text is None or head.text.decode() == text


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 1",
        "INSERT INTO t SELECT 1",
        "INSERT INTO t SELECT 1 FORMAT CSV",
        "INSERT INTO t WITH 1 AS x SELECT x",
        "INSERT INTO t (a, b)",
        "INSERT INTO",
    ],
)
def test_insert_without_data_has_no_head(sql):
    assert _insert_head(sql.encode().decode("latin-1")) is None


def test_insert_that_selects_from_its_data_says_so():
    sql = b"INSERT INTO t SELECT a FROM input('a Int8') FORMAT CSV\n1;2"
    head = _insert_head(sql.decode("latin-1"))
    assert head is not None
    assert (head.selects, head.data) == (True, b"1;2")


@pytest.mark.parametrize(
    ("sql", "kept"),
    [
        ("CREATE TABLE t ON CLUSTER c (a Int8)", "CREATE TABLE t  (a Int8)"),
        ("DROP TABLE t ON CLUSTER '{cluster}' SYNC", "DROP TABLE t  SYNC"),
        ("ALTER TABLE t on cluster `c` DROP COLUMN a", "ALTER TABLE t  DROP COLUMN a"),
        ("GRANT ON CLUSTER c SELECT ON a.b TO r", "GRANT  SELECT ON a.b TO r"),
        ("CREATE VIEW v AS SELECT 1 FROM a JOIN b ON cluster = 1", None),
        ("CREATE VIEW v AS SELECT 1 FROM a JOIN b ON CLUSTER b.x", None),
        ("SELECT 1 FROM a JOIN b ON CLUSTER c", None),
        ("ALTER TABLE t COMMENT COLUMN a 'ON CLUSTER c'", None),
    ],
)
def test_on_cluster_is_stripped_where_it_is_the_clause(sql, kept):
    stripped = read_statement(sql.encode(), on_cluster="strip").text.decode()
    assert stripped == (sql if kept is None else kept)


@pytest.mark.parametrize(
    ("sql", "kept"),
    [
        ("CREATE TABLE t (a Int8) ENGINE = ReplicatedMergeTree ORDER BY a", "MergeTree"),
        ("CREATE TABLE t (a Int8) engine ReplicatedMergeTree() ORDER BY a", "MergeTree()"),
        (
            "CREATE TABLE t (a Int8) ENGINE=ReplicatedReplacingMergeTree('/p/{uuid}', '{replica}', v, d)",
            "ReplacingMergeTree( v, d)",
        ),
        (
            "CREATE TABLE t ENGINE = ReplicatedAggregatingMergeTree('/p', '{replica}') AS SELECT 1",
            "AggregatingMergeTree()",
        ),
        (
            "CREATE TABLE t (a Int8) ENGINE = ReplicatedReplacingMergeTree(v)",
            "ReplacingMergeTree(v)",
        ),
        ("CREATE TABLE t (a String DEFAULT 'ENGINE = ReplicatedMergeTree')", None),
        ("SELECT 1 AS engine, ReplicatedMergeTree FROM t", None),
    ],
)
def test_replicated_engine_is_a_plain_one_for_a_server_alone(sql, kept):
    stripped = read_statement(sql.encode(), on_cluster="strip").text.decode()
    if kept is None:
        assert stripped == sql
    else:
        assert "Replicated" not in stripped
        assert kept in stripped
    assert read_statement(sql.encode()).text.decode() == sql


@pytest.mark.parametrize(
    ("sql", "kept"),
    [
        (
            'SELECT name FROM clusterAllReplicas("c", system.tables) AS t',
            "SELECT name FROM (SELECT *, 1 AS _shard_num FROM system.tables) AS t",
        ),
        (
            "SELECT 1 FROM cluster(c, `a`.b)",
            "SELECT 1 FROM (SELECT *, 1 AS _shard_num FROM `a`.b)",
        ),
        ("SELECT 1 FROM cluster(c, view(SELECT 1))", None),
        ("SELECT cluster(c, a.b", None),
    ],
)
def test_function_over_a_cluster_reads_this_server_alone(sql, kept):
    stripped = read_statement(sql.encode(), on_cluster="strip").text.decode()
    assert stripped == (sql if kept is None else kept)


def test_on_cluster_is_refused_with_the_way_out():
    with pytest.raises(RequestError, match="start the engine with --on-cluster strip") as caught:
        read_statement(b"CREATE DATABASE d ON CLUSTER c")
    assert caught.value.code == 392


@pytest.mark.parametrize(
    "sql", ["SELECT 1 INTO OUTFILE '/tmp/x'", "INSERT INTO t FROM INFILE 'x' FORMAT CSV"]
)
def test_files_of_the_machine_are_refused(sql):
    with pytest.raises(RequestError, match="is not allowed over HTTP"):
        read_statement(sql.encode())
