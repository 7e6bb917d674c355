"""What was closed before anybody looked is told to the change manager: grouped, once a day, in office hours."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from bot.context import Context
from bot.intake.facts import FactsBuilder
from bot.journal.tickets import TicketRow
from bot.messages.intent import Previous
from bot.messages.unseen import ClosedUnseen, compose
from bot.notify.channels import channels_of_role, once_to_each
from bot.notify.ticket_messages import deviations
from bot.report import Planned, Report
from domain.facts import Facts
from domain.finding import Finding
from domain.people import Role
from domain.ports.errors import SourceError
from domain.requests import OnceKey
from domain.sentence import say
from domain.ticket import TicketSubject
from rules.engine import evaluate
from rules.grouping import group_findings

REMEMBERED = timedelta(days=30)
"""How long it is tried to tell of a ticket after it was found."""
REASON = say("it was closed before it was looked at, and something was not in order")
KIND = "unseen"


def tell_unseen(ctx: Context, gatherer: FactsBuilder, report: Report) -> None:
    """Enqueue what was found since it was last told. In observe mode nothing was kept to tell of."""
    now = ctx.clock()
    if ctx.recipients is None or not ctx.policy.act or not ctx.policy.calendar.in_office_hours(now):
        return
    noted = ctx.journal.all_closed_unseen(now - REMEMBERED)
    told = ctx.journal.sent_once(_claim(ctx, *one) for one in noted.items())
    waiting: dict[tuple[str, ...], list[tuple[TicketRow, datetime]]] = {}
    for subject, closed in noted.items():
        row = None if _claim(ctx, subject, closed) in told else ctx.journal.row(*TicketSubject.parse(subject))
        if row is None or not row.state.over or row.not_found_at or row.hidden_at:
            continue
        if channels := _channels(ctx, gatherer, row, report):
            waiting.setdefault(channels, []).append((row, closed))
    for channels, found in waiting.items():
        # Of what was found later on the same day, the turn comes on the next working day.
        if not ctx.journal.sent_once(_today(ctx, channels, now)):
            _tell(ctx, channels, tuple(_looked_at(ctx, gatherer, found, report)))


def _channels(ctx: Context, gatherer: FactsBuilder, row: TicketRow, report: Report) -> tuple[str, ...]:
    """Where the change manager is told of a ticket: who holds the role is known without reading it."""
    source = next((source for source in ctx.sources if source.name == row.source), None)
    if source is None or ctx.recipients is None:
        return ()
    try:
        held = gatherer.members(source).get(Role.CHANGE_MANAGER)
        found = channels_of_role(Role.CHANGE_MANAGER, held.people if held else (), ctx.recipients, row.team)
    except SourceError as error:
        report.problem(f"{row.key}: {error.line}")
        return ()
    if not found:
        report.problem(f"{row.key}: nobody to tell on {ctx.messenger}: set {ctx.recipients.setting()}")
    return found


def observed(ctx: Context, facts: Facts, findings: Sequence[Finding], memory: Previous) -> Planned | None:
    """What observe mode shows in its place, when such a ticket is first looked at."""
    if ctx.policy.act or ctx.recipients is None or not memory.unseen or not deviations(findings):
        return None
    return Planned(facts.ticket.key, ctx.messenger, KIND, REASON.msgid)


def _looked_at(
    ctx: Context, gatherer: FactsBuilder, rows: Sequence[tuple[TicketRow, datetime]], report: Report
) -> Iterator[ClosedUnseen]:
    """The tickets as they are now; one that lacks nothing is told of to nobody."""
    sources = {source.name: source for source in ctx.sources}
    for row, closed in rows:
        if row.source not in sources or ctx.stop():
            continue
        try:
            facts = gatherer.facts(sources[row.source], row.ref)
        except SourceError as error:
            report.problem(f"{row.key}: {error.line}")
            continue
        lacking = group_findings(deviations(evaluate(facts, ctx.policy.packs)))
        if lacking:
            yield ClosedUnseen(facts, closed, tuple(lacking))
        else:
            claim = _claim(ctx, row.subject, closed)
            ctx.journal.mark_sent(claim.what, claim.day, ctx.clock())


def _tell(ctx: Context, channels: Sequence[str], found: Sequence[ClosedUnseen]) -> None:
    if not found:
        return
    now, team = ctx.clock(), found[0].facts.ticket.team
    body = compose(found, Role.CHANGE_MANAGER, ctx.speaker_to(Role.CHANGE_MANAGER, team))
    today = _today(ctx, channels, now)
    subject, kind = f"{KIND}:{Role.CHANGE_MANAGER.value}", f"{KIND}:{today[0].day}"
    wishes = once_to_each(ctx.messenger, channels, (subject, kind), body, REASON)
    tickets = [_claim(ctx, one.facts.ticket.subject, one.closed) for one in found]
    ctx.journal.enqueue_once([*today, *tickets], wishes, now)


def _today(ctx: Context, channels: Sequence[str], now: datetime) -> list[OnceKey]:
    return [OnceKey(f"{KIND}-day:{channel}", ctx.policy.calendar.local_day(now)) for channel in channels]


def _claim(ctx: Context, subject: str, closed: datetime) -> OnceKey:
    return OnceKey(f"{KIND}:{subject}", ctx.policy.calendar.local_day(closed))
