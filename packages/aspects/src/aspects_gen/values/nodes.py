"""The text of a YAML file as a graph of nodes: well-formed and tagged, not yet data.

YAML 1.2 core rules: only true/false are booleans, only decimal, 0o and 0x are integers, dates and `yes` are text.
"""

from __future__ import annotations

import re
from typing import Any

import yaml

from aspects_gen.errors import Finding, Position, ValuesError

MAX_DEPTH = 50
"""Levels of nesting. libyaml itself stops at 1000, before its recursion could crash the process."""

TOO_DEEP = f"more than {MAX_DEPTH} levels of nesting"

_CONTROL = re.compile("[^\x09\x0a\x0d\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters outside YAML 1.2.2's printable set (section 5.1)."""

_CORE = (
    # YAML 1.2.2, section 10.3.2: the core schema's tag resolution.
    ("tag:yaml.org,2002:null", re.compile(r"^(?:~|null|Null|NULL|)$"), ["~", "n", "N", ""]),
    (
        "tag:yaml.org,2002:bool",
        re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$"),
        list("tTfF"),
    ),
    (
        "tag:yaml.org,2002:int",
        re.compile(r"^(?:[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+)$"),
        list("-+0123456789"),
    ),
    (
        "tag:yaml.org,2002:float",
        re.compile(
            r"^(?:[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?"
            r"|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$"
        ),
        list("-+.0123456789"),
    ),
)


class _CoreLoader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """PyYAML's parser with the core schema in place of YAML 1.1's."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012


for _tag, _pattern, _first in _CORE:
    _CoreLoader.add_implicit_resolver(_tag, _pattern, _first)


def compose_nodes(text: str, shown: str) -> Any:
    """Return the root node of the only document, or None for an empty file.

    Args:
        text: the file's content.
        shown: the name that errors give it.

    Raises:
        ValuesError: not YAML, several documents, nested too deep, or a control character: one finding, the first.
    """
    control = _CONTROL.search(text)
    if control:
        before = text[: control.start()]
        column = len(before) - (before.rfind("\n") + 1) + 1
        problem = f"control character U+{ord(control[0]):04X}"
        raise refuse_yaml(text, Position(shown, before.count("\n") + 1, column), problem)
    loader = None
    try:
        loader = _CoreLoader(text)
        return loader.get_single_node()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problem = error.problem or "not YAML"
        if "single document" in (error.context or ""):
            problem = "a second document starts here"
        if "nesting depth" in problem:
            problem = TOO_DEEP
        line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
        raise refuse_yaml(text, Position(shown, line, column), problem) from None
    except RecursionError:  # PyYAML without libyaml has no bound
        raise refuse_yaml(text, Position(shown), TOO_DEEP) from None
    finally:
        if loader is not None:
            loader.dispose()


def refuse_yaml(text: str, at: Position, problem: str) -> ValuesError:
    """Return the error of a text that is not YAML as it is read here."""
    lines = text.splitlines()
    source = lines[at.line - 1] if 0 < at.line <= len(lines) else ""
    expected = "one YAML 1.2 document: a map of keys"
    fix = "correct the text here or just above; check indentation, quotes and colons"
    return ValuesError(
        [Finding("AG101", at, "", "this is not valid YAML", problem, expected, fix, source)]
    )
