import pytest

from aspects_gen import aspects

SITE = {"endpoints": ["clickhouse/http"]}
LMS_IMAGE = "docker.io/example/openedx:21.0.1"


@pytest.fixture
def problems(make_values):
    def find(overlay=None, *, site=SITE, **others):
        found = aspects.check(make_values({"aspects": overlay or {}, **others}), site)
        return {path: (problem, expected, fix) for path, problem, expected, fix in found}

    return find


def test_defaults_have_no_problem(problems):
    assert problems() == {}


def test_analytics_without_clickhouse_are_refused(problems):
    found = problems(site={"endpoints": []})
    assert found["enabled"][0] == "there is no ClickHouse to set up"
    assert "set clickhouse.enabled to true" in found["enabled"][2]


def test_source_needs_what_writes_to_it(problems):
    assert "Vector does not run" in problems({"source": "vector"})["source"][0]
    assert problems({"source": "vector"}, vector={"enabled": True}) == {}
    assert "there is no LRS" in problems(ralph={"enabled": False})["source"][0]
    elsewhere = {"lrs": {"url": "https://lrs.example.org/xAPI/"}}
    assert problems(elsewhere, ralph={"enabled": False}) == {}


@pytest.mark.parametrize(
    ("user", "owner"),
    [
        ("ch_lrs", "aspects.clients.lrs"),
        ("ch_admin", "clickhouse.admin.user"),
        ("default", "the server itself"),
    ],
)
def test_users_are_not_shared(problems, user, owner):
    found = problems({"clients": {"vector": {"user": user}}})
    assert found["clients.vector.user"][0] == f"the ClickHouse user {user} is also that of {owner}"


def test_databases_are_not_shared_and_not_the_servers(problems):
    shared = problems({"databases": {"vector": "xapi"}})
    assert shared["databases.vector"][0] == "the database xapi is also aspects.databases.xapi"
    assert (
        "belongs to the ClickHouse"
        in problems({"databases": {"xapi": "system"}})["databases.xapi"][0]
    )
    assert "databases.migrations" in problems({"databases": {"migrations": "default"}})
    assert problems({"databases": {"migrations": "xapi"}}) == {}


def test_raw_tables_are_not_shared(problems):
    found = problems({"tables": {"trackingLogs": "xapi_events_all"}})
    assert found["tables.trackingLogs"][0].endswith("is also aspects.tables.rawXapi")


def test_values_that_nobody_creates_are_refused(problems):
    found = problems(ralph={"clickhouse": {"user": "mine"}})
    problem, _, fix = found["clients.lrs.user"]
    assert problem == "ralph.clickhouse.user is 'mine', but what is created is 'ch_lrs'"
    assert fix == "remove ralph.clickhouse.user and set aspects.clients.lrs.user to 'mine'"
    assert problems(vector={"enabled": False, "clickhouse": {"user": "mine"}}) == {}


def test_lms_job_needs_a_way_to_the_lms_s_databases(problems):
    alone = {"manage": True, "image": LMS_IMAGE}
    problem, _, fix = problems({"lms": alone})["lms.connections"]
    assert problem == "the Job in the LMS's image reaches no database: nothing is opened for it"
    assert fix == "list the LMS's MySQL, MongoDB and Redis in aspects.lms.connections"
    wired = {**alone, "connections": [{"host": "mysql.example.org", "port": 3306}]}
    assert problems({"lms": wired}) == {}
    assert problems({"lms": alone}, network={"policies": False}) == {}


def test_lms_needs_an_image_to_run(problems):
    assert "lms.manage" in problems({"lms": {"manage": True}})
    assert "eventBus.consumer.enabled" in problems({"eventBus": {"consumer": {"enabled": True}}})


@pytest.mark.parametrize(
    ("image", "right"),
    [
        (LMS_IMAGE, True),
        ("registry:5000/openedx", False),
        ("example/openedx:latest", False),
        ("example/openedx", False),
        ("example/openedx@sha256:" + "0" * 64, True),
    ],
)
def test_lms_image_is_exact(problems, image, right):
    assert ("lms.image" not in problems({"lms": {"image": image}})) == right


def test_consumer_needs_an_lrs(problems):
    overlay = {
        "source": "vector",
        "lms": {"image": LMS_IMAGE},
        "eventBus": {"consumer": {"enabled": True}},
    }
    found = problems(overlay, vector={"enabled": True}, ralph={"enabled": False})
    assert "there is no LRS" in found["eventBus.consumer.enabled"][0]


@pytest.mark.parametrize(
    ("text", "right"),
    [("", True), ("SELECT 1;\n", True), ("SELECT 1;\n-- done", True), ("SELECT 1", False)],
)
def test_extra_sql_is_closed(problems, text, right):
    assert ("extraSql" not in problems({"extraSql": text})) == right


def test_ralph_must_be_able_to_speak_to_an_external_server(problems):
    def found(tls, port, ralph=None):
        clickhouse = {"topology": "external", "external": {"tls": tls, "httpPort": port}}
        return problems(clickhouse=clickhouse, ralph=ralph or {})

    assert found(True, 8443) == found(False, 8123) == {}
    assert "does not speak TLS to port 9443" in found(True, 9443)["source"][0]
    assert "always speaks TLS to port 8443" in found(False, 8443)["source"][0]
    assert "httpPort 443 or 8443" in found(True, 9443)["source"][1]
    assert found(True, 9443, {"clickhouse": {"host": "other.example.org"}}) == {}


def test_language_written_in_two_ways_is_one(problems):
    found = problems({"dashboards": {"locales": ["es_419", "en", "es-419"]}})
    assert found["dashboards.locales[2]"][0] == "es-419 is the same language as es_419"
    assert problems({"dashboards": {"locales": ["es", "es_419", "en"]}}) == {}
