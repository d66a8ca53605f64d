"""Embedding: the settings of the real Django plugins with ours over them, and the dashboards they name."""

from __future__ import annotations

import importlib
import json
import subprocess
from pathlib import Path

import pytest
import yaml

import aspects_gen
from environments import lay_down, tree_of

ASPECTS = Path(aspects_gen.__file__).parent / "aspects"
DASHBOARDS = ASPECTS / "apps/superset/assets/dashboards"
LOCALES = ("en", "es_419", "pt-BR", "zh_CN")


@pytest.fixture(scope="module")
def wired(lms_python, tmp_path_factory):
    """What LMS and Studio see, with the case that uses everything."""
    tree = {path: text for path, text in tree_of("everything").items() if path.startswith("lms/")}
    folder = lay_down(tree, tmp_path_factory.mktemp("plugin")) / "lms"
    script = Path(__file__).parent / "lms" / "plugin.py"
    command = [lms_python, str(script), str(folder), *LOCALES]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_settings_are_names_that_the_plugins_know(wired):
    ours = {name for name, value in wired["after"].items() if wired["before"].get(name) != value}
    new = ours - set(wired["before"])
    assert all(
        name.startswith("EVENT_SINK_CLICKHOUSE_") and name.endswith("_ENABLED")
        for name in new - FILTERS
    ), new
    models = {name.lower() for name in wired["before"]["EVENT_SINK_CLICKHOUSE_MODEL_CONFIG"]}
    named = {
        n.removeprefix("EVENT_SINK_CLICKHOUSE_").removesuffix("_ENABLED").lower()
        for n in new - FILTERS
    }
    assert named <= models


FILTERS = {"OPEN_EDX_FILTERS_CONFIG"}


def test_settings_keep_the_fields_that_the_plugin_reads(wired):
    for name in ("SUPERSET_CONFIG", "EVENT_SINK_CLICKHOUSE_BACKEND_CONFIG"):
        assert set(wired["before"][name]) <= set(wired["after"][name]), name
    stock, ours = (wired[when]["ASPECTS_INSTRUCTOR_DASHBOARDS"] for when in ("before", "after"))
    assert {frozenset(tab) for tab in ours} == {frozenset(tab) for tab in stock}


def test_tabs_and_studio_name_dashboards_that_are_shipped(wired):
    shipped = {}
    for path in DASHBOARDS.glob("*.yaml"):
        loaded = yaml.safe_load(path.read_text())
        shipped[loaded["uuid"]] = (path.stem, json.dumps(loaded))
    for tab in wired["after"]["ASPECTS_INSTRUCTOR_DASHBOARDS"]:
        assert shipped[tab["uuid"]][0] == tab["slug"]
    for figure in wired["after"]["ASPECTS_IN_CONTEXT_DASHBOARDS"].values():
        slug, text = shipped[figure["uuid"]]
        assert slug == figure["slug"]
        for identity in (*figure["course_filter_ids"], *figure["block_filter_ids"]):
            assert identity in text, f"{slug}: {identity}"


def test_copies_in_other_languages_have_the_ids_that_the_plugin_asks_for(wired, monkeypatch):
    monkeypatch.syspath_prepend(str(ASPECTS / "jobs/init/superset"))
    module = importlib.import_module("dashboards.locales")
    assert wired["localized"]
    for uuid, copies in wired["localized"].items():
        assert copies == [module.localised_uuid(uuid, locale) for locale in LOCALES]
    assert wired["after"]["SUPERSET_DASHBOARD_LOCALES"] == ["en", "es_419"]
