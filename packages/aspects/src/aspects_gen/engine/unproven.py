"""What the embedded engine cannot prove, and the command that proves it on a server. `verify` reports it."""

from __future__ import annotations

from typing import NamedTuple


class Unproven(NamedTuple):
    """One thing that only a server shows."""

    what: str
    here: str
    """What the embedded engine does instead."""
    command: str
    """Shows it on a server; words in capitals are to be filled in."""


UNPROVEN: tuple[Unproven, ...] = (
    Unproven(
        "The statements that create users, roles, grants, profiles and quotas",
        "refuses them; the same access model reaches it as users.xml",
        'clickhouse-client --user ADMIN --query "SHOW GRANTS FOR ROLE"',
    ),
    Unproven(
        "That a table of the database system needs a grant",
        "lets every account read system tables",
        'clickhouse-client --user CLIENT --query "SELECT count() FROM system.query_log"',
    ),
    Unproven(
        "Quotas",
        "counts no queries",
        'clickhouse-client --user CLIENT --query "SHOW QUOTA"',
    ),
    Unproven(
        "Row policies, currentUser(), and quotas or limits keyed by user",
        "runs every connection as `default` in the account's role",
        'clickhouse-client --user CLIENT --query "SELECT currentUser(), currentRoles()"',
    ),
    Unproven(
        "Whose rights a materialized view without DEFINER uses",
        "asks those of whoever inserts: SELECT on the source table, INSERT on the target",
        'clickhouse-client --query "SHOW CREATE TABLE DATABASE.VIEW"',
    ),
    Unproven(
        "ON CLUSTER, Keeper, and replicated or distributed tables",
        "refuses ON CLUSTER; or, when told to, strips it and takes replicated engines for plain ones",
        'clickhouse-client --query "SELECT * FROM system.clusters"',
    ),
    Unproven(
        "BACKUP and RESTORE",
        "has no place to put a backup",
        "clickhouse-client --user BACKUP_USER --query \"BACKUP DATABASE NAME TO Disk('backups', 'x')\"",
    ),
    Unproven(
        "TLS, addresses that a user may come from, and other ways to sign in than a password",
        "listens on loopback alone, without TLS",
        'clickhouse-client --secure --host HOST --user CLIENT --query "SELECT 1"',
    ),
    Unproven(
        "That a write survives a loss of power",
        "shows that it survives kill -9",
        'clickhouse-client --query "CHECK TABLE DATABASE.TABLE"',
    ),
)
"""Everything of that kind that is known. Source: measured with chDB 4.4.0."""
