"""Jobs that a person starts when something was lost, or was there before Aspects. Called by `operations`.

Each function returns an output in the shape of a service's, for composition to complete.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from aspects_gen.aspects.clickhouse_jobs import PROCESS_ENV, SCRIPT_FILES, SCRIPTS, UID
from aspects_gen.aspects.lms_files import repair_files, settings_files
from aspects_gen.aspects.lms_job import (
    FILES,
    FOLDER,
    lms_container,
    lms_volumes,
    lms_workload,
    outside_needs,
    own_secrets,
)
from aspects_gen.aspects.server import QUERIES, SCHEMA, ca_mount, ca_volume, server_env, trust_env
from aspects_gen.aspects.trees import config_volume, mount
from aspects_gen.services.contract import Job, Need, Output, Tools

REPLAY, COMPARE, BACKFILL = "aspects-replay", "aspects-compare", "aspects-backfill"
ARCHIVE = "aspects-restore-archive"

LOGS = "/tracking-logs"
"""Where the volume with tracking logs appears."""

HOUR = 3600

EARLIEST, LATEST = "1970-01-01", "2106-01-01"
"""Moments around all that a statement may bear."""

SERVICE_OF_RECORD = {
    "course_overviews": "cms",
    "tag": "cms",
    "taxonomy": "cms",
    "object_tag": "cms",
    "course_enrollment": "lms",
    "user_profile": "lms",
    "external_id": "lms",
}
"""Kind of record to the service whose command copies it.

Source: public documentation of platform-plugin-aspects, read 2026-11.
"""

PERSONAL = {"user_profile": ("on",), "external_id": ("on", "pseudonym")}
"""Kind of record with personal data to the settings of `pii` that let it be copied."""


class Span(NamedTuple):
    """From when until when, as ISO 8601 texts; the end is not part of it."""

    since: str
    until: str


MOMENT = re.compile(r"\d{4}-\d\d-\d\d(T\d\d(:\d\d(:\d\d)?)?(Z|[+-]\d\d:\d\d)?)?")


def read_span(since: str, until: str) -> Span:
    """Return a span of time that the scripts read.

    Raises:
        ValueError: one is no moment, or the end does not follow the start.
    """
    for name, text in (("--since", since), ("--until", until)):
        if not MOMENT.fullmatch(text):
            raise ValueError(f"{name} {text!r} is no moment such as 2026-03-02T08:00Z")
    if since[-1] == until[-1] == "Z" and len(since) == len(until) and since >= until:
        raise ValueError(f"--until {until} does not follow --since {since}")
    return Span(since, until)


def unread_words(since: str, until: str, *, dry_run: bool) -> list[str]:
    """Return the words for the script that lets models read what they have not.

    Args:
        since: first moment; empty for as many days back as the values say.
        until: the moment after the last; empty for now.
        dry_run: count only.

    Raises:
        ValueError: as for `read_span`.
    """
    read_span(since or EARLIEST, until or LATEST)
    return [*span_words(Span(since, until)), *(["--dry-run"] if dry_run else [])]


def replay(
    values: dict[str, Any], tools: Tools, span: Span, *, claim: str, files: list[str]
) -> Output:
    """Return the Job that sends the events of tracking logs again.

    Args:
        values: the whole tree, complete.
        tools: as for every service.
        span: which events.
        claim: PersistentVolumeClaim with the logs, in this deployment's namespace.
        files: paths or patterns below it.

    Raises:
        ValueError: this deployment has no image of the LMS.
    """
    words = ["replay", *span_words(span), *(f"{LOGS}/{name}" for name in files)]
    output = _lms_output(values, tools, REPLAY, "send the events of tracking logs again", claim)
    output["jobs"][0]["pod"]["containers"][0]["command"] = ["sh", f"{FOLDER}/replay.sh", *words]
    if not values["aspects"]["lrs"]["url"] and tools.endpoint("ralph/http"):
        output["needs"].append(_need(REPLAY, "ralph/http", "sends statements"))
    return output


def compare(
    values: dict[str, Any], tools: Tools, span: Span, *, claim: str, files: list[str]
) -> Output:
    """Return the Job that counts what of tracking logs is missing; arguments as for `replay`."""
    words = ["compare", "--json", *span_words(span), *(f"{LOGS}/{name}" for name in files)]
    output = _lms_output(values, tools, COMPARE, "count events that are missing", claim)
    job = output["jobs"][0]
    job["pod"]["containers"][0]["command"] = ["sh", f"{FOLDER}/replay.sh", *words]
    job["retries"] = 0  # status 1 says that something is missing
    output["needs"] += _sink_needs(values, COMPARE)
    return output


def backfill(
    values: dict[str, Any], tools: Tools, records: list[str], *, force: bool = False
) -> Output:
    """Return the Job that copies records which LMS and Studio have already.

    Args:
        values: the whole tree, complete.
        tools: as for every service.
        records: kinds of records; none means all that are copied as they change.
        force: copy also what has not changed since its last copy.

    Raises:
        ValueError: a kind that does not exist, or that `aspects.pii` forbids; or no image of the LMS.
    """
    aspects = values["aspects"]
    allowed = [
        r for r in SERVICE_OF_RECORD if aspects["pii"] in PERSONAL.get(r, (aspects["pii"],))
    ]
    wanted = records or [
        r for r in allowed if r in (*aspects["lms"]["sinks"], *aspects["lms"]["piiSinks"])
    ]
    for record in wanted:
        if record not in SERVICE_OF_RECORD:
            raise ValueError(
                f"{record} is no kind of record; known: {', '.join(SERVICE_OF_RECORD)}"
            )
        if record not in allowed:
            needed = " or ".join(PERSONAL[record])
            raise ValueError(
                f"{record} holds personal data, and aspects.pii is {aspects['pii']}; "
                f"set aspects.pii to {needed} first"
            )
    words = [f"{SERVICE_OF_RECORD[record]}:{record}" for record in wanted]
    output = _lms_output(values, tools, BACKFILL, "copy records of LMS and Studio", "")
    command = ["sh", f"{FOLDER}/backfill.sh", *(["--force"] if force else []), *words]
    output["jobs"][0]["pod"]["containers"][0]["command"] = command
    output["needs"] += _sink_needs(values, BACKFILL)
    return output


def restore_archive(values: dict[str, Any], tools: Tools, span: Span) -> Output:
    """Return the Job that inserts archived statements again, by hour of their arrival.

    Raises:
        ValueError: this deployment keeps no archive.
    """
    aspects, archive = values["aspects"], values["vector"].get("archive", {})
    if not (values["vector"]["enabled"] and archive.get("enabled")):
        raise ValueError("there is no archive: vector.archive.enabled is false")
    login, pair = aspects["clients"]["migrations"], archive["credentialsSecret"]
    plain = {
        "SINCE": span.since,
        "UNTIL": span.until,
        "RAW_DATABASE": aspects["databases"]["vector"],
        "RAW_TABLE": aspects["tables"]["rawXapi"],
        "ARCHIVE_URL": archive_url(archive),
        "CLICKHOUSE_USER": login["user"],
        **PROCESS_ENV,
    }
    secret = {
        "CLICKHOUSE_PASSWORD": (login["passwordSecret"]["name"], login["passwordSecret"]["key"])
    }
    if archive["credentials"] == "secret":
        secret["ARCHIVE_KEY"] = (pair["name"], pair["accessKey"])
        secret["ARCHIVE_SECRET"] = (pair["name"], pair["secretKey"])
    else:
        plain |= {"ARCHIVE_KEY": "", "ARCHIVE_SECRET": ""}
    container = {
        "name": ARCHIVE,
        "image": tools.image("aspects"),
        "command": ["python", f"{SCRIPTS}/restore_archive.py"],
        "env": [
            *server_env(values, tools, SCHEMA),
            *trust_env(values),
            *({"name": name, "value": value} for name, value in plain.items()),
            *({"name": name, **tools.secret(*ref)} for name, ref in secret.items()),
        ],
        "volumeMounts": [mount(SCRIPT_FILES, SCRIPTS), *ca_mount(values)],
    }
    job: Job = {
        "name": ARCHIVE,
        "about": "insert archived statements again",
        "pod": {
            "containers": [container],
            "volumes": [config_volume(SCRIPT_FILES), *ca_volume(values)],
        },
        "workload": {"uid": UID, "writable": ["/tmp"], "tuning": aspects["jobs"]["migrate"]},  # noqa: S108
        "after": [],
        "deadline_seconds": 24 * HOUR,
    }
    return {
        "jobs": [job],
        "needs": [_need(ARCHIVE, SCHEMA, "inserts archived statements")],
    }


def archive_url(archive: dict[str, Any]) -> str:
    """Return the address of the archive's folder, as the server reaches it."""
    if archive["endpoint"]:
        return f"{archive['endpoint'].rstrip('/')}/{archive['bucket']}/{archive['prefix']}"
    return f"https://{archive['bucket']}.s3.{archive['region']}.amazonaws.com/{archive['prefix']}"


def _lms_output(values: dict[str, Any], tools: Tools, name: str, about: str, claim: str) -> Output:
    aspects = values["aspects"]
    if not aspects["lms"]["image"]:
        raise ValueError(
            "this deployment knows no image of the LMS: set aspects.lms.image, or run the scripts of "
            "generated/ENV/lms/ in a container of the LMS"
        )
    container, volumes = lms_container(values, tools, name, name), list(lms_volumes(values, name))
    if claim:
        container["volumeMounts"].append(mount("tracking-logs", LOGS))
        shown = {"claimName": claim, "readOnly": True}
        volumes.append({"name": "tracking-logs", "persistentVolumeClaim": shown})
    job: Job = {
        "name": name,
        "about": about,
        "pod": {"containers": [container], "volumes": volumes},
        "workload": lms_workload(aspects, aspects["jobs"]["lms"]),
        "after": [],
        "deadline_seconds": 24 * HOUR,
    }
    own = aspects["lms"]["files"]
    return {
        "jobs": [job],
        "files": {
            name: {**settings_files(values, tools), **repair_files(tools)},
            **({FILES: dict(own)} if own and not _is_wired(aspects) else {}),
        },
        "needs": outside_needs(aspects, f"job/{name}"),
        "secrets": own_secrets(aspects["lms"]),
    }


def _is_wired(aspects: dict[str, Any]) -> bool:
    """Return whether the deployment mounts the operator's own files already."""
    return bool(aspects["lms"]["manage"] or aspects["eventBus"]["consumer"]["enabled"])


def _sink_needs(values: dict[str, Any], name: str) -> list[Need]:
    if values["aspects"]["lms"]["clickhouseUrl"]:
        return []
    return [_need(name, QUERIES, "asks for and copies records")]


def _need(name: str, endpoint: str, why: str) -> Need:
    return {"client": f"job/{name}", "endpoint": endpoint, "why": why}


def span_words(span: Span) -> list[str]:
    """Return the words by which scripts are given a span."""
    sides = (("--since", span.since), ("--until", span.until))
    return [word for name, text in sides if text for word in (name, text)]
