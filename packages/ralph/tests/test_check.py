"""What the schema cannot say."""

from __future__ import annotations

import pytest

import aspects_ralph
from aspects_ralph.memory import needed_bytes, parse_bytes
from aspects_ralph.settings import OWNED

CLIENT = {"username": "a", "scopes": ["all"], "passwordSecret": {"name": "a", "key": "password"}}


@pytest.fixture
def problems(values, site):
    def find(changes, site=site, profile="starter"):
        return aspects_ralph.check(values(changes, profile), site)

    return find


def limit(memory):
    return {"resources": {"limits": {"memory": memory}}}


@pytest.mark.parametrize("profile", ["starter", "production"])
def test_defaults_have_no_problem(problems, profile):
    assert problems({}, profile=profile) == []


@pytest.mark.parametrize(
    ("changes", "path", "words"),
    [
        (
            {"workers": 4, "server": limit("512Mi")},
            "server.resources.limits.memory",
            ["4 server processes do not fit in 512Mi", "687Mi"],
        ),
        (
            {"server": {"terminationGracePeriodSeconds": 5}},
            "server.terminationGracePeriodSeconds",
            ["no time", "at least 15"],
        ),
        (
            {"server": {"probes": {"liveness": {"timeoutSeconds": 1}}}},
            "server.probes.liveness.timeoutSeconds",
            ["waits for ClickHouse"],
        ),
        (
            {"clickhouse": {"host": "ch.example.org", "tls": True, "port": 9440}},
            "clickhouse.port",
            ["does not speak TLS to port 9440", "8443"],
        ),
        (
            {"clickhouse": {"host": "ch.example.org", "tls": False, "port": 443}},
            "clickhouse.tls",
            ["always speaks TLS to port 443"],
        ),
        (
            {"admin": {"username": "lms"}},
            "lms.username",
            ["lms is already the user name of ralph.admin"],
        ),
        (
            {"users": [CLIENT, {**CLIENT, "passwordSecret": {"name": "b", "key": "password"}}]},
            "users[1].username",
            ["ralph.users[0]"],
        ),
        (
            {"users": [{**CLIENT, "passwordSecret": {"name": "ralph-admin", "key": "password"}}]},
            "users[0].passwordSecret",
            ["shares its password with ralph.admin"],
        ),
        (
            {"authSecret": {"name": "ralph-auth"}, "users": [CLIENT]},
            "users",
            ["not used", "authSecret"],
        ),
        ({"oidc": {"enabled": True}}, "oidc.issuer", ["no issuer"]),
        (
            {"forwardings": {"secret": {"name": "copies"}}},
            "forwardings.targets",
            ["may reach no other store"],
        ),
        (
            {"forwardings": {"targets": [{"host": "a.example", "port": 443}]}},
            "forwardings.secret.name",
            ["nothing is forwarded"],
        ),
        ({"publicHost": "learn.example.org"}, "publicHost", ["LMS already has this host"]),
        (
            {"extraSettings": {"RALPH_RUNSERVER_MAX_SEARCH_HITS_COUNT": "5"}},
            "extraSettings.RALPH_RUNSERVER_MAX_SEARCH_HITS_COUNT",
            ["another key already decides", "ralph.maxSearchHits"],
        ),
        (
            {"extraSettings": {"RALPH_RUNSERVER_BACKEND": "es"}},
            "extraSettings.RALPH_RUNSERVER_BACKEND",
            ["it is fixed"],
        ),
        (
            {"extraSettings": {"RALPH_BACKENDS__DATA__S3__SECRET_ACCESS_KEY": "x"}},
            "extraSettings",
            ["RALPH_BACKENDS__DATA__S3__SECRET_ACCESS_KEY looks like a secret"],
        ),
        (
            {"extraSettings": {"RALPH_OTHER": "https://me:pw@example.org"}},
            "extraSettings",
            ["RALPH_OTHER looks like a secret"],
        ),
    ],
)
def test_problem_names_its_key_and_its_fix(problems, changes, path, words):
    (problem,) = problems(changes)
    assert problem[0] == path
    text = " ".join(problem)
    for word in words:
        assert word in text
    assert all(problem)


def test_secret_value_is_neither_repeated_nor_pointed_at(problems):
    (problem,) = problems({"extraSettings": {"RALPH_OTHER": "https://me:hunter2@example.org"}})
    assert "hunter2" not in " ".join(problem)
    assert problem[0] == "extraSettings"


def test_missing_clickhouse_is_found(problems, site):
    (problem,) = problems({}, site={**site, "endpoints": []})
    assert problem[0] == "clickhouse.host"
    assert problem[3] == "set ralph.clickhouse.host, or clickhouse.enabled to true"


@pytest.mark.parametrize(("tls", "port"), [(True, 443), (True, 8443), (False, 8123)])
def test_matching_port_and_tls_have_no_problem(problems, tls, port):
    assert problems({"clickhouse": {"host": "ch", "tls": tls, "port": port}}) == []


def test_users_without_their_own_file_may_share_names_with_the_fixed_ones(problems):
    assert problems({"authSecret": {"name": "auth"}, "admin": {"username": "lms"}}) == []


def test_limit_may_be_left_out(values, site):
    own = values()
    del own["server"]["resources"]["limits"]
    assert aspects_ralph.check(own, site) == []


def test_every_fix_names_a_key_of_the_schema():
    properties = aspects_ralph.schema()["properties"]
    for path in filter(None, OWNED.values()):
        part = {"properties": properties}
        for name in path.split("."):
            part = part["properties"][name]


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("600Mi", 600 * 2**20),
        ("1G", 10**9),
        ("1.5Gi", 3 * 2**29),
        ("2k", 2000),
        ("170000000", 170_000_000),
        (".5Ki", 512),
        ("1000m", 1),
    ],
)
def test_quantity_is_read_as_bytes(text, size):
    assert parse_bytes(text) == size


def test_several_processes_have_a_parent():
    assert needed_bytes(1) == 170_000_000
    assert needed_bytes(2) > 2 * needed_bytes(1)
