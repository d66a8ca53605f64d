"""Rules about images: what runs must be named exactly."""

from __future__ import annotations

import re
from collections.abc import Iterator

from aspects_gen.lint.finding import Flaw, file_of
from aspects_gen.lint.survey import Survey
from aspects_gen.values.paths import Path as ValuePath

FLOATING = re.compile(
    r"(.*[-._])?(latest|stable|main|master|edge|nightly|dev|devel|develop|snapshot|current|lts|rolling)"
    r"|v?[0-9]+|alpine|slim|debian|ubuntu"
)
"""Tags that their owners move: words, and a major version alone."""

PLACEHOLDER = "registry.invalid"
"""Host that no name server knows, by design. Source: RFC 2606, section 2."""


def split_reference(reference: str) -> tuple[str, str, str]:
    """Return repository, tag and digest of an image reference; the last two empty where absent."""
    name, _, digest = reference.partition("@")
    head, _, last = name.rpartition("/")
    last, _, tag = last.partition(":")
    return f"{head}/{last}" if head else last, tag, digest


def _used(survey: Survey) -> Iterator[tuple[str, str, str, ValuePath]]:
    """Yield each image once: object, file, reference and the values key that changes it."""
    components = {reference: name for name, reference in reversed(survey.bundle.images.items())}
    overrides = survey.settings["images"]["overrides"]
    seen = set()
    for pod, container in survey.containers():
        reference = container["image"]
        component = components.get(reference, container["name"])
        if reference in seen:
            continue
        seen.add(reference)
        key = ("images", "overrides", component) if component in overrides else ("images",)
        yield f"Image/{component}", file_of(pod.item), reference, key


def check_floating(survey: Survey) -> Iterator[Flaw]:
    """Yield images without a tag, or with one that its owner moves."""
    for name, file, reference, key in _used(survey):
        _, tag, _ = split_reference(reference)
        if not tag or FLOATING.fullmatch(tag):
            problem = (
                f"{reference} has the floating tag {tag}" if tag else f"{reference} has no tag"
            )
            yield Flaw(name, file, problem, "name an exact version", key)


def check_digests(survey: Survey) -> Iterator[Flaw]:
    """Yield images whose digest the lock does not know."""
    for name, file, reference, key in _used(survey):
        repository, _, digest = split_reference(reference)
        if not digest and not repository.startswith(f"{PLACEHOLDER}/"):
            fix = "run `aspects-gen images pin`, which asks the registry, and commit the lock"
            yield Flaw(name, file, f"{reference} has no digest", fix, key)


def check_registry(survey: Survey) -> Iterator[Flaw]:
    """Yield images that no registry serves, because the operator has not named one yet."""
    for name, file, reference, _ in _used(survey):
        if reference.startswith(f"{PLACEHOLDER}/"):
            fix = "build the images from build/, push them, and set images.registry"
            problem = f"{reference} is in a registry that does not exist"
            yield Flaw(name, file, problem, fix, ("images", "registry"))
