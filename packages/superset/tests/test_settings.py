"""superset_config.py as text, the modules beside it, and what the metadata Job is told."""

from __future__ import annotations

import ast
import json
import sys
from types import SimpleNamespace

import pytest


@pytest.fixture
def files(emitted):
    """Return a function: the files beside superset_config.py for some changes."""
    return lambda changes=None: emitted(changes)["files"]["superset-config"]


@pytest.fixture
def assigned(files):
    """Return a function: name -> value of the settings that are plain values."""

    def read(changes=None):
        found = {}
        for node in ast.parse(files(changes)["superset_config.py"]).body:
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                try:
                    found[node.targets[0].id] = ast.literal_eval(node.value)
                except ValueError:
                    found[node.targets[0].id] = ast.unparse(node.value)
        return found

    return read


def test_every_python_file_compiles(files):
    everything = {
        "email": {"enabled": True, "host": "smtp", "user": "u"},
        "sentry": {"enabled": True, "host": "s"},
        "extraConfig": "ROW_LIMIT = 7",
        "extraModules": {"mine.py": "def configure(settings):\n    settings['X'] = 1\n"},
    }
    for changes in ({}, everything, {"sso": {"enabled": False}}):
        for name, text in files(changes).items():
            if name.endswith(".py"):
                compile(text, name, "exec")


def test_settings_name_variables_and_no_secret(files):
    text = files({"email": {"enabled": True, "host": "smtp", "user": "u"}})["superset_config.py"]
    for variable in ("SUPERSET_SECRET_KEY", "SUPERSET_GUEST_TOKEN_KEY", "SUPERSET_SMTP_PASSWORD"):
        assert f'"{variable}"' in text
    assert "superset-keys" not in text


def test_cookies_are_closed(assigned):
    found = assigned()
    assert found["SESSION_COOKIE_SECURE"] is True
    assert found["SESSION_COOKIE_HTTPONLY"] is True
    assert found["SESSION_COOKIE_SAMESITE"] == "Lax"
    assert found["SESSION_COOKIE_NAME"] == "superset_session"


def test_site_without_https_gets_cookies_that_work(emit_for):
    output = emit_for({}, {"scheme": "http", "lms_url": "http://learn.example.org"})
    text = output["files"]["superset-config"]["superset_config.py"]
    assert "SESSION_COOKIE_SECURE = False" in text
    assert '"http://superset.learn.example.org/"' in text


def test_frames_are_allowed_to_lms_and_studio_by_default(assigned):
    policy = assigned()["_policy"]
    assert policy["frame-ancestors"] == [
        "'self'",
        "https://learn.example.org",
        "https://studio.learn.example.org",
    ]


def test_frames_follow_values(assigned):
    found = assigned({"embedding": {"allowedDomains": ["https://portal.example.org"]}})
    assert found["_policy"]["frame-ancestors"] == ["'self'", "https://portal.example.org"]


def test_without_embedding_nobody_may_frame(assigned, files):
    changes = {"embedding": {"enabled": False}}
    found = assigned(changes)
    assert found["_policy"]["frame-ancestors"] == ["'self'"]
    assert found["FEATURE_FLAGS"]["EMBEDDED_SUPERSET"] is False
    assert '"frame_options": "SAMEORIGIN"' in files(changes)["superset_config.py"]


def test_extra_sources_add_to_ours(assigned):
    extra = {"img-src": ["https://cdn.example.org"], "frame-src": ["https://video.example.org"]}
    policy = assigned({"contentSecurityPolicy": {"extraSources": extra}})["_policy"]
    assert policy["img-src"] == ["'self'", "blob:", "data:", "https://cdn.example.org"]
    assert policy["frame-src"] == ["'self'", "https://video.example.org"]


def test_policy_switched_off_still_says_who_may_frame(assigned):
    policy = assigned({"contentSecurityPolicy": {"enabled": False}})["_policy"]
    assert list(policy) == ["frame-ancestors"]


def test_policy_names_no_other_host(assigned):
    sources = [
        s for d, found in assigned()["_policy"].items() if d != "frame-ancestors" for s in found
    ]
    assert not [source for source in sources if "." in source]


def test_alerts_are_on_only_with_somewhere_to_send_to(assigned, files):
    on = {"email": {"enabled": True, "host": "smtp.example.org"}}
    assert assigned()["FEATURE_FLAGS"]["ALERT_REPORTS"] is False
    assert assigned(on)["FEATURE_FLAGS"]["ALERT_REPORTS"] is True
    assert "reports.scheduler" not in files()["superset_config.py"]
    assert "reports.scheduler" in files(on)["superset_config.py"]
    assert assigned(on)["SMTP_MAIL_FROM"] == "contact@learn.example.org"
    assert assigned(on)["EMAIL_REPORTS_SUBJECT_PREFIX"] == "[Example Academy] "


def test_flags_of_the_operator_win(assigned):
    flags = assigned({"featureFlags": {"TAGGING_SYSTEM": False, "MINE": True}})["FEATURE_FLAGS"]
    assert (flags["TAGGING_SYSTEM"], flags["MINE"], flags["DASHBOARD_RBAC"]) == (False, True, True)


@pytest.mark.parametrize(
    ("language", "shown"), [("en", "en"), ("es-419", "es"), ("pt-br", "pt"), ("xx", "en")]
)
def test_default_language_is_nearest_to_the_sites(emit_for, language, shown):
    text = emit_for({}, {"language": language})["files"]["superset-config"]["superset_config.py"]
    assert f'BABEL_DEFAULT_LOCALE = "{shown}"' in text


def test_regional_language_is_taken_when_superset_has_it(emit_for):
    languages = [{"code": "pt_BR", "name": "Portuguese", "flag": "br"}]
    output = emit_for({"supportedLanguages": languages}, {"language": "pt-br"})
    text = output["files"]["superset-config"]["superset_config.py"]
    assert 'BABEL_DEFAULT_LOCALE = "pt_BR"' in text


def test_filter_state_lives_longer_than_chart_data(files):
    text = " ".join(files()["superset_config.py"].split())
    assert '_cache("data", 300)' in text
    assert '"filter_state", 7776000, REFRESH_TIMEOUT_ON_RETRIEVAL=True' in text
    assert '"explore_form", 604800, REFRESH_TIMEOUT_ON_RETRIEVAL=True' in text


def test_uses_of_redis_have_databases_of_their_own(assigned):
    numbers = assigned({"redis": {"databases": {"celery": 3, "results": 4, "cache": 5}}})
    assert numbers["_redis_databases"] == {"celery": 3, "results": 4, "cache": 5}


def test_redis_user_and_tls_reach_the_settings(assigned):
    changes = {"redis": {"host": "cache.example.org", "user": "me", "tls": True}}
    assert assigned(changes)["_redis"] == {
        "host": "cache.example.org",
        "port": 6379,
        "user": "me",
        "tls": "verify",
        "ca": "",
    }


@pytest.mark.parametrize(("engine", "installed"), [("mysql", [True]), ("postgresql", [])])
def test_types_of_mysql_are_found_with_the_driver_that_is_there(
    files, monkeypatch, engine, installed
):
    """Superset imports MySQLdb for them, whatever driver an address names."""
    done = []
    driver = SimpleNamespace(install_as_MySQLdb=lambda: done.append(True))
    monkeypatch.setitem(sys.modules, "pymysql", driver)
    tree = ast.parse(files({"database": {"engine": engine}})["superset_config.py"])
    (step,) = (node for node in tree.body if isinstance(node, ast.If))
    exec(ast.unparse(step), {"_database": {"engine": engine}})
    assert done == installed


def test_sign_on_trusts_the_public_address_for_people_and_the_internal_one_for_calls(assigned):
    found = assigned({"sso": {"internalUrl": "http://lms.openedx:8000"}})["OPENEDX_SSO"]
    assert found["public_url"] == "https://learn.example.org"
    assert found["internal_url"] == "http://lms.openedx:8000"
    assert found["reserved_usernames"] == ["admin", "lms"]
    assert "client_secret" not in found


def test_without_sign_on_accounts_are_superset_s_own(files, assigned):
    changes = {"sso": {"enabled": False}}
    assert "openedx_sso.py" not in files(changes)
    assert assigned(changes)["AUTH_USER_REGISTRATION"] is False


def test_extra_modules_and_text_come_last(files):
    changes = {"extraModules": {"mine.py": "X = 1\n"}, "extraConfig": "ROW_LIMIT = 7"}
    found = files(changes)
    text = found["superset_config.py"]
    assert found["mine.py"] == "X = 1\n"
    assert text.index('"mine"') < text.index("ROW_LIMIT = 7")
    assert text.rstrip().endswith("ROW_LIMIT = 7")


def plan(output):
    return json.loads(output["files"]["superset-metadata"]["metadata.json"])


def test_public_role_is_emptied(emitted):
    assert plan(emitted())["roles"]["Public"] == []


def test_no_role_of_ours_reads_data_by_itself(emitted):
    for name, rights in plan(emitted())["roles"].items():
        bad = [r for r in rights if "access on all_" in r or r.startswith(("datasource", "all_"))]
        assert not bad, name
        assert not [r for r in rights if r.startswith(("can_write on Da", "can_delete"))
                    and "FilterState" not in r and "Permalink" not in r], name  # fmt: skip


def test_lms_account_may_make_guest_tokens_and_no_more(emitted):
    found = plan(emitted())
    (account,) = [a for a in found["accounts"] if a["username"] == "lms"]
    assert found["roles"][account["role"]] == [
        "can_grant_guest_token on SecurityRestApi",
        "can_read on SecurityRestApi",
    ]


def test_role_names_follow_values(emitted):
    changes = {
        "roles": {"instructor": "Teacher", "student": "Gamma"},
        "extraRoles": {"Researcher": ["can_read on Chart"]},
    }
    roles = plan(emitted(changes))["roles"]
    assert "Teacher" in roles
    assert roles["Researcher"] == ["can_read on Chart"]
    assert not {"Instructor", "Student", "Gamma", "Admin"} & set(roles)


def test_accounts_name_variables_not_passwords(emitted):
    for account in plan(emitted())["accounts"]:
        assert account["password_variable"].startswith("SUPERSET_")
        assert "password" not in account
