from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

VOLUME = {"backup": {"enabled": True, "keep": 3, "databases": ["xapi", "reports"]}}


def cron_spec(output, named):
    return named(output, "CronJob", "clickhouse-backup")["spec"]


def pod_of(spec):
    return spec["jobTemplate"]["spec"]["template"]["spec"]


def environment(pod):
    return {e["name"]: e.get("value", e.get("valueFrom")) for e in pod["containers"][0]["env"]}


def test_backup_runs_by_schedule_one_at_a_time_within_a_deadline(emitted, named):
    overrides = {"backup": {"enabled": True, "schedule": "0 4 * * 0", "deadlineSeconds": 900}}
    spec = cron_spec(emitted(overrides), named)
    assert spec["schedule"] == "0 4 * * 0"
    assert spec["timeZone"] == "Etc/UTC"
    assert spec["concurrencyPolicy"] == "Forbid"
    assert spec["jobTemplate"]["spec"]["activeDeadlineSeconds"] == 900
    assert spec["failedJobsHistoryLimit"] == 3


def test_backup_is_off_in_starter_and_on_in_production(emitted):
    def kinds(profile):
        return {thing["kind"] for thing in emitted({}, profile)["objects"]}

    assert "CronJob" not in kinds("starter")
    assert "CronJob" in kinds("production")


def test_volume_backup_runs_beside_the_server_and_sees_its_volume(emitted, named):
    output = emitted(VOLUME)
    pod = pod_of(cron_spec(output, named))
    server = named(output, "StatefulSet", "clickhouse")["spec"]["template"]["spec"]
    claim = {"claimName": "clickhouse-backups"}
    for spec in (pod, server):
        assert claim in [v.get("persistentVolumeClaim") for v in spec["volumes"]]
        mounts = {m["name"]: m["mountPath"] for m in spec["containers"][0]["volumeMounts"]}
        assert mounts["backups"] == "/backups"
    (term,) = pod["affinity"]["podAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]
    assert term["labelSelector"]["matchLabels"] == {"app.kubernetes.io/name": "clickhouse"}
    size = named(output, "PersistentVolumeClaim", "clickhouse-backups")["spec"]["resources"]
    assert size == {"requests": {"storage": "20Gi"}}
    env = environment(pod)
    assert (env["DESTINATION"], env["KEEP"], env["DATABASES"]) == ("volume", "3", "xapi reports")


def test_bucket_backup_of_our_server_sends_no_key(emitted, named, s3):
    output = emitted({"backup": s3})
    pod = pod_of(cron_spec(output, named))
    env = environment(pod)
    assert env["DESTINATION"] == "collection"
    assert not any("S3" in name for name in env)
    assert "affinity" not in pod
    assert not any(thing["kind"] == "PersistentVolumeClaim" for thing in output["objects"])


def test_server_may_reach_the_bucket_and_nothing_else_outside(emitted, s3):
    output = emitted({"backup": s3})
    outside = [need for need in output["needs"] if "external" in need]
    assert [(n["client"], n["external"], n["port"]) for n in outside] == [
        ("statefulset/clickhouse", "s3.eu-west-1.amazonaws.com", 443)
    ]


@pytest.mark.parametrize(
    ("endpoint", "port"),
    [("http://minio:9000", 9000), ("http://minio", 80), ("https://minio", 443)],
)
def test_bucket_port_follows_the_address(emitted, s3, endpoint, port):
    s3["s3"]["endpoint"] = endpoint
    (need,) = (n for n in emitted({"backup": s3})["needs"] if "external" in n)
    assert (need["external"], need["port"]) == ("minio", port)


def test_external_server_is_backed_up_with_keys_by_reference(emitted, named, s3, external):
    output = emitted({**external, "backup": s3})
    env = environment(pod_of(cron_spec(output, named)))
    assert [thing["kind"] for thing in output["objects"]] == ["CronJob"]
    assert env["DESTINATION"] == "inline"
    assert env["S3_URL"].endswith("/site-backups/aspects/production/")
    assert env["BACKUP_S3_ACCESS_KEY"]["secretKeyRef"]["key"] == "access-key"
    assert not any("external" in need for need in output["needs"])


def test_external_client_trusts_the_given_authority_only(emitted, named, s3, external):
    external["external"]["caSecret"] = {"name": "ch-ca", "key": "root.pem"}
    output = emitted({**external, "backup": s3})
    client = ET.fromstring(output["files"]["clickhouse-backup"]["client.xml"])
    assert client.findtext("host") == "ch.example.org"
    assert client.findtext("port") == "9440"
    assert client.findtext("secure") == "true"
    assert client.findtext("openSSL/client/caConfig") == "/etc/clickhouse-ca/root.pem"
    assert client.findtext("openSSL/client/loadDefaultCAFile") == "false"
    volumes = pod_of(cron_spec(output, named))["volumes"]
    assert "ch-ca" in [v.get("secret", {}).get("secretName") for v in volumes]


def test_external_client_without_authority_trusts_the_systems_roots(emitted, s3, external):
    output = emitted({**external, "backup": s3})
    client = ET.fromstring(output["files"]["clickhouse-backup"]["client.xml"])
    assert client.findtext("secure") == "true"
    assert client.find("openSSL") is None


def test_client_logs_in_as_admin_unless_another_user_is_named(emitted, named):
    def login(overrides):
        output = emitted(overrides)
        client = ET.fromstring(output["files"]["clickhouse-backup"]["client.xml"])
        env = environment(pod_of(cron_spec(output, named)))
        password = client.find("password").get("from_env")
        return client.findtext("user"), env[password]["secretKeyRef"]["name"]

    assert login(VOLUME) == ("ch_admin", "clickhouse-admin")
    other = {"enabled": True, "user": "ch_backup", "passwordSecret": {"name": "ch-backup"}}
    assert login({"backup": other}) == ("ch_backup", "ch-backup")


def test_restore_logs_in_as_admin_whoever_takes_backups(emitted):
    other = {"enabled": True, "user": "ch_backup", "passwordSecret": {"name": "ch-backup"}}
    output = emitted({**RESTORE, "backup": other})
    client = ET.fromstring(output["files"]["clickhouse-restore"]["client.xml"])
    assert client.findtext("user") == "ch_admin"
    secret = environment(output["jobs"][0]["pod"])["CLICKHOUSE_PASSWORD"]["secretKeyRef"]
    assert secret["name"] == "clickhouse-admin"
    assert {"clickhouse-admin", "ch-backup"} == {s["name"] for s in output["secrets"]}


def test_replicas_are_backed_up_from_the_first(emitted, s3):
    output = emitted({"topology": "replicated", "backup": s3})
    client = ET.fromstring(output["files"]["clickhouse-backup"]["client.xml"])
    assert client.findtext("host") == "clickhouse-0.clickhouse-headless"


def test_backup_waits_for_the_server(emitted):
    needs = [n for n in emitted(VOLUME)["needs"] if n["client"] == "cronjob/clickhouse-backup"]
    assert [n["endpoint"] for n in needs] == ["clickhouse/ddl-native"]


RESTORE = {
    "restore": {
        "enabled": True,
        "backup": "clickhouse-20300131T023000Z",
        "databases": ["xapi"],
        "existing": "replace",
    }
}


def test_restore_job_exists_only_when_enabled(emitted):
    assert "jobs" not in emitted()
    (job,) = emitted(RESTORE)["jobs"]
    assert job["name"] == job["pod"]["containers"][0]["name"] == "clickhouse-restore"
    assert job["after"] == ["statefulset/clickhouse"]
    assert job["retries"] == 0
    assert job["deadline_seconds"] == 21600


def test_restore_does_not_wait_for_the_endpoint_that_waits_for_it(emitted):
    (need,) = (n for n in emitted(RESTORE)["needs"] if n["client"] == "job/clickhouse-restore")
    assert need["wait"] is False


def test_restore_is_told_what_to_do_by_the_environment(emitted):
    (job,) = emitted({**RESTORE, "topology": "replicated"})["jobs"]
    env = environment(job["pod"])
    assert env["BACKUP"] == "clickhouse-20300131T023000Z"
    assert env["DATABASES"] == "xapi"
    assert env["EXISTING"] == "replace"
    assert env["CLUSTER"] == "aspects"


def test_restore_of_external_cluster_uses_its_name(emitted, external, s3):
    external["external"]["cluster"] = "theirs"
    (job,) = emitted({**external, **RESTORE, "backup": {**s3, "enabled": False}})["jobs"]
    assert environment(job["pod"])["CLUSTER"] == "theirs"
    assert job["after"] == []


def test_change_of_backup_settings_does_not_rerun_a_restore(emitted):
    def job(backup):
        output = emitted({**RESTORE, "backup": backup})
        return output["jobs"], output["files"]["clickhouse-restore"]

    assert job({"enabled": True, "keep": 3}) == job({"enabled": True, "keep": 9})
    assert "backup.sh" not in job({"enabled": True})[1]
