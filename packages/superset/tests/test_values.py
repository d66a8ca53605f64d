"""The slice's schema, and what the schema cannot say."""

from __future__ import annotations

import json

import pytest

import aspects_superset


def walk(node, path=""):
    for name, part in node.get("properties", {}).items():
        yield f"{path}{name}", part, name in node.get("required", [])
        yield from walk(part, f"{path}{name}.")
    if "items" in node:
        yield from walk(node["items"], f"{path}[].")


def test_schema_describes_every_key_and_gives_its_default():
    for path, part, required in walk(aspects_superset.schema()):
        assert part.get("description"), path
        assert required or "default" in part, path


def test_schema_refuses_unknown_keys_everywhere():
    for path, part, _ in walk(aspects_superset.schema()):
        if part.get("type") == "object":
            assert "additionalProperties" in part, path


def test_defaults_have_no_problem(problems):
    assert problems() == {}


def test_production_is_redundant_where_it_can_be(values):
    production = values(profile="production")
    assert (production["web"]["replicas"], production["worker"]["replicas"]) == (2, 2)
    assert production["beat"]["replicas"] == 1
    assert production["gunicorn"]["workers"] == 2


def test_public_functions_are_exactly_the_seam():
    assert aspects_superset.__all__ == ["check", "emit", "images", "offers", "schema"]


def test_seam_can_be_called_again_and_again(values, site, tools):
    for _ in range(2):
        assert aspects_superset.check(values(), site) == []
        assert aspects_superset.emit(values(), tools)["objects"]


def test_disabled_service_offers_and_checks_nothing(values, site):
    off = values({"enabled": False, "host": "learn.example.org"})
    assert aspects_superset.offers(off, site) == []
    assert aspects_superset.check(off, site) == []


def test_stock_images_have_exact_tags():
    for image in aspects_superset.images().values():
        assert image["tag"].count(".") == 2 or "-bookworm" in image["tag"]


CERTIFICATE = "-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n"
KEYS = json.dumps({"keys": [{"kty": "RSA", "n": "x", "e": "AQAB", "kid": "1"}]})
WRONG = [
    ({"host": "learn.example.org"}, "host", "share a host name"),
    ({"host": "studio.learn.example.org"}, "host", "share a host name"),
    ({"beat": {"replicas": 2}}, "beat.replicas", "exactly once"),
    ({"beat": {"autoscaling": {"enabled": True}}}, "beat.replicas", "exactly once"),
    ({"database": {"server": {"replicas": 3}}}, "database.server.replicas", "exactly once"),
    ({"redis": {"server": {"replicas": 0}}}, "redis.server.replicas", "exactly once"),
    (
        {"web": {"autoscaling": {"enabled": True, "minReplicas": 20}}},
        "web.autoscaling.minReplicas",
        "more than the most",
    ),
    ({"database": {"tls": "verify"}}, "database.tls", "database.host is empty"),
    ({"database": {"adminUser": "root"}}, "database.adminUser", "database.host is empty"),
    ({"database": {"user": "postgres"}}, "database.user", "administrator"),
    (
        {"database": {"reader": {"enabled": True, "user": "superset"}}},
        "database.reader.user",
        "more than read",
    ),
    (
        {
            "database": {
                "reader": {"enabled": True, "passwordSecret": {"name": "superset-database"}}
            }
        },
        "database.reader.passwordSecret",
        "the same password",
    ),
    (
        {"database": {"host": "db", "caCertificate": CERTIFICATE}},
        "database.caCertificate",
        "not checked",
    ),
    (
        {"database": {"host": "db", "tls": "verify", "caCertificate": "x"}},
        "database.caCertificate",
        "no certificate",
    ),
    ({"redis": {"tls": True}}, "redis.tls", "redis.host is empty"),
    ({"redis": {"user": "me"}}, "redis.user", "redis.host is empty"),
    ({"redis": {"databases": {"cache": 0}}}, "redis.databases", "share one"),
    ({"lmsAccount": {"username": "Admin"}}, "lmsAccount.username", "has the same"),
    (
        {"lmsAccount": {"email": "Superset-Admin@learn.example.org"}},
        "lmsAccount.email",
        "has the same",
    ),
    (
        {"lmsAccount": {"passwordSecret": {"name": "superset-admin"}}},
        "lmsAccount.passwordSecret",
        "has the same",
    ),
    (
        {"guestTokenSecret": {"key": "secret-key"}},
        "guestTokenSecret",
        "signed with the session key",
    ),
    ({"roles": {"admin": "Boss"}}, "roles.admin", "nothing defines"),
    ({"guestRole": "Public"}, "guestRole", "another use"),
    ({"guestRole": "Instructor"}, "guestRole", "another use"),
    ({"lmsAccount": {"role": "Embedded Viewer"}}, "lmsAccount.role", "another use"),
    ({"extraRoles": {"Gamma": []}}, "extraRoles.Gamma", "Superset's own"),
    ({"sso": {"verification": "jwks"}}, "sso.verification", "no public keys"),
    ({"sso": {"jwks": "{}"}}, "sso.jwks", "no set of public keys"),
    ({"sso": {"jwks": "[]"}}, "sso.jwks", "no set of public keys"),
    ({"sso": {"jwks": '{"keys": [{"kty": "RSA", "d": "x"}]}'}}, "sso.jwks", "no set of public"),
    ({"sso": {"coursesListPath": "/courses/"}}, "sso.coursesListPath", "cannot be filled"),
    ({"sso": {"preferencePath": "/{username}/{x}"}}, "sso.preferencePath", "cannot be filled"),
    ({"email": {"enabled": True}}, "email.host", "not named"),
    ({"sentry": {"enabled": True}}, "sentry.host", "not named"),
    ({"email": {"ssl": True}}, "email.ssl", "cannot be TLS"),
    ({"extraConfig": "X = 1\nY = ("}, "extraConfig", "line 2"),
    ({"extraModules": {"mine.py": "def"}}, "extraModules.mine.py", "not Python"),
    ({"extraModules": {"heartbeat.py": ""}}, "extraModules.heartbeat.py", "exists already"),
    (
        {"database": {"adminPasswordSecret": {"key": "password"}}},
        "database.adminPasswordSecret",
        "same password",
    ),
]


@pytest.mark.parametrize(("changes", "path", "said"), WRONG)
def test_wrong_values_are_named_with_a_fix(problems, changes, path, said):
    found = problems(changes)
    assert said in found[path][0]
    assert all(found[path])


RIGHT = [
    {"database": {"host": "db.example.org", "user": "root2", "server": {"replicas": 9}}},
    {"database": {"host": "db", "tls": "verify", "caCertificate": CERTIFICATE}},
    {"redis": {"host": "cache", "tls": True, "user": "me", "caCertificate": CERTIFICATE}},
    {"sso": {"verification": "jwks", "jwks": KEYS}},
    {"sso": {"verification": "jwks", "jwksUrl": "https://learn.example.org/jwks.json"}},
    {"sso": {"enabled": False, "verification": "jwks"}},
    {"roles": {"admin": "Boss"}, "extraRoles": {"Boss": ["can_read on Chart"]}},
    {"roles": {"student": "Gamma", "instructor": "Teacher", "operator": "Teacher"}},
    {"extraConfig": "ROW_LIMIT = 5\n"},
]


@pytest.mark.parametrize("changes", RIGHT)
def test_right_values_have_no_problem(problems, changes):
    assert problems(changes) == {}
