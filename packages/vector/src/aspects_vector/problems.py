"""What the schema cannot say about the slice. Called by the generator before `emit`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from aspects_vector.container import CONFIG_FILE, TEST_FILE
from aspects_vector.sizes import human, needed_bytes, quantity_bytes

if TYPE_CHECKING:
    from aspects_vector.seam import Problem


def problems_of(values: dict[str, Any], site: Mapping[str, Any]) -> list[Problem]:
    """Return every problem; none for a service that is off."""
    if not values["enabled"]:
        return []
    return [
        *_store(values),
        *_clickhouse(values["clickhouse"], site),
        *_storage(values),
        *_archive(values),
        *_autoscaling(values),
        *_extra_config(values["extraConfig"]),
    ]


def _store(values: dict[str, Any]) -> list[Problem]:
    store = values["store"]
    if store["xapi"] or store["trackingLogs"]:
        return []
    fix = "set store.xapi to true, or enabled to false"
    return [("store", "nothing is stored", "xapi or trackingLogs to be true", fix)]


def _clickhouse(clickhouse: dict[str, Any], site: Mapping[str, Any]) -> list[Problem]:
    found: list[Problem] = []
    if not clickhouse["host"] and "clickhouse/http" not in site.get("endpoints", ()):
        found.append(
            (
                "clickhouse.host",
                "no ClickHouse server is known",
                "a host name, or a ClickHouse in this deployment",
                "set clickhouse.host to the server's name, or enable the clickhouse service",
            )
        )
    if clickhouse["host"] and clickhouse["caSecret"]["name"] and not clickhouse["tls"]:
        found.append(
            (
                "clickhouse.caSecret.name",
                "a certificate authority is named but TLS is off",
                "tls to be true, or no caSecret",
                "set clickhouse.tls to true, or remove clickhouse.caSecret",
            )
        )
    return found


def _storage(values: dict[str, Any]) -> list[Problem]:
    size = values["aggregatorStorage"]["size"]
    needed = needed_bytes(values)
    if quantity_bytes(size) >= needed:
        return []
    fix = f"set aggregatorStorage.size to {human(needed)}, or lower bufferBytes"
    problem = f"{size} cannot hold the disk buffers"
    return [("aggregatorStorage.size", problem, f"at least {human(needed)}", fix)]


def _archive(values: dict[str, Any]) -> list[Problem]:
    archive = values["archive"]
    if not archive["enabled"]:
        return []
    found: list[Problem] = []
    if not archive["bucket"]:
        fix = "set archive.bucket to the name of a bucket that exists"
        found.append(("archive.bucket", "the archive has no bucket", "a bucket name", fix))
    if not values["store"]["xapi"]:
        fix = "set store.xapi to true, or archive.enabled to false"
        problem = "the archive keeps xAPI statements, which are not stored"
        found.append(("archive.enabled", problem, "store.xapi to be true", fix))
    pair = archive["credentialsSecret"]
    if archive["credentials"] == "secret" and pair["accessKey"] == pair["secretKey"]:
        fix = "name the two keys of the pair, for example accessKey and secretKey"
        problem = "one key of the Secret cannot be both halves of the pair"
        found.append(("archive.credentialsSecret.secretKey", problem, "two different keys", fix))
    return found


def _autoscaling(values: dict[str, Any]) -> list[Problem]:
    fix = "remove it; aggregator.replicas sets the number of aggregators"
    return [
        (f"{name}.autoscaling.enabled", "this workload cannot be autoscaled", "false", fix)
        for name in ("agent", "aggregator")
        if values[name].get("autoscaling", {}).get("enabled", False)
    ]


def _extra_config(extra: dict[str, dict[str, str]]) -> list[Problem]:
    found: list[Problem] = []
    for process, files in extra.items():
        for name, text in files.items():
            where = f"extraConfig.{process}.{name}"
            if name in (CONFIG_FILE, TEST_FILE):
                fix = "choose another file name"
                found.append((where, f"{name} is a file of ours", "another name", fix))
            elif problem := _unreadable(name, text):
                fix = "correct the text; `vector validate --no-environment` names the place"
                found.append((where, problem, "text that Vector can read", fix))
    return found


def _unreadable(name: str, text: str) -> str:
    import json
    import tomllib

    if "\t" in text or "\r" in text:
        return "the text holds tabs or carriage returns"
    try:
        if name.endswith(".json"):
            json.loads(text)
        elif name.endswith(".toml"):
            tomllib.loads(text)
    except ValueError as error:
        return f"the text cannot be parsed: {error}"
    return ""
