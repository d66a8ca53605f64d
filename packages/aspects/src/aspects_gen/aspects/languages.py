"""Languages of dashboards, and the catalogues for them. Called by `superset_job`, `lms` and `checks`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from aspects_gen.aspects.trees import PACKAGE
from aspects_gen.services.contract import Problem

CATALOGUES = "apps/superset/locale"

FALLBACK = "en"
"""What the platform plugin asks for when dashboards are not in a viewer's language.

Source: platform-plugin-aspects, choice of the locale for a guest token, read 2026-11.
"""


def normal(locale: str) -> str:
    """Return a locale as UUIDs and the platform plugin know it: `es-419` as `es_419`."""
    return locale.lower().replace("-", "_")


def locales_of(dashboards: dict[str, Any]) -> list[str]:
    """Return every locale that copies are made for: those listed, the default first, and the fallback."""
    listed: list[str] = dashboards["locales"]
    return [*listed, *([] if FALLBACK in map(normal, listed) else [FALLBACK])]


def borrowed(dashboards: dict[str, Any]) -> dict[str, str]:
    """Return whose language a copy has that the operator did not list: the default's."""
    listed = dashboards["locales"]
    return {locale: listed[0] for locale in locales_of(dashboards) if locale not in listed}


def catalogue_files(locales: list[str]) -> dict[str, str]:
    """Return path to text of the catalogues that these locales can need, as they are."""
    languages = {normal(locale).partition("_")[0] for locale in locales}
    found = {}
    for path in sorted((PACKAGE / CATALOGUES).glob("*/LC_MESSAGES/*.po")):
        if normal(path.parts[-3]).partition("_")[0] in languages:
            found[path.relative_to(PACKAGE / CATALOGUES).as_posix()] = path.read_text("utf-8")
    return found


def check_locales(dashboards: dict[str, Any]) -> Iterator[Problem]:
    """Yield a locale that is written in two ways: both copies would have one UUID."""
    seen: dict[str, str] = {}
    for place, locale in enumerate(dashboards["locales"]):
        first = seen.setdefault(normal(locale), locale)
        if first != locale:
            yield (
                f"dashboards.locales[{place}]",
                f"{locale} is the same language as {first}",
                "each language once",
                f"remove {locale}",
            )
