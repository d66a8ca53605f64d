"""A multipart form: fields are parameters, files are external tables."""

from __future__ import annotations

from email import policy
from email.parser import BytesParser
from typing import NamedTuple

from aspects_gen.engine.fault import RequestError


class Part(NamedTuple):
    """One field or file of a form."""

    name: str
    is_file: bool
    content: bytes

    @property
    def text(self) -> str:
        """Return the content as text."""
        return self.content.decode("utf-8", "surrogateescape")


def read_form(content_type: str, body: bytes) -> list[Part]:
    """Return a form's parts.

    Args:
        content_type: the header, which names the boundary.
        body: complete.

    Raises:
        RequestError: the body is no form.
    """
    head = f"Content-Type: {content_type}\r\nMIME-Version: 1.0\r\n\r\n".encode()
    message = BytesParser(policy=policy.HTTP).parsebytes(head + body)
    if not message.is_multipart():
        raise RequestError(62, "SYNTAX_ERROR", "the body is no multipart form")
    parts = []
    for part in message.iter_parts():
        name = part.get_param("name", header="Content-Disposition")
        content = part.get_payload(decode=True)
        if isinstance(name, str) and isinstance(content, bytes):
            parts.append(Part(name, part.get_filename() is not None, content))
    return parts
