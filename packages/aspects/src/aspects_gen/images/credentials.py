"""Credentials for registries, from the docker configuration file of the person who runs the command."""

from __future__ import annotations

import base64
import binascii
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

# The name under which `docker login` keeps Docker Hub's credentials, besides its plain names.
# Source: Docker's reference of `docker login`, read 2026-11.
_HUB_KEY = "https://index.docker.io/v1/"
_HUB_HOSTS = ("docker.io", "registry-1.docker.io", "index.docker.io")


def default_config(environment: Mapping[str, str] | None = None) -> Path:
    """Return where docker keeps its configuration."""
    found = os.environ if environment is None else environment
    folder = found.get("DOCKER_CONFIG", "")
    return (Path(folder) if folder else Path.home() / ".docker") / "config.json"


def find_credentials(host: str, config: Path) -> tuple[str, str] | None:
    """Return user and password for a registry's host, or None: then it is asked anonymously.

    Only the `auths` of the file count; credential helpers are programs and are never run.
    A file that is missing, unreadable or of another shape holds no credentials.
    """
    for key, entry in _read_auths(config).items():
        if key == _HUB_KEY and host not in _HUB_HOSTS:
            continue
        if key != _HUB_KEY and _host_of(key) != host:
            continue
        found = _decode(entry)
        if found:
            return found
    return None


def _read_auths(config: Path) -> dict[str, Any]:
    try:
        data = json.loads(config.read_bytes())
    except (OSError, ValueError):
        return {}
    auths = data.get("auths") if isinstance(data, dict) else None
    return auths if isinstance(auths, dict) else {}


def _host_of(key: str) -> str:
    return key.split("://", 1)[-1].split("/", 1)[0]


def _decode(entry: Any) -> tuple[str, str] | None:
    text = entry.get("auth") if isinstance(entry, dict) else None
    if not isinstance(text, str):
        return None
    try:
        user, colon, password = (
            base64.b64decode(text, validate=True).decode("utf-8").partition(":")
        )
    except (binascii.Error, UnicodeDecodeError):
        return None
    return (user, password) if user and colon else None
