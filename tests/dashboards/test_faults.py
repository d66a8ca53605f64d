"""Planted faults: each is found, with file and key."""

import pytest

from aspects_gen.aspects.jobs.init.superset.dashboards import find_problems
from aspects_gen.aspects.jobs.init.superset.dashboards.check.sql_closure import sql_problems
from aspects_gen.aspects.jobs.init.superset.dashboards.sources import parse

CHARTS = "charts/course-dashboard.yaml"
DASHBOARD = "dashboards/course-dashboard.yaml"
ENROLLEES = "Enrollees per Enrollment Track"


def chart(name=ENROLLEES, **changes):
    def spoil(sources):
        sources[CHARTS][name].update(changes)

    return spoil


def record(slug, name):
    def spoil(sources):
        sources[f"charts/{slug}.yaml"][name]["kind"] = "records"

    return spoil


def dataset(name, **changes):
    def spoil(sources):
        sources[f"datasets/{name}.yaml"].update(changes)

    return spoil


def without_column(name, column):
    def spoil(sources):
        del sources[f"datasets/{name}.yaml"]["columns"][column]

    return spoil


def column(name, key, given):
    def spoil(sources):
        sources[f"datasets/{name}.yaml"]["columns"][key] = given

    return spoil


def metric(name, key, given):
    def spoil(sources):
        sources[f"datasets/{name}.yaml"]["metrics"][key] = given

    return spoil


def filters(number, **changes):
    def spoil(sources):
        sources[DASHBOARD]["filters"][number].update(changes)

    return spoil


def row(*rows):
    def spoil(sources):
        sources[DASHBOARD]["tabs"][0]["rows"] = list(rows)

    return spoil


def swapped(name, old, new):
    def spoil(sources):
        found = sources[f"datasets/{name}.yaml"]
        assert old in found["sql"]
        found["sql"] = found["sql"].replace(old, new)

    return spoil


def fence(sources):
    sources["rls.yaml"] = {
        "rules": [{"name": "names", "clause": "1 = 0", "datasets": ["dim_course_names"]}]
    }


FAULTS = {
    "unknown key": (
        chart(stackd=True),
        f"{CHARTS}: {ENROLLEES}.stackd: unknown key; did you mean stacked?",
    ),
    "unknown kind": (chart(kind="donut"), f"{CHARTS}: {ENROLLEES}.kind: found 'donut', expected"),
    "colour rule": (
        chart("Section Summary", colours={"number_of_learners": {"many": "red"}}),
        f"{CHARTS}: Section Summary.colours.number_of_learners: found 'many', expected such as",
    ),
    "both table and SQL": (
        dataset("dim_course_blocks", sql="SELECT 1"),
        "datasets/dim_course_blocks.yaml: sql: expected either sql or table",
    ),
    "UUID that is none": (
        chart(uuid="e584199e"),
        f"{CHARTS}: {ENROLLEES}.uuid: found 'e584199e', expected a UUID in lower case",
    ),
    "UUID of another": (
        chart(uuid="00de2f72-b3ed-4994-b231-fd3cf29d758d"),
        f"{CHARTS}: {ENROLLEES}.uuid: 00de2f72-b3ed-4994-b231-fd3cf29d758d is also that of",
    ),
    "filter id twice": (
        filters(1, id="NATIVE_FILTER-QrTlO4wBf"),
        f"{DASHBOARD}: filters.Course Name.id: NATIVE_FILTER-QrTlO4wBf stands twice",
    ),
    "missing dataset": (
        chart(dataset="enrolments"),
        f"{CHARTS}: {ENROLLEES}.dataset: there is no dataset enrolments",
    ),
    "missing column of a chart": (
        chart(x="lane"),
        f"{CHARTS}: {ENROLLEES}.x: enrollment_status has no column lane",
    ),
    "missing metric": (
        chart(metrics=["learners"]),
        f"{CHARTS}: {ENROLLEES}.metrics: enrollment_status has no metric learners",
    ),
    "time of a chart": (
        chart(time="enrollment_mode"),
        f"{CHARTS}: {ENROLLEES}.time: enrollment_status has no column enrollment_mode that holds time",
    ),
    "colour of what is not shown": (
        chart("Section Summary", colours={"views": {"> 0": "red"}}),
        f"{CHARTS}: Section Summary.colours: the chart does not show views",
    ),
    "computed column among records": (
        record("operator-dashboard", "ClickHouse metrics"),
        "charts/operator-dashboard.yaml: ClickHouse metrics.columns: description is computed, "
        "which records cannot show; make it a table",
    ),
    "placeholder": (
        swapped("enrollment_status", "{reporting}", "{reports}"),
        "datasets/enrollment_status.yaml: sql: nothing stands for {reports}",
    ),
    "missing chart in a layout": (
        row({"Enrolees": 12}),
        f"{DASHBOARD}: Enrollment.Enrolees: there is no chart course-dashboard/Enrolees",
    ),
    "chart placed twice": (
        row(
            {ENROLLEES: 6, "Cumulative Enrollments by Track": 6},
            {"Again": {"width": 6, "chart": f"course-dashboard/{ENROLLEES}"}},
        ),
        f"{DASHBOARD}: Enrollment.Again: the chart stands on this dashboard twice",
    ),
    "row too wide": (
        row({ENROLLEES: 7, "Cumulative Enrollments by Track": 6}),
        f"{DASHBOARD}: Enrollment.rows.0: 13 columns wide, expected 1 to 12",
    ),
    "chart that nothing shows": (
        row({ENROLLEES: 12}),
        f"{CHARTS}: Cumulative Enrollments by Track: no dashboard shows this chart",
    ),
    "dataset that nothing uses": (
        dataset("dim_course_blocks", offered=False),
        "datasets/dim_course_blocks.yaml: nothing uses this dataset",
    ),
    "target of a filter": (
        filters(0, column="dim_course_names.organisation"),
        f"{DASHBOARD}: filters.Organization.column: dim_course_names has no column organisation",
    ),
    "tab of a filter": (
        filters(4, tabs=["Enrolment"]),
        f"{DASHBOARD}: filters.Date.tabs: there is no tab Enrolment",
    ),
    "parent below its child": (
        filters(0, within=["Course Name"]),
        f"{DASHBOARD}: filters.Organization.within: there is no filter Course Name above this one",
    ),
    "filter of a link": (
        column(
            "course_information",
            "course_details",
            {
                "link": {
                    "dashboard": "course-dashboard",
                    "text": "course_name",
                    "filters": {"Course": "course_name"},
                }
            },
        ),
        "datasets/course_information.yaml: columns.course_details.link.filters: course-dashboard has no filter",
    ),
    "chart that a filter cannot change": (
        without_column("enrollment_status", "course_run"),
        f"{DASHBOARD}: filters.Course Run: cannot change {ENROLLEES}: its dataset enrollment_status has no column",
    ),
    "exception out of reach": (
        filters(4, tabs=["Enrollment"], **{"except": ["Section Summary"]}),
        f"{DASHBOARD}: filters.Date.except: Section Summary is out of its reach anyway",
    ),
    "time of a dataset": (
        dataset("problem_results", time="emission_time"),
        "datasets/problem_results.yaml: time: the dataset has no column emission_time",
    ),
    "time that is none": (
        dataset("enrollments", time="org"),
        "datasets/enrollments.yaml: time: org holds no time",
    ),
    "relation that no model makes": (
        dataset("dim_course_blocks", table="reporting.dim_blocks"),
        "datasets/dim_course_blocks.yaml: table: no model makes reporting.dim_blocks",
    ),
    "column that a relation lacks": (
        column("video_watches", "course_order", "int"),
        "datasets/video_watches.yaml: columns.course_order: reporting.video_watches has no such column",
    ),
    "type of a column": (
        column("xapi_events_all_parsed", "course_id", "date"),
        "datasets/xapi_events_all_parsed.yaml: columns.course_id: found date, "
        "but in xapi.xapi_events_all_parsed it is LowCardinality(String)",
    ),
    "no column to fence by": (
        without_column("problem_results", "org"),
        "datasets/problem_results.yaml: columns: no column org; course staff reach this dataset through in-context",
    ),
    "no rule that fences": (
        fence,
        "datasets/problem_results.yaml: no row-level rule of rls.yaml fences this dataset, reached through",
    ),
    "column that a metric shares its name with": (
        metric("watched_video_segments", "views_again", {"sql": "MAX(views_again)", "label": "X"}),
        "datasets/watched_video_segments.yaml: metrics.repeat_views: views_again is a metric too",
    ),
    "Superset's users shown to course staff": (
        chart(
            "Learners with Passing Grade", dataset="ab_user", metric="users", where=[], colours={}
        ),
        "datasets/ab_user.yaml: database: shows all of Superset's users through course-dashboard",
    ),
}

SQL_FAULTS = {
    "column that a relation lacks": (
        swapped("enrollment_status", "enrolled_at AS", "enroled_at AS"),
        "datasets/enrollment_status.yaml: sql: Column 'enroled_at' could not be resolved",
    ),
    "relation that no model makes": (
        swapped("learner_summary", "dim_course_learners", "dim_learners"),
        "datasets/learner_summary.yaml: sql: no model makes reporting.dim_learners",
    ),
    "column that does not come out": (
        column("problem_results", "emission_time", "time"),
        "datasets/problem_results.yaml: columns.emission_time: the SQL gives no such column",
    ),
    "column of a metric": (
        metric("problem_results", "respondents", "COUNT(DISTINCT learner)"),
        "datasets/problem_results.yaml: metrics.respondents: the dataset has no column learner",
    ),
    "SQL that is none": (
        dataset("problem_results", sql="SELECT org FROM (SELECT 1"),
        "datasets/problem_results.yaml: sql: cannot be read",
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_fault_is_found(sources, relations, name):
    spoil, expected = FAULTS[name]
    spoil(sources)
    assert [p for p in find_problems(sources, relations) if p.startswith(expected)] != []


@pytest.mark.parametrize("name", SQL_FAULTS)
def test_fault_of_sql_is_found(sources, relations, name):
    spoil, expected = SQL_FAULTS[name]
    spoil(sources)
    names = [expected.split("/")[1].split(".")[0]]
    assert [p for p in sql_problems(sources, relations, names) if p.startswith(expected)] != []


def test_filter_that_changes_nothing_is_found(sources, relations):
    sources[DASHBOARD]["filters"].append(
        {"name": "Week", "id": "NATIVE_FILTER-week", "kind": "grain", "dataset": "enrollments"}
        | {"tabs": ["Performance"]}
    )
    assert find_problems(sources, relations) == [
        f"{DASHBOARD}: filters.Week: the filter changes no chart"
    ]


def test_all_faults_are_told_at_once(sources, relations):
    for name in ("missing dataset", "missing metric", "row too wide", "filter id twice"):
        FAULTS[name][0](sources)
    found = find_problems(sources, relations)
    assert len({p.split(":")[0] for p in found}) == 2
    assert len(found) >= 3


def test_key_that_stands_twice_is_found_with_its_place():
    found = parse({"charts/x.yaml": "Enrollees:\n  kind: bars\nEnrollees:\n  kind: pie\n"})
    assert found == ({}, ["charts/x.yaml:3:1: no YAML: the key Enrollees stands twice"])
