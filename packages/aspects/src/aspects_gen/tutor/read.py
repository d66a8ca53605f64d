"""A Tutor configuration as plain data; errors never show what the file holds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from aspects_gen.errors import Finding, Position, ValuesError
from aspects_gen.tutor.hidden import PLAIN_NAME

NOT_SHOWN = "not shown: this file holds secrets"

WHERE = "give the file that `tutor config printroot` names, config.yml"

_PROBLEMS = {
    "AG101": "this is not valid YAML",
    "AG102": "a setting stands twice in this file",
    "AG103": "a setting of a kind that Tutor does not write",
    "AG104": "aliases make this file endless or huge",
}


def read_config(path: Path) -> dict[str, Any]:
    """Read a Tutor configuration.

    Raises:
        ValuesError: unreadable, not YAML, or no configuration of Tutor; positions only, no text of the file.
    """
    from aspects_gen.values.document import load_document

    try:
        data = load_document(path, path.as_posix()).data
    except ValuesError as error:
        raise ValuesError([_without_text(finding) for finding in error.findings]) from None
    if not data:
        raise ValuesError([_finding(path, "the file is empty", "nothing")])
    from aspects_gen.tutor.rules import load_rules

    known = load_rules()
    if not any(name in known or name.startswith("OARS_") for name in data):
        problem = "none of these keys is a setting of Tutor or Aspects"
        raise ValuesError([_finding(path, problem, f"{len(data)} other keys")])
    return data


def _finding(path: Path, problem: str, found: str) -> Finding:
    expected = "the configuration of a Tutor site, with LMS_HOST and others"
    return Finding("AG150", Position(path.as_posix()), "", problem, found, expected, WHERE)


def _without_text(finding: Finding) -> Finding:
    """Return a finding without anything quoted from the file: a stray line may be a key or a password."""
    if finding.at.line == 0:
        return finding
    name = finding.path if PLAIN_NAME.match(finding.path) else ""
    return Finding(
        finding.code,
        finding.at,
        name,
        _PROBLEMS.get(finding.code, "this cannot be read"),
        NOT_SHOWN,
        "a map of Tutor's settings in YAML",
        "correct the text here or just above; `tutor config save` writes the file anew",
    )
