"""Tracking events as they come when something is missing or unusual: accepted ones, and those that nobody takes.

The shapes are those that the platform's logs show; all people, courses and answers are made up.
"""

from __future__ import annotations

from typing import Any

from events.raw_events import (
    COURSE,
    ENROLLMENT,
    GRADING,
    LMS,
    NAVIGATION,
    NOWHERE,
    PROBLEM,
    PROBLEMS,
    SEQUENCE,
    USER,
    VIDEO,
    VIDEOS,
    Case,
    block,
    make_event,
)

CCX = "ccx-v1:Gardens+SOIL1+2026+ccx@4"
FIRST = 600
"""Minutes after those of `raw_events`: ids follow from verb, person and time."""


def list_shapes() -> list[Case]:
    """Return events that become statements, each with where it must arrive."""
    found = [*_without(), *_answers(), *_elsewhere()]
    return [
        Case(label, _at(number, event), verb, relation, count)
        for number, (label, event, verb, relation, count) in enumerate(found)
    ]


def list_refused() -> list[dict[str, Any]]:
    """Return events that no statement is made of."""
    problem = {"course_id": COURSE, "problem_id": block("problem", PROBLEM), "weighted_earned": 0}
    clicked = {"current_url": f"{LMS}/courses", "target_url": f"{LMS}/about"}
    return [
        make_event(700, "edx.grades.problem.submitted", {**problem, "weighted_possible": 0}),
        make_event(701, "edx.problem.completed", problem),
        make_event(702, "edx.ui.lms.link_clicked", clicked, {"user_id": None, "username": ""}),
        {"name": "problem_check", "context": {"username": "rosa"}, "timestamp": _time(703)},
    ]


Shape = tuple[str, dict[str, Any], str, str, int]


def _without() -> list[Shape]:
    """Events that lack what others have."""
    link = {"username": "rosa", "target_url": f"{LMS}/courses/{COURSE}/jump_to/x"}
    bare = {"course_id": COURSE, **USER}
    captions = {"id": VIDEO, "code": "html5", "current_time": 3.5, "duration": None}
    grade = {"course_id": COURSE, "user_id": 41, "percent_grade": 0.02, "letter_grade": ""}
    return [
        (
            "a link and no context",
            {"name": "edx.ui.lms.link_clicked", "data": link},
            "navigated",
            NAVIGATION,
            1,
        ),
        (
            "a video's id alone",
            {"name": "load_video", "data": {"id": VIDEO}, "context": bare},
            "initialized",
            VIDEOS,
            1,
        ),
        (
            "a video and no person's number",
            {
                "name": "play_video",
                "data": {"id": VIDEO, "currentTime": 1.5},
                "context": {"course_id": COURSE, "username": "rosa"},
            },
            "played",
            VIDEOS,
            1,
        ),
        (
            "captions of no known length",
            make_event(
                0, "edx.video.closed_captions.hidden", captions, {"event_source": "browser"}
            ),
            "interacted",
            NOWHERE,
            1,
        ),
        (
            "no letter yet",
            make_event(0, "edx.grades.course.grade_calculated", grade),
            "earned",
            GRADING,
            1,
        ),
    ]


def _answers() -> list[Shape]:
    """Answers that cannot be scored or named as others are, and one that is partly right."""
    one, two, three = (f"{PROBLEM}_{number}_1" for number in (2, 3, 4))
    page = f"{LMS}/courses/{COURSE}/xblock/{block('problem', PROBLEM)}/handler/problem_check"
    module = {"display_name": "Soils", "usage_key": block("problem", PROBLEM)}
    where = {"module": module, "referer": page}

    def check(answers: dict[str, Any], kind: str, **data: Any) -> dict[str, Any]:
        asked = {
            "question": "Which soil?",
            "input_type": "textline",
            "variant": "",
            "group_label": "",
        }
        found = {
            "problem_id": block("problem", PROBLEM),
            "answers": answers,
            "correct_map": {key: {"correctness": "incorrect"} for key in answers},
            "submission": {
                key: {**asked, "answer": answer, "response_type": kind, "correct": key == one}
                for key, answer in answers.items()
            },
            "attempts": 10,
            "grade": 0,
            "max_grade": len(answers),
            "success": "incorrect",
            "state": {},
        }
        return make_event(0, "problem_check", {**found, **data}, where)

    several = check({one: "clay", two: "choice_3", three: ["choice_3"]}, "stringresponse", grade=1)
    return [
        (
            "nothing to win",
            check({one: "clay"}, "stringresponse", max_grade=0),
            "evaluated",
            PROBLEMS,
            1,
        ),
        (
            "a kind of answer nobody knows",
            check({one: "clay"}, "customthing"),
            "evaluated",
            PROBLEMS,
            1,
        ),
        ("partly right", several, "evaluated", PROBLEMS, 4),
    ]


def _elsewhere() -> list[Shape]:
    """Courses within courses, and events in the tracking log's own form."""
    ccx_problem = f"ccx-block-v1:Gardens+SOIL1+2026+ccx@4+type@problem+block@{PROBLEM}"
    page = {
        "event_source": "browser",
        "course_id": CCX,
        "referer": f"{LMS}/courses/{CCX}/xblock/{ccx_problem}/x",
    }
    enrolled = {"course_id": CCX, "user_id": 41, "mode": "honor"}
    exam = {
        "exam_id": 3,
        "exam_content_id": block("sequential", SEQUENCE),
        "exam_name": "Beds",
        "exam_default_time_limit_mins": 30,
        "attempt_id": 9,
        "attempt_user_id": 41,
        "attempt_code": "B1A3",
        "attempt_event_elapsed_time_secs": None,
    }
    return [
        (
            "a video of a course within a course",
            make_event(0, "play_video", {"id": VIDEO, "currentTime": 2.5}, page),
            "played",
            VIDEOS,
            1,
        ),
        (
            "an answer there, in the browser",
            make_event(0, "problem_check", f"input_{PROBLEM}_2_1=choice_1", page),
            "attempted",
            NOWHERE,
            1,
        ),
        (
            "an enrolment there",
            make_event(0, "edx.course.enrollment.activated", enrolled, {"course_id": CCX}),
            "registered",
            ENROLLMENT,
            1,
        ),
        (
            "an exam in the log's form",
            _logged("edx.special_exam.timed.attempt.created", exam),
            "initialized",
            NOWHERE,
            1,
        ),
    ]


def _logged(name: str, data: dict[str, Any]) -> dict[str, Any]:
    """Return an event as the tracking log writes it: other names for data and time, the person outside."""
    event = make_event(0, name, data)
    return {
        "name": name,
        "event_type": name,
        "event_source": "server",
        "username": "rosa",
        "context": {
            key: event["context"][key] for key in ("course_id", "org_id", "path", "user_id")
        },
        "event": data,
        "page": None,
    }


def _at(number: int, event: dict[str, Any]) -> dict[str, Any]:
    return {**event, "time" if "event" in event else "timestamp": _time(FIRST + number)}


def _time(number: int) -> str:
    return str(make_event(number, "", None)["timestamp"])
