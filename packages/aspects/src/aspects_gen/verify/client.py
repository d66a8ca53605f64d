"""One client of the engine: asks in a user's name over one connection that stays open."""

from __future__ import annotations

import base64
import http.client
from urllib.parse import urlencode

from aspects_gen.engine.process import Engine

SECONDS = 300


class RefusedError(Exception):
    """The engine answered with an error.

    Args:
        code: ClickHouse's error code, as text.
        text: its words.
    """

    def __init__(self, code: str, text: str) -> None:
        self.code = code
        self.text = text
        super().__init__(text)


class Client:
    """A user at the engine."""

    def __init__(self, engine: Engine, user: str, password: str) -> None:
        self.user = user
        token = base64.b64encode(f"{user}:{password}".encode()).decode()
        self._headers = {"Authorization": f"Basic {token}"}
        self._connection = http.client.HTTPConnection(engine.host, engine.port, timeout=SECONDS)

    def ask(self, sql: str, data: bytes | None = None, **settings: str) -> str:
        """Return the answer to a statement as text.

        Args:
            sql: the statement.
            data: of an INSERT; the statement then travels in the address.
            settings: of this request.

        Raises:
            RefusedError: the engine refuses it.
        """
        params = settings if data is None else {"query": sql, **settings}
        path = f"/?{urlencode(params)}" if params else "/"
        body = sql.encode() if data is None else data
        self._connection.request("POST", path, body, self._headers)
        reply = self._connection.getresponse()
        text = reply.read().decode(errors="replace")
        if reply.status != 200:
            raise RefusedError(reply.getheader("X-ClickHouse-Exception-Code", ""), text.strip())
        return text

    def rows(self, sql: str) -> list[list[str]]:
        """Return a query's rows, each value as text without escapes undone."""
        return [line.split("\t") for line in self.ask(sql).splitlines()]

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()
