"""Create the account that reads who uses Superset, with a right to these columns and no other. Idempotent.

Waits for the tables. Everything comes from the environment: DATABASE_{ENGINE,HOST,PORT,NAME,TLS,CA},
DATABASE_USER (owner of the tables), DATABASE_ADMIN_{USER,PASSWORD}, DATABASE_READER_{USER,PASSWORD}
and WAIT_SECONDS.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from superset_database import connect_mysql, connect_postgresql, wait

COLUMNS = {
    "ab_user": ["id", "created_on", "last_login", "login_count", "active"],
    "dashboards": ["id", "dashboard_title"],
    "logs": ["action", "dttm", "user_id", "dashboard_id", "slice_id"],
    "slices": ["id", "slice_name"],
}
"""What the account may read of which table: no name, address or password of anyone."""

SLOW_SECONDS = 60  # after which PostgreSQL ends a question: Superset itself needs this server


def say(text: str) -> None:
    """Print a progress line at once."""
    print(f"superset-reader: {text}", flush=True)


def read_settings(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the settings by short lower-case name; raise KeyError naming what is missing."""
    names = ["ENGINE", "HOST", "PORT", "NAME", "USER", "ADMIN_USER", "ADMIN_PASSWORD"]
    names += ["READER_USER", "READER_PASSWORD"]
    settings = {name.lower(): environment[f"DATABASE_{name}"] for name in names}
    settings["tls"] = environment.get("DATABASE_TLS", "off")
    settings["ca"] = environment.get("DATABASE_CA", "")
    return settings


@contextlib.contextmanager
def together(connection: Any) -> Iterator[Any]:
    """Do several statements in one transaction, so that nobody finds the account half made."""
    connection.autocommit = False
    with connection, connection.cursor() as cursor:
        yield cursor
    connection.autocommit = True


def prepare_postgresql(connection: Any, settings: Mapping[str, str]) -> None:
    """Create the role where missing; give it its password and exactly its rights."""
    from psycopg2 import extensions, sql

    reader, owner = (sql.Identifier(settings[key]) for key in ("reader_user", "user"))
    # Hashed here, so that no statement log on the server holds the password.
    hashed = extensions.encrypt_password(
        settings["reader_password"],
        settings["reader_user"],
        scope=connection,
        algorithm="scram-sha-256",
    )
    with together(connection) as cursor:

        def run(text: str, values: list[Any] | None = None, **names: Any) -> None:
            filled = sql.SQL(text).format(reader=reader, owner=owner, **names)
            cursor.execute(filled, values)

        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [settings["reader_user"]])
        if cursor.fetchone() is None:
            run("CREATE ROLE {reader} LOGIN")
            say(f"user {settings['reader_user']} created")
        run("ALTER ROLE {reader} LOGIN PASSWORD %s", [hashed])
        run("ALTER ROLE {reader} SET default_transaction_read_only = on")
        run("ALTER ROLE {reader} SET statement_timeout = %s", [f"{SLOW_SECONDS}s"])
        cursor.execute("SELECT pg_has_role(%s, 'USAGE')", [settings["user"]])
        if not cursor.fetchone()[0]:
            # Managed servers have no superuser: there only members of the owner may grant.
            run("GRANT {owner} TO CURRENT_USER")
        # With the table goes what was granted on its columns.
        run("REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {reader}")
        run("GRANT CONNECT ON DATABASE {name} TO {reader}", name=sql.Identifier(settings["name"]))
        run("GRANT USAGE ON SCHEMA public TO {reader}")
        for table, columns in COLUMNS.items():
            run(
                "GRANT SELECT ({columns}) ON public.{table} TO {reader}",
                columns=sql.SQL(", ").join(map(sql.Identifier, columns)),
                table=sql.Identifier(table),
            )


def prepare_mysql(connection: Any, settings: Mapping[str, str]) -> None:
    """Create the user where missing; give it its password and exactly its rights."""
    user, password = settings["reader_user"], settings["reader_password"]
    with connection.cursor() as cursor:
        cursor.execute("CREATE USER IF NOT EXISTS %s@'%%' IDENTIFIED BY %s", [user, password])
        cursor.execute("ALTER USER %s@'%%' IDENTIFIED BY %s", [user, password])
        cursor.execute("REVOKE ALL PRIVILEGES, GRANT OPTION FROM %s@'%%'", [user])
        for table, columns in COLUMNS.items():
            listed = ", ".join(f"`{column}`" for column in columns)
            cursor.execute(
                f"GRANT SELECT ({listed}) ON `{settings['name']}`.`{table}` TO %s@'%%'", [user]
            )


def tables(connection: Any, settings: Mapping[str, str]) -> Any:
    """Return the connection if the tables are there; raise LookupError naming those that are not."""
    # PostgreSQL's information_schema shows nothing to an administrator who is no superuser
    found = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
    if settings["engine"] == "mysql":
        found = "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE()"
    with connection.cursor() as cursor:
        if settings["engine"] == "mysql":
            cursor.execute(f"USE `{settings['name']}`")
        cursor.execute(found)
        there = {row[0] for row in cursor.fetchall()}
    if missing := sorted(set(COLUMNS) - there):
        connection.close()
        raise LookupError(f"Superset's tables {', '.join(missing)} are not there yet")
    return connection


def main() -> int:
    """Prepare the account; return the exit code."""
    settings = read_settings(os.environ)
    place = f"{settings['engine']} at {settings['host']}:{settings['port']}"
    seconds = float(os.environ.get("WAIT_SECONDS", "300"))
    mysql = settings["engine"] == "mysql"

    def connect() -> Any:
        """The tables belong to what is waited for: all Jobs may have been started at once."""
        found = (
            connect_mysql(settings) if mysql else connect_postgresql(settings, settings["name"])
        )
        return tables(found, settings)

    try:
        prepare = prepare_mysql if mysql else prepare_postgresql
        prepare(wait(connect, place, seconds), settings)
    except TimeoutError as error:
        say(f"FAILED: {error}")
        return 1
    say(f"user {settings['reader_user']} may read {', '.join(COLUMNS)}, in part")
    return 0


if __name__ == "__main__":
    sys.exit(main())
