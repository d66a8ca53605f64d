"""A small campus, and whether relations show the truth about it."""

from __future__ import annotations

from collections import Counter
from datetime import date

from comparing import plain, read_back

from aspects_gen.demo import campus, rows, timeline, truth
from aspects_gen.demo.tables import COLUMNS

from .tutor_site import RELATIONS


def make(events=300, learners=12, courses=2):
    """Return {"events", "rows"} of a seeded campus, malformed statements among them."""
    start = (date(2025, 1, 6) - date(1970, 1, 1)).days * 86_400_000_000
    made = campus.make_campus(5, start=start, days=70, courses=courses, learners=learners)
    tables = [name for name in COLUMNS if name in rows._WRITERS]
    return {
        "events": list(timeline.stream_events(made, events, malformed=0.03)),
        "rows": {table: list(rows.stream_rows(made, table)) for table in tables},
    }


def load(database, made):
    """Insert a campus, each table in two parts."""
    tables = {f"event_sink.{name}": found for name, found in made["rows"].items()}
    tables["xapi.xapi_events_all"] = made["events"]
    for table, found in tables.items():
        half = len(found) // 2
        for part in (found[:half], found[half:]):
            if part:
                database.insert(table, part)


def differences(database, made):
    """Return relation to (rows it shows too much, rows it lacks), where it does not show the truth."""
    true = truth.compute_all(made["events"], made["rows"])
    assert all(true.values())
    wrong = {}
    for name, relation in RELATIONS.items():
        kinds = [kind for _, kind in relation["columns"]]
        shown = database.rows(reading(name))
        seen = Counter(tuple(map(read_back, row, kinds)) for row in shown)
        expected = Counter(tuple(map(plain, row)) for row in true[name])
        if seen != expected:
            wrong[name] = (
                list((seen - expected).elements())[:2],
                list((expected - seen).elements())[:2],
            )
    return wrong


def reading(name):
    """Return what reads a whole relation, its states finished."""
    wanted = ", ".join(
        f"finalizeAggregation(`{column}`)" if kind.startswith("Aggregate") else f"`{column}`"
        for column, kind in RELATIONS[name]["columns"]
    )
    return f"SELECT {wanted} FROM {RELATIONS[name]['database']}.{name}"
