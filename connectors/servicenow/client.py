"""The Table API through pysnow, with what pysnow lets pass: errors inside a 200, HTML, broken JSON, hidden rows.

pysnow's own OAuthClient, QueryBuilder, update() and streaming are not used; a Resource is made for each call,
because its parameters leak from one call into the next and, when shared, from one thread into another.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import pysnow
import requests
from pysnow.exceptions import PysnowException

from connectors.servicenow import encoded_query, response_checks
from connectors.servicenow.oauth import ApiKey, BasicAuth, ClientCredentials
from connectors.servicenow.settings import ServiceNowSettings
from connectors.shared.errors import garbled, translate
from connectors.shared.http import Adapter, Circuit, RetryPolicy
from domain.ports.errors import AuthRefused, Garbled, RateLimited

NAME = "servicenow"
AGENT = "sluiswachter"

Row = Mapping[str, Any]
"""A record: column to {"display_value": ..., "value": ...}. A column the account may not see is absent."""


# Ten records that take a minute are a fault of the instance, which no smaller page would mend.
SMALLEST = 10
"""Records below which a page that the instance cuts short is not made smaller."""


@dataclass(frozen=True, slots=True)
class Page:
    """What one request gave. `total` counts before the row rules; None when the instance does not say.
    `followed` tells that the instance announced another page.
    """

    rows: tuple[Row, ...]
    total: int | None
    followed: bool


@dataclass(frozen=True, slots=True)
class Listing:
    """All rows of a query. `complete` is False when more matched than the account may see."""

    rows: tuple[Row, ...]
    complete: bool

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)


class Client:
    """Reads and patches records. Safe between threads: each has its own session, the connections are shared.

    Told to come back later, it asks nothing before that moment, in whatever cycle.
    """

    def __init__(
        self,
        settings: ServiceNowSettings,
        retries: RetryPolicy | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.settings, self._clock = settings, clock
        self.ahead = timedelta(0)
        """How far our clock is ahead of the instance's, by the date of its last answer; never less than zero."""
        self._adapter = Adapter(NAME, retries)
        self._auth = self._authentication()
        self._local = threading.local()

    @property
    def circuit(self) -> Circuit:
        """Whether the instance is asked anything at present."""
        return self._adapter.circuit

    # -- reading --------------------------------------------------------------------------------------------

    def record(self, table: str, sys_id: str, fields: Sequence[str] = ()) -> Row:
        """One record. Raises NotFound when it is not there or hidden; ServiceNow does not tell these apart."""
        resource = self._resource(f"/table/{table}/{encoded_query.sys_id(sys_id)}", fields)
        row = self._send(resource, "GET").json()["result"]
        if not isinstance(row, dict):
            raise Garbled(NAME, f"{table}: the answer holds no record")
        return row

    def listing(self, table: str, query: str, fields: Sequence[str]) -> Listing:
        """Every row of a query that the account may see, and whether that is all there is."""
        pages = list(self.pages(table, query, fields))
        rows = tuple(row for page in pages for row in page.rows)
        # Of the first page: the later ones count only what lies beyond the last record seen.
        total = pages[0].total
        # Counted before the row rules: fewer rows than that means some are hidden (docs/servicenow-facts.md, row 1).
        return Listing(rows, total is None or len(rows) >= total)

    def pages(self, table: str, query: str, fields: Sequence[str]) -> Iterator[Page]:
        """Page by page in the order of sys_id, each starting after the last one seen, so that records that
        change meanwhile are neither lost nor shifted. A page may be short or empty because the limit is
        applied before the row rules: then the next stretch of the same window is asked for. What the instance cuts
        short after its 60 seconds is asked for in smaller pages.
        """
        size, after, offset = self.settings.page_size, "", 0
        while True:
            try:
                page = self._page(table, encoded_query.after(query, after), fields, (size, offset))
            except response_checks.CutShort:
                if size <= SMALLEST:
                    raise
                # Not back to the old size afterwards: what was too much once would cost another minute at every page.
                size = max(SMALLEST, size // 4)
                continue
            response_checks.in_order(table, after, page.rows)
            yield page
            if not page.followed:
                return
            after, offset = (
                (response_checks.sys_id_of(page.rows[-1]), 0) if page.rows else (after, offset + size)
            )

    def first(self, table: str, query: str, fields: Sequence[str], limit: int = 1) -> Page:
        """The first rows of a query, in no particular order."""
        return self._page(table, query, fields, (limit, 0))

    def _page(self, table: str, query: str, fields: Sequence[str], window: tuple[int, int]) -> Page:
        limit, offset = window
        # Always with sys_id: paging goes by it, and a row without it cannot be told from another.
        resource = self._resource(f"/table/{table}", ("sys_id", *fields))
        resource.parameters.query, resource.parameters.limit = query, limit
        resource.parameters.offset = offset
        answer = self._send(resource, "GET")
        result = answer.json()["result"]
        if not isinstance(result, list):
            raise Garbled(NAME, f"{table}: the answer holds no list")
        # A list can end in a pseudo-record that holds only "__meta".
        rows = tuple(row for row in result if isinstance(row, dict) and set(row) != {"__meta"})
        if any("sys_id" not in row for row in rows):
            raise Garbled(NAME, f"{table}: a record without sys_id")
        total = response_checks.number(answer.headers.get("X-Total-Count"))
        # Only "next": "prev" may carry an offset of -1, and the others come in any order.
        announced = 'rel="next"' in answer.headers.get("Link", "")
        # By the window and not by the rows: the limit is applied before the row rules take some away.
        more = offset + limit < total if total is not None else announced or len(rows) >= limit
        return Page(rows, total, more)

    def other(self, path: str) -> Any:
        """What an API beside the Table API answers to a GET under /api: its `result` as it is."""
        resource = self._pysnow().resource(base_path="/api", api_path=path)
        return self._send(resource, "GET").json()["result"]

    # -- writing --------------------------------------------------------------------------------------------

    def patch(self, table: str, sys_id: str, payload: Mapping[str, str], fields: Sequence[str]) -> Row:
        """Change a record once; gives `fields` as they are after it. Raises Ambiguous when the outcome is unknown."""
        resource = self._resource(f"/table/{table}/{encoded_query.sys_id(sys_id)}", fields)
        # PATCH by sys_id: pysnow's own update first searches, then PUTs, in two requests that others may come between.
        answer = self._send(resource, "PATCH", data=json.dumps(payload))
        row = answer.json()["result"]
        return row if isinstance(row, dict) else {}

    # -- transport ------------------------------------------------------------------------------------------

    def _resource(self, path: str, fields: Sequence[str]) -> pysnow.Resource:
        resource = self._pysnow().resource(api_path=path)
        resource.parameters.fields = list(dict.fromkeys(fields))
        # Both: people know the shown words, and only the stored value is the same for every account. Dates differ too:
        # https://support.servicenow.com/kb?id=kb_article_view&sysparm_article=KB0534905
        resource.parameters.display_value = "all"
        resource.parameters.exclude_reference_link = True
        return resource

    def _send(self, resource: pysnow.Resource, method: str, **kwargs: Any) -> requests.Response:
        """The raw answer, checked by the session's hook before pysnow sees it."""
        try:
            response = resource.request(method, **kwargs)
            response.all()  # pysnow checks nothing before the answer is consumed
        except RateLimited as error:
            # A used-up hour's allowance: asked again before it ends, the instance would only refuse once more.
            self._adapter.circuit.hold(error.until)
            raise
        except (requests.RequestException, PysnowException, ValueError, KeyError) as error:
            raise translate(NAME, error, writing=method != "GET") from None
        # The only way to the headers and body together.
        answer: requests.Response = response._response
        return answer

    def _pysnow(self) -> pysnow.Client:
        client: pysnow.Client | None = getattr(self._local, "client", None)
        if client is None:
            client = self._local.client = self._connect()
        return client

    def _connect(self) -> pysnow.Client:
        scheme, _, host = self.settings.url.partition("://")
        session = requests.Session()
        session.mount(f"{scheme}://", self._adapter)
        session.auth = self._auth
        # Affinity and session cookies would tie every later request to one login and one node.
        session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        session.hooks["response"].append(self._inspect)
        client = pysnow.Client(host=host, use_ssl=scheme == "https", session=session)
        session.headers["User-Agent"] = AGENT  # pysnow has just put its own there
        return client

    def _authentication(self) -> requests.auth.AuthBase:
        secret = self.settings.client_secret.get_secret_value()
        # OAuth before the others; the settings refuse more than one of the three anyway.
        if secret:
            return ClientCredentials(self.settings.url, (self.settings.client_id, secret), self._adapter)
        if key := self.settings.api_key.get_secret_value():
            return ApiKey(key)
        return BasicAuth(self.settings.user, self.settings.password.get_secret_value())

    def _inspect(self, response: requests.Response, *_: Any, **__: Any) -> None:
        """Raise what is wrong with an answer; pysnow would return the rows that precede an `error`."""
        # Read to the end, so that the connection is given back whatever is raised.
        content = response.content
        writing = response.request.method != "GET"
        # Marks are kept by our clock and compared with stamps of theirs: what lies between must not be lost.
        self.ahead = response_checks.ahead(response.headers.get("Date", ""), self._clock())
        # A token can be revoked before its time; the next request asks for another.
        if response.status_code == 401 and isinstance(self._auth, ClientCredentials):
            self._auth.forget()
        if response.status_code >= 400:
            raise response_checks.refusal(response, writing)
        # Followed, a redirect to a log-in page would end in a 200 that is no answer.
        if response.status_code >= 300:
            fix = "SERVICENOW_URL must be the instance's own address"
            raise AuthRefused(NAME, "sends us to another page", fix)
        if "json" not in response.headers.get("Content-Type", ""):
            why = "answers with a web page: a login, or an instance that sleeps"
            raise garbled(NAME, why, writing=writing)
        response_checks.check(content, writing)
