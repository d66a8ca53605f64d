"""Ask a real Superset, with the rendered settings, what the tests want to know; prints JSON.

Runs in Superset's own Python: argument 1 is the port of the LMS in the settings.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

sys.path.insert(0, str(Path(__file__).parent))

from fake_lms import FakeLms
from superset.app import create_app

HTTPS = {"base_url": "https://superset.learn.example.org"}


def sign_in(app, username):
    """Go through the code flow as the person; return the client and the last answer."""
    client = app.test_client()
    start = client.get("/login/openedxsso", **HTTPS)
    query = parse_qs(urlsplit(start.headers["Location"]).query)
    answer = client.get(
        f"/oauth-authorized/openedxsso?code={username}&state={query['state'][0]}", **HTTPS
    )
    return client, query, answer


def roles_of(app, username):
    with app.app_context():
        user = app.appbuilder.sm.find_user(username=username)
        return sorted(role.name for role in user.roles) if user else None


def look_at_people(app, lms):
    found = {}
    for username in ("root", "staff", "teacher", "learner", "admin", "thief", "texty"):
        client, query, answer = sign_in(app, username)
        me = client.get("/api/v1/me/", **HTTPS)
        found[username] = {"roles": roles_of(app, username), "me": me.status_code}
        if username == "teacher":
            found["query"] = query
            found["cookies"] = answer.headers.getlist("Set-Cookie")
            with client.session_transaction(**HTTPS) as session:
                found["session"] = sorted(session)
                found["locale"] = session.get("locale")
    for broken in ("/oauth2/", "/api/user/v1/me", "/api/courses/"):
        lms.broken = broken
        client, _, _ = sign_in(app, "teacher")
        found[f"without {broken}"] = client.get("/api/v1/me/", **HTTPS).status_code
    lms.broken = "/api/user/v1/preferences/"
    client, _, _ = sign_in(app, "teacher")
    found["without language"] = client.get("/api/v1/me/", **HTTPS).status_code
    lms.broken = ""
    return found


def look_at_courses(app, lms):
    from superset.extensions import cache_manager

    found = {}
    with app.test_request_context():
        manager = app.appbuilder.sm
        found["cached"] = manager.course_keys("teacher")
        cache_manager.cache.delete("openedx_courses:teacher")
        lms.broken = "/"
        found["outage"] = manager.course_keys("teacher")
        lms.broken = ""
        found["not asked again at once"] = manager.course_keys("teacher")
        cache_manager.cache.delete("openedx_courses_unknown:teacher")
        found["back"] = manager.course_keys("teacher")
        found["stranger"] = manager.course_keys("nobody")
        cache_manager.cache.delete("openedx_courses:teacher")
        kept = cache_manager.cache.get("openedx_token:teacher")
        cache_manager.cache.set("openedx_token:teacher", {**kept, "expires_at": 0})
        found["renewed"] = manager.course_keys("teacher")
    return found


def look_at_old_login(app):
    client, _, _ = sign_in(app, "teacher")
    with client.session_transaction(**HTTPS) as session:
        session["signed_in_at"] -= app.config["PERMANENT_SESSION_LIFETIME"] + 1
    return client.get("/api/v1/me/", **HTTPS).status_code


def make_dashboard(app):
    from superset import db
    from superset.models.dashboard import Dashboard
    from superset.models.embedded_dashboard import EmbeddedDashboard

    with app.app_context():
        dashboard = Dashboard(dashboard_title="Embedded", slug="embedded")
        db.session.add(dashboard)
        db.session.flush()
        embedded = EmbeddedDashboard(dashboard_id=dashboard.id, allow_domain_list="")
        db.session.add(embedded)
        db.session.commit()
        return str(embedded.uuid)


def look_at_lms_account(app, password):
    """Do what the LMS does for an embedded dashboard, then what it must not do."""
    client, api = app.test_client(), "/api/v1"
    login = {"username": "lms", "password": password, "provider": "db"}
    wrong = client.post(f"{api}/security/login", json={**login, "password": "no"}, **HTTPS)
    right = client.post(f"{api}/security/login", json=login, **HTTPS)
    if right.status_code != 200:
        return {"right": right.status_code, "said": right.get_data(as_text=True)[:300]}
    token = right.json["access_token"]
    headers = {"Authorization": f"Bearer {token}", "Referer": HTTPS["base_url"]}
    csrf = client.get(f"{api}/security/csrf_token/", headers=headers, **HTTPS)
    headers["X-CSRFToken"] = (csrf.json or {}).get("result", "")
    body = {
        "user": {"username": "viewer"},
        "resources": [{"type": "dashboard", "id": make_dashboard(app)}],
        "rls": [{"clause": "1 = 1"}],
    }
    guest = client.post(f"{api}/security/guest_token/", json=body, headers=headers, **HTTPS)
    role = {"name": "mine"}
    return {
        "wrong": wrong.status_code,
        "csrf": csrf.status_code,
        "guest": guest.status_code,
        "users": client.get(f"{api}/security/users/", headers=headers, **HTTPS).status_code,
        "new_role": client.post(
            f"{api}/security/roles/", json=role, headers=headers, **HTTPS
        ).status_code,
        "databases": client.get(f"{api}/database/", headers=headers, **HTTPS).status_code,
    }


def main():
    lms = FakeLms(int(sys.argv[1]))
    app = create_app()
    login = app.test_client().get("/login/", **HTTPS)
    anonymous = app.test_client().get("/api/v1/dashboard/", **HTTPS)
    with app.app_context():
        public = app.appbuilder.sm.find_role("Public")
        found = {
            "login": {"status": login.status_code, "headers": dict(login.headers)},
            "anonymous": anonymous.status_code,
            "public_rights": len(public.permissions),
            "flags": app.config["FEATURE_FLAGS"],
        }
    found["people"] = look_at_people(app, lms)
    found["courses"] = look_at_courses(app, lms)
    found["old_login"] = look_at_old_login(app)
    found["lms_account"] = look_at_lms_account(app, sys.argv[2])
    found["asked"] = sorted(set(lms.asked))
    print("RESULT " + json.dumps(found))


main()
