"""What in Superset stands in the way of an asset: a name or address that something of someone else's has."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from dashboards import localised_uuid

from .bundle import Bundle, assets_of
from .ownership import read_record, record_of


def clear(store: Any, bundle: Bundle) -> list[str]:
    """Make way for the bundle; return what cannot be, with file and key.

    A dataset on the same table that another installation of Aspects made is taken over: Superset keeps
    one row for a table, whose UUID its importer changed with each language. What an earlier import made
    and this one will remove gives up its name.
    """
    going = {
        uuid
        for kind, uuids in read_record().items()
        for uuid in set(uuids) - set(record_of(bundle)[kind])
    }
    return [
        *databases(store, bundle),
        *datasets(store, bundle, going),
        *dashboards(store, bundle, going),
    ]


def databases(store: Any, bundle: Bundle) -> list[str]:
    """Return connections whose name belongs to another."""
    names = {row.database_name: row for row in store.found["databases"].values()}
    return [
        f"{name}: database_name: connection {row.id} has this name and the uuid {row.uuid}; "
        "rename it in Superset, or give it this uuid"
        for name, content in assets_of(bundle, "databases").items()
        if (row := names.get(content["database_name"])) and str(row.uuid) != content["uuid"]
    ]


def datasets(store: Any, bundle: Bundle, going: set[str]) -> list[str]:
    """Take over or report datasets that stand for the same table."""
    found = store.found["datasets"]
    known = {uuid: locale for uuid, locale in copies(store, bundle).items() if uuid in found}
    places: dict[Any, Any] = {}
    for row in found.values():
        places.setdefault((str(row.database.uuid), row.schema, row.table_name), row)
    problems = []
    for name, content in assets_of(bundle, "datasets").items():
        row = places.get((content["database_uuid"], content.get("schema"), content["table_name"]))
        if row is None or str(row.uuid) == content["uuid"] or content["uuid"] in found:
            continue
        if known.get(str(row.uuid)) == content["uuid"] or str(row.uuid) in going:
            del found[str(row.uuid)]
            row.uuid = UUID(content["uuid"])
            found[content["uuid"]] = row
        else:
            problems.append(
                f"{name}: table_name: dataset {row.id} of Superset stands for the same table and "
                f"has the uuid {row.uuid}; rename or delete it there"
            )
    return problems


def copies(store: Any, bundle: Bundle) -> dict[str, str]:
    """Return the UUID of each dataset's possible copies in a language -> its own."""
    return {
        localised_uuid(content["uuid"], locale): content["uuid"]
        for content in assets_of(bundle, "datasets").values()
        for locale in store.settings["locales"]
    }


def dashboards(store: Any, bundle: Bundle, going: set[str]) -> list[str]:
    """Free or report slugs that another dashboard has."""
    slugs = {row.slug: row for row in store.found["dashboards"].values() if row.slug}
    problems = []
    for name, content in assets_of(bundle, "dashboards").items():
        row = slugs.get(content.get("slug"))
        if row is None or str(row.uuid) == content["uuid"]:
            continue
        if str(row.uuid) in going:
            row.slug = None
        else:
            problems.append(
                f"{name}: slug: dashboard {row.id} of Superset, {row.dashboard_title}, has this "
                "slug; change it there"
            )
    store.session.flush()
    return problems
