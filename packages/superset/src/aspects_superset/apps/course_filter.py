"""Functions for row-level rules: which courses' rows the viewer may see, as a condition in SQL.

Put `cache_key_wrapper(...)` around them in a rule, so that no cached answer outlives the right to see it.
Who cannot be told apart, or whose courses are not known, sees nothing.
"""

from __future__ import annotations

from typing import Any

from flask import current_app, g

ALL, NONE = "1 = 1", "1 = 0"


def can_view_courses(username: str | None, field_name: str = "course_id") -> str:
    """Return the condition under which the viewer may see a row.

    Args:
        username: `current_username()`; anyone else's name gives nothing.
        field_name: column, or expression in SQL, that holds the course key.
    """
    if guest := guest_user():
        return ALL if is_fenced(guest) else NONE
    if not is_viewer(username):
        return NONE
    if sees_all():
        return ALL
    keys = current_app.appbuilder.sm.course_keys(username)
    return f"{field_name} IN ({', '.join(quote(key) for key in keys)})" if keys else NONE


def can_view_platform(username: str | None) -> str:
    """Return the condition under which the viewer may see figures that belong to no course."""
    return ALL if not guest_user() and is_viewer(username) and sees_all() else NONE


def is_viewer(username: str | None) -> bool:
    """Return whether the name is that of the person who asks."""
    user = getattr(g, "user", None)
    return bool(username) and getattr(user, "username", None) == username


def sees_all() -> bool:
    """Return whether the viewer has a role that sees every course."""
    roles = {role.name for role in current_app.appbuilder.sm.get_user_roles()}
    return bool(roles & set(current_app.config["ALL_COURSES_ROLES"]))


def guest_user() -> Any:
    """Return the guest of an embedded dashboard who asks, or None."""
    return current_app.appbuilder.sm.get_current_guest_user_if_guest()


def is_fenced(guest: Any) -> bool:
    """Return whether the guest's token filters every dataset; a token without filters shows nothing."""
    return any(rule.get("clause") and not rule.get("dataset") for rule in guest.rls)


def quote(text: str) -> str:
    """Return a text as a literal in SQL, whether or not the database knows backslashes in it."""
    return "'" + text.replace("\\", "\\\\").replace("'", "''") + "'"
