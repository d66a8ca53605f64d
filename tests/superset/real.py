"""A real Superset as tests see it: its HTTP interface, people signed in, and questions of charts."""

from __future__ import annotations

import contextlib
import json
import os
import re
import sqlite3
import subprocess
import threading
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import requests

HERE = Path(__file__).parent
SECRETS = {
    "SUPERSET_SECRET_KEY": "abcdefghijklmnopqrstuvwxyz0123456789ABCD",
    "SUPERSET_GUEST_TOKEN_KEY": "ZYXWVUTSRQPONMLKJIHGFEDCBA9876543210abcd",
    "SUPERSET_DATABASE_PASSWORD": "unused-with-sqlite",
    "SUPERSET_REDIS_PASSWORD": "unused-without-redis",
    "SUPERSET_OAUTH_CLIENT_SECRET": "oauth-secret",
    "SUPERSET_ADMIN_PASSWORD": "admin-password",
    "SUPERSET_LMS_PASSWORD": "lms-password",
}


class Superset:
    """The process of driver.py."""

    def __init__(self, python: str, folder: Path, lms_port: int, lms_folder: Path, **more: str):
        self.folder = folder
        with contextlib.closing(sqlite3.connect(folder / "metadata.db")) as database:
            # charts about Superset read what its own requests write
            database.execute("PRAGMA journal_mode=WAL")
        self.log = folder / "superset.log"
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "PYTHONPATH": str(folder / "superset-config"),
            "PYTHONDONTWRITEBYTECODE": "1",
            "SUPERSET_HOME": str(folder),
            "SUPERSET__SQLALCHEMY_DATABASE_URI": f"sqlite:///{folder}/metadata.db?timeout=60",
            "SCARF_ANALYTICS": "false",
            **SECRETS,
            **more,
        }
        words = [python, str(HERE / "driver.py"), str(folder), str(lms_port), str(lms_folder)]
        self.environment, self.words = environment, words
        self.process = subprocess.Popen(
            words,
            env=environment,
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.log.open("w"),
            text=True,
        )
        self.turn = threading.Lock()
        ready = self.hear()
        self.url = f"http://127.0.0.1:{ready['port']}"
        self.prepared_cpu = ready["prepared_cpu"]

    def hear(self):
        line = self.process.stdout.readline()
        assert line, self.log.read_text()[-6000:]
        return json.loads(line)

    def tell(self, do, what):
        with self.turn:
            self.process.stdin.write(json.dumps({"do": do, "what": what}) + "\n")
            self.process.stdin.flush()
            found = self.hear()
        assert "error" not in found, found["error"]
        return found["answer"]

    def run(self, code):
        """Run Python inside Superset; return what it binds to `answer`."""
        return self.tell("run", code)

    def bring(self, folder, *words):
        """Import a folder of assets; return code, out, err and CPU seconds."""
        return self.tell("import", ["--assets", str(folder), *words])

    def stop(self):
        self.process.stdin.close()
        self.process.terminate()
        self.process.wait(timeout=30)

    def sign_in(self, username):
        """Return a session of a person who came through the LMS."""
        session = requests.Session()
        start = session.get(f"{self.url}/login/openedxsso", allow_redirects=False)
        query = parse_qs(urlsplit(start.headers["Location"]).query)
        session.get(
            f"{self.url}/oauth-authorized/openedxsso",
            params={"code": username, "state": query["state"][0]},
            allow_redirects=False,
        )
        return Viewer(self.url, session)

    def api(self, username, password):
        """Return a session of an account with a password."""
        session = requests.Session()
        login = {"username": username, "password": password, "provider": "db"}
        answer = session.post(f"{self.url}/api/v1/security/login", json=login)
        assert answer.status_code == 200, answer.text
        session.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        return Viewer(self.url, session)

    def guest(self, resources, rls, username="viewer"):
        """Return a session with a guest token, got as the LMS gets it."""
        lms = self.api("lms", SECRETS["SUPERSET_LMS_PASSWORD"])
        body = {
            "user": {"username": username},
            "resources": [{"type": "dashboard", "id": uuid} for uuid in resources],
            "rls": [{"clause": clause} for clause in rls],
        }
        answer = lms.post("/api/v1/security/guest_token/", body)
        assert answer.status_code == 200, answer.text
        session = requests.Session()
        session.headers["X-GuestToken"] = answer.json()["token"]
        viewer = Viewer(self.url, session)
        viewer.token = answer.json()["token"]
        return viewer


class Viewer:
    """Someone's session."""

    def __init__(self, url, session):
        self.url, self.session, self.token = url, session, ""
        self.csrf = None

    def get(self, path, **words):
        return self.session.get(self.url + path, **words)

    def post(self, path, body):
        if self.csrf is None:
            self.csrf = self.find_csrf()
        headers = {"X-CSRFToken": self.csrf, "Referer": self.url}
        return self.session.post(self.url + path, json=body, headers=headers)

    def find_csrf(self):
        """Return the token that a page carries, or an account's own request for one."""
        if "X-GuestToken" in self.session.headers:
            return ""
        if "Authorization" in self.session.headers:
            return self.get("/api/v1/security/csrf_token/").json()["result"]
        found = re.search(r'id="csrf_token"[^>]*value="([^"]+)"', self.get("/").text)
        return found[1] if found else ""

    def ask(self, chart, dashboard=None, change=None):
        """Ask a chart's saved question as its page would; return the answer."""
        context = json.loads(json.dumps(chart["query_context"]))
        form = {**chart["params"], **context.get("form_data", {}), "slice_id": chart["id"]}
        if dashboard:
            form["dashboardId"] = dashboard
        body = {
            "datasource": {"id": chart["dataset_id"], "type": "table"},
            "force": False,
            "queries": context["queries"],
            "form_data": form,
            "result_format": "json",
            "result_type": "full",
        }
        if change:
            change(body)
        return self.post("/api/v1/chart/data", body)

    def rows(self, chart, dashboard=None):
        """Return the rows of a chart's questions, one after the other."""
        answer = self.ask(chart, dashboard)
        assert answer.status_code == 200, (chart["name"], answer.text[:1500])
        found = answer.json()["result"]
        assert all(not part.get("error") for part in found), found
        return [row for part in found for row in part["data"]]
