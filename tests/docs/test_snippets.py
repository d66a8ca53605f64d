"""What a reader copies from a page works: values, keys, command lines."""

from __future__ import annotations

import re
import shlex
from functools import lru_cache

import pytest
import yaml

from aspects_gen.cli.main import COMMANDS, make_parser
from aspects_gen.errors import UsageError
from aspects_gen.explain.keys import find_key
from aspects_gen.services.points import GROUP
from aspects_gen.services.registry import discover_services
from aspects_gen.values.defaults import merge
from aspects_gen.values.resolve import resolve_values
from aspects_gen.values.schema import bundle_schema
from docs.pages import blocks_of, indented_of, inline_of, name_of, page_files

PAGES = page_files()
IDS = [name_of(path) for path in PAGES]

MINIMAL = {
    "site": {"lmsHost": "learn.example.org"},
    "kubernetes": {"storageClass": "fast-ssd"},
}

SHELLS = ("sh", "console", "bash", "text", "")
FILES = re.compile(r"\.(json|ya?ml|md|sql|py|toml|vrl|sh|xml|svc)\b")
KEY = re.compile(r"[a-z]\w*(\.[a-z]\w*|\[\d*\])+")


@lru_cache(maxsize=1)
def schema():
    return bundle_schema({name: s.schema() for name, s in discover_services().items()})


@lru_cache(maxsize=1)
def parser():
    return make_parser()


def looks_like_values(text: str) -> bool:
    data = yaml.safe_load(text)
    return isinstance(data, dict) and bool(data.keys() & schema()["properties"].keys())


SNIPPETS = [
    block
    for page in PAGES
    for block in blocks_of(page)
    if block.language in ("yaml", "yml") and looks_like_values(block.text)
]


@pytest.mark.parametrize("block", SNIPPETS, ids=[f"{b.page}:{b.line}" for b in SNIPPETS])
def test_values_of_a_page_are_accepted(block, tmp_path):
    data = merge(MINIMAL, yaml.safe_load(block.text))
    # what it extends is another snippet
    data.pop("extends", None)
    path = tmp_path / "environments" / "site.yaml"
    path.parent.mkdir()
    path.write_text(yaml.safe_dump(data))
    for name in data.get("aspects", {}).get("extensions", []):
        (path.parent / name).mkdir(parents=True)
    assert resolve_values(path, tmp_path, discover_services()).data["site"]["lmsHost"]


def test_values_are_found_in_pages():
    pages = {block.page for block in SNIPPETS}
    assert {"docs/tutorials/first-deployment.md", "packages/clickhouse/README.md"} <= pages


def keys_of(page) -> set[str]:
    named = {code.partition(":")[0].strip() for code in inline_of(page)}
    return {
        key
        for key in named
        if KEY.fullmatch(key)
        and key != GROUP
        and not FILES.search(key)
        and re.split(r"[.\[]", key)[0] in schema()["properties"]
    }


@pytest.mark.parametrize("page", PAGES, ids=IDS)
def test_keys_that_a_page_names_exist(page):
    # a package's own page may speak of its slice without naming it
    prefixes = ("", f"{page.parent.name}.") if page.parent.parent.name == "packages" else ("",)
    unknown = [
        key
        for key in sorted(keys_of(page))
        if not any(is_key(before + key) for before in prefixes)
    ]
    assert not unknown


def is_key(name: str) -> bool:
    try:
        find_key(schema(), name.replace("[]", ""))
    except UsageError:
        return False
    return True


SCRIPTS = {"verify", "up", "status", "logs", "down", "reset"}
"""Commands that the workspace runs in an environment of their own: `hatch run COMMAND`."""


def commands_in(text: str) -> list[list[str]]:
    """Return each call of the program in a piece of shell text, as words."""
    found = []
    for line in text.replace("\\\n", " ").splitlines():
        if "aspects-gen " not in line and "hatch run " not in line:
            continue
        lexer = shlex.shlex(line.strip().removeprefix("$ "), posix=True, punctuation_chars=";&|<>")
        lexer.commenters = "#"
        try:
            words = list(lexer)
        except ValueError:
            continue
        parts = [[]]
        for word in words:
            parts.append([]) if set(word) <= set(";&|<>") else parts[-1].append(word)
        for part in parts:
            bare = part[2:] if part[:2] == ["hatch", "run"] else part
            if bare[:1] == ["aspects-gen"]:
                found.append(bare[1:])
            elif bare is not part and bare[:1] and bare[0] in SCRIPTS:
                found.append(bare)
    return found


def typed(block) -> str:
    """Return what a person types of a block: in a console, the lines with a prompt."""
    if block.language != "console":
        return block.text
    return "\n".join(line for line in block.text.splitlines() if line.startswith("$ "))


def calls_of(page) -> list[list[str]]:
    texts = [typed(block) for block in blocks_of(page) if block.language in SHELLS]
    return [call for text in [*texts, "\n".join(indented_of(page))] for call in commands_in(text)]


HAND_WRITTEN = [page for page in PAGES if name_of(page) != "docs/reference/cli.md"]


@pytest.mark.parametrize("page", HAND_WRITTEN, ids=[name_of(page) for page in HAND_WRITTEN])
def test_command_lines_of_a_page_are_understood(page, capsys):
    refused = []
    for call in calls_of(page):
        try:
            parser().parse_args(call)
        except SystemExit as end:
            if end.code:
                refused.append(f"{' '.join(call)}: {capsys.readouterr().err.splitlines()[-1]}")
    assert not refused


@pytest.mark.parametrize("page", HAND_WRITTEN, ids=[name_of(page) for page in HAND_WRITTEN])
def test_commands_named_in_a_sentence_exist(page):
    named = [code.split() for code in inline_of(page) if code.startswith("aspects-gen ")]
    commands = {words[1] for words in named if re.fullmatch(r"[a-z][a-z-]*", words[1])}
    assert commands <= set(COMMANDS)


def test_command_lines_are_found_in_pages():
    calls = [call for page in HAND_WRITTEN for call in calls_of(page)]
    assert {call[0] for call in calls if call} >= set(COMMANDS) - {"schema"}
