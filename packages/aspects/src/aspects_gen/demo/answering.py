"""Problems: hints, tries with one question or several, answers shown."""

from __future__ import annotations

import json

from aspects_gen.demo import verbs as v
from aspects_gen.demo.course import Block, Part
from aspects_gen.demo.identity import make_statement_id
from aspects_gen.demo.moments import format_stamp
from aspects_gen.demo.session import Session
from aspects_gen.demo.statements import (
    VERB_PARTS,
    activity,
    block_address,
    make_actor,
    make_child,
    make_child_context,
    make_group,
    make_question,
    make_score,
)
from aspects_gen.demo.words import SENTENCES

_EVALUATED = json.dumps(VERB_PARTS["evaluated"])


def answer(session: Session, block: Block) -> None:
    """Try a problem until it is right or patience ends."""
    enrollment, rng = session.enrollment, session.rng
    for _ in range(rng.choices((1, 2, 3), (6, 3, 1))[0]):
        if rng.random() < 0.08:
            _ask(session, block, v.HINT_TYPE, f"/hint/{rng.randint(0, 2)}")
        session.wait(8, 90)
        _check(session, block)
        if enrollment.scores[block.key] == 1.0:
            return
    if rng.random() < 0.25:
        _ask(session, block, v.SOLUTION_TYPE, "/answer")


def _ask(session: Session, block: Block, kind: str, suffix: str) -> None:
    session.wait(1, 15)
    session.state("asked", activity(block_address(block.key) + suffix, kind), None)


def _check(session: Session, block: Block) -> None:
    """State one try: the browser's word, then the server's."""
    enrollment, rng = session.enrollment, session.rng
    attempt = enrollment.attempts.get(block.key, 0) + 1
    enrollment.attempts[block.key] = attempt
    chance = min(0.95, enrollment.ability + 0.12 * attempt)
    rights = [rng.random() < chance for _ in block.parts]
    session.state(
        "attempted",
        activity(block_address(block.key), v.INTERACTION_TYPE, interactionType="other"),
        None,
    )
    session.wait(0.15, 0.9)
    enrollment.scores[block.key] = sum(rights) / len(rights)
    if len(rights) == 1:
        _state_single(session, block, attempt, rights[0])
    else:
        _state_several(session, block, rights)


def _state_single(session: Session, block: Block, attempt: int, right: bool) -> None:
    part = block.parts[0]
    result = {
        "response": _respond(session, part, right),
        "score": make_score(int(right), 1),
        "success": right,
    }
    session.state("evaluated", make_question(block, part, attempt), None, result)


def _state_several(session: Session, block: Block, rights: list[bool]) -> None:
    """State the whole and each question; all have one moment, and ids that differ by input."""
    group = make_group(block)
    stamp = f"{format_stamp(session.moment)}+00:00"
    parent_id = make_statement_id(_EVALUATED, make_actor(session.person)[1], stamp)
    result = {"score": make_score(sum(rights), len(rights)), "success": all(rights)}
    session.state("evaluated", group, None, result)
    for number, (part, right) in enumerate(zip(block.parts, rights, strict=True), 2):
        session.state(
            "evaluated",
            make_child(block, part, number),
            make_child_context(group, session.parts, session.id, parent_id),
            {"response": _respond(session, part, right), "success": right},
            child=f"{block.id}_{number}_1",
        )


def _respond(session: Session, part: Part, right: bool) -> str:
    """Return an answer as statements carry it: several choices are JSON text."""
    rng = session.rng
    if part.options and part.many:
        chosen = part.options[:2] if right else rng.sample(part.options, rng.randint(1, 3))
        return json.dumps(list(chosen))
    if part.options:
        return part.options[0] if right else rng.choice(part.options[1:])
    if part.interaction == "numeric":
        return "12.5" if right else str(rng.randint(0, 12))
    if rng.random() < 0.02:
        return " ".join(rng.choices(SENTENCES, k=rng.randint(20, 120)))
    return SENTENCES[0] if right else rng.choice(SENTENCES[1:])
