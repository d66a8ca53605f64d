"""The shipped dashboards pass every check, stay small, and expand to the same bytes each time."""

import json
import re

import yaml

from aspects_gen.aspects.jobs.init.superset.dashboards import (
    expand,
    find_problems,
    fit,
    name_databases,
)
from aspects_gen.aspects.jobs.init.superset.dashboards.check.access import restricted_datasets
from aspects_gen.aspects.jobs.init.superset.dashboards.check.sql_closure import sql_problems
from aspects_gen.aspects.trees import PACKAGE, read_tree

LARGEST_BYTES = 200_000
"""All sources of one language; two ConfigMaps hold 1.8 MB."""


def test_nothing_is_wrong(shipped, relations):
    assert find_problems(shipped, relations) == []


def test_sql_reads_only_columns_that_models_make(shipped, relations):
    assert list(sql_problems(shipped, relations)) == []


def test_sources_are_small():
    assert sum(len(text.encode()) for text in read_tree("apps/superset/assets").values()) < (
        LARGEST_BYTES
    )


def test_course_staff_reach_no_dataset_of_the_platform(shipped):
    assert not set(restricted_datasets(shipped)) & {
        "ab_user",
        "superset_action_log",
        "slowest_clickhouse_queries",
        "xapi_events_all_parsed",
    }


def test_expansion_is_deterministic(shipped, bundle):
    again = expand(shipped, name_databases({}))
    assert json.dumps(again) == json.dumps(bundle)


def test_databases_are_named_as_at_the_site(shipped):
    found = expand(shipped, name_databases({"xapi": "learning", "reporting": "marts"}))
    datasets = {c["table_name"]: c for n, c in found.items() if n.startswith("datasets/")}
    assert datasets["fact_instance_events"]["schema"] == "learning"
    assert "marts.dim_course_learners" in datasets["learner_summary"]["sql"]
    assert "reporting." not in json.dumps(found)


def test_without_personal_data_no_chart_lists_learners(shipped, relations):
    found = fit(shipped, personal=False, connections=["clickhouse", "metadata"])
    assert "dashboards/individual-learner.yaml" not in found
    assert "Learners" not in found["charts/learner-groups.yaml"]
    assert found["dashboards/learner-groups.yaml"]["tabs"][0]["rows"] == [{"Last Visit Date": 12}]
    kept = "Page Engagement per Section/Subsection"
    assert kept in found["charts/course-dashboard.yaml"]
    left_over = "datasets/enrollment_pii.yaml", "datasets/learner_summary.yaml"
    problems = find_problems(found, relations)
    assert [p for p in problems if not p.startswith(left_over)] == []


def test_without_a_connection_its_charts_and_empty_tabs_go(shipped, relations):
    found = fit(shipped, personal=True, connections=["clickhouse"])
    tabs = [tab["tab"] for tab in found["dashboards/operator-dashboard.yaml"]["tabs"]]
    assert tabs == ["Instance Health", "Enrollments", "Organizations", "ClickHouse", "Help"]
    assert find_problems(found, relations) == []
    bundle = expand(found, name_databases({}))
    assert "databases/superset_metadata.yaml" not in bundle
    assert sum(path.startswith("charts/") for path in bundle) == 76


def test_exposures_name_what_dashboards_read(bundle, relations):
    text = (PACKAGE / "apps/aspects/dbt/models/exposures.yml").read_text("utf-8")
    stated = {e["meta"]["slug"]: set(e["depends_on"]) for e in yaml.safe_load(text)["exposures"]}
    charts = {c["uuid"]: c["dataset_uuid"] for n, c in bundle.items() if n.startswith("charts/")}
    reads = {
        c["uuid"]: words(c, relations) for n, c in bundle.items() if n.startswith("datasets/")
    }
    for path, content in bundle.items():
        if path.startswith("dashboards/"):
            nodes = [n for n in content["position"].values() if isinstance(n, dict)]
            used = {charts[n["meta"]["uuid"]] for n in nodes if n["type"] == "CHART"}
            for entry in content["metadata"]["native_filter_configuration"]:
                used |= {t["datasetUuid"] for t in entry.get("targets", []) if "datasetUuid" in t}
            assert stated[content["slug"]] == set().union(*(reads[uuid] for uuid in used))


def words(dataset, relations):
    """The relations that a dataset reads, as dbt names them."""
    text = dataset["sql"] or f"{dataset['schema']}.{dataset['table_name']}"
    names = set(re.findall(r"\b(?:reporting|event_sink|xapi)\.\w+", text)) & set(relations)
    source = {"event_sink.course_overviews": "source('event_sink', 'course_overviews')"}
    return {source.get(name, f"ref('{name.partition('.')[2]}')") for name in names}
