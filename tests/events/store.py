"""A learning record store for tests: the starter environment's Ralph before the embedded engine."""

from __future__ import annotations

import base64
import http.client
import json
import os
import runpy
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import types
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode

import aspects_gen
from aspects_gen.aspects.access import access_model, active_clients
from aspects_gen.compose.bundle import Bundle
from aspects_gen.engine import process as engine
from aspects_gen.engine.users import owner, users_of
from aspects_gen.environment import find_places
from aspects_gen.generate import compose_place
from aspects_gen.pods import lay_pod
from aspects_gen.services.registry import discover_services
from environments import ENVIRONMENTS

MIGRATIONS = Path(aspects_gen.__file__).parent / "aspects/apps/aspects/migrations"
OWNER = "owner"
START_SECONDS = 60


class Reply(NamedTuple):
    status: int
    body: Any


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def compose_here(folder: Path, overlay: dict[str, Any]) -> Bundle:
    """Return the starter environment with some values of this machine laid over it."""
    folder.mkdir(parents=True)
    for name in ("starter.yaml", "images.lock.json"):
        shutil.copy(ENVIRONMENTS / name, folder)
    # JSON is YAML
    (folder / "here.yaml").write_text(json.dumps({"extends": "starter.yaml", **overlay}))
    place = find_places(folder, folder / "out", ["here"])[0]
    return compose_place(place, discover_services())


class Table:
    """The engine with the environment's accounts and the base tables."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.passwords: dict[str, str] = {}
        self.users: Path | None = None

    def grant(self, bundle: Bundle) -> None:
        """Make the accounts of the environment's access model, each with a random password."""
        values = bundle.settings
        model = access_model(values["aspects"], clients=active_clients(values))
        passwords = {c["id"]: secrets.token_urlsafe(12) for c in model["clients"]}
        self.passwords = {
            f"{c['secret']['name']}/{c['secret']['key']}": passwords[c["id"]]
            for c in model["clients"]
        }
        self.users = self.folder / "users.json"
        self.folder.mkdir(parents=True, exist_ok=True)
        known = users_of(model, passwords, owners=[owner(OWNER, OWNER)])
        self.users.write_text(json.dumps(known))
        self.start()
        self._make_tables(values["aspects"], model["databases"])

    def start(self) -> None:
        engine.start(self.folder / "data", port=self.port, users=self.users, tied=True)

    def stop(self) -> None:
        engine.stop(self.folder / "data")

    def kill(self) -> None:
        """Kill the engine as a power cut would, as far as a process can."""
        running = engine.running(self.folder / "data")
        if running:
            os.kill(running.pid, signal.SIGKILL)
            while engine.answers(running):
                time.sleep(0.01)

    def ask(self, sql: str, user: str = OWNER, password: str = OWNER, **params: str) -> str:
        client = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        token = base64.b64encode(f"{user}:{password}".encode()).decode()
        try:
            path = f"/?{urlencode(params)}"
            client.request("POST", path, sql.encode(), {"Authorization": f"Basic {token}"})
            reply = client.getresponse()
            text = reply.read().decode()
        finally:
            client.close()
        assert reply.status == 200, f"{sql[:300]}\n{text[:1000]}"
        return text

    def _make_tables(self, aspects: dict[str, Any], databases: list[str]) -> None:
        for name in databases:
            self.ask(f"CREATE DATABASE IF NOT EXISTS {name}")
        names = {
            "XAPI_DATABASE": aspects["databases"]["xapi"],
            "VECTOR_DATABASE": aspects["databases"]["vector"],
            "EVENT_SINK_DATABASE": aspects["databases"]["eventSink"],
            "REPORTING_DATABASE": aspects["databases"]["reporting"],
            "RAW_XAPI_TABLE": aspects["tables"]["rawXapi"],
            "TRACKING_LOGS_TABLE": aspects["tables"]["trackingLogs"],
            "DEAD_LETTERS_TABLE": aspects["tables"]["deadLetters"],
        }
        for statement in migrations(names):
            self.ask(statement)


def migrations(names: dict[str, str]) -> list[str]:
    """Return every statement of every migration in order; Alembic itself is in the image only."""
    known = {key: sys.modules.get(key) for key in ("alembic", "ddl")}
    kept = {key: os.environ.get(key) for key in names}
    sys.modules["alembic"] = types.SimpleNamespace(op=None)  # type: ignore[assignment]
    sys.modules.pop("ddl", None)
    sys.path.insert(0, str(MIGRATIONS))
    os.environ.update(names)
    try:
        versions = sorted(MIGRATIONS.glob("versions/*.py"))
        return [s for version in versions for s in runpy.run_path(str(version))["statements"]()]
    finally:
        sys.path.remove(str(MIGRATIONS))
        for key, module in known.items():
            sys.modules.pop(key, None)
            if module is not None:
                sys.modules[key] = module
        for key, value in kept.items():
            os.environ.pop(key, None)
            if value is not None:
                os.environ[key] = value


class Lrs:
    """Ralph as the environment deploys it, on this machine."""

    def __init__(self, folder: Path, python: Path, values: dict[str, Any] | None = None) -> None:
        self.folder, self.python = folder, python
        self.port = free_port()
        self.table = Table(folder / "table")
        ralph = {
            "port": self.port,
            "clickhouse": {"host": "127.0.0.1", "port": self.table.port},
            **(values or {}),
        }
        self.bundle = compose_here(folder / "values", {"ralph": ralph})
        self.table.grant(self.bundle)
        self.secrets = {name: {"password": secrets.token_urlsafe(12)} for name in PASSWORDS}
        for place, password in self.table.passwords.items():
            name, key = place.split("/")
            self.secrets.setdefault(name, {})[key] = password
        self.server: subprocess.Popen[bytes] | None = None

    def start(self, *, wait: bool = True) -> None:
        """Run the pod: the init container to its end, then the server until it answers."""
        *first, main = lay_pod(self.bundle, "deployment/ralph", self.folder / "pod", self.secrets)
        for process in first:
            done = subprocess.run(
                self._words(process.command),
                env=self._env(process.env),
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == 0, done.stderr
            self.init_output = done.stdout + done.stderr
        with (self.folder / "ralph.log").open("ab") as log:
            self.server = subprocess.Popen(
                self._words(main.command),
                env=self._env(main.env),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        if wait:
            self.wait()

    def wait(self) -> None:
        """Wait until the server answers its liveness probe."""
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            assert self.server is not None
            assert self.server.poll() is None, self.log()[-3000:]
            with suppress(OSError, http.client.HTTPException):
                if self.get("/__lbheartbeat__", None).status == 200:
                    return
            time.sleep(0.05)
        raise AssertionError(f"Ralph did not answer\n{self.log()[-3000:]}")

    def stop(self, signal_number: int = signal.SIGTERM) -> None:
        """End the server; SIGKILL leaves nobody time to tidy up."""
        if self.server is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.server.pid, signal_number)
            self.server.wait(timeout=60)
            self.server = None

    def log(self) -> str:
        return (self.folder / "ralph.log").read_text(errors="replace")

    def get(self, path: str, user: str | None = "ralph-admin", **query: str) -> Reply:
        query_text = f"?{urlencode(query)}" if query else ""
        return self.send("GET", path + query_text, user=user)

    def post(
        self, statements: Any, user: str | None = "ralph-lms", *, password: str | None = None
    ) -> Reply:
        return self.send("POST", "/xAPI/statements", statements, user=user, password=password)

    def send(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        user: str | None = "ralph-lms",
        password: str | None = None,
    ) -> Reply:
        """Send one request as the client whose password is in that Secret; None sends none."""
        headers = {"Content-Type": "application/json", "X-Experience-API-Version": "1.0.3"}
        if user:
            word = password or self.secrets[user]["password"]
            name = {"ralph-admin": "ralph"}.get(user, user.removeprefix("ralph-"))
            token = base64.b64encode(f"{name}:{word}".encode()).decode()
            headers["Authorization"] = f"Basic {token}"
        client = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        try:
            data = None if body is None else json.dumps(body).encode()
            client.request(method, path, data, headers)
            reply = client.getresponse()
            text = reply.read()
        finally:
            client.close()
        try:
            return Reply(reply.status, json.loads(text) if text else None)
        except ValueError:
            return Reply(reply.status, text.decode(errors="replace"))

    def stored(self) -> list[list[str]]:
        """Return (id, text) of every row, without removal of duplicates."""
        sql = "SELECT toString(event_id), event FROM xapi.xapi_events_all ORDER BY 1"
        lines = self.table.ask(f"{sql} FORMAT JSONCompactEachRow").splitlines()
        return [json.loads(line) for line in lines]

    def empty(self) -> None:
        self.table.ask("TRUNCATE TABLE xapi.xapi_events_all")

    def close(self) -> None:
        self.stop(signal.SIGKILL)
        self.table.stop()

    def _words(self, command: list[str]) -> list[str]:
        return [str(self.python.with_name(command[0])), *command[1:]]

    def _env(self, env: dict[str, str]) -> dict[str, str]:
        return {"PATH": os.environ["PATH"], "HOME": str(self.folder), **env}


PASSWORDS = ("ralph-admin", "ralph-lms", "ralph-reader")
"""Secrets of Ralph's own clients, by name; each holds a password."""
