"""What the LMS's sender loses: real routing, Celery and settings before the real LRS. Nothing."""

from __future__ import annotations

import random
import signal
import threading
import time
from contextlib import contextmanager

import pytest


def test_one_bad_statement_in_a_batch_costs_itself(lrs, lms, statements):
    batch = statements(100)
    batch[37].pop("verb")
    before = len(lms("settle", 1)["refused"])
    lms("dispatch", batch, 100)
    done = lms("settle", 60)
    refused = done["refused"][before:]
    assert done["left"] == 0
    assert [line["statement"]["id"] for line in refused] == [batch[37]["id"]]
    assert refused[0]["status"] == 422
    assert "verb" in refused[0]["reason"]
    stored = {identity for identity, _ in lrs.stored()}
    assert stored == {s["id"] for s in batch} - {batch[37]["id"]}


def test_statement_stored_with_another_text_costs_nothing_else(lrs, lms, statements):
    batch = statements(100)
    changed = {**batch[5], "verb": {"id": "http://adlnet.gov/expapi/verbs/failed"}}
    assert lrs.post([changed]).status == 200
    before = len(lms("settle", 1)["refused"])
    lms("dispatch", batch, 100)
    done = lms("settle", 60)
    assert done["refused"][before:] == []
    stored = dict(lrs.stored())
    assert set(stored) == {s["id"] for s in batch}
    assert "verbs/failed" in stored[batch[5]["id"]]  # the first one stays


def test_statement_twice_in_a_batch_is_stored_once(lrs, lms, statements):
    batch = statements(60)
    lms("dispatch", [*batch, *batch[:10]], 100)
    assert lms("settle", 60)["left"] == 0
    assert sorted(i for i, _ in lrs.stored()) == sorted(s["id"] for s in batch)


def test_route_with_a_wrong_password_is_tried_until_it_is_right(lrs, lms, statements):
    """Rotation: between the new password in Ralph and in the LMS, batches wait."""
    batch = statements(50)
    right = lrs.secrets["ralph-lms"]["password"]
    lrs.secrets["ralph-lms"]["password"] = "for-a-moment"
    try:
        lrs.stop()
        lrs.start()
        lms("dispatch", batch, 25)
        time.sleep(1)
        assert lrs.stored() == []
    finally:
        lrs.secrets["ralph-lms"]["password"] = right
        lrs.stop()
        lrs.start()
    assert lms("settle", 60)["left"] == 0
    assert len(lrs.stored()) == 50


@contextmanager
def trouble(lrs, seed, pauses):
    """Kill Ralph, the engine or both at random moments while the block runs; leave both running."""
    rng = random.Random(seed)
    over = threading.Event()
    done = []

    def strike():
        while not over.wait(rng.uniform(*pauses)):
            victims = rng.choice((("ralph",), ("engine",), ("ralph", "engine")))
            if "engine" in victims:
                lrs.table.kill()
            if "ralph" in victims:
                lrs.stop(signal.SIGKILL)
            time.sleep(rng.uniform(0, 1))
            if "engine" in victims:
                lrs.table.start()
            if "ralph" in victims:
                lrs.start()
            done.append(victims)

    striker = threading.Thread(target=strike)
    striker.start()
    try:
        yield done
    finally:
        over.set()
        striker.join()


def assert_each_once(lrs, sent):
    stored = [identity for identity, _ in lrs.stored()]
    wanted = {statement["id"] for statement in sent}
    assert set(stored) == wanted, "lost or foreign statements"
    assert len(stored) == len(wanted), "statements stored twice"


def test_kills_of_ralph_and_clickhouse_lose_and_double_nothing(lrs, lms, statements):
    sent = statements(2000)
    with trouble(lrs, seed=3, pauses=(0.1, 0.6)) as kills:
        for first in range(0, len(sent), 500):
            lms("dispatch", sent[first : first + 500], 100)
            time.sleep(0.7)
        while len(kills) < 2:
            time.sleep(0.05)
    assert lms("settle", 120) | {"refused": []} == {"left": 0, "refused": []}
    assert_each_once(lrs, sent)


@pytest.mark.full
def test_long_trouble_and_two_minutes_without_clickhouse_lose_and_double_nothing(
    lrs, lms, statements
):
    sent = statements(100_000)
    with trouble(lrs, seed=11, pauses=(5, 15)) as kills:
        for first in range(0, 50_000, 2_000):
            lms("dispatch", sent[first : first + 2_000], 100)
            time.sleep(1)
        # how many fit in depends on the machine, so the trouble lasts until there were enough
        while len(kills) < 5 or {name for names in kills for name in names} != {"ralph", "engine"}:
            time.sleep(0.05)
    lrs.table.kill()
    away = time.monotonic()
    for first in range(50_000, 100_000, 2_000):
        lms("dispatch", sent[first : first + 2_000], 100)
    while time.monotonic() - away < 120:
        time.sleep(0.5)
    lrs.table.start()
    assert lms("settle", 1200)["left"] == 0
    assert_each_once(lrs, sent)
