"""Writes assets into Superset's metadata inside one transaction: create, change in place, remove.

Superset's own import would do, were it not that it rewrites what has not changed, finds datasets by
name where it should by UUID, makes whoever imports an owner, and hides which file was wrong.
"""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from . import fields, layout
from .bundle import NAME_KEYS, Bundle, assets_of, chart_nodes
from .changes import Change, compare
from .checks import resolve_role


class Store:
    """One import; `changes` lists what it did to the session, which is not committed here."""

    def __init__(self, session: Any, settings: dict[str, Any]) -> None:
        from superset.connectors.sqla.models import SqlaTable
        from superset.models.core import Database
        from superset.models.dashboard import Dashboard
        from superset.models.slice import Slice

        self.session, self.settings = session, settings
        self.models = {
            "databases": Database,
            "datasets": SqlaTable,
            "charts": Slice,
            "dashboards": Dashboard,
        }
        self.changes: list[Change] = []
        self.ids: dict[str, dict[str, int]] = {kind: {} for kind in self.models}
        self.found = {
            kind: {str(row.uuid): row for row in session.query(model) if row.uuid}
            for kind, model in self.models.items()
        }

    def put(self, bundle: Bundle) -> None:
        """Create or change every asset of the bundle, each kind after what it names."""
        for kind, writer in (
            ("databases", self.put_database),
            ("datasets", self.put_dataset),
            ("charts", self.put_chart),
            ("dashboards", self.put_dashboard),
        ):
            for content in assets_of(bundle, kind).values():
                row = writer(content)
                self.ids[kind][content["uuid"]] = row.id

    def row(self, kind: str, content: dict[str, Any]) -> tuple[Any, bool]:
        """Return the object with the asset's UUID, and whether it is new."""
        row = self.found[kind].get(content["uuid"])
        if row is not None:
            return row, False
        made = self.models[kind](uuid=UUID(content["uuid"]))
        self.found[kind][content["uuid"]] = made
        return made, True

    def note(self, kind: str, content: dict[str, Any], new: bool, differing: Any) -> None:
        """List a change, if there is one."""
        if new or differing:
            action = "create" if new else "update"
            name = str(content[NAME_KEYS[kind]])
            self.changes.append(Change(action, kind[:-1], name, differing))

    def put_database(self, content: dict[str, Any]) -> Any:
        """Create or change a connection; its password is set apart and compared, never shown."""
        row, new = self.row("databases", content)
        content = dict(content)
        if "allow_csv_upload" in content:
            content["allow_file_upload"] = content.pop("allow_csv_upload")
        after = fields.wanted(content, fields.DATABASE)
        after["sqlalchemy_uri"] = content["sqlalchemy_uri"]
        password = content.get("password")
        before = {} if new else fields.stored(row, {**fields.DATABASE, "sqlalchemy_uri": ""})
        differing = compare(before, after)
        if not new and password is not None and row.password != password:
            differing["password"] = ("(hidden)", "(hidden)")
        if new or differing:
            fields.write(row, after)
            row.password = password
            self.add(row, new)
        self.note("databases", content, new, differing)
        return row

    def put_dataset(self, content: dict[str, Any]) -> Any:
        """Create or change a dataset with its columns and metrics, by their names."""
        from superset.connectors.sqla.models import SqlMetric, TableColumn

        row, new = self.row("datasets", content)
        database = self.found["databases"][content["database_uuid"]]
        after = fields.wanted(content, fields.DATASET)
        parts = (
            ("columns", "column_name", fields.COLUMN, TableColumn),
            ("metrics", "metric_name", fields.METRIC, SqlMetric),
        )
        before = {} if new else {**fields.stored(row, fields.DATASET), "database": row.database_id}
        after_all, before_all = {**after, "database": database.id}, before
        for part, name_key, defaults, _ in parts:
            after_all[part] = {
                item[name_key]: fields.wanted(item, defaults) for item in content.get(part) or []
            }
            if not new:
                before_all[part] = {
                    getattr(item, name_key): fields.stored(item, defaults)
                    for item in getattr(row, part)
                }
        differing = compare(before_all, after_all)
        if new or differing:
            row.database = database
            fields.write(row, after)
            self.add(row, new)
            for part, name_key, _, model in parts:
                self.put_parts(row, part, name_key, model, after_all[part])
            self.session.flush()
        self.note("datasets", content, new, differing)
        return row

    def put_parts(
        self, dataset: Any, part: str, name_key: str, model: Any, wanted: dict[str, Any]
    ) -> None:
        """Make a dataset's columns or metrics exactly the wanted ones; known ones keep their ids."""
        known = {getattr(item, name_key): item for item in getattr(dataset, part)}
        for name, item in known.items():
            if name not in wanted:
                getattr(dataset, part).remove(item)
        for name, values in wanted.items():
            item = known.get(name)
            if item is None:
                item = model(**{name_key: name})
                getattr(dataset, part).append(item)
            fields.write(item, values)

    def put_chart(self, content: dict[str, Any]) -> Any:
        """Create or change a chart."""
        row, new = self.row("charts", content)
        dataset = self.found["datasets"][content["dataset_uuid"]]
        after = fields.wanted(content, fields.CHART)
        if new:
            fields.write(row, after)
            self.set_dataset(row, dataset)
            self.add(row, new)
        point_at(after, row.id, dataset.id)
        current = {**fields.stored(row, fields.CHART), "dataset": row.datasource_id}
        differing = compare(current, {**after, "dataset": dataset.id})
        if differing:
            fields.write(row, after)
            self.set_dataset(row, dataset)
            self.session.flush()
        self.set_owners(row, differing)
        self.note("charts", content, new, differing)
        return row

    def set_dataset(self, chart: Any, dataset: Any) -> None:
        """Have a chart show a dataset."""
        chart.datasource_id, chart.datasource_type = dataset.id, "table"
        chart.datasource_name = dataset.table_name

    def put_dashboard(self, content: dict[str, Any]) -> Any:
        """Create or change a dashboard: layout, charts in it, roles, and who may embed it."""
        row, new = self.row("dashboards", content)
        after = fields.wanted(content, fields.DASHBOARD)
        position, metadata = layout.numbered(content, self.ids["charts"], self.ids["datasets"])
        charts = sorted({self.ids["charts"][meta["uuid"]] for _, meta in chart_nodes(content)})
        roles = sorted({resolve_role(role, self.settings) for role in content["_roles"]})
        wanted = {
            **after,
            "position": position,
            "metadata": layout.compared(metadata),
            "charts": charts,
            "roles": roles,
            "embedding": self.settings["embedded"].get(content["uuid"]),
        }
        differing = compare({} if new else self.current(row), wanted)
        if new or differing:
            fields.write(row, after)
            row.position_json = json.dumps(position, sort_keys=True)
            row.json_metadata = json.dumps(metadata, sort_keys=True)
            row.slices = [self.found_by_id("charts", number) for number in charts]
            row.roles = [self.role(name) for name in roles]
            self.add(row, new)
            self.set_embedding(row, content["uuid"])
        self.set_owners(row, differing)
        self.note("dashboards", content, new, differing)
        return row

    def current(self, row: Any) -> dict[str, Any]:
        """Return a dashboard as Superset has it, in the form in which it is compared."""
        domains = [sorted(e.allowed_domains) for e in row.embedded if str(e.uuid) == str(row.uuid)]
        return {
            **fields.stored(row, fields.DASHBOARD),
            "position": layout.read(row.position_json),
            "metadata": layout.compared(layout.read(row.json_metadata)),
            "charts": sorted(chart.id for chart in row.slices),
            "roles": sorted(role.name for role in row.roles),
            "embedding": domains[0] if domains else None,
        }

    def set_embedding(self, row: Any, uuid: str) -> None:
        """Have a dashboard embedded under its own UUID on the allowed sites, or not at all."""
        from superset.models.embedded_dashboard import EmbeddedDashboard

        domains = self.settings["embedded"].get(uuid)
        ours = [entry for entry in row.embedded if str(entry.uuid) == uuid]
        if domains is None:
            for entry in ours:
                self.session.delete(entry)
            return
        entry = ours[0] if ours else EmbeddedDashboard(uuid=UUID(uuid), dashboard=row)
        entry.allow_domain_list = ",".join(domains)
        self.session.add(entry)
        self.session.flush()

    def set_owners(self, row: Any, differing: dict[str, Any]) -> None:
        """Add the owners that the values name; others are left."""
        for owner in self.settings["owner_rows"]:
            if owner not in row.owners:
                row.owners.append(owner)
                differing[f"owners.{owner.username}"] = ("-", "added")

    def found_by_id(self, kind: str, number: int) -> Any:
        """Return the object with an id."""
        return self.session.get(self.models[kind], number)

    def role(self, name: str) -> Any:
        """Return the role of a name."""
        return self.settings["role_rows"][name]

    def add(self, row: Any, new: bool) -> None:
        """Send a row to the database, which gives a new one its id."""
        if new:
            self.session.add(row)
        self.session.flush()


def point_at(chart: dict[str, Any], chart_id: int, dataset_id: int) -> None:
    """Put the ids into a chart's parameters and query, where Superset looks for them."""
    chart["params"] = {**chart["params"], "datasource": f"{dataset_id}__table"}
    context = chart["query_context"]
    if not isinstance(context, dict):
        return
    form = {**(context.get("form_data") or {}), "datasource": f"{dataset_id}__table"}
    form["slice_id"] = chart_id
    chart["query_context"] = {
        **context,
        "datasource": {"id": dataset_id, "type": "table"},
        "form_data": form,
    }
