"""The image lock: one file beside the values that holds each image's digest and where it was seen."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from aspects_gen.errors import Finding, Position, ValuesError, WriteError
from aspects_gen.images.reference import DIGEST, ImageNameError, parse_reference

COMMENT = (
    "Digest of each image by exact tag, and where it was seen. "
    "`aspects-gen images pin` asks the registries and adds what is missing."
)

CODE = "AG140"

_FIX = "correct it, or take the entry out and run `aspects-gen images pin`"


class Pin(NamedTuple):
    """A digest, and where and how it was seen."""

    digest: str
    seen: str


class ImageLock(NamedTuple):
    """The lock: `registry/path:tag` -> pin."""

    images: Mapping[str, Pin]
    comment: str = COMMENT

    def digest_of(self, reference: str) -> str | None:
        """Return the digest of `registry/path:tag`, or None when nobody has seen it."""
        pin = self.images.get(reference)
        return pin.digest if pin else None

    def resolve(self, reference: str) -> str:
        """Return the reference with its digest; as it is when the digest is not known."""
        digest = self.digest_of(reference)
        return f"{reference}@{digest}" if digest else reference

    def with_pin(self, reference: str, pin: Pin) -> ImageLock:
        """Return a lock that also holds this pin."""
        return ImageLock({**self.images, reference: pin}, self.comment)

    def dump(self) -> str:
        """Return the text of the file: keys sorted, a newline at its end."""
        images = {
            name: {"digest": pin.digest, "seen": pin.seen}
            for name, pin in sorted(self.images.items())
        }
        data = {"comment": self.comment, "images": images}
        return json.dumps(data, indent=2, ensure_ascii=False) + "\n"


def read_lock(path: Path) -> ImageLock:
    """Return the lock in a file; an empty one when there is no file.

    Raises:
        ValuesError: the file cannot be read or is not a lock; every problem at once.
    """
    try:
        text = path.read_bytes().decode("utf-8")
    except FileNotFoundError:
        return ImageLock({})
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is not UTF-8 text"
        problem = "the image lock cannot be read"
        finding = _Source(path).finding(problem, why, "a readable file in UTF-8")
        raise ValuesError([finding]) from error
    return parse_lock(text, path)


def parse_lock(text: str, path: Path) -> ImageLock:
    """Return the lock that a text holds; `path` names the file in errors.

    Raises:
        ValuesError: the text is not a lock; every problem at once.
    """
    source = _Source(path, text)
    doubles: list[str] = []
    data = _load(source, doubles)
    findings = [
        source.finding(f"`{key}` stands there twice", key, "each key once", key) for key in doubles
    ]
    findings += _check(data, source)
    if findings:
        raise ValuesError(findings)
    pins = {name: Pin(entry["digest"], entry["seen"]) for name, entry in data["images"].items()}
    return ImageLock(pins, data.get("comment", COMMENT))


def write_lock(path: Path, lock: ImageLock) -> None:
    """Replace the file as a whole, so that a kill leaves the old lock or the new one.

    Raises:
        WriteError: the disk refuses.
    """
    # One name for every draft: what a kill left behind, the next run writes over.
    draft = path.with_name(f".{path.name}.aspects-gen-tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with draft.open("w", encoding="utf-8", newline="\n") as file:
            file.write(lock.dump())
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError as error:
        raise WriteError(
            f"{path}: cannot write the image lock: {error.strerror}\n"
            "  = fix: check permissions and free space, then run the command again"
        ) from error


class _Source(NamedTuple):
    """The text of a lock file, for findings about it."""

    path: Path
    text: str = ""

    def finding(self, problem: str, found: str, expected: str, key: str = "") -> Finding:
        quoted = json.dumps(key, ensure_ascii=False)
        rows = enumerate(self.text.splitlines(), 1)
        line, row = next(((n, row) for n, row in rows if key and quoted in row), (0, ""))
        column = row.index(quoted) + 1 if line else 0
        at = Position(self.path.as_posix(), line, column)
        return Finding(CODE, at, key, problem, found, expected, _FIX, row)


def _load(source: _Source, doubles: list[str]) -> Any:
    try:
        return json.loads(source.text, object_pairs_hook=lambda pairs: _unique(pairs, doubles))
    except json.JSONDecodeError as error:
        at = Position(source.path.as_posix(), error.lineno, error.colno)
        row = source.text.splitlines()[error.lineno - 1 : error.lineno]
        problem = "the image lock is not JSON"
        finding = Finding(CODE, at, "", problem, error.msg, "JSON", _FIX, "".join(row))
        raise ValuesError([finding]) from error
    except (RecursionError, ValueError) as error:
        finding = source.finding("the image lock is not JSON we read", str(error), "a small file")
        raise ValuesError([finding]) from error


def _unique(pairs: list[tuple[str, Any]], doubles: list[str]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        doubles += sorted({name for name in names if names.count(name) > 1})
    return found


def _check(data: Any, source: _Source) -> list[Finding]:
    if not isinstance(data, dict) or not isinstance(data.get("images"), dict):
        expected = 'a map with a map "images"'
        return [source.finding("the image lock has no images", _kind(data), expected)]
    findings = [
        source.finding("this key is not known", key, "`comment` or `images`", key)
        for key in data
        if key not in ("comment", "images")
    ]
    if not isinstance(data.get("comment", ""), str):
        kind = _kind(data["comment"])
        findings.append(source.finding("the comment is not text", kind, "a text", "comment"))
    for name, entry in data["images"].items():
        findings += _check_entry(name, entry, source)
    return findings


def _check_entry(name: str, entry: Any, source: _Source) -> list[Finding]:
    findings = []
    try:
        parse_reference(name)
    except ImageNameError as error:
        findings.append(source.finding(error.problem, name, "registry/path:tag", name))
    if not isinstance(entry, dict) or set(entry) != {"digest", "seen"}:
        expected = "a map of `digest` and `seen`, no more"
        return [*findings, source.finding("this is no pin", _kind(entry), expected, name)]
    digest, seen = entry["digest"], entry["seen"]
    if not isinstance(digest, str) or not DIGEST.fullmatch(digest):
        expected = "sha256: and 64 of 0 to 9 and a to f"
        findings.append(source.finding("this is no digest", _kind(digest), expected, name))
    if not isinstance(seen, str) or not seen.strip():
        problem = "nobody says where the digest was seen"
        findings.append(source.finding(problem, _kind(seen), "where and how", name))
    return findings


def _kind(value: Any) -> str:
    return {dict: "a map", list: "a list", type(None): "nothing"}.get(type(value), f"`{value}`")
