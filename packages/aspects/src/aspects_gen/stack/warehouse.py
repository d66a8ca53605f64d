"""The embedded ClickHouse of a stack, with the accounts that the rendered SQL makes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from aspects_gen.aspects.clickhouse_jobs import ACCESS, site_access
from aspects_gen.compose.bundle import Bundle
from aspects_gen.engine import process as engine
from aspects_gen.engine.process import Engine
from aspects_gen.engine.users import owner
from aspects_gen.stack.state import Secrets, State, write_private
from aspects_gen.verify.client import Client
from aspects_gen.verify.granted import read_access
from aspects_gen.verify.timers import refresh_views

OWNER = "stack_owner"
"""Account of the stack itself, which no deployment has."""


class Warehouse:
    """The engine of one stack.

    Args:
        bundle: the composed environment.
        state: holds data and users file.
        secrets: passwords of its accounts.
    """

    def __init__(self, bundle: Bundle, state: State, secrets: Secrets) -> None:
        self._values, self._files = bundle.settings, bundle.files[ACCESS].files
        self._state, self._secrets = state, secrets
        self._data = state.folder / "clickhouse"
        self.model = site_access(self._values)

    def start(self, port: int) -> bool:
        """Start the engine unless it runs with the same accounts; return whether it was started.

        Raises:
            EngineError: it cannot start.
        """
        users = json.dumps(self._users(), indent=1)
        digest = hashlib.sha256(users.encode()).hexdigest()[:16]
        running = engine.running(self._data)
        if running and running.port == port and self._state.record.get("users") == digest:
            return False
        engine.stop(self._data)
        file = self._state.folder / "users.json"
        write_private(file, users)
        engine.start(self._data, port=port, users=file, on_cluster="strip", access="accept")
        self._state.save(users=digest)
        return True

    def client(self, name: str) -> Client:
        """Return a client of the access model, signed in."""
        found = next(client for client in self.model["clients"] if client["id"] == name)
        password = self._secrets.of(found["secret"]["name"], found["secret"]["key"])
        return Client(self._running(), found["user"], password)

    def owner(self) -> Client:
        """Return the stack's own client."""
        return Client(self._running(), OWNER, self._secrets.of(OWNER, "password"))

    def refresh(self) -> int:
        """Run every timed view now, each after those that it reads; return how many there are."""
        asking = self.owner()
        try:
            return refresh_views(asking)
        finally:
            asking.close()

    def _running(self) -> Engine:
        found = engine.running(self._data)
        if found is None:
            raise ConnectionError("the engine does not answer")
        return found

    def _users(self) -> Mapping[str, Any]:
        clients = {
            client["id"]: self._secrets.of(client["secret"]["name"], client["secret"]["key"])
            for client in self.model["clients"]
        }
        admin = self._values["clickhouse"]["admin"]
        secret = admin["passwordSecret"]
        owners = [
            owner(OWNER, self._secrets.of(OWNER, "password")),
            owner(admin["user"], self._secrets.of(secret["name"], secret["key"])),
        ]
        return {"users": [*owners, *read_access(self._files, clients).as_users()]}
