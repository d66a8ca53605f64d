"""Registries on this machine: Debian's own where it is installed, and a small one of the same API."""

from __future__ import annotations

import hashlib
import http.client
import json
import re
import shutil
import socket
import ssl
import subprocess
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from aspects_gen.images.reference import Reference
from aspects_gen.images.registry import MANIFEST_TYPES, Registry
from aspects_gen.images.transport import Transport

INDEX, _, MANIFEST, DOCKER_MANIFEST = MANIFEST_TYPES
DEBIAN = shutil.which("docker-registry")


def digest_of(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


@dataclass
class Seen:
    """One request that a fake registry got."""

    method: str
    path: str
    headers: dict[str, str]


@dataclass
class Fake:
    """A registry in this process: enough of the API to push to and pull from, and to misbehave."""

    host: str = ""
    blobs: dict[str, bytes] = field(default_factory=dict)
    manifests: dict[tuple[str, str], tuple[str, bytes]] = field(default_factory=dict)
    seen: list[Seen] = field(default_factory=list)
    script: list = field(default_factory=list)
    """Answers given first, before the registry's own: functions of the handler."""
    allow: str = ""
    """Authorization header that is asked for; empty lets everyone in."""
    challenge: str = ""
    token: dict = field(default_factory=dict)
    """What the token service at /token answers; it is not there when empty."""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    @property
    def fake(self) -> Fake:
        return self.server.fake

    def answer(self, status, body=b"", **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def handle_any(self):
        length = int(self.headers.get("Content-Length", 0))
        self.body = self.rfile.read(length)
        self.fake.seen.append(Seen(self.command, self.path, dict(self.headers)))
        if self.fake.script:
            self.fake.script.pop(0)(self)
        elif urlsplit(self.path).path == "/token" and self.fake.token:
            self.answer(200, json.dumps(self.fake.token).encode())
        elif self.fake.allow and self.headers.get("Authorization") != self.fake.allow:
            self.answer(401, b"{}", WWW_Authenticate=self.fake.challenge)
        else:
            self.serve()

    do_GET = do_HEAD = do_PUT = do_POST = handle_any  # noqa: N815

    def serve(self):
        path = urlsplit(self.path).path
        if path == "/v2/":
            return self.answer(200, b"{}")
        if found := re.fullmatch(r"/v2/(.+)/blobs/uploads/", path):
            return self.answer(202, Location=f"/upload/{found[1]}")
        if path.startswith("/upload/"):
            (digest,) = parse_qs(urlsplit(self.path).query)["digest"]
            self.fake.blobs[digest] = self.body
            return self.answer(201)
        found = re.fullmatch(r"/v2/(.+)/manifests/(.+)", path)
        key = (found[1], found[2])
        if self.command == "PUT":
            digest = digest_of(self.body)
            kind = self.headers["Content-Type"]
            self.fake.manifests[key] = (kind, self.body)
            self.fake.manifests[(found[1], digest)] = (kind, self.body)
            return self.answer(201)
        if key not in self.fake.manifests:
            return self.answer(404, b'{"errors":[{"code":"MANIFEST_UNKNOWN"}]}')
        kind, body = self.fake.manifests[key]
        return self.answer(200, body, Content_Type=kind, Docker_Content_Digest=digest_of(body))


@pytest.fixture
def fake():
    """Return a function that starts a fake registry."""
    servers = []

    def start() -> Fake:
        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        server.fake = Fake(f"127.0.0.1:{server.server_port}")
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        servers.append((server, thread))
        return server.fake

    yield start
    for server, thread in servers:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(scope="session")
def closed_port():
    """A port of this machine at which nobody answers."""
    holder = socket.socket()
    holder.bind(("127.0.0.1", 0))  # bound, not listening: connections are refused
    yield holder.getsockname()[1]
    holder.close()


def start_debian(folder):
    """Return (process, host) of Debian's registry, up and answering."""
    for _ in range(5):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            host = f"127.0.0.1:{probe.getsockname()[1]}"
        config = folder / "config.yml"
        config.write_text(
            f"version: 0.1\nlog: {{level: error}}\nhttp: {{addr: '{host}'}}\n"
            f"storage: {{filesystem: {{rootdirectory: '{folder / 'data'}'}}}}\n"
        )
        command = [DEBIAN, "serve", str(config)]
        process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder
        )
        for _ in range(200):
            if process.poll() is not None:
                break
            if is_up(host):
                return process, host
            time.sleep(0.05)
        process.kill()
        process.wait()
    raise AssertionError("docker-registry did not start")


def is_up(host):
    connection = http.client.HTTPConnection(host, timeout=5)
    try:
        connection.request("GET", "/v2/")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


@pytest.fixture(scope="session")
def debian(tmp_path_factory):
    process, host = start_debian(tmp_path_factory.mktemp("registry"))
    yield host
    process.terminate()
    process.wait(30)


@pytest.fixture(params=["debian", "fake"] if DEBIAN else ["fake"])
def registry_host(request):
    """A working registry; each test that uses it runs against every one there is."""
    if request.param == "debian":
        return request.getfixturevalue("debian")
    return request.getfixturevalue("fake")().host


@pytest.fixture
def push():
    """Return a function that pushes an image of one platform, or an index of it; its digest."""

    def send(host, name, tag, *, content=b"layer", index=True, kind=MANIFEST) -> str:
        connection = http.client.HTTPConnection(host, timeout=20)
        blob = {}
        for part, data in (("config", b'{"architecture":"amd64"}'), ("layer", content)):
            blob[part] = push_blob(connection, name, data)
        manifest = {
            "schemaVersion": 2,
            "mediaType": kind,
            "config": {"mediaType": "application/vnd.oci.image.config.v1+json", **blob["config"]},
            "layers": [{"mediaType": "application/vnd.oci.image.layer.v1.tar", **blob["layer"]}],
        }
        if kind == DOCKER_MANIFEST:
            manifest["config"]["mediaType"] = "application/vnd.docker.container.image.v1+json"
            manifest["layers"][0]["mediaType"] = (
                "application/vnd.docker.image.rootfs.diff.tar.gzip"
            )
        body = json.dumps(manifest).encode()
        put_manifest(connection, name, digest_of(body) if index else tag, kind, body)
        if index:
            entry = {"mediaType": kind, "digest": digest_of(body), "size": len(body)}
            entry["platform"] = {"architecture": "amd64", "os": "linux"}
            listing = {"schemaVersion": 2, "mediaType": INDEX, "manifests": [entry]}
            body = json.dumps(listing).encode()
            put_manifest(connection, name, tag, INDEX, body)
        connection.close()
        return digest_of(body)

    return send


def push_blob(connection, name, data):
    connection.request("POST", f"/v2/{name}/blobs/uploads/", headers={"Content-Length": "0"})
    answer = connection.getresponse()
    answer.read()
    assert answer.status == 202
    where = urlsplit(answer.headers["Location"])
    digest = digest_of(data)
    query = f"{where.query}&" if where.query else ""
    connection.request("PUT", f"{where.path}?{query}digest={digest}", data)
    answer = connection.getresponse()
    answer.read()
    assert answer.status == 201
    return {"digest": digest, "size": len(data)}


def put_manifest(connection, name, tag, kind, body):
    connection.request("PUT", f"/v2/{name}/manifests/{tag}", body, {"Content-Type": kind})
    answer = connection.getresponse()
    text = answer.read()
    assert answer.status == 201, text


@pytest.fixture
def pauses():
    """The pauses that a client under test wanted, in seconds; none is made."""
    return []


@pytest.fixture
def client(pauses):
    """Return a function: a client, with credentials or none."""

    def make(credentials=None, *, insecure=False) -> Registry:
        transport = Transport(insecure=insecure, sleep=pauses.append)
        return Registry(transport, lambda _: credentials)

    return make


@pytest.fixture
def ref():
    """Return a function: a reference at a host."""

    def make(host, name="team/app", tag="1.0") -> Reference:
        return Reference(host, name, tag)

    return make


@pytest.fixture
def tls_host(tmp_path):
    """A host that speaks TLS with a certificate that nobody signed but itself."""
    key, certificate = make_certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler, bind_and_activate=True)
    server.fake = Fake()
    server.handle_error = lambda *_: None  # the client hangs up, which is the test
    server.socket = context.wrap_socket(
        server.socket, server_side=True, do_handshake_on_connect=False
    )
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield f"127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def make_certificate(folder):
    now = datetime.now(UTC)
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    form = serialization.PrivateFormat.PKCS8
    pem = serialization.Encoding.PEM
    (folder / "key.pem").write_bytes(key.private_bytes(pem, form, plain))
    (folder / "certificate.pem").write_bytes(certificate.public_bytes(pem))
    return folder / "key.pem", folder / "certificate.pem"
