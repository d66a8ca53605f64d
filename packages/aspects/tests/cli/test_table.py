import pytest

from aspects_gen.cli import table


def test_table_aligns_columns_and_leaves_no_trailing_blanks():
    rows = [("a", "bbbb", ""), ("aaa", "b", "c")]

    assert table.format_table(("X", "Y", "Z"), rows, 80) == [
        "X    Y     Z",
        "a    bbbb",
        "aaa  b     c",
    ]


def test_table_wraps_the_widest_column():
    rows = [("short", "one two three four five six")]

    assert table.format_table(("A", "B"), rows, 21) == [
        "A      B",
        "short  one two three",
        "       four five six",
    ]


@pytest.mark.parametrize("width", [1, 10, 20])
def test_table_never_breaks_a_name(width):
    rows = [("statefulset/clickhouse", "deployment/superset")]

    lines = table.format_table(("A", "B"), rows, width)

    assert lines[1] == "statefulset/clickhouse  deployment/superset"


def test_fields_align_labels_and_indent_what_is_wrapped():
    fields = [("a", "one two three four five six seven"), ("long", "x")]

    assert table.format_fields(fields, 28) == [
        "  a     one two three four",
        "        five six seven",
        "  long  x",
    ]


def test_width_follows_the_terminal_only_where_there_is_one(monkeypatch):
    monkeypatch.setenv("COLUMNS", "57")

    assert table.terminal_width() == table.PIPED_WIDTH
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    assert table.terminal_width() == 57
