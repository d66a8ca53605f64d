from __future__ import annotations

import pytest

import aspects_clickhouse


def found(values, site=None):
    return {
        path: (problem, expected, fix)
        for path, problem, expected, fix in aspects_clickhouse.check(values, site or {})
    }


@pytest.mark.parametrize(
    ("profile", "overrides"),
    [
        ("starter", {}),
        ("production", {}),
        ("starter", {"topology": "replicated"}),
        ("starter", {"topology": "external", "external": {"host": "ch.example.org"}}),
        ("production", {"enabled": False, "topology": "external"}),
    ],
)
def test_good_values_have_no_problem(slice_of, profile, overrides):
    assert aspects_clickhouse.check(slice_of(overrides, profile), {"profile": profile}) == []


@pytest.mark.parametrize(
    ("overrides", "path", "says"),
    [
        ({"topology": "external"}, "external.host", "missing, though topology is external"),
        ({"topology": "replicated", "replicas": 1}, "replicas", "replicates nothing"),
        (
            {"topology": "replicated", "keeper": {"server": {"replicas": 2}}},
            "keeper.server.replicas",
            "2 keepers survive no more failures than 1",
        ),
        ({"server": {"replicas": 3}}, "server.replicas", "not set here"),
        (
            {"server": {"autoscaling": {"enabled": True}}},
            "server.autoscaling.enabled",
            "cannot be scaled",
        ),
        (
            {"server": {"resources": {"limits": {"memory": ""}}}},
            "server.resources.limits.memory",
            "every memory setting",
        ),
        (
            {"server": {"resources": {"limits": {"memory": "256Mi"}}}},
            "server.resources.limits.memory",
            "256Mi is too small",
        ),
        ({"memory": {"queryRatio": 0.2}}, "memory.spillRatio", "0.25 is more than queryRatio"),
        ({"memory": {"serverRatio": 0.5, "queryRatio": 0.6}}, "memory.queryRatio", "serverRatio"),
        ({"ports": {"native": 8123}}, "ports.native", "8123 is the port of http as well"),
        ({"admin": {"user": "default"}}, "admin.user", "built-in user"),
        (
            {"extraConfig": {"10-server.xml": "<clickhouse/>"}},
            "extraConfig.10-server.xml",
            "name is that of a generated file",
        ),
        ({"extraConfig": {"90-a.xml": "<clickhouse>"}}, "extraConfig.90-a.xml", "not XML: "),
        ({"extraConfig": {"90-a.xml": ""}}, "extraConfig.90-a.xml", "not XML: "),
        ({"extraUsers": {"90-a.xml": "<users/>"}}, "extraUsers.90-a.xml", "its root is <users>"),
        (
            {"topology": "replicated", "backup": {"enabled": True}},
            "backup.kind",
            "topology is replicated",
        ),
        (
            {"backup": {"enabled": True, "kind": "s3"}},
            "backup.s3.bucket",
            "missing, though backups go to s3",
        ),
        (
            {"backup": {"enabled": True, "user": "ch_backup"}},
            "backup.user",
            "belong together",
        ),
        ({"restore": {"enabled": True}}, "restore.backup", "missing, though a restore"),
        (
            {"restore": {"enabled": True, "backup": "b", "existing": "replace"}},
            "restore.databases",
            "must be told which",
        ),
    ],
)
def test_wrong_value_is_explained_where_it_stands(slice_of, overrides, path, says):
    problems = found(slice_of(overrides))
    assert says in problems[path][0]
    assert all(problems[path])


def test_all_problems_come_at_once(slice_of):
    values = slice_of({"replicas": 1, "topology": "replicated", "ports": {"native": 8123}})
    assert {"replicas", "ports.native"} <= set(found(values))


def test_production_data_wants_a_named_storage_class(slice_of):
    site = {"profile": "production", "storage_class": ""}
    assert "storage.storageClass" in found(slice_of(), site)
    assert found(slice_of(), {**site, "storage_class": "ssd"}) == {}
    assert found(slice_of({"storage": {"storageClass": "ssd"}}), site) == {}
    assert found(slice_of(), {**site, "profile": "starter"}) == {}


def test_yaml_extra_file_is_not_read_as_xml(slice_of):
    assert found(slice_of({"extraConfig": {"90-a.yaml": "max_connections: 10"}})) == {}
