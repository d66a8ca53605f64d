"""A history written by hand, event by event and row by row."""

import json
from uuid import UUID

import pytest

from aspects_gen.demo import verbs as v
from aspects_gen.demo.tables import COLUMNS

SITE = "https://lms.test"
KEY = "course-v1:Org+C+R"
DAY = "2026-01-05"


class Tale:
    """Events and rows, with everything that a test does not care about filled in."""

    site = SITE
    key = KEY

    def __init__(self):
        self.events = []
        self.rows = {}

    @staticmethod
    def id(number):
        return UUID(int=number)

    @staticmethod
    def usage(kind, name, key=KEY):
        prefix = "ccx-block-v1" if key.startswith("ccx") else "block-v1"
        return f"{prefix}:{key.split(':', 1)[1]}+type@{kind}+block@{name}"

    def address(self, kind, name, key=KEY):
        return f"{SITE}/xblock/{self.usage(kind, name, key)}"

    def event(self, number, at, text):
        at = at if "-" in at else f"{DAY} {at}"
        text = text if isinstance(text, str) else json.dumps(text, ensure_ascii=False)
        self.events.append((str(UUID(int=number)), at, text))

    def say(self, number, at, verb, item, *, who="ann", result=None, key=KEY, **extra):
        """Add a statement; `item` is an address or an object, `extra` goes to the context."""
        course = {
            "id": f"{SITE}/course/{key}",
            "objectType": "Activity",
            "definition": {"type": v.COURSE_TYPE},
        }
        actor = {"mbox": who} if who.startswith("mailto:") else {"account": {"name": who}}
        statement = {
            "id": str(UUID(int=number)),
            "actor": actor,
            "verb": {"id": v.VERBS.get(verb, verb)},
            "object": {"id": item} if isinstance(item, str) else item,
            "context": {"contextActivities": {"parent": [course]}, **extra},
        }
        if result is not None:
            statement["result"] = result
        self.event(number, at, statement)

    def enroll(self, number, at, verb="registered", *, mode="audit", **more):
        extensions = {v.KIND: mode}
        item = {
            "id": f"{SITE}/course/{more.get('key', KEY)}",
            "definition": {"type": v.COURSE_TYPE, "extensions": extensions},
        }
        self.say(number, at, verb, item, **more)

    def answer(self, number, at, problem, success, attempt, *, response="x", scaled=0, **more):
        """Add an evaluation; no attempt-id when `attempt` is None, other kind by `kind=`."""
        extensions = {} if attempt is None else {v.ATTEMPT: attempt}
        key = more.get("key", KEY)
        item = {
            "id": self.address("problem", problem, key),
            "objectType": more.pop("object_type", "Activity"),
            "definition": {
                "extensions": extensions,
                "interactionType": more.pop("kind", "choice"),
            },
        }
        result = {"success": success, "response": response, "score": {"scaled": scaled}}
        self.say(number, at, "evaluated", item, result=result, **more)

    def play(self, number, at, verb, position=None, *, video="v1", length=100, **more):
        """Add something done with a video; `position` is the time in it."""
        name = v.VIDEO_FROM if verb == "seeked" else v.VIDEO_TIME
        result = None if position is None else {"extensions": {name: position}}
        context = {"extensions": {v.VIDEO_LENGTH: length}}
        item = self.address("video", video)
        self.say(number, at, verb, item, result=result, **context, **more)

    def turn(self, number, at, block, *, start=1, end="next unit", **more):
        extensions = {v.START_POSITION: start, v.END_POINT: end}
        item = {"id": block, "definition": {"type": v.RESOURCE_TYPE}}
        self.say(number, at, "navigated", item, extensions=extensions, **more)

    def row(self, table, **values):
        """Add a row of a sink's table; columns not given are empty."""
        given = {"dump_id": UUID(int=values.pop("dump", 1)), "time_last_dumped": "2026-01-01"}
        given |= values
        unknown = set(given) - set(COLUMNS[table])
        assert not unknown, unknown
        self.rows.setdefault(table, []).append(
            tuple(given.get(column, "") for column in COLUMNS[table])
        )

    def course(
        self, name="Course", *, key=KEY, org="Org", tags=None, modified="2026-01-01", **more
    ):
        data = json.dumps({} if tags is None else {"tags": tags})
        self.row(
            "course_overviews",
            org=org,
            course_key=key,
            display_name=name,
            modified=modified,
            course_data_json=data,
            **more,
        )

    def block(self, kind, name, place, order=0, *, title=None, graded=0, key=KEY, **more):
        section, subsection, unit = (int(part) for part in place.split(":"))
        data = {"section": section, "subsection": subsection, "unit": unit, "graded": graded}
        self.row(
            "course_blocks",
            org="Org",
            course_key=key,
            location=self.usage(kind, name, key),
            display_name=title or name,
            xblock_data_json=json.dumps(data),
            order=order,
            **more,
        )

    def user(self, number, name, *, external=None, email=None, **more):
        email = email or f"{name}@x.test"
        self.row(
            "user_profile",
            id=number,
            user_id=number,
            name=name.title(),
            username=name,
            email=email,
            **more,
        )
        if external:
            self.row(
                "external_id",
                external_user_id=external,
                external_id_type="xapi",
                username=name,
                user_id=number,
            )


@pytest.fixture
def tale():
    return Tale()


@pytest.fixture
def school(tale):
    """A course: section 1 with subsections 1 (two pages) and 2 (one page, graded)."""
    tale.course("Course", tags=[])
    tale.block("course", "c", "0:0:0", 1)
    tale.block("chapter", "s1", "1:0:0", 2, title="Week")
    tale.block("sequential", "q1", "1:1:0", 3, title="Start")
    tale.block("vertical", "u1", "1:1:1", 4)
    tale.block("problem", "p1", "1:1:1", 5, title="Sum")
    tale.block("video", "v1", "1:1:1", 6)
    tale.block("vertical", "u2", "1:1:2", 7)
    tale.block("problem", "p2", "1:1:2", 8)
    tale.block("sequential", "q2", "1:2:0", 9, title="Test", graded=1)
    tale.block("vertical", "u3", "1:2:1", 10, graded=1)
    tale.block("problem", "p3", "1:2:1", 11, graded=1, title="Big - one")
    tale.block("video", "v2", "1:2:1", 12, graded=1)
    return tale
