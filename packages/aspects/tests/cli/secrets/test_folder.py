"""Where `secrets --generate` writes: a folder that others cannot read and that never goes to Git."""

import os

from aspects_gen.secretfiles import folder


def test_generate_refuses_folders_that_go_to_git(call, environments, tmp_path, use):
    use("existing")
    out = tmp_path / "generated"
    fix = "  = fix: name a folder outside this repository, for example ~/aspects-secrets\n"
    words = ("secrets", "small", "--out", out, "--generate")

    for target in (out, out / "small" / "secrets", out / ".." / "generated" / "x"):
        assert call(*words, target) == (
            3,
            "",
            f"{target}: this is generated output, which goes to Git as it is\n{fix}",
        )
    for target in (environments, environments / "secrets" / "small"):
        assert call(*words, target) == (
            3,
            "",
            f"{target}: values files go to Git, and Secrets in this form can be read by anyone\n"
            f"{fix}",
        )
    assert not out.exists()
    assert not (environments / "secrets").exists()


def test_generate_sees_through_a_link_into_the_output(call, tmp_path, use):
    use("existing")
    out = tmp_path / "generated"
    out.mkdir()
    (tmp_path / "link").symlink_to(out)

    assert call("secrets", "small", "--out", out, "--generate", tmp_path / "link" / "x")[0] == 3
    assert list(out.iterdir()) == []


def test_generate_refuses_a_folder_that_others_can_read(call, tmp_path, use):
    use("existing")
    target = tmp_path / "open"
    target.mkdir(mode=0o755)

    assert call("secrets", "small", "--generate", target) == (
        3,
        "",
        f"{target}: other users of this machine may look into it\n"
        f"  = fix: run `chmod 700 {target}`, or name a folder that does not exist yet\n",
    )


def test_generate_refuses_a_file_as_folder(call, tmp_path, use):
    use("existing")
    (tmp_path / "file").write_text("")

    code, out, err = call("secrets", "small", "--generate", tmp_path / "file")

    assert (code, out) == (3, "")
    assert f"{tmp_path / 'file'}: cannot write: File exists\n" in err


def test_generate_refuses_while_another_run_writes(call, tmp_path, use):
    use("existing")
    target = tmp_path / "s"

    with folder.open_folder(target, plain=True):
        assert call("secrets", "small", "--generate", target) == (
            3,
            "",
            f"{target}: another run is writing here\n  = fix: wait until it is done\n",
        )


def test_add_file_keeps_a_file_that_appears_meanwhile(tmp_path, monkeypatch):
    path = tmp_path / "x"
    link = os.link

    def other_is_faster(source, target):
        path.write_text("theirs")
        link(source, target)

    monkeypatch.setattr(os, "link", other_is_faster)

    assert folder.add_file(path, "ours") is False
    assert path.read_text() == "theirs"
    assert list(tmp_path.iterdir()) == [path]
