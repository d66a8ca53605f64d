"""A real Superset in front of the embedded ClickHouse with a small campus in every model."""

from __future__ import annotations

import importlib.util
import itertools
import json
import socket
from collections import Counter
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml
from superset import real, trial
from warehouse import RELATIONS, make_campus, make_warehouse
from warehouse import load as fill

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
REAL = ROOT / "packages" / "superset" / "tests" / "real"
PASSWORD = "read-only"


def load(name: str, path: Path):
    """Return a module that stands elsewhere in the tests."""
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


superset_python = load("superset_python", REAL / "conftest.py").superset_python

VALUES = {
    "profile": "starter",
    "site": {"lmsHost": "learn.example.org", "https": False},
    "images": {"registry": "registry.example.org/aspects"},
    "network": {"lms": {"namespace": "openedx"}},
    "aspects": {"pii": "on", "dashboards": {"locales": ["en", "es_419"]}},
    "superset": {
        "blockStudentAccess": False,
        # a walk through all dashboards takes longer than a page of the LMS
        "guestTokenSeconds": 3600,
        "rateLimit": "100000 per second",
        "authRateLimit": "100000 per second",
    },
}


@pytest.fixture(scope="session")
def rendered(tmp_path_factory):
    """The environment's files, and the port that its settings give the LMS."""
    from aspects_gen.environment import find_places
    from aspects_gen.generate import generate, load_values
    from aspects_gen.services.registry import discover_services

    with socket.socket() as first, socket.socket() as second:
        first.bind(("127.0.0.1", 0))
        second.bind(("127.0.0.1", 0))
        port, site_port = first.getsockname()[1], second.getsockname()[1]
    folder = tmp_path_factory.mktemp("superset")
    values = json.loads(json.dumps(VALUES))
    values["superset"] |= {
        "sso": {"internalUrl": f"http://127.0.0.1:{port}"},
        "embedding": {"allowedDomains": [f"http://127.0.0.1:{site_port}"]},
        # so that SQLite, which the metadata are in here, may be shown
        "extraConfig": "PREVENT_UNSAFE_DB_CONNECTIONS = False\n",
        "extraModules": {"local_caches.py": (REAL / "local_caches.py").read_text("utf-8")},
    }
    values["aspects"]["dashboards"]["embeddable"] = embeddable() | {"trial": trial.EMBEDDED}
    (folder / "site.yaml").write_text(yaml.safe_dump(values), "utf-8")
    place = find_places(folder, folder / "generated", ["site"])[0]
    tree = generate(place, discover_services(), "code").tree
    for path, text in tree.items():
        _, mark, rest = path.partition("/files/")
        if mark:
            target = folder / rest
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, "utf-8")
    complete = load_values(place, discover_services())
    return SimpleNamespace(
        folder=folder, lms_port=port, site_port=site_port, tree=tree, values=complete
    )


def embeddable():
    """Return the dashboards that may be embedded by default."""
    from aspects_gen.aspects import schema

    return schema()["properties"]["dashboards"]["properties"]["embeddable"]["default"]


@pytest.fixture(scope="session")
def campus():
    """Events and rows of a small campus, and what each relation must show, computed without SQL."""
    from aspects_gen.demo import truth

    made = make_campus(events=1500, learners=40, seed=11, courses=6, malformed=0.0)
    return {**made, "truth": truth.compute_all(made["events"], made["rows"])}


@pytest.fixture(scope="session")
def warehouse(tmp_path_factory, campus, rendered):
    """An engine with accounts, every model built, and that campus in it."""
    from aspects_gen.aspects.access import access_model
    from aspects_gen.engine.users import owner, users_of

    folder = tmp_path_factory.mktemp("warehouse")
    model = access_model(rendered.values.data["aspects"])
    passwords = {client["id"]: PASSWORD for client in model["clients"]}
    users = folder / "users.json"
    users.write_text(json.dumps(users_of(model, passwords, owners=[owner()])))
    with make_warehouse(folder, users) as built:
        built.dbt("run", ASPECTS_PII="on")
        fill(built, campus)
        built.refresh()
        # names reach the list of learners a refresh after they are there
        built.refresh()
        yield built


@pytest.fixture(scope="session")
def superset(rendered, superset_python, warehouse):
    """Superset with roles and nothing else, from an empty database, in one process."""
    found = real.Superset(
        superset_python,
        rendered.folder,
        rendered.lms_port,
        REAL,
        ADMIN_USER="admin",
        CLICKHOUSE_HOST="127.0.0.1",
        CLICKHOUSE_PORT=str(warehouse.port),
        CLICKHOUSE_USER="ch_report",
        CLICKHOUSE_PASSWORD=PASSWORD,
        CLICKHOUSE_DATABASE="xapi",
        READER_USER="superset_reader",
        READER_PASSWORD=PASSWORD,
        TEXTS=str(rendered.folder / "aspects-locale"),
    )
    yield found
    found.stop()


@pytest.fixture(scope="session")
def own(rendered):
    """The folder of the environment's own assets."""
    return rendered.folder / "aspects-assets"


@pytest.fixture(scope="session")
def assets(own, tmp_path_factory):
    """The environment's own assets and, beside them, a small bundle of the tests."""
    folder = tmp_path_factory.mktemp("assets")
    return trial.lay_down(trial.bundle(), folder, beside=own)


@pytest.fixture(scope="session")
def imported(superset, assets):
    """Superset with the assets in it, for the first time; `first` is how that went."""
    found = superset.bring(assets)
    assert found["code"] == 0, found["err"] + superset.log.read_text()[-4000:]
    superset.first = found
    return superset


CHARTS = """
import json
from superset.models.dashboard import Dashboard
answer = []
for dashboard in db.session.query(Dashboard):
    places = [place["meta"] for place in dashboard.position.values() if "meta" in place]
    titles = {place.get("chartId"): place.get("sliceNameOverride") for place in places}
    for chart in dashboard.slices:
        answer.append({"id": chart.id, "name": chart.slice_name, "viz": chart.viz_type,
            "title": titles.get(chart.id) or chart.slice_name,
            "dashboard": dashboard.id, "slug": dashboard.slug, "dataset_id": chart.datasource_id,
            "dataset": chart.datasource_name, "params": json.loads(chart.params or "{}"),
            "query_context": json.loads(chart.query_context or "null"),
            "columns": [c.column_name for c in chart.table.columns],
            "roles": [role.name for role in dashboard.roles]})
"""


@pytest.fixture(scope="module")
def placed_charts(imported):
    """Every chart of every dashboard, as Superset has it."""
    return imported.run(CHARTS)


@pytest.fixture(scope="module")
def charts(placed_charts):
    """Trial charts by name."""
    trials = [chart for chart in placed_charts if chart["slug"].startswith("trial-")]
    return {chart["name"]: chart for chart in trials}


@pytest.fixture(scope="session")
def truth(campus):
    """Course key to how many enrolments it has, by plain Python."""
    place = campus_columns("enrollment_events").index("course_key")
    return Counter(row[place] for row in campus["truth"]["enrollment_events"])


def campus_columns(relation):
    found = next(entry for entry in RELATIONS if entry["name"] == relation)
    return [name for name, _ in found["columns"]]


@pytest.fixture(scope="session")
def people(imported, truth):
    """People of the LMS: what they are there, and the courses they are staff of."""
    keys = sorted(truth)
    odd = [
        "course-v1:O'Neil+C+1",
        "x') OR 1 = 1 --",
        "back\\\\slash' OR '1'='1",
        "{{ 7 * 7 }}",
        "%s :name",
    ]
    courses = {
        "teacher": keys[:1],
        "other": keys[1:2],
        "odd": odd,
        "learner": [],
        "both": [odd[1], keys[0]],
    }
    imported.run(
        f"COURSES.update({courses!r})\n"
        "PEOPLE.update({name: {} for name in ('other', 'odd', 'both')})"
    )
    return {name: imported.sign_in(name) for name in ("root", "staff", *courses)}


@pytest.fixture
def bring(imported, own, assets, tmp_path):
    """Import the environment's assets with a changed trial bundle; the usual one follows."""
    count = itertools.count()

    def run(contents, *words):
        changed = trial.lay_down(contents, tmp_path / str(next(count)), beside=own)
        return imported.bring(changed, *words)

    yield run
    again = imported.bring(assets)
    assert again["code"] == 0, again["err"]
