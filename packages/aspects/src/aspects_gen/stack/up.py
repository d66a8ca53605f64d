"""From nothing, or from whatever is left, to a stack that is up; read `Stack.up` as the table of contents."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from aspects_gen.aspects.clickhouse_jobs import ACCESS, DBT, MIGRATE
from aspects_gen.aspects.demo_job import copied_tables
from aspects_gen.demo.lrs import Sender
from aspects_gen.demo.tables import COLUMNS
from aspects_gen.engine import process as engine
from aspects_gen.engine.fault import EngineError
from aspects_gen.environment import Place
from aspects_gen.services.registry import discover_services
from aspects_gen.stack import campus, lines
from aspects_gen.stack.local import compose_here
from aspects_gen.stack.packages import SUPERSET as SUPERSET_PINS
from aspects_gen.stack.packages import python_of
from aspects_gen.stack.people import sample_people
from aspects_gen.stack.ports import choose
from aspects_gen.stack.process import StackError
from aspects_gen.stack.services import ENGINE, FEED, LMS, PORTS, RALPH, STOPPED, SUPERSET, Services
from aspects_gen.stack.state import Secrets, State

METADATA, ASSETS = "superset-metadata", "aspects-assets"

LINES = 300
"""Statements of the second campus, which come as lines of a log."""

Say = Callable[[str], None]


class Wanted(NamedTuple):
    """What a run of `up` asks for."""

    statements: int = campus.STATEMENTS
    feed: float = 0.0


class Stack:
    """One environment on this machine.

    Args:
        place: where its values are.
        state: the stack's folder, open and locked.
        wanted: what is asked for.
        say: tells the progress.
    """

    def __init__(self, place: Place, state: State, wanted: Wanted, say: Say) -> None:
        self.state, self.wanted = state, wanted
        self._place, self._say = place, say
        self._begun = time.monotonic()
        self._pythons: dict[str, Path] = {}

    def up(self) -> None:
        """Bring everything up; what runs already, or is done, is left alone.

        Raises:
            AspectsError: a step failed.
        """
        self._compose()
        # Superset's side and ClickHouse's side depend on each other only at the end
        with ThreadPoolExecutor(1) as beside:
            prepared = beside.submit(self._prepare_superset)
            self._install(RALPH, ())
            self._build_warehouse()
            self._start(RALPH)
            self._fill()
            self._finish(prepared)
        self._job(ASSETS, "import databases, datasets, charts and dashboards", SUPERSET)
        self._start(LMS, SUPERSET, FEED)

    def keep(self) -> bool:
        """Start what has ended since; return whether there was any."""
        running = engine.running(self.state.folder / "clickhouse")
        dead = [] if running else [ENGINE]
        wanted = [RALPH, LMS, SUPERSET, *([FEED] if self.wanted.feed else [])]
        dead += [name for name in wanted if self.state.processes.find(name) is None]
        if dead:
            self._say(f"{', '.join(dead)} ended; starting again")
            try:
                self._start(*dead)
            except EngineError as error:
                # it may only be slow to answer, on a busy machine: the next look will tell
                self._say(str(error))
        return bool(dead)

    @contextmanager
    def _step(self, about: str) -> Iterator[list[str]]:
        """Time a step and tell what it did: the words that the block adds to the list."""
        begun = time.monotonic()
        words: list[str] = []
        yield words
        now = time.monotonic()
        done = f": {', '.join(words)}" if words else ""
        self._say(f"{now - self._begun:6.1f} s  {about}{done} ({now - begun:.1f} s)")

    def _compose(self) -> None:
        with self._step(f"compose {self._place.name} for this machine") as words:
            state = self.state
            self.secrets = Secrets(state.folder)
            ours = [name for name in PORTS[1:] if state.processes.find(name)]
            ours += [ENGINE] if engine.running(state.folder / "clickhouse") else []
            known = state.record.get("ports", {})
            ports = choose(PORTS, known, ours)
            changed = [name for name in known if ports[name] != known[name]]
            words.extend(f"port {known[n]} of {n} is taken, now {ports[n]}" for n in changed)
            state.save(ports=ports, environment=self._place.name)
            home = state.folder / "superset"
            bundle = compose_here(self._place, state.folder / "values", ports, home)
            self.services = Services(bundle, state, self.secrets, ports)
        if "campus" not in state.record:
            planned = campus.plan(self.wanted.statements)
            state.save(campus=planned | {"course": campus.busiest_course(planned)})

    def _prepare_superset(self) -> None:
        self._install(SUPERSET, SUPERSET_PINS)
        self._job(METADATA, "make Superset's roles and accounts", SUPERSET)

    def _install(self, name: str, more: tuple[str, ...]) -> None:
        with self._step(f"packages of {name}"):
            folder = Path(str(discover_services()[name].__file__)).parent  # type: ignore[attr-defined]
            log = self.state.processes.log(f"{name}-packages")
            self._pythons[name] = python_of(
                name, folder / "build" / "requirements.lock", more, log
            )

    def _build_warehouse(self) -> None:
        self._start(ENGINE)
        self._job(ACCESS, "create databases, users and rights")
        self._job(MIGRATE, "bring the base tables to the newest revision")
        self._job(DBT, "build the models")

    def _job(self, job: str, about: str, name: str = "") -> None:
        """Run a Job unless it ran with the same content."""
        done = self.state.record.get("jobs", {})
        wanted = self.services.containers.job_name(job)
        if done.get(job) == wanted:
            return
        with self._step(about):
            python = self._pythons[name] if name else None
            self.services.containers.run_job(job, python)
            self.state.note("jobs", job, wanted)

    def _start(self, *names: str) -> None:
        record, services = self.state.record, self.services
        starts: dict[str, Callable[[], bool]] = {
            ENGINE: services.start_engine,
            RALPH: lambda: services.start_ralph(self._pythons[RALPH]),
            LMS: lambda: services.start_lms(sample_people(record["campus"]["course"])),
            SUPERSET: lambda: services.start_superset(self._pythons[SUPERSET]),
            FEED: lambda: services.start_feed(record["campus"], self.wanted.feed),
        }
        for name in names:
            if name == FEED and not self.wanted.feed:
                starts[name]()
                continue
            with self._step(name) as words:
                words.append("started" if starts[name]() else "was running")

    def _fill(self) -> None:
        """Bring the demo campus in, each way once."""
        planned = self.state.record["campus"]
        done = self.state.record.get("data", {})
        ways: dict[str, tuple[str, Callable[[], str]]] = {
            "tables": ("write what the LMS's event sinks would", lambda: self._tables(planned)),
            "statements": ("send the campus through Ralph", lambda: self._send(planned)),
            "lines": ("send log lines through Vector's programs", lambda: self._lines(planned)),
        }
        for name, (about, act) in ways.items():
            if name not in done:
                with self._step(about) as words:
                    words.append(act())
                    self.state.note("data", name, datetime.now(UTC).isoformat())
        with self._step("refresh timed views") as words:
            words.append(str(self.services.warehouse.refresh()))

    def _tables(self, planned: dict[str, Any]) -> str:
        aspects = self.services.bundle.settings["aspects"]
        copied = copied_tables(aspects)
        tables = [table for table in COLUMNS if table in copied]
        home = aspects["databases"]["eventSink"]
        asking = self.services.warehouse.client("sinks")
        count = campus.write_tables(planned, asking, home, tables)
        return f"{count} rows in {len(tables)} tables"

    def _send(self, planned: dict[str, Any]) -> str:
        sender = Sender(self.services.lrs())
        try:
            return f"{campus.send(planned, sender)} statements"
        finally:
            sender.close()

    def _lines(self, planned: dict[str, Any]) -> str:
        second = planned | {"seed": planned["seed"] + 1, "statements": LINES}
        pipeline = lines.Pipeline(self.services.bundle.files[lines.CONFIG_MAP].files)
        found = pipeline.rows(
            lines.log_lines(campus.events(second)), f"{planned['start']}T00:00:00Z"
        )
        counts = pipeline.insert(found, self.services.warehouse.client("vector"))
        return ", ".join(f"{count} rows in {table}" for table, count in counts.items())

    def _finish(self, prepared: Future[None]) -> None:
        with self._step("Superset is prepared"):
            prepared.result()


def down(state: State) -> list[str]:
    """Stop everything and return what ran.

    Raises:
        EngineError: the engine did not stop.
    """
    stopped = [name for name in STOPPED if state.processes.stop(name)]
    data = state.folder / "clickhouse"
    if data.exists() and engine.stop(data):
        stopped.append(ENGINE)
    return stopped


def require_environment(state: State, name: str) -> None:
    """Refuse to run one environment in another's folder.

    Raises:
        StackError: the folder is another environment's.
    """
    known = state.record.get("environment", name)
    if known != name:
        raise StackError(
            f"{state.folder} holds the stack of {known}, not of {name}"
            f"\n  = fix: name another folder with --state, or run: aspects-gen reset --state {state.folder}"
        )
