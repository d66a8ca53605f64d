"""References taken apart."""

from __future__ import annotations

import pytest

from aspects_gen.errors import AspectsError
from aspects_gen.images.reference import Reference, parse_reference


@pytest.mark.parametrize(
    ("text", "host", "repository", "tag"),
    [
        ("redis:7.4.8", "docker.io", "library/redis", "7.4.8"),
        ("docker.io/redis:7.4.8", "docker.io", "library/redis", "7.4.8"),
        ("docker.io/library/redis:7", "docker.io", "library/redis", "7"),
        ("fundocker/ralph:5.0.1", "docker.io", "fundocker/ralph", "5.0.1"),
        ("ghcr.io/a/b/c:v1", "ghcr.io", "a/b/c", "v1"),
        ("localhost/a:1", "localhost", "a", "1"),
        ("127.0.0.1:5000/a:1", "127.0.0.1:5000", "a", "1"),
        ("[::1]:5000/a:1", "[::1]:5000", "a", "1"),
    ],
)
def test_reference_is_taken_apart_as_docker_does(text, host, repository, tag):
    assert parse_reference(text) == Reference(host, repository, tag)


def test_api_of_docker_hub_has_another_host():
    assert parse_reference("redis:7").api_host == "registry-1.docker.io"
    assert parse_reference("quay.io/a/b:1").api_host == "quay.io"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("redis", "it has no tag"),
        ("registry.example:5000/redis", "it has no tag"),
        (f"redis:7@sha256:{'0' * 64}", "it already has a digest"),
        ("Redis:7", "`library/Redis` is not allowed"),
        ("a/../b:1", "is not allowed"),
        ("redis:-7", "`-7` is not allowed"),
        ("redis:", "`` is not allowed"),
        (":7", "is not allowed"),
        ("", "it has no tag"),
        ("exa mple.org/a:1", "`exa mple.org` is not allowed"),
        ("a b:1", "is not allowed"),
    ],
)
def test_text_that_names_no_image_is_refused_with_a_fix(text, words):
    with pytest.raises(AspectsError) as error:
        parse_reference(text)
    assert words in str(error.value)
    assert "= fix: " in str(error.value)
