"""The ledger: every ticket that was looked at, what it looked like, and what was found."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, case, delete, exists, or_, select, update

from bot.journal.audit import Entry, append
from bot.journal.audit_causes import Cause
from bot.journal.audit_verdicts import Before, judged, moment_of
from bot.journal.looks import put_look
from bot.journal.outbox import Outbox
from bot.journal.outbox_upsert import upsert_messages
from bot.journal.schema import FINDING, OUTBOX, RELEASE_CHANGE, TICKET
from bot.journal.transactions import digest, insert
from bot.journal.who import BOT, actor_key
from bot.policy.looks import Observation
from domain.finding import Finding
from domain.lifecycle import State, Verdict
from domain.outgoing import OutgoingMessage
from domain.ticket import Ticket, TicketKind, TicketRef, TicketSubject

_OVER = [state.value for state in State if state.over]


@dataclass(frozen=True, slots=True)
class TicketRow:
    """A ticket as it was last stored. All moments are in UTC. `first_state` is the state it was in when the
    bot first saw it; `not_found_at` is when it was found deleted, or moved out of what is watched; `hidden_at` when it
    was first not to be seen, which tells nothing of the ticket. `settle_by` is until when an emergency is to make good
    what it skipped; `recheck_at` when its findings change although nobody touches it; `notify_any_hour` whether its
    class lets people be told at any hour, None when that was not kept.
    """

    source: str
    id: str
    key: str
    url: str
    version_seen: str
    updated: datetime
    state: State
    team: str
    planned_start: datetime | None
    summary: str
    snapshot_hash: str
    first_seen: datetime
    first_state: State
    checked_at: datetime
    not_found_at: datetime | None
    settle_by: datetime | None = None
    recheck_at: datetime | None = None
    hidden_at: datetime | None = None
    notify_any_hour: bool | None = None

    @property
    def subject(self) -> str:
        """ "source:id"."""
        return str(TicketSubject(self.source, self.id))

    @property
    def ref(self) -> TicketRef:
        """What to read it again by."""
        return TicketRef(self.source, self.id, self.key, self.updated, self.version_seen)


@dataclass(frozen=True, slots=True)
class Reading:
    """How a ticket was read: the version of its `TicketRef`, and what is remembered of this look until the next."""

    version: str = ""
    look: Observation | None = None


_PLAINLY = Reading()
_IN_SIGHT = (TICKET.c.not_found_at.is_(None), TICKET.c.hidden_at.is_(None))
# Without the snapshot, which is large and asked for of one ticket at a time.
_ROW = [column for column in TICKET.c if column.name != "snapshot"]


class Tickets(Outbox):
    """Tickets and findings; storing them decides in the same transaction what should be said."""

    def seen(self, ref: TicketRef) -> bool:
        """Whether this very state of the ticket (stamp and version) was stored before."""
        # One that was out of sight is looked at when it is listed again, in whatever state.
        same = (TICKET.c.updated == ref.updated, TICKET.c.version_seen == ref.version)
        return bool(self._rows(_is(ref.source, ref.id), *same, *_IN_SIGHT))

    def store(
        self,
        ticket: Ticket,
        findings: Sequence[Finding],
        snapshot: Mapping[str, Any],
        now: datetime,
        desired: Iterable[OutgoingMessage] = (),
        reading: Reading = _PLAINLY,
    ) -> None:
        """Keep a ticket, its findings and what should be said about it: all of it, or nothing.

        `snapshot` is what the findings were made from, JSON-able. A finding keeps the moment since which its
        verdict stands; one that no longer applies is forgotten.
        """
        with self.write() as connection:
            values = _ticket_values(ticket, snapshot, now) | _moments(findings, now)
            _put_ticket(connection, values | {"version_seen": reading.version})
            # Before they are written over: the trail tells what changed.
            before = _before(connection, ticket.subject)
            _put_findings(connection, ticket, findings, now)
            _put_release_changes(connection, ticket)
            if reading.look:
                put_look(connection, ticket.subject, reading.look)
            upsert_messages(connection, desired, now)
            if entry := judged(ticket, before, findings, snapshot):
                append(connection, entry, now)

    def keep_hours(self, ticket: Ticket, any_hour: bool) -> None:
        """Whether people may be told of the ticket at any hour: until office hours, others are not even read."""
        # Only where it differs: it is asked of every ticket that is judged, and nearly always the same.
        other = TICKET.c.notify_any_hour.is_distinct_from(any_hour)
        with self.write() as connection:
            this = update(TICKET).where(_is(ticket.source, ticket.id), other)
            connection.execute(this.values(notify_any_hour=any_hour))

    def previous(self, source: str, ticket_id: str) -> dict[str, Verdict]:
        """The verdicts of the last time, by rule id."""
        with self.read() as connection:
            found = _before(connection, str(TicketSubject(source, ticket_id)))
        return {rule: one.verdict for rule, one in found.items()}

    def since(self, source: str, ticket_id: str) -> dict[str, datetime]:
        """Since when (UTC) each rule gives the verdict it gives, by rule id."""
        of_ticket = FINDING.c.ticket == str(TicketSubject(source, ticket_id))
        query = select(FINDING.c.rule_id, FINDING.c.since).where(of_ticket)
        with self.read() as connection:
            return {row.rule_id: row.since for row in connection.execute(query)}

    def came(self, source: str, ticket_id: str) -> dict[str, dict[str, str | None]]:
        """When what meets each rule came, by rule id: "timing" as a code, "start" of the rollout and "since" when it
        has held, both ISO 8601 or None. Without the rules for which that makes no difference.
        """
        of_ticket = FINDING.c.ticket == str(TicketSubject(source, ticket_id))
        with self.read() as connection:
            rows = connection.execute(select(FINDING.c.rule_id, FINDING.c.moment).where(of_ticket))
            return {row.rule_id: row.moment for row in rows if row.moment}

    def tracked(self, source: str) -> dict[str, TicketRef]:
        """All tickets of the source that are not gone, by id, in the state in which they were last stored."""
        rows = self._rows(TICKET.c.source == source, TICKET.c.not_found_at.is_(None))
        return {row.id: row.ref for row in rows}

    def open_tickets(self) -> tuple[TicketRow, ...]:
        """All tickets that somebody still works on."""
        return self._rows(TICKET.c.state.not_in(_OVER), TICKET.c.not_found_at.is_(None))

    def outdated_releases(self) -> tuple[TicketRow, ...]:
        """Releases somebody still works on, of which a change was looked at after the release was."""
        change = TICKET.alias()
        newer = exists().where(
            RELEASE_CHANGE.c.ticket == TICKET.c.ticket,
            # By key, as the release names them: a change may be in another source.
            RELEASE_CHANGE.c.child_key == change.c.key,
            change.c.checked_at > TICKET.c.checked_at,
        )
        return self._rows(newer, TICKET.c.state.not_in(_OVER), *_IN_SIGHT)

    def rows_awaiting(self) -> tuple[TicketRow, ...]:
        """All tickets of which people may have to be reminded: open ones, and emergencies with something to make
        good, closed or not.
        """
        waiting = TICKET.c.state.not_in(_OVER) | TICKET.c.settle_by.is_not(None)
        return self._rows(waiting, *_IN_SIGHT)

    def followed(self, since: datetime) -> tuple[TicketRow, ...]:
        """What `rows_awaiting` gives, and what is over but changed after a moment (UTC)."""
        going = TICKET.c.state.not_in(_OVER) | TICKET.c.settle_by.is_not(None) | (TICKET.c.updated > since)
        return self._rows(going, TICKET.c.not_found_at.is_(None))

    def judged_since(self, source: str, ticket_id: str, moment: datetime) -> bool:
        """Whether a ticket was judged at or after a moment."""
        return bool(self._rows(_is(source, ticket_id), TICKET.c.checked_at >= moment))

    def settle_by(self, source: str, ticket_id: str) -> datetime | None:
        """Until when (UTC) an emergency was last told to make good what it skipped; None when it was not."""
        rows = self._rows(_is(source, ticket_id))
        return rows[0].settle_by if rows else None

    def due_again(self, source: str, now: datetime) -> tuple[TicketRow, ...]:
        """Tickets whose findings change by now although nobody touched them: a waiver was recorded or ended or
        has lapsed, or the time to make something good is over.
        """
        return self._rows(TICKET.c.source == source, TICKET.c.recheck_at <= now, *_IN_SIGHT)

    def row(self, source: str, ticket_id: str) -> TicketRow | None:
        """A ticket by its id; None when it was never stored."""
        return next(iter(self._rows(_is(source, ticket_id))), None)

    def ticket(self, source: str, key: str) -> TicketRow | None:
        """The ticket people call `key`; the one seen last when the key was given to another ticket."""
        rows = self._rows(TICKET.c.source == source, TICKET.c.key == key)
        return max(rows, key=lambda row: row.checked_at, default=None)

    def called(self, words: str) -> tuple[TicketRow, ...]:
        """The tickets of any source that people call so, or that are "source:id"."""
        return self._rows((TICKET.c.key == words) | (TICKET.c.ticket == words))

    def contained(self, release: TicketRow) -> tuple[TicketRow, ...]:
        """The changes of a release that are known, of any source, by the keys it names."""
        of_release = RELEASE_CHANGE.c.ticket == release.subject
        return self._rows(TICKET.c.key.in_(select(RELEASE_CHANGE.c.child_key).where(of_release)))

    def changes_named(self, source: str, ticket_id: str) -> tuple[str, ...]:
        """Keys of what a release contained when it was last looked at, without changes that are known to be deleted."""
        child = TICKET.alias()
        # One that was out of sight first may be so still.
        gone = exists().where(
            child.c.source == source,
            child.c.key == RELEASE_CHANGE.c.child_key,
            child.c.not_found_at.is_not(None),
            child.c.hidden_at.is_(None),
        )
        of_release = RELEASE_CHANGE.c.ticket == str(TicketSubject(source, ticket_id))
        query = (
            select(RELEASE_CHANGE.c.child_key).where(of_release, ~gone).order_by(RELEASE_CHANGE.c.child_key)
        )
        with self.read() as connection:
            return tuple(connection.execute(query).scalars())

    def snapshot(self, source: str, ticket_id: str) -> dict[str, Any] | None:
        """What the last findings of a ticket were made from; None when it was never stored."""
        with self.read() as connection:
            query = select(TICKET.c.snapshot).where(_is(source, ticket_id))
            found: dict[str, Any] | None = connection.execute(query).scalar_one_or_none()
            return found

    def gone(
        self, source: str, ticket_id: str, at: datetime, last_words: Iterable[OutgoingMessage] = ()
    ) -> None:
        """The ticket was asked for directly and is not there: nothing more is said of it, but these last words."""
        subject = str(TicketSubject(source, ticket_id))
        with self.write() as connection:
            first = (TICKET.c.ticket == subject, TICKET.c.not_found_at.is_(None))
            noticed = connection.execute(update(TICKET).where(*first).values(not_found_at=at)).rowcount
            connection.execute(update(OUTBOX).where(OUTBOX.c.ticket == subject).values(closed=True))
            # After all rows were closed: the last words open their own again.
            upsert_messages(connection, last_words, at)
            # Once, whoever finds it out: a webhook and a census may both do.
            if noticed:
                append(connection, Entry(Cause.GONE, subject, {}), at)

    def out_of_sight(self, source: str, ticket_ids: Iterable[str], at: datetime) -> None:
        """These cannot be seen, which may have many causes. Nobody is reminded of them, and they are not read on behalf
        of others, until they are seen again; what was said of them stands.
        """
        with self.write() as connection:
            for ticket_id in ticket_ids:
                first = (_is(source, ticket_id), TICKET.c.hidden_at.is_(None))
                connection.execute(update(TICKET).where(*first).values(hidden_at=at))

    def _rows(self, *conditions: ColumnElement[bool]) -> tuple[TicketRow, ...]:
        query = select(*_ROW).where(*conditions).order_by(TICKET.c.source, TICKET.c.ticket)
        with self.read() as connection:
            return tuple(_row(dict(row)) for row in connection.execute(query).mappings())


def _is(source: str, ticket_id: str) -> ColumnElement[bool]:
    return TICKET.c.ticket == str(TicketSubject(source, ticket_id))


def _before(connection: Connection, subject: str) -> dict[str, Before]:
    query = select(FINDING.c.rule_id, FINDING.c.verdict, FINDING.c.moment).where(FINDING.c.ticket == subject)
    return {
        row.rule_id: Before(Verdict(row.verdict), (row.moment or {}).get("timing", ""))
        for row in connection.execute(query)
    }


def _row(values: dict[str, Any]) -> TicketRow:
    states = {name: State(values[name]) for name in ("state", "first_state")}
    ticket_id = TicketSubject.parse(values.pop("ticket")).id
    return TicketRow(**(values | states), id=ticket_id)


def _ticket_values(ticket: Ticket, snapshot: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    planned = ticket.field("planned_start").value
    return {
        "ticket": ticket.subject,
        "source": ticket.source,
        "key": ticket.key,
        "url": ticket.url,
        "updated": ticket.updated,
        "state": ticket.state.value,
        "team": ticket.team,
        "planned_start": planned if isinstance(planned, datetime) else None,
        "summary": ticket.summary,
        "snapshot": dict(snapshot),
        "snapshot_hash": digest(dict(snapshot)),
        "first_seen": now,
        "first_state": ticket.state.value,
        "checked_at": now,
        # It has just been read: what was thought to have become of it is over.
        "not_found_at": None,
        "hidden_at": None,
    }


def _moments(findings: Sequence[Finding], now: datetime) -> dict[str, datetime | None]:
    """What time alone will change about the findings, and when."""
    settle_by = min((f.settle_by for f in findings if f.settle_by), default=None)
    # At the very moment a rule may not say it yet: then the next look does.
    # One that was in force when the rollout began settles it for good: its end changes nothing.
    ahead = [f.waiver.until for f in findings if f.waiver and not f.for_good]
    ahead += [moment for moment in (settle_by, *(f.again for f in findings)) if moment and moment >= now]
    recheck_at = min(ahead, default=None)
    return {"settle_by": settle_by, "recheck_at": recheck_at}


def _put_ticket(connection: Connection, values: dict[str, Any]) -> None:
    new = insert(connection, TICKET).values(values)
    kept = {"ticket", "source", "first_seen", "first_state"}
    fresh: dict[str, Any] = {name: new.excluded[name] for name in values if name not in kept}
    # What was put on record while this ticket was being judged must not be lost: it is due sooner.
    since, planned = TICKET.c.recheck_at > new.excluded.checked_at, new.excluded.recheck_at
    sooner = since & or_(planned.is_(None), TICKET.c.recheck_at < planned)
    fresh["recheck_at"] = case((sooner, TICKET.c.recheck_at), else_=planned)
    connection.execute(new.on_conflict_do_update(index_elements=["ticket"], set_=fresh))


def _put_findings(connection: Connection, ticket: Ticket, findings: Sequence[Finding], now: datetime) -> None:
    rules = [finding.id for finding in findings]
    connection.execute(
        delete(FINDING).where(FINDING.c.ticket == ticket.subject, FINDING.c.rule_id.not_in(rules))
    )
    rows = [
        {
            "ticket": ticket.subject,
            "rule_id": finding.id,
            "verdict": finding.verdict.value,
            "since": now,
            "digest": _meaning(finding),
            "deadline": finding.deadline,
            "who": [list(BOT)] if finding.underway else [list(actor_key(actor)) for actor in finding.who],
            "moment": moment_of(finding),
        }
        for finding in findings
    ]
    new = insert(connection, FINDING)
    stands = FINDING.c.verdict == new.excluded.verdict
    fresh = {
        "verdict": new.excluded.verdict,
        "digest": new.excluded.digest,
        "deadline": new.excluded.deadline,
        "who": new.excluded.who,
        "moment": new.excluded.moment,
        "since": case((stands, FINDING.c.since), else_=new.excluded.since),
    }
    if rows:
        connection.execute(new.on_conflict_do_update(index_elements=["ticket", "rule_id"], set_=fresh), rows)


def _put_release_changes(connection: Connection, ticket: Ticket) -> None:
    """What a release contains now. Reading on its behalf is bounded elsewhere; what it names is kept whole."""
    connection.execute(delete(RELEASE_CHANGE).where(RELEASE_CHANGE.c.ticket == ticket.subject))
    named = ticket.field("changes").value if ticket.kind is TicketKind.RELEASE else None
    keys = dict.fromkeys(key for key in named if isinstance(key, str)) if isinstance(named, tuple) else {}
    rows = [{"ticket": ticket.subject, "child_key": key} for key in keys]
    if rows:
        connection.execute(RELEASE_CHANGE.insert(), rows)


def _meaning(finding: Finding) -> str:
    """A hash of what a finding says. Frozen values show themselves the same way every time, without e-mail."""
    said = (finding.verdict, finding.because, finding.seen, finding.wanted, finding.who, finding.parts)
    return hashlib.sha256(repr(said).encode("utf-8", "replace")).hexdigest()
