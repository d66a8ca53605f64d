"""Tracking events of every kind that becomes a statement, in the format that the platform documents.

Source of the fields: the public tracking log reference of Open edX, read 2026-11. All people, courses and
answers are made up.
"""

from __future__ import annotations

from typing import Any, NamedTuple

COURSE = "course-v1:Gardens+SOIL1+2026"
LMS = "https://learn.example.org"
USER = {"user_id": 41, "username": "rosa"}


class Case(NamedTuple):
    """One event and where it must arrive."""

    label: str
    event: dict[str, Any]
    verb: str
    relation: str
    """Database and name of the relation that shows it; empty: only the parsed statements do."""
    statements: int = 1


def block(kind: str, name: str) -> str:
    return f"block-v1:Gardens+SOIL1+2026+type@{kind}+block@{name}"


PROBLEM, SEQUENCE, VIDEO = "4b1d", "5e9c", "0f77"

ENROLLMENT, GRADING = "xapi.enrollment_events", "xapi.grading_events"
PROBLEMS, VIDEOS = "xapi.problem_events", "xapi.video_playback_events"
NAVIGATION, NOWHERE = "xapi.navigation_events", ""


def list_cases() -> list[Case]:
    """Return every case; each has its own second, since ids derive from verb, person and time."""
    kinds = [
        *_enrolling(),
        *_grading(),
        *_answering(),
        *_watching(),
        *_walking(),
        *_talking(),
        *_examining(),
    ]
    return [
        Case(label, make_event(number, name, data, context), verb, relation, count)
        for number, (label, name, data, context, verb, relation, count) in enumerate(kinds)
    ]


def make_event(
    number: int, name: str, data: Any, context: dict[str, Any] | None = None
) -> dict[str, Any]:
    minute, second = divmod(number, 60)
    more = context or {}
    return {
        "name": name,
        "timestamp": f"2026-03-02T08:{minute:02d}:{second:02d}.{number:06d}+00:00",
        "data": data,
        "context": {
            "course_id": COURSE,
            "org_id": "Gardens",
            "path": "/event",
            "host": "learn.example.org",
            "session": "a3f0c2",
            "event_source": "server",
            **USER,
            **more,
        },
    }


Kind = tuple[str, str, Any, dict[str, Any] | None, str, str, int]


def _kind(
    name: str,
    data: Any,
    verb: str,
    relation: str,
    *,
    label: str = "",
    count: int = 1,
    **context: Any,
) -> Kind:
    return (label or name, name, data, context, verb, relation, count)


def _enrolling() -> list[Kind]:
    data = {"course_id": COURSE, "user_id": 41, "mode": "verified"}
    start = "edx.course.enrollment."
    return [
        _kind(f"{start}activated", data, "registered", ENROLLMENT),
        _kind(f"{start}mode_changed", data, "registered", ENROLLMENT),
        _kind(f"{start}deactivated", data, "unregistered", ENROLLMENT),
    ]


def _grading() -> list[Kind]:
    data = {"course_id": COURSE, "user_id": 41}
    course = {**data, "percent_grade": 0.72, "letter_grade": "Pass"}
    subsection = {
        **data,
        "block_id": block("sequential", SEQUENCE),
        "weighted_total_earned": 2.0,
        "weighted_total_possible": 3.0,
        "weighted_graded_earned": 2.0,
        "weighted_graded_possible": 3.0,
    }
    grade = "edx.course.grade."
    return [
        _kind("edx.grades.course.grade_calculated", course, "earned", GRADING),
        _kind("edx.grades.subsection.grade_calculated", subsection, "earned", GRADING),
        _kind(f"{grade}passed.first_time", data, "passed", GRADING),
        _kind(f"{grade}now_passed", data, "passed", GRADING),
        _kind(f"{grade}now_failed", data, "failed", GRADING),
        _kind(
            "edx.completion.block_completion.changed",
            {**data, "block_id": block("problem", PROBLEM), "completion": 1.0},
            "progressed",
            NOWHERE,
        ),
    ]


def _answering() -> list[Kind]:
    def check(answers: dict[str, Any]) -> dict[str, Any]:
        verdict = {key: {"correctness": "correct"} for key in answers}
        kinds = {
            key: {
                "question": "Which soil drains best?",
                "answer": answer,
                "response_type": "multiplechoiceresponse",
                "input_type": "choicegroup",
                "correct": True,
                "variant": "",
                "group_label": "",
            }
            for key, answer in answers.items()
        }
        return {
            "problem_id": block("problem", PROBLEM),
            "answers": answers,
            "correct_map": verdict,
            "submission": kinds,
            "attempts": 2,
            "grade": len(answers),
            "max_grade": len(answers),
            "success": "correct",
            "state": {},
        }

    page = f"{LMS}/courses/{COURSE}/xblock/{block('problem', PROBLEM)}/handler/problem_check"
    module = {"display_name": "Soils", "usage_key": block("problem", PROBLEM)}
    usage = {"module": module, "referer": page}
    one, two = f"{PROBLEM}_2_1", f"{PROBLEM}_3_1"
    return [
        _kind(
            "problem_check",
            check({one: "choice_1"}),
            "evaluated",
            PROBLEMS,
            label="one answer",
            **usage,
        ),
        _kind(
            "problem_check",
            check({one: "choice_1", two: ["choice_0", "choice_2"]}),
            "evaluated",
            PROBLEMS,
            label="two answers",
            count=3,
            **usage,
        ),
        _kind(
            "problem_check",
            f"input_{one}=choice_1",
            "attempted",
            NOWHERE,
            label="in the browser",
            event_source="browser",
            referer=page,
        ),
        _kind("showanswer", {"problem_id": block("problem", PROBLEM)}, "asked", PROBLEMS, **usage),
        _kind(
            "edx.problem.hint.demandhint_displayed",
            {
                "module_id": block("problem", PROBLEM),
                "problem_part_id": one,
                "hint_index": 0,
                "hint_len": 1,
                "hint_text": "Think of sand",
            },
            "asked",
            PROBLEMS,
            **usage,
        ),
    ]


def _watching() -> list[Kind]:
    base = {"id": VIDEO, "code": "html5", "duration": 180}
    at = {**base, "currentTime": 12.5}
    there = {**base, "current_time": 12.5}
    seek = {**base, "old_time": 12.5, "new_time": 40.0, "type": "onSlideSeek"}
    speed = {**there, "old_speed": "1.0", "new_speed": "1.5"}
    browser = {"event_source": "browser"}
    played = [
        ("load_video", base, "initialized"),
        ("edx.video.loaded", base, "initialized"),
        ("play_video", at, "played"),
        ("edx.video.played", there, "played"),
        ("pause_video", at, "paused"),
        ("edx.video.paused", there, "paused"),
        ("seek_video", seek, "seeked"),
        ("edx.video.position.changed", seek, "seeked"),
        ("stop_video", at, "terminated"),
        ("edx.video.stopped", there, "terminated"),
        ("complete_video", at, "completed"),
        ("edx.video.completed", there, "completed"),
    ]
    touched = [
        "show_transcript",
        "hide_transcript",
        "edx.video.transcript.shown",
        "edx.video.transcript.hidden",
        "video_show_cc_menu",
        "video_hide_cc_menu",
        "edx.video.closed_captions.shown",
        "edx.video.closed_captions.hidden",
    ]
    return [
        *(_kind(name, data, verb, VIDEOS, **browser) for name, data, verb in played),
        *(_kind(name, there, "interacted", NOWHERE, **browser) for name in touched),
        _kind("speed_change_video", speed, "interacted", NOWHERE, **browser),
    ]


def _walking() -> list[Kind]:
    tabs = {
        "id": block("sequential", SEQUENCE),
        "current_tab": 2,
        "tab_count": 5,
        "widget_placement": "top",
    }
    target = {
        "current_url": f"{LMS}/courses/{COURSE}/course/",
        "target_url": f"{LMS}/courses/{COURSE}/jump_to/{block('vertical', 'a1')}",
        "target_name": "Compost",
    }
    sequence = "edx.ui.lms.sequence."
    return [
        _kind(f"{sequence}next_selected", tabs, "navigated", NAVIGATION),
        _kind(f"{sequence}previous_selected", tabs, "navigated", NAVIGATION),
        _kind(f"{sequence}tab_selected", {**tabs, "target_tab": 4}, "navigated", NAVIGATION),
        _kind(f"{sequence}outline.selected", target, "navigated", NAVIGATION),
        _kind("edx.ui.lms.outline.selected", target, "navigated", NAVIGATION),
        _kind("edx.ui.lms.link_clicked", target, "navigated", NAVIGATION),
    ]


def _talking() -> list[Kind]:
    verbs = {
        "created": "posted",
        "edited": "edited",
        "deleted": "deleted",
        "reported": "reported",
        "unreported": "unreported",
    }
    found = []
    for place in ("thread", "response", "comment"):
        data = {
            "id": f"c0ffee-{place}",
            "commentable_id": "course",
            "title": "Worms",
            "body": "<p>Are they good?</p>",
            "url": f"{LMS}/courses/{COURSE}/discussion/forum/course/threads/c0ffee",
            "discussion": {"id": "c0ffee-thread"},
            "response": {"id": "c0ffee-response"},
            "vote_value": "up",
            "undo_vote": False,
        }
        started = f"edx.forum.{place}."
        found += [_kind(started + word, data, verb, NOWHERE) for word, verb in verbs.items()]
        if place == "thread":
            found.append(_kind(f"{started}viewed", data, "viewed", NOWHERE))
        if place != "comment":
            found.append(_kind(f"{started}voted", data, "voted", NOWHERE))
    return found


def _examining() -> list[Kind]:
    data = {
        "exam_id": 3,
        "exam_content_id": block("sequential", SEQUENCE),
        "exam_name": "Beds and borders",
        "exam_default_time_limit_mins": 30,
        "attempt_id": 8,
        "attempt_user_id": 41,
        "attempt_code": "B1A2",
        "attempt_event_elapsed_time_secs": 12,
    }
    return [
        _kind(f"edx.special_exam.{kind}.attempt.{step}", data, verb, NOWHERE)
        for kind in ("timed", "practice", "proctored")
        for step, verb in (("created", "initialized"), ("submitted", "terminated"))
    ]
