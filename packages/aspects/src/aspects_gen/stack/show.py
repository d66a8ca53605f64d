"""What a person is told of a stack: what to open, and what runs."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

import yaml

from aspects_gen.compose.bundle import Bundle
from aspects_gen.engine import process as engine
from aspects_gen.stack.people import sample_people
from aspects_gen.stack.services import (
    ENGINE,
    FEED,
    HEALTH,
    LMS,
    RALPH,
    SUPERSET,
    Services,
    answers,
)
from aspects_gen.stack.state import FOLDER, State


class Seen(NamedTuple):
    """One service, as it is found."""

    name: str
    pid: int
    """0 when it does not run."""
    url: str
    answers: bool


def look(state: State) -> list[Seen]:
    """Return every service of a stack."""
    found = []
    running = engine.running(state.folder / "clickhouse")
    found.append(
        Seen(ENGINE, running.pid, running.url, True) if running else Seen(ENGINE, 0, "", False)
    )
    for name in (RALPH, SUPERSET, LMS):
        known = state.processes.find(name)
        well = known is not None and answers(known.port, HEALTH[name])
        found.append(Seen(name, known.pid if known else 0, known.url if known else "", well))
    feed = state.processes.find(FEED)
    if feed:
        found.append(Seen(FEED, feed.pid, "", True))
    return found


def status_text(seen: list[Seen]) -> str:
    """Return one line for each service."""
    lines = []
    for one in seen:
        word = "up" if one.answers else "does not answer" if one.pid else "down"
        pid = f"pid {one.pid}" if one.pid else ""
        lines.append(f"{one.name:12}{word:18}{pid:14}{one.url}".rstrip())
    return "\n".join(lines)


def list_logs(state: State) -> dict[str, Path]:
    """Return name to file of every log there is."""
    found = {path.stem: path for path in sorted((state.folder / "logs").glob("*.log"))}
    own = state.folder / "clickhouse" / engine.LOG
    return {ENGINE: own, **found} if own.exists() else found


def _words(state: State, name: str) -> str:
    """Return how `down` is told which stack is meant: by its environment, or by a place of its own."""
    usual = state.folder.resolve() == (FOLDER / name).resolve()
    return name if usual else f"--state {state.folder}"


def as_text(services: Services, *, attached: bool) -> str:
    """Return what to open, and as whom."""
    state = services.state
    people = sample_people(state.record["campus"]["course"])
    lines = [
        "",
        f"Superset   {services.url(SUPERSET)}/login/openedxsso",
        "  sign in as one of these; nobody needs a password:",
        *(f"    {name:15}{person['about']}" for name, person in people.items()),
        *_dashboards(services),
        f"Ralph      {services.url(RALPH)}/xAPI/",
        f"ClickHouse {services.url(ENGINE)}",
        f"  passwords of both are in {state.folder / 'secrets.json'}",
        "",
    ]
    name = state.record["environment"]
    program = "hatch run" if "HATCH_ENV_ACTIVE" in os.environ else "aspects-gen"
    lines.append(
        "Ctrl-C stops it all; data stays."
        if attached
        else f"{program} down {_words(state, name)} stops it; data stays."
    )
    return "\n".join(lines)


def _dashboards(services: Services) -> list[str]:
    found = list_dashboards(services.bundle)
    url = services.url(SUPERSET)
    wide = max((len(title) for title, _ in found), default=0)
    lines = [f"    {title:{wide}}  {url}/superset/dashboard/{slug}/" for title, slug in found]
    return ["  dashboards:", *lines] if lines else []


def list_dashboards(bundle: Bundle) -> list[tuple[str, str]]:
    """Return title and slug of each dashboard that is imported, in the site's own language."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    language = bundle.settings["aspects"]["dashboards"]["locales"][0].lower().replace("-", "_")
    found = []
    for name, files in bundle.files.items():
        if not name.startswith("aspects-assets"):
            continue
        for path, text in files.files.items():
            if path.startswith("dashboards/"):
                content = yaml.load(text, Loader=loader)  # noqa: S506
                title = content.get("dashboard_title") or content["title"]
                slug = content.get("slug") or Path(path).stem
                # people get the copies of their language; the page without one is an administrator's
                found.append((str(title), f"{slug}-{language}"))
    return sorted(found)
