"""Row-level security as data: which rule fences which dataset. A dataset without one is refused.

rls.yaml::

    rules:
      - name: Courses of the viewer
        clause: SQL, with Superset's Jinja
        datasets: [NAME or UUID]  # fences these; else
        columns: [course_key]     # every dataset that has these columns; else
        only: [operator]          # every dataset that no one else's dashboard shows

The first rule that fits a dataset by columns, or by `only`, is its rule; naming it goes before both.
A rule is of Superset's type Base: it holds for everyone but the roles in `exempt`, so that a role
nobody thought of sees no more than others.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .bundle import RULES, Bundle, assets_of, chart_nodes, filter_targets
from .checks import SEPARATOR, resolve_role

EXEMPT = "admin"
"""Key of the role that sees everything: Superset gives it all rights anyway."""

GUEST = "guests of embedded dashboards"
GUEST_COLUMNS = ("org", "course_key")
"""By these the filters in the LMS's guest tokens go, on every dataset of an embedded dashboard."""


def wanted_rules(bundle: Bundle, settings: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return rule name to its fields as Superset is to hold them; datasets by UUID, sorted."""
    fences = attach(bundle, settings)
    found = {}
    for rule in rules_of(bundle):
        exempt = [resolve_role(role, settings) for role in rule.get("exempt", [EXEMPT])]
        found[rule["name"]] = {
            "description": rule.get("description") or "",
            "filter_type": "Base",
            # rules with one key are joined by OR: without a key no other rule can widen this one
            "group_key": None,
            "clause": rule["clause"].strip(),
            "roles": sorted(exempt),
            "datasets": sorted(u for u, names in fences.items() if rule["name"] in names),
        }
    return found


def attach(bundle: Bundle, settings: dict[str, Any]) -> dict[str, list[str]]:
    """Return dataset UUID to the names of the rules on it."""
    reached = reach(bundle, settings)
    rules = rules_of(bundle)
    found: dict[str, list[str]] = {}
    for content in assets_of(bundle, "datasets").values():
        uuid = str(content.get("uuid"))
        named = [r["name"] for r in rules if names_dataset(r.get("datasets"), content)]
        viewers = {role for roles in reached.get(uuid, {}).values() for role in roles}
        fitting = [r["name"] for r in rules if fits(r, content, viewers, settings)]
        found[uuid] = named or fitting[:1]
    return found


def fits(
    rule: dict[str, Any], dataset: dict[str, Any], viewers: set[str], settings: dict[str, Any]
) -> bool:
    """Return whether a rule is for a dataset that it does not name."""
    columns = {column.get("column_name") for column in dataset.get("columns") or []}
    if rule.get("columns"):
        return set(rule["columns"]) <= columns
    if rule.get("only"):
        return viewers <= {resolve_role(role, settings) for role in rule["only"]}
    return False


def names_dataset(names: list[str] | None, dataset: dict[str, Any]) -> bool:
    """Return whether a list has this dataset by name or UUID, a copy in a language by its original's."""
    known = {dataset.get("table_name"), dataset.get("uuid"), dataset.get("_base")}
    return any(name in known for name in names or [])


def rules_of(bundle: Bundle) -> list[dict[str, Any]]:
    """Return the well-formed rules of rls.yaml."""
    rules = (bundle.get(RULES) or {}).get("rules") or []
    return [r for r in rules if isinstance(r, dict) and r.get("name") and r.get("clause")]


def find_problems(bundle: Bundle, settings: dict[str, Any]) -> list[str]:
    """Return what is wrong with the rules, and each dataset in reach that none fences."""
    return [*form(bundle), *coverage(bundle, settings)]


def form(bundle: Bundle) -> Iterator[str]:
    """Each rule has a name of its own, a clause, and something to fence."""
    seen: set[str] = set()
    known = {
        str(content.get(key))
        for content in assets_of(bundle, "datasets").values()
        for key in ("table_name", "uuid", "_base")
    }
    for index, rule in enumerate((bundle.get(RULES) or {}).get("rules") or []):
        key = f"{RULES}: rules.{index}"
        if not isinstance(rule, dict):
            yield f"{key}: found {type(rule).__name__}, expected a map"
            continue
        for part in ("name", "clause"):
            if not str(rule.get(part) or "").strip():
                yield f"{key}.{part}: missing, expected text"
        if rule.get("name") in seen:
            yield f"{key}.name: {rule['name']} stands twice"
        seen.add(str(rule.get("name")))
        if not any(rule.get(part) for part in ("columns", "datasets", "only")):
            yield f"{key}: fences nothing, expected datasets, columns or only"
        for place, name in enumerate(rule.get("datasets") or []):
            if name not in known:
                yield f"{key}.datasets.{place}: this bundle has no dataset {name}"


def coverage(bundle: Bundle, settings: dict[str, Any]) -> Iterator[str]:
    """Every dataset that someone without all rights can reach is fenced."""
    fences, reached = attach(bundle, settings), reach(bundle, settings)
    for name, content in assets_of(bundle, "datasets").items():
        uuid = str(content.get("uuid"))
        ways = reached.get(uuid, {})
        if ways and not fences[uuid]:
            yield (
                f"{name}: no row-level rule fences this dataset, which {', '.join(ways)} shows; "
                f"add it to a rule of {RULES}, or give it the columns that a rule goes by"
            )
        columns = {column.get("column_name") for column in content.get("columns") or []}
        missing = [column for column in GUEST_COLUMNS if column not in columns]
        embedded = [way for way, roles in ways.items() if GUEST in roles]
        if embedded and missing:
            yield (
                f"{name}: columns: no {' and no '.join(missing)}, by which the filters of guest "
                f"tokens go; {', '.join(embedded)} is embedded and shows this dataset"
            )


def reach(bundle: Bundle, settings: dict[str, Any]) -> dict[str, dict[str, set[str]]]:
    """Return dataset UUID to the dashboards that show it, each with the roles but the exempt one."""
    of_chart = {c.get("uuid"): c.get("dataset_uuid") for c in assets_of(bundle, "charts").values()}
    found: dict[str, dict[str, set[str]]] = {}
    for name, content in assets_of(bundle, "dashboards").items():
        resolved = (resolve_role(role, settings) for role in content.get("_roles") or [])
        roles = {role.partition(SEPARATOR)[0] for role in resolved} - {settings["roles"][EXEMPT]}
        if content.get("uuid") in settings["embedded"]:
            roles.add(GUEST)
        used = {of_chart.get(meta.get("uuid")) for _, meta in chart_nodes(content)}
        used |= {target["datasetUuid"] for _, target in filter_targets(content)}
        for uuid in filter(None, used):
            if roles:
                found.setdefault(str(uuid), {})[name] = roles
    return found
