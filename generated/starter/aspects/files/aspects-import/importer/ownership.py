"""What earlier imports made, so that only that is ever removed.

Kept in Superset's own key-value table, in the same transaction. A mark inside the assets would not do:
a copy that someone makes of a chart would carry it along.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid5

from .bundle import KINDS, NAME_KEYS, Bundle, assets_of
from .changes import Change
from .rules import rules_of

KEY = uuid5(UUID("21174b6c-4d40-4958-8161-d6c3cf5e77b6"), "aspects: imported assets")
"""Of the entry; the first UUID is that of the ClickHouse connection."""


def read_record() -> dict[str, list[str]]:
    """Return UUIDs by kind, and names of rules, that earlier imports made."""
    from superset.daos.key_value import KeyValueDAO
    from superset.key_value.types import JsonKeyValueCodec, KeyValueResource

    found = KeyValueDAO.get_value(KeyValueResource.APP, KEY, JsonKeyValueCodec())
    return found or {}


def write_record(record: dict[str, list[str]]) -> None:
    """Keep the record, unless it is the same."""
    from superset.daos.key_value import KeyValueDAO
    from superset.key_value.types import JsonKeyValueCodec, KeyValueResource

    if record != read_record():
        KeyValueDAO.upsert_entry(KeyValueResource.APP, record, JsonKeyValueCodec(), KEY)


def record_of(bundle: Bundle) -> dict[str, list[str]]:
    """Return what an import of this bundle makes."""
    found = {
        kind: sorted(str(c["uuid"]) for c in assets_of(bundle, kind).values()) for kind in KINDS
    }
    return {**found, "rules": sorted(rule["name"] for rule in rules_of(bundle))}


def prune(store: Any, bundle: Bundle) -> dict[str, list[str]]:
    """Remove what earlier imports made and this bundle lacks; return the new record.

    What something else needs, such as a person's dashboard or a report, stays until it no longer does.
    """
    owned, wanted = read_record(), record_of(bundle)
    prune_rules(store, set(owned.get("rules", [])) - set(wanted["rules"]))
    for kind in reversed(KINDS):
        gone = sorted(set(owned.get(kind, [])) - set(wanted[kind]))
        for uuid in gone:
            row = store.found[kind].get(uuid)
            if row is None:
                continue  # someone removed it already
            name = str(getattr(row, NAME_KEYS[kind]))
            if why := need(store, kind, row):
                store.changes.append(Change("keep", kind[:-1], name, {}, why))
                wanted[kind] = sorted({*wanted[kind], uuid})
                continue
            remove(store, kind, row)
            store.changes.append(Change("delete", kind[:-1], name, {}))
    return wanted


def prune_rules(store: Any, names: set[str]) -> None:
    """Remove row-level rules by name."""
    from superset.connectors.sqla.models import RowLevelSecurityFilter

    for name in sorted(names):
        row = store.session.query(RowLevelSecurityFilter).filter_by(name=name).one_or_none()
        if row is not None:
            store.session.delete(row)
            store.changes.append(Change("delete", "rule", name, {}))


def need(store: Any, kind: str, row: Any) -> str:
    """Return who still needs an object, or ''."""
    from superset.models.slice import Slice
    from superset.reports.models import ReportSchedule

    session = store.session
    if kind == "databases":
        tables = sorted(table.table_name for table in row.tables)
        return f"dataset {tables[0]} is on it" if tables else ""
    if kind == "datasets":
        chart = (
            session.query(Slice).filter_by(datasource_id=row.id, datasource_type="table").first()
        )
        return f"chart {chart.slice_name} shows it" if chart else ""
    column = ReportSchedule.chart_id if kind == "charts" else ReportSchedule.dashboard_id
    report = session.query(ReportSchedule).filter(column == row.id).first()
    if report:
        return f"report {report.name} sends it"
    if kind == "charts" and row.dashboards:
        return f"dashboard {row.dashboards[0].dashboard_title} has it"
    return ""


def remove(store: Any, kind: str, row: Any) -> None:
    """Delete an object, with what only points at it."""
    from superset.models.core import FavStar
    from superset.tags.models import TaggedObject

    session, words = store.session, {"charts": "chart", "dashboards": "dashboard"}
    if kind in words:
        stars = {"charts": ("slice", "chart"), "dashboards": ("Dashboard", "dashboard")}[kind]
        session.query(FavStar).filter(
            FavStar.class_name.in_(stars), FavStar.obj_id == row.id
        ).delete(synchronize_session=False)
        session.query(TaggedObject).filter(
            TaggedObject.object_type == words[kind], TaggedObject.object_id == row.id
        ).delete(synchronize_session=False)
    if kind == "dashboards":
        for entry in list(row.embedded):
            session.delete(entry)
        row.slices, row.roles = [], []
    session.delete(row)
    session.flush()
