"""Bring databases, datasets, charts, dashboards and row-level rules into Superset. The Job aspects-assets.

Everything is checked before anything is touched, and everything is done in one transaction: an import
that fails, or is killed, changes nothing. What has not changed is not written. Safe to repeat.

Exit status: 0 done, 1 refused or failed; with --check also 1 when something would change.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

import dashboards
from importer import (
    access,
    bundle,
    changes,
    checks,
    conflicts,
    connections,
    forms,
    ownership,
    rules,
)
from importer.turn import TurnError, turn

PAUSE_SECONDS = 5
PUBLIC = "Public"
"""Role of guests and of whoever is not signed in; the superset service defines it."""


class RefusedError(Exception):
    """Nothing was changed; `problems` says why."""

    def __init__(self, headline: str, problems: list[str]) -> None:
        super().__init__("\n  ".join([headline, *problems]))
        self.problems = problems


def main(words: list[str] | None = None, app: Callable[[], Any] | None = None) -> int:
    """Import the assets; return the exit status."""
    arguments = parse_words(words)
    say = silent if arguments.json else speak
    try:
        done = run(arguments, app or start_superset, say)
    except RefusedError as error:
        if arguments.json:
            print(json.dumps({"changed": False, "problems": error.problems or [str(error)]}))
        print(str(error), file=sys.stderr)
        return 1
    if arguments.json:
        report = {
            "changed": bool(done) and not arguments.dry_run,
            "changes": changes.as_json(done),
        }
        print(json.dumps(report, ensure_ascii=False, default=str))
    return 0


def parse_words(words: list[str] | None) -> argparse.Namespace:
    """Return the arguments."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--assets", type=Path, default=os.environ.get("ASSETS"))
    parser.add_argument(
        "--texts",
        type=Path,
        default=os.environ.get("TEXTS"),
        help="folder of translations; else that beside the assets",
    )
    parser.add_argument(
        "--extensions",
        type=Path,
        default=os.environ.get("EXTENSIONS"),
        help="folder with a folder for each extension",
    )
    parser.add_argument("--settings", type=Path, default=Path(__file__).parent / "import.json")
    parser.add_argument("--dry-run", action="store_true", help="say what would change, and stop")
    parser.add_argument("--json", action="store_true", help="print the changes for machines")
    return parser.parse_args(words)


def run(
    arguments: argparse.Namespace, app: Callable[[], Any], say: Callable[[str], None]
) -> list[changes.Change]:
    """Check, then import; return the changes; raise RefusedError."""
    settings = read_settings(arguments.settings)
    wanted = read_bundle(arguments.assets, settings, arguments.texts, arguments.extensions)
    for locale in settings["untranslated"]:
        say(f"language {locale}: there is no catalogue for it, its copies stay in English")
    with app().app_context():
        from superset import db, security_manager
        from superset.utils.core import override_user

        administrator = wait_for_user(security_manager, os.environ["ADMIN_USER"], say)
        connections.put_metadata(wanted, db.engine.url)
        wait_for_reader(wanted, db.engine.url, say)
        refuse(forms.find_problems(wanted) + access.unknown_rights(security_manager, wanted))
        owners(security_manager, settings)
        limit = float(os.environ.get("WAIT_SECONDS", "300"))
        try:
            with turn(db.engine, limit, say), override_user(administrator):
                found = bring_in(db.session, security_manager, wanted, settings)
                for line in changes.lines(found):
                    say(line)
                (db.session.rollback if arguments.dry_run else db.session.commit)()
        except TurnError as error:
            raise RefusedError(str(error), []) from error
        finally:
            db.session.rollback()
    tense = "would be " if arguments.dry_run else ""
    say(f"assets: {tense}{changes.counts(found)}")
    return found


def read_settings(path: Path) -> dict[str, Any]:
    """Return import.json, and which UUIDs are embedded where.

    roles: name by key; locales; embeddable: UUID by slug; allowed_domains; owners: user names;
    connections: what sources call the connections that this site has;
    help: text of the Help tab by slug;
    databases: ClickHouse database by what sources call it; personal: whether names are shown;
    speaks: locale whose language a copy has, where that is not its own.
    """
    settings: dict[str, Any] = json.loads(path.read_text("utf-8"))
    domains = sorted(settings["allowed_domains"])
    settings["embedded"] = {
        uuid: domains
        for base in settings["embeddable"].values()
        for uuid in (
            base,
            *(dashboards.localised_uuid(base, locale) for locale in settings["locales"]),
        )
    }
    settings["role_rows"], settings["owner_rows"], settings["untranslated"] = {}, [], []
    return settings


def read_bundle(
    folder: Path,
    settings: dict[str, Any],
    texts: Path | None = None,
    extensions: Path | None = None,
) -> bundle.Bundle:
    """Return the assets with the connection filled in; raise RefusedError.

    Args:
        folder: of the sources.
        settings: see `read_settings`; gets `untranslated`, the locales without a catalogue.
        texts: folder of the catalogues; else `locale` beside that of the sources.
        extensions: folder with a folder for each extension.
    """
    ours, problems = dashboards.parse(dashboards.read_files(folder))
    told, unread = dashboards.read_texts(texts or folder.parent / "locale")
    added, more, unreadable = dashboards.read_added(extensions)
    for language, catalogue in more.items():
        told[language] = {**catalogue, **told.get(language, {})}
    sources, clashing = dashboards.merge(ours, added, [*settings["roles"].values(), PUBLIC])
    problems += [*unread, *unreadable, *clashing]
    wrong = dashboards.find_problems(sources)
    refuse(problems + wrong if wrong else [])
    found = in_every_language(sources, settings, told)
    if connections.CLICKHOUSE not in found:
        problems.append(f"{connections.CLICKHOUSE}: missing")
    problems += checks.find_problems(found, settings)
    problems += rules.find_problems(found, settings)
    refuse(problems)
    connections.put_clickhouse(found)
    return found


def in_every_language(
    sources: dashboards.Sources, settings: dict[str, Any], texts: dashboards.Texts
) -> bundle.Bundle:
    """Return what this site shows, in the language of the sources, and its copies by language.

    Everyone has one copy, that of their language; the original is for administrators. A role that
    an extension defines has no variants by language, so that it has the original.
    """
    shown = dashboards.fit(
        sources, personal=settings["personal"], connections=settings["connections"]
    )
    dashboards.put_help(shown, settings["help"])
    found = dashboards.expand(shown, dashboards.name_databases(settings["databases"]))
    written = {path: c for path, c in found.items() if shown.get(path) is not c}
    copies = []
    for locale in settings["locales"]:
        told = dashboards.speak(texts, settings.get("speaks", {}).get(locale, locale))
        if told is None:
            settings["untranslated"].append(locale)
        copies.append(dashboards.localise(written, locale, told or {}))
    own = access.roles_of(shown)
    for path, content in [pair for part in (written, *copies) for pair in part.items()]:
        if path.startswith("dashboards/"):
            base, mark, _locale = content["_roles"][0].partition(checks.SEPARATOR)
            if (base in own) == bool(mark):
                content["_roles"] = [rules.EXEMPT]
    return {path: content for part in (found, *copies) for path, content in part.items()}


def refuse(problems: list[str]) -> None:
    """Raise RefusedError if there are problems."""
    if problems:
        raise RefusedError("assets are wrong, nothing was imported:", problems)


def bring_in(
    session: Any, manager: Any, wanted: bundle.Bundle, settings: dict[str, Any]
) -> list[changes.Change]:
    """Do everything inside the session, uncommitted; return the changes."""
    from importer.store import Store

    made = access.put_roles(manager, wanted, settings)
    store = Store(session, settings)
    refuse(conflicts.clear(store, wanted))
    store.put(wanted)
    access.put_rules(store, wanted, settings)
    record = ownership.prune(store, wanted)
    ownership.write_record(record)
    session.flush()
    return [*made, *store.changes]


def owners(manager: Any, settings: dict[str, Any]) -> None:
    """Find the users that the values make owners; raise RefusedError for one who is not there."""
    found = {name: manager.find_user(username=name) for name in settings["owners"]}
    refuse([f"owners: Superset has no user {name}" for name, row in found.items() if row is None])
    settings["owner_rows"] = list(found.values())


def start_superset() -> Any:
    """Return Superset's application."""
    from superset.app import create_app

    return create_app()


def wait_for_user(manager: Any, name: str, say: Callable[[str], None]) -> Any:
    """Return the administrator once Superset's metadata is prepared; raise RefusedError if never."""
    user = None

    def reason() -> str:
        nonlocal user
        try:
            user = manager.find_user(username=name)
        except Exception as error:
            return str(error).splitlines()[0][:200]
        return "" if user else "no such user yet"

    waited = wait_for(f"Superset's user {name}", reason, say)
    if waited:
        raise RefusedError(f"gave up on Superset's user {name} after {waited}", [])
    return user


def wait_for_reader(wanted: bundle.Bundle, own: Any, say: Callable[[str], None]) -> None:
    """Return once the account for Superset's own database has its rights; raise RefusedError if never."""
    problems: list[str] = []

    def reason() -> str:
        problems[:] = connections.reader_problems(wanted, own)
        return problems[0] if problems else ""

    if wait_for("the account for Superset's own database", reason, say):
        refuse(problems)


def wait_for(what: str, reason: Callable[[], str], say: Callable[[str], None]) -> str:
    """Return '' once there is no reason to wait, else for how long it was waited, and why in vain."""
    limit = float(os.environ.get("WAIT_SECONDS", "300"))
    start = time.monotonic()
    while why := reason():
        waited = time.monotonic() - start
        if waited >= limit:
            return f"{waited:.0f} s: {why}"
        say(f"waiting for {what}, {waited:.0f} of {limit:.0f} s: {why}")
        time.sleep(min(PAUSE_SECONDS, max(limit - waited, 0.01)))
    return ""


def speak(text: str) -> None:
    """Print a progress line at once."""
    print(text, flush=True)


def silent(text: str) -> None:
    """Print nothing: the report follows."""


if __name__ == "__main__":
    sys.exit(main())
