"""What it costs to bring Superset from an empty database to all dashboards, and to import them again.

    hatch run test:python benchmarks/ready_cost.py PYTHON [--database sqlite|postgresql] [--locales en es_419]

PYTHON has Superset's locked packages, as `tests/superset` makes them. Runs the Jobs' own scripts, each a
process of its own as in a pod, and prints their CPU and wall seconds. ClickHouse is not there: the import
asks it nothing. postgresql starts a server of its own, and makes the account for charts about Superset.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from measuring import ROOT
from superset import postgresql, real

from aspects_gen.environment import find_places
from aspects_gen.generate import generate
from aspects_gen.services.registry import discover_services

CACHES = ROOT / "packages" / "superset" / "tests" / "real" / "local_caches.py"
OWNER, READER = "superset", "superset_reader"
PASSWORD = "password-of-accounts"


def main() -> None:
    """Prepare, import, import again; print what each took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("python")
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--locales", nargs="+", default=["en", "es_419"])
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, serve(chosen.database) as server:
        folder = Path(name)
        lay_down(folder, chosen)
        env = environment(folder, server)
        job = folder / "superset-database-init" / "superset_database.py"
        if server:
            run("database", chosen.python, job, folder, env)
        run(
            "metadata",
            chosen.python,
            folder / "superset-metadata" / "superset_metadata.py",
            folder,
            env,
        )
        if server:
            run(
                "reader",
                chosen.python,
                folder / "superset-reader" / "superset_reader.py",
                folder,
                env,
            )
        for step in ("import", "import again"):
            run(step, chosen.python, folder / "aspects-import" / "import_assets.py", folder, env)


@contextlib.contextmanager
def serve(database: str) -> Iterator[str]:
    """Yield the folder of a PostgreSQL server's socket, or '' for SQLite."""
    if database == "sqlite":
        yield ""
        return
    with postgresql.serve() as socket:
        yield socket


def lay_down(folder: Path, chosen: argparse.Namespace) -> None:
    """Write the files of an environment as its pods have them."""
    values = {
        "profile": "starter",
        "site": {"lmsHost": "learn.example.org"},
        "images": {"registry": "registry.example.org/aspects"},
        "network": {"lms": {"namespace": "openedx"}},
        "aspects": {"pii": "on", "dashboards": {"locales": chosen.locales}},
        "superset": {
            "extraModules": {"local_caches.py": CACHES.read_text("utf-8")},
            "database": {"reader": {"enabled": chosen.database == "postgresql"}},
        },
    }
    (folder / "site.yaml").write_text(json.dumps(values))
    place = find_places(folder, folder / "generated", ["site"])[0]
    for path, text in generate(place, discover_services(), "code").tree.items():
        _, mark, rest = path.partition("/files/")
        if mark:
            target = folder / rest
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, "utf-8")


def environment(folder: Path, server: str) -> dict[str, str]:
    """Return the environment of all Jobs; of the same form as in their pods."""
    place = f"sqlite:///{folder}/metadata.db"
    if server:
        login = f"{OWNER}:{PASSWORD}"
        place = f"postgresql+psycopg2://{login}@/superset?host={server}&port={postgresql.PORT}"
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "PYTHONPATH": str(folder / "superset-config"),
        "SUPERSET_HOME": str(folder),
        "SUPERSET__SQLALCHEMY_DATABASE_URI": place,
        **real.SECRETS,
        "DATABASE_ENGINE": "postgresql",
        "DATABASE_HOST": server,
        "DATABASE_PORT": str(postgresql.PORT),
        "DATABASE_NAME": "superset",
        "DATABASE_USER": OWNER,
        "DATABASE_PASSWORD": PASSWORD,
        "DATABASE_ADMIN_USER": postgresql.ADMIN,
        "DATABASE_ADMIN_PASSWORD": postgresql.ADMIN_PASSWORD,
        "DATABASE_READER_USER": READER,
        "DATABASE_READER_PASSWORD": PASSWORD,
        "READER_USER": READER,
        "READER_PASSWORD": PASSWORD,
        "ADMIN_USER": "admin",
        "ASSETS": str(folder / "aspects-assets"),
        "TEXTS": str(folder / "aspects-locale"),
        "CLICKHOUSE_HOST": "nowhere.invalid",
        "CLICKHOUSE_PORT": "1",
        "CLICKHOUSE_USER": "ch_report",
        "CLICKHOUSE_PASSWORD": PASSWORD,
        "CLICKHOUSE_DATABASE": "xapi",
    }


def run(step: str, python: str, script: Path, folder: Path, env: dict[str, str]) -> None:
    """Run a Job's script; print its CPU and wall seconds and its last line."""
    before, began = used(), time.monotonic()
    done = subprocess.run(
        [python, script], env=env, cwd=folder, capture_output=True, text=True, check=False
    )
    cpu, wall = used() - before, time.monotonic() - began
    if done.returncode:
        sys.exit(f"{step} failed:\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}")
    last = (done.stdout.strip().splitlines() or [""])[-1]
    print(f"{step:<14}{cpu:>8.1f} CPU s {wall:>8.1f} s   {last}", flush=True)


def used() -> float:
    """Return the CPU seconds of all processes that have ended."""
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


if __name__ == "__main__":
    main()
