import json

import pytest

from aspects_gen.aspects.clickhouse_jobs import dbt_env, emit_jobs
from aspects_gen.aspects.lms_job import emit_lms
from aspects_gen.aspects.server import server_env
from aspects_gen.aspects.superset_job import emit_superset_job
from aspects_gen.aspects.trees import PACKAGE

EXTERNAL = {"topology": "external", "external": {"caSecret": {"name": "ca", "key": "root.pem"}}}
LMS = {"image": "docker.io/example/openedx:21.0.1", "manage": True}


def jobs_of(output):
    return {job["name"]: job for job in output["jobs"]}


def container_of(job):
    (container,) = job["pod"]["containers"]
    return container


def env_of(job):
    return {entry["name"]: entry for entry in container_of(job)["env"]}


def test_jobs_run_one_after_another(make_values, tools):
    jobs = jobs_of(emit_jobs(make_values(), tools))
    assert jobs["aspects-access"]["after"] == []
    assert jobs["aspects-migrate"]["after"] == ["job/aspects-access"]
    assert jobs["aspects-dbt"]["after"] == ["job/aspects-migrate"]


def test_jobs_are_bounded_and_bear_the_name_of_their_container(make_values, tools):
    values = make_values({"aspects": {"lms": LMS}})
    outputs = (emit_jobs(values, tools), emit_superset_job(values, tools), emit_lms(values, tools))
    jobs = {name: job for output in outputs for name, job in jobs_of(output).items()}
    assert len(jobs) == 5
    for name, job in jobs.items():
        assert container_of(job)["name"] == name
        assert job["deadline_seconds"] >= 60
        assert job["workload"]["uid"] > 0
        assert job["workload"]["tuning"]["resources"]["limits"]["memory"]


def test_jobs_mount_every_file_they_are_given(make_values, tools):
    values = make_values({"aspects": {"lms": LMS}})
    emitted: set[str] = {"superset-config"}
    mounted = set()
    for output in (
        emit_jobs(values, tools),
        emit_superset_job(values, tools),
        emit_lms(values, tools),
    ):
        emitted |= set(output["files"])
        for job in output["jobs"]:
            volumes = job["pod"]["volumes"]
            mounted |= {v["configMap"]["name"] for v in volumes if "configMap" in v}
            names = {mount["name"] for mount in container_of(job)["volumeMounts"]}
            assert names == {volume["name"] for volume in volumes}
    assert mounted == emitted


def test_access_job_reads_passwords_as_files_and_has_none_in_its_environment(make_values, tools):
    values = make_values({"vector": {"enabled": True}})
    job = jobs_of(emit_jobs(values, tools))["aspects-access"]
    assert all("valueFrom" not in entry for entry in env_of(job).values())
    passwords = next(v for v in job["pod"]["volumes"] if v["name"] == "passwords")
    paths = [source["secret"]["items"][0]["path"] for source in passwords["projected"]["sources"]]
    assert sorted(paths) == [
        "admin",
        "backup",
        "dbt",
        "lrs",
        "migrations",
        "reporting",
        "sinks",
        "vector",
    ]


@pytest.mark.parametrize(
    ("name", "user", "secret"),
    [
        ("aspects-migrate", "ch_migrations", "clickhouse-migrations"),
        ("aspects-dbt", "ch_dbt", "clickhouse-dbt"),
    ],
)
def test_job_signs_in_as_its_own_user(make_values, tools, name, user, secret):
    env = env_of(jobs_of(emit_jobs(make_values(), tools))[name])
    assert env["CLICKHOUSE_USER"]["value"] == user
    refs = [e["valueFrom"]["secretKeyRef"]["name"] for e in env.values() if "valueFrom" in e]
    assert refs == [secret]


def test_jobs_change_the_schema_on_the_one_server_meant_for_it(make_values, tools):
    for job in emit_jobs(make_values(), tools)["jobs"]:
        assert env_of(job)["CLICKHOUSE_HOST"]["value"] == "clickhouse-0"
    job = jobs_of(emit_superset_job(make_values(), tools))["aspects-assets"]
    assert env_of(job)["CLICKHOUSE_HOST"]["value"] == "clickhouse"


@pytest.mark.parametrize(
    ("clickhouse", "cluster"),
    [
        ({}, ""),
        ({"topology": "replicated", "cluster": "main"}, "main"),
        ({"topology": "external", "external": {"cluster": "theirs"}}, "theirs"),
    ],
)
def test_jobs_know_the_cluster(make_values, tools, clickhouse, cluster):
    values = make_values({"clickhouse": clickhouse})
    output = emit_jobs(values, tools)
    assert env_of(output["jobs"][0])["CLICKHOUSE_CLUSTER"]["value"] == cluster
    assert dbt_env(values)["CLICKHOUSE_CLUSTER_NAME"] == cluster
    sql = output["files"]["aspects-access"]["01-databases.sql"]
    assert ("ON CLUSTER" in sql) == bool(cluster)


def test_jobs_trust_the_authority_of_an_external_server(make_values, tools):
    values = make_values({"clickhouse": EXTERNAL})
    for job in emit_jobs(values, tools)["jobs"]:
        env = env_of(job)
        assert env["CLICKHOUSE_CA"]["value"] == "/etc/clickhouse-ca/ca.crt"
        assert env["SSL_CERT_FILE"]["value"] == "/etc/clickhouse-ca/ca.crt"
        (volume,) = [v for v in job["pod"]["volumes"] if v["name"] == "clickhouse-ca"]
        items = [{"key": "root.pem", "path": "ca.crt"}]
        assert volume["secret"] == {"secretName": "ca", "items": items}
    plain = {**EXTERNAL, "external": {**EXTERNAL["external"], "tls": False}}
    job = emit_jobs(make_values({"clickhouse": plain}), tools)["jobs"][0]
    assert "CLICKHOUSE_CA" not in env_of(job)


def test_jobs_without_a_server_are_a_defect(make_values, without):
    with pytest.raises(LookupError, match="nothing offers clickhouse/http"):
        server_env(make_values(), without("clickhouse/http"), "clickhouse/http")


def test_access_files_may_use_an_object_store_only_when_backups_do(make_values, tools):
    roles = emit_jobs(make_values(), tools)["files"]["aspects-access"]["03-roles.sql"]
    assert "S3 ON" not in roles
    values = make_values({"clickhouse": {"backup": {"kind": "s3"}}})
    assert "S3 ON *.*" in emit_jobs(values, tools)["files"]["aspects-access"]["03-roles.sql"]


def test_dbt_environment_follows_the_values(make_values):
    overlay = {
        "source": "vector",
        "retentionMonths": 36,
        "caches": {"piiSeconds": 900},
        "refresh": {"videoMinutes": 30},
    }
    env = dbt_env(make_values({"aspects": overlay}))
    assert env["ASPECTS_XAPI_DATABASE"] == "openedx"
    assert env["ASPECTS_DATA_TTL_EXPRESSION"] == "toDateTime(emission_time) + INTERVAL 36 MONTH"
    assert env["ASPECTS_PII_CACHE_LIFETIME"] == "900"
    assert env["ASPECTS_VIDEO_WATCH_INTERVALS_REFRESH"] == "EVERY 30 MINUTE"


def test_dbt_project_reads_only_variables_that_the_job_sets(make_values, tools):
    import re

    output = emit_jobs(make_values(), tools)
    job = jobs_of(output)["aspects-dbt"]
    text = "".join(output["files"]["aspects-dbt"].values())
    assert set(re.findall(r"env_var\('(\w+)'", text)) <= set(env_of(job))


def test_import_job_needs_superset_and_the_models(make_values, tools):
    job = jobs_of(emit_superset_job(make_values(), tools))["aspects-assets"]
    assert set(job["after"]) == {"job/aspects-dbt", "deployment/superset"}
    assert emit_superset_job(make_values({"superset": {"enabled": False}}), tools) == {}


@pytest.mark.parametrize("administrator", ["", "root"])
def test_import_job_reads_supersets_database_by_an_account_of_its_own(
    make_values, tools, administrator
):
    database = {"reader": {"enabled": True}, "adminUser": administrator}
    output = emit_superset_job(make_values({"superset": {"database": database}}), tools)
    (job,) = output["jobs"]
    # on a server whose administrator we do not know, the account is there already
    assert ("job/superset-reader" in job["after"]) is bool(administrator)
    env = env_of(job)
    assert env["READER_USER"]["value"] == "superset_reader"
    assert env["READER_PASSWORD"]["valueFrom"]["secretKeyRef"]["name"] == "superset-reader"
    settings = json.loads(output["files"]["aspects-import"]["import.json"])
    assert settings["connections"] == ["clickhouse", "metadata"]
    (plain,) = emit_superset_job(make_values(), tools)["jobs"]
    assert "READER_USER" not in env_of(plain)


def test_import_job_has_the_secrets_that_supersets_settings_read(make_values, tools):
    more = {"email": {"enabled": True, "user": "u"}, "sentry": {"enabled": True}}
    plain = env_of(jobs_of(emit_superset_job(make_values(), tools))["aspects-assets"])
    full = env_of(
        jobs_of(emit_superset_job(make_values({"superset": more}), tools))["aspects-assets"]
    )
    secrets = {
        name for name in plain if name.startswith("SUPERSET_") and "valueFrom" in plain[name]
    }
    assert secrets == {
        "SUPERSET_SECRET_KEY",
        "SUPERSET_GUEST_TOKEN_KEY",
        "SUPERSET_DATABASE_PASSWORD",
        "SUPERSET_REDIS_PASSWORD",
        "SUPERSET_OAUTH_CLIENT_SECRET",
    }
    assert set(full) - set(plain) == {"SUPERSET_SMTP_PASSWORD", "SUPERSET_SENTRY_DSN"}
    local = make_values({"superset": {"sso": {"enabled": False}}})
    job = jobs_of(emit_superset_job(local, tools))["aspects-assets"]
    assert "SUPERSET_OAUTH_CLIENT_SECRET" not in env_of(job)


def test_import_job_takes_assets_from_the_image_when_asked(make_values, tools):
    values = make_values({"aspects": {"dashboards": {"delivery": "image"}}})
    output = emit_superset_job(values, tools)
    assert set(output["files"]) == {"aspects-import"}
    assert env_of(output["jobs"][0])["ASSETS"]["value"] == "/app/openedx-assets"
    assert env_of(output["jobs"][0])["TEXTS"]["value"] == "/app/openedx-locale"
    assert {v["name"] for v in output["jobs"][0]["pod"]["volumes"]} >= {"aspects-import"}
    recipe = (PACKAGE / "build/aspects-superset/Dockerfile").read_text("utf-8")
    assert "COPY --chown=0:0 apps/superset/locale /app/openedx-locale\n" in recipe


def test_import_job_gets_the_catalogues_of_its_languages_as_they_are(make_values, tools):
    def emitted(*locales):
        values = make_values({"aspects": {"dashboards": {"locales": [*locales]}}})
        output = emit_superset_job(values, tools)
        (job,) = output["jobs"]
        mounts = job["pod"]["containers"][0]["volumeMounts"]
        return (
            output["files"].get("aspects-locale"),
            {m["name"]: m["mountPath"] for m in mounts}.get("aspects-locale"),
            json.loads(output["files"]["aspects-import"]["import.json"]),
        )

    path = "es_419/LC_MESSAGES/aspects.po"
    committed = (PACKAGE / "apps/superset/locale" / path).read_text("utf-8")
    files, place, settings = emitted("en", "es-419")
    assert (files, place) == ({path: committed}, "/app/locale")
    assert (settings["locales"], settings["speaks"]) == (["en", "es-419"], {})
    assert emitted("en")[:2] == (None, None)
    files, _, settings = emitted("es")
    assert [*files] == [path]
    assert (settings["locales"], settings["speaks"]) == (["es", "en"], {"en": "es"})


def test_lms_job_exists_only_with_an_image_and_leave(make_values, tools):
    assert emit_lms(make_values(), tools) == {}
    only_image = emit_lms(make_values({"aspects": {"lms": {**LMS, "manage": False}}}), tools)
    assert only_image["jobs"] == []
    assert only_image["files"] == {}
    wired = emit_lms(make_values({"aspects": {"lms": LMS}}), tools)
    assert [job["name"] for job in wired["jobs"]] == ["aspects-lms"]
    assert set(wired["files"]["aspects-lms"]) == {
        "aspects_init.py",
        "aspects_sender.py",
        "aspects_settings.py",
        "init.sh",
        "rows.json",
    }


def test_lms_job_runs_as_the_lms_does(make_values, tools):
    lms = {
        **LMS,
        "env": {"CONFIG_ROOT": "/etc/lms"},
        "secretEnv": {"REDIS_PASSWORD": {"name": "lms-redis", "key": "password"}},
        "files": {"my_settings.py": "from lms.envs.production import *\n"},
        "secretFiles": [{"name": "lms-config", "keys": ["lms.yml"], "path": "/etc/lms"}],
        "connections": [{"host": "mysql.example.org", "port": 3306}],
    }
    output = emit_lms(make_values({"aspects": {"lms": lms}}), tools)
    job = output["jobs"][0]
    env = env_of(job)
    assert container_of(job)["image"] == LMS["image"]
    assert env["CONFIG_ROOT"]["value"] == "/etc/lms"
    assert env["DJANGO_SETTINGS_MODULE"]["value"] == "lms.envs.production"
    assert env["REDIS_PASSWORD"]["valueFrom"]["secretKeyRef"]["name"] == "lms-redis"
    assert "/aspects-files" in env["PYTHONPATH"]["value"]
    assert output["files"]["aspects-lms-files"] == lms["files"]
    mounts = {mount["name"]: mount["mountPath"] for mount in container_of(job)["volumeMounts"]}
    assert mounts["aspects-lms-files"] == "/aspects-files"
    assert mounts["lms-config"] == "/etc/lms"
    assert {(s["name"], key) for s in output["secrets"] for key in s["keys"]} == {
        ("lms-redis", "password"),
        ("lms-config", "lms.yml"),
    }
    (need,) = output["needs"]
    assert (need["client"], need["external"], need["port"]) == (
        "job/aspects-lms",
        "mysql.example.org",
        3306,
    )


def test_consumer_takes_events_off_the_bus(make_values, tools):
    bus = {"topic": "events", "consumer": {"enabled": True, "pods": {"replicas": 3}}}
    values = make_values({"aspects": {"lms": {**LMS, "manage": False}, "eventBus": bus}})
    output = emit_lms(values, tools)
    (consumer,) = output["objects"]
    container = consumer["spec"]["template"]["spec"]["containers"][0]
    assert container["args"][:4] == ["-t", "events", "-g", "event_routing_backends"]
    assert json.loads(container["args"][5].replace("$(POD_NAME)", "x")) == {"consumer_name": "x"}
    workload = output["workloads"]["deployment/aspects-consumer"]
    assert (workload["tuning"]["replicas"], workload["stateless"]) == (3, True)
    assert [need["endpoint"] for need in output["needs"]] == ["ralph/http"]


def test_consumer_opens_no_connection_to_an_lrs_that_is_elsewhere(make_values, tools):
    overlay = {
        "lms": {**LMS, "manage": False},
        "lrs": {"url": "https://lrs.example.org/xAPI/"},
        "eventBus": {"consumer": {"enabled": True}},
    }
    assert emit_lms(make_values({"aspects": overlay}), tools)["needs"] == []


def test_import_job_runs_with_what_superset_itself_runs_with(make_values, tools):
    credentials = pytest.importorskip("aspects_superset.credentials")
    settings = pytest.importorskip("aspects_superset.settings")
    values = make_values({"superset": {"email": {"enabled": True, "user": "u"}}})
    job = jobs_of(emit_superset_job(values, tools))["aspects-assets"]
    wanted = credentials.settings_environment(values["superset"], tools)
    env = env_of(job)
    assert [env.get(entry["name"]) for entry in wanted] == wanted
    mounts = {m["name"]: m["mountPath"] for m in container_of(job)["volumeMounts"]}
    assert mounts[settings.CONFIG_MAP] == settings.MOUNT


def test_import_registers_the_authority_where_supersets_processes_have_it(make_values, tools):
    values = make_values({"clickhouse": EXTERNAL})
    (job,) = emit_superset_job(values, tools)["jobs"]
    env = env_of(job)
    assert env["CLICKHOUSE_CA"]["value"] == "/etc/superset-ca/ca.crt"
    # Superset speaks to more servers than ClickHouse
    assert "SSL_CERT_FILE" not in env
    mounts = job["pod"]["containers"][0]["volumeMounts"]
    mount = {"name": "clickhouse-ca", "mountPath": "/etc/superset-ca", "readOnly": True}
    assert mount in mounts
