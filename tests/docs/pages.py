"""The project's pages as tests read them: files, code blocks, inline code, links, headings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]

FENCE = re.compile(r"^ *```(\w*)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
INDENTED = re.compile(r"^(?: {4,}|\t)(.*)$", re.MULTILINE)
INLINE = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ +(.*)$", re.MULTILINE)


class Block(NamedTuple):
    """A fenced block of code."""

    page: str
    line: int
    language: str
    text: str


def page_files() -> list[Path]:
    """Return every page: docs, and each README that a reader starts from."""
    files = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("packages/*/README.md")]
    return sorted(files)


def name_of(path: Path) -> str:
    """Return a page's name in messages."""
    return path.relative_to(ROOT).as_posix()


def blocks_of(path: Path) -> Iterator[Block]:
    """Yield the fenced blocks of a page, without the indentation of the list they stand in."""
    text = path.read_text(encoding="utf-8")
    for match in FENCE.finditer(text):
        lines = match[2].splitlines()
        indent = min((len(x) - len(x.lstrip()) for x in lines if x.strip()), default=0)
        inside = "\n".join(line[indent:] for line in lines) + "\n"
        yield Block(name_of(path), text.count("\n", 0, match.start()) + 1, match[1], inside)


def prose_of(path: Path) -> str:
    """Return a page's text without its fenced blocks."""
    return FENCE.sub("", path.read_text(encoding="utf-8"))


def indented_of(path: Path) -> list[str]:
    """Return the lines of indented blocks."""
    return INDENTED.findall(prose_of(path))


def inline_of(path: Path) -> list[str]:
    """Return the inline code of a page."""
    return INLINE.findall(INDENTED.sub("", prose_of(path)))


def anchors_of(path: Path) -> set[str]:
    """Return the anchors that a page's headings make, by GitHub's rule."""
    titles = HEADING.findall(prose_of(path))
    return {re.sub(r"[^\w\- ]", "", title.lower()).strip().replace(" ", "-") for title in titles}
