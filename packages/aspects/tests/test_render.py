"""Rendering templates: strict, exact, and quick the second time."""

import sys

import pytest
from jinja2 import UndefinedError

from aspects_gen.render import _environment, render_template


@pytest.fixture
def render(tmp_path):
    """A function that renders a text, each time as a new process would."""

    def call(text, **variables):
        (tmp_path / "x.txt.j2").write_text(text)
        _environment.cache_clear()
        return render_template(tmp_path, "x.txt.j2", variables)

    yield call
    _environment.cache_clear()


def compiled(folder):
    return list((folder / "__pycache__").glob("*.jinja"))


def test_a_name_that_nobody_gave_is_an_error(render):
    with pytest.raises(UndefinedError, match="'port' is undefined"):
        render("listen {{ port }}\n")


def test_lines_of_logic_leave_no_trace_and_texts_are_not_escaped(render):
    text = "a\n  {% if on %}\n{{ name }}\n  {% endif %}\nb\n"
    assert render(text, on=True, name="<&'\">") == "a\n<&'\">\nb\n"


def test_a_compiled_template_is_kept_and_given_up_when_the_template_changes(
    render, tmp_path, monkeypatch
):
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    assert render("old {{ x }}\n", x=1) == "old 1\n"
    assert len(compiled(tmp_path)) == 1
    assert render("old {{ x }}\n", x=2) == "old 2\n"
    assert render("new {{ x }}\n", x=3) == "new 3\n"
    assert [path.suffix for path in (tmp_path / "__pycache__").iterdir()] == [".jinja"]


def test_nothing_is_kept_where_python_keeps_nothing(render, tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    assert render("x\n") == "x\n"
    assert not (tmp_path / "__pycache__").exists()


def test_a_package_that_cannot_be_written_still_renders(render, tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    (tmp_path / "__pycache__").write_text("a file in the way\n")
    assert render("{{ x }}\n", x=1) == "1\n"
