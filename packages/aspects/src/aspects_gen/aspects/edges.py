"""Who opens which connection, and what must come first although none is opened."""

from __future__ import annotations

from typing import Any

from aspects_gen.aspects import clickhouse_jobs, lms_job, privacy_jobs, superset_job
from aspects_gen.aspects.server import QUERIES, SCHEMA
from aspects_gen.services.contract import Need, Order, Tools

SENDERS = ("deployment/ralph", "statefulset/vector-aggregator", "daemonset/vector-agent")
"""Workloads that write events, under whatever of these names they run."""


def list_needs(values: dict[str, Any], tools: Tools) -> list[Need]:
    """Return the connections of this package's Jobs and those between services that it ties."""
    needs: list[Need] = [
        {"client": f"job/{clickhouse_jobs.ACCESS}", "endpoint": SCHEMA, "why": "sets up access"},
        {"client": f"job/{clickhouse_jobs.MIGRATE}", "endpoint": SCHEMA, "why": "sets up tables"},
        {"client": f"job/{clickhouse_jobs.DBT}", "endpoint": SCHEMA, "why": "builds models"},
        {"client": f"job/{privacy_jobs.PURGE}", "endpoint": SCHEMA, "why": "removes rows"},
    ]
    if values["aspects"]["pii"] == "pseudonym":
        job = f"job/{clickhouse_jobs.PSEUDONYMS}"
        needs.append({"client": job, "endpoint": SCHEMA, "why": "stores the key of pseudonyms"})
    if not values["aspects"]["lms"]["clickhouseUrl"]:
        copies = "copies records"
        needs.append({"client": "lms", "endpoint": QUERIES, "why": copies, "wait": False})
    if values["superset"]["enabled"]:
        needs += superset_needs(values, tools)
    return needs


def superset_needs(values: dict[str, Any], tools: Tools) -> list[Need]:
    """Return what ties Superset to ClickHouse, and the LMS and the import Job to Superset."""
    reads = "reads the models"
    job = f"job/{superset_job.NAME}"
    needs: list[Need] = [
        {"client": client, "endpoint": QUERIES, "why": reads, "wait": False}
        for client in ("deployment/superset", "deployment/superset-worker")
    ]
    # the import itself asks ClickHouse nothing: columns stand in the assets
    needs += [server_need(values, tools, job, which) for which in ("database", "redis")]
    if not values["aspects"]["lms"]["supersetInternalUrl"]:
        asks = "asks for guest tokens"
        needs.append({"client": "lms", "endpoint": "superset/http", "why": asks, "wait": False})
    return needs


def list_order() -> list[Order]:
    """Return orderings that no connection explains."""
    why = "a sender drops events, or fails, while its table and user do not exist"
    models = [f"job/{clickhouse_jobs.DBT}"]
    found: list[Order] = [{"node": node, "after": models, "why": why} for node in SENDERS]
    route = "without a route in the LMS the consumer would drop what it takes off the bus"
    consumer = f"deployment/{lms_job.CONSUMER}"
    return [*found, {"node": consumer, "after": [f"job/{lms_job.JOB}"], "why": route}]


def server_need(values: dict[str, Any], tools: Tools, client: str, which: str) -> Need:
    """Return the connection to Superset's database or Redis, in the cluster or outside."""
    why = "runs Superset's own code on its database and queue"
    if tools.endpoint(f"superset/{which}") is not None:
        return {"client": client, "endpoint": f"superset/{which}", "why": why}
    server = values["superset"][which]
    ports = {"postgresql": 5432, "mysql": 3306}
    port = server["port"] or ports[server["engine"]]
    return {"client": client, "external": server["host"], "port": port, "why": why}
