"""Jira as a source of tickets: what changed, what is open, one issue in full, who holds a role."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.model.lifecycle import State
from bot.model.people import Person, Role, RoleMembers
from bot.model.ticket import Ticket, TicketRef
from bot.ports import Forbidden, Garbled, Identity, NotFound, SourceError
from connectors.jira import search
from connectors.jira.approvals import service_desk
from connectors.jira.client import NAME, Client, mapping, rows, total
from connectors.jira.directory import Directory
from connectors.jira.fields import FieldMap, resolve, site_fields
from connectors.jira.links import with_links
from connectors.jira.mapping import Raw, Site, ticket
from connectors.jira.settings import JiraSettings, split
from connectors.jira.statuses import category_of
from connectors.jira.values import obj, objs, words

_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_]*-[0-9]+|[0-9]{1,18}")
"""A key, or the number that an issue keeps when its key changes."""
_CHANGES = 100
_CHANGE_PAGES = 500


class JiraSource:
    """A `TicketSource`. Fields and issue types are learnt from the site once per instance."""

    name = NAME

    def __init__(self, client: Client, settings: JiraSettings) -> None:
        self.client, self.settings = client, settings
        self.directory = Directory(client)
        self._site: Site | None = None
        self._timezone: ZoneInfo | None = None
        self._categories: dict[str, str] | None = None
        self._lock = threading.Lock()

    def identify(self) -> Identity:
        """Who we are. Raises AuthRefused when the token is wrong or expired."""
        return self.client.identify()

    def changed(self, since: datetime | None) -> Iterator[TicketRef]:
        """Issues updated at or after `since` less the overlap; without `since` all that are not done."""
        identity = self.identify()  # before any search: a refused token would look like an empty site
        if since is None:
            return self._listing(search.still_open(self._bounds()))
        since -= timedelta(minutes=self.settings.overlap_minutes)
        cloud, zone = self.client.cloud, identity.timezone
        jql = search.changed_since(self._bounds(), since, cloud=cloud, timezone=zone)
        return self._listing(jql)

    def census(self) -> Iterator[TicketRef]:
        """Every open issue of the scope."""
        return self.changed(None)

    def find(self, key: str) -> TicketRef | None:
        """The issue people call `key` (or with that id), when it is of a watched project and type."""
        if not _KEY.fullmatch(key.strip()):
            return None
        try:
            issue = mapping(
                self.client.api(f"issue/{key.strip().upper()}", {"fields": "updated,project,issuetype"})
            )
        except NotFound:
            return None
        fields = mapping(issue.get("fields"))
        project = str(obj(fields.get("project")).get("key"))
        watched = not self.settings.projects or project in self.settings.projects
        return _ref(issue) if watched and self.site.kind(words(fields.get("issuetype"))) else None

    def read(self, ref: TicketRef) -> Ticket:
        """One issue with its history and approvals."""
        params = {"fields": ",".join(self.site.fields.ids()), "expand": "changelog"}
        issue = mapping(self.client.api(f"issue/{ref.id}", params))
        changes = self._changes(issue)
        return with_links(
            ticket(Raw(issue, changes, service_desk(self.client, ref.id)), self.site), issue, changes
        )

    def roles(self, wanted: Mapping[Role, Sequence[str]]) -> Mapping[Role, RoleMembers]:
        """Members of the named groups (names or ids) and account ids; names unknown here are left out."""
        return self.directory.roles(wanted)

    def account(self, email: str) -> Person | None:
        """The one active user who shows this e-mail address."""
        return self.directory.account(email)

    @property
    def site(self) -> Site:
        """What this site's fields, types and statuses mean. Raises SourceError."""
        with self._lock:
            if self._site is None:
                kinds = {name.lower(): kind for name, kind in self.settings.kinds.items()}
                states = own_states(self.settings)
                self._site = Site(self.client.home, self._fields(), kinds, states, self._category, self._zone)
            return self._site

    def _fields(self) -> FieldMap:
        listed = self.client.ask(lambda jira: jira.fields())
        if not isinstance(listed, list):
            raise Garbled(NAME, "the answer has another shape than the API promises")
        return resolve(site_fields(listed), self.settings)

    def _zone(self) -> ZoneInfo:
        """The time zone of the account: Jira shows it times in that. Asked once, for the first date without a time."""
        if self._timezone is None:
            try:
                self._timezone = ZoneInfo(self.client.identify().timezone)
            except (ZoneInfoNotFoundError, ValueError):
                self._timezone = ZoneInfo("UTC")
        return self._timezone

    def _category(self, number: str) -> str:
        """The category of a status by its id. Asked of the site once, when a history first names a strange one."""
        if self._categories is None:
            try:
                listed = self.client.api("status")
            except (Forbidden, NotFound):
                listed = []
            self._categories = {str(one.get("id")): category_of(one) for one in objs(listed)}
        return self._categories.get(number, "")

    def _bounds(self) -> str:
        """The scope in JQL. Jira refuses names that do not exist, so only types the site has are named."""
        types = sorted(name for name in self._type_names() if self.site.kind(name))
        if not types:
            raise SourceError(
                NAME,
                f"the site has none of the issue types {', '.join(self.settings.kinds)}",
                "set JIRA_ISSUE_TYPES to the names this site uses",
            )
        return search.scope(self.settings.projects, types)

    def _type_names(self) -> set[str]:
        try:
            listed = self.client.api("issuetype")
        except NotFound:
            return set(self.settings.kinds)
        return {words(t) for t in listed if isinstance(t, dict)} if isinstance(listed, list) else set()

    def _listing(self, jql: str) -> Iterator[TicketRef]:
        return (_ref(issue) for issue in search.listing(self.client, jql))

    def _changes(self, issue: Mapping[str, Any]) -> list[dict[str, Any]]:
        """The whole changelog. What comes with the issue is cut off at the newest entries on Cloud."""
        embedded = mapping(issue.get("changelog") or {"histories": [], "total": 0})
        histories = rows(embedded, "histories")
        if total(embedded) <= len(histories):
            return histories
        found: list[dict[str, Any]] = []
        for _ in range(_CHANGE_PAGES):
            params = {"startAt": len(found), "maxResults": _CHANGES}
            answer = mapping(self.client.api(f"issue/{issue.get('id')}/changelog", params))
            page = rows(answer, "values")
            found += page
            if not page or len(found) >= total(answer):
                break
        return found


def own_states(settings: JiraSettings) -> dict[str, State]:
    """The site's own status names (lower case) to states."""
    return {
        name.lower(): State(state.lower())
        for state, names in settings.statuses.items()
        for name in split(names)
    }


def _ref(issue: Mapping[str, Any]) -> TicketRef:
    fields = mapping(issue.get("fields"))
    return TicketRef(NAME, str(issue.get("id")), str(issue.get("key")), search.moment(fields.get("updated")))
