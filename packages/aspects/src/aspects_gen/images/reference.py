"""A reference to an image, taken apart: where it is served, its repository and its tag."""

from __future__ import annotations

import re
from typing import NamedTuple

from aspects_gen.errors import AspectsError

# Source: OCI distribution specification 1.1, "Pulling manifests", read 2026-11.
_REPOSITORY = re.compile(r"[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*")
_TAG = re.compile(r"[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}")
_HOST = re.compile(r"([a-zA-Z0-9.-]+|\[[0-9a-fA-F:]+\])(:[0-9]{1,5})?")

DIGEST = re.compile(r"sha256:[0-9a-f]{64}")

HUB = "docker.io"
HUB_API = "registry-1.docker.io"


class ImageNameError(AspectsError):
    """A text that names no image by tag."""

    exit_code = 2

    def __init__(self, text: str, problem: str, fix: str) -> None:
        super().__init__(f"{text}: this names no image by tag: {problem}\n  = fix: {fix}")
        self.problem = problem


class Reference(NamedTuple):
    """An image by tag."""

    host: str
    """Registry as people write it, with its port."""
    repository: str
    """Path in the registry, as its API knows it."""
    tag: str

    @property
    def api_host(self) -> str:
        """Return the host that serves the registry's API."""
        return HUB_API if self.host == HUB else self.host


def parse_reference(text: str) -> Reference:
    """Return the parts of `registry/path:tag`; without a registry it is Docker Hub's.

    Raises:
        ImageNameError: no tag, a digest, or characters that no registry allows.
    """
    if "@" in text:
        raise ImageNameError(
            text, "it already has a digest", "leave the digest out: the lock holds it"
        )
    head, slash, rest = text.partition("/")
    if slash and ("." in head or ":" in head or head == "localhost"):
        host, path = head, rest
    else:
        host, path = HUB, text
    repository, colon, tag = path.rpartition(":")
    if not colon:
        raise ImageNameError(text, "it has no tag", "name an exact tag, for example :25.8.32.4")
    if host == HUB and "/" not in repository:
        repository = f"library/{repository}"
    for part, pattern in ((host, _HOST), (repository, _REPOSITORY), (tag, _TAG)):
        if not pattern.fullmatch(part):
            raise ImageNameError(
                text, f"`{part}` is not allowed in it", "write it as registry/path:tag"
            )
    return Reference(host, repository, tag)
