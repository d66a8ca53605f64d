"""What Superset asks of the LMS: an OAuth client, its owner, and where Superset is; called by `output`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .addresses import internal_url, public_url


def build_request(values: Mapping[str, Any], site: Mapping[str, Any]) -> dict[str, Any]:
    """Return settings, users and OAuth clients; secrets by reference.

    SUPERSET_CONFIG is what the LMS's Aspects plugin reads to get guest tokens.
    """
    account = values["lmsAccount"]
    request: dict[str, Any] = {
        "settings": {
            "SUPERSET_CONFIG": {
                "internal_service_url": internal_url(values),
                "service_url": public_url(values, site),
                "username": account["username"],
                "password": {"secretKeyRef": dict(account["passwordSecret"])},
            }
        }
    }
    if values["sso"]["enabled"]:
        request |= sign_on(values, site)
    return request


def sign_on(values: Mapping[str, Any], site: Mapping[str, Any]) -> dict[str, Any]:
    """Return the OAuth client and the LMS user that owns it."""
    sso = values["sso"]
    redirect = f"{public_url(values, site)}/oauth-authorized/{sso['provider']}"
    user = {
        "username": sso["lmsUser"],
        "email": f"{sso['lmsUser']}@{site['lms_host']}",
        "staff": False,
        "superuser": False,
        "usable_password": False,
    }
    client = {
        "name": "superset-sso",
        "user": sso["lmsUser"],
        "client_id": sso["clientId"],
        "client_secret": {"secretKeyRef": dict(sso["clientSecret"])},
        "grant_type": "authorization-code",
        "redirect_uris": [redirect],
        "scopes": ["user_id"],
        "skip_authorization": True,
        "update": True,
    }
    return {"users": [user], "oauth_clients": [client]}
