"""What readers see while personal data is on."""

import pytest

from .reading import readable

pytestmark = pytest.mark.xdist_group("privacy")


def test_on_shows_names_and_keeps_raw_tables_closed(filled, campus):
    seen = readable(filled)
    assert campus["people"][0].name in seen["reporting.dim_student_status"]
    closed = {f"{database}.{name}" for database, name in filled.relations()} - set(seen)
    assert closed >= {"event_sink.user_profile", "event_sink.external_id"}
    assert closed >= {"event_sink.course_enrollment", "xapi.xapi_events_all"}
