"""Build the models with dbt, once the tables they read exist. Run by the Job aspects-dbt.

Safe to repeat and to kill: one build at a time holds the lock, dbt creates what is missing and
replaces what has changed. Arguments go to `dbt run`, such as `--full-refresh`.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time

import lock
import server

PAUSE_SECONDS = 5
CHECK_SECONDS = 1
"""How often the claim is looked at while dbt runs."""

LOCK_TABLE = "_models_lock"

PR_SET_PDEATHSIG = 1
"""Source: Linux, include/uapi/linux/prctl.h."""


def main() -> int:
    """Wait for the migrations, then run dbt under the lock; return its exit status."""
    user, password = (
        os.environ["CLICKHOUSE_USER"],
        os.environ["DBT_ENV_SECRET_CLICKHOUSE_PASSWORD"],
    )
    client = server.connect(user, password)
    wait_seconds = float(os.environ.get("WAIT_SECONDS", "300"))
    wait_for_tables(client, required_tables(), wait_seconds)
    # as an exit, so that the lock is given back
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped by SIGTERM"))
    table = f"`{os.environ['DBT_PROFILE_TARGET_DATABASE']}`.`{LOCK_TABLE}`"
    seconds = float(os.environ.get("LEASE_SECONDS", lock.LEASE_SECONDS))
    with lock.held(client, table, wait_seconds=wait_seconds, seconds=seconds) as lease:
        server.say("building the models")
        # not `build`: unit tests try SQL on rows of their own, which is for a checkout, not for a server with data
        return run_under(lease, ["dbt", "run", "--no-use-colors", *sys.argv[1:]])


def run_under(lease: lock.Lease, words: list[str]) -> int:
    """Run a command while a claim holds; return its exit status, 128 and more for a signal.

    SIGTERM is passed on. SIGINT is not: a terminal sends it to the command as well.

    Raises:
        SystemExit: the claim was lost; the command is killed, for another run may have begun.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    child = subprocess.Popen(words, preexec_fn=prepare_child)  # noqa: PLW1509  no thread of ours holds what it needs
    signal.signal(signal.SIGTERM, lambda number, _: child.send_signal(number))
    try:
        while True:
            try:
                status = child.wait(CHECK_SECONDS)
            except subprocess.TimeoutExpired:
                lease.check()
            else:
                return status if status >= 0 else 128 - status
    finally:
        child.kill()
        child.wait()


def prepare_child() -> None:
    """Let the command hear SIGINT, and end with this process even when that is killed."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


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
    sys.exit(main())
