import io
import json
import re

import pytest
import yaml

from aspects_gen.cli.main import run
from aspects_gen.services import registry
from aspects_gen.starting.file import silence_services, start_environment
from aspects_gen.starting.outline import ONLY_WHERE, OUTLINE, SET
from aspects_gen.starting.questions import QUESTIONS
from aspects_gen.values.paths import parse_path
from aspects_gen.values.resolve import resolve_values
from aspects_gen.values.schema import bundle_schema, node_at

HOST = ("--lms-host", "learn.example.org")

COMMENTED = re.compile(r"^( *)#((?:  )*[A-Za-z]\w*:)", re.MULTILINE)
"""A key that stands there as a comment: nothing but its indentation between it and the #."""


class Terminal(io.StringIO):
    """What a person types."""

    def isatty(self):
        return True


@pytest.fixture
def type_lines(monkeypatch):
    """A function that puts a person at the terminal."""

    def type_lines(*lines):
        monkeypatch.setattr("sys.stdin", Terminal("".join(f"{line}\n" for line in lines)))

    return type_lines


def test_init_writes_values_and_schema_and_says_what_is_next(call, environments, wide):
    path = environments / "new.yaml"
    schema = environments.parent / "schemas" / "values.schema.json"

    code, out, err = call("init", "new", *HOST)

    assert (code, err) == (0, "")
    assert out.splitlines()[:2] == [
        f"{path}: written",
        f"{schema}: written; by it your editor completes and explains keys",
    ]
    assert f"  aspects-gen build new --environments {environments} " in out
    assert path.read_text().startswith(
        "# yaml-language-server: $schema=../schemas/values.schema.json\n"
    )
    assert yaml.safe_load(path.read_text())["site"]["lmsHost"] == "learn.example.org"
    assert json.loads(schema.read_text())["properties"]["shop"]


def test_init_leaves_no_draft_behind(call, environments):
    call("init", "new", *HOST)

    assert sorted(path.name for path in environments.iterdir()) == ["new.yaml", "small.yaml"]


def test_init_sets_what_the_arguments_say(call, environments):
    words = (
        *("--platform-name", 'Our: "site" # 1', "--profile", "starter", "--secrets", "sops"),
        *("--clickhouse", "external", "--clickhouse-host", "ch.example.org", "--source", "vector"),
    )

    assert call("init", "new", *HOST, *words)[0] == 0

    values = yaml.safe_load((environments / "new.yaml").read_text())
    assert values["site"] == {"lmsHost": "learn.example.org", "platformName": 'Our: "site" # 1'}
    assert values["profile"] == "starter"
    assert values["clickhouse"] == {"topology": "external", "external": {"host": "ch.example.org"}}
    assert values["secrets"] == {"provider": "sops"}
    assert values["aspects"] == {"source": "vector"}
    assert values["vector"] == {"enabled": True}
    assert values["ralph"] == {"enabled": False}


def test_init_refuses_to_overwrite(call, environments):
    path = environments / "small.yaml"
    before = path.read_text()

    assert call("init", "small", *HOST) == (
        3,
        "",
        f"{path}: this environment exists already; nothing was written\n"
        "  = fix: edit the file, or choose another name\n",
    )
    assert path.read_text() == before
    assert not (environments.parent / "schemas").exists()


def test_init_sees_an_environment_of_the_other_suffix(call, environments):
    (environments / "small.yaml").rename(environments / "small.yml")

    assert call("init", "small", *HOST)[0] == 3


def test_init_without_a_terminal_asks_nothing_and_says_what_is_missing(call, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("learn.example.org\n"))

    assert call("init", "new") == (
        2,
        "",
        "--lms-host is missing: public host name of the LMS\n  = fix: add --lms-host\n",
    )


def test_init_asks_a_person_and_shows_defaults_and_choices(call, environments, type_lines):
    type_lines("learn.example.org", "", "", "replicated", "sealed-secrets", "")

    code, _, err = call("init", "new")

    assert code == 0
    assert err == (
        "Public host name of the LMS: "
        "Name of the site, as people read it [My Open edX site]: "
        "Sizes to start from (starter, production) [starter]: "
        "ClickHouse (single, replicated, external) [single]: "
        "How Secrets reach the cluster"
        " (existing, external-secrets, sealed-secrets, sops) [existing]: "
        "What events come through (ralph, vector) [ralph]: "
    )
    values = yaml.safe_load((environments / "new.yaml").read_text())
    assert values["clickhouse"]["topology"] == "replicated"
    assert values["secrets"]["provider"] == "sealed-secrets"


def test_init_asks_again_after_an_answer_that_will_not_do(call, environments, type_lines):
    type_lines("", "https://learn.example.org/", "learn.example.org")

    code, _, err = call("init", "new", "--clickhouse", "single")

    assert code == 0
    assert "  this must not be empty; name it\nPublic host name of the LMS: " in err
    assert "  this is not of the right form; write a host name without scheme" in err


def test_init_asks_for_the_host_of_an_external_clickhouse_only(call, environments, type_lines):
    type_lines("", "", "ch.example.org")

    code, _, err = call("init", "new", *HOST, "--clickhouse", "external")

    assert code == 0
    assert "Host name of the ClickHouse server: " in err


def test_init_asks_nothing_when_told_so(call, type_lines):
    type_lines("other.example.org")

    assert call("init", "new", *HOST, "--yes")[::2] == (0, "")


@pytest.mark.parametrize(
    ("name", "words", "complaint"),
    [
        (
            "new",
            ("--lms-host", "https://x.org"),
            "--lms-host https://x.org: this is not of the right form\n"
            "  = fix: write a host name without scheme, port or path,"
            " for example learn.example.org\n",
        ),
        (
            "new",
            (*HOST, "--platform-name", ""),
            "--platform-name : this must not be empty\n  = fix: name it\n",
        ),
        (
            "new",
            (*HOST, "--clickhouse-host", "ch.example.org"),
            "--clickhouse-host matters only with --clickhouse external\n"
            "  = fix: add --clickhouse external, or leave --clickhouse-host out\n",
        ),
        (
            "new",
            (*HOST, "--clickhouse", "external"),
            "--clickhouse-host is missing: host name of the ClickHouse server\n"
            "  = fix: add --clickhouse-host\n",
        ),
        (
            "new",
            ("--lms-host", "a" * 60 + "." + "b.c" * 80),
            f"--lms-host {'a' * 60}.{'b.c' * 80}: this is not of the right form\n"
            "  = fix: write a host name without scheme, port or path,"
            " for example learn.example.org\n",
        ),
        (
            "New_1",
            HOST,
            "New_1: this cannot be an environment's name\n"
            "  = fix: use lower-case letters, digits and dashes, at most 40 characters, not starting with base\n",
        ),
        (
            "../new",
            HOST,
            "../new: this cannot be an environment's name\n"
            "  = fix: use lower-case letters, digits and dashes, at most 40 characters, not starting with base\n",
        ),
        (
            "base-new",
            HOST,
            "base-new: this cannot be an environment's name\n"
            "  = fix: use lower-case letters, digits and dashes, at most 40 characters, not starting with base\n",
        ),
    ],
)
def test_init_refuses_what_will_not_do_and_writes_nothing(
    call, environments, name, words, complaint
):
    assert call("init", name, *words) == (2, "", complaint)
    assert [path.name for path in environments.iterdir()] == ["small.yaml"]


def test_init_marks_what_only_the_operator_can_say(call, environments, wide):
    code, out, _ = call("init", "new", *HOST, "--profile", "production")

    assert code == 0
    assert (
        "only you can say this; look for TO DO in the file:\n"
        "  clickhouse.bucket: nothing keeps the backups; set clickhouse.bucket\n"
    ) in out
    assert (
        "  # TO DO: nothing keeps the backups; set clickhouse.bucket\n"
        '  #bucket: ""  # Bucket of the backups\n'
    ) in (environments / "new.yaml").read_text()


def test_init_leaves_a_schema_that_is_there_alone(call, environments):
    schema = environments.parent / "schemas" / "values.schema.json"
    call("init", "one", *HOST)
    again = call("init", "two", *HOST)[1]
    schema.write_text("{}")
    other = call("init", "three", *HOST)[1]

    assert f"{schema}: is there already\n" in again
    assert f"{schema}: is of another version; `aspects-gen schema` prints this one's\n" in other
    assert schema.read_text() == "{}"


def test_init_says_when_the_folder_cannot_be_written(call, environments):
    (environments.parent / "schemas").mkdir()
    (environments.parent / "schemas" / "values.schema.json").write_text("{}")
    path = environments.parent / "file"
    path.write_text("in the way")

    code, out, err = call("init", "new", *HOST, "--environments", path)

    assert (code, out) == (3, "")
    assert err.startswith(
        f"{path / 'new.yaml'}: cannot write: File exists\n  = fix: check the path"
    )


def test_outline_names_only_keys_that_exist():
    services = registry.discover_services()
    schema = bundle_schema({name: service.schema() for name, service in services.items()})
    chosen = (key for key, _ in ONLY_WHERE.values())
    keys = {*OUTLINE, *SET, *ONLY_WHERE, *chosen, *(question.key for question in QUESTIONS)}

    assert [key for key in sorted(keys) if node_at(schema, parse_path(key)) is None] == []


@pytest.mark.parametrize("profile", ["starter", "production"])
@pytest.mark.parametrize("clickhouse", ["single", "replicated", "external"])
@pytest.mark.parametrize(
    ("secrets", "source"),
    [
        ("existing", "ralph"),
        ("external-secrets", "vector"),
        ("sealed-secrets", "ralph"),
        ("sops", "vector"),
    ],
)
def test_keys_shown_as_comments_hold_as_they_stand(tmp_path, profile, clickhouse, secrets, source):
    services = registry.discover_services()
    answers = {
        "lms_host": "learn.example.org",
        "platform_name": "My site",
        "profile": profile,
        "clickhouse": clickhouse,
        "secrets": secrets,
        "source": source,
    }
    if clickhouse == "external":
        answers["clickhouse_host"] = "ch.example.org"

    started = start_environment("new", answers, services)
    uncommented, count = COMMENTED.subn(r"\1\2", started.text)

    assert count > 20
    assert _complete(tmp_path / "a", uncommented) == _complete(tmp_path / "b", started.text)


def _complete(folder, text):
    """Return complete values, whatever services may still miss in them."""
    folder.mkdir()
    path = folder / "new.yaml"
    path.write_text(text)
    services = silence_services(registry.discover_services())
    return resolve_values(path, folder, services).data


def test_a_starter_environment_of_the_real_services_is_complete_at_once(tmp_path, capsys):
    code = run(["init", "first", *HOST, "--environments", str(tmp_path / "environments")])

    assert code == 0
    assert "TO DO" not in capsys.readouterr().out


def test_init_takes_the_defaults_when_the_person_leaves(call, environments, monkeypatch):
    monkeypatch.setattr("sys.stdin", Terminal("learn.example.org\n"))

    assert call("init", "new")[0] == 0
    assert yaml.safe_load((environments / "new.yaml").read_text())["profile"] == "starter"


def test_init_asks_nothing_about_a_service_that_is_not_installed(call, environments, services):
    del services["clickhouse"], services["aspects"]

    assert call("init", "new", *HOST)[0] == 0
    assert "clickhouse" not in yaml.safe_load((environments / "new.yaml").read_text())


def test_init_says_when_the_schema_cannot_be_written(call, environments):
    (environments.parent / "schemas").write_text("in the way")

    code, out, err = call("init", "new", *HOST)

    schema = environments.parent / "schemas" / "values.schema.json"
    assert (code, out) == (3, "")
    assert err.startswith(f"{schema}: cannot write: File exists\n  = fix: check the path")
    assert not (environments / "new.yaml").exists()


def test_init_names_the_choices_after_a_wrong_one(call, type_lines):
    type_lines("huge", "production")

    err = call("init", "new", *HOST, "--platform-name", "X")[2]

    assert "  this is not one of the choices; choose one of: starter, production\n" in err
