"""The lint as a whole: clean output, waivers, refusal, the catalogue, the command."""

import json
import re

import pytest

from aspects_gen.errors import ValuesError
from aspects_gen.lint.catalogue import RULES, SUBJECTS
from aspects_gen.lint.run import refuse_errors

VALUES = """\
site:
  lmsHost: learn.example.org
images:
  registry: registry.example.org/demo
monitoring:
  enabled: true
demo:
  store:
    resources:
      requests: {cpu: 50m, memory: 64Mi}
      limits: {memory: 64Mi}
"""
WAIVER = """\
waivers:
  - rule: L107
    object: ConfigMap/web-*
    reason: read by a person
"""


def test_clean_deployment_has_no_findings(demo):
    assert demo.found() == []


def test_findings_are_sorted_and_the_same_each_time(demo):
    demo.spec("job/prepare").pop("backoffLimit")
    demo.container("deployment/web")["image"] = "a:latest"
    demo.container("job/prepare")["resources"] = {}
    found = demo.found()
    assert found == sorted(found) == demo.found()
    assert len(found) == 4


def leave_unread(demo):
    files = demo.bundle.files["web-config"]
    demo.bundle.files["web-more"] = type(files)("demo", {"a.txt": "a\n"})


def test_waiver_accepts_what_it_names(compose_demo, broken):
    demo = broken(compose_demo(VALUES + WAIVER))
    leave_unread(demo)
    (finding,) = demo.findings()
    assert (finding.rule, finding.waived, finding.reason) == ("L107", True, "read by a person")


@pytest.mark.parametrize(
    ("old", "new"), [("web-*", "other-*"), ("L107", "L106"), ("web-*", "web-mor")]
)
def test_waiver_accepts_nothing_else(compose_demo, broken, old, new):
    demo = broken(compose_demo(VALUES + WAIVER.replace(old, new)))
    leave_unread(demo)
    found = [(finding.rule, finding.waived) for finding in demo.findings()]
    assert found == [("L107", False), ("L901", False)]


def test_waiver_without_object_accepts_every_object(compose_demo, broken):
    text = WAIVER.replace("    object: ConfigMap/web-*\n", "")
    demo = broken(compose_demo(VALUES + text))
    leave_unread(demo)
    assert [finding.waived for finding in demo.findings()] == [True]


def test_idle_waiver_is_reported_at_its_place(compose_demo, broken):
    (finding,) = broken(compose_demo(VALUES + WAIVER)).findings()
    problem = "the waiver of L107 for ConfigMap/web-* accepts nothing that is found"
    assert (finding.rule, finding.severity, finding.problem) == ("L901", "warning", problem)
    assert (finding.object, finding.key) == ("Values/site", ("waivers", 0))
    assert finding.file.endswith("site.yaml")


def test_waiver_of_an_unknown_rule_says_so(compose_demo, broken):
    (finding,) = broken(compose_demo(VALUES + WAIVER.replace("L107", "L999"))).findings()
    assert finding.problem == "the waiver names L999, and no rule has this id"


def test_errors_are_refused_at_the_key_that_decides(compose_demo, broken):
    demo = broken(compose_demo(VALUES))
    demo.container("statefulset/store")["resources"] = {}
    with pytest.raises(ValuesError) as caught:
        refuse_errors(demo.findings(), demo.bundle.values.layers)
    (finding,) = caught.value.findings
    assert (finding.code, finding.path) == ("L401", "demo.store.resources")
    assert (finding.at.line, finding.at.column) == (10, 7)
    assert "StatefulSet/store: container store lacks requests.cpu" in str(caught.value)
    assert "= found: demo/statefulset-store.yaml" in str(caught.value)
    assert "= expected: every container requests CPU and memory" in str(caught.value)


def test_error_without_a_key_is_placed_at_the_file(demo):
    demo.spec("job/prepare")["ttlSecondsAfterFinished"] = 1
    with pytest.raises(ValuesError) as caught:
        refuse_errors(demo.findings(), demo.bundle.values.layers)
    (finding,) = caught.value.findings
    assert (finding.path, finding.at.line) == ("", 0)
    assert finding.at.file.endswith("site.yaml")


def test_warnings_and_waived_errors_are_not_refused(compose_demo, broken):
    waiver = WAIVER.replace("L107", "L705").replace("ConfigMap/web-*", "Job/prepare")
    demo = broken(compose_demo(VALUES + waiver))
    demo.spec("job/prepare")["ttlSecondsAfterFinished"] = 1
    leave_unread(demo)
    findings = demo.findings()
    assert [(f.rule, f.waived) for f in findings] == [("L107", False), ("L705", True)]
    refuse_errors(findings, demo.bundle.values.layers)


def test_finding_for_machines_is_complete(demo):
    demo.container("statefulset/store")["resources"] = {}
    (finding,) = demo.findings()
    assert json.loads(json.dumps(finding.as_data())) == {
        "rule": "L401",
        "severity": "error",
        "object": "StatefulSet/store",
        "file": "demo/statefulset-store.yaml",
        "problem": "container store lacks requests.cpu, requests.memory, limits.memory",
        "fix": "set it in the workload's `resources`",
        "waived": False,
        "reason": "",
        "key": "demo.store.resources",
    }


def test_catalogue_ids_are_unique_and_in_order():
    ids = [rule.id for rule in RULES]
    assert len(ids) == len(set(ids))
    assert all(re.fullmatch(r"L[1-9][0-9]{2}", rule_id) for rule_id in ids)
    assert ids == sorted(ids)
    assert {rule_id[:2] for rule_id in ids} == set(SUBJECTS)


def test_catalogue_says_what_and_why():
    for rule in RULES:
        assert not rule.title.endswith(".")
        assert rule.why.endswith(".")
        assert rule.check.__doc__


def test_sections_that_are_no_services_are_known():
    from aspects_gen.lint.traces import SWITCHES
    from aspects_gen.values.schema import bundle_schema

    sections = bundle_schema({})["properties"].items()
    switched = [name for name, node in sections if "enabled" in node.get("properties", {})]
    assert switched == list(SWITCHES)
