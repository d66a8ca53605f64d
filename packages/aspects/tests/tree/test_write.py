import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aspects_gen.errors import WriteError
from aspects_gen.tree.compare import compare_tree, is_intact, show_differences
from aspects_gen.tree.index import JOURNAL, NAME, make_index, read_index
from aspects_gen.tree.replace import TEMPORARY
from aspects_gen.tree.write import write_tree

OLD = {"a.yaml": "a: 1\n", "deep/b.yaml": "b: 1\n", "gone/c.yaml": "c\n"}
NEW = {"a.yaml": "a: 2\n", "deep/b.yaml": "b: 1\n", "new/d.yaml": "d\n"}


def index_of(tree):
    return make_index("0", {"generator": "x"}, tree)


def write(folder, tree, *, force=False):
    return write_tree(folder, tree, index_of(tree), force=force)


def on_disk(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): path.read_text()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != NAME
    }


def test_only_what_changed_is_written_and_only_what_was_ours_goes(tmp_path):
    write(tmp_path, OLD)
    (tmp_path / "mine.txt").write_text("not generated")
    untouched = (tmp_path / "deep/b.yaml").stat().st_mtime_ns
    written = write(tmp_path, NEW)
    assert (set(written.changed), written.removed, written.unchanged) == (
        {"a.yaml", "new/d.yaml"},
        ("gone/c.yaml",),
        1,
    )
    assert on_disk(tmp_path) == {**NEW, "mine.txt": "not generated"}
    assert (tmp_path / "deep/b.yaml").stat().st_mtime_ns == untouched
    assert not (tmp_path / "gone").exists()


def test_writing_the_same_tree_again_touches_nothing(tmp_path):
    write(tmp_path, OLD)
    before = (tmp_path / NAME).stat().st_mtime_ns
    assert write(tmp_path, OLD).changed == ()
    assert (tmp_path / NAME).stat().st_mtime_ns == before


def test_a_hand_edit_is_refused_and_named(tmp_path):
    write(tmp_path, OLD)
    (tmp_path / "a.yaml").write_text("a: 99\n")
    with pytest.raises(WriteError) as caught:
        write(tmp_path, NEW)
    assert str(caught.value) == (
        "1 file changed by hand, or put there by someone else; nothing was written:\n"
        f"  {tmp_path / 'a.yaml'}\n"
        "  = fix: move the change into the values and restore the files from Git, or build with --force to overwrite"
    )
    assert (tmp_path / "a.yaml").read_text() == "a: 99\n"
    assert (tmp_path / "gone/c.yaml").exists()


def test_force_overwrites_a_hand_edit(tmp_path):
    write(tmp_path, OLD)
    (tmp_path / "a.yaml").write_text("a: 99\n")
    write(tmp_path, NEW, force=True)
    assert on_disk(tmp_path) == NEW


def test_a_hand_edited_file_that_is_no_longer_wanted_is_not_removed_silently(tmp_path):
    write(tmp_path, OLD)
    (tmp_path / "gone/c.yaml").write_text("precious\n")
    with pytest.raises(WriteError, match="changed by hand"):
        write(tmp_path, NEW)
    assert (tmp_path / "gone/c.yaml").read_text() == "precious\n"


def test_a_foreign_file_in_the_way_is_refused(tmp_path):
    (tmp_path / "a.yaml").write_text("someone else's\n")
    with pytest.raises(WriteError, match="put there by someone else"):
        write(tmp_path, OLD)


def test_a_deleted_file_is_written_again(tmp_path):
    write(tmp_path, OLD)
    (tmp_path / "a.yaml").unlink()
    assert write(tmp_path, OLD).changed == ("a.yaml",)


def test_an_unreadable_index_is_one_clear_error(tmp_path):
    write(tmp_path, OLD)
    (tmp_path / NAME).write_text("{")
    with pytest.raises(
        WriteError, match=r"index\.json: the index of generated files cannot be read"
    ):
        write(tmp_path, NEW)


def test_a_folder_that_cannot_be_written_is_one_clear_error(tmp_path):
    (tmp_path / "out").write_text("a file, not a folder")
    with pytest.raises(WriteError, match="cannot write"):
        write(tmp_path / "out", OLD)


def test_a_second_build_at_the_same_time_is_refused(tmp_path):
    import fcntl

    write(tmp_path, OLD)
    handle = os.open(tmp_path, os.O_RDONLY)
    fcntl.flock(handle, fcntl.LOCK_EX)
    try:
        with pytest.raises(WriteError, match="another build is writing here"):
            write(tmp_path, NEW)
    finally:
        os.close(handle)


KILLED = """
import os, sys
from pathlib import Path
from aspects_gen.tree import write as module
from aspects_gen.tree.index import make_index
folder, step, new = Path(sys.argv[1]), int(sys.argv[2]), eval(sys.argv[3])
count = 0
def dying(function):
    def call(*args, **kwargs):
        global count
        count += 1
        if count == step:
            os.kill(os.getpid(), 9)
        return function(*args, **kwargs)
    return call
for name in ("replace", "write_bytes", "unlink", "rmdir", "mkdir"):
    setattr(Path, name, dying(getattr(Path, name)))
module.write_tree(folder, new, make_index("0", {"generator": "x"}, new), force=False)
"""


def kill_at(folder: Path, step: int) -> bool:
    """Build NEW over OLD and die before the given disk operation; return whether it died."""
    command = [sys.executable, "-c", KILLED, str(folder), str(step), repr(NEW)]
    return subprocess.run(command, check=False, capture_output=True).returncode == -9


def test_a_build_killed_before_any_disk_operation_is_repaired_by_the_next(tmp_path):
    died = 0
    for step in range(1, 100):
        folder = tmp_path / str(step)
        write(folder, OLD)
        if not kill_at(folder, step):
            break
        died += 1
        if step % 2:
            write(folder, NEW)
            assert on_disk(folder) == NEW
        else:
            # the operator may also go back to the old values
            write(folder, OLD)
            assert on_disk(folder) == OLD
        assert not list(folder.rglob(f"*{TEMPORARY}"))
        assert not (folder / JOURNAL).exists()
        assert is_intact(folder, read_index(folder))
    assert died >= 10


def test_a_first_build_that_was_killed_is_repaired(tmp_path):
    for step in range(1, 8):
        folder = tmp_path / str(step)
        folder.mkdir()
        assert kill_at(folder, step)
        write(folder, NEW)
        assert on_disk(folder) == NEW


def test_comparing_names_what_a_build_would_do(tmp_path):
    write(tmp_path, OLD)
    differences = compare_tree(tmp_path, NEW)
    assert [(d.kind, d.path) for d in differences] == [
        ("changed", "a.yaml"),
        ("missing", "new/d.yaml"),
        ("stale", "gone/c.yaml"),
    ]
    shown = list(show_differences(tmp_path, NEW, differences))
    assert "  -a: 1" in shown
    assert "  +a: 2" in shown


TREES = st.dictionaries(
    st.from_regex(r"[ab]/[cd]\.yaml|[ef]\.yaml", fullmatch=True),
    st.text("xy\n", max_size=5),
    max_size=5,
)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(first=TREES, second=TREES)
def test_the_result_does_not_depend_on_what_was_there_before(tmp_path_factory, first, second):
    folder = tmp_path_factory.mktemp("tree")
    write(folder, first)
    write(folder, second)
    assert on_disk(folder) == second
