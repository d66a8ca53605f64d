"""Running one request's statement on its connection, and the answer to it."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from typing import Any

from aspects_gen.engine.answer import STREAMABLE, Answer, answer_of, headers_of
from aspects_gen.engine.fault import RequestError, refusal_from
from aspects_gen.engine.loading import load
from aspects_gen.engine.parameters import query_parameters
from aspects_gen.engine.request import Request
from aspects_gen.engine.session import Session
from aspects_gen.engine.statement import Clause, Statement, clauses, read_statement

READS = frozenset(
    ["(", "SELECT", "WITH", "SHOW", "DESCRIBE", "DESC", "EXISTS", "EXPLAIN", "CHECK"]
)
"""Words, and the sign, that statements begin with which answer with rows and change nothing."""

ROWS = READS | {"KILL", "BACKUP", "RESTORE"}
"""Those that answer with rows."""

MAX_BODY_BYTES = 1 << 30
"""Longest request, since one is held in memory as a whole."""


ACCESS = frozenset({"USER", "ROLE", "QUOTA", "PROFILE", "SETTINGS", "ROW", "POLICY"})
"""What statements of access create, alter and drop."""


def execute(
    session: Session, request: Request, *, on_cluster: str, access: str = "refuse"
) -> Answer:
    """Run a request's statement.

    Args:
        session: entered for the request.
        request: its pieces are read here.
        on_cluster: as `statement.read_statement` takes it.
        access: `accept` answers statements of users and rights without running them, which the
            engine cannot do; `refuse` lets it say so.

    Raises:
        RequestError: the front refuses the statement, or the engine reports an error.
    """
    _check_role(session, {request.params.get("role", session.account.role)})
    try:
        statement = read_statement(_whole_body(request), on_cluster=on_cluster)
        if statement.data is None:
            if access == "accept" and _is_access(statement):
                return _accept(session, request)
            return _query(session, request, statement)
        return _insert(session, request, statement)
    except RuntimeError as error:  # chDB's own error is one
        raise _named(refusal_from(error), session) from error


def _is_access(statement: Statement) -> bool:
    """Tell whether a statement is about users, roles, rights, quotas or profiles."""
    if statement.verb in ("GRANT", "REVOKE"):
        return True
    changes = statement.verb in ("CREATE", "ALTER", "DROP") and statement.second in ACCESS
    return changes or (statement.verb, statement.second) == ("SET", "DEFAULT")


def _accept(session: Session, request: Request) -> Answer:
    """Answer a statement of access to whoever may give one; the users file holds what it would say."""
    asked = session.connection.query("CHECK GRANT ACCESS MANAGEMENT ON *.*", "LineAsString")
    if asked.bytes().strip() != b"1":
        text = f"{session.account.name}: Not enough privileges. It is necessary to have the grant ACCESS MANAGEMENT"
        raise RequestError(497, "ACCESS_DENIED", text)
    return answer_of(request, b"", "", {}, 0.0)


def _whole_body(request: Request) -> bytes:
    """Return a request's SQL and data."""
    read = bytearray()
    for piece in request.pieces:
        read += piece
        if len(read) > MAX_BODY_BYTES:
            text = f"a request of more than {MAX_BODY_BYTES} bytes; fix: insert in smaller batches"
            raise RequestError(307, "TOO_MANY_BYTES", text)
    return bytes(read)


def _insert(session: Session, request: Request, statement: Statement) -> Answer:
    """Run an INSERT with its data."""
    _check_method(session, request, "INSERT")
    if statement.selects:
        text = "INSERT … SELECT … FROM input() is not supported here; insert into a table and select from that"
        raise RequestError(48, "NOT_IMPLEMENTED", text)
    parameters = query_parameters(statement.text, request.parameters)
    return _whole(request, load(session.connection, statement, parameters), "")


def _query(session: Session, request: Request, statement: Statement) -> Answer:
    """Run a statement without data; a query's rows go out as they come."""
    _check_method(session, request, statement.verb)
    sql = statement.text
    if statement.verb == "SET" and statement.second in ("ROLE", "DEFAULT"):
        return _set_role(session, request, statement)
    parameters = query_parameters(sql, request.parameters)
    fmt = statement.format or request.default_format
    whole = request.has("wait_end_of_query") or fmt.lower() not in STREAMABLE
    if statement.is_query and not whole:
        return _streamed(request, session.connection.send_query(sql, fmt, params=parameters), fmt)
    result = session.connection.query(sql, fmt, params=parameters)
    _remember(session, statement)
    return _whole(request, result, fmt if statement.verb in ROWS else "")


def _whole(request: Request, result: Any, fmt: str) -> Answer:
    """Return the answer to a statement whose result is all there."""
    body = result.bytes() if result is not None else b""
    if result is None:
        return answer_of(request, body, fmt, {}, 0.0)
    counts = {
        "read_rows": result.storage_rows_read(),
        "read_bytes": result.storage_bytes_read(),
        "written_rows": result.rows_written(),
        "written_bytes": result.bytes_written(),
        "result_rows": result.rows_read() if fmt else 0,
        "result_bytes": len(body),
    }
    return answer_of(request, body, fmt, counts, result.elapsed())


def _streamed(request: Request, stream: Any, fmt: str) -> Answer:
    """Return the answer to a query: whole if one piece is all, in pieces otherwise."""
    first = stream.fetch()
    second = stream.fetch() if first is not None else None
    if second is None:
        return _whole(request, first, fmt)
    return Answer(200, headers_of(request, fmt, {}, 0.0), _pieces((first, second), stream))


def _pieces(first: Iterable[Any], stream: Any) -> Iterator[bytes]:
    try:
        for piece in itertools.chain(first, stream):
            yield piece.bytes()
    except RuntimeError as error:
        raise refusal_from(error) from error
    finally:
        stream.close()


def _set_role(session: Session, request: Request, statement: Statement) -> Answer:
    """Answer SET ROLE: an account has one role and is in it, so there is nothing to change to."""
    words = _plain(clauses(statement.text.decode("latin-1"))[2:])
    _check_role(session, {"TO"} if statement.second == "DEFAULT" else set(words) - {","})
    return answer_of(request, b"", "", {}, 0.0)


def _check_role(session: Session, names: set[str]) -> None:
    """Refuse every role but the account's own: on one connection the engine would let all be taken."""
    role = session.account.role
    if not names <= {role, "DEFAULT", "ALL"}:
        text = f"Role should be granted to set; {session.account.name} has only {role}"
        raise RequestError(512, "SET_NON_GRANTED_ROLE", text)


def _check_method(session: Session, request: Request, verb: str) -> None:
    """Refuse a change by GET; elsewhere than in a session and for an INSERT, readonly = 2 does that."""
    changes = verb == "INSERT" or (session.lasts and verb not in READS | {"SET", "USE"})
    if request.method != "POST" and changes:
        raise RequestError(
            164,
            "READONLY",
            "Cannot execute query in readonly mode. For queries over HTTP, method GET implies "
            "readonly. You should use method POST for modifying queries",
        )


def _remember(session: Session, statement: Statement) -> None:
    """Keep what USE and SET changed, for a session that goes on."""
    if statement.verb not in ("USE", "SET"):
        return
    parts = clauses(statement.text.decode("latin-1"))
    if statement.verb == "USE":
        session.database = _plain(parts)[-1]
        return
    for name, sign, value in zip(parts[1:], parts[2:], parts[3:], strict=False):
        if sign.text == "=":
            session.settings[_plain([name])[0]] = value.text


def _plain(parts: list[Clause]) -> list[str]:
    """Return tokens' texts without their quotes."""
    return [part.text.strip("`\"'").encode("latin-1").decode("utf-8", "replace") for part in parts]


def _named(refusal: RequestError, session: Session) -> RequestError:
    """Return an error in the account's name: to the engine every connection is `default`."""
    text = refusal.text
    if refusal.code == 497 and text.startswith("default: "):
        text = f"{session.account.name}: {text.removeprefix('default: ')}"
    return RequestError(refusal.code, refusal.name, text)
