"""Alert rules over the metrics that ClickHouse and kube-state-metrics expose."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aspects_clickhouse import destination, topology
from aspects_clickhouse.memory import memory_caps

Alert = dict[str, Any]

# The server slows inserts at 1000 active parts of one partition and refuses them at 3000.
# Source: parts_to_delay_insert, parts_to_throw_insert.
_MANY_PARTS = 300
_MEMORY_SHARE = 0.9
_DISK_SHARE = 0.15
_LAG_SECONDS = 300
# A replica may have a few system logs that another has not written yet.
_MISSING_TABLES = 10


def alerts(values: dict[str, Any], site: Mapping[str, Any]) -> list[Alert]:
    """Return the rules for what this deployment runs."""
    found: list[Alert] = []
    namespace = site["namespace"]
    if topology.runs_here(values):
        found += _server(values, f'{{namespace="{namespace}",pod=~"{topology.SERVER}-[0-9]+"}}')
    if topology.replicated(values):
        found += _replicas(f'{{namespace="{namespace}",pod=~"{topology.SERVER}-[0-9]+"}}')
        found += _keepers(values, f'{{namespace="{namespace}",pod=~"{topology.KEEPER}-[0-9]+"}}')
    if values["backup"]["enabled"]:
        found += _backups(values, namespace)
    return found


def _alert(name: str, expr: str, *, after: str, severity: str, summary: str) -> Alert:
    return {"name": name, "expr": expr, "for_": after, "severity": severity, "summary": summary}


def _server(values: dict[str, Any], pods: str) -> list[Alert]:
    count = topology.server_count(values)
    cap = int(memory_caps(values)["server"] * _MEMORY_SHARE)
    return [
        _alert(
            "ClickHouseDown",
            f"(count(up{pods} == 1) or vector(0)) < {count}",
            after="5m",
            severity="critical",
            summary=f"Fewer than {count} ClickHouse servers answer.",
        ),
        _alert(
            "ClickHouseTooManyParts",
            f"ClickHouseAsyncMetrics_MaxPartCountForPartition{pods} > {_MANY_PARTS}",
            after="15m",
            severity="warning",
            summary=f"A partition has more than {_MANY_PARTS} parts: inserts outrun merges.",
        ),
        _alert(
            "ClickHouseDelayedInserts",
            f"increase(ClickHouseProfileEvents_DelayedInserts{pods}[5m])"
            f" + increase(ClickHouseProfileEvents_RejectedInserts{pods}[5m]) > 0",
            after="10m",
            severity="critical",
            summary="ClickHouse slows or refuses inserts: events pile up or are lost.",
        ),
        _alert(
            "ClickHouseMemoryNearLimit",
            f"ClickHouseMetrics_MemoryTracking{pods} > {cap}",
            after="10m",
            severity="warning",
            summary="ClickHouse uses over 90 % of the memory it may use; queries begin to fail.",
        ),
        _disk_alert(pods),
    ]


def _disk_alert(pods: str) -> Alert:
    free = "ClickHouseAsyncMetrics_DiskAvailable_default"
    return _alert(
        "ClickHouseDiskSpaceLow",
        f"{free}{pods} / ClickHouseAsyncMetrics_DiskTotal_default{pods} < {_DISK_SHARE}"
        f" or predict_linear({free}{pods}[1d], 259200) < 0",
        after="30m",
        severity="critical",
        summary="ClickHouse's volume is over 85 % full, or will be full within three days.",
    )


def _replicas(pods: str) -> list[Alert]:
    tables = f"ClickHouseAsyncMetrics_NumberOfTables{pods}"
    return [
        _alert(
            "ClickHouseReplicaLacksTables",
            f"max({tables}) - min({tables}) > {_MISSING_TABLES}",
            after="5m",
            severity="critical",
            summary="A replica answers but has not all tables: inserts and queries there fail.",
        ),
        _alert(
            "ClickHouseReplicaReadOnly",
            f"ClickHouseMetrics_ReadonlyReplica{pods} > 0",
            after="10m",
            severity="critical",
            summary="Replicated tables are read-only on a server: inserts there fail.",
        ),
        _alert(
            "ClickHouseReplicationLag",
            f"ClickHouseAsyncMetrics_ReplicasMaxAbsoluteDelay{pods} > {_LAG_SECONDS}",
            after="15m",
            severity="warning",
            summary="A replica is more than five minutes behind: dashboards differ by server.",
        ),
        _alert(
            "ClickHouseKeeperUnavailable",
            f"ClickHouseMetrics_ZooKeeperSession{pods} == 0"
            f" or increase(ClickHouseProfileEvents_ZooKeeperHardwareExceptions{pods}[5m]) > 10",
            after="5m",
            severity="critical",
            summary="A ClickHouse server has no working session with the keepers.",
        ),
    ]


def _keepers(values: dict[str, Any], pods: str) -> list[Alert]:
    count = topology.keeper_count(values)
    return [
        _alert(
            "ClickHouseKeeperMemberDown",
            f"(count(up{pods} == 1) or vector(0)) < {count}",
            after="10m",
            severity="warning",
            summary=f"Fewer than {count} keepers answer; without a majority, inserts stop.",
        )
    ]


def _backups(values: dict[str, Any], namespace: str) -> list[Alert]:
    hours = values["backup"]["maxAgeHours"]
    cron = f'{{namespace="{namespace}",cronjob="{topology.BACKUP}"}}'
    jobs = f'{{namespace="{namespace}",job_name=~"{topology.BACKUP}-.+"}}'
    success = f"max(kube_cronjob_status_last_successful_time{cron})"
    failed = f"max(kube_job_created{jobs} and on (namespace, job_name) kube_job_status_failed{jobs} > 0)"
    found = [
        _alert(
            "ClickHouseBackupFailed",
            f"{failed} > ({success} or vector(0))",
            after="1m",
            severity="warning",
            summary="The newest ClickHouse backup failed.",
        ),
        _alert(
            "ClickHouseBackupTooOld",
            f"time() - ({success} or max(kube_cronjob_created{cron})) > {hours * 3600}",
            after="10m",
            severity="critical",
            summary=f"No ClickHouse backup succeeded within {hours} hours.",
        ),
    ]
    if destination.on_volume(values) and topology.runs_here(values):
        found.append(_backup_space(namespace))
    return found


def _backup_space(namespace: str) -> Alert:
    pods = f'{{namespace="{namespace}",pod=~"{topology.SERVER}-[0-9]+"}}'
    disk = destination.DISK
    return _alert(
        "ClickHouseBackupSpaceLow",
        f"ClickHouseAsyncMetrics_DiskAvailable_{disk}{pods}"
        f" / ClickHouseAsyncMetrics_DiskTotal_{disk}{pods} < {_DISK_SHARE}",
        after="30m",
        severity="warning",
        summary="The volume of ClickHouse backups is over 85 % full.",
    )
