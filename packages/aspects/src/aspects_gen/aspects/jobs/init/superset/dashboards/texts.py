"""Texts in other languages, read from gettext catalogues: `LANGUAGE/LC_MESSAGES/aspects.po`.

Babel reads them; it is in Superset's image and not among what the generator needs, so it is imported late.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from .locales import normal

Texts = dict[str, dict[str, str]]
"""Language, such as `es_419`, to text to its translation."""

SOURCE = "en"
"""Language in which dashboards are written; it needs no catalogue, and one may still reword them."""


def read_texts(folder: Path) -> tuple[Texts, list[str]]:
    """Return the catalogues below `folder`, and what could not be read; no folder means none.

    What is marked fuzzy, or not translated yet, is left out: it stays in the sources' language.
    """
    paths = sorted(folder.glob("*/LC_MESSAGES/*.po"))
    if not paths:
        return {}, []
    from babel.messages.pofile import PoFileError, read_po

    found: Texts = {}
    problems = []
    for path in paths:
        place = path.relative_to(folder).as_posix()
        try:
            with path.open("rb") as file:
                messages = [*read_po(file, abort_invalid=True)]
        except PoFileError as error:
            text = str(error).removesuffix(f" on {error.lineno}")
            problems.append(f"{place}:{error.lineno + 1}: no catalogue of gettext: {text}")
            continue
        except ValueError as error:
            problems.append(f"{place}: no catalogue of gettext: {error}")
            continue
        texts = found.setdefault(normal(path.parts[-3]), {})
        texts |= {m.id: m.string for m in messages if m.id and m.string and not m.fuzzy}
    return found, problems


def speak(texts: Texts, locale: str) -> Mapping[str, str] | None:
    """Return the catalogue for a locale, or that of another country with its language; else None.

    The sources' own language needs none, so that it gets an empty one.
    """
    wanted = normal(locale)
    language = wanted.partition("_")[0]
    if wanted in texts:
        return texts[wanted]
    if language == SOURCE:
        return {}
    if language in texts:
        return texts[language]
    same = sorted(name for name in texts if name.partition("_")[0] == language)
    return texts[same[0]] if same else None
