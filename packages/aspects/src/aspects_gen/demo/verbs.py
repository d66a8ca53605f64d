"""The verbs of the LMS's statements, and the extensions that models read.

Source of each address: the statements that event-routing-backends 9.3 makes of tracking events.
"""

from __future__ import annotations

ADL = "http://adlnet.gov/expapi/verbs/"
VIDEO = "https://w3id.org/xapi/video/verbs/"
ACROSS = "https://w3id.org/xapi/acrossx/verbs/"
DOD = "https://w3id.org/xapi/dod-isd/verbs/"
TINCAN = "http://id.tincanapi.com/verb/"
OPENEDX = "https://w3id.org/xapi/openedx/verb/"

VERBS = {
    **{
        word: ADL + word
        for word in (
            "registered",
            "passed",
            "failed",
            "asked",
            "attempted",
            "completed",
            "initialized",
            "interacted",
            "progressed",
            "terminated",
        )
    },
    **{word: VIDEO + word for word in ("paused", "played", "seeked")},
    **{word: ACROSS + word for word in ("evaluated", "posted", "edited", "reported")},
    **{word: DOD + word for word in ("navigated", "deleted")},
    **{word: TINCAN + word for word in ("unregistered", "earned", "viewed")},
    **{word: OPENEDX + word for word in ("unreported", "voted")},
}
"""The 24 verbs that statements of the LMS have: short name to address."""

COURSE_TYPE = "http://adlnet.gov/expapi/activities/course"
LINK_TYPE = "http://adlnet.gov/expapi/activities/link"
MODULE_TYPE = "http://adlnet.gov/expapi/activities/module"
INTERACTION_TYPE = "http://adlnet.gov/expapi/activities/cmi.interaction"
RESOURCE_TYPE = "http://id.tincanapi.com/activitytype/resource"
SOLUTION_TYPE = "http://id.tincanapi.com/activitytype/solution"
DISCUSSION_TYPE = "http://id.tincanapi.com/activitytype/discussion"
HINT_TYPE = "https://w3id.org/xapi/acrossx/extensions/supplemental-info"
VIDEO_TYPE = "https://w3id.org/xapi/video/activity-type/video"

ATTEMPT = "http://id.tincanapi.com/extension/attempt-id"
START_POSITION = "http://id.tincanapi.com/extension/starting-position"
END_POINT = "http://id.tincanapi.com/extension/ending-point"
KIND = "https://w3id.org/xapi/acrossx/extensions/type"
TOTAL_ITEMS = "https://w3id.org/xapi/acrossx/extensions/total-items"
TIME_LIMIT = "https://w3id.org/xapi/acrossx/extensions/time-limit"
GRADE_CLASS = "http://www.tincanapi.co.uk/activitytypes/grade_classification"
PROGRESS = "https://w3id.org/xapi/cmi5/result/extensions/progress"
TRANSFORMER = "https://w3id.org/xapi/openedx/extension/transformer-version"
SESSION = "https://w3id.org/xapi/openedx/extensions/session-id"
SPEED_FROM = "https://w3id.org/xapi/openedx/extension/speed-from"
SPEED_TO = "https://w3id.org/xapi/openedx/extension/speed-to"
VIDEO_LENGTH = "https://w3id.org/xapi/video/extensions/length"
VIDEO_TIME = "https://w3id.org/xapi/video/extensions/time"
VIDEO_FROM = "https://w3id.org/xapi/video/extensions/time-from"
VIDEO_TO = "https://w3id.org/xapi/video/extensions/time-to"
VIDEO_CAPTIONS = "https://w3id.org/xapi/video/extensions/cc-enabled"
