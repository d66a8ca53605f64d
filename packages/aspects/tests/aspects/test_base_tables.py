"""The base tables as LMS, Ralph, Vector and existing sites know them, written down once more."""

import re
import types

import pytest

DUMP = [("dump_id", "UUID"), ("time_last_dumped", "String")]
STATEMENT = [("event_id", "UUID"), ("emission_time", "DateTime64(6)"), ("event", "String")]
TIMESTAMP = ("timestamp", "DateTime DEFAULT now()")


def text(*names):
    return [(name, "String") for name in names]


TABLES = {
    "xapi.xapi_events_all": STATEMENT,
    "openedx.xapi_events_all": STATEMENT,
    "openedx._tracking": [("time", "DateTime"), ("message", "String")],
    "event_sink.course_overviews": [
        *text("org", "course_key", "display_name", "course_start", "course_end"),
        *text("enrollment_start", "enrollment_end"),
        ("self_paced", "Bool"),
        *text("course_data_json", "created", "modified"),
        *DUMP,
    ],
    "event_sink.course_blocks": [
        *text("org", "course_key", "location", "display_name", "xblock_data_json"),
        ("order", "Int32 DEFAULT 0"),
        ("edited_on", "String"),
        *DUMP,
    ],
    "event_sink.course_relationships": [
        *text("course_key", "parent_location", "child_location"),
        ("order", "Int32"),
        *DUMP,
    ],
    "event_sink.course_enrollment": [
        ("id", "Int32"),
        *text("course_key", "created"),
        ("is_active", "Bool"),
        ("mode", "LowCardinality(String)"),
        ("username", "String"),
        ("user_id", "Int32"),
        *DUMP,
    ],
    "event_sink.user_profile": [
        ("id", "Int32"),
        ("user_id", "Int32"),
        ("name", "String"),
        ("username", "String DEFAULT ''"),
        ("email", "String DEFAULT ''"),
        *text("meta", "courseware", "language", "location", "year_of_birth", "gender"),
        *text("level_of_education", "mailing_address", "city", "country", "state", "goals"),
        *text("bio", "profile_image_uploaded_at", "phone_number"),
        *DUMP,
    ],
    "event_sink.external_id": [
        ("external_user_id", "UUID"),
        *text("external_id_type", "username"),
        ("user_id", "Int32"),
        *DUMP,
    ],
    "event_sink.tag": [
        ("id", "Int32"),
        ("taxonomy", "Int32"),
        ("parent", "Int32"),
        *text("value", "external_id", "lineage"),
        *DUMP,
    ],
    "event_sink.taxonomy": [("id", "Int32"), ("name", "String"), *DUMP],
    "event_sink.object_tag": [
        ("id", "Int32"),
        ("object_id", "String"),
        ("taxonomy", "Int32"),
        ("tag", "Int32"),
        *text("_value", "_export_id", "lineage"),
        *DUMP,
    ],
    "event_sink.aspects_data": text("path", "content"),
    "event_sink.load_test_runs": [
        ("run_id", "String"),
        TIMESTAMP,
        *text("event_type", "extra"),
    ],
    "event_sink.load_test_stats": [("run_id", "String"), TIMESTAMP, ("stats", "String")],
}

ENGINES = {
    "xapi.xapi_events_all": "ReplacingMergeTree",
    "openedx.xapi_events_all": "ReplacingMergeTree",
    "event_sink.user_profile": "ReplacingMergeTree",
    "event_sink.external_id": "ReplacingMergeTree",
    "event_sink.tag": "ReplacingMergeTree",
    "event_sink.taxonomy": "ReplacingMergeTree",
    "event_sink.object_tag": "ReplacingMergeTree",
    "event_sink.aspects_data": "ReplacingMergeTree",
}
"""The rest are plain MergeTree."""

ORDER = {
    "xapi.xapi_events_all": "(emission_time, event_id)",
    "openedx.xapi_events_all": "(emission_time, event_id)",
    "openedx._tracking": "time",
    "event_sink.course_overviews": "(org, course_key, modified, time_last_dumped)",
    "event_sink.course_blocks": "(org, course_key, location, edited_on, order)",
    "event_sink.course_enrollment": "(course_key, user_id, time_last_dumped)",
    "event_sink.user_profile": "(id, time_last_dumped)",
    "event_sink.external_id": "(external_user_id, time_last_dumped)",
}

NAMES = {
    "XAPI_DATABASE": "xapi",
    "VECTOR_DATABASE": "openedx",
    "EVENT_SINK_DATABASE": "event_sink",
    "RAW_XAPI_TABLE": "xapi_events_all",
    "TRACKING_LOGS_TABLE": "_tracking",
    "DEAD_LETTERS_TABLE": "_dead_letters",
}

MIGRATIONS = "apps/aspects/migrations"


@pytest.fixture
def revision(load_script, monkeypatch):
    """Load a revision over an Alembic that only notes what is run."""
    for name, value in NAMES.items():
        monkeypatch.setenv(name, value)
    ran = []
    bind = types.SimpleNamespace(exec_driver_sql=ran.append)
    alembic = types.ModuleType("alembic")
    alembic.op = types.SimpleNamespace(get_bind=lambda: bind)
    ddl = load_script(f"{MIGRATIONS}/ddl.py", alembic=alembic)

    def load(name):
        module = load_script(f"{MIGRATIONS}/versions/{name}.py", ddl=ddl)
        module.ran = ran
        return module

    return load


def read_tables(statements):
    found = {}
    for statement in statements:
        head = re.match(r"CREATE TABLE IF NOT EXISTS `(\w+)`\.`(\w+)`", statement)
        if not head:
            continue
        columns = re.findall(r"^  `(\w+)` (.*?),?$", statement, re.MULTILINE)
        engine = re.search(r"ENGINE = (\w+)", statement)[1]
        order = re.search(r"ORDER BY (.*)$", statement, re.MULTILINE)[1]
        found[".".join(head.groups())] = (columns, engine, order)
    return found


def test_base_tables_have_the_columns_and_types_that_writers_count_on(revision):
    found = read_tables(revision("0041_base_tables").statements())
    assert {name: columns for name, (columns, _, _) in found.items()} == TABLES


def test_base_tables_have_the_engines_and_orders_of_existing_sites(revision):
    found = read_tables(revision("0041_base_tables").statements())
    for name, (_, engine, order) in found.items():
        assert engine == ENGINES.get(name, "MergeTree")
        assert order == ORDER.get(name, order)


def test_base_tables_of_events_are_partitioned_by_month(revision):
    statements = revision("0041_base_tables").statements()
    for table in ("`xapi`.`xapi_events_all`", "`openedx`.`xapi_events_all`", "`_tracking`"):
        statement = next(s for s in statements if table in s)
        assert "PARTITION BY toYYYYMM(" in statement


def test_base_tables_are_replicated_on_a_cluster(revision, monkeypatch):
    monkeypatch.setenv("CLICKHOUSE_CLUSTER", "main")
    for statement in revision("0041_base_tables").statements():
        assert "ON CLUSTER 'main'" in statement
        if "ENGINE" in statement:
            assert "ENGINE = Replicated" in statement


def test_functions_exist_under_the_names_that_models_call(revision):
    text = "\n".join(revision("0041_base_tables").statements())
    assert "FUNCTION IF NOT EXISTS get_org_from_course_url AS (course_url) -> nullIf(" in text
    assert r"'course-v1:([a-zA-Z0-9\\w\\-~.:%]*)'" in text
    assert "'ccx-v1:([a-zA-Z0-9]*)'" in text


def test_revisions_form_one_chain_from_the_public_head(revision):
    first, second = revision("0041_base_tables"), revision("0042_raw_tables")
    assert (first.revision, first.down_revision) == ("0041", None)
    assert (second.revision, second.down_revision) == ("0042", "0041")


def test_revisions_may_be_repeated_after_a_kill(revision):
    for name in ("0041_base_tables", "0042_raw_tables"):
        module = revision(name)
        module.upgrade()
        assert module.ran[-len(module.statements()) :] == module.statements()
        assert all("IF NOT EXISTS" in statement for statement in module.statements())


def test_revisions_never_drop_data_on_the_way_down(revision):
    with pytest.raises(NotImplementedError, match="hold the site's data"):
        revision("0041_base_tables").downgrade()
    module = revision("0042_raw_tables")
    module.downgrade()
    assert module.ran[-1].endswith("DROP INDEX IF EXISTS event_id_seen")


def test_dead_letters_take_what_vector_writes(revision):
    statement = revision("0042_raw_tables").statements()[1]
    columns = [name for name, _ in read_tables([statement])["openedx._dead_letters"][0]]
    assert columns == ["id", "time", "logger", "reason", "origin", "message"]
