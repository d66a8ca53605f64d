"""The sidecar: files with which a site adds the reader to its own LMS pods.

Called by `deployment` in mode sidecar.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from aspects_vector.container import CONFIG_FILE, config_text
from aspects_vector.reader import sidecar_config

if TYPE_CHECKING:
    from aspects_vector.seam import Output, Tools

NAME = "vector-sidecar"
DATA_DIRECTORY = "/var/lib/vector"
# What a disk buffer takes beyond its limit, and the checkpoints.
SLACK_BYTES = 134217728


def part(values: dict[str, Any], tools: Tools) -> Output:
    """Return the sidecar's files: configuration, a patch for each LMS Deployment, LMS logging.

    The sidecar holds no ClickHouse credential and has no rights: it knows only the aggregator's
    address.
    """
    config = sidecar_config(values, tools.site["namespace"], DATA_DIRECTORY)
    files = {
        CONFIG_FILE: config_text(config),
        "event.vrl": tools.read("apps/sidecar/event.vrl"),
        "lms_logging.py": tools.render(
            "apps/sidecar/lms_logging.py.j2", file=values["source"]["file"]
        ),
        **{
            f"patch-{name}.yaml": _patch(values, tools, name)
            for name in values["source"]["containers"]
        },
        **values["extraConfig"]["agent"],
    }
    needs = [{"client": "lms", "endpoint": "vector/aggregator", "why": "sidecars send lines"}]
    files["kustomization.yaml"] = tools.render(
        "apps/sidecar/kustomization.yaml.j2",
        config_map=NAME,
        configs=[CONFIG_FILE, "event.vrl", *sorted(values["extraConfig"]["agent"])],
        containers=values["source"]["containers"],
    )
    # for the LMS's own kustomization: its pods cannot mount what stands in this namespace
    return {"lms_files": {f"{NAME}/{name}": text for name, text in files.items()}, "needs": needs}


def _patch(values: dict[str, Any], tools: Tools, container: str) -> str:
    configs = [CONFIG_FILE, *sorted(values["extraConfig"]["agent"])]
    return tools.render(
        "apps/sidecar/patch.yaml.j2",
        container=container,
        image=tools.image("vector"),
        config_map=NAME,
        configs=configs,
        directory=values["source"]["file"].rsplit("/", 1)[0],
        uid=values["source"]["uid"],
        log_level=values["logLevel"],
        data_directory=DATA_DIRECTORY,
        data_bytes=values["agentBufferBytes"] + SLACK_BYTES,
        # JSON is YAML: quantities need no quoting rules of ours.
        resources=json.dumps(values["agent"]["resources"]),
    )
