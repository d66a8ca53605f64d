"""The environment of the server: what Ralph reads."""

from __future__ import annotations

from aspects_ralph.settings import OWNED, STORE

EVERYTHING = {
    "clickhouse": {"caSecret": {"name": "ca", "key": "root.pem"}},
    "oidc": {"enabled": True, "issuer": "https://id.example.org/a", "audience": "lrs"},
    "sentry": {"dsnSecret": {"name": "sentry"}},
    "forwardings": {"secret": {"name": "copies"}, "targets": [{"host": "a.example", "port": 443}]},
}


def test_backend_is_named_because_ralph_would_look_for_elasticsearch(server, env_of):
    assert env_of(server())["RALPH_RUNSERVER_BACKEND"] == "clickhouse"


def test_store_settings_come_from_the_endpoint_and_the_slice(server, env_of):
    env = env_of(server({"clickhouse": {"database": "xapi", "table": "raw", "user": "ch_lrs"}}))
    assert env[f"{STORE}HOST"] == "clickhouse"
    assert env[f"{STORE}PORT"] == "8123"
    assert env[f"{STORE}DATABASE"] == "xapi"
    assert env[f"{STORE}EVENT_TABLE_NAME"] == "raw"
    assert env[f"{STORE}USERNAME"] == "ch_lrs"
    assert env[f"{STORE}WRITE_CHUNK_SIZE"] == "500"


def test_clickhouse_user_is_never_its_administrator(server, env_of):
    env = env_of(server())
    assert env[f"{STORE}USERNAME"] == "ralph"
    assert env[f"{STORE}PASSWORD"] == {
        "secretKeyRef": {"name": "clickhouse-lrs", "key": "password"}
    }


def test_restriction_sets_authority_and_scopes_together(server, env_of):
    for restrict, word in ((True, "true"), (False, "false")):
        env = env_of(server({"restrict": restrict}))
        assert env["RALPH_LRS_RESTRICT_BY_AUTHORITY"] == word
        assert env["RALPH_LRS_RESTRICT_BY_SCOPES"] == word


def test_tokens_are_accepted_besides_passwords(server, env_of):
    assert env_of(server())["RALPH_RUNSERVER_AUTH_BACKENDS"] == "basic"
    env = env_of(server(EVERYTHING))
    assert env["RALPH_RUNSERVER_AUTH_BACKENDS"] == "basic,oidc"
    assert env["RALPH_RUNSERVER_AUTH_OIDC_ISSUER_URI"] == "https://id.example.org/a"
    assert env["RALPH_RUNSERVER_AUTH_OIDC_AUDIENCE"] == "lrs"


def test_empty_audience_is_left_out(server, env_of):
    env = env_of(server({"oidc": {"enabled": True, "issuer": "https://id.example.org/a"}}))
    assert "RALPH_RUNSERVER_AUTH_OIDC_AUDIENCE" not in env


def test_sentry_settings_appear_with_a_dsn_only(server, env_of):
    assert not [name for name in env_of(server()) if "SENTRY" in name]
    env = env_of(server(EVERYTHING))
    assert env["RALPH_EXECUTION_ENVIRONMENT"] == "starter"
    assert env["RALPH_SENTRY_LRS_TRACES_SAMPLE_RATE"] == "0.1"
    assert env["RALPH_SENTRY_IGNORE_HEALTH_CHECKS"] == "true"
    assert env["RALPH_SENTRY_DSN"] == {"secretKeyRef": {"name": "sentry", "key": "dsn"}}


def test_forwardings_come_whole_from_a_secret(server, env_of):
    env = env_of(server(EVERYTHING))
    assert env["RALPH_XAPI_FORWARDINGS"] == {
        "secretKeyRef": {"name": "copies", "key": "forwardings"}
    }


def test_private_authority_is_trusted(emitted, server, env_of):
    assert env_of(server(EVERYTHING))["SSL_CERT_FILE"] == "/etc/ralph-ca/ca.crt"
    assert "SSL_CERT_FILE" not in env_of(server())
    pod = emitted(EVERYTHING)["objects"][0]["spec"]["template"]["spec"]
    (volume,) = [item for item in pod["volumes"] if item["name"] == "ca"]
    assert volume["secret"] == {
        "secretName": "ca",
        "items": [{"key": "root.pem", "path": "ca.crt"}],
    }


def test_extra_settings_are_passed_on(server, env_of):
    assert env_of(server({"extraSettings": {"RALPH_LRS_X": "1"}}))["RALPH_LRS_X"] == "1"


def test_every_variable_that_is_set_is_owned(server, env_of):
    ralphs = {name for name in env_of(server(EVERYTHING)) if name.startswith("RALPH_")}
    assert ralphs <= set(OWNED)
    # Ralph's own server command reads these two; the server that runs here is told by arguments.
    assert set(OWNED) - ralphs == {"RALPH_RUNSERVER_HOST", "RALPH_RUNSERVER_PORT"}


def test_no_variable_is_set_twice(server):
    names = [item["name"] for item in server(EVERYTHING)["env"]]
    assert len(names) == len(set(names))
