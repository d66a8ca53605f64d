"""What Ralph asks of the LMS: one router that sends it statements; called by `emit`."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from .server import NAME


def route_url(values: dict[str, Any]) -> str:
    """Return the address that the LMS sends statements to; the LMS keys its router by it."""
    return values["lms"]["url"] or f"http://{NAME}:{values['port']}/xAPI/"


def is_called_inside(values: dict[str, Any]) -> bool:
    """Return whether the LMS calls the Service, not a public address."""
    host = urlsplit(route_url(values)).hostname or ""
    return host.split(".")[0] == NAME and host != values["publicHost"]


def build_request(values: dict[str, Any]) -> dict[str, Any]:
    """Return the router row, its password by reference.

    It is asked for whether or not Ralph has a public host: the LMS calls it from inside.
    """
    router = {
        "enabled": True,
        "backend_name": "xAPI",
        "route_url": route_url(values),
        "auth_scheme": "Basic",
        "username": values["lms"]["username"],
        "password": {"secretKeyRef": dict(values["lms"]["passwordSecret"])},
    }
    return {"routers": [router]}
