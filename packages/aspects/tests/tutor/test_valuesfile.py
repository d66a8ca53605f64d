import re


def test_file_starts_with_the_editors_modeline(transfer):
    assert transfer("two").text.startswith(
        "# yaml-language-server: $schema=../schemas/values.schema.json\n"
    )


def test_every_value_names_the_setting_it_came_from(transfer):
    lines = [line for line in transfer("two").text.splitlines() if line.strip()]
    for line in lines:
        leaf = re.match(r"^ *[A-Za-z]+: \S", line)
        if leaf and not line.startswith("#"):
            assert re.search(r"  # [A-Z0-9_]+( \(unset: its default\))?$", line), line


def test_groups_follow_the_schema_and_are_explained(transfer, schema):
    text = transfer("two").text
    groups = re.findall(r"^([a-z]+):", text, re.MULTILINE)
    assert groups == [name for name in schema["properties"] if name in groups]
    for group in groups:
        assert re.search(rf"^# .+\.\n{group}:", text, re.MULTILINE), group


def test_texts_of_many_lines_stay_readable(transfer, values):
    text = "LMS_HOST: a.org\nASPECTS_OPERATOR_HELP_MARKDOWN: 'one\\n# two\\n\\nthree: \"x\"'\n"
    assert (
        "      operator: |-  # ASPECTS_OPERATOR_HELP_MARKDOWN\n        one\n"
        in transfer(text).text
    )
    found = values(text)["aspects"]["dashboards"]["help"]["operator"]
    assert found == 'one\n# two\n\nthree: "x"'


def test_profile_is_written_where_it_is_not_the_default(values):
    assert values("two", profile="production")["profile"] == "production"
    assert "profile" not in values("two")


def test_volume_equal_to_the_profiles_is_not_written(values):
    assert "storage" not in values("two", profile="production")["clickhouse"]
