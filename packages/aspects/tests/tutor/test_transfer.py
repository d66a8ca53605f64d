import pytest

SAMPLES = ["two", "six-vector", "cluster", "cloud", "kafka", "oars", "servers", "wrong"]


def notes(transfer):
    return " ".join(note.text for note in transfer.plan.outcomes.notes)


def lost(transfer):
    return {item.variable: item.why for item in transfer.plan.outcomes.lost}


def dropped(transfer):
    return {item.variable: item.why for item in transfer.plan.outcomes.dropped}


def secrets(transfer):
    return {item.variable: item.secret for item in transfer.plan.outcomes.carried}


@pytest.mark.parametrize("profile", ["starter", "production"])
@pytest.mark.parametrize("sample", SAMPLES)
def test_sample_becomes_values_that_the_generator_takes(transfer, sample, profile):
    found = transfer(sample, profile=profile, storage_class="fast")
    assert found.left == ()
    assert "made-up" not in found.text


def test_production_without_a_storage_class_is_left_to_the_operator(transfer):
    found = transfer("two", profile="production")
    assert [finding.path for finding in found.left] == ["clickhouse.storage.storageClass"]
    assert lost(found) == {}


def test_site_of_the_two_line_keeps_everything(values):
    found = values("two")
    assert found["site"] == {
        "platformName": 'Learning: for "everyone" # here',
        "lmsHost": "learn.example.org",
        "contactEmail": "ops@example.org",
        "language": "es-419",
    }
    assert found["kubernetes"] == {"namespace": "learning", "manageNamespace": False}
    assert found["network"] == {"lms": {"namespace": "learning"}}
    assert found["clickhouse"] == {"storage": {"size": "200Gi"}, "admin": {"user": "ch_boss"}}
    assert found["ralph"] == {"publicHost": "lrs.example.org"}
    assert "vector" not in found
    aspects = found["aspects"]
    assert aspects["retentionMonths"] == 36
    assert aspects["pii"] == "on"
    assert aspects["dashboards"] == {"locales": ["en", "es_419"]}
    assert aspects["lms"] == {
        "batching": {"size": 500},
        "sinks": ["course_overviews", "course_enrollment"],
    }
    assert found["superset"]["database"] == {
        "engine": "mysql",
        "host": "db.example.org",
        "name": "superset_live",
        "user": "superset_live",
    }
    assert found["superset"]["host"] == "insights.example.org"
    assert found["superset"]["sso"] == {"clientId": "Pz4mXw90KsLd"}
    assert found["superset"]["admin"]["username"] == "Wb3kPq81LmZt"


def test_site_of_the_two_line_lists_its_secrets_by_name(transfer):
    assert secrets(transfer("two")) == {
        "ASPECTS_CLICKHOUSE_CMS_PASSWORD": "clickhouse-sinks/password",
        "ASPECTS_CLICKHOUSE_LRS_PASSWORD": "clickhouse-lrs/password",
        "ASPECTS_CLICKHOUSE_REPORT_PASSWORD": "clickhouse-reporting/password",
        "CLICKHOUSE_ADMIN_PASSWORD": "clickhouse-admin/password",
        "RALPH_ADMIN_PASSWORD": "ralph-admin/password",
        "RALPH_LMS_PASSWORD": "ralph-lms/password",
        "SUPERSET_ADMIN_PASSWORD": "superset-admin/password",
        "SUPERSET_DB_PASSWORD": "superset-database/password",
        "SUPERSET_LMS_PASSWORD": "superset-lms/password",
        "SUPERSET_OAUTH2_CLIENT_SECRET": "superset-oauth/client-secret",
        "SUPERSET_SECRET_KEY": "superset-keys/secret-key",
    }


def test_site_of_the_two_line_says_what_changes(transfer):
    found = transfer("two")
    assert lost(found) == {}
    said = notes(found)
    assert "SUPERSET_SECRET_KEY is shorter than 24 characters" in said
    assert "Superset sent mail through Tutor's relay" in said
    assert "aspects.lms.release" in said
    assert (
        "xapi_course_id here too" in dropped(found)["SUPERSET_ROW_LEVEL_SECURITY_XAPI_GROUP_KEY"]
    )
    assert found.others == ("ID", "JWT_RSA_PRIVATE_KEY", "OPENEDX_SECRET_KEY", "PLUGINS")


@pytest.mark.parametrize("sample", SAMPLES)
def test_every_setting_is_accounted_for(transfer, sample, data):
    found = transfer(sample)
    plan = found.plan
    told = {name.partition(" ")[0] for name in plan.origins.values()} | set(plan.same)
    told |= set(lost(found)) | set(dropped(found)) | set(secrets(found)) | set(found.others)
    lines = (data / f"{sample}.yml").read_text().splitlines()
    names = {line.partition(":")[0] for line in lines if line[:1].isalpha()}
    assert names - told == set()


def test_new_release_with_nothing_set_runs_vector_alone(values):
    found = values("LMS_HOST: learn.example.org\n", aspects_version="6.1")
    assert found["ralph"] == {"enabled": False}
    assert found["vector"] == {"enabled": True}
    assert found["aspects"] == {"source": "vector", "lms": {"batching": {"enabled": False}}}


def test_old_release_with_nothing_set_runs_ralph_alone(values):
    found = values("LMS_HOST: learn.example.org\n", aspects_version="3.0")
    assert not {"ralph", "vector", "aspects"} & set(found)


def test_unset_settings_count_with_tutors_defaults(values):
    found = values("LMS_HOST: learn.example.org\n", aspects_version="3.0")
    assert found["site"]["https"] is False
    assert found["site"]["platformName"] == "My Open edX"
    assert found["kubernetes"]["namespace"] == "openedx"
    assert found["superset"]["database"] == {"engine": "mysql", "host": "mysql.openedx.svc"}


def test_mysql_of_tutor_is_named_for_every_namespace(transfer):
    found = transfer("LMS_HOST: a.org\nK8S_NAMESPACE: learning\n")
    assert "reached as mysql.learning.svc from every namespace" in notes(found)


def test_release_that_nothing_tells_is_assumed_aloud(transfer):
    line = transfer("LMS_HOST: learn.example.org\n").line
    assert not line.sure
    assert line.title == "6.1 or newer"


def test_vector_with_archive_keeps_its_settings(values):
    found = values("six-vector")
    assert found["vector"]["archive"] == {
        "enabled": True,
        "bucket": "learning-events",
        "region": "eu-central-1",
        "maxEvents": 5000,
        "timeoutSeconds": 300,
    }
    assert found["vector"]["port"] == 6100
    assert found["vector"]["aggregator"] == {"replicas": 2}
    assert found["vector"]["store"] == {"trackingLogs": True}
    assert found["aspects"]["refresh"] == {
        "courseStructureMinutes": 60,
        "videoMinutes": 15,
        "randomizeSeconds": 300,
    }
    assert found["superset"]["host"] == "learn.example.org.insights.example.org"


def test_archive_without_keys_uses_what_the_platform_gives(values):
    text = "LMS_HOST: a.org\nASPECTS_XAPI_S3_BUCKET: events\nASPECTS_XAPI_S3_ACCESS_KEY: ''\n"
    assert values(text)["vector"]["archive"] == {
        "enabled": True,
        "bucket": "events",
        "credentials": "ambient",
    }


def test_cluster_is_external_with_its_node_for_schema_changes(values):
    assert values("cluster")["clickhouse"] == {
        "topology": "external",
        "external": {
            "host": "ch.data.example.org",
            "httpPort": 18123,
            "nativePort": 9000,
            "tls": False,
            "cluster": "events",
            "ddlHost": "ch-0.data.example.org",
        },
    }


def test_managed_clickhouse_is_external_by_tls(values):
    assert values("cloud")["clickhouse"] == {
        "topology": "external",
        "admin": {"user": "default"},
        "external": {"host": "abc.eu-central-1.aws.clickhouse.cloud"},
    }


def test_clickhouse_host_alone_means_external(values):
    text = "LMS_HOST: a.org\nCLICKHOUSE_HOST: ch.example.org\n"
    found = values(text)["clickhouse"]
    assert found["topology"] == "external"
    assert found["external"]["host"] == "ch.example.org"


def test_cluster_without_a_host_is_lost(transfer):
    text = "LMS_HOST: a.org\nCLICKHOUSE_CLUSTER_NAME: events\n"
    assert "no host" in lost(transfer(text))["CLICKHOUSE_CLUSTER_NAME"]


def test_event_bus_keeps_its_consumers(transfer, values):
    assert values("kafka")["aspects"] == {
        "lms": {"image": "registry.example.org/openedx:19.0.4-live"},
        "eventBus": {"producer": True, "consumer": {"enabled": True, "pods": {"replicas": 3}}},
    }
    found = transfer("kafka")
    assert "event bus" in dropped(found)["EVENT_BUS_KAFKA_API_KEY"]
    assert "Kafka" in notes(found)


def test_consumer_without_an_image_is_lost_with_a_remedy(transfer):
    text = "LMS_HOST: a.org\nASPECTS_VERSION: '3.0'\nASPECTS_ENABLE_EVENT_BUS_CONSUMER: true\n"
    found = transfer(text)
    assert "image" in lost(found)["ASPECTS_ENABLE_EVENT_BUS_CONSUMER"]
    assert found.left == ()


def test_former_names_are_read_and_gone_ones_said(transfer, values):
    assert values("oars")["aspects"]["databases"] == {"xapi": "statements", "eventSink": "sink"}
    found = transfer("oars")
    assert found.line.title == "older than 6.1"
    assert set(lost(found)) == {"EXTRA_DBT_PACKAGES", "OARS_XAPI_TRANSFORMED_TABLE"}
    assert "profile of dbt" in dropped(found)["DBT_PROFILE_THREADS"]
    assert set(found.plan.origins.values()) >= {"OARS_XAPI_DATABASE"}


def test_own_servers_of_superset_are_kept(values):
    found = values("servers")["superset"]
    assert found["database"] == {"host": "pg.example.org", "port": 5433}
    assert found["redis"] == {
        "host": "redis.example.org",
        "port": 6380,
        "databases": {"celery": 3, "results": 4, "cache": 5},
    }
    assert found["email"] == {
        "enabled": True,
        "host": "mail.example.org",
        "port": 465,
        "starttls": False,
        "ssl": True,
        "user": "aspects",
    }


def test_other_dialect_is_lost_and_a_new_database_is_made(transfer, values):
    text = "LMS_HOST: a.org\nSUPERSET_DB_DIALECT: mssql\nSUPERSET_DB_HOST: db.example.org\n"
    assert {"SUPERSET_DB_DIALECT", "SUPERSET_DB_HOST"} <= set(lost(transfer(text)))
    assert "superset" not in values(text)


def test_wrong_kinds_are_lost_one_by_one(transfer):
    found = transfer("wrong")
    assert set(lost(found)) >= {
        "ASPECTS_DATA_TTL_EXPRESSION",
        "ASPECTS_ENABLE_PII",
        "CLICKHOUSE_K8S_VOLUME_SIZE",
        "EVENT_ROUTING_BACKEND_BATCH_SIZE",
        "K8S_NAMESPACE",
        "LMS_HOST",
        "SUPERSET_PORT",
    }
    assert "example address" in notes(found)


@pytest.mark.parametrize(
    ("text", "key", "value"),
    [
        ("RALPH_HOST: lrs.a.org\n", "ralph", None),
        (
            "RALPH_HOST: lrs.a.org\nRALPH_ENABLE_PUBLIC_URL: 'yes'\n",
            "ralph",
            {"publicHost": "lrs.a.org"},
        ),
        ("RALPH_ENABLE_PUBLIC_URL: true\n", "ralph", None),
        ("RUN_SUPERSET: false\n", "superset", False),
    ],
)
def test_switches_decide_what_counts(values, text, key, value):
    found = values(f"LMS_HOST: a.org\nASPECTS_VERSION: '3.0'\n{text}").get(key)
    assert (found["enabled"] if value is False else found) == value


def test_ralph_elsewhere_is_the_lrs(values):
    text = "LMS_HOST: a.org\nASPECTS_VERSION: '3.0'\nRUN_RALPH: false\nRALPH_HOST: lrs.b.org\nRALPH_RUN_HTTPS: 1\n"
    found = values(text)
    assert found["ralph"] == {"enabled": False}
    assert found["aspects"]["lrs"] == {"url": "https://lrs.b.org/xAPI/"}


@pytest.mark.parametrize(
    ("text", "databases"),
    [
        ("ASPECTS_XAPI_DATABASE: statements\n", {"xapi": "statements"}),
        (
            "RALPH_DATABASE: statements\nASPECTS_XAPI_DATABASE: statements\n",
            {"xapi": "statements"},
        ),
        ("ASPECTS_VECTOR_DATABASE: logs\n", {"vector": "logs"}),
        ("ASPECTS_ALEMBIC_MIGRATIONS_DATABASE: admin\n", {"migrations": "admin"}),
        ("ASPECTS_ALEMBIC_MIGRATIONS_DATABASE: xapi\n", None),
        ("DBT_PROFILE_TARGET_DATABASE: reports\n", {"reporting": "reports"}),
    ],
)
def test_databases_keep_their_names(values, text, databases):
    found = values(f"LMS_HOST: a.org\nASPECTS_VERSION: '3.0'\n{text}").get("aspects", {})
    assert found.get("databases") == databases


def test_database_of_vector_chose_the_pipeline_in_old_releases(transfer, values):
    text = "LMS_HOST: a.org\nASPECTS_VERSION: '3.0'\nASPECTS_XAPI_DATABASE: openedx\nRUN_VECTOR: true\n"
    assert values(text)["aspects"] == {"source": "vector"}
    said = notes(transfer(text))
    assert "alembic_version may be in openedx" in said
    assert "Ralph wrote" in said


@pytest.mark.parametrize(
    ("text", "table", "lost_one"),
    [
        ("ASPECTS_RAW_XAPI_TABLE: raw\n", "raw", None),
        ("ASPECTS_RAW_XAPI_TABLE: raw\nASPECTS_VECTOR_RAW_XAPI_TABLE: raw\n", "raw", None),
        (
            "ASPECTS_RAW_XAPI_TABLE: raw\nASPECTS_VECTOR_RAW_XAPI_TABLE: logs\n",
            "raw",
            "ASPECTS_VECTOR_RAW_XAPI_TABLE",
        ),
        (
            "ASPECTS_RAW_XAPI_TABLE: raw\nASPECTS_VECTOR_RAW_XAPI_TABLE: logs\n"
            "ASPECTS_XAPI_SOURCE: vector\nRUN_VECTOR: true\n",
            "logs",
            "ASPECTS_RAW_XAPI_TABLE",
        ),
    ],
)
def test_raw_table_has_one_name(transfer, values, text, table, lost_one):
    text = f"LMS_HOST: a.org\nASPECTS_VERSION: '3.0'\n{text}"
    assert values(text)["aspects"]["tables"] == {"rawXapi": table}
    assert (lost_one is None) == (not lost(transfer(text)))
    assert lost_one is None or lost_one in lost(transfer(text))


def test_group_key_of_another_kind_is_lost(transfer):
    text = "LMS_HOST: a.org\nSUPERSET_ROW_LEVEL_SECURITY_XAPI_GROUP_KEY: own\n"
    assert "xapi_course_id" in lost(transfer(text))["SUPERSET_ROW_LEVEL_SECURITY_XAPI_GROUP_KEY"]


def test_random_delays_become_the_longer_one(values):
    text = (
        "LMS_HOST: a.org\nASPECTS_COURSE_STRUCTURE_REFRESH_RANDOMIZE: 30 SECOND\n"
        "ASPECTS_VIDEO_WATCH_INTERVALS_REFRESH_RANDOMIZE: 3 MINUTE\n"
    )
    assert values(text)["aspects"]["refresh"] == {"randomizeSeconds": 180}


def test_image_of_ones_own_is_kept_with_a_warning(transfer, values):
    text = "LMS_HOST: a.org\nDOCKER_IMAGE_CLICKHOUSE: registry.example.org/ch:25.8.9\n"
    override = {"repository": "registry.example.org/ch", "tag": "25.8.9"}
    assert values(text)["images"]["overrides"] == {"clickhouse": override}
    assert "DOCKER_IMAGE_CLICKHOUSE names an image of your own" in notes(transfer(text))


@pytest.mark.parametrize(
    ("text", "variable", "why"),
    [
        ("SUPERSET_HOST: a.org\n", "SUPERSET_HOST", "share a host name"),
        ("ASPECTS_CLICKHOUSE_CMS_USER: ch_admin\n", "ASPECTS_CLICKHOUSE_CMS_USER", "also that of"),
        ("CLICKHOUSE_ADMIN_USER: ch_dbt\n", "CLICKHOUSE_ADMIN_USER", "also that of"),
        (
            "RALPH_EXTRA_SETTINGS: {RALPH_RUNSERVER_PORT: 1, RALPH_LOCALE: x}\n",
            "RALPH_EXTRA_SETTINGS",
            "already decides",
        ),
        (
            "ASPECTS_VECTOR_AGGREGATOR_BUFFER_MAX_SIZE: '9000000000'\nRUN_VECTOR: true\n",
            "ASPECTS_VECTOR_AGGREGATOR_BUFFER_MAX_SIZE",
            "cannot hold",
        ),
        ("SUPERSET_LMS_USERNAME: Admin\n", "SUPERSET_LMS_USERNAME", "the same"),
        (
            "ASPECTS_EVENT_SINK_DATABASE: xapi\n",
            "ASPECTS_EVENT_SINK_DATABASE",
            "also aspects.databases",
        ),
    ],
)
def test_what_the_generator_would_refuse_is_lost(transfer, text, variable, why):
    found = transfer(f"LMS_HOST: a.org\nASPECTS_VERSION: '3.0'\n{text}")
    assert found.left == ()
    assert why in lost(found)[variable]


def test_one_refused_part_leaves_the_rest(values):
    text = "LMS_HOST: a.org\nRALPH_EXTRA_SETTINGS: {RALPH_RUNSERVER_PORT: 1, RALPH_LOCALE: x}\n"
    found = values(text, aspects_version="3.0")
    assert found["ralph"]["extraSettings"] == {"RALPH_LOCALE": "x"}


def test_value_that_holds_a_secret_is_left_out(transfer):
    text = (
        "LMS_HOST: a.org\nRALPH_LMS_PASSWORD: made-up-value-123456\n"
        "PLATFORM_NAME: we use made-up-value-123456\nSUPERSET_OWNERS: [made-up-value-123456]\n"
    )
    found = transfer(text)
    assert {"PLATFORM_NAME", "SUPERSET_OWNERS"} <= set(lost(found))
    assert "made-up" not in found.text + repr(found.plan.outcomes.lost)


def test_reference_to_a_secret_is_not_followed(transfer):
    text = (
        "LMS_HOST: a.org\nMY_PASSWORD: made-up-value-123456\nPLATFORM_NAME: '{{ MY_PASSWORD }}'\n"
    )
    found = transfer(text)
    assert "secret" in lost(found)["PLATFORM_NAME"]
    assert "made-up" not in found.text


def test_empty_retention_is_a_stated_limit(transfer, values):
    text = "LMS_HOST: a.org\nASPECTS_DATA_TTL_EXPRESSION: ''\n"
    assert values(text)["aspects"]["retentionMonths"] == 120
    assert "for ever" in notes(transfer(text))


def test_transfer_is_the_same_twice(transfer):
    assert transfer("two").text == transfer("two").text
