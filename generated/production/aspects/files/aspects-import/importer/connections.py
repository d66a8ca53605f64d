"""Where data comes from, and as whom: addresses from the environment, each with its password apart.

Superset's web and worker find certificate authorities at the same paths as the import Job.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlencode

from .bundle import Bundle, assets_of

CLICKHOUSE = "databases/openedx_clickhouse.yaml"
METADATA = "databases/superset_metadata.yaml"

MASK = "X" * 10
"""What Superset stores in an address in place of a password."""

FORBIDDEN = "SELECT password FROM ab_user WHERE 1 = 0"
HOW = "see docs/how-to/show-who-uses-superset.md"


def put_clickhouse(bundle: Bundle) -> None:
    """Fill in how ClickHouse is reached."""
    bundle[CLICKHOUSE]["sqlalchemy_uri"] = clickhouse_address()
    bundle[CLICKHOUSE]["password"] = os.environ["CLICKHOUSE_PASSWORD"]


def clickhouse_address() -> str:
    """Return the SQLAlchemy address of ClickHouse with a mask in place of the password."""
    user = quote(os.environ["CLICKHOUSE_USER"], safe="")
    place = f"{os.environ['CLICKHOUSE_HOST']}:{os.environ['CLICKHOUSE_PORT']}"
    database = os.environ["CLICKHOUSE_DATABASE"]
    query = f"?{urlencode(encryption())}" if encryption() else ""
    return f"clickhousedb+connect://{user}:{MASK}@{place}/{database}{query}"


def encryption() -> dict[str, str]:
    """Return the options of clickhouse-connect that encrypt the connection and check the server."""
    if os.environ.get("CLICKHOUSE_TLS") != "true":
        return {}
    ca = os.environ.get("CLICKHOUSE_CA", "")
    return {"secure": "true", **({"ca_cert": ca} if ca else {})}


def put_metadata(bundle: Bundle, own: Any) -> None:
    """Fill in how Superset's own database is read.

    Args:
        bundle: with or without that connection.
        own: SQLAlchemy's URL by which Superset itself reaches it.
    """
    if METADATA not in bundle:
        return
    password = os.environ["READER_PASSWORD"]
    address = as_reader(own, MASK)
    bundle[METADATA]["sqlalchemy_uri"] = address.render_as_string(hide_password=False)
    bundle[METADATA]["password"] = password if address.password else None


def as_reader(own: Any, password: str) -> Any:
    """Return the URL of Superset's own database for the account that only reads."""
    if own.get_backend_name() == "sqlite":
        return own  # knows no accounts; a trial on one machine
    return own.set(username=os.environ["READER_USER"], password=password)


def reader_problems(bundle: Bundle, own: Any) -> list[str]:
    """Return what the account that reads Superset's own database may not read, or may but should not."""
    if METADATA not in bundle:
        return []
    from sqlalchemy import create_engine
    from sqlalchemy.exc import SQLAlchemyError
    from sqlalchemy.pool import NullPool

    user = os.environ["READER_USER"]
    engine = create_engine(as_reader(own, os.environ["READER_PASSWORD"]), poolclass=NullPool)
    problems = []
    try:
        with engine.connect() as connection:
            for path, sql in questions(bundle):
                # the SQL of datasets is what Superset is about to run in just this way
                nothing = f"SELECT * FROM ({sql}) AS readable WHERE 1 = 0"  # noqa: S608
                if reason := refusal(connection, nothing):
                    problems.append(f"{path}: sql: {user} may not read it ({reason}); {HOW}")
            if engine.dialect.name != "sqlite" and refusal(connection, FORBIDDEN) is None:
                problems.append(f"{METADATA}: {user} may read people's passwords; {HOW}")
    except SQLAlchemyError as error:
        problems.append(f"{METADATA}: {user} cannot sign in ({first_line(error)}); {HOW}")
    return problems


def questions(bundle: Bundle) -> Iterator[tuple[str, str]]:
    """Yield path and SQL of each dataset on Superset's own database, copies in a language apart."""
    seen = set()
    for path, content in assets_of(bundle, "datasets").items():
        if content["database_uuid"] == bundle[METADATA]["uuid"] and content["sql"] not in seen:
            seen.add(content["sql"])
            yield path, content["sql"]


def refusal(connection: Any, statement: str) -> str | None:
    """Return why a statement is refused, or None."""
    from sqlalchemy.exc import SQLAlchemyError

    attempt = connection.begin()
    try:
        connection.exec_driver_sql(statement)
    except SQLAlchemyError as error:
        return first_line(error)
    finally:
        attempt.rollback()
    return None


def first_line(error: Any) -> str:
    """Return what a driver says went wrong, in one line; drivers name users, never passwords."""
    reason = getattr(error, "orig", None) or error
    return (str(reason).strip().splitlines() or [type(reason).__name__])[0][:200]
