"""`secrets --generate` seals values for the controller of Sealed Secrets, and for no one else."""

import base64
import sys
from datetime import UTC, datetime, timedelta

import pytest
import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM


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
