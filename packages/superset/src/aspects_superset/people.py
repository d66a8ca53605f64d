"""Accounts, roles and sign-on: what a schema cannot say about them; called by `problems`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from .addresses import admin_email, lms_account_email
from .metadata import BUILT_IN

Problem = tuple[str, str, str, str]
"""(path in the slice, problem, expected, fix)"""


def accounts(values: Mapping[str, Any], site: Mapping[str, Any]) -> Iterator[Problem]:
    """The two accounts differ in everything."""
    admin, lms = values["admin"], values["lmsAccount"]
    same = [
        ("username", admin["username"].lower() == lms["username"].lower()),
        ("email", admin_email(values, site).lower() == lms_account_email(values, site).lower()),
        ("passwordSecret", admin["passwordSecret"] == lms["passwordSecret"]),
    ]
    for key, equal in same:
        if equal:
            yield (
                f"lmsAccount.{key}",
                "the administrator has the same",
                "something of its own: this account may only get guest tokens",
                f"change lmsAccount.{key} or admin.{key}",
            )
    if values["guestTokenSecret"] == values["secretKeySecret"]:
        yield (
            "guestTokenSecret",
            "guest tokens would be signed with the session key",
            "a key of its own",
            "name another key of the Secret",
        )


def roles(values: Mapping[str, Any]) -> Iterator[Problem]:
    """Roles with different rights need different names, and none may be Superset's own."""
    names, extra = values["roles"], values["extraRoles"]
    for key in ("admin", "alpha"):
        if names[key] not in BUILT_IN and names[key] not in extra:
            yield unknown_role(f"roles.{key}", names[key])
    viewers = {names["operator"], names["instructor"], names["student"]}
    ours = [("guestRole", values["guestRole"]), ("lmsAccount.role", values["lmsAccount"]["role"])]
    for index, (path, name) in enumerate(ours):
        others = viewers | BUILT_IN | {other for _, other in ours[:index]}
        if name in others or name in (names["admin"], names["alpha"]):
            yield (
                path,
                f"role {name} has another use",
                "a role of its own",
                f"choose another name for {path}",
            )
    for name in sorted(set(extra) & BUILT_IN):
        yield (
            f"extraRoles.{name}",
            "this role is Superset's own and is reset at every upgrade",
            "another name",
            "choose a name other than " + ", ".join(sorted(BUILT_IN)),
        )


def unknown_role(path: str, name: str) -> Problem:
    """Return the problem of a role that nothing defines."""
    return (
        path,
        f"nothing defines the role {name}",
        "one of Superset's own roles (Admin, Alpha, Gamma), or one of extraRoles",
        f"define {name} in extraRoles, or name another role",
    )


def sign_on(values: Mapping[str, Any]) -> Iterator[Problem]:
    """Sign-on must be able to prove who people are."""
    sso = values["sso"]
    if not sso["enabled"]:
        return
    if sso["verification"] == "jwks" and not (sso["jwks"] or sso["jwksUrl"]):
        yield (
            "sso.verification",
            "no public keys are given to check signatures with",
            "sso.jwks or sso.jwksUrl",
            "give the LMS's public keys, or set sso.verification: lms",
        )
    if sso["jwks"] and not is_key_set(sso["jwks"]):
        yield (
            "sso.jwks",
            "this is no set of public keys",
            'JSON of the form {"keys": [...]}, without private parts',
            "copy JWT_PUBLIC_SIGNING_JWK_SET from the LMS's settings",
        )
    for key in ("coursesListPath", "preferencePath"):
        if not fills(sso[key]):
            yield (
                f"sso.{key}",
                "the path cannot be filled in",
                "{username}, and in coursesListPath {permission}, and no other braces",
                f"write sso.{key} as its description says",
            )


def is_key_set(text: str) -> bool:
    """Return whether text is a JSON Web Key Set of public keys only."""
    try:
        keys = json.loads(text)["keys"]
        return bool(keys) and all("kty" in key and not {"d", "k"} & set(key) for key in keys)
    except (ValueError, KeyError, TypeError):
        return False


def fills(path: str) -> bool:
    """Return whether a path has {username} and nothing that cannot be filled in."""
    try:
        return "{username}" in path and bool(path.format(username="u", permission="p"))
    except (KeyError, IndexError, ValueError):
        return False
