"""A role that nobody holds is told to the change manager: at most once a day, in office hours, with what waits for it.

Each ticket is told of once for as long as nobody holds the role; after that it is reminded of like anything else.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from bot.context import Context
from bot.intake.facts import FactsBuilder
from bot.journal.tickets import TicketRow
from bot.messages.vacancies import compose
from bot.notify.channels import channels_of_role, once_to_each
from bot.policy.vacancies import held_by_nobody, waited_for
from bot.report import Report
from domain.facts import Facts
from domain.lifecycle import State, Verdict
from domain.people import Role, RoleMembers
from domain.ports.errors import SourceError
from domain.ports.source import TicketSource
from domain.requests import OnceKey
from domain.sentence import say

KIND = "vacant"
REASON = say("nobody holds a role that tickets wait for")

Waiting = dict[Role, list[tuple[TicketRow, Facts]]]


def tell_vacancies(ctx: Context, gatherer: FactsBuilder, report: Report) -> None:
    """Enqueue what waits for a role that nobody holds and was not told yet. Observe mode tells the admin alone."""
    if ctx.recipients is None or not ctx.policy.act or not ctx.policy.calendar.in_office_hours(ctx.clock()):
        return
    for source in ctx.sources:
        # A system that is down or was not read wholly is asked nothing more in this run.
        if not report.source(source.name).complete:
            continue
        try:
            members = gatherer.members(source)
        except SourceError:
            continue  # told where the roles were looked at
        if roles := held_by_nobody(members):
            _tell_of(ctx, gatherer, source, {role: members[role] for role in roles}, report)


def _tell_of(
    ctx: Context,
    gatherer: FactsBuilder,
    source: TicketSource,
    empty: Mapping[Role, RoleMembers],
    report: Report,
) -> None:
    found: dict[tuple[str, ...], Waiting] = {}
    for row in _candidates(ctx, source, any(held.lost for held in empty.values())):
        claims = {role: _claims(ctx, row, role, held) for role, held in empty.items()}
        made = ctx.journal.sent_once(claim for pair in claims.values() for claim in pair)
        new = [role for role, pair in claims.items() if not made.intersection(pair)]
        if not new or ctx.stop():
            continue
        try:
            channels = _channels(ctx, gatherer, source, row)
            # Of what is found later on the same day, the turn comes on the next working day.
            if not channels or ctx.journal.sent_once(_today(ctx, channels)):
                continue
            facts = gatherer.facts(source, row.ref)
        except SourceError as error:
            report.problem(f"{row.key}: {error.line}")
            continue
        waited = waited_for(facts, ctx.policy.packs, new)
        for role in waited:
            found.setdefault(channels, {}).setdefault(role, []).append((row, facts))
        for role in set(new) - set(waited):
            # Not read again today for what it does not wait for.
            ctx.journal.mark_sent(claims[role][1].what, claims[role][1].day, ctx.clock())
    for channels, waiting in found.items():
        _tell(ctx, channels, waiting, empty)


def _candidates(ctx: Context, source: TicketSource, lost: bool) -> Iterator[TicketRow]:
    """By the journal alone: what is asked of the change manager, as what waits for nobody is; where a group is `lost`
    also what cannot be judged.
    """
    asked = {
        one.ticket.subject
        for one in ctx.journal.open_findings()
        if any(who[:2] == ("role", Role.CHANGE_MANAGER.value) for who in one.who)
    }
    points = ctx.journal.points()
    for row in ctx.journal.rows_awaiting():
        unseen = lost and any(point.verdict is Verdict.UNKNOWN for point in points.get(row.subject, ()))
        if row.source == source.name and row.state is not State.DRAFT and (row.subject in asked or unseen):
            yield row


def _channels(ctx: Context, gatherer: FactsBuilder, source: TicketSource, row: TicketRow) -> tuple[str, ...]:
    held = gatherer.members(source).get(Role.CHANGE_MANAGER)
    people = held.people if held else ()
    return channels_of_role(Role.CHANGE_MANAGER, people, ctx.recipients, row.team) if ctx.recipients else ()


def _tell(ctx: Context, channels: Sequence[str], waiting: Waiting, empty: Mapping[Role, RoleMembers]) -> None:
    now, today = ctx.clock(), _today(ctx, channels)
    first = next(iter(waiting.values()))[0][1].ticket
    body = compose(
        {role: [facts for _, facts in found] for role, found in waiting.items()},
        Role.CHANGE_MANAGER,
        ctx.speaker_to(Role.CHANGE_MANAGER, first.team),
    )
    subject, kind = f"{KIND}:{Role.CHANGE_MANAGER.value}", f"{KIND}:{today[0].day}"
    wishes = once_to_each(ctx.messenger, channels, (subject, kind), body, REASON)
    told = [_claims(ctx, row, role, empty[role])[0] for role, found in waiting.items() for row, _ in found]
    ctx.journal.enqueue_once([*today, *told], wishes, now)


def _today(ctx: Context, channels: Sequence[str]) -> list[OnceKey]:
    return [
        OnceKey(f"{KIND}-day:{channel}", ctx.policy.calendar.local_day(ctx.clock())) for channel in channels
    ]


def _claims(ctx: Context, row: TicketRow, role: Role, held: RoleMembers) -> tuple[OnceKey, OnceKey]:
    """That a ticket was told of, and that it was looked at today, for a role since its last member left."""
    left = max((one.until for one in held.memberships if one.until), default=None)
    name, calendar = f"{row.subject}:{role.value}:{_stamp(left)}", ctx.policy.calendar
    return (
        OnceKey(f"{KIND}:{name}", calendar.local_day(row.first_seen)),
        OnceKey(f"{KIND}-clear:{name}", calendar.local_day(ctx.clock())),
    )


def _stamp(at: datetime | None) -> str:
    return f"{at:%Y%m%dT%H%M%S}" if at else ""
