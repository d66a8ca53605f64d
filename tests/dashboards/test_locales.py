"""Copies in other languages."""

import json

from aspects_gen.aspects.jobs.init.superset.dashboards import (
    localise,
    localised_uuid,
    translate,
    visible_texts,
)


def test_texts_name_file_and_key(bundle):
    texts = {(file, key): text for file, key, text in visible_texts(bundle)}
    for file, key, text in (
        ("dashboards/learner-groups.yaml", "dashboard_title", "At-Risk Learners"),
        (
            "dashboards/learner-groups.yaml",
            "position.TAB-engagement-pages.meta.text",
            "Pages",
        ),
        (
            "dashboards/learner-groups.yaml",
            "metadata.native_filter_configuration.0.name",
            "Organization",
        ),
        (
            "charts/learner-groups-distribution-of-course-grades.yaml",
            "params.x_axis_title",
            "Grade Range",
        ),
        (
            "datasets/openedx_clickhouse/learner_summary.yaml",
            "columns.15.extra.words.passed",
            "Passed",
        ),
    ):
        assert texts[file, key] == text


def test_translation_changes_only_what_is_seen(bundle):
    told = {text: f"<{text}>" for _, _, text in visible_texts(bundle)}
    found = translate(bundle, told)
    back = translate(found, {new: old for old, new in told.items()})
    assert back == bundle
    chart = found["charts/in-context-course-video-engagement.yaml"]
    assert chart["slice_name"] == "<Video Engagement>"
    assert json.loads(chart["query_context"])["form_data"]["y_axis_title"] == "<Views>"
    summary = found["datasets/openedx_clickhouse/learner_summary.yaml"]
    assert "'<Passed>'" in summary["columns"][15]["expression"]


def test_copy_has_identities_of_its_own(bundle):
    found = localise(bundle, "es-419", {"At-Risk Learners": "Estudiantes en riesgo"})
    dashboard = found["dashboards/learner-groups-es_419.yaml"]
    assert dashboard["dashboard_title"] == "Estudiantes en riesgo"
    assert dashboard["slug"] == "learner-groups-es_419"
    assert dashboard["uuid"] == localised_uuid("8661d20c-cee6-4245-9fcc-610daea5fd24", "es_419")
    assert dashboard["_roles"] == ["Instructor - es-419"]
    uuids = {c["uuid"] for c in found.values()}
    assert not uuids & {c["uuid"] for c in bundle.values() if "uuid" in c}
    for path, content in found.items():
        if path.startswith("charts/"):
            assert content["dataset_uuid"] in uuids
        for node in content.get("position", {}).values():
            if isinstance(node, dict) and "uuid" in node.get("meta", {}):
                assert node["meta"]["uuid"] in uuids


def test_copy_of_a_table_selects_from_it(bundle):
    found = localise(bundle, "fr_CA", {})["datasets/openedx_clickhouse/video_watches-fr_ca.yaml"]
    assert found["table_name"] == "video_watches_fr_ca"
    assert found["sql"] == "SELECT * FROM reporting.video_watches"
    assert found["_base"] == "video_watches"


def test_links_of_a_copy_stay_in_its_language(bundle):
    path = "datasets/openedx_clickhouse/course_information-fr_ca.yaml"
    columns = localise(bundle, "fr_CA", {})[path]["columns"]
    link = next(c for c in columns if c["column_name"] == "course_details")
    assert "/superset/dashboard/course-dashboard-fr_ca/" in link["expression"]
