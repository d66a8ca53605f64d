import json

import pytest

from aspects_gen.cli.main import run


def call(tmp_path, config, *more):
    return run(
        [
            "import-tutor",
            str(config),
            "--env",
            "live",
            "--environments",
            str(tmp_path / "environments"),
            *more,
        ]
    )


@pytest.fixture
def written(tmp_path):
    return tmp_path / "environments" / "live.yaml"


def test_command_writes_values_and_reports_without_secrets(tmp_path, data, written, capsys):
    assert call(tmp_path, data / "two.yml") == 0
    out = capsys.readouterr().out
    assert f"{written.as_posix()}: written" in out
    for title in ("Mapped", "Secrets to carry over", "Changes its meaning", "Not needed here"):
        assert f"\n{title}" in out
    assert "CLICKHOUSE_ADMIN_PASSWORD -> clickhouse-admin/password" in out
    assert "Aspects plugin: read as older than 6.1" in out
    assert "made-up" not in out + written.read_text()


def test_command_reports_data_without_secrets(tmp_path, data, capsys):
    assert call(tmp_path, data / "six-vector.yml", "--json") == 0
    out = capsys.readouterr().out
    assert "made-up" not in out
    assert "MADEUP" not in out
    report = json.loads(out)
    assert {
        "variable": "ASPECTS_XAPI_S3_SECRET_KEY",
        "secret": "vector-archive",
        "key": "secretKey",
    } in (report["secrets"])
    assert report["aspects"] == {
        "line": "6.1 or newer",
        "evidence": report["aspects"]["evidence"],
        "sure": True,
    }
    assert {"key": "vector.archive.bucket", "from": "ASPECTS_XAPI_S3_BUCKET"} in report["mapped"]
    assert report["problems"] == []


def test_command_asks_for_the_release_when_nothing_tells_it(tmp_path, data, capsys):
    config = tmp_path / "config.yml"
    config.write_text("LMS_HOST: learn.example.org\n")
    assert call(tmp_path, config) == 0
    out = capsys.readouterr().out
    assert "taken to be 6.1 or newer" in out
    assert "tutor config printvalue RUN_RALPH" in out


def test_command_takes_the_named_release(tmp_path, written):
    config = tmp_path / "config.yml"
    config.write_text("LMS_HOST: learn.example.org\n")
    assert call(tmp_path, config, "--aspects-version", "2.4") == 0
    assert "vector" not in written.read_text()


def test_command_refuses_to_overwrite(tmp_path, data, written, capsys):
    written.parent.mkdir()
    written.write_text("site: {}\n")
    assert call(tmp_path, data / "two.yml") == 3
    assert "exists already" in capsys.readouterr().err
    assert written.read_text() == "site: {}\n"


def test_command_overwrites_by_force(tmp_path, data, written):
    written.parent.mkdir()
    written.write_text("site: {}\n")
    assert call(tmp_path, data / "two.yml", "--force") == 0
    assert "learn.example.org" in written.read_text()


def test_command_refuses_a_second_file_of_the_same_name(tmp_path, data, written, capsys):
    written.parent.mkdir()
    written.with_suffix(".yml").write_text("site: {}\n")
    assert call(tmp_path, data / "two.yml", "--force") == 3
    assert "removing the .yml file" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["Live", "a b", "../x", "", "base", "base-live", "-a"])
def test_command_refuses_a_bad_name(tmp_path, data, name, capsys):
    words = [
        "import-tutor",
        str(data / "two.yml"),
        f"--env={name}",
        "--environments",
        str(tmp_path / "e"),
    ]
    assert run(words) == 2
    assert "cannot be an environment's name" in capsys.readouterr().err
    assert not (tmp_path / "e").exists()


def test_command_refuses_a_release_that_is_none(tmp_path, data, capsys):
    with pytest.raises(SystemExit) as stop:
        call(tmp_path, data / "two.yml", "--aspects-version", "newest")
    assert stop.value.code == 2
    assert "is not a release" in capsys.readouterr().err


def test_command_refuses_a_broken_file_without_showing_it(tmp_path, written, capsys):
    config = tmp_path / "config.yml"
    config.write_text("LMS_HOST: a\nX_PASSWORD: 'made-up-value\nY: 1\n")
    assert call(tmp_path, config) == 2
    captured = capsys.readouterr()
    assert "config.yml:" in captured.err
    assert "made-up" not in captured.err + captured.out
    assert not written.exists()


def test_command_reports_errors_as_data(tmp_path, capsys):
    assert call(tmp_path, tmp_path / "absent.yml", "--json") == 2
    assert json.loads(capsys.readouterr().out)["errors"][0]["code"] == "AG101"


def test_command_says_when_it_cannot_write(tmp_path, data, capsys):
    (tmp_path / "environments").write_text("a file\n")
    assert call(tmp_path, data / "two.yml") == 3
    assert "cannot read or write: File exists" in capsys.readouterr().err


def test_names_that_may_be_values_are_only_counted(tmp_path, capsys):
    config = tmp_path / "config.yml"
    config.write_text("LMS_HOST: a.org\n'made-up-value: with colon': 1\n")
    assert call(tmp_path, config) == 0
    out = capsys.readouterr().out
    assert "1 keys have names that Tutor does not use" in out
    assert "made-up" not in out


def test_imported_site_builds_and_keeps_what_it_had(tmp_path, data):
    environments, out = str(tmp_path / "environments"), tmp_path / "generated"
    assert call(tmp_path, data / "two.yml") == 0
    assert run(["build", "live", "--environments", environments, "--out", str(out)]) == 0
    texts = {
        p.relative_to(out / "live").as_posix(): p.read_text()
        for p in out.rglob("*")
        if p.is_file()
    }
    everything = "\n".join(texts.values())
    for kept in (
        "lrs.example.org",
        "insights.example.org",
        "studio.learn.example.org",
        "db.example.org",
        "superset_live",
        "INTERVAL 36 MONTH",
        "Pz4mXw90KsLd",
        "es_419",
        "storage: 200Gi",
    ):
        assert kept in everything, kept
    assert "made-up" not in everything
    assert not [name for name in texts if "vector" in name.partition("/")[0]]


def test_secrets_to_carry_are_those_that_the_deployment_wants(tmp_path, data, capsys):
    assert call(tmp_path, data / "two.yml", "--json") == 0
    carried = {f"{s['secret']}/{s['key']}" for s in json.loads(capsys.readouterr().out)["secrets"]}
    environments = str(tmp_path / "environments")
    assert run(["secrets", "live", "--json", "--environments", environments]) == 0
    wanted = {
        f"{secret['name']}/{key['key']}"
        for secret in json.loads(capsys.readouterr().out)["secrets"]
        for key in secret["keys"]
    }
    assert carried - wanted == set()
    assert len(carried) == 11
