"""Test cases for `vector test`, of the lines that the package's own tests run.

Called by `aggregator`.
"""

from __future__ import annotations

import json
from typing import Any

OUTPUTS = {
    "xapi": "xapi_outcome.accepted",
    "tracking": "tracking_outcome.accepted",
    "dead_letters": "dead_letters",
}


def vector_tests(cases: str, store: dict[str, bool]) -> list[dict[str, Any]]:
    """Return the `tests` of a Vector configuration, less cases of loggers that are not stored.

    `cases` is JSON: [{"name", "line", "logger", "output", "row": {field: text}}].
    """
    stored = {"xapi_tracking": store["xapi"], "tracking": store["trackingLogs"], "unknown": True}
    return [_test(case) for case in json.loads(cases) if stored[case["logger"]]]


def _test(case: dict[str, Any]) -> dict[str, Any]:
    fields = {"message": case["line"], "timestamp": "2026-10-01T10:00:00Z", "origin": "test/lms"}
    checks = [f"assert_eq!(.{name}, {literal(text)})" for name, text in case["row"].items()]
    return {
        "name": case["name"],
        "inputs": [{"insert_at": "classify", "type": "log", "log_fields": fields}],
        "outputs": [
            {
                "extract_from": OUTPUTS[case["output"]],
                "conditions": [{"type": "vrl", "source": "\n".join(checks)}],
            }
        ],
    }


def literal(text: str) -> str:
    """Return a text as a VRL string.

    Raw where possible: in a quoted one `{{` starts a template.
    Source: VRL reference, expressions, read 2026-11.
    """
    if "'" not in text and not text.endswith("\\"):
        return f"s'{text}'"
    return json.dumps(text, ensure_ascii=False)
