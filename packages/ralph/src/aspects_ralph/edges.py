"""The edges: connections from and to Ralph; called by `emit`."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from .lms import is_called_inside
from .server import NAME, WORKLOAD
from .store import ENDPOINT

LMS = "lms"
"""Client id of the LMS, whose pods belong to someone else."""


def list_needs(values: dict[str, Any], store: dict[str, Any]) -> list[dict[str, Any]]:
    """Return every connection that the server opens, and the one that the LMS opens to it."""
    needs = [_store_edge(store)]
    if is_called_inside(values):
        why = "sends statements"
        needs.append({"client": LMS, "endpoint": f"{NAME}/http", "why": why, "wait": False})
    if values["oidc"]["enabled"]:
        host, port = split_address(values["oidc"]["issuer"])
        needs.append(_outside(host, port, "reads the signing keys of the token issuer"))
    if values["sentry"]["dsnSecret"]["name"]:
        sentry = values["sentry"]
        needs.append(_outside(sentry["host"], sentry["port"], "reports errors to Sentry"))
    if values["forwardings"]["secret"]["name"]:
        needs += [
            _outside(target["host"], target["port"], "forwards statements to another store")
            for target in values["forwardings"]["targets"]
        ]
    return needs


def split_address(address: str) -> tuple[str, int]:
    """Return host and TCP port of an http or https address."""
    parts = urlsplit(address)
    return parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)


def _store_edge(store: dict[str, Any]) -> dict[str, Any]:
    why = "writes statements and looks up the ids it already has"
    if store["inside"]:
        return {"client": WORKLOAD, "endpoint": ENDPOINT, "why": why}
    return _outside(store["host"], store["port"], why)


def _outside(host: str, port: int, why: str) -> dict[str, Any]:
    return {"client": WORKLOAD, "external": host, "port": port, "why": why}
