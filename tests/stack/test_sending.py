"""Batches sent until they are acknowledged, live statements that survive a kill, log lines through VRL."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from aspects_gen.demo import lrs
from aspects_gen.environment import find_places
from aspects_gen.stack import campus, feed, lines
from aspects_gen.stack.local import compose_here
from environments import ENVIRONMENTS

PLANNED = campus.plan(120) | {"start": "2026-01-05"}
PORTS = {"clickhouse": 1111, "ralph": 2222, "superset": 3333, "lms": 4444}


class Server(BaseHTTPRequestHandler):
    """Answers with the next status of a list, the last one again and again."""

    statuses: list[int]
    bodies: list[bytes]

    def do_POST(self):
        self.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
        status = self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]
        if not status:  # the connection breaks
            self.close_connection = True
            return
        self.send_response(status)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_):
        pass


@pytest.fixture
def ralph(monkeypatch):
    monkeypatch.setattr(lrs, "FIRST_PAUSE", 0.01)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    Server.statuses, Server.bodies = [200], []
    yield lrs.Lrs("127.0.0.1", server.server_port, "lms", "pw")
    server.shutdown()
    server.server_close()


def test_batch_is_sent_until_it_is_acknowledged(ralph):
    Server.statuses = [500, 0, 503, 204]
    problems = []
    lrs.Sender(ralph).send(['{"a": 1}', '{"a": 2}'], problems.append)
    assert Server.bodies == [b'[{"a": 1},{"a": 2}]'] * 4
    assert len(problems) == 3


def test_refused_batch_is_not_sent_again(ralph):
    Server.statuses = [422]
    with pytest.raises(lrs.SendError, match="Ralph refuses statements with status 422"):
        lrs.Sender(ralph).send(["{}"])
    assert len(Server.bodies) == 1


def test_patience_ends(ralph):
    Server.statuses = [500]
    with pytest.raises(lrs.SendError, match="took no statements for 0 s: status 500"):
        lrs.Sender(ralph, patience_seconds=0.05).send(["{}"])


class KilledError(Exception):
    """Stands for kill -9."""


class Receiver:
    """Takes batches; is killed with one that it has, or has not, stored."""

    def __init__(self, *, stores: bool, kills: bool) -> None:
        self.got: list[str] = []
        self.stores, self.kills = stores, kills

    def send(self, batch, _retried=None):
        if self.stores:
            self.got += batch
        if self.kills or len(self.got) > 20:
            raise KilledError


@pytest.mark.parametrize("stores", [True, False])
def test_killed_feed_sends_the_same_statements_again(tmp_path, stores):
    files = (tmp_path / "waiting.json", tmp_path / "sent.json")
    killed = Receiver(stores=stores, kills=True)
    with pytest.raises(KilledError):
        feed.Feed(PLANNED, *files).run(killed, 1000)
    waiting = json.loads(files[0].read_text())
    assert waiting
    after = Receiver(stores=True, kills=False)
    with pytest.raises(KilledError):
        feed.Feed(PLANNED, *files).run(after, 1000)
    assert after.got[: len(waiting)] == waiting
    ids = [json.loads(text)["id"] for text in {*killed.got, *after.got}]
    assert len(ids) == len(set(ids))


def test_live_statement_is_made_now_with_the_id_that_follows():
    text = next(campus.batches(PLANNED, 1))[0]
    first, second = feed.now(json.loads(text)), feed.now(json.loads(text))
    one, other, old = json.loads(first), json.loads(second), json.loads(text)
    assert one["id"] != other["id"] != old["id"]
    assert one["timestamp"] > old["timestamp"]
    assert one["object"] == old["object"]


def test_campus_is_the_same_each_time_and_ends_yesterday():
    first, second = list(campus.batches(PLANNED, 50)), list(campus.batches(PLANNED, 50))
    assert first == second
    assert [len(batch) for batch in first] == [50, 50, 20]
    last = max(moment for _, moment, _ in campus.events(PLANNED))
    assert last < "2026-02-17"
    assert campus.busiest_course(PLANNED) in {c.key for c in campus.make(PLANNED).courses}


@pytest.mark.parametrize("environment", ["starter", "production", "cloud"])
def test_every_environment_composes_for_one_machine(tmp_path, environment):
    place = find_places(ENVIRONMENTS, tmp_path, [environment])[0]
    bundle = compose_here(place, tmp_path / "values", PORTS, tmp_path / "home")
    owners = {item.id for item in bundle.owners()}
    assert {"deployment/ralph", "deployment/superset", "job/aspects-dbt"} <= owners
    assert not any("clickhouse" in name for name in owners)
    own = find_places(ENVIRONMENTS, tmp_path, [environment])[0]
    assert bundle.settings["aspects"]["pii"] == compose_pii(own)


def compose_pii(place):
    from aspects_gen.generate import load_values
    from aspects_gen.services.registry import discover_services

    return load_values(place, discover_services()).data["aspects"]["pii"]


def test_log_lines_become_the_rows_of_the_composed_pipeline(tmp_path):
    place = find_places(ENVIRONMENTS, tmp_path, ["starter"])[0]
    bundle = compose_here(place, tmp_path / "values", PORTS, tmp_path / "home")
    pipeline = lines.Pipeline(bundle.files[lines.CONFIG_MAP].files)
    events = list(campus.events(PLANNED))
    rows = pipeline.rows(lines.log_lines(events), "2026-02-17T00:00:00Z")
    assert [row["event_id"] for row in rows["xapi_table"]] == [event[0] for event in events]
    assert [row["event"] for row in rows["xapi_table"]] == [event[2] for event in events]
    enrolled = [text for _, _, text in events if "registered" in text.partition('"object"')[0]]
    assert len(rows["tracking_table"]) == len(enrolled) > 0
    assert [row["reason"] for row in rows["dead_letter_table"]] == ["not_json", "no_time"]
