"""Statements in the shapes that event-routing-backends gives them, as plain dicts."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

from aspects_gen.demo import verbs as v
from aspects_gen.demo.campus import Person
from aspects_gen.demo.course import Block, Course, Part
from aspects_gen.demo.identity import make_statement_id
from aspects_gen.demo.moments import format_stamp

SITE = "https://lms.example.com"
"""Root address of the LMS in statements."""

VERSION = "event-routing-backends@9.3.8"

Json = dict[str, Any]

VERB_PARTS = {word: {"id": iri, "display": {"en": word}} for word, iri in v.VERBS.items()}
_VERB_JSON = {word: json.dumps(part) for word, part in VERB_PARTS.items()}


@lru_cache(maxsize=200_000)
def make_actor(person: Person) -> tuple[Json, str]:
    """Return a person as an actor, and its JSON, which the id depends on."""
    actor: Json = {"objectType": "Agent"}
    if person.uses_email:
        actor["mbox"] = f"mailto:{person.email}"
    else:
        actor["account"] = {"homePage": SITE, "name": person.external_id}
    return actor, json.dumps(actor)


def make_statement(
    person: Person, verb: str, moment: int, parts: tuple[Json, Json, Json | None], child: str = ""
) -> Json:
    """Return a statement.

    Args:
        parts: object, context and, where there is one, result.
        child: input id, in a statement about one of several questions.
    """
    actor, actor_json = make_actor(person)
    stamp = f"{format_stamp(moment)}+00:00"
    item, context, result = parts
    statement: Json = {"id": make_statement_id(_VERB_JSON[verb], actor_json, stamp, child)}
    if result is not None:
        statement["result"] = result
    statement["version"] = "1.0.3"
    statement["actor"] = actor
    statement["verb"] = VERB_PARTS[verb]
    statement["object"] = item
    statement["timestamp"] = stamp
    statement["context"] = context
    return statement


def block_address(key: str) -> str:
    """Return the address that names a block in statements."""
    return f"{SITE}/xblock/{key}"


def activity(address: str, kind: str, **definition: Any) -> Json:
    """Return an object: an activity of a type, with more of its definition."""
    return {
        "id": address,
        "objectType": "Activity",
        "definition": {**definition, "type": kind},
    }


class CourseParts:
    """What the statements about one course share."""

    def __init__(self, course: Course) -> None:
        self.address = f"{SITE}/course/{course.key}"
        self.parent = activity(self.address, v.COURSE_TYPE, name={"en-US": course.name})
        self.object = activity(self.address, v.COURSE_TYPE, name={"en": course.name})
        self.ungraded = activity(
            self.address, v.COURSE_TYPE, extensions={}, name={"en": course.name}
        )
        self._modes: dict[str, Json] = {}
        self._blocks: dict[tuple[str, str], Json] = {}

    def enrolled_as(self, mode: str) -> Json:
        """Return the course as the object of an enrollment."""
        if mode not in self._modes:
            extensions = {v.KIND: mode}
            name = self.object["definition"]["name"]
            self._modes[mode] = activity(
                self.address, v.COURSE_TYPE, extensions=extensions, name=name
            )
        return self._modes[mode]

    def block(self, block: Block, kind: str) -> Json:
        """Return a block as an activity of a type."""
        key = (block.key, kind)
        if key not in self._blocks:
            self._blocks[key] = activity(block_address(block.key), kind)
        return self._blocks[key]

    def context(self, session: str, grouping: Json | None = None) -> Json:
        """Return the context of a statement in a session, within the course and perhaps a group."""
        activities = {"parent": [self.parent]}
        if grouping is not None:
            activities["grouping"] = [grouping]
        return {"contextActivities": activities, "extensions": make_extensions(session)}


def make_extensions(session: str) -> Json:
    """Return the extensions that the context of every statement has."""
    return {v.TRANSFORMER: VERSION, v.SESSION: session}


def make_question(block: Block, part: Part, attempt: int) -> Json:
    """Return a problem with one question as the object of an evaluation."""
    return activity(
        block_address(block.key),
        v.INTERACTION_TYPE,
        extensions={v.ATTEMPT: attempt},
        description={"en-US": part.question},
        interactionType=part.interaction,
    )


def make_group(block: Block) -> Json:
    """Return a problem with several questions; such statements carry no attempt-id."""
    group = activity(
        block_address(block.key),
        v.INTERACTION_TYPE,
        name={"en-US": block.name},
        interactionType="other",
    )
    return {**group, "objectType": "GroupActivity"}


def make_child(block: Block, part: Part, number: int) -> Json:
    """Return one question of several; `number` counts inputs from 2, as the LMS does."""
    return activity(
        f"{block_address(block.key)}_{number}_1",
        v.INTERACTION_TYPE,
        description={"en-US": part.question},
        interactionType=part.interaction,
    )


def make_child_context(group: Json, parts: CourseParts, session: str, parent_id: str) -> Json:
    """Return the context of a statement about one question of several."""
    return {
        "statement": {"id": parent_id, "objectType": "StatementRef"},
        "contextActivities": {"parent": [group], "grouping": [parts.parent]},
        "extensions": make_extensions(session),
    }


def make_score(raw: float, most: float) -> Json:
    """Return a score out of the most possible."""
    return {"min": 0, "max": most, "raw": raw, "scaled": raw / most if most else 0}
