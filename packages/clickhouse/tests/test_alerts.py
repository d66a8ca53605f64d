from __future__ import annotations

import re
from pathlib import Path

import pytest

RUNBOOKS = Path(__file__).parents[3] / "docs/runbooks"
EVERYTHING = {"topology": "replicated"}


def rules(output):
    return {alert["name"]: alert for alert in output["alerts"]}


def everything(emitted, s3):
    return {
        **rules(emitted({**EVERYTHING, "backup": s3})),
        **rules(emitted({"backup": {"enabled": True}})),
    }


def test_every_alert_has_a_runbook_that_tells_what_to_do(emitted, s3):
    for name in everything(emitted, s3):
        page = (RUNBOOKS / f"{name}.md").read_text(encoding="utf-8")
        assert page.startswith(f"# {name}\n")
        for heading in ("## What it means", "## Confirm", "## Fix", "## Prevent"):
            assert heading in page, (name, heading)
        assert 12 <= len(page.splitlines()) <= 45


def test_every_runbook_belongs_to_an_alert(emitted, s3):
    pages = {page.stem for page in RUNBOOKS.glob("ClickHouse*.md")}
    assert pages == set(everything(emitted, s3))


def test_alerts_watch_this_namespace_only(emitted, s3):
    for alert in everything(emitted, s3).values():
        # each selector, and nothing but a selector, stands in braces
        selectors = re.findall(r"\{[^}]*\}", alert["expr"])
        assert selectors
        assert all('namespace="aspects"' in selector for selector in selectors)
        assert alert["expr"].count("(") == alert["expr"].count(")")
        assert alert["severity"] in ("warning", "critical")


def test_memory_alert_follows_the_limit(emitted):
    output = emitted({"server": {"resources": {"limits": {"memory": "10G"}}}})
    assert rules(output)["ClickHouseMemoryNearLimit"]["expr"].endswith("> 8100000000")


def test_down_alerts_count_the_replicas(emitted):
    found = rules(emitted({**EVERYTHING, "replicas": 3}))
    assert found["ClickHouseDown"]["expr"].endswith("< 3")
    assert found["ClickHouseKeeperMemberDown"]["expr"].endswith("< 3")
    assert 'pod=~"clickhouse-[0-9]+"' in found["ClickHouseDown"]["expr"]


@pytest.mark.parametrize(
    "name",
    ["ClickHouseReplicaReadOnly", "ClickHouseKeeperUnavailable", "ClickHouseReplicaLacksTables"],
)
def test_single_server_has_no_alert_about_replicas(emitted, name):
    assert name not in rules(emitted())
    assert name in rules(emitted(EVERYTHING))


def test_old_backup_alert_follows_the_operators_age(emitted):
    output = emitted({"backup": {"enabled": True, "maxAgeHours": 50}})
    assert rules(output)["ClickHouseBackupTooOld"]["expr"].endswith("> 180000")


def test_external_server_is_watched_for_backups_only(emitted, external, s3):
    found = rules(emitted({**external, "backup": s3}))
    assert set(found) == {"ClickHouseBackupFailed", "ClickHouseBackupTooOld"}
