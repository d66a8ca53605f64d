"""The errors that a person sees, and the process exit code of each.

AspectsError
├── UsageError    exit 2   the arguments are wrong
├── ValuesError   exit 2   the values (or another input file) are wrong: carries findings
├── WriteError    exit 3   refused to write, or could not
├── MissingError  exit 3   a package that a command needs is not installed
├── VerifyError   exit 4   what would be deployed failed when it was tried: carries failures
└── ServiceError  exit 70  an installed service breaks the contract

Anything else that escapes is a defect of this program: exit 70.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

BUG = 70
"""Exit code of a defect of this program or of a service. Source: sysexits.h, EX_SOFTWARE."""

FIX = "\n  = fix: "
"""What stands between the problem and the remedy in a message."""

SHOWN_FINDINGS = 20

SHOWN_COLUMNS = 100
"""Characters of a source line that are shown around the place it is about."""

_SECRET_LINE = re.compile(
    r"(?i)((?:password|passwd|secret|token|private|credential|api_?key)\w*['\"]?\s*:\s*)\S.*"
)


class Position(NamedTuple):
    """A place in an input file; line and column count from 1, line 0 means the file as a whole."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        """Return file:line:column, or the file alone."""
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file


class Finding(NamedTuple):
    """One thing that is wrong: where, what was found, what is expected, how to fix it."""

    code: str
    at: Position
    path: str
    problem: str
    found: str
    expected: str
    fix: str
    source: str = ""
    """Text of the line it stands on."""

    def render(self) -> str:
        """Return the finding as several lines of text."""
        lines = [f"{self.at}  {self.path}" if self.path else str(self.at)]
        if self.source.strip() and self.at.line:
            number = str(self.at.line)
            gutter = " " * len(number)
            shown, column = _window(self.source, self.at.column)
            mark = " " * (column - 1) + "^"
            lines += [f"{gutter} |", f"{number} | {shown}", f"{gutter} | {mark} {self.problem}"]
        else:
            lines.append(f"  {self.problem}")
        lines += [
            f"  = found: {self.found}",
            f"  = expected: {self.expected}",
            f"  = fix: {self.fix}",
            f"  = code: {self.code}",
        ]
        return "\n".join(lines)

    def as_data(self) -> dict[str, object]:
        """Return the finding for machines."""
        return {
            "code": self.code,
            "file": self.at.file,
            "line": self.at.line,
            "column": self.at.column,
            "path": self.path,
            "problem": self.problem,
            "found": self.found,
            "expected": self.expected,
            "fix": self.fix,
        }


def _window(source: str, column: int) -> tuple[str, int]:
    """Return the part of a line to show, without secrets or control characters, and the column in it."""
    text = "".join(c if c.isprintable() else " " for c in source)
    text = _SECRET_LINE.sub(r"\1(hidden)", text)
    start = max(0, column - SHOWN_COLUMNS // 2) if len(text) > SHOWN_COLUMNS else 0
    return text[start : start + SHOWN_COLUMNS], column - start


class AspectsError(Exception):
    """An error with a message for the operator: what is wrong, then `= fix:` and the remedy."""

    exit_code = BUG

    def as_data(self) -> list[dict[str, object]]:
        """Return what is wrong for machines, in the words of a finding."""
        problem, _, fix = str(self).partition(FIX)
        return [{"problem": problem, "fix": fix}]


class UsageError(AspectsError):
    """The arguments of a command are wrong."""

    exit_code = 2


class ValuesError(AspectsError):
    """The values are wrong; every finding of the run is reported at once."""

    exit_code = 2

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = sorted(set(findings), key=lambda f: (f.at, f.path, f.code, f.problem))
        super().__init__(self._text())

    def as_data(self) -> list[dict[str, object]]:
        """Return every finding for machines."""
        return [finding.as_data() for finding in self.findings]

    def _text(self) -> str:
        shown = [finding.render() for finding in self.findings[:SHOWN_FINDINGS]]
        rest = len(self.findings) - len(shown)
        if rest > 0:
            shown.append(f"and {rest} more; --json prints all of them")
        count = len(self.findings)
        shown.append(f"{count} {'error' if count == 1 else 'errors'}; nothing was written")
        return "\n\n".join(shown)


class WriteError(AspectsError):
    """Refused to write, or could not read or write."""

    exit_code = 3


class MissingError(AspectsError):
    """A package that a command needs is not installed."""

    exit_code = 3


class Failure(NamedTuple):
    """One thing that failed when it was tried."""

    stage: str
    file: str
    """Path inside the environment's output, or of an extension."""
    statement: str
    problem: str
    fix: str

    def render(self) -> str:
        """Return the failure as several lines of text."""
        lines = [f"{self.file}  ({self.stage})", f"  {self.problem}"]
        if self.statement:
            lines.append("  = statement:")
            lines += [f"      {line}" for line in cut(self.statement).splitlines()]
        return "\n".join([*lines, f"  = fix: {self.fix}"])


def cut(text: str, most: int = 2_000) -> str:
    """Return a text without its middle where it is long."""
    half = most // 2
    return text if len(text) <= most else f"{text[:half]}\n…\n{text[-half:]}"


class VerifyError(AspectsError):
    """What would be deployed failed when it was tried; every failure of the stage is reported at once."""

    exit_code = 4

    def __init__(self, failures: Iterable[Failure]) -> None:
        self.failures = list(failures)
        shown = [failure.render() for failure in self.failures[:SHOWN_FINDINGS]]
        rest = len(self.failures) - len(shown)
        if rest > 0:
            shown.append(f"and {rest} more; --json prints all of them")
        super().__init__("\n\n".join(shown))

    def as_data(self) -> list[dict[str, object]]:
        """Return every failure for machines."""
        return [failure._asdict() for failure in self.failures]


class ServiceError(AspectsError):
    """An installed service breaks the contract; the values are not to blame."""

    exit_code = BUG


def disk_error(error: OSError) -> WriteError:
    """Return what the operating system refused as an error for the operator."""
    where = error.filename or "the output"
    why = error.strerror or type(error).__name__
    return WriteError(
        f"{where}: cannot read or write: {why}{FIX}check the path, permissions and free space"
    )
