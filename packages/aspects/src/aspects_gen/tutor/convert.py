"""Converters of single settings: a value as Tutor holds it -> a value of ours. mapping.json names them by `as`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aspects_gen.tutor import conditions, shapes
from aspects_gen.tutor.clauses import refresh_minutes, retention_months
from aspects_gen.tutor.images import is_upstream, split_image
from aspects_gen.tutor.outcome import Noted, NotNeededError, UnmappableError
from aspects_gen.tutor.settings import Settings, as_boolean

Converter = Callable[[Any, str, Settings], Any]
"""(value, variable, settings) -> value or Noted; raises UnmappableError or NotNeededError."""

ENGINE_PORTS = {"mysql": 3306, "postgresql": 5432}


def text(value: Any, _variable: str, _settings: Settings) -> str:
    """Return a text; a number becomes its digits."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    raise UnmappableError("this is not a text")


def boolean(value: Any, _variable: str, _settings: Settings) -> bool:
    """Return a truth in any of the forms that YAML 1.1 and people have for it."""
    truth = as_boolean(value)
    if truth is None:
        raise UnmappableError("this is neither true nor false")
    return truth


def integer(value: Any, _variable: str, _settings: Settings) -> int:
    """Return a whole number; text of digits is one."""
    if isinstance(value, str) and value.strip().isascii() and value.strip().lstrip("+-").isdigit():
        digits = value.strip()
        if len(digits) < 19:  # nothing here is near 2**63
            return int(digits)
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, float) and value == value // 1 and abs(value) < 2**53:
        return int(value)
    raise UnmappableError("this is not a whole number")


def number(value: Any, _variable: str, _settings: Settings) -> float:
    """Return a number."""
    try:
        if isinstance(value, str | int | float) and not isinstance(value, bool):
            return float(value)
    except (ValueError, OverflowError):
        pass
    raise UnmappableError("this is not a number")


def quantity(value: Any, variable: str, settings: Settings) -> str:
    """Return a Kubernetes quantity as text."""
    return text(value, variable, settings)


def off(_value: Any, _variable: str, _settings: Settings) -> bool:
    """Return False: for a key that another setting switches off."""
    return False


def is_set(value: Any, _variable: str, _settings: Settings) -> bool:
    """Return whether there is anything."""
    return bool(value)


def cluster_host(value: Any, variable: str, settings: Settings) -> str:
    """Return a host; one of Tutor's own Services by a name that every namespace can look up."""
    host = text(value, variable, settings)
    for service in ("clickhouse", "mysql", "redis", "smtp"):
        if host == service:
            return f"{service}.{settings.namespace}.svc"
    return host


def public_host(value: Any, variable: str, settings: Settings) -> str:
    """Return a host name in the form that certificates and browsers compare: lower case, no last dot."""
    return text(value, variable, settings).lower().rstrip(".")


def topology(_value: Any, _variable: str, settings: Settings) -> str:
    """Return where ClickHouse runs."""
    return "external" if conditions.clickhouse_is_external(settings) else "single"


def ralph_enabled(value: Any, variable: str, settings: Settings) -> bool | Noted:
    """Return whether Ralph runs; it must where the models read what it writes."""
    runs = boolean(value, variable, settings)
    if runs == conditions.ralph_runs(settings):
        return runs
    return Noted(
        True,
        "RUN_RALPH was off though the models read what Ralph writes, and no Ralph elsewhere is named: "
        "Ralph is switched on; where statements go to another LRS, set aspects.lrs.url and ralph.enabled",
    )


def vector_enabled(value: Any, variable: str, settings: Settings) -> bool | Noted:
    """Return whether Vector runs; it must where the models read what it writes."""
    runs = boolean(value, variable, settings)
    if runs == conditions.vector_runs(settings):
        return runs
    return Noted(
        True,
        "RUN_VECTOR was off though the models read what Vector writes: Vector is switched on; "
        "stop a Vector of your own that reads the same logs",
    )


def engine(_value: Any, _variable: str, settings: Settings) -> str:
    """Return the engine of Superset's metadata database."""
    found = conditions.database_engine(settings)
    if found is None:
        raise UnmappableError(
            "Superset's metadata can be in MySQL or PostgreSQL only",
            "a new PostgreSQL runs in the cluster; export what people made and import it there",
        )
    return found


def database_port(value: Any, variable: str, settings: Settings) -> int:
    """Return a database port; 0, the engine's own, where it is that."""
    port = integer(value, variable, settings)
    return 0 if port == ENGINE_PORTS.get(conditions.database_engine(settings) or "") else port


def starttls(value: Any, variable: str, settings: Settings) -> bool:
    """Return whether a plain connection is upgraded; never together with TLS from the start."""
    return boolean(value, variable, settings) and not settings.flag("SMTP_USE_SSL", default=False)


def redis_numbers(_value: Any, _variable: str, _settings: Settings) -> dict[str, int]:
    """Return Redis databases that the LMS on the same server does not use (it uses 0 and 1).

    Source: the plugin's Superset settings use 3 and 4, and name 5.
    """
    return {"celery": 3, "results": 4, "cache": 5}


def lrs_url(value: Any, variable: str, settings: Settings) -> str:
    """Return the address of a Ralph elsewhere."""
    secure = settings.flag("RALPH_RUN_HTTPS", default=False)
    port = integer(settings.get("RALPH_PORT"), "RALPH_PORT", settings)
    own = 443 if secure else 80
    host = text(value, variable, settings)
    shown = f":{port}" if port != own and settings.is_set("RALPH_PORT") else ""
    return f"{'https' if secure else 'http'}://{host}{shown}/xAPI/"


def archive_credentials(_value: Any, _variable: str, settings: Settings) -> str:
    """Return where the archive's access key comes from."""
    pair = ("ASPECTS_XAPI_S3_ACCESS_KEY", "ASPECTS_XAPI_S3_SECRET_KEY")
    return "secret" if any(settings.is_set(name) for name in pair) else "ambient"


def retention(value: Any, variable: str, settings: Settings) -> int | Noted:
    """Return the whole months that a TTL expression keeps events."""
    return retention_months("" if value is None else text(value, variable, settings))


def refresh(value: Any, variable: str, settings: Settings) -> int | Noted:
    """Return the minutes of a REFRESH clause."""
    return refresh_minutes(text(value, variable, settings))


def pii(value: Any, variable: str, settings: Settings) -> str:
    """Return the switch of personal data."""
    return "on" if boolean(value, variable, settings) else "off"


def image(value: Any, variable: str, settings: Settings) -> Noted:
    """Return an image of the operator's own as repository and tag."""
    found = split_image(text(value, variable, settings))
    if not found:
        raise UnmappableError(
            "this is no image with an exact tag", "set the key to repository and exact tag"
        )
    repository, tag = found
    if is_upstream(variable, repository):
        raise NotNeededError(
            f"tag {tag} of the usual image was chosen; tags and digests are in images.lock.json now"
        )
    note = (
        f"{variable} names an image of your own: it must be the release that images.lock.json names, "
        "because the settings are written for that"
    )
    return Noted({"repository": repository, "tag": tag}, note)


def lms_image(value: Any, variable: str, settings: Settings) -> str:
    """Return the LMS's image."""
    reference = text(value, variable, settings)
    if not split_image(reference):
        raise UnmappableError(
            "this is no image with an exact tag", "set aspects.lms.image to the LMS's image"
        )
    return reference


def release(value: Any, variable: str, settings: Settings) -> str:
    """Return the Open edX release that a tag of it names."""
    name = text(value, variable, settings).lower()
    for known in ("sumac", "teak", "ulmo", "verawood"):
        if known in name:
            return known
    raise UnmappableError(
        "it names none of the Open edX releases sumac, teak, ulmo and verawood",
        "set aspects.lms.release",
    )


CONVERTERS: dict[str, Converter] = {
    converter.__name__: converter
    for converter in (
        archive_credentials,
        boolean,
        cluster_host,
        database_port,
        engine,
        image,
        integer,
        is_set,
        lms_image,
        lrs_url,
        number,
        off,
        pii,
        public_host,
        ralph_enabled,
        vector_enabled,
        quantity,
        redis_numbers,
        refresh,
        release,
        retention,
        starttls,
        text,
        topology,
        *shapes.ALL,
    )
}
