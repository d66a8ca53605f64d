"""users.xml for the embedded engine, from the same plain data as the accounts.

Every connection of the embedded engine belongs to the user `default`, so each account's rights
are a role, `default` holds all roles, and the front puts a connection into one of them before a
client's statement. Each account also becomes a user of its own, so that views with
`DEFINER = account SQL SECURITY DEFINER` and dictionaries that sign in hold as well.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from xml.etree import ElementTree as Xml

from aspects_gen.engine.users import profile_of

CONNECTION_USER = "default"
"""Whom the embedded engine takes every connection for. Source: measured with chDB 4.4.0."""

FRONT_ROLE = "aspects_engine_front"
"""What the front does in its own name; no account can take this role."""

CONSTANT = "readonly"
"""The setting that may not change at all; others may be lowered."""


def users_xml(users: Sequence[Mapping[str, Any]]) -> str:
    """Return the file's text for a users file's accounts."""
    root = Xml.Element("clickhouse")
    profiles = Xml.SubElement(root, "profiles")
    Xml.SubElement(profiles, "default")
    people, roles = Xml.SubElement(root, "users"), Xml.SubElement(root, "roles")
    Xml.SubElement(Xml.SubElement(root, "quotas"), "default")
    names = [FRONT_ROLE, *(user["role"] for user in users)]
    _user(people, CONNECTION_USER, "", [f"GRANT {_name(name)}" for name in names])
    _grants(Xml.SubElement(roles, FRONT_ROLE), ["GRANT ALL ON *.*"])
    for user in users:
        _limits(profiles, user)
        _grants(Xml.SubElement(roles, user["role"]), _rights(user))
        if user["name"] != CONNECTION_USER:
            granted = [f"GRANT {_name(user['role'])}"]
            _user(people, user["name"], user["password_sha256"], granted)
    Xml.indent(root)
    return Xml.tostring(root, encoding="unicode") + "\n"


def _user(people: Xml.Element, name: str, password_sha256: str, grants: Sequence[str]) -> None:
    user = Xml.SubElement(people, name)
    if password_sha256:
        Xml.SubElement(user, "password_sha256_hex").text = password_sha256
    else:
        Xml.SubElement(user, "password")
    Xml.SubElement(user, "profile").text = "default"
    Xml.SubElement(user, "quota").text = "default"
    Xml.SubElement(Xml.SubElement(user, "networks"), "ip").text = "::/0"
    _grants(user, grants)


def _grants(parent: Xml.Element, statements: Sequence[str]) -> None:
    grants = Xml.SubElement(parent, "grants")
    for statement in statements:
        Xml.SubElement(grants, "query").text = statement


def _rights(user: Mapping[str, Any]) -> list[str]:
    """Return an account's rights as statements; one may define objects in its own name."""
    lines = [f"GRANT {', '.join(rights)} ON {_target(on)}" for rights, on in user["grants"]]
    lines += [f"REVOKE {', '.join(rights)} ON {_target(on)}" for rights, on in user["withheld"]]
    if user["name"] != CONNECTION_USER:
        lines.append(f"GRANT SET DEFINER ON {_name(user['name'])}")
    return lines


def _limits(profiles: Xml.Element, user: Mapping[str, Any]) -> None:
    """Write an account's limits as constraints, which is the part of a profile that SET PROFILE applies."""
    if not user["settings"]:
        return
    constraints = Xml.SubElement(Xml.SubElement(profiles, profile_of(user)), "constraints")
    for setting, value in user["settings"].items():
        if setting != CONSTANT:
            Xml.SubElement(Xml.SubElement(constraints, setting), "max").text = str(value)


def _name(text: str) -> str:
    return f"`{text}`"


def _target(on: str) -> str:
    """Return `database.table` with each named part in backticks; stars stay."""
    return ".".join(part if part == "*" else _name(part) for part in on.split("."))
