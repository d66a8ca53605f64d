"""The stream of events: exact, ordered, unique, and the same each time."""

import json
import tracemalloc
from collections import defaultdict
from datetime import datetime
from itertools import islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aspects_gen.demo import verbs as v
from aspects_gen.demo.campus import make_campus
from aspects_gen.demo.identity import make_statement_id
from aspects_gen.demo.malformed import HUGE, KINDS, spoil_statement
from aspects_gen.demo.moments import DAY, HOUR, format_record_time, format_stamp, read_day
from aspects_gen.demo.timeline import stream_events
from aspects_gen.demo.truth import compute_dead_letters

START = read_day("2026-01-05")


def make(seed=1, days=30, courses=5, learners=50):
    return make_campus(seed, start=START, days=days, courses=courses, learners=learners)


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(),
    count=st.integers(1, 600),
    days=st.integers(1, 400),
    courses=st.integers(1, 9),
    learners=st.integers(1, 40),
)
def test_stream_is_exact_ordered_and_unique(seed, count, days, courses, learners):
    campus = make(seed, days, courses, learners)
    events = list(stream_events(campus, count))
    moments = [moment for _, moment, _ in events]
    assert len(events) == count
    assert len({identity for identity, _, _ in events}) == count
    assert moments == sorted(moments)
    assert moments[0] >= format_stamp(START, " ")
    assert all(json.loads(text)["id"] == identity for identity, _, text in events)


def test_stream_ends_within_its_days():
    for days in (1, 30):
        last = list(stream_events(make(days=days, learners=300), 3000))[-1]
        assert last[1] < format_stamp(START + days * DAY + 4 * HOUR, " ")
        assert last[1] > format_stamp(START + (days - 1) * DAY, " ")


def test_stream_is_the_same_for_the_same_seed_and_another_for_another():
    first = list(stream_events(make(1), 2000, 0.05))
    assert first == list(stream_events(make(1), 2000, 0.05))
    assert first != list(stream_events(make(2), 2000, 0.05))


def test_stream_begins_alike_whatever_is_read_of_it():
    assert (
        list(islice(stream_events(make(), 5000), 100)) == list(stream_events(make(), 5000))[:100]
    )


def test_stream_keeps_little_in_memory():
    campus = make(days=60)

    def peak(count):
        tracemalloc.start()
        for _ in stream_events(campus, count):
            pass
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    small, large = peak(1000), peak(10_000)
    # ten times the statements: room only for what each learner has done so far
    assert large < small * 3


def by_learner(events):
    found = defaultdict(list)
    for _, _, text in events:
        statement = json.loads(text)
        found[json.dumps(statement["actor"])].append(statement)
    return found


def test_learners_do_one_thing_at_a_time():
    for statements in by_learner(stream_events(make(), 5000)).values():
        moments = [it["timestamp"] for it in statements if "statement" not in it["context"]]
        assert len(set(moments)) == len(moments)


def test_learners_enroll_before_they_do_anything():
    for statements in by_learner(stream_events(make(), 5000)).values():
        enrolled = set()
        for statement in statements:
            verb = statement["verb"]["id"]
            if verb in (v.VERBS["registered"], v.VERBS["unregistered"]):
                course = statement["object"]["id"]
                (enrolled.add if verb == v.VERBS["registered"] else enrolled.discard)(course)
            elif "contextActivities" in statement["context"]:
                activities = statement["context"]["contextActivities"]
                courses = {it["id"] for group in activities.values() for it in group}
                assert courses & enrolled


def test_attempts_count_up_for_each_learner_and_problem():
    for statements in by_learner(stream_events(make(), 8000)).values():
        tries = defaultdict(list)
        for statement in statements:
            extensions = statement["object"]["definition"].get("extensions", {})
            if statement["verb"]["id"] == v.VERBS["evaluated"] and v.ATTEMPT in extensions:
                tries[statement["object"]["id"]].append(extensions[v.ATTEMPT])
        assert all(found == list(range(1, len(found) + 1)) for found in tries.values())


def test_video_sessions_end_where_the_video_ends():
    for _, _, text in stream_events(make(), 5000):
        statement = json.loads(text)
        length = statement["context"]["extensions"].get(v.VIDEO_LENGTH)
        extensions = statement.get("result", {}).get("extensions", {})
        if length is not None and v.VIDEO_TIME in extensions:
            assert 0 <= extensions[v.VIDEO_TIME] <= length


def test_parts_of_a_problem_name_the_statement_about_the_whole():
    known = set()
    for identity, _, text in stream_events(make(), 8000):
        statement = json.loads(text)
        if "statement" in statement["context"]:
            assert statement["context"]["statement"]["id"] in known
        known.add(identity)


def test_statement_id_is_the_same_chain_as_the_lms_derives():
    import uuid

    verb, actor, stamp = '{"id": "v"}', '{"name": "a"}', "2026-01-05T10:00:00.000001+00:00"
    base = uuid.UUID("6ba7b810-9dad-11d1-80b4-00c04fd430c8")
    whole = uuid.uuid5(uuid.uuid5(base, verb), f"{actor}-{stamp}")
    part = uuid.uuid5(uuid.uuid5(base, f"{verb}-p_2_1"), f"{actor}-{stamp}")
    assert make_statement_id(verb, actor, stamp) == str(whole)
    assert make_statement_id(verb, actor, stamp, "p_2_1") == str(part)


@given(st.integers(0, 4_000_000_000_000_000))
def test_moments_are_written_as_python_writes_them(moment):
    text = format_stamp(moment)
    assert datetime.fromisoformat(text).isoformat(timespec="microseconds") == text
    assert datetime.fromisoformat(format_record_time(moment)).replace(
        tzinfo=None
    ) == datetime.fromisoformat(text)


REASONS = {
    "no_attempt": "missing_attempt",
    "no_success": "missing_success",
    "no_object_id": "missing_object",
    "no_actor": "missing_actor",
    "unknown_verb": "unknown_verb",
    "truncated": "invalid_json",
    "not_an_object": "invalid_json",
    "odd_unicode": None,
    "huge_answer": "too_large",
}


def test_spoilt_statements_die_of_what_was_done_to_them():
    assert set(REASONS) == set(KINDS)
    for identity, moment, text in stream_events(make(), 300):
        statement = json.loads(text)
        for kind, reason in REASONS.items():
            dead = compute_dead_letters([(identity, moment, spoil_statement(statement, kind))])
            assert [why for _, why in dead] == ([reason] if reason else [])
        assert statement == json.loads(text)


@pytest.mark.parametrize("share", [0.0, 0.1, 1.0])
def test_spoilt_share_is_what_was_asked_for(share):
    sound = list(stream_events(make(), 1000))
    spoilt = list(stream_events(make(), 1000, share))
    differ = sum(a != b for a, b in zip(sound, spoilt, strict=True))
    assert share * 900 <= differ <= share * 1100
    assert [event[:2] for event in sound] == [event[:2] for event in spoilt]


def test_huge_answers_stay_few():
    lengths = [len(text) for _, _, text in stream_events(make(), 1000, 1.0)]
    assert sum(length > HUGE for length in lengths) == 20
