"""What a schema cannot say about the values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from xml.parsers import expat

from aspects_clickhouse import topology
from aspects_clickhouse.backup_checks import backup_problems
from aspects_clickhouse.configuration import own_files
from aspects_clickhouse.memory import bytes_of, memory_limit

Problem = tuple[str, str, str, str]

_LEAST_MEMORY = "1Gi"


def problems(values: dict[str, Any], site: Mapping[str, Any]) -> list[Problem]:
    """Return every problem at once; none where ClickHouse is not enabled."""
    if not values["enabled"]:
        return []
    found = list(_external(values)) if values["topology"] == "external" else []
    if topology.runs_here(values):
        found += [*_server(values), *_memory(values), *_ports(values), *_extra_files(values)]
        found += _storage_class(values, site)
    if topology.replicated(values):
        found += _replicas(values)
    return found + backup_problems(values)


def _external(values: dict[str, Any]) -> Iterator[Problem]:
    if not values["external"]["host"]:
        yield (
            "external.host",
            "missing, though topology is external",
            "the server's host name",
            "set clickhouse.external.host, or clickhouse.topology to single or replicated",
        )


def _server(values: dict[str, Any]) -> Iterator[Problem]:
    if "replicas" in values["server"]:
        yield (
            "server.replicas",
            "the number of servers is not set here",
            "no such key",
            "remove it; set clickhouse.topology to replicated and clickhouse.replicas",
        )
    for key in ("server", "keeper.server"):
        pods = values["server"] if key == "server" else values["keeper"]["server"]
        if pods.get("autoscaling", {}).get("enabled"):
            yield (
                f"{key}.autoscaling.enabled",
                "a server with data cannot be scaled by an autoscaler",
                "false",
                "remove it",
            )
    if values["admin"]["user"] == "default":
        yield (
            "admin.user",
            "default is the built-in user, which is removed",
            "another name",
            "use ch_admin",
        )


def _memory(values: dict[str, Any]) -> Iterator[Problem]:
    limit = memory_limit(values)
    path = "server.resources.limits.memory"
    if not limit:
        yield (
            path,
            "missing: every memory setting of the server follows from it",
            "a quantity, for example 4Gi",
            "set it to what one server may use",
        )
    elif bytes_of(limit) < bytes_of(_LEAST_MEMORY):
        yield (path, f"{limit} is too small for a server", f"at least {_LEAST_MEMORY}", "raise it")
    ratios = values["memory"]
    for smaller, larger in (("spillRatio", "queryRatio"), ("queryRatio", "serverRatio")):
        if ratios[smaller] > ratios[larger]:
            yield (
                f"memory.{smaller}",
                f"{ratios[smaller]} is more than {larger}, {ratios[larger]}",
                f"at most {larger}",
                f"lower {smaller} or raise {larger}",
            )


def _ports(values: dict[str, Any]) -> Iterator[Problem]:
    seen: dict[int, str] = {}
    for name, port in values["ports"].items():
        if port in seen:
            yield (
                f"ports.{name}",
                f"{port} is the port of {seen[port]} as well",
                "a port of its own",
                "choose another port",
            )
        seen.setdefault(port, name)


def _extra_files(values: dict[str, Any]) -> Iterator[Problem]:
    for key, taken in own_files().items():
        for name, text in values[key].items():
            path = f"{key}.{name}"
            if name in taken:
                yield (
                    path,
                    "this name is that of a generated file",
                    "a name of its own",
                    "rename it, for example to 90-site.xml",
                )
            problem = _xml_problem(text) if name.endswith((".xml", ".conf")) else ""
            if problem:
                yield (path, problem, "an XML document <clickhouse>...</clickhouse>", "correct it")


def _xml_problem(text: str) -> str:
    roots: list[str] = []
    parser = expat.ParserCreate()
    parser.StartElementHandler = lambda name, _: roots.append(name)
    try:
        parser.Parse(text, True)
    except expat.ExpatError as error:
        return f"not XML: {error}"
    return "" if roots[0] in ("clickhouse", "yandex") else f"its root is <{roots[0]}>"


def _storage_class(values: dict[str, Any], site: Mapping[str, Any]) -> Iterator[Problem]:
    chosen = values["storage"].get("storageClass") or site.get("storage_class")
    # a site that does not say its class is not judged
    if chosen or "storage_class" not in site or site.get("profile") != "production":
        return
    yield (
        "storage.storageClass",
        "no StorageClass is named, so the cluster's default would hold production data",
        "a class with SSD-class random writes",
        "set clickhouse.storage.storageClass or kubernetes.storageClass",
    )


def _replicas(values: dict[str, Any]) -> Iterator[Problem]:
    if values["replicas"] < 2:
        yield (
            "replicas",
            "one replica replicates nothing",
            "2 or more",
            "raise it, or set clickhouse.topology to single",
        )
    count = topology.keeper_count(values)
    if count % 2 == 0:
        yield (
            "keeper.server.replicas",
            f"{count} keepers survive no more failures than {max(count - 1, 1)}",
            "an odd number, 3 as a rule",
            "set it to 3",
        )
