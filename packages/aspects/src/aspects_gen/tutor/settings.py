"""The settings in force: what the file says, else the plugin line's or Tutor's default; simple templates filled."""

from __future__ import annotations

import re
from typing import Any

from aspects_gen.tutor.hidden import sounds_secret
from aspects_gen.tutor.outcome import UnmappableError
from aspects_gen.tutor.rules import load_defaults
from aspects_gen.tutor.version import RALPH_LINE, Line

OLD_PREFIX, PREFIX = "OARS_", "ASPECTS_"
"""The project's former and present prefix; a variable under the former counts as one under the present."""

MAX_STEPS = 10
"""References from setting to setting that are followed before they count as a circle."""

_REFERENCE = re.compile(r"\{\{\s*([A-Za-z_][A-Za-z0-9_]*)\s*\}\}")
_TEMPLATE = re.compile(r"\{\{|\{%|\{#")

TRUE = ("true", "yes", "on", "y", "1")
FALSE = ("false", "no", "off", "n", "0", "none", "")


def as_boolean(value: Any) -> bool | None:
    """Return the truth of what people write for it in YAML 1.1, 1.2 or on a command line; None for else."""
    if isinstance(value, bool):
        return value
    word = str(value).strip().lower() if isinstance(value, str | int) else "?"
    return True if word in TRUE else False if word in FALSE else None


def _present_name(name: str) -> str:
    return PREFIX + name.removeprefix(OLD_PREFIX) if name.startswith(OLD_PREFIX) else name


class Settings:
    """Settings by name: `file` as the file has them, `names` as the file calls them."""

    def __init__(self, config: dict[str, Any], line: Line) -> None:
        self.file: dict[str, Any] = {}
        self.names: dict[str, str] = {}
        for name, value in config.items():
            present = _present_name(name)
            if value is not None and (present == name or present not in config):
                self.file[present], self.names[present] = value, name
        self.line = line
        defaults = load_defaults()
        self.defaults = {**defaults["tutor"], **defaults[line.name]}
        self._known = {**defaults["references"], **self.defaults, **self.file}

    def is_set(self, name: str) -> bool:
        """Tell whether the file sets a variable to something."""
        return self.file.get(name) not in (None, "")

    def get(self, name: str) -> Any:
        """Return a setting with its references filled in, None when nothing defines it.

        Raises:
            UnmappableError: it is a template that cannot be filled in from the file alone.
        """
        return self._fill(self._known.get(name), 0)

    def text(self, name: str) -> str:
        """Return a setting as text for a decision; empty when it is none or cannot be known."""
        try:
            value = self.get(name)
        except UnmappableError:
            return ""
        return str(value) if isinstance(value, str | int | float) else ""

    def flag(self, name: str, *, default: bool) -> bool:
        """Return a setting's truth for a decision; the default when it is none or cannot be known."""
        try:
            value = self.get(name)
        except UnmappableError:
            return default
        truth = None if value is None else as_boolean(value)
        return default if truth is None else truth

    @property
    def namespace(self) -> str:
        """Return the namespace that Tutor deploys to."""
        return self.text("K8S_NAMESPACE") or "openedx"

    @property
    def source(self) -> str:
        """Return the pipeline whose events the models read: ralph or vector."""
        named = self.text("ASPECTS_XAPI_SOURCE").lower()
        if named:
            return "vector" if named == "vector" else "ralph"
        vector = self.text("ASPECTS_VECTOR_DATABASE")
        # releases without ASPECTS_XAPI_SOURCE chose the pipeline by the name of the database
        chosen = self.line.name == RALPH_LINE and self.text("ASPECTS_XAPI_DATABASE") == vector
        ralph = self.flag("RUN_RALPH", default=True)
        alone = self.flag("RUN_VECTOR", default=False) and not ralph
        elsewhere = self.text("RALPH_HOST") not in ("", "ralph") and not ralph
        return "vector" if chosen or (alone and not elsewhere) else "ralph"

    def _fill(self, value: Any, step: int) -> Any:
        if isinstance(value, list):
            return [self._fill(item, step) for item in value]
        if isinstance(value, dict):
            return {key: self._fill(item, step) for key, item in value.items()}
        if not isinstance(value, str) or not _TEMPLATE.search(value):
            return value
        whole = _REFERENCE.fullmatch(value.strip())
        if whole:
            return self._follow(whole[1], step)
        filled = _REFERENCE.sub(lambda match: self._follow_text(match[1], step), value)
        if _TEMPLATE.search(filled):
            raise UnmappableError(
                "it is a template with more than plain names in it",
                "set the key to the text that `tutor config printvalue` shows",
            )
        return filled

    def _follow_text(self, name: str, step: int) -> str:
        value = self._follow(name, step)
        if isinstance(value, list | dict):
            raise UnmappableError(f"it refers to {name}, which is not a text")
        return str(value)

    def _follow(self, name: str, step: int) -> Any:
        if step >= MAX_STEPS:
            raise UnmappableError("its references go in a circle")
        if sounds_secret(name):
            raise UnmappableError(
                f"it refers to {name}, which is secret", "put what it is for in a Secret"
            )
        if name not in self._known:
            raise UnmappableError(
                f"it refers to {name}, which this file does not set",
                "set the key to the text that `tutor config printvalue` shows",
            )
        return self._fill(self._known[name], step + 1)
