"""The four addresses of an LMS that Superset's sign-on calls, on this machine; runs in a thread."""

from __future__ import annotations

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import jwt

KEY = "k" * 40
PEOPLE = {
    "root": {"superuser": True},
    "staff": {"administrator": True},
    "teacher": {},
    "learner": {},
    "admin": {"superuser": True},
    "thief": {},
    "texty": {"superuser": "false"},
}
LANGUAGES: dict[str, str] = {}
"""Person to language; everyone else prefers es-419."""
COURSES = {"teacher": ["course-v1:Org+A+1", "course-v1:Org+B+1", "course-v1:O'Neil+C+1"]}


class FakeLms:
    """An LMS that can be switched off, and that notes what it was asked."""

    def __init__(self, port: int) -> None:
        self.broken = ""  # addresses that begin so do not answer
        self.asked: list[str] = []
        self.lifetime = 3600
        fake = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_):
                pass

            def do_GET(self):
                fake.answer(self, None)

            def do_POST(self):
                size = int(self.headers["Content-Length"])
                fake.answer(self, parse_qs(self.rfile.read(size).decode()))

        self.server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def answer(self, handler, form) -> None:
        url = urlsplit(handler.path)
        self.asked.append(url.path)
        down = self.broken and url.path.startswith(self.broken)
        found = None if down else self.find(url, handler.headers, form)
        handler.send_response(200 if found is not None else 503)
        handler.send_header("Content-Type", "application/json")
        handler.end_headers()
        handler.wfile.write(json.dumps(found or {}).encode())

    def find(self, url, headers, form):
        if url.path == "/oauth2/access_token/":
            username = form.get("code", form.get("refresh_token"))[0]
            return self.token(username)
        sent = headers.get("Authorization", "").removeprefix("JWT ")
        username = jwt.decode(sent, KEY, algorithms=["HS256"])["preferred_username"]
        if url.path == "/api/user/v1/me":
            return {"username": "somebody-else" if username == "thief" else username}
        if url.path == "/api/courses/v1/courses/":
            return self.courses(username, parse_qs(url.query))
        return {"pref-lang": LANGUAGES.get(username, "es-419")}

    def token(self, username):
        claims = {
            "preferred_username": username,
            "email": f"{username}@example.org",
            "given_name": username.title(),
            "family_name": "Person",
            "exp": int(time.time()) + 3600,
            **PEOPLE[username],
        }
        return {
            "access_token": jwt.encode(claims, KEY, algorithm="HS256"),
            "refresh_token": username,
            "token_type": "JWT",
            "expires_in": self.lifetime,
        }

    def courses(self, username, query):
        page = int(query.get("page", ["1"])[0])
        keys = COURSES.get(username, [])
        more = f"https://elsewhere.example.org/api/courses/v1/courses/?page={page + 1}"
        following = more if page * 2 < len(keys) else None
        found = [{"course_id": key} for key in keys[(page - 1) * 2 : page * 2]]
        return {"results": found, "pagination": {"next": following}}
