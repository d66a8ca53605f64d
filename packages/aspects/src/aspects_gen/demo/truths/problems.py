"""Answers to problems, learner by learner."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from aspects_gen.demo.truths.courses import CourseBlock, find_blocks
from aspects_gen.demo.truths.history import History, Statement, find_attempt
from aspects_gen.demo.truths.problem_names import (
    find_problem,
    number_problem,
    pad_number,
    shorten,
)
from aspects_gen.demo.truths.values import (
    as_float32,
    as_seconds,
    find,
    find_float,
    find_text,
)
from aspects_gen.demo.verbs import VERBS


class ProblemEvent(NamedTuple):
    """A row of problem_events."""

    event_id: UUID
    emission_time: datetime
    actor_id: str
    object_id: str
    course_key: str
    org: str
    verb_id: str
    responses: str
    scaled_score: float
    success: bool
    interaction_type: str
    attempts: int
    problem_id: str


class LastResponse(NamedTuple):
    """A row of dim_learner_last_response."""

    org: str
    course_key: str
    object_id: str
    problem_id: str
    problem_link: str
    display_name_with_location: str
    graded: bool
    actor_id: str
    course_order: int
    interaction_type: str
    attempts: int
    success: bool
    emission_time: datetime
    responses: str
    scaled_score: float


class CoursewideAverage(NamedTuple):
    """A row of dim_problem_coursewide_avg."""

    org: str
    course_key: str
    course_order: int
    problem_link: str
    graded: bool
    actor_id: str
    problem_id: str
    avg_correct_attempts_coursewide: float
    avg_incorrect_attempts_coursewide: float
    coursewide_percent_correct: float
    correct_attempts_by_learner: int
    incorrect_attempts_by_learner: int
    selected_learner_percent_correct: float
    selected_learner_percent_incorrect: float


class ProblemResult(NamedTuple):
    """A row of dim_problem_results."""

    org: str
    course_key: str
    success: bool
    attempts: int
    actor_id: str
    problem_number: str
    problem_name_location: str
    block_id_short: str


class SubsectionResult(NamedTuple):
    """A row of dim_subsection_problem_results."""

    org: str
    course_key: str
    block_id_short: str
    problem_id: str
    problem_number: str
    problem_name_location: str
    actor_id: str
    success: bool
    subsection_number: str
    subsection_with_name: str
    scaled_score: float


def problem_events(history: History) -> list[ProblemEvent]:
    """Return each answer, pass and request for help."""
    return sorted(_read(it) for it in history.with_verbs("evaluated", "passed", "asked"))


def _read(it: Statement) -> ProblemEvent:
    evaluated = it.row.verb_id == VERBS["evaluated"]
    attempt = find_attempt(it.body)
    return ProblemEvent(
        event_id=it.row.event_id,
        emission_time=as_seconds(it.row.emission_time),
        actor_id=it.row.actor_id,
        object_id=it.row.object_id,
        course_key=it.row.course_key,
        org=it.row.org,
        verb_id=it.row.verb_id,
        responses=find_text(it.body, "result", "response"),
        scaled_score=find_float(it.body, "result", "score", "scaled"),
        success=evaluated and find(it.body, "result", "success") is True,
        interaction_type=find_text(it.body, "object", "definition", "interactionType"),
        attempts=(1 if attempt is None else attempt) if evaluated else 0,
        problem_id=find_problem(it.row.object_id),
    )


AnswerKey = tuple[str, str, str, str, str, str]
"""Organisation, course, object, problem, learner and interaction type."""


def group_answers(history: History) -> dict[AnswerKey, list[ProblemEvent]]:
    """Return the answers of each learner to each question, first to last."""
    groups: dict[AnswerKey, list[ProblemEvent]] = defaultdict(list)
    for it in history.once(problem_events):
        if it.verb_id == VERBS["evaluated"]:
            key = (it.org, it.course_key, it.object_id, it.problem_id, it.actor_id)
            groups[(*key, it.interaction_type)].append(it)
    for answers in groups.values():
        answers.sort(key=lambda it: (it.attempts, it.emission_time, str(it.event_id)))
    return groups


def dim_learner_last_response(history: History) -> list[LastResponse]:
    """Return the last answer of each learner to each question."""
    blocks = find_blocks(history)
    return sorted(
        _describe(answers[-1], blocks.get((answers[-1].course_key, answers[-1].problem_id)))
        for answers in history.once(group_answers).values()
    )


def _describe(it: ProblemEvent, block: CourseBlock | None) -> LastResponse:
    name = block.display_name_with_location if block else ""
    return LastResponse(
        org=it.org,
        course_key=it.course_key,
        object_id=it.object_id,
        problem_id=it.problem_id,
        problem_link=f'<a href="{it.object_id}" target="_blank">{name}</a>',
        display_name_with_location=name,
        graded=block.graded if block else False,
        actor_id=it.actor_id,
        course_order=block.course_order if block else 0,
        interaction_type=it.interaction_type,
        attempts=it.attempts,
        success=it.success,
        emission_time=it.emission_time,
        responses=it.responses,
        scaled_score=it.scaled_score,
    )


def dim_problem_coursewide_avg(history: History) -> list[CoursewideAverage]:
    """Return each last answer beside the averages over all learners of the course."""
    groups: dict[tuple[str, str, str], list[LastResponse]] = defaultdict(list)
    for it in history.once(dim_learner_last_response):
        groups[(it.org, it.course_key, it.problem_id)].append(it)
    return sorted(_compare(it, group) for group in groups.values() for it in group)


def _compare(it: LastResponse, group: list[LastResponse]) -> CoursewideAverage:
    count = len(group)
    right = sum(other.success for other in group) / count
    return CoursewideAverage(
        org=it.org,
        course_key=it.course_key,
        course_order=it.course_order,
        problem_link=it.problem_link,
        graded=it.graded,
        actor_id=it.actor_id,
        problem_id=it.problem_id,
        avg_correct_attempts_coursewide=as_float32(
            sum(other.attempts for other in group if other.success) / count
        ),
        avg_incorrect_attempts_coursewide=as_float32(
            sum(other.attempts for other in group if not other.success) / count
        ),
        coursewide_percent_correct=as_float32(right),
        correct_attempts_by_learner=it.attempts if it.success else 0,
        incorrect_attempts_by_learner=0 if it.success else it.attempts,
        selected_learner_percent_correct=as_float32(right),
        selected_learner_percent_incorrect=as_float32(1 - right),
    )


def dim_problem_results(history: History) -> list[ProblemResult]:
    """Return how each learner's last answer to each question went."""
    return sorted(
        ProblemResult(
            it.org,
            it.course_key,
            it.success,
            it.attempts,
            it.actor_id,
            *number_problem(it.object_id, it.display_name_with_location),
            shorten(it.problem_id),
        )
        for it in history.once(dim_learner_last_response)
    )


def dim_subsection_problem_results(history: History) -> list[SubsectionResult]:
    """Return the last answers to graded problems by subsection."""
    blocks = find_blocks(history)
    return sorted(
        _settle(it, blocks[(it.course_key, it.problem_id)], blocks)
        for it in history.once(dim_learner_last_response)
        if it.graded
    )


def _settle(
    it: LastResponse, block: CourseBlock, blocks: dict[tuple[str, str], CourseBlock]
) -> SubsectionResult:
    level = blocks.get((it.course_key, block.subsection_block_id))
    if level is None and block.subsection_number == block.section_number:
        level = blocks.get((it.course_key, block.section_block_id))
    number = pad_number(block.subsection_number)
    problem_number, problem_name = number_problem(it.object_id, it.display_name_with_location)
    return SubsectionResult(
        org=it.org,
        course_key=it.course_key,
        block_id_short=shorten(level.block_id) if level else "",
        problem_id=it.problem_id,
        problem_number=problem_number,
        problem_name_location=problem_name,
        actor_id=it.actor_id,
        success=it.success,
        subsection_number=number,
        subsection_with_name=f"{number} - {level.block_name}" if level else "",
        scaled_score=it.scaled_score,
    )
