"""`aspects-gen lint`: what it prints and its exit codes."""

import json

import pytest

from aspects_gen.cli import main
from aspects_gen.services import registry

VALUES = "site: {lmsHost: a.example.org}\nimages: {registry: registry.example.org/demo}\n"
WAIVER = "waivers: [{rule: L502, reason: pinned by the mirror}]\n"


@pytest.fixture
def lint(write_values, toy, monkeypatch, capsys):
    """Return a function: exit code and output of the command over some values."""

    def emit(values, tools):
        resources = {"requests": {"cpu": "1", "memory": "1Gi"}, "limits": {"memory": "1Gi"}}
        container = {"name": "toy", "image": tools.image("toy"), "resources": resources}
        return {
            "jobs": [
                {
                    "name": "toy",
                    "about": "plays",
                    "pod": {"containers": [container]},
                    "workload": {"uid": 1000},
                    "after": [],
                    "deadline_seconds": 60,
                    "retries": 1,
                }
            ],
            "files": {"Bad": {"a": "b\n"}} if values["colour"] == "green" else {},
        }

    def run(*words, **files):
        folder = write_values(files.pop("site"), **files).parent if files else None
        places = ["--environments", str(folder)] if folder else []
        code = main.run(["lint", *words, *places])
        return code, capsys.readouterr()

    monkeypatch.setattr(registry, "discover_services", lambda: {"toy": toy(emit=emit)})
    return run


def test_warnings_alone_exit_zero(lint):
    code, printed = lint(site=VALUES)
    assert code == 0
    assert printed.out.splitlines() == [
        "L502 warning: images have digests",
        "  Image/toy: docker.io/example/toy:1.0 has no digest",
        "    in site/toy/job-toy.yaml",
        "    = fix: run `aspects-gen images pin`, which asks the registry, and commit the lock",
        "site: 0 errors, 1 warning, 0 waived",
    ]


def test_strict_counts_warnings(lint):
    assert lint("--strict", site=VALUES)[0] == 1


def test_strict_accepts_what_is_waived(lint):
    code, printed = lint("--strict", site=VALUES + WAIVER)
    assert code == 0
    assert "L502 waived: Image/toy: docker.io/example/toy:1.0 has no digest" in printed.out
    assert "    = reason: pinned by the mirror" in printed.out
    assert printed.out.endswith("site: 0 errors, 0 warnings, 1 waived\n")


def test_errors_exit_one(lint):
    code, printed = lint(site=VALUES + "toy: {colour: green}\n")
    assert code == 1
    assert "L201 error: names are valid for their kind" in printed.out
    assert "site: 1 error, 2 warnings, 0 waived" in printed.out


def test_wrong_values_exit_two_and_the_others_are_still_judged(lint):
    code, printed = lint(site=VALUES, wrong="site: {lmsHost: 1}\n")
    assert code == 2
    assert "site: 0 errors, 1 warning, 0 waived" in printed.out
    assert "wrong.yaml:1:17" in printed.err


def test_idle_waiver_is_shown_in_the_values_file(lint):
    waiver = "waivers: [{rule: L106, reason: no longer true}]\n"
    _, printed = lint(site=VALUES + waiver)
    assert "L901 warning: every waiver accepts something" in printed.out
    assert "site.yaml\n" in printed.out


def test_findings_are_data_on_request(lint):
    code, printed = lint("--json", site=VALUES, wrong="site: {lmsHost: 1}\n")
    data = json.loads(printed.out)
    (environment,) = data["environments"]
    assert code == 2
    assert environment["environment"] == "site"
    assert [finding["rule"] for finding in environment["findings"]] == ["L502"]
    assert data["errors"][0]["line"] == 1


def test_rules_are_listed(lint):
    code, printed = lint("--rules")
    assert code == 0
    assert (
        "L101 error: every ConfigMap, and key of one, that a pod names is there\n" in printed.out
    )


def test_rules_are_data_on_request(lint):
    _, printed = lint("--rules", "--json")
    rules = json.loads(printed.out)["rules"]
    assert rules[0].keys() == {"id", "severity", "title", "why"}
