"""Sources become what Superset's import takes."""

import json

from aspects_gen.aspects.jobs.init.superset.dashboards import expand, name_databases


def test_small_dashboard_expands_whole(bundle):
    found = bundle["dashboards/in-context-video.yaml"]
    assert found["position"] == {
        "DASHBOARD_VERSION_KEY": "v2",
        "HEADER_ID": {
            "id": "HEADER_ID",
            "type": "HEADER",
            "meta": {"text": "In-Context Analytics: Video"},
        },
        "ROOT_ID": {"id": "ROOT_ID", "type": "ROOT", "children": ["GRID_ID"], "parents": []},
        "GRID_ID": {
            "id": "GRID_ID",
            "type": "GRID",
            "children": ["ROW-top-1"],
            "parents": ["ROOT_ID"],
        },
        "ROW-top-1": {
            "id": "ROW-top-1",
            "type": "ROW",
            "children": ["CHART-0245bcf6"],
            "parents": ["ROOT_ID", "GRID_ID"],
            "meta": {"background": "BACKGROUND_TRANSPARENT"},
        },
        "CHART-0245bcf6": {
            "id": "CHART-0245bcf6",
            "type": "CHART",
            "children": [],
            "parents": ["ROOT_ID", "GRID_ID", "ROW-top-1"],
            "meta": {
                "uuid": "0245bcf6-8a13-42ee-9817-2a9922e7347b",
                "chartId": 1,
                "sliceName": "Unique vs. Repeat Views",
                "width": 12,
                "height": 50,
            },
        },
    }
    course, block = found["metadata"]["native_filter_configuration"]
    assert course["targets"] == [
        {
            "datasetUuid": "c2c391b3-3403-4f05-bc0b-3de53bd366ec",
            "column": {"name": "course_key"},
        }
    ]
    assert block["scope"] == {"rootPath": ["ROOT_ID"], "excluded": []}
    assert found["_roles"] == ["Instructor"]


def test_every_node_of_a_layout_hangs_together(bundle):
    for name, content in bundle.items():
        if name.startswith("dashboards/"):
            nodes = {k: n for k, n in content["position"].items() if isinstance(n, dict)}
            below = [child for node in nodes.values() for child in node.get("children", [])]
            assert sorted(below) == sorted(set(nodes) - {"ROOT_ID", "HEADER_ID", *alone(nodes)})
            for key, node in nodes.items():
                for child in node.get("children", []):
                    assert nodes[child]["parents"][-1] == key


def alone(nodes):
    """The grid of a dashboard whose tabs are at the top."""
    return {"GRID_ID"} - set(nodes["ROOT_ID"]["children"])


def test_date_filter_leaves_out_charts_without_a_time(bundle):
    found = bundle["dashboards/course-dashboard.yaml"]
    date = named(found, "Date")
    titles = {
        n["meta"]["chartId"]: n["meta"]["sliceName"]
        for k, n in found["position"].items()
        if k.startswith("CHART-")
    }
    assert date["scope"]["rootPath"] == ["TAB-enrollment", "TAB-engagement"]
    assert sorted(titles[i] for i in date["scope"]["excluded"]) == [
        "Number of Views across Video Duration",
        "Page Engagement per Section/Subsection",
        "Partial and Full Video Views",
        "Problem Engagement per Section/Subsection",
        "Video Engagement",
        "Video Engagement per Section/Subsection",
    ]


def named(dashboard, name):
    return next(
        entry
        for entry in dashboard["metadata"]["native_filter_configuration"]
        if entry.get("name") == name
    )


def test_chart_takes_a_time_filter_and_says_what_it_asks(bundle):
    chart = bundle["charts/course-dashboard-cumulative-enrollments-by-track.yaml"]
    assert chart["params"]["adhoc_filters"][0] == {
        "clause": "WHERE",
        "expressionType": "SIMPLE",
        "subject": "emission_time",
        "operator": "TEMPORAL_RANGE",
        "comparator": "No filter",
    }
    (query,) = json.loads(chart["query_context"])["queries"]
    assert query["metrics"] == ["number_of_learners"]
    assert query["columns"][0]["timeGrain"] == "P1M"
    assert [step["operation"] for step in query["post_processing"]] == ["pivot", "cum", "flatten"]


def test_shared_chart_bears_the_name_of_its_place(bundle):
    found = bundle["dashboards/individual-learner.yaml"]["position"]["CHART-2985a9db"]["meta"]
    assert found["sliceName"] == "Number of Views across Video Duration"
    assert found["sliceNameOverride"] == "Watched Video Segments"


def test_dataset_of_another_brings_its_sql_along(bundle):
    found = bundle["datasets/openedx_clickhouse/at_risk_coursewide_avg.yaml"]
    assert "reporting.dim_problem_coursewide_avg" in found["sql"]
    assert "learner_status = 'at-risk'" in found["sql"]
    assert "{" not in found["sql"]


def test_words_stand_for_values(bundle):
    dataset = bundle["datasets/openedx_clickhouse/learner_summary.yaml"]
    column = next(c for c in dataset["columns"] if c["column_name"] == "state")
    assert column["expression"] == (
        "transform(toString(approving_state), ['passed', 'failed'], ['Passed', 'Failed'],"
        " toString(approving_state))"
    )


def test_words_with_quotes_stay_text(sources):
    dataset = sources["datasets/learner_summary.yaml"]
    dataset["columns"]["state"]["words"]["passed"] = "L'a \\ réussi"
    found = expand(sources, name_databases({}))["datasets/openedx_clickhouse/learner_summary.yaml"]
    column = next(c for c in found["columns"] if c["column_name"] == "state")
    assert "'L\\'a \\\\ réussi'" in column["expression"]
