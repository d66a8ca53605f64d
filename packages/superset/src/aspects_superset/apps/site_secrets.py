"""Secrets from the environment: read once, weak ones refused; used by superset_config.py."""

from __future__ import annotations

import os

# Published in Superset's sources and documentation: whoever reads them can forge sessions and tokens.
PUBLISHED = frozenset(
    {
        "CHANGE_ME_TO_A_COMPLEX_RANDOM_SECRET",
        "TEST_NON_DEV_SECRET",
        "test-guest-secret-change-me",
        "test-secret-change-me",
        "thisISaSECRET_1234",
        "YOUR_OWN_RANDOM_GENERATED_SECRET_KEY",
    }
)
KEY_LENGTH = 32  # characters; HS256 wants 256 bits (RFC 7518, section 3.2)
# A site that moves from Tutor keeps its session key, 24 random letters and digits: 142 bits.
KEY_LENGTHS = {"SUPERSET_SECRET_KEY": 24}
FEW = 8  # fewer different characters than this is no random text


class WeakSecretError(RuntimeError):
    """A secret is absent, published or too weak; Superset must not start."""


def password(name: str) -> str:
    """Return the password in the environment variable `name`; raise WeakSecretError if empty."""
    value = os.environ.get(name, "")
    if not value.strip():
        raise WeakSecretError(f"refusing to start: {name} is empty; fill the Secret it comes from")
    if value in PUBLISHED:
        raise WeakSecretError(f"refusing to start: {name} is a published default; choose your own")
    return value


def signing_key(name: str) -> str:
    """Return a key that signs something; raise WeakSecretError if short or plainly not random."""
    value = password(name)
    length = KEY_LENGTHS.get(name, KEY_LENGTH)
    if len(value) < length or len(set(value)) < FEW:
        raise WeakSecretError(
            f"refusing to start: {name} is too weak; use at least {length} random characters"
        )
    return value


def signing_keys(*names: str) -> list[str]:
    """Return several signing keys; raise WeakSecretError when two of them are equal."""
    values = [signing_key(name) for name in names]
    if len(set(values)) < len(values):
        raise WeakSecretError(f"refusing to start: {' and '.join(names)} must differ")
    return values
