"""The shapes of the service contract that this package uses. Nothing here runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol, TypedDict

Manifest = dict[str, Any]
Image = dict[str, Any]
Endpoint = dict[str, Any]
Problem = tuple[str, str, str, str]


class Output(TypedDict, total=False):
    """What the service deploys, as plain data; every key is optional."""

    objects: list[Manifest]
    files: dict[str, dict[str, str]]
    lms_files: dict[str, str]
    workloads: dict[str, dict[str, Any]]
    secrets: list[dict[str, Any]]
    needs: list[dict[str, Any]]
    metrics: list[dict[str, str]]
    alerts: list[dict[str, str]]


class Tools(Protocol):
    """What the generator hands in."""

    site: Mapping[str, Any]

    def render(self, template: str, **variables: Any) -> str:
        """Render a template of this package."""

    def read(self, path: str) -> str:
        """Return a file of this package, unchanged."""

    def image(self, component: str) -> str:
        """Return the pinned reference of an image."""

    def endpoint(self, endpoint_id: str) -> Endpoint | None:
        """Return another service's endpoint, or None."""

    def cluster_name(self, name: str) -> str:
        """Return a name for a cluster-scoped object that no other installation shares."""
