"""Each one-off operation as a person gets it: whole, hardened, let through, and nothing of the build changed."""

from __future__ import annotations

import json

import pytest
import yaml

from aspects_gen.cli.main import run
from aspects_gen.cli.operations import OPERATIONS, OPTIONS
from environments import CASES, COMMITTED, ENVIRONMENTS, tree_of
from kubernetes.pod_security import violations
from kubernetes.strict import MINORS, errors_of

GIVEN = {
    "--since": ["2026-03-02T08:00Z"],
    "--until": ["2026-03-02T09:00Z"],
    "--claim": ["tracking-logs"],
    "--file": ["tracking.log*"],
    "--record": ["course_overviews"],
    "--select": ["dim_course_blocks+"],
    "--start": ["2026-01-05"],
    "--days": ["7"],
    "--statements": ["50"],
    "--courses": ["2"],
    "--learners": ["9"],
    "--seed": ["3"],
    "--dashboard": ["course-dashboard"],
    "--chart": ["Course Grade Distribution"],
    "--course": ["course-v1:Org+C+1"],
}


@pytest.fixture
def job(capsys):
    """Return what the command prints for a case: exit code, objects, what went to standard error."""

    def call(name, *words, case="everything"):
        folder = ENVIRONMENTS if case in COMMITTED else CASES
        code = run(["job", name, case, "--environments", str(folder), *words])
        out = capsys.readouterr()
        return code, [o for o in yaml.safe_load_all(out.out) if o], out.err

    return call


def words_of(name):
    return [
        word
        for option in (*OPERATIONS[name].options, *OPERATIONS[name].optional)
        for word in ([option, *GIVEN[option]] if option in GIVEN else [option])
    ]


@pytest.mark.parametrize("name", OPERATIONS)
def test_operation_is_complete_and_hardened(job, name):
    code, objects, errors = job(name, *words_of(name))
    assert (code, errors) == (0, "")
    assert objects[-1]["kind"] == "Job"
    for one in objects:
        assert one["metadata"]["namespace"]
        for minor in MINORS:
            assert errors_of(one, minor) == [], one["metadata"]["name"]
    spec = objects[-1]["spec"]
    pod = spec["template"]["spec"]
    assert violations(pod) == []
    assert spec["ttlSecondsAfterFinished"] > 0
    for container in pod["containers"]:
        assert container["resources"]["requests"]
        assert container["securityContext"]["readOnlyRootFilesystem"] is True
    assert not any(
        "argocd" in key for o in objects for key in o["metadata"].get("annotations", {})
    )


@pytest.mark.parametrize("name", OPERATIONS)
def test_operation_mounts_only_what_is_there(job, name):
    _, objects, _ = job(name, *words_of(name))
    tree = tree_of("everything")
    deployed = {
        generator["name"]
        for path, text in tree.items()
        if path.count("/") == 1 and path.endswith("/kustomization.yaml")
        for generator in yaml.safe_load(text).get("configMapGenerator", [])
    }
    added = {o["metadata"]["name"] for o in objects if o["kind"] == "ConfigMap"}
    assert not added & deployed
    for volume in objects[-1]["spec"]["template"]["spec"]["volumes"]:
        sources = volume.get("projected", {}).get("sources", [volume])
        for source in sources:
            if "configMap" in source:
                assert source["configMap"]["name"] in added | deployed


@pytest.mark.parametrize("name", OPERATIONS)
def test_operation_reaches_its_servers_and_changes_no_policy_of_the_build(job, name):
    _, objects, _ = job(name, *words_of(name))
    policies = [o for o in objects if o["kind"] == "NetworkPolicy"]
    built = {path.rpartition("/")[2] for path in tree_of("everything")}
    for policy in policies:
        assert f"networkpolicy-{policy['metadata']['name']}.yaml" not in built
    label = objects[-1]["spec"]["template"]["metadata"]["labels"]["app.kubernetes.io/name"]
    if len(objects) > 1:
        out = next(p for p in policies if p["spec"]["policyTypes"] == ["Egress"])
        assert out["spec"]["podSelector"]["matchLabels"] == {"app.kubernetes.io/name": label}
        inside = {
            json.dumps(peer["podSelector"]["matchLabels"])
            for rule in out["spec"]["egress"]
            for peer in rule.get("to", [])
            if "podSelector" in peer and "namespaceSelector" not in peer
        }
        admitted = {
            json.dumps(p["spec"]["podSelector"]["matchLabels"])
            for p in policies
            if p["spec"]["policyTypes"] == ["Ingress"]
        }
        assert inside <= admitted


def test_replay_runs_the_script_with_the_range_and_the_volume(job):
    _, objects, _ = job("replay", *words_of("replay"))
    pod = objects[-1]["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    assert container["command"] == [
        *("sh", "/aspects/replay.sh", "replay"),
        *("--since", "2026-03-02T08:00Z", "--until", "2026-03-02T09:00Z"),
        "/tracking-logs/tracking.log*",
    ]
    claims = [v["persistentVolumeClaim"] for v in pod["volumes"] if "persistentVolumeClaim" in v]
    assert claims == [{"claimName": "tracking-logs", "readOnly": True}]
    scripts = next(o for o in objects if o["metadata"]["name"] == "aspects-replay")
    assert {"aspects_replay.py", "aspects_sender.py", "aspects_settings.py", "replay.sh"} <= set(
        scripts["data"]
    )


def test_run_ends_the_name(job):
    names = [job("dbt", "--run", word)[1][-1]["metadata"]["name"] for word in ("1", "tuesday")]
    assert names[0].rpartition("-")[0] == names[1].rpartition("-")[0]
    assert names[1].endswith("-tuesday")


def test_models_are_chosen_in_dbts_words(job):
    _, objects, _ = job("dbt", "--full-refresh", "--select", "dim_course_blocks+")
    command = objects[-1]["spec"]["template"]["spec"]["containers"][0]["command"]
    assert command[-3:] == ["--full-refresh", "--select", "dim_course_blocks+"]


def test_unread_statements_are_looked_for_in_the_range_that_is_given(job):
    def command(*words):
        _, objects, _ = job("repair-unread", *words)
        return objects[-1]["spec"]["template"]["spec"]["containers"][0]["command"][2:]

    assert command() == []
    assert command("--since", "2026-03-02", "--dry-run") == ["--since", "2026-03-02", "--dry-run"]
    assert command("--until", "2026-03-02T08:00Z") == ["--until", "2026-03-02T08:00Z"]


def test_all_records_that_may_be_are_copied_by_default(job):
    _, objects, _ = job("backfill")
    words = objects[-1]["spec"]["template"]["spec"]["containers"][0]["command"]
    assert "lms:user_profile" in words
    assert "cms:course_overviews" in words


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["replay", "--since", "yesterday", "--until", "2026-03-02", "--claim", "x"], "no moment"),
        (
            ["restore-archive", "--since", "2026-03-02T09:00Z", "--until", "2026-03-02T08:00Z"],
            "does not follow",
        ),
        (
            ["backfill", "--record", "grades"],
            "grades is no kind of record; known: course_overviews",
        ),
        (["dbt", "--run", "A_B"], "cannot end a name"),
        (["repair-unread", "--since", "last week"], "no moment"),
        (["demo-data", "--start", "2026-02-30"], "'2026-02-30' is no day"),
        (
            ["demo-data", "--start", "2026-01-05", "--days", "0", "--beside-real-data"],
            "--days 0 is too few",
        ),
    ],
)
def test_wrong_options_are_refused_with_a_fix(job, words, problem):
    code, objects, errors = job(*words)
    assert (code, objects) == (2, [])
    assert problem in errors
    assert "= fix: " in errors


def test_operation_of_a_part_that_is_off_is_refused(job):
    code, _, errors = job("backup", case="vector-alone")
    assert code == 2
    assert "this environment has no cronjob clickhouse-backup" in errors
    code, _, errors = job("replay", *words_of("replay"), case="ralph-alone")
    assert code == 2
    assert "aspects.enabled is false in this environment" in errors
    code, _, errors = job("replay", *words_of("replay"), case="shared-namespace")
    assert code == 2
    assert "knows no image of the LMS" in errors


def test_demo_data_stays_out_of_production_unless_told(job):
    code, objects, errors = job("demo-data", "--start", "2026-01-05", case="production")
    assert (code, objects) == (2, [])
    assert "this environment's profile is production" in errors


def test_demo_data_signs_in_as_those_who_write_in_this_deployment(job):
    words = ("demo-data", "--start", "2026-01-05", "--beside-real-data")

    def passwords(case):
        _, objects, _ = job(*words, case=case)
        (container,) = objects[-1]["spec"]["template"]["spec"]["containers"]
        return {
            entry["name"]: entry["valueFrom"]["secretKeyRef"]["name"]
            for entry in container["env"]
            if "valueFrom" in entry
        }

    assert passwords("everything") == {
        "SINKS_PASSWORD": "clickhouse-sinks",
        "LRS_PASSWORD": "ralph-lms",
    }
    assert passwords("production") == {
        "SINKS_PASSWORD": "clickhouse-sinks",
        "VECTOR_PASSWORD": "clickhouse-vector",
    }


def test_performance_report_knows_no_password_of_clickhouse(job):
    _, objects, _ = job("performance-report", *words_of("performance-report"))
    (container,) = objects[-1]["spec"]["template"]["spec"]["containers"]
    assert not [entry for entry in container["env"] if "CLICKHOUSE" in entry["name"]]
    assert container["command"][2:] == [
        *("--dashboard", "course-dashboard", "--chart", "Course Grade Distribution"),
        *("--course", "course-v1:Org+C+1", "--print-sql"),
    ]


def test_data_for_machines_is_the_same_objects(job, capsys):
    _, objects, _ = job("dbt")
    assert run(["job", "dbt", "everything", "--environments", str(CASES), "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown == {"environment": "everything", "operation": "dbt", "objects": objects}


def test_every_option_is_used():
    assert {o for operation in OPERATIONS.values() for o in operation.options} == set(OPTIONS)
