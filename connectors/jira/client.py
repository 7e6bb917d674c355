"""Talking to Jira through the `jira` package, with its sharp edges taken off.

The package repeats writes after a dropped line, has no time-outs, takes a removed search address when it does
not know the kind of server, and takes the empty answer for wrong credentials as "nothing there". Here its own
retries are off (ours are in `connectors.http`), the server is asked what it is, every answer is looked at
before it is believed, and only errors of `bot.ports` come out.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from typing import Any, TypeVar

import requests
from jira import JIRA
from jira.exceptions import JIRAError

from bot.ports import AuthRefused, Garbled, Identity, SourceError
from connectors.errors import clean, garbled, status_error, translate
from connectors.http import Adapter
from connectors.jira.settings import JiraSettings

NAME = "jira"
T = TypeVar("T")

_GATEWAY = "/ex/jira/"
_READS = ("GET", "HEAD")
_TOKEN_FIX = "make a new API token for the account and set JIRA_API_TOKEN (or JIRA_PAT)"  # noqa: S105
_DENIED = ("FAILED", "DENIED")


class Client:
    """One Jira site. Safe between threads: each has its own session, all share transport and circuit."""

    def __init__(self, settings: JiraSettings, adapter: Adapter | None = None) -> None:
        self.url = settings.url
        self._settings = settings
        self._adapter = adapter or Adapter(NAME)
        self._own = threading.local()
        self._lock = threading.Lock()
        self._deployment = self._home = ""
        self.me = ""
        """Id of our account, once `identify` was asked."""

    @property
    def cloud(self) -> bool:
        """Whether the site is Jira Cloud; asked once. Raises SourceError."""
        with self._lock:
            if not self._deployment:
                told = _translated(lambda: _json(self._session("2").get(f"{self.url}/rest/api/2/serverInfo")))
                self._home = str(mapping(told).get("baseUrl") or "").rstrip("/")
                self._deployment = str(mapping(told).get("deploymentType") or "Server")
        return self._deployment == "Cloud"

    @property
    def home(self) -> str:
        """Where people open tickets: the site itself, also when we reach it through Atlassian's gateway."""
        through_gateway = self.cloud and _GATEWAY in self.url
        return self._home if through_gateway and self._home else self.url

    def identify(self) -> Identity:
        """Who we are. The only address that tells wrong credentials for certain."""
        me = mapping(self.ask(lambda jira: jira.myself()))
        self.me = account_id(me)
        return Identity(self.me, str(me.get("displayName", "")), str(me.get("timeZone") or "UTC"))

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

    def write(self, method: str, path: str, body: Any = None, params: dict[str, Any] | None = None) -> Any:
        """One write to the platform API, sent once. Raises Ambiguous when its outcome is not certain."""
        session = self._jira()._session
        data = None if body is None else json.dumps(body)
        url = f"{self.url}/{self._api}/{path}"
        call = lambda: _json(session.request(method, url, data=data, params=params))  # noqa: E731
        return _translated(call, writing=True)

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
            max_retries=0,
            logging=False,
        )
        # Only ids are asked for, so the package need not fetch the field list to translate names.
        jira._fields_cache_value = {"id": "id"}
        for scheme in ("https://", "http://"):
            jira._session.mount(scheme, self._adapter)
        jira._session.headers["Accept-Language"] = "en"
        jira._session.hooks["response"].append(_look_at)
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
    return str(user.get("accountId") or user.get("key") or user.get("name") or "")


def _look_at(response: requests.Response, *_: Any, **__: Any) -> None:
    """Believe no 2xx before it is looked at: wrong credentials get an empty 200, portals and proxies HTML."""
    if not response.ok or response.is_redirect:
        return
    reason = response.headers.get("X-Seraph-Loginreason", "").upper()
    if any(word in reason for word in _DENIED) or response.headers.get("X-AUSERNAME") == "anonymous":
        raise AuthRefused(
            NAME, "Jira took us for an anonymous visitor: the token is wrong or expired", _TOKEN_FIX
        )
    writing = response.request.method not in _READS
    if not response.content:
        return
    if "json" not in response.headers.get("Content-Type", ""):
        raise garbled(NAME, "the answer is not JSON (a log-in page or a proxy?)", writing=writing)
    try:
        response.json()
    except ValueError:
        raise garbled(NAME, "the answer is cut off or not JSON", writing=writing) from None


def _json(response: requests.Response) -> Any:
    return response.json() if response.content else None


def _translated(call: Callable[[], T], *, writing: bool = False) -> T:
    """Run a call; errors of the package and of `requests` become those of `bot.ports`, without their texts."""
    try:
        return call()
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
    made = status_error(NAME, status, _detail(answer), writing=writing, retry_after=wait)
    if isinstance(made, AuthRefused):
        made.fix = _TOKEN_FIX
    return made


def _detail(answer: requests.Response | None) -> str:
    """Jira's own words, where it has any in JSON; never a page of HTML."""
    if answer is None or "json" not in answer.headers.get("Content-Type", ""):
        return ""
    try:
        told = answer.json()
    except ValueError:
        return ""
    if not isinstance(told, dict):
        return ""
    errors = told.get("errors")
    parts = [*(told.get("errorMessages") or ()), *(errors.values() if isinstance(errors, dict) else ())]
    parts += [told[k] for k in ("errorMessage", "message", "error") if isinstance(told.get(k), str)]
    return clean("; ".join(map(str, parts)))
