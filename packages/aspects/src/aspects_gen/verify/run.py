"""One verification from the first stage to the last; read `verify` as the table of contents."""

from __future__ import annotations

import json
import re
import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from aspects_gen.aspects.clickhouse_jobs import (
    ACCESS,
    DBT,
    MIGRATE,
    PSEUDONYMS,
    SITE_MIGRATIONS,
    site_access,
)
from aspects_gen.aspects.extensions import list_brought
from aspects_gen.aspects.naming import data_databases
from aspects_gen.aspects.privacy_jobs import PURGE
from aspects_gen.aspects.server import cluster_name
from aspects_gen.aspects.superset_job import EXTENSIONS
from aspects_gen.compose.bundle import Bundle
from aspects_gen.compose.layout import file_path
from aspects_gen.engine.process import Engine, engine
from aspects_gen.engine.unproven import UNPROVEN, Unproven
from aspects_gen.engine.users import owner
from aspects_gen.errors import Failure, VerifyError
from aspects_gen.verify import jobs
from aspects_gen.verify.adoption import (
    find_differences,
    find_losses,
    leave_tables,
    read_columns,
    read_contents,
)
from aspects_gen.verify.client import Client
from aspects_gen.verify.granted import Accounts, read_access
from aspects_gen.verify.matrix import list_deeds, list_tables, try_client
from aspects_gen.verify.processes import Processes, make_secrets
from aspects_gen.verify.report import Proof, Report
from aspects_gen.verify.rights import find_breaches, gives, list_nevers
from aspects_gen.verify.snapshot import find_changes, take_snapshot
from aspects_gen.verify.timers import refresh_views
from aspects_gen.verify.work import Work

OWNER = "verify_owner"
"""Account of the verification itself, which no deployment has."""

ROLES = f"{jobs.SQL_FILES}/03-roles.sql"

REVISION_BEGINS = re.compile(r"^(\S+\.py), statement 1 of (\d+): ", re.MULTILINE)
"""How the migrations say that they run a revision."""

ON_CLUSTER_ADOPTION = Unproven(
    "Taking over a cluster's database that Tutor's Aspects left",
    "is not tried: its tables must be replicated ones",
    "kubectl logs job/aspects-migrate, on a copy of that database",
)

Say = Callable[[str], None]


class Verification:
    """What the stages share.

    Args:
        bundle: the environment, composed.
        folder: scratch folder, gone afterwards.
        say: tells the progress.
    """

    def __init__(self, bundle: Bundle, folder: Path, say: Say) -> None:
        self.values = bundle.settings
        self.folder = folder
        self.say = say
        self.pods = Processes(bundle, folder / "pods", make_secrets(bundle))
        self.password = secrets.token_hex(16)
        """The owner's."""
        self.model = site_access(self.values)
        self.databases = data_databases(self.values["aspects"])
        self.passwords = self.pods.passwords(ACCESS)
        self.accounts: Accounts = read_access(self.pods.files(ACCESS), self.passwords)
        self.roles = self.pods.origin(ACCESS, ROLES)
        self.columns: dict[str, str] = {}
        """database.table to columns, once an empty server is migrated."""
        self.proofs: list[Proof] = []
        self.unproven = list(UNPROVEN)

    @contextmanager
    def stage(self, name: str, about: str) -> Iterator[Proof]:
        """Time a stage and keep what it proved."""
        self.say(f"{name}: {about}")
        start, proof = time.monotonic(), Proof(name, about, 0.0)
        yield proof
        proof.seconds = time.monotonic() - start
        self.proofs.append(proof)
        self.say(f"{name}: done in {proof.seconds:.1f} s")

    @contextmanager
    def server(self, name: str) -> Iterator[Engine]:
        """Run an engine on an empty directory, with the accounts that the rendered SQL makes."""
        folder = self.folder / name
        folder.mkdir(parents=True)
        admin = self.values["clickhouse"]["admin"]["user"]
        owners = [owner(OWNER, self.password), owner(admin, self.passwords["admin"])]
        users = folder / "users.json"
        users.write_text(json.dumps({"users": [*owners, *self.accounts.as_users()]}), "utf-8")
        with engine(folder / "data", users=users, on_cluster="strip", access="accept") as running:
            yield running

    def giver(self, role: str, privilege: str, on: str) -> tuple[str, str]:
        """Return the file and the statement that give a role a privilege; no statement when none does."""
        # the last one counts: it may give back what one before it took
        for name, (rights, at), said in reversed(self.accounts.given):
            if name == role and gives(rights, at, privilege, on):
                return self.pods.origin(ACCESS, f"{jobs.SQL_FILES}/{said.file}"), said.text
        return self.roles, ""

    def owner(self, running: Engine) -> Client:
        """Return the verification's own client."""
        return Client(running, OWNER, self.password)

    def clients(self, running: Engine) -> dict[str, Client]:
        """Return every client of the model, signed in; those that cannot are failures."""
        return {
            client["id"]: Client(running, client["user"], self.passwords[client["id"]])
            for client in self.model["clients"]
        }


def verify(environment: str, bundle: Bundle, folder: Path, say: Say) -> Report:
    """Try one environment's output, and report what that proved.

    Args:
        environment: its name.
        bundle: the environment, composed: what `build` would write.
        folder: scratch folder.
        say: tells the progress.

    Raises:
        VerifyError: something failed, by file and statement.
        EngineError: the engine itself could not do its part.
    """
    run = Verification(bundle, folder, say)
    try:
        _run_stages(run)
    except VerifyError as error:
        # of an extension the operator knows the file that it came from
        named = dict(_origins(bundle))
        raise VerifyError(
            failure._replace(file=named.get(failure.file, failure.file))
            for failure in error.failures
        ) from error
    return Report(environment, run.proofs, run.unproven)


def _origins(bundle: Bundle) -> Iterator[tuple[str, str]]:
    """Yield (path in the output, file of the operator's) of what extensions bring."""
    maps = {"dbt": DBT, "sql": ACCESS, "migrations": SITE_MIGRATIONS, "superset": EXTENSIONS}
    for file in list_brought(bundle.settings["aspects"]):
        name = maps[file.kind]
        yield file_path(name, bundle.files[name], file.path), file.origin


def _run_stages(run: Verification) -> None:
    _check_model(run)
    with run.server("fresh") as running:
        _build(run, running)
        asking = run.clients(running)
        work = Work(run.model, asking, run.roles)
        _write(run, running, work)
        _look_for_unread(run, running)
        _purge(run, running)
        _test(run, running)
        _replay(run, running)
        _read(run, running, work)
        try_rights(run, running, asking)
    if cluster_name(run.values):
        run.unproven.append(ON_CLUSTER_ADOPTION)
        return
    with run.server("left") as running:
        adopt(run, running)


def _check_model(run: Verification) -> None:
    """Hold the access model to what no model may give, before anything is started."""
    nevers = list_nevers(run.values["aspects"])
    breaches = list(find_breaches(run.model, nevers, run.roles))
    if breaches:
        raise VerifyError(breaches)


def _build(run: Verification, running: Engine) -> None:
    with run.stage("access", "create databases; every client signs in") as proof:
        done = jobs.run_access(run.pods, running)
        proof.details = [line for line in done.output.splitlines() if line.endswith("statements")]
        proof.details += [
            f"not tried: {said.file}, statement {said.number}: {said.text.split('(')[0][:80]}"
            for said in run.accounts.unread
        ]
    with run.stage("migrations", "bring an empty server to the newest revision") as proof:
        done = jobs.run_migrations(run.pods, running)
        found = REVISION_BEGINS.findall(done.output)
        proof.details = [f"{file}: {count} statements" for file, count in found]
        run.columns = read_columns(run.owner(running), run.databases)
        proof.what += f": {len(run.columns)} tables"
    if run.values["aspects"]["pii"] == "pseudonym":
        with run.stage("pseudonyms", "store the key that they are made with"):
            jobs.run_script(run.pods, running, PSEUDONYMS, "keep_pseudonym_key.py")
    with run.stage("models", "build the models") as proof:
        done = jobs.run_models(run.pods, running)
        proof.what += f": {jobs.count_results(done).get('success', 0)}"


def adopt(run: Verification, running: Engine) -> None:
    """Take over a database that Tutor's Aspects left.

    Raises:
        VerifyError: a row is lost, or a table differs from a new database's.
    """
    with run.stage("adoption", "take over base tables at the public revision 0041") as proof:
        asking, aspects = run.owner(running), run.values["aspects"]
        jobs.run_access(run.pods, running)
        leave_tables(asking, aspects)
        before = read_contents(asking, aspects)
        jobs.run_migrations(run.pods, running)
        file = run.pods.manifest_path(MIGRATE)
        failures = list(find_losses(before, read_contents(asking, aspects), file))
        failures += find_differences(run.columns, read_columns(asking, run.databases), file)
        if failures:
            raise VerifyError(failures)
        proof.what += f": no row of {len(before)} tables changed, columns are a new database's"


def _write(run: Verification, running: Engine, work: Work) -> None:
    with run.stage("work", "each client writes what it is there to write") as proof:
        proof.details = work.write()
        _refresh(run.owner(running))


def _refresh(asking: Client) -> None:
    """Let every timed view run now, and then no more: what follows compares."""
    refresh_views(asking)
    asking.ask("SYSTEM STOP VIEWS")


def _look_for_unread(run: Verification, running: Engine) -> None:
    with run.stage("unread", "every statement that is stored was read by the models") as proof:
        proof.details = jobs.run_unread(run.pods, running).output.splitlines()


def _purge(run: Verification, running: Engine) -> None:
    """Remove what the value `pii` forbids; whatever is left of it is a failure."""
    with run.stage("personal data", "remove what may not be kept") as proof:
        done = jobs.run_script(run.pods, running, PURGE, "purge.py")
        proof.details = done.output.splitlines()


def _test(run: Verification, running: Engine) -> None:
    with run.stage("tests", "run the project's tests on what was written") as proof:
        login = {"CLICKHOUSE_USER": OWNER, "DBT_ENV_SECRET_CLICKHOUSE_PASSWORD": run.password}
        proof.what += f": {jobs.run_tests(run.pods, running, login)} passed"


def _replay(run: Verification, running: Engine) -> None:
    """Run every Job again: a Job may be killed and started at any time."""
    with run.stage("replay", "a second run of every Job changes nothing") as proof:
        asking = run.owner(running)
        failures: list[Failure] = []
        for job, again in (
            (ACCESS, jobs.run_access),
            (MIGRATE, jobs.run_migrations),
            (DBT, jobs.run_models),
        ):
            before = take_snapshot(asking, run.databases)
            again(run.pods, running)
            after = take_snapshot(asking, run.databases)
            file = f"{run.pods.manifest_path(job)}"
            failures += find_changes(before, after, "replay", file)
        if failures:
            raise VerifyError(failures)
        proof.what += f": {len(after)} tables and views are as they were"


def _read(run: Verification, running: Engine, work: Work) -> None:
    with run.stage("reading", "who reads can read all that is meant for it") as proof:
        proof.details = work.read(list_tables(run.owner(running), run.databases))


def try_rights(run: Verification, running: Engine, asking: Mapping[str, Client]) -> None:
    """Try every client's rights both ways.

    Raises:
        VerifyError: one has a right too few or too many; all of them are named.
    """
    with run.stage("rights", "each client may do what the model says, and nothing else") as proof:
        tables = list_tables(run.owner(running), run.databases)
        deeds = list(list_deeds(tables, run.databases))
        failures: list[Failure] = []
        for client in run.model["clients"]:
            tally, found = try_client(client, asking[client["id"]], deeds, run.giver)
            failures += found
            proof.details.append(
                f"{client['user']}: {tally.allowed} allowed, {tally.forbidden} refused"
            )
        if failures:
            raise VerifyError(failures)
