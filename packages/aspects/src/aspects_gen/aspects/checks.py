"""What the schema cannot say about the slice `aspects`, and what spans slices."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from aspects_gen.aspects.access import CLIENTS, RESERVED_DATABASES, RESERVED_USERS
from aspects_gen.aspects.extension_checks import check_extensions
from aspects_gen.aspects.following import FOLLOWS, get
from aspects_gen.aspects.languages import check_locales
from aspects_gen.services.contract import Problem

TLS_PORTS = (443, 8443)
"""Ports on which Ralph speaks TLS; it has no other switch."""


def find_problems(values: dict[str, Any], site: Mapping[str, Any]) -> list[Problem]:
    """Return what is wrong, with paths inside the slice.

    Args:
        values: the whole tree, complete.
        site: facts of the site; `endpoints` lists what is offered.
    """
    return [
        *check_server(site),
        *check_tls(values),
        *check_source(values),
        *check_users(values),
        *check_databases(values["aspects"]),
        *check_tables(values["aspects"]),
        *check_followers(values),
        *check_lms(values),
        *check_locales(values["aspects"]["dashboards"]),
        *check_sql(values["aspects"]["extraSql"]),
        *check_extensions(values),
    ]


def check_server(site: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield a problem when there is no ClickHouse."""
    if "clickhouse/http" not in site["endpoints"]:
        yield (
            "enabled",
            "there is no ClickHouse to set up",
            "clickhouse.enabled: true, with topology external for a server that runs elsewhere",
            "set clickhouse.enabled to true, or aspects.enabled to false",
        )


def check_tls(values: dict[str, Any]) -> Iterator[Problem]:
    """Yield a problem when Ralph would speak to an external server in the wrong way.

    Source: clickhouse-connect, `get_client`, parameter `interface`, read 2026-11.
    """
    clickhouse, ralph = values["clickhouse"], values["ralph"]
    if clickhouse["topology"] != "external" or not ralph["enabled"]:
        return
    if ralph["clickhouse"].get("host"):
        return
    tls, port = clickhouse["external"]["tls"], clickhouse["external"]["httpPort"]
    if tls != (port in TLS_PORTS):
        word = "does not speak" if tls else "always speaks"
        yield (
            "source",
            f"Ralph {word} TLS to port {port} of ClickHouse: it infers TLS from the port alone",
            "clickhouse.external.tls true with httpPort 443 or 8443, or false with another port",
            "serve HTTPS on 8443 or 443, or set ralph.clickhouse.host and port for Ralph alone",
        )


def check_source(values: dict[str, Any]) -> Iterator[Problem]:
    """Yield a problem when nothing writes the events that the models read."""
    aspects = values["aspects"]
    if aspects["source"] == "vector" and not values["vector"]["enabled"]:
        yield (
            "source",
            "source is vector, but Vector does not run",
            "vector.enabled: true",
            "set vector.enabled to true, or aspects.source to ralph",
        )
    if aspects["source"] == "ralph" and not has_lrs(values):
        yield (
            "source",
            "source is ralph, but there is no LRS",
            "ralph.enabled: true, or the address of another LRS in aspects.lrs.url",
            "set ralph.enabled to true, aspects.lrs.url, or aspects.source to vector",
        )


def has_lrs(values: dict[str, Any]) -> bool:
    """Tell whether the LMS has an LRS to post to."""
    return bool(values["ralph"]["enabled"] or values["aspects"]["lrs"]["url"])


def check_users(values: dict[str, Any]) -> Iterator[Problem]:
    """Yield users that are shared or belong to the server."""
    taken = {values["clickhouse"]["admin"]["user"]: "clickhouse.admin.user"}
    taken |= dict.fromkeys(RESERVED_USERS, "the server itself")
    for client in CLIENTS:
        user = values["aspects"]["clients"][client]["user"]
        if user in taken:
            yield (
                f"clients.{client}.user",
                f"the ClickHouse user {user} is also that of {taken[user]}",
                "a user of its own, so that each client has only the rights it needs",
                f"choose another name, for example ch_{client}",
            )
        taken.setdefault(user, f"aspects.clients.{client}")


def check_databases(aspects: dict[str, Any]) -> Iterator[Problem]:
    """Yield databases that are shared or belong to the server."""
    taken: dict[str, str] = {}
    for key in ("xapi", "eventSink", "vector", "reporting"):
        name = aspects["databases"][key]
        if name in RESERVED_DATABASES:
            problem = f"the database {name} belongs to the ClickHouse server"
            fix = "choose another name"
            yield (f"databases.{key}", problem, "a database of this deployment's own", fix)
        if name in taken:
            yield (
                f"databases.{key}",
                f"the database {name} is also aspects.databases.{taken[name]}",
                "four databases, since tables of the same name stand in more than one",
                "give each a name of its own",
            )
        taken.setdefault(name, key)
    if aspects["databases"]["migrations"] in RESERVED_DATABASES:
        problem = "the record of migrations cannot be in a database of the server"
        fix = "leave aspects.databases.migrations empty"
        yield ("databases.migrations", problem, "a database of this deployment's own", fix)


def check_tables(aspects: dict[str, Any]) -> Iterator[Problem]:
    """Yield raw tables of one database that have the same name."""
    taken: dict[str, str] = {}
    for key in ("rawXapi", "trackingLogs", "deadLetters"):
        name = aspects["tables"][key]
        if name in taken:
            problem = f"the table {name} is also aspects.tables.{taken[name]}"
            yield (f"tables.{key}", problem, "a table of its own", "choose another name")
        taken.setdefault(name, key)


def check_followers(values: dict[str, Any]) -> Iterator[Problem]:
    """Yield values of a running service that the operator set to something nobody creates."""
    for path, source in FOLLOWS.items():
        service, _, rest = path.partition(".")
        if service not in ("ralph", "vector") or not values[service]["enabled"]:
            continue
        if rest.startswith("lms."):
            continue
        wanted, found = get(values["aspects"], source), get(values, path)
        if wanted != found:
            yield (
                source,
                f"{path} is {found!r}, but what is created is {wanted!r}",
                "the same in both places",
                f"remove {path} and set aspects.{source} to {found!r}",
            )


def check_lms(values: dict[str, Any]) -> Iterator[Problem]:
    """Yield problems of the wiring of the LMS."""
    lms, bus = values["aspects"]["lms"], values["aspects"]["eventBus"]
    image = lms["image"]
    runs = lms["manage"] or bus["consumer"]["enabled"]
    if runs and not image:
        key = "lms.manage" if lms["manage"] else "eventBus.consumer.enabled"
        problem = "it runs in the LMS's image, which is not named"
        yield (key, problem, "aspects.lms.image", "set aspects.lms.image, or switch this off")
    if lms["manage"] and not lms["connections"] and values["network"]["policies"]:
        problem = "the Job in the LMS's image reaches no database: nothing is opened for it"
        fix = "list the LMS's MySQL, MongoDB and Redis in aspects.lms.connections"
        yield ("lms.connections", problem, "the servers that the LMS's settings name", fix)
    tag = image.rpartition("/")[2].rpartition(":")[2] if ":" in image.rpartition("/")[2] else ""
    if image and "@sha256:" not in image and tag in ("", "latest", "nightly", "main", "master"):
        problem = f"the image {image} has no exact tag"
        fix = "name a released tag, or a digest after @"
        yield ("lms.image", problem, "an exact tag or a digest", fix)
    if bus["consumer"]["enabled"] and not has_lrs(values):
        problem = "the consumer sends statements, but there is no LRS"
        fix = "set ralph.enabled to true, or aspects.lrs.url"
        yield ("eventBus.consumer.enabled", problem, "an LRS", fix)


def check_sql(text: str) -> Iterator[Problem]:
    """Yield a problem when the operator's statements are not closed."""
    lines = [line for line in text.strip().splitlines() if not line.lstrip().startswith("--")]
    if lines and not lines[-1].rstrip().endswith(";"):
        fix = "end the last statement with a semicolon"
        yield ("extraSql", "the last statement is not closed", "statements that end in ;", fix)
