"""Send the events of tracking logs again, or count what of them is missing. Run by replay.sh in the LMS's image.

replay   makes statements of the events and sends them as the LMS does: to the LRS, or to the log that Vector
         reads. Ids are computed from verb, person and time, so what is stored already changes nothing.
compare  makes the same statements, sends none, and asks ClickHouse which it has, hour by hour.
"""

import argparse
import glob
import gzip
import json
import logging
import sys
import uuid
from collections import defaultdict
from contextlib import suppress
from datetime import UTC, datetime

BATCH = 500
"""Events in one go: Ralph writes that many statements in one INSERT."""

SHOWN = 5
"""Ids of missing statements that are named for each hour."""


def main(words=None):
    """Do what the arguments say; exit with status 1 when statements are missing."""
    options = parse(words)
    report = Report()
    events = in_range(read_events(options.files, report), options, report)
    if options.what == "replay":
        replay(events, report, options.batch)
    else:
        compare(events, report, options.batch)
    print(report.as_json() if options.json else report.as_text(), flush=True)
    sys.exit(1 if report.missing() else 0)


def parse(words):
    """Return the arguments."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add = parser.add_argument
    add("what", choices=("replay", "compare"))
    add("files", nargs="+", help="tracking logs; patterns in quotes; .gz is read as it is")
    add("--since", type=moment, required=True, help="first moment, such as 2026-03-02T08:00Z")
    add("--until", type=moment, required=True, help="the moment after the last")
    add("--batch", type=int, default=BATCH, help=f"events in one go (default {BATCH})")
    add("--json", action="store_true", help="report as JSON")
    options = parser.parse_args(words)
    patterns = options.files
    options.files = [path for name in patterns for path in sorted(glob.glob(name)) or [name]]  # noqa: PTH207
    return options


def moment(text):
    """Return a moment; without an offset it is UTC."""
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


class Report:
    """What was seen, sent and missed."""

    def __init__(self):
        self.counts = dict.fromkeys(("lines", "unreadable", "outside", "unlisted", "events"), 0)
        self.hours = defaultdict(lambda: {"statements": 0, "stored": 0, "missing_ids": []})

    def missing(self):
        """Return how many statements ClickHouse does not have."""
        return sum(hour["statements"] - hour["stored"] for hour in self.hours.values())

    def as_json(self):
        """Return the report for a machine."""
        hours = [{"hour": name, **self.hours[name]} for name in sorted(self.hours)]
        return json.dumps({**self.counts, "missing": self.missing(), "hours": hours})

    def as_text(self):
        """Return the report for a person."""
        lines = [", ".join(f"{name} {count:,}" for name, count in self.counts.items())]
        if self.hours:
            lines.append(f"{'hour (UTC)':<16}{'statements':>12}{'stored':>12}{'missing':>12}")
        for name in sorted(self.hours):
            hour = self.hours[name]
            gone = hour["statements"] - hour["stored"]
            lines.append(f"{name:<16}{hour['statements']:>12,}{hour['stored']:>12,}{gone:>12,}")
            if gone:
                lines.append(f"    for example {', '.join(hour['missing_ids'])}")
        if self.hours:
            gone = self.missing()
            lines.append(f"{gone:,} statements are missing" if gone else "nothing is missing")
        return "\n".join(lines)


def read_events(files, report):
    """Yield the events of tracking logs, in the form in which the platform routes them."""
    for path in files:
        say(f"reading {path}")
        opened = gzip.open if path.endswith(".gz") else open
        with opened(path, "rt", encoding="utf-8", errors="replace") as lines:
            for line in lines:
                report.counts["lines"] += 1
                event = read_event(line)
                if event is None:
                    report.counts["unreadable"] += 1
                else:
                    yield event


def read_event(line):
    """Return the event of a line, or None: other loggers may write to the same file."""
    start = line.find("{")
    if start < 0 or "[xapi_tracking]" in line[:start]:
        return None
    try:
        event = json.loads(line[start:])
    except ValueError:
        return None
    if not isinstance(event, dict) or "event" not in event:
        return None
    event["data"] = event["event"]
    if isinstance(event["data"], str):
        # a browser's events are text inside the text
        with suppress(ValueError):
            event["data"] = json.loads(event["data"])
    event.setdefault("name", event.get("event_type"))
    event.setdefault("timestamp", event.get("time"))
    return event


def in_range(events, options, report):
    """Yield the events of the time range that the LMS makes statements of."""
    listed = router().processors[0].whitelist
    for event in events:
        try:
            when = moment(event["timestamp"])
        except (TypeError, ValueError):
            report.counts["unreadable"] += 1
            continue
        if not options.since <= when < options.until:
            report.counts["outside"] += 1
        elif event["name"] not in listed:
            report.counts["unlisted"] += 1
        else:
            report.counts["events"] += 1
            yield event


def replay(events, report, size):
    """Send the events' statements, and wait until the LRS has each batch."""
    from aspects_sender import SyncRouter

    stock = router()
    sender = SyncRouter(processors=stock.processors, backend_name=stock.backend_name)
    for batch in batches(events, size):
        sender.bulk_send(batch)
        say(f"sent up to {batch[-1]['timestamp']}, {report.counts['events']:,} events so far")


def compare(events, report, size):
    """Count the events' statements by hour, and those that ClickHouse has."""
    # making a statement logs it, and Vector would take that for a new one
    logging.getLogger("xapi_tracking").disabled = True
    stock = router()
    counted = set()
    for batch in batches(events, size):
        made = {}
        for event in batch:
            for statement in statements_of(stock, event):
                made[str(uuid.UUID(statement["id"]))] = statement["timestamp"]
        there = stored(made)
        for identity, when in made.items():
            if identity in counted:
                continue  # the event stands twice in the logs
            counted.add(identity)
            hour = report.hours[moment(when).astimezone(UTC).strftime("%Y-%m-%d %H:00")]
            hour["statements"] += 1
            if identity in there:
                hour["stored"] += 1
            elif len(hour["missing_ids"]) < SHOWN:
                hour["missing_ids"].append(identity)


def statements_of(stock, event):
    """Return the statements of an event; none where the LMS makes none."""
    from eventtracking.processors.exceptions import EventEmissionExit

    try:
        return stock.process_event(event) or []
    except (EventEmissionExit, ValueError):
        return []


def stored(made):
    """Return which of the ids ClickHouse has, asked as the user that copies records."""
    import requests
    from django.conf import settings

    if not made:
        return set()
    server = settings.EVENT_SINK_CLICKHOUSE_BACKEND_CONFIG
    table = f"`{server['xapi_database']}`.`{server['xapi_table']}`"
    times = sorted(moment(when) for when in made.values())
    first, last = (str(int(when.timestamp())) for when in (times[0], times[-1]))
    ids = ", ".join(f"'{identity}'" for identity in made)
    answer = requests.post(
        server["url"],
        # the times let whole months be skipped
        data=f"SELECT DISTINCT toString(event_id) FROM {table} WHERE event_id IN ({ids}) "  # noqa: S608
        f"AND emission_time >= toDateTime({first}) AND emission_time < toDateTime({last}) + 1",
        auth=(server["username"], server["password"]),
        timeout=(10, 120),
    )
    if not answer.ok:
        sys.exit(f"ClickHouse answered {answer.status_code}: {answer.text[:500]}")
    return set(answer.text.split())


def router():
    """Return the LMS's router of statements."""
    from eventtracking.tracker import get_tracker

    return get_tracker().backends["event_transformer"].backends["xapi"]


def batches(events, size):
    """Yield lists of so many events."""
    batch = []
    for event in events:
        batch.append(event)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


def say(text):
    """Print a progress line at once, apart from the report."""
    print(text, file=sys.stderr, flush=True)
