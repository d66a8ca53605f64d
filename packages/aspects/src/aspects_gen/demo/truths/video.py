"""Videos: what was played, and which seconds of it were watched."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from decimal import ROUND_CEILING, Decimal
from typing import NamedTuple
from uuid import UUID

from aspects_gen.demo.truths.history import History, Statement
from aspects_gen.demo.truths.values import as_decimal, as_seconds, find_integer, find_text
from aspects_gen.demo.verbs import VERBS, VIDEO_FROM, VIDEO_LENGTH, VIDEO_TIME

_CENTS = Decimal("0.01")

LONGEST = Decimal("9999999.99")
"""The greatest position that a Decimal(9, 2) column holds."""


LONGEST_RUN = 86_400
"""Seconds that one play can last: a nonsensical position must not make a million rows."""


class PlaybackEvent(NamedTuple):
    """A row of video_playback_events."""

    event_id: UUID
    emission_time_long: datetime
    emission_time: datetime
    actor_id: str
    object_id: str
    course_key: str
    org: str
    verb_id: str
    video_position: Decimal
    video_duration: int


class Segment(NamedTuple):
    """A row of fact_video_segments."""

    org: str
    course_key: str
    actor_id: str
    object_id: str
    video_duration: int
    watched_segment: int
    watch_count: int


def video_playback_events(history: History) -> list[PlaybackEvent]:
    """Return what each learner did with each video."""
    verbs = ("completed", "initialized", "terminated", "paused", "played", "seeked")
    return sorted(
        _read(it) for it in history.with_verbs(*verbs) if "video+block" in it.row.object_id
    )


def _read(it: Statement) -> PlaybackEvent:
    duration = find_integer(it.body, "context", "extensions", VIDEO_LENGTH)
    position = _find_position(it)
    if it.row.verb_id == VERBS["played"] and duration and position == duration:
        position = Decimal(1)
    moment = as_seconds(it.row.emission_time)
    return PlaybackEvent(
        event_id=it.row.event_id,
        emission_time_long=moment,
        emission_time=moment,
        actor_id=it.row.actor_id,
        object_id=it.row.object_id,
        course_key=it.row.course_key,
        org=it.row.org,
        verb_id=it.row.verb_id,
        video_position=position.quantize(_CENTS),
        video_duration=duration,
    )


def _find_position(it: Statement) -> Decimal:
    """Return where in the video it was, rounded up to a whole second."""
    extensions = ("result", "extensions")
    text = find_text(it.body, *extensions, VIDEO_TIME) or find_text(
        it.body, *extensions, VIDEO_FROM
    )
    position = as_decimal(text or "0")
    if abs(position) > LONGEST:
        return Decimal(0)
    return position.to_integral_value(rounding=ROUND_CEILING)


def fact_video_segments(history: History) -> list[Segment]:
    """Return each watched second of each video with how often it was watched."""
    groups: dict[tuple[str, str, str, str], list[PlaybackEvent]] = defaultdict(list)
    for it in history.once(video_playback_events):
        if it.verb_id != VERBS["initialized"]:
            groups[(it.org, it.course_key, it.actor_id, it.object_id)].append(it)
    segments = []
    for key, events in groups.items():
        for second, (duration, count) in _count_seconds(events).items():
            segments.append(Segment(*key, duration, second, count))
    return sorted(segments)


def _count_seconds(events: list[PlaybackEvent]) -> dict[int, tuple[int, int]]:
    """Return duration and number of plays for each second that one learner watched."""
    seconds: dict[int, tuple[int, int]] = {}
    for start, end in _pair(sorted(events, key=_order)):
        last = int(end.video_position)
        for second in range(max(int(start.video_position), 1), last + 1):
            duration, count = seconds.get(second, (0, 0))
            seconds[second] = (max(duration, start.video_duration), count + 1)
    return seconds


def _order(it: PlaybackEvent) -> tuple[datetime, bool, Decimal, str]:
    """Return what events are ordered by: in one second, ends come before starts."""
    return it.emission_time, it.verb_id == VERBS["played"], it.video_position, str(it.event_id)


def _pair(events: list[PlaybackEvent]) -> list[tuple[PlaybackEvent, PlaybackEvent]]:
    """Return each play with the last event before the next play, if that lies on by a day at most."""
    pairs = []
    start: PlaybackEvent | None = None
    end: PlaybackEvent | None = None
    for it in [*events, None]:
        if it is not None and it.verb_id != VERBS["played"]:
            end = it
            continue
        if start and end and 0 < end.video_position - start.video_position <= LONGEST_RUN:
            pairs.append((start, end))
        start, end = it, None
    return pairs
