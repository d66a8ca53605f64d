"""Run the migrations, then set how long raw events are kept. Run by the Job aspects-migrate.

Safe to repeat: a revision that has run is skipped, and each statement may run twice.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import server
from alembic import command
from alembic.config import Config


def main() -> None:
    """Migrate, then set the retention."""
    user, password = os.environ["CLICKHOUSE_USER"], os.environ["CLICKHOUSE_PASSWORD"]
    client = server.connect(user, password)
    upgrade(server.options(user, password))
    for statement in retention(client):
        server.say(statement)
        client.command(statement)
    server.say("migrations are done")


def upgrade(options: dict[str, object]) -> None:
    """Run every revision that has not run."""
    config = Config()
    config.set_main_option("script_location", os.environ["MIGRATIONS"])
    config.set_main_option("path_separator", "os")
    # unknown arguments of the driver become settings of its session
    config.attributes["server"] = {**options, **server.SETTINGS}
    config.print_stdout = server.say
    command.upgrade(config, "head")


def retention(client) -> Iterator[str]:
    """Yield what sets the retention of each raw table whose retention differs.

    Parts are dropped whole where a partition is one month; the change touches no stored part,
    so it costs nothing on a large table.
    """
    months = int(os.environ["RETENTION_MONTHS"])
    cluster = os.environ.get("CLICKHOUSE_CLUSTER", "")
    where = f" ON CLUSTER '{cluster}'" if cluster else ""
    for home, table, column in raw_tables():
        engine = client.query(
            "SELECT engine_full FROM system.tables WHERE database = {home:String} "
            "AND name = {name:String}",
            parameters={"home": home, "name": table},
        ).result_rows
        if not engine or f"toIntervalMonth({months})" in engine[0][0]:
            continue
        ttl = f"toDateTime({column}) + INTERVAL {months} MONTH"
        yield (
            f"ALTER TABLE `{home}`.`{table}`{where} MODIFY TTL {ttl} "
            "SETTINGS materialize_ttl_after_modify = 0"
        )


def raw_tables() -> list[tuple[str, str, str]]:
    """Return (database, table, time column) of every table of raw events."""
    xapi, vector = os.environ["XAPI_DATABASE"], os.environ["VECTOR_DATABASE"]
    raw = os.environ["RAW_XAPI_TABLE"]
    return [
        (xapi, raw, "emission_time"),
        (vector, raw, "emission_time"),
        (vector, os.environ["TRACKING_LOGS_TABLE"], "time"),
        (vector, os.environ["DEAD_LETTERS_TABLE"], "time"),
    ]


if __name__ == "__main__":
    main()
