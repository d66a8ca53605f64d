"""The Jobs that remove personal data, and the one that retires learners. Called by `output`.

The last is no part of the output, since it runs once and for named people; a command prints it.
"""

from __future__ import annotations

from typing import Any

from aspects_gen.aspects.clickhouse_jobs import (
    DBT,
    MIGRATE,
    PSEUDONYMS,
    SECRETS,
    Recipe,
    plain_env,
    script_job,
    sign_in,
)
from aspects_gen.aspects.naming import data_databases, raw_tables
from aspects_gen.aspects.trees import read_tree
from aspects_gen.services.contract import Job, Output, Tools

FILES = "aspects-privacy"
"""ConfigMap of the scripts."""

PURGE, RETIRE = "aspects-personal-data", "aspects-retire"

LIST_SECRET, LIST_FILE = "retire-learners", "learners.txt"
"""Secret and key that hold the list of learners; made by a person, for one run."""


def emit_privacy(values: dict[str, Any], tools: Tools) -> Output:
    """Return the Jobs with their scripts, those of the retirement included."""
    jobs = [purge_job(values, tools)]
    if values["aspects"]["pii"] == "pseudonym":
        jobs.append(key_job(values, tools))
    return {"jobs": jobs, "files": {FILES: read_tree("jobs/init/clickhouse", "jobs/privacy")}}


def key_job(values: dict[str, Any], tools: Tools) -> Job:
    """Return the Job that puts the key of pseudonyms where the models read it."""
    secret = values["aspects"]["pseudonymSecret"]
    key = {"name": "PSEUDONYM_KEY", **tools.secret(secret["name"], secret["key"])}
    recipe = Recipe(
        name=PSEUDONYMS,
        about="store the key of pseudonyms",
        script="keep_pseudonym_key.py",
        env=[*client_env(values, tools), key],
        mounts={},
        scripts=FILES,
        after=(MIGRATE,),
        tuning="privacy",
    )
    return script_job(values, tools, recipe)


def purge_job(values: dict[str, Any], tools: Tools) -> Job:
    """Return the Job that removes what the value `pii` does not allow."""
    recipe = Recipe(
        name=PURGE,
        about="remove personal data that may not be kept",
        script="purge.py",
        env=[*client_env(values, tools), {"name": "PII", "value": values["aspects"]["pii"]}],
        mounts={},
        scripts=FILES,
        after=(DBT,),
        tuning="privacy",
    )
    return script_job(values, tools, recipe)


def retire_job(values: dict[str, Any], tools: Tools) -> Job:
    """Return the Job that removes the learners on a list everywhere; it is not part of the output."""
    items = [{"key": LIST_FILE, "path": LIST_FILE}]
    shown = {"secretName": LIST_SECRET, "items": items, "defaultMode": 0o440}
    recipe = Recipe(
        name=RETIRE,
        about="remove learners everywhere",
        script="retire.py",
        env=[
            *client_env(values, tools),
            {"name": "LEARNERS", "value": f"{SECRETS}/{LIST_FILE}"},
        ],
        mounts={},
        volumes=({"name": "learners", "secret": shown},),
        scripts=FILES,
        tuning="privacy",
    )
    return script_job(values, tools, recipe)


def client_env(values: dict[str, Any], tools: Tools) -> list[dict[str, Any]]:
    """Return what every script here reads: who it is, and where learners' data may be.

    It is the user of the migrations: who may change every base table may also delete from them,
    and another password with that power would guard nothing.
    """
    aspects = values["aspects"]
    plain = {
        "DATABASES": " ".join(data_databases(aspects)),
        "EVENT_SINK_DATABASE": aspects["databases"]["eventSink"],
        "EVENT_TABLES": " ".join(f"{home}.{table}" for home, table in raw_tables(aspects)),
    }
    login = sign_in(aspects["clients"]["migrations"], tools, "CLICKHOUSE_PASSWORD")
    return login + plain_env(plain)
