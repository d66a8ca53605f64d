"""`secrets --generate` encrypts by sops, through a pipe."""

import json
import shutil
import sys

import pytest
import yaml

FAKE_SOPS = """#!{python}
import json, re, sys
from pathlib import Path
text = sys.stdin.read()
Path({log!r}).write_text(json.dumps(sys.argv[1:]))
sys.stderr.write({complaint!r})
print({change}) if {complaint!r} == "" else sys.exit(1)
"""


ENCRYPTING = r're.sub(r"^(  [a-z]+): (?!shop|stats).*", r"\1: ENC[x]", text, flags=re.M)'


@pytest.fixture
def fake_sops(tmp_path, monkeypatch):
    """A function that puts a program `sops` on PATH; returns where it notes its arguments."""

    def fake_sops(complaint="", change=ENCRYPTING):
        programs = tmp_path / "bin"
        programs.mkdir()
        log = tmp_path / "log"
        program = programs / "sops"
        program.write_text(
            FAKE_SOPS.format(
                python=sys.executable, log=str(log), complaint=complaint, change=change
            )
        )
        program.chmod(0o755)
        monkeypatch.setenv("PATH", str(programs))
        return log

    return fake_sops


def test_generate_encrypts_by_sops_through_a_pipe(call, environments, use, given, fake_sops):
    use("sops")
    log = fake_sops()
    target = environments / "secrets" / "small"
    words = ("--only", "shop-keys", "--age", "age1a", "--age", "age1b", *given[2:])

    code, _, _ = call("secrets", "small", "--generate", target, *words)

    text = (target / "shop-keys.yaml").read_text()
    assert code == 0
    assert yaml.safe_load(text)["stringData"] == {"sign": "ENC[x]", "token": "ENC[x]"}
    assert json.loads(log.read_text()) == [
        "--encrypt",
        "--input-type",
        "yaml",
        "--output-type",
        "yaml",
        "--encrypted-regex",
        "^(data|stringData)$",
        "--filename-override",
        str(target / "shop-keys.yaml"),
        "--age",
        "age1a,age1b",
        "/dev/stdin",
    ]


def test_generate_leaves_the_choice_of_keys_to_the_rules_of_sops(call, tmp_path, use, fake_sops):
    use("sops")
    log = fake_sops()

    call("secrets", "small", "--generate", tmp_path / "s", "--only", "shop-database")

    assert "--age" not in json.loads(log.read_text())


@pytest.mark.parametrize(
    ("complaint", "change", "said"),
    [("no keys\n", "text", "no keys"), ("", "text", "a value came back readable")],
)
def test_generate_writes_nothing_that_sops_did_not_encrypt(
    call, tmp_path, use, fake_sops, complaint, change, said
):
    use("sops")
    fake_sops(complaint, change)
    path = tmp_path / "s" / "shop-database.yaml"

    assert call("secrets", "small", "--generate", tmp_path / "s", "--only", "shop-database") == (
        3,
        "",
        f"{path}: sops could not encrypt it: {said}\n"
        "  = fix: name a public key with --age, or a rule for this path in .sops.yaml\n",
    )
    assert list((tmp_path / "s").iterdir()) == []


def test_generate_says_when_sops_is_not_there(call, tmp_path, use, monkeypatch):
    use("sops")
    monkeypatch.setenv("PATH", str(tmp_path))

    assert call("secrets", "small", "--generate", tmp_path / "s", "--age", "age1a") == (
        2,
        "",
        "the program `sops` is not on PATH\n"
        "  = fix: install SOPS (https://getsops.io), or choose another secrets.provider\n",
    )


@pytest.mark.skipif(shutil.which("sops") is None, reason="sops is not on PATH")
def test_the_real_sops_encrypts_every_value(call, tmp_path, use, given):
    use("sops")
    # a public key; nobody kept the private one
    recipient = "age1nzy7pgdez6dw0srrucr7pg09pkm3mp2n20ycpy266yrqwwpwhc5qckdv4r"

    code, _, err = call(
        "secrets", "small", "--generate", tmp_path / "s", "--age", recipient, *given
    )

    manifest = yaml.safe_load((tmp_path / "s" / "shop-keys.yaml").read_text())
    assert (code, err) == (0, "")
    assert manifest["metadata"] == {"name": "shop-keys", "namespace": "stats"}
    assert all(value.startswith("ENC[") for value in manifest["stringData"].values())
    assert manifest["sops"]["age"][0]["recipient"] == recipient


def test_generate_says_when_sops_does_not_answer(call, tmp_path, use, fake_sops, monkeypatch):
    use("sops")
    fake_sops(change="__import__('time').sleep(60)")
    monkeypatch.setattr("aspects_gen.secretfiles.sops.TIMEOUT_SECONDS", 0.2)

    code, out, err = call(
        "secrets", "small", "--generate", tmp_path / "s", "--only", "shop-database"
    )

    assert (code, out) == (3, "")
    assert "sops could not encrypt it: no answer within 0.2 seconds\n" in err
