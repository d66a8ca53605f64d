"""The script that makes the credentials file, run as the init container runs it."""

from __future__ import annotations

import importlib.util
import json
import stat
import subprocess
import sys
from pathlib import Path

import bcrypt
import pytest

import aspects_ralph

PACKAGE = Path(aspects_ralph.__file__).parent

SCRIPT = PACKAGE / "jobs/init/write_auth_file.py"
AGENT = {"objectType": "Agent", "account": {"name": "a", "homePage": "https://learn.example.org"}}
PASSWORD = "correct-horse"


@pytest.fixture(scope="module")
def script():
    spec = importlib.util.spec_from_file_location("write_auth_file", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.COST = 4  # the least that bcrypt allows; the cost in use is tested once below
    return module


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "ralph-lms").mkdir()
    (tmp_path / "ralph-lms" / "password").write_text(PASSWORD)
    return tmp_path


def client(**changes):
    return {
        "username": "lms",
        "scopes": ["statements/write"],
        "agent": AGENT,
        "passwordFile": "ralph-lms/password",
        **changes,
    }


@pytest.fixture
def run(script, folder, capsys):
    """Return a function: exit status, file or None, and what was printed."""

    def call(clients, kind="--users"):
        source = folder / "source.json"
        source.write_text(clients if isinstance(clients, str) else json.dumps(clients))
        out = folder / "auth.json"
        arguments = [kind, str(source), "--out", str(out)]
        if kind == "--users":
            arguments += ["--passwords", str(folder)]
        status = script.main(arguments)
        printed = capsys.readouterr()
        return status, out if out.exists() else None, printed.out + printed.err

    return call


def test_file_holds_a_hash_that_matches_and_no_password(run):
    status, out, printed = run([client()])
    (written,) = json.loads(out.read_text())
    assert status == 0
    assert bcrypt.checkpw(PASSWORD.encode(), written["hash"].encode())
    assert set(written) == {"username", "scopes", "agent", "hash"}
    assert PASSWORD not in out.read_text() + printed
    assert written["hash"] not in printed
    assert printed == "credentials: wrote 1 clients: lms\n"


def test_file_is_for_its_owner_only(run):
    _, out, _ = run([client()])
    assert stat.S_IMODE(out.stat().st_mode) == 0o400


def test_second_run_replaces_the_file(run, folder):
    run([client()])
    (folder / "ralph-lms" / "password").write_text("rotated")
    status, out, _ = run([client()])
    assert status == 0
    assert bcrypt.checkpw(b"rotated", json.loads(out.read_text())[0]["hash"].encode())


def test_run_after_a_kill_takes_over_the_draft(run, folder):
    draft = folder / ".auth.json"
    draft.write_text("half")
    draft.chmod(0o400)
    assert run([client()])[0] == 0
    assert not draft.exists()


@pytest.mark.parametrize(
    ("clients", "words"),
    [
        ([client(scopes=["ralph_scope"])], "client lms has unknown scope ralph_scope; known: all"),
        ([client(scopes=[])], "client lms has no list of scopes"),
        ([client(scopes="all")], "client lms has no list of scopes"),
        ([client(), client()], "client lms stands there twice"),
        ([client(username="")], "entry 0 has no username"),
        (["text"], "entry 0 has no username"),
        ([client(agent=None)], "client lms has no agent"),
        ([client(agent={"objectType": "Agent"})], "exactly one of account, mbox"),
        ([client(agent={**AGENT, "mbox": "mailto:a@b.c"})], "exactly one of account, mbox"),
        ([client(agent={"account": {"name": "a"}})], "needs name and homePage"),
        ([client(passwordFile="ralph-lms/other")], "no password at ralph-lms/other"),
        ([], "is not a list of at least one client"),
        ({"username": "lms"}, "is not a list of at least one client"),
        ("{", "is not JSON"),
    ],
)
def test_wrong_client_stops_the_pod_and_says_why(run, clients, words):
    status, out, printed = run(clients)
    assert status == 1
    assert out is None
    assert words in printed


def test_every_problem_is_told_at_once(run):
    _, _, printed = run([client(scopes=["a"]), client(username="b", agent=None)])
    assert printed.count("\n") == 2


@pytest.mark.parametrize(
    ("password", "words"),
    [
        (b"", "is empty"),
        (b"x" * 73, "longer than 72 bytes"),
        (b"secret-value\n", "begins or ends with a blank or line break"),
        (b"secret-\0value", "zero byte"),
    ],
)
def test_unusable_password_is_refused_without_showing_it(run, folder, password, words):
    (folder / "ralph-lms" / "password").write_bytes(password)
    status, out, printed = run([client()])
    assert (status, out) == (1, None)
    assert words in printed
    assert "secret-" not in printed


def test_missing_list_is_told(script, folder, capsys):
    arguments = ["--ready", str(folder / "none.json"), "--out", str(folder / "auth.json")]
    assert script.main(arguments) == 1
    assert "cannot read" in capsys.readouterr().err


def ready(**changes):
    made = client(hash=bcrypt.hashpw(b"x", bcrypt.gensalt(4)).decode(), **changes)
    del made["passwordFile"]
    return made


def test_ready_made_file_is_copied_whole(run):
    status, out, printed = run([ready(target="other_table")], kind="--ready")
    assert status == 0
    assert json.loads(out.read_text())[0]["target"] == "other_table"
    assert "$2b$" not in printed


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (ready(scopes=["ralph_scope"]), "unknown scope ralph_scope"),
        ({**ready(), "hash": PASSWORD}, "client lms has no bcrypt hash"),
    ],
)
def test_ready_made_file_that_ralph_would_fail_on_is_refused(run, made, words):
    status, out, printed = run([made], kind="--ready")
    assert (status, out) == (1, None)
    assert words in printed
    assert PASSWORD not in printed


def test_broken_ready_made_file_is_not_quoted(run):
    status, _, printed = run('[{"hash": "$2b$12$abc" oops', kind="--ready")
    assert status == 1
    assert "$2b$" not in printed


def test_users_without_a_folder_of_passwords_are_refused(script, folder, capsys):
    with pytest.raises(SystemExit):
        script.main(["--users", "a", "--out", "b"])
    assert "--users needs --passwords" in capsys.readouterr().err


def test_script_runs_alone_at_full_cost_on_the_emitted_list(emitted, tmp_path):
    files = emitted()["files"]["ralph-init"]
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    for user in json.loads(files["users.json"]):
        path = tmp_path / "secrets" / user["passwordFile"]
        path.parent.mkdir(parents=True)
        path.write_text(PASSWORD)
    command = [sys.executable, "-I", str(tmp_path / "write_auth_file.py")]
    command += ["--users", str(tmp_path / "users.json"), "--passwords", str(tmp_path / "secrets")]
    done = subprocess.run(
        [*command, "--out", str(tmp_path / "auth.json")],
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    hashes = [user["hash"] for user in json.loads((tmp_path / "auth.json").read_text())]
    assert all(text.startswith("$2b$12$") for text in hashes)
    assert hashes[0] != hashes[1]
