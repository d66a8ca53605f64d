"""What changes its meaning for a site although every setting is carried over."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from aspects_gen.tutor import conditions
from aspects_gen.tutor.outcome import Note
from aspects_gen.tutor.settings import Settings
from aspects_gen.tutor.version import RALPH_LINE

KEY_CHARACTERS = 24
"""Fewest characters of Superset's session key: as many as Tutor makes."""

Change = Callable[[Settings], str]
"""Settings -> the sentence, empty where the site is not concerned."""


def find_changes(settings: Settings) -> Iterator[Note]:
    """Yield every change that concerns a site."""
    for change in _CHANGES:
        text = change(settings)
        if text:
            yield Note(text)


def _host(settings: Settings) -> str:
    if settings.is_set("LMS_HOST"):
        return ""
    return (
        "LMS_HOST is not set, so Tutor's own example address stands in the values: "
        "set site.lmsHost to the site's address"
    )


def _namespace(settings: Settings) -> str:
    named = "" if settings.is_set("K8S_NAMESPACE") else " (Tutor's default)"
    return (
        f"everything lands in the LMS's namespace {settings.namespace}{named}, which Tutor owns; "
        "a site that Tutor runs by Docker Compose has none: set kubernetes.namespace to a new one, "
        "kubernetes.manageNamespace to true and network.lms.namespace to an empty text"
    )


def _mysql(settings: Settings) -> str:
    host = settings.text("SUPERSET_DB_HOST") or settings.text("MYSQL_HOST")
    if not conditions.database_is_kept(settings) or host != "mysql":
        return ""
    return (
        f"Superset's metadata stays in Tutor's MySQL, reached as mysql.{settings.namespace}.svc from every "
        "namespace; it must go on running, and a network plug-in whose address rules do not cover pods "
        "(Cilium) needs a policy that lets Superset reach it"
    )


def _superset_key(settings: Settings) -> str:
    key = settings.file.get("SUPERSET_SECRET_KEY")
    if not isinstance(key, str) or len(key) >= KEY_CHARACTERS:
        return ""
    return (
        f"SUPERSET_SECRET_KEY is shorter than {KEY_CHARACTERS} characters, which Superset refuses here: "
        "change it in the old site first, with `superset re-encrypt-secrets`"
    )


def _clickhouse_users(settings: Settings) -> str:
    who = "Ralph, migrations and dbt" if conditions.ralph_runs(settings) else "migrations and dbt"
    return (
        f"{who} used ClickHouse's administrator; now each has a user of its own with the least rights, "
        "so the Secrets of new users must be made: aspects-gen secrets ENV --generate"
    )


def _redis(settings: Settings) -> str:
    if conditions.redis_is_external(settings):
        return ""
    return "Superset shared the LMS's Redis; now it has a small one of its own, and nothing is carried over"


def _mail(settings: Settings) -> str:
    if conditions.mail_is_set(settings) or not settings.flag("RUN_SMTP", default=True):
        return ""
    return (
        "Superset sent mail through Tutor's relay; now it sends none until superset.email is set, "
        f"for example host smtp.{settings.namespace}.svc, port 8025, starttls false"
    )


def _one_learner(settings: Settings) -> str:
    if settings.line.name != RALPH_LINE or settings.flag("ASPECTS_ENABLE_PII", default=False):
        return ""
    return (
        "the Individual Learner dashboard and charts that name learners are left out while aspects.pii "
        "is off; earlier releases showed them without names"
    )


def _data_left(settings: Settings) -> str:
    if settings.source != "vector":
        return ""
    ralph = settings.text("RALPH_DATABASE")
    vector = settings.text("ASPECTS_VECTOR_DATABASE")
    return (
        f"dashboards read {vector}, Vector's database; events that Ralph wrote to {ralph} earlier are kept "
        "but not shown until they are copied there"
    )


def _public(_settings: Settings) -> str:
    return (
        "Tutor's Caddy no longer leads to Superset and Ralph: an Ingress does, so their DNS names must point "
        "at the ingress controller"
    )


def _sizes(_settings: Settings) -> str:
    return (
        "Tutor set no memory or CPU limits; now every pod has some, and ClickHouse sizes itself by its "
        "limit: look at clickhouse.server.resources before the first start"
    )


def _release(settings: Settings) -> str:
    if settings.is_set("OPENEDX_COMMON_VERSION"):
        return ""
    return (
        "the file does not say which Open edX release the LMS is: aspects.lms.release decides which Django "
        "packages it gets, so set it unless it is the default"
    )


_CHANGES: tuple[Change, ...] = (
    _host,
    _namespace,
    _data_left,
    _mysql,
    _superset_key,
    _clickhouse_users,
    _redis,
    _mail,
    _one_learner,
    _public,
    _sizes,
    _release,
)
