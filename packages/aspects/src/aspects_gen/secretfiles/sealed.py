"""SealedSecrets: values that only the controller in the cluster can read.

Each value is encrypted with a random AES-256-GCM key used once, and that key with the controller's RSA key
(OAEP, SHA-256) under the label NAMESPACE/NAME, so that it opens under this namespace and name only.
Source: sealed-secrets documentation, docs/developer/crypto.md and "Scopes", read 2026-11.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from aspects_gen.errors import UsageError
from aspects_gen.tree.yamltext import dump_yaml

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

SESSION_KEY_BYTES = 32
NONCE = bytes(12)
"""Zeros: a nonce must not repeat under one key, and each key encrypts one value."""


def load_key(path: Path, now: datetime) -> RSAPublicKey:
    """Return the controller's public key from its certificate.

    Args:
        path: the certificate in PEM, as `kubeseal --fetch-cert` prints it.
        now: the time, to refuse a certificate that is no longer valid.

    Raises:
        UsageError: the `seal` extra is not installed, or the file is not such a certificate.
    """
    try:
        from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
        from cryptography.x509 import load_pem_x509_certificate
    except ImportError:
        raise UsageError(
            "sealing needs the package `cryptography`, which is not installed\n"
            "  = fix: run `pip install 'aspects-gen[seal]'`"
        ) from None

    fix = "save the output of `kubeseal --fetch-cert` there"
    try:
        certificate = load_pem_x509_certificate(path.read_bytes())
        key = certificate.public_key()
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}\n  = fix: {fix}") from None
    except ValueError:
        raise UsageError(f"{path}: this is not a certificate in PEM\n  = fix: {fix}") from None
    if not isinstance(key, RSAPublicKey):
        raise UsageError(f"{path}: its key is not an RSA key\n  = fix: {fix}")
    end = certificate.not_valid_after_utc
    if end < now:
        raise UsageError(f"{path}: this certificate ended on {end:%Y-%m-%d}\n  = fix: {fix}")
    return key


def seal_value(key: RSAPublicKey, label: str, value: str) -> str:
    """Return a value encrypted, in base64: length of the RSA part (2 bytes), RSA part, AES part.

    Args:
        key: the controller's public key.
        label: NAMESPACE/NAME of the Secret.
        value: what to encrypt.
    """
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import padding
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    session_key = os.urandom(SESSION_KEY_BYTES)
    oaep = padding.OAEP(
        mgf=padding.MGF1(hashes.SHA256()), algorithm=hashes.SHA256(), label=label.encode()
    )
    wrapped = key.encrypt(session_key, oaep)
    sealed = AESGCM(session_key).encrypt(NONCE, value.encode(), None)
    return base64.b64encode(len(wrapped).to_bytes(2, "big") + wrapped + sealed).decode()


def sealed_text(key: RSAPublicKey, namespace: str, name: str, values: Mapping[str, str]) -> str:
    """Return a SealedSecret manifest."""
    label = f"{namespace}/{name}"
    metadata = {"name": name, "namespace": namespace}
    sealed = {k: seal_value(key, label, value) for k, value in sorted(values.items())}
    return dump_yaml(
        {
            "apiVersion": "bitnami.com/v1alpha1",
            "kind": "SealedSecret",
            "metadata": metadata,
            "spec": {
                "encryptedData": sealed,
                "template": {"metadata": dict(metadata), "type": "Opaque"},
            },
        }
    )
