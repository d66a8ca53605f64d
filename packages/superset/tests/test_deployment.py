"""What is deployed: workloads, probes, Jobs, edges, Secrets."""

from __future__ import annotations

import json
import subprocess

import pytest

import aspects_superset

EXTERNAL = {
    "database": {"host": "db.example.org", "engine": "mysql"},
    "redis": {"host": "cache.example.org", "port": 6380},
}
EVERYTHING = {
    "email": {"enabled": True, "host": "smtp.example.org", "user": "mailer"},
    "sentry": {"enabled": True, "host": "sentry.example.org"},
}


def ids(output):
    return {f"{o['kind'].lower()}/{o['metadata']['name']}" for o in output["objects"]}


def test_default_runs_web_worker_beat_and_two_small_servers(emitted):
    assert ids(emitted()) == {
        "deployment/superset",
        "service/superset",
        "deployment/superset-worker",
        "deployment/superset-beat",
        "statefulset/superset-database",
        "service/superset-database",
        "statefulset/superset-redis",
        "service/superset-redis",
    }


def test_servers_of_ones_own_leave_no_server_here(emitted, values):
    output = emitted(EXTERNAL)
    assert not [i for i in ids(output) if i.startswith("statefulset/")]
    assert [job["name"] for job in output["jobs"]] == ["superset-metadata"]
    assert "superset-redis-config" not in output["files"]
    offered = aspects_superset.offers(values(EXTERNAL), {})
    assert [endpoint["name"] for endpoint in offered] == ["http"]


def test_every_workload_is_known_to_composition(emitted):
    output = emitted()
    running = {i for i in ids(output) if not i.startswith("service/")}
    assert running == set(output["workloads"])
    assert all(workload["uid"] > 0 for workload in output["workloads"].values())


def test_main_container_bears_the_name_of_its_workload(emitted, container_of):
    output = emitted()
    for wanted in [*output["workloads"], *(f"job/{job['name']}" for job in output["jobs"])]:
        assert container_of(output, wanted)["name"] == wanted.partition("/")[2]


def test_web_is_ready_only_when_a_page_works(emitted, container_of):
    container = container_of(emitted(), "deployment/superset")
    assert container["readinessProbe"]["httpGet"]["path"] == "/login/"
    assert container["livenessProbe"]["httpGet"]["path"] == "/health"
    assert container["ports"] == [{"name": "http", "containerPort": 8088}]


def test_web_command_follows_values(emitted, container_of):
    changes = {"port": 9000, "gunicorn": {"workers": 3, "threads": 4, "maxRequests": 0}}
    command = container_of(emitted(changes), "deployment/superset")["command"]
    assert {"--bind=0.0.0.0:9000", "--workers=3", "--threads=4", "--max-requests=0"} <= set(
        command
    )


def test_beat_runs_once_and_is_never_doubled_by_a_rollout(emitted):
    output = emitted(profile="production")
    beat = next(o for o in output["objects"] if o["metadata"]["name"] == "superset-beat")
    assert beat["spec"]["strategy"] == {"type": "Recreate"}
    assert beat["spec"]["replicas"] == 1
    assert not output["workloads"]["deployment/superset-beat"].get("stateless")
    assert output["workloads"]["deployment/superset-beat"]["tuning"]["replicas"] == 1


def test_worker_command_takes_extra_arguments(emitted, container_of):
    changes = {"celeryWorkerArgs": ["--max-tasks-per-child=9"], "workerConcurrency": 5}
    command = container_of(emitted(changes), "deployment/superset-worker")["command"]
    assert command[-1] == "--max-tasks-per-child=9"
    assert "--concurrency=5" in command


@pytest.mark.parametrize("name", ["superset-worker", "superset-beat"])
def test_celery_probe_passes_only_on_a_fresh_heartbeat(emitted, container_of, tmp_path, name):
    container = container_of(emitted(), f"deployment/{name}")
    path = next(v["value"] for v in container["env"] if v["name"] == "HEARTBEAT_FILE")
    beat = tmp_path / "heartbeat"
    shell, flag, script = container["livenessProbe"]["exec"]["command"]
    command = [shell, flag, script.replace(path, str(beat))]
    assert subprocess.run(command, capture_output=True, check=False).returncode != 0
    beat.touch()
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0


def test_autoscaling_is_offered_for_what_holds_no_state(emitted):
    workloads = emitted({"web": {"autoscaling": {"enabled": True}}})["workloads"]
    stateless = {name for name, workload in workloads.items() if workload.get("stateless")}
    assert stateless == {"deployment/superset", "deployment/superset-worker"}
    assert workloads["deployment/superset"]["tuning"]["autoscaling"]["maxReplicas"] == 10


def test_database_job_comes_first_then_metadata_then_the_rest(emitted):
    output = emitted()
    database, metadata = output["jobs"]
    assert metadata["after"] == [f"job/{database['name']}"]
    after = {order["node"]: order["after"] for order in output["order"]}
    assert after == {
        f"deployment/superset{part}": ["job/superset-metadata"]
        for part in ("", "-worker", "-beat")
    }


def test_database_job_runs_for_an_external_server_only_with_an_administrator(emitted):
    changes = {"database": {"host": "db.example.org", "adminUser": "boss"}}
    output = emitted(changes)
    assert len(output["jobs"]) == 2
    environment = {
        item["name"]: item.get("value")
        for item in output["jobs"][0]["pod"]["containers"][0]["env"]
    }
    assert environment["DATABASE_ADMIN_USER"] == "boss"
    assert environment["DATABASE_HOST"] == "db.example.org"
    assert environment["DATABASE_PORT"] == "5432"
    assert environment["DATABASE_PASSWORD"] is None
    admin = keys_of(output)["superset-database"]["admin-password"]
    assert "generate" not in admin


def test_job_pods_are_in_no_service(emitted):
    output = emitted()
    selected = {
        item["spec"]["selector"]["app.kubernetes.io/name"]
        for item in output["objects"]
        if item["kind"] == "Service"
    }
    assert not selected & {job["name"] for job in output["jobs"]}


def test_certificates_of_authorities_are_mounted_where_settings_expect_them(emitted):
    changes = {
        "database": {
            "host": "db",
            "tls": "verify",
            "adminUser": "boss",
            "caCertificate": "-----BEGIN CERTIFICATE-----\nabc  \n",
        }
    }
    output = emitted(changes)
    text = output["files"]["superset-config"]["database-ca.pem"]
    assert text == "-----BEGIN CERTIFICATE-----\nabc\n"
    pod = output["jobs"][0]["pod"]
    assert {volume["name"] for volume in pod["volumes"]} == {"config", "scripts"}
    assert '"ca": "/app/pythonpath/database-ca.pem"' in settings_of(output)


def settings_of(output):
    return output["files"]["superset-config"]["superset_config.py"]


def keys_of(output):
    return {secret["name"]: secret["keys"] for secret in output["secrets"]}


def test_every_secret_that_is_read_is_declared(emitted):
    for changes in ({}, EXTERNAL, EVERYTHING, {"sso": {"enabled": False}}):
        output = emitted(changes)
        declared = {(s["name"], key) for s in output["secrets"] for key in s["keys"]}
        assert set(find_references(output)) <= declared


def find_references(value):
    if isinstance(value, dict):
        if "secretKeyRef" in value:
            yield value["secretKeyRef"]["name"], value["secretKeyRef"]["key"]
        for item in value.values():
            yield from find_references(item)
    elif isinstance(value, list):
        for item in value:
            yield from find_references(item)


def test_optional_secrets_are_asked_for_only_when_used(emitted):
    assert "superset-smtp" not in keys_of(emitted())
    assert "superset-oauth" not in keys_of(emitted({"sso": {"enabled": False}}))
    assert {"superset-smtp", "superset-sentry"} <= set(keys_of(emitted(EVERYTHING)))


def edges(output):
    return {
        (need["client"], need.get("endpoint") or f"{need['external']}:{need['port']}")
        for need in output["needs"]
    }


def test_connections_inside_are_to_offered_endpoints(emitted, values, site):
    offered = {f"superset/{e['name']}" for e in aspects_superset.offers(values(), site)}
    inside = {need["endpoint"] for need in emitted()["needs"] if "endpoint" in need}
    assert inside == {"superset/database", "superset/redis"}
    assert inside <= offered


def test_connections_outside_follow_values(emitted):
    found = edges(emitted({**EXTERNAL, **EVERYTHING}))
    assert ("job/superset-metadata", "db.example.org:3306") in found
    assert ("deployment/superset-beat", "cache.example.org:6380") in found
    assert ("deployment/superset-worker", "smtp.example.org:587") in found
    assert ("deployment/superset", "smtp.example.org:587") not in found
    assert ("deployment/superset", "sentry.example.org:443") in found
    assert ("deployment/superset", "learn.example.org:443") in found


def test_internal_address_of_the_lms_replaces_the_public_one(emitted):
    changes = {
        "sso": {
            "internalUrl": "http://lms.openedx:8000",
            "verification": "jwks",
            "jwksUrl": "https://keys.example.org/jwks.json",
        }
    }
    found = edges(emitted(changes))
    assert ("deployment/superset", "lms.openedx:8000") in found
    assert ("deployment/superset", "keys.example.org:443") in found
    assert ("deployment/superset", "learn.example.org:443") not in found


def test_without_sign_on_the_lms_is_neither_called_nor_asked(emitted):
    output = emitted({"sso": {"enabled": False}})
    assert not [edge for edge in edges(output) if "learn" in edge[1]]
    assert set(output["lms"]) == {"settings"}


def test_route_is_the_public_host(emitted):
    assert emitted()["routes"][0]["host"] == "superset.learn.example.org"
    assert emitted({"host": "bi.example.org"})["routes"][0]["host"] == "bi.example.org"


def test_lms_is_asked_for_the_oauth_client_of_this_host(emitted):
    lms = emitted({"host": "bi.example.org"})["lms"]
    (client,) = lms["oauth_clients"]
    assert client["redirect_uris"] == ["https://bi.example.org/oauth-authorized/openedxsso"]
    assert (client["name"], client["grant_type"]) == ("superset-sso", "authorization-code")
    assert client["client_secret"] == {
        "secretKeyRef": {"name": "superset-oauth", "key": "client-secret"}
    }
    assert lms["users"][0]["username"] == client["user"] == "superset"
    settings = lms["settings"]["SUPERSET_CONFIG"]
    assert settings["internal_service_url"] == "http://superset:8088"
    assert settings["service_url"] == "https://bi.example.org"
    assert settings["password"]["secretKeyRef"]["name"] == "superset-lms"


def test_alerts_speak_of_things_that_exist(emitted):
    output = emitted()
    text = json.dumps(output["alerts"])
    for name in ("superset", "superset-worker", "superset-beat"):
        assert f'deployment=\\"{name}\\"' in text
    assert 'namespace=\\"aspects\\"' in text


@pytest.mark.parametrize("changes", [{}, EXTERNAL, EVERYTHING])
def test_output_mentions_no_analytics_database_and_no_dataset_of_ones_own(emitted, changes):
    output = emitted(changes)
    assert "clickhouse" not in json.dumps(output).lower()
    assert "CREATE TABLE" not in json.dumps(output)


def test_output_is_the_same_every_time(emitted):
    assert json.dumps(emitted()) == json.dumps(emitted())


def test_files_are_fit_for_a_config_map(emitted):
    changes = {"extraConfig": "if 1:\n\tX = 2   \r\n", **EVERYTHING}
    for files in emitted(changes)["files"].values():
        for name, text in files.items():
            assert "\t" not in text, name
            assert "\r" not in text, name
            assert not [line for line in text.split("\n") if line != line.rstrip()], name
            assert text.endswith("\n"), name


def test_web_and_worker_have_the_authority_of_shown_databases(emitted):
    output = emitted({"caSecret": {"name": "site-ca", "key": "root.pem"}})
    pods = {
        item["metadata"]["name"]: item["spec"]["template"]["spec"]
        for item in output["objects"]
        if item["kind"] == "Deployment"
    }
    for name in ("superset", "superset-worker"):
        (volume,) = [one for one in pods[name]["volumes"] if one["name"] == "ca"]
        items = [{"key": "root.pem", "path": "ca.crt"}]
        assert volume["secret"] == {"secretName": "site-ca", "items": items}
        (mount,) = [m for m in pods[name]["containers"][0]["volumeMounts"] if m["name"] == "ca"]
        assert mount == {"name": "ca", "mountPath": "/etc/superset-ca", "readOnly": True}
    assert "ca" not in {volume["name"] for volume in pods["superset-beat"]["volumes"]}
    (secret,) = [found for found in output["secrets"] if found["name"] == "site-ca"]
    assert "generate" not in secret["keys"]["root.pem"]


def test_without_an_authority_nothing_is_mounted(emitted):
    output = emitted()
    assert "/etc/superset-ca" not in json.dumps(output["objects"])
    assert "" not in {secret["name"] for secret in output["secrets"]}


def test_worker_asks_the_web_server_for_the_data_of_reports(emitted):
    web = {
        "client": "deployment/superset-worker",
        "endpoint": "superset/http",
        "why": "data of alerts and reports",
        "wait": False,
    }
    assert web in emitted(EVERYTHING)["needs"]
    assert web not in emitted()["needs"]


def test_job_that_succeeded_at_a_later_try_raises_no_alarm(emitted):
    (rule,) = [a for a in emitted()["alerts"] if a["name"] == "SupersetMetadataJobFailed"]
    jobs = '{namespace="aspects",job_name=~"superset-(metadata|database|reader).*"}'
    failed, _, succeeded = rule["expr"].partition(" unless on (namespace, job_name) ")
    assert failed == f"max by (namespace, job_name) (kube_job_status_failed{jobs}) > 0"
    assert succeeded == f"kube_job_status_succeeded{jobs} > 0"


READER = {"reader": {"enabled": True}}


def test_account_that_reads_is_made_by_a_job_after_the_tables(emitted, container_of):
    output = emitted({"database": READER})
    job = next(job for job in output["jobs"] if job["name"] == "superset-reader")
    assert job["after"] == ["job/superset-metadata"]
    assert {*output["files"]["superset-reader"]} == {"superset_database.py", "superset_reader.py"}
    container = container_of(output, "job/superset-reader")
    secrets = {
        entry["name"]: entry["valueFrom"]["secretKeyRef"]
        for entry in container["env"]
        if "valueFrom" in entry
    }
    assert secrets == {
        "DATABASE_READER_PASSWORD": {"name": "superset-reader", "key": "password"},
        "DATABASE_ADMIN_PASSWORD": {"name": "superset-database", "key": "admin-password"},
    }
    (wanted,) = (s for s in output["secrets"] if s["name"] == "superset-reader")
    assert wanted["keys"]["password"]["generate"]
    assert [n for n in output["needs"] if n["client"] == "job/superset-reader"]


@pytest.mark.parametrize("changes", [{}, {"database": {**EXTERNAL["database"], **READER}}])
def test_no_job_makes_the_account_where_none_is_wanted_or_none_may(emitted, changes):
    output = emitted(changes)
    assert "superset-reader" not in [job["name"] for job in output["jobs"]]
    assert "superset-reader" not in output["files"]
    keys = [s["keys"]["password"] for s in output["secrets"] if s["name"] == "superset-reader"]
    # the account is the operator's, so that its password is too
    assert [key for key in keys if "generate" in key] == []
    assert bool(keys) is bool(changes)
