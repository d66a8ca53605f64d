"""Strict Jinja rendering of templates that live in a service's package."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jinja2 import Environment


@lru_cache(maxsize=16)
def _environment(folder: Path) -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(folder, encoding="utf-8"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        # each template is rendered once: looking for constants to fold costs more than it saves
        optimized=False,
        # The output is XML, SQL, TOML or Python, never HTML; each template quotes for its own language.
        autoescape=False,  # noqa: S701
    )


def render_template(folder: Path, template: str, variables: dict[str, Any]) -> str:
    """Render a template; an undefined name is an error, never an empty text.

    Args:
        folder: the package's folder.
        template: path inside it.
        variables: what the template may use.
    """
    return _environment(folder).get_template(template).render(variables)
