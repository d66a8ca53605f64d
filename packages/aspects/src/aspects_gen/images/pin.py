"""Pinning: fill the image lock from the registries; called by `aspects-gen images pin`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from aspects_gen.errors import AspectsError
from aspects_gen.images.lock import ImageLock, Pin, read_lock, write_lock
from aspects_gen.images.reference import Reference, parse_reference
from aspects_gen.images.transport import RegistryError

Ask = Callable[[Reference, str | None], str]
"""Returns the digest of an image, given one seen earlier; raises RegistryError."""

KEPT, PINNED, MOVED, FAILED = "kept", "pinned", "moved", "failed"


@dataclass(frozen=True)
class Pinned:
    """What became of one image."""

    reference: str
    status: str
    """kept: the lock has it; pinned: new; moved: the tag names another digest now; failed."""
    digest: str = ""
    before: str = ""
    problem: str = ""

    def render(self) -> str:
        """Return the line or lines that a person reads."""
        if self.status == FAILED:
            return f"failed  {self.reference}\n  {self.problem}"
        moved = f"\n  was {self.before}" if self.before else ""
        return f"{self.status:<7} {self.reference}\n  {self.digest}{moved}"

    def as_data(self) -> dict[str, str]:
        """Return the result for machines."""
        return {
            "image": self.reference,
            "status": self.status,
            "digest": self.digest,
            "before": self.before,
            "problem": self.problem,
        }


def pin_images(
    path: Path, references: Iterable[str], *, ask: Ask, date: str, refresh: bool = False
) -> list[Pinned]:
    """Write the digest of each image into the lock and return what became of each, sorted.

    The file is replaced after each new digest, so that a kill or a failure keeps what was learnt.

    Args:
        path: the lock file.
        references: images as `registry/path:tag`.
        ask: the registry client, `Registry.find_digest`.
        date: today, as YYYY-MM-DD, for the record of where a digest was seen.
        refresh: ask for images that the lock already has, too.

    Raises:
        ValuesError: the lock file is not a lock.
        WriteError: the lock cannot be written.
    """
    lock = read_lock(path)
    results = []
    for reference in sorted(set(references)):
        result, pin = _pin(lock, reference, ask=ask, date=date, refresh=refresh)
        if pin:
            lock = lock.with_pin(reference, pin)
            write_lock(path, lock)
        results.append(result)
    return results


def has_failed(results: Iterable[Pinned]) -> bool:
    """Return whether any image is without a digest that was asked for."""
    return any(result.status == FAILED for result in results)


def _pin(
    lock: ImageLock, reference: str, *, ask: Ask, date: str, refresh: bool
) -> tuple[Pinned, Pin | None]:
    before = lock.digest_of(reference)
    if before and not refresh:
        return Pinned(reference, KEPT, before), None
    try:
        parsed = parse_reference(reference)
        _require_registry(parsed)
        digest = ask(parsed, before)
    except AspectsError as error:
        return Pinned(reference, FAILED, before or "", problem=str(error)), None
    if digest == before:
        return Pinned(reference, KEPT, digest), None
    pin = Pin(digest, f"{parsed.api_host} manifest, {date}")
    return Pinned(reference, MOVED if before else PINNED, digest, before or ""), pin


def _require_registry(reference: Reference) -> None:
    # RFC 2606: names under .invalid never exist; the default of `images.registry` is one.
    if reference.host.split(":")[0].endswith(".invalid"):
        raise RegistryError(
            f"{reference.host} stands for a registry that nobody has named yet",
            "set images.registry to your registry and push the image that build/ describes",
        )
