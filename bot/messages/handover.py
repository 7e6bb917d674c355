"""The formal handover notifications: what operations needs at hand, for each recipient, and the button for receipt.

The same is said on Slack and by e-mail. Text of a ticket stands in it as it is, and nothing in it comes alive.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto
from typing import Any
from urllib.parse import quote, unquote

from bot.messages.blockkit import blocks
from bot.messages.blockkit.blocks import Block
from bot.messages.blockkit.limits import finished, text_of
from bot.messages.blockkit.mrkdwn import cut, is_web
from bot.messages.i18n.speaker import Translator
from bot.messages.overview import class_line, title, who
from bot.messages.waivers import excepted
from bot.policy.actions import Action, encode
from bot.policy.handover import AVAILABLE, named
from bot.policy.ticket_summary import left_open
from domain.facts import Facts
from domain.fields import FIELDS, Field
from domain.people import Group, Person
from domain.sentence import Quote, say
from domain.ticket import Ticket
from rules.grouping import RequirementGroup

LONG = 300
"""Characters of one field; the ticket has the rest."""

OPEN = 10
"""Open points that are named; of more, how many others there are."""

PAPERS = ("package", "install_doc", "procedures", "fallback_plan", "post_verification")
_PEOPLE = ("responsible_group", "implementer", "application_owner", "requester", "handed_over_to")
_NAMES = {
    "responsible_group": say("Responsible team"),
    "implementer": say("Carried out by"),
    "application_owner": say("Application owner"),
    "requester": say("Requested by"),
    "handed_over_to": say("Taken over by"),
}


class Earlier(Enum):
    """What became of an earlier notification: the rollout was undone, or its end was corrected to later."""

    UNDONE = auto()
    OTHERWISE = auto()


_EARLIER = {
    Earlier.UNDONE: say("What you were told of an earlier rollout was taken back; this is about a new one."),
    Earlier.OTHERWISE: say(
        "What you were told before gave another end of the rollout; this takes its place."
    ),
}


@dataclass(frozen=True, slots=True)
class HandoverAudience:
    """One notification. `stage` 1: available in production; 2: fully operational. `everyone` are the names it goes to;
    `kind` is what its receipt is noted under, empty where nobody hears the button; `earlier` what became of one
    that the same people had before.
    """

    stage: int
    everyone: tuple[str, ...]
    kind: str = ""
    earlier: Earlier | None = None


@dataclass(frozen=True, slots=True)
class _Part:
    """A heading, and what stands below it, item by item."""

    heading: str
    items: tuple[str, ...]


def receipt_of(value: str) -> str:
    """The kind of notification that a button's value is about."""
    return unquote(value)


def compose(
    facts: Facts, lines: Sequence[RequirementGroup], asked: HandoverAudience, speak: Translator
) -> dict[str, Any]:
    """The notification on Slack."""
    rows, parts = _opening(facts, asked, speak), _parts(facts, lines, speak)
    closing = [_for(asked, speak)]
    please = speak.say("Please confirm that you have received this.") if asked.kind else ""
    built = [blocks.header(rows[0]), *(_paragraph(row) for row in rows[1:])]
    for part in parts:
        built.append(_paragraph(part.heading, bold=True))
        built.append(blocks.bullets(*([blocks.words(item)] for item in part.items)))
    built += [_paragraph(row) for row in (*closing, please) if row]
    built += buttons(facts.ticket, asked.kind, speak)
    text = text_of([*rows, *_flat(parts), *closing, please, facts.ticket.url], more(speak))
    return finished(text, built, more(speak))


def letter(
    facts: Facts, lines: Sequence[RequirementGroup], asked: HandoverAudience, speak: Translator
) -> dict[str, str]:
    """The notification as an e-mail: subject and text."""
    rows, parts = _opening(facts, asked, speak), _parts(facts, lines, speak)
    paragraphs = ["\n".join(rows[1:])]
    paragraphs += ["\n".join([part.heading, *(f"- {item}" for item in part.items)]) for part in parts]
    paragraphs += [_for(asked, speak), facts.ticket.url]
    return {"subject": rows[0], "text": "\n\n".join(filter(None, [*paragraphs, _closing(speak)]))}


def taken_back(facts: Facts, speak: Translator) -> dict[str, Any]:
    """On Slack: that a rollout which was announced was rolled back or failed."""
    rows = _undone(facts, speak)
    built = [
        blocks.header(rows[0]),
        *(_paragraph(row) for row in rows[1:]),
        *buttons(facts.ticket, "", speak),
    ]
    return finished(text_of([*rows, facts.ticket.url], more(speak)), built, more(speak))


def letter_taken_back(facts: Facts, speak: Translator) -> dict[str, str]:
    """The same as an e-mail: subject and text."""
    rows = _undone(facts, speak)
    return {
        "subject": rows[0],
        "text": "\n\n".join(filter(None, [*rows[1:], facts.ticket.url, _closing(speak)])),
    }


@dataclass(frozen=True, slots=True)
class Sent:
    """A notification that was delivered: of which ticket (system and id there), as what, and when (UTC)."""

    source: str
    id: str
    heading: str
    url: str
    kind: str
    at: datetime


def reminder(one: Sent, speak: Translator) -> dict[str, Any]:
    """That a notification still waits for its receipt; with the button, in its thread."""
    told = speak.say(
        "The formal notification of {sent} still waits for your receipt: {ticket}",
        sent=one.at,
        ticket=Quote(one.heading),
    )
    row = [_receive(one.source, one.id, one.kind, speak)]
    return finished(text_of([told, one.url]), [_paragraph(told), blocks.actions(*row)])


def confirmed(person: str, at: datetime, speak: Translator) -> dict[str, Any]:
    """That somebody confirmed receipt: in the notification's thread, for all who got it."""
    told = speak.say("{person} confirmed receipt on {at}.", person=Quote(person), at=at)
    return finished(text_of([told]), [_paragraph(told)])


def buttons(ticket: Ticket, kind: str, speak: Translator) -> list[Block]:
    """Confirm receipt, where somebody hears it; and open the ticket."""
    row = [_receive(ticket.source, ticket.id, kind, speak)] if kind else []
    if is_web(ticket.url):
        row.append(blocks.url_button(speak.say("Open the ticket"), ticket.url, "open_ticket"))
    return [blocks.actions(*row)] if row else []


def more(speak: Translator) -> Any:
    """Says in the reader's language that there are so many more."""
    return lambda number: speak.count("and {n} more", "and {n} more", number)


def _receive(source: str, ticket_id: str, kind: str, speak: Translator) -> blocks.Element:
    # The name of a team may hold the marks that `encode` puts between the parts.
    value = encode(source, ticket_id, more=quote(kind, safe=":"))
    return blocks.button(speak.say("I have received this"), Action.RECEIVED.value, value, "primary")


def _closing(speak: Translator) -> str:
    return speak.say("This message was sent automatically; nobody reads answers to it.")


def _undone(facts: Facts, speak: Translator) -> list[str]:
    """The heading, that it holds no more, who recorded that and when, and what happened; no more than is known."""
    ticket = facts.ticket
    name = Quote(_named(ticket))
    if ticket.field("result").value == "failed":
        heading = speak.say("Rollout failed: {ticket}", ticket=name)
        told = speak.say(
            "Formal notification: you were told that this is available in production. That holds no more, because the"
            " rollout failed."
        )
    else:
        heading = speak.say("Rolled back: {ticket}", ticket=name)
        told = speak.say(
            "Formal notification: you were told that this is available in production. That holds no more, because the"
            " rollout was rolled back."
        )
    rows = [heading, told, _recorded(ticket, speak), _happened(ticket.field("deviations"), speak)]
    return [cut(row, 2 * LONG) for row in rows if row]


def _recorded(ticket: Ticket, speak: Translator) -> str:
    """Who gave the ticket its result, and when; empty where its history does not show that."""
    last = next((change for change in reversed(ticket.history) if change.field == "result"), None)
    if last is None:
        return ""
    if last.by is None:
        return speak.say("This was recorded on {at}.", at=last.at)
    return speak.say("{person} recorded this on {at}.", person=Quote(last.by.name), at=last.at)


def _happened(deviations: Field, speak: Translator) -> str:
    if not deviations.readable:
        return ""
    if not isinstance(deviations.value, str):
        return speak.say("The ticket does not say what happened.")
    return speak.say("What happened: {text}", text=Quote(_line(deviations.value)))


def _named(ticket: Ticket) -> str:
    return f"{ticket.key} · {' '.join(ticket.summary.split())}"


def _opening(facts: Facts, asked: HandoverAudience, speak: Translator) -> list[str]:
    """The heading, what happened when, and the class."""
    ticket, first = facts.ticket, asked.stage == AVAILABLE
    name = Quote(_named(ticket))
    when = ticket.field("actual_end" if first else "operational_at").value
    if first:
        heading = speak.say("Available in production: {ticket}", ticket=name)
        told = speak.say(
            "Formal notification: this was rolled out to production on {when} and is handed over.", when=when
        )
    else:
        heading = speak.say("Fully operational: {ticket}", ticket=name)
        told = speak.say(
            "Formal notification: this is fully operational since {when}; service levels are in force.",
            when=when,
        )
    if asked.earlier:
        told = f"{told} {speak(_EARLIER[asked.earlier])}"
    return [cut(row, 2 * LONG) for row in (heading, told, f"{class_line(facts.subjects, speak)}.")]


def _parts(facts: Facts, lines: Sequence[RequirementGroup], speak: Translator) -> list[_Part]:
    """Open points, known errors, documentation and contacts: each said, also when there is nothing."""
    ticket = facts.ticket
    found = {
        speak.say("Open points"): _open(facts, lines, speak),
        speak.say("Known errors"): (_known_errors(ticket.field("known_errors"), speak),),
        speak.say("Documentation"): _papers(ticket, speak),
        speak.say("Contacts"): _contacts(facts, speak),
    }
    return [_Part(name, tuple(cut(item, 2 * LONG) for item in items)) for name, items in found.items()]


def _papers(ticket: Ticket, speak: Translator) -> tuple[str, ...]:
    seen = [(FIELDS[name].label, ticket.field(name).value) for name in PAPERS]
    told = tuple(f"{speak.say(label)}: {_line(value)}" for label, value in seen if isinstance(value, str))
    return told or (speak.say("None is recorded in the ticket."),)


def _known_errors(field: Field, speak: Translator) -> str:
    if not field.readable:
        return speak.say("It cannot be seen whether there are any; ask the responsible team.")
    return (
        _line(field.value) if isinstance(field.value, str) else speak.say("None is recorded in the ticket.")
    )


def _contacts(facts: Facts, speak: Translator) -> tuple[str, ...]:
    owners = [asset.owner for asset in named(facts)]
    fields = {name: [facts.field(name)] for name in _PEOPLE}
    fields["application_owner"] += owners
    told = [
        (name, dict.fromkeys(n for field in found for n in _people(field))) for name, found in fields.items()
    ]
    rows = [f"{speak(_NAMES[name])}: {speak.listed(map(Quote, names), 4)}" for name, names in told if names]
    supplier = facts.field("supplier").value
    rows += [f"{speak.say(FIELDS['supplier'].label)}: {_line(supplier)}"] if isinstance(supplier, str) else []
    return tuple(rows) or (speak.say("None is recorded in the ticket."),)


def _people(field: Field) -> list[str]:
    value = field.value if isinstance(field.value, tuple) else ()
    return [item.name for item in value if isinstance(item, Person | Group)]


def _open(facts: Facts, lines: Sequence[RequirementGroup], speak: Translator) -> tuple[str, ...]:
    """What is not in order at the handover, and who settles it; exceptions with their end."""
    # The notification is no open point of the handover that it is itself.
    others = [line for line in lines if not any(finding.notifies for finding in line.findings)]
    left = left_open(others, facts.ticket.state)
    named = [_point(line, facts, speak) for line in left[:OPEN]]
    if rest := len(left) - len(named):
        named.append(more(speak)(rest))
    named += [f"{one.name} — {one.text}" for one in excepted(lines, speak)[:OPEN]]
    return tuple(named) or (speak.say("None: all that is asked so far is in order."),)


def _point(line: RequirementGroup, facts: Facts, speak: Translator) -> str:
    if not line.verdict.open:
        return f"{title(line, speak)} — {speak(line.verdict)}"
    return f"{title(line, speak)} — {speak.say('Who: {who}', who=Quote(who(line, facts, speak)))}"


def _for(asked: HandoverAudience, speak: Translator) -> str:
    if not asked.everyone:
        return ""
    names = Quote(speak.listed([Quote(n) for n in asked.everyone]))
    return cut(
        speak.say(
            "You get this because it is for {names}, who take it over or have a stake in it.", names=names
        ),
        2 * LONG,
    )


def _flat(parts: Sequence[_Part]) -> list[str]:
    return [row for part in parts for row in (f"{part.heading}:", *(f"• {item}" for item in part.items))]


def _line(value: str) -> str:
    return cut(" ".join(value.split()), LONG)


def _paragraph(text: str, *, bold: bool = False) -> Block:
    return blocks.rich_text([blocks.words(text, bold=bold)])
