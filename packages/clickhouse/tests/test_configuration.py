from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest


def config(output, name, config_map="clickhouse-config"):
    return ET.fromstring(output["files"][config_map][name])


def text(root, path):
    found = root.find(path)
    assert found is not None, path
    return found.text


@pytest.mark.parametrize(
    "overrides",
    [
        {},
        {"topology": "replicated"},
        {"logging": {"format": "plain"}},
        {"backup": {"enabled": True}},
        {"restore": {"enabled": True, "backup": "b"}},
    ],
)
def test_every_xml_file_is_well_formed_and_clean(emitted, overrides):
    for files in emitted(overrides)["files"].values():
        for name, content in files.items():
            if name.endswith(".xml"):
                assert ET.fromstring(content).tag == "clickhouse"
            assert content.endswith("\n")
            assert "\t" not in content
            assert "\r" not in content
            assert all(line == line.rstrip() for line in content.splitlines())


def test_configuration_covers_the_whole_mounted_folders(emitted, named):
    output = emitted()
    pod = named(output, "StatefulSet", "clickhouse")["spec"]["template"]["spec"]
    mounts = {m["name"]: m for m in pod["containers"][0]["volumeMounts"]}
    maps = {v["name"]: v["configMap"]["name"] for v in pod["volumes"]}
    assert mounts["config"]["mountPath"] == "/etc/clickhouse-server/config.d"
    assert mounts["users"]["mountPath"] == "/etc/clickhouse-server/users.d"
    assert all("subPath" not in mount for mount in mounts.values())
    assert output["files"][maps["config"]]
    assert output["files"][maps["users"]]


def test_server_listens_though_the_image_files_are_hidden(emitted):
    root = config(emitted(), "10-server.xml")
    assert {e.text for e in root.findall("listen_host")} == {"::", "0.0.0.0"}
    assert text(root, "http_port") == "8123"
    assert text(root, "tcp_port") == "9000"


def test_single_server_opens_no_port_that_nobody_uses(emitted):
    root = config(emitted(), "10-server.xml")
    removed = {e.tag for e in root if e.get("remove")}
    assert removed == {"mysql_port", "postgresql_port", "interserver_http_port"}


def test_server_logs_to_the_console_only(emitted):
    logger = config(emitted(), "10-server.xml").find("logger")
    assert text(logger, "console") == "1"
    assert {e.tag for e in logger if e.get("remove")} == {"log", "errorlog"}
    assert text(logger, "formatting/type") == "json"


def test_plain_logging_has_no_formatting(emitted):
    root = config(emitted({"logging": {"format": "plain"}}), "10-server.xml")
    assert root.find("logger/formatting") is None


def test_shutdown_wait_ends_before_the_grace_period(emitted):
    output = emitted({"server": {"terminationGracePeriodSeconds": 200}})
    assert text(config(output, "10-server.xml"), "shutdown_wait_unfinished") == "170"
    tuning = output["workloads"]["statefulset/clickhouse"]["tuning"]
    assert tuning["terminationGracePeriodSeconds"] == 200


def test_memory_settings_follow_the_limit(emitted):
    output = emitted({"server": {"resources": {"limits": {"memory": "8Gi"}}}})
    memory = config(output, "20-memory.xml")
    profile = config(output, "10-profiles.xml", "clickhouse-users").find("profiles/default")
    limit = 8 << 30
    assert int(text(memory, "max_server_memory_usage")) == limit * 9 // 10
    assert int(text(profile, "max_memory_usage")) == limit // 2
    assert int(text(profile, "max_bytes_before_external_group_by")) == limit // 4
    assert int(text(profile, "max_bytes_before_external_sort")) == limit // 4
    assert f"8Gi = {limit} bytes" in output["files"]["clickhouse-config"]["20-memory.xml"]


def test_event_sink_posts_fit(emitted):
    profile = config(emitted(), "10-profiles.xml", "clickhouse-users").find("profiles/default")
    assert text(profile, "http_max_field_value_size") == "1048576"
    assert text(profile, "http_max_field_name_size") == "1048576"


def test_every_system_log_expires(emitted):
    root = config(emitted({"systemLogRetentionDays": 9}), "30-system-logs.xml")
    kept = [e for e in root if not e.get("remove")]
    assert {"query_log", "part_log"} <= {e.tag for e in kept}
    assert {text(e, "ttl") for e in kept} == {"event_date + INTERVAL 9 DAY DELETE"}
    assert all(e.get("replace") and text(e, "table") == e.tag for e in kept)


def test_admin_is_the_only_user_and_default_is_removed(emitted):
    users = config(emitted(), "20-admin.xml", "clickhouse-users").find("users")
    assert [(u.tag, u.get("remove")) for u in users] == [("default", "remove"), ("ch_admin", None)]
    admin = users.find("ch_admin")
    assert text(admin, "access_management") == "1"
    assert text(admin, "named_collection_control") == "1"
    assert text(admin, "show_named_collections") == "1"
    assert text(admin, "show_named_collections_secrets") == "0"


def test_admin_password_comes_from_the_environment(emitted, named):
    output = emitted({"admin": {"passwordSecret": {"name": "mine", "key": "pw"}}})
    password = config(output, "20-admin.xml", "clickhouse-users").find("users/ch_admin/password")
    container = named(output, "StatefulSet", "clickhouse")["spec"]["template"]["spec"][
        "containers"
    ][0]
    env = {e["name"]: e for e in container["env"]}
    assert password.text is None
    assert password.get("hide_in_preprocessed") == "true"
    assert env[password.get("from_env")]["valueFrom"]["secretKeyRef"] == {
        "name": "mine",
        "key": "pw",
    }


def test_admin_networks_are_the_operators(emitted):
    output = emitted({"admin": {"networks": ["10.0.0.0/8", "fd00::/8"]}})
    root = config(output, "20-admin.xml", "clickhouse-users")
    assert [e.text for e in root.iter("ip")] == ["10.0.0.0/8", "fd00::/8"]


def test_extra_files_are_added_to_both_folders(emitted):
    output = emitted(
        {
            "extraConfig": {"90-site.xml": "<clickhouse/>"},
            "extraUsers": {"90-site.yaml": "profiles: {}\n\n"},
        }
    )
    assert output["files"]["clickhouse-config"]["90-site.xml"] == "<clickhouse/>\n"
    assert output["files"]["clickhouse-users"]["90-site.yaml"] == "profiles: {}\n"


def test_cluster_names_every_replica_and_keeper(emitted):
    output = emitted({"topology": "replicated", "replicas": 3, "cluster": "campus"})
    root = config(output, "50-cluster.xml")
    shards = root.findall("remote_servers/campus/shard")
    assert root.find("remote_servers").get("replace")
    assert len(shards) == 1
    assert text(shards[0], "internal_replication") == "true"
    assert [e.text for e in shards[0].iter("host")] == [
        f"clickhouse-{n}.clickhouse-headless" for n in range(3)
    ]
    assert [e.text for e in root.find("zookeeper").iter("host")] == [
        f"clickhouse-keeper-{n}.clickhouse-keeper" for n in range(3)
    ]


def test_replica_knows_itself_by_its_pod_name(emitted, named):
    output = emitted({"topology": "replicated"})
    root = config(output, "50-cluster.xml")
    container = named(output, "StatefulSet", "clickhouse")["spec"]["template"]["spec"][
        "containers"
    ][0]
    names = [e["name"] for e in container["env"]]
    env = dict(zip(names, container["env"], strict=True))
    assert root.find("macros/replica").get("from_env") == "POD_NAME"
    assert env["POD_NAME"]["valueFrom"]["fieldRef"]["fieldPath"] == "metadata.name"
    host = root.find("interserver_http_host").get("from_env")
    assert env[host]["value"] == "$(POD_NAME).clickhouse-headless"
    # Kubernetes expands only what stands before
    assert names.index("POD_NAME") < names.index(host)


def test_users_and_functions_of_replicas_live_in_keeper(emitted):
    output = emitted({"topology": "replicated"})
    root = config(output, "50-cluster.xml")
    directories = root.find("user_directories")
    assert directories.get("replace")
    assert [e.tag for e in directories] == ["users_xml", "replicated"]
    assert text(root, "user_defined_zookeeper_path") == "/clickhouse/user_defined"
    profile = config(output, "10-profiles.xml", "clickhouse-users").find("profiles/default")
    prefix = "ignore_on_cluster_for_replicated_"
    assert text(profile, f"{prefix}access_entities_queries") == "1"
    assert text(profile, f"{prefix}udf_queries") == "1"


def test_replicas_authenticate_to_each_other(emitted):
    output = emitted({"topology": "replicated"})
    root = config(output, "50-cluster.xml")
    for path in ("remote_servers/aspects/secret", "interserver_http_credentials/password"):
        assert root.find(path).get("from_env") == "CLICKHOUSE_INTERSERVER_PASSWORD"
    assert "clickhouse-interserver" in [s["name"] for s in output["secrets"]]


def test_single_server_has_nothing_of_a_cluster(emitted):
    output = emitted()
    assert "50-cluster.xml" not in output["files"]["clickhouse-config"]
    assert [s["name"] for s in output["secrets"]] == ["clickhouse-admin"]
    assert not any("keeper" in o["metadata"]["name"] for o in output["objects"])


def test_volume_backups_are_allowed_on_their_disk_only(emitted):
    root = config(emitted({"backup": {"enabled": True}}), "40-backups.xml")
    assert text(root, "backups/allowed_disk") == "backups"
    assert text(root, "backups/allowed_path") == "/backups/"
    assert text(root, "storage_configuration/disks/backups/path") == "/backups/"
    assert root.find("named_collections") is None


def test_bucket_keys_come_from_the_environment(emitted, named, s3):
    output = emitted({"backup": s3})
    root = config(output, "40-backups.xml")
    url = "https://s3.eu-west-1.amazonaws.com/site-backups/aspects/production/"
    collection = root.find("named_collections/backups")
    assert text(collection, "url") == url
    assert collection.find("access_key_id").get("from_env") == "BACKUP_S3_ACCESS_KEY"
    assert collection.find("secret_access_key").get("from_env") == "BACKUP_S3_SECRET_KEY"
    assert text(root, "s3/backups/region") == "eu-west-1"
    assert root.find("backups/allowed_disk") is None
    container = named(output, "StatefulSet", "clickhouse")["spec"]["template"]["spec"][
        "containers"
    ][0]
    env = {e["name"]: e.get("valueFrom", {}).get("secretKeyRef") for e in container["env"]}
    assert env["BACKUP_S3_SECRET_KEY"] == {"name": "clickhouse-backup-s3", "key": "secret-key"}


def test_bucket_without_region_leaves_it_to_the_address(emitted, s3):
    s3["s3"]["region"] = ""
    assert config(emitted({"backup": s3}), "40-backups.xml").find("s3") is None
