import json
import textwrap

import pytest


def dedent(text):
    return textwrap.dedent(text).lstrip("\n")


def test_explain_says_what_a_key_means_and_what_profiles_make_of_it(call):
    assert call("explain", "shop.closeSeconds") == (
        0,
        dedent("""
            shop.closeSeconds  (service shop)
              Time to close.

              type                whole number from 1 to 600
              unit                seconds
              default             30
              profile production  60
            """),
        "",
    )


def test_explain_lists_the_keys_of_a_map_in_one_line_each(call):
    code, out, _ = call("explain", "shop")

    assert code == 0
    assert out == dedent("""
        shop  (service shop)
          The shop. Sells things.

          type  map

        KEY           MEANING
        enabled       Whether it runs
        kind          Kind of shop
        closeSeconds  Time to close
        storage       Its shelf
        owner         Who owns it
        tills         Its tills
        server        Its pods
        """)


def test_explain_without_a_key_lists_the_top_level(call):
    code, out, _ = call("explain")

    assert code == 0
    assert out.startswith("the top level of a values file\n")
    assert "\nshop          The shop\n" in out
    assert "\nprofile " in out


def test_explain_shows_choices_and_expected_forms(call):
    assert "  type     one of: corner, market\n" in call("explain", "shop.kind")[1]
    assert "  expected  a host name without scheme" in call("explain", "site.lmsHost")[1]
    assert "  required  yes\n" in call("explain", "site.lmsHost")[1]


@pytest.mark.parametrize("name", ["shop.tills.name", "shop.tills[].name", "shop.tills[3].name"])
def test_explain_finds_keys_of_list_items_with_or_without_an_index(call, name):
    code, out, _ = call("explain", name)

    assert code == 0
    assert "  Name of the till.\n" in out
    assert "  required  yes\n" in out


def test_explain_takes_a_name_with_dots_in_a_free_map(call):
    code, out, _ = call("explain", "kubernetes.labels.example.org/team")

    assert code == 0
    assert out == dedent("""
        kubernetes.labels.example.org/team  (the environment itself)
          Labels added to every object.

          type  text
        """)


@pytest.mark.parametrize(
    ("name", "fix"),
    [
        ("shop.closeSecond", "did you mean `shop.closeSeconds`?"),
        ("closeSeconds", "did you mean `shop.closeSeconds`?"),
        ("shop.server.replcas", "did you mean `shop.server.replicas`?"),
        ("bakery.topologi", "did you mean `clickhouse.topology`?"),
        ("storage.size", "did you mean `shop.storage.size`?"),
        ("qqq", "`aspects-gen explain` without a key lists the top level"),
        ("...", "`aspects-gen explain` without a key lists the top level"),
    ],
)
def test_explain_names_the_nearest_key_of_one_that_is_unknown(call, name, fix):
    assert call("explain", name) == (2, "", f"there is no key `{name}`\n  = fix: {fix}\n")


def test_explain_names_several_keys_that_end_alike(call):
    assert call("explain", "enabled")[2].endswith(
        "did you mean `aspects.enabled`, `clickhouse.enabled`, `monitoring.enabled`,"
        " `ralph.enabled` or `shop.enabled`?\n"
    )


@pytest.fixture
def layered(add_environment):
    below = add_environment(
        "base",
        """
        profile: production
        clickhouse: {bucket: safe}
        shop:
          storage:
            size: 20Gi
        """,
    )
    above = add_environment(
        "large",
        """
        extends: base.yaml
        site: {lmsHost: learn.example.org}
        shop:
          storage:
            size: 500Gi
          tills:
            - name: left
        """,
    )
    return below, above


def test_explain_says_what_set_a_value_and_which_layers_it_overrides(call, layered, wide):
    below, above = layered

    code, out, _ = call("explain", "shop.storage.size", "--env", "large")

    assert code == 0
    assert out.splitlines()[-7:] == [
        "  default             1Gi",
        "  profile production  9Gi",
        "  value               500Gi",
        f"  set by              {above}:5:11",
        f"  overrides           {below}:5:11: 20Gi",
        "  overrides           profile production: 9Gi",
        "  overrides           default: 1Gi",
    ]


def _sources(call, key, environment="large"):
    code, out, _ = call("explain", key, "--env", environment, "--json")
    assert code == 0
    return json.loads(out)


def test_explain_names_the_profile_that_set_a_value(call, layered):
    facts = _sources(call, "shop.closeSeconds")

    assert facts["value"] == 60
    assert [source["text"] for source in facts["sources"]] == ["profile production", "default"]


def test_explain_names_what_a_derived_value_follows(call, layered):
    _, above = layered
    facts = _sources(call, "shop.owner")

    assert facts["value"] == "learn.example.org"
    assert facts["sources"][0] == {
        "kind": "derived",
        "text": f"derived from site.lmsHost ({above}:2:17)",
        "value": "learn.example.org",
    }
    assert facts["sources"][1] == {"kind": "default", "text": "default", "value": "nobody"}


def test_explain_says_when_a_file_overrides_a_derived_value(call, add_environment):
    add_environment("own", "site: {lmsHost: a.example.org}\nshop: {owner: me}\n")

    facts = _sources(call, "shop.owner", "own")

    assert [source["kind"] for source in facts["sources"]] == ["file", "derived", "default"]
    assert (facts["sources"][0]["line"], facts["sources"][0]["column"]) == (2, 15)
    assert "value" not in facts["sources"][1]


def test_explain_says_default_where_nobody_set_a_value(call, layered):
    assert _sources(call, "shop.kind")["sources"] == [
        {"kind": "default", "text": "default", "value": "corner"}
    ]


def test_explain_says_when_nothing_sets_a_value(call):
    code, out, _ = call("explain", "shop.server.priorityClassName", "--env", "small")

    assert code == 0
    assert out.endswith("  type   text\n  value  not set\n")


def test_explain_gives_the_value_of_one_item_by_its_number(call, layered):
    assert _sources(call, "shop.tills[0].name")["value"] == "left"
    assert _sources(call, "shop.tills[0].open")["value"] is True
    out = call("explain", "shop.tills.name", "--env", "large")[1]
    assert "  value     each item has its own: name one by its number, from [0]\n" in out


def test_explain_lists_values_and_origins_of_the_keys_of_a_map(call, wide):
    code, out, _ = call("explain", "shop", "--env", "small")

    rows = {line.split()[0]: line for line in out.splitlines() if line[:1].isalpha()}
    assert code == 0
    assert rows["kind"].split() == ["kind", "corner", "default", "Kind", "of", "shop"]
    assert "(a map)" in rows["server"]
    assert "learn.example.org" in rows["owner"]


def test_explain_wraps_at_a_hundred_characters_when_nobody_watches(call):
    for key in ("", "secrets.provider", "kubernetes"):
        assert all(len(line) <= 100 for line in call("explain", key)[1].splitlines())


def test_explain_refuses_an_environment_that_is_not_there(call):
    code, out, err = call("explain", "shop.kind", "--env", "none")

    assert (code, out) == (2, "")
    assert "there is no environment `none`" in err


@pytest.mark.parametrize(
    ("follows", "text"),
    [
        ("shop.kind", "derived from shop.kind (left at its default)"),
        ("site.studioHost", "derived from site.studioHost (itself derived from site.lmsHost)"),
        ("shop.nowhere", "derived from shop.nowhere"),
    ],
)
def test_explain_says_where_what_is_followed_comes_from(call, services, follows, text):
    services["aspects"].opinions = lambda values: (
        {"shop": {"owner": "x"}},
        {"shop": follows},
    )

    assert _sources(call, "shop.owner", "small")["sources"][0]["text"] == text


def test_explain_says_of_each_map_below_whether_something_set_it(call, layered, services):
    services["aspects"].opinions = lambda values: (
        {"shop": {"server": {"replicas": 2}}},
        {"shop.server.replicas": "profile"},
    )
    values = _sources(call, "shop")["values"]

    assert values["storage"] == {"set": "in part by a file"}
    assert values["server"] == {"set": "derived"}
    assert _sources(call, "network")["values"]["lms"] == {"set": "default"}
