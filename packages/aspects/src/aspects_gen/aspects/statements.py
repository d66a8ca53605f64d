"""Render the access model as SQL files for one server, a cluster or a server elsewhere.

Every statement may be repeated, and what is not listed is taken away: a role's rights are
replaced as a whole by one GRANT, so that no moment lies between the old and the new ones, and
rights given to the user itself, as earlier installations did, are revoked once the role is there.
"""

from __future__ import annotations

from typing import Any

HASH = "@sha256({client})@"
"""Where the access Job puts the hash of a client's password; the clear one is in no statement."""


def access_files(model: dict[str, Any], *, cluster: str = "", extra: str = "") -> dict[str, str]:
    """Return the SQL files in the order they run.

    Args:
        model: as `access.access_model` returns it.
        cluster: name of the cluster every statement runs on; empty for one server.
        extra: the operator's own statements, run last.

    Returns:
        File name to text, names sort in run order.
    """
    where = f" ON CLUSTER {quoted(cluster)}" if cluster else ""
    parts = {
        "01-databases.sql": ("Databases.", database_statements(model, where)),
        "02-profiles.sql": ("Limits of a query.", profile_statements(model, where)),
        "03-roles.sql": ("One role per client, with its rights.", role_statements(model, where)),
        "04-users.sql": ("One user per client.", user_statements(model, where)),
        "05-quotas.sql": ("Limits per hour.", quota_statements(model, where)),
        "06-absent.sql": ("Users of services that are off.", absent_statements(model, where)),
    }
    files = {
        name: _file(about, statements) for name, (about, statements) in parts.items() if statements
    }
    if extra.strip():
        files["09-extra.sql"] = f"-- The operator's own statements.\n{_clean(extra)}"
    return files


def database_statements(model: dict[str, Any], where: str) -> list[str]:
    """Return one statement per database."""
    return [f"CREATE DATABASE IF NOT EXISTS {name(db)}{where}" for db in model["databases"]]


def profile_statements(model: dict[str, Any], where: str) -> list[str]:
    """Return what makes each settings profile and sets it to exactly the listed settings."""
    lines = []
    for profile in model["profiles"]:
        settings = ", ".join(_constraint(key, value) for key, value in profile["settings"].items())
        title = name(profile["name"])
        lines.append(f"CREATE SETTINGS PROFILE IF NOT EXISTS {title}{where} SETTINGS readonly = 2")
        lines.append(f"ALTER SETTINGS PROFILE {title}{where} SETTINGS {settings}")
    return lines


def role_statements(model: dict[str, Any], where: str) -> list[str]:
    """Return what makes each role and gives it exactly the listed rights."""
    lines = []
    for client in model["clients"]:
        role = name(client["role"])
        rights = ",\n  ".join(_grant(grant) for grant in client["grants"])
        lines.append(f"CREATE ROLE IF NOT EXISTS {role}{where}")
        lines.append(f"GRANT{where}\n  {rights}\n  TO {role} WITH REPLACE OPTION")
        lines += [f"REVOKE{where} {_grant(grant)} FROM {role}" for grant in client["withheld"]]
    return lines


def user_statements(model: dict[str, Any], where: str) -> list[str]:
    """Return what makes each user, sets its password and leaves it only its role."""
    lines = []
    for client in model["clients"]:
        user, role = name(client["user"]), name(client["role"])
        secret = f"IDENTIFIED WITH sha256_hash BY '{HASH.format(client=client['id'])}'"
        profile = f"PROFILE {quoted(client['profile'])}" if client["profile"] else "NONE"
        lines += [
            f"CREATE USER IF NOT EXISTS {user}{where} {secret}",
            f"ALTER USER {user}{where} {secret}",
            f"GRANT{where} {role} TO {user} WITH REPLACE OPTION",
            f"ALTER USER {user}{where} DEFAULT ROLE {role} SETTINGS {profile}",
            f"REVOKE{where} ALL ON *.* FROM {user}",
        ]
    return lines


def quota_statements(model: dict[str, Any], where: str) -> list[str]:
    """Return what makes each quota, or removes it when nothing is limited."""
    lines = []
    for quota in model["quotas"]:
        title = name(quota["name"])
        if not quota["queries"]:
            lines.append(f"DROP QUOTA IF EXISTS {title}{where}")
            continue
        limit = f"FOR INTERVAL {quota['hours']} hour MAX queries = {quota['queries']}"
        rest = f"KEYED BY user_name {limit} TO {name(quota['role'])}"
        lines.append(f"CREATE QUOTA IF NOT EXISTS {title}{where} {rest}")
        lines.append(f"ALTER QUOTA {title}{where} {rest}")
    return lines


def absent_statements(model: dict[str, Any], where: str) -> list[str]:
    """Return what removes the users and roles that nothing uses: a service that is off keeps no way in."""
    lines = []
    for client in model["absent"]:
        lines.append(f"DROP USER IF EXISTS {name(client['user'])}{where}")
        lines.append(f"DROP ROLE IF EXISTS {name(client['role'])}{where}")
    return lines


def name(text: str) -> str:
    """Return an identifier in backticks; the schema lets only letters, digits and _ through."""
    return f"`{text}`"


def quoted(text: str) -> str:
    """Return a string literal."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def target(on: str) -> str:
    """Return `database.table` with each named part in backticks; stars stay."""
    return ".".join(part if part == "*" else name(part) for part in on.split("."))


def _grant(grant: tuple[tuple[str, ...], str]) -> str:
    privileges, on = grant
    return f"{', '.join(privileges)} ON {target(on)}"


def _constraint(key: str, value: int) -> str:
    """Return a setting that the user cannot change, or not beyond the value."""
    return f"{key} = {value} CONST" if key == "readonly" else f"{key} = {value} MAX {value}"


def _file(about: str, statements: list[str]) -> str:
    return f"-- {about}\n" + "".join(f"{statement};\n" for statement in statements)


def _clean(text: str) -> str:
    lines = [line.rstrip().replace("\t", "  ") for line in text.strip().splitlines()]
    return "\n".join(lines) + "\n"
