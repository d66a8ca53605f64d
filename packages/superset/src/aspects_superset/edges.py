"""Who opens connections to what, and what must come first; called by `output`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .addresses import (
    WEB,
    administrator,
    database_port,
    has_own_database,
    has_own_redis,
    host_and_port,
    lms_address,
    makes_reader,
)
from .preparation import DATABASE_JOB, METADATA_JOB, READER_JOB
from .worker import BEAT, WORKER

PROCESSES = [f"deployment/{WEB}", f"deployment/{WORKER}", f"deployment/{BEAT}"]


def build_needs(values: Mapping[str, Any], site: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return every connection that these values make Superset open."""
    metadata = f"job/{METADATA_JOB}"
    database_clients = [*PROCESSES, metadata]
    if administrator(values):
        database_clients.append(f"job/{DATABASE_JOB}")
    if makes_reader(values):
        database_clients.append(f"job/{READER_JOB}")
    needs = [
        {"client": client, **database_target(values), "why": "metadata database"}
        for client in database_clients
    ]
    # The Job starts Superset whole, so it opens Redis as well.
    needs += [
        {"client": client, **redis_target(values), "why": "queue, results and caches"}
        for client in [*PROCESSES, metadata]
    ]
    return needs + report_needs(values) + outside_needs(values, site)


def report_needs(values: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the connection by which a report gets its data: the web server's own API.

    Source: Superset's report execution, which posts to WEBDRIVER_BASEURL, read 2026-11.
    """
    if not values["email"]["enabled"]:
        return []
    why = "data of alerts and reports"
    worker = f"deployment/{WORKER}"
    return [{"client": worker, "endpoint": "superset/http", "why": why, "wait": False}]


def database_target(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the database server as an endpoint or an external host."""
    if has_own_database(values):
        return {"endpoint": "superset/database"}
    return {"external": values["database"]["host"], "port": database_port(values)}


def redis_target(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return Redis as an endpoint or an external host."""
    if has_own_redis(values):
        return {"endpoint": "superset/redis"}
    return {"external": values["redis"]["host"], "port": values["redis"]["port"]}


def outside_needs(values: Mapping[str, Any], site: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the connections to the LMS, SMTP and Sentry; none of them must be up first."""
    web, worker = f"deployment/{WEB}", f"deployment/{WORKER}"
    needs: list[dict[str, Any]] = []
    if values["sso"]["enabled"]:
        addresses = {host_and_port(lms_address(values, site))}
        if values["sso"]["verification"] == "jwks" and values["sso"]["jwksUrl"]:
            addresses.add(host_and_port(values["sso"]["jwksUrl"]))
        for host, port in sorted(addresses):
            needs.append(outside(web, host, port, "sign-on and lists of courses"))
            # Reports and queries in the background ask for the same lists.
            needs.append(outside(worker, host, port, "lists of courses"))
    if values["email"]["enabled"]:
        email = values["email"]
        needs.append(outside(worker, email["host"], email["port"], "alerts and reports by e-mail"))
    if values["sentry"]["enabled"]:
        sentry = values["sentry"]
        needs += [
            outside(each, sentry["host"], sentry["port"], "error reports") for each in PROCESSES
        ]
    return needs


def outside(client: str, host: str, port: int, why: str) -> dict[str, Any]:
    """Return one connection to a host that need not be up first."""
    return {"client": client, "external": host, "port": port, "why": why, "wait": False}


def build_order() -> list[dict[str, Any]]:
    """Return the orderings that no connection explains."""
    why = "Superset of this release needs the schema and roles of this release"
    return [{"node": node, "after": [f"job/{METADATA_JOB}"], "why": why} for node in PROCESSES]
