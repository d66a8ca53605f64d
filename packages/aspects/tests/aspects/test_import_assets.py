import contextlib
import sys
import types

import pytest
import yaml

from aspects_gen.aspects.trees import PACKAGE

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
def superset(monkeypatch):
    """A Superset that notes what is imported."""
    state = types.SimpleNamespace(contents={}, passwords={}, users={"admin": "admin"}, failing=0)

    def find_user(username):
        if state.failing:
            state.failing -= 1
            raise RuntimeError("no such table: ab_user\n[SQL: ...]")
        return state.users.get(username)

    class Import:
        def __init__(self, contents, passwords):
            state.contents, state.passwords = contents, passwords

        def run(self):
            pass

    app = types.SimpleNamespace(app_context=contextlib.nullcontext)
    modules = {
        "superset": {"security_manager": types.SimpleNamespace(find_user=find_user)},
        "superset.app": {"create_app": lambda: app},
        "superset.commands": {},
        "superset.commands.importers": {},
        "superset.commands.importers.v1": {},
        "superset.commands.importers.v1.assets": {"ImportAssetsCommand": Import},
        "superset.utils": {},
        "superset.utils.core": {"override_user": lambda user: contextlib.nullcontext()},
    }
    for name, attributes in modules.items():
        module = types.ModuleType(name)
        module.__dict__.update(attributes)
        monkeypatch.setitem(sys.modules, name, module)
    return state


def test_import_registers_clickhouse_with_the_password_apart(script, superset, capsys):
    script.main()
    database = yaml.safe_load(superset.contents["databases/openedx_clickhouse.yaml"])
    assert database["uuid"] == UUID
    address = "clickhousedb+connect://ch_report:XXXXXXXXXX@clickhouse:8123/xapi"
    assert database["sqlalchemy_uri"] == address
    assert superset.passwords == {"databases/openedx_clickhouse.yaml": "s3cret"}
    assert "s3cret" not in "".join(superset.contents.values()) + capsys.readouterr().out


def test_import_encrypts_the_connection_when_asked(script, monkeypatch):
    monkeypatch.setenv("CLICKHOUSE_TLS", "true")
    assert script.clickhouse_address().endswith("/xapi?secure=true")
    monkeypatch.setenv("CLICKHOUSE_CA", "/etc/superset-ca/ca.crt")
    wanted = "/xapi?secure=true&ca_cert=%2Fetc%2Fsuperset-ca%2Fca.crt"
    assert script.clickhouse_address().endswith(wanted)
    monkeypatch.setenv("CLICKHOUSE_TLS", "false")
    assert script.clickhouse_address().endswith("/xapi")


def test_import_waits_for_the_metadata_with_its_reason(script, superset, monkeypatch, capsys):
    superset.failing = 1
    script.main()
    assert "no such table: ab_user" in capsys.readouterr().out
    superset.users.clear()
    monkeypatch.setenv("WAIT_SECONDS", "0")
    with pytest.raises(SystemExit, match=r"gave up on Superset's user admin .*no such user yet"):
        script.main()


def test_import_names_every_wrong_file_and_imports_nothing(
    script, superset, monkeypatch, tmp_path
):
    (tmp_path / "charts").mkdir()
    (tmp_path / "..data").mkdir()
    (tmp_path / "..data" / "old.yaml").write_text("{")
    (tmp_path / "charts" / "a.yaml").write_text("uuid: 1\n")
    (tmp_path / "charts" / "b.yaml").write_text("uuid: 1\n")
    (tmp_path / "charts" / "c.yaml").write_text("slice_name: x\n")
    (tmp_path / "charts" / "d.yaml").write_text("a: [\n")
    monkeypatch.setenv("ASSETS", str(tmp_path))
    with pytest.raises(SystemExit) as stop:
        script.main()
    lines = str(stop.value).splitlines()
    assert lines[0] == "assets are wrong, nothing was imported:"
    assert [line.strip().split(":")[0] for line in lines[1:5]] == [
        "databases/openedx_clickhouse.yaml",
        "charts/b.yaml",
        "charts/c.yaml",
        "charts/d.yaml",
    ]
    assert superset.contents == {}


def test_assets_hold_no_address_and_no_password():
    for path in sorted((PACKAGE / "apps/superset/assets").rglob("*.yaml")):
        text = path.read_text("utf-8")
        assert "://" not in text
        assert "password:" not in text
