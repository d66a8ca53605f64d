"""What goes wrong in the engine, with ClickHouse's error codes and HTTP status. Every module here raises it."""

from __future__ import annotations

from http import HTTPStatus

from aspects_gen.errors import AspectsError


class EngineError(AspectsError):
    """The engine cannot start, stop or be reached."""

    exit_code = 4


class RequestError(Exception):
    """A request that gets an error for an answer.

    Args:
        code: ClickHouse's error code.
        name: ClickHouse's name of that code.
        text: what is wrong.
    """

    def __init__(self, code: int, name: str, text: str) -> None:
        self.code = code
        self.name = name
        self.text = text
        super().__init__(f"Code: {code}. DB::Exception: {text} ({name})")


_STATUS_CODES: dict[HTTPStatus, tuple[int, ...]] = {
    HTTPStatus.BAD_REQUEST: (
        6,
        26,
        27,
        33,
        38,
        41,
        43,
        53,
        62,
        72,
        117,
        130,
        223,
        321,
        349,
        456,
        457,
    ),
    HTTPStatus.UNAUTHORIZED: (194,),
    HTTPStatus.FORBIDDEN: (192, 193, 497, 512, 516),
    HTTPStatus.NOT_FOUND: (46, 47, 50, 52, 56, 60, 63, 73, 78, 81, 115, 336),
    HTTPStatus.REQUEST_TIMEOUT: (159,),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: (307,),
    HTTPStatus.NOT_IMPLEMENTED: (48,),
}
"""Error codes by the status they get; any other is 500.

Source: behaviour of ClickHouse's HTTP interface as its issues describe it (403 for 497 since 26.8), read 2026-11.
"""

UNKNOWN_EXCEPTION = 1002
"""Code of an error that bears none. Source: ClickHouse's list of error codes."""


def status_of(code: int) -> HTTPStatus:
    """Return the HTTP status that goes with an error code."""
    for status, codes in _STATUS_CODES.items():
        if code in codes:
            return status
    return HTTPStatus.INTERNAL_SERVER_ERROR


def refusal_from(error: BaseException) -> RequestError:
    """Return what chDB raised as a refusal, read from its text `Code: N. DB::Exception: … (NAME)`."""
    text = str(error)
    _, found, rest = text.partition("Code: ")
    number, _, rest = rest.partition(". ")
    if not found or not number.isdigit():
        return RequestError(UNKNOWN_EXCEPTION, "UNKNOWN_EXCEPTION", text)
    body = rest.removeprefix("DB::Exception: ")
    if body.endswith(")") and " (version " in body:
        body = body.rpartition(" (version ")[0]
    head, _, tail = body.rpartition(" (")
    if head and tail.endswith(")"):
        return RequestError(int(number), tail[:-1], head)
    return RequestError(int(number), "UNKNOWN_EXCEPTION", body)
