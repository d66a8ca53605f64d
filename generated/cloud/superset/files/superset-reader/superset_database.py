"""Create Superset's metadata database and its user, and set the user's password. Idempotent.

Everything comes from the environment: DATABASE_{ENGINE,HOST,PORT,NAME,USER,PASSWORD,TLS,CA},
DATABASE_ADMIN_{USER,PASSWORD} and WAIT_SECONDS.
"""

from __future__ import annotations

import os
import ssl
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any

PAUSE = 3.0  # seconds between two tries


def say(text: str) -> None:
    """Print a progress line at once."""
    print(f"superset-database: {text}", flush=True)


def read_settings(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the settings by short lower-case name; raise KeyError naming what is missing."""
    names = ["ENGINE", "HOST", "PORT", "NAME", "USER", "PASSWORD", "ADMIN_USER", "ADMIN_PASSWORD"]
    settings = {name.lower(): environment[f"DATABASE_{name}"] for name in names}
    settings["tls"] = environment.get("DATABASE_TLS", "off")
    settings["ca"] = environment.get("DATABASE_CA", "")
    return settings


def connect_postgresql(settings: Mapping[str, str], database: str) -> Any:
    """Return a connection as the administrator, each statement its own transaction."""
    import psycopg2

    modes = {"off": "disable", "require": "require", "verify": "verify-full"}
    more = {"sslrootcert": trusted(settings)} if settings["tls"] == "verify" else {}
    connection = psycopg2.connect(
        host=settings["host"],
        port=int(settings["port"]),
        dbname=database,
        user=settings["admin_user"],
        password=settings["admin_password"],
        sslmode=modes[settings["tls"]],
        connect_timeout=10,
        **more,
    )
    connection.autocommit = True
    return connection


def connect_mysql(settings: Mapping[str, str]) -> Any:
    """Return a connection as the administrator."""
    import pymysql

    context = None
    if settings["tls"] != "off":
        context = ssl.create_default_context(cafile=trusted(settings))
        if settings["tls"] == "require":
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
    return pymysql.connect(
        host=settings["host"],
        port=int(settings["port"]),
        user=settings["admin_user"],
        password=settings["admin_password"],
        charset="utf8mb4",
        connect_timeout=10,
        autocommit=True,
        ssl=context,
    )


def trusted(settings: Mapping[str, str]) -> str:
    """Return the file of trusted authorities."""
    if settings["ca"]:
        return settings["ca"]
    import certifi

    return certifi.where()


def prepare_postgresql(connection: Any, settings: Mapping[str, str]) -> None:
    """Create role and database where missing; set the password; shut others out."""
    from psycopg2 import extensions, sql

    user, name = sql.Identifier(settings["user"]), sql.Identifier(settings["name"])
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [settings["user"]])
        if cursor.fetchone() is None:
            cursor.execute(sql.SQL("CREATE ROLE {} LOGIN").format(user))
            say(f"user {settings['user']} created")
        # Hashed here, so that no statement log on the server holds the password.
        hashed = extensions.encrypt_password(
            settings["password"], settings["user"], scope=connection, algorithm="scram-sha-256"
        )
        cursor.execute(sql.SQL("ALTER ROLE {} LOGIN PASSWORD %s").format(user), [hashed])
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [settings["name"]])
        if cursor.fetchone() is None:
            # Managed servers let only a member of the role give it a database.
            cursor.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(user))
            cursor.execute(
                sql.SQL("CREATE DATABASE {} OWNER {} ENCODING 'UTF8' TEMPLATE template0").format(
                    name, user
                )
            )
            say(f"database {settings['name']} created")
        cursor.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(name))


def prepare_mysql(connection: Any, settings: Mapping[str, str]) -> None:
    """Create database and user where missing; set the password; grant the one database."""
    name, user = settings["name"], settings["user"]
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE DATABASE IF NOT EXISTS `{name}` "
            "CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci"
        )
        cursor.execute(
            "CREATE USER IF NOT EXISTS %s@'%%' IDENTIFIED BY %s", [user, settings["password"]]
        )
        cursor.execute("ALTER USER %s@'%%' IDENTIFIED BY %s", [user, settings["password"]])
        # In a grant, an underscore stands for any character unless escaped.
        pattern = name.replace("_", r"\_")
        cursor.execute(f"GRANT ALL PRIVILEGES ON `{pattern}`.* TO %s@'%%'", [user])


def wait(connect: Callable[[], Any], place: str, seconds: float) -> Any:
    """Return a connection; raise TimeoutError when none could be made within `seconds`."""
    end = time.monotonic() + seconds
    while True:
        try:
            return connect()
        except Exception as error:
            # Drivers name users here, never passwords.
            reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
        if time.monotonic() > end:
            raise TimeoutError(
                f"{place} did not accept the administrator within {seconds:.0f} s ({reason}); "
                "is the server up, and is the password right?"
            )
        say(f"waiting for {place} ({reason})")
        time.sleep(PAUSE)


def main() -> int:
    """Prepare the database; return the exit code."""
    settings = read_settings(os.environ)
    place = f"{settings['engine']} at {settings['host']}:{settings['port']}"
    seconds = float(os.environ.get("WAIT_SECONDS", "300"))
    try:
        if settings["engine"] == "mysql":
            prepare_mysql(wait(lambda: connect_mysql(settings), place, seconds), settings)
        else:
            connection = wait(lambda: connect_postgresql(settings, "postgres"), place, seconds)
            prepare_postgresql(connection, settings)
    except TimeoutError as error:
        say(f"FAILED: {error}")
        return 1
    say(f"database {settings['name']} and user {settings['user']} are ready")
    return 0


if __name__ == "__main__":
    sys.exit(main())
