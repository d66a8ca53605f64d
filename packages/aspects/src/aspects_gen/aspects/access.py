"""Who may do what in ClickHouse, as plain data. `statements` renders it, tests and checks read it.

Shape of `access_model`::

    {"databases": [name],
     "profiles": [{"name", "settings": {setting: value}}],
     "clients": [{"id", "user", "role", "secret": {"name", "key"}, "profile": name or None,
                  "grants": [Grant], "withheld": [Grant]}],
     "absent": [{"user", "role"}],
     "quotas": [{"name", "role", "hours", "queries"}]}

A Grant is (privileges, on): what may be done, and `database.table`, `database.*` or `*.*`.
Withheld rights are taken out of a wider grant again. Absent clients are those whose service is
off: their users are removed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from aspects_gen.aspects.extensions import added_grants, reader_clients
from aspects_gen.aspects.naming import (
    BASE_SINK_TABLES,
    COPIED,
    PERSONAL_TABLES,
    PRIVATE_TABLES,
    PSEUDONYM_KEY,
    RETIRING,
    client_role,
    data_databases,
    parsed_database,
    raw_tables,
)

Grant = tuple[tuple[str, ...], str]

CLIENTS = ("lrs", "vector", "sinks", "reporting", "dbt", "migrations", "backup")
"""Ids of the clients, each with a ClickHouse user of its own."""

RESERVED_USERS = ("default",)
"""Users that a server has from the start."""

RESERVED_DATABASES = ("system", "information_schema", "INFORMATION_SCHEMA", "default")
"""Databases that a server has from the start. Source: ClickHouse documentation, read 2026-11."""

READ_CATALOGUE = ("databases", "tables", "columns", "parts", "dictionaries", "functions")
"""System tables by which dbt and migrations see what exists."""

READ_HEALTH = (
    "disks",
    "events",
    "metrics",
    "parts",
    "query_log",
    "replication_queue",
    "view_refreshes",
)
"""System tables that the Operator Dashboard shows."""

READ_BACKUP = ("backups", "databases", "parts", "tables")
"""System tables by which a backup is watched."""

BUILD_RIGHTS = (
    "SELECT",
    "INSERT",
    "ALTER TABLE",
    "ALTER VIEW",
    "CREATE TABLE",
    "CREATE VIEW",
    "CREATE DICTIONARY",
    "DROP TABLE",
    "DROP VIEW",
    "DROP DICTIONARY",
    "TRUNCATE",
    "OPTIMIZE",
    "dictGet",
    "SYSTEM VIEWS",
)
"""What building models takes: tables, views, dictionaries, swapping and refreshing them."""

ASK_REPLICAS = ("CREATE TEMPORARY TABLE", "REMOTE")
"""What clusterAllReplicas() takes: dbt's adapter looks at every replica before it builds, and who
deletes personal data at every one afterwards.

Source: dbt-clickhouse 1.10.3, macros/adapters.sql; ClickHouse/ClickHouse#37389, read 2026-11.
"""

CHANGE_RIGHTS = ("INSERT", "ALTER TABLE", "DROP TABLE", "TRUNCATE")
"""What no one but migrations and the table's own client may do to a base table."""


def active_clients(values: dict[str, Any]) -> list[str]:
    """Return the clients that something of this deployment, or the LMS, signs in as."""
    aspects = values["aspects"]
    needed = {
        "lrs": values["ralph"]["enabled"] or aspects["source"] == "ralph",
        "vector": values["vector"]["enabled"],
        "backup": values["clickhouse"]["backup"]["enabled"],
    }
    return [client for client in CLIENTS if needed.get(client, True)]


def access_model(
    aspects: dict[str, Any],
    *,
    clients: Sequence[str] = CLIENTS,
    cluster: bool = False,
    object_store: bool = False,
    archive: bool = False,
) -> dict[str, Any]:
    """Return databases, users, roles, grants, profiles and quotas for a complete aspects slice.

    Args:
        aspects: the slice `aspects`, complete.
        clients: those in use; the others' users are removed.
        cluster: statements run ON CLUSTER, which is a right of its own.
        object_store: backups go to an S3-compatible store, likewise.
        archive: statements are archived in one, and a Job may read them back.
    """
    stores = [
        client for client, uses in (("backup", object_store), ("migrations", archive)) if uses
    ]
    reporting = str(aspects["clients"]["reporting"]["user"])
    queries = aspects["reportingLimits"]["queriesPerHour"]
    readers = reader_clients(aspects)
    return {
        "databases": data_databases(aspects),
        "profiles": [
            {"name": f"{reporting}_profile", "settings": reporting_settings(aspects)},
            *({"name": reader["profile"], "settings": {"readonly": 2}} for reader in readers),
        ],
        "clients": [
            *(
                client_access(aspects, client, cluster=cluster, stores=stores)
                for client in clients
            ),
            *readers,
        ],
        "absent": [
            {"user": login["user"], "role": client_role(login["user"])}
            for client, login in sorted(aspects["clients"].items())
            if client not in clients
        ],
        "quotas": [
            {
                "name": f"{reporting}_quota",
                "role": client_role(reporting),
                "hours": 1,
                "queries": queries,
            }
        ],
    }


def client_access(
    aspects: dict[str, Any], client: str, *, cluster: bool, stores: Sequence[str] = ()
) -> dict[str, Any]:
    """Return one client's user, role and rights."""
    login = aspects["clients"][client]
    grants, withheld = RIGHTS[client](aspects)
    grants = [*grants, *added_grants(aspects, client)]
    if cluster and client in ("dbt", "migrations", "backup"):
        grants = [*grants, (("CLUSTER",), "*.*")]
    if cluster and client in ("dbt", "migrations"):
        grants = [*grants, (ASK_REPLICAS, "*.*")]
    if cluster and client == "dbt":
        # refreshes ask how far a replica lags behind
        grants = [*grants, (("SELECT",), "system.replicas")]
    if cluster and client == "migrations":
        sink = aspects["databases"]["eventSink"]
        grants = [*grants, (("SYSTEM SYNC REPLICA",), f"{sink}.{RETIRING}")]
    if client in stores:
        grants = [*grants, (("S3",), "*.*")]
    return {
        "id": client,
        "user": login["user"],
        "role": client_role(login["user"]),
        "secret": dict(login["passwordSecret"]),
        "profile": f"{login['user']}_profile" if client == "reporting" else None,
        "grants": grants,
        "withheld": withheld,
    }


def reporting_settings(aspects: dict[str, Any]) -> dict[str, int]:
    """Return the settings that dashboards' queries run under and cannot raise.

    readonly 2 refuses every change but lets a client pass settings such as a query's time-out,
    which clickhouse-connect does.

    Source: ClickHouse documentation, setting `readonly`, read 2026-11.
    """
    limits = aspects["reportingLimits"]
    settings = {
        "readonly": 2,
        "max_execution_time": limits["querySeconds"],
        "max_result_rows": limits["resultRows"],
    }
    if limits["memoryBytes"]:
        settings["max_memory_usage"] = limits["memoryBytes"]
    return settings


def _lrs(aspects: dict[str, Any]) -> tuple[list[Grant], list[Grant]]:
    """Ralph reads ids before it inserts, and its client reads system.settings when it starts."""
    raw = f"{aspects['databases']['xapi']}.{aspects['tables']['rawXapi']}"
    return [(("SELECT", "INSERT"), raw), (("SELECT",), "system.settings")], []


def _vector(aspects: dict[str, Any]) -> tuple[list[Grant], list[Grant]]:
    """Vector only adds; its inserts name no columns, for which it need not read."""
    database, tables = aspects["databases"]["vector"], aspects["tables"]
    names = (tables["rawXapi"], tables["trackingLogs"], tables["deadLetters"])
    return [(("INSERT",), f"{database}.{name}") for name in names], []


def _sinks(aspects: dict[str, Any]) -> tuple[list[Grant], list[Grant]]:
    """LMS and Studio look up their last copy, add rows, and remove a retired learner's.

    What the value `pii` does not allow cannot be added, whatever the LMS's settings say.
    """
    database = aspects["databases"]["eventSink"]
    refused = {"user_profile", "external_id"} - {*COPIED[aspects["pii"]]}
    tables = [name for name in BASE_SINK_TABLES if name != "aspects_data"]
    grants: list[Grant] = [
        (("SELECT",) if name in refused else ("SELECT", "INSERT"), f"{database}.{name}")
        for name in tables
    ]
    grants += [(("ALTER DELETE",), f"{database}.{name}") for name in PERSONAL_TABLES]
    # the load test command measures how far the raw events lag behind
    grants.append((("SELECT",), f"{parsed_database(aspects)}.{aspects['tables']['rawXapi']}"))
    return grants, []


def _reporting(aspects: dict[str, Any]) -> tuple[list[Grant], list[Grant]]:
    """Superset reads models and name lookups; raw events and personal tables stay closed."""
    databases = aspects["databases"]
    parsed, sink = parsed_database(aspects), databases["eventSink"]
    grants: list[Grant] = [
        (("SELECT", "dictGet"), f"{databases['reporting']}.*"),
        (("SELECT", "dictGet"), f"{sink}.*"),
        (("SELECT",), f"{parsed}.*"),
    ]
    grants += [(("SELECT",), f"system.{table}") for table in READ_HEALTH]
    closed = [
        f"{database}.{table}" for database, table in raw_tables(aspects) if database == parsed
    ]
    closed += [f"{sink}.{table}" for table in (*PERSONAL_TABLES, *PRIVATE_TABLES, "aspects_data")]
    return grants, [(("SELECT",), table) for table in closed]


def _dbt(aspects: dict[str, Any]) -> tuple[list[Grant], list[Grant]]:
    """Build models in three databases, without a way to harm the tables they are built from."""
    databases = aspects["databases"]
    parsed, sink = parsed_database(aspects), databases["eventSink"]
    built = list(dict.fromkeys([parsed, sink, databases["reporting"]]))
    grants: list[Grant] = [(BUILD_RIGHTS, f"{database}.*") for database in built]
    grants += [(("SELECT",), f"system.{table}") for table in READ_CATALOGUE]
    base = [f"{home}.{table}" for home, table in raw_tables(aspects) if home in built]
    base += [f"{sink}.{table}" for table in BASE_SINK_TABLES if table != "aspects_data"]
    return grants, [(CHANGE_RIGHTS, table) for table in (*base, f"{sink}.{PSEUDONYM_KEY}")]


def _migrations(aspects: dict[str, Any]) -> tuple[list[Grant], list[Grant]]:
    """Create and change base tables, and remove learners from all; dropping one is left to a person."""
    rights = ("SELECT", "INSERT", "ALTER TABLE", "CREATE TABLE", "OPTIMIZE", "SYSTEM VIEWS")
    grants: list[Grant] = [(rights, f"{database}.*") for database in data_databases(aspects)]
    grants += [(("CREATE FUNCTION", "DROP FUNCTION"), "*.*")]
    grants += [(("SELECT",), f"system.{table}") for table in (*READ_CATALOGUE, "mutations")]
    return grants, []


def _backup(aspects: dict[str, Any]) -> tuple[list[Grant], list[Grant]]:
    """Copy whole databases out; reading rows is not needed for that."""
    grants: list[Grant] = [(("BACKUP",), f"{name}.*") for name in data_databases(aspects)]
    return [*grants, *[(("SELECT",), f"system.{table}") for table in READ_BACKUP]], []


RIGHTS: dict[str, Callable[[dict[str, Any]], tuple[list[Grant], list[Grant]]]] = {
    "lrs": _lrs,
    "vector": _vector,
    "sinks": _sinks,
    "reporting": _reporting,
    "dbt": _dbt,
    "migrations": _migrations,
    "backup": _backup,
}
