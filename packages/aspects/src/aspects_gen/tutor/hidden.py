"""What must never be shown: names that sound secret, and texts that hold a secret."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from aspects_gen.tutor.rules import is_secret

_SECRET_NAME = re.compile(
    r"(?i)PASSW|SECRET|TOKEN|CREDENTIAL|PRIVATE|JWT|DSN|SALT|_PASS$|_PAT$|PASSPHRASE|API_?KEY"
    r"|(?:^|_)KEY(?:_|$)|ACCESS_?KEY|URI$|HASHED|CERTIFICATE"
)
_SECRET_TEXT = re.compile(
    # credentials in an address, hashes of passwords, private keys, signed tokens
    r"://[^/\s@]*:[^/\s@]+@|\$2[abxy]\$\d\d\$|\$argon2|-----BEGIN [A-Z ]*PRIVATE KEY"
    r"|\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+|(?i:password|secret|token)=[^&\s]"
)
_PUBLIC_NAMES = frozenset(
    {
        "SUPERSET_OAUTH2_ACCESS_TOKEN_PATH",
        "SUPERSET_ROW_LEVEL_SECURITY_XAPI_GROUP_KEY",
        "MEILISEARCH_API_KEY_UID",
    }
)
"""Names that only sound secret."""

SHORTEST = 12
"""Characters below which a secret is looked for as a whole text only: `openedx` stands in many harmless texts."""

PLAIN_NAME = re.compile(r"^[A-Za-z][A-Za-z0-9_]{0,79}$")
"""Form of a setting's name. What does not look like one may be a secret by a slip of indentation."""


def sounds_secret(name: str) -> bool:
    """Tell whether a name promises a secret value, or the table of settings says that it has one."""
    if name in _PUBLIC_NAMES:
        return False
    return _SECRET_NAME.search(name) is not None or is_secret(name)


class Hidden:
    """The secrets of one configuration, to keep them out of everything that is written."""

    def __init__(self, config: dict[str, Any]) -> None:
        self._texts = {
            text
            for name, value in config.items()
            for text in _secret_texts(name, value)
            if text.strip()
        }

    def holds_secret(self, value: Any) -> bool:
        """Tell whether a value, or anything in it, is or contains a secret."""
        return any(self._is_secret(text) for text in _texts(value))

    def _is_secret(self, text: str) -> bool:
        if _SECRET_TEXT.search(text) or text in self._texts:
            return True
        return any(len(secret) >= SHORTEST and secret in text for secret in self._texts)


def _texts(value: Any) -> Iterator[str]:
    """Yield every text in a value, keys of maps included; numbers count as texts."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield str(key)
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
    elif value is not None and not isinstance(value, bool):
        yield str(value)


def _secret_texts(name: str, value: Any) -> Iterator[str]:
    """Yield the secrets under a name, looking into maps for names that sound secret."""
    if sounds_secret(name):
        if isinstance(value, dict):
            yield from (str(item) for item in value.values() if isinstance(item, str | int))
        else:
            yield from (text for text in _texts(value))
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _secret_texts(str(key), item)
