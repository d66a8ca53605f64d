"""Truth about videos: positions, watched seconds, engagement."""

from collections import Counter
from datetime import datetime
from decimal import Decimal
from itertools import permutations
from uuid import UUID

import pytest

from aspects_gen.demo.truth import compute_relation

KEY = "course-v1:Org+C+R"
BLOCK = "block-v1:Org+C+R+type@{}+block@{}"
VIDEO = "https://lms.test/xblock/" + BLOCK.format("video", "v1")


def moment(text):
    return datetime.fromisoformat(f"2026-01-05 {text}")


def ask(tale, name):
    return compute_relation(name, tale.events, tale.rows)


def seconds(tale):
    """Return how often each second was watched."""
    return {row.watched_segment: row.watch_count for row in ask(tale, "fact_video_segments")}


def spans(*pairs):
    return dict(Counter(second for first, last in pairs for second in range(first, last + 1)))


def test_playback_event_has_position_and_duration(tale):
    tale.play(1, "10:00:00.9", "played", 12.34, length=195.0)
    tale.say(2, "10:00:01", "completed", "https://lms.test/xblock/" + BLOCK.format("problem", "p"))
    time = moment("10:00:00")
    verb = "https://w3id.org/xapi/video/verbs/played"
    assert ask(tale, "video_playback_events") == [
        (UUID(int=1), time, time, "ann", VIDEO, KEY, "Org", verb, Decimal("13.00"), 195)
    ]


@pytest.mark.parametrize(
    ("verb", "position", "expected"),
    [
        ("paused", 16.634, 17),
        ("paused", 16.001, 16),
        ("paused", 16, 16),
        ("paused", "16.5", 17),
        ("paused", "soon", 0),
        ("paused", 1e9, 0),
        ("seeked", 9.5, 10),
        ("initialized", None, 0),
        ("paused", 100, 100),
        ("played", 100, 1),
        ("played", 99.5, 1),
    ],
)
def test_playback_position_is_rounded_up(tale, verb, position, expected):
    tale.play(1, "10:00:00", verb, position)
    assert ask(tale, "video_playback_events")[0].video_position == expected


def test_playback_of_unknown_length_starts_where_it_starts(tale):
    tale.play(1, "10:00:00", "played", 0, length=None)
    assert ask(tale, "video_playback_events")[0].video_position == 0


def test_segments_are_the_seconds_from_play_to_pause(tale):
    tale.play(1, "10:00:00", "played", 4.5)
    tale.play(2, "10:00:05", "paused", 7.2)
    head = ("Org", KEY, "ann", VIDEO, 100)
    assert ask(tale, "fact_video_segments") == [
        (*head, 5, 1),
        (*head, 6, 1),
        (*head, 7, 1),
        (*head, 8, 1),
    ]


def test_segments_start_at_the_first_second(tale):
    tale.play(1, "10:00:00", "played", 0)
    tale.play(2, "10:00:05", "paused", 2)
    assert seconds(tale) == spans((1, 2))


def test_segments_count_seconds_watched_twice(tale):
    tale.play(1, "10:00:00", "played", 0)
    tale.play(2, "10:00:05", "paused", 5)
    tale.play(3, "10:00:06", "seeked", 5)
    tale.play(4, "10:00:07", "played", 3)
    tale.play(5, "10:00:13", "completed", 9)
    assert seconds(tale) == spans((1, 5), (3, 9))


def test_segments_end_at_the_last_event_before_the_next_play(tale):
    tale.play(1, "10:00:00", "played", 0)
    tale.play(2, "10:00:05", "paused", 5)
    tale.play(3, "10:00:06", "terminated", 6)
    tale.play(4, "10:00:07", "played", 20)
    assert seconds(tale) == spans((1, 6))


@pytest.mark.parametrize(
    "story",
    [
        [("played", 5)],
        [("paused", 5)],
        [("played", 5), ("played", 9)],
        [("played", 5), ("paused", 5)],
        [("played", 5), ("seeked", 2)],
        [("played", 5), ("paused", 86_406)],
        [("initialized", 0), ("paused", 9)],
    ],
)
def test_segments_need_a_play_and_an_end_beyond_it(tale, story):
    for number, (verb, position) in enumerate(story, 1):
        tale.play(number, f"10:00:0{number}", verb, position)
    assert seconds(tale) == {}


def test_segments_do_not_depend_on_arrival(tale):
    tale.play(1, "10:00:00", "played", 0)
    tale.play(2, "10:00:05", "paused", 5)
    tale.play(3, "10:00:07", "played", 10)
    tale.play(4, "10:00:13", "paused", 12)
    events = list(tale.events)
    for order in permutations(events):
        tale.events = [*order, *order[:2]]
        assert seconds(tale) == spans((1, 5), (10, 12))


def test_segments_within_a_second_put_ends_before_plays(tale):
    tale.play(1, "10:00:00", "played", 0)
    tale.play(2, "10:00:05.1", "played", 50)
    tale.play(3, "10:00:05.9", "paused", 5)
    tale.play(4, "10:00:09", "paused", 52)
    assert seconds(tale) == spans((1, 5), (50, 52))


def test_segments_belong_to_one_learner_and_one_video(tale):
    tale.play(1, "10:00:00", "played", 0)
    tale.play(2, "10:00:05", "paused", 5, who="bob")
    tale.play(3, "10:00:05", "paused", 5, video="v2")
    assert seconds(tale) == {}


def test_video_engagement_labels_both_levels_and_unwatched_subsections(school):
    school.block("video", "v3", "1:2:1", 13, graded=0)
    school.block("sequential", "q3", "1:3:0", 14)
    school.block("vertical", "u4", "1:3:1", 15)
    school.block("video", "v4", "1:3:1", 16)
    school.user(2, "bob")
    mail = "mailto:bob@x.test"
    numbers = iter(range(1, 100))
    for who, video in (("ann", "v1"), ("ann", "v2"), (mail, "v1"), ("ann", "unknown")):
        for second, verb in ((0, "played"), (9, "paused")):
            school.play(next(numbers), f"10:00:0{second}", verb, second, video=video, who=who)
    school.play(next(numbers), "10:00:00", "played", 0, video="v4")
    week, start, test, last = "1:0:0 - Week", "1:1:0 - Start", "1:2:0 - Test", "1:3:0 - q3"
    s1 = BLOCK.format("chapter", "s1")
    q1, q2, q3 = (BLOCK.format("sequential", name) for name in ("q1", "q2", "q3"))
    none, some, every = "No videos viewed yet", "At least one video viewed", "All videos viewed"
    nobody, bob, head = ("", "", ""), ("bob", "Bob", "bob@x.test"), ("Org", KEY)
    assert ask(school, "fact_video_engagement") == [
        (*head, week, "section", "", none, s1, *nobody),
        (*head, week, "section", "ann", some, s1, *nobody),
        (*head, week, "section", mail, every, s1, *bob),
        (*head, start, "subsection", "ann", every, q1, *nobody),
        (*head, start, "subsection", mail, every, q1, *bob),
        (*head, test, "subsection", "ann", some, q2, *nobody),
        (*head, last, "subsection", "", none, q3, *nobody),
    ]
