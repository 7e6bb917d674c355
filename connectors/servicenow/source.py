"""Changes and releases as tickets: what changed, all that are open, and one of them in full."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from connectors.servicenow import (
    approvals,
    asset_refs,
    conflict_check,
    encoded_query,
    history,
    mapping,
    release_changes,
    statuses,
    tasks,
    unlisted,
    values,
)
from connectors.servicenow.client import NAME, Client
from connectors.servicenow.cmdb import register
from connectors.servicenow.columns import KINDS
from connectors.servicenow.directory import Directory
from connectors.servicenow.fields import Fields
from connectors.servicenow.own_notes import OwnWorkNotes
from connectors.servicenow.polling import Poll, Poller, latest, polls
from connectors.servicenow.query_preflight import Scope
from connectors.servicenow.related_rows import Link, RelatedRows
from connectors.servicenow.settings import ServiceNowSettings
from connectors.shared.broken_tickets import BrokenTickets
from domain.fields import FIELDS, Field
from domain.lifecycle import State
from domain.people import Person, Role, RoleMembers
from domain.ports.errors import AuthRefused, Forbidden, Garbled, NotFound
from domain.ports.source import Fate, Identity
from domain.ticket import AssetRef, Change, Ticket, TicketKind, TicketRef

_OPEN = "active=true"
_CHANGES = Link("change_request", ("parent", "parent.parent"))
"""The changes of a release name it as their parent, or a task of the release of which it is the parent."""

PLUGINS = frozenset({"rm_release"})
"""Tables of optional plugins: an instance without them has no such records. Any other table must be there."""

# A cycle identifies and then lists: one question for both, and hardly time for a password to change.
KNOWN = 60.0
"""Seconds for which it is taken for granted that the instance still knows us."""


class ServiceNowSource:
    """A `TicketSource`."""

    name = NAME

    def __init__(
        self,
        client: Client,
        directory: Directory,
        settings: ServiceNowSettings,
        expect_items: Callable[[Iterable[AssetRef]], None] = lambda _: None,
    ) -> None:
        """`expect_items` hears which configuration items are likely to be looked up soon."""
        self.client, self.directory, self.settings = client, directory, settings
        self._expect_items = expect_items
        self.fields = Fields(settings.fields, directory, settings.zone)
        self.states = statuses.configured(settings.states)
        self.own = OwnWorkNotes()
        self.labels = statuses.Labels(client)
        self.polls = polls(settings.tables, bool(settings.task_fields))
        self._siblings, self._poller = RelatedRows(client), Poller(client)
        words = approvals.configured(settings.approval_states)
        self._approvals = approvals.ApprovalReader(client, self._siblings, directory, words)
        self._scope = Scope(client, settings)
        self._known_until = 0.0
        fix = "open the record in ServiceNow; a business rule or a script of a field may be broken"
        self._broken = BrokenTickets(NAME, self.identify, fix)

    def identify(self) -> Identity:
        """The account's own user record. An instance that takes us for a visitor shows none."""
        user = self.settings.user
        # A script in a query is evaluated by the instance; this is the one place where we want that.
        query = encoded_query.equals("user_name", user) if user else "sys_id=javascript:gs.getUserID()"
        rows = self.client.first("sys_user", query, ("user_name", "name", "time_zone"), limit=2).rows
        # By the answer and not the status: an instance may serve a visitor a 200 and no rows.
        if len(rows) != 1 or (user and values.value(rows[0], "user_name").casefold() != user.casefold()):
            fix = "check the credentials; the account must be able to read its own record in sys_user"
            raise AuthRefused(NAME, "does not know the account, or takes it for a visitor", fix)
        self.own.user = values.value(rows[0], "user_name")
        zone = values.value(rows[0], "time_zone") or "UTC"
        self._known_until = time.monotonic() + KNOWN
        return Identity(values.value(rows[0], "sys_id"), values.shown(rows[0], "name"), zone)

    # -- listing --------------------------------------------------------------------------------------------

    def changed(self, since: datetime | None) -> Iterator[TicketRef]:
        """Tickets changed, or with approvals, items, tasks or contained changes changed, or with an item that was
        changed itself, since then less the overlap; None for all open. `since` is by our clock, the stamps by the
        instance's: what ours is ahead is looked back too.
        """
        if since is None:
            yield from self.census()
            return
        self._be_known()
        start = since - timedelta(minutes=self.settings.overlap_minutes) - self.client.ahead
        # What hangs on tickets first: each ticket is then given once, in a version that tells of both.
        related, listed = self._related(start), set[str]()
        for table in self.settings.tables:
            poll = Poll(table, (), "cmdb_ci", _OPEN, self.settings.query)
            for row in self._moved_rows(poll, start):
                listed.add(values.value(row, "sys_id"))
                yield _moved(self._ref(table, row), related, _of_item(row, start))
        # Listed in the end by their ids, which also leaves out those beyond the configured query.
        yield from (_moved(ref, related) for ref in self._listed(related.keys() - listed))

    def census(self, since: datetime | None = None) -> Iterator[TicketRef]:
        """All open tickets. First makes sure who we are: to a visitor there would be none. Imported records are often
        left active in a closed state: of these only what changed since then.
        """
        self._be_known()
        for table in self.settings.tables:
            over = statuses.over(table, self.labels.of(table), self.states) if since else ()
            yield from self._list(
                table, _OPEN, encoded_query.lately("state", over, since) if since and over else ()
            )

    def parts(self) -> Sequence[str]:
        """The tables that are watched."""
        return tuple(self.settings.tables)

    def part_of(self, ref: TicketRef) -> str:
        """The table, by the id."""
        return mapping.split_id(ref.id)[0]

    def _be_known(self) -> None:
        if time.monotonic() >= self._known_until:
            self.identify()

    def find(self, key: str) -> TicketRef | None:
        """The ticket with this number or id, in any watched table, also outside the configured query."""
        table, sys_id = mapping.split_id(key.strip())
        if table in self.settings.tables and encoded_query.is_sys_id(sys_id):
            rows = self._rows(table, encoded_query.equals("sys_id", sys_id))
            return next((self._ref(table, r) for r in rows if values.value(r, "sys_id") == sys_id), None)
        if not re.fullmatch(r"[A-Za-z]+[0-9]+", key.strip()):
            return None
        for table in self.settings.tables:
            for row in self._rows(table, encoded_query.equals("number", key)):
                if values.value(row, "number").casefold() == key.strip().casefold():
                    return self._ref(table, row)
        return None

    def _list(self, table: str, condition: str, either: Sequence[str] = ()) -> Iterator[TicketRef]:
        self._in_scope(table)
        query = encoded_query.every(self.settings.query, condition)
        for row in self._rows(table, encoded_query.any_of(query, either)):
            yield self._ref(table, row)

    def _ref(self, table: str, row: values.Row) -> TicketRef:
        # Else each of our own notes would have its ticket read and judged once more.
        return self.own.unmoved(mapping.reference(table, row))

    def _rows(self, table: str, query: str) -> Iterator[values.Row]:
        try:
            for page in self.client.pages(table, query, mapping.REFERENCE):
                self._siblings.expect(table, [values.value(row, "sys_id") for row in page.rows])
                yield from page.rows
        except NotFound:
            if table not in PLUGINS:
                raise

    def _in_scope(self, table: str) -> None:
        try:
            self._scope.check(table)
        except NotFound:
            if table not in PLUGINS:
                raise

    def _moved_rows(self, poll: Poll, start: datetime) -> Iterator[values.Row]:
        self._in_scope(poll.table)
        try:
            for page in self._poller.pages(poll, start, mapping.REFERENCE):
                self._siblings.expect(poll.table, [values.value(row, "sys_id") for row in page.rows])
                yield from page.rows
        except NotFound:
            if poll.table not in PLUGINS:
                raise

    def _related(self, start: datetime) -> dict[str, str]:
        """Tickets whose approvals, items, tasks or contained changes changed, with the latest stamp of these. Tables
        closed to the account tell nothing; each ticket's own reading says so then, and the doctor.
        """
        found: dict[str, str] = {}
        for poll in self.polls:
            try:
                rows = [row for page in self._poller.pages(poll, start, poll.tickets) for row in page.rows]
            # One closed table costs what it tells, not the whole run.
            except (Forbidden, NotFound, Garbled):
                continue
            for row in rows:
                for ticket in {values.value(row, column) for column in poll.tickets} - {""}:
                    found[ticket] = max(found.get(ticket, ""), latest(row, poll.item))
        return found

    def _listed(self, ids: Collection[str]) -> Iterator[TicketRef]:
        for query in encoded_query.batches("sys_id", ids):
            for table in self.settings.tables:
                yield from self._list(table, query)

    def fate(self, ref: TicketRef) -> tuple[Fate, TicketRef | None]:
        """What became of a ticket that is not listed any more. ServiceNow gives the same answer for a deleted record
        as for a hidden one; only where the log of deletions may be read it tells these apart.
        """
        return unlisted.of(self.client, self.settings, ref)

    # -- reading --------------------------------------------------------------------------------------------

    def read(self, ref: TicketRef) -> Ticket:
        """One ticket in full."""
        return self._broken.reading(lambda: self._read(ref))

    def _read(self, ref: TicketRef) -> Ticket:
        table, sys_id = mapping.split_id(ref.id)
        if table not in KINDS or not encoded_query.is_sys_id(sys_id):
            raise NotFound(NAME, "not a ticket of this source")
        own = (*self.fields.columns.values(), self.fields.template)
        columns = dict.fromkeys(("sys_id", *mapping.BASE, *mapping.links(table), *own))
        row = self._record(table, sys_id, tuple(columns))
        # What is read now holds the note already; kept on, a later change could be taken for it.
        self.own.forget(ref.id)
        created = values.stamp(row, "sys_created_on")
        trail = history.read(self._siblings, self.directory, table, sys_id, created)
        contained, moved = self._changes(table, sys_id, created)
        fields = self.fields.read(row, trail) | contained
        fields |= mapping.relations(table, row, fields["born_from"])
        settled = tasks.read(self._siblings, table, sys_id, self.settings.task_fields)
        fields |= settled
        plain = mapping.ticket(self.settings.url, ref, row, self._state(table, row), fields)
        decided = self._approvals.read(table, sys_id, row)
        items = asset_refs.read(self._siblings, self.directory, (table, sys_id), row, created)
        self._expect_items(asset_refs.waiting(self._siblings, table))
        # What a column says that tasks stand in for is not the field's history.
        own_trail = (step for step in self._changed(trail, table, row) if step.field not in settled)
        steps = (*moved, *items.added, *own_trail, *tasks.changes(settled))
        return replace(
            plain,
            approvals=decided.approvals,
            approvals_readable=decided.readable,
            assets=items.items,
            assets_readable=items.readable,
            history=tuple(sorted(steps, key=lambda step: step.at)),
            preapproval=self.fields.preapproval(row),
            history_readable=bool(trail.steps),
            planning=conflict_check.read(self.client, table, sys_id, row),
            remarks=(*self._remarks(table, row, plain.state), *decided.remarks),
        )

    def ahead(self, refs: Sequence[TicketRef]) -> None:
        """These are read next: what hangs on them is asked together, when the first of them is read."""
        by_table: dict[str, list[str]] = {}
        for ref in refs:
            table, sys_id = mapping.split_id(ref.id)
            by_table.setdefault(table, []).append(sys_id)
        for table, ids in by_table.items():
            self._siblings.expect(table, ids)

    def _record(self, table: str, sys_id: str, columns: tuple[str, ...]) -> values.Row:
        """The record, read together with those listed after it; of all of them the people are looked up at once."""
        link = Link(table, ("sys_id",))
        found = self._siblings.rows(table, link, sys_id, columns)
        # Not found among many may be hidden or gone: asked for by itself, the instance says 404.
        row = found.rows[0] if found.rows else self.client.record(table, sys_id, columns)
        self.fields.meet([row, *self._siblings.waiting(link)])
        return row

    def _state(self, table: str, row: values.Row) -> State:
        number = values.value(row, "state")
        return mapping.state(table, row, self.states, self.labels.of(table).get(number, ()))

    def _remarks(self, table: str, row: values.Row, state: State) -> tuple[str, ...]:
        shown = values.value(row, "state"), values.shown(row, "state")
        return statuses.remarks(table, shown, self.labels.of(table).get(shown[0], ()), self.states, state)

    def _changed(self, trail: history.History, table: str, row: values.Row) -> tuple[Change, ...]:
        """The audit trail in the vocabulary's names. What a number of the State column means is what the instance
        calls it now, whatever change model it comes from.
        """
        now, label = values.value(row, "state"), values.shown(row, "state")
        choices = self.labels.of(table) if trail.of("state") else {}
        labels = {number: tuple(words) for number, words in choices.items()}
        labels.setdefault(now, (label,))
        numbers = {number for step in trail.of("state") for number in (step.before, step.after)}
        strange = [n for n in numbers - labels.keys() if statuses.known(table, n, (), self.states) is None]
        # Only then: it costs a request for each ticket, and the API knows changes alone.
        if strange and not choices and KINDS[table] is TicketKind.CHANGE:
            labels |= self.labels.next_to(values.value(row, "sys_id"))
        items = {item for step in trail.of(history.ITEM) for item in (step.before, step.after)}
        return trail.changes(
            self.fields.columns,
            lambda number: statuses.known(
                table, number, labels.get(number, ()), self.states, label if number == now else ""
            ),
            register.names(self.client, items) | self._people(trail, table),
        )

    def _people(self, trail: history.History, table: str) -> dict[str, str]:
        """Names of the people and groups of a trail, those of trails that were read along looked up with them."""
        columns = {c for n, c in self.fields.columns.items() if FIELDS[n].kind in history.PEOPLE}
        held = [v for s in trail.steps if s.column in columns for v in (s.before, s.after)]
        ids = {one.strip() for value in held for one in value.split(",")} - {""}
        if ids:
            self.directory.named(history.ids_in(self._siblings.waiting(history.trail(table)), columns) | ids)
        return self.directory.named(ids)

    def _changes(
        self, table: str, sys_id: str, created: datetime
    ) -> tuple[dict[str, Field], tuple[Change, ...]]:
        """The changes of a release, which name it as their parent, and when they were given it, or another."""
        if KINDS[table] is not TicketKind.RELEASE or "changes" in self.fields.columns:
            return {}, ()
        try:
            rows = self._siblings.rows(table, _CHANGES, sys_id, ("number",))
        except Forbidden:
            return {}, ()
        numbers = {values.value(row, "sys_id"): values.value(row, "number") for row in rows}
        named = Field(tuple(sorted(numbers.values())), readable=rows.complete, where="change_request.parent")
        return {"changes": named}, release_changes.moves(
            self.client, self.directory, sys_id, created, numbers
        )

    def roles(self, wanted: Mapping[Role, Sequence[str]]) -> Mapping[Role, RoleMembers]:
        """Members of the named groups and the named users."""
        return self.directory.roles(wanted)

    def account(self, email: str) -> Person | None:
        """The one active user with this e-mail address."""
        return self.directory.account(email)


def _moved(ref: TicketRef, related: Mapping[str, str], item: str = "") -> TicketRef:
    """The ref in a version of its own when what hangs on the ticket changed, or its item: its own counter did not
    move.
    """
    # The latest of them: any later change makes another version, the same one again does not.
    stamp = max(related.get(mapping.split_id(ref.id)[1], ""), item)
    return replace(ref, version=f"{ref.version} {stamp}") if stamp else ref


def _of_item(row: values.Row, start: datetime) -> str:
    """When the ticket's item was changed, if that is since `start`."""
    stamp = values.value(row, "cmdb_ci.sys_updated_on")
    return stamp if stamp >= encoded_query.stamp(start) else ""
