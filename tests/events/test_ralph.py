"""The starter environment's Ralph: its own settings and credentials, on the engine, as its own user."""

from __future__ import annotations

import signal
from uuid import UUID, uuid4

import pytest


def make(number, **fields):
    """Return a small statement; the same number gives the same id."""
    return {
        "id": str(UUID(int=number + (4 << 76) + (8 << 60))),
        "actor": {"account": {"name": "someone", "homePage": "https://learn.example.org"}},
        "verb": {"id": "http://adlnet.gov/expapi/verbs/attempted"},
        "object": {"id": "https://learn.example.org/xblock/one"},
        "timestamp": f"2026-01-01T00:00:{number % 60:02d}.500000Z",
        **fields,
    }


def test_ralph_says_that_it_reaches_clickhouse(lrs):
    assert lrs.get("/__lbheartbeat__", None).status == 200
    assert lrs.get("/__heartbeat__", None) == (200, {"database": "ok"})


def test_credentials_name_clients_and_never_a_password_or_hash(lrs):
    assert "credentials: wrote 3 clients: ralph, lms, reader" in lrs.init_output
    texts = lrs.init_output + lrs.log()
    assert "$2b$" not in texts
    for name in ("ralph-admin", "ralph-lms", "ralph-reader"):
        assert lrs.secrets[name]["password"] not in texts


@pytest.mark.parametrize(
    ("user", "password", "status"),
    [
        ("ralph-admin", None, 200),
        ("ralph-lms", None, 200),
        ("ralph-reader", None, 200),
        ("ralph-lms", "wrong", 401),
        (None, None, 401),
    ],
)
def test_only_clients_with_their_password_read(lrs, user, password, status):
    found = lrs.send("GET", "/xAPI/statements?limit=1", user=user, password=password)
    assert found.status == status


def test_client_without_the_scope_may_not_write(lrs):
    refused = lrs.post([make(1)], "ralph-reader")
    assert refused.status == 401
    assert "scope" in refused.body["detail"]
    assert lrs.stored() == []


def test_client_reads_only_its_own_statements_unless_its_scope_is_wider(lrs):
    assert lrs.post([make(1)]).status == 200
    assert lrs.get("/xAPI/statements", "ralph-reader").body["statements"] == []
    assert len(lrs.get("/xAPI/statements", "ralph-lms").body["statements"]) == 1
    assert len(lrs.get("/xAPI/statements", "ralph-admin").body["statements"]) == 1


def test_statement_sent_again_is_stored_once(lrs):
    batch = [make(n) for n in range(100)]
    assert lrs.post(batch) == (200, [s["id"] for s in batch])
    assert lrs.post(batch).status == 204
    more = [*batch[:50], *(make(n) for n in range(100, 150))]
    assert lrs.post(more).status == 200
    assert len(lrs.stored()) == 150


@pytest.mark.parametrize(
    ("spoilt", "status"),
    [
        (make(1, verb={}), 422),
        (make(1, object={"objectType": "Activity"}), 422),
        (make(0), 400),  # its id stands twice
        (make(999, object={"id": "https://learn.example.org/xblock/other"}), 409),
    ],
    ids=["no verb", "no object", "twice", "other text"],
)
def test_one_bad_statement_refuses_its_batch_whole(lrs, spoilt, status):
    """Why the LMS's sender halves what is refused."""
    assert lrs.post([make(999)]).status == 200
    batch = [*(make(n) for n in range(2, 50)), make(0), spoilt]
    assert lrs.post(batch).status == status
    assert len(lrs.stored()) == 1


def test_pages_follow_each_other_without_gap_or_overlap(lrs):
    batch = [make(n) for n in range(45)]
    assert lrs.post(batch).status == 200
    seen, page = [], lrs.get("/xAPI/statements", limit="20")
    while page.body["statements"]:
        seen += [s["id"] for s in page.body["statements"]]
        assert len(seen) <= 45
        if "more" not in page.body:
            break
        page = lrs.send("GET", page.body["more"], user="ralph-admin")
        assert page.status == 200
    assert sorted(seen) == sorted(s["id"] for s in batch)


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({"since": "2026-01-01T00:00:29.500000Z"}, 15),
        ({"since": "2026-01-01T02:00:29.500000+02:00"}, 15),
        ({"until": "2026-01-01T00:00:29.500Z"}, 30),
        ({"since": "2026-01-01T00:00:09Z", "until": "2026-01-01T00:00:20+00:00"}, 11),
        ({"since": "2026-01-01T00:00:29.500000"}, 15),
    ],
)
def test_times_of_questions_are_read_with_and_without_zones(lrs, query, count):
    assert lrs.post([make(n) for n in range(45)]).status == 200
    found = lrs.get("/xAPI/statements", **query)
    assert (found.status, len(found.body["statements"])) == (200, count)


def test_time_that_is_none_is_refused_clearly(lrs):
    found = lrs.get("/xAPI/statements", since="yesterday")
    assert found.status == 422
    assert found.body["detail"][0]["loc"] == ["query", "since"]


def test_engine_reads_seconds_and_refuses_zones_as_date_parameters(lrs):
    """Why the served application turns times; the engine's front does the same for other clients."""
    import chdb.session

    code = "SET param_x = '{}'; SELECT toUnixTimestamp64Micro({{x:DateTime64(6)}})"
    for zoned in ("2026-01-01T00:00:00Z", "2026-01-01T00:00:00+00:00"):
        with pytest.raises(Exception, match="cannot be parsed as DateTime64"):
            chdb.query(code.format(zoned))
    assert "1767225600500000" in str(chdb.query(code.format("1767225600.500000")))


def test_lookup_of_ids_uses_the_index(lrs):
    for first in range(0, 2000, 500):
        assert lrs.post([make(n) for n in range(first, first + 500)]).status == 200
    wanted = f"['{uuid4()}', '{uuid4()}']"
    plan = lrs.table.ask(
        "EXPLAIN indexes = 1 SELECT event FROM xapi.xapi_events_all WHERE 1=1"
        " AND event_id IN ({ids:Array(String)})",
        param_ids=wanted,
    )
    assert "Name: event_id_seen" in plan
    assert "Granules: 0/" in plan, plan


def test_least_privilege_is_enough_and_gives_nothing_else(lrs):
    user = lrs.table.passwords["clickhouse-lrs/password"]
    for forbidden in (
        "SELECT count() FROM event_sink.user_profile",
        "DROP TABLE xapi.xapi_events_all",
        "ALTER TABLE xapi.xapi_events_all DELETE WHERE 1",
        "SELECT count() FROM openedx._tracking",
    ):
        with pytest.raises(AssertionError, match="Not enough privileges"):
            lrs.table.ask(forbidden, "ch_lrs", user)


def test_ralph_comes_back_by_itself_when_clickhouse_does(lrs):
    lrs.table.kill()
    assert lrs.get("/__lbheartbeat__", None).status == 200  # liveness: no restart
    assert lrs.get("/__heartbeat__", None) == (500, {"database": "away"})
    assert lrs.post([make(1)]).status == 500
    lrs.table.start()
    assert lrs.post([make(1)]).status == 200
    assert lrs.get("/__heartbeat__", None).status == 200
    assert len(lrs.stored()) == 1


def test_new_password_holds_after_a_restart_and_the_old_one_ends(lrs):
    """What raising secrets.rotation does: new pods, which hash what the Secret now holds."""
    old, new = lrs.secrets["ralph-lms"]["password"], "a-new-password-of-the-lms"
    lrs.secrets["ralph-lms"]["password"] = new
    try:
        # until then the pod knows the old one only
        assert lrs.post([make(1)], password=new).status == 401
        assert lrs.post([make(1)], password=old).status == 200
        lrs.stop()
        lrs.start()
        assert lrs.post([make(2)], password=new).status == 200
        assert lrs.post([make(3)], password=old).status == 401
    finally:
        lrs.secrets["ralph-lms"]["password"] = old
        lrs.stop(signal.SIGKILL)
        lrs.start()
    assert len(lrs.stored()) == 2
