"""Statements that nobody should have sent: the ways in which the pipeline gets them anyway."""

from __future__ import annotations

import json
from random import Random
from typing import Any

from aspects_gen.demo import verbs as v
from aspects_gen.demo.statements import VERB_PARTS

Json = dict[str, Any]

KINDS = (
    "no_attempt",
    "no_success",
    "no_object_id",
    "no_actor",
    "unknown_verb",
    "truncated",
    "not_an_object",
    "odd_unicode",
    "huge_answer",
)
"""All ways; `odd_unicode` is lawful and must survive."""

HUGE = 1 << 20
"""Characters of a huge answer: more than the megabyte that a statement may have."""

MOST_HUGE = 20
"""Huge answers in one stream: a share of ten million statements would be a disk full."""

ODD_TEXT = "e\u0301 \u202eright to left\u202c \u200b \U0001f468\u200d\U0001f469 \ufeff \u2028 \x7f"


class Spoiler:
    """Decides which statements are spoilt, and spoils them one way after the other."""

    def __init__(self, rng: Random, share: float) -> None:
        self._rng = rng
        self._share = share
        self._turn = 0
        self._huge = 0

    def strikes(self) -> bool:
        """Return whether the next statement is to be spoilt."""
        return self._share > 0 and self._rng.random() < self._share

    def spoil(self, statement: Json) -> str:
        """Return the text of a statement, spoilt in the way whose turn it is."""
        kind = KINDS[self._turn % len(KINDS)]
        self._turn += 1
        if kind == "huge_answer":
            self._huge += 1
            kind = kind if self._huge <= MOST_HUGE else "no_success"
        return spoil_statement(statement, kind)


def spoil_statement(statement: Json, kind: str) -> str:
    """Return the text of a statement, spoilt in one of the KINDS; the statement stays as it was."""
    if kind == "truncated":
        text = json.dumps(statement, ensure_ascii=False)
        return text[: len(text) // 2]
    if kind == "not_an_object":
        return json.dumps([statement["id"]])
    spoilt = dict(statement)
    if kind == "no_actor":
        spoilt["actor"] = {"objectType": "Agent"}
    elif kind == "no_object_id":
        spoilt["object"] = {k: part for k, part in statement["object"].items() if k != "id"}
    elif kind == "unknown_verb":
        spoilt["verb"] = {"id": "https://example.com/verbs/pondered", "display": {"en": "ponder"}}
    else:
        spoilt |= _evaluate(statement, kind)
    return json.dumps(spoilt, ensure_ascii=False)


def _evaluate(statement: Json, kind: str) -> Json:
    """Return the parts that turn any statement into an evaluation with one thing wrong."""
    response = {"odd_unicode": ODD_TEXT, "huge_answer": "a" * HUGE}.get(kind, "an answer")
    result: Json = {"response": response, "score": {"min": 0, "max": 1, "raw": 0, "scaled": 0}}
    definition: Json = {"interactionType": "fill-in", "type": v.INTERACTION_TYPE}
    if kind != "no_success":
        result["success"] = False
    if kind != "no_attempt":
        definition["extensions"] = {v.ATTEMPT: 1}
    context = {k: part for k, part in statement["context"].items() if k != "statement"}
    return {
        "verb": VERB_PARTS["evaluated"],
        "object": {
            "id": statement["object"]["id"],
            "objectType": "Activity",
            "definition": definition,
        },
        "context": context,
        "result": result,
    }
