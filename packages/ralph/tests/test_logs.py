"""The logging configuration, loaded by the standard library itself."""

from __future__ import annotations

import importlib.util
import json
import logging
import logging.config
import sys
from pathlib import Path

import pytest

import aspects_ralph

PACKAGE = Path(aspects_ralph.__file__).parent


@pytest.fixture
def module(monkeypatch):
    """The module as the pod sees it: by its bare name."""
    spec = importlib.util.spec_from_file_location("ralph_logs", PACKAGE / "apps/ralph_logs.py")
    loaded = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "ralph_logs", loaded)
    spec.loader.exec_module(loaded)
    return loaded


@pytest.fixture
def apply(module, emitted):
    """Return a function that applies the configuration for some changes; undone afterwards."""

    def use(logs):
        text = emitted({"logs": logs})["files"]["ralph-config"]["logging.json"]
        logging.config.dictConfig(json.loads(text))

    yield use
    for name in ("ralph", "uvicorn", "uvicorn.access"):
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = True


def ask(path):
    logging.getLogger("uvicorn.access").info(
        '%s - "%s %s HTTP/%s" %d', "10.0.0.1:1", "GET", path, "1.1", 200
    )


def test_json_format_writes_one_object_an_event(apply, capsys):
    apply({"format": "json"})
    ask('/xAPI/statements?agent={"name":"x"}')
    event = json.loads(capsys.readouterr().err)
    assert event["logger"] == "uvicorn.access"
    assert event["level"] == "INFO"
    assert event["message"].endswith('HTTP/1.1" 200')
    assert event["time"].endswith("+00:00")
    assert "exception" not in event


def test_json_format_keeps_a_traceback_on_one_line(apply, capsys):
    apply({"format": "json"})
    try:
        raise RuntimeError("two\nlines")
    except RuntimeError:
        logging.getLogger("ralph.api").exception("failed")
    (line,) = capsys.readouterr().err.splitlines()
    assert "RuntimeError: two\nlines" in json.loads(line)["exception"]


def test_plain_format_writes_text(apply, capsys):
    apply({"format": "plain"})
    logging.getLogger("ralph").info("ready")
    assert capsys.readouterr().err.endswith("INFO ralph ready\n")


def test_probes_are_never_logged(apply, capsys):
    apply({"format": "plain"})
    ask("/__heartbeat__")
    ask("/__lbheartbeat__")
    assert capsys.readouterr().err == ""


def test_requests_can_be_left_out(apply, capsys):
    apply({"requests": False})
    ask("/xAPI/statements")
    assert capsys.readouterr().err == ""


def test_level_hides_what_is_less_severe(apply, capsys):
    apply({"level": "WARNING"})
    logging.getLogger("ralph").info("hidden")
    logging.getLogger("ralph").warning("shown")
    assert capsys.readouterr().err.count("\n") == 1


def test_record_without_a_path_is_kept(module):
    record = logging.LogRecord("uvicorn.access", logging.INFO, "", 0, "started", None, None)
    assert module.ProbeFilter().filter(record) is True


def test_files_fit_a_config_map(emitted):
    for files in emitted()["files"].values():
        for text in files.values():
            assert "\t" not in text
            assert "\r" not in text
            assert all(line == line.rstrip() for line in text.splitlines())
