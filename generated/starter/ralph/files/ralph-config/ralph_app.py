"""Ralph, with the times in questions turned into what ClickHouse reads; what uvicorn serves.

ClickHouse refuses a query parameter of type DateTime64 that names a time zone, `Z` included, whatever
its settings say, and Ralph hands such parameters on as they come: every question with `since` or
`until` as xAPI writes them would end in status 500. Seconds since 1970 mean the same to both.
Seen with engines 24.8, 25.8, 26.1, 26.5 and 26.9, 2026-11; see ClickHouse/ClickHouse#95913.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from urllib.parse import parse_qsl, urlencode

TIMES = ("since", "until", "search_after")

# The image's Python may be older than 3.11, whose fromisoformat reads all of these.
MOMENT = re.compile(
    r"(?P<day>\d{4}-\d\d-\d\d)[Tt ](?P<time>\d\d:\d\d:\d\d)(?:\.(?P<fraction>\d+))?"
    r"(?:[Zz]|(?P<sign>[+-])(?P<hours>\d\d):?(?P<minutes>\d\d))?"
)
EPOCH = datetime(1970, 1, 1)


async def app(scope, receive, send):
    """Serve one request as Ralph does, its times turned first."""
    # not above: the functions below need nothing but Python
    from ralph.api import app as ralph

    if scope["type"] == "http":
        scope = {**scope, "query_string": turn_times(scope["query_string"])}
    await ralph(scope, receive, send)


def turn_times(query: bytes) -> bytes:
    """Return a query string with its times as seconds; the same bytes where there is none."""
    pairs = parse_qsl(query.decode("latin-1"), keep_blank_values=True)
    turned = [(name, seconds(value) if name in TIMES else value) for name, value in pairs]
    return query if turned == pairs else urlencode(turned).encode("ascii")


def seconds(moment: str) -> str:
    """Return a moment as seconds since 1970 with six digits; without a zone it is UTC.

    What is no moment, or lies before 1970, stays as it is: Ralph or ClickHouse refuses it.
    """
    found = MOMENT.fullmatch(moment)
    if not found:
        return moment
    try:
        local = datetime.fromisoformat(f"{found['day']}T{found['time']}")
    except ValueError:
        return moment
    ahead = timedelta(hours=int(found["hours"] or 0), minutes=int(found["minutes"] or 0))
    past = local - EPOCH - (-ahead if found["sign"] == "-" else ahead)
    if past < timedelta(0):
        return moment
    fraction = ((found["fraction"] or "") + "000000")[:6]
    return f"{past.days * 86400 + past.seconds}.{fraction}"
