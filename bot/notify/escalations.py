"""What nobody settled goes up: to whom by the ladder, looked at again just before, saying what was tried."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.context import Context
from bot.intake.facts import FactsBuilder
from bot.journal.tickets import TicketRow
from bot.messages import escalation
from bot.messages.escalation import EscalatedItem, EscalationMessage
from bot.messages.intent import CARD, digest_of
from bot.notify.channels import channel_of, channels_of, once_to_each
from bot.policy.audience import Team, key_of
from bot.policy.escalation_ladder import due_step
from bot.policy.overdue import OverdueItem, RuleInfo, overdue_items
from bot.report import Planned, Report
from domain.facts import Facts
from domain.outgoing import OutgoingMessage
from domain.people import Role
from domain.ports.errors import SourceError
from domain.requests import ActionRequest, OnceKey, OpenFinding
from domain.sentence import say
from rules.engine import evaluate
from rules.grouping import RequirementGroup, group_findings

Points = Mapping[str, Sequence[OpenFinding]]
REASON = say("nobody settled it in time, so it goes up")


@dataclass(frozen=True, slots=True)
class DueEscalation:
    """An overdue item of which a step is due now, and who was asked for it before, oldest first."""

    charge: OverdueItem
    step: int
    before: tuple[ActionRequest, ...]


def escalate_all(
    ctx: Context, gatherer: FactsBuilder, report: Report, points: Points, rules: Mapping[str, RuleInfo]
) -> None:
    """Enqueue the escalations that are due now, one message per audience."""
    ups: dict[tuple[Team | Role, str], list[EscalatedItem]] = {}
    for row, climbs in _due(ctx, points, rules):
        if ctx.stop():
            return
        try:
            for one in _looked_at(ctx, gatherer, row, climbs, report):
                ups.setdefault((one.audience, ctx.apart(one.audience, row.team)), []).append(one)
        except SourceError as error:
            report.problem(f"{row.key}: {error.line}")
    for (audience, team), raised in ups.items():
        _wish(ctx, EscalationMessage(audience, tuple(raised)), team, report)


def _due(
    ctx: Context, points: Points, rules: Mapping[str, RuleInfo]
) -> Iterator[tuple[TicketRow, tuple[DueEscalation, ...]]]:
    """By the journal alone: the tickets of which something goes up now. Quiet hours hold back unread."""
    now, ladders = ctx.clock(), ctx.policy.ladders
    before: dict[tuple[str, str], list[ActionRequest]] = {}
    for ask in ctx.journal.requests():
        before.setdefault((ask.ticket, ask.line), []).append(ask)
    for row in ctx.journal.rows_awaiting():
        calendar = ctx.policy.calendar_of(row.team)
        awake = row.notify_any_hour or calendar.in_office_hours(now)
        climbs = []
        for charge in overdue_items(row.state, row.settle_by, points.get(row.subject, ()), rules, ladders):
            asked = before.get((row.subject, charge.line), [])
            taken = {ask.step: ask.at for ask in asked if ask.step is not None}
            step = due_step(charge.ladder, charge.start, taken, calendar, now)
            if step is not None and (awake or charge.any_hour):
                climbs.append(DueEscalation(charge, step, tuple(asked)))
        if climbs:
            yield row, tuple(climbs)


def _looked_at(
    ctx: Context, gatherer: FactsBuilder, row: TicketRow, climbs: Sequence[DueEscalation], report: Report
) -> Iterator[EscalatedItem]:
    """The ticket as it is now: what was settled in the meantime, or has got another term, goes up nowhere."""
    source = next((source for source in ctx.sources if source.name == row.source), None)
    if source is None:
        return
    facts = gatherer.facts(source, row.ref)
    if facts.ticket.set_aside:
        return
    lines = {line.line: line for line in group_findings(evaluate(facts, ctx.policy.packs))}
    for climb in climbs:
        line = lines.get(climb.charge.line)
        if line is None or not _still(climb.charge, line):
            continue
        if one := _raised(ctx, facts, line, climb):
            yield one
        else:
            report.problem(f"{row.key}: nobody to escalate to: set ROLES__CHANGE_MANAGER, ROLES__CAB")


def _still(charge: OverdueItem, line: RequirementGroup) -> bool:
    verdicts = {finding.verdict for finding in line.findings}
    ends = {finding.deadline for finding in line.findings} if charge.term else set()
    return charge.verdict in verdicts and (charge.start in ends or not any(ends))


def _raised(ctx: Context, facts: Facts, line: RequirementGroup, climb: DueEscalation) -> EscalatedItem | None:
    """The step that is due, or the next one that anybody holds."""
    rungs = climb.charge.ladder.rungs
    for step in range(climb.step, len(rungs)):
        role = rungs[step].to
        audience = Team(facts.ticket.team) if role is None else role
        if role is None or _held(ctx, facts, role):
            return EscalatedItem(audience, facts, line, climb.charge, step, climb.before)
    return None


def _held(ctx: Context, facts: Facts, role: Role) -> bool:
    # A role with neither a channel nor anybody in it would be a step that nobody hears of.
    own = ctx.recipients.channel(role.value) if ctx.recipients else None
    return own is not None or bool(facts.role(role).people)


def _wish(ctx: Context, up: EscalationMessage, team: str, report: Report) -> None:
    keys = ", ".join(dict.fromkeys(one.facts.ticket.key for one in up.raised))
    postbox = ctx.recipients
    if not ctx.policy.act or postbox is None:
        report.planned.append(Planned(keys, ctx.messenger, "escalation", REASON.msgid))
        return
    try:
        channels = channels_of(up.audience, up.raised[0].facts, postbox, team)
    except SourceError as error:
        report.problem(f"{keys}: {error.line}")
        return
    if not channels:
        report.problem(f"{keys}: nobody to escalate to on {ctx.messenger}: set {postbox.setting()}")
        return
    now = ctx.clock()
    body = escalation.compose(up, ctx.speaker_to(up.audience, team))
    mark = digest_of([[*_in_words(claim)] for claim in _claims(ctx, up)])
    named = f"escalation:{key_of(up.audience)}", f"escalation:{mark[:16]}"
    wishes = once_to_each(ctx.messenger, channels, named, body, REASON)
    threads = [wish for one in _by_ticket(up) if (wish := _in_thread(ctx, one))]
    ctx.journal.enqueue_once(_claims(ctx, up), [*wishes, *threads], now, _asks(up, now))


def _claims(ctx: Context, up: EscalationMessage) -> list[OnceKey]:
    day = ctx.policy.calendar.local_day
    return [
        # With the day its clock began: what is settled and opens again goes up anew.
        OnceKey(f"escalate:{one.subject}:{one.line.line}:{one.step}", day(one.charge.start))
        for one in up.raised
    ]


def _in_words(claim: OnceKey) -> str:
    """A claim as the name of its message is made from it."""
    # Names stand in journals: another form would send anew what went up before. So it rests on no class's name.
    return f"Claim(what={claim.what!r}, day={claim.day!r})"


def _asks(up: EscalationMessage, now: datetime) -> list[ActionRequest]:
    key = key_of(up.audience)
    return [ActionRequest(one.subject, one.line.line, key, now, one.step) for one in up.raised]


def _by_ticket(up: EscalationMessage) -> list[EscalationMessage]:
    subjects = dict.fromkeys(one.subject for one in up.raised)
    return [replace(up, raised=tuple(o for o in up.raised if o.subject == s)) for s in subjects]


def _in_thread(ctx: Context, up: EscalationMessage) -> OutgoingMessage | None:
    """The same in the thread of the ticket's card, so that the team sees that it went up; not for the team itself."""
    first = up.raised[0]
    team = Team(first.facts.ticket.team)
    stands = any(slot.kind == CARD and slot.applied_hash for slot in ctx.journal.rows_of(first.subject))
    channel = channel_of(team, ctx.recipients, "") if ctx.recipients else None
    if isinstance(up.audience, Team) or not stands or channel is None:
        return None
    body = escalation.in_thread(up, ctx.speaker_to(team, team.name))
    mark = digest_of([[one.line.line, one.step, one.charge.start.isoformat()] for one in up.raised])
    return OutgoingMessage(
        target=ctx.messenger,
        ticket=first.subject,
        kind=f"escalation:{mark[:16]}",
        container=channel,
        digest=digest_of(body),
        body=body,
        reason=REASON,
        thread_kind=CARD,
        once=True,
    )
