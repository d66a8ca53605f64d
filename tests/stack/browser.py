"""A person before Superset: cookies, the LMS's page of people, Superset's API."""

from __future__ import annotations

import http.cookiejar
import json
import re
import urllib.error
import urllib.request
from html import unescape
from typing import Any


class Browser:
    """Someone's session."""

    def __init__(self, superset: str) -> None:
        self._superset = superset
        jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self._opener = urllib.request.build_opener(jar)

    def sign_in(self, name: str) -> str:
        """Go to Superset, be sent to the LMS, choose a person; return where that leads."""
        page = self._opener.open(f"{self._superset}/login/openedxsso").read().decode()
        found = re.findall(r'href="([^"]+)">([^<]+)<', page)
        (link,) = [unescape(link) for link, shown in found if shown == name]
        return self._opener.open(link).geturl()

    def get(self, path: str) -> Any:
        """Return an answer of the API, or the status that it refuses with."""
        try:
            return json.load(self._opener.open(f"{self._superset}{path}"))
        except urllib.error.HTTPError as error:
            return error.code

    def post(self, path: str, body: Any) -> Any:
        """Return the answer to a request of the API."""
        page = self._opener.open(f"{self._superset}/").read().decode()
        token = re.search(r'id="csrf_token"[^>]*value="([^"]+)"', page)
        if token is None:
            text = self._opener.open(f"{self._superset}/api/v1/security/csrf_token/").read()
            value = json.loads(text)["result"]
        else:
            value = token[1]
        headers = {
            "Content-Type": "application/json",
            "X-CSRFToken": value,
            "Referer": self._superset,
        }
        request = urllib.request.Request(
            f"{self._superset}{path}", json.dumps(body).encode(), headers
        )
        return json.load(self._opener.open(request))

    def ask(self, sql: str) -> list[dict[str, Any]]:
        """Return the rows of a question in SQL Lab."""
        databases = self.get("/api/v1/database/")["result"]
        (number,) = [
            one["id"] for one in databases if "clickhouse" in one["database_name"].lower()
        ]
        body = {"database_id": number, "sql": sql, "runAsync": False, "queryLimit": 10000}
        return self.post("/api/v1/sqllab/execute/", body)["data"]
