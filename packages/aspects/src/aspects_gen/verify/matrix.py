"""Every client against every table: what it may do is asked of the engine, what it may not is really tried."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from aspects_gen.errors import Failure
from aspects_gen.verify.client import Client, RefusedError
from aspects_gen.verify.rights import allows

DENIED = ("497", "164", "452")
"""Codes of a refusal for want of rights: no privilege, readonly, a setting that may not change."""

PROBE = "verify_probe"
"""Name of whatever a forbidden deed would make."""


class Deed(NamedTuple):
    """Something to try: it needs one privilege."""

    privilege: str
    statement: str
    """With {on} for the target's name in backticks, {name} for that without."""
    engines: tuple[str, ...] = ()
    """Parts of a table engine's name that it is for; none for all."""
    data: bytes | None = None


STORED = ("MergeTree",)

ON_TABLES = (
    Deed("SELECT", "SELECT * FROM {on} LIMIT 1"),
    Deed("INSERT", "INSERT INTO {on} FORMAT TabSeparated", STORED, b""),
    Deed("dictGet", "SELECT dictHas('{name}', 1)", ("Dictionary",)),
    Deed("SYSTEM VIEWS", "SYSTEM WAIT VIEW {on}", ("MaterializedView",)),
    Deed("BACKUP", "BACKUP TABLE {on} TO Null", STORED),
    Deed("ALTER DELETE", "ALTER TABLE {on} DELETE WHERE 1", STORED),
    Deed("ALTER ADD COLUMN", f"ALTER TABLE {{on}} ADD COLUMN {PROBE} Int8", STORED),
    Deed("OPTIMIZE", "OPTIMIZE TABLE {on} FINAL", STORED),
    Deed("TRUNCATE", "TRUNCATE TABLE {on}", STORED),
    Deed("DROP TABLE", "DROP TABLE {on}", STORED),
    Deed("DROP VIEW", "DROP VIEW {on}", ("View",)),
    Deed("DROP DICTIONARY", "DROP DICTIONARY {on}", ("Dictionary",)),
)
"""The harmless first: should one succeed that may not, the next ones still find their table."""

ON_DATABASES = (
    Deed("BACKUP", "BACKUP DATABASE {on} TO Null"),
    Deed("CREATE TABLE", f"CREATE TABLE {{on}}.{PROBE} (a Int8) ENGINE = MergeTree ORDER BY a"),
    Deed("CREATE VIEW", f"CREATE VIEW {{on}}.{PROBE} AS SELECT 1 AS a"),
    Deed(
        "CREATE DICTIONARY",
        f"CREATE DICTIONARY {{on}}.{PROBE} (a UInt64, b String) PRIMARY KEY a "
        "SOURCE(CLICKHOUSE(TABLE 'x')) LAYOUT(FLAT()) LIFETIME(0)",
    ),
    Deed("DROP DATABASE", "DROP DATABASE {on}"),
)

ON_SERVER = (
    Deed("CREATE DATABASE", f"CREATE DATABASE {PROBE}"),
    Deed("CREATE FUNCTION", f"CREATE FUNCTION {PROBE} AS (a) -> a"),
    Deed("CREATE USER", f"CREATE USER {PROBE}"),
    Deed("ROLE ADMIN", f"GRANT ALL ON *.* TO {PROBE}"),
    Deed("FILE", "SELECT * FROM file('/etc/hostname', 'LineAsString')"),
    Deed("URL", "SELECT * FROM url('http://127.0.0.1:9/', 'LineAsString')"),
    Deed("S3", "SELECT * FROM s3('http://127.0.0.1:9/bucket/key', 'CSV', 'a Int8')"),
    Deed("REMOTE", "SELECT * FROM remote('127.0.0.1:9', 'system', 'one')"),
    Deed("SYSTEM SHUTDOWN", "SYSTEM SHUTDOWN"),
)


class Table(NamedTuple):
    """A table, view or dictionary of the deployment."""

    database: str
    name: str
    engine: str

    @property
    def on(self) -> str:
        """Return its name as grants have it."""
        return f"{self.database}.{self.name}"


class Tally(NamedTuple):
    """How much was tried."""

    allowed: int
    forbidden: int


def list_tables(owner: Client, databases: list[str]) -> list[Table]:
    """Return everything in the databases of the deployment but what the engine itself hides in them."""
    homes = ", ".join(f"'{name}'" for name in databases)
    where = f"database IN ({homes}) AND name NOT LIKE '.%'"
    sql = f"SELECT database, name, engine FROM system.tables WHERE {where} ORDER BY 1, 2"
    return [Table(*row) for row in owner.rows(sql)]


def list_deeds(tables: list[Table], databases: list[str]) -> Iterator[tuple[Deed, str, str]]:
    """Yield (deed, target as grants have it, target as SQL has it)."""
    for deed in ON_TABLES:
        for table in tables:
            if not deed.engines or any(part in table.engine for part in deed.engines):
                yield deed, table.on, f"`{table.database}`.`{table.name}`"
    for deed in ON_DATABASES:
        for name in databases:
            yield deed, f"{name}.*", f"`{name}`"
    for deed in ON_SERVER:
        yield deed, "*.*", "*.*"


Giver = Callable[[str, str, str], tuple[str, str]]
"""Role, privilege and target to the file and the statement that gives it."""


def try_client(
    client: dict[str, Any], asking: Client, deeds: list[tuple[Deed, str, str]], giver: Giver
) -> tuple[Tally, list[Failure]]:
    """Try one client's rights both ways.

    Args:
        client: of the access model.
        asking: signed in as it.
        deeds: as `list_deeds` yields them.
        giver: finds what gives a right.
    """
    failures: list[Failure] = []
    may = [deed for deed in deeds if allows(client, deed[0].privilege, deed[1])]
    for deed, on, target in _not_granted(asking, may):
        problem = f"{asking.user} may not {deed.privilege} {on}, which the model lets it"
        statement = f"CHECK GRANT {deed.privilege} ON {_checked(on, target)}"
        fix = "look for a statement that takes the right away again"
        failures.append(
            Failure("rights", giver(client["role"], "", on)[0], statement, problem, fix)
        )
    forbidden = [deed for deed in deeds if deed not in may]
    for deed, on, target in forbidden:
        statement = deed.statement.format(on=target, name=on)
        code = _try(asking, statement, deed.data)
        if code not in DENIED:
            ended = "succeeds" if not code else f"fails with code {code} instead of a refusal"
            problem = f"{asking.user} tries {deed.privilege} on {on}, which {ended}"
            file, given = giver(client["role"], deed.privilege, on)
            fix = f"take the right from {client['role']}"
            tried = f"{given};\n-- which lets it\n{statement}" if given else statement
            failures.append(Failure("rights", file, tried, problem, fix))
    return Tally(len(may), len(forbidden)), failures


def _not_granted(
    asking: Client, deeds: list[tuple[Deed, str, str]]
) -> list[tuple[Deed, str, str]]:
    """Return the deeds that a client may not do: asked together, and one by one when any fails."""
    if not deeds or _granted(asking, deeds):
        return []
    return [deed for deed in deeds if not _granted(asking, [deed])]


def _granted(asking: Client, deeds: list[tuple[Deed, str, str]]) -> bool:
    rights = ", ".join(f"{deed.privilege} ON {_checked(on, sql)}" for deed, on, sql in deeds)
    return asking.ask(f"CHECK GRANT {rights}").strip() == "1"


def _checked(on: str, sql: str) -> str:
    return f"{sql}.*" if on.endswith(".*") and on != "*.*" else sql


def _try(asking: Client, statement: str, data: bytes | None) -> str:
    """Return the code of the error that a statement ends in; empty when it succeeds."""
    try:
        asking.ask(statement, data)
    except RefusedError as refusal:
        return refusal.code
    return ""
