import base64
import json
import os
import shutil
import stat
import sys
import textwrap
from datetime import UTC, datetime, timedelta

import pytest
import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from aspects_gen.compose.bundle import Bundle
from aspects_gen.secretfiles import delivery, folder, material
from aspects_gen.secretfiles.demand import EVERY_KEY, find_readers

BANK = "shop-bank/account"
TOKEN = "shop-keys/token"


def dedent(text):
    return textwrap.dedent(text).lstrip("\n")


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def use(add_environment):
    """A function that adds an environment with a provider."""

    def use(provider, more=""):
        add_environment(
            "small",
            "site: {lmsHost: learn.example.org}\n"
            f"secrets: {{provider: {provider}{more}}}\n"
            "kubernetes: {namespace: stats}\n",
        )

    return use


@pytest.fixture
def given(tmp_path):
    """Arguments that hand over the keys that only the operator can supply."""
    words = []
    for name, value in ((BANK, "NL-123\n"), (TOKEN, "tok-secret-987\n")):
        path = tmp_path / name.replace("/", "-")
        path.write_text(value)
        words += ["--from-file", f"{name}={path}"]
    return words


def test_secrets_lists_each_key_where_it_comes_from_and_who_reads_it(call):
    assert call("secrets", "small") == (
        0,
        dedent("""
            environment small, namespace aspects, provider existing
            3 Secrets, 5 keys: 3 can be generated, 2 only you can supply

            SECRET/KEY              GENERATED                  READ BY           WHAT FOR
            shop-bank/account       no, you supply it          lms               Number of the account.
            shop-database/password  32 letters and digits      deployment/shop,  Password of the till.
                                                               job/shop-init
            shop-database/ticket    16 hexadecimal characters  job/shop-init     Ticket for the till.
            shop-keys/sign          64 hexadecimal characters  deployment/shop   Signs receipts.
            shop-keys/token         no, you supply it          deployment/shop   Token of the card company.
            """),
        "",
    )


def test_secrets_lists_the_named_ones_only(call):
    code, out, _ = call("secrets", "small", "--only", "shop-bank", "--json")

    assert code == 0
    assert json.loads(out) == {
        "environment": "small",
        "namespace": "aspects",
        "provider": "existing",
        "secrets": [
            {
                "name": "shop-bank",
                "keys": [
                    {
                        "key": "account",
                        "about": "Number of the account.",
                        "generate": None,
                        "readers": ["lms"],
                    }
                ],
            }
        ],
    }


def test_secrets_says_when_no_pod_reads_a_key(call, services):
    output = services["shop"].emit

    def emit(values, tools):
        return {**output(values, tools), "lms": {}}

    services["shop"].emit = emit

    assert "no pod here (asked for by" in call("secrets", "small", "--only", "shop-bank")[1]


def test_generate_writes_manifests_to_apply(call, tmp_path, use):
    use("existing")
    target = tmp_path / "private" / "new"

    code, out, err = call("secrets", "small", "--generate", target)

    database = yaml.safe_load((target / "shop-database.yaml").read_text())
    assert database["metadata"] == {"name": "shop-database", "namespace": "stats"}
    assert database["kind"] == "Secret"
    assert len(database["stringData"]["password"]) == 32
    assert database["stringData"]["password"].isalnum()
    assert set(database["stringData"]["ticket"]) <= set("0123456789abcdef")
    assert f"kubectl apply --server-side -n stats -f {target}" in out
    assert code == 3
    assert err == (
        "not written, since keys are missing that only you can supply: shop-bank\n"
        "  = fix: run it again with --from-file NAME/KEY=PATH; what is written stays\n"
    )


def test_generate_keeps_a_place_in_the_manifest_for_what_only_the_operator_knows(
    call, tmp_path, use
):
    use("existing")

    code, out, _ = call("secrets", "small", "--generate", tmp_path / "s", "--only", "shop-keys")

    path = tmp_path / "s" / "shop-keys.yaml"
    assert code == 0
    assert out.startswith(
        f"{path}: written, keys: 1 generated, 1 to add by hand\n"
        "    token  only you can supply it: Token of the card company.\n"
    )
    assert path.read_text().endswith(
        "  # Token of the card company.\n  # token: only you can supply it\n"
    )
    assert list(yaml.safe_load(path.read_text())["stringData"]) == ["sign"]


def test_generate_keeps_what_it_writes_from_other_eyes_and_from_git(call, tmp_path, use, given):
    use("existing")
    target = tmp_path / "private"

    assert call("secrets", "small", "--generate", target, *given)[0] == 0

    assert mode(target) == 0o700
    assert {mode(path) for path in target.iterdir()} == {0o600}
    assert (target / ".gitignore").read_text() == "*\n"


@pytest.mark.parametrize("provider", ["existing", "external-secrets"])
def test_generate_never_prints_a_value(call, tmp_path, use, given, provider):
    use(provider)
    target = tmp_path / "private"

    for words in ((), ("--json",)):
        _, out, err = call("secrets", "small", "--generate", target, *given, *words)
        values = ["tok-secret-987", "NL-123"]
        for path in target.glob("shop-*"):
            data = yaml.safe_load(path.read_text())
            values += data.get("stringData", data).values()
        assert len(values) == 7
        assert [value for value in values if value in out + err] == []


def test_generate_touches_nothing_that_exists_and_completes_the_rest(call, tmp_path, use, given):
    use("existing")
    target = tmp_path / "private"
    call("secrets", "small", "--generate", target, "--only", "shop-database")
    before = (target / "shop-database.yaml").read_bytes()
    (target / f".shop-keys.yaml.abc{folder.TEMPORARY}").write_text("half a")

    code, out, _ = call("secrets", "small", "--generate", target, *given)

    assert code == 0
    assert f"{target / 'shop-database.yaml'}: exists, left alone\n" in out
    assert (target / "shop-database.yaml").read_bytes() == before
    assert sorted(path.name for path in target.iterdir()) == [
        ".gitignore",
        "shop-bank.yaml",
        "shop-database.yaml",
        "shop-keys.yaml",
    ]


def test_generate_says_when_a_handed_over_value_was_not_used(call, tmp_path, use, given):
    use("existing")
    call("secrets", "small", "--generate", tmp_path / "s", *given)

    out = call("secrets", "small", "--generate", tmp_path / "s", *given)[1]

    assert (
        f"{tmp_path / 's' / 'shop-keys.yaml'}: exists, left alone\n"
        "    --from-file was not used for: token\n"
    ) in out


def test_generate_makes_other_values_each_time(call, tmp_path, use):
    use("existing")
    for name in ("a", "b"):
        call("secrets", "small", "--generate", tmp_path / name, "--only", "shop-database")

    assert (tmp_path / "a" / "shop-database.yaml").read_text() != (
        tmp_path / "b" / "shop-database.yaml"
    ).read_text()


def test_generate_as_data_says_what_became_of_each(call, tmp_path, use, given):
    use("existing")

    _, out, _ = call("secrets", "small", "--generate", tmp_path / "s", *given[:2], "--json")

    files = {entry.pop("secret"): entry for entry in json.loads(out)["files"]}
    assert files["shop-bank"]["status"] == delivery.WRITTEN
    assert files["shop-bank"]["carried"] == ["account"]
    assert files["shop-keys"]["generated"] == ["sign"]
    assert files["shop-keys"]["missing"] == ["token"]


def test_generate_carries_values_over_and_takes_the_last_newline_off_a_single_line(
    call, tmp_path, use, given
):
    use("existing")
    lines = tmp_path / "lines"
    lines.write_text("one\ntwo\n")
    words = [*given, "--from-file", f"shop-database/password={lines}"]

    call("secrets", "small", "--generate", tmp_path / "s", *words)

    def read(name):
        return yaml.safe_load((tmp_path / "s" / f"{name}.yaml").read_text())["stringData"]

    assert read("shop-bank") == {"account": "NL-123"}
    assert read("shop-database")["password"] == "one\ntwo\n"
    assert len(read("shop-database")["ticket"]) == 16


def test_generate_writes_an_entry_for_each_key_of_the_store(call, tmp_path, use, given):
    use("external-secrets", ", store: {prefix: aspects/small/}")

    code, out, _ = call("secrets", "small", "--generate", tmp_path / "s", *given)

    entry = json.loads((tmp_path / "s" / "shop-keys.json").read_text())
    assert code == 0
    assert entry["token"] == "tok-secret-987"
    assert len(entry["sign"]) == 64
    assert f"vault kv put -mount=secret aspects/small/NAME @{tmp_path / 's'}/NAME.json" in out


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


def test_generate_value_refuses_a_rule_it_does_not_know():
    with pytest.raises(ValueError, match="unknown rule 'word:3'"):
        material.generate_value("word:3")


@pytest.fixture
def controller(tmp_path):
    """The controller's private key and certificate file."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    path = tmp_path / "cert.pem"
    path.write_bytes(_certificate(key, days=30))
    return key, path


def _certificate(key, days):
    name = x509.Name([])
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=90))
        .not_valid_after(now + timedelta(days=days))
        .sign(key, hashes.SHA256())
        .public_bytes(serialization.Encoding.PEM)
    )


def _unseal(key, label, text):
    raw = base64.b64decode(text)
    size = int.from_bytes(raw[:2], "big")
    oaep = padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), label.encode())
    session = key.decrypt(raw[2 : 2 + size], oaep)
    return AESGCM(session).decrypt(bytes(12), raw[2 + size :], None).decode()


def test_generate_seals_for_the_controller_and_no_one_else(
    call, environments, use, given, controller
):
    use("sealed-secrets")
    key, cert = controller
    target = environments / "secrets" / "small"

    code, out, _ = call("secrets", "small", "--generate", target, "--cert", cert, *given)

    text = (target / "shop-keys.yaml").read_text()
    manifest = yaml.safe_load(text)
    sealed = manifest["spec"]["encryptedData"]
    assert code == 0
    assert out.endswith(f"next: aspects-gen build small, then commit {target} with the output\n")
    assert manifest["kind"] == "SealedSecret"
    assert manifest["spec"]["template"] == {
        "metadata": {"name": "shop-keys", "namespace": "stats"},
        "type": "Opaque",
    }
    assert "tok-secret-987" not in text
    assert _unseal(key, "stats/shop-keys", sealed["token"]) == "tok-secret-987"
    assert len(_unseal(key, "stats/shop-keys", sealed["sign"])) == 64
    with pytest.raises(ValueError):  # noqa: PT011 - its text is the library's affair
        _unseal(key, "stats/other", sealed["token"])


def test_generate_leaves_an_encrypted_secret_out_until_it_is_whole(
    call, tmp_path, environments, use, given, controller
):
    use("sealed-secrets")
    words = ("secrets", "small", "--generate", tmp_path / "s", "--cert", controller[1])

    code, out, err = call(*words)

    assert code == 3
    assert f"{tmp_path / 's' / 'shop-keys.yaml'}: not written, keys are missing\n" in out
    assert "supply: shop-bank, shop-keys\n" in err
    assert [path.name for path in (tmp_path / "s").iterdir()] == ["shop-database.yaml"]
    code, out, _ = call(*words, *given)
    wanted = environments / "secrets" / "small"
    assert code == 0
    assert out.endswith(
        f"next: move the files to {wanted}, where `aspects-gen build` looks for them\n"
    )


def test_sealing_refuses_what_is_no_certificate_of_the_controller(call, tmp_path, use, controller):
    use("sealed-secrets")
    fix = "  = fix: save the output of `kubeseal --fetch-cert` there\n"
    words = ("secrets", "small", "--generate", tmp_path / "s", "--cert")
    (tmp_path / "text").write_text("hello")
    (tmp_path / "old").write_bytes(_certificate(controller[0], days=-1))
    other = ec.generate_private_key(ec.SECP256R1())
    (tmp_path / "curve").write_bytes(_certificate(other, days=30))
    ended = datetime.now(UTC) - timedelta(days=1)

    for name, problem in (
        ("text", "this is not a certificate in PEM"),
        ("old", f"this certificate ended on {ended:%Y-%m-%d}"),
        ("curve", "its key is not an RSA key"),
        ("absent", "cannot be read: No such file or directory"),
    ):
        path = tmp_path / name
        assert call(*words, path) == (2, "", f"{path}: {problem}\n{fix}")
    assert not (tmp_path / "s").exists()


def test_sealing_needs_a_certificate(call, tmp_path, use):
    use("sealed-secrets")

    assert call("secrets", "small", "--generate", tmp_path / "s") == (
        2,
        "",
        "sealing needs the public certificate of the controller\n"
        "  = fix: run `kubeseal --fetch-cert > cert.pem`, then name it with --cert cert.pem\n",
    )


def test_sealing_says_which_package_it_needs(call, tmp_path, use, controller, monkeypatch):
    use("sealed-secrets")
    monkeypatch.setitem(sys.modules, "cryptography.x509", None)

    words = ("secrets", "small", "--generate", tmp_path / "s", "--cert", controller[1])
    assert call(*words) == (
        2,
        "",
        "sealing needs the package `cryptography`, which is not installed\n"
        "  = fix: run `pip install 'aspects-gen[seal]'`\n",
    )


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


def test_generate_keeps_a_secret_that_appears_while_it_works(call, tmp_path, use, monkeypatch):
    use("existing")
    monkeypatch.setattr(delivery, "add_file", lambda _path, _text: False)

    code, out, _ = call(
        "secrets", "small", "--generate", tmp_path / "s", "--only", "shop-database"
    )

    assert code == 0
    assert out.startswith(f"{tmp_path / 's' / 'shop-database.yaml'}: exists, left alone\n")


def test_generate_says_when_the_disk_refuses(call, tmp_path, use, monkeypatch):
    use("existing")

    def refuse(path, _text):
        raise OSError(28, "No space left on device", str(path))

    monkeypatch.setattr(delivery, "add_file", refuse)
    path = tmp_path / "s" / "shop-database.yaml"

    code, out, err = call("secrets", "small", "--generate", tmp_path / "s", "--only", path.stem)

    assert (code, out) == (3, "")
    assert err.startswith(
        f"{path}: cannot write: No space left on device\n  = fix: check the path"
    )


def read_keys(pod=None, **output):
    """Return who reads what in a bundle of one Deployment and one output."""
    manifest = {
        "kind": "Deployment",
        "metadata": {"name": "x"},
        "spec": {"template": {"spec": {"containers": [], **(pod or {})}}},
    }
    bundle = Bundle(None, {"shop": output}, {})
    bundle.add("shop", manifest)
    return find_readers(bundle)


def test_readers_are_found_by_environment_and_volumes_of_every_kind():
    env = [{"name": "A", "value": "1"}, {"name": "B", "valueFrom": {"fieldRef": {}}}]
    volumes = [
        {"name": "a", "secret": {"secretName": "part", "items": [{"key": "k", "path": "p"}]}},
        {"name": "b", "secret": {"secretName": "whole"}},
        {
            "name": "c",
            "projected": {
                "sources": [
                    {"secret": {"name": "mixed", "items": [{"key": "k", "path": "p"}]}},
                    {"configMap": {"name": "conf"}},
                ]
            },
        },
        {"name": "d", "emptyDir": {}},
    ]
    init = {"name": "i", "envFrom": [{"secretRef": {"name": "all"}}, {"configMapRef": {}}]}
    pod = {
        "initContainers": [init],
        "containers": [{"name": "x", "env": env}],
        "volumes": volumes,
    }

    assert read_keys(pod) == {
        ("all", EVERY_KEY): {"deployment/x"},
        ("part", "k"): {"deployment/x"},
        ("whole", EVERY_KEY): {"deployment/x"},
        ("mixed", "k"): {"deployment/x"},
    }


def test_the_lms_reads_what_its_settings_and_manifests_name():
    manifest = "spec:\n- valueFrom:\n    secretKeyRef: {name: a, key: b}\n"
    settings = {"users": [{"password": {"secretKeyRef": {"name": "c", "key": "d"}}}]}

    found = read_keys(lms=settings, lms_files={"patch.yaml": manifest, "x.py": "secretKeyRef ="})

    assert found == {("a", "b"): {"lms"}, ("c", "d"): {"lms"}}
