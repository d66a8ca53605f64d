"""The scripts of the pods, run by sh with a stand-in for clickhouse-client."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

import aspects_clickhouse

PACKAGE = Path(aspects_clickhouse.__file__).parent
NAME = "clickhouse-20300131T023000Z"

# Notes each statement; answers from files named by a word that the statement holds.
CLIENT = """#!/bin/sh
statement="$(cat)"
printf '%s\\n' "$statement" >>"$FAKE/statements"
printf '%s\\n' "$*" >>"$FAKE/arguments"
for answer in "$FAKE"/answers/*; do
    word="$(basename "$answer" | sed 's/^[0-9]*-//')"
    case "$statement" in
        *"$word"*)
            if [ -f "$FAKE/errors/$word" ]; then cat "$FAKE/errors/$word" >&2; exit 1; fi
            cat "$answer"
            exit 0
            ;;
    esac
done
"""


class Run:
    """A folder with scripts, a fake client and its answers."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.backups = root / "backups"
        for name in ("bin", "answers", "errors", "scripts", "backups", "work"):
            (root / name).mkdir()
        for path in ("apps/backup/backup.sh", "apps/backup/statements.sh", "jobs/init/restore.sh"):
            shutil.copy(PACKAGE / path, root / "scripts")
        client = root / "bin/clickhouse-client"
        client.write_text(CLIENT)
        client.chmod(0o755)
        shutil.copy(shutil.which("true"), root / "bin/sleep")

    def answer(self, word: str, text: str, error: str = "") -> None:
        number = len(list((self.root / "answers").iterdir()))
        (self.root / "answers" / f"{number:02}-{word}").write_text(text)
        if error:
            (self.root / "errors" / word).write_text(error)

    def sh(self, script: str, **settings: str) -> subprocess.CompletedProcess[str]:
        env = {
            "PATH": f"{self.root / 'bin'}:{os.environ['PATH']}",
            "FAKE": str(self.root),
            "WORK": str(self.root / "work"),
            "CLIENT_CONFIG": "client.xml",
            "POLL_SECONDS": "0",
            "DESTINATION": "volume",
            "BACKUP_DIRECTORY": str(self.backups),
            "KEEP": "2",
            "DATABASES": "",
            **settings,
        }
        command = ["sh", str(self.root / "scripts" / script)]
        return subprocess.run(
            command, env=env, capture_output=True, text=True, check=False, timeout=30
        )

    @property
    def statements(self) -> str:
        path = self.root / "statements"
        return path.read_text() if path.exists() else ""

    def have(self, *names: str, complete: bool = True) -> None:
        for name in names:
            (self.backups / name).mkdir()
            if complete:
                (self.backups / name / ".backup").touch()

    def left(self) -> list[str]:
        return sorted(path.name for path in self.backups.iterdir())


@pytest.fixture
def run(tmp_path):
    return Run(tmp_path)


@pytest.fixture
def backup(run):
    """A server on which a backup succeeds."""
    run.answer("formatDateTime", NAME)
    run.answer("system.tables", "reports\nxapi\n")
    run.answer("SELECT status", "BACKUP_CREATED")
    return run


def test_backup_takes_every_database_and_waits(backup):
    done = backup.sh("backup.sh")
    assert done.returncode == 0, done.stderr
    assert (
        f"BACKUP DATABASE `reports`, DATABASE `xapi` TO Disk('backups', '{NAME}')"
        f" SETTINGS id = '{NAME}' ASYNC" in backup.statements
    )
    assert f"backup {NAME} is complete" in done.stdout


def test_backup_of_named_databases_asks_for_no_list(backup):
    backup.sh("backup.sh", DATABASES="xapi")
    assert "BACKUP DATABASE `xapi` TO" in backup.statements
    assert "system.tables" not in backup.statements


def test_backup_of_nothing_fails(run):
    run.answer("formatDateTime", NAME)
    done = run.sh("backup.sh")
    assert done.returncode == 1
    assert "there is no database to back up" in done.stderr


def test_backup_that_still_runs_is_waited_for_not_repeated(run):
    run.answer("CREATING_BACKUP", "clickhouse-20300130T023000Z")
    run.answer("SELECT status", "BACKUP_CREATED")
    done = run.sh("backup.sh")
    assert done.returncode == 0, done.stderr
    assert "clickhouse-20300130T023000Z still runs; waiting" in done.stdout
    assert "BACKUP DATABASE" not in run.statements


def test_failed_backup_says_why_and_deletes_nothing(run):
    run.answer("formatDateTime", NAME)
    run.answer("system.tables", "xapi")
    run.answer("SELECT status", "BACKUP_FAILED")
    run.answer("SELECT splitByString", "no space left")
    run.have("clickhouse-1Z", "clickhouse-2Z", "clickhouse-3Z")
    done = run.sh("backup.sh")
    assert done.returncode == 1
    assert f"{NAME} ended as BACKUP_FAILED: no space left" in done.stderr
    assert len(run.left()) == 3


def test_backup_lost_by_a_server_restart_fails(run):
    run.answer("formatDateTime", NAME)
    run.answer("system.tables", "xapi")
    done = run.sh("backup.sh")
    assert done.returncode == 1
    assert f"no longer knows {NAME}: it was restarted" in done.stderr


def test_oldest_backups_beyond_keep_are_deleted(backup):
    backup.have("clickhouse-20300128T0Z", "clickhouse-20300129T0Z", "clickhouse-20300130T0Z")
    backup.have("lost+found", "clickhouse-mine", complete=False)
    done = backup.sh("backup.sh")
    assert done.returncode == 0, done.stderr
    assert "deleting clickhouse-20300128T0Z" in done.stdout
    assert backup.left() == [
        "clickhouse-20300129T0Z",
        "clickhouse-20300130T0Z",
        "clickhouse-mine",
        "lost+found",
    ]


def test_incomplete_backups_are_deleted_once_a_new_one_is_complete(backup):
    backup.have("clickhouse-20300129T0Z", complete=False)
    backup.have("clickhouse-20300130T0Z")
    assert backup.sh("backup.sh").returncode == 0
    assert backup.left() == ["clickhouse-20300130T0Z"]


def test_fewer_backups_than_keep_are_all_kept(backup):
    backup.have("clickhouse-20300130T0Z")
    assert backup.sh("backup.sh", KEEP="5").returncode == 0
    assert backup.left() == ["clickhouse-20300130T0Z"]


def test_bucket_backup_names_the_collection_and_deletes_nothing(backup):
    backup.have("clickhouse-1Z", "clickhouse-2Z", "clickhouse-3Z")
    assert backup.sh("backup.sh", DESTINATION="collection").returncode == 0
    assert f"TO S3(backups, '{NAME}')" in backup.statements
    assert len(backup.left()) == 3


KEYS = {
    "DESTINATION": "inline",
    "S3_URL": "https://s3.example.org/b/p/",
    "BACKUP_S3_ACCESS_KEY": "AKEY",
    "BACKUP_S3_SECRET_KEY": "it's\\secret",
}


def test_keys_reach_the_server_quoted_and_never_the_arguments(backup):
    done = backup.sh("backup.sh", **KEYS)
    assert done.returncode == 0, done.stderr
    where = f"S3('https://s3.example.org/b/p/{NAME}', 'AKEY', 'it\\'s\\\\secret')"
    assert where in backup.statements
    shown = done.stdout + done.stderr + (backup.root / "arguments").read_text()
    assert "secret" not in shown


def test_refused_statement_is_not_repeated_in_the_log(run):
    run.answer("formatDateTime", NAME)
    run.answer("system.tables", "xapi")
    run.answer(
        "BACKUP DATABASE", "", error="Code: 36. Bad bucket\n(query: BACKUP 'it's secret')\n"
    )
    done = run.sh("backup.sh", **KEYS)
    assert done.returncode == 1
    assert "Bad bucket" in done.stderr
    assert "secret" not in done.stdout + done.stderr


def test_unknown_destination_is_refused(backup):
    done = backup.sh("backup.sh", DESTINATION="tape")
    assert done.returncode != 0
    assert "DESTINATION must be volume, collection or inline, found 'tape'" in done.stderr
    assert "BACKUP DATABASE" not in backup.statements


RESTORE = {"BACKUP": NAME, "EXISTING": "refuse", "CLUSTER": ""}


@pytest.fixture
def restore(run):
    """An empty server on which a restore succeeds."""
    run.answer("formatDateTime", "restore-20300201T000000Z")
    run.answer("SELECT status", "RESTORED")
    return run


def test_restore_takes_everything_and_marks_it(restore):
    restore.answer("SELECT DISTINCT database", "xapi")
    done = restore.sh("restore.sh", **RESTORE)
    assert done.returncode == 0, done.stderr
    assert f"RESTORE ALL  FROM Disk('backups', '{NAME}')" in restore.statements
    assert f"ALTER DATABASE `xapi` MODIFY COMMENT 'restored from {NAME}'" in restore.statements
    assert "DROP" not in restore.statements


def test_restore_refuses_tables_with_rows(run):
    run.answer("total_rows > 0", "xapi.events (12 rows)")
    done = run.sh("restore.sh", **RESTORE, DATABASES="xapi reports")
    assert done.returncode == 1
    assert "tables hold rows, nothing was changed" in done.stderr
    assert "xapi.events (12 rows)" in done.stderr
    assert "database IN ('xapi', 'reports')" in run.statements
    assert "RESTORE DATABASE" not in run.statements


def test_restore_replaces_only_the_named_databases(restore):
    settings = {**RESTORE, "EXISTING": "replace", "CLUSTER": "aspects", "DATABASES": "xapi"}
    done = restore.sh("restore.sh", **settings, **{"DESTINATION": "collection"})
    assert done.returncode == 0, done.stderr
    drop = "DROP DATABASE IF EXISTS `xapi` ON CLUSTER `aspects` SYNC"
    taken = f"RESTORE DATABASE `xapi` ON CLUSTER `aspects` FROM S3(backups, '{NAME}')"
    assert restore.statements.index(drop) < restore.statements.index(taken)
    assert restore.statements.count("DROP") == 1


def test_restore_never_drops_without_names(restore):
    done = restore.sh("restore.sh", **{**RESTORE, "EXISTING": "replace"})
    assert done.returncode == 1
    assert "replace needs the names of the databases" in done.stderr
    assert "DROP" not in restore.statements
    assert "RESTORE ALL" not in restore.statements


def test_restore_that_was_done_is_not_repeated(run):
    run.answer("comment = ", "xapi")
    done = run.sh("restore.sh", **{**RESTORE, "EXISTING": "replace", "DATABASES": "xapi"})
    assert done.returncode == 0
    assert f"{NAME} was restored before; nothing to do" in done.stdout
    assert "DROP" not in run.statements
    assert "RESTORE DATABASE" not in run.statements


def test_restore_stops_when_the_server_does_not_answer(run):
    run.answer("comment = ", "", error="Connection refused")
    done = run.sh("restore.sh", **{**RESTORE, "EXISTING": "replace", "DATABASES": "xapi"})
    assert done.returncode != 0
    assert "Connection refused" in done.stderr
    assert "DROP" not in run.statements


def test_restore_from_an_unknown_destination_drops_nothing(restore):
    settings = {**RESTORE, "EXISTING": "replace", "DATABASES": "xapi", "DESTINATION": "tape"}
    done = restore.sh("restore.sh", **settings)
    assert done.returncode != 0
    assert "DROP" not in restore.statements


def test_restore_that_still_runs_is_waited_for(run):
    run.answer("'RESTORING'", "restore-20300201T000000Z")
    run.answer("SELECT status", "RESTORED")
    done = run.sh("restore.sh", **{**RESTORE, "EXISTING": "replace", "DATABASES": "xapi"})
    assert done.returncode == 0, done.stderr
    assert "restore-20300201T000000Z still runs; waiting" in done.stdout
    assert "DROP" not in run.statements


def test_restore_that_cannot_be_marked_says_so(restore):
    restore.answer("ALTER DATABASE", "", error="not supported")
    done = restore.sh("restore.sh", **RESTORE, DATABASES="xapi")
    assert done.returncode == 0
    assert "could not mark xapi: set restore.enabled to false" in done.stderr


def test_unknown_way_with_existing_data_is_refused(restore):
    done = restore.sh("restore.sh", **{**RESTORE, "EXISTING": "merge"})
    assert done.returncode == 1
    assert "EXISTING must be refuse or replace, found 'merge'" in done.stderr


def keeper(tmp_path, pod_name):
    fake = tmp_path / "clickhouse-keeper"
    fake.write_text('#!/bin/sh\necho "id $KEEPER_SERVER_ID $*"\n')
    fake.chmod(0o755)
    env = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "POD_NAME": pod_name}
    command = ["sh", str(PACKAGE / "apps/keeper/start.sh")]
    return subprocess.run(command, env=env, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("pod", "server"), [("clickhouse-keeper-0", 1), ("clickhouse-keeper-10", 11)]
)
def test_keeper_id_is_its_ordinal_plus_one(tmp_path, pod, server):
    done = keeper(tmp_path, pod)
    assert f"id {server} --config-file=/etc/clickhouse-keeper/keeper_config.xml" in done.stdout


def test_keeper_without_an_ordinal_does_not_start(tmp_path):
    done = keeper(tmp_path, "clickhouse-keeper")
    assert done.returncode == 1
    assert "must end in the pod's ordinal, found 'clickhouse-keeper'" in done.stderr


@pytest.mark.parametrize("script", sorted(p.relative_to(PACKAGE) for p in PACKAGE.rglob("*.sh")))
def test_scripts_are_posix_shell(script):
    done = subprocess.run(
        ["sh", "-n", str(PACKAGE / script)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
