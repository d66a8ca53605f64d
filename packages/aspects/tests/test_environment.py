"""Which environments there are, and what is said where there is none."""

import pytest

from aspects_gen.environment import find_places, is_fresh, is_name
from aspects_gen.errors import ValuesError
from aspects_gen.tree.fingerprint import ABSENT, digest_input, digest_inputs
from aspects_gen.tree.index import make_index
from aspects_gen.tree.write import write_tree


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "environments"
    made.mkdir()
    return made


@pytest.fixture
def files(folder):
    def make(*names):
        for name in names:
            (folder / name).write_text("")

    return make


def names(folder, *chosen):
    return [place.name for place in find_places(folder, folder, list(chosen))]


def refusal(folder, *chosen):
    with pytest.raises(ValuesError) as caught:
        names(folder, *chosen)
    return caught.value


def test_both_suffixes_are_found_in_order(folder, files):
    files("b.yml", "a.yaml", "images.lock.json", "notes.txt", "c.yaml.bak")
    (folder / "secrets").mkdir()
    assert names(folder) == ["a", "b"]


def test_layers_and_hidden_files_are_no_environments(folder, files):
    files("a.yaml", "_sizes.yaml", "base.yaml", "base-eu.yml", ".sops.yaml", ".#a.yaml")
    assert names(folder) == ["a"]


def test_named_ones_come_in_the_order_given_and_once(folder, files):
    files("a.yaml", "b.yaml")
    assert names(folder, "b", "a", "b") == ["b", "a"]


def test_two_files_of_one_environment_are_refused(folder, files):
    files("a.yaml", "a.yml", "b.yaml")
    text = str(refusal(folder))
    assert "a.yaml\n  this environment has two values files\n  = found: a.yaml, a.yml\n" in text
    assert "= fix: remove or rename one of them" in text
    assert names(folder, "b") == ["b"]


@pytest.mark.parametrize("name", ["Live", "my site", "a_b", "-a", "a-", "ünï", "x" * 41])
def test_a_file_whose_name_cannot_be_an_environment_s_is_refused(folder, files, name):
    files(f"{name}.yaml", "good.yaml")
    error = refusal(folder)
    assert [finding.found for finding in error.findings] == [name]
    assert "lower-case letters, digits and dashes, at most 40 characters" in str(error)
    assert names(folder, "good") == ["good"]


@pytest.mark.parametrize("name", ["a", "a1", "1a", "eu-west-1", "x" * 40])
def test_a_name_that_can_be_part_of_object_names_is_taken(name):
    assert is_name(name)


@pytest.mark.parametrize("name", ["", "base", "baseline", "_a", "a.b", "a/b", "a\n"])
def test_a_name_that_cannot_be_is_not(name):
    assert not is_name(name)


@pytest.mark.parametrize(
    ("name", "fix"),
    [
        ("starte", "write `starter`"),
        ("starter.yaml", "write `starter`"),
        ("environments/starter.yaml", "write `starter`"),
        ("other", "run `aspects-gen init other`, or name the folder with --environments"),
        ("Other one", "run `aspects-gen init NAME`, or name the folder with --environments"),
        (
            "base-eu",
            "files that start with `_` or `base` are layers: name what extends base-eu, or rename it",
        ),
    ],
)
def test_a_name_without_a_file_gets_the_likeliest_remedy(folder, files, name, fix):
    files("starter.yaml", "base-eu.yaml")
    (finding,) = refusal(folder, name).findings
    assert finding.problem == f"there is no environment `{name}`"
    assert finding.found == "starter"
    assert finding.fix == fix


def test_every_unknown_name_is_reported_at_once(folder, files):
    files("a.yaml")
    assert len(refusal(folder, "x", "a", "y").findings) == 2


def test_an_empty_folder_and_a_missing_one_are_told_apart(folder):
    assert [f.found for f in refusal(folder).findings] == ["no values file"]
    assert [f.found for f in refusal(folder / "none").findings] == ["no such folder"]
    (folder / "file").write_text("")
    assert [f.found for f in refusal(folder / "file").findings] == ["no such folder"]


def test_an_input_that_cannot_be_read_counts_as_absent(folder):
    assert digest_input(folder / "none") == ABSENT
    (folder / "file").write_text("")
    assert digest_input(folder / "file" / "below") == ABSENT


def test_a_folder_counts_by_the_files_in_it(folder):
    before = digest_input(folder)
    (folder / "file").write_text("")
    assert len({before, digest_input(folder), ABSENT}) == 3


@pytest.fixture
def built(folder, files, tmp_path):
    """An environment whose output was made from three inputs, one of them absent."""
    files("site.yaml", "base.yaml")
    place = find_places(folder, tmp_path / "out", ["site"])[0]
    paths = [folder / name for name in ("site.yaml", "base.yaml", "images.lock.json")]
    inputs = {"generator": "code", **digest_inputs(paths, folder)}
    tree = {"a.yaml": "a\n"}
    write_tree(place.folder, tree, make_index("0.1.0", inputs, tree), force=False)
    return place


@pytest.fixture(autouse=True)
def version(monkeypatch):
    monkeypatch.setattr("aspects_gen.environment.VERSION", "0.1.0")


def test_an_untouched_output_is_fresh(built):
    assert is_fresh(built, "code")


def test_other_code_makes_an_output_stale(built):
    assert not is_fresh(built, "other code")


def test_another_version_makes_an_output_stale(built, monkeypatch):
    monkeypatch.setattr("aspects_gen.environment.VERSION", "0.2.0")
    assert not is_fresh(built, "code")


@pytest.mark.parametrize("name", ["site.yaml", "base.yaml", "images.lock.json"])
def test_a_changed_layer_or_a_lock_that_appears_makes_an_output_stale(built, name):
    (built.environments / name).write_text("changed\n")
    assert not is_fresh(built, "code")


def test_a_layer_that_goes_makes_an_output_stale(built):
    (built.environments / "base.yaml").unlink()
    assert not is_fresh(built, "code")


def test_a_changed_or_lost_file_makes_an_output_stale(built):
    (built.folder / "a.yaml").write_text("b\n")
    assert not is_fresh(built, "code")
    (built.folder / "a.yaml").unlink()
    assert not is_fresh(built, "code")


def test_an_output_without_an_index_is_stale(built):
    (built.folder / "index.json").unlink()
    assert not is_fresh(built, "code")
