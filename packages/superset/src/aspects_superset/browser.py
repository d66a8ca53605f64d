"""The Content-Security-Policy header; called by `settings`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

# What Superset's own pages load. 'strict-dynamic' with a nonce: only scripts that its pages start.
# Source: the default policy of Superset 6.1.0, less maps, fonts and telemetry of other hosts.
OURS: dict[str, list[str]] = {
    "default-src": ["'self'"],
    "base-uri": ["'self'"],
    "connect-src": ["'self'"],
    "font-src": ["'self'", "data:"],
    "form-action": ["'self'"],
    "img-src": ["'self'", "blob:", "data:"],
    "object-src": ["'none'"],
    "script-src": ["'self'", "'strict-dynamic'"],
    "style-src": ["'self'", "'unsafe-inline'"],
    "worker-src": ["'self'", "blob:"],
}


def embedding_origins(values: Mapping[str, Any], site: Mapping[str, Any]) -> list[str]:
    """Return the origins that may show Superset in a frame, besides Superset itself."""
    if not values["embedding"]["enabled"]:
        return []
    return list(values["embedding"]["allowedDomains"]) or [site["lms_url"], site["studio_url"]]


def build_security_policy(values: Mapping[str, Any], site: Mapping[str, Any]) -> Any:
    """Return the policy by directive, or None when the header is off."""
    policy = {directive: list(sources) for directive, sources in OURS.items()}
    if not values["contentSecurityPolicy"]["enabled"]:
        # Who may frame the pages is not given up with the rest.
        policy = {}
    else:
        for directive, sources in sorted(values["contentSecurityPolicy"]["extraSources"].items()):
            # A directive of its own no longer inherits default-src.
            policy.setdefault(directive, ["'self'"]).extend(sources)
    policy["frame-ancestors"] = ["'self'", *embedding_origins(values, site)]
    return policy
