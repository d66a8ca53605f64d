"""The account for charts about Superset itself, on a real PostgreSQL: what it may read, and no more."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest
import sqlglot
from sqlalchemy import create_engine
from sqlalchemy.engine import URL
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool
from sqlglot import exp
from superset import postgresql

from aspects_gen.aspects.jobs.init.superset import dashboards
from aspects_gen.aspects.jobs.init.superset.dashboards.sources import datasets_of
from aspects_gen.aspects.jobs.init.superset.importer import connections
from aspects_gen.aspects.trees import PACKAGE

ROOT = Path(__file__).parents[2]
JOBS = Path(importlib.util.find_spec("aspects_superset").origin).parent / "jobs" / "init"

TABLES = """
CREATE TABLE ab_user (id int, first_name text, last_name text, username text, password text, active bool,
    email text, last_login timestamp, login_count int, created_on timestamp);
CREATE TABLE logs (id int, action text, user_id int, json text, dttm timestamp, dashboard_id int,
    slice_id int, referrer text);
CREATE TABLE dashboards (id int, dashboard_title text, json_metadata text);
CREATE TABLE slices (id int, slice_name text, params text);
CREATE TABLE dbs (id int, sqlalchemy_uri text, password bytea);
INSERT INTO ab_user VALUES (1, 'A', 'B', 'ab', 'hash', true, 'a@b', now(), 1, now());
"""
"""The columns of Superset that matter: those that are read, and some that must not be."""


@pytest.fixture(scope="module")
def reader():
    """The script of the Job."""
    sys.path.insert(0, str(JOBS))
    spec = importlib.util.spec_from_file_location("superset_reader", JOBS / "superset_reader.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    yield module
    sys.path.remove(str(JOBS))


@pytest.fixture(scope="module")
def sources():
    found, problems = dashboards.read_sources(PACKAGE / "apps" / "superset" / "assets")
    assert problems == []
    return found


@pytest.fixture(scope="module")
def questions(sources):
    """SQL by name of each dataset on Superset's own database."""
    found = datasets_of(sources)
    return {n: d["sql"] for n, d in found.items() if d.get("database") == "metadata"}


def test_account_may_read_exactly_what_the_datasets_read(reader, questions):
    read = set()
    for sql in questions.values():
        tree = sqlglot.parse_one(sql)
        tables = [table.name for table in tree.find_all(exp.Table)]
        for column in tree.find_all(exp.Column):
            read.add((column.table or tables[0], column.name))
    assert read == {(table, c) for table, columns in reader.COLUMNS.items() for c in columns}


@pytest.fixture(scope="module")
def server(reader):
    """A server with Superset's database as the other Jobs leave it, and its settings."""
    with postgresql.serve() as socket:
        settings = {
            "DATABASE_ENGINE": "postgresql",
            "DATABASE_HOST": socket,
            "DATABASE_PORT": str(postgresql.PORT),
            "DATABASE_NAME": "superset",
            "DATABASE_USER": "superset",
            "DATABASE_PASSWORD": "owner password",
            "DATABASE_ADMIN_USER": postgresql.ADMIN,
            "DATABASE_ADMIN_PASSWORD": postgresql.ADMIN_PASSWORD,
            "DATABASE_READER_USER": "superset_reader",
            "DATABASE_READER_PASSWORD": "r3ad'er",
            "WAIT_SECONDS": "30",
        }
        with pytest.MonkeyPatch.context() as patch:
            for name, value in settings.items():
                patch.setenv(name, value)
            assert sys.modules["superset_database"].main() == 0
            ask(socket, "superset", "owner password", TABLES, write=True)
            yield socket


def address(socket, user, password):
    query = {"host": socket, "port": str(postgresql.PORT)}
    return URL.create("postgresql+psycopg2", user, password, database="superset", query=query)


def ask(socket, user, password, statement, *, write=False):
    """Return the rows of a statement, or why it is refused."""
    engine = create_engine(address(socket, user, password), poolclass=NullPool)
    try:
        with engine.connect() as connection, connection.begin() as attempt:
            found = connection.exec_driver_sql(statement)
            rows = [tuple(row) for row in found] if found.returns_rows else []
            (attempt.commit if write else attempt.rollback)()
            return rows
    except SQLAlchemyError as error:
        return str(error.orig).splitlines()[0]


@pytest.fixture
def account(server, reader, monkeypatch):
    """Return a function: what the account is answered, after the Job has run as often as wanted."""
    monkeypatch.setenv("READER_USER", "superset_reader")
    monkeypatch.setenv("READER_PASSWORD", "r3ad'er")
    assert reader.main() == 0
    assert reader.main() == 0
    return lambda statement, **more: ask(server, "superset_reader", "r3ad'er", statement, **more)


def test_account_reads_every_dataset(account, questions):
    found = {name: account(sql) for name, sql in questions.items()}
    assert found["superset_action_log"] == []
    assert found["ab_user"][0][0] == 1


WRITABLE = "SET transaction_read_only = off"


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("SELECT password FROM ab_user", "permission denied for table ab_user"),
        ("SELECT username FROM ab_user", "permission denied for table ab_user"),
        ("SELECT email FROM ab_user", "permission denied for table ab_user"),
        ("SELECT * FROM logs", "permission denied for table logs"),
        ("SELECT id FROM dbs", "permission denied for table dbs"),
        ("SELECT rolpassword FROM pg_authid", "permission denied for table pg_authid"),
        ("DELETE FROM logs", "cannot execute DELETE in a read-only transaction"),
        (f"{WRITABLE}; DELETE FROM logs", "permission denied for table logs"),
        (f"{WRITABLE}; UPDATE slices SET id = 1", "permission denied for table slices"),
        (f"{WRITABLE}; CREATE TABLE x (a int)", "permission denied for schema public"),
        (f"{WRITABLE}; CREATE TEMP TABLE x (a int)", "permission denied to create temporary"),
        ("SET ROLE superset", "permission denied to set role"),
    ],
)
def test_account_may_do_nothing_else(account, statement, said):
    assert account(statement).startswith(said), statement


def test_run_takes_away_what_is_too_much_and_sets_the_password(server, reader, account):
    admin = (server, postgresql.ADMIN, postgresql.ADMIN_PASSWORD)
    ask(*admin, "GRANT SELECT ON ab_user, dbs TO superset_reader", write=True)
    ask(*admin, "ALTER ROLE superset_reader PASSWORD 'other'", write=True)
    assert "password authentication failed" in account("SELECT 1")
    assert reader.main() == 0
    assert account("SELECT id FROM ab_user") == [(1,)]
    assert account("SELECT password FROM ab_user").startswith("permission denied")
    assert account("SELECT id FROM dbs").startswith("permission denied")


def test_account_made_by_hand_is_the_same(server, account):
    """By the statements of the how-to."""
    text = (ROOT / "docs" / "how-to" / "show-who-uses-superset.md").read_text("utf-8")
    by_hand, mysql = (part.partition("```")[0] for part in text.split("```sql")[1:])
    admin = (server, postgresql.ADMIN, postgresql.ADMIN_PASSWORD)
    before = ask(*admin, RIGHTS)
    assert before
    ask(*admin, "DROP OWNED BY superset_reader; DROP ROLE superset_reader", write=True)
    ask(*admin, by_hand.replace("PASSWORD 'PASSWORD'", "PASSWORD 'r3ad''er'"), write=True)
    assert ask(*admin, RIGHTS) == before
    assert account("SELECT id FROM ab_user") == [(1,)]
    grants = [line for line in by_hand.splitlines() if line.startswith("GRANT SELECT")]
    assert [
        line.replace("superset.", "").replace("@'%'", "") for line in mysql.splitlines()[2:]
    ] == grants


RIGHTS = """
SELECT table_name, column_name, privilege_type FROM information_schema.column_privileges
WHERE grantee = 'superset_reader' ORDER BY 1, 2, 3
"""


def test_administrator_need_not_be_a_superuser(server, reader, account, monkeypatch):
    """As on managed servers: one who may create users, and has made Superset's."""
    admin = (server, postgresql.ADMIN, postgresql.ADMIN_PASSWORD)
    made = "CREATE ROLE manager LOGIN CREATEROLE CREATEDB PASSWORD 'm'"
    ask(*admin, f"{made}; GRANT superset TO manager WITH ADMIN OPTION", write=True)
    monkeypatch.setenv("DATABASE_ADMIN_USER", "manager")
    monkeypatch.setenv("DATABASE_ADMIN_PASSWORD", "m")
    monkeypatch.setenv("DATABASE_READER_USER", "another")
    assert reader.main() == 0
    assert ask(server, "another", "r3ad'er", "SELECT id FROM ab_user") == [(1,)]
    refused = ask(server, "another", "r3ad'er", "SELECT email FROM ab_user")
    assert refused.startswith("permission denied")


def test_job_waits_for_the_tables(server, reader, account, monkeypatch, capsys):
    admin = (server, postgresql.ADMIN, postgresql.ADMIN_PASSWORD)
    ask(*admin, "ALTER TABLE logs RENAME TO later", write=True)
    monkeypatch.setenv("WAIT_SECONDS", "-1")
    try:
        assert reader.main() == 1
        assert "Superset's tables logs are not there yet" in capsys.readouterr().out
    finally:
        ask(*admin, "ALTER TABLE later RENAME TO logs", write=True)


def test_server_that_is_away_is_named(server, reader, monkeypatch, capsys):
    monkeypatch.setenv("DATABASE_HOST", f"{server}/nowhere")
    monkeypatch.setenv("WAIT_SECONDS", "-1")
    assert reader.main() == 1
    assert "FAILED: postgresql at" in capsys.readouterr().out


@pytest.fixture
def bundle(sources):
    """What the import has of Superset's own database."""
    return dashboards.expand(sources, dashboards.name_databases({}))


def test_import_finds_nothing_wrong_with_the_account(server, account, bundle):
    own = address(server, "superset", "owner password")
    connections.put_metadata(bundle, own)
    database = bundle[connections.METADATA]
    assert "owner" not in database["sqlalchemy_uri"]
    assert "superset_reader:XXXXXXXXXX@" in database["sqlalchemy_uri"]
    assert database["password"] == "r3ad'er"
    assert connections.reader_problems(bundle, own) == []


def test_import_refuses_an_account_that_reads_too_much_or_too_little(server, account, bundle):
    own = address(server, "superset", "owner password")
    admin = (server, postgresql.ADMIN, postgresql.ADMIN_PASSWORD)
    how = "see docs/how-to/show-who-uses-superset.md"
    ask(*admin, "GRANT SELECT ON ab_user TO superset_reader", write=True)
    ask(*admin, "REVOKE ALL ON logs FROM superset_reader", write=True)
    assert connections.reader_problems(bundle, own) == [
        "datasets/superset_metadata/superset_action_log.yaml: sql: superset_reader may not read it "
        f"(permission denied for table logs); {how}",
        f"databases/superset_metadata.yaml: superset_reader may read people's passwords; {how}",
    ]


def test_import_refuses_an_account_that_is_not_there(server, account, bundle, monkeypatch):
    monkeypatch.setenv("READER_PASSWORD", "not this")
    own = address(server, "superset", "owner password")
    (found,) = connections.reader_problems(bundle, own)
    assert found.startswith("databases/superset_metadata.yaml: superset_reader cannot sign in (")
    assert "password authentication failed" in found
    assert "not this" not in found
