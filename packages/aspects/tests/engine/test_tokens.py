import sys

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from aspects_gen.engine.tokens import (
    COMMENT,
    HEREDOC,
    MARK,
    NUMBER,
    QUOTED,
    SPACE,
    STRING,
    WORD,
    tokens,
)

PIECES = st.sampled_from(
    ["'", '"', "`", "\\", "$", "$a$", "--", "#", "/*", "*/", ";", "(", ")", "a", "1", " ", "\n"]
)
CURLY = "\N{LEFT SINGLE QUOTATION MARK}a;b\N{RIGHT SINGLE QUOTATION MARK}".encode().decode(
    "latin-1"
)


def kinds(text):
    return [token.kind for token in tokens(text) if token.kind != SPACE]


@given(st.lists(PIECES).map("".join) | st.text(st.characters(max_codepoint=255)))
@example("$a$ ' $a$ ; $b$")
def test_tokens_joined_are_the_text(text):
    pieces = [text[token.start : token.end] for token in tokens(text)]
    assert "".join(pieces) == text
    assert all(pieces)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("'it''s; \\' ok'", STRING),
        ("'never closed ;", STRING),
        ('"a""b;"', QUOTED),
        ("`a\\`;b`", QUOTED),
        (CURLY, STRING),
        ("-- all ; of it", COMMENT),
        ("--3", COMMENT),
        ("# x;", COMMENT),
        ("#!x;", COMMENT),
        ("/* ; ' */", COMMENT),
        ("/* never closed ;", COMMENT),
        ("$tag$ ; ' $ta$ $tag$", HEREDOC),
        ("$a", WORD),
        ("a$b$", WORD),
        ("_x1", WORD),
        ("1_000", NUMBER),
        (";", MARK),
        ("#", MARK),
    ],
)
def test_token_is_one_of_its_kind(text, kind):
    assert [(token.kind, token.end) for token in tokens(text)] == [(kind, len(text))]


def test_heredoc_that_is_never_closed_is_a_name_and_hides_nothing():
    assert kinds("select 1 as $a$ ; x $a") == [WORD, NUMBER, WORD, WORD, MARK, WORD, WORD]


def test_comment_is_not_nested():
    assert kinds("/* a /* b */ c") == [COMMENT, WORD]


@pytest.mark.parametrize(
    "unit",
    [
        " ",
        "'",
        "\\",
        "\\'",
        "$a$",
        "$",
        "/*",
        "`",
        '"\\',
        "--",
        "( ",
        "a ",
        "\xe2\x80\x98",
        "$a$b",
    ],
)
def test_tokens_cost_grows_with_the_length_alone(unit):
    def steps(text):
        """Count the lines of Python that run, which no busy machine changes."""
        count = 0

        def tracer(*_):
            nonlocal count
            count += 1
            return tracer

        before = sys.gettrace()
        sys.settrace(tracer)
        try:
            list(tokens(text))
        finally:
            sys.settrace(before)
        return count

    short, long = unit * (2_000 // len(unit)), unit * (8_000 // len(unit))
    assert steps("'" + long) <= 4.5 * steps("'" + short) + 200
    assert steps(long) <= 4.5 * steps(short) + 200


@pytest.mark.parametrize("unit", [" ", "'", "\\", "$a", "$a$b", "`\\", "/*"])
def test_tokens_read_a_hundred_kilobytes(unit):
    text = unit * (100_000 // len(unit))
    assert sum(token.end - token.start for token in tokens(text)) == len(text)
