"""What is wrong with a bundle, on plain data: every error, each with file and key."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from .bundle import (
    KINDS,
    METADATA,
    NAME_KEYS,
    ROLES,
    RULES,
    Bundle,
    assets_of,
    chart_nodes,
    filter_targets,
)

SEPARATOR = " - "
"""Between a role and the language of its variant."""


def find_problems(bundle: Bundle, settings: dict[str, Any]) -> list[str]:
    """Return every problem as `FILE: KEY: what, expected, fix`, sorted by file.

    Args:
        bundle: path to content.
        settings: see `import_assets.read_settings`.
    """
    found = [
        *places(bundle),
        *identities(bundle),
        *references(bundle),
        *dashboard_roles(bundle, settings),
    ]
    return sorted(found)


def places(bundle: Bundle) -> Iterator[str]:
    """Every file is of a known kind and has its name."""
    for name, content in bundle.items():
        if name in (METADATA, ROLES, RULES):
            continue
        kind = name.partition("/")[0]
        if kind not in KINDS:
            yield f"{name}: found the folder {kind}, expected one of {', '.join(KINDS)}"
        elif not isinstance(content.get(NAME_KEYS[kind]), str):
            yield f"{name}: {NAME_KEYS[kind]}: missing, expected a name"


def identities(bundle: Bundle) -> Iterator[str]:
    """Every asset has a UUID of its own, every dashboard a slug of its own."""
    seen: dict[str, str] = {}
    slugs: dict[str, str] = {}
    for kind in KINDS:
        for name, content in assets_of(bundle, kind).items():
            uuid = content.get("uuid")
            if not is_uuid(uuid):
                yield f"{name}: uuid: found {uuid!r}, expected a UUID in lower case"
            elif uuid in seen:
                yield f"{name}: uuid: {uuid} is also that of {seen[uuid]}; give one of them another"
            else:
                seen[str(uuid)] = name
            slug = content.get("slug")
            if slug and slugs.setdefault(slug, name) != name:
                yield f"{name}: slug: {slug} is also that of {slugs[slug]}; give one another"


def is_uuid(text: Any) -> bool:
    """Return whether it is a UUID as it is written in files."""
    try:
        return str(UUID(text)) == text
    except (ValueError, AttributeError, TypeError):
        return False


def references(bundle: Bundle) -> Iterator[str]:
    """Whatever an asset names is in the bundle."""
    known = {kind: uuids(bundle, kind) for kind in KINDS}
    for name, content in assets_of(bundle, "datasets").items():
        yield from unknown(name, "database_uuid", content.get("database_uuid"), known["databases"])
        columns = {column.get("column_name") for column in content.get("columns") or []}
        main = content.get("main_dttm_col")
        if main and main not in columns:
            yield f"{name}: main_dttm_col: the dataset has no column {main}"
    for name, content in assets_of(bundle, "charts").items():
        yield from unknown(name, "dataset_uuid", content.get("dataset_uuid"), known["datasets"])
    for name, content in assets_of(bundle, "dashboards").items():
        for key, meta in chart_nodes(content):
            yield from unknown(
                name, f"position.{key}.meta.uuid", meta.get("uuid"), known["charts"]
            )
        for key, target in filter_targets(content):
            yield from target_problems(bundle, name, key, target)


def target_problems(bundle: Bundle, name: str, key: str, target: dict[str, Any]) -> Iterator[str]:
    """A filter's target is a dataset of the bundle, and a column of it."""
    uuid = target["datasetUuid"]
    found = [d for d in assets_of(bundle, "datasets").values() if d.get("uuid") == uuid]
    yield from unknown(name, f"{key}.datasetUuid", uuid, {d["uuid"] for d in found})
    column = (target.get("column") or {}).get("name")
    if found and column:
        names = {c.get("column_name") for c in found[0].get("columns") or []}
        if column not in names:
            yield f"{name}: {key}.column.name: {found[0].get('table_name')} has no column {column}"


def unknown(name: str, key: str, uuid: Any, known: set[str]) -> Iterator[str]:
    """Yield a problem unless `uuid` is among the known ones."""
    if uuid not in known:
        yield f"{name}: {key}: found {uuid!r}, expected the uuid of an asset in this bundle"


def uuids(bundle: Bundle, kind: str) -> set[str]:
    """Return the UUIDs of a kind."""
    return {str(content.get("uuid")) for content in assets_of(bundle, kind).values()}


def dashboard_roles(bundle: Bundle, settings: dict[str, Any]) -> Iterator[str]:
    """A dashboard says who may open it: without roles its data would decide, and nobody has any."""
    known = role_names(bundle, settings)
    for name, content in assets_of(bundle, "dashboards").items():
        roles = content.get("_roles")
        if not isinstance(roles, list) or not roles:
            yield f"{name}: _roles: missing, expected the roles that may open the dashboard"
            continue
        for index, role in enumerate(roles):
            if resolve_role(role, settings) not in known:
                yield (
                    f"{name}: _roles.{index}: found {role!r}, expected one of "
                    f"{', '.join(sorted(known))}"
                )


def resolve_role(role: Any, settings: dict[str, Any]) -> str:
    """Return the role's name here: `instructor - es` by the key of superset.roles, or as it stands."""
    base, mark, locale = str(role).partition(SEPARATOR)
    return settings["roles"].get(base.lower(), base) + mark + locale


def role_names(bundle: Bundle, settings: dict[str, Any]) -> set[str]:
    """Return the roles that a dashboard may name: the site's, their variants by language, the bundle's."""
    names = set(settings["roles"].values())
    variants = {f"{n}{SEPARATOR}{locale}" for n in names for locale in settings["locales"]}
    extra = bundle.get(ROLES) or {}
    return names | variants | set(extra.get("roles") or {})
