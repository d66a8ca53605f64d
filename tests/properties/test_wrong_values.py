"""Whatever is wrong in a values file: place, found, expected, fix, all at once, exit 2, never a traceback."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aspects_gen.cli.main import run
from aspects_gen.errors import ValuesError
from aspects_gen.services.registry import discover_services
from aspects_gen.values.resolve import resolve_values
from aspects_gen.values.schema import bundle_schema, resolve

Leaf = tuple[tuple[str, ...], dict[str, Any]]

WRONG: dict[str, list[Any]] = {
    "string": [7, True, ["x"], {"a": 1}, None],
    "integer": ["seven", 1.5, True, [], None],
    "number": ["much", {}, None],
    "boolean": ["yes", "on", 1, None],
    "array": ["one", 3, {}],
    "object": ["text", 4, [1]],
}


@lru_cache
def schema() -> dict[str, Any]:
    return bundle_schema({name: s.schema() for name, s in discover_services().items()})


def leaves(node: dict[str, Any], path: tuple[str, ...] = ()) -> Iterator[Leaf]:
    for name, child in node.get("properties", {}).items():
        whole = resolve(schema(), child)
        yield (*path, name), whole
        yield from leaves(whole, (*path, name))


def every_leaf() -> list[Leaf]:
    return [leaf for leaf in leaves(schema()) if leaf[0][0] not in ("extends",)]


def nest(path: tuple[str, ...], value: Any) -> dict[str, Any]:
    for name in reversed(path):
        value = {name: value}
    data = {"site": {"lmsHost": "learn.example.org"}}
    for key, inner in value.items():
        data[key] = {**data.get(key, {}), **inner} if isinstance(inner, dict) else inner
    return data


def findings_of(text: str, folder: Path) -> list[Any]:
    path = folder / "site.yaml"
    path.write_text(text)
    with pytest.raises(ValuesError) as caught:
        resolve_values(path, folder, discover_services())
    return caught.value.findings


def assert_helpful(findings: list[Any], line_of: str = "") -> None:
    for finding in findings:
        assert finding.at.file.endswith("site.yaml")
        assert finding.at.line > 0
        assert finding.at.column > 0
        assert finding.problem
        assert finding.found
        assert finding.expected
        assert finding.fix
        assert finding.code.startswith("AG1")


def wrong_for(node: dict[str, Any]) -> list[Any]:
    if "enum" in node:
        return ["no-such-choice", 12]
    kind = node.get("type", "string")
    values = [v for v in WRONG.get(kind, ["x"]) if not (kind == "boolean" and isinstance(v, bool))]
    if "minimum" in node:
        values.append(node["minimum"] - 1)
    if "maximum" in node:
        values.append(node["maximum"] + 1)
    if "pattern" in node:
        values.append(" § not this § ")
    return values


@pytest.mark.parametrize("section", sorted(schema()["properties"]))
def test_a_wrong_value_of_any_key_is_explained_at_its_line(section, tmp_path):
    tried = 0
    for path, node in every_leaf():
        if path[0] != section:
            continue
        for value in wrong_for(node):
            text = yaml.safe_dump(nest(path, value), sort_keys=False, allow_unicode=True)
            findings = findings_of(text, tmp_path)
            assert_helpful(findings)
            assert any(f.path.startswith(".".join(path)) for f in findings), (path, value)
            tried += 1
    assert tried or section == "extends"


def test_there_are_far_more_than_two_hundred_wrong_files():
    assert sum(len(wrong_for(node)) for _, node in every_leaf()) > 1000


def test_an_unknown_key_anywhere_is_explained(tmp_path):
    for path, node in every_leaf():
        if "properties" in node and node.get("additionalProperties") is False:
            findings = findings_of(yaml.safe_dump(nest((*path, "noSuchKeyHere"), 1)), tmp_path)
            assert_helpful(findings)
            assert any(f.path == ".".join((*path, "noSuchKeyHere")) for f in findings)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_many_wrong_values_are_all_reported_at_once(data, tmp_path):
    chosen = data.draw(
        st.lists(
            st.sampled_from([(p, n) for p, n in every_leaf() if len(p) == 2]),
            min_size=2,
            max_size=6,
            unique_by=lambda leaf: leaf[0],
        )
    )
    values: dict[str, Any] = {"site": {"lmsHost": "learn.example.org"}}
    expected = set()
    for path, node in chosen:
        values.setdefault(path[0], {})[path[1]] = data.draw(st.sampled_from(wrong_for(node)))
        expected.add(".".join(path))
    findings = findings_of(yaml.safe_dump(values, allow_unicode=True), tmp_path)
    assert_helpful(findings)
    found = {finding.path for finding in findings}
    assert all(any(f.startswith(path) for f in found) for path in expected)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    cut=st.integers(1, 400),
    insert=st.sampled_from(["\t", "{", "[", "'", '"', ": ", "&a", "*b", "!!x ", "\x00", "\n  - "]),
)
def test_a_damaged_file_never_makes_a_traceback(cut, insert, tmp_path, capsys):
    text = (Path(__file__).parents[2] / "environments" / "production.yaml").read_text()
    folder = tmp_path / "environments"
    folder.mkdir(exist_ok=True)
    (folder / "site.yaml").write_text(text[:cut] + insert + text[cut:])
    code = run(["build", "--check", "--environments", str(folder), "--out", str(tmp_path / "out")])
    output = capsys.readouterr()
    assert code in (1, 2)
    assert "Traceback" not in output.err + output.out
    assert "has a defect" not in output.err
    if code == 2:
        assert "site.yaml:" in output.err
        assert "= fix:" in output.err


HAND_MADE = {
    "a tab": "site:\n\tlmsHost: a.b\n",
    "a list": "- site\n",
    "text": "just words\n",
    "two documents": "site: {lmsHost: a.b}\n---\nsite: {}\n",
    "duplicate": "site: {lmsHost: a.b}\nsite: {lmsHost: c.d}\n",
    "a url for a host": "site: {lmsHost: 'https://learn.example.org/'}\n",
    "upper case": "site: {lmsHost: Learn.Example.ORG}\n",
    "a size without a unit": "site: {lmsHost: a.b}\nclickhouse: {storage: {size: 10}}\n",
    "months as text": "site: {lmsHost: a.b}\naspects: {retentionMonths: '12 months'}\n",
    "pii as a boolean": "site: {lmsHost: a.b}\naspects: {pii: true}\n",
    "a password": "site: {lmsHost: a.b}\nralph: {admin: {password: hunter2}}\n",
    "a service that is off": "site: {lmsHost: a.b}\nralph: {enabled: false}\naspects: {source: ralph}\n",
    "vector without vector": "site: {lmsHost: a.b}\naspects: {source: vector}\n",
    "no clickhouse": "site: {lmsHost: a.b}\nclickhouse: {enabled: false}\n",
    "external without a host": "site: {lmsHost: a.b}\nclickhouse: {topology: external}\n",
    "even keepers": "site: {lmsHost: a.b}\nkubernetes: {storageClass: x}\n"
    "clickhouse: {topology: replicated, keeper: {server: {replicas: 2}}, backup: {enabled: false}}\n",
    "one user twice": "site: {lmsHost: a.b}\naspects: {clients: {lrs: {user: x}, vector: {user: x}}}\n",
    "a namespace with a dot": "site: {lmsHost: a.b}\nkubernetes: {namespace: a.b}\n",
    "a floating tag": "site: {lmsHost: a.b}\nimages: {overrides: {ralph: {tag: latest}}}\n",
    "a waiver without a reason": "site: {lmsHost: a.b}\nwaivers: [{rule: L101}]\n",
    "a cron with four fields": "site: {lmsHost: a.b}\nclickhouse: {backup: {enabled: true, schedule: '1 2 3 4'}}\n",
    "python that does not compile": "site: {lmsHost: a.b}\nsuperset: {extraConfig: 'def ('}\n",
}


@pytest.mark.parametrize("name", HAND_MADE)
def test_mistakes_people_make_are_explained(name, tmp_path, capsys):
    folder = tmp_path / "environments"
    folder.mkdir()
    (folder / "site.yaml").write_text(HAND_MADE[name])
    arguments = ["build", "--environments", str(folder), "--out", str(tmp_path / "out")]
    assert run(arguments) == 2
    error = capsys.readouterr().err
    for word in ("site.yaml:", "= found:", "= expected:", "= fix:", "= code:"):
        assert word in error
    assert "hunter2" not in error
    assert not (tmp_path / "out").exists()
    assert run([*arguments, "--json"]) == 2
    data = json.loads(capsys.readouterr().out)
    assert all(
        set(e) >= {"file", "line", "column", "found", "expected", "fix"} for e in data["errors"]
    )
