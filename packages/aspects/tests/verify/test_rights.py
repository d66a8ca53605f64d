"""The expectation that every client is held to."""

import copy

import pytest

from aspects_gen.aspects.clickhouse_jobs import site_access
from aspects_gen.verify.rights import allows, find_breaches, list_nevers

CLIENT = {
    "grants": [(("SELECT", "ALTER TABLE"), "a.*"), (("CREATE TABLE",), "b.*"), (("S3",), "*.*")],
    "withheld": [(("SELECT",), "a.secret"), (("ALTER TABLE",), "a.base")],
}


@pytest.mark.parametrize(
    ("privilege", "on", "expected"),
    [
        ("SELECT", "a.t", True),
        ("SELECT", "a.secret", False),
        ("SELECT", "ab.t", False),
        ("INSERT", "a.t", False),
        ("ALTER DELETE", "a.t", True),
        ("ALTER DELETE", "a.base", False),
        ("CREATE VIEW", "b.*", True),
        ("CREATE DATABASE", "*.*", False),
        ("S3", "*.*", True),
        ("DROP DATABASE", "a.*", False),
    ],
)
def test_right_is_what_was_granted_less_what_is_withheld(privilege, on, expected):
    assert allows(CLIENT, privilege, on) is expected


def test_model_of_the_deployment_breaks_no_law(smallest):
    values = smallest.settings
    assert list(find_breaches(site_access(values), list_nevers(values["aspects"]), "f")) == []


@pytest.mark.parametrize(
    ("client", "grant", "words"),
    [
        ("reporting", (("SELECT",), "*.*"), "ch_report may SELECT event_sink.external_id"),
        ("lrs", (("SELECT",), "event_sink.*"), "ch_lrs may SELECT event_sink.user_profile"),
        ("sinks", (("ALL",), "*.*"), "ch_cms may CREATE USER *.*: a way to more rights"),
        ("migrations", (("DROP DATABASE",), "xapi.*"), "ch_migrations may DROP DATABASE xapi.*"),
        ("reporting", (("INSERT",), "xapi.xapi_events_all"), "ch_report may INSERT xapi."),
    ],
)
def test_model_that_gives_what_nobody_may_have_is_refused(smallest, client, grant, words):
    values = smallest.settings
    model = copy.deepcopy(site_access(values))
    for entry in model["clients"]:
        if entry["id"] == client:
            entry["grants"].append(grant)
            entry["withheld"] = []
    breaches = find_breaches(model, list_nevers(values["aspects"]), "f")
    assert any(words in breach.problem for breach in breaches)
