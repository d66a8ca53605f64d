"""Clients, their Secrets and the init container."""

from __future__ import annotations

import json

READER = {
    "username": "reader",
    "scopes": ["all/read"],
    "homePage": "",
    "passwordSecret": {"name": "ralph-reader", "key": "password"},
}
READY = {"authSecret": {"name": "ralph-auth"}}


def users_of(output):
    return json.loads(output["files"]["ralph-init"]["users.json"])


def test_admin_may_do_all_and_the_lms_reads_and_writes_statements(emitted):
    admin, lms = users_of(emitted())
    assert (admin["username"], admin["scopes"]) == ("ralph", ["all"])
    assert (lms["username"], lms["scopes"]) == ("lms", ["statements/read", "statements/write"])


def test_accounts_live_on_the_page_of_the_lms(emitted):
    admin, lms, reader = users_of(emitted({"users": [READER]}))
    pages = {user["agent"]["account"]["homePage"] for user in (admin, lms, reader)}
    assert pages == {"https://learn.example.org"}
    assert admin["agent"]["account"]["name"] == "__server_ralph"
    assert lms["agent"]["account"]["name"] == "__server_lms"
    assert reader["agent"]["account"]["name"] == "reader"


def test_account_names_outlive_a_change_of_username(emitted):
    _, lms = users_of(emitted({"lms": {"username": "open-edx"}}))
    assert lms["username"] == "open-edx"
    assert lms["agent"]["account"]["name"] == "__server_lms"


def test_further_client_keeps_its_own_home_page(emitted):
    client = {**READER, "homePage": "https://other.example"}
    assert users_of(emitted({"users": [client]}))[2]["agent"]["account"]["homePage"] == (
        "https://other.example"
    )


def test_passwords_are_mounted_for_their_owner_where_the_list_says(emitted, pod_of):
    output = emitted({"users": [READER]})
    (volume,) = [v for v in pod_of(output)["volumes"] if v["name"] == "secrets"]
    assert volume["projected"]["defaultMode"] == 0o400
    mounted = {
        item["path"]
        for source in volume["projected"]["sources"]
        for item in source["secret"]["items"]
    }
    assert mounted == {user["passwordFile"] for user in users_of(output)}


def test_two_keys_of_one_secret_are_mounted_once_each(emitted, pod_of):
    client = {**READER, "passwordSecret": {"name": "ralph-lms", "key": "reader"}}
    output = emitted({"users": [client]})
    (volume,) = [v for v in pod_of(output)["volumes"] if v["name"] == "secrets"]
    names = [source["secret"]["name"] for source in volume["projected"]["sources"]]
    assert names == ["ralph-admin", "ralph-lms"]
    assert [s["name"] for s in output["secrets"]] == ["clickhouse-lrs", "ralph-admin", "ralph-lms"]


def test_server_reads_the_file_from_memory_and_cannot_change_it(emitted, pod_of):
    pod = pod_of(emitted())
    (volume,) = [v for v in pod["volumes"] if v["name"] == "auth"]
    (mount,) = [m for m in pod["containers"][0]["volumeMounts"] if m["name"] == "auth"]
    assert volume["emptyDir"]["medium"] == "Memory"
    assert mount["readOnly"] is True


def test_server_sees_no_password_of_a_client(emitted, pod_of):
    container = pod_of(emitted())["containers"][0]
    assert "ralph-lms" not in json.dumps(container)
    assert "secrets" not in {mount["name"] for mount in container["volumeMounts"]}


def test_init_container_hashes_what_the_list_names(emitted, pod_of):
    container = pod_of(emitted())["initContainers"][0]
    assert container["command"] == [
        "python",
        "/etc/ralph-init/write_auth_file.py",
        "--users",
        "/etc/ralph-init/users.json",
        "--passwords",
        "/etc/ralph-secrets",
        "--out",
        "/run/ralph/auth.json",
    ]
    assert container["image"] == "docker.io/fundocker/ralph:5.0.1"
    assert container["resources"]["limits"]["memory"] == "128Mi"


def test_ready_made_file_is_checked_and_used_instead(emitted, pod_of):
    output = emitted(READY)
    pod = pod_of(output)
    (volume,) = [v for v in pod["volumes"] if v["name"] == "secrets"]
    assert volume["secret"] == {
        "secretName": "ralph-auth",
        "items": [{"key": "auth.json", "path": "auth.json"}],
        "defaultMode": 0o400,
    }
    command = pod["initContainers"][0]["command"]
    assert command[command.index("--ready") + 1] == "/etc/ralph-secrets/auth.json"
    assert "users.json" not in output["files"]["ralph-init"]


def test_secrets_of_a_ready_made_file_need_no_admin_password(emitted):
    secrets = {secret["name"]: secret["keys"] for secret in emitted(READY)["secrets"]}
    assert set(secrets) == {"clickhouse-lrs", "ralph-lms", "ralph-auth"}
    assert "generate" not in secrets["ralph-auth"]["auth.json"]


def test_each_password_can_be_generated_and_shared_ones_say_so(emitted):
    secrets = {secret["name"]: secret for secret in emitted({"users": [READER]})["secrets"]}
    assert set(secrets) == {"clickhouse-lrs", "ralph-admin", "ralph-lms", "ralph-reader"}
    for secret in secrets.values():
        assert secret["keys"]["password"]["generate"] == "password:32"
    shared = {name for name, secret in secrets.items() if secret.get("shared")}
    assert shared == {"clickhouse-lrs", "ralph-lms"}


def test_dsn_and_forwardings_come_from_the_operator_alone(emitted):
    changes = {
        "sentry": {"dsnSecret": {"name": "sentry"}},
        "forwardings": {
            "secret": {"name": "copies"},
            "targets": [{"host": "a.example", "port": 443}],
        },
    }
    secrets = {secret["name"]: secret["keys"] for secret in emitted(changes)["secrets"]}
    assert "generate" not in secrets["sentry"]["dsn"]
    assert "generate" not in secrets["copies"]["forwardings"]


def test_private_authority_is_demanded_and_only_the_operator_has_it(emitted):
    output = emitted({"clickhouse": {"caSecret": {"name": "ca", "key": "root.pem"}}})
    (secret,) = [found for found in output["secrets"] if found["name"] == "ca"]
    assert secret["shared"] is True
    assert secret["keys"] == {
        "root.pem": {"about": "certificate authority of the ClickHouse server"}
    }
    assert "ca" not in {found["name"] for found in emitted()["secrets"]}
