"""Build the models with dbt, once the tables they read exist. Run by the Job aspects-dbt.

Safe to repeat: dbt creates what is missing and replaces what has changed.
"""

from __future__ import annotations

import os
import sys
import time

import server

PAUSE_SECONDS = 5


def main() -> None:
    """Wait for the migrations, then become dbt, whose exit status is the Job's."""
    user, password = (
        os.environ["CLICKHOUSE_USER"],
        os.environ["DBT_ENV_SECRET_CLICKHOUSE_PASSWORD"],
    )
    client = server.connect(user, password)
    wait_for_tables(client, required_tables(), float(os.environ.get("WAIT_SECONDS", "300")))
    server.say("building the models")
    # not `build`: unit tests try SQL on rows of their own, which is for a checkout, not for a server with data
    os.execvp("dbt", ["dbt", "run", "--no-use-colors", *sys.argv[1:]])  # noqa: S606  fixed words


def required_tables() -> list[str]:
    """Return database.table of one table of each database that models read."""
    return [
        f"{os.environ['ASPECTS_XAPI_DATABASE']}.{os.environ['ASPECTS_RAW_XAPI_TABLE']}",
        f"{os.environ['ASPECTS_EVENT_SINK_DATABASE']}.course_overviews",
    ]


def wait_for_tables(client, tables: list[str], limit: float) -> None:
    """Return when all tables exist; exit with status 1 when they do not within `limit` seconds."""
    start = time.monotonic()
    while missing := [table for table in tables if not exists(client, table)]:
        waited = time.monotonic() - start
        if waited >= limit:
            sys.exit(f"gave up on {', '.join(missing)}: run the migrations first")
        server.say(f"waiting for {', '.join(missing)}, {waited:.0f} of {limit:.0f} s")
        time.sleep(min(PAUSE_SECONDS, max(limit - waited, 0.01)))


def exists(client, table: str) -> bool:
    """Tell whether database.table is there and may be read."""
    return str(client.command(f"EXISTS TABLE {table}")).strip() == "1"


if __name__ == "__main__":
    main()
