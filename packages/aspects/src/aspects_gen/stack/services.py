"""What runs for as long as the stack is up: each started unless it runs already, with the same content."""

from __future__ import annotations

import hashlib
import http.client
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

from aspects_gen.aspects.repair import EARLIEST, LATEST, unread_words
from aspects_gen.aspects.unread_job import NAME as UNREAD
from aspects_gen.compose.bundle import Bundle
from aspects_gen.demo.lrs import Lrs
from aspects_gen.stack.containers import Containers
from aspects_gen.stack.ports import LOOPBACK
from aspects_gen.stack.process import failed
from aspects_gen.stack.state import Secrets, State, write_private
from aspects_gen.stack.warehouse import Warehouse

RALPH, SUPERSET, LMS, FEED = "ralph", "superset", "lms", "feed"
ENGINE = "clickhouse"
PORTS = (ENGINE, RALPH, SUPERSET, LMS)
STOPPED = (FEED, SUPERSET, RALPH, LMS)
"""In the order in which they are stopped; the engine comes last."""

HEALTH = {RALPH: "/__lbheartbeat__", SUPERSET: "/login/", LMS: "/heartbeat"}
"""Path that answers 200 once a service is ready, as its probes ask."""

START_SECONDS = 240
"""Longest start of a service on a busy machine."""


class Services:
    """The services of one stack.

    Args:
        bundle: the composed environment.
        state: of the stack.
        secrets: of the stack.
        ports: of each service.
    """

    def __init__(
        self, bundle: Bundle, state: State, secrets: Secrets, ports: dict[str, int]
    ) -> None:
        self.bundle, self.state, self.secrets, self.ports = bundle, state, secrets, ports
        demands = {name: secret["keys"] for name, secret in bundle.secrets.items()}
        self.containers = Containers(bundle, state, secrets.fill(demands))
        self.warehouse = Warehouse(bundle, state, secrets)

    def url(self, name: str) -> str:
        """Return a service's address."""
        return f"http://{LOOPBACK}:{self.ports[name]}"

    def start_engine(self) -> bool:
        """Start ClickHouse and let the models read what a kill left unread; return whether it had to be started."""
        started = self.warehouse.start(self.ports[ENGINE])
        if started:
            everything = unread_words(EARLIEST, LATEST, dry_run=False)
            self.containers.run_job(UNREAD, kind="cronjob", arguments=everything)
        return started

    def start_ralph(self, python: Path) -> bool:
        """Start Ralph and wait until it answers; return whether it had to be started."""
        return self._started(RALPH, self.containers.start(RALPH, python, self.ports[RALPH]))

    def start_superset(self, python: Path) -> bool:
        """Start Superset and wait until it answers; return whether it had to be started."""
        started = self.containers.start(SUPERSET, python, self.ports[SUPERSET])
        return self._started(SUPERSET, started)

    def start_lms(self, people: dict[str, Any]) -> bool:
        """Start the LMS's stand-in and wait until it answers; return whether it had to be started."""
        sso = self.bundle.settings["superset"]["sso"]
        secret = sso["clientSecret"]
        config = {
            "port": self.ports[LMS],
            "client_id": sso["clientId"],
            "superset": self.url(SUPERSET),
            "people": people,
        }
        env = {
            "LMS_CLIENT_SECRET": self.secrets.of(secret["name"], secret["key"]),
            "LMS_SIGNING_KEY": self.secrets.of("stack-lms", "signing-key"),
        }
        return self._started(LMS, self._start_own(LMS, config, env, self.ports[LMS]))

    def start_feed(self, planned: dict[str, Any], per_second: float) -> bool:
        """Start sending live statements, or stop it for 0; return whether it had to be started."""
        if not per_second:
            self.state.processes.stop(FEED)
            return False
        lrs = self.lrs()
        config = {
            "host": lrs.host,
            "port": lrs.port,
            "user": lrs.user,
            "campus": planned,
            "per_second": per_second,
        }
        return self._start_own(FEED, config, {"LRS_PASSWORD": lrs.password}, 0)

    def lrs(self) -> Lrs:
        """Return the LMS's way to Ralph."""
        client = self.bundle.settings["ralph"]["lms"]
        secret = client["passwordSecret"]
        password = self.secrets.of(secret["name"], secret["key"])
        return Lrs(LOOPBACK, self.ports[RALPH], client["username"], password)

    def _start_own(
        self, name: str, config: dict[str, Any], env: dict[str, str], port: int
    ) -> bool:
        text = json.dumps(config, indent=1)
        digest = hashlib.sha256(f"{text}{sorted(env.items())}".encode()).hexdigest()[:16]
        known = self.state.processes.find(name)
        if known and known.digest == digest:
            return False
        file = self.state.folder / f"{name}.json"
        write_private(file, text)
        self.state.processes.start(
            name,
            [sys.executable, "-m", f"aspects_gen.stack.{name}", str(file)],
            {"PATH": os.environ.get("PATH", os.defpath), "PYTHONUNBUFFERED": "1", **env},
            port=port,
            digest=digest,
            folder=self.state.folder,
        )
        return True

    def _started(self, name: str, started: bool) -> bool:
        if started:
            wait_for(name, self.ports[name], self.state)
        return started


def wait_for(name: str, port: int, state: State, seconds: float = START_SECONDS) -> None:
    """Wait until a service answers.

    Raises:
        StackError: it ended, or did not answer in time.
    """
    deadline, seen = time.monotonic() + seconds, False
    grace = time.monotonic() + 5  # until its record is written
    while time.monotonic() < deadline:
        if answers(port, HEALTH[name]):
            return
        lives = state.processes.find(name) is not None
        if not lives and (seen or time.monotonic() > grace):
            raise failed(f"{name} ended", state.processes.log(name), "mend what the log names")
        seen = seen or lives
        time.sleep(0.1)
    raise failed(
        f"{name} did not answer within {seconds:.0f} s",
        state.processes.log(name),
        "run it again; it goes on where it stopped",
    )


def answers(port: int, path: str) -> bool:
    """Tell whether a server answers 200."""
    client = http.client.HTTPConnection(LOOPBACK, port, timeout=10)
    try:
        client.request("GET", path)
        return client.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        client.close()
