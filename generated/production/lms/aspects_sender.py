"""Send statements to the LRS so that an outage or one bad statement costs nothing else.

event-routing-backends as it comes
- loses a batch when the LRS cannot be reached at all: only an answer that refuses is tried again;
- loses a batch when one statement in it is refused, or is stored already with another text;
- sets a batch aside, to be sent again by hand, when one event in it cannot be turned into a statement,
  which is so for every event of special exams;
- waits without end for an answer that never comes;
- loses the batch that a worker was sending when it was killed.

aspects_settings.py names the routers below instead of those of event-routing-backends, which puts this
module into every process of LMS and Studio that handles events. It needs no package but theirs.
"""

import json
import logging
import time

import requests
from django.conf import settings
from event_routing_backends import tasks
from event_routing_backends.backends.async_events_router import AsyncEventsRouter
from event_routing_backends.backends.sync_events_router import SyncEventsRouter
from event_routing_backends.processors.transformer_utils.exceptions import EventNotDispatched
from event_routing_backends.utils.xapi_lrs_client import LrsClient
from eventtracking.processors.exceptions import EventEmissionExit

log = logging.getLogger(__name__)

refused = logging.getLogger("aspects_refused")
"""One line of JSON for each statement that the LRS will never take, and each event that none can be made of."""

EXAMS = "edx.special_exam."

CONNECT_SECONDS = 10
ANSWER_SECONDS = 120
"""Ralph answers after ClickHouse has written, and its process handles one batch at a time."""

CONTENT = (400, 409, 413, 422)
"""Answers about what was sent, which sending it again cannot change; all others are tried again."""

CONFLICT = 409
MOST_REASON = 500
"""Characters of the LRS's reason that are logged: it may quote a whole batch."""


class Client(LrsClient):
    """The LRS client that the sending tasks use."""

    def __init__(self, *args, username=None, password=None, **rest):
        super().__init__(*args, username=username, password=password, **rest)
        header = self.get_auth_header_value()
        self.auth = (username, password) if username else None
        self.headers = {
            "Content-Type": "application/json",
            "X-Experience-API-Version": self.lrs_client.version,
            **({"Authorization": header} if header else {}),
        }

    def send(self, statement_data, event_name):  # noqa: ARG002 - the base class's signature
        """Send one statement; EventNotDispatched when it is to be tried again."""
        self.bulk_send([statement_data])

    def bulk_send(self, statement_data):
        """Send statements, halving what the LRS refuses until the refused one is alone.

        EventNotDispatched when it is to be tried again, as a whole: what is stored already is
        recognized by its id and not stored twice.
        """
        status, reason = self.post(statement_data)
        if status not in CONTENT:
            return
        if len(statement_data) > 1:
            middle = len(statement_data) // 2
            self.bulk_send(statement_data[:middle])
            self.bulk_send(statement_data[middle:])
        elif status == CONFLICT:
            log.info("statement %s is stored already, with another text", statement_data[0]["id"])
        else:
            give_up({"statement": statement_data[0]}, status, reason)

    def post(self, statements):
        """Return status and reason of an answer that settles the matter."""
        try:
            answer = requests.post(
                f"{self.URL.rstrip('/')}/statements",
                # as the router made them and as they are logged: the library behind the base class
                # turns a group of questions into a single one
                data=json.dumps(statements).encode(),
                headers=self.headers,
                auth=self.auth,
                timeout=(CONNECT_SECONDS, ANSWER_SECONDS),
                allow_redirects=False,
            )
        except requests.RequestException as error:
            log.warning("%d statements wait: %s: %s", len(statements), self.URL, error)
            raise EventNotDispatched from error
        if answer.ok and not answer.is_redirect:
            return answer.status_code, ""
        reason = answer.text[:MOST_REASON]
        if answer.status_code in CONTENT:
            return answer.status_code, reason
        log.warning(
            "%d statements wait: %s answered %d: %s",
            len(statements),
            self.URL,
            answer.status_code,
            reason,
        )
        raise EventNotDispatched


def give_up(what, status, reason):
    """Log what will never be stored, whole, so that nothing is lost unseen; status 0 is no answer's."""
    line = {"status": status, "reason": reason, **what}
    refused.error(json.dumps(line, ensure_ascii=False, default=str))


def take_over():
    """Put the client in place, and keep a task until it is done, not only until it is begun."""
    tasks.ROUTER_STRATEGY_MAPPING["XAPI_LRS"] = Client
    for task in (
        tasks.dispatch_event,
        tasks.dispatch_event_persistent,
        tasks.dispatch_bulk_events,
    ):
        task.acks_late = True
        task.reject_on_worker_lost = True


class Careful:
    """What both routers do before they send."""

    def __init__(self, *args, **rest):
        take_over()
        super().__init__(*args, **rest)

    def process_event(self, event):
        """Return an event's statements; one that none can be made of costs only itself."""
        if event.get("name", "").startswith(EXAMS):
            # their transformers look under the name that the tracking log uses
            event = {"event": event.get("data"), **event}
        try:
            return super().process_event(event)
        except (EventEmissionExit, ValueError):
            raise  # the base class leaves these out and goes on
        except Exception as error:
            give_up({"event": event}, 0, f"{type(error).__name__}: {error}")
            raise ValueError(f"no statement can be made of {event.get('name')}") from error


class AsyncRouter(Careful, AsyncEventsRouter):
    """Routes events by Celery, as the class it extends."""


class SyncRouter(Careful, SyncEventsRouter):
    """Routes events in the process that reads the event bus, as the class it extends.

    It waits while the LRS is away: the bus keeps what has not been taken off. Tried in vain for as
    long as Celery would, events go to the router's dead queue in Redis.
    """

    def dispatch_event(self, *args):
        """Send one event, however long it takes."""
        insist(super().dispatch_event, *args)

    def dispatch_bulk_events(self, *args):
        """Send a batch, however long it takes."""
        insist(super().dispatch_bulk_events, *args)


def insist(send, *args):
    """Call until it does not raise EventNotDispatched, as often and as far apart as the settings say."""
    for _ in range(settings.EVENT_ROUTING_BACKEND_MAX_RETRIES):
        try:
            return send(*args)
        except EventNotDispatched:
            time.sleep(settings.EVENT_ROUTING_BACKEND_COUNTDOWN)
    return send(*args)
