"""What a test compares of Superset's metadata, as Python that runs inside it."""

from __future__ import annotations

from superset import trial

DUMP = """
answer = {}
for table in ("dbs", "tables", "table_columns", "sql_metrics", "slices", "dashboards", "dashboard_slices",
              "dashboard_roles", "embedded_dashboards", "row_level_security_filters", "rls_filter_tables",
              "rls_filter_roles", "key_value", "ab_role", "ab_permission_view_role", "slice_user",
              "dashboard_user", "sqlatable_user", "tagged_object", "logs"):
    rows = db.session.execute("SELECT * FROM " + table).fetchall()
    answer[table] = sorted(repr(tuple(row)) for row in rows)
"""
"""Every row of every table that an import may write."""

FACTS = f"""
from superset.connectors.sqla.models import SqlaTable
from superset.models.core import FavStar
from superset.models.dashboard import Dashboard
from superset.models.slice import Slice
from superset.reports.models import ReportSchedule
from superset.tags.models import Tag, TaggedObject
dashboard = db.session.query(Dashboard).filter_by(uuid="{trial.EMBEDDED}").one()
chart = db.session.query(Slice).filter_by(uuid="{trial.uuid("Trial modes")}").one()
dataset = db.session.query(SqlaTable).filter_by(uuid="{trial.uuid("enrollments")}").one()
tags = db.session.query(TaggedObject).join(Tag).filter(Tag.name == "mine").all()
answer = {{
    "ids": [dashboard.id, chart.id, dataset.id],
    "columns": [column.id for column in dataset.columns],
    "charts": sorted(c.id for c in dashboard.slices),
    "embedded": [[str(e.uuid), e.allow_domain_list] for e in dashboard.embedded],
    "owners": [owner.username for owner in chart.owners],
    "stars": db.session.query(FavStar).count(),
    "tags": [[tag.object_id, str(tag.object_type)] for tag in tags],
    "report": [r.chart_id for r in db.session.query(ReportSchedule).all()],
    "copy": [c.id for c in db.session.query(Slice).filter_by(slice_name="A copy").all()],
}}
"""
"""The trial dashboard, chart and dataset, and what people have done with them."""

PERSONAL = (
    FACTS
    + """
from datetime import datetime
from superset.tags.models import ObjectType
user = manager.find_user(username="lms")
if not answer["stars"]:
    for name, number in (("slice", chart.id), ("Dashboard", dashboard.id)):
        db.session.add(FavStar(user_id=user.id, class_name=name, obj_id=number, dttm=datetime.now()))
    chart.owners.append(user)
    db.session.add(ReportSchedule(
        type="Report", name="Weekly", crontab="0 9 * * 1", chart_id=chart.id, report_format="CSV",
        owners=[user], timezone="UTC", creation_method="charts"))
    tag = Tag(name="mine", type="custom")
    db.session.add(tag)
    db.session.flush()
    db.session.add(TaggedObject(tag_id=tag.id, object_id=chart.id, object_type=ObjectType.chart))
    copy = chart.clone()
    copy.slice_name = "A copy"
    db.session.add(copy)
"""
)
"""The same after someone has starred, owned, tagged, copied and scheduled them."""
