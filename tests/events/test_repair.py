"""What was lost is found and sent again: the scripts of the one-off Jobs on real routing, Ralph and engine."""

from __future__ import annotations

import gzip
import importlib.util
import json
import sys
import types
from pathlib import Path

import pytest

import aspects_gen
from events.raw_events import list_cases

CASES = list_cases()[:40]
SPAN = ("--since", "2026-03-02T08:00Z", "--until", "2026-03-02T09:00Z")
COUNT = sum(case.statements for case in CASES)


def log_line(event, logger="tracking"):
    """Return an event as the platform writes it to its tracking log."""
    context = event["context"]
    written = {
        "name": event["name"],
        "event_type": event["name"],
        "event": event["data"],
        "time": event["timestamp"],
        "context": context,
        **{key: context[key] for key in ("username", "session", "host")},
        "event_source": context["event_source"],
        "referer": context.get("referer", ""),
    }
    head = f"2026-03-02 08:00:00,000 INFO 8 [{logger}] [user 41] [ip 10.0.0.1] logger.py:41 - "
    return head + json.dumps(written)


@pytest.fixture
def logs(tmp_path):
    """Two tracking logs, one of them packed, with lines that are no events among them."""
    lines = [log_line(case.event) for case in CASES]
    noise = [
        "GET /heartbeat",
        log_line(CASES[0].event, "xapi_tracking"),
        "[tracking] {cut sho",
        "{}",
    ]
    unlisted = log_line({**CASES[0].event, "name": "page_view"})
    (tmp_path / "tracking.log").write_text("\n".join([*noise, *lines[:20], unlisted, *lines[:3]]))
    with gzip.open(tmp_path / "tracking.log-2.gz", "wt") as packed:
        packed.write("\n".join(lines[20:]) + "\n")
    return str(tmp_path / "tracking.log*")


def test_missing_events_are_counted_sent_again_and_then_there(lrs, lms, logs):
    before = lms("repair", ["compare", logs, *SPAN, "--json"])
    report = json.loads(before["said"])
    assert before["status"] == 1
    assert report["missing"] == COUNT
    assert [hour["hour"] for hour in report["hours"]] == ["2026-03-02 08:00"]
    assert (report["unreadable"], report["unlisted"], report["outside"]) == (4, 1, 0)
    assert report["events"] == 43  # three of them stand twice

    sent = lms("repair", ["replay", logs, *SPAN, "--batch", "16"])
    assert sent["status"] == 0
    assert len(lrs.stored()) == COUNT

    after = lms("repair", ["compare", logs, *SPAN])
    assert after["status"] == 0
    assert "nothing is missing" in after["said"]
    assert f"{COUNT:>12,}{COUNT:>12,}{0:>12,}" in after["said"]

    rows = lrs.stored()
    lms("repair", ["replay", logs, *SPAN])
    assert lrs.stored() == rows


def test_replay_gives_the_statements_that_the_lms_sent(lrs, lms, logs):
    for case in CASES:
        lms("track", case.event)
    lms("settle", 60)
    lms("flush")
    lms("settle", 60)
    rows = lrs.stored()
    assert lms("repair", ["compare", logs, *SPAN])["status"] == 0
    lms("repair", ["replay", logs, *SPAN])
    assert lrs.stored() == rows


def test_only_the_time_range_is_sent(lrs, lms, logs):
    span = ("--since", "2026-03-02T08:00:05Z", "--until", "2026-03-02T08:00:10Z")
    sent = lms("repair", ["replay", logs, *span, "--json"])
    assert json.loads(sent["said"])["outside"] == 39
    wanted = sum(case.statements for case in CASES[5:10])
    assert len(lrs.stored()) == wanted


def test_lost_statement_is_named(lrs, lms, logs):
    lms("repair", ["replay", logs, *SPAN])
    gone = lrs.stored()[7][0]
    lrs.table.ask(f"DELETE FROM xapi.xapi_events_all WHERE event_id = '{gone}'")
    report = json.loads(lms("repair", ["compare", logs, *SPAN, "--json"])["said"])
    assert report["missing"] == 1
    assert report["hours"][0]["missing_ids"] == [gone]


@pytest.fixture
def restoring(monkeypatch):
    """The script that reads archived statements back."""
    path = Path(aspects_gen.__file__).parent / "aspects/jobs/repair/clickhouse/restore_archive.py"
    monkeypatch.setitem(sys.modules, "server", types.ModuleType("server"))
    monkeypatch.syspath_prepend(path.parent)
    spec = importlib.util.spec_from_file_location("restore_archive", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_archived_rows_come_back_once(lrs, restoring, statements):
    """The engine has no object store: a text of the same form takes the place of the objects."""
    batch = statements(30)
    assert lrs.post(batch[:10]).status == 200
    lines = [
        {"event_id": s["id"], "emission_time": s["timestamp"], "event": json.dumps(s)}
        for s in batch
    ]
    lines += [lines[3], {"event_id": "no uuid", "emission_time": "never", "event": "{}"}]
    text = restoring.literal("\n".join(json.dumps(line) for line in lines))
    source = f"format(JSONEachRow, '{restoring.STRUCTURE}', {text})"
    statement = restoring.insert("`xapi`.`xapi_events_all`", source)
    password = lrs.table.passwords["clickhouse-migrations/password"]
    for _ in range(2):
        lrs.table.ask(statement, "ch_migrations", password)
        assert len(lrs.stored()) == 30


def test_hours_of_arrival_and_their_objects(restoring, monkeypatch):
    monkeypatch.setenv("ARCHIVE_URL", "https://store.example.org/events/xapi")
    monkeypatch.setenv("ARCHIVE_KEY", "key")
    monkeypatch.setenv("ARCHIVE_SECRET", "it's")
    span = map(restoring.moment, ("2026-03-02T23:30Z", "2026-03-03T02:00+01:00"))
    hours = restoring.hours(*span)
    assert [f"{hour:%d %H}" for hour in hours] == ["02 23", "03 00"]
    assert restoring.archived(hours[1]) == (
        "s3('https://store.example.org/events/xapi/2026/03/03/00/*', 'key', 'it\\'s', 'JSONEachRow', "
        "'event_id String, emission_time String, event String', 'zstd')"
    )
    monkeypatch.setenv("ARCHIVE_KEY", "")
    assert "'key'" not in restoring.archived(hours[0])
