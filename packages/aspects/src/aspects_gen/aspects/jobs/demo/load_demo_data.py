"""Load a made-up campus as an LMS would. The Job that `aspects-gen job demo-data` prints.

Statements go through Ralph, or into the table that Vector fills; records go where the LMS's event sinks write
them. Each as the account that does so in the deployment. The same options make the same campus with the same
ids, so whatever is killed can be run again.

Exit status: 0 done, 1 refused.
"""

from __future__ import annotations

import argparse
import io
import os
import sys
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

sys.path.insert(0, str(Path(__file__).parent))

from aspects_gen.demo.campus import Campus, make_campus
from aspects_gen.demo.lrs import BATCH, Sender, SendError, lrs_at
from aspects_gen.demo.moments import read_day
from aspects_gen.demo.rows import stream_rows
from aspects_gen.demo.statements import SITE
from aspects_gen.demo.tables import COLUMNS
from aspects_gen.demo.timeline import stream_events
from aspects_gen.demo.writer import format_row, write_rows

ROWS = 1000
"""Rows in one insert as Vector: its own default batch would only be slower."""

EVERY = 10_000
"""Statements between two lines of progress."""

PAUSE_SECONDS, ANSWER_SECONDS = 5, 300


class Server:
    """ClickHouse as the LMS and Vector speak to it: plain HTTP, as an account that may do little else.

    Args:
        account: `SINKS` or `VECTOR`; its user and password stand in the environment.
    """

    def __init__(self, account: str) -> None:
        scheme = "https" if os.environ.get("CLICKHOUSE_TLS") == "true" else "http"
        self._url = f"{scheme}://{os.environ['CLICKHOUSE_HOST']}:{os.environ['CLICKHOUSE_PORT']}/"
        self._headers = {
            "X-ClickHouse-User": os.environ[f"{account}_USER"],
            "X-ClickHouse-Key": os.environ[f"{account}_PASSWORD"],
        }

    def ask(self, sql: str, data: bytes = b"", **settings: str) -> list[str]:
        """Return the lines of an answer; wait for a server that is not there, exit when it refuses."""
        url = f"{self._url}?{urlencode({'query': sql, **settings})}"
        deadline = time.monotonic() + float(os.environ.get("WAIT_SECONDS", "300"))
        while True:
            request = Request(url, data, self._headers)  # noqa: S310  http or https
            try:
                with urlopen(request, timeout=ANSWER_SECONDS) as reply:  # noqa: S310
                    return reply.read().decode().splitlines()
            except HTTPError as error:
                text = error.read().decode(errors="replace").strip()[:500]
                sys.exit(f"ClickHouse refuses `{sql[:200]}` with status {error.code}: {text}")
            except OSError as error:
                if time.monotonic() > deadline:
                    sys.exit(f"gave up on ClickHouse at {self._url}: {error}")
                say(f"waiting for ClickHouse at {self._url}: {error}")
                time.sleep(PAUSE_SECONDS)


def main() -> None:
    """Load the campus, unless it would stand beside real courses."""
    words = parse_words()
    campus = make_campus(
        words.seed,
        start=read_day(words.start),
        days=words.days,
        courses=words.courses,
        learners=words.learners,
    )
    sinks = Server("SINKS")
    if not words.beside_real_data:
        refuse_beside_real(sinks, campus)
    write_tables(sinks, campus)
    send = send_to_ralph if os.environ.get("LRS_URL") else insert_as_vector
    try:
        send(campus, words.statements)
    except SendError as error:
        sys.exit(str(error))
    say(
        "done; dashboards show it after the next refresh of the models, the course structure at "
        "the latest after aspects.refresh.courseStructureMinutes"
    )


def parse_words() -> argparse.Namespace:
    """Return the arguments."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--start", required=True)
    for name in ("statements", "days", "courses", "learners", "seed"):
        parser.add_argument(f"--{name}", type=int, required=True)
    parser.add_argument("--beside-real-data", action="store_true")
    return parser.parse_args()


def refuse_beside_real(sinks: Server, campus: Campus) -> None:
    """Exit with status 1 when courses or statements are there that no such campus made."""
    database, raw = os.environ["SINK_DATABASE"], os.environ["RAW_TABLE"]
    sql = f"SELECT DISTINCT course_key FROM `{database}`.`course_overviews`"  # noqa: S608
    courses = set(sinks.ask(sql))
    real = sorted(courses - {course.key for course in campus.courses})
    shown = ", ".join(real[:3]) + (" and more" if len(real) > 3 else "")
    found = [f"courses of others are there: {shown}"] if real else []
    table = f"`{os.environ['RAW_DATABASE']}`.`{raw}`"
    # stops at the first one, and reads all only where all are made up
    sql = f"SELECT 1 FROM {table} WHERE position(event, '{SITE}') = 0 LIMIT 1"  # noqa: S608
    if sinks.ask(sql):
        found.append(f"{table} holds statements of another LMS")
    if found:
        sys.exit(
            f"{'; '.join(found)}. Made-up people would be counted among them, and nothing takes them out "
            "again but a restored backup; nothing was written\n"
            "  = fix: use an environment of its own, or print the Job with --beside-real-data"
        )


def write_tables(sinks: Server, campus: Campus) -> None:
    """Write what the LMS's event sinks would, in the tables that this deployment copies."""
    wanted = os.environ["TABLES"].split()
    for table in (name for name in COLUMNS if name in wanted):
        lines = io.StringIO()
        count = write_rows(stream_rows(campus, table), lines, "csv")
        home = f"`{os.environ['SINK_DATABASE']}`.`{table}`"
        if count:
            sinks.ask(f"INSERT INTO {home} FORMAT CSV", lines.getvalue().encode())
        say(f"{count} rows in {table}")


def send_to_ralph(campus: Campus, count: int) -> None:
    """Send statements in batches, each until Ralph has acknowledged it; raise SendError."""
    lrs = lrs_at(os.environ["LRS_URL"], os.environ["LRS_USER"], os.environ["LRS_PASSWORD"])
    sender, sent = Sender(lrs), 0
    for batch in batches((text for _, _, text in stream_events(campus, count)), BATCH):
        sender.send(batch, lambda problem: say(f"tries again: {problem}"))
        sent = tell(sent, len(batch), "sent through Ralph")
    sender.close()
    say(f"{sent} statements through Ralph")


def insert_as_vector(campus: Campus, count: int) -> None:
    """Insert statements into the raw table as Vector's account, which may do nothing else."""
    vector, sent = Server("VECTOR"), 0
    table = f"`{os.environ['RAW_DATABASE']}`.`{os.environ['RAW_TABLE']}`"
    sql = f"INSERT INTO {table} FORMAT JSONEachRow"
    for batch in batches(map(format_row, stream_events(campus, count)), ROWS):
        body = "".join(batch).encode()
        vector.ask(sql, body, date_time_input_format="best_effort")
        sent = tell(sent, len(batch), f"in {table}")
    say(f"{sent} statements in {table}")


def batches(texts: Iterator[str], size: int) -> Iterator[list[str]]:
    """Yield texts in groups."""
    while batch := list(islice(texts, size)):
        yield batch


def tell(before: int, more: int, where: str) -> int:
    """Return the new count; say it now and then."""
    after = before + more
    if before // EVERY != after // EVERY:
        say(f"{after} statements {where}")
    return after


def say(text: str) -> None:
    """Print a line at once."""
    print(text, flush=True)


if __name__ == "__main__":
    main()
