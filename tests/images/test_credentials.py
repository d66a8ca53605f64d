"""Credentials from the docker configuration file."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest

from aspects_gen.images.credentials import default_config, find_credentials


def encoded(text):
    return {"auth": base64.b64encode(text.encode()).decode()}


@pytest.fixture
def config(tmp_path):
    def write(data):
        path = tmp_path / "config.json"
        path.write_text(data if isinstance(data, str) else json.dumps(data))
        return path

    return write


@pytest.mark.parametrize(
    ("key", "host"),
    [
        ("registry.example.org", "registry.example.org"),
        ("https://registry.example.org/v2/", "registry.example.org"),
        ("registry.example.org:5000", "registry.example.org:5000"),
        ("https://index.docker.io/v1/", "registry-1.docker.io"),
    ],
)
def test_entry_is_found_by_host(config, key, host):
    path = config({"auths": {"other.example": encoded("x:y"), key: encoded("me:pass:word")}})
    assert find_credentials(host, path) == ("me", "pass:word")


def test_entry_of_another_host_is_never_used(config):
    path = config({"auths": {"https://index.docker.io/v1/": encoded("me:pw")}})
    assert find_credentials("registry.example.org", path) is None
    assert find_credentials("index.docker.io.example.org", path) is None


@pytest.mark.parametrize(
    "data",
    [
        "{",
        [],
        {},
        {"auths": []},
        {"auths": {"a.example": None}},
        {"auths": {"a.example": {}}},
        {"auths": {"a.example": {"auth": "%%%"}}},
        {"auths": {"a.example": {"auth": base64.b64encode(b"\xff:x").decode()}}},
        {"auths": {"a.example": encoded("nocolon")}},
        {"auths": {"a.example": encoded(":nouser")}},
        {"credHelpers": {"a.example": "ecr-login"}},
    ],
)
def test_anything_else_means_anonymous(config, data):
    assert find_credentials("a.example", config(data)) is None


def test_missing_file_means_anonymous(tmp_path):
    assert find_credentials("a.example", tmp_path / "none.json") is None


def test_file_is_where_docker_keeps_it():
    assert default_config({"DOCKER_CONFIG": "/x"}) == Path("/x/config.json")
    assert default_config({}).parts[-2:] == (".docker", "config.json")
