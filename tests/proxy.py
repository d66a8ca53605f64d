"""Stands between a Job and the engine, and strikes at a chosen statement."""

from __future__ import annotations

import http.client
import re
import threading
import time
import urllib.parse
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

CLAIM = re.compile(r"INSERT INTO `\w+`.`_\w+_lock`")
MODES = ("before", "after", "during", "engine")
"""When a Job dies: before its statement is sent, after its answer, while it runs; or with the engine."""

NOT_COPIED = {"transfer-encoding", "content-length", "connection", "date", "server"}


def forward_all(proxy, number, statement, forward):
    return forward()


def striking(kill, mode, hits, rng):
    """Return what calls `kill(mode)` at the first statement that `hits(number, statement)` accepts."""
    struck = threading.Event()

    def strike(proxy, number, statement, forward):
        if struck.is_set() or not hits(number, statement):
            return forward()
        struck.set()
        if mode == "before":
            kill(mode)
            return None
        if mode == "after":
            forward()
        else:
            threading.Thread(target=quietly, args=(forward,), daemon=True).start()
            time.sleep(rng.random() * 0.05)
        kill(mode)
        return None

    strike.struck = struck
    return strike


def quietly(forward):
    try:
        forward()
    except Exception:
        return


class Proxy(ThreadingHTTPServer):
    """Forwards to an engine; `strike(proxy, number, statement, forward)` may do something else.

    It returns what `forward()` returned, or None for a client that is no more.
    """

    daemon_threads = True

    def __init__(self, port, strike):
        super().__init__(("127.0.0.1", 0), Exchange)
        self.counting = threading.Lock()
        self.stand_before(port, strike)

    def stand_before(self, port, strike=None):
        """Forward to this engine from now on, and count anew."""
        with self.counting:
            self.engine_port, self.strike = port, strike or forward_all
            self.count, self.statements = 0, []

    @property
    def port(self):
        return self.server_address[1]

    def note(self, statement):
        """Return a statement's number; renewals of a claim have none of their own, time makes them."""
        with self.counting:
            if not CLAIM.match(statement):
                self.count += 1
                self.statements.append(statement)
            return self.count

    def handle_error(self, request, client_address):
        """Say nothing of a client that was killed."""


class Exchange(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        self.forward()

    def do_POST(self):
        self.forward()

    def forward(self):
        body = self.body()
        query = urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query)
        statement = (
            query.get("query", [""])[0] + " " + body[:5000].decode("utf-8", "replace")
        ).strip()
        number = self.server.note(statement)
        try:
            answer = self.server.strike(self.server, number, statement, lambda: self.ask(body))
            if answer is None:
                self.close_connection = True
                return
            status, headers, text = answer
            self.send_response(status)
            for name, value in headers:
                if name.lower() not in NOT_COPIED:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)
        except (OSError, http.client.HTTPException):
            self.close_connection = True

    def ask(self, body):
        client = http.client.HTTPConnection("127.0.0.1", self.server.engine_port, timeout=300)
        headers = {k: v for k, v in self.headers.items() if k.lower() not in NOT_COPIED}
        try:
            client.request(self.command, self.path, body, headers)
            reply = client.getresponse()
            return reply.status, reply.getheaders(), reply.read()
        finally:
            client.close()

    def body(self):
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        parts = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(parts)


@contextmanager
def proxied(port=0, strike=None):
    """Run a proxy for as long as the block lasts."""
    proxy = Proxy(port, strike)
    thread = threading.Thread(target=proxy.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield proxy
    finally:
        proxy.shutdown()
        proxy.server_close()
        thread.join()
