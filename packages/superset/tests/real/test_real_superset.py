"""The rendered settings and the metadata Job in a real Superset 6.1.0, on SQLite.

The environment is made once from build/requirements.lock: see conftest.py.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent
SECRETS = {
    "SUPERSET_SECRET_KEY": "abcdefghijklmnopqrstuvwxyz0123456789ABCD",
    "SUPERSET_GUEST_TOKEN_KEY": "ZYXWVUTSRQPONMLKJIHGFEDCBA9876543210abcd",
    "SUPERSET_DATABASE_PASSWORD": "unused-with-sqlite",
    "SUPERSET_REDIS_PASSWORD": "r@d/is:pw",
    "SUPERSET_OAUTH_CLIENT_SECRET": "oauth-secret",
    "SUPERSET_ADMIN_PASSWORD": "admin-password",
    "SUPERSET_LMS_PASSWORD": "lms-password",
}

# the tests of a file share one Superset, which takes seconds to start
pytestmark = pytest.mark.xdist_group("superset")


class Real:
    """A folder with the rendered files and a SQLite database."""

    def __init__(self, folder: Path, lms_port: int, python: str) -> None:
        self.folder, self.lms_port, self.python = folder, lms_port, python
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "PYTHONPATH": str(folder / "superset-config"),
            "PYTHONDONTWRITEBYTECODE": "1",
            "SUPERSET_HOME": str(folder),
            "SUPERSET__SQLALCHEMY_DATABASE_URI": f"sqlite:///{folder}/metadata.db",
            **SECRETS,
        }

    def run(self, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self.python, *arguments],
            env={**self.environment, **more},
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=400,
            check=False,
        )

    def prepare(self, **more: str) -> subprocess.CompletedProcess[str]:
        return self.run(str(self.folder / "superset-metadata/superset_metadata.py"), **more)

    def query(self, sql: str) -> list[list[str]]:
        code = "import json, sqlite3, sys; " + (
            "print(json.dumps(sqlite3.connect(sys.argv[1]).execute(sys.argv[2]).fetchall()))"
        )
        done = self.run("-c", code, str(self.folder / "metadata.db"), sql)
        return json.loads(done.stdout)

    def execute(self, sql: str) -> None:
        code = (
            "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.executescript(sys.argv[2])"
        )
        done = self.run("-c", code, str(self.folder / "metadata.db"), sql)
        assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def real(tmp_path_factory, emit_for, superset_python):
    """Superset after the metadata Job's first run."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    folder = tmp_path_factory.mktemp("superset")
    caches = (HERE / "local_caches.py").read_text(encoding="utf-8")
    changes = {
        "extraModules": {"local_caches.py": caches},
        "sso": {"internalUrl": f"http://127.0.0.1:{port}"},
    }
    for name, files in emit_for(changes, {})["files"].items():
        (folder / name).mkdir()
        for file, text in files.items():
            (folder / name / file).write_text(text, encoding="utf-8")
    found = Real(folder, port, superset_python)
    first = found.prepare()
    assert first.returncode == 0, first.stderr[-4000:]
    return found


@pytest.fixture(scope="module")
def probed(real):
    """What the probe found out, after the metadata Job's first run."""
    done = real.run(str(HERE / "probe.py"), str(real.lms_port), SECRETS["SUPERSET_LMS_PASSWORD"])
    lines = [line for line in done.stdout.splitlines() if line.startswith("RESULT ")]
    assert lines, done.stderr[-6000:]
    return json.loads(lines[-1].removeprefix("RESULT "))


def test_login_page_works_and_carries_the_policy(probed):
    headers = probed["login"]["headers"]
    policy = headers["Content-Security-Policy"]
    assert probed["login"]["status"] == 200
    ancestors = "frame-ancestors 'self' https://learn.example.org https://studio.learn.example.org"
    assert ancestors in policy
    assert "'strict-dynamic' 'nonce-" in policy
    assert "unsafe-eval" not in policy
    assert "scarf" not in policy
    assert "X-Frame-Options" not in headers


def test_anonymous_person_reads_nothing(probed):
    assert probed["anonymous"] == 401
    assert probed["public_rights"] == 0


def test_roles_follow_from_what_the_lms_says(probed):
    people = probed["people"]
    assert people["root"] == {"roles": ["Admin", "Public"], "me": 200}
    assert people["staff"] == {"roles": ["Instructor", "Operator", "Public"], "me": 200}
    assert people["teacher"] == {"roles": ["Instructor", "Public"], "me": 200}


def test_student_is_turned_away(probed):
    assert probed["people"]["learner"] == {"roles": None, "me": 401}


def test_claim_that_is_text_opens_nothing(probed):
    assert probed["people"]["texty"] == {"roles": None, "me": 401}


def test_local_account_cannot_be_taken_over_through_the_lms(probed):
    assert probed["people"]["admin"] == {"roles": ["Admin"], "me": 401}


def test_token_that_the_lms_knows_as_another_persons_is_refused(probed):
    assert probed["people"]["thief"] == {"roles": None, "me": 401}


def test_outage_of_the_lms_lets_nobody_in(probed):
    people = probed["people"]
    assert people["without /oauth2/"] == 401
    assert people["without /api/user/v1/me"] == 401
    assert people["without /api/courses/"] == 401


def test_language_is_not_worth_a_refusal(probed):
    assert probed["people"]["without language"] == 200


def test_outage_of_the_lms_shows_no_courses(probed):
    keys = ["course-v1:O'Neil+C+1", "course-v1:Org+A+1", "course-v1:Org+B+1"]
    assert probed["courses"] == {
        "cached": keys,
        "outage": [],
        "not asked again at once": [],
        "back": keys,
        "stranger": [],
        "renewed": keys,
    }


def test_sign_on_asks_the_lms_in_the_agreed_way(probed):
    query = probed["people"]["query"]
    assert query["scope"] == ["profile email user_id"]
    assert query["redirect_uri"] == [
        "https://superset.learn.example.org/oauth-authorized/openedxsso"
    ]
    assert query["client_id"] == ["superset-sso"]


def test_cookie_is_closed_and_holds_no_token(probed):
    cookie = next(c for c in probed["people"]["cookies"] if c.startswith("superset_session="))
    assert {"Secure", "HttpOnly", "SameSite=Lax"} <= {part.strip() for part in cookie.split(";")}
    assert not {"oauth", "oauth_token"} & set(probed["people"]["session"])


def test_language_is_the_one_chosen_in_the_lms(probed):
    assert probed["people"]["locale"] == "es"


def test_login_ends_although_the_person_is_busy(probed):
    assert probed["old_login"] == 401


def test_lms_account_gets_guest_tokens_and_nothing_else(probed):
    assert probed["lms_account"] == {
        "wrong": 401,
        "csrf": 200,
        "guest": 200,
        "users": 403,
        "new_role": 403,
        "databases": 403,
    }


def test_metadata_job_takes_away_what_is_not_listed_and_keeps_data_rights(real):
    real.execute(
        """
        INSERT INTO ab_permission (name) SELECT 'datasource_access'
          WHERE NOT EXISTS (SELECT 1 FROM ab_permission WHERE name = 'datasource_access');
        INSERT INTO ab_view_menu (name) VALUES ('[lake].[table](id:1)');
        INSERT INTO ab_permission_view (permission_id, view_menu_id)
          SELECT p.id, v.id FROM ab_permission p, ab_view_menu v
          WHERE p.name = 'datasource_access' AND v.name = '[lake].[table](id:1)';
        INSERT INTO ab_permission_view_role (permission_view_id, role_id)
          SELECT pv.id, r.id FROM ab_permission_view pv, ab_permission p, ab_view_menu v, ab_role r
          WHERE p.id = pv.permission_id AND v.id = pv.view_menu_id AND r.name = 'Instructor'
          AND (p.name = 'datasource_access' OR (p.name = 'can_write' AND v.name = 'Dataset')
               OR p.name = 'all_datasource_access');
        UPDATE ab_user SET active = 0 WHERE username = 'admin';
        """
    )
    second = real.prepare(SUPERSET_ADMIN_PASSWORD="another")
    assert second.returncode == 0, second.stderr[-4000:]
    assert "role Instructor: 27 rights, 2 taken away" in second.stdout
    assert "account admin: password changed" in second.stdout
    assert "account lms: unchanged password" in second.stdout
    kept = real.query(
        "SELECT p.name FROM ab_permission_view_role l JOIN ab_role r ON r.id = l.role_id "
        "JOIN ab_permission_view pv ON pv.id = l.permission_view_id "
        "JOIN ab_permission p ON p.id = pv.permission_id "
        "WHERE r.name = 'Instructor' AND p.name IN "
        "('datasource_access', 'all_datasource_access', 'can_write')"
    )
    # The two can_write rights of the list are on a dashboard's filter state and permalink.
    assert sorted(name for (name,) in kept) == ["can_write", "can_write", "datasource_access"]
    assert real.query("SELECT active FROM ab_user WHERE username = 'admin'") == [[1]]


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("SUPERSET_SECRET_KEY", "CHANGE_ME_TO_A_COMPLEX_RANDOM_SECRET", "published default"),
        ("SUPERSET_GUEST_TOKEN_KEY", "test-guest-secret-change-me", "published default"),
        ("SUPERSET_GUEST_TOKEN_KEY", "short", "too weak"),
        ("SUPERSET_GUEST_TOKEN_KEY", SECRETS["SUPERSET_SECRET_KEY"], "must differ"),
        ("SUPERSET_DATABASE_PASSWORD", "", "is empty"),
    ],
)
def test_weak_secret_stops_superset(real, variable, value, said):
    done = real.run("-c", "import superset.config", **{variable: value})
    assert done.returncode != 0
    assert said in done.stderr
    assert value == "" or value not in done.stderr.replace(variable, "")


def test_only_tokens_signed_by_the_lms_are_believed(real):
    done = real.run(str(HERE / "claims_probe.py"))
    lines = [line for line in done.stdout.splitlines() if line.startswith("RESULT ")]
    assert lines, done.stderr[-4000:]
    found = json.loads(lines[-1].removeprefix("RESULT "))
    assert found.pop("right") == "ann"
    assert found.pop("nobody") == "the token names nobody; is the scope `profile` allowed?"
    assert {said.partition(":")[0] for said in found.values()} == {"token refused"}
