"""Pages and code agree: commands, error codes, lint rules, alerts, links, paths."""

from __future__ import annotations

import re

import pytest

from aspects_gen.cli.main import COMMANDS
from aspects_gen.codes import CODES
from aspects_gen.lint.catalogue import RULES
from docs.pages import LINK, ROOT, anchors_of, inline_of, name_of, page_files, prose_of
from environments import COMMITTED, SITUATIONS, bundle_of

SOURCES = sorted(
    path
    for path in ROOT.glob("packages/*/src/**/*.py")
    if path.name != "codes.py" and "__pycache__" not in path.parts
)
PAGES = page_files()
IDS = [name_of(path) for path in PAGES]

PLACEHOLDER = re.compile(r"[A-Z]{2,}|[*…<{]")
"""Parts of a path that a reader fills in."""


def emitted_alerts() -> set[str]:
    names = set()
    for name in (*COMMITTED, *SITUATIONS):
        for output in bundle_of(name).outputs.values():
            names |= {alert["name"] for alert in output.get("alerts", [])}
    return names


@pytest.mark.parametrize("command", COMMANDS)
def test_command_has_a_section_in_the_reference(command):
    text = (ROOT / "docs/reference/cli.md").read_text()
    section = text.partition(f"\n## {command}\n")[2].partition("\n## ")[0]
    assert f"usage: aspects-gen {command}" in section


def test_error_codes_used_are_those_that_are_explained():
    used = {code for path in SOURCES for code in re.findall(r"\bAG\d{3}\b", path.read_text())}
    assert used == set(CODES)


def test_alerts_and_runbooks_are_the_same_set():
    assert emitted_alerts() == {path.stem for path in (ROOT / "docs/runbooks").glob("*.md")}


@pytest.mark.parametrize("page", PAGES, ids=IDS)
def test_links_lead_somewhere(page):
    broken = []
    for link in LINK.findall(prose_of(page)):
        target, _, anchor = link.partition("#")
        if ":" in target:
            continue
        file = (page.parent / target).resolve() if target else page
        lost = (
            anchor and file.suffix == ".md" and file.is_file() and anchor not in anchors_of(file)
        )
        if not file.exists() or lost:
            broken.append(link)
    assert not broken


@pytest.mark.parametrize("page", PAGES, ids=IDS)
def test_codes_and_rules_that_a_page_names_exist(page):
    text = page.read_text()
    known = set(CODES) | {rule.id for rule in RULES}
    assert set(re.findall(r"\b(?:AG\d{3}|L[1-9]\d{2})\b", text)) <= known


@pytest.mark.parametrize("page", PAGES, ids=IDS)
def test_repository_paths_that_a_page_names_exist(page):
    named = {
        code.partition("#")[0]
        for code in inline_of(page)
        if re.fullmatch(r"(packages|tests|docs)/[\w./-]+", code) and not PLACEHOLDER.search(code)
    }
    places = (ROOT, page.parent)
    assert [path for path in sorted(named) if not any((p / path).exists() for p in places)] == []


def test_every_page_is_reached_from_the_index():
    index = ROOT / "docs/README.md"
    reached = {
        (index.parent / link.partition("#")[0]).resolve() for link in LINK.findall(prose_of(index))
    }
    folders = ("tutorials", "how-to", "explanation", "reference")
    pages = {page for folder in folders for page in (ROOT / "docs" / folder).glob("*.md")}
    assert pages - reached == set()
