"""Slack messages: the card of a ticket, news in its thread, and reminders.

`text` carries the whole message: screen readers read it instead of the blocks. Ticket text goes into plain
text and rich text elements only, which Slack shows as they are.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.messages.blockkit import blocks
from bot.messages.blockkit.mrkdwn import escape, is_web
from bot.messages.blockkit.parts import Message
from bot.messages.blockkit.parts import heading as _heading
from bot.messages.blockkit.parts import message as _message
from bot.messages.blockkit.parts import point as _line
from bot.messages.blockkit.parts import text as _text
from bot.messages.i18n.speaker import Translator
from bot.messages.overview import account, class_line, deadline, headline, next_step, seen, title, who
from bot.messages.schedule_conflicts import planning_line
from bot.messages.waivers import excepted
from bot.policy.actions import Action, encode
from bot.policy.audience import Team
from bot.policy.reminders import OVERDUE, SNOOZED, Due, Reminder
from bot.policy.ticket_summary import Overview
from domain.document import Tone
from domain.facts import Facts
from domain.lifecycle import State
from domain.people import Role
from domain.sentence import Quote
from domain.ticket import Ticket
from rules.grouping import RequirementGroup
from rules.wording import ROLES

SHOWN = 6
"""Open points on a card; the others are counted. The ticket's comment has them all."""
NAMED = 3
"""People who have seen it that a reminder names; of more, how many others."""
SHOWN_ALONE = 30
"""Open points on a card when the ticket has no comment."""

_SIGNS = {Tone.STOP: "⛔", Tone.TODO: "⏳", Tone.DONE: "✅", Tone.INFO: "ℹ️"}


def compose(
    facts: Facts,
    view: Overview,
    speak: Translator,
    *,
    buttons: bool = False,
    why: str = "",
    refused: str | None = None,
) -> Message:
    """The card: how the ticket stands, what is missing and from whom, and why the team gets it, unless it is told
    `why` for another reader. `buttons`: whether somebody is there to hear them. `refused` is the system's own reason,
    perhaps empty, for not taking the comment; None when the comment stands in the ticket.
    """
    ticket = facts.ticket
    standing = f"{_sign(view, ticket)} {headline(view, facts, speak)}"
    room = SHOWN if refused is None else SHOWN_ALONE
    points = [] if ticket.state is State.CANCELED else _points(view, facts, speak, room)
    if ticket.state is not State.CANCELED:
        points += [*_underway(view, speak), *_deviations(view, speak), *_waived(view.lines, speak)]
    about = _about(facts, view.lines, speak)
    notices = [] if refused is None else [_alone(refused, speak)]
    notices += [line] if (line := planning_line(facts, speak)) else []
    reason = why or _reason(ticket, speak)
    # Of a ticket that is over nothing is asked, unless an emergency still has to make something good.
    asked = view.now if buttons and not (ticket.state.over and not view.obligations) else ()
    built = [blocks.header(_heading(ticket)), blocks.rich_text([blocks.words(standing, bold=True)])]
    built += [blocks.bullets(*points)] if points else []
    built += [
        *(blocks.rich_text([blocks.words(row)]) for row in (*notices, about)),
        *_buttons(ticket, speak, asked),
        blocks.context(escape(reason)),
    ]
    # The link last: what is too long leaves out rows before the last one.
    said = _text(_heading(ticket), standing, *map(_words, points), *notices, about, reason, ticket.url)
    return _message(said, built)


def news(
    facts: Facts,
    settled: Sequence[RequirementGroup],
    raised: Sequence[RequirementGroup],
    view: Overview,
    speak: Translator,
) -> Message:
    """What was settled and what came up, and what is next."""
    ticket = facts.ticket
    parts = [
        *(f"✅ {title(line, speak)} — {seen(line, speak)}" for line in settled),
        *(f"⛔ {title(line, speak)} — {seen(line, speak)}" for line in raised),
        next_step(view, facts, speak) or headline(view, facts, speak),
    ]
    built = [blocks.rich_text([blocks.words(part)]) for part in parts]
    return _message(_text(_heading(ticket), *parts), built)


def gone(key: str, summary: str, told: str, speak: Translator) -> Message:
    """The card of a ticket that is followed no longer because it is not there any more."""
    heading, standing = f"{key} · {' '.join(summary.split())}", f"{_SIGNS[Tone.INFO]} {told}"
    built = [blocks.header(heading), blocks.rich_text([blocks.words(standing, bold=True)])]
    return _message(_text(heading, standing), built)


def reminder(one: Reminder, speak: Translator) -> Message:
    """One message for all that an audience can settle, the most pressing ticket first."""
    keys = {due.facts.ticket.key for due, _ in one.items}
    heading = speak.count("{n} change waits for you", "{n} changes wait for you", len(keys))
    built = [blocks.header(heading)]
    texts = [heading]
    # A ticket takes three blocks at most, and heading and reason need room as well.
    for due, lines in one.items[: blocks.BLOCKS // 4]:
        built += _reminded(due, lines, speak)
        texts += [
            f"{_heading(due.facts.ticket)}: {_when(due, speak)}",
            *(f"• {_line(line, speak)}" for line in lines),
            *_seen_by(due, speak),
            due.facts.ticket.url,
        ]
    why = _asked(one, speak)
    return _message(_text(*texts, why), [*built, blocks.context(escape(why))])


def _asked(one: Reminder, speak: Translator) -> str:
    """Why these readers get a reminder."""
    if any(due.step == SNOOZED for due, _ in one.items):
        return speak.say("You get this because you asked to be reminded.")
    match one.audience:
        case Role():
            return speak.say("You get this because {who} can settle it.", who=ROLES[one.audience])
        case Team(name) if name:
            return speak.say("You get this because {who} can settle it.", who=Quote(name))
        case Team():
            return speak.say("You get this because these tickets name no responsible team.")
        case _:
            return speak.say("You get this because it waits for you.")


def _points(view: Overview, facts: Facts, speak: Translator, room: int) -> list[list[blocks.Element]]:
    points = [
        [
            blocks.words(title(line, speak), bold=True),
            blocks.words(f" — {seen(line, speak)} "),
            # Said in the reader's language already; Quote keeps it from being looked up once more.
            blocks.words(speak.say("Who: {who}", who=Quote(who(line, facts, speak)))),
        ]
        for line in view.now[:room]
    ]
    if rest := len(view.now) - room:
        more = speak.count(
            "and {n} more point, in the ticket", "and {n} more points, in the ticket", max(rest, 0)
        )
        points += [[blocks.words(more)]] if rest > 0 else []
    return points


def _underway(view: Overview, speak: Translator) -> list[list[blocks.Element]]:
    """What the bot itself is at: nobody is asked for it, but everybody may know."""
    return [
        [blocks.words(title(line, speak), bold=True), blocks.words(f" — {seen(line, speak)}")]
        for line in view.underway[:SHOWN]
    ]


def _deviations(view: Overview, speak: Translator) -> list[list[blocks.Element]]:
    """What came too late, and what an emergency made good afterwards: told, and asked of nobody."""
    found = (*view.late, *view.afterwards)
    shown = [
        [blocks.words(title(line, speak), bold=True), blocks.words(f" — {account(line, speak)}")]
        for line in found[:SHOWN]
    ]
    if (rest := len(found) - len(shown)) > 0:
        more = speak.count(
            "and {n} more deviation, in the ticket", "and {n} more deviations, in the ticket", rest
        )
        shown.append([blocks.words(more)])
    return shown


def _waived(lines: Sequence[RequirementGroup], speak: Translator) -> list[list[blocks.Element]]:
    """What is excepted for a while, and by whom: a card without it would look better than the ticket is."""
    found = excepted(lines, speak)
    shown = [[blocks.words(one.name, bold=True), blocks.words(f" — {one.text}")] for one in found[:SHOWN]]
    if (rest := len(found) - len(shown)) > 0:
        more = speak.count(
            "and {n} more exception, in the ticket", "and {n} more exceptions, in the ticket", rest
        )
        shown.append([blocks.words(more)])
    return shown


def _alone(reason: str, speak: Translator) -> str:
    """That the ticket itself does not show this, and why, for those who would look for it there."""
    if reason:
        return speak.say(
            "This stands only here: the ticket itself takes no note ({reason}). It is tried again by itself.",
            reason=Quote(" ".join(reason.split())),
        )
    return speak.say(
        "This stands only here: the ticket itself takes no note. The administrator of this check is told."
    )


def _about(facts: Facts, lines: Sequence[RequirementGroup], speak: Translator) -> str:
    ticket = facts.ticket
    start = ticket.field("planned_start").value
    planned = (
        speak.say("Planned start: {start}.", start=start) if start else speak.say("No planned start yet.")
    )
    state = speak.say("Status: {status}.", status=Quote(ticket.status))
    return " ".join([f"{class_line(facts.subjects, speak)}. {state} {planned}", *_ends(facts, lines, speak)])


def _ends(facts: Facts, lines: Sequence[RequirementGroup], speak: Translator) -> list[str]:
    """The first term that runs out of what is open, where a rule has one of its own."""
    end = min((line.deadline for line in lines if line.verdict.open and line.deadline), default=None)
    if end is None or facts.ticket.state is State.CANCELED:
        return []
    if facts.now < end:
        return [speak.say("Deadline: {moment}.", moment=end)]
    return [speak.say("Deadline: {moment}, which is past.", moment=end)]


def _reminded(due: Due, lines: Sequence[RequirementGroup], speak: Translator) -> list[blocks.Block]:
    ticket = due.facts.ticket
    name = blocks.web_link(ticket.url, _heading(ticket))
    points = [[blocks.words(_line(line, speak))] for line in lines]
    return [
        blocks.rich_text([name, blocks.words(f" — {_when(due, speak)}")]),
        blocks.bullets(*points),
        *(blocks.rich_text([blocks.words(row)]) for row in _seen_by(due, speak)),
    ]


def _seen_by(due: Due, speak: Translator) -> list[str]:
    """Who is on it already, so that nobody else begins with it."""
    told = [speak.say("{person} on {at}", person=Quote(one.person), at=one.at) for one in due.seen_by]
    return [speak.say("Seen by {people}.", people=Quote(speak.listed(told, NAMED)))] if told else []


def _when(due: Due, speak: Translator) -> str:
    if due.view.obligations:
        return deadline(due.facts, speak)
    if due.step == OVERDUE:
        return speak.say("this should have been in order by now")
    start = due.facts.field("planned_start").value
    if due.step == SNOOZED:
        return speak.say("you asked to hear of this again now")
    return speak.count(
        "starts within {n} working day, on {start}",
        "starts within {n} working days, on {start}",
        due.step,
        start=start,
    )


def _buttons(ticket: Ticket, speak: Translator, asked: Sequence[RequirementGroup] = ()) -> list[blocks.Block]:
    """Open the ticket; and where something is `asked`, what can be done about that from here. No decision can."""
    opened = (
        blocks.url_button(speak.say("Open the ticket"), ticket.url, "open_ticket")
        if is_web(ticket.url)
        else None
    )
    rest = presses(ticket, asked, speak) if asked else []
    row = [*([opened] if opened else []), *rest]
    return [blocks.actions(*row)] if row else []


def presses(ticket: Ticket, asked: Sequence[RequirementGroup], speak: Translator) -> list[blocks.Element]:
    """What can be pressed about the open lines of a ticket."""
    value = encode(ticket.source, ticket.id, [line.line for line in asked])
    return [
        blocks.button(speak.say("Seen, I am on it"), Action.SEEN.value, value),
        blocks.button(speak.say("Remind me later"), Action.SNOOZE.value, value),
        blocks.button(speak.say("Explain"), Action.EXPLAIN.value, value),
        blocks.button(speak.say("Record an exception"), Action.WAIVE.value, value),
    ]


def _sign(view: Overview, ticket: Ticket) -> str:
    return _SIGNS[Tone.INFO if ticket.state is State.CANCELED else view.tone]


def _reason(ticket: Ticket, speak: Translator) -> str:
    """Why the reader gets the card."""
    if ticket.team:
        return speak.say(
            "You get this because {team} is responsible for this ticket.", team=Quote(ticket.team)
        )
    return speak.say("You get this because this ticket names no responsible team.")


def _words(point: Sequence[blocks.Element]) -> str:
    return "• " + "".join(element["text"] for element in point)
