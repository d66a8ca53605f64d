import base64
import http.client
import json
from typing import NamedTuple
from urllib.parse import urlencode

import pytest


class Reply(NamedTuple):
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def code(self) -> str | None:
        return self.headers.get("X-ClickHouse-Exception-Code")


def send(port, sql="", *, method="POST", user="", headers=None, **params) -> Reply:
    """Send one request; `user` is name:password, other keywords are parameters of the address."""
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    headers = dict(headers or {})
    if user:
        headers["Authorization"] = "Basic " + base64.b64encode(user.encode()).decode()
    body = sql.encode() if isinstance(sql, str) else sql
    path = f"/?{urlencode(params)}" if params else "/"
    try:
        client.request(method, path, body, headers)
        reply = client.getresponse()
        return Reply(reply.status, reply.headers, reply.read())
    finally:
        client.close()


@pytest.fixture(scope="session")
def chdb():
    return pytest.importorskip("chdb")


@pytest.fixture(scope="session")
def running_engine(chdb, tmp_path_factory):
    """An engine that all tests share, each with tables of its own."""
    from aspects_gen.engine.process import engine

    with engine(tmp_path_factory.mktemp("engine")) as running:
        yield running


@pytest.fixture
def ask(running_engine):
    """Return what sends a request to the shared engine."""

    def call(sql="", **rest):
        return send(running_engine.port, sql, **rest)

    return call


@pytest.fixture
def table(ask, request):
    """A fresh table (a Int64, s String) named after the test."""
    name = request.node.name.partition("[")[0]
    ask(f"DROP TABLE IF EXISTS {name} SYNC")
    made = ask(f"CREATE TABLE {name} (a Int64, s String) ENGINE = MergeTree ORDER BY a")
    assert made.status == 200, made.text
    return name


@pytest.fixture(scope="session")
def send_to():
    return send


@pytest.fixture(scope="session")
def people():
    """Accounts of a users file: an owner, a reader with limits, a writer."""
    from aspects_gen.engine.users import digest, owner

    reader = {
        "name": "reader",
        "role": "reader_role",
        "password_sha256": digest("r"),
        "grants": [[["SELECT"], "shop.*"]],
        "withheld": [[["SELECT"], "shop.secrets"]],
        "settings": {"readonly": 2, "max_execution_time": 7},
    }
    writer = {
        "name": "writer",
        "role": "writer_role",
        "password_sha256": digest("w"),
        "grants": [[["INSERT"], "shop.sales"]],
        "withheld": [],
        "settings": {},
    }
    return [owner("boss", "b"), reader, writer]


@pytest.fixture(scope="session")
def shop(chdb, people, tmp_path_factory):
    """An engine with those accounts, and two tables in the database `shop`."""
    from aspects_gen.engine.process import engine

    folder = tmp_path_factory.mktemp("shop")
    users = folder / "users.json"
    users.write_text(json.dumps({"users": people}))
    with engine(folder / "data", users=users) as running:
        for sql in (
            "CREATE DATABASE shop",
            "CREATE TABLE shop.sales (a Int64) ENGINE = MergeTree ORDER BY a",
            "CREATE TABLE shop.secrets (a Int64) ENGINE = MergeTree ORDER BY a",
            "INSERT INTO shop.sales VALUES (1)",
        ):
            made = send(running.port, sql, user="boss:b")
            assert made.status == 200, made.text
        yield running
