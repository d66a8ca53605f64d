import json
import textwrap
from datetime import UTC, date, datetime

import pytest

from aspects_gen.cli import images
from aspects_gen.images.registry import Registry
from aspects_gen.images.transport import RegistryError

DIGEST = "sha256:" + "ab" * 32
OTHER = "sha256:" + "cd" * 32


def dedent(text):
    return textwrap.dedent(text).lstrip("\n")


def test_today_is_a_date():
    assert date.fromisoformat(images._today()) <= datetime.now(UTC).date()


@pytest.fixture
def today(monkeypatch):
    monkeypatch.setattr(images, "_today", lambda: "2026-11-22")


@pytest.fixture
def answer(monkeypatch, today):
    """A function that says what registries answer: image -> digest; returns the list of what was asked."""

    def answer(digests):
        asked = []

        def find_digest(_self, reference, known=None):
            name = f"{reference.repository}:{reference.tag}"
            asked.append((name, known))
            if name not in digests:
                raise RegistryError(f"{reference.api_host} does not know {name}", "check the tag")
            return digests[name]

        monkeypatch.setattr(Registry, "find_digest", find_digest)
        return asked

    return answer


@pytest.fixture
def both(add_environment):
    """A second environment, whose shop comes from elsewhere and whose images come through a mirror."""
    add_environment(
        "tall",
        """
        site: {lmsHost: learn.example.org}
        images:
          mirror: mirror.example.org/proxy
          overrides:
            shop: {repository: registry.example.org/shop}
        """,
    )


def test_images_list_shows_what_runs_and_that_no_digest_is_known(call):
    assert call("images", "list", "small") == (
        0,
        dedent("""
            COMPONENT  IMAGE                        DIGEST     SEEN  USED BY
            shop       docker.io/example/shop:1.2   no digest  -     small
            store      docker.io/example/store:3.4  no digest  -     small

            2 of 2 have no digest: run `aspects-gen images pin`
            """),
        "",
    )


@pytest.mark.parametrize("words", [(), ("--all",), ("small", "tall"), ("small", "--all")])
def test_images_list_takes_in_every_environment_unless_some_are_named(call, both, words):
    code, out, _ = call("images", "list", *words)

    assert code == 0
    assert out.startswith(
        dedent("""
            COMPONENT  IMAGE                          DIGEST     SEEN  USED BY
            shop       docker.io/example/shop:1.2     no digest  -     small
            shop       registry.example.org/shop:1.2  no digest  -     tall
            store      docker.io/example/store:3.4    no digest  -     small, tall
            """)
    )


def test_images_list_shows_digests_and_where_they_were_seen(call, answer):
    answer({"example/shop:1.2": DIGEST, "example/store:3.4": OTHER})
    call("images", "pin")

    assert call("images", "list")[1] == dedent("""
        COMPONENT  IMAGE                        DIGEST               SEEN                            USED BY
        shop       docker.io/example/shop:1.2   sha256:abababababab  registry-1.docker.io manifest,  small
                                                                     2026-11-22
        store      docker.io/example/store:3.4  sha256:cdcdcdcdcdcd  registry-1.docker.io manifest,  small
                                                                     2026-11-22
        """)
    assert json.loads(call("images", "list", "--json")[1])["images"][0] == {
        "component": "shop",
        "image": "docker.io/example/shop:1.2",
        "digest": DIGEST,
        "seen": "registry-1.docker.io manifest, 2026-11-22",
        "environments": ["small"],
    }


def test_images_pin_asks_for_what_is_not_known_and_says_whom(call, environments, answer):
    asked = answer({"example/shop:1.2": DIGEST, "example/store:3.4": OTHER})
    lock = environments / "images.lock.json"

    assert call("images", "pin", "small") == (
        0,
        dedent(f"""
            pinned  docker.io/example/shop:1.2
              {DIGEST}
            pinned  docker.io/example/store:3.4
              {OTHER}
            {lock}: 2 pinned
            """),
        "asking registry-1.docker.io for example/shop:1.2\n"
        "asking registry-1.docker.io for example/store:3.4\n",
    )
    assert call("images", "pin")[1].endswith(f"{lock}: 2 kept\n")
    assert len(asked) == 2


def test_images_pin_asks_again_when_told_to_and_shows_tags_that_moved(call, answer):
    answer({"example/shop:1.2": DIGEST, "example/store:3.4": OTHER})
    call("images", "pin")
    asked = answer({"example/shop:1.2": OTHER, "example/store:3.4": OTHER})

    code, out, _ = call("images", "pin", "--refresh")

    assert code == 0
    assert f"moved   docker.io/example/shop:1.2\n  {OTHER}\n  was {DIGEST}\n" in out
    assert asked == [("example/shop:1.2", DIGEST), ("example/store:3.4", OTHER)]


def test_images_pin_asks_the_origin_of_what_comes_through_a_mirror(call, both, answer):
    asked = answer({"shop:1.2": DIGEST, "example/store:3.4": OTHER})

    assert call("images", "pin", "tall")[0] == 0
    assert [name for name, _ in asked] == ["example/store:3.4", "shop:1.2"]


def test_images_pin_keeps_what_it_learnt_and_fails_when_one_is_unknown(call, answer):
    answer({"example/shop:1.2": DIGEST})

    code, out, _ = call("images", "pin")

    assert code == 3
    assert (
        "failed  docker.io/example/store:3.4\n"
        "  registry-1.docker.io does not know example/store:3.4\n"
        "  = fix: check the tag\n"
    ) in out
    assert out.endswith("images.lock.json: 1 failed, 1 pinned\n")
    assert DIGEST in call("images", "list", "--json")[1]


def test_images_pin_as_data(call, environments, answer):
    answer({"example/shop:1.2": DIGEST, "example/store:3.4": OTHER})

    data = json.loads(call("images", "pin", "--json")[1])

    assert data["lock"] == str(environments / "images.lock.json")
    assert data["images"][0] == {
        "image": "docker.io/example/shop:1.2",
        "status": "pinned",
        "digest": DIGEST,
        "before": "",
        "problem": "",
    }


def test_a_pinned_digest_reaches_the_deployment(call, answer, environments):
    answer({"example/shop:1.2": DIGEST, "example/store:3.4": OTHER})
    call("images", "pin")
    before = json.loads(call("order", "small", "--json")[1])
    (environments / "images.lock.json").unlink()
    after = json.loads(call("order", "small", "--json")[1])

    def job(data):
        return next(step["name"] for step in data["steps"] if step["object"] == "job/shop-init")

    assert job(before) != job(after)


def test_images_refuses_an_environment_that_is_not_there(call):
    for action in ("list", "pin"):
        code, out, err = call("images", action, "none")
        assert (code, out) == (2, "")
        assert "there is no environment `none`" in err
