"""Filling the lock."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from aspects_gen.errors import ValuesError
from aspects_gen.images.lock import ImageLock, Pin, read_lock, write_lock
from aspects_gen.images.pin import has_failed, pin_images
from aspects_gen.images.transport import RegistryError

A, B = f"sha256:{'a' * 64}", f"sha256:{'b' * 64}"
DATE = "2026-11-22"


@pytest.fixture
def path(tmp_path):
    return tmp_path / "images.lock.json"


class Asked:
    """A registry that knows some digests, and remembers what it was asked."""

    def __init__(self, **digests):
        self.digests = digests
        self.questions = []

    def __call__(self, reference, known):
        self.questions.append((reference.repository, known))
        if reference.repository not in self.digests:
            raise RegistryError(f"{reference.host} does not know it", "check the tag")
        return self.digests[reference.repository]


def test_image_of_a_registry_is_pinned_with_where_and_when(registry_host, push, client, path):
    digest = push(registry_host, "team/app", "1.0")
    name = f"{registry_host}/team/app:1.0"
    (result,) = pin_images(path, [name], ask=client().find_digest, date=DATE)
    assert (result.status, result.digest) == ("pinned", digest)
    assert read_lock(path).images[name] == Pin(digest, f"{registry_host} manifest, {DATE}")


def test_pinned_image_is_kept_without_asking(path):
    write_lock(path, ImageLock({"r.example/a:1": Pin(A, "x")}))
    before = path.read_bytes()
    ask = Asked(a=B)
    (result,) = pin_images(path, ["r.example/a:1"], ask=ask, date=DATE)
    assert (result.status, result.digest) == ("kept", A)
    assert ask.questions == []
    assert path.read_bytes() == before


def test_refresh_tells_which_tags_moved(path):
    pins = {"r.example/a:1": Pin(A, "x"), "r.example/b:1": Pin(B, "y")}
    write_lock(path, ImageLock(pins))
    ask = Asked(a=B, b=B)
    moved, kept = pin_images(path, pins, ask=ask, date=DATE, refresh=True)
    assert (moved.status, moved.before, moved.digest) == ("moved", A, B)
    assert moved.render() == f"moved   r.example/a:1\n  {B}\n  was {A}"
    assert kept.status == "kept"
    assert ask.questions == [("a", A), ("b", B)]
    assert read_lock(path).images["r.example/b:1"].seen == "y"


def test_failure_keeps_what_was_learnt_and_is_reported(path):
    names = ["r.example/a:1", "r.example/lost:1", "r.example/z:1"]
    results = pin_images(path, names, ask=Asked(a=A, z=B), date=DATE)
    assert [result.status for result in results] == ["pinned", "failed", "pinned"]
    assert has_failed(results)
    assert set(read_lock(path).images) == {"r.example/a:1", "r.example/z:1"}
    text = results[1].render()
    assert text.startswith("failed  r.example/lost:1\n  r.example does not know it")
    assert "= fix: check the tag" in text


def test_success_is_not_a_failure(path):
    results = pin_images(path, ["r.example/a:1"], ask=Asked(a=A), date=DATE)
    assert not has_failed(results)
    assert json.dumps([result.as_data() for result in results])
    assert results[0].render() == f"pinned  r.example/a:1\n  {A}"


def test_failed_refresh_keeps_the_old_digest(path):
    write_lock(path, ImageLock({"r.example/a:1": Pin(A, "x")}))
    (result,) = pin_images(path, ["r.example/a:1"], ask=Asked(), date=DATE, refresh=True)
    assert (result.status, result.digest) == ("failed", A)
    assert read_lock(path).digest_of("r.example/a:1") == A


def test_each_image_is_asked_for_once(path):
    ask = Asked(a=A)
    assert len(pin_images(path, ["r.example/a:1"] * 3, ask=ask, date=DATE)) == 1
    assert len(ask.questions) == 1


def test_registry_that_nobody_named_is_not_asked(path):
    ask = Asked()
    (result,) = pin_images(path, ["registry.invalid/aspects/aspects:1"], ask=ask, date=DATE)
    assert "set images.registry" in result.problem
    assert ask.questions == []


def test_text_that_names_no_image_fails_alone(path):
    wrong, right = pin_images(path, ["r.example/a", "r.example/a:1"], ask=Asked(a=A), date=DATE)
    assert (wrong.status, right.status) == ("failed", "pinned")


def test_other_entries_and_the_comment_stay(path):
    write_lock(path, ImageLock({"r.example/old:1": Pin(B, "y")}, "ours"))
    pin_images(path, ["r.example/a:1"], ask=Asked(a=A), date=DATE)
    lock = read_lock(path)
    assert lock.comment == "ours"
    assert lock.digest_of("r.example/old:1") == B


def test_broken_lock_is_never_written_over(path):
    path.write_text("{")
    with pytest.raises(ValuesError):
        pin_images(path, ["r.example/a:1"], ask=Asked(a=A), date=DATE)
    assert path.read_text() == "{"


KILLED = """
import sys, time
from pathlib import Path
from aspects_gen.images.pin import pin_images

def ask(reference, known):
    if reference.repository == "b":
        print("asked", flush=True)
        time.sleep(600)
    return "sha256:" + "a" * 64

pin_images(Path(sys.argv[1]), ["r.example/a:1", "r.example/b:1"], ask=ask, date="2026-11-22")
"""


def test_kill_between_two_images_keeps_the_first(path):
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(path)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "asked\n"
    process.kill()
    process.communicate()
    assert set(read_lock(path).images) == {"r.example/a:1"}
    results = pin_images(path, ["r.example/a:1", "r.example/b:1"], ask=Asked(b=B), date=DATE)
    assert [result.status for result in results] == ["kept", "pinned"]


def test_draft_that_a_kill_left_behind_is_written_over(path):
    draft = path.with_name(f".{path.name}.aspects-gen-tmp")
    draft.write_text("half")
    pin_images(path, ["r.example/a:1"], ask=Asked(a=A), date=DATE)
    assert not draft.exists()
    assert read_lock(path).digest_of("r.example/a:1") == A
