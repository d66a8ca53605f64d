"""The metadata database and Redis, where they run beside Superset."""

from __future__ import annotations

import subprocess


def test_postgresql_takes_a_quarter_of_its_memory_for_buffers(emitted, container_of):
    changes = {"database": {"server": {"resources": {"limits": {"memory": "2Gi"}}}}}
    arguments = container_of(emitted(changes), "statefulset/superset-database")["args"]
    assert "shared_buffers=512MB" in arguments


def test_server_without_limit_is_sized_by_its_request(emitted, container_of):
    resources = {"limits": {"memory": ""}, "requests": {"memory": "1G"}}
    changes = {"database": {"server": {"resources": resources}}}
    arguments = container_of(emitted(changes), "statefulset/superset-database")["args"]
    assert "shared_buffers=238MB" in arguments


def test_server_without_sizes_is_sized_small(emitted, container_of):
    resources = {"limits": {"memory": ""}, "requests": {"memory": ""}}
    changes = {"database": {"server": {"resources": resources}}}
    arguments = container_of(emitted(changes), "statefulset/superset-database")["args"]
    assert "shared_buffers=64MB" in arguments


def test_mysql_server_speaks_utf8mb4_on_its_own_port(emitted, container_of):
    output = emitted({"database": {"engine": "mysql"}})
    container = container_of(output, "statefulset/superset-database")
    assert container["image"].startswith("docker.io/library/mysql:8.4.")
    assert "--character-set-server=utf8mb4" in container["args"]
    assert container["ports"][0]["containerPort"] == 3306
    workload = output["workloads"]["statefulset/superset-database"]
    assert "/var/run/mysqld" in workload["writable"]


def test_volumes_outlive_their_server(emitted):
    for item in emitted()["objects"]:
        if item["kind"] == "StatefulSet":
            policy = item["spec"]["persistentVolumeClaimRetentionPolicy"]
            assert policy == {"whenDeleted": "Retain", "whenScaled": "Retain"}


def test_storage_follows_values(emitted):
    output = emitted({"database": {"storage": {"size": "7Gi", "storageClass": "fast"}}})
    item = next(o for o in output["objects"] if o["kind"] == "StatefulSet")
    claim = item["spec"]["volumeClaimTemplates"][0]["spec"]
    assert claim["resources"]["requests"]["storage"] == "7Gi"
    assert claim["storageClassName"] == "fast"


def test_redis_start_quotes_any_password(emitted, container_of, tmp_path):
    container = container_of(emitted(), "statefulset/superset-redis")
    script = container["command"][2].replace("exec redis-server", "cat")
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc/redis.conf").write_text("port 1\n", encoding="utf-8")
    for old, new in (("/etc/redis", tmp_path / "etc"), ("/run/redis", tmp_path)):
        script = script.replace(old, str(new))
    done = subprocess.run(
        ["sh", "-ec", script],
        env={"REDIS_PASSWORD": 'a"b\\c d', "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == 'port 1\nrequirepass "a\\"b\\\\c d"\n'


def test_redis_keeps_the_queue_and_drops_caches_first(emitted):
    text = emitted()["files"]["superset-redis-config"]["redis.conf"]
    lines = text.splitlines()
    assert "maxmemory-policy volatile-lru" in lines
    assert "appendonly yes" in lines
    assert "maxmemory 153mb" in lines
