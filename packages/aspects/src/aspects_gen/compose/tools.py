"""The tools that a service's emit receives: what cannot be added to its output afterwards."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from aspects_gen.render import render_template
from aspects_gen.services.contract import Endpoint, Image

Digest = Callable[[str], str | None]
"""Returns the locked digest of `repository:tag`, or None."""


class EmitTools:
    """Tools of one service in one environment; see `services.contract.Tools`."""

    def __init__(
        self,
        folder: Path,
        site: Mapping[str, Any],
        *,
        endpoints: Mapping[str, Endpoint],
        references: Mapping[str, str],
    ) -> None:
        self.site = site
        self._folder = folder
        self._endpoints = endpoints
        self._references = references

    def render(self, template: str, **variables: Any) -> str:
        """Render a template of the service's package."""
        return render_template(self._folder, template, variables)

    def read(self, path: str) -> str:
        """Return a file of the service's package, unchanged."""
        return (self._folder / path).read_text(encoding="utf-8")

    def secret(self, name: str, key: str) -> dict[str, Any]:
        """Return an env entry's source; the value itself never passes through the generator."""
        return {"valueFrom": {"secretKeyRef": {"name": name, "key": key}}}

    def image(self, component: str) -> str:
        """Return the pinned reference of one of the service's images."""
        return self._references[component]

    def endpoint(self, endpoint_id: str) -> Endpoint | None:
        """Return an offered endpoint by `service/name`, or None."""
        return self._endpoints.get(endpoint_id)

    def cluster_name(self, name: str) -> str:
        """Return a name that carries the namespace, since cluster-scoped names are shared by all."""
        return f"{self.site['namespace']}-{name}"


def name_images(
    images: Mapping[str, Image], settings: Mapping[str, Any], digest_of: Digest
) -> dict[str, str]:
    """Return the reference of each component: registry, exact tag, and digest where the lock has one.

    Args:
        images: a service's components.
        settings: the `images` section of the values.
        digest_of: the lock; asked by the name the image has at its origin, since a mirror serves the same bytes.
    """
    references = {}
    for component, image in images.items():
        override = settings["overrides"].get(component, {})
        repository = override.get("repository", image["repository"])
        if image.get("own") and "repository" not in override:
            repository = f"{settings['registry']}/{repository}"
        origin = f"{repository}:{override.get('tag', image['tag'])}"
        digest = digest_of(origin)
        mirrored = settings["mirror"] and not image.get("own")
        name = f"{settings['mirror']}/{origin}" if mirrored else origin
        references[component] = f"{name}@{digest}" if digest else name
    return references
