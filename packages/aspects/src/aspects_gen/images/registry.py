"""The digest of an image, asked of its registry by the OCI distribution API.

Source: https://github.com/opencontainers/distribution-spec/blob/v1.1.0/spec.md, read 2026-11.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import urllib.parse
from collections.abc import Callable, Mapping

from aspects_gen.images.reference import DIGEST, Reference
from aspects_gen.images.transport import RegistryError, Response, Transport

# Lists of platforms first: a deployment must not be tied to the platform it was pinned on.
MANIFEST_TYPES = (
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
)

_PARAMETER = re.compile(r'([a-zA-Z]+)="([^"]*)"')

Credentials = Callable[[str], tuple[str, str] | None]
"""Returns user and password for a registry's host, or None."""


class Registry:
    """A client of any number of registries; it remembers the tokens it was given."""

    def __init__(self, transport: Transport, credentials: Credentials) -> None:
        self._transport = transport
        self._credentials = credentials
        self._grants: dict[tuple[str, str], str] = {}

    def find_digest(self, reference: Reference, known: str | None = None) -> str:
        """Return the digest that a tag names now.

        Args:
            reference: the image.
            known: a digest seen earlier; when the registry names the same one, nothing is fetched.

        Raises:
            RegistryError: unreachable, not allowed, unknown tag, or an answer that does not add up.
        """
        if known:
            response = self._ask("HEAD", reference)
            if response.status == 200 and response.headers.get("docker-content-digest") == known:
                return known
        response = self._ask("GET", reference)
        if response.status != 200:
            raise _refused(reference, response)
        return _verify(reference, response)

    def _ask(self, method: str, reference: Reference) -> Response:
        base = self._transport.base_url(reference.api_host)
        url = f"{base}/v2/{reference.repository}/manifests/{reference.tag}"
        scope = (reference.api_host, reference.repository)
        response = self._send(method, url, self._grants.get(scope))
        if response.status == 401:
            self._grants[scope] = self._log_in(reference, response)
            response = self._send(method, url, self._grants[scope])
        return response

    def _send(self, method: str, url: str, grant: str | None) -> Response:
        headers = {"Accept": ", ".join(MANIFEST_TYPES), "User-Agent": "aspects-gen"}
        if grant:
            headers["Authorization"] = grant
        return self._transport.send(method, url, headers)

    def _log_in(self, reference: Reference, response: Response) -> str:
        """Return the Authorization header that the registry's challenge asks for."""
        challenge = response.headers.get("www-authenticate", "")
        kind = challenge.partition(" ")[0].lower()
        found = self._credentials(reference.api_host)
        basic = f"Basic {_encode(found)}" if found else None
        parameters = dict(_PARAMETER.findall(challenge))
        if kind == "bearer" and parameters.get("realm"):
            return f"Bearer {self._fetch_token(reference, parameters, basic)}"
        if kind == "basic" and basic:
            return basic
        raise _refused(reference, response)

    def _fetch_token(
        self, reference: Reference, challenge: Mapping[str, str], basic: str | None
    ) -> str:
        realm = challenge["realm"]
        query = {"scope": f"repository:{reference.repository}:pull"}
        query |= {key: challenge[key] for key in ("service", "scope") if challenge.get(key)}
        separator = "&" if "?" in realm else "?"
        url = f"{realm}{separator}{urllib.parse.urlencode(query)}"
        self._transport.require_safe(url)
        response = self._transport.send("GET", url, {"Authorization": basic} if basic else {})
        if response.status in (401, 403):
            raise _refused(reference, response)
        token = _read_token(response)
        if response.status != 200 or not token:
            host = urllib.parse.urlsplit(realm).netloc
            raise RegistryError(
                f"{host} gives no token for {reference.repository} (status {response.status})",
                "try again later; if it stays so, the registry is out of order",
            )
        return token


def _verify(reference: Reference, response: Response) -> str:
    """Return the digest of the answer's bytes; they are what the registry says they are."""
    kind = response.headers.get("content-type", "").partition(";")[0].strip()
    if kind not in MANIFEST_TYPES:
        raise RegistryError(
            f"{reference.api_host} answers with {kind or 'no content type'}, not with a manifest",
            "check the registry's address; images in the first Docker format have to be built anew",
        )
    digest = f"sha256:{hashlib.sha256(response.body).hexdigest()}"
    claimed = response.headers.get("docker-content-digest", digest)
    if not DIGEST.fullmatch(claimed):
        raise RegistryError(
            f"{reference.api_host} names a digest that is none of SHA-256",
            "use a registry that serves SHA-256 digests",
        )
    if claimed != digest:
        raise RegistryError(
            f"{reference.api_host} serves {reference.repository}:{reference.tag} with other bytes"
            f" than its digest says: {claimed} is said, {digest} was served",
            "do not use this image; something changes it on the way, such as a proxy",
        )
    return digest


def _refused(reference: Reference, response: Response) -> RegistryError:
    name = f"{reference.repository}:{reference.tag}"
    host = reference.api_host
    if response.status == 404:
        fix = "check the tag; registries delete old ones"
        return RegistryError(f"{host} does not know {name}", fix)
    if response.status in (401, 403):
        fix = f"check the name, or run `docker login {reference.host}` (credential helpers are not read)"
        return RegistryError(f"{host} does not let you read {name}, or it does not exist", fix)
    if response.status == 429:
        fix = f"wait, or run `docker login {reference.host}` for a higher limit"
        return RegistryError(f"{host} takes no more requests now", fix)
    fix = "try again later; if it stays so, the registry is out of order"
    return RegistryError(f"{host} answers with status {response.status} for {name}", fix)


def _read_token(response: Response) -> str:
    try:
        data = json.loads(response.body)
    except ValueError:
        return ""
    token = (data.get("token") or data.get("access_token")) if isinstance(data, dict) else ""
    return token if isinstance(token, str) and token.isprintable() else ""


def _encode(credentials: tuple[str, str]) -> str:
    return base64.b64encode(":".join(credentials).encode()).decode("ascii")
