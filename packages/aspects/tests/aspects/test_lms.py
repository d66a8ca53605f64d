import json

import pytest

from aspects_gen.aspects.literal import literal
from aspects_gen.aspects.lms_files import lms_files


@pytest.fixture
def wire(make_values, tools):
    """Return the files for values with an overlay on the slice and on others."""

    def make(overlay=None, *, using=None, **others):
        return lms_files(make_values({"aspects": overlay or {}, **others}), using or tools)

    return make


def tracking():
    """Return what the settings of event-routing-backends leave behind, as far as ours change it."""
    backends = {name: {"ENGINE": "stock"} for name in ("xapi", "caliper")}
    options = {"backend_name": "event_transformer", "backends": backends}
    return {"event_transformer": {"ENGINE": "stock", "OPTIONS": options}}


def apply(text, settings=None):
    """Run a rendered settings module as an LMS does."""
    module: dict = {}
    exec(compile(text, "aspects_settings.py", "exec"), module)
    found = settings if settings is not None else {}
    found.setdefault("EVENT_TRACKING_BACKENDS", tracking())
    module["apply"](found)
    return found


def test_settings_send_statements_by_the_sender_that_loses_none(wire):
    files = wire()
    assert "class AsyncRouter" in files["aspects_sender.py"]
    found = apply(files["aspects_settings.py"])
    backends = found["EVENT_TRACKING_BACKENDS"]["event_transformer"]["OPTIONS"]["backends"]
    assert backends["xapi"]["ENGINE"] == "aspects_sender.AsyncRouter"
    assert backends["caliper"]["ENGINE"] == "stock"


def test_settings_applied_too_early_say_so(wire):
    with pytest.raises(RuntimeError, match="must stand after the settings of the platform's"):
        apply(wire()["aspects_settings.py"], {"EVENT_TRACKING_BACKENDS": {}})


def test_settings_send_events_in_batches_and_outlast_an_outage(wire):
    found = apply(wire()["aspects_settings.py"])
    assert found["EVENT_ROUTING_BACKEND_BATCHING_ENABLED"] is True
    assert found["EVENT_ROUTING_BACKEND_BATCH_SIZE"] == 100
    tries, delay = (found[f"EVENT_ROUTING_BACKEND_{n}"] for n in ("MAX_RETRIES", "COUNTDOWN"))
    assert tries * delay >= 2 * 3600


def test_settings_take_passwords_from_the_environment(wire, monkeypatch):
    text = wire()["aspects_settings.py"]
    monkeypatch.setenv("ASPECTS_CLICKHOUSE_PASSWORD", "p1")
    monkeypatch.setenv("ASPECTS_SUPERSET_PASSWORD", "p2")
    found = apply(text)
    assert found["EVENT_SINK_CLICKHOUSE_BACKEND_CONFIG"] == {
        "url": "http://clickhouse.aspects.svc:8123",
        "username": "ch_cms",
        "password": "p1",
        "database": "event_sink",
        "xapi_database": "xapi",
        "xapi_table": "xapi_events_all",
        "timeout_secs": 5,
    }
    assert found["SUPERSET_CONFIG"] == {
        "service_url": "https://superset.learn.example.org/",
        "internal_service_url": "http://superset.aspects.svc:8088/",
        "username": "lms",
        "password": "p2",
    }


@pytest.mark.parametrize(
    ("pii", "personal", "tabs"),
    [
        ("off", [], ["course-dashboard", "learner-groups"]),
        ("pseudonym", ["EXTERNAL_ID"], ["course-dashboard", "learner-groups"]),
        (
            "on",
            ["EXTERNAL_ID", "USER_PROFILE"],
            ["course-dashboard", "learner-groups", "individual-learner"],
        ),
    ],
)
def test_settings_copy_personal_records_only_as_allowed(wire, pii, personal, tabs):
    found = apply(wire({"pii": pii})["aspects_settings.py"])
    switches = {
        name.removeprefix("EVENT_SINK_CLICKHOUSE_").removesuffix("_ENABLED")
        for name in found
        if name.startswith("EVENT_SINK_CLICKHOUSE_") and name.endswith("_ENABLED")
    }
    assert sorted(switches & {"USER_PROFILE", "EXTERNAL_ID"}) == personal
    assert [tab["slug"] for tab in found["ASPECTS_INSTRUCTOR_DASHBOARDS"]] == tabs


@pytest.mark.parametrize(
    ("listed", "plugin"),
    [
        (["en"], ["en"]),
        (["en", "es-419"], ["en", "es_419"]),
        (["es_419"], ["es_419", "en"]),
    ],
)
def test_settings_name_languages_as_the_plugin_compares_them_and_its_fallback(
    wire, listed, plugin
):
    found = apply(wire({"dashboards": {"locales": listed}})["aspects_settings.py"])
    assert found["SUPERSET_DASHBOARD_LOCALES"] == plugin


def test_settings_retire_learners_from_tables_that_exist(wire):
    found = apply(wire()["aspects_settings.py"])
    assert found["EVENT_SINK_CLICKHOUSE_AUTH_USER_ENABLED"] is True
    models = found["EVENT_SINK_CLICKHOUSE_PII_MODELS"]
    assert "auth_user" not in models
    assert "course_enrollment" in models


def test_settings_log_statements_only_for_vector(wire, without):
    assert apply(wire()["aspects_settings.py"])["XAPI_EVENT_LOGGING_ENABLED"] is False
    logged = wire({"source": "vector"}, vector={"enabled": True})["aspects_settings.py"]
    assert apply(logged)["XAPI_EVENT_LOGGING_ENABLED"] is True
    never = wire({"lms": {"xapiLogging": "never"}}, vector={"enabled": True})
    assert apply(never["aspects_settings.py"])["XAPI_EVENT_LOGGING_ENABLED"] is False


def test_settings_without_an_lrs_do_not_batch(wire, without):
    files = wire({"source": "vector"}, using=without("ralph/http"), vector={"enabled": True})
    assert apply(files["aspects_settings.py"])["EVENT_ROUTING_BACKEND_BATCHING_ENABLED"] is False
    assert json.loads(files["rows.json"])["routers"] == []
    assert "switches off routes to an LRS" in files["README.md"]


def test_settings_add_filter_steps_once_and_keep_others(wire):
    text = wire()["aspects_settings.py"]
    name = "org.openedx.learning.instructor.dashboard.render.started.v1"
    settings = {"OPEN_EDX_FILTERS_CONFIG": {name: {"fail_silently": True, "pipeline": ["mine"]}}}
    apply(text, settings)
    apply(text, settings)
    assert settings["OPEN_EDX_FILTERS_CONFIG"][name]["pipeline"] == [
        "mine",
        "platform_plugin_aspects.extensions.filters.AddSupersetTab",
    ]
    off = wire({"lms": {"instructorDashboardTab": False}})["aspects_settings.py"]
    assert apply(off)["OPEN_EDX_FILTERS_CONFIG"] == {}


def test_settings_put_events_on_the_bus_when_asked(wire):
    text = wire({"eventBus": {"producer": True, "topic": "events"}})["aspects_settings.py"]
    settings = {"INSTALLED_APPS": ["a"]}
    apply(text, settings)
    backend = settings["EVENT_TRACKING_BACKENDS"]["event_transformer"]
    assert backend["ENGINE"].endswith("EventBusRoutingBackend")
    assert backend["OPTIONS"]["backends"]["xapi"]["ENGINE"] == "aspects_sender.SyncRouter"
    assert settings["INSTALLED_APPS"] == ["a", "openedx_events"]
    event = "org.openedx.analytics.tracking.event.emitted.v1"
    assert settings["EVENT_BUS_PRODUCER_CONFIG"][event]["events"]["enabled"] is True


def test_requirements_follow_the_release(wire):
    assert "platform-plugin-aspects==2.0.1" in wire()["requirements.txt"]
    assert "edx-event-routing-backends>=10.0.0,<11" in wire()["requirements.txt"]
    older = wire({"lms": {"release": "teak"}})
    assert "platform-plugin-aspects==1.1.2" in older["requirements.txt"]
    assert "edx-event-routing-backends>=9.3,<9.4" in older["requirements.txt"]
    assert "let any signed-in person ask" in older["README.md"]
    assert "AddSupersetTabToInstructorDashboard" not in older["aspects_settings.py"]


def test_rows_name_the_route_the_client_and_their_variables(wire):
    rows = json.loads(wire()["rows.json"])
    assert rows["routers"] == [
        {
            "backend_name": "xAPI",
            "route_url": "http://ralph.aspects.svc:8100/xAPI/",
            "auth_scheme": "Basic",
            "username": "lms",
            "password_variable": "ASPECTS_LRS_PASSWORD",
        }
    ]
    (client,) = rows["oauth_clients"]
    redirect = "https://superset.learn.example.org/oauth-authorized/openedxsso"
    assert (client["client_id"], client["redirect_uris"]) == ("superset-sso", redirect)


def test_rows_follow_addresses_that_the_operator_names(wire, without):
    elsewhere = {"lrs": {"url": "https://lrs.example.org/xAPI"}}
    rows = json.loads(wire(elsewhere, using=without("ralph/http"))["rows.json"])
    assert rows["routers"][0]["route_url"] == "https://lrs.example.org/xAPI/"
    other = {
        "lms": {"supersetInternalUrl": "https://in.example.org", "clickhouseUrl": "http://c:1"}
    }
    settings = wire(other)["aspects_settings.py"]
    assert '"internal_service_url": "https://in.example.org/"' in settings
    assert '"url": "http://c:1"' in settings


def test_rows_have_no_client_without_superset_or_sign_on(wire, without):
    files = wire(using=without("superset/http"))
    assert json.loads(files["rows.json"])["oauth_clients"] == []
    assert "SUPERSET_CONFIG" not in apply(files["aspects_settings.py"])
    local = wire(superset={"sso": {"enabled": False}})
    assert json.loads(local["rows.json"])["oauth_clients"] == []
    assert "ASPECTS_OAUTH_CLIENT_SECRET" not in local["kubernetes-env.yaml"]


def test_kubernetes_env_names_every_variable_that_files_use(wire):
    files = wire()
    for variable in ("LRS", "CLICKHOUSE", "SUPERSET"):
        name = f"ASPECTS_{variable}_PASSWORD"
        assert f"- name: {name}" in files["kubernetes-env.yaml"]
        assert f"`{name}`" in files["README.md"]


@pytest.mark.parametrize("pii", ["off", "on"])
def test_readme_says_what_holds_for_these_values(wire, pii):
    text = wire({"pii": pii, "eventBus": {"producer": True}, "lms": {"studioMetrics": True}})
    assert ("--object user_profile" in text["README.md"]) == (pii == "on")
    assert "event bus" in text["README.md"]
    assert "authoring micro-frontend" in text["README.md"]
    assert "240 minutes" in text["README.md"]


@pytest.mark.parametrize("absent", [(), ("ralph/http", "superset/http")])
def test_files_are_clean_text(wire, without, absent):
    for text in wire(using=without(*absent)).values():
        assert "\t" not in text
        assert "\r" not in text
        assert all(line == line.rstrip() for line in text.split("\n"))
        assert text.endswith("\n")


@pytest.mark.parametrize("value", [True, 3, 'it\'s "x" \\ ü', [], {}, {"a": ["b" * 60, "c" * 60]}])
def test_literal_reads_back_as_the_same_value(value):
    assert eval(literal(value, 1)) == value


def test_literal_breaks_long_values_into_lines():
    text = literal({"k": ["x" * 50, "y" * 50]})
    assert text.splitlines()[1] == '    "k": ['
    assert max(map(len, text.splitlines())) < 70


def test_readme_tells_the_lms_whom_to_trust(wire):
    authority = {"topology": "external", "external": {"caSecret": {"name": "site-ca"}}}
    assert "REQUESTS_CA_BUNDLE" in wire(clickhouse=authority)["README.md"]
    assert "REQUESTS_CA_BUNDLE" not in wire()["README.md"]
