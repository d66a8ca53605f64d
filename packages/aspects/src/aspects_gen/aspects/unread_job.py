"""The CronJob that finds statements which are stored and which no model has read. Called by `output`."""

from __future__ import annotations

from typing import Any

from aspects_gen.aspects.clickhouse_jobs import (
    UID,
    Recipe,
    plain_env,
    retention,
    script_pod,
    sign_in,
)
from aspects_gen.aspects.naming import parsed_database
from aspects_gen.aspects.server import SCHEMA
from aspects_gen.services.contract import Output, Tools

NAME = "aspects-unread"
ID = f"cronjob/{NAME}"

PARSED = "xapi_events_all_parsed_copies"
"""Relation beside the dbt model that shows every statement which was parsed."""

KEPT_SECONDS = 2 * 24 * 3600
"""How long a Job that has ended stays: a failed one raises the alert until then, or until it is deleted."""


def emit_unread(values: dict[str, Any], tools: Tools) -> Output:
    """Return the CronJob; it runs as the user of the migrations, who may insert into the raw table."""
    aspects = values["aspects"]
    return {
        "objects": [_cron_job(values, tools)],
        "workloads": {
            ID: {"uid": UID, "writable": ["/tmp"], "tuning": aspects["jobs"]["unread"]}  # noqa: S108
        },
        "needs": [{"client": ID, "endpoint": SCHEMA, "why": "inserts statements once more"}],
    }


def _cron_job(values: dict[str, Any], tools: Tools) -> dict[str, Any]:
    settings = values["aspects"]["unread"]
    job = {
        "backoffLimit": 1,
        "ttlSecondsAfterFinished": KEPT_SECONDS,
        "activeDeadlineSeconds": values["aspects"]["jobs"]["deadlines"]["unreadSeconds"],
        "template": {"spec": script_pod(values, tools, _recipe(values["aspects"], tools))},
    }
    return {
        "apiVersion": "batch/v1",
        "kind": "CronJob",
        "metadata": {"name": NAME},
        "spec": {
            "schedule": settings["schedule"],
            "timeZone": "Etc/UTC",
            "suspend": settings["suspend"],
            "concurrencyPolicy": "Forbid",
            "startingDeadlineSeconds": 3600,
            "successfulJobsHistoryLimit": 1,
            "failedJobsHistoryLimit": 1,
            "jobTemplate": {"spec": job},
        },
    }


def _recipe(aspects: dict[str, Any], tools: Tools) -> Recipe:
    home = parsed_database(aspects)
    plain = {
        "RAW_TABLE": f"`{home}`.`{aspects['tables']['rawXapi']}`",
        "PARSED_TABLE": f"`{home}`.`{PARSED}`",
        "KEPT_UNTIL": retention(aspects),
        "DAYS": str(aspects["unread"]["days"]),
    }
    login = sign_in(aspects["clients"]["migrations"], tools, "CLICKHOUSE_PASSWORD")
    return Recipe(
        name=NAME,
        about="let the models read statements that they have not read",
        script="repair_unread.py",
        env=login + plain_env(plain),
        mounts={},
    )
