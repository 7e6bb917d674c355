"""What goes out on a clock: a digest for each team on working mornings, a pre-read for the CAB once a week.

Both are made of the journal alone; nothing is read for them. The row that says that one went out today is written in
the transaction that enqueues it, so that it comes once, whatever is killed when.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from bot.context import Context
from bot.journal.tickets import TicketRow
from bot.messages.blockkit.parts import Message
from bot.messages.digest import Digest, Entry, Preread, compose, preread
from bot.messages.intent import digest_of
from bot.notify.channels import channel_of
from bot.notify.escalations import Points
from bot.policy.audience import Team
from bot.policy.overdue import RuleInfo, rule_infos
from bot.policy.speaking_times import in_the_morning
from bot.report import Planned, Report
from domain.lifecycle import State, Verdict
from domain.outgoing import OutgoingMessage
from domain.people import Role
from domain.requests import OnceKey, OpenFinding
from domain.sentence import Say, say
from domain.working_calendar import Calendar

REMEMBERED = timedelta(days=30)
"""How long after its last ticket a team still hears that nothing is due."""

_PRESSING = (Verdict.VIOLATED, Verdict.MISSING)
_OPEN = tuple(verdict for verdict in Verdict if verdict.open)


@dataclass(frozen=True, slots=True)
class _DigestData:
    """What the journal knows, read once for all digests."""

    rows: tuple[TicketRow, ...]
    points: Points
    rules: Mapping[str, RuleInfo]
    settled: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def entry(self, row: TicketRow, verdicts: Sequence[Verdict], now: datetime) -> Entry:
        """One ticket as a digest shows it: the rules with these verdicts, strictest of each line."""
        points = [p for p in self.points.get(row.subject, ()) if self._asked_by_now(p, row.state)]
        ends = [p.deadline for p in points if p.deadline and p.verdict.open and p.rule in self.rules]
        # Once the rollout has begun, its planned start is nobody's term any more.
        begins = row.planned_start if not row.state.reached(State.IMPLEMENT) else None
        moments = [moment for moment in (begins, row.settle_by, *ends) if moment]
        return Entry(
            key=row.key,
            summary=row.summary,
            url=row.url,
            team=row.team,
            start=begins,
            end=min([moment for moment in (row.settle_by, *ends) if moment], default=None),
            moment=min(moments, default=None),
            titles=self._titles(p for p in points if p.verdict in verdicts),
            missing=len(self._titles(p for p in points if p.verdict in _PRESSING)),
            since=min(
                (p.since for p in points if p.verdict in verdicts and p.rule in self.rules), default=now
            ),
        )

    def came_right(self, row: TicketRow) -> Entry:
        """A ticket of which something was settled."""
        rules = [rule for rule in self.settled.get(row.subject, ()) if rule in self.rules]
        points = (OpenFinding(rule, Verdict.MET, row.checked_at, None) for rule in rules)
        return Entry(row.key, row.summary, row.url, row.team, titles=self._titles(points))

    def _asked_by_now(self, point: OpenFinding, state: State) -> bool:
        """False for what is only asked once the rollout has begun, while that lies ahead: the card hides it too."""
        rule = self.rules.get(point.rule)
        gate = rule.rule.gate if rule else None
        ahead = gate is not None and not State.IMPLEMENT.reached(gate) and not state.reached(State.IMPLEMENT)
        return not (ahead and point.verdict is Verdict.PENDING and point.deadline is None)

    def _titles(self, points: Iterable[OpenFinding]) -> tuple[Mapping[str, str], ...]:
        lines: dict[str, tuple[RuleInfo, Verdict]] = {}
        for point in points:
            rule = self.rules.get(point.rule)
            if rule and (rule.line not in lines or rule.rule.rank > lines[rule.line][0].rule.rank):
                lines[rule.line] = rule, point.verdict
        return tuple(dict(one.rule.headlines(verdict)) for one, verdict in lines.values())


def send_digests(ctx: Context, report: Report) -> None:
    """Enqueue the digests and the pre-read that are due now and did not go out yet."""
    if ctx.recipients is None:
        return
    rules = rule_infos(ctx.policy.packs)
    _digests(ctx, rules, report)
    _preread(ctx, rules, report)


def _digests(ctx: Context, rules: Mapping[str, RuleInfo], report: Report) -> None:
    at, now = ctx.policy.talk.digest_at, ctx.clock()
    if at is None:
        return
    teams = {team for team in _teams(ctx, now) if in_the_morning(at, ctx.policy.calendar_of(team), now)}
    # Teams that share a channel share a digest: nobody reads two of them.
    by_channel: dict[str, list[str]] = {}
    for team in sorted(teams):
        channel = channel_of(Team(team), ctx.recipients, "") if ctx.recipients else None
        if channel:
            by_channel.setdefault(channel, []).append(team)
    due = {
        # Teams of one channel may keep different days and languages: the first by name speaks for all.
        OnceKey(f"digest:{channel}", ctx.policy.calendar_of(names[0]).local_day(now)): (channel, names)
        for channel, names in by_channel.items()
    }
    for claim in sorted(set(due) - ctx.journal.sent_once(due)):
        channel, names = due[claim]
        speak = ctx.speaker_to(Team(names[0]), names[0])
        body = compose(_digest(ctx, rules, names, at), speak)
        _say(ctx, claim, channel, body, say("the digest of the working day"), report)


def _teams(ctx: Context, now: datetime) -> set[str]:
    """Teams of open tickets, and of tickets that were touched not long ago."""
    return {row.team for row in ctx.journal.followed(now - REMEMBERED)}


def _digest(ctx: Context, rules: Mapping[str, RuleInfo], teams: Sequence[str], at: time) -> Digest:
    """The digest of the teams that read one channel."""
    now, calendar = ctx.clock(), ctx.policy.calendar_of(teams[0])
    today = calendar.local_day(now)
    # Since the digest before this one; on a Monday that is Friday's.
    since = calendar.at(_day_before(calendar, today), at)
    rows = tuple(row for row in ctx.journal.followed(since) if row.team in teams)
    seen = _DigestData(rows, ctx.journal.points(), rules, _settled(ctx, since, now))
    # An emergency that is over is followed on while it has something to make good.
    open_ = [row for row in rows if not row.state.over or row.settle_by]
    asked = [row for row in open_ if _asked(row)]
    days = [(_on(calendar, entry), entry) for entry in _coming(seen, asked, now)]
    # Where nobody is reminded at all: a working week.
    horizon = _horizon(calendar, today, max(ctx.policy.reminders.remind_days, default=5))
    pressing = (seen.entry(row, _PRESSING, now) for row in asked)
    return Digest(
        teams=tuple(teams),
        at=now,
        overdue=tuple(entry for entry in pressing if entry.missing),
        today=tuple(entry for day, entry in days if day <= today),
        soon=tuple(entry for day, entry in days if today < day <= horizon),
        settled=tuple(entry for entry in map(seen.came_right, rows) if entry.titles),
        followed=len(open_),
    )


def _settled(ctx: Context, since: datetime, now: datetime) -> Mapping[str, tuple[str, ...]]:
    """The rules that came in order in that time, by ticket ("source:id")."""
    found: dict[str, tuple[str, ...]] = {}
    for one in ctx.journal.settled(since, now):
        found[one.ticket] = (*found.get(one.ticket, ()), one.rule)
    return found


def _coming(seen: _DigestData, rows: Sequence[TicketRow], now: datetime) -> list[Entry]:
    """What has a moment ahead and nothing overdue: that stands elsewhere. The nearest first."""
    entries = [seen.entry(row, _OPEN, now) for row in rows]
    timed = [entry for entry in entries if entry.moment and entry.titles and not entry.missing]
    return sorted(timed, key=lambda entry: (entry.moment or now, entry.key))


def _asked(row: TicketRow) -> bool:
    return row.state not in (State.DRAFT, State.CANCELED)


def _on(calendar: Calendar, entry: Entry) -> date:
    return calendar.local_day(entry.moment) if entry.moment else date.max


def _day_before(calendar: Calendar, day: date) -> date:
    """The working day before."""
    day -= timedelta(days=1)
    while not calendar.is_working_day(day):
        day -= timedelta(days=1)
    return day


def _horizon(calendar: Calendar, day: date, days: int) -> date:
    """So many working days on."""
    for _ in range(days):
        day = calendar.working_day_from(day + timedelta(days=1))
    return day


def _preread(ctx: Context, rules: Mapping[str, RuleInfo], report: Report) -> None:
    talk, now, calendar = ctx.policy.talk, ctx.clock(), ctx.policy.calendar
    today = calendar.local_day(now)
    if talk.preread_weekday is None or today != preread_day(calendar, today, talk.preread_weekday):
        return
    # By the Monday of its week: a holiday may move the day on which it goes out.
    claim = OnceKey("preread:cab", today - timedelta(days=today.weekday()))
    channel = channel_of(Role.CAB, ctx.recipients, "") if ctx.recipients else None
    if (
        channel is None
        or not in_the_morning(talk.preread_at, calendar, now)
        or ctx.journal.sent_once([claim])
    ):
        return
    rows = tuple(row for row in ctx.journal.rows_awaiting() if _asked(row))
    seen = _DigestData(rows, ctx.journal.points(), rules)
    found = tuple(_exceptions(seen, now))
    went_up = {ask.ticket for ask in ctx.journal.requests() if ask.step is not None}
    raised = {row.key for row in rows if row.subject in went_up}
    body = preread(Preread(now, found, frozenset(raised), len(rows)), ctx.speaker_to(Role.CAB, ""))
    _say(ctx, claim, channel, body, say("the weekly pre-read of the CAB"), report)


def _exceptions(seen: _DigestData, now: datetime) -> Iterator[tuple[Say, Entry]]:
    """What a CAB should look at, heaviest first: not allowed, overdue, excepted. All the rest is on course."""
    sections = (
        ((Verdict.VIOLATED,), say("not allowed")),
        ((Verdict.MISSING,), say("not in order in time")),
        ((Verdict.WAIVED,), say("has a recorded exception")),
    )
    for verdicts, told in sections:
        entries = (seen.entry(row, verdicts, now) for row in seen.rows)
        for entry in sorted((e for e in entries if e.titles), key=lambda e: (e.since, e.key)):
            yield told, entry


def preread_day(calendar: Calendar, today: date, weekday: int) -> date | None:
    """The day of the week of `today` on which the pre-read goes out: that weekday, or the working day before it, or
    else the first after it; None in a week without working days.
    """
    monday = today - timedelta(days=today.weekday())
    week = [monday + timedelta(days=n) for n in (*range(weekday, -1, -1), *range(weekday + 1, 5))]
    return next((day for day in week if calendar.is_working_day(day)), None)


def _say(ctx: Context, claim: OnceKey, channel: str, body: Message, reason: Say, report: Report) -> None:
    if not ctx.policy.act:
        report.planned.append(
            Planned(claim.what.partition(":")[0], ctx.messenger, claim.what.partition(":")[0], reason.msgid)
        )
        return
    wish = OutgoingMessage(
        target=ctx.messenger,
        ticket=claim.what,
        kind=f"{claim.what.partition(':')[0]}:{claim.day}",
        container=channel,
        digest=digest_of(body),
        body=body,
        reason=reason,
        once=True,
    )
    ctx.journal.enqueue_once([claim], [wish], ctx.clock())
