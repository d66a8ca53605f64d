"""Strict Jinja rendering of templates that live in a service's package."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jinja2 import Environment
    from jinja2.bccache import Bucket


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
        bytecode_cache=_compiled_cache(folder / "__pycache__"),
        # The output is XML, SQL, TOML or Python, never HTML; each template quotes for its own language.
        autoescape=False,  # noqa: S701
    )


def _compiled_cache(folder: Path) -> Any:
    """Return a cache of compiled templates beside Python's own, and under the same rules."""
    from jinja2.bccache import BytecodeCache

    class Compiled(BytecodeCache):
        """Keeps each compiled template in a file named by its key; Jinja checks it against the source."""

        def load_bytecode(self, bucket: Bucket) -> None:
            with suppress(OSError), (folder / f"{bucket.key}.jinja").open("rb") as file:
                bucket.load_bytecode(file)

        def dump_bytecode(self, bucket: Bucket) -> None:
            if sys.dont_write_bytecode:
                return
            path = folder / f"{bucket.key}.jinja"
            temporary = path.with_suffix(f".{os.getpid()}")
            with suppress(OSError):
                folder.mkdir(exist_ok=True)
                with temporary.open("wb") as file:
                    bucket.write_bytecode(file)
                temporary.replace(path)

    return Compiled()


def render_template(folder: Path, template: str, variables: dict[str, Any]) -> str:
    """Render a template; an undefined name is an error, never an empty text.

    Args:
        folder: the package's folder.
        template: path inside it.
        variables: what the template may use.
    """
    return _environment(folder).get_template(template).render(variables)
