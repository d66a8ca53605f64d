"""Everything has a UUID of its own, every filter an id of its own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from ..sources import Sources, dashboards_of, is_kept


def identity_problems(sources: Sources) -> Iterator[str]:
    """Yield what is no UUID, or stands twice; files in the bundle's form are checked with the bundle."""
    seen: dict[str, str] = {}
    for path, key, uuid in _uuids(sources):
        place = f"{path}: {key}"
        if not _is_uuid(uuid):
            yield f"{place}: found {uuid!r}, expected a UUID in lower case"
        elif uuid in seen:
            yield f"{place}: {uuid} is also that of {seen[uuid]}; give one of them another"
        else:
            seen[uuid] = place
    for slug, dashboard in dashboards_of(sources).items():
        ids: set[str] = set()
        for entry in dashboard.get("filters", []):
            name = entry.get("id", entry.get("divider"))
            if name in ids:
                yield (
                    f"dashboards/{slug}.yaml: filters.{entry.get('name', name)}.id: {name} stands twice"
                )
            ids.add(name)


def _uuids(sources: Sources) -> Iterator[tuple[str, str, Any]]:
    for path, content in sources.items():
        folder = path.partition("/")[0]
        if folder in ("datasets", "dashboards") and not is_kept(path, content):
            yield path, "uuid", content.get("uuid")
        elif folder == "charts" and not is_kept(path, content):
            for name, chart in content.items():
                yield path, f"{name}.uuid", chart["uuid"]


def _is_uuid(text: Any) -> bool:
    try:
        return str(UUID(text)) == str(text)
    except (ValueError, AttributeError, TypeError):
        return False
