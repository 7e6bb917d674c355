"""Stage 4: findings against what was said before → what to say, where, and why it speaks. Pure, no clock.

Nothing is decided about delivery here: an intent names an audience, and `bot.outbox.dispatcher` sees to it that each
intent ends up as exactly one message.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.messages import card
from bot.messages import handover as notification
from bot.messages.comment import VERSION, compose
from bot.messages.formats.size_limit import fitted
from bot.messages.handover import Earlier, HandoverAudience
from bot.messages.i18n.speaker import Translator
from bot.messages.intent import CARD, COMMENT, DeliveryForm, Intent, Previous, digest_of
from bot.policy import handover
from bot.policy.audience import Audience, OnTicket, Team
from bot.policy.ticket_summary import Overview, left_open, overview
from domain.facts import Facts
from domain.finding import Finding
from domain.lifecycle import WORST_FIRST, Severity, State, Verdict
from domain.sentence import Say, say
from rules.grouping import RequirementGroup, group_findings
from rules.nothing_asked import NothingAsked


def decide(
    facts: Facts,
    findings: Sequence[Finding],
    memory: Previous,
    voice: DeliveryForm,
    unasked: NothingAsked | None = None,
) -> tuple[Intent, ...]:
    """What should stand in the ticket and on Slack, given what stands there. `unasked` is why nothing was found."""
    lines = group_findings(findings)
    alone = _in_the_ticket_alone(facts, lines, memory)
    if not _worth_saying(facts, lines, memory) and not (alone and deviations(findings)):
        return ()
    view = overview(lines, facts.ticket.state, unasked)
    intents = list(_comment(facts, findings, view, memory, voice))
    if voice.slack and not alone:
        intents.append(_card(facts, view, memory, voice))
        intents += _news(facts, view, memory, voice)
    return tuple(intents)


def handovers(
    facts: Facts,
    findings: Sequence[Finding],
    memory: Previous,
    voice: DeliveryForm,
    speakers: Mapping[Audience, Translator] | None = None,
) -> tuple[Intent, ...]:
    """The formal notifications that are due, to each recipient on its own, in the language of `speakers`."""
    stages, told = handover.stages_due(facts, findings), voice.slack or voice.mail
    if not stages or not told or facts.ticket.state is State.CANCELED:
        return ()
    lines = group_findings(findings)
    # Nobody was asked for anything while it was open: what it lacks is told, and not made good by the bot afterwards.
    if _in_the_ticket_alone(facts, lines, memory):
        return ()
    if not _worth_saying(facts, lines, memory):
        return ()
    reason = say("the rollout is recorded and its class asks for a formal notification")
    addressed = handover.recipients(facts, findings)
    everyone = tuple(dict.fromkeys(name for r in addressed for name in r.names))
    found, early = [], handover.too_early(facts, memory.sent)
    for stage in stages:
        for one in addressed:
            turn = handover.round_of(one.key, memory.posted, early)
            kind = handover.kind_of(stage, one.key, turn)
            undone = handover.kind_of(handover.TAKEN_BACK, one.key, turn - 1) in memory.posted
            before = (Earlier.UNDONE if undone else Earlier.OTHERWISE) if turn > 1 else None
            # Where there are no buttons, no receipt can be asked for.
            asked = HandoverAudience(stage, everyone, kind if voice.buttons else "", before)
            speak = (speakers or {}).get(one.audience, voice.speak)
            body = notification.compose(facts, lines, asked, speak)
            letter = notification.letter(facts, lines, asked, speak) if voice.mail else None
            digest = digest_of([body, letter] if letter else body)
            found.append(
                Intent(kind, one.audience, digest, body, reason, True, "", one.names, one.roles, letter)
            )
    return tuple(found)


def taken_back(facts: Facts, recipients: Mapping[str, tuple[Audience, Translator]]) -> tuple[Intent, ...]:
    """To each of those who were told that a rollout is available, by the kind of message: that it was undone."""
    reason = say("a rollout that was announced was rolled back or failed")
    found = []
    for kind, (audience, speak) in recipients.items():
        body, letter = notification.taken_back(facts, speak), notification.letter_taken_back(facts, speak)
        found.append(Intent(kind, audience, digest_of([body, letter]), body, reason, True, letter=letter))
    return tuple(found)


def deviations(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """What the norm requires and was not as it should have been, whether or not it can still be made good."""
    return tuple(f for f in findings if f.severity is Severity.REQUIRED and f.verdict not in _NO_DEVIATION)


def _in_the_ticket_alone(facts: Facts, lines: Sequence[RequirementGroup], memory: Previous) -> bool:
    """Whether a ticket was closed before anybody looked, so that no team is to do anything about it: what it lacks is
    told in the ticket, and to who answers for changes.
    """
    over = memory.unseen is not None and facts.ticket.state.over and CARD not in memory.spoken
    return over and not _to_be_made_good(facts, lines)


def _worth_saying(facts: Facts, lines: Sequence[RequirementGroup], memory: Previous) -> bool:
    """Once something was said it is kept true. Before that: not about what is over, what is still a draft
    (unless it says something forbidden), nor when there is nothing to settle. An emergency that is over before it
    was ever looked at is told of what it skipped while that can be made good in time.
    """
    if memory.spoken:
        return True
    left, state = left_open(lines, facts.ticket.state), facts.ticket.state
    if state.over:
        return _to_be_made_good(facts, left)
    if state is State.DRAFT:
        return any(line.verdict is Verdict.VIOLATED for line in left)
    unsettled = any(line.verdict.open for line in left)
    told = (Verdict.WAIVED, Verdict.LATE)
    return unsettled or any(line.underway or line.verdict in told for line in lines)


def _to_be_made_good(facts: Facts, lines: Sequence[RequirementGroup]) -> bool:
    """Whether an emergency skipped something that can still be made good in time."""
    skipped = any(line.verdict is Verdict.MISSING and line.settle_by for line in lines)
    return bool(skipped and facts.settle_by and facts.now < facts.settle_by)


def _reason(memory: Previous, kind: str) -> Say:
    return (
        say("what it says has changed") if kind in memory.spoken else say("first thing said of this ticket")
    )


def _comment(
    facts: Facts,
    findings: Sequence[Finding],
    view: Overview,
    memory: Previous,
    voice: DeliveryForm,
) -> tuple[Intent, ...]:
    if voice.form is None:
        return ()
    # ServiceNow's work notes stay as they are, so a new one names the one it replaces.
    replaces = None if voice.editable else memory.noted_at
    document = compose(facts, view, voice.speak, replaces, unseen=_found_closed(facts, memory))
    body = fitted(document, voice.form, voice.speak)
    # A note that cannot be edited is written anew only when the set of open findings changes, not its wording.
    meaning = body if voice.editable else _open_set(facts, findings, voice)
    return (Intent(COMMENT, OnTicket(), digest_of(meaning), body, _reason(memory, COMMENT)),)


def _found_closed(facts: Facts, memory: Previous) -> bool:
    return memory.unseen is not None and facts.ticket.state.over


def _open_set(facts: Facts, findings: Sequence[Finding], voice: DeliveryForm) -> list[Any]:
    canceled = facts.ticket.state is State.CANCELED
    waivers = sorted([f.id, *(one.until.isoformat() for one in f.waivers)] for f in findings if f.waiver)
    overdue = sorted(f.id for f in findings if f.settle_by and f.settle_by <= facts.now)
    late = sorted(f.id for f in findings if f.verdict is Verdict.LATE)
    return [
        VERSION,
        voice.speak.language,
        canceled,
        sorted(
            [f.id, f.verdict.value] for f in findings if f.verdict.open and f.severity is Severity.REQUIRED
        ),
        # Left out when empty, so that notes of before there were waivers keep their digest and are not written again.
        *([waivers, overdue] if waivers or overdue else []),
        *([late] if late else []),
    ]


def _card(facts: Facts, view: Overview, memory: Previous, voice: DeliveryForm) -> Intent:
    body = card.compose(facts, view, voice.in_channel, buttons=voice.buttons, refused=memory.refused)
    return Intent(CARD, Team(facts.ticket.team), digest_of(body), body, _reason(memory, CARD))


def _news(facts: Facts, view: Overview, memory: Previous, voice: DeliveryForm) -> tuple[Intent, ...]:
    """What was settled or came up since the card was posted, in its thread."""
    # Before the card stands it has no thread, and then it says all of it itself.
    if CARD not in memory.posted or memory.verdicts is None:
        return ()
    # An advice is named in the comment; it is no news to anybody's day.
    view = view.without_advice
    settled = [line for line in view.lines if _came_right(line, memory)]
    raised = [line for line in view.lines if _came_up(line, memory)]
    if not settled and not raised:
        return ()
    body = card.news(facts, settled, raised, view, voice.in_channel)
    # The stamp tells the same point settled twice apart; a run that is repeated finds the same event.
    event = digest_of([facts.ticket.updated.isoformat(), [x.ids for x in settled], [x.ids for x in raised]])
    reason = say("a point was settled or came up")
    return (
        Intent(
            f"news:{event[:12]}", Team(facts.ticket.team), event, body, reason, once=True, thread_kind=CARD
        ),
    )


_PRESSING = (Verdict.VIOLATED, Verdict.MISSING)
# Of what is over: all the rest was not in order, whatever name it has.
_NO_DEVIATION = frozenset({Verdict.MET, Verdict.PENDING, Verdict.WAIVED, Verdict.UNKNOWN})


def _came_right(line: RequirementGroup, memory: Previous) -> bool:
    return line.verdict is Verdict.MET and _was(line, memory).open


def _came_up(line: RequirementGroup, memory: Previous) -> bool:
    return line.verdict in _PRESSING and _was(line, memory) not in _PRESSING


def _was(line: RequirementGroup, memory: Previous) -> Verdict:
    """The line's verdict last time: the worst of its rules; UNKNOWN when it was not asked then."""
    before = [memory.verdicts[i] for i in line.ids if memory.verdicts and i in memory.verdicts]
    return min(before, key=WORST_FIRST.index, default=Verdict.UNKNOWN)
