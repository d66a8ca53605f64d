"""The credentials: who may call Ralph, and how their passwords reach it; called by `emit`."""

from __future__ import annotations

import json
from typing import Any

from .settings import APP_DIR

# Names of the accounts that upstream's own two clients store statements under: kept, so that
# statements of a site that moves stay theirs.
ADMIN_ACCOUNT = "__server_ralph"
LMS_ACCOUNT = "__server_lms"

SCRIPTS = "/etc/ralph-init"
SECRETS = "/etc/ralph-secrets"
SCRIPT = "write_auth_file.py"


def list_clients(values: dict[str, Any], home_page: str) -> list[dict[str, Any]]:
    """Return every client with HTTP Basic authentication, administrator first.

    Shape: {"username", "scopes", "account", "homePage", "passwordSecret"}.
    """
    fixed = [
        {**values["admin"], "scopes": ["all"], "account": ADMIN_ACCOUNT},
        {
            **values["lms"],
            "scopes": ["statements/read", "statements/write"],
            "account": LMS_ACCOUNT,
        },
    ]
    further = [{**user, "account": user["username"]} for user in values["users"]]
    return [
        {
            "username": client["username"],
            "scopes": sorted(client["scopes"]),
            "account": client["account"],
            "homePage": client.get("homePage") or home_page,
            "passwordSecret": client["passwordSecret"],
        }
        for client in fixed + further
    ]


def build_access(values: dict[str, Any], tools: Any) -> dict[str, Any]:
    """Return how the credentials file comes about.

    Shape: {"container": the init container, "volumes", "mount": of the server, "files"}.
    """
    clients = list_clients(values, tools.site["lms_url"])
    ready = bool(values["authSecret"]["name"])
    files = {SCRIPT: tools.read(f"jobs/init/{SCRIPT}")}
    if not ready:
        files["users.json"] = _write_users(clients)
    return {
        "container": _build_container(values, ready=ready, tools=tools),
        "volumes": [
            {"name": "init", "configMap": {"name": "ralph-init"}},
            _secret_volume(values, clients, ready=ready),
            # In memory: hashes never touch a disk of the node.
            {"name": "auth", "emptyDir": {"medium": "Memory", "sizeLimit": "1Mi"}},
        ],
        "mount": {"name": "auth", "mountPath": APP_DIR, "readOnly": True},
        "files": {"ralph-init": files},
    }


def list_secrets(values: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the Secrets that must exist, sorted by name."""
    found: dict[str, dict[str, dict[str, str]]] = {}
    for ref, about in _list_secret_keys(values):
        found.setdefault(ref["name"], {})[ref["key"]] = about
    shared = {
        values["clickhouse"]["passwordSecret"]["name"],
        values["lms"]["passwordSecret"]["name"],
        values["clickhouse"]["caSecret"]["name"],
    }
    return [
        {
            "name": name,
            "keys": dict(sorted(keys.items())),
            # ClickHouse's users and its authority, and the LMS's password, are others' too.
            **({"shared": True} if name in shared else {}),
        }
        for name, keys in sorted(found.items())
    ]


def _list_secret_keys(values: dict[str, Any]) -> list[tuple[dict[str, str], dict[str, str]]]:
    made = {"generate": "password:32"}
    store_user = values["clickhouse"]["user"]
    found = [
        (
            values["clickhouse"]["passwordSecret"],
            {"about": f"password of ClickHouse user {store_user}", **made},
        ),
        (values["lms"]["passwordSecret"], {"about": "password of the LMS at Ralph", **made}),
    ]
    if values["authSecret"]["name"]:
        about = {"about": "Ralph's credentials file: JSON list of clients with bcrypt hashes"}
        found.append((values["authSecret"], about))
    else:
        admin = {"about": "password of Ralph's administrator", **made}
        found.append((values["admin"]["passwordSecret"], admin))
        found += [
            (
                user["passwordSecret"],
                {"about": f"password of client {user['username']} at Ralph", **made},
            )
            for user in values["users"]
        ]
    optional = [
        (values["clickhouse"]["caSecret"], "certificate authority of the ClickHouse server"),
        (values["sentry"]["dsnSecret"], "DSN of Sentry, for Ralph"),
        (values["forwardings"]["secret"], "JSON list of the stores that Ralph forwards to"),
    ]
    found += [(ref, {"about": about}) for ref, about in optional if ref["name"]]
    return found


def _write_users(clients: list[dict[str, Any]]) -> str:
    users = [
        {
            "username": client["username"],
            "scopes": client["scopes"],
            "agent": {
                "objectType": "Agent",
                "account": {"name": client["account"], "homePage": client["homePage"]},
            },
            "passwordFile": _password_path(client["passwordSecret"]),
        }
        for client in clients
    ]
    return json.dumps(users, indent=2, ensure_ascii=False) + "\n"


def _password_path(ref: dict[str, str]) -> str:
    return f"{ref['name']}/{ref['key']}"


def _build_container(values: dict[str, Any], *, ready: bool, tools: Any) -> dict[str, Any]:
    source = (
        ["--ready", f"{SECRETS}/auth.json"]
        if ready
        else ["--users", f"{SCRIPTS}/users.json", "--passwords", SECRETS]
    )
    return {
        "name": "credentials",
        "image": tools.image("ralph"),
        "command": ["python", f"{SCRIPTS}/{SCRIPT}", *source, "--out", f"{APP_DIR}/auth.json"],
        "resources": values["init"],
        "volumeMounts": [
            {"name": "init", "mountPath": SCRIPTS, "readOnly": True},
            {"name": "secrets", "mountPath": SECRETS, "readOnly": True},
            {"name": "auth", "mountPath": APP_DIR},
        ],
    }


def _secret_volume(
    values: dict[str, Any], clients: list[dict[str, Any]], *, ready: bool
) -> dict[str, Any]:
    if ready:
        ref = values["authSecret"]
        items = [{"key": ref["key"], "path": "auth.json"}]
        secret = {"secretName": ref["name"], "items": items, "defaultMode": 0o400}
        return {"name": "secrets", "secret": secret}
    names: dict[str, set[str]] = {}
    for client in clients:
        ref = client["passwordSecret"]
        names.setdefault(ref["name"], set()).add(ref["key"])
    sources = [
        {"secret": {"name": name, "items": _password_items(name, keys)}}
        for name, keys in sorted(names.items())
    ]
    return {"name": "secrets", "projected": {"defaultMode": 0o400, "sources": sources}}


def _password_items(name: str, keys: set[str]) -> list[dict[str, str]]:
    return [
        {"key": key, "path": _password_path({"name": name, "key": key})} for key in sorted(keys)
    ]
