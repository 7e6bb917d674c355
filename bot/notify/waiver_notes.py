"""Exceptions that are about to lapse, or no longer needed: told to who recorded them and to the team, once each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.context import Context
from bot.intake.facts import FactsBuilder
from bot.journal import RunningWaiver
from bot.journal.tickets import TicketRow
from bot.messages.intent import digest_of
from bot.messages.waiver_notes import NotedWaiver, compose
from bot.notify.channels import channel_of
from bot.policy.audience import Team
from bot.policy.waiver_steps import lapse_step
from bot.report import Planned, Report
from domain.facts import Facts
from domain.lifecycle import State, Verdict
from domain.outgoing import OutgoingMessage
from domain.people import Person
from domain.ports.errors import SourceError
from domain.requests import OnceKey
from domain.sentence import Say, say
from domain.ticket import TicketSubject
from domain.waiver import Waiver
from rules.engine import evaluate

_NEEDLESS = "needless"
_ENDS = say("an exception is about to end")
_NOT_NEEDED = say("an exception is no longer needed")


@dataclass(frozen=True, slots=True)
class _Upcoming:
    """Exceptions to a ticket that were recorded together, of which the same is to be told; by what it comes once."""

    row: TicketRow
    step: str
    claims: tuple[OnceKey, ...]
    waivers: tuple[Waiver, ...]

    @property
    def reason(self) -> Say:
        return _NOT_NEEDED if self.step == _NEEDLESS else _ENDS


def note_waivers(ctx: Context, gatherer: FactsBuilder, report: Report) -> None:
    """Enqueue what is to be told now of exceptions, in office hours; the ticket is looked at again just before."""
    if ctx.recipients is None:
        return
    sources = {source.name: source for source in ctx.sources}
    for up in _upcoming(ctx):
        if up.row.source not in sources or ctx.stop():
            continue
        try:
            facts = gatherer.facts(sources[up.row.source], up.row.ref)
            _tell(ctx, up, facts, report)
        except SourceError as error:
            report.problem(f"{up.row.key}: {error.line}")


def _upcoming(ctx: Context) -> Iterator[_Upcoming]:
    """By the journal alone: what was not told before and is due now."""
    found: dict[tuple[str, str, datetime, datetime, str], list[tuple[OnceKey, Waiver]]] = {}
    rows: dict[str, TicketRow] = {}
    for running in ctx.journal.running_waivers(ctx.clock()):
        waiver = running.waiver
        row = ctx.journal.row(*TicketSubject.parse(waiver.ticket))
        if (
            row is None
            or not _in_sight(row)
            or not ctx.policy.calendar_of(row.team).in_office_hours(ctx.clock())
        ):
            continue
        if step := _step(ctx, running, row):
            rows[waiver.ticket] = row
            together = (waiver.ticket, waiver.account, waiver.recorded_at, waiver.until, step)
            found.setdefault(together, []).append((_claim(ctx, waiver, step), waiver))
    sent = ctx.journal.sent_once(claim for some in found.values() for claim, _ in some)
    for (ticket, _, _, _, step), some in found.items():
        due = [(claim, waiver) for claim, waiver in some if claim not in sent]
        if due:
            claims, waivers = tuple(claim for claim, _ in due), tuple(waiver for _, waiver in due)
            yield _Upcoming(rows[ticket], step, claims, waivers)


def _in_sight(row: TicketRow) -> bool:
    return row.not_found_at is None and row.hidden_at is None and row.state is not State.CANCELED


def _step(ctx: Context, running: RunningWaiver, row: TicketRow) -> str:
    if running.verdict is Verdict.MET:
        return _NEEDLESS
    if running.verdict is not Verdict.WAIVED:
        return ""
    calendar = ctx.policy.calendar_of(row.team)
    step = lapse_step(running.waiver.recorded_at, running.waiver.until, calendar, ctx.clock())
    return str(step) if step is not None else ""


def _claim(ctx: Context, waiver: Waiver, step: str) -> OnceKey:
    # With the moment of its recording: what is recorded anew after an end is told of anew.
    name = f"waiver:{waiver.ticket}:{waiver.rules[0]}:{waiver.recorded_at:%Y%m%dT%H%M%S}:{step}"
    return OnceKey(name, ctx.policy.calendar.local_day(waiver.until))


def _tell(ctx: Context, up: _Upcoming, facts: Facts, report: Report) -> None:
    noted = _noted(ctx, up, facts)
    if not ctx.policy.act:
        if noted:
            report.planned.append(Planned(up.row.key, ctx.messenger, "waiver", up.reason.msgid))
        return
    wishes = _wishes(ctx, up, noted, facts) if noted else []
    if noted and not wishes and ctx.recipients:
        report.problem(f"{up.row.key}: nobody to tell of an exception: set {ctx.recipients.setting()}")
        return
    # What turns out to need no word is not read again in each cycle either.
    ctx.journal.enqueue_once(up.claims, wishes, ctx.clock())


def _noted(ctx: Context, up: _Upcoming, facts: Facts) -> tuple[NotedWaiver, ...]:
    """Those of which it still holds as the ticket stands now."""
    findings = {finding.id: finding for finding in evaluate(facts, ctx.policy.packs)}
    noted = (NotedWaiver(one, findings[one.rules[0]]) for one in up.waivers if one.rules[0] in findings)
    if up.step == _NEEDLESS:
        return tuple(one for one in noted if one.finding.verdict is Verdict.MET)
    return tuple(one for one in noted if one.waiver in one.finding.waivers and not one.finding.for_good)


def _wishes(ctx: Context, up: _Upcoming, noted: Sequence[NotedWaiver], facts: Facts) -> list[OutgoingMessage]:
    """One message to who recorded it, where their address is known, and one to the team."""
    waiver, team = up.waivers[0], Team(facts.ticket.team)
    recorder = _recorder(facts, waiver)
    own = channel_of(recorder, ctx.recipients, "") if recorder and ctx.recipients else None
    theirs = channel_of(team, ctx.recipients, "") if ctx.recipients else None
    places = {
        channel: audience for channel, audience in ((theirs, team), (own, recorder)) if channel and audience
    }
    wishes = []
    for channel, audience in places.items():
        speak = ctx.speaker_to(audience, facts.ticket.team)
        to_recorder = isinstance(audience, Person)
        body = compose(facts.ticket, up.step != _NEEDLESS, noted, speak, recorder=to_recorder)
        mark = digest_of([[claim.what, str(claim.day)] for claim in up.claims])[:16]
        wishes.append(
            OutgoingMessage(
                target=ctx.messenger,
                ticket=facts.ticket.subject,
                kind=f"waiver-{up.step}:{mark}:{'recorder' if to_recorder else 'team'}",
                container=channel,
                digest=digest_of(body),
                body=body,
                reason=up.reason,
                once=True,
            )
        )
    return wishes


def _recorder(facts: Facts, waiver: Waiver) -> Person | None:
    """Who recorded it, as the ticket's system knows them now."""
    known = (person for held in facts.roles.values() for person in held.people)
    owning = (person for s in facts.subjects if s.asset for person in s.asset.owner.people)
    everybody = (*known, *owning, *facts.people("application_owner"))
    return next((one for one in everybody if one.active and one.id == waiver.account), None)
