"""metadata.json: the roles and accounts that the metadata Job sets; called by `preparation`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from .addresses import admin_email, lms_account_email

ADMIN_VARIABLE = "SUPERSET_ADMIN_PASSWORD"
LMS_VARIABLE = "SUPERSET_LMS_PASSWORD"

# Defined by Superset itself, brought back to its definition at every upgrade.
BUILT_IN = frozenset({"Admin", "Alpha", "Gamma", "Public", "sql_lab"})


def role_rights(
    values: Mapping[str, Any], rights: Mapping[str, list[str]]
) -> dict[str, list[str]]:
    """Return role name -> rights, of every role that is ours.

    `rights` is apps/roles.json. Nobody who looks at dashboards gets a right to data here: a dashboard's
    own roles open its data, and row-level security narrows it.
    """
    names = values["roles"]
    roles: dict[str, list[str]] = {name: [] for name in ("Public",)}
    for key in ("operator", "instructor", "student"):
        if names[key] not in BUILT_IN:
            roles[names[key]] = list(rights["viewer"])
    roles[values["guestRole"]] = list(rights["guest"])
    roles[values["lmsAccount"]["role"]] = list(rights["issuer"])
    roles |= {name: list(wanted) for name, wanted in values["extraRoles"].items()}
    return roles


def accounts(values: Mapping[str, Any], site: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return the accounts; passwords by the name of their environment variable."""
    return [
        {
            "username": values["admin"]["username"],
            "email": admin_email(values, site),
            "first_name": "Superset",
            "last_name": "Administrator",
            "role": "Admin",
            "password_variable": ADMIN_VARIABLE,
        },
        {
            "username": values["lmsAccount"]["username"],
            "email": lms_account_email(values, site),
            "first_name": "Learning",
            "last_name": "Platform",
            "role": values["lmsAccount"]["role"],
            "password_variable": LMS_VARIABLE,
        },
    ]


def build_plan(values: Mapping[str, Any], tools: Any) -> str:
    """Return the text of metadata.json."""
    rights = json.loads(tools.read("apps/roles.json"))
    plan = {
        "accounts": accounts(values, tools.site),
        "roles": role_rights(values, rights),
        "wait_seconds": values["metadata"]["waitSeconds"],
    }
    return json.dumps(plan, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
