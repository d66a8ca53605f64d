"""Identities and names that the LMS's plugin, links and others' charts depend on.

contract.json states what release 6.1 of the Tutor plugin ships; two of its charts are left out,
which no dashboard shows.
"""

from aspects_gen.aspects.jobs.init.superset.dashboards import localised_uuid


def assets(bundle, kind):
    return {n: c for n, c in bundle.items() if n.startswith(f"{kind}/")}


def test_dashboards_keep_slug_title_and_uuid(bundle, contract):
    found = {
        c["slug"]: (c["dashboard_title"], c["uuid"]) for c in assets(bundle, "dashboards").values()
    }
    assert found == {s: (d["title"], d["uuid"]) for s, d in contract["dashboards"].items()}


def test_copies_have_the_uuids_that_the_plugin_computes(contract):
    for dashboard in contract["dashboards"].values():
        assert localised_uuid(dashboard["uuid"], "en") == dashboard["en"]


def test_filters_keep_ids_and_names(bundle, contract):
    found = {
        c["slug"]: {
            f["id"]: f.get("name", "divider") for f in c["metadata"]["native_filter_configuration"]
        }
        for c in assets(bundle, "dashboards").values()
    }
    assert found == contract["filters"]


def test_charts_are_those_of_the_release(bundle, contract):
    assert sorted(c["uuid"] for c in assets(bundle, "charts").values()) == contract["charts"]


def test_databases_keep_their_uuids(bundle, contract):
    found = {c["database_name"]: c["uuid"] for c in assets(bundle, "databases").values()}
    assert found == contract["databases"]


def test_datasets_keep_their_uuids(bundle, contract):
    found = {
        n.split("/")[-1].removesuffix(".yaml"): c["uuid"]
        for n, c in assets(bundle, "datasets").items()
    }
    assert found == contract["datasets"]


def test_metrics_keep_their_names(bundle, contract):
    names = {
        c["uuid"]: {m["metric_name"] for m in c["metrics"]}
        for c in assets(bundle, "datasets").values()
    }
    missing = {
        name: sorted(set(metrics) - names[contract["datasets"][name]])
        for name, metrics in contract["metrics"].items()
    }
    assert {name: metrics for name, metrics in missing.items() if metrics} == {}
