"""Jira as a source of tickets: what changed, what is open, one issue in full, who holds a role."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from connectors.jira import search, statuses
from connectors.jira.approvals import is_request, may_have_approvals, service_desk
from connectors.jira.bulk_fetch import BulkFetch
from connectors.jira.client import NAME, Client, mapping, rows, total
from connectors.jira.directory import Directory
from connectors.jira.fields import FieldMap, resolve, site_fields
from connectors.jira.former_names import FormerNames, Named
from connectors.jira.jsm_approval_polling import ApprovalPolling
from connectors.jira.links import with_links
from connectors.jira.mapping import Raw, Site, ticket
from connectors.jira.settings import JiraSettings, split
from connectors.jira.unlisted import Fates
from connectors.jira.values import obj, objs, words
from connectors.shared.broken_tickets import BrokenTickets, absent
from domain.lifecycle import State
from domain.people import Person, Role, RoleMembers
from domain.ports.errors import Forbidden, Garbled, NotFound, SourceError, Unreachable
from domain.ports.source import Fate, Identity
from domain.ticket import Ticket, TicketRef

# People type it, and it becomes part of an address.
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
        self._me: Identity | None = None
        self._types: frozenset[str] | None = None
        self._ahead = BulkFetch(client)
        self._answers = ApprovalPolling(client, settings.approvals_minutes)
        self._fates = Fates(client)
        self._names = FormerNames()
        fix = "open the issue in Jira; a field of an app may be broken"
        self._broken = BrokenTickets(NAME, client.identify, fix)

    def identify(self) -> Identity:
        """Who we are. Raises AuthRefused when the token is wrong or expired."""
        self._me = self.client.identify()
        return self._me

    def changed(self, since: datetime | None) -> Iterator[TicketRef]:
        """Issues updated at or after `since` less the overlap, now and then also those that wait for approvals;
        without `since` all that are not done.
        """
        if since is None:
            return self._still_open(None)
        me = self._known()
        self._ahead.forget()
        # The search index lags behind by seconds to minutes, and JQL counts in minutes (docs/jira-facts.md, row 8).
        since -= timedelta(minutes=self.settings.overlap_minutes)
        moment = search.moment_in_jql(since, cloud=self.client.cloud, timezone=me.timezone)
        waiting = self._answers.statuses(self.site)
        return self._listing(search.changed_since(self._bounds(), moment, waiting, cloud=self.client.cloud))

    def census(self, since: datetime | None = None) -> Iterator[TicketRef]:
        """Every open issue of the scope. What was learnt of the site is learnt anew: fields, types, permissions."""
        with self._lock:
            # Once a night: admins add fields, types and statuses, and nobody restarts the bot for that.
            self._site = self._types = self._categories = self._timezone = None
        self._fates.forget()
        return self._still_open(since)

    def _still_open(self, since: datetime | None) -> Iterator[TicketRef]:
        """Issues that are not done. The site may hold years of closed ones in a status it does not count as done: of
        these only what changed since then.
        """
        me = self._known()
        self._ahead.forget()
        if since is None:
            return self._listing(search.still_open(self._bounds()))
        moment = search.moment_in_jql(since, cloud=self.client.cloud, timezone=me.timezone)
        over = statuses.over(self._statuses(), self.site.states)
        return self._listing(search.still_open(self._bounds(), over, moment))

    def parts(self) -> Sequence[str]:
        """The projects that are watched; none where all are."""
        return tuple(self.settings.projects)

    def part_of(self, ref: TicketRef) -> str:
        """The project, by the key."""
        return ref.key.rpartition("-")[0] if self.settings.projects else ""

    def fate(self, ref: TicketRef) -> tuple[Fate, TicketRef | None]:
        """What became of an issue that a census did not list; see `connectors.jira.unlisted`."""
        try:
            found = self._fates.look(ref)
        except Unreachable as error:
            raise self._broken.alone(error) from None
        if isinstance(found, Fate):
            return found, None
        fields, now = mapping(found.get("fields")), self._ref(found)
        # Before its category: closed in a project that is not watched, it has left us all the same.
        if not self._watched(fields):
            return Fate.MOVED, now
        category = obj(obj(fields.get("status")).get("statusCategory")).get("key")
        return (Fate.OVER if category == "done" else Fate.OPEN), now

    def sees(self, key: str) -> bool:
        """Whether an issue that people call `key`, or called so before it moved, may be seen. Jira leaves links to
        others out of an issue, without a word.
        """
        if not _KEY.fullmatch(key.strip()):
            return False
        try:
            self.client.api(f"issue/{key.strip().upper()}", {"fields": "updated"})
        except (NotFound, Forbidden):
            return False
        return True

    def recall(self, names: Mapping[str, str]) -> None:
        """What things of the site were called when earlier runs understood them."""
        self._names.recall(names)

    def learnt(self) -> Mapping[str, str]:
        """What they are called now, as far as they were met."""
        return self._names.learnt()

    def renamed(self) -> Sequence[str]:
        """A line for each thing that goes by another name than the settings', and for fields that are not found."""
        unfound = self._site.fields.unfound if self._site else ()
        return (*self._names.told(), *unfound)

    def find(self, key: str) -> TicketRef | None:
        """The issue people call `key` (or with that id), when it is of a watched project and type."""
        if not _KEY.fullmatch(key.strip()):
            return None
        try:
            params = {"fields": ",".join((*self._listed_fields(), "project", "issuetype"))}
            # Keys have capitals only, and people type them as they like.
            issue = mapping(self.client.api(f"issue/{key.strip().upper()}", params))
        except NotFound:
            return None
        except Unreachable as error:
            raise self._broken.alone(error) from None
        return self._ref(issue) if self._watched(mapping(issue.get("fields"))) else None

    def ahead(self, refs: Sequence[TicketRef]) -> None:
        """Fetch many issues in one request, where the site can (Cloud)."""
        # By id: a key changes when the issue moves in between.
        self._ahead.fetch([ref.id for ref in refs], self.site.fields.ids())

    def read(self, ref: TicketRef) -> Ticket:
        """One issue with its history and approvals: one request, two in a service project."""
        # A site of which not even the fields can be read is down, and no issue of it is to blame.
        _ = self.site
        return self._broken.reading(lambda: self._read(ref))

    def _read(self, ref: TicketRef) -> Ticket:
        issue = self._ahead.take(ref.id)
        if issue is None:
            params = {"fields": ",".join(self.site.fields.ids()), "expand": "changelog"}
            issue = mapping(self.client.api(f"issue/{ref.id}", params))
        changes, whole = self._changes(issue)
        self._learn(mapping(issue.get("fields")))
        raw = Raw(issue, changes, *self._approvals(issue), whole)
        return with_links(ticket(raw, self.site), issue, changes)

    def _learn(self, fields: Mapping[str, Any]) -> None:
        """What the type, status and project of an issue that is understood are called."""
        self._names.look_at(fields, self.site.kinds, self.settings.projects)
        status = obj(fields.get("status"))
        if statuses.known(words(status), self.site.states):
            self._names.understood(Named.STATUS, str(status.get("id") or ""), words(status))

    def _approvals(self, issue: Mapping[str, Any]) -> tuple[list[dict[str, Any]] | None, bool]:
        """The approvals of an issue, if it has any, and whether they are hidden."""
        if not may_have_approvals(issue):
            return None, False
        try:
            return service_desk(self.client, str(issue.get("id"))), False
        except SourceError as error:
            if not absent(error):
                raise
            # The answer to an issue that is no request at all, too. What cannot be understood may hide an approval.
            return None, isinstance(error, Garbled) or is_request(issue, self.site.fields.approvals)

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
                self._site = Site(
                    self.client.home, self._fields(), kinds, states, self._category, self._zone, self._names
                )
            return self._site

    def _known(self) -> Identity:
        """Who we are, asked before any search: a refused token would look like an empty site. What `identify` told
        holds for the listing that follows it, so that a cycle asks once.
        """
        me, self._me = self._me or self.client.identify(), None
        return me

    def _fields(self) -> FieldMap:
        listed = self.client.ask(lambda jira: jira.fields())
        if not isinstance(listed, list):
            raise Garbled(NAME, "the answer has another shape than the API promises")
        fields = site_fields(listed)
        self._answers.learn(fields)
        return resolve(fields, self.settings, self._names)

    def _watched(self, fields: Mapping[str, Any]) -> bool:
        """Whether an issue is of a watched project and type."""
        return (
            self._inside(obj(fields.get("project"))) and self.site.kind(fields.get("issuetype")) is not None
        )

    def _inside(self, project: Mapping[str, Any]) -> bool:
        watched, key, number = self.settings.projects, str(project.get("key")), str(project.get("id") or "")
        if not watched or key in watched:
            return True
        before = self._names.of(Named.PROJECT, number) in watched
        if before:
            self._names.met(Named.PROJECT, number, key)
        return before

    def _zone(self) -> ZoneInfo:
        """The time zone of the account: Jira shows it times in that. Asked once, for the first date without a time."""
        if self._timezone is None:
            try:
                self._timezone = ZoneInfo(self.client.identify().timezone)
            # A zone that this machine does not know; UTC is at most some hours off for a date without a time.
            except (ZoneInfoNotFoundError, ValueError):
                self._timezone = ZoneInfo("UTC")
        return self._timezone

    def _category(self, number: str) -> str:
        """The category of a status by its id. Asked of the site once, when a history first names a strange one."""
        if self._categories is None:
            self._categories = {str(one.get("id")): statuses.category_of(one) for one in self._statuses()}
        return self._categories.get(number, "")

    def _statuses(self) -> Sequence[Mapping[str, Any]]:
        """The statuses of the site; none where the account may not list them."""
        try:
            return objs(self.client.api("status"))
        except SourceError as error:
            if not absent(error):
                raise
            return ()

    def _bounds(self) -> str:
        """The scope in JQL. Jira refuses names that do not exist, so only types the site has are named."""
        types = self._watched_types()
        if not types:
            raise SourceError(
                NAME,
                f"the site has none of the issue types {', '.join(self.settings.kinds)}",
                "set JIRA_ISSUE_TYPES to the names this site uses",
            )
        projects = self.settings.projects
        # A project that was seen under another key since is asked for by that one too.
        return search.scope((*projects, *self._names.since(Named.PROJECT, projects)), types)

    def _watched_types(self) -> list[str]:
        """Names of the site's issue types that are watched, asked once between two nightly looks at all tickets."""
        if self._types is None:
            try:
                listed = self.client.api("issuetype")
            except NotFound:
                # Where the site does not list its types we name our own; one that it lacks is then told by the search.
                listed = [{"name": name} for name in self.settings.kinds]
            self._types = frozenset(words(t) for t in objs(listed) if self.site.kind(t))
        return sorted(self._types)

    def _listing(self, jql: str) -> Iterator[TicketRef]:
        fields = self._listed_fields()
        return (self._ref(issue) for issue in search.listing(self.client, jql, fields))

    def _listed_fields(self) -> tuple[str, ...]:
        """What tells a listed issue's state: its stamp, and its approvals, whose answers leave the stamp as it is."""
        return ("updated", *(self._answers.fields if self.site else ()))

    def _ref(self, issue: Mapping[str, Any]) -> TicketRef:
        fields = mapping(issue.get("fields"))
        version, updated = self._answers.version(fields), _stamp(fields.get("updated"))
        return TicketRef(NAME, str(issue.get("id")), str(issue.get("key")), updated, version)

    def _changes(self, issue: Mapping[str, Any]) -> tuple[list[dict[str, Any]], bool]:
        """The changelog, and whether it is whole. What comes with the issue is cut off at the newest entries on Cloud;
        on Data Center there are no pages to ask for.
        """
        embedded = mapping(issue.get("changelog") or {"histories": [], "total": 0})
        histories = rows(embedded, "histories")
        if total(embedded) <= len(histories) or not self.client.cloud:
            return histories, total(embedded) <= len(histories)
        found: list[dict[str, Any]] = []
        for _ in range(_CHANGE_PAGES):
            # From the start and not where the copy broke off: that one is in the other order.
            params = {"startAt": len(found), "maxResults": _CHANGES}
            answer = mapping(self.client.api(f"issue/{issue.get('id')}/changelog", params))
            page = rows(answer, "values")
            found += page
            if not page or len(found) >= total(answer):
                return found, len(found) >= total(answer)
        return found, False


def _stamp(text: object) -> datetime:
    """When an issue was changed. Without a usable stamp it counts as changed just now: what is wrong is told of it
    alone, when it is read.
    """
    try:
        return search.moment(text)
    except Garbled:
        return datetime.now(UTC)


def own_states(settings: JiraSettings) -> dict[str, State]:
    """The site's own status names (lower case) to states."""
    return {
        name.lower(): State(state.lower())
        for state, names in settings.statuses.items()
        for name in split(names)
    }
