import pytest

from aspects_gen.errors import UsageError
from aspects_gen.explain.inline import inline_yaml
from aspects_gen.explain.keys import find_key
from aspects_gen.explain.meaning import describe_key, first_sentence, type_words, unit_of


@pytest.mark.parametrize(
    ("node", "words"),
    [
        ({"type": "string"}, "text"),
        ({"type": "boolean"}, "true or false"),
        ({"type": ["string", "null"]}, "text or nothing"),
        ({"type": "integer", "minimum": 1, "maximum": 9}, "whole number from 1 to 9"),
        ({"type": "number", "minimum": 0}, "number of at least 0"),
        ({"type": "number", "maximum": 1.5}, "number of at most 1.5"),
        ({"enum": ["a", 2]}, "one of: a, 2"),
        ({"type": "array"}, "list"),
        (
            {"type": "array", "items": {"type": "string"}, "minItems": 1, "maxItems": 3},
            "list, each item: text, at least 1 items, at most 3 items",
        ),
        (
            {"type": "object", "additionalProperties": {"type": "string"}},
            "map of names, each: text",
        ),
        ({"anyOf": [{"type": "string"}, {"type": "null"}]}, "text, or nothing"),
        ({"$ref": "#/$defs/port"}, "whole number from 1 to 65535"),
    ],
)
def test_type_is_told_in_words(node, words):
    schema = {"$defs": {"port": {"type": "integer", "minimum": 1, "maximum": 65535}}}

    assert type_words(schema, node) == words


@pytest.mark.parametrize(
    ("name", "unit"),
    [
        ("batchSeconds", "seconds"),
        ("retentionMonths", "months"),
        ("queriesPerHour", ""),
        ("bytesPerSecond", ""),
        ("rateBytesPerSecond", "bytes per second"),
        ("memoryRatio", "ratio"),
        ("secondsHand", ""),
        ("port", ""),
    ],
)
def test_unit_is_what_a_name_ends_in(name, unit):
    assert unit_of(("shop", name)) == unit


def test_the_top_level_has_no_unit():
    assert unit_of(()) == ""


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("One. Two.", "One"),
        ("single: one server; more: many. Or none.", "single: one server; more: many"),
        ("Version 1.5 of it", "Version 1.5 of it"),
        ("", ""),
    ],
)
def test_first_sentence_ends_at_its_full_stop(text, first):
    assert first_sentence(text) == first


@pytest.mark.parametrize(
    ("value", "line"),
    [
        ("plain", "plain"),
        ("", '""'),
        ("off", "'off'"),
        ("1.5", "'1.5'"),
        ("two\nlines", '"two\\nlines"'),
        (None, "null"),
        (True, "true"),
        (["a"], '["a"]'),
        ({"a": 1}, '{"a": 1}'),
    ],
)
def test_a_value_stands_in_one_line_that_yaml_reads_back(value, line):
    assert inline_yaml(value) == line


SCHEMA = {
    "type": "object",
    "properties": {
        "profile": {"enum": ["starter", "production"], "default": "starter"},
        "things": {
            "type": "object",
            "description": "Things by name.",
            "additionalProperties": {
                "type": "object",
                "additionalProperties": False,
                "required": ["size"],
                "properties": {
                    "size": {"type": "integer", "description": "How big."},
                    "tag": {"type": "string", "description": "Its tag.", "default": "x"},
                },
            },
        },
    },
}


def test_keys_of_a_named_map_are_found_under_any_name():
    key = find_key(SCHEMA, "things.chair.size")
    facts = describe_key(SCHEMA, ["things"], key)

    assert facts["required"] is True
    assert facts["service"] == "things"
    assert describe_key(SCHEMA, [], find_key(SCHEMA, "things.chair.tag"))["default"] == "x"
    assert list(describe_key(SCHEMA, [], find_key(SCHEMA, "things"))["keys"]) == ["size", "tag"]


@pytest.mark.parametrize("name", ["things[0]", "things.chair.colour", "profile.x", "profile[1]"])
def test_a_key_that_the_schema_has_no_place_for_is_unknown(name):
    with pytest.raises(UsageError, match="there is no key"):
        find_key(SCHEMA, name)
