"""What is said at the end, and of what a second run or an adoption did."""

from aspects_gen.engine.unproven import Unproven
from aspects_gen.verify.adoption import find_differences, find_losses, list_names
from aspects_gen.verify.report import Proof, Report
from aspects_gen.verify.snapshot import find_changes

REPORT = Report(
    "site",
    [Proof("access", "create databases", 1.26, ["3 statements"]), Proof("rights", "hold", 60.0)],
    [Unproven("Quotas", "counts no queries", "clickhouse-client --query 'SHOW QUOTA'")],
)


def test_report_says_what_was_proved_and_what_was_not():
    assert REPORT.as_text() == (
        "site: verified in 61 s\n"
        "\n"
        "proved here:\n"
        "  access     create databases\n"
        "               3 statements\n"
        "  rights     hold\n"
        "\n"
        "not proved here; on a server these commands do it:\n"
        "  Quotas\n"
        "    here: counts no queries\n"
        "    clickhouse-client --query 'SHOW QUOTA'"
    )


def test_report_for_machines_has_the_same():
    data = REPORT.as_data()
    assert data["environment"] == "site"
    assert data["proved"][0] == {
        "stage": "access",
        "what": "create databases",
        "seconds": 1.3,
        "details": ["3 statements"],
    }
    assert data["unproven"][0]["what"] == "Quotas"


def test_second_run_that_changes_something_is_told_by_table():
    before = {
        "a.same": ("x", "1", "2"),
        "a.gone": ("x", "", ""),
        "a.grown": ("x", "1", "2"),
        "a.anew": ("x", "1", "2"),
        "a._migrations_lock": ("x", "1", "2"),
        "a._models_lock": ("x", "1", "2"),
    }
    after = {
        "a.same": ("x", "1", "2"),
        "a.new": ("x", "", ""),
        "a.grown": ("y", "1", "3"),
        "a.anew": ("x", "9", "2"),
        "a._migrations_lock": ("x", "1", "4"),
        "a._models_lock": ("x", "1", "4"),
    }
    found = list(find_changes(before, after, "replay", "job.yaml"))
    assert [failure.problem.removeprefix("the second run ") for failure in found] == [
        "made anew a.anew",
        "removed a.gone",
        "changed the definition of a.grown",
        "changed the rows of a.grown",
        "added a.new",
    ]
    assert found[2].render().splitlines()[2:5] == [
        "  = statement:",
        "      before: x",
        "      after:  y",
    ]


def test_adoption_that_loses_a_row_or_leaves_another_shape_is_told_by_table():
    (loss,) = find_losses({"a.t": "2\t7", "a.u": "1\t1"}, {"a.t": "1\t7", "a.u": "1\t1"}, "f")
    assert loss.problem == "adoption changed the rows of a.t (count, digest)"
    fresh, adopted = {"a.t": "x Int8", "a.u": "y Int8"}, {"a.t": "x Int16"}
    assert [it.problem for it in find_differences(fresh, adopted, "f")] == [
        "a.t differs between a new database and an adopted one",
        "a.u differs between a new database and an adopted one",
    ]


def test_public_tables_go_by_the_site_s_own_names(compose_text):
    bundle = compose_text(
        "profile: starter\nsite: {platformName: X, lmsHost: lms.example.org}\n"
        "aspects: {databases: {xapi: learning, eventSink: sink}, tables: {rawXapi: raw}}\n"
    )
    names = list_names(bundle.settings["aspects"])
    assert names["xapi.xapi_events_all"] == "`learning`.`raw`"
    assert names["openedx.xapi_events_all"] == "`openedx`.`raw`"
    assert names["event_sink.user_profile"] == "`sink`.`user_profile`"
