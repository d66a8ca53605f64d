"""A visit as a whole: pages in order, and what people do besides."""

from __future__ import annotations

from aspects_gen.demo import verbs as v
from aspects_gen.demo.answering import answer
from aspects_gen.demo.course import Block, Sequence
from aspects_gen.demo.enrolling import arrive, grade, leave
from aspects_gen.demo.session import Json, Session
from aspects_gen.demo.statements import SITE, activity
from aspects_gen.demo.watching import watch

EXAMS = ("timed", "practice", "proctored")


def visit(session: Session) -> None:
    """Plan a whole visit: come, go through a subsection or two, talk, perhaps leave for good."""
    arrive(session)
    enrollment, rng = session.enrollment, session.rng
    if rng.random() < 0.3:
        _open_outline(session)
    for _ in range(rng.choices((1, 2), (3, 1))[0]):
        sequence = session.sequences[enrollment.next_sequence % len(session.sequences)]
        _study(session, sequence)
        if rng.random() < 0.8:
            enrollment.next_sequence += 1
    if rng.random() < 0.15:
        _discuss(session)
    leave(session)


def _study(session: Session, sequence: Sequence) -> None:
    """Go through the pages of a subsection; some skip, some go back."""
    rng, pages = session.rng, sequence.pages
    exam = EXAMS[sequence.block.place[0] % 3] if sequence.block.graded else ""
    exam = exam if exam and rng.random() < 0.1 else ""
    if exam:
        _state_exam(session, sequence.block, exam, "initialized")
    position = 1
    while position <= len(pages):
        for leaf in pages[position - 1][1]:
            _use(session, leaf, sequence.block)
        if rng.random() < 0.06:
            return
        position = _turn(session, sequence, position)
    if exam:
        _state_exam(session, sequence.block, exam, "terminated")


def _use(session: Session, leaf: Block, subsection: Block) -> None:
    draw = session.rng.random()
    session.wait(2, 25)
    if leaf.kind == "video" and draw < 0.75:
        watch(session, leaf)
        _complete(session, leaf)
    elif leaf.kind == "problem" and draw < 0.85:
        answer(session, leaf)
        _complete(session, leaf)
        grade(session, subsection)
    elif leaf.kind == "html":
        session.wait(5, 60)
        _complete(session, leaf)


def _turn(session: Session, sequence: Sequence, position: int) -> int:
    """State a step to another page and return where it leads; past the end is the end."""
    rng, count = session.rng, len(sequence.pages)
    session.wait(1, 12)
    draw = rng.random()
    end: str | int
    if draw < 0.85 or count == 1:
        target, end = position + 1, "next unit"
    elif draw < 0.92 and position > 1:
        # a look back, then on: the step forward costs no second statement
        target, end = position + 1, "previous unit"
    else:
        target = rng.randint(position, count) + 1
        end = min(target, count)
    context = session.parts.context(session.id)
    context["extensions"][v.START_POSITION] = position
    context["extensions"][v.END_POINT] = end
    resource = session.parts.block(sequence.block, v.RESOURCE_TYPE)
    definition = {"extensions": {v.TOTAL_ITEMS: count}, "type": v.RESOURCE_TYPE}
    session.state("navigated", {**resource, "definition": definition}, context)
    return target


def _open_outline(session: Session) -> None:
    session.wait(1, 10)
    address = f"{SITE}/courses/{session.course.key}/courseware/"
    if session.rng.random() < 0.5:
        item = activity(address, v.MODULE_TYPE, name={"en": "Outline"})
    else:
        item = activity(f"{address}jump_to/", v.LINK_TYPE)
    session.state("navigated", item, None)


def _complete(session: Session, block: Block) -> None:
    session.wait(0.2, 2)
    result: Json = {"completion": True, "extensions": {v.PROGRESS: 100.0}}
    session.state("progressed", session.parts.block(block, v.RESOURCE_TYPE), None, result)


def _discuss(session: Session) -> None:
    rng = session.rng
    thread = activity(
        f"{SITE}/api/discussion/v1/threads/{rng.getrandbits(96):024x}", v.DISCUSSION_TYPE
    )
    comment = activity(
        f"{SITE}/api/discussion/v1/comments/{rng.getrandbits(96):024x}", v.DISCUSSION_TYPE
    )
    session.wait(5, 60)
    session.state("viewed", thread, None)
    for verb in rng.sample(("posted", "edited", "deleted", "reported", "unreported"), 2):
        session.wait(10, 120)
        session.state(verb, comment, session.parts.context(session.id, grouping=thread))
    if rng.random() < 0.5:
        context = session.parts.context(session.id)
        context["extensions"][v.KIND] = "up"
        session.wait(1, 10)
        session.state("voted", thread, context)


def _state_exam(session: Session, block: Block, exam: str, verb: str) -> None:
    """State the start or the end of a special exam; its object is the bare usage key."""
    item = activity(
        block.key,
        f"https://w3id.org/xapi/openedx/activity/{exam}-assessment",
        name={"en": block.name},
        extensions={v.TIME_LIMIT: 60},
    )
    tried = activity(
        f"{session.id}-{block.id}",
        "http://adlnet.gov/expapi/activities/attempt",
        name={"en": block.name},
        extensions={v.ATTEMPT: 1},
    )
    session.wait(5, 30)
    session.state(verb, item, session.parts.context(session.id, grouping=tried))
