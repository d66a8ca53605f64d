"""Let one run at a time do a thing to the schema: a lease, kept as rows of a table.

Used by migrate.py and build_models.py.

ClickHouse has no locks, so the rows of claims are one. A claim holds until its time is over by the
server's clock, and the newest row of a holder counts:

1. Whoever wants the lock and sees no claim adds one of its own, and looks again.
2. Who sees its own claim alone holds the lock. Two that claim at once cannot both miss the
   other's row, since each looked after adding; of those that see each other the first name stays.
3. The holder renews its claim long before it ends. After a kill it ends by itself.

This needs INSERT and SELECT on one table. It is safe where a query sees every insert that was
acknowledged before: on one server, through the one address for schema changes of a cluster, and
on ClickHouse Cloud with sequential consistency, which is asked for. Through an address that spreads
over replicas, their clocks must agree within MARGIN_SECONDS.

What no lease can do is stop a statement that the server already runs for a holder that lost it;
so each statement of a revision may run twice.
"""

from __future__ import annotations

import os
import socket
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import server

LEASE_SECONDS = 60
RENEW_SECONDS = 15
MARGIN_SECONDS = 5
"""How long before its end a claim no longer allows a statement to begin."""

PAUSE_SECONDS = 2
SETTLE_TRIES = 10
SETTLE_SECONDS = 0.2
"""How often, and after what pause, the first of several claimants looks whether the others gave way."""

SEQUENTIAL = {"select_sequential_consistency": 1}
QUORUM = {"insert_quorum": "auto", "insert_quorum_parallel": 0}
"""On replicas: an insert counts once most have it, and a query waits for what counts."""


class Lease:
    """One holder's claim on the lock in one table.

    Args:
        client: a connection of its own, since renewals run beside everything else.
        table: `database`.`table`, as `create_table` made it.
    """

    def __init__(self, client, table: str, seconds: float = LEASE_SECONDS) -> None:
        self._client, self._table, self._seconds = client, table, seconds
        self.holder = f"{socket.gethostname()}-{os.getpid()}-{uuid.uuid4().hex[:8]}"
        self._turn = 0
        self._until = 0.0
        self._ended = threading.Event()
        self._writing = threading.Lock()

    def take(self, wait_seconds: float) -> None:
        """Return once the lock is held; exit with status 1 when it is not within `wait_seconds`."""
        start = time.monotonic()
        while True:
            others = self.claims()
            if not others and self._claim():
                return
            waited = time.monotonic() - start
            who = ", ".join(sorted(set(others) - {self.holder})) or "another run"
            if waited >= wait_seconds:
                sys.exit(
                    f"gave up after {waited:.0f} s: {who} holds {self._table}. Found: a run that "
                    "is still at work; expected: none. Fix: let it end, then run this again; what "
                    f"was killed gives way {self._seconds:.0f} s after its last sign of life"
                )
            server.say(f"waiting for {who} to end, {waited:.0f} of {wait_seconds:.0f} s")
            time.sleep(min(PAUSE_SECONDS, max(wait_seconds - waited, 0.01)))

    def claims(self) -> list[str]:
        """Return the holders of claims whose time is not over, sorted."""
        found = self._client.query(
            f"SELECT holder FROM {self._table} GROUP BY holder "  # noqa: S608  our own name
            "HAVING argMax(expires, turn) > now64(3) ORDER BY holder",
            settings=SEQUENTIAL,
        )
        return [row[0] for row in found.result_rows]

    def check(self) -> None:
        """Exit with status 1 unless the lock is still held, with time to begin a statement."""
        if time.monotonic() + min(MARGIN_SECONDS, self._seconds / 2) >= self._until:
            sys.exit(
                f"stopped: the claim of {self.holder} on {self._table} could not be renewed in "
                "time, so another run may have begun. Run this again; it resumes where it stopped"
            )

    def renew(self) -> None:
        """Extend the claim, unless it came to its end before the server had the new one.

        Here a claim counts from before the request, so it never seems longer than it is.
        """
        begun = time.monotonic()
        self._write(self._seconds)
        if not self._until or time.monotonic() < self._until:
            self._until = begun + self._seconds

    def keep(self) -> None:
        """Renew until `release`; a renewal that fails is tried again while there is time."""
        pause = self._seconds * RENEW_SECONDS / LEASE_SECONDS
        while not self._ended.wait(pause):
            try:
                self.renew()
                pause = self._seconds * RENEW_SECONDS / LEASE_SECONDS
            except Exception as error:
                server.say(f"the claim could not be renewed: {server.first_line(error)}")
                pause = 1.0

    def release(self) -> None:
        """Give the lock back; where that fails it ends by itself."""
        self._ended.set()
        if not self._turn:
            return
        try:
            self._write(0)
        except Exception as error:
            server.say(f"the lock ends in {self._seconds:.0f} s: {server.first_line(error)}")

    def _claim(self) -> bool:
        """Add a claim and return whether it stands alone; otherwise withdraw it."""
        self._until = 0.0
        self.renew()
        for _ in range(SETTLE_TRIES):
            found = self.claims()
            if found == [self.holder]:
                return True
            if not found or found[0] != self.holder:
                break
            time.sleep(SETTLE_SECONDS)
        self._write(0)
        return False

    def _write(self, seconds: float) -> None:
        """Add the newest row of this holder; after `release` none but its own."""
        with self._writing:
            if self._ended.is_set() and seconds:
                return
            self._turn += 1
            life = int(seconds * 1000)
            self._client.command(
                f"INSERT INTO {self._table} (holder, turn, expires) SELECT {{holder:String}}, "
                "{turn:UInt32}, now64(3) + toIntervalMillisecond({life:UInt32})",
                parameters={"holder": self.holder, "turn": self._turn, "life": life},
                settings=QUORUM if os.environ.get("CLICKHOUSE_CLUSTER") else {},
            )


def create_table(table: str) -> str:
    """Return what makes the table of claims; old ones go by themselves."""
    cluster = os.environ.get("CLICKHOUSE_CLUSTER", "")
    where, prefix = (f" ON CLUSTER '{cluster}'", "Replicated") if cluster else ("", "")
    return (
        f"CREATE TABLE IF NOT EXISTS {table}{where} "
        "(`holder` String, `turn` UInt32, `expires` DateTime64(3)) "
        f"ENGINE = {prefix}MergeTree ORDER BY (holder, turn) "
        "TTL toDateTime(expires) + INTERVAL 1 DAY"
    )


@contextmanager
def held(
    client, table: str, *, wait_seconds: float, seconds: float = LEASE_SECONDS
) -> Iterator[Lease]:
    """Hold the lock for as long as the block lasts."""
    client.command(create_table(table))
    lease = Lease(client, table, seconds)
    try:
        # inside, so that a claim is withdrawn also when taking it is cut short
        lease.take(wait_seconds)
        threading.Thread(target=lease.keep, daemon=True).start()
        yield lease
    finally:
        lease.release()
