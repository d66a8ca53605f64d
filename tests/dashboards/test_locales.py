"""Copies in other languages."""

import json

import pytest

from aspects_gen.aspects.jobs.init.superset.dashboards import (
    localise,
    localised_uuid,
    read_texts,
    speak,
    translate,
    visible_texts,
)
from aspects_gen.aspects.trees import PACKAGE

LOCALE = PACKAGE / "apps" / "superset" / "locale"


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


def test_spanish_readers_see_spanish(bundle):
    texts, problems = read_texts(LOCALE)
    assert problems == []
    found = localise(bundle, "es_419", speak(texts, "es_419"))
    course = found["dashboards/course-dashboard-es_419.yaml"]
    assert course["dashboard_title"] == "Tablero del curso"
    assert course["position"]["TAB-engagement"]["meta"]["text"] == "Participación"
    filters = {f["id"]: f for f in course["metadata"]["native_filter_configuration"]}
    assert filters["NATIVE_FILTER-QrTlO4wBf"]["name"] == "Organización"
    grain = filters["NATIVE_FILTER-uPaSvFul8"]["defaultDataMask"]["filterState"]
    assert grain == {"label": "Mes", "value": ["P1M"]}
    assert 'target="_blank">referencia de Aspects</a>' in json.dumps(
        course["position"], ensure_ascii=False
    ).replace('\\"', '"')
    chart = found["charts/course-dashboard-page-engagement-per-section-subsection-es_419.yaml"]
    assert chart["params"]["y_axis_title"] == "Cantidad de estudiantes"
    status = found["datasets/openedx_clickhouse/enrollment_status-es_419.yaml"]
    track = next(c for c in status["columns"] if c["column_name"] == "track")
    assert (track["verbose_name"], track["expression"]) == (
        "Modalidad de inscripción",
        "transform(toString(enrollment_mode), ['audit', 'verified', 'honor'],"
        " ['Oyente', 'Verificado', 'Honor'], toString(enrollment_mode))",
    )


def test_values_that_readers_see_are_in_words(bundle):
    """No chart shows a stored state, such as `audit`, in place of a word for it."""
    stored = {
        "enrollment_mode",
        "enrollment_status",
        "approving_state",
        "learner_status",
        "graded",
    }
    shown = {
        (path, name)
        for path, chart in bundle.items()
        if path.startswith("charts/")
        for query in json.loads(chart["query_context"])["queries"]
        for name in query["columns"]
        if isinstance(name, str)
    }
    assert {entry for entry in shown if entry[1] in stored} == set()


PO = """\
msgid "A"
msgstr "Á"

#, fuzzy
msgid "B"
msgstr "perhaps"

msgid "C"
msgstr ""
"""


def catalogue(folder, language, text):
    path = folder / language / "LC_MESSAGES" / "aspects.po"
    path.parent.mkdir(parents=True)
    path.write_text(text, "utf-8")


def test_catalogue_gives_only_finished_translations(tmp_path):
    catalogue(tmp_path, "pt-BR", PO)
    assert read_texts(tmp_path) == ({"pt_br": {"A": "Á"}}, [])
    assert read_texts(tmp_path / "absent") == ({}, [])


def test_broken_catalogues_are_named_with_their_lines(tmp_path):
    catalogue(tmp_path, "fr", PO + "msgid unquoted\n")
    catalogue(tmp_path, "de", 'msgid "A"\nmsgstr "Ä"\nnonsense\n')
    _, problems = read_texts(tmp_path)
    assert [problem.partition(" ")[0] for problem in problems] == [
        "de/LC_MESSAGES/aspects.po:3:",
        "fr/LC_MESSAGES/aspects.po:10:",
    ]
    assert all("no catalogue of gettext" in problem for problem in problems)


@pytest.mark.parametrize(
    ("locale", "found"),
    [
        ("es_419", "latin"),
        ("ES-419", "latin"),
        ("es-ES", "latin"),
        ("es", "latin"),
        ("pt_BR", "brazil"),
        ("pt_PT", "portugal"),
        ("en", ""),
        ("en-GB", ""),
        ("fr", None),
    ],
)
def test_language_takes_the_nearest_catalogue(locale, found):
    texts = {n: {"x": n} for n in ("es_419", "pt", "pt_br")}
    names = {"latin": "es_419", "brazil": "pt_br", "portugal": "pt"}
    expected = {"x": names[found]} if found else {} if found == "" else None
    assert speak(texts, locale) == expected
