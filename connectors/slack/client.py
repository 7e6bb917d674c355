"""One way of calling Slack: no blind repeats, every outcome sorted, nothing private in errors or logs.

slack_sdk repeats a dropped POST by default, which posts twice; here it repeats nothing. Only a 429, which is a
definite "not done", is tried once more, and only when Slack asks for a short pause.
"""

from __future__ import annotations

import http.client
import logging
import socket
import ssl
import time
import urllib.error
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from connectors.shared import trust
from connectors.shared.errors import garbled, status_error
from connectors.slack.response_checks import SYSTEM, meaning, unsure
from domain.ports.errors import Garbled, RateLimited, SourceError, Unreachable

# The SDK's own is 30 s; a dialog must open within three, and other messages wait behind this one.
TIMEOUT = 10
"""Seconds to connect, and to read."""

# A tick of the whole outbox waits with it: a longer pause ends the turn, and the other systems go on.
PATIENCE = 5.0
"""Seconds of Retry-After that are slept through, once."""

PAGE = 200
"""Messages per page; Slack advises no more than 200."""

# Nothing of the request left this machine: a message may be sent again without the danger of a second one.
_NEVER_SENT = (ConnectionRefusedError, socket.gaierror, ssl.SSLCertVerificationError)
# Time-outs and URLError are OSErrors.
_LINE_DOWN = (OSError, http.client.HTTPException)
# What the SDK raises on JSON that is no object, and on charsets that do not exist.
_UNREADABLE = (ValueError, LookupError, AttributeError)


@dataclass(frozen=True, slots=True)
class Answer:
    """A good answer: its data and, by lower-case name, its headers."""

    data: Mapping[str, Any]
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Me:
    """The app as a sender of messages: its user id, its bot id where it has one, and whose it is: the workspace, and
    the Enterprise organisation where there is one.
    """

    user: str
    bot: str
    team: str = ""
    enterprise: str = ""

    def wrote(self, message: Mapping[str, Any]) -> bool:
        """Whether a message is ours."""
        return message.get("user") == self.user or bool(self.bot and message.get("bot_id") == self.bot)


def text(answer: Answer, name: str) -> str:
    """A text that must be in the answer. Raises Garbled when it is not."""
    value = answer.data.get(name)
    if not isinstance(value, str) or not value:
        raise Garbled(SYSTEM, f"an answer lacks {name}")
    return value


def record(answer: Answer, name: str) -> Mapping[str, Any]:
    """An object that must be in the answer. Raises Garbled when it is not."""
    value = answer.data.get(name)
    if not isinstance(value, dict):
        raise Garbled(SYSTEM, f"an answer lacks {name}")
    return value


def records(answer: Answer, name: str) -> Sequence[Mapping[str, Any]]:
    """A list that must be in the answer. Raises Garbled when it is not: missing is not the same as empty."""
    value = answer.data.get(name)
    if not isinstance(value, list):
        raise Garbled(SYSTEM, f"an answer lacks {name}")
    return value


class SlackClient:
    """Calls Web API methods by name. May be shared between threads."""

    def __init__(self, token: str, api_url: str, sleep: Callable[[float], None] = time.sleep) -> None:
        # No handlers: the SDK's default one repeats a POST when the line drops (docs/slack-facts.md, row 1).
        self._web = web_client(token, api_url)
        self._sleep = sleep
        self._me: Me | None = None

    def read(self, method: str, **arguments: Any) -> Answer:
        """Ask something, or do what may be done twice. Raises any SourceError but Ambiguous."""
        return self._call(method, writing=False, params=arguments)

    def write(self, method: str, **arguments: Any) -> Answer:
        """Change something. Raises Ambiguous when it may or may not have been done."""
        return self._call(method, writing=True, json=arguments)

    def pages(self, method: str, **arguments: Any) -> Iterator[Answer]:
        """Every page of a listing."""
        cursor = ""
        while True:
            more = {"cursor": cursor} if cursor else {}
            page = self.read(method, limit=PAGE, **arguments, **more)
            yield page
            cursor = (page.data.get("response_metadata") or {}).get("next_cursor") or ""
            # Taken for the end, that would lose what our message is looked for in, and it would be posted again.
            if not cursor and page.data.get("has_more"):
                raise Garbled(SYSTEM, "a listing says that there is more, and not where")
            if not cursor:
                return

    def me(self) -> Me:
        """Who the app is. Asked once; two threads asking at the same time get the same answer."""
        if self._me is None:
            answer = self.read("auth.test")
            told = (str(answer.data.get(name) or "") for name in ("bot_id", "team_id", "enterprise_id"))
            self._me = Me(text(answer, "user_id"), *told)
        return self._me

    def _call(self, method: str, *, writing: bool, **content: Any) -> Answer:
        try:
            return self._send(method, writing=writing, **content)
        except RateLimited as limited:
            pause = (limited.until - datetime.now(UTC)).total_seconds()
            if pause > PATIENCE:
                raise
        # Once, and outside the handler: what goes wrong now is raised as it is.
        self._sleep(max(pause, 0.0))
        return self._send(method, writing=writing, **content)

    def _send(self, method: str, *, writing: bool, **content: Any) -> Answer:
        try:
            response = self._web.api_call(method, **content)
        except SlackApiError as error:
            raise _refusal(error, writing=writing) from None
        except _LINE_DOWN as error:
            raise _line_down(error, writing=writing) from None
        except _UNREADABLE:
            raise garbled(SYSTEM, "the answer is not what Slack's API promises", writing=writing) from None
        if not isinstance(response.data, dict):
            raise garbled(SYSTEM, "the answer is not what Slack's API promises", writing=writing)
        return Answer(response.data, _headers(response.headers))


def web_client(token: str | None, api_url: str) -> WebClient:
    """The SDK's own client, which repeats nothing by itself, logs nothing and believes the certificates that we do."""
    return WebClient(token, api_url, timeout=TIMEOUT, ssl=trust.context(), retry_handlers=[], logger=silent())


def silent() -> logging.Logger:
    """The SDK logs request bodies and answers, with e-mail addresses in them; what matters is in our errors."""
    logger = logging.getLogger("connectors.slack.sdk")
    logger.setLevel(logging.CRITICAL + 1)
    return logger


def _headers(raw: Mapping[str, Any]) -> dict[str, str]:
    return {name.lower(): str(value) for name, value in raw.items()}


def _refusal(error: SlackApiError, *, writing: bool) -> SourceError:
    """Sort an answer that came, by its status and then by its code."""
    response = error.response
    if response.status_code >= 400:
        data = response.data if isinstance(response.data, dict) else {}
        wait = _headers(response.headers).get("retry-after")
        # A 429 tells how long to stay away, whatever its body is: https://docs.slack.dev/apis/web-api/rate-limits
        if response.status_code == 429 or "error" not in data or _is_page(data):
            return status_error(SYSTEM, response.status_code, writing=writing, retry_after=wait)
        # Pages of HTML were set aside above: here Slack itself says, with a code, that it broke down.
        if response.status_code >= 500:
            return unsure(f"answered {response.status_code}", writing=writing)
    if not isinstance(response.data, dict) or _is_page(response.data):
        return garbled(SYSTEM, "the answer is not JSON; check SLACK_API_URL and the proxy", writing=writing)
    return meaning(response.data, writing=writing)


def _is_page(data: Mapping[str, Any]) -> bool:
    """Whether the SDK made up the error, because the answer was no JSON; Slack's own codes hold no spaces."""
    return " " in str(data.get("error", ""))


def _line_down(error: OSError | http.client.HTTPException, *, writing: bool) -> SourceError:
    reason = error.reason if isinstance(error, urllib.error.URLError) else error
    if trust.untrusted(error):
        return Unreachable(SYSTEM, trust.UNTRUSTED, trust.FIX)
    if isinstance(reason, _NEVER_SENT):
        return Unreachable(
            SYSTEM, f"cannot be reached ({type(reason).__name__})", "check the network and the proxy"
        )
    if isinstance(reason, TimeoutError):
        return unsure(f"did not answer within {TIMEOUT} s", writing=writing)
    kind = type(reason).__name__ if isinstance(reason, Exception) else "connection failed"
    return unsure(f"the line dropped ({kind})", writing=writing)
