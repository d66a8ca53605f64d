"""Each family of statements has a strict shape: a JSON Schema by verb, nothing missing, nothing more."""

import json

import jsonschema_rs
import pytest

from aspects_gen.demo import verbs as v
from aspects_gen.demo.campus import make_campus
from aspects_gen.demo.moments import read_day
from aspects_gen.demo.timeline import stream_events

SITE = "https://lms\\.example\\.com"
COURSE_KEY = r"c(ourse|cx)-v1:\w+\+\w+\+run\d+(\+ccx@\d+)?"
USAGE = r"(ccx-)?block-v1:\w+\+\w+\+run\d+(\+ccx@\d+)?\+type@{kind}\+block@[0-9a-f]{{32}}"
UUID = "^[0-9a-f]{8}-[0-9a-f]{4}-[45][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$"


def usage(kind, after=""):
    return text(f"^{SITE}/xblock/{USAGE.format(kind=kind)}{after}$")


def text(pattern=None):
    return {"type": "string", **({"pattern": pattern} if pattern else {})}


def whole(required, **optional):
    """Return an object that has these members and no others."""
    return {
        "type": "object",
        "properties": required | optional,
        "required": sorted(required),
        "additionalProperties": False,
    }


def const(value):
    return {"const": value}


def only(item):
    return {"type": "array", "items": item, "minItems": 1, "maxItems": 1}


def thing(address, kind, more=None, kinds=("Activity",), **optional):
    definition = whole({"type": const(kind), **(more or {})}, **optional)
    return whole({"id": address, "objectType": {"enum": list(kinds)}, "definition": definition})


NUMBER = {"type": "number", "minimum": 0}
SHARE = {"type": "number", "minimum": 0, "maximum": 1}
WHOLE = {"type": "integer", "minimum": 1}
TRUTH = {"type": "boolean"}
NAME = whole({"en": text()})
NAME_US = whole({"en-US": text()})
COURSE = text(f"^{SITE}/course/{COURSE_KEY}$")
PARENT = thing(COURSE, v.COURSE_TYPE, {"name": NAME_US})
BARE = {v.TRANSFORMER: text("^event-routing-backends@"), v.SESSION: text("^[0-9a-f]{32}$")}
SCORE = whole({"min": NUMBER, "max": NUMBER, "raw": NUMBER, "scaled": SHARE})
INTERACTION = {"enum": ["choice", "numeric", "fill-in", "matching", "true-false", "other"]}
GROUP = thing(
    usage("problem"),
    v.INTERACTION_TYPE,
    {"name": NAME_US, "interactionType": const("other")},
    ("GroupActivity",),
)


def context(extensions=None, grouping=None):
    activities = {"parent": only(PARENT)} | ({"grouping": only(grouping)} if grouping else {})
    extended = whole(BARE | (extensions or {}))
    return whole({"contextActivities": whole(activities), "extensions": extended})


ALONE = whole({"extensions": whole(BARE)})
INSIDE = context()
WATCHING = context({v.VIDEO_LENGTH: NUMBER})
MOVING = context({v.START_POSITION: WHOLE, v.END_POINT: {"type": ["string", "integer"]}})


def result(**members):
    return whole(members)


def extended(**extensions):
    return result(extensions=whole(extensions))


def form(item, surroundings, outcome=None):
    return (item, surroundings, outcome)


def enrolled():
    extensions = whole({v.KIND: {"enum": ["audit", "verified"]}})
    return form(thing(COURSE, v.COURSE_TYPE, {"name": NAME, "extensions": extensions}), ALONE)


def judged():
    return form(thing(COURSE, v.COURSE_TYPE, {"name": NAME, "extensions": whole({})}), ALONE)


def video(outcome):
    return form(thing(usage("video"), v.VIDEO_TYPE), WATCHING, outcome)


def at(**more):
    return result(extensions=whole({v.VIDEO_TIME: NUMBER}), **more)


def exam():
    kind = {"pattern": "^https://w3id.org/xapi/openedx/activity/(timed|practice|proctored)-assess"}
    limit = whole({v.TIME_LIMIT: WHOLE})
    item = thing(text(f"^{USAGE.format(kind='sequential')}$"), "", {"name": NAME})
    item["properties"]["definition"] = whole({"type": kind, "name": NAME, "extensions": limit})
    tried = thing(
        text(),
        "http://adlnet.gov/expapi/activities/attempt",
        {"name": NAME, "extensions": whole({v.ATTEMPT: WHOLE})},
    )
    return form(item, context(grouping=tried))


def forum(extensions=None):
    thread = thing(text(f"^{SITE}/api/discussion/v1/threads/[0-9a-f]{{24}}$"), v.DISCUSSION_TYPE)
    comment = thing(text(f"^{SITE}/api/discussion/v1/comments/"), v.DISCUSSION_TYPE)
    if extensions is not None:
        return [form(thread, context(extensions))]
    return [form(comment, context(grouping=thread))]


def child():
    surroundings = whole(
        {
            "statement": whole({"id": text(UUID), "objectType": const("StatementRef")}),
            "contextActivities": whole({"parent": only(GROUP), "grouping": only(PARENT)}),
            "extensions": whole(BARE),
        }
    )
    item = thing(
        usage("problem", r"_\d_1"),
        v.INTERACTION_TYPE,
        {"description": NAME_US, "interactionType": INTERACTION},
    )
    return form(item, surroundings, result(response=text(), success=TRUTH))


def single():
    more = {
        "extensions": whole({v.ATTEMPT: WHOLE}),
        "description": NAME_US,
        "interactionType": INTERACTION,
    }
    outcome = result(response=text(), score=SCORE, success=TRUTH)
    return form(thing(usage("problem"), v.INTERACTION_TYPE, more), INSIDE, outcome)


FORUM_VERBS = ("posted", "edited", "deleted", "reported", "unreported")

FAMILIES = {
    "registered": [enrolled()],
    "unregistered": [enrolled()],
    "passed": [judged()],
    "failed": [judged()],
    "earned": [
        form(
            thing(usage("sequential"), v.RESOURCE_TYPE),
            INSIDE,
            result(score=SCORE, success=TRUTH),
        ),
        form(
            thing(COURSE, v.COURSE_TYPE, {"name": NAME}),
            INSIDE,
            result(score=SCORE, extensions=whole({v.GRADE_CLASS: text()})),
        ),
    ],
    "attempted": [
        form(thing(usage("problem"), v.INTERACTION_TYPE, {"interactionType": INTERACTION}), INSIDE)
    ],
    "evaluated": [single(), form(GROUP, INSIDE, result(score=SCORE, success=TRUTH)), child()],
    "asked": [
        form(thing(usage("problem", "/answer"), v.SOLUTION_TYPE), INSIDE),
        form(thing(usage("problem", r"/hint/\d"), v.HINT_TYPE), INSIDE),
    ],
    "initialized": [video(None), exam()],
    "played": [video(at())],
    "paused": [video(at())],
    "terminated": [video(at()), exam()],
    "completed": [video(at(completion=const(True), duration=text(r"^PT\d+S$")))],
    "seeked": [video(extended(**{v.VIDEO_FROM: NUMBER, v.VIDEO_TO: NUMBER}))],
    "interacted": [
        video(extended(**{v.VIDEO_CAPTIONS: TRUTH, v.VIDEO_TIME: NUMBER})),
        video(extended(**{v.SPEED_FROM: text(), v.SPEED_TO: text()})),
    ],
    "navigated": [
        form(
            thing(
                usage("sequential"),
                v.RESOURCE_TYPE,
                {"extensions": whole({v.TOTAL_ITEMS: WHOLE})},
            ),
            MOVING,
        ),
        form(thing(text(f"^{SITE}/courses/"), v.LINK_TYPE), INSIDE),
        form(thing(text(f"^{SITE}/courses/"), v.MODULE_TYPE, {"name": NAME}), INSIDE),
    ],
    "progressed": [
        form(
            thing(usage("(video|problem|html)"), v.RESOURCE_TYPE),
            INSIDE,
            result(completion=const(True), extensions=whole({v.PROGRESS: NUMBER})),
        )
    ],
    "viewed": forum({}),
    "voted": forum({v.KIND: const("up")}),
    **{verb: forum() for verb in FORUM_VERBS},
}
"""Verb to the forms of its statements: object, context and, where there is one, result."""

AGENT = {
    "oneOf": [
        whole(
            {
                "objectType": const("Agent"),
                "account": whole({"homePage": text(f"^{SITE}$"), "name": text(UUID)}),
            }
        ),
        whole({"objectType": const("Agent"), "mbox": text("^mailto:.+@example\\.com$")}),
    ]
}


def schema(verb):
    """Return the schema of all statements with a verb: exactly one form fits."""
    common = {
        "id": text(UUID.replace("[45]", "5")),
        "version": const("1.0.3"),
        "actor": AGENT,
        "verb": const({"id": v.VERBS[verb], "display": {"en": verb}}),
        "timestamp": text(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00$"),
    }
    forms = []
    for item, surroundings, outcome in FAMILIES[verb]:
        parts = {"object": item, "context": surroundings}
        forms.append(whole(common | parts | ({"result": outcome} if outcome else {})))
    return {"oneOf": forms}


@pytest.fixture(scope="module")
def statements():
    campus = make_campus(3, start=read_day("2026-01-05"), days=30, courses=6, learners=60)
    return [json.loads(text) for _, _, text in stream_events(campus, 20_000)]


def test_statements_of_all_verbs_have_a_shape(statements):
    assert {it["verb"]["id"] for it in statements} == set(v.VERBS.values())
    assert set(FAMILIES) == set(v.VERBS)


@pytest.mark.parametrize("verb", sorted(v.VERBS))
def test_statements_fit_the_shape_of_their_verb(statements, verb):
    validator = jsonschema_rs.validator_for(schema(verb))
    for statement in statements:
        if statement["verb"]["id"] == v.VERBS[verb]:
            validator.validate(statement)


@pytest.mark.parametrize("verb", sorted(v.VERBS))
def test_each_form_of_a_verb_occurs(statements, verb):
    found = [it for it in statements if it["verb"]["id"] == v.VERBS[verb]]
    for form_schema in schema(verb)["oneOf"]:
        validator = jsonschema_rs.validator_for(form_schema)
        assert any(validator.is_valid(statement) for statement in found)


def test_statements_are_about_as_long_as_those_of_an_lms(statements):
    # 1.18 kB is what the transformers of a real LMS were seen to write on average
    mean = sum(len(json.dumps(it)) for it in statements) / len(statements)
    assert 1000 < mean < 1400


def test_statements_by_email_are_a_small_share(statements):
    share = sum("mbox" in it["actor"] for it in statements) / len(statements)
    assert 0.03 < share < 0.35
