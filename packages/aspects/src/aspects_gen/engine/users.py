"""The accounts that clients sign in to, as plain data, and the check of a password.

A users file is JSON, the shape `users_of` returns::

    {"users": [{"name", "role", "password_sha256", "grants": [Grant], "withheld": [Grant],
                "settings": {setting: value}}]}

A Grant is [privileges, on], as in the access model. An empty `password_sha256` is no password.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from email.message import Message
from pathlib import Path
from typing import Any, NamedTuple

from aspects_gen.engine.fault import EngineError, RequestError

EVERYTHING: list[Any] = [["ALL"], "*.*"]
"""Every right there is, for whoever owns the engine."""


class Account(NamedTuple):
    """Who a client signs in as, and what the engine then holds it to."""

    name: str
    role: str
    password_sha256: str
    profile: str
    """Settings profile whose limits hold; empty for none."""
    settings: dict[str, Any]


class Credentials(NamedTuple):
    """What a request says about who sends it."""

    user: str
    password: str


def owner(name: str = "default", password: str = "") -> dict[str, Any]:
    """Return an account with every right."""
    return {
        "name": name,
        "role": f"{name}_role",
        "password_sha256": digest(password) if password else "",
        "grants": [[list(EVERYTHING[0]), EVERYTHING[1]]],
        "withheld": [],
        "settings": {},
    }


def users_of(
    model: dict[str, Any], passwords: Mapping[str, str], *, owners: Sequence[dict[str, Any]] = ()
) -> dict[str, Any]:
    """Return a users file for an access model.

    Args:
        model: as `aspects.access.access_model` returns it.
        passwords: client id to the clear password.
        owners: accounts that `owner` made, besides the model's.
    """
    profiles = {profile["name"]: profile["settings"] for profile in model["profiles"]}
    clients = [
        {
            "name": client["user"],
            "role": client["role"],
            "password_sha256": digest(passwords[client["id"]]),
            "grants": [[list(rights), on] for rights, on in client["grants"]],
            "withheld": [[list(rights), on] for rights, on in client["withheld"]],
            "settings": dict(profiles.get(client["profile"], {})),
        }
        for client in model["clients"]
    ]
    return {"users": [*owners, *clients]}


def read_users(path: Path) -> list[dict[str, Any]]:
    """Return the accounts of a users file; an error says which key is missing where."""
    try:
        users = json.loads(path.read_text(encoding="utf-8"))["users"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise EngineError(f"users file {path} cannot be read: {error!r}") from error
    problems = [problem for user in users for problem in _problems(user)]
    for key in ("name", "role"):
        used = [user.get(key) for user in users]
        problems += sorted(
            {f"{key} {value!r} stands twice" for value in used if used.count(value) > 1}
        )
    if problems:
        raise EngineError(f"users file {path}: {'; '.join(problems)}")
    return list(users)


def _problems(user: Mapping[str, Any]) -> list[str]:
    """Return what is wrong with one account; names become elements of an XML file."""
    missing = [f"user {user.get('name')!r} lacks {key}" for key in owner() if key not in user]
    odd = [
        f"{key} {user[key]!r} is not made of letters, digits and _"
        for key in ("name", "role")
        if key in user and not (user[key].isascii() and user[key].isidentifier())
    ]
    return missing + odd


def accounts_of(users: Sequence[dict[str, Any]]) -> dict[str, Account]:
    """Return accounts by name."""
    return {
        user["name"]: Account(
            user["name"], user["role"], user["password_sha256"], profile_of(user), user["settings"]
        )
        for user in users
    }


def profile_of(user: Mapping[str, Any]) -> str:
    """Return the name of an account's settings profile, empty when nothing limits it."""
    return f"{user['name']}_limits" if user["settings"] else ""


def credentials_of(headers: Message, params: Mapping[str, str]) -> Credentials:
    """Return who sends a request: by Basic, by X-ClickHouse-User and -Key, by parameters, or nobody.

    Raises:
        RequestError: the Authorization header is no Basic, or two ways are used at once.
    """
    basic = headers.get("Authorization", "")
    ways = {
        "Authorization: Basic": bool(basic),
        "X-ClickHouse headers": "X-ClickHouse-User" in headers or "X-ClickHouse-Key" in headers,
        "parameters": "user" in params or "password" in params,
    }
    used = [way for way, is_used in ways.items() if is_used]
    if len(used) > 1:
        raise _refused(f"Invalid authentication: {' and '.join(used)} at once is not allowed")
    if basic:
        return _basic(basic)
    user = headers.get("X-ClickHouse-User", params.get("user", "default"))
    return Credentials(user, headers.get("X-ClickHouse-Key", params.get("password", "")))


def sign_in(accounts: Mapping[str, Account], credentials: Credentials) -> Account:
    """Return the account of someone who knows its password; the refusal does not say which was wrong."""
    account = accounts.get(credentials.user)
    given = digest(credentials.password) if credentials.password else ""
    if account is None or not hmac.compare_digest(given, account.password_sha256):
        raise _refused(
            f"{credentials.user}: Authentication failed: password is incorrect, "
            "or there is no user with such name."
        )
    return account


def digest(password: str) -> str:
    """Return the SHA-256 of a password in hexadecimal, as users.xml holds it."""
    return hashlib.sha256(password.encode()).hexdigest()


def _basic(header: str) -> Credentials:
    scheme, _, token = header.partition(" ")
    try:
        text = base64.b64decode(token.strip(), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        text = ""
    if scheme.lower() != "basic" or ":" not in text:
        raise _refused("Invalid authentication: only `Authorization: Basic` is understood")
    user, _, password = text.partition(":")
    return Credentials(user, password)


def _refused(text: str) -> RequestError:
    return RequestError(516, "AUTHENTICATION_FAILED", text)
