"""The Jobs that run in the aspects image: access, migrations, models. Called by `output`."""

from __future__ import annotations

from typing import Any, NamedTuple

from aspects_gen.aspects.access import access_model, active_clients
from aspects_gen.aspects.extensions import brought_files, reader_logins
from aspects_gen.aspects.naming import migrations_database, parsed_database
from aspects_gen.aspects.server import (
    SCHEMA,
    ca_mount,
    ca_volume,
    cluster_name,
    server_env,
    trust_env,
)
from aspects_gen.aspects.statements import access_files
from aspects_gen.aspects.trees import config_volume, mount, read_tree
from aspects_gen.services.contract import Job, Output, Tools

UID = 1000
"""User of the aspects image; see build/aspects/Dockerfile."""

SITE_MIGRATIONS = "aspects-site-migrations"
"""ConfigMap of an operator's own revisions, if there are any."""

SCRIPTS = "/app/scripts"
SCRIPT_FILES = "aspects-scripts"
"""ConfigMap of the scripts that most Jobs of the aspects image run."""

SECRETS = "/run/aspects-secrets"

PROCESS_ENV = {"PYTHONDONTWRITEBYTECODE": "1", "HOME": "/tmp"}  # noqa: S108  an emptyDir

ARRIVAL_OVERLAP = "10 MINUTE"
"""How long after it was parsed a statement may become visible and still be noticed by a refresh."""

ACCESS, MIGRATE, DBT = "aspects-access", "aspects-migrate", "aspects-dbt"
PSEUDONYMS = "aspects-pseudonyms"
"""Job of `privacy_jobs` that the models need while there are pseudonyms."""

AFTER = {ACCESS: [], MIGRATE: [f"job/{ACCESS}"], DBT: [f"job/{MIGRATE}"]}
"""What must be done before each Job, besides the server it speaks to."""


class Recipe(NamedTuple):
    """What sets one of these Jobs apart from the others."""

    name: str
    about: str
    script: str
    env: list[dict[str, Any]]
    mounts: dict[str, str]
    """ConfigMap to folder, besides the scripts."""
    volumes: tuple[dict[str, Any], ...] = ()
    """Secret volumes."""
    scripts: str = SCRIPT_FILES
    """ConfigMap of the scripts."""
    after: tuple[str, ...] = ()
    """Jobs that come first, besides those of `AFTER`."""
    tuning: str = ""
    """Key of its sizes and deadline in `jobs`; by default it follows the name."""


def emit_jobs(values: dict[str, Any], tools: Tools) -> Output:
    """Return the three Jobs with their files."""
    own = brought_files(values["aspects"], "migrations")
    return {
        "jobs": [
            access_job(values, tools),
            migrate_job(values, tools),
            dbt_job(values, tools),
        ],
        "files": {
            **({SITE_MIGRATIONS: own} if own else {}),
            ACCESS: access_sql(values),
            SCRIPT_FILES: read_tree(
                "jobs/init/clickhouse", "jobs/init/aspects", "jobs/repair/clickhouse"
            ),
            "aspects-migrations": read_tree("apps/aspects/migrations"),
            "aspects-dbt": dbt_project(values["aspects"]),
        },
    }


def dbt_project(aspects: dict[str, Any]) -> dict[str, str]:
    """Return the files of the dbt project that building needs; unit tests of ours stay in the checkout."""
    files = read_tree("apps/aspects/dbt")
    own = {path: text for path, text in files.items() if not path.endswith("unit_tests.yml")}
    added = brought_files(aspects, "dbt")
    if added:
        own["dbt_project.yml"] = _with_extensions(own["dbt_project.yml"])
    return own | added


def _with_extensions(project: str) -> str:
    """Return the project's file with what holds for an operator's models: no contract unless they ask for one."""
    head = "models:\n  aspects:\n"
    if head not in project:
        raise LookupError("dbt_project.yml has lost its section of models")
    return project.replace(
        head, f"{head}    extensions:\n      +contract: {{enforced: false}}\n", 1
    )


def access_sql(values: dict[str, Any]) -> dict[str, str]:
    """Return the SQL files of the access Job; passwords are placeholders."""
    extra = values["aspects"]["extraSql"]
    files = access_files(site_access(values), cluster=cluster_name(values), extra=extra)
    return files | brought_files(values["aspects"], "sql")


def site_access(values: dict[str, Any]) -> dict[str, Any]:
    """Return the access model of a site, from the whole tree of values."""
    return access_model(
        values["aspects"],
        clients=active_clients(values),
        cluster=bool(cluster_name(values)),
        object_store=values["clickhouse"]["backup"]["kind"] == "s3",
        archive=bool(
            values["vector"]["enabled"] and values["vector"].get("archive", {}).get("enabled")
        ),
    )


def access_job(values: dict[str, Any], tools: Tools) -> Job:
    """Return the Job that creates databases, users and grants as the administrator."""
    admin = values["clickhouse"]["admin"]
    clients = {c: values["aspects"]["clients"][c] for c in active_clients(values)}
    clients |= reader_logins(values["aspects"])
    users = " ".join(f"{client}={login['user']}" for client, login in sorted(clients.items()))
    env = [
        {"name": "ADMIN_USER", "value": admin["user"]},
        {"name": "CLIENTS", "value": users},
        {"name": "SECRETS", "value": SECRETS},
        {"name": "SQL", "value": "/app/sql"},
    ]
    secrets = {"admin": admin["passwordSecret"]}
    secrets |= {client: login["passwordSecret"] for client, login in sorted(clients.items())}
    recipe = Recipe(
        name=ACCESS,
        about="create databases, users and grants",
        script="access.py",
        env=env,
        mounts={ACCESS: "/app/sql"},
        volumes=(_password_volume(secrets),),
    )
    return script_job(values, tools, recipe)


def migrate_job(values: dict[str, Any], tools: Tools) -> Job:
    """Return the Job that runs the migrations as a user that may drop nothing."""
    aspects = values["aspects"]
    databases, tables = aspects["databases"], aspects["tables"]
    plain = {
        "MIGRATIONS": "/app/migrations",
        "MIGRATIONS_DATABASE": migrations_database(aspects),
        "XAPI_DATABASE": databases["xapi"],
        "VECTOR_DATABASE": databases["vector"],
        "EVENT_SINK_DATABASE": databases["eventSink"],
        "REPORTING_DATABASE": databases["reporting"],
        "RAW_XAPI_TABLE": tables["rawXapi"],
        "TRACKING_LOGS_TABLE": tables["trackingLogs"],
        "DEAD_LETTERS_TABLE": tables["deadLetters"],
        "RETENTION_MONTHS": str(aspects["retentionMonths"]),
    }
    mounts = {"aspects-migrations": "/app/migrations"}
    if brought_files(aspects, "migrations"):
        mounts[SITE_MIGRATIONS] = plain["SITE_MIGRATIONS"] = "/app/site-migrations"
    recipe = Recipe(
        name=MIGRATE,
        about="bring the base tables to the newest revision",
        script="migrate.py",
        env=sign_in(aspects["clients"]["migrations"], tools, "CLICKHOUSE_PASSWORD")
        + plain_env(plain),
        mounts=mounts,
    )
    return script_job(values, tools, recipe)


def dbt_job(values: dict[str, Any], tools: Tools) -> Job:
    """Return the Job that builds the models."""
    aspects = values["aspects"]
    login = sign_in(aspects["clients"]["dbt"], tools, "DBT_ENV_SECRET_CLICKHOUSE_PASSWORD")
    recipe = Recipe(
        name=DBT,
        about="build the models that dashboards read",
        script="build_models.py",
        env=login + plain_env(dbt_env(values)),
        mounts={"aspects-dbt": "/app/dbt"},
        after=(PSEUDONYMS,) if aspects["pii"] == "pseudonym" else (),
    )
    return script_job(values, tools, recipe)


def dbt_env(values: dict[str, Any]) -> dict[str, str]:
    """Return what the dbt project reads from its environment.

    Names are those of the public aspects-dbt project where it has them, so that a project made
    for one runs with the other.
    """
    aspects = values["aspects"]
    caches, refresh = aspects["caches"], aspects["refresh"]
    jitter = f"{refresh['randomizeSeconds']} SECOND"
    return {
        "ASPECTS_XAPI_DATABASE": parsed_database(aspects),
        "ASPECTS_RAW_XAPI_TABLE": aspects["tables"]["rawXapi"],
        "ASPECTS_EVENT_SINK_DATABASE": aspects["databases"]["eventSink"],
        "ASPECTS_DATA_TTL_EXPRESSION": retention(aspects),
        "ASPECTS_COURSE_NAME_CACHE_LIFETIME": str(caches["courseNamesSeconds"]),
        "ASPECTS_BLOCK_NAME_CACHE_LIFETIME": str(caches["blockNamesSeconds"]),
        "ASPECTS_PII_CACHE_LIFETIME": str(caches["piiSeconds"]),
        "ASPECTS_COURSE_STRUCTURE_REFRESH": f"EVERY {refresh['courseStructureMinutes']} MINUTE",
        "ASPECTS_COURSE_STRUCTURE_REFRESH_RANDOMIZE": jitter,
        "ASPECTS_LEARNER_STATE_REFRESH": f"EVERY {refresh['learnersMinutes']} MINUTE",
        "ASPECTS_LEARNER_STATE_REFRESH_RANDOMIZE": jitter,
        "ASPECTS_VIDEO_WATCH_INTERVALS_REFRESH": f"EVERY {refresh['videoMinutes']} MINUTE",
        "ASPECTS_VIDEO_WATCH_INTERVALS_REFRESH_RANDOMIZE": jitter,
        "ASPECTS_ARRIVAL_OVERLAP": ARRIVAL_OVERLAP,
        "ASPECTS_PII": aspects["pii"],
        "CLICKHOUSE_CLUSTER_NAME": cluster_name(values),
        "DBT_PROFILE_TARGET_DATABASE": aspects["databases"]["reporting"],
        "DBT_PROJECT_DIR": "/app/dbt",
        "DBT_PROFILES_DIR": "/app/dbt",
        "DBT_TARGET_PATH": "/tmp/dbt/target",  # noqa: S108  an emptyDir of the pod
        "DBT_LOG_PATH": "/tmp/dbt/logs",  # noqa: S108
        "DBT_THREADS": str(aspects["jobs"]["dbtThreads"]),
    }


def retention(aspects: dict[str, Any]) -> str:
    """Return the ClickHouse expression of the time after which an event is dropped."""
    return f"toDateTime(emission_time) + INTERVAL {aspects['retentionMonths']} MONTH"


def sign_in(login: dict[str, Any], tools: Tools, variable: str) -> list[dict[str, Any]]:
    """Return env entries with a client's user name, and its password by Secret."""
    secret = login["passwordSecret"]
    return [
        {"name": "CLICKHOUSE_USER", "value": login["user"]},
        {"name": variable, **tools.secret(secret["name"], secret["key"])},
    ]


def plain_env(plain: dict[str, str]) -> list[dict[str, Any]]:
    """Return env entries of plain values."""
    return [{"name": name, "value": value} for name, value in plain.items()]


def _password_volume(secrets: dict[str, dict[str, str]]) -> dict[str, Any]:
    """Return the volume with one file per client, holding its password."""
    sources = [
        {"secret": {"name": ref["name"], "items": [{"key": ref["key"], "path": client}]}}
        for client, ref in secrets.items()
    ]
    return {"name": "passwords", "projected": {"defaultMode": 0o440, "sources": sources}}


def script_job(values: dict[str, Any], tools: Tools, recipe: Recipe) -> Job:
    """Return a Job that runs one script of this package in the aspects image."""
    settings = values["aspects"]["jobs"]
    key = recipe.tuning or recipe.name.removeprefix("aspects-")
    return {
        "name": recipe.name,
        "about": recipe.about,
        "pod": script_pod(values, tools, recipe),
        "workload": {"uid": UID, "writable": ["/tmp"], "tuning": settings[key]},  # noqa: S108
        "after": [*AFTER.get(recipe.name, []), *(f"job/{name}" for name in recipe.after)],
        "deadline_seconds": settings["deadlines"][f"{key}Seconds"],
    }


def script_pod(values: dict[str, Any], tools: Tools, recipe: Recipe) -> dict[str, Any]:
    """Return the spec of a pod that runs one script of this package in the aspects image."""
    shown = {recipe.scripts: SCRIPTS, **recipe.mounts}
    container = {
        "name": recipe.name,
        "image": tools.image("aspects"),
        "command": ["python", f"{SCRIPTS}/{recipe.script}"],
        "env": [
            *server_env(values, tools, SCHEMA),
            *trust_env(values),
            *recipe.env,
            *plain_env(PROCESS_ENV),
        ],
        "volumeMounts": [
            *(mount(volume, path) for volume, path in shown.items()),
            *(mount(volume["name"], SECRETS) for volume in recipe.volumes),
            *ca_mount(values),
        ],
    }
    volumes = [*map(config_volume, shown), *recipe.volumes, *ca_volume(values)]
    return {"containers": [container], "volumes": volumes}
