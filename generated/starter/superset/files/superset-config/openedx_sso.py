"""Superset's security manager: people sign in through the LMS and get their roles from it.

The person's token stays in the server's cache, not in the browser's cookie. When the LMS does not answer,
a login fails and a list of courses is empty: an outage never shows more than before.
"""

from __future__ import annotations

import logging
import time
from typing import Any

from flask import Flask, current_app, flash, session
from flask_login import logout_user
from openedx_claims import (
    AccessBlockedError,
    ClaimsError,
    localised_keys,
    match_language,
    names,
    needs_courses,
    read_claims,
    role_keys,
)
from openedx_lms import Lms, LmsError
from site_security import SiteSecurityManager
from superset.extensions import cache_manager

logger = logging.getLogger(__name__)

EARLY = 30  # seconds before its end at which a token is renewed
LIFETIME = 300  # seconds that a token is taken to hold when the LMS does not say
RETRY = (
    30  # seconds for which an LMS that did not answer is not asked again for a person's courses
)


class OpenEdxSecurityManager(SiteSecurityManager):
    """The site's manager, with the LMS as provider of people and roles."""

    def set_oauth_session(self, provider: str, oauth_response: dict[str, Any]) -> None:  # noqa: ARG002
        """Note the provider only: the cookie is signed, not encrypted, and too small for tokens."""
        session["oauth_provider"] = provider
        session["signed_in_at"] = time.time()

    def oauth_user_info(
        self, provider: str, response: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        """Return what Superset stores of the person who just signed in; raise if not let in."""
        settings = sso_settings()
        token = (response or {}).get("access_token")
        if provider != settings["provider"] or not token:
            raise ClaimsError("no token from the LMS")
        try:
            return self.read_person(response or {}, settings)
        except AccessBlockedError as error:
            flash(f"No access: {error}.", "warning")
            raise
        except LmsError:
            flash("The learning platform did not answer. Try again in a minute.", "warning")
            raise

    def read_person(self, response: dict[str, Any], settings: dict[str, Any]) -> dict[str, Any]:
        """Return the person behind a token answer, with role keys; raise LmsError, ClaimsError."""
        lms, token = Lms(settings), response["access_token"]
        claims = read_claims(token, settings)
        username = claims["preferred_username"]
        if lms.owner(token) != username:
            raise ClaimsError("the LMS knows this token as someone else's")
        if username in settings["reserved_usernames"]:
            raise AccessBlockedError("this name belongs to an account of Superset's own")
        courses = lms.course_keys(username, token) if needs_courses(claims) else []
        keys = role_keys(claims, courses, settings)
        remember_token(username, response)
        if needs_courses(claims):
            remember_courses(username, courses, settings)
        language = self.set_language(lms, username, token)
        first, last = names(claims)
        email = claims.get("email", "")
        return {
            "username": username,
            "email": email,
            "first_name": first,
            "last_name": last,
            "role_keys": localised_keys(keys, language, settings["role_locales"]),
        }

    def set_language(self, lms: Lms, username: str, token: str) -> str:
        """Show Superset in the language chosen in the LMS, where Superset has it; return that choice."""
        try:
            wanted = lms.language(username, token)
        except LmsError as error:
            logger.info("language of a person unknown: %s", error)
            return ""
        language = match_language(wanted, list(current_app.config["LANGUAGES"]))
        if language:
            session["locale"] = language
        return wanted

    def course_keys(self, username: str) -> list[str]:
        """Return the keys of the courses that the person is staff of; [] when that is not known."""
        settings = sso_settings()
        known = cache_manager.cache.get(f"openedx_courses:{username}")
        if known is not None:
            return list(known)
        if cache_manager.cache.get(f"openedx_courses_unknown:{username}"):
            return []
        token = fresh_token(username, settings)
        if not token:
            return unknown_courses(username)
        try:
            courses = Lms(settings).course_keys(username, token)
        except LmsError as error:
            logger.warning("courses of a person unknown, none shown: %s", error)
            return unknown_courses(username)
        remember_courses(username, courses, settings)
        return courses


def sso_settings() -> dict[str, Any]:
    """Return OPENEDX_SSO of superset_config.py."""
    settings: dict[str, Any] = current_app.config["OPENEDX_SSO"]
    return settings


def remember_courses(username: str, courses: list[str], settings: dict[str, Any]) -> None:
    """Keep the person's courses for permissions_cache_seconds; 0 keeps nothing."""
    cache_manager.cache.delete(f"openedx_courses_unknown:{username}")
    seconds = settings["permissions_cache_seconds"]
    if seconds:
        cache_manager.cache.set(f"openedx_courses:{username}", courses, timeout=seconds)


def unknown_courses(username: str) -> list[str]:
    """Return no courses, and have the next charts of the person not wait for the LMS again."""
    cache_manager.cache.set(f"openedx_courses_unknown:{username}", True, timeout=RETRY)
    return []


def remember_token(username: str, response: dict[str, Any]) -> None:
    """Keep the person's token in the server's cache for as long as a login lasts."""
    kept = {
        "access_token": response["access_token"],
        "refresh_token": response.get("refresh_token", ""),
        "expires_at": time.time() + float(response.get("expires_in") or LIFETIME),
    }
    seconds = int(current_app.config["PERMANENT_SESSION_LIFETIME"])
    cache_manager.cache.set(f"openedx_token:{username}", kept, timeout=seconds)


def fresh_token(username: str, settings: dict[str, Any]) -> str:
    """Return a token of the person that is still valid, renewed if need be, or ''."""
    kept = cache_manager.cache.get(f"openedx_token:{username}")
    if not kept:
        return ""
    if kept["expires_at"] - EARLY > time.time():
        return str(kept["access_token"])
    if not kept["refresh_token"]:
        return ""
    try:
        renewed = Lms(settings).refresh(kept["refresh_token"])
    except LmsError as error:
        logger.warning("token of a person not renewed: %s", error)
        return ""
    # The LMS may or may not hand out a new refresh token.
    remember_token(username, {"refresh_token": kept["refresh_token"], **renewed})
    return str(renewed["access_token"])


def expire_logins(app: Flask) -> None:
    """Have a login end PERMANENT_SESSION_LIFETIME seconds after it began, however busy the person.

    Roles are read from the LMS at login only, so this bounds how long a lost right lives on.
    """

    @app.before_request
    def end_old_login() -> None:
        began = session.get("signed_in_at")
        if began and time.time() - began > app.config["PERMANENT_SESSION_LIFETIME"]:
            logout_user()
            session.clear()
