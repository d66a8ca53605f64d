"""The modules and scripts that run in pods, as far as they need no Superset."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import pytest

STRONG = "abcdefghijklmnopqrstuvwxyz0123456789ABCD"


@pytest.fixture
def secrets(app_module):
    return app_module("apps/site_secrets.py")


@pytest.fixture
def urls(app_module):
    return app_module("apps/site_urls.py")


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("", "is empty"),
        ("   ", "is empty"),
        ("test-guest-secret-change-me", "published default"),
        ("short", "too weak"),
        ("a" * 64, "too weak"),
    ],
)
def test_weak_key_is_refused_without_being_shown(secrets, monkeypatch, value, said):
    monkeypatch.setenv("A_KEY", value)
    with pytest.raises(secrets.WeakSecretError) as caught:
        secrets.signing_key("A_KEY")
    assert said in str(caught.value)
    assert "A_KEY" in str(caught.value)
    assert not value.strip() or value not in str(caught.value)


def test_two_keys_must_differ(secrets, monkeypatch):
    monkeypatch.setenv("A_KEY", STRONG)
    monkeypatch.setenv("B_KEY", STRONG)
    with pytest.raises(secrets.WeakSecretError, match="must differ"):
        secrets.signing_keys("A_KEY", "B_KEY")
    monkeypatch.setenv("B_KEY", STRONG[::-1])
    assert secrets.signing_keys("A_KEY", "B_KEY") == [STRONG, STRONG[::-1]]


SERVER = {
    "engine": "postgresql",
    "host": "db",
    "port": 5432,
    "name": "superset",
    "user": "us@er",
    "tls": "off",
    "ca": "",
}


def test_database_address_quotes_user_and_password(urls):
    found = urls.database_uri(SERVER, "p@ss/w:rd %1")
    assert found == (
        "postgresql+psycopg2://us%40er:p%40ss%2Fw%3Ard%20%251@db:5432/superset?sslmode=disable"
    )


@pytest.mark.parametrize(
    ("changes", "query"),
    [
        ({"tls": "require"}, "sslmode=require"),
        ({"tls": "verify", "ca": "/ca.pem"}, "sslmode=verify-full&sslrootcert=%2Fca.pem"),
        ({"engine": "mysql"}, "charset=utf8mb4"),
        ({"engine": "mysql", "tls": "require"}, "charset=utf8mb4&ssl_check_hostname=false"),
        (
            {"engine": "mysql", "tls": "verify", "ca": "/ca.pem"},
            "charset=utf8mb4&ssl_ca=%2Fca.pem&ssl_check_hostname=true",
        ),
    ],
)
def test_database_address_carries_tls(urls, changes, query):
    assert urls.database_uri({**SERVER, **changes}, "p").partition("?")[2] == query


def test_redis_address_quotes_and_checks(urls):
    server = {"host": "cache", "port": 6379, "user": "me", "tls": "off", "ca": ""}
    assert urls.redis_url(server, 'r@d/is:"', 2) == "redis://me:r%40d%2Fis%3A%22@cache:6379/2"
    secure = urls.redis_url({**server, "tls": "verify", "ca": "/ca.pem"}, "p", 1)
    assert secure.startswith("rediss://me:p@cache:6379/1?")
    assert "ssl_cert_reqs=required" in secure
    assert "ssl_check_hostname=true" in secure


class Cursor:
    """Notes statements; answers what it was told."""

    def __init__(self) -> None:
        self.said: list[tuple[str, object]] = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return None

    def execute(self, statement, arguments=None):
        self.said.append((statement, arguments))


def test_mysql_grant_covers_one_database_and_no_lookalike(app_module):
    script = app_module("jobs/init/superset_database.py")
    cursor = Cursor()
    settings = {"name": "super_set", "user": "app", "password": "p'w"}
    script.prepare_mysql(SimpleNamespace(cursor=lambda: cursor), settings)
    statements = [statement for statement, _ in cursor.said]
    assert statements[0].startswith("CREATE DATABASE IF NOT EXISTS `super_set`")
    assert statements[-1] == r"GRANT ALL PRIVILEGES ON `super\_set`.* TO %s@'%%'"
    assert not [statement for statement in statements if "p'w" in statement]


def test_wait_says_what_it_waits_for_and_ends(app_module, monkeypatch, capsys):
    script = app_module("jobs/init/superset_database.py")
    monkeypatch.setattr(script, "PAUSE", 0.0)
    tries = []

    def connect():
        tries.append(1)
        if len(tries) < 3:
            raise OSError("connection refused\nmore")
        return "connection"

    assert script.wait(connect, "mysql at db:3306", 60) == "connection"
    assert capsys.readouterr().out.count("waiting for mysql at db:3306 (connection refused)") == 2
    tries.clear()
    with pytest.raises(TimeoutError, match="mysql at db:3306 did not accept"):
        script.wait(connect, "mysql at db:3306", -1)


def test_missing_setting_is_named(app_module):
    script = app_module("jobs/init/superset_database.py")
    with pytest.raises(KeyError, match="DATABASE_ENGINE"):
        script.read_settings({})


class Manager:
    """Superset's security manager, as far as roles need it."""

    def __init__(self, rights, role) -> None:
        self.rights, self.role = rights, role

    def find_permission_view_menu(self, permission, view):
        return self.rights.get(f"{permission} on {view}")

    def find_role(self, name):
        return self.role


def right(number, name):
    return SimpleNamespace(id=number, permission=SimpleNamespace(name=name))


class Session:
    def __init__(self) -> None:
        self.ended = []

    def commit(self):
        self.ended.append("commit")

    def rollback(self):
        self.ended.append("rollback")


def test_role_gets_exactly_its_list_and_keeps_rights_to_data(app_module):
    script = app_module("jobs/init/superset_metadata.py")
    data, old, new = right(1, "datasource_access"), right(2, "can_write"), right(3, "can_read")
    role = SimpleNamespace(permissions=[data, old])
    session = Session()
    script.set_roles(
        Manager({"can_read on Chart": new}, role), session, {"R": ["can_read on Chart"]}
    )
    assert role.permissions == [data, new]
    assert session.ended == ["commit"]


def test_unknown_right_changes_nothing_and_is_named(app_module):
    script = app_module("jobs/init/superset_metadata.py")
    session = Session()
    manager = Manager({}, SimpleNamespace(permissions=[]))
    with pytest.raises(script.StepError, match="R: can_fly on Chart"):
        script.set_roles(manager, session, {"R": ["can_fly on Chart"]})
    assert session.ended == ["rollback"]


def test_empty_password_of_an_account_is_refused(app_module, monkeypatch):
    script = app_module("jobs/init/superset_metadata.py")
    monkeypatch.setenv("SOME_PASSWORD", " ")
    with pytest.raises(script.StepError, match="SOME_PASSWORD is empty"):
        script.read_password("SOME_PASSWORD")


def test_mysql_reader_gets_exactly_its_columns_and_is_shut_out_of_the_rest(load_reader):
    script = load_reader()
    cursor = Cursor()
    settings = {"name": "super_set", "reader_user": "reader", "reader_password": "p'w"}
    script.prepare_mysql(SimpleNamespace(cursor=lambda: cursor), settings)
    assert cursor.said == [
        ("CREATE USER IF NOT EXISTS %s@'%%' IDENTIFIED BY %s", ["reader", "p'w"]),
        ("ALTER USER %s@'%%' IDENTIFIED BY %s", ["reader", "p'w"]),
        ("REVOKE ALL PRIVILEGES, GRANT OPTION FROM %s@'%%'", ["reader"]),
        (
            "GRANT SELECT (`id`, `created_on`, `last_login`, `login_count`, `active`)"
            " ON `super_set`.`ab_user` TO %s@'%%'",
            ["reader"],
        ),
        (
            "GRANT SELECT (`id`, `dashboard_title`) ON `super_set`.`dashboards` TO %s@'%%'",
            ["reader"],
        ),
        (
            "GRANT SELECT (`action`, `dttm`, `user_id`, `dashboard_id`, `slice_id`)"
            " ON `super_set`.`logs` TO %s@'%%'",
            ["reader"],
        ),
        ("GRANT SELECT (`id`, `slice_name`) ON `super_set`.`slices` TO %s@'%%'", ["reader"]),
    ]


def test_mysql_reader_waits_for_the_tables(load_reader):
    script = load_reader()
    cursor = Cursor()
    cursor.fetchall = lambda: [("logs",), ("ab_user",)]
    connection = SimpleNamespace(cursor=lambda: cursor, close=lambda: None)
    with pytest.raises(LookupError, match="tables dashboards, slices are not there yet"):
        script.tables(connection, {"engine": "mysql", "name": "super_set"})
    assert cursor.said[0][0] == "USE `super_set`"


@pytest.fixture
def load_reader(app_module, monkeypatch):
    """Return a function: the script, which imports the other one from beside it."""

    def load():
        monkeypatch.setattr("sys.path", [*sys.path])
        monkeypatch.delitem(sys.modules, "superset_database", raising=False)
        return app_module("jobs/init/superset_reader.py")

    return load


def test_reader_without_a_password_is_named(load_reader):
    names = ["ENGINE", "HOST", "PORT", "NAME", "USER", "ADMIN_USER", "ADMIN_PASSWORD"]
    environment = {f"DATABASE_{name}": "x" for name in [*names, "READER_USER"]}
    with pytest.raises(KeyError, match="DATABASE_READER_PASSWORD"):
        load_reader().read_settings(environment)
