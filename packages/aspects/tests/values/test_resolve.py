import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aspects_gen.errors import ValuesError
from aspects_gen.values.paths import parse_path, show_path
from aspects_gen.values.resolve import resolve_values

SITE = "site: {lmsHost: learn.example.org}\n"


@pytest.fixture
def resolve(tmp_path, toy):
    def call(path, **parts):
        return resolve_values(path, tmp_path, {"toy": toy(**parts)})

    return call


@pytest.fixture
def errors(resolve):
    def call(path, **parts):
        with pytest.raises(ValuesError) as caught:
            resolve(path, **parts)
        return caught.value

    return call


def test_one_host_name_is_enough(resolve, write_values):
    values = resolve(write_values(SITE))
    assert values.data["site"]["studioHost"] == "studio.learn.example.org"
    assert values.data["site"]["contactEmail"] == "contact@learn.example.org"
    assert values.origins["site.studioHost"] == "site.lmsHost"
    assert values.data["toy"]["server"]["replicas"] == 1
    assert values.environment == "site"


def test_the_profile_sets_sizes_and_the_operator_wins(resolve, write_values):
    profile = SITE + "profile: production\n"
    assert resolve(write_values(profile)).data["toy"]["server"]["replicas"] == 3
    own = profile + "toy: {server: {replicas: 5}}\n"
    server = resolve(write_values(own)).data["toy"]["server"]
    assert server["replicas"] == 5
    assert server["resources"]["limits"] == {"memory": "64Mi"}


def test_layers_merge_maps_and_replace_lists(resolve, write_values):
    base = SITE + "toy: {port: 81, names: [{name: a}, {name: b}], server: {replicas: 2}}\n"
    top = "extends: base.yaml\ntoy: {names: [{name: c}], server: {podAnnotations: {x: y}}}\n"
    values = resolve(write_values(top, base=base))
    toy = values.data["toy"]
    assert (toy["port"], toy["names"]) == (81, [{"name": "c", "loud": False}])
    assert toy["server"]["replicas"] == 2
    assert str(values.layers.position(("toy", "port"))) == "environments/base.yaml:2:13"
    assert (
        str(values.layers.position(("toy", "names", 0, "name"))) == "environments/site.yaml:2:22"
    )
    assert "extends" not in values.layers.data


def test_files_that_extend_each_other_are_refused(errors, write_values):
    error = errors(write_values("extends: base.yaml\n" + SITE, base="extends: site.yaml\n"))
    assert str(error) == (
        "environments/base.yaml:1:10  extends\n"
        "  |\n"
        "1 | extends: site.yaml\n"
        "  |          ^ these files extend each other in a circle\n"
        "  = found: site.yaml\n"
        "  = expected: one file name, or a list of them, relative to this file\n"
        "  = fix: name existing values files, each building on the ones before it\n"
        "  = code: AG105\n"
        "\n"
        "1 error; nothing was written"
    )


def test_a_layer_that_does_not_exist_is_named(errors, write_values):
    error = errors(write_values("extends: [nope.yaml]\n" + SITE))
    assert "environments/site.yaml:1:11" in str(error)
    assert "no file 'nope.yaml'" in str(error)


def test_all_errors_of_all_layers_come_at_once(errors, write_values):
    base = "site: {lmsHost: 7}\ntoy: {colour: gren, prot: 1}\n"
    error = errors(write_values("extends: base.yaml\ntoy: {port: 70000, size: 10}\n", base=base))
    assert [(f.at.file, f.at.line, f.path) for f in error.findings] == [
        ("environments/base.yaml", 1, "site.lmsHost"),
        ("environments/base.yaml", 2, "toy.colour"),
        ("environments/base.yaml", 2, "toy.prot"),
        ("environments/site.yaml", 2, "toy.port"),
        ("environments/site.yaml", 2, "toy.size"),
    ]
    fixes = {finding.path: finding.fix for finding in error.findings}
    assert fixes["toy.colour"] == "write `green`"
    assert fixes["toy.prot"] == "did you mean `port`? rename `prot`"
    assert fixes["toy.size"] == 'write it as text with a unit, for example "10Gi"'


def test_a_layer_that_is_no_yaml_is_reported_with_the_others(errors, write_values):
    error = errors(
        write_values("extends: [low.yaml, high.yaml]\n" + SITE, low="a: [\n", high="b: 1\nb: 2\n")
    )
    places = [(finding.at.file, finding.code) for finding in error.findings]
    assert places == [("environments/high.yaml", "AG102"), ("environments/low.yaml", "AG101")]


def test_a_list_that_replaces_another_leaves_nothing_of_its_places(errors, write_values):
    base = SITE + "toy:\n  names:\n    - {name: a}\n    - {name: b}\n"
    error = errors(write_values("extends: base.yaml\ntoy: {names: [{nam: c}]}\n", base=base))
    assert {str(finding.at) for finding in error.findings} == {
        "environments/site.yaml:2:15",
        "environments/site.yaml:2:16",
    }


def test_a_problem_of_the_whole_file_points_at_its_first_line(errors, write_values):
    def check(values, site):
        return [("nothing.here", "this is missing", "a thing", "add it")]

    (finding,) = errors(write_values(SITE + "toy: {}\n"), check=check).findings
    assert (finding.found, str(finding.at)) == ("nothing", "environments/site.yaml:2:1")


RULES = {
    "low": ({"type": "integer", "minimum": 3}, 1, "a whole number of at least 3"),
    "high": ({"type": "number", "maximum": 3}, 4, "a number of at most 3"),
    "between": ({"type": "integer", "minimum": 3, "maximum": 5}, 9, "a whole number from 3 to 5"),
    "above": (
        {"type": "number", "exclusiveMinimum": 0, "x-expected": "more than 0"},
        0,
        "more than 0",
    ),
    "short": ({"type": "string", "minLength": 2}, "a", "at least 2 characters"),
    "long": ({"type": "string", "maxLength": 2}, "abc", "at most 2 characters"),
    "form": ({"type": "string", "pattern": "^a"}, "b", "text of the documented form"),
    "few": ({"type": "array", "minItems": 2}, [1], "at least 2 items"),
    "many": ({"type": "array", "maxItems": 1}, [1, 2], "at most 1 items"),
    "twice": ({"type": "array", "uniqueItems": True}, [1, 1], "each item once"),
    "step": ({"type": "integer", "multipleOf": 5}, 7, "a multiple of 5"),
    "empty": ({"type": "object", "minProperties": 1}, {}, "at least 1 keys"),
    "either": (
        {"anyOf": [{"const": 1}, {"const": 2}], "description": "One or two."},
        3,
        "One or two.",
    ),
}


@pytest.mark.parametrize("name", RULES)
def test_each_rule_of_a_schema_says_what_it_expects(tmp_path, toy, write_values, name):
    node, value, expected = RULES[name]
    schema = {"type": "object", "properties": {name: {"description": "It.", **node}}}
    path = write_values(SITE + f"toy: {{{name}: {json.dumps(value)}}}\n")
    with pytest.raises(ValuesError) as caught:
        resolve_values(path, tmp_path, {"toy": toy(schema=lambda: schema)})
    (finding,) = caught.value.findings
    assert (finding.code, finding.path, finding.expected) == ("AG112", f"toy.{name}", expected)
    assert finding.fix == f"write {expected}"


def test_a_missing_key_points_at_the_file(errors, write_values):
    error = errors(write_values("profile: starter\n"))
    assert str(error) == (
        "environments/site.yaml:1:1  site.lmsHost\n"
        "  |\n"
        "1 | profile: starter\n"
        "  | ^ `site.lmsHost` is missing\n"
        "  = found: nothing\n"
        "  = expected: a host name without scheme, port or path, for example learn.example.org\n"
        "  = fix: add `lmsHost:` under `site`\n"
        "  = code: AG111\n"
        "\n"
        "1 error; nothing was written"
    )


@pytest.mark.parametrize(
    ("line", "fix"),
    [
        ("toy: {enabled: yes}", "write `true`"),
        ("toy: {enabled: off}", "write `false`"),
        ("toy: {names: x}", "write a list: [x]"),
        ("toy: {port: null}", "give it a value, or remove the key to take the default"),
        ("site: {lmsHost: a.b, platformName: 12}", 'put it in quotes: "12"'),
        ("profile: prod", "write `production`"),
    ],
)
def test_the_fix_is_what_to_write(errors, write_values, line, fix):
    text = line + "\n" if line.startswith("site") else SITE + line + "\n"
    assert [finding.fix for finding in errors(write_values(text)).findings] == [fix]


def test_a_password_in_the_values_is_refused_and_hidden(errors, write_values):
    error = errors(write_values(SITE + "toy:\n  password: hunter2\n"))
    assert "hunter2" not in str(error)
    assert "secrets never stand in values" in str(error)


def test_a_service_s_problem_points_at_the_value(errors, write_values):
    def check(values, site):
        return [("port", "this port is taken", "a free port", "write `port: 81`")]

    error = errors(write_values(SITE + "toy:\n  port: 80\n"), check=check)
    assert "environments/site.yaml:3:9  toy.port" in str(error)
    error = errors(write_values(SITE), check=check)
    assert "environments/site.yaml:1:1  toy.port" in str(error)
    assert "integer 80 (not set in a file: default or derived)" in str(error)


def test_more_errors_than_fit_are_counted(errors, write_values):
    unknown = "".join(f"  k{number}: 1\n" for number in range(30))
    assert "and 10 more; --json prints all of them" in str(
        errors(write_values(SITE + "toy:\n" + unknown))
    )


def test_opinions_fill_what_nobody_set(tmp_path, toy, write_values):
    spanning = toy("aspects")
    spanning.opinions = lambda values: ({"toy": {"port": 99}}, {"toy.port": "aspects.port"})
    services = {"toy": toy(), "aspects": spanning}
    values = resolve_values(write_values(SITE), tmp_path, services)
    assert values.data["toy"]["port"] == 99
    assert values.origins["toy.port"] == "aspects.port"
    values = resolve_values(write_values(SITE + "toy: {port: 7}\n"), tmp_path, services)
    assert values.data["toy"]["port"] == 7


@given(
    st.lists(st.from_regex(r"[a-zA-Z_-]{1,5}", fullmatch=True) | st.integers(0, 99), min_size=1)
)
def test_paths_read_back_as_they_are_shown(parts):
    path = ("root", *parts)
    assert parse_path(show_path(path)) == path
