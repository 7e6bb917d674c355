"""What must hold of messages that time alone brings about, reckoned from what stands outside and not from the journal:
reminders before a start, what people asked to be left in peace from, formal notifications and their receipts.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from harbour import CALENDAR, PACKS, STEPS, Harbour
from waters import Message

from bot.intake.facts import FactsBuilder
from bot.policy.ticket_summary import Overview, overview
from domain.facts import Facts
from domain.lifecycle import State
from rules.engine import evaluate
from rules.grouping import group_findings

_REMINDED = re.compile(r"(?m)^[A-Z]+-(\d) · .*: (.+)$")
_STARTS = re.compile(r"starts within (\d) working days?, on (.+)")
_STAGES = {"Available in production": 1, "Fully operational": 2}
_NOTIFIED = re.compile(rf"^({'|'.join(_STAGES)}): [A-Z]+-(\d) ")
_AFTER = (1, 3)
"""Working days after which whoever has not confirmed a notification is reminded."""


@dataclass(frozen=True, slots=True)
class Rest:
    """Somebody asked to be left in peace from a ticket, between two moments."""

    number: str
    account: str
    at: datetime
    until: datetime
    woken: bool


@dataclass(frozen=True, slots=True)
class Reminder:
    """That a ticket, by its number, waits; `why` as it was said, `step` in working days where it has one."""

    number: str
    container: str
    at: datetime
    why: str

    @property
    def step(self) -> int | None:
        """Working days before the start."""
        found = _STARTS.fullmatch(self.why)
        return int(found[1]) if found else None


def reminders(harbour: Harbour) -> list[Reminder]:
    """All that were ever sent."""
    return [
        Reminder(number, message.place.container, message.at, why)
        for message in harbour.slack.messages
        if re.match(r"\d+ changes? waits? for you", message.body["text"])
        for number, why in _REMINDED.findall(message.body["text"])
    ]


def none_twice(harbour: Harbour) -> None:
    """No step of no start is told twice in one conversation."""
    steps = Counter(
        (one.number, one.container, one.why) for one in reminders(harbour) if one.step is not None
    )
    assert not (twice := [what for what, times in steps.items() if times > 1]), f"reminded twice: {twice}"


def all_due(harbour: Harbour, rests: Sequence[Rest]) -> None:
    """Whatever is to be settled before a start, or should have been by now, was told; softly to who asked for rest."""
    sent = reminders(harbour)
    for number, facts, view in standing(harbour):
        told = [one for one in sent if one.number == number]
        if view.obligations and facts.settle_by:
            begun = CALENDAR.working_days_before(facts.settle_by, 1)
            assert facts.now < begun or any(one.at >= begun for one in told), (
                "the emergency's last day untold"
            )
            continue
        if facts.ticket.state.over or facts.ticket.state is State.DRAFT:
            continue
        if view.missing:
            late = [one for one in told if one.why == "this should have been in order by now"]
            assert late, f"CHG-{number} is overdue, and nobody was told"
        step = _step(facts) if view.forbidden or view.upcoming else None
        spared = step != min(STEPS) and any(rest.number == number for rest in rests)
        if step and not spared:
            begun = CALENDAR.working_days_before(facts.field("planned_start").value, step)
            steps = [one for one in told if one.step == step and one.at >= begun]
            assert steps, f"CHG-{number} starts within {step} working days, and nobody was told"


def standing(harbour: Harbour) -> Iterator[tuple[str, Facts, Overview]]:
    """Each ticket that is there, as it is now."""
    gatherer, site = FactsBuilder(harbour.context()), harbour.site
    for number, ticket in site.tickets.items():
        if number not in site.gone:
            facts = gatherer.facts(site, site.ref(ticket))
            yield number, facts, overview(group_findings(evaluate(facts, PACKS)), facts.ticket.state)


def _step(facts: Facts) -> int | None:
    start, now = facts.field("planned_start").value, facts.now
    if not isinstance(start, datetime) or now >= start or facts.ticket.state.reached(State.IMPLEMENT):
        return None
    return min((n for n in STEPS if CALENDAR.working_days_before(start, n) <= now), default=None)


def left_in_peace(harbour: Harbour, rests: Sequence[Rest], since: datetime, members: Sequence[str]) -> None:
    """Whoever rests is not reminded in person of a step that is not the last, where all of them rest."""
    for one in reminders(harbour):
        if one.at < since or one.step in (None, min(STEPS)) or not one.container.startswith("D-"):
            continue
        held = {r.account for r in rests if r.number == one.number and r.at <= one.at < r.until}
        assert not set(members) <= held, f"reminded of CHG-{one.number} although they asked for rest"


def woken(harbour: Harbour, naps: Sequence[Rest]) -> None:
    """Whose snooze is over hears of it again, when something is still to be settled."""
    now_asked = {number for number, _, view in standing(harbour) if view.now}
    over = {n for n, t in harbour.site.tickets.items() if t.state.over}
    for nap in naps:
        if nap.number in now_asked - over:
            told = [
                one
                for one in reminders(harbour)
                if (one.number, one.container) == (nap.number, f"D-{nap.account}") and one.at >= nap.until
            ]
            assert told, f"nobody woke {nap.account} for CHG-{nap.number}"


def notifications(harbour: Harbour) -> list[tuple[str, int, Message]]:
    """Number of the ticket, stage, and the message."""
    return [
        (found[2], _STAGES[found[1]], message)
        for message in harbour.slack.messages
        if not message.place.thread and (found := _NOTIFIED.match(message.body["text"]))
    ]


def announced(harbour: Harbour) -> None:
    """What was rolled out and is on record was announced, once in each place; and so is what is operational."""
    sent = notifications(harbour)
    places = Counter((number, stage, message.place.container) for number, stage, message in sent)
    assert not (twice := [what for what, times in places.items() if times > 1]), f"announced twice: {twice}"
    for number, facts, _ in standing(harbour):
        operational = facts.field("operational_at").value
        done = facts.field("actual_end").filled and facts.field("result").filled
        if done and facts.ticket.approvals_readable:
            stages = {stage for n, stage, _ in sent if n == number}
            assert 1 in stages, f"nobody was told that CHG-{number} is in production"
            ready = isinstance(operational, datetime) and operational <= facts.now
            assert not ready or 2 in stages, f"nobody was told that CHG-{number} is fully operational"


def receipts(harbour: Harbour, confirmed: Sequence[tuple[str, str, datetime]]) -> None:
    """Who has not confirmed is reminded once and once more, who has is left in peace, and all are told of it.
    `confirmed` gives number of the ticket, remote id of the notification and moment of each receipt.
    """
    given = {remote_id: at for _, remote_id, at in confirmed}
    for number, _, message in notifications(harbour):
        below = [m for m in harbour.slack.messages if m.place.thread == message.remote_id]
        asked = [m for m in below if "still waits for your receipt" in m.body["text"]]
        thanks = [m for m in below if "confirmed receipt on" in m.body["text"]]
        at, now = given.get(message.remote_id), harbour.now
        assert len(asked) <= len(_AFTER), f"reminded too often of a receipt of CHG-{number}"
        assert len(thanks) <= bool(at), f"a receipt of CHG-{number} told twice, or not given"
        if number in harbour.site.gone or now - message.at > timedelta(days=29):
            continue
        if at:
            assert thanks, f"the receipt of CHG-{number} was told to nobody"
            assert all(m.at <= at for m in asked), "reminded of what was confirmed"
        elif CALENDAR.in_office_hours(now) and CALENDAR.working_days_after(message.at, _AFTER[0]) <= now:
            assert asked, f"nobody was reminded of the receipt of CHG-{number}"
