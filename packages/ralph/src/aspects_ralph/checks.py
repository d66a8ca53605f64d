"""The checks: what the schema cannot say of the slice; called by `check` of the package."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from .memory import needed_bytes, parse_bytes
from .server import DRAIN_SECONDS, MARGIN_SECONDS
from .settings import OWNED
from .store import ENDPOINT, TLS_PORTS

Problem = tuple[str, str, str, str]

SECRET_NAME = re.compile(r"PASSWORD|PASSWD|SECRET|TOKEN|CREDENTIAL|DSN|PRIVATE|_KEY$|API_?KEY")
SECRET_VALUE = re.compile(r"://[^/\s:@]*:[^/\s@]+@|\$2[aby]\$\d\d\$")

# A probe waits behind a running insert, 0.14 to 0.26 s measured with small batches.
LEAST_PROBE_SECONDS = 2


def find_problems(values: dict[str, Any], site: Mapping[str, Any]) -> list[Problem]:
    """Return every problem of the slice; `site["endpoints"]` lists what others offer."""
    return [
        *_check_server(values),
        *_check_store(values["clickhouse"], site.get("endpoints", [])),
        *_check_clients(values),
        *_check_outside(values),
        *_check_host(values["publicHost"], site),
        *_check_extra(values["extraSettings"]),
    ]


def _check_server(values: dict[str, Any]) -> Iterator[Problem]:
    server = values["server"]
    limit = server.get("resources", {}).get("limits", {}).get("memory")
    needed = needed_bytes(values["workers"])
    if limit is not None and parse_bytes(limit) < needed:
        need = -(-needed // 2**20)
        yield (
            "server.resources.limits.memory",
            f"{values['workers']} server processes do not fit in {limit}",
            f"at least {need}Mi for {values['workers']} processes",
            f"set that limit to {need}Mi or more, or lower ralph.workers",
        )
    least = DRAIN_SECONDS + MARGIN_SECONDS + 5
    if server["terminationGracePeriodSeconds"] < least:
        yield (
            "server.terminationGracePeriodSeconds",
            "a stopping pod has no time to answer the requests it holds",
            f"at least {least} seconds",
            f"set it to {least} or more; the default is 45",
        )
    for probe in ("startup", "liveness", "readiness"):
        seconds = server.get("probes", {}).get(probe, {}).get("timeoutSeconds")
        if seconds is not None and seconds < LEAST_PROBE_SECONDS:
            yield (
                f"server.probes.{probe}.timeoutSeconds",
                "a probe waits while Ralph waits for ClickHouse, so it fails under load",
                f"at least {LEAST_PROBE_SECONDS} seconds",
                "leave the key out to take the default",
            )


def _check_store(store: dict[str, Any], endpoints: list[str]) -> Iterator[Problem]:
    if not store["host"]:
        if ENDPOINT not in endpoints:
            yield (
                "clickhouse.host",
                "no ClickHouse is deployed here and no host is named",
                "the host of a ClickHouse HTTP interface",
                "set ralph.clickhouse.host, or clickhouse.enabled to true",
            )
        return
    if store["tls"] != (store["port"] in TLS_PORTS):
        word = "does not speak" if store["tls"] else "always speaks"
        yield (
            "clickhouse.port" if store["tls"] else "clickhouse.tls",
            f"Ralph {word} TLS to port {store['port']}: it infers TLS from the port alone",
            "tls true with port 443 or 8443, or tls false with any other port",
            "reach the HTTPS interface on 8443 or 443, and set port and tls to match",
        )


def _check_clients(values: dict[str, Any]) -> Iterator[Problem]:
    if values["authSecret"]["name"]:
        if values["users"]:
            yield (
                "users",
                "the clients listed here are not used, because authSecret brings a whole file",
                "an empty list",
                "add the clients to the file in that Secret, or empty ralph.authSecret.name",
            )
        return
    clients = [("admin", values["admin"]), ("lms", values["lms"])]
    clients += [(f"users[{index}]", user) for index, user in enumerate(values["users"])]
    names: dict[str, str] = {}
    secrets: dict[tuple[str, str], str] = {}
    for path, client in clients:
        first = names.setdefault(client["username"], path)
        if first != path:
            yield (
                f"{path}.username",
                f"{client['username']} is already the user name of ralph.{first}",
                "a user name of its own for each client",
                "choose another user name",
            )
        ref = client["passwordSecret"]
        first = secrets.setdefault((ref["name"], ref["key"]), path)
        if first != path:
            yield (
                f"{path}.passwordSecret",
                f"shares its password with ralph.{first}: whoever knows one has both scopes",
                "a Secret key of its own for each client",
                "name another Secret or key",
            )


def _check_outside(values: dict[str, Any]) -> Iterator[Problem]:
    if values["oidc"]["enabled"] and not values["oidc"]["issuer"]:
        yield (
            "oidc.issuer",
            "tokens are accepted but no issuer is named",
            "the address of the issuer",
            "set ralph.oidc.issuer, or ralph.oidc.enabled to false",
        )
    forwardings = values["forwardings"]
    if forwardings["secret"]["name"] and not forwardings["targets"]:
        yield (
            "forwardings.targets",
            "statements are forwarded, but pods may reach no other store",
            "the host of each store in the Secret",
            "list every host under ralph.forwardings.targets",
        )
    if forwardings["targets"] and not forwardings["secret"]["name"]:
        yield (
            "forwardings.secret.name",
            "stores are listed, but nothing is forwarded",
            "the Secret with the JSON list of stores",
            "name the Secret, or empty ralph.forwardings.targets",
        )


def _check_host(host: str, site: Mapping[str, Any]) -> Iterator[Problem]:
    if host and host == site.get("lms_host"):
        yield (
            "publicHost",
            "the LMS already has this host",
            "a host name of its own",
            f"use another name, for example lrs.{host}",
        )


def _check_extra(extra: dict[str, str]) -> Iterator[Problem]:
    for name, value in sorted(extra.items()):
        if name in OWNED:
            key = OWNED[name]
            fix = f"set ralph.{key} instead" if key else "take it out: it is fixed"
            expected = "a setting that no other key decides"
            yield (
                f"extraSettings.{name}",
                "another key already decides this setting",
                expected,
                fix,
            )
        elif SECRET_NAME.search(name) or SECRET_VALUE.search(value):
            # The path stops at the map, so that no report shows the text.
            yield (
                "extraSettings",
                f"{name} looks like a secret, and these texts stand in the output",
                "settings that anyone may read",
                "take it out; secrets have keys of their own that end in Secret",
            )
