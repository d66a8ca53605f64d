"""Facts of a site that decide between rules; mapping.json names them by `when`."""

from __future__ import annotations

from collections.abc import Callable

from aspects_gen.tutor.settings import Settings

ENGINES = {
    "mysql": "mysql",
    "mariadb": "mysql",
    "postgresql": "postgresql",
    "postgres": "postgresql",
}
"""SQLAlchemy dialect -> engine that Superset's metadata may be in."""


def is_own_service(settings: Settings, host: str, service: str) -> bool:
    """Tell whether a host is one of Tutor's own Services, by short or full name."""
    parts = host.split(".")
    return parts[0] == service and (
        len(parts) == 1 or (parts[1] == settings.namespace and parts[2:3] in ([], ["svc"]))
    )


def clickhouse_is_external(settings: Settings) -> bool:
    """ClickHouse runs elsewhere: Tutor runs none, or clients are sent to another host."""
    host = settings.text("CLICKHOUSE_HOST") or "clickhouse"
    runs = settings.flag("RUN_CLICKHOUSE", default=True)
    return not runs or not is_own_service(settings, host, "clickhouse")


def clickhouse_runs_here(settings: Settings) -> bool:
    """Tutor runs ClickHouse."""
    return not clickhouse_is_external(settings)


def clickhouse_is_encrypted(settings: Settings) -> bool:
    """ClickHouse runs elsewhere and speaks TLS."""
    secure = settings.flag("CLICKHOUSE_SECURE_CONNECTION", default=False)
    return clickhouse_is_external(settings) and secure


def clickhouse_is_plain(settings: Settings) -> bool:
    """ClickHouse runs elsewhere and does not speak TLS."""
    return clickhouse_is_external(settings) and not clickhouse_is_encrypted(settings)


def database_engine(settings: Settings) -> str | None:
    """Return the engine of Superset's metadata database, None when it is none of ours."""
    return ENGINES.get(settings.text("SUPERSET_DB_DIALECT").lower().partition("+")[0])


def database_is_kept(settings: Settings) -> bool:
    """Superset's metadata database goes on being used."""
    return database_engine(settings) is not None


def database_follows_mysql(settings: Settings) -> bool:
    """Superset's metadata database is on the LMS's MySQL server."""
    return database_is_kept(settings) and not settings.is_set("SUPERSET_DB_HOST")


def redis_is_external(settings: Settings) -> bool:
    """Redis is a server that Tutor does not run."""
    host = settings.text("REDIS_HOST") or "redis"
    return not is_own_service(settings, host, "redis")


def mail_is_set(settings: Settings) -> bool:
    """The site names a mail server of its own."""
    return settings.is_set("SMTP_HOST")


def ralph_is_named(settings: Settings) -> bool:
    """RALPH_HOST is more than the Service's own name."""
    host = settings.text("RALPH_HOST")
    return bool(host) and not is_own_service(settings, host, "ralph")


def ralph_is_external(settings: Settings) -> bool:
    """Statements go to a Ralph elsewhere."""
    on = settings.flag("RUN_RALPH", default=True)
    return not on and ralph_is_named(settings) and settings.source == "ralph"


def ralph_runs(settings: Settings) -> bool:
    """Ralph is deployed: it is on, or the models read what it writes and no other is named."""
    on = settings.flag("RUN_RALPH", default=True)
    return on or (settings.source == "ralph" and not ralph_is_external(settings))


def ralph_is_used(settings: Settings) -> bool:
    """Statements go to a Ralph, here or elsewhere."""
    return ralph_runs(settings) or ralph_is_external(settings)


def vector_runs(settings: Settings) -> bool:
    """Vector is deployed: it is on, or the models read what it writes."""
    return settings.flag("RUN_VECTOR", default=False) or settings.source == "vector"


def archive_is_used(settings: Settings) -> bool:
    """Vector writes a second copy to an object store."""
    return vector_runs(settings) and settings.is_set("ASPECTS_XAPI_S3_BUCKET")


def superset_runs(settings: Settings) -> bool:
    """Superset is deployed."""
    return settings.flag("RUN_SUPERSET", default=True)


def ralph_is_public(settings: Settings) -> bool:
    """Ralph is reached from outside the cluster."""
    public = settings.flag("RALPH_ENABLE_PUBLIC_URL", default=False)
    return ralph_runs(settings) and public and ralph_is_named(settings)


def lms_image_is_known(settings: Settings) -> bool:
    """The file names the LMS's image."""
    from aspects_gen.tutor.images import split_image

    return ":" in settings.text("DOCKER_IMAGE_OPENEDX") and bool(
        split_image(settings.text("DOCKER_IMAGE_OPENEDX"))
    )


CONDITIONS: dict[str, Callable[[Settings], bool]] = {
    condition.__name__: condition
    for condition in (
        archive_is_used,
        clickhouse_is_encrypted,
        clickhouse_is_external,
        clickhouse_is_plain,
        clickhouse_runs_here,
        database_follows_mysql,
        database_is_kept,
        lms_image_is_known,
        mail_is_set,
        ralph_is_external,
        ralph_is_public,
        ralph_is_used,
        vector_runs,
        ralph_runs,
        redis_is_external,
        superset_runs,
    )
}
