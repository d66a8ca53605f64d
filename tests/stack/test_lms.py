"""The LMS's stand-in: who gets in, and who does not."""

from __future__ import annotations

import base64
import re
import threading
import urllib.error
import urllib.parse
import urllib.request
from html import unescape
from http.server import ThreadingHTTPServer

import pytest

from aspects_gen.stack.lms import Handler, Lms
from aspects_gen.stack.people import sample_people

COURSE = "course-v1:Org+A+1"
BACK = "http://127.0.0.1:9/oauth-authorized/openedxsso"
ASKED = {"client_id": "sso", "response_type": "code", "redirect_uri": BACK, "state": "s&1"}


@pytest.fixture
def lms():
    config = {"client_id": "sso", "superset": "http://127.0.0.1:9", "port": 0}
    return Lms(config | {"people": sample_people(COURSE)}, "secret", "key" * 12)


def code_of(lms, number):
    links = re.findall(r'href="([^"]+)"', lms.choose(ASKED))
    url = unescape(links[number])
    assert url.startswith(f"{BACK}?")
    query = dict(urllib.parse.parse_qsl(url.partition("?")[2]))
    assert query["state"] == "s&1"
    return query["code"]


def exchange(lms, code, secret="secret", kind="authorization_code", key="code"):
    form = {"grant_type": kind, key: code, "client_id": "sso", "client_secret": secret}
    return lms.exchange(form, "")


def test_person_who_was_chosen_gets_a_token_of_their_own(lms):
    token = exchange(lms, code_of(lms, 2))
    assert lms.owner(f"JWT {token['access_token']}") == "instructor"
    claims = lms.read(token["access_token"])
    assert (claims["superuser"], claims["administrator"]) == (False, False)
    again = exchange(lms, token["refresh_token"], "secret", "refresh_token", "refresh_token")
    assert lms.owner(f"JWT {again['access_token']}") == "instructor"


def test_client_may_name_itself_in_a_header(lms):
    basic = base64.b64encode(b"sso:secret").decode()
    form = {"grant_type": "authorization_code", "code": code_of(lms, 0)}
    assert lms.exchange(form, f"Basic {basic}")
    assert lms.exchange(form, "Basic !") is None


def test_only_this_stack_may_ask(lms):
    assert lms.choose(ASKED | {"redirect_uri": "http://127.0.0.1:90/oauth-authorized/x"}) is None
    assert lms.choose(ASKED | {"client_id": "other"}) is None


def test_nothing_is_given_for_a_wrong_secret_or_code(lms):
    code = code_of(lms, 0)
    assert exchange(lms, code, "wrong") is None
    assert exchange(lms, code[:-2]) is None
    assert exchange(lms, "") is None
    token = exchange(lms, code)
    assert exchange(lms, token["access_token"]) is None
    assert lms.owner(f"JWT {code}") == ""
    assert lms.owner("") == ""


def test_expired_token_is_nobodys(lms):
    assert lms.owner("JWT " + lms.sign({"preferred_username": "operator", "exp": 1})) == ""


def test_courses_are_told_to_their_own_staff_only(lms):
    assert lms.courses("instructor", {"username": "instructor"})["results"] == [
        {"course_id": COURSE}
    ]
    assert lms.courses("newcomer", {"username": "instructor"}) is None


def test_server_answers_to_its_own_address_only(lms):
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Handler.lms, Handler.here = lms, f"127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        url = f"http://127.0.0.1:{server.server_port}"
        assert urllib.request.urlopen(f"{url}/heartbeat").status == 200
        page = urllib.request.urlopen(f"{url}/oauth2/authorize/?{urllib.parse.urlencode(ASKED)}")
        assert "Ines Instructor" in page.read().decode()
        assert status_of(f"{url}/heartbeat", Host="evil.example.org") == 421
        assert status_of(f"{url}/api/user/v1/me") == 401
        right = {"Authorization": f"JWT {exchange(lms, code_of(lms, 1))['access_token']}"}
        assert status_of(f"{url}/api/user/v1/me", **right) == 200
        assert status_of(f"{url}/api/user/v1/preferences/instructor", **right) == 404
    finally:
        server.shutdown()
        server.server_close()


def status_of(url, **headers):
    try:
        return urllib.request.urlopen(urllib.request.Request(url, headers=headers)).status
    except urllib.error.HTTPError as error:
        return error.code
