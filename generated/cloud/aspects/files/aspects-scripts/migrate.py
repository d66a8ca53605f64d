"""Run the migrations, then set how long raw events are kept. Run by the Job aspects-migrate.

Safe to repeat and to kill: one run at a time holds the lock, a revision that has run is skipped,
and each statement may run twice.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from importlib import import_module

import adoption
import lock
import server
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

LOCK_TABLE = "_migrations_lock"


def main() -> None:
    """Migrate under the lock, then set the retention."""
    user, password = os.environ["CLICKHOUSE_USER"], os.environ["CLICKHOUSE_PASSWORD"]
    client, beside = server.connect(user, password), server.connect(user, password)
    # as an exit, so that the lock is given back
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped by SIGTERM"))
    table = f"`{os.environ['MIGRATIONS_DATABASE']}`.`{LOCK_TABLE}`"
    wait_seconds = float(os.environ.get("WAIT_SECONDS", "300"))
    seconds = float(os.environ.get("LEASE_SECONDS", lock.LEASE_SECONDS))
    with lock.held(beside, table, wait_seconds=wait_seconds, seconds=seconds) as lease:
        migrate(client, server.options(user, password), lease.check)
        for statement in retention(client):
            lease.check()
            server.say(statement)
            run(client, statement)
    server.say("migrations are done")


def migrate(client, options: dict[str, object], before: Callable[[], None]) -> None:
    """Look at what is there, then run every revision that has not run.

    Args:
        client: connection for looking.
        options: how Alembic connects.
        before: called before each statement; raises SystemExit when none may run any more.
    """
    folder = os.environ["MIGRATIONS"]
    sys.path.insert(0, folder)
    config = configure(folder, options, before)
    revisions = ScriptDirectory.from_config(config).walk_revisions()
    base = import_module("base_tables")
    found = adoption.judge(client, {it.revision for it in revisions}, base.columns())
    adoption.say_where(found)
    upgrade(config)
    extra = os.environ.get("SITE_MIGRATIONS", "")
    if extra:
        server.say(f"the site's own revisions in {extra}")
        own = configure(folder, options, before)
        own.set_main_option("version_locations", extra)
        own.attributes["history"] = "_site_versions"
        upgrade(own)


def configure(folder: str, options: dict[str, object], before: Callable[[], None]) -> Config:
    """Return Alembic's configuration for a folder of migrations."""
    config = Config()
    config.set_main_option("script_location", folder)
    config.set_main_option("path_separator", "os")
    # unknown arguments of the driver become settings of its session
    config.attributes["server"] = {**options, **server.SETTINGS}
    config.attributes["before"] = before
    config.print_stdout = server.say
    return config


def upgrade(config: Config) -> None:
    """Run every revision that has not run; exit with file, number and statement when one fails."""
    try:
        command.upgrade(config, "head")
    except import_module("ddl").StatementError as error:
        sys.exit(str(error))


def run(client, statement: str) -> None:
    """Run one statement; exit with the statement when the server refuses it."""
    try:
        client.command(statement)
    except Exception as error:
        sys.exit(f"migrate.py failed: {server.first_line(error)}\n  {statement}")


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
        if not engine:
            continue
        if "PARTITION BY" in engine[0][0] and "ttl_only_drop_parts = 1" not in engine[0][0]:
            # a month goes as a whole, instead of being rewritten every few hours
            yield f"ALTER TABLE `{home}`.`{table}`{where} MODIFY SETTING ttl_only_drop_parts = 1"
        if f"toIntervalMonth({months})" in engine[0][0]:
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
