"""Changes and releases as tickets: what changed, all that are open, and one of them in full."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.model.fields import Field
from bot.model.people import Role, RoleMembers
from bot.model.ticket import Change, Ticket, TicketKind, TicketRef
from bot.ports import AuthRefused, Fate, Forbidden, Identity, NotFound, SourceError
from connectors.servicenow import approvals, assets, encoded, history, mapping, states, values
from connectors.servicenow.client import NAME, Client
from connectors.servicenow.columns import KINDS
from connectors.servicenow.directory import Directory
from connectors.servicenow.fields import Fields
from connectors.servicenow.settings import ServiceNowSettings

_LINKED = (
    ("sysapproval_approver", "sysapproval"),
    ("task_ci", "task"),
    ("task_cmdb_ci_service", "task"),
    ("change_request", "parent"),
)
"""Tables whose rows belong to a ticket (a change to its release) and whose changes need not move its stamp."""

_OPEN = "active=true"
PLUGINS = frozenset({"rm_release"})
"""Tables of optional plugins: an instance without them has no such records. Any other table must be there."""


class ServiceNowSource:
    """A `TicketSource`."""

    name = NAME

    def __init__(self, client: Client, directory: Directory, settings: ServiceNowSettings) -> None:
        self.client, self.directory, self.settings = client, directory, settings
        self.fields = Fields(settings.fields, directory)
        self.states = states.configured(settings.states)

    def identify(self) -> Identity:
        """The account's own user record. An instance that takes us for a visitor shows none."""
        user = self.settings.user
        # A script in a query is evaluated by the instance; this is the one place where we want that.
        query = encoded.equals("user_name", user) if user else "sys_id=javascript:gs.getUserID()"
        rows = self.client.first("sys_user", query, ("user_name", "name", "time_zone"), limit=2).rows
        if len(rows) != 1 or (user and values.value(rows[0], "user_name").casefold() != user.casefold()):
            fix = "check the credentials; the account must be able to read its own record in sys_user"
            raise AuthRefused(NAME, "does not know the account, or takes it for a visitor", fix)
        zone = values.value(rows[0], "time_zone") or "UTC"
        return Identity(values.value(rows[0], "sys_id"), values.shown(rows[0], "name"), zone)

    # -- listing --------------------------------------------------------------------------------------------

    def changed(self, since: datetime | None) -> Iterator[TicketRef]:
        """Tickets changed, or with approvals, items or contained changes changed, since then less the overlap; None
        for all open.
        """
        if since is None:
            yield from self.census()
            return
        self.identify()
        moved = encoded.since(since - timedelta(minutes=self.settings.overlap_minutes))
        related = self._related(moved)
        for table in self.settings.tables:
            yield from (_moved(ref, related) for ref in self._list(table, moved))
        yield from (_moved(ref, related) for ref in self._listed(related.keys()))

    def census(self) -> Iterator[TicketRef]:
        """All open tickets. First makes sure who we are: to a visitor there would be none."""
        self.identify()
        for table in self.settings.tables:
            yield from self._list(table, _OPEN)

    def find(self, key: str) -> TicketRef | None:
        """The ticket with this number, in any watched table, also outside the configured query."""
        if not re.fullmatch(r"[A-Za-z]+[0-9]+", key.strip()):
            return None
        for table in self.settings.tables:
            for row in self._rows(table, encoded.equals("number", key)):
                if values.value(row, "number").casefold() == key.strip().casefold():
                    return mapping.reference(table, row)
        return None

    def _list(self, table: str, condition: str) -> Iterator[TicketRef]:
        for row in self._rows(table, encoded.every(self.settings.query, condition)):
            yield mapping.reference(table, row)

    def _rows(self, table: str, query: str) -> Iterator[values.Row]:
        try:
            for page in self.client.pages(table, query, mapping.REFERENCE):
                yield from page.rows
        except NotFound:
            if table not in PLUGINS:
                raise

    def _related(self, moved: str) -> dict[str, str]:
        """Tickets whose approvals, items or contained changes changed, with the latest stamp of these. Tables closed
        to the account tell nothing; each ticket's own reading says so then.
        """
        found: dict[str, str] = {}
        for table, column in _LINKED:
            columns = (column, "sys_updated_on")
            try:
                rows = [row for page in self.client.pages(table, moved, columns) for row in page.rows]
            except (Forbidden, NotFound):
                continue
            for row in rows:
                ticket, stamp = values.value(row, column), values.value(row, "sys_updated_on")
                found[ticket] = max(found.get(ticket, ""), stamp)
        return found

    def _listed(self, ids: Collection[str]) -> Iterator[TicketRef]:
        for query in encoded.batches("sys_id", ids):
            for table in self.settings.tables:
                yield from self._list(table, query)

    # -- reading --------------------------------------------------------------------------------------------

    def read(self, ref: TicketRef) -> Ticket:
        """One ticket in full."""
        table, sys_id = mapping.parted(ref.id)
        if table not in KINDS or not encoded.is_sys_id(sys_id):
            raise NotFound(NAME, "not a ticket of this source")
        columns = (
            "sys_id",
            *mapping.BASE,
            *mapping.links(table),
            *self.fields.columns.values(),
            self.fields.template,
        )
        row = self.client.record(table, sys_id, columns)
        lifecycle = mapping.state(table, row, self.states)
        trail = history.read(self.client, self.directory, table, sys_id, values.stamp(row, "sys_created_on"))
        contained, added = self._changes(table, sys_id)
        fields = self.fields.read(row, trail) | contained
        fields |= mapping.relations(table, row, fields["born_from"])
        plain = mapping.ticket(self.settings.url, ref, row, lifecycle, fields)
        decided = approvals.read(self.client, self.directory, sys_id)
        touched, all_touched = assets.touched(self.client, sys_id, row)
        return replace(
            plain,
            approvals=decided.approvals,
            approvals_readable=decided.readable,
            assets=touched,
            assets_readable=all_touched,
            history=tuple(sorted((*added, *self._changed(trail, table, row)), key=lambda step: step.at)),
            preapproval=self.fields.preapproval(row),
            history_readable=bool(trail.steps),
        )

    def _changed(self, trail: history.History, table: str, row: values.Row) -> tuple[Change, ...]:
        """The audit trail in the vocabulary's names. A site's own label of a state is known only of the present
        one; the others are known by their numbers.
        """
        now, label = values.value(row, "state"), values.shown(row, "state")
        items = {item for step in trail.of(history.ITEM) for item in (step.before, step.after)}
        return trail.changes(
            self.fields.columns,
            lambda number: states.known(table, number, label if number == now else "", self.states),
            assets.names(self.client, items),
        )

    def _changes(self, table: str, sys_id: str) -> tuple[dict[str, Field], tuple[Change, ...]]:
        """The changes of a release, which name it as their parent, and when they were given it."""
        if KINDS[table] is not TicketKind.RELEASE or "changes" in self.fields.columns:
            return {}, ()
        try:
            rows = self.client.listing("change_request", encoded.equals("parent", sys_id), ("number",))
        except Forbidden:
            return {}, ()
        numbers = {values.value(row, "sys_id"): values.value(row, "number") for row in rows}
        named = Field(tuple(sorted(numbers.values())), readable=rows.complete, where="change_request.parent")
        return {"changes": named}, history.adopted(self.client, self.directory, sys_id, numbers)

    def fate(self, ref: TicketRef) -> tuple[Fate, TicketRef | None]:
        """Nothing is concluded yet about records that a census did not list. Raises SourceError."""
        raise SourceError(NAME, f"what became of {ref.key} is not asked")

    def roles(self, wanted: Mapping[Role, Sequence[str]]) -> Mapping[Role, RoleMembers]:
        """Members of the named groups and the named users."""
        return self.directory.roles(wanted)


def _moved(ref: TicketRef, related: Mapping[str, str]) -> TicketRef:
    """The ref in a version of its own when what hangs on the ticket changed: its own counter did not move."""
    stamp = related.get(mapping.parted(ref.id)[1])
    return replace(ref, version=f"{ref.version} {stamp}") if stamp else ref
