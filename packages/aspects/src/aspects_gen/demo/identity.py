"""Ids of statements, derived from what they say so that a replay has the same id.

Source: event-routing-backends chains two version 5 UUIDs, over the verb and over actor and time.
"""

from __future__ import annotations

from functools import lru_cache
from hashlib import sha1
from uuid import UUID

BASE = UUID("6ba7b810-9dad-11d1-80b4-00c04fd430c8").bytes
"""Namespace that the chain starts from: RFC 4122's for DNS names."""


def _name_uuid(namespace: bytes, name: str) -> bytes:
    # uuid.uuid5 builds an object each time, which costs twice as much as the digest itself
    digest = bytearray(sha1(namespace + name.encode(), usedforsecurity=False).digest()[:16])
    digest[6] = digest[6] & 0x0F | 0x50
    digest[8] = digest[8] & 0x3F | 0x80
    return bytes(digest)


@lru_cache(maxsize=64)
def _verb_namespace(verb_json: str) -> bytes:
    return _name_uuid(BASE, verb_json)


def make_statement_id(verb_json: str, actor_json: str, stamp: str, child: str = "") -> str:
    """Return the id of a statement; `child` is the input's id in a multi-question problem."""
    whole = not child
    namespace = _verb_namespace(verb_json) if whole else _name_uuid(BASE, f"{verb_json}-{child}")
    text = _name_uuid(namespace, f"{actor_json}-{stamp}").hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
