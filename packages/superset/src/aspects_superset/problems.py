"""What a schema cannot say about the values; called by `check`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .addresses import (
    ADMINISTRATORS,
    has_own_database,
    has_own_redis,
    host_and_port,
    public_host,
)
from .people import Problem, accounts, roles, sign_on

# Files that stand beside the settings, and names that Superset itself imports.
TAKEN = frozenset(
    {
        "superset_config.py",
        "course_filter.py",
        "guest_payload.py",
        "site_security.py",
        "heartbeat.py",
        "site_secrets.py",
        "site_urls.py",
        "openedx_claims.py",
        "openedx_lms.py",
        "openedx_sso.py",
        "superset.py",
        "flask.py",
        "celery.py",
        "redis.py",
    }
)


def find_problems(values: Mapping[str, Any], site: Mapping[str, Any]) -> list[Problem]:
    """Return every problem, in the order of the schema."""
    return [
        *hosts(values, site),
        *workloads(values),
        *database(values),
        *redis(values),
        *accounts(values, site),
        *roles(values),
        *sign_on(values),
        *addresses(values),
        *python_texts(values),
        *references(values),
    ]


def hosts(values: Mapping[str, Any], site: Mapping[str, Any]) -> Iterator[Problem]:
    """Superset sets cookies and a policy of its own, so it needs a host of its own."""
    if public_host(values, site) in (site["lms_host"], host_and_port(site["studio_url"])[0]):
        yield (
            "host",
            "Superset would share a host name with the LMS or Studio",
            "a host name of its own",
            "name another host, or leave host empty for superset.LMSHOST",
        )


def workloads(values: Mapping[str, Any]) -> Iterator[Problem]:
    """Beat and the servers in the cluster run once; more of them would contradict each other."""
    single = [("beat", values["beat"])]
    if has_own_database(values):
        single.append(("database.server", values["database"]["server"]))
    if has_own_redis(values):
        single.append(("redis.server", values["redis"]["server"]))
    for path, workload in single:
        if workload.get("replicas", 1) != 1 or workload.get("autoscaling", {}).get("enabled"):
            yield (
                f"{path}.replicas",
                "this part runs exactly once",
                "1, without autoscaling",
                f"remove {path}.replicas and {path}.autoscaling",
            )
    for path in ("web", "worker"):
        scaling = values[path].get("autoscaling", {})
        if scaling.get("enabled") and scaling["minReplicas"] > scaling["maxReplicas"]:
            yield (
                f"{path}.autoscaling.minReplicas",
                "the fewest pods are more than the most",
                f"at most {scaling['maxReplicas']}",
                f"raise {path}.autoscaling.maxReplicas or lower minReplicas",
            )


def database(values: Mapping[str, Any]) -> Iterator[Problem]:
    """Settings of a server of your own make no sense for the one in the cluster."""
    settings = values["database"]
    if not has_own_database(values):
        yield from authority(settings, "database", settings["tls"] == "verify")
        return
    for key, neutral in (("tls", "off"), ("caCertificate", ""), ("adminUser", "")):
        if settings[key] != neutral:
            yield (
                f"database.{key}",
                "this belongs to a database server of your own, but database.host is empty",
                "database.host and this together",
                f"set database.host, or remove database.{key}",
            )
    administrators = ("postgres", "root", "mysql.sys")
    if settings["user"] in administrators:
        yield (
            "database.user",
            "this is the server's administrator",
            "a user of Superset's own",
            "name another user, for example superset",
        )


def redis(values: Mapping[str, Any]) -> Iterator[Problem]:
    """As for the database; and each use needs a Redis database of its own."""
    settings = values["redis"]
    if has_own_redis(values):
        for key in ("user", "tls", "caCertificate"):
            if settings[key]:
                yield (
                    f"redis.{key}",
                    "this belongs to a Redis of your own, but redis.host is empty",
                    "redis.host and this together",
                    f"set redis.host, or remove redis.{key}",
                )
    else:
        yield from authority(settings, "redis", settings["tls"])
    numbers = list(settings["databases"].values())
    if len(set(numbers)) < len(numbers):
        yield (
            "redis.databases",
            "two uses share one Redis database",
            "three different numbers",
            "give celery, results and cache different numbers",
        )


def authority(settings: Mapping[str, Any], path: str, used: bool) -> Iterator[Problem]:
    """A certificate must be one, and be used."""
    text = settings["caCertificate"]
    if not text:
        return
    if not used or "-----BEGIN CERTIFICATE-----" not in text:
        yield (
            f"{path}.caCertificate",
            "certificates are not checked" if not used else "this is no certificate",
            "PEM text, with checking switched on by tls",
            f"set {path}.tls, or remove {path}.caCertificate",
        )


def addresses(values: Mapping[str, Any]) -> Iterator[Problem]:
    """What is switched on needs an address."""
    for key, about in (("email", "the SMTP server"), ("sentry", "the Sentry server")):
        if values[key]["enabled"] and not values[key]["host"]:
            yield (
                f"{key}.host",
                f"{key} is enabled but {about} is not named",
                "a host name",
                f"set {key}.host, or {key}.enabled: false",
            )
    if values["email"]["ssl"] and values["email"]["starttls"]:
        yield (
            "email.ssl",
            "a connection cannot be TLS from the start and be upgraded to TLS",
            "one of ssl and starttls",
            "set email.starttls: false (port 465), or email.ssl: false (port 587)",
        )


def python_texts(values: Mapping[str, Any]) -> Iterator[Problem]:
    """Python text of the operator's own must at least be Python."""
    texts = [("extraConfig", values["extraConfig"])]
    texts += [(f"extraModules.{name}", text) for name, text in values["extraModules"].items()]
    for path, text in texts:
        try:
            compile(text, path, "exec")
        except (SyntaxError, ValueError) as error:
            line = getattr(error, "lineno", None) or 1
            yield (
                path,
                f"this is not Python: line {line}: {getattr(error, 'msg', error)}",
                "Python that compiles",
                "correct that line",
            )
    for name in sorted(set(values["extraModules"]) & TAKEN):
        yield (
            f"extraModules.{name}",
            "a module of this name exists already",
            "another name",
            "choose a name with a prefix of your own",
        )


def references(values: Mapping[str, Any]) -> Iterator[Problem]:
    """One key of one Secret has one meaning, and so has one account."""
    database = values["database"]
    reader = database["reader"]
    if reader["enabled"]:
        taken = {database["user"], database["adminUser"], *ADMINISTRATORS.values()}
        if reader["user"] in taken:
            yield (
                "database.reader.user",
                "this account may do more than read",
                "an account of its own",
                "name another one, for example superset_reader",
            )
        if reader["passwordSecret"] in (
            database["passwordSecret"],
            database["adminPasswordSecret"],
        ):
            yield (
                "database.reader.passwordSecret",
                "an account that may do more has the same password",
                "a key of its own",
                "name another Secret, or another key of it",
            )
    if database["passwordSecret"] == database["adminPasswordSecret"]:
        yield (
            "database.adminPasswordSecret",
            "user and administrator would have the same password",
            "a key of its own",
            "name another key of the Secret",
        )
