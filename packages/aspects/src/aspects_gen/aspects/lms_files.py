"""The files that wire an LMS without Tutor: settings, packages, init script, instructions."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from aspects_gen.aspects.literal import literal
from aspects_gen.aspects.lms import (
    ENV,
    database_rows,
    lms_secrets,
    logs_statements,
    lrs_url,
    plain_settings,
    requirements,
    secret_settings,
)
from aspects_gen.aspects.server import ca_secret
from aspects_gen.services.contract import Tools

FILTERS = {
    "org.openedx.learning.instructor.dashboard.render.started.v1": "AddSupersetTab",
    "org.openedx.learning.instructor.dashboard.tabs.requested.v1": (
        "AddSupersetTabToInstructorDashboard"
    ),
}
"""Filter to step, for the old instructor page and the new one."""

STEPS = "platform_plugin_aspects.extensions.filters"


def lms_files(values: dict[str, Any], tools: Tools) -> dict[str, str]:
    """Return relative path to text of every file under the environment's folder lms/."""
    return {
        "README.md": readme(values, tools),
        **settings_files(values, tools),
        "kubernetes-env.yaml": kubernetes_env(values, tools),
        "requirements.txt": requirements_text(values),
        **repair_files(tools),
        **init_files(values, tools),
    }


def repair_files(tools: Tools) -> dict[str, str]:
    """Return the scripts that send again, count and copy; Jobs for that mount the same files."""
    names = ("aspects_replay.py", "backfill.sh", "replay.sh")
    return {name: tools.read(f"jobs/repair/lms/{name}") for name in names}


def init_files(values: dict[str, Any], tools: Tools) -> dict[str, str]:
    """Return the init script and its data; the Job mounts the same files."""
    rows = json.dumps(database_rows(values, tools), indent=2) + "\n"
    scripts = {
        name: tools.read(f"jobs/init/lms/{name}") for name in ("aspects_init.py", "init.sh")
    }
    return {**scripts, "rows.json": rows}


def settings_files(values: dict[str, Any], tools: Tools) -> dict[str, str]:
    """Return the modules that LMS and Studio need on their path."""
    return {
        "aspects_sender.py": tools.read("apps/lms/aspects_sender.py"),
        "aspects_settings.py": settings_module(values, tools),
    }


def settings_module(values: dict[str, Any], tools: Tools) -> str:
    """Return the Django settings as a Python module."""
    bus = values["aspects"]["eventBus"]
    plain, secret = plain_settings(values, tools), secret_settings(values, tools)
    return tools.render(
        "apps/lms/aspects_settings.py.j2",
        variables=sorted(fields["password_variable"] for fields in secret.values()),
        plain=[(name, literal(value, 1)) for name, value in plain.items()],
        secret=[(name, literal(value, 1)) for name, value in secret.items()],
        filters=literal(filter_steps(values)),
        topic=bus["topic"] if bus["producer"] else "",
    )


def filter_steps(values: dict[str, Any]) -> dict[str, str]:
    """Return filter to the dotted name of the step added to it."""
    if not values["aspects"]["lms"]["instructorDashboardTab"]:
        return {}
    known = dict(FILTERS)
    if values["aspects"]["lms"]["release"] != "verawood":
        # the older plugin has no step for the new page
        del known["org.openedx.learning.instructor.dashboard.tabs.requested.v1"]
    return {name: f"{STEPS}.{step}" for name, step in known.items()}


def requirements_text(values: dict[str, Any]) -> str:
    """Return the packages to add to the LMS's image."""
    release = values["aspects"]["lms"]["release"]
    lines = [
        f"# for Open edX {release}; set aspects.lms.release for another",
        *requirements(values),
    ]
    return "\n".join(lines) + "\n"


def kubernetes_env(values: dict[str, Any], tools: Tools) -> str:
    """Return the env entries that LMS and Studio containers need, with their workers."""
    lines = ["# Add to every LMS and Studio container, workers and jobs too.", "env:"]
    for variable, ref in sorted(lms_secrets(values, tools).items()):
        lines += [
            f"  - name: {variable}",
            "    valueFrom:",
            "      secretKeyRef:",
            f"        name: {ref['name']}",
            f"        key: {ref['key']}",
        ]
    return "\n".join(lines) + "\n"


def readme(values: dict[str, Any], tools: Tools) -> str:
    """Return the instructions for installing by hand."""
    lms = values["aspects"]["lms"]
    secrets: dict[str, Mapping[str, str]] = lms_secrets(values, tools)
    return tools.render(
        "apps/lms/README.md.j2",
        environment=tools.site["environment"],
        namespace=tools.site["namespace"],
        release=lms["release"],
        packages=requirements(values),
        secrets=[(name, ref["name"], ref["key"]) for name, ref in sorted(secrets.items())],
        managed=lms["manage"] and bool(lms["image"]),
        lrs_url=lrs_url(values, tools),
        oauth=ENV["oauth"] in secrets,
        logs=logs_statements(values),
        batching=lms["batching"]["enabled"] and bool(lrs_url(values, tools)),
        outage_minutes=lms["retries"]["max"] * lms["retries"]["countdownSeconds"] // 60,
        sinks=lms["sinks"],
        pii=values["aspects"]["pii"],
        producer=values["aspects"]["eventBus"]["producer"],
        studio=lms["studioMetrics"],
        old_plugin=lms["release"] != "verawood",
        authority=bool(ca_secret(values)) and not lms["clickhouseUrl"],
    )
