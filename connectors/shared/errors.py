"""What an HTTP answer or failure means to the application: one table for every connector that speaks HTTP.

A write whose outcome is not certain becomes `Ambiguous`, so that nobody repeats it blindly; one that never
left this machine is only `Unreachable`. Messages hold no URL, query text, header or e-mail address.
"""

from __future__ import annotations

import json
import math
import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import requests
from urllib3.exceptions import MaxRetryError, NameResolutionError, NewConnectionError

from connectors.shared import trust
from domain.parsing import shorten
from domain.ports.errors import (
    Ambiguous,
    AuthRefused,
    Forbidden,
    Garbled,
    NotFound,
    RateLimited,
    Refused,
    SourceError,
    Unreachable,
)

# Slack's "ratelimited" inside a 200 names no time (docs/slack-facts.md, row 4).
DEFAULT_WAIT = 60.0
"""Seconds to stay away after a 429 that does not say how long."""

# ServiceNow's X-RateLimit-Reset is such a moment, while Retry-After is a span, and both come as bare numbers.
_EPOCH = 1e9
"""From here on a number of seconds is a moment since 1970, not a time to wait."""

# A definite no about what was sent: nothing was done, so nothing has to be read back.
_UNDONE = frozenset({400, 409, 413, 422})
_BY_STATUS: dict[int, tuple[type[SourceError], str]] = {
    401: (AuthRefused, "check the account and its token or password; tokens expire"),
    403: (Forbidden, "give the account this permission"),
    404: (NotFound, ""),
    # Jira Cloud answers 410 where the old search was (docs/jira-facts.md, Listing and paging).
    410: (NotFound, ""),
}
_BEFORE = (
    requests.ConnectTimeout,
    requests.exceptions.ProxyError,
    requests.exceptions.InvalidURL,
    requests.exceptions.MissingSchema,
    requests.exceptions.InvalidSchema,
)
"""Failures that happen before a request is on its way."""
_PRIVATE = re.compile(r"\S+@\S+|\bhttps?://\S+", re.IGNORECASE)


def clean(detail: str, limit: int = 200) -> str:
    """One short line of a vendor's message, without addresses: fit for logs and the doctor."""
    return shorten(_PRIVATE.sub("…", detail), limit)


def status_error(
    system: str, status: int, detail: str = "", *, writing: bool, retry_after: str | None = None
) -> SourceError:
    """The error for an HTTP status of 400 and above. `detail` is the vendor's own message, if any;
    `retry_after` the header's value. For a write, 5xx is `Ambiguous` and a validation error `Refused`.
    """
    # Only the vendor's own words: the text of `requests` holds the whole address, and with it the query.
    said = f"answered {status}" + (f": {clean(detail)}" if detail.strip() else "")
    if status == 429:
        return RateLimited(system, said, datetime.now(UTC) + timedelta(seconds=wait_seconds(retry_after)))
    if status >= 500:
        # A gateway may answer 502 or 504 for a request that the system behind it carries out all the same.
        return Ambiguous(system, said) if writing else Unreachable(system, said)
    if writing and status in _UNDONE:
        return Refused(system, said)
    kind, fix = _BY_STATUS.get(status, (SourceError, ""))
    return kind(system, said, fix)


def translate(system: str, error: Exception, *, writing: bool) -> SourceError:
    """The error for a failure below HTTP, or for an answer that cannot be decoded."""
    if isinstance(error, SourceError):
        return error
    # Before the others: a body that cannot be read came after the request was carried out.
    if isinstance(error, (json.JSONDecodeError, UnicodeDecodeError)):
        return garbled(system, "the answer is not JSON", writing=writing)
    # Before anything was sent: TLS ends there.
    if trust.untrusted(error):
        return Unreachable(system, trust.UNTRUSTED, trust.FIX)
    what = _failure(error)
    if writing and not _never_left(error):
        return Ambiguous(system, f"{what}; the write may or may not have been done")
    return Unreachable(system, what, "check the address, the network and the proxy")


def garbled(system: str, why: str, *, writing: bool) -> SourceError:
    """The error for an answer of 2xx that is not what the API promises."""
    return Ambiguous(system, why) if writing else Garbled(system, why)


def _failure(error: Exception) -> str:
    # Narrow ones first: in `requests` an SSLError and a ConnectTimeout are connection errors too.
    names: tuple[tuple[type[Exception], str], ...] = (
        (requests.exceptions.SSLError, "the TLS certificate or connection was not accepted"),
        (requests.exceptions.ProxyError, "the proxy did not let us through"),
        (requests.ConnectTimeout, "no connection within the time allowed"),
        (requests.Timeout, "no answer within the time allowed"),
        (requests.exceptions.InvalidURL, "the address is not a URL"),
    )
    return next((words for kind, words in names if isinstance(error, kind)), "the connection failed")


def _never_left(error: Exception) -> bool:
    if isinstance(error, _BEFORE):
        return True
    # requests hands on the error of urllib3 as its own first argument.
    inner = error.args[0] if error.args else None
    reason = inner.reason if isinstance(inner, MaxRetryError) else inner
    return isinstance(reason, (NewConnectionError, NameResolutionError))


def wait_seconds(told: str | None) -> float:
    """Seconds from now in what a server told: a number, decimals too, an HTTP date (`Retry-After`), or the moment of
    an `X-RateLimit-Reset`: in ISO 8601 (Jira) or seconds since 1970 (ServiceNow). `DEFAULT_WAIT` when it is none.
    """
    if not told:
        return DEFAULT_WAIT
    # By form and not by header: the vendors fill X-RateLimit-Reset each in their own way.
    for read in (_number, parsedate_to_datetime, datetime.fromisoformat):
        try:
            found = read(told.strip())
        except (ValueError, OverflowError):
            continue
        # A moment that is past, by their clock or ours, means now.
        return max(0.0, found if isinstance(found, float) else _ahead(found))
    return DEFAULT_WAIT


def _number(told: str) -> float:
    number = float(told)
    # `float` also reads "inf" and "nan", and nobody would ask anything of that system again.
    if not math.isfinite(number):
        raise ValueError(told)
    return number if number < _EPOCH else number - datetime.now(UTC).timestamp()


def _ahead(moment: datetime) -> float:
    # HTTP dates are in GMT by definition; "-0000" leaves the parsed one without a zone.
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return (aware - datetime.now(UTC)).total_seconds()
