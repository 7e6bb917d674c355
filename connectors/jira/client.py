"""Talking to Jira through the `jira` package, with its sharp edges taken off.

The package repeats writes after a dropped line, has no time-outs, takes a removed search address when it does
not know the kind of server, and takes the empty answer for wrong credentials as "nothing there". Here its own
retries are off (ours are in `connectors.shared.http`), the server is asked what it is, every answer is looked at
before it is believed, and only errors of `domain.ports` come out.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeVar

import requests
from jira import JIRA
from jira.exceptions import JIRAError

from connectors.jira.response_checks import CAPTCHA_FIX, NAME, TOKEN_FIX, detail, look_at
from connectors.jira.settings import Deployment, JiraSettings
from connectors.jira.throttle import PER_ISSUE
from connectors.shared.errors import status_error, translate
from connectors.shared.http import ONE_ISSUE, Adapter, Circuit
from connectors.shared.throttle import Throttle
from domain.ports.errors import AuthRefused, Forbidden, Garbled, RateLimited, Refused, SourceError
from domain.ports.source import Identity

__all__ = ["NAME", "Client", "account_id", "mapping", "rows", "total"]
T = TypeVar("T")

_GATEWAY = "/ex/jira/"
_GATEWAY_FIX = (
    "on Jira Cloud a bearer token works only through JIRA_URL=https://api.atlassian.com/ex/jira/<cloud id>"
)
_ISSUE = re.compile(r"issue/([^/]+)")


class Client:
    """One Jira site. Safe between threads: each has its own session, all share transport and circuit."""

    def __init__(self, settings: JiraSettings, adapter: Adapter | None = None) -> None:
        self.url = settings.url
        self._settings = settings
        self._adapter = adapter or Adapter(NAME)
        # The package's session and its lazy caches are not safe between threads.
        self._own = threading.local()
        self._lock = threading.Lock()
        self.me = ""
        """Id of our account, once `identify` was asked."""
        self._info: dict[str, Any] = {}
        self._pace = Throttle(*PER_ISSUE)

    @property
    def circuit(self) -> Circuit:
        """Of this site; all threads share it."""
        return self._adapter.circuit

    @property
    def cloud(self) -> bool:
        """Whether the site is Jira Cloud: as an admin set it, else as the site says. Raises SourceError."""
        # The admin first: a proxy may hide serverInfo, and then nothing can be asked at all.
        if self._settings.deployment is not Deployment.AUTO:
            return self._settings.deployment is Deployment.CLOUD
        return str(self._server_info().get("deploymentType")) == "Cloud"

    @property
    def home(self) -> str:
        """Where people open tickets: the site itself, also when we reach it through Atlassian's gateway."""
        if _GATEWAY not in self.url:
            return self.url
        return str(self._server_info().get("baseUrl") or "").rstrip("/") or self.url

    def _server_info(self) -> dict[str, Any]:
        """What the server says of itself; asked once. Some answer a wrong token with `{}`: that tells nothing."""
        with self._lock:
            if not self._info:
                # Version 2 exists on Cloud and Data Center alike; which of the two this is, is the question.
                told = _translated(lambda: _json(self._session("2").get(f"{self.url}/rest/api/2/serverInfo")))
                # The package would end in a KeyError, or take the server for a Data Center (docs/jira-facts.md, row 3).
                if not {"deploymentType", "version"} & mapping(told).keys():
                    fix = "check JIRA_URL and the token, or set JIRA_DEPLOYMENT"
                    raise Garbled(NAME, "the server does not say what kind of Jira it is", fix)
                self._info = mapping(told)
            return self._info

    def identify(self) -> Identity:
        """Who we are. The only address that tells wrong credentials for certain. The time zone is empty when Jira
        does not tell it. Raises AuthRefused, with what an admin can do.
        """
        try:
            # Other addresses serve a wrong token as an anonymous visitor, with a 200 (docs/jira-facts.md, row 1).
            me = mapping(self.ask(lambda jira: jira.myself()))
        except (AuthRefused, Forbidden) as error:
            raise self._refused(error) from None
        expires = self._settings.token_expires
        self.me = account_id(me)
        return Identity(self.me, str(me.get("displayName", "")), str(me.get("timeZone") or ""), expires)

    def _refused(self, error: AuthRefused | Forbidden) -> AuthRefused:
        """Why we are not let in, as far as the settings tell more than Jira does."""
        expires, told = self._settings.token_expires, str(error)
        if expires and expires < datetime.now(UTC).date():
            told = f"the token expired on {expires} ({told})"
        fix = error.fix or TOKEN_FIX
        # A Cloud site answers a bearer token with a 403 that says nothing of this (docs/jira-facts.md, row 16).
        bearer = bool(self._settings.pat.get_secret_value()) and _GATEWAY not in self.url
        return AuthRefused(NAME, told, f"{fix}; {_GATEWAY_FIX}" if bearer and fix is not CAPTCHA_FIX else fix)

    def ask(self, question: Callable[[JIRA], T]) -> T:
        """Run a read through the package's own methods. Raises SourceError."""
        jira = self._jira()
        return _translated(lambda: question(jira))

    def get(self, path: str, params: dict[str, Any] | None = None) -> Any:
        """JSON of an address below the site's, such as `rest/servicedeskapi/...`. Raises SourceError."""
        session = self._jira()._session
        return _translated(lambda: _json(session.get(f"{self.url}/{path}", params=params)))

    def api(self, path: str, params: dict[str, Any] | None = None) -> Any:
        """JSON of an address of the platform API. Raises SourceError."""
        return self.get(f"{self._api}/{path}", params)

    def post(self, path: str, body: Any) -> Any:
        """JSON of a question that the platform API takes as a POST. Raises SourceError."""
        session, url = self._jira()._session, f"{self.url}/{self._api}/{path}"
        return _translated(lambda: _json(session.post(url, data=json.dumps(body))))

    def write(self, method: str, path: str, body: Any = None, params: dict[str, Any] | None = None) -> Any:
        """One write to the platform API, sent once, not faster than Jira lets one issue be written to. Raises
        Ambiguous when its outcome is not certain.
        """
        # Writes to one issue have a limit of their own: https://developer.atlassian.com/cloud/jira/platform/rate-limiting/
        if found := _ISSUE.match(path):
            self._pace.wait(found[1])
        session = self._jira()._session
        data = None if body is None else json.dumps(body)
        url = f"{self.url}/{self._api}/{path}"
        return _translated(
            lambda: _json(session.request(method, url, data=data, params=params)), writing=True
        )

    @property
    def _api(self) -> str:
        return f"rest/api/{'3' if self.cloud else '2'}"

    def _jira(self) -> JIRA:
        """This thread's client."""
        if not hasattr(self._own, "jira"):
            version = "3" if self.cloud else "2"
            self._own.jira = self._make(version)
            self._own.jira.deploymentType = "Cloud" if self.cloud else "Server"
        made: JIRA = self._own.jira
        return made

    def _session(self, version: str) -> requests.Session:
        made: requests.Session = self._make(version)._session
        return made

    def _make(self, version: str) -> JIRA:
        settings = self._settings
        pat = settings.pat.get_secret_value()
        basic = None if pat else (settings.email, settings.api_token.get_secret_value())
        jira = JIRA(
            self.url,
            # Error texts and changelogs are in the language of the account unless another is asked for.
            options={"rest_api_version": version, "headers": {"X-Force-Accept-Language": "true"}},
            basic_auth=basic,
            token_auth=pat or None,
            get_server_info=False,
            # Its retries repeat writes too, after which a comment stands twice.
            max_retries=0,
            logging=False,
        )
        # Only ids are asked for, so the package need not fetch the field list to translate names.
        jira._fields_cache_value = {"id": "id"}
        for scheme in ("https://", "http://"):
            jira._session.mount(scheme, self._adapter)
        jira._session.headers["Accept-Language"] = "en"
        # Data Center shows service approvals only to who accepts that this part of its API may change.
        jira._session.headers["X-ExperimentalApi"] = "opt-in"
        # Seen before the package sees it, which takes an anonymous answer for "nothing there".
        jira._session.hooks["response"].append(look_at)
        return jira


def mapping(answer: Any) -> dict[str, Any]:
    """The answer as a JSON object. Raises Garbled when it is something else."""
    if not isinstance(answer, dict):
        raise Garbled(NAME, "the answer has another shape than the API promises")
    return answer


def rows(answer: Any, key: str) -> list[dict[str, Any]]:
    """The objects listed under `key`. Raises Garbled when there is no such list."""
    listed = mapping(answer).get(key)
    if not isinstance(listed, list):
        raise Garbled(NAME, f"the answer lacks the list of {key}")
    return [row for row in listed if isinstance(row, dict)]


def total(page: dict[str, Any]) -> int:
    """How many there are in all, as a page says. Raises Garbled when it does not: the end would be a guess."""
    number = page.get("total")
    if not isinstance(number, int):
        raise Garbled(NAME, "a page does not say how many there are in all")
    return number


def account_id(user: dict[str, Any]) -> str:
    """What identifies a user for ever: accountId on Cloud, key (else name) on Data Center."""
    # On Data Center a user name may be changed, a key may not.
    return str(user.get("accountId") or user.get("key") or user.get("name") or "")


def _json(response: requests.Response) -> Any:
    return response.json() if response.content else None


def _translated(call: Callable[[], T], *, writing: bool = False) -> T:
    """Run a call; errors of the package and of `requests` become those of `domain.ports`, without their texts."""
    try:
        return call()
    except RateLimited as error:
        raise _limited(error, writing) from None
    except SourceError:
        raise
    except JIRAError as error:
        raise _refusal(error, writing) from None
    except (requests.RequestException, ValueError) as error:
        raise translate(NAME, error, writing=writing) from None


def _refusal(error: JIRAError, writing: bool) -> SourceError:
    answer = error.response
    status = error.status_code or (answer.status_code if answer is not None else 500)
    wait = answer.headers.get("Retry-After") if answer is not None else None
    # Not `str(error)`: the package puts headers and the whole body into it, cookies included.
    made = status_error(NAME, status, detail(answer), writing=writing, retry_after=wait)
    if isinstance(made, AuthRefused):
        made.fix = TOKEN_FIX
    if isinstance(made, RateLimited) and answer is not None:
        made.reason = answer.headers.get("RateLimit-Reason", "")
        return _limited(made, writing)
    return made


def _limited(error: RateLimited, writing: bool) -> SourceError:
    """A limit on one issue's writes is that message's own trouble; the other tickets are written all the same."""
    if writing and error.reason in ONE_ISSUE:
        return Refused(NAME, "this issue is written to more often than Jira allows; trying again later")
    return error
