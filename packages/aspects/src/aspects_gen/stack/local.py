"""Where this machine differs from a cluster, as one more layer over an environment's own values."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from aspects_gen.compose.bundle import Bundle
from aspects_gen.environment import Place
from aspects_gen.generate import compose_place
from aspects_gen.services.registry import discover_services
from aspects_gen.stack.ports import LOOPBACK

CACHE_SECONDS = 10
"""How old a number on a dashboard may be: the events are few, and one wants to see them come."""

REFRESH = {
    "courseStructureMinutes": 1,
    "learnersMinutes": 1,
    "videoMinutes": 1,
    "randomizeSeconds": 10,
}
"""How often timed models are computed, for the same reason."""

APPS = Path(__file__).parent / "apps"
MODULE = "this_machine.py"

NOT_HERE = {"enabled": False}


def local_values(parent: str, ports: Mapping[str, int], home: Path) -> dict[str, Any]:
    """Return the layer.

    Args:
        parent: path of the environment's values file, relative to the layer's own.
        ports: of `clickhouse`, `ralph`, `superset` and `lms`.
        home: folder of Superset's database and caches.
    """
    lms = f"http://{LOOPBACK}:{ports['lms']}"
    places = {"home": str(home), "lms": lms}
    module = f"PLACES = {places!r}\n\n{(APPS / MODULE).read_text('utf-8')}"
    return {
        "extends": parent,
        "site": {"https": False},
        "secrets": {"provider": "existing"},
        "clickhouse": {
            "enabled": True,
            "topology": "external",
            "external": {
                "host": LOOPBACK,
                "httpPort": ports["clickhouse"],
                "tls": False,
                "cluster": "",
                "ddlHost": "",
                "caSecret": {"name": ""},
            },
            "backup": NOT_HERE,
            "restore": NOT_HERE,
        },
        "ralph": {
            "enabled": True,
            "port": ports["ralph"],
            "authSecret": {"name": ""},
            "oidc": NOT_HERE,
            "workers": 1,
            "clickhouse": {
                "host": LOOPBACK,
                "port": ports["clickhouse"],
                "tls": False,
                "caSecret": {"name": ""},
            },
        },
        # the campus comes through Ralph, so what Ralph stores must be what the models read
        "aspects": {"source": "ralph", "refresh": REFRESH},
        # its programs run, into its own tables; Vector itself does not
        "vector": {
            "enabled": True,
            "mode": "sidecar",
            "store": {"xapi": True, "trackingLogs": True, "deadLetters": True},
            "clickhouse": {"host": LOOPBACK, "port": ports["clickhouse"], "tls": False},
            "archive": NOT_HERE,
        },
        "superset": {
            "enabled": True,
            "port": ports["superset"],
            "gunicorn": {"workers": 1},
            "cacheSeconds": CACHE_SECONDS,
            # browsers keep cookies by host, whatever the port: two stacks would end each other's logins
            "sessionCookieName": f"aspects_{hashlib.sha256(str(home).encode()).hexdigest()[:8]}",
            "sso": {"internalUrl": lms},
            # SQLite knows no accounts
            "database": {"reader": NOT_HERE},
            "email": NOT_HERE,
            "sentry": NOT_HERE,
            "caSecret": {"name": ""},
            "extraModules": {MODULE: module},
        },
    }


def compose_here(place: Place, folder: Path, ports: Mapping[str, int], home: Path) -> Bundle:
    """Return an environment composed for this machine.

    Args:
        place: where its values are.
        folder: gets the layer.
        ports: see `local_values`.
        home: see `local_values`.

    Raises:
        ValuesError: what is wrong with the values, with their own lines.
    """
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{place.name}.yaml"
    parent = os.path.relpath(place.values_file.absolute(), folder)
    # JSON is YAML
    text = json.dumps(local_values(parent, ports, home), indent=2)
    file.write_text(f"# Written by `aspects-gen up`, anew each time.\n{text}\n", "utf-8")
    if place.lock.exists():
        shutil.copy(place.lock, folder / place.lock.name)
    here = Place(place.name, file, folder / "out")
    return compose_place(here, discover_services())
