"""Assets over HTTP: on Cloud another host than Jira's, with the workspace in every address; on Data Center a part
of Jira, newer (`assets`) or older (`insight`).
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Protocol

import requests

from connectors.jira.client import Client, mapping, rows
from connectors.jira.settings import JiraSettings
from connectors.jira.values import obj, objs
from connectors.shared.errors import status_error, translate
from connectors.shared.http import Adapter, policy
from domain.ports.errors import AuthRefused, Forbidden, Garbled, NotFound, RateLimited, SourceError

OBJECTS = "jira-assets"
"""Name of the book, and of the system in errors."""
HOST = "https://api.atlassian.com"
"""Where Assets of Cloud is reached (https://developer.atlassian.com/cloud/assets/rest)."""
PAGE = 50
"""Objects asked for at once."""
_FIX = (
    "give the account an Assets role, and a scoped token read:cmdb-object:jira, read:cmdb-type:jira and "
    "read:cmdb-attribute:jira"
)


class AssetsApi(Protocol):
    """A way to Assets. Words that come from tickets are checked by who calls, before they get here."""

    def workspaces(self) -> tuple[str, ...]:
        """The workspaces of the site: none when it has no Assets. Raises SourceError."""

    def get(self, workspace: str, path: str) -> Any:
        """JSON of an address of Assets. Raises SourceError."""

    def aql(self, workspace: str, query: str, start: int) -> tuple[list[dict[str, Any]], bool]:
        """A page of objects from `start`, and whether there are more. Raises SourceError."""


def road(client: Client, settings: JiraSettings, adapter: Adapter | None = None) -> AssetsApi:
    """The way that fits the site, which is asked for its kind. Raises SourceError."""
    # Two classes, because they share no address, no paging and no session.
    return _Cloud(client, settings, adapter) if client.cloud else _DataCenter(client)


def reading_adapter() -> Adapter:
    """Transport with a circuit of its own. Queries are POSTs that change nothing, so they may be repeated."""
    retries = policy(OBJECTS)
    return Adapter(OBJECTS, retries.new(allowed_methods=frozenset({"GET", "POST"})))


class _Cloud:
    """Its own host and session. After a 429 nothing is asked until Assets will listen again."""

    def __init__(self, client: Client, settings: JiraSettings, adapter: Adapter | None) -> None:
        self._client, self._settings = client, settings
        self._adapter = adapter or reading_adapter()
        # A scoped token is good for the gateway only; Assets is reached through it as well.
        through_gateway = "/ex/jira/" in settings.url
        self._base = settings.assets_url or (settings.url if through_gateway else HOST)
        self._own = threading.local()
        self._silent_until: datetime | None = None

    def workspaces(self) -> tuple[str, ...]:
        try:
            answer = mapping(_own(lambda: self._client.get("rest/servicedeskapi/assets/workspace")))
        except NotFound:
            return ()
        return tuple(str(row["workspaceId"]) for row in rows(answer, "values") if row.get("workspaceId"))

    def get(self, workspace: str, path: str) -> Any:
        return self._ask("GET", workspace, path)

    def aql(self, workspace: str, query: str, start: int) -> tuple[list[dict[str, Any]], bool]:
        params = {"startAt": start, "maxResults": PAGE, "includeAttributes": "true"}
        answer = mapping(self._ask("POST", workspace, "object/aql", params, {"qlQuery": query}))
        found = rows(answer, "values")
        told = next((answer[k] for k in ("isLast", "last") if isinstance(answer.get(k), bool)), None)
        total = answer.get("total")
        more = start + len(found) < total if isinstance(total, int) else len(found) == PAGE
        # A page without objects is the end whatever it says: else a total that is wrong would be asked for for ever.
        return found, bool(found) and (not told if told is not None else more)

    def _ask(
        self, method: str, workspace: str, path: str, params: dict[str, Any] | None = None, body: Any = None
    ) -> Any:
        if self._silent_until and datetime.now(UTC) < self._silent_until:
            raise RateLimited(OBJECTS, "asked to be left alone for a while", self._silent_until)
        url = f"{self._base}/jsm/assets/workspace/{workspace}/v1/{path}"
        try:
            # A redirect would take the credentials to a host that nobody named.
            answer = self._session().request(method, url, params=params, json=body, allow_redirects=False)
            return _json(answer)
        except (requests.RequestException, ValueError) as error:
            raise translate(OBJECTS, error, writing=False) from None
        except RateLimited as error:
            # Jira itself goes on: only the classes cannot be looked up.
            self._silent_until = error.until
            raise

    def _session(self) -> requests.Session:
        if not hasattr(self._own, "session"):
            session = requests.Session()
            pat = self._settings.pat.get_secret_value()
            if pat:
                session.headers["Authorization"] = f"Bearer {pat}"
            else:
                session.auth = (self._settings.email, self._settings.api_token.get_secret_value())
            session.headers.update({"Accept": "application/json", "Accept-Language": "en"})
            for scheme in ("https://", "http://"):
                session.mount(scheme, self._adapter)
            self._own.session = session
        made: requests.Session = self._own.session
        return made


class _DataCenter:
    """Below Jira's own address. Which of the two names it goes by is found out once."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._prefix: str | None = None

    def workspaces(self) -> tuple[str, ...]:
        return ("",) if self._home() else ()

    def get(self, workspace: str, path: str) -> Any:
        if not self._home():
            raise NotFound(OBJECTS, "the site has no Assets")
        return self._asked(path)

    def aql(self, workspace: str, query: str, start: int) -> tuple[list[dict[str, Any]], bool]:
        newer = self._home().endswith("assets/1.0")
        path, name = ("aql/objects", "qlQuery") if newer else ("iql/objects", "iql")
        params = {
            name: query,
            "page": start // PAGE + 1,
            "resultPerPage": PAGE,
            "includeAttributes": "true",
        }
        answer = mapping(self._asked(path, params))
        found = rows(answer, "objectEntries")
        total = answer.get("totalFilterCount")
        more = start + len(found) < total if isinstance(total, int) else len(found) == PAGE
        return found, bool(found) and more

    def _home(self) -> str:
        """The address that answers, `assets` from JSM 5.3 and `insight` before; empty when neither does."""
        if self._prefix is None:
            # The newer first: a site may answer to both.
            self._prefix = next(filter(self._answers, ("rest/assets/1.0", "rest/insight/1.0")), "")
        return self._prefix

    def _answers(self, prefix: str) -> bool:
        try:
            _own(lambda: self._client.get(f"{prefix}/objectschema/list"))
        except NotFound:
            return False
        return True

    def _asked(self, path: str, params: dict[str, Any] | None = None) -> Any:
        return _own(lambda: self._client.get(f"{self._prefix}/{path}", params))


def object_types(way: AssetsApi, workspace: str) -> list[dict[str, Any]]:
    """The object types of all schemas that the account may see. Raises SourceError."""
    listed = mapping(way.get(workspace, "objectschema/list"))
    schemas = objs(listed.get("values", listed.get("objectschemas")))
    ids = [str(schema.get("id")) for schema in schemas if str(schema.get("id")).isdecimal()]
    return [kind for one in ids for kind in objs(way.get(workspace, f"objectschema/{one}/objecttypes/flat"))]


def _own(ask: Callable[[], Any]) -> Any:
    """Ask through Jira's own client. A failure is one of Assets: Jira's tickets can still be read."""
    try:
        return ask()
    except SourceError as error:
        error.system = OBJECTS
        if isinstance(error, Forbidden):
            error.fix = _FIX
        raise


def _json(answer: requests.Response) -> Any:
    """The answer as JSON. Jira took the same credentials, so a 401 here means that Assets is not open to them."""
    if answer.is_redirect or (answer.ok and "json" not in answer.headers.get("Content-Type", "")):
        raise Garbled(OBJECTS, "the answer is not JSON (a log-in page or a proxy?)")
    if answer.ok:
        return answer.json()
    wait = answer.headers.get("Retry-After")
    refusal: SourceError = status_error(
        OBJECTS, answer.status_code, _detail(answer), writing=False, retry_after=wait
    )
    if isinstance(refusal, AuthRefused | Forbidden):
        raise Forbidden(OBJECTS, str(refusal), _FIX)
    raise refusal


def _detail(answer: requests.Response) -> str:
    """The first of the service's own words, when they come as JSON."""
    try:
        told = obj(answer.json())
    except ValueError:
        return ""
    listed = told.get("errorMessages")
    words = [*(listed if isinstance(listed, list) else ()), told.get("message"), told.get("error")]
    return next((word for word in words if isinstance(word, str) and word), "")
