"""Who may be chosen where the LMS would ask for a password."""

from __future__ import annotations

from typing import Any


def sample_people(course: str) -> dict[str, dict[str, Any]]:
    """Return user name to what the LMS's stand-in knows of a person.

    Args:
        course: key of the course that the instructor is staff of.
    """
    return {
        "superuser": {
            "name": "Ada Superuser",
            "about": "superuser of the LMS: Superset's administrator, sees everything",
            "superuser": True,
            "courses": [],
        },
        "operator": {
            "name": "Olu Operator",
            "about": "global staff: runs the site, sees every course",
            "administrator": True,
            "courses": [],
        },
        "instructor": {
            "name": "Ines Instructor",
            "about": f"staff of one course: {course}",
            "courses": [course],
        },
        "learner000001": {
            "name": "Lea Learner",
            "about": "learns in several courses, teaches none",
            "courses": [],
        },
        "newcomer": {
            "name": "Nico Newcomer",
            "about": "has an account and no course",
            "courses": [],
        },
    }
