"""A course: its key, its blocks, and how these change from one publication to the next."""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random

from aspects_gen.demo.words import OPTIONS, SUBJECTS, TOPICS

PUBLICATIONS = 3
"""How often each course is published: blocks are renamed, moved and deleted in between."""

CCX_EVERY = 5
"""Every fifth course is a custom course (CCX): another key, other prefixes."""


@dataclass(frozen=True, slots=True)
class Part:
    """One question of a problem; `interaction` as statements name it."""

    interaction: str
    question: str
    options: tuple[str, ...]
    many: bool


@dataclass(frozen=True, slots=True)
class Block:
    """A block of one publication.

    Attributes:
        kind: type in the usage key, such as `problem`.
        place: section, subsection and unit, from 1; 0 above that level.
        order: 1-based position in the course, depth first.
        seconds: length of a video.
        parts: questions of a problem.
    """

    kind: str
    key: str
    name: str
    place: tuple[int, int, int]
    order: int
    graded: bool
    detached: bool = False
    seconds: int = 0
    parts: tuple[Part, ...] = ()

    @property
    def id(self) -> str:
        """Return the last part of the usage key."""
        return self.key.rsplit("@", 1)[1]


Page = tuple[Block, tuple[Block, ...]]
"""A vertical and what is in it."""


@dataclass(frozen=True, slots=True)
class Sequence:
    """A subsection and its pages."""

    block: Block
    pages: tuple[Page, ...]


@dataclass(frozen=True, slots=True)
class Course:
    """A course run; each publication is all its blocks in order."""

    number: int
    org: str
    key: str
    name: str
    tags: tuple[int, ...]
    publications: tuple[tuple[Block, ...], ...]

    @property
    def run(self) -> str:
        """Return the run: the text after the last `+` of the key."""
        return self.key.rsplit("+", 1)[1]


def make_course(rng: Random, number: int, org: str, tags: tuple[int, ...]) -> Course:
    """Return a course with its publications; `tags` are those to choose from."""
    name, code = SUBJECTS[number % len(SUBJECTS)]
    plain = f"{org}+{code}+run{number}"
    ccx = number % CCX_EVERY == CCX_EVERY - 1
    key = f"ccx-v1:{plain}+ccx@{number}" if ccx else f"course-v1:{plain}"
    prefix = f"ccx-block-v1:{plain}+ccx@{number}" if ccx else f"block-v1:{plain}"
    blocks = _make_blocks(rng, prefix, name)
    publications = [_number(blocks)]
    for _ in range(PUBLICATIONS - 1):
        blocks = _revise(rng, blocks)
        publications.append(_number(blocks))
    return Course(
        number=number,
        org=org,
        key=key,
        name=name,
        tags=tuple(sorted(rng.sample(tags, min(3, len(tags))))),
        publications=tuple(publications),
    )


def find_sequences(blocks: tuple[Block, ...]) -> tuple[Sequence, ...]:
    """Return the subsections of a publication that have a page with something in it."""
    found: list[tuple[Block, list[tuple[Block, list[Block]]]]] = []
    for block in blocks:
        if block.kind == "sequential":
            found.append((block, []))
        elif block.kind == "vertical":
            found[-1][1].append((block, []))
        elif block.place[2] and not block.detached:
            found[-1][1][-1][1].append(block)
    return tuple(
        Sequence(block, tuple((page, tuple(leaves)) for page, leaves in pages if leaves))
        for block, pages in found
        if any(leaves for _, leaves in pages)
    )


def _make_blocks(rng: Random, prefix: str, name: str) -> list[Block]:
    blocks = [_block(rng, prefix, "course", name)]
    for section in range(rng.randint(3, 4)):
        blocks.append(_block(rng, prefix, "chapter", f"Week {section + 1}"))
        for subsection in range(rng.randint(2, 3)):
            graded = subsection == 1
            title = f"Lesson {section + 1}.{subsection + 1}"
            blocks.append(_block(rng, prefix, "sequential", title, graded))
            for _ in range(rng.randint(2, 4)):
                blocks.append(_block(rng, prefix, "vertical", rng.choice(TOPICS), graded))
                blocks += [_leaf(rng, prefix, graded) for _ in range(rng.randint(1, 3))]
    return [*blocks, _block(rng, prefix, "about", "About", detached=True)]


def _leaf(rng: Random, prefix: str, graded: bool) -> Block:
    kind = rng.choices(("video", "problem", "html"), (4, 5, 2))[0]
    name = f"{rng.choice(TOPICS)} {rng.randint(1, 99)}"
    if kind == "video":
        return _block(rng, prefix, kind, name, graded, seconds=rng.randint(40, 420))
    if kind == "problem":
        count = rng.choices((1, 2, 3), (7, 2, 1))[0]
        parts = tuple(_part(rng) for _ in range(count))
        return _block(rng, prefix, kind, name, graded, parts=parts)
    return _block(rng, prefix, kind, name, graded)


def _part(rng: Random) -> Part:
    kind, many = rng.choices(
        (("choice", False), ("choice", True), ("numeric", False), ("fill-in", False)),
        (5, 3, 2, 2),
    )[0]
    options = tuple(rng.sample(OPTIONS, 4)) if kind == "choice" else ()
    return Part(kind, f"Question about {rng.choice(TOPICS).lower()}?", options, many)


def _block(
    rng: Random, prefix: str, kind: str, name: str, graded: bool = False, **parts: object
) -> Block:
    key = f"{prefix}+type@{kind}+block@{rng.getrandbits(128):032x}"
    block = Block(kind=kind, key=key, name=name, place=(0, 0, 0), order=0, graded=graded)
    return replace(block, **parts)  # type: ignore[arg-type]


def _number(blocks: list[Block]) -> tuple[Block, ...]:
    """Return the blocks with order and place, counted as the LMS counts them."""
    section = subsection = unit = 0
    placed = []
    for order, block in enumerate(blocks, 1):
        if block.kind == "chapter":
            section, subsection, unit = section + 1, 0, 0
        elif block.kind == "sequential":
            subsection, unit = subsection + 1, 0
        elif block.kind == "vertical":
            unit += 1
        place = (0, 0, 0) if block.detached else (section, subsection, unit)
        placed.append(replace(block, place=place, order=order))
    return tuple(placed)


def _revise(rng: Random, blocks: list[Block]) -> list[Block]:
    """Return the blocks with one renamed, one moved and one deleted."""
    revised = list(blocks)
    leaves = [i for i, block in enumerate(revised) if block.kind in ("problem", "video", "html")]
    if len(leaves) < 4:
        return revised
    renamed, moved, deleted = rng.sample(leaves, 3)
    revised[renamed] = replace(revised[renamed], name=revised[renamed].name + " (revised)")
    target = rng.choice([i for i in leaves if i not in (renamed, moved, deleted)])
    travels = replace(revised[moved], graded=revised[target].graded)
    revised.insert(target + 1, travels)
    gone = {moved + (moved > target), deleted + (deleted > target)}
    return [block for i, block in enumerate(revised) if i not in gone]
