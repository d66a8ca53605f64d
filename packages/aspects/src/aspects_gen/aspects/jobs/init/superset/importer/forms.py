"""What Superset's own schemas say of a bundle, with file and key."""

from __future__ import annotations

import copy
from typing import Any

from .bundle import KINDS, Bundle, assets_of

OURS = ("_roles", "_base", "_locale")
"""Keys that Superset's schemas do not know."""


def find_problems(bundle: Bundle) -> list[str]:
    """Return every error of form as `FILE: KEY: what`; needs an application context."""
    from marshmallow import ValidationError
    from superset.charts.schemas import ImportV1ChartSchema
    from superset.dashboards.schemas import ImportV1DashboardSchema
    from superset.databases.schemas import ImportV1DatabaseSchema
    from superset.datasets.schemas import ImportV1DatasetSchema

    schemas = {
        "databases": ImportV1DatabaseSchema(),
        "datasets": ImportV1DatasetSchema(),
        "charts": ImportV1ChartSchema(),
        "dashboards": ImportV1DashboardSchema(),
    }
    problems = []
    for kind in KINDS:
        for name, content in assets_of(bundle, kind).items():
            try:
                # a schema may change what it is given
                schemas[kind].load(prepared(content))
            except ValidationError as error:
                problems += [f"{name}: {key}: {text}" for key, text in said(error.messages)]
    return problems


def prepared(content: dict[str, Any]) -> dict[str, Any]:
    """Return an asset in the form of an export."""
    found = copy.deepcopy({key: value for key, value in content.items() if key not in OURS})
    found.setdefault("version", "1.0.0")
    if isinstance(found.get("query_context"), dict):
        import json

        found["query_context"] = json.dumps(found["query_context"])
    return found


def said(messages: Any, path: str = "") -> list[tuple[str, str]]:
    """Return (dotted path, text) of marshmallow's nested messages."""
    if isinstance(messages, dict):
        return [
            pair
            for key, value in messages.items()
            for pair in said(value, f"{path}.{key}" if path else str(key))
        ]
    return [(path, str(text)) for text in (messages if isinstance(messages, list) else [messages])]
