"""The client, against registries that work and registries that do not."""

from __future__ import annotations

import base64
import hashlib
import json

import pytest

from aspects_gen.images.reference import parse_reference
from aspects_gen.images.registry import MANIFEST_TYPES
from aspects_gen.images.transport import MOST_BYTES, RegistryError, Transport, is_loopback

INDEX, _, MANIFEST, DOCKER_MANIFEST = MANIFEST_TYPES
BODY = b'{"schemaVersion":2}'
DIGEST = f"sha256:{hashlib.sha256(BODY).hexdigest()}"


def reply(status, body=b"", **headers):
    """Return a script entry that answers once."""
    return lambda handler: handler.answer(status, body, **headers)


def good(**headers):
    return reply(200, BODY, **{"Content_Type": INDEX, "Docker_Content_Digest": DIGEST, **headers})


def test_digest_of_an_index_is_that_of_its_bytes(registry_host, push, client, ref):
    pushed = push(registry_host, "team/app", "1.0")
    assert client().find_digest(ref(registry_host)) == pushed


@pytest.mark.parametrize("kind", [MANIFEST, DOCKER_MANIFEST])
def test_image_of_one_platform_has_a_digest_too(registry_host, push, client, ref, kind):
    pushed = push(registry_host, "team/single", "1.0", index=False, kind=kind)
    assert client().find_digest(ref(registry_host, "team/single")) == pushed


def test_moved_tag_has_the_new_digest(registry_host, push, client, ref):
    old = push(registry_host, "team/moving", "1.0", content=b"one")
    new = push(registry_host, "team/moving", "1.0", content=b"two")
    assert client().find_digest(ref(registry_host, "team/moving"), known=old) == new != old


@pytest.mark.parametrize(("name", "tag"), [("team/app", "9.9"), ("team/other", "1.0")])
def test_unknown_tag_is_told_with_a_fix(registry_host, push, client, ref, name, tag):
    push(registry_host, "team/app", "1.0")
    with pytest.raises(RegistryError) as error:
        client().find_digest(ref(registry_host, name, tag))
    assert f"does not know {name}:{tag}" in str(error.value)
    assert "= fix: check the tag" in str(error.value)


def test_known_digest_is_confirmed_without_fetching(registry_host, push, client, ref):
    pushed = push(registry_host, "team/app", "1.0")
    assert client().find_digest(ref(registry_host), known=pushed) == pushed


def test_confirmation_asks_for_headers_only(fake, push, client, ref):
    server = fake()
    pushed = push(server.host, "team/app", "1.0")
    server.seen.clear()
    client().find_digest(ref(server.host), known=pushed)
    assert [request.method for request in server.seen] == ["HEAD"]
    for kind in MANIFEST_TYPES:
        assert kind in server.seen[0].headers["Accept"]


def test_unreachable_registry_is_told_after_bounded_tries(closed_port, client, ref, pauses):
    with pytest.raises(RegistryError) as error:
        client().find_digest(ref(f"127.0.0.1:{closed_port}"))
    assert f"127.0.0.1:{closed_port} cannot be reached: Connection refused" in str(error.value)
    assert "= fix: check the address, the network and HTTPS_PROXY" in str(error.value)
    assert pauses == [0.5, 1.0, 2.0]


@pytest.mark.parametrize("host", ["a" * 70 + ".example", "a..example", "exa mple"])
def test_host_that_is_no_name_is_told_at_once(client, ref, pauses, host):
    with pytest.raises(RegistryError, match="cannot be reached"):
        client().find_digest(ref(host))
    assert pauses == []


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_passing_trouble_is_tried_again(fake, client, ref, pauses, status):
    server = fake()
    server.script += [reply(status), good()]
    assert client().find_digest(ref(server.host)) == DIGEST
    assert pauses == [0.5]


@pytest.mark.parametrize(
    ("asked", "pause"), [("7", 7.0), ("9999", 20.0), ("soon", 0.5), ("²", 0.5)]
)
def test_asked_pause_is_kept_within_bounds(fake, client, ref, pauses, asked, pause):
    server = fake()
    server.script += [reply(429, Retry_After=asked), good()]
    client().find_digest(ref(server.host))
    assert pauses == [pause]


@pytest.mark.parametrize(
    ("status", "words"),
    [(429, "takes no more requests now"), (503, "answers with status 503 for team/app:1.0")],
)
def test_lasting_trouble_is_told(fake, client, ref, pauses, status, words):
    server = fake()
    server.script += [reply(status)] * 4
    with pytest.raises(RegistryError, match=words):
        client().find_digest(ref(server.host))
    assert len(server.seen) == 4
    assert len(pauses) == 3


def test_connection_lost_midway_is_tried_again(fake, client, ref):
    def drop(handler):
        handler.send_response(200)
        handler.send_header("Content-Length", "1000")
        handler.end_headers()
        handler.wfile.write(b"half")
        handler.close_connection = True

    server = fake()
    server.script += [drop, good()]
    assert client().find_digest(ref(server.host)) == DIGEST


def test_bytes_that_differ_from_their_digest_are_refused(fake, client, ref):
    server = fake()
    server.script.append(good(Docker_Content_Digest=f"sha256:{'0' * 64}"))
    with pytest.raises(RegistryError) as error:
        client().find_digest(ref(server.host))
    assert f"sha256:{'0' * 64} is said, {DIGEST} was served" in str(error.value)
    assert "do not use this image" in str(error.value)


def test_missing_digest_header_is_made_up_for_by_the_bytes(fake, client, ref):
    server = fake()
    server.script.append(reply(200, BODY, Content_Type=f"{INDEX}; charset=utf-8"))
    assert client().find_digest(ref(server.host)) == DIGEST


@pytest.mark.parametrize(
    ("headers", "words"),
    [
        ({"Content_Type": "text/html"}, "text/html, not with a manifest"),
        (
            {"Content_Type": "application/vnd.docker.distribution.manifest.v1+prettyjws"},
            "not with a manifest",
        ),
        ({"Docker_Content_Digest": f"sha512:{'0' * 128}"}, "none of SHA-256"),
    ],
)
def test_answer_of_another_kind_is_refused(fake, client, ref, headers, words):
    server = fake()
    server.script.append(good(**headers))
    with pytest.raises(RegistryError, match=words):
        client().find_digest(ref(server.host))


def test_endless_answer_is_cut_off(fake, client, ref):
    server = fake()
    server.script.append(reply(200, b" " * (MOST_BYTES + 1), Content_Type=INDEX))
    with pytest.raises(RegistryError, match="more than"):
        client().find_digest(ref(server.host))


def protect(server, token="letmein", key="token"):
    realm = f"http://{server.host}/token"
    scope = "repository:team/app:pull"
    server.challenge = f'Bearer realm="{realm}",service="registry.test",scope="{scope}"'
    server.allow = f"Bearer {token}"
    server.token = {key: token}


@pytest.mark.parametrize("key", ["token", "access_token"])
def test_token_is_fetched_as_the_challenge_says(fake, push, client, ref, key):
    server = fake()
    pushed = push(server.host, "team/app", "1.0")
    protect(server, key=key)
    server.seen.clear()
    assert client().find_digest(ref(server.host)) == pushed
    asked = server.seen[1]
    assert asked.path == "/token?scope=repository%3Ateam%2Fapp%3Apull&service=registry.test"
    assert "Authorization" not in asked.headers


def test_token_is_kept_for_the_next_question(fake, push, client, ref):
    server = fake()
    push(server.host, "team/app", "1.0")
    push(server.host, "team/app", "2.0")
    protect(server)
    registry = client()
    registry.find_digest(ref(server.host))
    registry.find_digest(ref(server.host, tag="2.0"))
    assert [r.path.startswith("/token") for r in server.seen].count(True) == 1


def test_expired_token_is_replaced(fake, push, client, ref):
    server = fake()
    pushed = push(server.host, "team/app", "1.0")
    protect(server, "first")
    registry = client()
    registry.find_digest(ref(server.host))
    protect(server, "second")
    assert registry.find_digest(ref(server.host)) == pushed


def test_credentials_go_to_the_token_service(fake, push, client, ref):
    server = fake()
    push(server.host, "team/app", "1.0")
    protect(server)
    client(("me", "hunter2")).find_digest(ref(server.host))
    (asked,) = [r for r in server.seen if r.path.startswith("/token")]
    assert base64.b64decode(asked.headers["Authorization"].removeprefix("Basic ")) == b"me:hunter2"


def test_basic_authentication_uses_the_credentials(fake, push, client, ref):
    server = fake()
    pushed = push(server.host, "team/app", "1.0")
    server.challenge = 'Basic realm="registry"'
    server.allow = f"Basic {base64.b64encode(b'me:hunter2').decode()}"
    assert client(("me", "hunter2")).find_digest(ref(server.host)) == pushed


@pytest.mark.parametrize("challenge", ['Basic realm="x"', "Bearer", "Negotiate", ""])
def test_missing_credentials_are_told(fake, client, ref, challenge):
    server = fake()
    server.allow, server.challenge = "never", challenge
    with pytest.raises(RegistryError) as error:
        client().find_digest(ref(server.host))
    assert "does not let you read team/app:1.0, or it does not exist" in str(error.value)
    assert f"docker login {server.host}" in str(error.value)


def test_wrong_credentials_are_told_without_showing_them(fake, client, ref):
    server = fake()
    protect(server)
    server.token = {}
    server.script += [
        reply(401, WWW_Authenticate=server.challenge),
        reply(401, b"no"),
    ]
    with pytest.raises(RegistryError) as error:
        client(("me", "hunter2")).find_digest(ref(server.host))
    assert "does not let you read" in str(error.value)
    assert "hunter2" not in str(error.value)


def test_token_that_is_not_accepted_ends_the_matter(fake, client, ref):
    server = fake()
    protect(server)
    server.token = {"token": "other"}
    with pytest.raises(RegistryError, match="does not let you read"):
        client().find_digest(ref(server.host))
    assert len(server.seen) == 3


@pytest.mark.parametrize("body", [b"<html>", b"[]", b"{}", json.dumps({"token": "a\nb"}).encode()])
def test_token_service_without_a_token_is_told(fake, client, ref, body):
    server = fake()
    protect(server)
    server.script += [reply(401, WWW_Authenticate=server.challenge), reply(200, body)]
    with pytest.raises(RegistryError, match="gives no token for team/app"):
        client().find_digest(ref(server.host))


def test_redirect_to_another_host_carries_no_authorization(fake, push, client, ref):
    front, back = fake(), fake()
    pushed = push(back.host, "team/app", "1.0")
    protect(front)
    path = "/v2/team/app/manifests/1.0"
    front.script += [
        reply(401, WWW_Authenticate=front.challenge),
        reply(200, json.dumps(front.token).encode()),
        reply(307, Location=f"http://{back.host}{path}"),
    ]
    back.seen.clear()
    assert client().find_digest(ref(front.host)) == pushed
    assert front.seen[-1].headers["Authorization"] == "Bearer letmein"
    assert "Authorization" not in back.seen[0].headers


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("http://registry.example/v2/", "without TLS"),
        ("http://127.0.0.1:x@registry.example/v2/", "without TLS"),
        ("https://me:pw@127.0.0.1/v2/", "password in its address"),
        ("file:///etc/passwd", "without TLS"),
        ("http://[::1/v2/", "names an address that is none"),
    ],
)
def test_unsafe_redirect_is_refused(fake, client, ref, target, words):
    server = fake()
    server.script.append(reply(307, Location=target))
    with pytest.raises(RegistryError, match=words):
        client().find_digest(ref(server.host))


def test_token_service_without_tls_is_never_given_credentials(fake, client, ref):
    server = fake()
    challenge = 'Bearer realm="http://auth.example/token"'
    server.script.append(reply(401, WWW_Authenticate=challenge))
    with pytest.raises(RegistryError) as error:
        client(("me", "hunter2")).find_digest(ref(server.host))
    assert "auth.example would be asked without TLS" in str(error.value)
    assert "--insecure" in str(error.value)


def test_token_service_at_no_address_is_told(fake, client, ref):
    server = fake()
    server.script.append(reply(401, WWW_Authenticate='Bearer realm="https://[::1/token"'))
    with pytest.raises(RegistryError, match="names an address that is none"):
        client().find_digest(ref(server.host))


def test_redirect_in_a_circle_ends(fake, client, ref):
    server = fake()
    server.script += [reply(307, Location="/again")] * 10
    with pytest.raises(RegistryError, match="redirects without end"):
        client().find_digest(ref(server.host))


def test_certificate_that_nobody_trusts_is_told_at_once(pauses, tls_host, ref, monkeypatch):
    registry_error = None
    transport = Transport(sleep=pauses.append)
    try:
        transport.send("GET", f"https://{tls_host}/v2/", {})
    except RegistryError as error:
        registry_error = str(error)
    assert "TLS fails: CERTIFICATE_VERIFY_FAILED" in registry_error
    assert "SSL_CERT_FILE" in registry_error
    assert pauses == []


@pytest.mark.parametrize(
    ("host", "is_local"),
    [
        ("localhost", True),
        ("localhost:5000", True),
        ("127.0.0.1:5000", True),
        ("127.9.9.9", True),
        ("[::1]:5000", True),
        ("127.0.0.1.example.org", False),
        ("localhost.example.org", False),
        ("registry.example.org", False),
        ("10.0.0.1", False),
    ],
)
def test_only_this_machine_is_asked_without_tls(host, is_local):
    assert is_loopback(host) is is_local
    assert Transport().base_url(host).startswith("http://") is is_local


def test_insecure_allows_plain_http_everywhere():
    assert Transport(insecure=True).base_url("registry.example.org") == (
        "http://registry.example.org"
    )


def test_docker_hub_is_asked_at_its_own_api():
    reference = parse_reference("redis:7.4.8")
    assert Transport().base_url(reference.api_host) == "https://registry-1.docker.io"
