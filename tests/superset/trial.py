"""A small bundle on real relations, in the form of Superset's exports; tests change it as they like."""

from __future__ import annotations

import copy
from pathlib import Path
from uuid import NAMESPACE_DNS, uuid5

import yaml

CLICKHOUSE = "21174b6c-4d40-4958-8161-d6c3cf5e77b6"


def uuid(name):
    return str(uuid5(NAMESPACE_DNS, f"trial.{name}"))


EMBEDDED = uuid("embedded")
FILTER = "NATIVE_FILTER-trial"


def dataset(name, schema, columns, *, sql=None, table=None):
    return {
        "table_name": table or name,
        "schema": schema,
        "sql": sql,
        "uuid": uuid(name),
        "database_uuid": CLICKHOUSE,
        "version": "1.0.0",
        "columns": [
            {"column_name": c, "type": kind, "is_dttm": kind.startswith("Date")}
            for c, kind in columns.items()
        ],
        "metrics": [
            {"metric_name": "count", "expression": "COUNT(*)", "verbose_name": "Rows"},
        ],
    }


def chart(name, source, viz, *, columns=(), metrics=("count",), **params):
    return {
        "slice_name": name,
        "viz_type": viz,
        "uuid": uuid(name),
        "dataset_uuid": uuid(source),
        "version": "1.0.0",
        "params": {
            "viz_type": viz,
            "metrics": list(metrics),
            "groupby": list(columns),
            "adhoc_filters": [],
            **params,
        },
        "query_context": {
            "queries": [
                {
                    "columns": list(columns),
                    "metrics": list(metrics),
                    "filters": [],
                    "extras": {"having": "", "where": ""},
                    "row_limit": 10000,
                    "orderby": [],
                }
            ],
            "form_data": {"viz_type": viz},
        },
    }


def dashboard(name, slug, roles, charts, *, uuid_=None, filters=()):
    children = [f"CHART-{index}" for index in range(len(charts))]
    places = {
        f"CHART-{index}": {
            "type": "CHART",
            "id": f"CHART-{index}",
            "children": [],
            "parents": ["ROOT_ID", "GRID_ID", "ROW-1"],
            "meta": {"uuid": uuid(title), "chartId": index + 1, "width": 4, "height": 40},
        }
        for index, title in enumerate(charts)
    }
    row = {"type": "ROW", "id": "ROW-1", "children": children, "parents": ["ROOT_ID", "GRID_ID"]}
    row["meta"] = {"background": "BACKGROUND_TRANSPARENT"}
    return {
        "dashboard_title": name,
        "slug": slug,
        "uuid": uuid_ or uuid(slug),
        "version": "1.0.0",
        "published": True,
        "css": "",
        "_roles": roles,
        "metadata": {
            "native_filter_configuration": list(filters),
            "chart_configuration": {},
            "expanded_slices": {"1": True},
        },
        "position": {
            "DASHBOARD_VERSION_KEY": "v2",
            "ROOT_ID": {"type": "ROOT", "id": "ROOT_ID", "children": ["GRID_ID"]},
            "GRID_ID": {
                "type": "GRID",
                "id": "GRID_ID",
                "children": ["ROW-1"],
                "parents": ["ROOT_ID"],
            },
            "HEADER_ID": {"type": "HEADER", "id": "HEADER_ID", "meta": {"text": name}},
            "ROW-1": row,
            **places,
        },
    }


def course_filter():
    return {
        "id": FILTER,
        "name": "Course",
        "filterType": "filter_select",
        "type": "NATIVE_FILTER",
        "targets": [{"datasetUuid": uuid("courses"), "column": {"name": "course_name"}}],
        "defaultDataMask": {"extraFormData": {}, "filterState": {}, "ownState": {}},
        "controlValues": {"multiSelect": False, "enableEmptyFilter": False},
        "cascadeParentIds": [],
        "scope": {"rootPath": ["ROOT_ID"], "excluded": [2]},
    }


ENROLLMENTS = {
    "emission_time": "DateTime64(6)",
    "org": "String",
    "course_key": "String",
    "actor_id": "String",
    "enrollment_mode": "String",
    "enrollment_status": "String",
}
STATUS_SQL = (
    "SELECT org, course_key, enrollment_mode, grade_bucket FROM reporting.dim_student_status"
)


def bundle():
    """Return path to content; a fresh copy at each call."""
    made = {
        "datasets/t/enrollments.yaml": dataset(
            "enrollments", "xapi", ENROLLMENTS, table="enrollment_events"
        ),
        "datasets/t/status.yaml": dataset(
            "trial_status",
            "reporting",
            dict.fromkeys(["org", "course_key", "enrollment_mode", "grade_bucket"], "String"),
            sql=STATUS_SQL,
        ),
        "datasets/t/courses.yaml": dataset(
            "courses",
            "event_sink",
            dict.fromkeys(["course_key", "course_name", "course_run", "org"], "String"),
            table="trial_courses",
            sql="SELECT course_key, course_name, course_run, org FROM event_sink.dim_course_names",
        ),
        "datasets/t/platform.yaml": dataset(
            "platform",
            "xapi",
            {"emission_day": "DateTime", "events_cnt": "Int64"},
            table="trial_platform",
            sql="SELECT emission_day, events_cnt FROM xapi.fact_instance_events",
        ),
        "charts/enrollments.yaml": chart(
            "Trial enrollments", "enrollments", "big_number_total", metric="count"
        ),
        "charts/modes.yaml": chart(
            "Trial modes", "enrollments", "pie", columns=["course_key"], metric="count"
        ),
        "charts/status.yaml": chart(
            "Trial status", "trial_status", "table", columns=["course_key", "grade_bucket"]
        ),
        "charts/platform.yaml": chart("Trial platform", "platform", "table"),
        "dashboards/trial-course.yaml": dashboard(
            "Trial course",
            "trial-course",
            ["instructor", "student"],
            ["Trial enrollments", "Trial modes", "Trial status"],
            uuid_=EMBEDDED,
            filters=[course_filter()],
        ),
        "dashboards/trial-platform.yaml": dashboard(
            "Trial platform", "trial-platform", ["operator"], ["Trial platform"]
        ),
    }
    return copy.deepcopy(made)


def lay_down(contents, folder: Path, *, beside: Path) -> Path:
    """Write contents as files, beside those of another folder; return the folder."""
    texts = {
        path.relative_to(beside).as_posix(): path.read_text("utf-8")
        for path in sorted(beside.rglob("*.yaml"))
    }
    for name, content in {**texts, **contents}.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        text = content if isinstance(content, str) else yaml.safe_dump(content, sort_keys=True)
        target.write_text(text, "utf-8")
    return folder


def drop_chart(contents, place):
    """Take a chart out of the course dashboard's layout."""
    layout = contents["dashboards/trial-course.yaml"]["position"]
    del layout[place]
    layout["ROW-1"]["children"].remove(place)


def lines_of(done):
    """Return what an import says of each asset that it touches."""
    return [line for line in done["out"].splitlines() if line[:2] in ("+ ", "~ ", "- ", "= ")]
