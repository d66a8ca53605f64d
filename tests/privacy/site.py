"""A site on the embedded engine, signed in to as its own clients, with the scripts of its own Jobs."""

from __future__ import annotations

import base64
import http.client
import json
import os
import shutil
import signal
import subprocess
import sys
import urllib.parse
from contextlib import ExitStack
from pathlib import Path

import yaml

import aspects_gen
from aspects_gen.aspects.access import access_model, active_clients
from aspects_gen.engine.process import Engine, engine
from aspects_gen.engine.users import owner, users_of
from aspects_gen.environment import find_places
from aspects_gen.generate import generate, load_values
from aspects_gen.services.registry import discover_services
from aspects_gen.verify.client import Client
from aspects_gen.verify.timers import refresh_views
from environments import ENVIRONMENTS, lay_down

JOBS = Path(aspects_gen.__file__).parent / "aspects" / "jobs"
MIGRATIONS = JOBS.parent / "apps" / "aspects" / "migrations"
KEY = "a key of pseudonyms, made for tests"
OWNER = ("boss", "b")

VALUES = """
aspects:
  pii: "{pii}"
  retentionMonths: {months}
  source: ralph
"""


class Site:
    """One data directory, served with the rights of one value of `pii` at a time."""

    def __init__(self, folder):
        self.folder, self.running, self.services = folder, ExitStack(), discover_services()

    def switch(self, pii, months=120):
        """Build the environment with a value of `pii`, and serve with the rights that follow."""
        self.pii = pii
        place = self._place(pii, months)
        values = load_values(place, self.services).data
        self.clients = {client: f"pw-{client}" for client in active_clients(values)}
        model = access_model(values["aspects"], clients=active_clients(values))
        self.users = {entry["id"]: entry["user"] for entry in model["clients"]}
        accounts = users_of(model, self.clients, owners=[owner(*OWNER)])
        (self.folder / "users.json").write_text(json.dumps(accounts))
        self.tree = generate(place, self.services, "code").tree
        lay_down(self.tree, self.folder / "output")
        self.serve()
        for name in model["databases"]:
            self.run(f"CREATE DATABASE IF NOT EXISTS {name}")

    def serve(self):
        """Serve the data with the rights of now, anew where it was served."""
        self.running.close()
        served = engine(self.folder / "data", users=self.folder / "users.json")
        found = self.running.enter_context(served)
        self.port, self.pid = found.port, found.pid

    def copy(self, folder):
        """Return a folder with the data as they are."""
        self.running.close()
        shutil.copytree(self.folder / "data", folder / "data", symlinks=True)
        self.serve()
        return folder

    def _place(self, pii, months):
        folder = self.folder / "environments"
        folder.mkdir(exist_ok=True)
        text = (ENVIRONMENTS / "starter.yaml").read_text()
        (folder / "site.yaml").write_text(text + VALUES.format(pii=pii, months=months))
        (folder / "images.lock.json").write_text((ENVIRONMENTS / "images.lock.json").read_text())
        return find_places(folder, self.folder / "output", ["site"])[0]

    def ask(self, client, sql, body=b"", **settings):
        """Send one statement as a client; return status and text."""
        user = f"{self.users[client]}:{self.clients[client]}" if client else ":".join(OWNER)
        words = urllib.parse.urlencode({"query": sql, **settings})
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=300)
        headers = {"Authorization": "Basic " + base64.b64encode(user.encode()).decode()}
        try:
            connection.request("POST", f"/?{words}", body, headers)
            reply = connection.getresponse()
            return reply.status, reply.read().decode(errors="replace")
        finally:
            connection.close()

    def run(self, sql, body=b"", client="", **settings):
        """Run one statement and return its text; AssertionError with the engine's words."""
        status, text = self.ask(client, sql, body, **settings)
        assert status == 200, f"{sql[:500]}\n{text[:2000]}"
        return text

    def rows(self, sql):
        """Return a query's rows as lists."""
        return [
            json.loads(line) for line in self.run(f"{sql} FORMAT JSONCompactEachRow").splitlines()
        ]

    def insert(self, table, rows):
        """Insert rows, given as tuples in table order, in one go."""
        lines = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
        sql = f"INSERT INTO {table} FORMAT JSONCompactEachRow"
        self.run(sql, lines.encode(), input_format_null_as_default=1)

    def job(self, name, **more):
        """Run the script of a Job with the environment it is given; return status and output."""
        container = self.container(name)
        script = next(JOBS.rglob(Path(container["command"][1]).name))
        return self.script(script, self.environment(container), more)

    def script(self, script, environment, more):
        """Run a script beside the modules it imports."""
        self.process = subprocess.Popen(
            [sys.executable, str(script)],
            env=os.environ
            | environment
            | {
                "PYTHONPATH": os.pathsep.join(
                    map(str, (JOBS / "init" / "clickhouse", script.parent))
                )
            }
            | more,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        said, _ = self.process.communicate()
        return self.process.returncode, said

    def kill(self, mode):
        """End the script that runs, and the engine where the mode says so, as the kernel would."""
        self.process.kill()
        if mode == "engine":
            os.kill(self.pid, signal.SIGKILL)

    def retire(self, text, **more):
        """Run the retirement with a list; return status and output."""
        path = self.folder / "learners.txt"
        path.write_text(text)
        environment = self.environment(self.container("aspects-personal-data"))
        script = JOBS / "privacy" / "retire.py"
        return self.script(script, environment, {"LEARNERS": str(path), **more})

    def container(self, name):
        """Return the container of a Job."""
        manifest = yaml.safe_load(self.tree[f"aspects/job-{name}.yaml"])
        return manifest["spec"]["template"]["spec"]["containers"][0]

    def environment(self, container):
        """Return a container's environment: values as they are, Secrets as this site has them."""
        secrets = {"clickhouse-migrations": "migrations", "clickhouse-dbt": "dbt"}
        found = {}
        for entry in container["env"]:
            if "value" in entry:
                found[entry["name"]] = entry["value"]
            else:
                secret = entry["valueFrom"]["secretKeyRef"]["name"]
                client = secrets.get(secret)
                found[entry["name"]] = self.clients[client] if client else KEY
        return found | {"CLICKHOUSE_HOST": "127.0.0.1", "CLICKHOUSE_PORT": str(self.port)}

    def build_models(self):
        """Run dbt as its own client, on the project as it is composed."""
        project = self.folder / "output" / "aspects" / "files" / "aspects-dbt"
        names = self.environment(self.container("aspects-dbt"))
        # only tests refresh
        yearly = {
            name: "EVERY 1 YEAR"
            for name in names
            if name.startswith("ASPECTS_") and name.endswith("_REFRESH")
        }
        status, said = self.job(
            "aspects-dbt",
            DBT_PROJECT_DIR=str(project),
            DBT_PROFILES_DIR=str(project),
            DBT_TARGET_PATH=str(self.folder / "target"),
            DBT_LOG_PATH=str(self.folder / "logs"),
            # the Jobs' own `dbt` is beside Python
            PATH=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            ASPECTS_PII_CACHE_LIFETIME="31536000",
            # so that a test sees what came in just before a refresh
            ASPECTS_ARRIVAL_OVERLAP="0 SECOND",
            **yearly,
        )
        assert status == 0, said[-8000:]

    def migrate(self):
        """Run the migrations, which make the base tables and set how long rows are kept."""
        status, said = self.job("aspects-migrate", MIGRATIONS=str(MIGRATIONS))
        assert status == 0, said

    def refresh(self):
        """Refresh what timers fill, each after those it reads."""
        asking = Client(Engine("127.0.0.1", self.port, self.pid, ""), *OWNER)
        refresh_views(asking)
        asking.close()

    def relations(self, kinds=""):
        """Return (database, name) of everything in the databases of this site."""
        return self.rows(
            "SELECT database, name FROM system.tables WHERE database IN"
            f" ('xapi', 'openedx', 'event_sink', 'reporting') {kinds} ORDER BY 1, 2"
        )
