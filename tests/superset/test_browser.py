"""Dashboards in a real browser: no chart shows an error, and only allowed sites embed one."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from superset import trial

pytestmark = [
    pytest.mark.xdist_group("superset-real"),
    pytest.mark.skipif(
        not (shutil.which("chromium") and shutil.which("chromedriver")),
        reason="no browser: install Debian's chromium and chromium-driver",
    ),
]

HERE = Path(__file__).parent

HOST = """<!doctype html><title>host</title><body>
<iframe src="%(page)s" width="1300" height="1500" referrerpolicy="origin"></iframe>
<script>
const frame = document.querySelector("iframe");
frame.addEventListener("load", () => {
  // what Superset's embedding library does: hand over one end of a channel, then the token
  const channel = new MessageChannel();
  frame.contentWindow.postMessage(
    {type: "__embedded_comms__", handshake: "port transfer"}, "%(superset)s", [channel.port2]);
  channel.port1.postMessage(
    {switchboardAction: "emit", method: "guestToken", args: {guestToken: "%(token)s"}});
});
</script></body>"""
"""A page that embeds a dashboard."""


class Site:
    """A site on this machine with a page for each dashboard that it embeds."""

    def __init__(self, port):
        site = self
        self.pages = {}

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_):
                pass

            def do_GET(self):
                self.send_response(200)
                self.send_header("Content-Type", "text/html")
                self.end_headers()
                self.wfile.write(site.pages.get(self.path.strip("/"), "").encode())

        self.server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def embed(self, superset, uuid, token):
        """Return the address of a page that embeds a dashboard."""
        self.pages[uuid] = HOST % {
            "page": f"{superset.url}/embedded/{uuid}",
            "superset": superset.url,
            "token": token,
        }
        return f"{self.url}/{uuid}"


@pytest.fixture
def look(imported, tmp_path):
    """Return a function: what a browser saw on some pages."""

    def run(pages):
        plan = tmp_path / "pages.json"
        folder = os.environ.get("ASPECTS_SCREENSHOTS") or str(tmp_path / "screenshots")
        plan.write_text(json.dumps({"pages": pages, "folder": folder}))
        done = subprocess.run(
            [imported.words[0], str(HERE / "look.py"), str(plan)],
            env={"PATH": os.environ["PATH"], "HOME": str(tmp_path)},
            capture_output=True,
            text=True,
            timeout=3600,
            check=False,
        )
        lines = [line for line in done.stdout.splitlines() if line.startswith("RESULT ")]
        assert lines, done.stderr[-4000:]
        return json.loads(lines[-1].removeprefix("RESULT "))

    return run


def page(viewer, name, slug, **more):
    """Return a page to look at as a person who is signed in."""
    cookies = [{"name": c.name, "value": c.value} for c in viewer.session.cookies]
    url = f"{viewer.url}/superset/dashboard/{slug}/"
    return {"name": name, "url": url, "cookies": cookies, **more}


def faults(seen):
    """Return what is wrong with what was seen, by page."""
    found = {}
    for name, view in seen.items():
        # whoever looks, Superset's page tries to store the colours of labels; only editors may
        bad = [
            f"{status} {path}"
            for status, path in view["api"]
            if status >= 400 and not path.endswith("/colors")
        ]
        asked = any(path == "/api/v1/chart/data" for _, path in view["api"])
        wrong = [*view["errors"], *bad, *view["refused"]]
        wrong += [] if view["rested"] else ["did not come to rest"]
        wrong += [] if asked else ["asked for no data"]
        if wrong:
            found[name] = wrong
    return found


def test_course_staff_see_dashboards_without_an_error(look, people, placed_charts):
    """The trial one, and the first of the others that is theirs; the long runs see all."""
    theirs = sorted(
        chart["slug"]
        for chart in placed_charts
        if "Instructor - es_419" in chart["roles"] and chart["slug"].startswith("course-dash")
    )
    slugs = ["trial-course", *theirs[:1]]
    seen = look([page(people["teacher"], f"teacher-{slug}", slug) for slug in slugs])
    assert faults(seen) == {}
    assert {"Trial enrollments", "Trial modes", "Trial status"} <= set(
        seen["teacher-trial-course"]["charts"]
    )


@pytest.fixture(scope="module")
def allowed(rendered):
    """The site that may embed."""
    return Site(rendered.site_port)


def test_embedded_page_shows_on_an_allowed_site_and_on_no_other(look, imported, allowed, key):
    guest = imported.guest([trial.EMBEDDED], [f"course_key = '{key}'"])
    pages = [
        {
            "name": name,
            "url": site.embed(imported, trial.EMBEDDED, guest.token),
            "frame": True,
        }
        for name, site in (("embedded-allowed", allowed), ("embedded-elsewhere", Site(0)))
    ]
    seen = look(pages)
    assert faults({"allowed": seen["embedded-allowed"]}) == {}
    assert "Trial modes" in seen["embedded-allowed"]["charts"]
    assert seen["embedded-elsewhere"]["charts"] == []
    assert seen["embedded-elsewhere"]["api"] == []


@pytest.mark.full
def test_every_embedded_dashboard_shows_without_an_error(look, imported, rendered, allowed, key):
    """Also that a guest may ask all that the pages ask."""
    embeddable = rendered.values.data["aspects"]["dashboards"]["embeddable"]
    here = imported.run(
        "from superset.models.embedded_dashboard import EmbeddedDashboard\n"
        "answer = [str(e.uuid) for e in db.session.query(EmbeddedDashboard)]"
    )
    org = key.partition(":")[2].partition("+")[0]
    uuids = {slug: uuid for slug, uuid in embeddable.items() if uuid in here}
    guest = imported.guest([*uuids.values()], [f"org = '{org}'", f"course_key = '{key}'"])
    pages = [
        {
            "name": f"guest-{slug}",
            "url": allowed.embed(imported, uuid, guest.token),
            "frame": True,
            "tabs": True,
        }
        for slug, uuid in uuids.items()
    ]
    assert faults(look(pages)) == {}


@pytest.fixture
def key(truth):
    return sorted(truth)[2]


@pytest.mark.full
@pytest.mark.parametrize("language", ["en", "es-419"])
def test_every_dashboard_opens_without_an_error(look, imported, people, placed_charts, language):
    tail = "-" + language.replace("-", "_")
    imported.run(f"LANGUAGES.update(root={language!r}, teacher={language!r})")
    slugs = sorted({chart["slug"]: None for chart in placed_charts})
    roles = {chart["slug"]: chart["roles"] for chart in placed_charts}
    base = [slug for slug in slugs if not any(" - " in role for role in roles[slug])]
    pages = []
    for who in ("root", "teacher"):
        viewer = imported.sign_in(who)
        for slug in base:
            shown = f"{slug}{tail}" if f"{slug}{tail}" in slugs else slug
            theirs = who == "root" or any("Instructor" in role for role in roles[shown])
            if theirs:
                pages.append(page(viewer, f"{who}-{shown}", shown, tabs=True))
    seen = look(pages)
    assert faults(seen) == {}
    # in every tab, and in the language of the copy
    expected = {
        entry["name"]: {
            c["title"] for c in placed_charts if entry["url"].endswith(f"/{c['slug']}/")
        }
        for entry in pages
    }
    missing = {name: expected[name] - set(view["charts"]) for name, view in seen.items()}
    assert {name: charts for name, charts in missing.items() if charts} == {}
