"""Calls to the LMS with a person's own token; used by openedx_sso.py. Every call has a time limit."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlsplit

import requests

PAGES = 200  # the course list is paged; a list that never ends is cut off here


class LmsError(Exception):
    """The LMS did not answer, or not with what was asked for. Nothing may be concluded from it."""


class Lms:
    """One LMS, as `settings` (OPENEDX_SSO of superset_config.py) describes it."""

    def __init__(self, settings: dict[str, Any]) -> None:
        self.base = settings["internal_url"].rstrip("/")
        self.settings = settings

    def get(self, path: str, token: str) -> Any:
        """Return the JSON at `path`; raise LmsError."""
        try:
            answer = requests.get(
                self.base + path,
                headers={"Authorization": f"JWT {token}", "Accept": "application/json"},
                timeout=self.settings["timeout_seconds"],
                # A redirect would carry the token elsewhere.
                allow_redirects=False,
            )
            if answer.status_code != requests.codes.ok:
                raise LmsError(f"{path.partition('?')[0]} answered {answer.status_code}")
            return answer.json()
        except (requests.RequestException, ValueError) as error:
            raise LmsError(f"{path.partition('?')[0]}: {type(error).__name__}") from error

    def owner(self, token: str) -> str:
        """Return the name of the person whom the LMS takes `token` to belong to."""
        answer = self.get(self.settings["me_path"], token)
        if not isinstance(answer, dict) or not isinstance(answer.get("username"), str):
            raise LmsError("the LMS did not name the owner of the token")
        return answer["username"]

    def course_keys(self, username: str, token: str, permission: str = "staff") -> list[str]:
        """Return the keys of the courses on which the person has `permission`, sorted."""
        path = self.settings["courses_list_path"].format(
            username=quote(username, safe=""), permission=quote(permission, safe="")
        )
        found: set[str] = set()
        for _ in range(PAGES):
            keys, path = read_page(self.get(path, token))
            found.update(keys)
            if not path or len(found) >= self.settings["course_limit"]:
                break
        return sorted(found)[: self.settings["course_limit"]]

    def language(self, username: str, token: str) -> str:
        """Return the language that the person chose in the LMS, for example es-419, or ''."""
        path = self.settings["preference_path"].format(username=quote(username, safe=""))
        answer = self.get(path, token)
        return str(answer.get("pref-lang") or "") if isinstance(answer, dict) else ""

    def refresh(self, refresh_token: str) -> dict[str, Any]:
        """Return a new token answer (access_token, expires_in, ...) for `refresh_token`."""
        try:
            answer = requests.post(
                self.base + self.settings["access_token_path"],
                data={
                    "grant_type": "refresh_token",
                    "refresh_token": refresh_token,
                    "token_type": "jwt",
                    "client_id": self.settings["client_id"],
                    "client_secret": self.settings["client_secret"],
                },
                timeout=self.settings["timeout_seconds"],
                allow_redirects=False,
            )
            token = answer.json() if answer.status_code == requests.codes.ok else {}
        except (requests.RequestException, ValueError) as error:
            raise LmsError(f"token refresh: {type(error).__name__}") from error
        if not isinstance(token, dict) or "access_token" not in token:
            raise LmsError(f"token refresh answered {answer.status_code}")
        return token


def read_page(page: Any) -> tuple[list[str], str]:
    """Return the course keys of one page and the path of the next one, or ''.

    Only path and query of the next address are taken: the token goes to no other host.
    """
    if not isinstance(page, dict) or not isinstance(page.get("results"), list):
        raise LmsError("the course list has an unknown form")
    keys = [course["course_id"] for course in page["results"]]
    pagination = page.get("pagination") or page
    following = urlsplit(pagination.get("next") or "")
    path = following.path + (f"?{following.query}" if following.query else "")
    return keys, path
