"""`aspects-gen build`: what is written, what is left alone, what is said, and every exit code."""

import json
from pathlib import Path

import pytest

from aspects_gen.cli import build as command
from aspects_gen.tree import compare

WRONG = "site:\n  lmsHost: 7\n"


@pytest.fixture
def out(tmp_path):
    return tmp_path / "generated"


@pytest.fixture
def build(call, out):
    return lambda *words: call("build", *words, "--out", str(out))


def snapshot(folder: Path) -> dict[str, tuple[bytes, int]]:
    """Return every file with its content and when it was written."""
    return {
        path.relative_to(folder).as_posix(): (path.read_bytes(), path.stat().st_mtime_ns)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_every_values_file_gets_a_folder_of_its_name(build, add_environment, out):
    add_environment("large", "site: {lmsHost: large.example.org}\n")

    code, said, complaints = build()

    assert (code, complaints) == (0, "")
    assert sorted(path.name for path in out.iterdir()) == ["large", "small"]
    assert said.splitlines() == [
        f"{out}/large: 13 files written, 0 unchanged, 6 lint warnings (aspects-gen lint)",
        f"{out}/small: 13 files written, 0 unchanged, 6 lint warnings (aspects-gen lint)",
    ]


def test_only_the_named_environment_is_built_and_once(build, add_environment, out):
    add_environment("large", "site: {lmsHost: large.example.org}\n")

    code, said, _ = build("large", "large")

    assert code == 0
    assert len(said.splitlines()) == 1
    assert [path.name for path in out.iterdir()] == ["large"]


@pytest.mark.parametrize("words", [(), ("--full",), ("--check",), ("--check", "--full")])
def test_a_second_run_touches_nothing(build, out, words):
    build()
    before = snapshot(out)

    code, said, _ = build(*words)

    assert code == 0
    assert "0 files written, 13 unchanged" in said if words == ("--full",) else "fresh" in said
    assert snapshot(out) == before


def test_a_changed_value_rewrites_the_files_that_it_reaches(build, add_environment, out):
    build()
    before = snapshot(out / "small")
    add_environment("small", "site: {lmsHost: learn.example.org}\nshop: {server: {replicas: 4}}\n")

    code, said, _ = build()

    after = snapshot(out / "small")
    assert code == 0
    # four pods bring a disruption budget, and the index and two lists name it
    assert {path for path in after if after[path] != before.get(path)} == {
        "argocd/appproject.yaml",
        "index.json",
        "shop/deployment-shop.yaml",
        "shop/kustomization.yaml",
        "shop/poddisruptionbudget-shop.yaml",
    }
    assert "4 files written, 10 unchanged" in said


def test_what_is_no_longer_emitted_goes_and_what_was_never_ours_stays(build, add_environment, out):
    add_environment("small", "site: {lmsHost: learn.example.org}\nshop: {server: {replicas: 4}}\n")
    build()
    (out / "small" / "notes.txt").write_text("mine\n")
    add_environment("small", "site: {lmsHost: learn.example.org}\n")

    code, said, _ = build()

    assert code == 0
    assert "3 files written, 10 unchanged, 1 removed" in said
    assert not (out / "small" / "shop" / "poddisruptionbudget-shop.yaml").exists()
    assert (out / "small" / "notes.txt").read_text() == "mine\n"


def test_check_writes_nothing_where_nothing_is(build, out):
    code, said, _ = build("--check")

    assert code == 1
    assert said.startswith(f"{out}/small: stale, 14 files differ\n")
    assert said.endswith("stale: run `aspects-gen build` and commit the result\n")
    assert not out.exists()


def test_check_shows_what_differs_and_leaves_it(build, add_environment, out):
    build()
    add_environment("small", "site: {lmsHost: learn.example.org}\nshop: {server: {replicas: 4}}\n")
    before = snapshot(out)

    code, said, _ = build("--check")

    assert code == 1
    assert f"  changed: {out}/small/shop/deployment-shop.yaml" in said
    assert "    -  replicas: 1\n    +  replicas: 4" in said
    assert f"  missing: {out}/small/shop/poddisruptionbudget-shop.yaml" in said
    assert snapshot(out) == before


def test_a_long_difference_is_cut(build, out, monkeypatch):
    build()
    monkeypatch.setattr(compare, "SHOWN_LINES", 3)
    for path in out.rglob("*.yaml"):
        path.write_text("gone\n")

    said = build("--check")[1]

    assert said.count("  …\n") == 1
    assert said.count("  changed: ") == len(list(out.rglob("*.yaml")))


def test_check_finds_an_index_of_other_code(build, out, monkeypatch):
    build()
    monkeypatch.setattr(command, "code_digest", lambda: "other code")

    code, said, _ = build("--check")

    assert code == 1
    assert f"  changed: {out}/small/index.json" in said


@pytest.mark.parametrize("words", [(), ("--full",)])
def test_a_hand_edit_is_refused_then_overwritten_by_force(build, out, words):
    build()
    edited = out / "small" / "shop" / "deployment-shop.yaml"
    generated = edited.read_text()
    edited.write_text("by hand\n")

    code, said, complaints = build(*words)

    assert (code, said) == (3, "")
    assert "1 file changed by hand" in complaints
    assert str(edited) in complaints
    assert edited.read_text() == "by hand\n"
    assert build(*words, "--force")[0] == 0
    assert edited.read_text() == generated


def test_wrong_values_leave_the_old_output(build, add_environment, out):
    build()
    before = snapshot(out)
    path = add_environment("small", WRONG)

    code, said, complaints = build()

    assert (code, said) == (2, "")
    assert f"{path}:2:12  site.lmsHost" in complaints
    assert snapshot(out) == before


def test_one_wrong_environment_does_not_stop_the_others(build, add_environment, out):
    add_environment("bad", WRONG)

    code, said, complaints = build()

    assert code == 2
    assert said.splitlines()[0] == f"{out}/bad: the values are wrong"
    assert f"{out}/small: 13 files written" in said
    assert "bad.yaml:2:12" in complaints
    assert [path.name for path in out.iterdir()] == ["small"]


def test_one_refused_environment_does_not_stop_the_others(build, add_environment, out):
    out.mkdir()
    (out / "small").write_text("a file in the way\n")
    add_environment("other", "site: {lmsHost: learn.example.org}\n")

    code, said, complaints = build()

    assert code == 3
    assert f"{out}/small: refused" in said
    assert str(out / "small") in complaints
    assert (out / "other" / "release.yaml").exists()


def test_wrong_values_outweigh_a_refusal_and_staleness(build, add_environment, out):
    out.mkdir()
    (out / "small").write_text("a file in the way\n")
    add_environment("bad", WRONG)
    add_environment("other", "site: {lmsHost: learn.example.org}\n")

    assert build("--check")[0] == 2
    assert build("--check", "small", "other")[0] == 3
    assert build("--check", "other")[0] == 1


def test_a_lint_error_is_not_written(build, add_environment, out):
    add_environment(
        "small",
        "site: {lmsHost: learn.example.org}\nshop: {server: {resources: {limits: null}}}\n",
    )

    code, _, complaints = build()

    assert code == 2
    assert "= fix: " in complaints
    assert not out.exists()


def test_data_say_what_became_of_each_environment(build, add_environment, out):
    add_environment("bad", WRONG)
    build("small")
    add_environment("small", "site: {lmsHost: learn.example.org}\nshop: {server: {replicas: 4}}\n")

    checked = json.loads(build("--check", "--json")[1])
    built = json.loads(build("--json")[1])
    fresh = json.loads(build("--json", "small")[1])

    assert checked["environments"][0] == {
        "environment": "bad",
        "folder": str(out / "bad"),
        "state": "wrong",
    }
    assert checked["environments"][1]["state"] == "stale"
    assert {"path": "index.json", "kind": "changed"} in checked["environments"][1]["differences"]
    (error,) = checked["errors"]
    assert (error["environment"], error["line"], error["column"]) == ("bad", 2, 12)
    assert built["environments"][1].keys() == {
        *("environment", "folder", "state", "written", "removed", "unchanged", "findings"),
    }
    assert built["environments"][1]["unchanged"] == 10
    assert fresh == {
        "environments": [
            {"environment": "small", "folder": str(out / "small"), "state": "fresh"},
        ],
        "errors": [],
    }


def test_data_hold_a_refusal_with_its_remedy(build, out):
    build()
    (out / "small" / "release.yaml").write_text("by hand\n")

    code, said, complaints = build("--json")

    data = json.loads(said)
    assert (code, complaints) == (3, "")
    assert data["environments"][0]["state"] == "refused"
    (error,) = data["errors"]
    assert error["environment"] == "small"
    assert error["problem"].startswith("1 file changed by hand")
    assert error["fix"].startswith("move the change into the values")


@pytest.mark.parametrize(
    "content",
    [
        "[]",
        '{"generator": "0", "inputs": [], "files": {}}',
        '{"generator": "0", "inputs": {}, "files": {"a": 1}}',
        '{"generator": "0", "inputs": {}, "files": {"../small.txt": "0"}}',
        '{"generator": "0", "inputs": {}, "files": {"/etc/hosts": "0"}}',
    ],
)
@pytest.mark.parametrize("words", [(), ("--check",), ("--check", "--full")])
def test_an_index_that_no_build_wrote_is_refused(build, out, content, words):
    build()
    (out / "small" / "index.json").write_text(content)

    code, _, complaints = build(*words)

    assert code == 3
    assert "index.json: the index of generated files cannot be read" in complaints
    assert "= fix: restore it from Git" in complaints


def test_an_index_cannot_name_a_file_of_someone_else_for_removal(build, out):
    import hashlib

    build()
    precious = out / "precious.txt"
    precious.write_text("mine\n")
    index = json.loads((out / "small" / "index.json").read_text())
    index["files"]["../precious.txt"] = hashlib.sha256(b"mine\n").hexdigest()
    (out / "small" / "index.json").write_text(json.dumps(index))

    assert build("--full")[0] == 3
    assert precious.exists()


@pytest.mark.parametrize("words", [(), ("--check",), ("--check", "--full"), ("--full",)])
def test_an_output_that_cannot_be_read_is_a_refusal_and_no_defect(build, out, monkeypatch, words):
    build()
    read = Path.read_bytes

    def refuse(path):
        if out in path.parents:
            raise PermissionError(13, "Permission denied", str(path))
        return read(path)

    monkeypatch.setattr(Path, "read_bytes", refuse)
    monkeypatch.setattr("aspects_gen.tree.write.read_file", lambda path: refuse(Path(path)))
    code, _, complaints = build(*words)

    assert code == 3
    assert f"{out}/small/" in complaints
    assert "Permission denied\n  = fix: check" in complaints


def test_a_values_file_that_cannot_be_read_is_named(build, environments, out, monkeypatch):
    build()
    read = Path.read_bytes

    def refuse(path):
        if path.name == "small.yaml":
            raise PermissionError(13, "Permission denied", str(path))
        return read(path)

    monkeypatch.setattr(Path, "read_bytes", refuse)
    code, _, complaints = build("--check")

    assert code == 2
    assert "small.yaml\n  the file cannot be read\n  = found: Permission denied" in complaints


def test_output_may_stand_among_the_values(call, environments):
    assert call("build", "--out", str(environments))[0] == 0
    assert call("build", "--check", "--out", str(environments))[0] == 0
    assert (environments / "small" / "release.yaml").exists()


def test_links_to_folders_are_followed(call, environments, tmp_path, out):
    (tmp_path / "values").symlink_to(environments)
    (tmp_path / "real").mkdir()
    out.symlink_to(tmp_path / "real")
    words = ("--environments", str(tmp_path / "values"), "--out", str(out))

    assert call("build", *words)[0] == 0
    assert call("build", "--check", *words)[0] == 0
    assert (tmp_path / "real" / "small" / "release.yaml").exists()


def test_a_folder_that_moves_as_a_whole_stays_fresh(call, environments, tmp_path, out):
    call("build", "--out", str(out))
    moved = tmp_path / "elsewhere"
    moved.mkdir()
    environments.rename(moved / "environments")
    out.rename(moved / "generated")

    words = ("--environments", str(moved / "environments"), "--out", str(moved / "generated"))
    assert call("build", "--check", *words)[:2] == (0, f"{moved}/generated/small: fresh\n")


@pytest.mark.parametrize("name", ["Ünïcödé ☃ 学", "x" * 200, "'\"\\ # : {{ }} $(x) %s"])
def test_any_text_of_the_operator_reaches_the_output_unharmed(build, add_environment, name):
    quoted = json.dumps(name, ensure_ascii=False)
    add_environment(
        "small", f"site: {{lmsHost: learn.example.org}}\nargocd: {{revision: {quoted}}}\n"
    )

    assert build()[0] == 0
    assert build("--check", "--full")[0] == 0
