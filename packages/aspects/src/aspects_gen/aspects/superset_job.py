"""The Job that imports dashboards, in the Superset image. Called by `output`.

It is a second process of the same application, so it runs with that application's settings and
secrets: their names are part of what the superset service offers.
"""

from __future__ import annotations

import json
from typing import Any

from aspects_gen.aspects.clickhouse_jobs import DBT
from aspects_gen.aspects.extensions import brought_files
from aspects_gen.aspects.languages import borrowed, catalogue_files, locales_of
from aspects_gen.aspects.naming import parsed_database
from aspects_gen.aspects.server import QUERIES, ca_mount, ca_volume, server_env
from aspects_gen.aspects.trees import config_volume, mount, read_tree
from aspects_gen.services.contract import Job, Output, Tools

NAME = "aspects-assets"
UID = 1000
"""User `superset` of the Superset image."""

CA_FOLDER = "/etc/superset-ca"
"""Where web and worker have the authority of `superset.caSecret`; the address names a file there."""

SETTINGS = "superset-config"
SETTINGS_FOLDER = "/app/pythonpath"
HOME = "/app/superset_home"
WRITABLE = ["/tmp", HOME]  # noqa: S108  emptyDirs of the pod

IN_IMAGE = {"assets": "/app/openedx-assets", "texts": "/app/openedx-locale"}
"""Where the aspects-superset image holds assets and catalogues."""

HELP = {
    "courseOverview": "course-dashboard",
    "learnerGroups": "learner-groups",
    "individualLearner": "individual-learner",
    "courseComparison": "course-comparison",
    "operator": "operator-dashboard",
}
"""Dashboard of each of the values' texts for Help tabs."""

TEXTS = "aspects-locale"
EXTENSIONS = "aspects-extensions"


def emit_superset_job(values: dict[str, Any], tools: Tools) -> Output:
    """Return the import Job with its script and, unless they are in the image, the assets."""
    if not values["superset"]["enabled"]:
        return {}
    scripts = {**read_tree("jobs/init/superset"), "import.json": import_settings(values, tools)}
    files = {"aspects-import": scripts}
    if values["aspects"]["dashboards"]["delivery"] == "configmap":
        files[NAME] = read_tree("apps/superset/assets")
        texts = catalogue_files(locales_of(values["aspects"]["dashboards"]))
        files |= {TEXTS: texts} if texts else {}
    added = brought_files(values["aspects"], "superset")
    files |= {EXTENSIONS: added} if added else {}
    return {"jobs": [import_job(values, tools, [*files])], "files": files}


def import_settings(values: dict[str, Any], tools: Tools) -> str:
    """Return what the import must know of the values, as JSON; the script describes it."""
    superset, dashboards = values["superset"], values["aspects"]["dashboards"]
    embedding, site = superset["embedding"], tools.site
    domains = embedding["allowedDomains"] or [site["lms_url"], site["studio_url"]]
    homes = values["aspects"]["databases"]
    settings = {
        "databases": {
            "xapi": parsed_database(values["aspects"]),
            "event_sink": homes["eventSink"],
            "reporting": homes["reporting"],
        },
        "connections": ["clickhouse", *(["metadata"] if has_reader(superset) else [])],
        "personal": values["aspects"]["pii"] == "on",
        "allowed_domains": domains if embedding["enabled"] else [],
        "help": {HELP[name]: text for name, text in dashboards["help"].items()},
        "embeddable": dashboards["embeddable"] if embedding["enabled"] else {},
        "locales": locales_of(dashboards),
        "speaks": borrowed(dashboards),
        "owners": dashboards["owners"],
        "roles": superset["roles"],
    }
    return json.dumps(settings, indent=2, sort_keys=True) + "\n"


def import_job(values: dict[str, Any], tools: Tools, files: list[str]) -> Job:
    """Return the Job; it waits for the models, so that no dashboard shows before what it reads."""
    settings = values["aspects"]["jobs"]
    return {
        "name": NAME,
        "about": "import databases, datasets, charts and dashboards into Superset",
        "pod": import_pod(values, tools, files),
        "workload": {"uid": UID, "writable": WRITABLE, "tuning": settings["assets"]},
        "after": [f"job/{DBT}", "deployment/superset", *reader_job(values["superset"])],
        "deadline_seconds": settings["deadlines"]["assetsSeconds"],
    }


def has_reader(superset: dict[str, Any]) -> bool:
    """Return whether there is an account for charts about Superset itself."""
    return bool(superset["database"]["reader"]["enabled"])


def reader_job(superset: dict[str, Any]) -> list[str]:
    """Return the superset service's Job that makes that account, where it is not the operator's."""
    database = superset["database"]
    made = not database["host"] or database["adminUser"]
    return ["job/superset-reader"] if has_reader(superset) and made else []


def import_pod(values: dict[str, Any], tools: Tools, files: list[str]) -> dict[str, Any]:
    """Return the pod spec.

    Args:
        values: the whole tree.
        tools: of the site.
        files: names of the file sets that are delivered with the Job.
    """
    inside = values["aspects"]["dashboards"]["delivery"] == "image"
    folders = {
        "aspects-import": "/app/scripts",
        NAME: "/app/assets",
        TEXTS: "/app/locale",
        EXTENSIONS: "/app/extensions",
    }
    added = [{"name": "EXTENSIONS", "value": folders[EXTENSIONS]}] if EXTENSIONS in files else []
    maps = {name: folders[name] for name in files} | {SETTINGS: SETTINGS_FOLDER}
    container = {
        "name": NAME,
        "image": tools.image("superset"),
        "command": ["python", "/app/scripts/import_assets.py"],
        "env": [
            {"name": "ASSETS", "value": IN_IMAGE["assets"] if inside else folders[NAME]},
            {"name": "TEXTS", "value": IN_IMAGE["texts"] if inside else folders[TEXTS]},
            *added,
            *import_env(values, tools),
        ],
        "volumeMounts": [
            *(mount(name, path) for name, path in maps.items()),
            *ca_mount(values, CA_FOLDER),
        ],
    }
    volumes = [*map(config_volume, maps), *ca_volume(values)]
    return {"containers": [container], "volumes": volumes}


def import_env(values: dict[str, Any], tools: Tools) -> list[dict[str, Any]]:
    """Return Superset's own environment, and the accounts that dashboards read by."""
    login = values["aspects"]["clients"]["reporting"]
    secret, reader = login["passwordSecret"], values["superset"]["database"]["reader"]
    plain = {
        "ADMIN_USER": values["superset"]["admin"]["username"],
        "CLICKHOUSE_USER": login["user"],
        "CLICKHOUSE_DATABASE": parsed_database(values["aspects"]),
        "HOME": HOME,
        "SUPERSET_HOME": HOME,
        "PYTHONPATH": SETTINGS_FOLDER,
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    secrets = {"CLICKHOUSE_PASSWORD": secret, **application_secrets(values["superset"])}
    if reader["enabled"]:
        plain["READER_USER"] = reader["user"]
        secrets["READER_PASSWORD"] = reader["passwordSecret"]
    return [
        *server_env(values, tools, QUERIES, ca_folder=CA_FOLDER),
        *({"name": name, "value": value} for name, value in plain.items()),
        *(
            {"name": name, **tools.secret(ref["name"], ref["key"])}
            for name, ref in secrets.items()
        ),
    ]


def application_secrets(superset: dict[str, Any]) -> dict[str, dict[str, str]]:
    """Return variable to Secret key of everything that Superset's settings read."""
    found = {
        "SUPERSET_SECRET_KEY": superset["secretKeySecret"],
        "SUPERSET_GUEST_TOKEN_KEY": superset["guestTokenSecret"],
        "SUPERSET_DATABASE_PASSWORD": superset["database"]["passwordSecret"],
        "SUPERSET_REDIS_PASSWORD": superset["redis"]["passwordSecret"],
    }
    if superset["sso"]["enabled"]:
        found["SUPERSET_OAUTH_CLIENT_SECRET"] = superset["sso"]["clientSecret"]
    if superset["email"]["enabled"] and superset["email"]["user"]:
        found["SUPERSET_SMTP_PASSWORD"] = superset["email"]["passwordSecret"]
    if superset["sentry"]["enabled"]:
        found["SUPERSET_SENTRY_DSN"] = superset["sentry"]["dsnSecret"]
    return found
