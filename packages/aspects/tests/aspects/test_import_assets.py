import json
import types

import pytest
import yaml

from aspects_gen.aspects.languages import catalogue_files
from aspects_gen.aspects.superset_job import emit_superset_job
from aspects_gen.aspects.trees import PACKAGE, read_tree

UUID = "21174b6c-4d40-4958-8161-d6c3cf5e77b6"


@pytest.fixture
def script(load_script, monkeypatch):
    found = load_script("jobs/init/superset/import_assets.py")
    monkeypatch.setattr(found, "PAUSE_SECONDS", 0)
    for name, value in (
        ("ASSETS", str(PACKAGE / "apps/superset/assets")),
        ("CLICKHOUSE_HOST", "clickhouse"),
        ("CLICKHOUSE_PORT", "8123"),
        ("CLICKHOUSE_USER", "ch_report"),
        ("CLICKHOUSE_PASSWORD", "s3cret"),
        ("CLICKHOUSE_DATABASE", "xapi"),
        ("ADMIN_USER", "admin"),
    ):
        monkeypatch.setenv(name, value)
    return found


@pytest.fixture
def settings(script, tmp_path):
    """What import.json says."""
    path = tmp_path / "import.json"
    roles = {key: key.title() for key in ("admin", "alpha", "operator", "instructor", "student")}
    plain = {"allowed_domains": [], "embeddable": {}, "locales": ["en"], "owners": []}
    plain |= {"databases": {}, "personal": True, "connections": ["clickhouse"], "help": {}}
    path.write_text(json.dumps({**plain, "roles": roles}))
    return script.read_settings(path)


def test_clickhouse_is_registered_with_the_password_apart(script, settings):
    found = script.read_bundle(PACKAGE / "apps/superset/assets", settings)
    database = found["databases/openedx_clickhouse.yaml"]
    assert database["uuid"] == UUID
    address = "clickhousedb+connect://ch_report:XXXXXXXXXX@clickhouse:8123/xapi"
    assert database["sqlalchemy_uri"] == address
    assert database.pop("password") == "s3cret"
    assert "s3cret" not in repr(found)


def operator_tabs(found):
    dashboard = found["dashboards/operator-dashboard.yaml"]
    nodes = [node for node in dashboard["position"].values() if isinstance(node, dict)]
    return {node["meta"]["text"] for node in nodes if node["type"] == "TAB"}


def test_charts_about_superset_itself_need_a_connection_of_their_own(script, settings):
    plain = script.read_bundle(PACKAGE / "apps/superset/assets", settings)
    assert "databases/superset_metadata.yaml" not in plain
    assert "Superset" not in operator_tabs(plain)
    settings["connections"] = ["clickhouse", "metadata"]
    found = script.read_bundle(PACKAGE / "apps/superset/assets", settings)
    assert "Superset" in operator_tabs(found)
    added = {n for n in set(found) - set(plain) if not n.endswith("-en.yaml")}
    charts = {name.removeprefix("charts/") for name in added if name.startswith("charts/")}
    assert charts == {
        "operator-dashboard-most-used-charts.yaml",
        "operator-dashboard-most-used-dashboards.yaml",
        "operator-dashboard-superset-active-users.yaml",
        "operator-dashboard-superset-active-users-over-time.yaml",
        "operator-dashboard-superset-registered-users-over-time.yaml",
    }
    datasets = [found[name]["uuid"] for name in added if name.startswith("datasets/")]
    fences = script.rules.attach(found, settings)
    assert {tuple(fences[uuid]) for uuid in datasets} == {("Whole platform",)}


def test_help_is_the_sites_own(script, settings):
    settings["locales"] = ["es_419"]
    settings["help"] = {"course-dashboard": "Ask **Ada**.", "operator-dashboard": "", "gone": "x"}
    found = script.read_bundle(PACKAGE / "apps/superset/assets", settings)
    for name in ("course-dashboard", "course-dashboard-es_419"):
        assert "Ask **Ada**." in texts_of(found[f"dashboards/{name}.yaml"])
    assert "Help" not in operator_tabs(found)
    (told,) = texts_of(found["dashboards/learner-groups-es_419.yaml"])
    assert told.startswith("Lo que muestra")


def texts_of(dashboard):
    nodes = [node for node in dashboard["position"].values() if isinstance(node, dict)]
    return [node["meta"]["code"] for node in nodes if node["type"] == "MARKDOWN"]


def test_help_by_default_is_what_the_dashboards_say(make_values, tools):
    """So that its translations are found."""
    output = emit_superset_job(make_values(), tools)
    given = json.loads(output["files"]["aspects-import"]["import.json"])["help"]
    for slug, text in given.items():
        content = yaml.safe_load(
            (PACKAGE / f"apps/superset/assets/dashboards/{slug}.yaml").read_text()
        )
        assert [tab["text"] for tab in content["tabs"] if tab["tab"] == "Help"] == [f"{text}\n"]
    assert len(given) == 5


def mounted(folder, files):
    """Lay files down as the kubelet mounts a ConfigMap: links into a folder that is hidden."""
    for path, text in files.items():
        target = folder / "..2026_11_25" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, "utf-8")
    (folder / "..data").symlink_to("..2026_11_25")
    for name in {path.partition("/")[0] for path in files}:
        (folder / name).symlink_to(f"..data/{name}")


def test_files_of_a_mounted_configmap_are_found(script, settings, tmp_path):
    assets = read_tree("apps/superset/assets")
    mounted(tmp_path / "assets", assets)
    mounted(tmp_path / "locale", catalogue_files(["es_419"]))
    assert [*script.dashboards.read_files(tmp_path / "assets")] == [*assets]
    settings["locales"] = ["es_419"]
    found = dashboards_of(script.read_bundle(tmp_path / "assets", settings))
    assert found["course-dashboard-es_419"]["dashboard_title"] == "Tablero del curso"


def dashboards_of(bundle):
    return {c["slug"]: c for n, c in bundle.items() if n.startswith("dashboards/")}


def test_everyone_has_the_copy_in_their_language(script, settings):
    settings["locales"] = ["en", "es-419"]
    found = dashboards_of(script.read_bundle(PACKAGE / "apps/superset/assets", settings))
    assert found["course-dashboard"]["_roles"] == ["admin"]
    assert found["course-dashboard-en"]["_roles"] == ["Instructor - en"]
    assert found["course-dashboard-es_419"]["_roles"] == ["Instructor - es-419"]
    assert found["course-dashboard-en"]["dashboard_title"] == "Course Dashboard"
    assert found["course-dashboard-es_419"]["dashboard_title"] == "Tablero del curso"
    assert settings["untranslated"] == []


def test_language_without_a_catalogue_stays_in_english_and_is_named(script, settings):
    settings["locales"] = ["fr", "es-ES"]
    found = dashboards_of(script.read_bundle(PACKAGE / "apps/superset/assets", settings))
    assert found["course-dashboard-fr"]["dashboard_title"] == "Course Dashboard"
    assert found["course-dashboard-es_es"]["dashboard_title"] == "Tablero del curso"
    assert settings["untranslated"] == ["fr"]


def test_copy_for_other_viewers_speaks_the_default_language(script, settings):
    settings |= {"locales": ["es_419", "en"], "speaks": {"en": "es_419"}}
    found = dashboards_of(script.read_bundle(PACKAGE / "apps/superset/assets", settings))
    assert found["course-dashboard-en"]["dashboard_title"] == "Tablero del curso"
    assert found["course-dashboard-en"]["uuid"] == "bcb741a1-a100-51f7-803c-6a3b607eb047"


def test_import_encrypts_the_connection_when_asked(script, monkeypatch):
    monkeypatch.setenv("CLICKHOUSE_TLS", "true")
    assert script.connections.clickhouse_address().endswith("/xapi?secure=true")
    monkeypatch.setenv("CLICKHOUSE_CA", "/etc/superset-ca/ca.crt")
    wanted = "/xapi?secure=true&ca_cert=%2Fetc%2Fsuperset-ca%2Fca.crt"
    assert script.connections.clickhouse_address().endswith(wanted)
    monkeypatch.setenv("CLICKHOUSE_TLS", "false")
    assert script.connections.clickhouse_address().endswith("/xapi")


def test_import_waits_for_the_metadata_with_its_reason(script, monkeypatch, capsys):
    answers = iter([RuntimeError("no such table: ab_user\n[SQL: ...]"), None, "admin"])

    def find_user(username):
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    manager = types.SimpleNamespace(find_user=find_user)
    assert script.wait_for_user(manager, "admin", script.speak) == "admin"
    assert "no such table: ab_user" in capsys.readouterr().out
    monkeypatch.setenv("WAIT_SECONDS", "0")
    nobody = types.SimpleNamespace(find_user=lambda username: None)
    with pytest.raises(script.RefusedError, match=r"gave up on Superset's user admin .*no such"):
        script.wait_for_user(nobody, "admin", script.speak)


def test_import_names_every_wrong_file_before_it_starts_superset(
    script, settings, tmp_path, capsys
):
    (tmp_path / "charts").mkdir()
    (tmp_path / "..data").mkdir()
    (tmp_path / "..data" / "old.yaml").write_text("{")
    (tmp_path / "charts" / "a.yaml").write_text("uuid: 1\nversion: 1.0.0\n")
    (tmp_path / "charts" / "d.yaml").write_text("a: [\n")
    (tmp_path / "texts/fr/LC_MESSAGES").mkdir(parents=True)
    (tmp_path / "texts/fr/LC_MESSAGES/aspects.po").write_text("nonsense\n")
    words = ["--assets", str(tmp_path), "--settings", str(tmp_path / "import.json")]
    words += ["--texts", str(tmp_path / "texts")]
    assert script.main(words, app=lambda: pytest.fail("started")) == 1
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "assets are wrong, nothing was imported:"
    assert [line.strip() for line in lines[1:]] == [
        "charts/d.yaml:2:1: no YAML: expected the node content, but found '<stream end>'",
        "fr/LC_MESSAGES/aspects.po:1: no catalogue of gettext: Unknown or misformatted keyword",
        "databases/openedx_clickhouse.yaml: missing",
        "charts/a.yaml: dataset_uuid: found None, expected the uuid of an asset in this bundle",
        "charts/a.yaml: slice_name: missing, expected a name",
        "charts/a.yaml: uuid: found 1, expected a UUID in lower case",
    ]


def test_assets_hold_no_address_and_no_password():
    for path in sorted((PACKAGE / "apps/superset/assets").rglob("*.yaml")):
        text = path.read_text("utf-8")
        assert "+connect://" not in text
        assert "password:" not in text
