import pytest

from aspects_gen.tutor.combine import COMBINATIONS
from aspects_gen.tutor.conditions import CONDITIONS
from aspects_gen.tutor.convert import CONVERTERS
from aspects_gen.tutor.rules import load_defaults, load_rules
from aspects_gen.values.defaults import default_of
from aspects_gen.values.paths import parse_path, value_at
from aspects_gen.values.schema import node_at


def rules():
    return [(name, rule) for name, found in load_rules().items() for rule in found]


def keys():
    return [
        (name, key)
        for name, rule in rules()
        for key in (
            *([rule["key"]] if "key" in rule else []),
            *rule.get("also", {}),
            *rule.get("sets", []),
        )
    ]


def test_every_variable_of_release_6_1_has_a_rule(data):
    names = (data / "variables-6.1.txt").read_text().split()
    assert len(names) == 150
    assert [name for name in names if name not in load_rules()] == []


@pytest.mark.parametrize(("name", "key"), keys())
def test_key_of_a_rule_is_a_value(schema, name, key):
    assert node_at(schema, parse_path(key)) is not None


def test_secret_of_a_rule_is_one_that_the_values_name(schema):
    known = set()
    collect(default_of(schema, schema, "starter"), known)
    # named only once its service is asked to use it
    optional = {"ralph-sentry/dsn", "vector-archive/accessKey", "vector-archive/secretKey"}
    wanted = {rule["secret"] for _, rule in rules() if "secret" in rule}
    assert wanted - known == optional


def collect(value, known):
    if isinstance(value, dict):
        if set(value) == {"name", "key"}:
            known.add(f"{value['name']}/{value['key']}")
        for item in value.values():
            collect(item, known)


def test_archive_secret_is_the_default_one(schema):
    pair = value_at(
        default_of(schema, schema, "starter"), ("vector", "archive", "credentialsSecret")
    )
    assert pair == {"name": "vector-archive", "accessKey": "accessKey", "secretKey": "secretKey"}


def test_rules_use_words_that_exist():
    known = {
        "key",
        "as",
        "also",
        "when",
        "note",
        "secret",
        "dropped",
        "lost",
        "fix",
        "by",
        "sets",
        "hide",
    }
    for name, rule in rules():
        assert (name, set(rule) - known) == (name, set())
        assert len({"key", "secret", "dropped", "lost", "by"} & set(rule)) == 1
        assert rule.get("when", "ralph_runs") in CONDITIONS
        assert rule.get("by", "source") in COMBINATIONS
        assert {rule.get("as", "text"), *rule.get("also", {}).values()} <= set(CONVERTERS)
        assert ("lost" in rule) == ("fix" in rule)


def test_every_converter_and_combination_is_used():
    used = {rule.get("as") for _, rule in rules()}
    used |= {name for _, rule in rules() for name in rule.get("also", {}).values()}
    assert set(CONVERTERS) - used == set()
    assert set(COMBINATIONS) == {rule["by"] for _, rule in rules() if "by" in rule}


def test_every_condition_is_used():
    assert set(CONDITIONS) == {rule["when"] for _, rule in rules() if "when" in rule}


def test_every_default_has_a_rule():
    assert [n for group in load_defaults().values() for n in group if n not in load_rules()] == []
