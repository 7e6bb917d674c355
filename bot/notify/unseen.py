"""What was closed before anybody looked is told to the change manager: grouped, once a day, in office hours."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from bot.context import Context
from bot.intake.facts import FactsBuilder
from bot.journal.tickets import TicketRow
from bot.messages.intent import Previous, digest_of
from bot.messages.unseen import ClosedUnseen, compose
from bot.notify.channels import channels_of
from bot.notify.ticket_messages import deviations
from bot.report import Planned, Report
from domain.facts import Facts
from domain.finding import Finding
from domain.outgoing import OutgoingMessage
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
    waiting: dict[str, list[tuple[TicketRow, datetime]]] = {}
    for subject, closed in noted.items():
        row = None if _claim(ctx, subject, closed) in told else ctx.journal.row(*TicketSubject.parse(subject))
        if row and row.state.over and not row.not_found_at and not row.hidden_at:
            waiting.setdefault(ctx.apart(Role.CHANGE_MANAGER, row.team), []).append((row, closed))
    for team, found in waiting.items():
        # Of what was found later on the same day, the turn comes on the next working day.
        if not ctx.journal.sent_once([_today(ctx, team, now)]):
            _tell(ctx, team, tuple(_looked_at(ctx, gatherer, found, report)), report)


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


def _tell(ctx: Context, team: str, found: Sequence[ClosedUnseen], report: Report) -> None:
    if not found or ctx.recipients is None:
        return
    now, keys = ctx.clock(), ", ".join(one.facts.ticket.key for one in found)
    try:
        channels = channels_of(Role.CHANGE_MANAGER, found[0].facts, ctx.recipients, team)
    except SourceError as error:
        report.problem(f"{keys}: {error.line}")
        return
    if not channels:
        report.problem(f"{keys}: nobody to tell on {ctx.messenger}: set {ctx.recipients.setting()}")
        return
    body = compose(found, Role.CHANGE_MANAGER, ctx.speaker_to(Role.CHANGE_MANAGER, team))
    today = _today(ctx, team, now)
    wishes = [
        OutgoingMessage(
            target=ctx.messenger,
            ticket=f"{KIND}:{Role.CHANGE_MANAGER.value}",
            kind=f"{KIND}:{today.day}:{channel}",
            container=channel,
            digest=digest_of(body),
            body=body,
            reason=REASON,
            once=True,
        )
        for channel in channels
    ]
    ctx.journal.enqueue_once(
        [today, *(_claim(ctx, one.facts.ticket.subject, one.closed) for one in found)], wishes, now
    )


def _today(ctx: Context, team: str, now: datetime) -> OnceKey:
    return OnceKey(f"{KIND}-day:{team}", ctx.policy.calendar.local_day(now))


def _claim(ctx: Context, subject: str, closed: datetime) -> OnceKey:
    return OnceKey(f"{KIND}:{subject}", ctx.policy.calendar.local_day(closed))
