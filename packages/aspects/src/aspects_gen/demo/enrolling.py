"""Coming, changing mode, leaving and coming back; passing and failing."""

from __future__ import annotations

from aspects_gen.demo import verbs as v
from aspects_gen.demo.course import Block
from aspects_gen.demo.session import Session
from aspects_gen.demo.statements import make_score

PASSING_SHARE = 0.5
"""Share of points that passes a course: the LMS's default."""

REGRADED_SHARE = 0.06
"""Share of grades after which staff take points back from someone who had passed."""

LETTERS = ((0.85, "A"), (0.7, "B"), (PASSING_SHARE, "Pass"))


def arrive(session: Session) -> None:
    """Enroll who is not, and let some move to the verified track."""
    enrollment, rng = session.enrollment, session.rng
    if not enrollment.active:
        enrollment.mode = enrollment.mode or rng.choices(("audit", "verified"), (8, 2))[0]
        enrollment.active = True
        session.state_of_course("registered", session.parts.enrolled_as(enrollment.mode))
        session.wait(2, 20)
    elif enrollment.mode == "audit" and rng.random() < 0.02:
        enrollment.mode = "verified"
        session.state_of_course("registered", session.parts.enrolled_as("verified"))
        session.wait(2, 20)


def leave(session: Session) -> None:
    """Let few drop out at the end of a visit."""
    enrollment = session.enrollment
    if session.rng.random() < 0.02:
        enrollment.active = False
        session.wait(5, 60)
        session.state_of_course("unregistered", session.parts.enrolled_as(enrollment.mode))


def grade(session: Session, subsection: Block) -> None:
    """State the grades of a subsection and of the course after an answer."""
    scores = session.enrollment.scores
    here = [
        block
        for block in session.blocks
        if block.kind == "problem" and block.place[:2] == subsection.place[:2]
    ]
    earned = round(sum(scores.get(block.key, 0.0) for block in here), 2)
    session.wait(0.2, 1)
    session.state(
        "earned",
        session.parts.block(subsection, v.RESOURCE_TYPE),
        None,
        {"score": make_score(earned, float(len(here))), "success": earned == len(here) > 0},
    )
    _grade_course(session)


def _grade_course(session: Session) -> None:
    scores = session.enrollment.scores
    graded = [b.key for b in session.blocks if b.kind == "problem" and b.graded]
    if not graded:
        return
    if session.enrollment.passed and session.rng.random() < REGRADED_SHARE:
        for key in graded[::2]:
            scores.pop(key, None)
    share = round(sum(scores.get(key, 0.0) for key in graded) / len(graded), 2)
    letter = next((word for least, word in LETTERS if share >= least), "Fail")
    session.wait(0.2, 1)
    score = {"min": 0.0, "max": 1.0, "raw": share, "scaled": share}
    session.state(
        "earned",
        session.parts.object,
        None,
        {"score": score, "extensions": {v.GRADE_CLASS: letter}},
    )
    _judge(session, share >= PASSING_SHARE)


def _judge(session: Session, passes: bool) -> None:
    """State that the course is passed, or no longer."""
    enrollment = session.enrollment
    if passes == bool(enrollment.passed):
        return
    enrollment.passed = passes
    session.wait(0.01, 0.2)
    session.state_of_course("passed" if passes else "failed", session.parts.ungraded)
