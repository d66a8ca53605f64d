"""Roles that the bundle brings, variants by language, and row-level rules. Called inside the import."""

from __future__ import annotations

from typing import Any

from .bundle import ROLES, Bundle, assets_of
from .changes import Change, compare
from .checks import resolve_role
from .rules import wanted_rules

DATA_RIGHTS = frozenset(
    {"datasource_access", "schema_access", "catalog_access", "database_access"}
)
"""Rights to data that an administrator gave to a role of the bundle are left to the administrator."""


def extra_roles(bundle: Bundle) -> dict[str, list[str]]:
    """Return the roles of roles.yaml: name to rights, each as `PERMISSION on VIEW`."""
    return {name: list(rights or []) for name, rights in (roles_of(bundle)).items()}


def roles_of(bundle: Bundle) -> dict[str, Any]:
    """Return the map `roles` of roles.yaml."""
    found = (bundle.get(ROLES) or {}).get("roles") or {}
    return found if isinstance(found, dict) else {}


def unknown_rights(manager: Any, bundle: Bundle) -> list[str]:
    """Return each right of roles.yaml that this Superset does not have."""
    return [
        f"{ROLES}: roles.{name}.{index}: this Superset has no right {text!r}"
        for name, rights in extra_roles(bundle).items()
        for index, text in enumerate(rights)
        if find_right(manager, text) is None
    ]


def find_right(manager: Any, text: str) -> Any:
    """Return the right named `PERMISSION on VIEW`, or None."""
    permission, _, view = str(text).partition(" on ")
    return manager.find_permission_view_menu(permission, view)


def put_roles(manager: Any, bundle: Bundle, settings: dict[str, Any]) -> list[Change]:
    """Make the roles that dashboards and rules name; roles.yaml's get exactly their rights."""
    changes = []
    extra = extra_roles(bundle)
    session, rows = manager.session, settings["role_rows"]
    for name in sorted(needed_roles(bundle, settings) | set(extra)):
        row = session.query(manager.role_model).filter_by(name=name).one_or_none()
        new = row is None
        if new:
            # the manager's own add_role commits, and this is one transaction
            row = manager.role_model(name=name)
            session.add(row)
        rows[name] = row
        differing = set_rights(manager, row, extra[name]) if name in extra else {}
        if new or differing:
            changes.append(Change("create" if new else "update", "role", name, differing))
    session.flush()
    return changes


def set_rights(manager: Any, role: Any, rights: list[str]) -> dict[str, tuple[Any, Any]]:
    """Give a role exactly these rights and those to data that it has; return what differed."""
    kept = [right for right in role.permissions if right.permission.name in DATA_RIGHTS]
    target = [*kept, *(find_right(manager, text) for text in rights)]
    before = {str(right): True for right in role.permissions}
    differing = compare(before, {str(right): True for right in target})
    if differing:
        role.permissions = target
    return differing


def needed_roles(bundle: Bundle, settings: dict[str, Any]) -> set[str]:
    """Return the roles that dashboards and rules name."""
    names = {role for rule in wanted_rules(bundle, settings).values() for role in rule["roles"]}
    for content in assets_of(bundle, "dashboards").values():
        names |= {resolve_role(role, settings) for role in content["_roles"]}
    return names


def put_rules(store: Any, bundle: Bundle, settings: dict[str, Any]) -> None:
    """Create or change the row-level rules, known by name; tables go by the datasets' UUIDs."""
    from superset.connectors.sqla.models import RowLevelSecurityFilter

    session = store.session
    uuids = {row.id: uuid for uuid, row in store.found["datasets"].items()}
    for name, wanted in wanted_rules(bundle, settings).items():
        row = session.query(RowLevelSecurityFilter).filter_by(name=name).one_or_none()
        new = row is None
        if new:
            row = RowLevelSecurityFilter(name=name)
        before = {} if new else current_rule(row, uuids)
        differing = compare(before, wanted)
        if not differing:
            continue
        row.description, row.clause = wanted["description"], wanted["clause"]
        row.filter_type, row.group_key = wanted["filter_type"], wanted["group_key"]
        row.roles = [settings["role_rows"][role] for role in wanted["roles"]]
        row.tables = [store.found["datasets"][uuid] for uuid in wanted["datasets"]]
        session.add(row)
        session.flush()
        store.changes.append(Change("create" if new else "update", "rule", name, differing))


def current_rule(row: Any, uuids: dict[int, str]) -> dict[str, Any]:
    """Return a rule as Superset has it."""
    return {
        "description": row.description or "",
        "filter_type": getattr(row.filter_type, "value", row.filter_type),
        "group_key": row.group_key,
        "clause": row.clause,
        "roles": sorted(role.name for role in row.roles),
        "datasets": sorted(uuids[table.id] for table in row.tables),
    }
