"""A service deploys alone, without a word of the others; and each keeps to its own (ADR 6)."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from environments import bundle_of, tree_of

ALONE = {
    "clickhouse-alone": "clickhouse",
    "clickhouse-replicated-alone": "clickhouse",
    "ralph-alone": "ralph",
    "superset-alone": "superset",
    "vector-alone": "vector",
}
WORDS = ("clickhouse", "ralph", "superset", "vector")

# A client names the kind of server it talks to in its own configuration; these are its words, not a mention
# of a part of this deployment: Ralph's and Vector's ClickHouse back ends, and the Secret with its password.
OWN_WORDS = {
    "ralph": re.compile(r"(?i)clickhouse(?!\w*\.svc)"),
    "vector": re.compile(r"(?i)clickhouse|vector"),
    "superset": re.compile(r"$^"),
    # vector() is a function of PromQL
    "clickhouse": re.compile(r"^vector$"),
}


@pytest.mark.parametrize(("case", "service"), ALONE.items())
def test_only_its_own_folders_exist(case, service):
    folders = {path.split("/")[0] for path in tree_of(case) if "/" in path}
    assert folders <= {service, "platform", "argocd", "secrets"}
    assert service in folders


@pytest.mark.parametrize(("case", "service"), ALONE.items())
def test_no_object_or_endpoint_of_another_service_is_named(case, service):
    bundle = bundle_of(case)
    others = [word for word in WORDS if word != service]
    for item in bundle.items:
        assert not any(item.name.startswith(word) for word in others), item.id
    assert set(bundle.outputs) == {service}
    assert all(endpoint.startswith(f"{service}/") for endpoint in bundle.endpoints)
    hosts = re.compile(rf"(?<![\w.-])({'|'.join(others)})(-[a-z]+)?(:[0-9]+|\.aspects|\.svc)")
    for path, text in tree_of(case).items():
        assert not hosts.search(text), path


@pytest.mark.parametrize(("case", "service"), ALONE.items())
def test_other_services_are_not_mentioned(case, service):
    others = "|".join(word for word in WORDS if word != service)
    for path, text in tree_of(case).items():
        if path == "index.json":
            continue
        found = re.findall(rf"(?i)\w*(?:{others})\w*", text)
        assert [w for w in found if not OWN_WORDS[service].search(w)] == [], path


def test_clickhouse_makes_an_admin_user_and_no_database_or_table():
    tree = tree_of("clickhouse-alone")
    users = ElementTree.fromstring(tree["clickhouse/files/clickhouse-users/20-admin.xml"]).find(
        "users"
    )
    assert [user.tag for user in users if "remove" not in user.attrib] == ["ch_admin"]
    assert [user.tag for user in users if "remove" in user.attrib] == ["default"]
    for path, text in tree.items():
        assert not re.search(r"(?i)create\s+(database|table|user|view|dictionary)", text), path
        assert "CLICKHOUSE_DB" not in text


@pytest.mark.parametrize("case", ["ralph-alone", "vector-alone"])
def test_the_others_make_nothing_in_clickhouse(case):
    for path, text in tree_of(case).items():
        assert not re.search(r"(?i)create\s+(database|table|user|view|dictionary)\b", text), path


def test_superset_alone_has_no_dataset_and_no_chart():
    for path, text in tree_of("superset-alone").items():
        if path != "index.json":
            assert "clickhouse" not in text.lower(), path
            assert not re.search(r"(?m)^\s*(slice_name|dashboard_title|table_name):", text), path


def test_every_opinion_lives_in_aspects():
    tree = tree_of("starter")
    for path, text in tree.items():
        if re.search(r"(?i)create\s+(database|user)\s", text) and not path.startswith("superset/"):
            assert path.startswith("aspects/"), path
