"""Converters of lists and maps: Tutor's shapes -> ours."""

from __future__ import annotations

import re
import shlex
from typing import Any

from aspects_gen.tutor.hidden import Hidden, sounds_secret
from aspects_gen.tutor.outcome import Noted, UnmappableError
from aspects_gen.tutor.settings import Settings, as_boolean
from aspects_gen.tutor.version import RALPH_LINE

INDIVIDUAL_LEARNER = "abae8a25-1ba4-4653-81bd-d3937a162a11"
"""UUID of the dashboard that shows one learner: personal data."""

SINKS = ("course_overviews", "tag", "taxonomy", "object_tag", "course_enrollment")
PII_SINKS = ("user_profile", "external_id")
NO_TABLE = "auth_user"
"""Upstream lists it among the models with personal data, but ClickHouse has no such table."""

ROLES = ("admin", "alpha", "operator", "instructor", "student")

_SETTING = re.compile(r"^RALPH_[A-Z0-9_]+$")


def texts(value: Any, _variable: str, _settings: Settings) -> list[str]:
    """Return a list of texts."""
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return value
    raise UnmappableError("this is not a list of texts")


def locales(value: Any, variable: str, settings: Settings) -> list[str]:
    """Return a list of languages, each once."""
    return list(dict.fromkeys(texts(value, variable, settings)))


def text_map(value: Any, _variable: str, _settings: Settings) -> dict[str, str]:
    """Return a map of texts."""
    if isinstance(value, dict) and all(isinstance(item, str) for item in value.values()):
        return value
    raise UnmappableError("this is not a map of texts")


def markdown(value: Any, _variable: str, _settings: Settings) -> str:
    """Return a help text; upstream wanted line breaks and quotes escaped, here they stand as they are."""
    if value is None:
        return ""
    if not isinstance(value, str):
        raise UnmappableError("this is not a text")
    plain = (
        value.replace("\\n", "\n").replace('\\"', '"').replace("\\'", "'").replace("\t", "    ")
    )
    return "\n".join(line.rstrip() for line in plain.replace("\r", "").split("\n")).strip("\n")


def arguments(value: Any, _variable: str, _settings: Settings) -> list[str]:
    """Return the words of a command line."""
    if not isinstance(value, str):
        raise UnmappableError("this is not a text")
    try:
        return shlex.split(value)
    except ValueError:
        raise UnmappableError("quotes in this command line are not closed") from None


def url_path(value: Any, _variable: str, _settings: Settings) -> str:
    """Return a path of the LMS, from its root; upstream's placeholder for a right is in the plural."""
    if not isinstance(value, str):
        raise UnmappableError("this is not a text")
    return "/" + value.strip().lstrip("/").replace("{permissions}", "{permission}")


def sinks(value: Any, variable: str, settings: Settings) -> list[str] | Noted:
    """Return the models that the LMS copies to ClickHouse."""
    return _known(texts(value, variable, settings), SINKS, variable)


def pii_sinks(value: Any, variable: str, settings: Settings) -> list[str] | Noted:
    """Return the models with personal data."""
    models = [model for model in texts(value, variable, settings) if model != NO_TABLE]
    return _known(models, PII_SINKS, variable)


def _known(models: list[str], known: tuple[str, ...], variable: str) -> list[str] | Noted:
    kept = [model for model in dict.fromkeys(models) if model in known]
    more = len(set(models)) - len(kept)
    if not more:
        return kept
    text = (
        f"{variable} names {more} more models than {', '.join(known)}; "
        "sinks of your own are switched on in the LMS's settings"
    )
    return Noted(kept, text)


def dashboards(value: Any, _variable: str, _settings: Settings) -> list[dict[str, Any]]:
    """Return dashboards as the LMS lists them."""
    if not isinstance(value, list):
        raise UnmappableError("this is not a list of dashboards")
    return [_dashboard(item) for item in value]


def _dashboard(item: Any) -> dict[str, Any]:
    if not isinstance(item, dict):
        raise UnmappableError("this is not a list of dashboards")
    missing = [key for key in ("name", "slug", "uuid") if not isinstance(item.get(key), str)]
    if missing:
        raise UnmappableError(f"a dashboard lacks {', '.join(missing)}")
    translate = as_boolean(item.get("allow_translations", False))
    found: dict[str, Any] = {key: item[key] for key in ("name", "slug", "uuid")}
    return {**found, "allowTranslations": bool(translate)}


def instructor_dashboards(
    value: Any, variable: str, settings: Settings
) -> list[dict[str, Any]] | Noted:
    """Return the dashboards of the instructor page; that of one learner belongs to the list of PII."""
    found = dashboards(value, variable, settings)
    kept = [item for item in found if item["uuid"].lower() != INDIVIDUAL_LEARNER]
    if len(kept) == len(found) or settings.line.name != RALPH_LINE:
        return found
    text = "the Individual Learner dashboard is shown only while aspects.pii is on"
    return Noted(kept, text)


def roles(value: Any, _variable: str, _settings: Settings) -> dict[str, str] | Noted:
    """Return the names of the roles that people get."""
    if not isinstance(value, dict) or not all(isinstance(name, str) for name in value.values()):
        raise UnmappableError("this is not a map of role names")
    known = {key: name for key, name in value.items() if key in ROLES}
    more = len(value) - len(known)
    if not more:
        return known
    text = f"SUPERSET_ROLES_MAPPING has {more} further roles; define them in superset.extraRoles"
    return Noted(known, text)


def languages(value: Any, _variable: str, _settings: Settings) -> list[dict[str, str]]:
    """Return Superset's languages; Tutor's map of code to name and flag becomes a list."""
    if not isinstance(value, dict):
        raise UnmappableError("this is not a map of languages")
    found = []
    for code, item in value.items():
        name = item.get("name") if isinstance(item, dict) else None
        if not isinstance(name, str):
            raise UnmappableError("a language has no name")
        flag = item.get("flag", "")
        found.append(
            {"code": str(code), "name": name, "flag": flag if isinstance(flag, str) else ""}
        )
    return found


def ralph_settings(value: Any, _variable: str, settings: Settings) -> dict[str, str] | Noted:
    """Return further settings of Ralph without those that are, or hold, a secret."""
    if not isinstance(value, dict):
        raise UnmappableError("this is not a map of settings")
    hidden = Hidden(settings.file)
    kept: dict[str, str] = {}
    secret, wrong = [], 0
    for name, item in value.items():
        if not _SETTING.match(str(name)):
            wrong += 1
        elif sounds_secret(name) or hidden.holds_secret(item):
            secret.append(name)
        elif isinstance(item, str | int | float):
            kept[name] = str(item).lower() if isinstance(item, bool) else str(item)
        else:
            wrong += 1
    said = []
    if secret:
        names = ", ".join(sorted(secret))
        said.append(
            f"{names} of RALPH_EXTRA_SETTINGS look secret and are left out: use the keys that name Secrets"
        )
    if wrong:
        said.append(f"{wrong} of RALPH_EXTRA_SETTINGS are no settings of Ralph and are left out")
    return Noted(kept, "; ".join(said)) if said else kept


ALL = (
    arguments,
    dashboards,
    instructor_dashboards,
    languages,
    locales,
    markdown,
    pii_sinks,
    ralph_settings,
    roles,
    sinks,
    text_map,
    texts,
    url_path,
)
"""The converters of this module that mapping.json may name."""
