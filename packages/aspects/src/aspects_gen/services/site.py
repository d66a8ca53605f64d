"""The facts of a site that any service may read, derived once from the values."""

from __future__ import annotations

from typing import Any


def site_facts(values: dict[str, Any], environment: str) -> dict[str, Any]:
    """Return the plain facts handed to every service as `site`.

    Shape: {"environment", "namespace", "profile", "platform_name", "contact_email", "language",
    "scheme" (http|https), "lms_host", "lms_url" (no trailing slash), "studio_url", "secrets_rotation" (a count),
    "monitoring" (whether it is on), "storage_class" (empty: the cluster's default), "lms_namespace"}.
    Values add "endpoints": the ids of everything that is offered, sorted.
    """
    site = values["site"]
    scheme = "https" if site["https"] else "http"
    return {
        "environment": environment,
        "namespace": values["kubernetes"]["namespace"],
        "profile": values["profile"],
        "platform_name": site["platformName"],
        "contact_email": site["contactEmail"],
        "language": site["language"],
        "scheme": scheme,
        "lms_host": site["lmsHost"],
        "lms_url": f"{scheme}://{site['lmsHost']}",
        "studio_url": f"{scheme}://{site['studioHost']}",
        "secrets_rotation": values["secrets"]["rotation"],
        "monitoring": values["monitoring"]["enabled"],
        "storage_class": values["kubernetes"]["storageClass"],
        "lms_namespace": values["network"]["lms"]["namespace"],
    }
