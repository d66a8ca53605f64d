"""The HTTP interface: requests in, answers out, each connection in a thread of its own."""

from __future__ import annotations

import secrets
import sys
import threading
import traceback
import uuid
from collections.abc import Generator, Iterator, Mapping
from contextlib import closing, contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple, cast
from urllib.parse import urlsplit

from aspects_gen.engine.answer import Answer, plain_answer
from aspects_gen.engine.body import Body
from aspects_gen.engine.embedded import Embedded
from aspects_gen.engine.execution import execute
from aspects_gen.engine.fault import (
    UNKNOWN_EXCEPTION,
    EngineError,
    RequestError,
    refusal_from,
    status_of,
)
from aspects_gen.engine.request import read_request
from aspects_gen.engine.session import Sessions
from aspects_gen.engine.users import Account, credentials_of, sign_in

HOST = "127.0.0.1"
"""The only address that is listened on."""

MAX_LINE_BYTES = 1 << 20
"""Longest first line: clients put lists of ids into the address. Source: ClickHouse setting http_max_uri_size."""

TAG_BYTES = 8
"""Random bytes of the tag by which a client tells an error in the middle of an answer from data.

Source: clickhouse-connect 1.12, which reads it (ClickHouse 25.11 and later), read 2026-11.
"""

DRAIN_SECONDS = 20
"""How long a stop waits for requests that are under way."""

OK = "Ok.\n"


class Front(NamedTuple):
    """What every request needs."""

    embedded: Embedded
    sessions: Sessions
    accounts: Mapping[str, Account]
    name: str
    on_cluster: str
    access: str


class Server(ThreadingHTTPServer):
    """Listens on loopback; a busy port is an error.

    Args:
        port: 0 for any that is free.

    Raises:
        EngineError: the port cannot be had.
    """

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int) -> None:
        self.front: Front | None = None
        self._idle = threading.Condition()
        self._active = 0
        self._stopping = False
        try:
            super().__init__((HOST, port), Exchange)
        except (OSError, OverflowError) as error:
            text = f"port {port} of {HOST} cannot be listened on: {error}; fix: another --port, or 0 for any"
            raise EngineError(text) from error

    @property
    def port(self) -> int:
        """Return the port that is listened on."""
        return int(self.server_address[1])

    @contextmanager
    def working(self) -> Iterator[bool]:
        """Count a request for as long as the block lasts; yield whether it may begin."""
        with self._idle:
            begins = not self._stopping
            self._active += begins
        try:
            yield begins
        finally:
            with self._idle:
                self._active -= begins
                self._idle.notify_all()

    def drain(self) -> bool:
        """Begin no more requests, and wait for those under way; return whether all ended."""
        with self._idle:
            self._stopping = True
            return self._idle.wait_for(lambda: self._active == 0, DRAIN_SECONDS)


class Exchange(BaseHTTPRequestHandler):
    """One client's connection: a request, its answer, the next request."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = 1 << 16

    @property
    def owner(self) -> Server:
        """Return the server that this connection came in by."""
        return cast(Server, self.server)

    def handle_one_request(self) -> None:
        """Read one request and answer it; the first line may be as long as ClickHouse allows."""
        try:
            self.raw_requestline = self.rfile.readline(MAX_LINE_BYTES + 1)
            if not self.raw_requestline:
                self.close_connection = True
                return
            if len(self.raw_requestline) > MAX_LINE_BYTES:
                self.requestline = self.request_version = self.command = ""
                self.send_error(HTTPStatus.REQUEST_URI_TOO_LONG)
                return
            if not self.parse_request():
                return
            with self.owner.working() as begins:
                if begins:
                    self._exchange()
                self.close_connection = self.close_connection or not begins
            self.wfile.flush()
        except (ConnectionError, TimeoutError):
            self.close_connection = True  # the client went away

    def handle_expect_100(self) -> bool:
        """Tell a client that waits for it to send its body, now and not when the buffer is full."""
        may_go_on = super().handle_expect_100()
        self.wfile.flush()
        return may_go_on

    def version_string(self) -> str:
        """Return the header Server."""
        return "aspects-engine"

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Log nothing: a request's address bears queries and passwords."""

    def _exchange(self) -> None:
        """Answer a request, whatever happens, and leave the connection ready for the next one."""
        try:
            body = Body(self.rfile, self.headers)
        except RequestError as refusal:
            self.close_connection = True
            self._refuse(refusal)
            return
        try:
            self._serve(body)
        except RequestError as refusal:
            self._refuse(refusal)
        except EngineError as error:
            self._refuse(RequestError(48, "NOT_IMPLEMENTED", str(error)))
        except RuntimeError as error:
            self._refuse(refusal_from(error))
        except (ConnectionError, TimeoutError):
            raise
        except Exception:
            traceback.print_exc(file=sys.stderr)
            text = "a defect of the engine's HTTP front, described in engine.log"
            self._refuse(RequestError(UNKNOWN_EXCEPTION, "UNKNOWN_EXCEPTION", text))
        if not self.close_connection:
            body.skip()

    def _serve(self, body: Body) -> None:
        path, front = urlsplit(self.path).path, self.owner.front
        if path in ("/ping", "/replicas_status"):
            self._write(plain_answer(200, OK))
            return
        if path != "/" or front is None or self.command not in ("GET", "POST", "HEAD"):
            text = (
                f"There is no handle {path}; / runs queries, /ping tells that the engine lives\n"
            )
            self._write(plain_answer(404, text))
            return
        request = read_request(self.command, self.path, self.headers, body)
        if self.command != "POST" and "query" not in request.params:
            self._write(plain_answer(200, OK))
            return
        account = sign_in(front.accounts, credentials_of(self.headers, request.params))
        query = {"X-ClickHouse-Query-Id": request.params.get("query_id") or str(uuid.uuid4())}
        with front.sessions.open(account, request) as session:
            rules = {"on_cluster": front.on_cluster, "access": front.access}
            answer = execute(session, request, **rules)
            answer = answer._replace(headers=answer.headers | query)
            if not isinstance(answer.body, bytes):
                # read from the session while it is written; its end stays in the buffer until that is free
                self._write(answer)
                return
        # a client that has its whole answer may use the session again at once
        self._write(answer)

    def _refuse(self, refusal: RequestError) -> None:
        """Answer with an error as ClickHouse does: status by class, code in a header, text in the body."""
        front = self.owner.front
        text = f"{refusal} (version {front.embedded.version if front else 'unknown'})\n"
        code = {"X-ClickHouse-Exception-Code": str(refusal.code)}
        self._write(plain_answer(status_of(refusal.code), text, code))

    def _write(self, answer: Answer) -> None:
        """Write an answer: with its length when it is all there, in chunks otherwise."""
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if self.owner.front is not None:
            self.send_header("X-ClickHouse-Server-Display-Name", self.owner.front.name)
            self.send_header("X-ClickHouse-Timezone", self.owner.front.embedded.timezone)
        if isinstance(answer.body, bytes):
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(answer.body)
            return
        tag = secrets.token_hex(TAG_BYTES)
        self.send_header("X-ClickHouse-Exception-Tag", tag)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        # closed here, so that a client that went away also ends its query
        with closing(cast("Generator[bytes]", answer.body)) as pieces:
            if self.command != "HEAD":
                self._write_pieces(pieces, tag)

    def _write_pieces(self, pieces: Iterator[bytes], tag: str) -> None:
        """Write an answer in chunks; an error midway stands at the end between marks that bear the tag."""
        try:
            for piece in pieces:
                self._chunk(piece)
        except RequestError as refusal:
            text, line = f"{refusal}\n".encode(), tag.encode() + b"\r\n"
            mark = b"__exception__\r\n"
            self._chunk(b"\r\n" + mark + line + text + b"%d " % len(text) + line + mark)
        self.wfile.write(b"0\r\n\r\n")

    def _chunk(self, piece: bytes) -> None:
        if piece:
            self.wfile.write(b"%x\r\n" % len(piece))
            self.wfile.write(piece)
            self.wfile.write(b"\r\n")
