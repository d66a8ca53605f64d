"""HTTP to a registry: one request with timeouts, bounded retries and careful redirects."""

from __future__ import annotations

import http.client
import ssl
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.message import Message
from typing import IO

from aspects_gen.errors import AspectsError

TIMEOUT_SECONDS = 20
PAUSES_SECONDS = (0.5, 1.0, 2.0)
"""Pauses between tries, so one more try than pauses."""
LONGEST_PAUSE_SECONDS = 20.0
"""Longest pause that a registry may ask for."""
REDIRECTS = 5
# Source: OCI distribution specification 1.1: registries should accept manifests up to 4 MiB.
MOST_BYTES = 4 * 2**20

_REDIRECT = (301, 302, 303, 307, 308)
_AGAIN = (429, 500, 502, 503, 504)
_FAILURES = (OSError, http.client.HTTPException, UnicodeError)


class RegistryError(AspectsError):
    """A registry did not tell a digest; the message says how to go on."""

    exit_code = 3

    def __init__(self, problem: str, fix: str) -> None:
        super().__init__(f"{problem}\n  = fix: {fix}")
        self.problem = problem
        self.fix = fix


@dataclass(frozen=True)
class Response:
    """An answer: status, headers by lower-case name, body."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Transport:
    """Sends requests; plain HTTP only to this machine or where the caller allows it."""

    def __init__(
        self, *, insecure: bool = False, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._insecure = insecure
        self._sleep = sleep
        self._remote = _opener(urllib.request.ProxyHandler())
        # A proxy of the environment is not for this machine.
        self._local = _opener(urllib.request.ProxyHandler({}))

    def base_url(self, host: str) -> str:
        """Return the address of a registry's API."""
        plain = self._insecure or is_loopback(host)
        return f"{'http' if plain else 'https'}://{host}"

    def send(self, method: str, url: str, headers: Mapping[str, str]) -> Response:
        """Return the answer to a request, after retries and redirects.

        Raises:
            RegistryError: unreachable, too many redirects, an unsafe redirect or too long a body.
        """
        for _ in range(REDIRECTS + 1):
            self.require_safe(url)
            response = self._send_again(method, url, headers)
            target = response.headers.get("location")
            if response.status not in _REDIRECT or not target:
                return response
            following = _join(url, target)
            if _origin(following) != _origin(url):
                # Another host must never see a token or password.
                headers = {k: v for k, v in headers.items() if k.lower() != "authorization"}
            url = following
        raise RegistryError(f"{_host(url)} redirects without end", "check the registry's address")

    def require_safe(self, url: str) -> None:
        """Refuse an address that would carry the request unprotected.

        Raises:
            RegistryError: plain HTTP to another machine, or no HTTP at all.
        """
        parts = _split(url)
        plain_allowed = self._insecure or is_loopback(parts.netloc)
        safe = parts.scheme == "https" or (parts.scheme == "http" and plain_allowed)
        # user:password@host could pass for another host
        if safe and "@" not in parts.netloc:
            return
        raise RegistryError(
            f"{parts.hostname or 'a redirect'} would be asked without TLS, or with a password"
            " in its address",
            "use a registry with TLS, or --insecure for one in a trusted network",
        )

    def _send_again(self, method: str, url: str, headers: Mapping[str, str]) -> Response:
        for pause in PAUSES_SECONDS:
            try:
                response = self._send_once(method, url, headers)
            except _FAILURES as error:
                if _is_final(error):
                    raise _unreachable(url, error) from error
                self._sleep(pause)
                continue
            if response.status not in _AGAIN:
                return response
            self._sleep(min(_asked_pause(response) or pause, LONGEST_PAUSE_SECONDS))
        try:
            return self._send_once(method, url, headers)
        except _FAILURES as error:
            raise _unreachable(url, error) from error

    def _send_once(self, method: str, url: str, headers: Mapping[str, str]) -> Response:
        request = urllib.request.Request(url, method=method, headers=dict(headers))  # noqa: S310
        opener = self._local if is_loopback(_host(url)) else self._remote
        with opener.open(request, timeout=TIMEOUT_SECONDS) as answer:
            return _read(request, answer.status, answer.headers, answer)


def _opener(proxies: urllib.request.ProxyHandler) -> urllib.request.OpenerDirector:
    """Return an opener that hands every answer back: errors and redirects, too."""
    opener = urllib.request.OpenerDirector()
    for handler in (proxies, urllib.request.HTTPHandler(), urllib.request.HTTPSHandler()):
        opener.add_handler(handler)
    return opener


def is_loopback(host: str) -> bool:
    """Return whether a host, with or without port, is this machine."""
    name = host.rsplit("]", 1)[0].lstrip("[") if host.startswith("[") else host.split(":")[0]
    parts = name.split(".")
    is_v4 = len(parts) == 4 and parts[0] == "127" and all(part.isdigit() for part in parts)
    return name in ("localhost", "::1") or is_v4


def _read(
    request: urllib.request.Request, status: int, headers: Message, stream: IO[bytes]
) -> Response:
    body = stream.read(MOST_BYTES + 1)
    if len(body) > MOST_BYTES:
        problem = f"{request.host} answers with more than {MOST_BYTES} bytes"
        raise RegistryError(problem, "check the registry's address")
    length = headers.get("Content-Length", "")
    # A read with a bound ends quietly where the connection did.
    if request.get_method() != "HEAD" and length.isdecimal() and len(body) < int(length):
        raise http.client.IncompleteRead(body, int(length) - len(body))
    return Response(status, {name.lower(): value for name, value in headers.items()}, body)


def _asked_pause(response: Response) -> float:
    text = response.headers.get("retry-after", "")
    return float(text) if text.isdecimal() else 0.0


def _is_final(error: Exception) -> bool:
    """Return whether asking again cannot help: a bad certificate, or a host that is no name."""
    final = (ssl.SSLCertVerificationError, UnicodeError, http.client.InvalidURL)
    return isinstance(_reason(error), final)


def _reason(error: Exception) -> object:
    return error.reason if isinstance(error, urllib.error.URLError) else error


def _unreachable(url: str, error: Exception) -> RegistryError:
    reason = _reason(error)
    if isinstance(reason, ssl.SSLError):
        why = f"TLS fails: {reason.reason or reason}"
        fix = "check the registry's certificate; SSL_CERT_FILE names the authorities to trust"
    else:
        why = getattr(reason, "strerror", None) or str(reason) or type(error).__name__
        fix = "check the address, the network and HTTPS_PROXY; pinned images need no registry"
    return RegistryError(f"{_host(url)} cannot be reached: {why}", fix)


def _join(url: str, target: str) -> str:
    _split(target)
    return urllib.parse.urljoin(url, target)


def _split(url: str) -> urllib.parse.SplitResult:
    try:
        return urllib.parse.urlsplit(url)
    except ValueError as error:
        problem = "a registry names an address that is none"
        raise RegistryError(problem, "check the registry's address") from error


def _host(url: str) -> str:
    return _split(url).netloc


def _origin(url: str) -> tuple[str, str]:
    parts = _split(url)
    return parts.scheme, parts.netloc
