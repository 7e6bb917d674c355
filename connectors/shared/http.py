"""One way of talking HTTP for every connector built on `requests`: time-outs, retries, circuit, clean errors.

Retried: GET and HEAD on a broken connection, time-out, 429, 502, 503, 504; any other method only on 429, which
is a definite "not done". A write that fails in another way is never repeated here: its outcome is unknown.
`Retry-After` is honoured in full, in seconds or as an HTTP date; one beyond the patience of a run is raised, and
until it is over nothing is asked of that site.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.response import BaseHTTPResponse
from urllib3.util.retry import Retry

from connectors.shared import trust
from connectors.shared.errors import wait_seconds
from connectors.shared.surrogates import without_halves
from domain.ports.errors import RateLimited, Unreachable

# The `jira` package and `requests` have none of their own (docs/jira-facts.md, row 6).
TIMEOUT = (5.0, 65.0)
"""Seconds to connect and to read. ServiceNow cuts a request after 60 seconds itself."""

PATIENCE = 60.0
"""Seconds of Retry-After we sleep through; a longer one ends the source's turn."""

ONE_ISSUE = frozenset({"jira-per-issue-on-write"})
"""`RateLimit-Reason`s that are about one ticket only; any other keeps us from the whole site.
Source: https://developer.atlassian.com/cloud/jira/platform/rate-limiting/
"""

# Narrower than urllib3's default, which also repeats PUT and DELETE: an edit may mail people each time.
_READS = frozenset({"GET", "HEAD"})
# Not 500: that is the system's own failure, and ServiceNow also answers it when it cut a request off.
_PASSING = frozenset({429, 502, 503, 504})


class RetryPolicy(Retry):
    """The retry policy above, on urllib3's own mechanism."""

    system = ""
    patience = PATIENCE

    def new(self, **kw: Any) -> RetryPolicy:
        fresh = super().new(**kw)
        # urllib3 makes a new policy after every attempt, of the arguments that it knows.
        fresh.system, fresh.patience = self.system, self.patience
        return fresh

    def is_retry(self, method: str, status_code: int, has_retry_after: bool = False) -> bool:
        """A 429 is retried whatever the method: the server said that nothing was done."""
        if status_code == 429:
            # urllib3 repeats only methods that may be done twice, and cannot tell "refused" from "failed half-way".
            # `total` counts down to 0 with every attempt, and is what ends this.
            return bool(self.total)
        return super().is_retry(method, status_code, has_retry_after)

    def parse_retry_after(self, retry_after: str) -> float:
        """Seconds; decimals, which break urllib3's own reading, included."""
        return min(wait_seconds(retry_after), self.retry_after_max)

    def get_retry_after(self, response: BaseHTTPResponse) -> float | None:
        """Seconds to wait; of a 429 that only tells when its limit is reset, until then."""
        told = response.headers.get("Retry-After")
        if told is None and response.status == 429:
            # Who gives no time to wait may tell when its limit is reset instead.
            told = response.headers.get("X-RateLimit-Reset")
        return None if told is None else self.parse_retry_after(told)

    def sleep_for_retry(self, response: BaseHTTPResponse) -> bool:
        """Sleep as long as the server asks; raise RateLimited when that is longer than our patience."""
        seconds = self.get_retry_after(response) or 0
        # Slept here, an hour's allowance that is used up (ServiceNow) would hold up the other systems too.
        if seconds > self.patience:
            until = datetime.now(UTC) + timedelta(seconds=seconds)
            reason = response.headers.get("RateLimit-Reason", "")
            why = f" ({reason})" if reason else ""
            raise RateLimited(self.system, f"asked to wait {seconds:.0f} s{why}", until, reason)
        return super().sleep_for_retry(response)


def policy(system: str, *, total: int = 4, backoff: float = 0.5, patience: float = PATIENCE) -> RetryPolicy:
    """The retry policy for one system."""
    made = RetryPolicy(
        total=total,
        connect=3,
        read=2,
        status=total,
        # Below `total`: what does not connect or does not answer is given up sooner than what asks for patience.
        other=0,
        # A redirect is the connector's business: it may lead to a log-in page, with our credentials.
        redirect=0,
        backoff_factor=backoff,
        # Workers that failed together must not come back together.
        backoff_jitter=backoff,
        status_forcelist=_PASSING,
        allowed_methods=_READS,
        respect_retry_after_header=True,
        # urllib3 caps a wait at this in silence; our patience is what should decide, so it lies far beyond.
        retry_after_max=24 * 3600,
        # The last answer is worth more than urllib3's own error: it says in the system's words what is wrong.
        raise_on_status=False,
    )
    made.system, made.patience = system, patience
    return made


class Circuit:
    """Stops asking a system that does not answer: opens after `limit` failures in a row, lets one probe
    through after `rest` seconds, closes on the first answer. Also keeps away for as long as the system asked to be
    left alone. Safe between threads; not held during a call.
    """

    def __init__(
        self, limit: int = 5, rest: float = 30.0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._limit, self._rest, self._clock = limit, rest, clock
        self._lock = threading.Lock()
        # Two causes apart: failures are counted by a clock that never goes back, a wait is told as a time of day.
        self._failures, self._opened = 0, 0.0
        self._until: datetime | None = None

    @property
    def open(self) -> bool:
        """True while requests would be refused."""
        with self._lock:
            closed = self._failures < self._limit or self._clock() - self._opened >= self._rest
        return not closed or self.held is not None

    @property
    def held(self) -> datetime | None:
        """Until when (UTC) the system asked to be left alone; None when it did not, or that is over."""
        with self._lock:
            if self._until and self._until <= datetime.now(UTC):
                self._until = None
            return self._until

    def hold(self, until: datetime) -> None:
        """Ask nothing before `until` (UTC)."""
        with self._lock:
            # A shorter wait told by a later answer does not undo a longer one: two limits may hold at once.
            self._until = max(until, self._until or until)

    def admit(self) -> bool:
        """Whether a request may go out now. In an open circuit whose rest is over, only the first may."""
        with self._lock:
            if self._failures < self._limit:
                return True
            if self._clock() - self._opened < self._rest:
                return False
            self._opened = self._clock()
            return True

    def report(self, answered: bool) -> None:
        """Tell how a request ended: `answered` is False for no connection, time-out and 5xx."""
        with self._lock:
            self._failures = 0 if answered else self._failures + 1
            # Exactly once: a probe that fails must not count as a new opening, `admit` has set the time already.
            if self._failures == self._limit:
                self._opened = self._clock()


class Adapter(HTTPAdapter):
    """Transport adapter with our time-outs, retry policy and circuit. Raises Unreachable when the circuit
    is open, RateLimited while the system wants to be left alone; other failures stay those of `requests`, for the
    connector to translate.
    """

    def __init__(
        self,
        system: str,
        retries: RetryPolicy | None = None,
        circuit: Circuit | None = None,
        timeout: tuple[float, float] = TIMEOUT,
    ) -> None:
        self.system, self.timeout = system, timeout
        self.circuit = circuit or Circuit()
        super().__init__(max_retries=retries or policy(system))

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: Any = None,
        verify: bool | str = True,
        *args: Any,
        **kwargs: Any,
    ) -> requests.Response:
        """Send with our time-outs unless the caller set its own, believing the certificates that we do everywhere."""
        if until := self.circuit.held:
            raise RateLimited(
                self.system, f"wants to be left alone until {until:%Y-%m-%d %H:%M:%S} UTC", until
            )
        if not self.circuit.admit():
            raise Unreachable(self.system, "did not answer several times in a row; trying again later")
        try:
            response = super().send(
                request, stream, timeout or self.timeout, trust.bundle()[1] or verify, *args, **kwargs
            )
        except requests.RequestException:
            self.circuit.report(answered=False)
            raise
        except RateLimited as limited:
            # Asked to wait is not down: it must neither open the circuit nor leave a probe without an end.
            self.circuit.report(answered=True)
            if limited.reason not in ONE_ISSUE:
                self.circuit.hold(limited.until)
            raise
        # A 4xx is an answer like any other: what is wrong then is the request, not the system.
        self.circuit.report(answered=response.status_code < 500)
        if not stream and "json" in response.headers.get("Content-Type", ""):
            response._content = without_halves(response.content)
        return response
