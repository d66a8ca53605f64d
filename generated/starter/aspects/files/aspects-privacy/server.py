"""Connect to ClickHouse, waiting until it answers. Used by every script that speaks to it."""

from __future__ import annotations

import os
import sys
import time

from clickhouse_connect import get_client

PAUSE_SECONDS = 5

SETTINGS = {  # of those who change the schema
    # users and functions kept in Keeper are already shared: ON CLUSTER would repeat each change
    "ignore_on_cluster_for_replicated_access_entities_queries": 1,
    "ignore_on_cluster_for_replicated_udf_queries": 1,
}


def options(user: str, password: str) -> dict[str, object]:
    """Return what clickhouse-connect needs, from the environment the Job was given."""
    secure = os.environ.get("CLICKHOUSE_TLS") == "true"
    found: dict[str, object] = {
        "host": os.environ["CLICKHOUSE_HOST"],
        "port": int(os.environ["CLICKHOUSE_PORT"]),
        "interface": "https" if secure else "http",
        "username": user,
        "password": password,
    }
    if secure and os.environ.get("CLICKHOUSE_CA"):
        found["ca_cert"] = os.environ["CLICKHOUSE_CA"]
    return found


def connect(user, password, *, wait_seconds=None, settings=SETTINGS):
    """Return a client that has answered; say what is being waited for.

    Exits with status 1 when there is no answer after `wait_seconds` (default: WAIT_SECONDS).
    """
    limit = float(os.environ.get("WAIT_SECONDS", "300")) if wait_seconds is None else wait_seconds
    found = options(user, password)
    start = time.monotonic()
    while True:
        try:
            client = get_client(**found, settings=settings)
            client.command("SELECT 1")
            return client
        except Exception as error:
            reason = first_line(error)
        waited = time.monotonic() - start
        where = f"ClickHouse at {found['host']}:{found['port']} as {user}"
        if waited >= limit:
            sys.exit(f"gave up on {where} after {waited:.0f} s: {reason}")
        say(f"waiting for {where}, {waited:.0f} of {limit:.0f} s: {reason}")
        time.sleep(min(PAUSE_SECONDS, max(limit - waited, 0.01)))


def first_line(error: BaseException) -> str:
    """Return the first line of an error, short enough for a log."""
    text = str(error).strip() or type(error).__name__
    return text.splitlines()[0][:300]


def say(text: str) -> None:
    """Print a progress line at once."""
    print(text, flush=True)
