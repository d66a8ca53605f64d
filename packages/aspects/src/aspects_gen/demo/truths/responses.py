"""What learners answered first, and how many gave each answer."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import NamedTuple

from aspects_gen.demo.truths.courses import find_blocks
from aspects_gen.demo.truths.history import History
from aspects_gen.demo.truths.problem_names import number_problem, shorten
from aspects_gen.demo.truths.problems import group_answers

_NOISE = re.compile(r"<.*?hint.*?<\/.*?hint>|</div>|<div>|\[|\]")
_JOINT = re.compile(r'",(\s|)"', re.ASCII)


class ProblemResponse(NamedTuple):
    """A row of dim_problem_responses."""

    org: str
    course_key: str
    block_id_short: str
    response: str
    success: bool
    interaction_type: str
    problem_number: str
    problem_name_location: str
    response_count: int


def dim_problem_responses(history: History) -> list[ProblemResponse]:
    """Return each answer that was someone's first, with how many gave it."""
    blocks = find_blocks(history)
    counts: Counter[ProblemResponse] = Counter()
    for answers in history.once(group_answers).values():
        first = answers[0]
        block = blocks.get((first.course_key, first.problem_id))
        name = block.display_name_with_location if block else ""
        for response in split_response(first.responses):
            row = ProblemResponse(
                first.org,
                first.course_key,
                shorten(first.problem_id),
                response,
                first.success,
                first.interaction_type,
                *number_problem(first.object_id, name),
                0,
            )
            counts[row] += 1
    return sorted(row._replace(response_count=count) for row, count in counts.items())


def split_response(text: str) -> list[str]:
    """Return the answers in a response, cleaned: several when it is a JSON list."""
    items = _read_list(text)
    if items is None:
        return [response for response in (_JOINT.sub(",", _NOISE.sub("", text)),) if response]
    return [response for response in (_NOISE.sub("", item) for item in items) if response]


def _read_list(text: str) -> list[str] | None:
    if not text.startswith("["):
        return None
    try:
        items = json.loads(text)
    except ValueError:
        return None
    return [it if isinstance(it, str) else json.dumps(it, separators=(",", ":")) for it in items]
