import pytest

from aspects_gen.tutor.clauses import period_seconds, refresh_minutes, retention_months
from aspects_gen.tutor.outcome import Noted, UnmappableError


@pytest.mark.parametrize(
    ("expression", "months"),
    [
        ("toDateTime(emission_time) + INTERVAL 3 YEAR", 36),
        ("toDateTime(emission_time) + INTERVAL 1 YEAR", 12),
        ("toDate(emission_time)+INTERVAL 18 MONTH", 18),
        ("emission_time + interval 2 quarter", 6),
        ("toDateTime(emission_time) + INTERVAL '5' YEARS", 60),
        ("toDateTime(emission_time) + toIntervalYear(2)", 24),
        ("toDateTime(emission_time) + INTERVAL 1 YEAR + INTERVAL 6 MONTH", 18),
        ("addMonths(toDateTime(emission_time), 30)", 30),
        ("addYears(emission_time, 4)", 48),
        ("toDateTime(emission_time) + INTERVAL 10 YEAR", 120),
    ],
)
def test_retention_in_months_is_exact(expression, months):
    assert retention_months(expression) == months


@pytest.mark.parametrize(
    ("period", "months"),
    [
        ("90 DAY", 3),
        ("30 DAY", 1),
        ("31 DAY", 2),
        ("365 DAY", 12),
        ("1000 DAY", 33),
        ("26 WEEK", 6),
        ("52 WEEK", 12),
        ("1 SECOND", 1),
        ("8760 HOUR", 12),
    ],
)
def test_retention_in_days_is_rounded_up_with_a_note(period, months):
    found = retention_months(f"toDateTime(emission_time) + INTERVAL {period}")
    assert isinstance(found, Noted)
    assert found.value == months
    assert "rounded up" in found.note


def test_retention_never_keeps_less_than_was_asked():
    for days in range(1, 3650):
        found = retention_months(f"emission_time + INTERVAL {days} DAY").value
        assert found * 365 >= days * 12


@pytest.mark.parametrize("expression", ["", "   "])
def test_no_expression_means_the_longest_retention_and_says_so(expression):
    found = retention_months(expression)
    assert found.value == 120
    assert "for ever" in found.note


def test_longer_than_the_longest_retention_is_cut_and_said():
    found = retention_months("toDateTime(emission_time) + INTERVAL 20 YEAR")
    assert found.value == 120
    assert "240 months" in found.note


@pytest.mark.parametrize(
    "expression",
    [
        "toDateTime(emission_time) + INTERVAL 0 DAY",
        "toDateTime(emission_time)",
        "toDateTime(created) + INTERVAL 1 YEAR",
        "toDateTime(emission_time) + INTERVAL 1 YEAR TO VOLUME 'cold'",
        "toDateTime(emission_time) + INTERVAL 1 YEAR DELETE WHERE 1",
        "toDateTime(emission_time) - INTERVAL 1 YEAR",
        "INTERVAL 1 YEAR",
        "3 years",
        "toDateTime(emission_time) + INTERVAL 1 FORTNIGHT",
    ],
)
def test_other_ttl_expressions_are_refused_with_a_remedy(expression):
    with pytest.raises(UnmappableError) as error:
        retention_months(expression)
    assert "aspects.retentionMonths" in error.value.fix


@pytest.mark.parametrize(
    ("clause", "minutes"),
    [
        ("EVERY 5 MINUTE", 5),
        ("every 2 hours", 120),
        ("EVERY 1 DAY", 1440),
        ("EVERY 1 HOUR 30 MINUTE", 90),
        (" EVERY 60 SECOND ", 1),
    ],
)
def test_refresh_is_minutes(clause, minutes):
    assert refresh_minutes(clause) == minutes


@pytest.mark.parametrize(
    ("clause", "minutes", "note"),
    [("EVERY 90 SECOND", 2, "rounded up"), ("AFTER 5 MINUTE", 5, "clock")],
)
def test_refresh_that_changes_is_noted(clause, minutes, note):
    found = refresh_minutes(clause)
    assert found.value == minutes
    assert note in found.note


@pytest.mark.parametrize(
    "clause", ["", "5 MINUTE", "EVERY", "EVERY 5", "EVERY 1 MONTH", "EVERY 0 MINUTE"]
)
def test_other_refresh_clauses_are_refused(clause):
    with pytest.raises(UnmappableError):
        refresh_minutes(clause)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1 MINUTE", 60),
        ("2 HOUR 5 MINUTE", 7500),
        ("30 seconds", 30),
        ("5", 0),
        ("5 MINUTE x", 0),
        ("", 0),
    ],
)
def test_period_is_seconds(text, seconds):
    assert period_seconds(text) == seconds
