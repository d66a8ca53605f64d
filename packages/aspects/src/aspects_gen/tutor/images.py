"""Image references of Tutor's settings."""

from __future__ import annotations

import re

UPSTREAM = {
    # Repositories that the plugin names by default. Source: plugin releases 0.1 to 6.1.
    "DOCKER_IMAGE_CLICKHOUSE": "clickhouse/clickhouse-server",
    "DOCKER_IMAGE_RALPH": "fundocker/ralph",
    "DOCKER_IMAGE_VECTOR": "timberio/vector",
}

FLOATING = ("latest", "main", "master", "stable", "edge", "nightly")

_IMAGE = re.compile(
    r"^(?P<repository>[a-z0-9.-]+(?::[0-9]+)?(?:/[a-z0-9._-]+)*)"
    r":(?P<tag>[A-Za-z0-9_][A-Za-z0-9._-]{0,127})(?P<digest>@sha256:[0-9a-f]{64})?$"
)


def split_image(text: str) -> tuple[str, str] | None:
    """Return (repository, tag) of an image reference with an exact tag, None for any other."""
    match = _IMAGE.match(text.strip())
    if not match or match["tag"] in FLOATING:
        return None
    return match["repository"], match["tag"]


def is_upstream(variable: str, repository: str) -> bool:
    """Tell whether a repository is the one that the plugin itself names."""
    plain = repository.removeprefix("docker.io/").removeprefix("index.docker.io/")
    return plain == UPSTREAM.get(variable)
