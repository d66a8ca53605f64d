"""Statements sent to Ralph in batches, and again until it has them."""

from __future__ import annotations

import base64
import http.client
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple
from urllib.parse import urlsplit

from aspects_gen.errors import FIX, AspectsError

BATCH = 100
"""Statements in one request: what the LMS sends."""

FIRST_PAUSE, LONGEST_PAUSE = 0.2, 5.0
ANSWER_SECONDS = 60

WHERE = (
    "see Ralph's log: aspects-gen logs ralph for a stack, kubectl logs deploy/ralph in a cluster"
)

STORED = (http.client.OK, http.client.NO_CONTENT)
"""Ralph has them: now, or already before."""


class SendError(AspectsError):
    """An LRS refuses statements, or took none for too long."""

    exit_code = 4


class Lrs(NamedTuple):
    """Where statements go, and who sends them."""

    host: str
    port: int
    user: str
    password: str
    tls: bool = False
    path: str = "/xAPI"


def lrs_at(url: str, user: str, password: str) -> Lrs:
    """Return the LRS of an xAPI address, such as http://ralph:8100/xAPI/."""
    parts = urlsplit(url)
    tls = parts.scheme == "https"
    port = parts.port or (http.client.HTTPS_PORT if tls else http.client.HTTP_PORT)
    return Lrs(parts.hostname or "", port, user, password, tls, parts.path.rstrip("/"))


class Sender:
    """A connection to Ralph that survives Ralph.

    A batch is sent until it is acknowledged. What was stored although the answer got lost is not stored twice:
    Ralph knows it by its id.

    Args:
        lrs: where to send.
        patience_seconds: how long one batch is tried; 0 for ever.
    """

    def __init__(self, lrs: Lrs, patience_seconds: float = 600) -> None:
        self._lrs, self._patience = lrs, patience_seconds
        token = base64.b64encode(f"{lrs.user}:{lrs.password}".encode()).decode()
        self._headers = {
            "Authorization": f"Basic {token}",
            "Content-Type": "application/json",
            "X-Experience-API-Version": "1.0.3",
        }
        self._connection: http.client.HTTPConnection | None = None

    def send(
        self, statements: Sequence[str], retried: Callable[[str], None] | None = None
    ) -> None:
        """Send statements, each JSON text, and return once Ralph has acknowledged them.

        Raises:
            SendError: Ralph refuses them, or does not answer for too long.
        """
        body = f"[{','.join(statements)}]".encode()
        begun, pause = time.monotonic(), FIRST_PAUSE
        while True:
            problem = self._try(body)
            if not problem:
                return
            if self._patience and time.monotonic() - begun > self._patience:
                raise SendError(
                    f"Ralph took no statements for {self._patience:.0f} s: {problem}{FIX}{WHERE}"
                )
            if retried:
                retried(problem)
            time.sleep(pause)
            pause = min(LONGEST_PAUSE, pause * 2)

    def close(self) -> None:
        """Close the connection."""
        if self._connection:
            self._connection.close()
        self._connection = None

    def _try(self, body: bytes) -> str:
        """Send once and return what went wrong, empty for nothing."""
        lrs = self._lrs
        try:
            if self._connection is None:
                kind = http.client.HTTPSConnection if lrs.tls else http.client.HTTPConnection
                self._connection = kind(lrs.host, lrs.port, timeout=ANSWER_SECONDS)
            self._connection.request("POST", f"{lrs.path}/statements", body, self._headers)
            reply = self._connection.getresponse()
            text = reply.read().decode(errors="replace")
        except (OSError, http.client.HTTPException) as error:
            self.close()
            return str(error) or type(error).__name__
        if reply.status in STORED:
            return ""
        if reply.status < http.client.INTERNAL_SERVER_ERROR and reply.status not in (408, 429):
            raise SendError(
                f"Ralph refuses statements with status {reply.status}: {text[:500]}{FIX}{WHERE}"
            )
        return f"status {reply.status}: {text[:200]}"
