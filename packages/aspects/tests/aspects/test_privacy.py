"""What the value `pii` sets together, and the parts of the privacy scripts that need no server."""

import re

import pytest

from aspects_gen.aspects.access import access_model
from aspects_gen.aspects.lms import plain_settings
from aspects_gen.aspects.output import build_output
from aspects_gen.aspects.privacy_jobs import retire_job

MODES = ("off", "pseudonym", "on")


def rights(aspects, client):
    entry = next(e for e in access_model(aspects)["clients"] if e["id"] == client)
    granted = {(right, on) for names, on in entry["grants"] for right in names}
    return granted, {(right, on) for names, on in entry["withheld"] for right in names}


@pytest.mark.parametrize(
    ("pii", "copied"),
    [("off", set()), ("pseudonym", {"external_id"}), ("on", {"external_id", "user_profile"})],
)
def test_pii_sets_sinks_and_what_they_may_add_together(make_values, tools, pii, copied):
    values = make_values({"aspects": {"pii": pii}})
    granted, _ = rights(values["aspects"], "sinks")
    settings = plain_settings(values, tools)
    for table in ("external_id", "user_profile"):
        on = f"event_sink.{table}"
        assert (("INSERT", on) in granted) == (table in copied)
        assert {("SELECT", on), ("ALTER DELETE", on)} <= granted
        assert (f"EVENT_SINK_CLICKHOUSE_{table.upper()}_ENABLED" in settings) == (table in copied)
    assert settings["EVENT_SINK_CLICKHOUSE_PII_MODELS"] == [
        "user_profile",
        "external_id",
        "course_enrollment",
    ]
    assert ("ALTER DELETE", "event_sink.course_enrollment") in granted


@pytest.mark.parametrize("pii", MODES)
def test_no_value_of_pii_opens_personal_or_private_tables_to_readers(make_values, pii):
    _, withheld = rights(make_values({"aspects": {"pii": pii}})["aspects"], "reporting")
    for table in (
        "user_profile",
        "external_id",
        "course_enrollment",
        "pseudonym_key",
        "retiring_learners",
    ):
        assert ("SELECT", f"event_sink.{table}") in withheld


def test_pii_reaches_the_jobs_in_order(make_values, tools):
    for pii in MODES:
        output = build_output(make_values({"aspects": {"pii": pii}}), tools)
        jobs = {job["name"]: job for job in output["jobs"]}
        secrets = [secret["name"] for secret in output["secrets"]]
        assert jobs["aspects-personal-data"]["after"] == ["job/aspects-dbt"]
        assert ("aspects-pseudonyms" in jobs) == (pii == "pseudonym")
        assert ("aspects-pseudonyms" in secrets) == (pii == "pseudonym")
        first = ["job/aspects-migrate"]
        second = ["job/aspects-pseudonyms"] if pii == "pseudonym" else []
        assert jobs["aspects-dbt"]["after"] == first + second
        for name in ("aspects-dbt", "aspects-personal-data"):
            env = {e["name"]: e.get("value") for e in jobs[name]["pod"]["containers"][0]["env"]}
            assert env["ASPECTS_PII" if name == "aspects-dbt" else "PII"] == pii


def test_retirement_is_no_part_of_the_output_but_its_scripts_are(make_values, tools):
    values = make_values()
    output = build_output(values, tools)
    job = retire_job(values, tools)
    assert job["name"] not in [one["name"] for one in output["jobs"]]
    container = job["pod"]["containers"][0]
    assert container["command"] == ["python", "/app/scripts/retire.py"]
    assert "retire.py" in output["files"]["aspects-privacy"]
    assert {"name": "LEARNERS", "value": "/run/aspects-secrets/learners.txt"} in container["env"]
    assert job["pod"]["volumes"][1]["secret"]["secretName"] == "retire-learners"


@pytest.fixture
def learners(load_script):
    return load_script("jobs/privacy/learners.py")


def known(learners, **given):
    return learners.Known(*(frozenset(given.get(name, ())) for name in learners.Known._fields))


@pytest.mark.parametrize(
    ("given", "text", "found"),
    [
        ({"email": ["al@x.org"]}, "mailto:al@x.org", True),
        ({"email": ["al@x.org"]}, '{"to": "AL@X.ORG"}', True),
        ({"email": ["al@x.org"]}, "ask al@x.org.", True),
        ({"email": ["al@x.org"]}, "hal@x.org", False),
        ({"email": ["al@x.org"]}, "al@x.org.uk", False),
        ({"email": ["al@x.org"]}, "al@xyorg", False),
        ({"username": ["video"]}, '{"username": "video"}', True),
        ({"username": ["video"]}, r'"{\"username\": \"video\"}"', True),
        ({"username": ["video"]}, '{"event_type": "video"}', False),
        ({"username": ["video"]}, '{"username": "video2"}', False),
        ({"username": ["v.deo"]}, '{"username": "video"}', False),
        ({"user_id": ["7"]}, '{"user_id": 7}', True),
        ({"user_id": ["7"]}, '{"user_id": "7", "x": 1}', True),
        ({"user_id": ["7"]}, '{"target_user_id":7,', True),
        ({"user_id": ["7"]}, '{"user_id": 77}', False),
        ({"user_id": ["7"]}, '{"grade": 7}', False),
        ({}, "anything", False),
    ],
)
def test_retirement_finds_mentions_and_no_parts_of_other_words(learners, given, text, found):
    pattern = learners.pattern(known(learners, **given))
    assert bool(re.search(pattern, text)) == found


def test_retirement_reads_a_list_of_several_learners(learners, tmp_path):
    path = tmp_path / "learners.txt"
    path.write_text("# gone\nuser_id: 4\n\nemail: A@x.org\nuser_id: 5\n")
    found = learners.read(path)
    assert found == known(learners, user_id=["4", "5"], email=["a@x.org"])
    assert re.fullmatch("[0-9a-f]{16}", found.run)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "learners.txt:1: found no line, expected at least one learner"),
        (
            "user_id: 0",
            "learners.txt:1: found user_id: 0… (1 characters), expected a whole number",
        ),
        ("email: a'b@x", "expected an e-mail address"),
        ("external_id: 12", "expected a UUID"),
        ("".join(f"user_id: {n}\n" for n in range(1, 52)), "at most 50: make several lists"),
    ],
)
def test_retirement_refuses_what_is_no_list(learners, tmp_path, text, said):
    path = tmp_path / "learners.txt"
    path.write_text(text)
    with pytest.raises(SystemExit) as refused:
        learners.read(path)
    assert said in str(refused.value)


def test_retirement_without_a_list_says_where_it_should_be(learners, tmp_path):
    with pytest.raises(SystemExit, match="mount the Secret that holds it"):
        learners.read(tmp_path / "none")


def test_key_that_could_be_guessed_is_refused(load_script, server_script, monkeypatch):
    import sys
    import types

    errors = types.ModuleType("clickhouse_connect.driver.exceptions")
    errors.Error = RuntimeError
    names = ("clickhouse_connect.driver.exceptions", "server")
    for name, module in zip(names, (errors, server_script), strict=True):
        monkeypatch.setitem(sys.modules, name, module)
    timers = load_script("jobs/privacy/timers.py")
    warehouse = load_script("jobs/privacy/warehouse.py", timers=timers)
    script = load_script("jobs/privacy/keep_pseudonym_key.py", warehouse=warehouse)
    monkeypatch.setenv("PSEUDONYM_KEY", "short")
    with pytest.raises(
        SystemExit, match="has 5 characters, expected at least 16: fill its Secret"
    ):
        script.main()
