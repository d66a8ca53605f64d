"""The Job that says what every chart costs. Called by `operations` of the command line.

It runs in Superset's image with Superset's settings, as the import does, and changes nothing.
"""

from __future__ import annotations

from typing import Any

from aspects_gen.aspects.edges import server_need
from aspects_gen.aspects.languages import locales_of, normal
from aspects_gen.aspects.server import QUERIES, ca_mount, ca_volume
from aspects_gen.aspects.superset_job import (
    CA_FOLDER,
    HOME,
    SETTINGS,
    SETTINGS_FOLDER,
    UID,
    WRITABLE,
    application_secrets,
)
from aspects_gen.aspects.trees import config_volume, mount, read_tree
from aspects_gen.services.contract import Job, Output, Tools

NAME = "aspects-performance-report"
SCRIPTS = "/app/scripts"


def performance_report(values: dict[str, Any], tools: Tools, words: list[str]) -> Output:
    """Return the Job with its script and connections.

    Args:
        values: the whole tree, complete.
        tools: as for every service.
        words: arguments of the script.

    Raises:
        ValueError: there is no Superset here.
    """
    if not values["superset"]["enabled"]:
        raise ValueError("there is no dashboard to measure: superset.enabled is false")
    plain = {
        "ADMIN_USER": values["superset"]["admin"]["username"],
        "LOCALES": " ".join(map(normal, locales_of(values["aspects"]["dashboards"]))),
        "HOME": HOME,
        "SUPERSET_HOME": HOME,
        "PYTHONPATH": SETTINGS_FOLDER,
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    maps = {NAME: SCRIPTS, SETTINGS: SETTINGS_FOLDER}
    container = {
        "name": NAME,
        "image": tools.image("superset"),
        "command": ["python", f"{SCRIPTS}/report_performance.py", *words],
        "env": [
            *({"name": name, "value": value} for name, value in plain.items()),
            *(
                {"name": name, **tools.secret(ref["name"], ref["key"])}
                for name, ref in application_secrets(values["superset"]).items()
            ),
        ],
        "volumeMounts": [
            *(mount(name, path) for name, path in maps.items()),
            *ca_mount(values, CA_FOLDER),
        ],
    }
    settings, client = values["aspects"]["jobs"], f"job/{NAME}"
    job: Job = {
        "name": NAME,
        "about": "say what every chart costs",
        "pod": {
            "containers": [container],
            "volumes": [*map(config_volume, maps), *ca_volume(values)],
        },
        "workload": {"uid": UID, "writable": WRITABLE, "tuning": settings["assets"]},
        "after": [],
        "deadline_seconds": settings["deadlines"]["assetsSeconds"],
        "retries": 0,  # status 1 says that a chart failed
    }
    return {
        "jobs": [job],
        "files": {NAME: read_tree("jobs/report")},
        "needs": [
            {"client": client, "endpoint": QUERIES, "why": "asks what charts ask"},
            *(server_need(values, tools, client, which) for which in ("database", "redis")),
        ],
    }
