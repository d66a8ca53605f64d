import pytest

from aspects_gen.aspects.repair import (
    Span,
    archive_url,
    backfill,
    read_span,
    replay,
    restore_archive,
)
from aspects_gen.aspects.unread_job import emit_unread

LMS = {"image": "registry.invalid/lms:1", "connections": [{"host": "db.invalid", "port": 3306}]}
ARCHIVE = {
    "enabled": True,
    "bucket": "events",
    "region": "eu-central-1",
    "endpoint": "",
    "prefix": "xapi",
    "credentials": "secret",
    "credentialsSecret": {"name": "archive", "accessKey": "id", "secretKey": "key"},
}


def command_of(output):
    return output["jobs"][0]["pod"]["containers"][0]["command"]


@pytest.mark.parametrize(
    ("pii", "personal"),
    [("off", []), ("pseudonym", ["external_id"]), ("on", ["user_profile", "external_id"])],
)
def test_backfill_copies_personal_records_only_as_the_setting_allows(
    make_values, tools, pii, personal
):
    values = make_values({"aspects": {"pii": pii, "lms": LMS}})
    words = command_of(backfill(values, tools, []))
    assert [w for w in ("user_profile", "external_id") if f"lms:{w}" in words] == personal
    assert "cms:course_overviews" in words
    assert "lms:course_enrollment" in words
    for record in {"user_profile", "external_id"} - set(personal):
        with pytest.raises(ValueError, match=f"{record} holds personal data, and aspects.pii is"):
            backfill(values, tools, [record])


def test_backfill_of_one_kind_may_be_forced(make_values, tools):
    values = make_values({"aspects": {"lms": LMS}})
    output = backfill(values, tools, ["course_overviews"], force=True)
    assert command_of(output)[-2:] == ["--force", "cms:course_overviews"]
    assert {n.get("endpoint", n.get("external")) for n in output["needs"]} == {
        "clickhouse/http",
        "db.invalid",
    }


def test_jobs_in_the_lms_need_its_image(make_values, tools):
    with pytest.raises(ValueError, match=r"set aspects\.lms\.image, or run the scripts"):
        replay(make_values(), tools, Span("2026-01-01", "2026-01-02"), claim="c", files=["*"])


def test_replay_reaches_the_lrs_of_this_deployment_alone(make_values, tools):
    span = Span("2026-01-01", "2026-01-02")
    near = make_values({"aspects": {"lms": LMS}})
    ends = [n.get("endpoint") for n in replay(near, tools, span, claim="c", files=["a"])["needs"]]
    assert "ralph/http" in ends
    far = make_values({"aspects": {"lms": LMS, "lrs": {"url": "https://lrs.example.org/xAPI/"}}})
    ends = [n.get("endpoint") for n in replay(far, tools, span, claim="c", files=["a"])["needs"]]
    assert "ralph/http" not in ends


def test_archive_is_read_as_the_migrations_user_with_the_keys_by_reference(make_values, tools):
    values = make_values({"vector": {"enabled": True, "archive": ARCHIVE}})
    output = restore_archive(values, tools, Span("2026-01-01T00:00Z", "2026-01-01T03:00Z"))
    env = {e["name"]: e for e in output["jobs"][0]["pod"]["containers"][0]["env"]}
    assert env["CLICKHOUSE_USER"]["value"] == "ch_migrations"
    assert env["ARCHIVE_KEY"]["valueFrom"]["secretKeyRef"] == {"name": "archive", "key": "id"}
    assert env["ARCHIVE_URL"]["value"] == "https://events.s3.eu-central-1.amazonaws.com/xapi"
    assert archive_url({**ARCHIVE, "endpoint": "https://s3.example.org/"}) == (
        "https://s3.example.org/events/xapi"
    )
    with pytest.raises(ValueError, match=r"vector\.archive\.enabled is false"):
        restore_archive(make_values(), tools, Span("2026-01-01", "2026-01-02"))


@pytest.mark.parametrize("text", ["2026-03-02", "2026-03-02T08:00Z", "2026-03-02T08:00:00+02:00"])
def test_moment_is_read(text):
    assert read_span(text, "2027-01-01T00:00Z").since == text


@pytest.mark.parametrize(
    "text", ["", "yesterday", "2026-3-2", "2026-03-02T08:00Z; rm", "2026-03-02 "]
)
def test_moment_that_is_none_is_refused(text):
    with pytest.raises(ValueError, match="is no moment such as"):
        read_span(text, "2027-01-01")


def test_unread_statements_are_looked_for_on_a_schedule_as_the_migrations_user(make_values, tools):
    values = make_values({"aspects": {"unread": {"suspend": True, "days": 3}}})
    output = emit_unread(values, tools)
    (cron_job,) = output["objects"]
    assert cron_job["spec"]["schedule"] == "40 4 * * *"
    assert (cron_job["spec"]["suspend"], cron_job["spec"]["concurrencyPolicy"]) == (True, "Forbid")
    (container,) = cron_job["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"]
    env = {entry["name"]: entry.get("value") for entry in container["env"]}
    assert env["CLICKHOUSE_USER"] == "ch_migrations"
    assert (env["DAYS"], env["RAW_TABLE"]) == ("3", "`xapi`.`xapi_events_all`")
    assert env["PARSED_TABLE"] == "`xapi`.`xapi_events_all_parsed_copies`"
    assert output["workloads"].keys() == {"cronjob/aspects-unread"}
