"""`hatch run translations`: the template follows the dashboards, and what lacks in a language is named."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "packages" / "aspects" / "translations.py"


@pytest.fixture(scope="module")
def translations():
    spec = importlib.util.spec_from_file_location("translations", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def folder(translations, tmp_path):
    """A new language beside the template, nothing translated."""
    for path, text in translations.renewed(tmp_path, "fr_CA").items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return tmp_path


def test_committed_catalogues_are_up_to_date_and_complete(translations):
    stale = [
        p
        for p, text in translations.renewed(translations.LOCALE).items()
        if p.read_text("utf-8") != text
    ]
    assert stale == []
    assert translations.gaps(translations.LOCALE) == []


def test_template_says_where_each_text_stands_and_no_date(translations):
    text = (translations.LOCALE / "aspects.pot").read_text("utf-8")
    assert (
        "#. charts/course-dashboard.yaml: Number of Views across Video Duration.x_title\n"
        "#. charts/learner-groups.yaml: Watched Video Segments.x_title\n"
        'msgid "Video Timestamp (in seconds)"\n'
    ) in text
    assert "#. datasets/learner_summary.yaml: columns.state.words.passed\n" in text
    assert "Date:" not in text


def test_renewing_keeps_translations_drops_what_is_gone_and_adds_what_is_new(translations, folder):
    path = folder / "fr_CA" / "LC_MESSAGES" / "aspects.po"
    before = path.read_text("utf-8")
    done = before.replace('msgid "Help"\nmsgstr ""', 'msgid "Help"\nmsgstr "Aide"')
    entry = before[before.index("#. ") :].partition("\n\n")[0]
    path.write_text(done.replace(entry + "\n\n", "") + '\nmsgid "Gone"\nmsgstr "Parti"\n', "utf-8")
    assert translations.renewed(folder)[path] == done


def test_gaps_are_named_with_file_and_key(translations, folder):
    path = folder / "fr_CA" / "LC_MESSAGES" / "aspects.po"
    text = path.read_text("utf-8")
    place = "fr_CA/LC_MESSAGES/aspects.po: 'Audit' (datasets/at_risk_learners.yaml: columns.track.words.audit)"
    found = translations.gaps(folder)
    assert f"{place}: not translated" in found
    assert len(found) == text.count("\nmsgstr ") - 1
    half = text.replace('msgid "Audit"\nmsgstr ""', '#, fuzzy\nmsgid "Audit"\nmsgstr "Audite"')
    path.write_text(half, "utf-8")
    assert f"{place}: fuzzy" in translations.gaps(folder)
    link = (
        'reference/operator_reports.html\\" target=\\"_blank\\">Aspects reference</a>."\nmsgstr ""'
    )
    assert link in text
    path.write_text(text.replace(link, link[:-2] + '"Aide <a>ici"'), "utf-8")
    (broken,) = [line for line in translations.gaps(folder) if "not translated" not in line]
    assert broken.endswith("links and tags differ from the original's")


def test_command_reports_by_its_exit_status():
    done = subprocess.run(
        [sys.executable, str(SCRIPT), "gaps"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
