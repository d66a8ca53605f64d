"""In which order views with a timer are refreshed."""

from aspects_gen.aspects.jobs.privacy.timers import in_order


def test_views_are_refreshed_after_those_that_they_read():
    views = {
        "b_mv": "SELECT * FROM reporting.a_fields JOIN reporting.bb USING x",
        "c_rows_mv": "SELECT * FROM reporting.b",
        "a_feed_b": "SELECT * FROM xapi.events",
        "bb_feed_a": "SELECT * FROM reporting.a_copies",
    }
    assert in_order(views) == ["a_feed_b", "bb_feed_a", "b_mv", "c_rows_mv"]


def test_views_are_refreshed_after_those_whose_stored_rows_they_read():
    timed = {"a_mv": "SELECT * FROM reporting.shown", "z_rows_mv": "SELECT * FROM xapi.events"}
    assert in_order(timed, {"shown": "SELECT * FROM reporting.z_rows"}) == ["z_rows_mv", "a_mv"]


def test_views_that_read_each_other_are_refreshed_all_the_same():
    views = {"a_mv": "SELECT * FROM b", "b_mv": "SELECT * FROM a"}
    assert sorted(in_order(views)) == ["a_mv", "b_mv"]


def test_views_are_refreshed_after_those_that_they_read_through_plain_views():
    timed = {"a_mv": "SELECT * FROM reporting.shown", "z_feed_a": "SELECT * FROM xapi.events"}
    plain = {"shown": "SELECT * FROM xapi.between", "between": "SELECT * FROM reporting.z_fields"}
    assert in_order(timed) == ["a_mv", "z_feed_a"]
    assert in_order(timed, plain) == ["z_feed_a", "a_mv"]
