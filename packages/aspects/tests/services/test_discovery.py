"""Finding services by their entry points, and refusing those that break the contract."""

import sys

import pytest

from aspects_gen.errors import ServiceError
from aspects_gen.services import registry
from aspects_gen.services.points import Point, service_points


@pytest.fixture
def path(tmp_path, monkeypatch):
    """An import path of two empty folders."""
    folders = [tmp_path / "first", tmp_path / "second"]
    for folder in folders:
        folder.mkdir()
    monkeypatch.setattr(sys, "path", [str(folder) for folder in folders])
    service_points.cache_clear()
    yield folders
    service_points.cache_clear()


def install(folder, name, text):
    info = folder / f"{name}.dist-info"
    info.mkdir()
    (info / "entry_points.txt").write_text(text)


def test_points_of_the_group_are_found_among_others(path):
    ours = "[aspects.services]\n# note\nshop = a_shop [extra]\nbar=b\n"
    install(path[0], "a_shop-1.0", f"[console_scripts]\nx = a:main\n\n{ours}[other]\ny = z\n")
    install(path[1], "c-1.0", "[aspects.services]\ncafe = c.cafe\n")
    assert service_points() == (
        Point("bar", "b"),
        Point("cafe", "c.cafe"),
        Point("shop", "a_shop"),
    )


def test_a_package_is_read_where_it_is_found_first(path):
    install(path[0], "shop-2.0", "[aspects.services]\nshop = new\n")
    install(path[1], "shop-1.0", "[aspects.services]\nshop = old\n")
    assert service_points() == (Point("shop", "new"),)


def test_folders_that_are_not_there_and_packages_without_points_are_passed_over(path, monkeypatch):
    (path[0] / "plain-1.0.dist-info").mkdir()
    monkeypatch.setattr(sys, "path", ["/no/such/folder", *sys.path])
    assert service_points() == ()


@pytest.fixture
def discover(monkeypatch, toy):
    """Return a function that discovers the services of given points, each a module of a test's own."""

    def call(*points, **parts):
        modules = {module: toy(module, **parts) for _, module in points}
        monkeypatch.setattr(registry, "service_points", lambda: tuple(Point(*p) for p in points))
        monkeypatch.setattr(registry, "import_module", modules.get)
        return registry.discover_services()

    return call


def test_known_services_come_first_and_others_by_name(discover):
    found = discover(("zoo", "z"), ("aspects", "a"), ("bar", "b"), ("clickhouse", "c"))
    assert list(found) == ["clickhouse", "aspects", "bar", "zoo"]


def test_two_services_of_one_name_are_refused(discover):
    with pytest.raises(ServiceError) as caught:
        discover(("shop", "a"), ("shop", "b"))
    assert str(caught.value) == (
        "two installed packages offer the service 'shop'\n"
        "  = fix: uninstall one of them, or rename the entry point of yours"
    )
    assert caught.value.exit_code == 70


def test_a_module_that_lacks_parts_of_the_contract_is_refused(discover):
    with pytest.raises(ServiceError) as caught:
        discover(("shop", "a"), emit=None, offers="text")
    assert "the service 'shop' (a) lacks: offers, emit\n  = fix: see" in str(caught.value)
