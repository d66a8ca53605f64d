"""Arguments of `secrets` that make no sense are refused together with what would."""

import pytest

from aspects_gen.secretfiles import material

from .words import BANK, TOKEN


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (
            ("--only", "shop-bak"),
            "--only shop-bak: there is no such Secret\n"
            "  = fix: name some of: shop-bank, shop-database, shop-keys\n",
        ),
        (
            ("--from-file", f"{TOKEN}=x"),
            "--from-file does nothing without --generate\n  = fix: add --generate DIR\n",
        ),
        (
            ("--cert", "x"),
            "--cert does nothing without --generate\n  = fix: add --generate DIR\n",
        ),
        (("--age", "x"), "--age does nothing without --generate\n  = fix: add --generate DIR\n"),
        (
            ("--generate", "TMP/s", "--from-file", TOKEN),
            f"--from-file {TOKEN}: this is not of the form NAME/KEY=PATH\n"
            "  = fix: name Secret and key, then the file that holds the value\n",
        ),
        (
            ("--generate", "TMP/s", "--from-file", "shop-keys/tokn=x"),
            "--from-file shop-keys/tokn=x: no Secret has the key shop-keys/tokn\n"
            "  = fix: did you mean shop-keys/token?\n",
        ),
        (
            ("--generate", "TMP/s", "--from-file", "qqq=x"),
            "--from-file qqq=x: no Secret has the key qqq\n"
            "  = fix: the same command without --generate lists them\n",
        ),
        (
            ("--generate", "TMP/s", "--from-file", f"{TOKEN}=TMP/absent"),
            "TMP/absent: cannot be read: No such file or directory\n  = fix: check the path\n",
        ),
        (
            ("--generate", "TMP/s", "--from-file", f"{TOKEN}=TMP/empty"),
            "TMP/empty: this file holds no value\n  = fix: write the value into it\n",
        ),
        (
            ("--generate", "TMP/s", "--from-file", f"{TOKEN}=TMP/binary"),
            "TMP/binary: this is not text in UTF-8\n  = fix: encode the value as text\n",
        ),
        (
            ("--generate", "TMP/s", "--from-file", f"{TOKEN}=TMP/zero"),
            "TMP/zero: this holds a zero byte\n  = fix: write the value as text\n",
        ),
        (
            ("--generate", "TMP/s", "--from-file", f"{TOKEN}=TMP/huge"),
            "TMP/huge: this is too large for a Secret\n  = fix: keep it under 1048576 bytes\n",
        ),
    ],
)
def test_secrets_refuses_arguments_that_make_no_sense(call, tmp_path, words, complaint):
    for name, data in (
        ("empty", b"\n"),
        ("binary", b"\xff\xfe"),
        ("zero", b"a\x00b"),
        ("huge", b"x" * (material.MAX_BYTES + 1)),
    ):
        (tmp_path / name).write_bytes(data)
    here = str(tmp_path)

    assert call("secrets", "small", *(word.replace("TMP", here) for word in words)) == (
        2,
        "",
        complaint.replace("TMP", here),
    )
    assert not (tmp_path / "s").exists()


def test_secrets_refuses_a_key_that_is_handed_over_twice(call, tmp_path, given):
    words = [*given, *given[:2]]

    code, out, err = call("secrets", "small", "--generate", tmp_path / "s", *words)

    assert (code, out) == (2, "")
    assert err.endswith(f"{BANK} is given twice\n  = fix: give each key once\n")
