import json
import subprocess
import sys
import types

import pytest

from aspects_gen.aspects.trees import PACKAGE


class Rows(list):
    """A model's manager over a list."""

    def filter(self, **wanted):
        return Rows(r for r in self if all(getattr(r, k) == v for k, v in wanted.items()))

    def order_by(self, name):
        return self

    def first(self):
        return self[0] if self else None


def make_model(**defaults):
    class Model:
        objects = Rows()
        saved = 0

        def __init__(self, **fields):
            self.pk = None
            self.__dict__.update({**defaults, **fields})

        def save(self):
            type(self).saved += 1
            if self not in self.objects:
                self.objects.append(self)

    return Model


def make_user_model():
    model = make_model(password="")

    def get_or_create(username, defaults):
        found = model.objects.filter(username=username).first()
        if found:
            return found, False
        return model(username=username, **defaults), True

    model.set_unusable_password = lambda self: setattr(self, "password", "!")
    model.objects.get_or_create = get_or_create
    return model


def make_router_model():
    """A table of history: the newest row of an address is current."""
    model = make_model(enabled=False, backend_name="", auth_scheme="", username="", password="")

    def save(self):
        type(self).saved += 1
        model.objects.append(model(**{k: v for k, v in vars(self).items() if k != "pk"}))

    def current_set():
        newest = {row.route_url: row for row in model.objects}
        return Rows(newest.values())

    model.save = save
    model.objects.current_set = current_set
    model.current = classmethod(
        lambda cls, url: current_set().filter(route_url=url).first() or cls(route_url=url)
    )
    return model


@pytest.fixture
def script(load_script, monkeypatch):
    found = load_script("jobs/init/lms/aspects_init.py")
    monkeypatch.setattr(found, "PAUSE_SECONDS", 0)
    monkeypatch.setenv("SECRET", "s1")
    monkeypatch.setenv("LRS", "p1")
    return found


CLIENT = {
    "name": "superset-sso",
    "user": "superset",
    "client_id": "id1",
    "secret_variable": "SECRET",
    "redirect_uris": "https://superset/oauth-authorized/openedxsso",
    "scopes": ["user_id"],
}
ROUTE = {
    "backend_name": "xAPI",
    "route_url": "http://ralph/xAPI/",
    "auth_scheme": "Basic",
    "username": "lms",
    "password_variable": "LRS",
}


def keep_client(script, model, **changes):
    users = {"superset": "the user"}
    matches = lambda secret, stored: stored == f"hash:{secret}"  # noqa: E731
    return script.keep_client(model, {**CLIENT, **changes}, users, matches)


def test_user_is_made_once_and_cannot_sign_in(script):
    model = make_user_model()
    for _ in range(2):
        script.keep_user(model, {"username": "aspects", "email": "a@example.org"})
    (user,) = model.objects
    assert (user.password, user.is_active, model.saved) == ("!", True, 1)


def test_client_is_updated_in_place_when_its_address_changes(script):
    model = make_model(
        client_secret="",
        **dict.fromkeys(
            ("user", "client_id", "client_type", "authorization_grant_type", "redirect_uris")
        ),
        skip_authorization=False,
    )
    keep_client(script, model)
    keep_client(script, model)
    assert model.saved == 1
    keep_client(
        script, model, redirect_uris="https://other/oauth-authorized/openedxsso", client_id="2"
    )
    (client,) = model.objects
    assert (client.redirect_uris[:13], client.client_id, model.saved) == ("https://other", "2", 2)


def test_client_secret_is_replaced_only_when_it_differs(script, monkeypatch):
    matches = lambda secret, stored: stored == f"hash:{secret}"  # noqa: E731
    assert script.holds_secret("s1", "s1", matches)
    assert script.holds_secret("hash:s1", "s1", matches)
    assert not script.holds_secret("hash:s2", "s1", matches)

    def unknown(secret, stored):
        raise ValueError("unknown hashing algorithm")

    assert not script.holds_secret("x", "s1", unknown)


def test_route_is_added_once_and_again_when_its_password_changes(script, monkeypatch):
    model = make_router_model()
    for _ in range(2):
        script.keep_routers(model, [ROUTE])
    assert model.saved == 1
    monkeypatch.setenv("LRS", "p2")
    script.keep_routers(model, [ROUTE])
    assert model.current(ROUTE["route_url"]).password == "p2"
    assert len(model.objects.current_set()) == 1


def test_routes_to_other_stores_are_switched_off(script, capsys):
    model = make_router_model()
    script.keep_routers(model, [{**ROUTE, "route_url": "http://old/xAPI/"}])
    script.keep_routers(model, [ROUTE])
    enabled = [row.route_url for row in model.objects.current_set().filter(enabled=True)]
    assert enabled == ["http://ralph/xAPI/"]
    script.keep_routers(model, [])
    assert not model.objects.current_set().filter(enabled=True)
    assert "route http://old/xAPI/: switched off" in capsys.readouterr().out


def test_password_that_is_missing_is_named(script, monkeypatch):
    monkeypatch.delenv("LRS")
    with pytest.raises(SystemExit, match="environment variable LRS is missing or empty"):
        script.keep_routers(make_router_model(), [ROUTE])


def test_database_is_waited_for_and_given_up_on(script, capsys):
    tries = []

    def attempt():
        tries.append(1)
        if len(tries) < 2:
            raise ConnectionError
        return "up"

    assert script.wait_for(attempt, 60) == "up"
    assert "waiting for the LMS's database, 0 of 60 s: ConnectionError" in capsys.readouterr().out
    with pytest.raises(SystemExit, match="gave up on the LMS's database after 0 s"):
        script.wait_for(lambda: 1 / 0, 0)


def test_init_brings_every_row_up_to_date(script, monkeypatch, tmp_path, capsys):
    fields = ("user", "client_id", "client_type", "authorization_grant_type", "redirect_uris")
    users, routers = make_user_model(), make_router_model()
    clients = make_model(client_secret="", skip_authorization=False, **dict.fromkeys(fields))
    scopes = []
    access = types.SimpleNamespace(
        objects=types.SimpleNamespace(update_or_create=lambda **row: scopes.append(row))
    )
    modules = {
        "django.contrib.auth": {"get_user_model": lambda: users},
        "django.contrib.auth.hashers": {"check_password": lambda secret, stored: False},
        "django.db": {"connection": types.SimpleNamespace(ensure_connection=lambda: None)},
        "event_routing_backends.models": {"RouterConfiguration": routers},
        "oauth2_provider.models": {"get_application_model": lambda: clients},
        "openedx.core.djangoapps.oauth_dispatch.models": {"ApplicationAccess": access},
    }
    parents = {name.rsplit(".", end)[0] for name in modules for end in range(name.count(".") + 1)}
    for name in sorted(parents):
        monkeypatch.setitem(sys.modules, name, types.ModuleType(name))
    for name, attributes in modules.items():
        sys.modules[name].__dict__.update(attributes)
    user = {"username": "superset", "email": "s@example.org"}
    rows = {"users": [user], "oauth_clients": [CLIENT], "routers": [ROUTE]}
    (tmp_path / "rows.json").write_text(json.dumps(rows))
    monkeypatch.setenv("ASPECTS_ROWS", str(tmp_path / "rows.json"))
    script.main()
    assert [row.username for row in users.objects] == ["superset"]
    assert scopes[0]["defaults"] == {"scopes": ["user_id"]}
    assert len(routers.objects) == 1
    assert capsys.readouterr().out.endswith("the LMS is wired\n")


def test_init_shell_script_is_valid():
    path = PACKAGE / "jobs/init/lms/init.sh"
    subprocess.run(["sh", "-n", str(path)], check=True)
