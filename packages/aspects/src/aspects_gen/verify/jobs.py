"""The rendered Jobs, run as processes; what goes wrong is told by file and statement."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from aspects_gen.aspects.clickhouse_jobs import ACCESS, DBT, MIGRATE
from aspects_gen.aspects.repair import EARLIEST, LATEST, unread_words
from aspects_gen.aspects.unread_job import ID as UNREAD
from aspects_gen.engine.process import Engine
from aspects_gen.errors import Failure, VerifyError
from aspects_gen.verify.processes import Done, Processes

_REFUSED = re.compile(
    r"^(\S+\.(?:sql|py)), statement (\d+)(?: of \d+)? failed: (.*)\n((?:.|\n)*)", re.MULTILINE
)
"""How the scripts end that know which statement of which file was refused."""

_REVISION = re.compile(r"[\w./-]*/(versions/\w+\.py)")
_SQL = re.compile(r"\[SQL: ((?:.|\n)*?)\]\n")
_SHOWN = 3_000

SQL_FILES, REVISIONS, PROJECT = "/app/sql", "/app/migrations", "/app/dbt"
OWN_REVISIONS = "/app/site-migrations"
"""Where the pods have them, as `clickhouse_jobs` mounts them."""

FOLDER = "aspects"
"""Folder of the output that holds the Jobs tried here."""


def run_access(pods: Processes, engine: Engine) -> Done:
    """Create databases and let every client sign in.

    Raises:
        VerifyError: with the file and the statement.
    """
    done = pods.run(ACCESS, engine)
    if done.status:
        refused = _refused(pods, done, "access", ACCESS, SQL_FILES)
        script = pods.origin(ACCESS, "/app/scripts/access.py")
        raise refused or _broken("access", script, done)
    return done


def run_migrations(pods: Processes, engine: Engine) -> Done:
    """Bring the base tables to the newest revision.

    Raises:
        VerifyError: with the revision and the statement.
    """
    done = pods.run(MIGRATE, engine)
    if done.status:
        for folder in (OWN_REVISIONS, f"{REVISIONS}/versions"):
            refused = _refused(pods, done, "migrations", MIGRATE, folder)
            if refused and not refused.failures[0].file.startswith(OWN_REVISIONS):
                raise refused
        revisions, sql = _REVISION.findall(done.output), _SQL.search(done.output)
        inside = f"{REVISIONS}/{revisions[-1]}" if revisions else "/app/scripts/migrate.py"
        file = pods.origin(MIGRATE, inside)
        statement = sql[1].strip() if sql else ""
        fix = (
            "mend the revision; one that has run on a server stays as it is, and a new one follows"
        )
        raise VerifyError([Failure("migrations", file, statement, _reason(done.output), fix)])
    return done


def run_models(pods: Processes, engine: Engine) -> Done:
    """Build the models.

    Raises:
        VerifyError: with each model and its statement.
    """
    return _dbt(pods, engine, "models", ())


def run_script(pods: Processes, engine: Engine, name: str, script: str) -> Done:
    """Run a Job of one script that says itself what is wrong.

    Raises:
        VerifyError: with what it said last.
    """
    done = pods.run(name, engine)
    if done.status:
        raise _broken(
            name.removeprefix("aspects-"), pods.origin(name, f"/app/scripts/{script}"), done
        )
    return done


def run_unread(pods: Processes, engine: Engine) -> Done:
    """Look for statements of any time that no model has read; none may be left.

    Raises:
        VerifyError: there are, or it could not be told.
    """
    everything = unread_words(EARLIEST, LATEST, dry_run=True)
    done = pods.run(UNREAD, engine, arguments=everything)
    if done.status:
        raise _broken("unread", pods.manifest_path(UNREAD), done)
    if not done.output.startswith("0 statements are unread"):
        file = pods.origin(DBT, f"{PROJECT}/models/base/xapi_events_all_parsed.sql")
        fix = "let the model read every statement, a malformed one with its reason"
        raise VerifyError([Failure("unread", file, "", _reason(done.output), fix)])
    return done


def run_tests(pods: Processes, engine: Engine, owner: Mapping[str, str]) -> int:
    """Run the project's tests where the models are; return how many passed.

    Args:
        pods: of the output.
        engine: the server.
        owner: environment of someone with every right, who alone can run unit tests: they read
            columns of temporary tables, which the catalogue hides from a role of few rights.

    Raises:
        VerifyError: with each test and its statement.
    """
    test = ("dbt", "test", "--no-use-colors")
    unit = ("--resource-type", "unit_test")
    done = [_dbt(pods, engine, "tests", (*test, f"--exclude-{unit[0][2:]}", unit[1]))]
    if any("unit_tests:" in text for text in pods.files(DBT).values()):
        done.append(_dbt(pods, engine, "tests", (*test, *unit), owner))
    return sum(count_results(it).get("pass", 0) for it in done)


def count_results(done: Done) -> dict[str, int]:
    """Return how many nodes dbt ended with each status."""
    counts: dict[str, int] = {}
    for result in _results(done):
        counts[result["status"]] = counts.get(result["status"], 0) + 1
    return counts


def _refused(pods: Processes, done: Done, stage: str, job: str, folder: str) -> VerifyError | None:
    """Return what a script says of the statement that was refused, if it says so."""
    found = _REFUSED.search(done.output)
    if found is None:
        return None
    name, number, problem, statement = found.groups()
    file = pods.origin(job, f"{folder}/{name}")
    text = f"statement {number} is refused: {problem}"
    fix = "mend the statement where it comes from"
    return VerifyError([Failure(stage, file, statement.strip(), text, fix)])


def _dbt(
    pods: Processes,
    engine: Engine,
    stage: str,
    command: tuple[str, ...],
    environment: Mapping[str, str] = MappingProxyType({}),
) -> Done:
    done = pods.run(DBT, engine, command, environment)
    if done.status:
        failures = list(_failed_nodes(pods, done, stage))
        if not failures:
            raise _broken(stage, pods.origin(DBT, f"{PROJECT}/dbt_project.yml"), done)
        raise VerifyError(failures)
    return done


def _failed_nodes(pods: Processes, done: Done, stage: str) -> Iterator[Failure]:
    """Yield every model or test that failed, from what dbt writes of its run."""
    target = _target(done)
    if target is None:
        return
    manifest = json.loads((target / "manifest.json").read_text("utf-8"))
    nodes = manifest["nodes"] | manifest.get("unit_tests", {})
    for result in _results(done):
        if result["status"] not in ("error", "fail"):
            continue
        node: dict[str, Any] = nodes.get(result["unique_id"], {})
        file = pods.origin(DBT, f"{PROJECT}/{node.get('original_file_path', '')}")
        statement = result.get("compiled_code") or node.get("raw_code") or ""
        problem = f"{result['unique_id']}: {(result['message'] or '').strip()[:_SHOWN]}"
        yield Failure(stage, file, statement.strip(), problem, "mend the model, or its test")


def _results(done: Done) -> list[dict[str, Any]]:
    target = _target(done)
    if target is None:
        return []
    loaded = json.loads((target / "run_results.json").read_text("utf-8"))
    results: list[dict[str, Any]] = loaded["results"]
    return results


def _target(done: Done) -> Path | None:
    """Return dbt's folder of results, wherever the Job puts it."""
    found = sorted(done.folder.rglob("run_results.json"))
    return found[0].parent if found else None


def _broken(stage: str, file: str, done: Done) -> VerifyError:
    problem = f"ended with status {done.status}:\n{_reason(done.output)}"
    return VerifyError([Failure(stage, file, "", problem, "mend what the last lines name")])


def _reason(output: str) -> str:
    """Return the end of what a process said, where the reason stands."""
    lines = output.strip()[-_SHOWN:].splitlines()
    return "\n  ".join(lines[-25:]) or "it said nothing"
