"""Whole verifications: the example of the pages on extensions, and the committed environments."""

from __future__ import annotations

import json
import re
from importlib.util import find_spec
from pathlib import Path

import pytest

from aspects_gen.cli.main import run
from docs.pages import blocks_of
from environments import COMMITTED, ENVIRONMENTS

ROOT = Path(__file__).parent.parent.parent
PAGES = [ROOT / "docs/how-to" / name for name in ("add-your-own-models.md", "change-a-table.md")]

VALUES = "profile: starter\nsite: {platformName: X, lmsHost: lms.example.org}\n"


@pytest.fixture(autouse=True)
def packages_needed():
    for name in ("chdb", "alembic", "dbt.adapters.clickhouse"):
        if find_spec(name) is None:  # to import dbt costs seconds
            pytest.skip(f"{name} is not installed")


def example_files() -> dict[str, str]:
    """Return the files of the pages: each block under a line with its name."""
    found = {}
    for page in PAGES:
        lines = page.read_text("utf-8").splitlines()
        for block in blocks_of(page):
            above = [line for line in lines[: block.line - 1] if line.strip()][-1]
            name = re.fullmatch(r"\*\*(extensions/\S+)\*\*", above)
            if name:
                found[name[1]] = block.text
    return found


def test_example_of_the_pages_is_built_tested_and_held_to_its_rights(
    tmp_path, monkeypatch, capsys
):
    for path, text in example_files().items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    (tmp_path / "environments").mkdir()
    text = VALUES + "aspects: {extensions: [../extensions/ours]}\n"
    (tmp_path / "environments/site.yaml").write_text(text)
    monkeypatch.chdir(tmp_path)
    status = run(["verify", "site", "--json"])
    printed = capsys.readouterr()
    assert status == 0, printed.out
    report = json.loads(printed.out)
    proofs = {proof["stage"]: proof for proof in report["proved"]}
    assert list(proofs) == [
        "access",
        "migrations",
        "models",
        "work",
        "unread",
        "personal data",
        "tests",
        "replay",
        "reading",
        "rights",
        "adoption",
    ]
    assert "site0001.py: 1 statements" in proofs["migrations"]["details"]
    assert "50-ours-warehouse.sql: 1 statements" in proofs["access"]["details"]
    assert any(line.startswith("ch_export reads ") for line in proofs["reading"]["details"])
    assert any(line.startswith("ch_export: ") for line in proofs["rights"]["details"])
    assert all(item["command"] for item in report["unproven"])
    assert "models: done in " in printed.err


@pytest.mark.full
@pytest.mark.parametrize("name", COMMITTED)
def test_committed_environment_holds(name, capsys):
    assert run(["verify", name, "--environments", str(ENVIRONMENTS)]) == 0
    assert capsys.readouterr().out.startswith(f"{name}: verified in ")
