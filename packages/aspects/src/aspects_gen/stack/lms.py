"""`python -m aspects_gen.stack.lms CONFIG`: stands in for the LMS where Superset signs people in.

Whoever opens the page chooses who to be: there are no passwords, so it listens on the loopback only and
answers only to its own address. Secrets come from the environment: LMS_CLIENT_SECRET, LMS_SIGNING_KEY.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import html
import json
import os
import sys
import time
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from aspects_gen.stack.ports import LOOPBACK

TOKEN_SECONDS, CODE_SECONDS = 3600, 300
MOST_BODY = 100_000

PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Sign in: demo campus</title>
<style>body{{font:16px/1.5 sans-serif;max-width:40em;margin:3em auto;padding:0 1em}}
a{{display:block;padding:.7em 1em;margin:.5em 0;border:1px solid #888;border-radius:.4em;color:#036;
text-decoration:none}}small{{color:#555;display:block}}</style>
<h1>Demo campus</h1><p>This page stands in for the LMS. Who do you want to be?</p>{people}</html>"""


class Lms:
    """The stand-in's answers.

    Args:
        config: `client_id`, `superset` (its address) and `people`: user name to `name`, `about`,
            `superuser`, `administrator` and `courses`, those that the person is staff of.
        client_secret: of Superset.
        key: signs codes and tokens.
    """

    def __init__(self, config: dict[str, Any], client_secret: str, key: str) -> None:
        self._config, self._secret, self._key = config, client_secret, key.encode()

    @property
    def people(self) -> dict[str, dict[str, Any]]:
        """Return who may be chosen."""
        found: dict[str, dict[str, Any]] = self._config["people"]
        return found

    def choose(self, query: dict[str, str]) -> str | None:
        """Return the page of people, each a link back to Superset; None for an address that is not Superset's."""
        back = query.get("redirect_uri", "")
        if not back.startswith(f"{self._config['superset']}/") or not self._knows(query):
            return None
        links = [
            f'<a href="{html.escape(f"{back}?{self._answer(name, query)}")}">'
            f"{html.escape(person['name'])}<small>{html.escape(person['about'])}</small></a>"
            for name, person in self.people.items()
        ]
        return PAGE.format(people="\n".join(links))

    def exchange(self, form: dict[str, str], basic: str) -> dict[str, Any] | None:
        """Return a token for a code or a refresh token; None when anything is wrong with it."""
        client, secret = self._client(form, basic)
        right = hmac.compare_digest(secret.encode(), self._secret.encode())
        if client != self._config["client_id"] or not right:
            return None
        kind = {"authorization_code": "code", "refresh_token": "refresh_token"}.get(
            form.get("grant_type", "")
        )
        claims = self.read(form.get(kind, "")) if kind else None
        if claims is None or claims.get("for") != kind or claims["who"] not in self.people:
            return None
        return self._token(claims["who"])

    def owner(self, authorization: str) -> str:
        """Return whose token a request carries, empty for nobody's."""
        claims = self.read(authorization.removeprefix("JWT ").removeprefix("Bearer "))
        name = str((claims or {}).get("preferred_username", ""))
        return name if name in self.people else ""

    def courses(self, name: str, query: dict[str, str]) -> dict[str, Any] | None:
        """Return the courses that a person is staff of; None for another's."""
        if query.get("username") != name:
            return None
        keys = self.people[name]["courses"]
        return {"results": [{"course_id": key} for key in keys], "pagination": {"next": None}}

    def sign(self, claims: dict[str, Any]) -> str:
        """Return claims as a signed token (JWT, HS256; RFC 7515)."""
        head = _pack(json.dumps({"alg": "HS256", "typ": "JWT"}).encode())
        body = _pack(json.dumps(claims).encode())
        return f"{head}.{body}.{self._signature(f'{head}.{body}')}"

    def read(self, token: str) -> dict[str, Any] | None:
        """Return the claims of a token of ours that has not expired."""
        content, _, signature = token.rpartition(".")
        right = self._signature(content)
        if not hmac.compare_digest(signature.encode(), right.encode()):
            return None
        claims: dict[str, Any] = json.loads(_unpack(content.partition(".")[2]))
        return claims if claims["exp"] > time.time() else None

    def _knows(self, query: dict[str, str]) -> bool:
        known = self._config["client_id"]
        return query.get("client_id") == known and query.get("response_type") == "code"

    def _answer(self, name: str, query: dict[str, str]) -> str:
        code = self.sign({"who": name, "for": "code", "exp": time.time() + CODE_SECONDS})
        return urlencode({"code": code, "state": query.get("state", "")})

    def _client(self, form: dict[str, str], basic: str) -> tuple[str, str]:
        if not basic.startswith("Basic "):
            return form.get("client_id", ""), form.get("client_secret", "")
        try:
            text = base64.b64decode(basic[6:], validate=True).decode()
        except ValueError:
            return "", ""
        client, _, secret = text.partition(":")
        return client, secret

    def _token(self, name: str) -> dict[str, Any]:
        person = self.people[name]
        first, _, last = person["name"].partition(" ")
        now = time.time()
        claims = {
            "preferred_username": name,
            "email": f"{name}@example.com",
            "given_name": first,
            "family_name": last,
            "superuser": person.get("superuser", False),
            "administrator": person.get("administrator", False),
            "iat": int(now),
            "exp": int(now + TOKEN_SECONDS),
        }
        again = {"who": name, "for": "refresh_token", "exp": now + 30 * 86400}
        return {
            "access_token": self.sign(claims),
            "refresh_token": self.sign(again),
            "token_type": "JWT",
            "expires_in": TOKEN_SECONDS,
        }

    def _signature(self, content: str) -> str:
        return _pack(hmac.new(self._key, content.encode(), hashlib.sha256).digest())


def _pack(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def _unpack(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Handler(BaseHTTPRequestHandler):
    """The addresses of an LMS that Superset and a browser call."""

    lms: Lms
    here: str

    def do_GET(self) -> None:
        """Answer a page or a question."""
        url = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        if self.headers.get("Host") != self.here:
            return self._reply(HTTPStatus.MISDIRECTED_REQUEST, {"problem": "another host's name"})
        if url.path == "/oauth2/authorize/":
            page = self.lms.choose(query)
            if page is None:
                problem = {"problem": "only this stack's Superset may ask"}
                return self._reply(HTTPStatus.BAD_REQUEST, problem)
            return self._send(HTTPStatus.OK, "text/html; charset=utf-8", page.encode())
        if url.path == "/heartbeat":
            return self._reply(HTTPStatus.OK, {"lms": "ok"})
        name = self.lms.owner(self.headers.get("Authorization", ""))
        if not name:
            return self._reply(HTTPStatus.UNAUTHORIZED, {"problem": "no valid token"})
        found: dict[str, Any] | None = None
        if url.path == "/api/user/v1/me":
            found = {"username": name}
        elif url.path == "/api/courses/v1/courses/":
            found = self.lms.courses(name, query)
        elif url.path == f"/api/user/v1/preferences/{name}":
            found = {"pref-lang": "en"}
        return self._reply(HTTPStatus.OK if found else HTTPStatus.NOT_FOUND, found or {})

    def do_POST(self) -> None:
        """Exchange a code for a token."""
        size = min(int(self.headers.get("Content-Length") or 0), MOST_BODY)
        form = {name: v[0] for name, v in parse_qs(self.rfile.read(size).decode()).items()}
        if self.path.rstrip("/") != "/oauth2/access_token" or self.headers["Host"] != self.here:
            return self._reply(HTTPStatus.NOT_FOUND, {})
        found = self.lms.exchange(form, self.headers.get("Authorization", ""))
        if found is None:
            return self._reply(HTTPStatus.UNAUTHORIZED, {"error": "invalid_grant"})
        return self._reply(HTTPStatus.OK, found)

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:  # noqa: ARG002
        """Log method, path and status; queries and forms hold codes."""
        self.log_message("%s %s %s", self.command, urlsplit(self.path).path, int(code))

    def _reply(self, status: HTTPStatus, content: dict[str, Any]) -> None:
        self._send(status, "application/json", json.dumps(content).encode())

    def _send(self, status: HTTPStatus, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(body)


def main() -> None:
    """Serve until told to stop."""
    config = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    Handler.lms = Lms(config, os.environ["LMS_CLIENT_SECRET"], os.environ["LMS_SIGNING_KEY"])
    Handler.here = f"{LOOPBACK}:{config['port']}"
    ThreadingHTTPServer.daemon_threads = True
    ThreadingHTTPServer((LOOPBACK, config["port"]), Handler).serve_forever()


if __name__ == "__main__":
    main()
