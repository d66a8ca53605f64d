"""The story of the service: aggregator always, then what reads the events. Called by `emit`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aspects_vector import agent, aggregator, alerts, sidecar
from aspects_vector.target import table_server

if TYPE_CHECKING:
    from aspects_vector.seam import Output, Tools


def output(values: dict[str, Any], tools: Tools) -> Output:
    """Return the aggregator and the chosen reader, merged."""
    reader = agent if values["mode"] == "agent" else sidecar
    parts = [
        aggregator.part(values, tools, table_server(values, tools.endpoint)),
        reader.part(values, tools),
        {"alerts": alerts.rules(values, tools.site["namespace"])},
    ]
    return _merged(parts)


def _merged(parts: list[Output]) -> Output:
    merged: dict[str, Any] = {}
    for part in parts:
        for key, more in part.items():
            if isinstance(more, dict):
                merged[key] = {**merged.get(key, {}), **more}
            elif isinstance(more, list):
                merged[key] = [*merged.get(key, []), *more]
    return merged  # type: ignore[return-value]  # same keys as its parts
