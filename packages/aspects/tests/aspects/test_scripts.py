import contextlib
import types

import pytest


class FakeClient:
    """A server that notes statements, refuses some, and answers queries with set rows."""

    def __init__(self, *, refuse="", rows=None, answers=None):
        self.ran, self.refuse, self.rows, self.answers = [], refuse, rows or [], answers or {}

    def command(self, statement):
        if self.refuse and self.refuse in statement:
            raise RuntimeError(f"Code: 497. no right {'a' * 64}\nsecond line")
        self.ran.append(statement)
        return self.answers.get(statement, "")

    def query(self, statement, parameters):
        engine = self.rows.pop(0) if self.rows else None
        return types.SimpleNamespace(result_rows=[(engine,)] if engine else [])


@pytest.fixture
def sql_script(load_script):
    return load_script("jobs/init/clickhouse/sql.py")


@pytest.fixture
def access(load_script, server_script, sql_script, tmp_path, monkeypatch):
    script = load_script("jobs/init/clickhouse/access.py", server=server_script, sql=sql_script)
    secrets, files = tmp_path / "secrets", tmp_path / "sql"
    secrets.mkdir()
    files.mkdir()
    (secrets / "admin").write_text("root")
    (secrets / "lrs").write_text("abc")
    (files / "02-b.sql").write_text(
        "ALTER USER u IDENTIFIED WITH sha256_hash BY '@sha256(lrs)@';\n"
    )
    (files / "01-a.sql").write_text("-- first; not a statement\nSELECT ';';\nSELECT 2;\n")
    for name, value in (
        ("SECRETS", str(secrets)),
        ("SQL", str(files)),
        ("ADMIN_USER", "ch_admin"),
        ("CLIENTS", "lrs=ch_lrs"),
    ):
        monkeypatch.setenv(name, value)
    return script


def connect_to(client, monkeypatch, server_script):
    found = []

    def get_client(**options):
        found.append(options)
        return client

    monkeypatch.setattr(server_script, "get_client", get_client)
    return found


def test_access_runs_every_file_in_order_with_hashes(access, server_script, monkeypatch, capsys):
    client = FakeClient()
    connections = connect_to(client, monkeypatch, server_script)
    access.main()
    sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    changes = [statement for statement in client.ran if statement != "SELECT 1"]
    assert changes == [
        "SELECT ';'",
        "SELECT 2",
        f"ALTER USER u IDENTIFIED WITH sha256_hash BY '{sha256}'",
    ]
    assert [c["username"] for c in connections] == ["ch_admin", "ch_lrs"]
    assert [c["password"] for c in connections] == ["root", "abc"]
    assert "ch_lrs can sign in" in capsys.readouterr().out


def test_access_shows_no_password_and_no_hash(access, server_script, monkeypatch, capsys):
    connect_to(FakeClient(refuse="ALTER USER"), monkeypatch, server_script)
    with pytest.raises(SystemExit) as stop:
        access.main()
    shown = capsys.readouterr().out + str(stop.value)
    assert "02-b.sql, statement 1 failed: Code: 497. no right [hash]" in shown
    assert "abc" not in shown
    assert "ba7816bf" not in shown


def test_access_refuses_an_empty_password(access, server_script, monkeypatch, tmp_path):
    (tmp_path / "secrets" / "lrs").write_text("\n")
    connect_to(FakeClient(), monkeypatch, server_script)
    with pytest.raises(SystemExit, match=r"password of lrs is missing or empty"):
        access.main()


@pytest.mark.parametrize("text", ["abc\n", "abc\r\n", " abc"])
def test_access_refuses_a_password_that_clients_would_read_differently(
    access, server_script, monkeypatch, tmp_path, text
):
    (tmp_path / "secrets" / "lrs").write_bytes(text.encode())
    client = FakeClient()
    connect_to(client, monkeypatch, server_script)
    with pytest.raises(SystemExit, match=r"password of lrs begins or ends with a blank or line"):
        access.main()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a; b;", ["a", "b"]),
        ("a 'x;y' ; b", ["a 'x;y'", "b"]),
        (r"a 'it\'s; so'; b;", [r"a 'it\'s; so'", "b"]),
        ("a 'it''s; so'; b;", ["a 'it''s; so'", "b"]),
        ("a `x;y`; -- no; more\nb;", ["a `x;y`", "b"]),
        ("/* a; */ b; /* open", ["b"]),
        ("a -- end; of file", ["a"]),
        ("a 'open; ", ["a 'open;"]),
        (" ;; \n", []),
    ],
)
def test_sql_is_split_at_semicolons_outside_quotes_and_comments(sql_script, text, expected):
    assert list(sql_script.statements(text)) == expected


def test_server_is_waited_for_with_its_name_and_reason(server_script, monkeypatch, capsys):
    client, tries = FakeClient(), []

    def get_client(**options):
        tries.append(options)
        if len(tries) < 3:
            raise ConnectionError("refused\nmore")
        return client

    monkeypatch.setattr(server_script, "get_client", get_client)
    assert server_script.connect("u", "pw", wait_seconds=60) is client
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2
    assert lines[0].startswith(
        "waiting for ClickHouse at clickhouse:8123 as u, 0 of 60 s: refused"
    )


def test_server_wait_ends_with_status_1_and_the_reason(server_script, monkeypatch):
    def get_client(**options):
        raise ConnectionError

    monkeypatch.setattr(server_script, "get_client", get_client)
    with pytest.raises(SystemExit, match=r"gave up on ClickHouse at .* ConnectionError"):
        server_script.connect("u", "pw", wait_seconds=0)


def test_server_connection_is_encrypted_and_verified_when_asked(server_script, monkeypatch):
    assert server_script.options("u", "pw")["interface"] == "http"
    monkeypatch.setenv("CLICKHOUSE_TLS", "true")
    monkeypatch.setenv("CLICKHOUSE_CA", "/etc/ca.crt")
    options = server_script.options("u", "pw")
    assert (options["interface"], options["ca_cert"]) == ("https", "/etc/ca.crt")


@pytest.fixture
def migrate(load_script, server_script, monkeypatch):
    """The migrations script without what tests/migrations runs for real: lock, look, revisions."""
    names = ("alembic", "alembic.config", "alembic.script", "adoption", "lock")
    modules = {name: types.ModuleType(name) for name in names}
    modules["alembic"].command = modules["alembic.config"].Config = None
    modules["alembic.script"].ScriptDirectory = None
    lease = types.SimpleNamespace(check=lambda: None)
    modules["lock"].LEASE_SECONDS = 60
    modules["lock"].held = lambda *args, **options: contextlib.nullcontext(lease)
    script = load_script("jobs/init/aspects/migrate.py", server=server_script, **modules)
    monkeypatch.setattr(script, "migrate", lambda *args: None)
    monkeypatch.setattr(script.signal, "signal", lambda *args: None)
    for name, value in (
        ("CLICKHOUSE_USER", "ch_migrations"),
        ("CLICKHOUSE_PASSWORD", "pw"),
        ("MIGRATIONS_DATABASE", "xapi"),
        ("XAPI_DATABASE", "xapi"),
        ("VECTOR_DATABASE", "openedx"),
        ("RAW_XAPI_TABLE", "raw"),
        ("TRACKING_LOGS_TABLE", "_tracking"),
        ("DEAD_LETTERS_TABLE", "_dead"),
        ("RETENTION_MONTHS", "36"),
    ):
        monkeypatch.setenv(name, value)
    return script


def test_migrate_sets_the_retention_only_where_it_differs(migrate):
    engines = [
        "ReplacingMergeTree TTL toDateTime(emission_time) + toIntervalMonth(36)",
        "ReplacingMergeTree TTL toDateTime(emission_time) + toIntervalMonth(12)",
        "MergeTree",
        None,
    ]
    changes = list(migrate.retention(FakeClient(rows=engines)))
    assert [change.split(" MODIFY")[0] for change in changes] == [
        "ALTER TABLE `openedx`.`raw`",
        "ALTER TABLE `openedx`.`_tracking`",
    ]
    assert "MODIFY TTL toDateTime(emission_time) + INTERVAL 36 MONTH" in changes[0]
    assert "toDateTime(time)" in changes[1]


def test_migrate_changes_every_replica(migrate, server_script, monkeypatch):
    monkeypatch.setenv("CLICKHOUSE_CLUSTER", "main")
    client = FakeClient(rows=["MergeTree"])
    connect_to(client, monkeypatch, server_script)
    migrate.main()
    assert client.ran[-1].startswith("ALTER TABLE `xapi`.`raw` ON CLUSTER 'main' MODIFY TTL")


def test_migrate_names_the_statement_that_the_server_refuses(migrate, server_script, monkeypatch):
    connect_to(FakeClient(rows=["MergeTree"], refuse="MODIFY TTL"), monkeypatch, server_script)
    with pytest.raises(
        SystemExit, match=r"migrate.py failed: Code: 497. .*\n  ALTER TABLE `xapi`"
    ):
        migrate.main()


@pytest.fixture
def build_models(load_script, server_script, monkeypatch):
    """The script without what tests/migrations runs for real: the lock, and dbt under it."""
    lock = types.ModuleType("lock")
    lock.LEASE_SECONDS = 60
    lock.Lease = object
    lock.held = lambda client, table, **options: contextlib.nullcontext(table)
    script = load_script("jobs/init/aspects/build_models.py", server=server_script, lock=lock)
    monkeypatch.setattr(script, "PAUSE_SECONDS", 0)
    monkeypatch.setattr(script.signal, "signal", lambda *args: None)
    for name, value in (
        ("CLICKHOUSE_USER", "ch_dbt"),
        ("DBT_ENV_SECRET_CLICKHOUSE_PASSWORD", "pw"),
        ("ASPECTS_XAPI_DATABASE", "xapi"),
        ("ASPECTS_RAW_XAPI_TABLE", "raw"),
        ("ASPECTS_EVENT_SINK_DATABASE", "event_sink"),
        ("DBT_PROFILE_TARGET_DATABASE", "reporting"),
    ):
        monkeypatch.setenv(name, value)
    return script


def test_models_are_built_once_the_tables_exist(build_models, server_script, monkeypatch):
    answers = {"EXISTS TABLE xapi.raw": 1, "EXISTS TABLE event_sink.course_overviews": "1\n"}
    connect_to(FakeClient(answers=answers), monkeypatch, server_script)
    started = []
    monkeypatch.setattr(build_models, "run_under", lambda *args: started.append(args) or 2)
    monkeypatch.setattr(build_models.sys, "argv", ["build_models.py", "--full-refresh"])
    assert build_models.main() == 2
    words = ["dbt", "run", "--no-use-colors", "--full-refresh"]
    assert started == [("`reporting`.`_models_lock`", words)]


def test_models_wait_says_which_table_is_missing(build_models, capsys):
    client = FakeClient(answers={"EXISTS TABLE xapi.raw": "1"})
    tables = build_models.required_tables()
    with pytest.raises(SystemExit, match=r"gave up on event_sink\.course_overviews"):
        build_models.wait_for_tables(client, tables, 0.02)
    assert "waiting for event_sink.course_overviews" in capsys.readouterr().out
